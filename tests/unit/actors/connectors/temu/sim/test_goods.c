/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings and their stock: lists, the edit with its rules, what is read back.
 */
#include "tests/unit/actors/connectors/temu/sim/world.h"

#define SKUS "bg.local.goods.sku.list.query"
#define GOODS "bg.local.goods.list.query"
#define SKUS_TOLD "temu.local.sku.list.retrieve"
#define GOODS_TOLD "temu.local.goods.list.retrieve"
#define STOCK "temu.local.goods.sku.stock.query"
#define EDIT "bg.local.goods.stock.edit"
#define SKU(n) (long long)(WB_SIM_TEMU_SKU_BASE + (n))
#define GOODS_ID(n) (long long)(WB_SIM_TEMU_GOODS_BASE + (n) / 2)

static const char *fill(const char *fmt, ...) WB_PRINTF(1, 2);

static const char *
fill(const char *fmt, ...)
{
    static char text[1024];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return text;
}

static int64_t
number(world *it, wb_json_ref of, const char *path)
{
    int64_t value = INT64_MIN;

    ck_assert(!wb_json_int(it->json, wb_json_at(it->json, of, path), &value, path, NULL));
    return value;
}

static int64_t
shown(world *it, int goods)
{
    get(it, STOCK, fill(",\"skuIdList\":[%lld]", SKU(goods)));
    wb_json_ref row = row_of(it, wb_json_get(it->json, result(it), "stockList"), 0);
    ck_assert_int_eq(number(it, row, "goodsId"), GOODS_ID(goods));
    wb_json_ref sku = row_of(it, wb_json_get(it->json, row, "skuStockInfoList"), 0);
    ck_assert_int_eq(number(it, sku, "skuId"), SKU(goods));
    return number(it, sku, "selfOrdinaryStock.stock");
}

/* One SKU to show so many, by this key. */
static void
edit(world *it, int goods, int64_t quantity, const char *key)
{
    call(it, EDIT,
         fill(",\"goodsId\":%lld,\"stockType\":0,\"requestUniqueKey\":\"%s\","
              "\"skuStockTargetList\":[{\"skuId\":%lld,\"stockTarget\":%lld}]",
              GOODS_ID(goods), key, SKU(goods), (long long)quantity));
}

/* Of the n-th SKU of an edit: 0 = it is done. */
static int64_t
outcome(world *it, int n)
{
    wb_json_ref list = wb_json_get(it->json, result(it), "skuStockEditStatusInfoList");
    wb_json_ref row = row_of(it, list, n);
    int64_t code = 0;

    ck_assert_uint_ne(row, WB_JSON_NONE);
    ck_assert(!wb_json_int(it->json, wb_json_get(it->json, row, "errorCode"), &code, "", NULL));
    ck_assert_int_eq(wb_json_kind(it->json, wb_json_get(it->json, row, "stockEditStatus")),
                     code ? WB_JSON_FALSE : WB_JSON_TRUE);
    return code;
}

START_TEST(test_skus)
{
    world it;
    int count = 0;

    make_world(&it, NULL);
    for (int page = 1; page <= 3; page++) {
        get(&it, SKUS, fill(",\"pageNo\":%d,\"pageSize\":8,\"skuSearchType\":1", page));
        ck_assert_int_eq(int_at(&it, "result.total"), 20);
        ck_assert_int_eq(int_at(&it, "result.pageNo"), page);
        wb_json_ref list = wb_json_get(it.json, result(&it), "skuList");
        for (wb_json_ref at = wb_json_first(it.json, list); at != WB_JSON_NONE;
             at = wb_json_next(it.json, at)) {
            ck_assert_int_eq(number(&it, at, "skuId"), SKU(count));
            ck_assert_int_eq(number(&it, at, "goodsId"), GOODS_ID(count));
            ck_assert(!strncmp(text_at(&it, at, "skuSn"), "SKU-000", 7));
            ck_assert_int_eq(number(&it, at, "stock"), 0);
            ck_assert(strchr(text_at(&it, at, "price"), '.'));
            count++;
        }
    }
    ck_assert_int_eq(count, 20);
    end_world(&it);
}
END_TEST

START_TEST(test_goods)
{
    world it;

    make_world(&it, NULL);
    get(&it, GOODS, ",\"pageNo\":1,\"pageSize\":100,\"goodsSearchType\":1");
    ck_assert_int_eq(int_at(&it, "result.total"), 10);
    wb_json_ref row = row_of(&it, wb_json_get(it.json, result(&it), "goodsList"), 9);
    ck_assert_int_eq(number(&it, row, "goodsId"), GOODS_ID(18));
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, row, "skuInfoList")), 2);
    end_world(&it);
}
END_TEST

static const struct {
    const char *type, *members;
    int64_t code;
    int total;
} lists[] = {
    {SKUS,       ",\"skuIdList\":[1759235267353400004,1759235267353400001,7]",                  1000000,   2 },
    {SKUS,       ",\"skuSearchType\":4",                                                        1000000,   0 },
    {SKUS,       ",\"skuStatusChangeTimeFrom\":1,\"skuStatusChangeTimeTo\":2",                  1000000,   0 },
    {SKUS,       ",\"skuStatusChangeTimeFrom\":1754793163000",                                  1000000,   20},
    {SKUS,       ",\"skuIdList\":[\"1759235267353400004\"]",                                    3000000,   0 },
    {SKUS,       ",\"skuSearchType\":\"1\"",                                                    3000000,   0 },
    {SKUS,       ",\"pageSize\":101",                                                           3000000,   0 },
    {SKUS,       ",\"pageNo\":0",                                                               3000000,   0 },
    {GOODS,      "",                                                                            7000000,   0 },
    {GOODS,      ",\"goodsSearchType\":\"1\"",                                                  3000000,   0 },
    {GOODS,      ",\"goodsSearchType\":6",                                                      1000000,   0 },
    {GOODS,      ",\"goodsSearchType\":1,\"goodsIdList\":[601099548666279002]",                 1000000,   1 },
    {SKUS_TOLD,  "",                                                                            150010003, 0 },
    {SKUS_TOLD,  ",\"skuSearchType\":1",                                                        150010003, 0 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ALL\"",                                                  150010003, 0 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\"",                                               1000000,   20},
    {SKUS_TOLD,  ",\"skuSearchType\":\"INACTIVE\"",                                             1000000,   0 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\",\"pageSize\":101",                              150010003, 0 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\",\"pageToken\":\"3.0.0.7\"",                     150010003, 0 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\",\"pageToken\":\"next\"",                        150010003, 0 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\",\"skuIdList\":[7]",                             150010003, 0 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\",\"skuIdList\":[\"1759235267353400004\",\"7\"]",
     1000000,                                                                                              1 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\",\"outSkuSnList\":[\"SKU-00005\"]",              1000000,   1 },
    {SKUS_TOLD,  ",\"skuSearchType\":\"ACTIVE\",\"skuStatusChangeTimeTo\":2",                   1000000,   0 },
    {GOODS_TOLD, ",\"goodsSearchType\":\"ALL\"",                                                1000000,   10},
    {GOODS_TOLD, ",\"goodsSearchType\":\"DELETED\"",                                            1000000,   0 },
    {GOODS_TOLD, ",\"goodsSearchType\":\"ACTIVE\",\"goodsIdList\":[\"601099548666279002\"]",
     1000000,                                                                                              1 },
};

START_TEST(test_lists)
{
    world it;

    make_world(&it, NULL);
    call(&it, lists[_i].type, lists[_i].members);
    check_code(&it, lists[_i].code);
    if (lists[_i].code == 1000000)
        ck_assert_int_eq(int_at(&it, "result.total"), lists[_i].total);
    end_world(&it);
}
END_TEST

START_TEST(test_stock)
{
    world it;

    make_world(&it, NULL);
    call(&it, STOCK, "");
    check_code(&it, 7000000);
    get(&it, STOCK, fill(",\"goodsId\":%lld", GOODS_ID(4)));
    wb_json_ref row = row_of(&it, wb_json_get(it.json, result(&it), "stockList"), 0);
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, row, "skuStockInfoList")), 2);
    get(&it, STOCK, ",\"outSkuSnList\":[\"SKU-00005\",\"SKU-00017\"]");
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, result(&it), "stockList")), 2);
    get(&it, STOCK, fill(",\"skuIdList\":[\"%lld\"]", SKU(5)));
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, result(&it), "stockList")), 1);
    end_world(&it);
}
END_TEST

/* A key counts once, whatever it brings; in another mall it is another key. */
START_TEST(test_edit_once)
{
    world it;

    make_world(&it, (char *[]){"--accounts", "2", NULL});
    edit(&it, 3, 25, "K-1");
    check_good(&it);
    ck_assert_int_eq(outcome(&it, 0), 0);
    ck_assert_int_eq(shown(&it, 3), 25);
    edit(&it, 3, 26, "K-1");
    check_code(&it, 150010003);
    ck_assert(strstr(text_at(&it, 0, "errorMsg"), "requestUniqueKey"));
    ck_assert_int_eq(shown(&it, 3), 25);
    edit(&it, 3, 26, "K-2");
    check_good(&it);
    ck_assert_int_eq(shown(&it, 3), 26);
    get(&it, SKUS, fill(",\"skuIdList\":[%lld]", SKU(3)));
    ck_assert_int_eq(
        number(&it, row_of(&it, wb_json_get(it.json, result(&it), "skuList"), 0), "stock"), 26);
    become(&it, 2);
    ck_assert_int_eq(shown(&it, 3), 0);
    edit(&it, 3, 7, "K-1");
    check_good(&it);
    ck_assert_int_eq(shown(&it, 3), 7);
    become(&it, 1);
    ck_assert_int_eq(shown(&it, 3), 26);
    end_world(&it);
}
END_TEST

/* What is wrong with an edit as a whole, and with one SKU of it. */
static const struct {
    const char *lists;     /* of the goods 601099548666279002: their SKUs end with 3 and 4 */
    int64_t code;          /* of the call */
    int64_t first, second; /* of its SKUs; -1 = there is none */
} edits[] = {
    {"\"skuStockTargetList\":[{\"skuId\":1759235267353400003,\"stockTarget\":1},"
     "{\"skuId\":1759235267353400004,\"stockTarget\":2}]",                        1000000,   0,         0        },
    {"\"skuStockTargetList\":[{\"skuId\":1759235267353400003,\"stockTarget\":1},"
     "{\"skuId\":1759235267353400004,\"stockTarget\":1000001}]",                  1000000,   0,         150013002},
    {"\"skuStockTargetList\":[{\"skuId\":1759235267353400003,\"stockTarget\":-1}]",    1000000,
     150013002,                                                                                              -1       },
    {"\"skuStockTargetList\":[{\"skuId\":1759235267353400001,\"stockTarget\":1}]",     1000000,
     150010003,                                                                                              -1       },
    {"\"skuStockTargetList\":[{\"skuId\":7,\"stockTarget\":1}]",                       1000000,   150010003, -1       },
    {"\"skuStockChangeList\":[{\"skuId\":1759235267353400003,\"stockDiff\":5}]",       1000000,   0,         -1       },
    {"\"skuStockChangeList\":[{\"skuId\":1759235267353400003,\"stockDiff\":-5}]",      1000000,
     150013002,                                                                                              -1       },
    {"\"skuStockTargetLists\":[{\"skuId\":1759235267353400003,\"stockTarget\":1}]",    1000000,   -1,
     -1                                                                                                               },
    {"\"skuStockTargetList\":[{\"skuId\":1759235267353400003,\"stockTarget\":1},"
     "{\"skuId\":1759235267353400003,\"stockTarget\":1}]",                        150013001, -1,        -1       },
    {"\"skuStockTargetList\":[{\"skuId\":1759235267353400003,\"stockTarget\":1}],"
     "\"skuStockChangeList\":[{\"skuId\":1759235267353400004,\"stockDiff\":1}]",  150013003, -1,        -1       },
    {"\"skuStockTargetList\":[{\"skuId\":\"1759235267353400003\",\"stockTarget\":1}]", 3000000,   -1,
     -1                                                                                                               },
    {"\"skuStockTargetList\":[{\"skuId\":1759235267353400003}]",                       150010003, -1,        -1       },
    {"\"stockType\":2,\"skuStockTargetList\":[]",                                      150010003, -1,        -1       },
};

START_TEST(test_edits)
{
    world it;

    make_world(&it, NULL);
    call(&it, EDIT, fill(",\"goodsId\":601099548666279002,%s", edits[_i].lists));
    check_code(&it, edits[_i].code);
    if (edits[_i].code == 1000000) {
        wb_json_ref list = wb_json_get(it.json, result(&it), "skuStockEditStatusInfoList");
        ck_assert_uint_eq(wb_json_count(it.json, list),
                          (size_t)(edits[_i].first >= 0) + (edits[_i].second >= 0));
        if (edits[_i].first >= 0)
            ck_assert_int_eq(outcome(&it, 0), edits[_i].first);
        if (edits[_i].second >= 0)
            ck_assert_int_eq(outcome(&it, 1), edits[_i].second);
        bool all = edits[_i].first <= 0 && edits[_i].second <= 0;
        ck_assert_int_eq(wb_json_kind(it.json, wb_json_get(it.json, result(&it), "operateResult")),
                         all ? WB_JSON_TRUE : WB_JSON_FALSE);
    }
    int64_t wanted = edits[_i].first ? 0 : strstr(edits[_i].lists, "stockDiff") ? 5 : 1;
    ck_assert_int_eq(shown(&it, 2), wanted);
    ck_assert_int_eq(shown(&it, 0), 0);
    end_world(&it);
}
END_TEST

START_TEST(test_faults)
{
    world it;

    make_world(&it, NULL);
    set_faults(&it, "temu_edit_partly=1*1");
    edit(&it, 3, 25, "K-1");
    check_good(&it);
    ck_assert_int_eq(outcome(&it, 0), 150010005);
    ck_assert_int_eq(shown(&it, 3), 0);
    set_faults(&it, "temu_edit_internal=1*1");
    edit(&it, 3, 25, "K-1"); /* of what was not done the key may come again */
    check_code(&it, 2000000);
    ck_assert_int_eq(shown(&it, 3), 25);
    edit(&it, 3, 25, "K-1");
    check_code(&it, 150010003);
    end_world(&it);
}
END_TEST

static int64_t
counted(world *it, const char *kind, const char *name)
{
    wb_json *json = it->json;
    char path[64];
    int64_t value = INT64_MIN;

    ck_assert_int_eq(sim_ask_text(it->sim, "GET /sim/stats", &it->body), 200);
    ck_assert(!wb_json_parse(json, wb_buf_view(&it->body), NULL));
    (void)snprintf(path, sizeof path, "story.kinds.%s.%s", kind, name);
    ck_assert(!wb_json_int(json, wb_json_at(json, 0, path), &value, path, NULL));
    return value;
}

/* What the ERP holds is what the shop is to show; more than there ever was is made up. */
START_TEST(test_at_the_far_end)
{
    world it;
    char key[16];

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    for (int i = 0; i < 20; i++) {
        int64_t held = wb_sim_works_held(it.sim->works, (uint32_t)i, 0) +
                       wb_sim_works_held(it.sim->works, (uint32_t)i, 1);
        (void)snprintf(key, sizeof key, "K-%d", i);
        edit(&it, i, held, key);
        check_good(&it);
    }
    ck_assert_int_eq(counted(&it, "listings", "at_target"), 20);
    ck_assert_int_eq(counted(&it, "stock", "at_target"), 20);
    ck_assert_int_eq(counted(&it, "listings", "invented"), 0);
    edit(&it, 3, 900000, "K-20");
    check_good(&it);
    ck_assert_int_eq(counted(&it, "listings", "invented"), 1);
    ck_assert_int_eq(counted(&it, "stock", "at_target"), 19);
    end_world(&it);
}
END_TEST

/* A write that probes do not see yet shows what was before. */
START_TEST(test_lag)
{
    world it;
    int64_t end_ms = wb_now_ms() + 10000;

    make_world(&it, (char *[]){"--ship-after", "1h", "--lag", "300ms", NULL});
    edit(&it, 3, 25, "K-1");
    set_faults(&it, "probe_lag@temu.stock=1*1");
    edit(&it, 3, 26, "K-2");
    ck_assert_int_eq(shown(&it, 3), 25);
    while (shown(&it, 3) != 26)
        ck_assert_int_lt(wb_now_ms(), end_ms);
    end_world(&it);
}
END_TEST

/* What a lever tells a mall to say, in its words. */
START_TEST(test_levers)
{
    world it;

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/target?name=1&result=refused", &it.body), 200);
    edit(&it, 3, 25, "K-1");
    check_good(&it);
    ck_assert_int_eq(outcome(&it, 0), 150010003);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/target?name=1&result=retry", &it.body), 200);
    edit(&it, 3, 25, "K-1");
    ck_assert_int_eq(outcome(&it, 0), 150010005);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/target?name=1&result=silent", &it.body), 200);
    edit(&it, 3, 25, "K-1");
    check_good(&it);
    ck_assert_uint_eq(
        wb_json_count(it.json, wb_json_get(it.json, result(&it), "skuStockEditStatusInfoList")), 0);
    ck_assert_int_eq(
        sim_ask_text(it.sim, "POST /sim/target?name=1&result=none&status=422", &it.body), 200);
    edit(&it, 3, 26, "K-2");
    check_code(&it, 150010003);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/target?name=1&status=0", &it.body), 200);
    ck_assert_int_eq(shown(&it, 3), 25);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/place?name=temu.goods&status=403", &it.body),
                     200);
    call(&it, SKUS, "");
    check_code(&it, 7000000);
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_skus,           0              },
        {test_goods,          0              },
        {test_lists,          WB_COUNT(lists)},
        {test_stock,          0              },
        {test_edit_once,      0              },
        {test_edits,          WB_COUNT(edits)},
        {test_faults,         0              },
        {test_at_the_far_end, 0              },
        {test_lag,            0              },
        {test_levers,         0              },
        {NULL,                0              },
    };

    return wb_suite_run("actors.connectors.temu.sim.goods", tests);
}
