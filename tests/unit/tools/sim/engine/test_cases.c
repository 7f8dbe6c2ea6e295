/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Special orders: which they are, in which states they go, and what bundles are made of.
 */
#include "tools/sim/engine/cases.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"
#include "tools/sim/engine/order.h"

enum { ORDERS = 400, SELLERS = 2, EACH = 40 };

static wb_sim_market *
make_market(uint64_t seed, unsigned cases)
{
    wb_sim_market_conf conf = {.seed = seed,
                               .orders = ORDERS,
                               .changes = 2,
                               .gap = 20,
                               .accounts = SELLERS,
                               .goods = 50,
                               .case_each = cases ? EACH : 0,
                               .cases = cases};

    return wb_sim_market_new(&conf, NULL);
}

/* Each comes as often as the length of a run says, two orders at a time where they are combined. */
START_TEST(test_each_comes)
{
    unsigned rounds = ORDERS / EACH;

    for (uint64_t seed = 0; seed < 45; seed++) {
        WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = make_market(seed, WB_SIM_CASES_ALL);
        unsigned came[WB_SIM_CASE_COUNT + 1] = {0};

        for (uint32_t order = 0; order < ORDERS; order++)
            came[wb_sim_case_of(market, order)]++;
        for (int i = WB_SIM_CASE_SPLIT; i <= WB_SIM_CASE_MOVED_ADDRESS; i++)
            ck_assert_uint_eq(came[i], rounds);
        ck_assert_uint_le(came[WB_SIM_CASE_COMBINED], 2 * rounds);
        ck_assert_uint_ge(came[WB_SIM_CASE_COMBINED], 2 * (rounds - SELLERS));
        ck_assert_uint_eq(came[WB_SIM_CASE_BUNDLE] + came[WB_SIM_CASE_TWO_SHOPS], 0);
    }
}
END_TEST

START_TEST(test_none_comes)
{
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = make_market(1, 0);

    for (uint32_t order = 0; order < ORDERS; order++) {
        ck_assert_uint_eq(wb_sim_case_of(market, order), WB_SIM_CASE_NONE);
        ck_assert_uint_eq(wb_sim_case_mate(market, order), WB_SIM_NO_ORDER);
        ck_assert(!wb_sim_case_follows(market, order));
    }
    ck_assert(!wb_sim_goods_bundled(market, 7));
}
END_TEST

/* Of one seller and one buyer, and each is the other's. */
START_TEST(test_mates)
{
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = make_market(3, WB_SIM_CASES_ALL);

    for (uint32_t order = 0; order < ORDERS; order++) {
        uint32_t mate = wb_sim_case_mate(market, order);
        ck_assert_int_eq(mate != WB_SIM_NO_ORDER,
                         wb_sim_case_of(market, order) == WB_SIM_CASE_COMBINED);
        if (mate == WB_SIM_NO_ORDER) {
            ck_assert_uint_eq(wb_sim_case_buyer(market, order), order);
            continue;
        }
        ck_assert_uint_eq(wb_sim_case_mate(market, mate), order);
        ck_assert_uint_eq(wb_sim_case_buyer(market, order), wb_sim_case_buyer(market, mate));
        ck_assert_uint_eq(wb_sim_market_account(market, order),
                          wb_sim_market_account(market, mate));
    }
    ck_assert_uint_eq(wb_sim_case_of(market, ORDERS), WB_SIM_CASE_NONE);
}
END_TEST

static const struct {
    wb_sim_case which;
    wb_sim_state first, last;
    bool follows;
} lives[] = {
    {WB_SIM_CASE_COMBINED,          WB_SIM_STATE_UNSHIPPED, WB_SIM_STATE_UNSHIPPED, false},
    {WB_SIM_CASE_SPLIT,             WB_SIM_STATE_UNSHIPPED, WB_SIM_STATE_UNSHIPPED, false},
    {WB_SIM_CASE_PARTLY_SHIPPED,    WB_SIM_STATE_UNSHIPPED, WB_SIM_STATE_UNSHIPPED, false},
    {WB_SIM_CASE_CANCELLED_BEFORE,  WB_SIM_STATE_PENDING,   WB_SIM_STATE_CANCELLED, false},
    {WB_SIM_CASE_CANCELLED_AFTER,   WB_SIM_STATE_UNSHIPPED, WB_SIM_STATE_CANCELLED, true },
    {WB_SIM_CASE_CANCELLED_SHIPPED, WB_SIM_STATE_UNSHIPPED, WB_SIM_STATE_CANCELLED, true },
    {WB_SIM_CASE_MOVED_ADDRESS,     WB_SIM_STATE_UNSHIPPED, WB_SIM_STATE_UNSHIPPED, true },
};

START_TEST(test_life)
{
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = make_market(5, WB_SIM_CASES_ALL);
    wb_sim_line lines[WB_SIM_LINES_MAX];
    char first[48], last[48];
    unsigned seen = 0;

    for (uint32_t order = 0; order < ORDERS; order++) {
        if (wb_sim_case_of(market, order) != lives[_i].which)
            continue;
        seen++;
        ck_assert_uint_eq(wb_sim_state_of(market, order, 1), lives[_i].first);
        ck_assert_uint_eq(wb_sim_state_of(market, order, 3), lives[_i].last);
        ck_assert_int_eq(wb_sim_case_follows(market, order), lives[_i].follows);
        wb_sim_case_street(first, market, order, 2);
        wb_sim_case_street(last, market, order, 3);
        ck_assert_int_eq(strcmp(first, last) != 0, lives[_i].which == WB_SIM_CASE_MOVED_ADDRESS);
        if (lives[_i].which == WB_SIM_CASE_SPLIT || lives[_i].which == WB_SIM_CASE_PARTLY_SHIPPED)
            ck_assert_int_ge(wb_sim_order_lines(market, order, lines), 2);
    }
    ck_assert_uint_gt(seen, 0);
}
END_TEST

/* Each eighth of the goods is made of others, which are none themselves, and is ordered. */
START_TEST(test_bundles)
{
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = make_market(1, WB_SIM_CASES_ALL);
    WB_AUTO(wb_buf_fini) wb_buf table = {0};
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    wb_sim_line lines[WB_SIM_LINES_MAX];
    size_t ordered = 0;
    char sku[WB_SIM_SKU_ROOM];

    ck_assert_int_eq(wb_sim_goods_parts(market, 6, parts), 1);
    ck_assert_int_eq(wb_sim_goods_parts(market, 7, parts), 2);
    ck_assert(parts[0].goods == 6 && parts[0].quantity == 1);
    ck_assert(parts[1].goods == 5 && parts[1].quantity == 2);
    ck_assert_str_eq(wb_sim_goods_sku(market, 7, sku), "SET-00007");
    ck_assert_str_eq(wb_sim_goods_sku(market, 8, sku), "SKU-00008");
    ck_assert_str_eq(wb_sim_goods_master(market, 7, sku), "SKU-00007");
    ck_assert_uint_eq(wb_sim_goods_find(market, WB_VIEW_LIT("SKU-00008")), 8);
    ck_assert_uint_eq(wb_sim_goods_find(market, WB_VIEW_LIT("SKU-00050")), WB_SIM_NO_ORDER);
    ck_assert(wb_sim_goods_sold(market, 49, 1) && !wb_sim_goods_named(market));
    wb_buf_init(&table, 4096);
    ck_assert(wb_sim_goods_table(market, &table));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&table), "sku,master,quantity\nSKU-*,SKU-*,1\n"
                                                      "SET-00007,SKU-00006,1\n"
                                                      "SET-00007,SKU-00005,2\nSET-00015,"));
    for (uint32_t order = 0; order < ORDERS; order++) {
        int count = wb_sim_order_lines(market, order, lines);
        for (int i = 0; i < count; i++)
            ordered += wb_sim_goods_bundled(market, lines[i].goods);
    }
    ck_assert_uint_gt(ordered, 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_each_comes, 0              },
        {test_none_comes, 0              },
        {test_mates,      0              },
        {test_life,       WB_COUNT(lives)},
        {test_bundles,    0              },
        {NULL,            0              },
    };

    return wb_suite_run("tools.sim.engine.cases", tests);
}
