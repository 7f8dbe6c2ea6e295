/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/histogram.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static const int64_t durations[] = {0,    1,    63,   64,     65,      127,       128,
                                    1000, 2047, 2048, 123456, 9999999, 1LL << 30, 1LL << 36};

/* One duration alone is told within 1.6 %. */
START_TEST(test_within)
{
    static wb_sim_histogram histogram;

    histogram = (wb_sim_histogram){0};
    wb_sim_histogram_add(&histogram, durations[_i]);
    wb_sim_histogram_add(&histogram, INT64_C(1) << 40);
    int64_t told = wb_sim_histogram_at(&histogram, 500);
    ck_assert_int_ge(told, durations[_i]);
    ck_assert_int_le(told, durations[_i] + durations[_i] / 60);
}
END_TEST

START_TEST(test_parts)
{
    static wb_sim_histogram histogram;

    ck_assert_int_eq(wb_sim_histogram_at(&histogram, 500), 0);
    for (int64_t us = 1; us <= 1000; us++)
        wb_sim_histogram_add(&histogram, us);
    ck_assert_int_ge(wb_sim_histogram_at(&histogram, 500), 500);
    ck_assert_int_le(wb_sim_histogram_at(&histogram, 500), 508);
    ck_assert_int_ge(wb_sim_histogram_at(&histogram, 990), 990);
    ck_assert_int_eq(wb_sim_histogram_at(&histogram, 1000), 1000);
    ck_assert_int_eq(histogram.max_us, 1000);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_within, WB_COUNT(durations)},
        {test_parts,  0                  },
        {NULL,        0                  },
    };

    return wb_suite_run("tools.sim.engine.histogram", tests);
}
