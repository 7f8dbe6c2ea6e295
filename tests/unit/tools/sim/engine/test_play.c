/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration that is played: whose accounts there are, and what is sold.
 */
#include "tools/sim/engine/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/order.h"

#define ORDERS 200

static char path[] = "/tmp/test-play-XXXXXX";

static void
write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static const char whole[] =
    "{\"accounts\":[{\"name\":\"erp\",\"connector\":\"e\",\"target\":\"t1\",\"options\":{"
    "\"stores\":[{\"account\":\"b\"}]}},"
    "{\"name\":\"a\",\"connector\":\"s\",\"target\":\"1\",\"seller\":1,\"options\":{\"x\":\"7\"}},"
    "{\"name\":\"b\",\"connector\":\"s\",\"target\":\"2\",\"seller\":2}],"
    "\"goods\":[{\"sku\":\"RED\",\"master\":\"M-R\"},"
    "{\"sku\":\"SET\",\"seller\":2,\"parts\":[[0,1],[2,3]]},{\"master\":\"M-G\"},"
    "{\"sku\":\"OWN\",\"seller\":1,\"parts\":[[2,1]]}],"
    "\"warehouses\":[\"W9\"],\"carriers\":[\"DHL\",\"UPS\"]}";

START_TEST(test_accounts)
{
    WB_AUTO(wb_sim_play_destroy) wb_sim_play *play = NULL;

    write_file(whole);
    ck_assert_int_eq(wb_sim_play_read(&play, path, NULL), WB_OK);
    wb_json_ref at = wb_sim_play_account(play, "s", 2);
    ck_assert(wb_view_is(wb_sim_play_text(play, at, "name"), "b"));
    ck_assert(
        wb_view_is(wb_sim_play_text(play, wb_sim_play_account(play, "s", 1), "options.x"), "7"));
    ck_assert_uint_eq(wb_sim_play_account(play, "s", 3), WB_JSON_NONE);
    ck_assert_uint_eq(wb_sim_play_account(play, "s", 0), WB_JSON_NONE);
    at = wb_sim_play_account(play, "e", 0);
    ck_assert_uint_eq(at, wb_sim_play_target(play, "t1"));
    ck_assert(wb_view_is(wb_sim_play_text(play, at, "name"), "erp"));
    ck_assert_uint_eq(wb_sim_play_text(play, at, "options.y").len, 0);
    ck_assert(wb_view_is(wb_sim_play_word(play, "carriers", 3, true), "UPS"));
    ck_assert_uint_eq(wb_sim_play_word(play, "carriers", 3, false).len, 0);
    ck_assert(wb_view_is(wb_sim_play_word(play, "warehouses", 0, false), "W9"));
    ck_assert_uint_eq(wb_sim_play_account(NULL, "s", 1), WB_JSON_NONE);
    ck_assert_ptr_null(wb_sim_play_goods(NULL));
}
END_TEST

/* Names and parts are those of the assortment; each seller's orders have what it offers, and
 * nothing that no shop sells. */
START_TEST(test_goods)
{
    WB_AUTO(wb_sim_play_destroy) wb_sim_play *play = NULL;
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    wb_sim_line lines[WB_SIM_LINES_MAX];
    wb_sim_faults faults = {0};
    char room[WB_SIM_SKU_ROOM];
    unsigned seen = 0;

    write_file(whole);
    ck_assert_int_eq(wb_sim_play_read(&play, path, NULL), WB_OK);
    wb_sim_market_conf conf = {.seed = 3,
                               .orders = ORDERS,
                               .accounts = 2,
                               .goods = wb_sim_play_goods(play)->count,
                               .assortment = wb_sim_play_goods(play)};
    wb_sim_faults_init(&faults, 3);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
    ck_assert_uint_eq(conf.goods, 4);
    ck_assert_str_eq(wb_sim_goods_sku(market, 1, room), "SET");
    ck_assert_ptr_null(wb_sim_goods_master(market, 1, room));
    ck_assert_str_eq(wb_sim_goods_held(market, 1, room), "SET");
    ck_assert_str_eq(wb_sim_goods_held(market, 0, room), "M-R");
    ck_assert_int_eq(wb_sim_goods_parts(market, 1, parts), 2);
    ck_assert(parts[1].goods == 2 && parts[1].quantity == 3);
    ck_assert_uint_eq(wb_sim_goods_find(market, WB_VIEW_LIT("M-G")), 2);
    ck_assert_uint_eq(wb_sim_goods_find(market, WB_VIEW_LIT("SKU-00001")), WB_SIM_NO_ORDER);
    ck_assert(wb_sim_goods_sold(market, 1, 2) && !wb_sim_goods_sold(market, 1, 1));
    ck_assert(!wb_sim_goods_sold(market, 2, 1) && !wb_sim_goods_sold(market, 2, 2));
    for (uint32_t order = 0; order < ORDERS; order++) {
        int count = wb_sim_order_lines(market, order, lines);
        for (int i = 0; i < count; i++) {
            ck_assert(wb_sim_goods_sold(market, lines[i].goods,
                                        wb_sim_market_account(market, order) + 1));
            seen |= 1U << lines[i].goods;
        }
    }
    ck_assert_uint_eq(seen, 1U << 0 | 1U << 1 | 1U << 3);
}
END_TEST

static const struct {
    const char *text, *word;
} bad[] = {
    {"[]",                                              "no object"       },
    {"{",                                               ""                },
    {"{\"goods\":[{\"sku\":\"A\"}]}",                   "neither a master"},
    {"{\"goods\":[{\"sku\":\"A\",\"parts\":[[1,1]]}]}", "part of goods"   },
    {"{\"goods\":[{\"sku\":\"A\",\"parts\":[[0,0]]}]}", "part of goods"   },
    {"{\"goods\":[{\"master\":\"A\",\"seller\":-1}]}",  "seller of goods" },
};

START_TEST(test_bad)
{
    WB_AUTO(wb_sim_play_destroy) wb_sim_play *play = NULL;
    wb_err err = {0};

    write_file(bad[_i].text);
    ck_assert_int_eq(wb_sim_play_read(&play, path, &err), WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, bad[_i].word));
    ck_assert_ptr_null(play);
    ck_assert_int_eq(wb_sim_play_read(&play, "/nowhere/play.json", &err), WB_REJECT);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_accounts, 0            },
        {test_goods,    0            },
        {test_bad,      WB_COUNT(bad)},
        {NULL,          0            },
    };
    int fd = mkstemp(path);

    if (fd < 0 || close(fd))
        return 1;
    int code = wb_suite_run("tools.sim.engine.play", tests);
    (void)unlink(path);
    return code;
}
