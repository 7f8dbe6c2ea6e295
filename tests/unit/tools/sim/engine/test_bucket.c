/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/bucket.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define S INT64_C(1000000)

/* rate in millionths, burst, first ask at 1 s: a burst at once, then by the rate */
static const struct {
    wb_sim_rate rate;
    int64_t wait_us; /* after the burst, until the next is there */
} rows[] = {
    {{500000, 30},    2 * S  },
    {{5600, 20},      179 * S},
    {{16700, 20},     60 * S },
    {{500000000, 30}, 2000   },
    {{1000000, 1},    S      },
};

START_TEST(test_burst_then_rate)
{
    wb_sim_bucket bucket = {0};
    int64_t now_us = S;

    for (int64_t i = 0; i < rows[_i].rate.burst; i++)
        ck_assert(wb_sim_bucket_take(&bucket, &rows[_i].rate, 1, now_us));
    ck_assert(!wb_sim_bucket_take(&bucket, &rows[_i].rate, 1, now_us));
    now_us += rows[_i].wait_us - rows[_i].wait_us / 100;
    ck_assert(!wb_sim_bucket_take(&bucket, &rows[_i].rate, 1, now_us));
    now_us += rows[_i].wait_us / 50;
    ck_assert(wb_sim_bucket_take(&bucket, &rows[_i].rate, 1, now_us));
}
END_TEST

/* Asked every millisecond for 100 s at 0.5 a second: the burst and 50 more, not one else. */
START_TEST(test_nothing_is_lost_by_asking_often)
{
    const wb_sim_rate rate = {.rate_micro = 500000, .burst = 30};
    wb_sim_bucket bucket = {0};
    int taken = 0;

    for (int64_t now_us = S; now_us <= 101 * S; now_us += 1000)
        taken += wb_sim_bucket_take(&bucket, &rate, 1, now_us);
    ck_assert_int_eq(taken, 80);
}
END_TEST

/* What costs more than one is had whole, or not at all. */
START_TEST(test_cost)
{
    const wb_sim_rate rate = {.rate_micro = 50000000, .burst = 1000};
    wb_sim_bucket bucket = {0};

    ck_assert(wb_sim_bucket_take(&bucket, &rate, 700, S));
    ck_assert(!wb_sim_bucket_take(&bucket, &rate, 301, S));
    ck_assert(wb_sim_bucket_take(&bucket, &rate, 300, S));
    ck_assert(!wb_sim_bucket_take(&bucket, &rate, 1, S));
    ck_assert(!wb_sim_bucket_take(&bucket, &rate, 101, 3 * S));
    ck_assert(wb_sim_bucket_take(&bucket, &rate, 100, 3 * S));
}
END_TEST

START_TEST(test_never_above_the_burst)
{
    const wb_sim_rate rate = {.rate_micro = 500000, .burst = 30};
    wb_sim_bucket bucket = {0};
    int taken = 0;

    ck_assert(wb_sim_bucket_take(&bucket, &rate, 1, S));
    for (int i = 0; i < 40; i++)
        taken += wb_sim_bucket_take(&bucket, &rate, 1, S * 1000000);
    ck_assert_int_eq(taken, 30);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_burst_then_rate,                 WB_COUNT(rows)},
        {test_nothing_is_lost_by_asking_often, 0             },
        {test_cost,                            0             },
        {test_never_above_the_burst,           0             },
        {NULL,                                 0             },
    };

    return wb_suite_run("tools.sim.engine.bucket", tests);
}
