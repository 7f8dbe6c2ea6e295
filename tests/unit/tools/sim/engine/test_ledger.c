/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/ledger.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"
#include "tools/sim/engine/market.h"

/* Arrivals of two orders, "a" = order 0 and "b" = order 1, and what the ledger says at the end. */
typedef struct {
    char key;
    uint64_t revision;
    uint32_t version;
    const char *idempotency;
} step;

static const struct {
    const char *name;
    bool keyed;
    step steps[6];
    uint64_t versions, repeated, older, unchanged, newest;
} rows[] = {
    {"in order",                       true,  {{'a', 1, 1, "k1"}, {'a', 2, 2, "k2"}, {'b', 1, 2, "m1"}}, 3, 0, 0, 0, 2},
    {"known key",                      true,  {{'a', 2, 2, "k"}, {'a', 2, 2, "k"}},                      1, 0, 0, 1, 1},
    {"older revision",                 true,  {{'a', 2, 2, "k2"}, {'a', 1, 1, "k1"}},                    1, 0, 0, 1, 1},
    {"another key for one revision",   true,  {{'a', 2, 2, "x"}, {'a', 2, 2, "y"}},                      1, 1, 0, 0, 1},
    {"older content, higher revision", true,  {{'a', 1, 2, "x"}, {'a', 2, 1, "y"}},                      1, 0, 1, 0, 0},
    {"probed: repeated",               false, {{'a', 2, 2, "k"}, {'a', 2, 2, "k"}},                      1, 1, 0, 0, 1},
    {"probed: older after newer",      false, {{'a', 2, 2, "x"}, {'a', 1, 1, "y"}},                      1, 0, 1, 0, 0},
};

static void
nothing(void *arg, uint32_t order, uint32_t version)
{
    (void)arg;
    (void)order;
    (void)version;
}

static wb_sim_market *
market_of_two(wb_sim_faults *faults)
{
    wb_sim_market_conf conf = {.seed = 1, .orders = 2, .changes = 1, .gap = 1, .accounts = 1};
    wb_sim_market *market = wb_sim_market_new(&conf, faults);

    wb_sim_market_start(market, 1);
    (void)wb_sim_market_run(market, (wb_sim_market_turn){1, 1000, 100}, nothing, NULL);
    ck_assert(wb_sim_market_done(market));
    return market;
}

START_TEST(test_rows)
{
    static wb_sim_faults faults;

    wb_sim_faults_init(&faults, 1);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = market_of_two(&faults);
    WB_AUTO(wb_sim_ledger_destroy)
    wb_sim_ledger *ledger = wb_sim_ledger_new(wb_sim_market_things(market), rows[_i].keyed);
    for (const step *at = rows[_i].steps; at->key; at++) {
        wb_sim_arrival arrival = {
            .key = {&at->key, 1},
            .idempotency = wb_view_of(at->idempotency),
            .revision = at->revision,
            .number = (uint32_t)(at->key - 'a'),
            .version = at->version
        };
        (void)wb_sim_ledger_apply(ledger, &arrival, false, 0);
    }
    const wb_sim_ledger_counts *counts = wb_sim_ledger_counts_of(ledger);
    ck_assert_uint_eq(counts->versions, rows[_i].versions);
    ck_assert_uint_eq(counts->repeated, rows[_i].repeated);
    ck_assert_uint_eq(counts->older_after_newer, rows[_i].older);
    ck_assert_uint_eq(counts->unchanged, rows[_i].unchanged);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger), rows[_i].newest);
}
END_TEST

START_TEST(test_a_forgotten_key_lets_it_happen_again)
{
    static wb_sim_faults faults;
    wb_sim_arrival arrival = {
        .key = WB_VIEW_LIT("a"), .idempotency = WB_VIEW_LIT("k"), .revision = 1, .version = 1};

    wb_sim_faults_init(&faults, 1);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = market_of_two(&faults);
    WB_AUTO(wb_sim_ledger_destroy)
    wb_sim_ledger *ledger = wb_sim_ledger_new(wb_sim_market_things(market), true);
    ck_assert_int_eq(wb_sim_ledger_apply(ledger, &arrival, false, 0), WB_SIM_APPLIED);
    ck_assert_int_eq(wb_sim_ledger_apply(ledger, &arrival, false, 0), WB_SIM_UNCHANGED);
    wb_sim_ledger_forget(ledger, arrival.key);
    ck_assert_int_eq(wb_sim_ledger_apply(ledger, &arrival, false, 0), WB_SIM_APPLIED);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger)->repeated, 1);
}
END_TEST

START_TEST(test_a_probe_lags_behind)
{
    static wb_sim_faults faults;
    wb_sim_arrival arrival = {.key = WB_VIEW_LIT("a"), .revision = 1, .version = 1};
    uint64_t revision = 0;

    wb_sim_faults_init(&faults, 1);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = market_of_two(&faults);
    WB_AUTO(wb_sim_ledger_destroy)
    wb_sim_ledger *ledger = wb_sim_ledger_new(wb_sim_market_things(market), false);
    ck_assert(!wb_sim_ledger_probe(ledger, arrival.key, &revision));
    (void)wb_sim_ledger_apply(ledger, &arrival, false, 3600000);
    ck_assert(!wb_sim_ledger_probe(ledger, arrival.key, &revision));
    arrival.revision = 2;
    (void)wb_sim_ledger_apply(ledger, &arrival, false, 0);
    ck_assert(wb_sim_ledger_probe(ledger, arrival.key, &revision));
    ck_assert_uint_eq(revision, 2);
}
END_TEST

START_TEST(test_what_has_no_marker_is_counted_apart)
{
    static wb_sim_faults faults;
    wb_sim_arrival arrival = {
        .key = WB_VIEW_LIT("z"), .revision = 1, .number = WB_SIM_UNMARKED, .version = 1};

    wb_sim_faults_init(&faults, 1);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = market_of_two(&faults);
    WB_AUTO(wb_sim_ledger_destroy)
    wb_sim_ledger *ledger = wb_sim_ledger_new(wb_sim_market_things(market), true);
    (void)wb_sim_ledger_apply(ledger, &arrival, false, 0);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger)->unmarked, 1);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger)->records, 1);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger), 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_rows,                                 WB_COUNT(rows)},
        {test_a_forgotten_key_lets_it_happen_again, 0             },
        {test_a_probe_lags_behind,                  0             },
        {test_what_has_no_marker_is_counted_apart,  0             },
        {NULL,                                      0             },
    };

    return wb_suite_run("tools.sim.engine.ledger", tests);
}
