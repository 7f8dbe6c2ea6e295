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
    {"late@erp=0.1",             true },
    {"token@orders=1",           true },
    {"token@erp=1",              false},
    {"own=1",                    true },
    {"own@lwa=1",                true },
    {"own@sqs=1",                false},
    {"=1",                       false},
};

enum { SQS, LWA, ORDERS, ERP };

static void
make(wb_sim_faults *out, uint64_t seed)
{
    wb_sim_faults_init(out, seed);
    ck_assert_int_eq(wb_sim_faults_place(out, "sqs", WB_SIM_ANNOUNCES), SQS);
    ck_assert_int_eq(wb_sim_faults_place(out, "lwa", 0), LWA);
    ck_assert_int_eq(wb_sim_faults_place(out, "orders", WB_SIM_GIVES | WB_SIM_GUARDED), ORDERS);
    ck_assert_int_eq(wb_sim_faults_place(out, "erp", WB_SIM_TAKES), ERP);
    (void)wb_sim_faults_add(out, "own", LWA, "of one place alone");
}

START_TEST(test_specs)
{
    static wb_sim_faults faults;

    make(&faults, 1);
    ck_assert_int_eq(!wb_sim_faults_set(&faults, wb_view_of(specs[_i].spec), NULL), specs[_i].good);
}
END_TEST

static int
count(wb_sim_faults *faults, int fault, int place, int asks)
{
    int struck = 0;

    for (int i = 0; i < asks; i++)
        struck += wb_sim_faults_strike(faults, fault, place);
    return struck;
}

START_TEST(test_chances)
{
    static wb_sim_faults faults;

    make(&faults, 1);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("429@erp=0.25,5xx=1"), NULL));
    int struck = count(&faults, WB_SIM_FAULT_THROTTLE, ERP, 10000);
    ck_assert_int_ge(struck, 2300);
    ck_assert_int_le(struck, 2700);
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_THROTTLE, SQS, 1000), 0);
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_BROKEN, LWA, 10), 10);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("none"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_BROKEN, LWA, 10), 0);
}
END_TEST

START_TEST(test_so_many_times_and_no_more)
{
    static wb_sim_faults faults;

    make(&faults, 1);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("cut=1*3"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_CUT, SQS, 10), 3);
    ck_assert(wb_sim_faults_on(&faults, WB_SIM_FAULT_CUT, SQS));
    ck_assert(!wb_sim_faults_on(&faults, WB_SIM_FAULT_BROKEN, SQS));
    ck_assert(!wb_sim_faults_marked(&faults, WB_SIM_FAULT_CUT, SQS, 1));
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("cut=1"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_CUT, SQS, 10), 10);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("cut=1*1"), NULL));
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("none"), NULL));
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("5xx=1"), NULL));
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_CUT, SQS, 10), 0);
    ck_assert_int_eq(count(&faults, WB_SIM_FAULT_BROKEN, SQS, 10), 10);
}
END_TEST

START_TEST(test_the_same_seed_strikes_the_same)
{
    static wb_sim_faults a, b;

    make(&a, 42);
    make(&b, 42);
    ck_assert(!wb_sim_faults_set(&a, WB_VIEW_LIT("cut=0.3"), NULL));
    ck_assert(!wb_sim_faults_set(&b, WB_VIEW_LIT("cut=0.3,429=0.5"), NULL));
    for (int i = 0; i < 1000; i++) {
        (void)wb_sim_faults_strike(&b, WB_SIM_FAULT_THROTTLE, ERP);
        ck_assert_int_eq(wb_sim_faults_strike(&a, WB_SIM_FAULT_CUT, ERP),
                         wb_sim_faults_strike(&b, WB_SIM_FAULT_CUT, ERP));
    }
}
END_TEST

/* What strikes follows from seed and name: that another system has faults and places of its own
 * does not move it. */
START_TEST(test_another_system_moves_nothing)
{
    static wb_sim_faults a, b;
    int marked = 0;

    make(&a, 7);
    wb_sim_faults_init(&b, 7);
    int first = wb_sim_faults_place(&b, "first", WB_SIM_GIVES);
    (void)wb_sim_faults_add(&b, "first_own", first, "");
    int orders = wb_sim_faults_place(&b, "orders", WB_SIM_GIVES);
    int own = wb_sim_faults_add(&b, "own", orders, "");
    ck_assert(!wb_sim_faults_set(&a, WB_VIEW_LIT("refuse_one=0.2,own=0.5"), NULL));
    ck_assert(!wb_sim_faults_set(&b, WB_VIEW_LIT("refuse_one=0.2,own=0.5"), NULL));
    for (uint64_t thing = 0; thing < 1000; thing++) {
        bool is = wb_sim_faults_marked(&a, WB_SIM_FAULT_REFUSE_ONE, ORDERS, thing);
        ck_assert_int_eq(is, wb_sim_faults_marked(&b, WB_SIM_FAULT_REFUSE_ONE, orders, thing));
        ck_assert_int_eq(wb_sim_faults_marked(&a, WB_SIM_FAULT_COUNT, LWA, thing),
                         wb_sim_faults_marked(&b, own, orders, thing));
        ck_assert_int_eq(wb_sim_faults_strike(&a, WB_SIM_FAULT_COUNT, LWA),
                         wb_sim_faults_strike(&b, own, orders));
        marked += is;
    }
    ck_assert_int_ge(marked, 150);
    ck_assert_int_le(marked, 250);
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
        {test_another_system_moves_nothing,   0                 },
        {test_decimals,                       WB_COUNT(decimals)},
        {NULL,                                0                 },
    };

    return wb_suite_run("tools.sim.engine.fault", tests);
}
