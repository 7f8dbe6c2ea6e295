/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/market.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define T0_UTC_US INT64_C(1767323045000000)
#define MADE_MAX 4096

typedef struct {
    uint32_t order[MADE_MAX], version[MADE_MAX];
    size_t count;
} diary;

static void
note(void *arg, uint32_t order, uint32_t version)
{
    diary *self = arg;

    ck_assert_uint_lt(self->count, MADE_MAX);
    self->order[self->count] = order;
    self->version[self->count++] = version;
}

/* With the one place where orders are read. */
static void
make(wb_sim_faults *out, uint64_t seed)
{
    wb_sim_faults_init(out, seed);
    ck_assert_int_eq(wb_sim_faults_place(out, "orders", WB_SIM_GIVES), 0);
}

static wb_sim_market_conf
conf_of(uint32_t orders, uint32_t changes, uint32_t gap, int64_t pace_micro)
{
    return (wb_sim_market_conf){.seed = 5,
                                .orders = orders,
                                .changes = changes,
                                .gap = gap,
                                .accounts = 3,
                                .backlog = true,
                                .pace_micro = pace_micro};
}

static void
run_all(wb_sim_market *market, diary *out)
{
    wb_sim_market_start(market, 1);
    for (int64_t i = 0; i < 10000 && !wb_sim_market_done(market); i++)
        (void)wb_sim_market_run(market, (wb_sim_market_turn){1 + i * 1000, T0_UTC_US + i * 1000, 7},
                                note, out);
    ck_assert(wb_sim_market_done(market));
}

START_TEST(test_every_order_lives_through_all_its_versions)
{
    static const struct {
        uint32_t orders, changes, gap;
    } rows[] = {
        {10, 0, 20},
        {10, 2, 3 },
        {10, 4, 20},
        {1,  5, 1 },
        {0,  3, 2 },
    };
    static diary made;
    static wb_sim_faults faults;
    uint32_t last[10] = {0};

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_sim_market_conf conf = conf_of(rows[i].orders, rows[i].changes, rows[i].gap, 0);
        make(&faults, 1);
        WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
        made.count = 0;
        run_all(market, &made);
        ck_assert_uint_eq(made.count, (size_t)rows[i].orders * (rows[i].changes + 1));
        for (uint32_t n = 0; n < rows[i].orders; n++)
            last[n] = 0;
        for (size_t at = 0; at < made.count; at++)
            ck_assert_uint_eq(made.version[at], ++last[made.order[at]]);
    }
}
END_TEST

START_TEST(test_the_same_seed_is_the_same_world)
{
    static diary first, second;
    wb_sim_market_conf conf = conf_of(200, 3, 5, 0);
    static wb_sim_faults faults;

    make(&faults, 9);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("same_second=0.3,year_2099=0.1"), NULL));
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *a = wb_sim_market_new(&conf, &faults);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *b = wb_sim_market_new(&conf, &faults);
    first.count = second.count = 0;
    run_all(a, &first);
    run_all(b, &second);
    ck_assert_mem_eq(&first, &second, sizeof first);
    for (uint32_t n = 0; n < 200; n++)
        for (uint32_t v = 1; v <= 4; v++)
            ck_assert_int_eq(wb_sim_market_updated_utc_us(a, n, v),
                             wb_sim_market_updated_utc_us(b, n, v));
}
END_TEST

START_TEST(test_pace)
{
    static diary made;
    wb_sim_market_conf conf = conf_of(1000, 0, 1, 100 * INT64_C(1000000));
    static wb_sim_faults faults;

    make(&faults, 1);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
    made.count = 0;
    ck_assert_int_eq(
        wb_sim_market_run(market, (wb_sim_market_turn){50, T0_UTC_US, 100}, note, &made), -1);
    wb_sim_market_start(market, 1000);
    ck_assert_int_eq(
        wb_sim_market_run(market, (wb_sim_market_turn){1000, T0_UTC_US, 100}, note, &made), 11000);
    ck_assert_uint_eq(made.count, 1);
    ck_assert_int_eq(
        wb_sim_market_run(market, (wb_sim_market_turn){31000, T0_UTC_US, 100}, note, &made), 41000);
    ck_assert_uint_eq(made.count, 4);
    ck_assert_int_eq(wb_sim_market_run(market,
                                       (wb_sim_market_turn){31000 + WB_US_PER_S, T0_UTC_US, 7},
                                       note, &made),
                     0);
    ck_assert_uint_eq(made.count, 11);
}
END_TEST

/* Without faults each version's update time is later than the one before it. */
START_TEST(test_update_times_rise)
{
    static diary made;
    wb_sim_market_conf conf = conf_of(50, 4, 1, 0);
    static wb_sim_faults faults;

    make(&faults, 1);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
    made.count = 0;
    wb_sim_market_start(market, 1);
    (void)wb_sim_market_run(market, (wb_sim_market_turn){1, T0_UTC_US, 1000}, note,
                            &made); /* all in one moment */
    for (uint32_t n = 0; n < 50; n++)
        for (uint32_t v = 2; v <= 5; v++)
            ck_assert_int_gt(wb_sim_market_updated_utc_us(market, n, v),
                             wb_sim_market_updated_utc_us(market, n, v - 1));
}
END_TEST

/* What waited was made before; what nobody is told of is made when it is given. */
START_TEST(test_backlog)
{
    static diary made;
    static wb_sim_faults faults;

    make(&faults, 1);
    for (int backlog = 0; backlog < 2; backlog++) {
        wb_sim_market_conf conf = conf_of(50, 0, 1, 0);
        conf.backlog = backlog;
        WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
        made.count = 0;
        wb_sim_market_start(market, 1);
        (void)wb_sim_market_run(market, (wb_sim_market_turn){1, T0_UTC_US, 1000}, note, &made);
        for (uint32_t n = 0; n < 49; n++)
            ck_assert_int_eq(wb_sim_market_updated_utc_us(market, n, 1) < T0_UTC_US, backlog);
    }
}
END_TEST

/* No order has both: lagging reads and a second version at the same update time. */
START_TEST(test_lag_and_same_second_never_meet)
{
    static diary made;
    wb_sim_market_conf conf = conf_of(200, 1, 1, 0);
    static wb_sim_faults faults;
    int lagging = 0, same = 0;

    make(&faults, 1);
    ck_assert(!wb_sim_faults_set(&faults, WB_VIEW_LIT("read_lag=1,same_second=1"), NULL));
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
    made.count = 0;
    run_all(market, &made);
    for (uint32_t n = 0; n < 200; n++) {
        int64_t made_utc_us = wb_sim_market_made_utc_us(market, n, 2);
        bool lags = wb_sim_market_seen(market, n, made_utc_us + 1, WB_US_PER_S) < 2;
        bool equal = wb_sim_market_updated_utc_us(market, n, 1) ==
                     wb_sim_market_updated_utc_us(market, n, 2);
        ck_assert(!(lags && equal));
        lagging += lags;
        same += equal;
        ck_assert_uint_eq(wb_sim_market_seen(market, n, made_utc_us + 2 * WB_US_PER_S, WB_US_PER_S),
                          2);
    }
    ck_assert_int_eq(lagging, 100);
    ck_assert_int_eq(same, 100);
}
END_TEST

START_TEST(test_what_is_ahead_is_there_at_once_and_the_first_sellers)
{
    static diary made;
    static wb_sim_faults faults;
    wb_sim_market_conf conf = conf_of(20, 0, 20, 1000000);

    conf.ahead = 12;
    make(&faults, 1);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
    made.count = 0;
    wb_sim_market_start(market, 1);
    /* the first behind them is due with the start, each other one a second later */
    ck_assert_int_eq(
        wb_sim_market_run(market, (wb_sim_market_turn){1, T0_UTC_US, 100}, note, &made),
        1 + WB_US_PER_S);
    ck_assert_uint_eq(made.count, 13);
    ck_assert_int_eq(wb_sim_market_run(market,
                                       (wb_sim_market_turn){1 + WB_US_PER_S, T0_UTC_US, 100}, note,
                                       &made),
                     1 + 2 * WB_US_PER_S);
    ck_assert_uint_eq(made.count, 14);
    for (uint32_t order = 0; order < 20; order++) {
        ck_assert_int_eq(wb_sim_market_ahead(market, order), order < 12);
        ck_assert_uint_eq(wb_sim_market_account(market, order), order < 12 ? 0 : 1 + order % 2);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_what_is_ahead_is_there_at_once_and_the_first_sellers, 0},
        {test_every_order_lives_through_all_its_versions,           0},
        {test_the_same_seed_is_the_same_world,                      0},
        {test_pace,                                                 0},
        {test_update_times_rise,                                    0},
        {test_backlog,                                              0},
        {test_lag_and_same_second_never_meet,                       0},
        {NULL,                                                      0},
    };

    return wb_suite_run("tools.sim.engine.market", tests);
}
