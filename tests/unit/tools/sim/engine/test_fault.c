/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/fault.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static const struct {
    const char *spec;
    bool good;
} specs[] = {
    {"429=0.01",                 true },
    {"429=1,5xx=0.5,slow=0",     true },
    {"429@erp=0.2,5xx@sqs=0.01", true },
    {"none",                     true },
    {"",                         true },
    {"429=1*3,5xx@sqs=0.5*0",    true },
    {"429=1*",                   false},
    {"429=1*-1",                 false},
    {"429=*3",                   false},
    {"429",                      false},
    {"429=1.5",                  false},
    {"429=x",                    false},
    {"429=0.0000001",            false},
    {"420=0.1",                  false},
    {"429@moon=0.1",             false},
    {"late@sqs=0.1",             false},
    {"=1",                       false},
};

START_TEST(test_specs)
{
    wb_sim_faults faults;

    wb_sim_faults_init(&faults, 1);
    ck_assert_int_eq(!wb_sim_faults_set(&faults, wb_view_of(specs[_i].spec), NULL), specs[_i].good);
}
END_TEST

static int
count(wb_sim_faults *faults, wb_sim_fault fault, int place, int asks)
{
    int struck = 0;

    for (int i = 0; i < asks; i++)
        struck += wb_sim_faults_strike(faults, fault, place);
    return struck;
}

START_TEST(test_chances)
{
    wb_sim_faults faults;

    wb_sim_faults_init(&faults, 1);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("429@erp=0.25,5xx=1"), NULL));
    int struck = count(&faults, WB_SIM_FAULT_THROTTLE, WB_SIM_AT_ERP, 10000);
    ck_assert_int_ge(struck, 2300);
    ck_assert_int_le(struck, 2700);
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_THROTTLE, WB_SIM_AT_SQS, 1000), 0);
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_BROKEN, WB_SIM_AT_LWA, 10), 10);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("none"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_BROKEN, WB_SIM_AT_LWA, 10), 0);
}
END_TEST

START_TEST(test_so_many_times_and_no_more)
{
    wb_sim_faults faults;

    wb_sim_faults_init(&faults, 1);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("cut=1*3"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_CUT, WB_SIM_AT_SQS, 10), 3);
    ck_assert(wb_sim_faults_on(&faults, WB_SIM_FAULT_CUT, WB_SIM_AT_SQS));
    ck_assert(!wb_sim_faults_on(&faults, WB_SIM_FAULT_BROKEN, WB_SIM_AT_SQS));
    ck_assert(!wb_sim_faults_marked(&faults, WB_SIM_FAULT_CUT, WB_SIM_AT_SQS, 1));
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("cut=1"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_CUT, WB_SIM_AT_SQS, 10), 10);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("cut=1*1"), NULL));
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("none"), NULL));
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("5xx=1"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_CUT, WB_SIM_AT_SQS, 10), 0);
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_BROKEN, WB_SIM_AT_SQS, 10), 10);
}
END_TEST

START_TEST(test_the_same_seed_strikes_the_same)
{
    wb_sim_faults a, b;

    wb_sim_faults_init(&a, 42);
    wb_sim_faults_init(&b, 42);
    ck_assert(!wb_sim_faults_set(&a, WB_VIEW_LIT("cut=0.3"), NULL));
    ck_assert(!wb_sim_faults_set(&b, WB_VIEW_LIT("cut=0.3,429=0.5"), NULL));
    for (int i = 0; i < 1000; i++) {
        (void)wb_sim_faults_strike(&b, WB_SIM_FAULT_THROTTLE, WB_SIM_AT_ERP);
        ck_assert_int_eq(wb_sim_faults_strike(&a, WB_SIM_FAULT_CUT, WB_SIM_AT_ERP),
                         wb_sim_faults_strike(&b, WB_SIM_FAULT_CUT, WB_SIM_AT_ERP));
    }
}
END_TEST

static const struct {
    const char *text;
    int64_t micro; /* -1 = refused */
} decimals[] = {
    {"0",        0         },
    {"1",        1000000   },
    {"0.0056",   5600      },
    {"1000",     1000000000},
    {"0.000001", 1         },
    {"12.5",     12500000  },
    {"",         -1        },
    {".",        -1        },
    {"1.2.3",    -1        },
    {"-1",       -1        },
};

START_TEST(test_decimals)
{
    int64_t micro = -1;

    wb_ignore(wb_sim_micro(&micro, wb_view_of(decimals[_i].text), NULL), "looked at below");
    ck_assert_int_eq(micro, decimals[_i].micro);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_specs,                          WB_COUNT(specs)   },
        {test_chances,                        0                 },
        {test_so_many_times_and_no_more,      0                 },
        {test_the_same_seed_strikes_the_same, 0                 },
        {test_decimals,                       WB_COUNT(decimals)},
        {NULL,                                0                 },
    };

    return wb_suite_run("tools.sim.engine.fault", tests);
}
