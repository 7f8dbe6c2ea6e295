/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/ids.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static const uint32_t numbers[] = {0, 1, 2, 3, 4, 9999999, 10000000, 49999999, 4294967294};

START_TEST(test_there_and_back)
{
    char id[WB_SIM_ID_LEN + 1];

    for (int rising = 0; rising < 2; rising++) {
        wb_sim_id(id, 7, rising, numbers[_i]);
        ck_assert_uint_eq(strlen(id), WB_SIM_ID_LEN);
        ck_assert_uint_eq(wb_sim_id_number(wb_view_of(id), 7, rising), numbers[_i]);
    }
}
END_TEST

/* Neighbours are far apart, or a store would find them on one page. */
START_TEST(test_random_ids_do_not_rise)
{
    char before[WB_SIM_ID_LEN + 1] = "", id[WB_SIM_ID_LEN + 1];
    int rises = 0;

    for (uint32_t i = 0; i < 1000; i++) {
        wb_sim_id(id, 7, false, i);
        rises += strcmp(id, before) > 0;
        memcpy(before, id, sizeof id);
    }
    ck_assert_int_ge(rises, 400);
    ck_assert_int_le(rises, 600);
}
END_TEST

static const char *const strangers[] = {"",
                                        "111-0000000-000000",
                                        "111-0000000-00000000",
                                        "11a-0000000-0000000",
                                        "111 0000000 0000000",
                                        "999-1234567-1234567"};

START_TEST(test_strangers)
{
    ck_assert_uint_eq(wb_sim_id_number(wb_view_of(strangers[_i]), 7, false), WB_SIM_NO_ORDER);
}
END_TEST

START_TEST(test_another_seed_is_another_market)
{
    char id[WB_SIM_ID_LEN + 1];
    int found = 0;

    for (uint32_t i = 0; i < 100; i++) {
        wb_sim_id(id, 7, false, i);
        found += wb_sim_id_number(wb_view_of(id), 8, false) == i;
    }
    ck_assert_int_eq(found, 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_there_and_back,                 WB_COUNT(numbers)  },
        {test_random_ids_do_not_rise,         0                  },
        {test_strangers,                      WB_COUNT(strangers)},
        {test_another_seed_is_another_market, 0                  },
        {NULL,                                0                  },
    };

    return wb_suite_run("tools.sim.engine.ids", tests);
}
