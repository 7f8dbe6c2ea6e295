/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders as they are read: lists, details, addresses, amounts, what may go together.
 */
#include "tests/unit/actors/connectors/temu/sim/world.h"

#define LIST "bg.order.list.v2.get"
#define DETAIL "bg.order.detail.v2.get"
#define ADDRESS "bg.order.shippinginfo.v2.get"
#define AMOUNT "bg.order.amount.query"
#define COMBINED "bg.order.combinedshipment.list.get"
#define UNSHIPPED "bg.order.unshipped.package.get"

static wb_json_ref
items(world *it)
{
    return wb_json_at(it->json, 0, "result.pageItems");
}

static int
status_of(world *it, uint32_t order)
{
    call_of(it, DETAIL, order);
    check_good(it);
    return (int)int_at(it, "result.parentOrderMap.parentOrderStatus");
}

/* The first order whose newest version has this state. */
static uint32_t
order_in(world *it, wb_sim_state state)
{
    const wb_sim_things *orders = wb_sim_market_things(it->sim->market);

    for (uint32_t n = 0; n < 30; n++)
        if (wb_sim_state_of(it->sim->market, n, orders->newest(orders->self, n)) == state)
            return n;
    ck_abort_msg("no such order");
    return 0;
}

/* Pages of a fixed window: newest first, each order once. */
START_TEST(test_pages)
{
    world it;
    char members[160], seen[40][32];
    int64_t now_s = wb_now_utc_us() / WB_US_PER_S, last = INT64_MAX;
    int count = 0;

    make_world(&it, (char *[]){"--changes", "2", NULL});
    for (int page = 1; page <= 5; page++) {
        (void)snprintf(members, sizeof members,
                       ",\"pageNumber\":%d,\"pageSize\":7,\"updateAtStart\":%lld,"
                       "\"updateAtEnd\":%lld,\"sortby\":\"updateTime\"",
                       page, (long long)now_s - 60, (long long)now_s + 60);
        get(&it, LIST, members);
        ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 30);
        ck_assert_uint_eq(wb_json_count(it.json, items(&it)), page < 5 ? 7 : 2);
        for (wb_json_ref at = wb_json_first(it.json, items(&it)); at != WB_JSON_NONE;
             at = wb_json_next(it.json, at)) {
            int64_t updated = 0;
            ck_assert(!wb_json_int(it.json, wb_json_at(it.json, at, "parentOrderMap.updateTime"),
                                   &updated, "", NULL));
            ck_assert_int_le(updated, last);
            last = updated;
            (void)snprintf(seen[count], sizeof seen[count], "%.31s",
                           text_at(&it, at, "parentOrderMap.parentOrderSn"));
            for (int i = 0; i < count; i++)
                ck_assert_str_ne(seen[i], seen[count]);
            count++;
        }
    }
    ck_assert_int_eq(count, 30);
    end_world(&it);
}
END_TEST

/* What is filtered, and how many of the thirty fit. */
static const struct {
    const char *members;
    int64_t code;
    int total;
} filters[] = {
    {"",                                                                  1000000,   30},
    {",\"regionId\":211",                                                 1000000,   30},
    {",\"regionId\":29",                                                  1000000,   0 },
    {",\"parentOrderStatus\":0",                                          1000000,   30},
    {",\"parentOrderStatus\":2",                                          1000000,   30},
    {",\"parentOrderStatus\":3",                                          1000000,   0 },
    {",\"updateAtStart\":1,\"updateAtEnd\":2",                            1000000,   0 },
    {",\"createAfter\":1,\"createBefore\":9999999999",                    1000000,   30},
    {",\"createAfter\":1,\"createBefore\":2",                             1000000,   0 },
    {",\"expectShipLatestTimeStart\":1,\"expectShipLatestTimeEnd\":2",    1000000,   0 },
    {",\"parentConfirmTimeStart\":1,\"parentConfirmTimeEnd\":9999999999", 1000000,   30},
    {",\"fulfillmentTypeList\":[\"fulfillBySeller\"]",                    1000000,   30},
    {",\"fulfillmentTypeList\":[\"fulfillByCooperativeWarehouse\"]",      1000000,   0 },
    {",\"packageAbnormalTypeList\":[\"NO_TRACK\"]",                       1000000,   0 },
    {",\"parentOrderLabel\":[\"pending_buyer_cancellation\"]",            1000000,   0 },
    {",\"hasPreSaleOrder\":true",                                         1000000,   0 },
    {",\"skuId\":1",                                                      1000000,   0 },
    {",\"parentOrderSnList\":[\"none\"]",                                 1000000,   0 },
    {",\"parentOrderSnList\":[]",                                         1000000,   30},
    {",\"pageSize\":101",                                                 7000000,   0 },
    {",\"pageSize\":\"7\"",                                               3000000,   0 },
    {",\"pageNumber\":0",                                                 3000000,   0 },
    {",\"updateAtStart\":1",                                              140020013, 0 },
    {",\"createBefore\":1",                                               140020013, 0 },
    {",\"updateAtStart\":1,\"updateAtEnd\":1760000000000",                140020014, 0 },
    {",\"parentConfirmTimeStart\":5,\"parentConfirmTimeEnd\":5",          140020012, 0 },
};

START_TEST(test_filters)
{
    world it;

    make_world(&it, NULL);
    call(&it, LIST, filters[_i].members);
    check_code(&it, filters[_i].code);
    if (filters[_i].code == 1000000)
        ck_assert_int_eq(int_at(&it, "result.totalItemNum"), filters[_i].total);
    end_world(&it);
}
END_TEST

START_TEST(test_named_orders)
{
    world it;
    char members[160];

    make_world(&it, (char *[]){"--accounts", "2", NULL});
    (void)snprintf(members, sizeof members, ",\"parentOrderSnList\":[\"%s\",\"%s\"]", id_of(&it, 4),
                   id_of(&it, 5));
    get(&it, LIST, members); /* one of them is the other mall's */
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 1);
    ck_assert_str_eq(text_at(&it, row_of(&it, items(&it), 0), "parentOrderMap.parentOrderSn"),
                     id_of(&it, 4));
    call_of(&it, DETAIL, 5);
    check_code(&it, 140020002);
    call(&it, DETAIL, "");
    check_code(&it, 3000000);
    end_world(&it);
}
END_TEST

/* An order that changes leaves the window, and the others move up. */
START_TEST(test_rows_move)
{
    world it;
    char members[200], third[32];

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    wb_sim_temu *temu = it.part->state;
    wb_sim_temu_sent *sent = temu->sent;
    int64_t now_s = wb_now_utc_us() / WB_US_PER_S;
    (void)snprintf(members, sizeof members,
                   ",\"pageNumber\":1,\"pageSize\":2,\"updateAtStart\":%lld,\"updateAtEnd\":%lld,"
                   "\"sortby\":\"updateTime\"",
                   (long long)now_s - 60, (long long)now_s + 60);
    get(&it, LIST, members);
    uint32_t first = wb_sim_market_number(
        it.sim->market,
        wb_view_of(text_at(&it, row_of(&it, items(&it), 0), "parentOrderMap.parentOrderSn")));
    members[14] = '2';
    get(&it, LIST, members);
    (void)snprintf(third, sizeof third, "%.31s",
                   text_at(&it, row_of(&it, items(&it), 0), "parentOrderMap.parentOrderSn"));
    sent[first].changed_utc_us = (now_s + 100) * WB_US_PER_S;
    temu->sendings++;
    get(&it, LIST, members);
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 29);
    sent[7].changed_utc_us = (now_s + 50) * WB_US_PER_S; /* to the front of the window */
    temu->sendings++;
    members[14] = '1';
    get(&it, LIST, members);
    ck_assert_str_eq(text_at(&it, row_of(&it, items(&it), 0), "parentOrderMap.parentOrderSn"),
                     id_of(&it, 7));
    sent[7].changed_utc_us = 0;
    temu->sendings++;
    members[14] = '2';
    get(&it, LIST, members);
    ck_assert_str_ne(third, text_at(&it, row_of(&it, items(&it), 0),
                                    "parentOrderMap.parentOrderSn")); /* it is on page 1 now */
    end_world(&it);
}
END_TEST

static void
on_made(void *arg, uint32_t order, uint32_t version)
{
    (void)order;
    (void)version;
    ++*(int *)arg;
}

static void
check_first(world *it, const char *members, uint32_t order)
{
    get(it, LIST, members);
    ck_assert_str_eq(text_at(it, row_of(it, items(it), 0), "parentOrderMap.parentOrderSn"),
                     id_of(it, order));
}

/* What a search found is kept for its next page, and for nothing else: not for another mall,
 * another window or order of rows, nor when an order has changed or is hidden. */
START_TEST(test_search_again)
{
    world it;
    char members[200], all[200];
    int made = 0;
    int64_t now_s = wb_now_utc_us() / WB_US_PER_S;

    make_world(&it, (char *[]){"--accounts", "2", "--changes", "1", "--gap", "4000", NULL});
    wb_sim_market_stop(it.sim->market); /* changes are made here */
    (void)snprintf(members, sizeof members,
                   ",\"updateAtStart\":%lld,\"updateAtEnd\":%lld,\"sortby\":\"updateTime\"",
                   (long long)now_s - 60, (long long)now_s + 60);
    (void)snprintf(all, sizeof all, ",\"updateAtStart\":%lld,\"updateAtEnd\":%lld",
                   (long long)now_s - 60, (long long)now_s + 60);
    check_first(&it, members, 28);
    become(&it, 2);
    check_first(&it, members, 29);
    become(&it, 1);
    check_first(&it, members, 28);
    wb_sim_market_change(it.sim->market, 4, wb_now_utc_us() + 2 * WB_US_PER_S, on_made, &made);
    ck_assert_int_eq(made, 1);
    check_first(&it, members, 4);
    check_first(&it, all, 28);
    get(&it, LIST, ",\"updateAtStart\":1,\"updateAtEnd\":2");
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 0);
    get(&it, LIST, members);
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 15);
    wb_sim_market_change(it.sim->market, 6, wb_now_utc_us() + 4 * WB_US_PER_S, on_made, &made);
    ck_assert_int_eq(made, 2);
    check_first(&it, members, 6);
    set_faults(&it, "read_lag@temu.orders=1");
    get(&it, LIST, members); /* all of this mall are as young as that */
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 0);
    set_faults(&it, "none");
    check_first(&it, members, 6);
    end_world(&it);
}
END_TEST

/* Where nobody confirms, the marketplace says what was sent: what was cancelled has nothing left.
 */
START_TEST(test_sent_by_hand)
{
    world it;

    make_world(&it, (char *[]){"--changes", "2", NULL});
    ck_assert_int_eq(status_of(&it, order_in(&it, WB_SIM_STATE_SHIPPED)), 4);
    ck_assert_int_gt(int_at(&it, "result.parentOrderMap.parentShippingTime"), 1700000000);
    ck_assert_int_eq(status_of(&it, order_in(&it, WB_SIM_STATE_CANCELLED)), 3);
    wb_json_ref line = row_of(&it, wb_json_get(it.json, result(&it), "orderList"), 0);
    int64_t quantity = -1, cancelled = 0, ordered = 0;
    ck_assert(!wb_json_int(it.json, wb_json_get(it.json, line, "quantity"), &quantity, "", NULL));
    ck_assert(!wb_json_int(it.json, wb_json_get(it.json, line, "canceledQuantityBeforeShipment"),
                           &cancelled, "", NULL));
    ck_assert(!wb_json_int(it.json, wb_json_get(it.json, line, "originalOrderQuantity"), &ordered,
                           "", NULL));
    ck_assert_int_eq(quantity, 0);
    ck_assert(cancelled == ordered && ordered > 0);
    end_world(&it);
}
END_TEST

/* Where the ERP ships, only what was confirmed is on its way. */
START_TEST(test_sent_by_confirmation)
{
    world it;

    make_world(&it, (char *[]){"--changes", "2", "--ship-after", "1h", NULL});
    ck_assert_int_eq(status_of(&it, order_in(&it, WB_SIM_STATE_SHIPPED)), 2);
    ck_assert_int_eq(
        wb_json_kind(it.json, wb_json_at(it.json, 0, "result.parentOrderMap.parentShippingTime")),
        WB_JSON_NULL);
    ck_assert_int_eq(status_of(&it, order_in(&it, WB_SIM_STATE_CANCELLED)), 3);
    end_world(&it);
}
END_TEST

/* The ids of SKUs are more than a double can tell apart. */
START_TEST(test_ids)
{
    world it;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int64_t sku = 0, goods = 0;
    char code[16];

    make_world(&it, NULL);
    ck_assert_int_eq(status_of(&it, 3), 2);
    int count = wb_sim_order_lines(it.sim->market, 3, lines);
    wb_json_ref list = wb_json_get(it.json, result(&it), "orderList");
    ck_assert_uint_eq(wb_json_count(it.json, list), (size_t)count);
    wb_json_ref line = row_of(&it, list, 0);
    ck_assert(!wb_json_int(it.json, wb_json_get(it.json, line, "skuId"), &sku, "", NULL));
    ck_assert(!wb_json_int(it.json, wb_json_get(it.json, line, "goodsId"), &goods, "", NULL));
    ck_assert_int_eq(sku, WB_SIM_TEMU_SKU_BASE + lines[0].goods);
    ck_assert_int_eq(goods, WB_SIM_TEMU_GOODS_BASE + lines[0].goods / 2);
    ck_assert_int_ne((int64_t)(double)sku, sku | 1);
    (void)snprintf(code, sizeof code, "SKU-%05u", lines[0].goods);
    ck_assert_str_eq(
        text_at(&it, row_of(&it, wb_json_get(it.json, line, "productList"), 0), "extCode"), code);
    ck_assert(!strncmp(text_at(&it, line, "orderSn"), id_of(&it, 3), 19));
    ck_assert_str_eq(text_at(&it, line, "orderSn") + 19, "-1");
    ck_assert(!strstr(wb_buf_text(&it.body), "rice\""));
    end_world(&it);
}
END_TEST

/* Told while it waits to be sent, and not if it is withheld. */
START_TEST(test_address)
{
    world it;

    make_world(&it, (char *[]){"--changes", "2", NULL});
    call_of(&it, ADDRESS, order_in(&it, WB_SIM_STATE_SHIPPED));
    check_good(&it);
    ck_assert_str_eq(text_at(&it, result(&it), "addressLine1"), "");
    ck_assert_int_eq(wb_json_kind(it.json, wb_json_at(it.json, 0, "result.receiptName")),
                     WB_JSON_NULL);
    ck_assert_int_eq(wb_json_kind(it.json, wb_json_at(it.json, 0, "result.warning.isRestriction")),
                     WB_JSON_FALSE);
    end_world(&it);
    make_world(&it, NULL);
    call_of(&it, ADDRESS, 1);
    check_good(&it);
    ck_assert_str_eq(text_at(&it, result(&it), "receiptName"), "Jane Doe0"); /* who bought twice */
    ck_assert_str_eq(text_at(&it, result(&it), "regionName1"), "United States");
    ck_assert(strstr(text_at(&it, result(&it), "mobile"), " ext. "));
    set_faults(&it, "temu_restricted=1");
    call_of(&it, ADDRESS, 1);
    check_good(&it);
    ck_assert_str_eq(text_at(&it, result(&it), "receiptName"), "");
    ck_assert_int_eq(int_at(&it, "result.warning.reason"), 2);
    end_world(&it);
}
END_TEST

/* Of an order that may still change, the letters are masked. */
START_TEST(test_masked)
{
    world it;
    uint32_t order = 0;

    make_world(&it, (char *[]){"--changes", "1", "--gap", "1000000", "--orders", "100", NULL});
    while (wb_sim_state_of(it.sim->market, order, 1) != WB_SIM_STATE_PENDING)
        ck_assert_uint_lt(++order, 100);
    ck_assert_int_eq(status_of(&it, order), 1);
    call_of(&it, ADDRESS, order);
    check_good(&it);
    ck_assert_str_eq(text_at(&it, result(&it), "receiptName"), "J*** D***");
    ck_assert_str_eq(text_at(&it, result(&it), "postCode"), "9****");
    end_world(&it);
}
END_TEST

START_TEST(test_money)
{
    world it;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int64_t goods_minor = 0;

    make_world(&it, NULL);
    call_of(&it, AMOUNT, 3);
    check_code(&it, 3000032);
    end_world(&it);
    make_world(&it, (char *[]){"--temu-money", "true", NULL});
    call_of(&it, AMOUNT, 3);
    check_good(&it);
    int count = wb_sim_order_lines(it.sim->market, 3, lines);
    for (int i = 0; i < count; i++)
        goods_minor += lines[i].quantity * lines[i].unit_minor;
    ck_assert_int_eq(int_at(&it, "result.parentOrderMap.basePriceTotal.amount"), goods_minor);
    ck_assert_int_eq(int_at(&it, "result.parentOrderMap.customerPaid.amount"),
                     goods_minor + int_at(&it, "result.parentOrderMap.shippingAmountTotal.amount"));
    wb_json_ref line = row_of(&it, wb_json_get(it.json, result(&it), "orderList"), 0);
    int64_t unit_minor = 0;
    ck_assert(!wb_json_int(it.json, wb_json_at(it.json, line, "unitBasePrice.amount"), &unit_minor,
                           "", NULL));
    ck_assert_int_eq(unit_minor, lines[0].unit_minor);
    set_faults(&it, "temu_amount_later=1*1");
    call_of(&it, AMOUNT, 3);
    check_code(&it, 140020008);
    get(&it, "bg.open.accesstoken.info.get", "");
    ck_assert(strstr(wb_buf_text(&it.body), AMOUNT));
    end_world(&it);
}
END_TEST

/* Two orders of one buyer may go together; where there are none, the result is null. */
START_TEST(test_combined)
{
    world it;

    make_world(&it, NULL);
    get(&it, COMBINED, "");
    wb_json_ref group = row_of(&it, wb_json_get(it.json, result(&it), "combinedShippingGroups"), 0);
    wb_json_ref list = wb_json_get(it.json, group, "combinedShippingGroup");
    ck_assert_uint_eq(wb_json_count(it.json, list), 2);
    bool later = !strcmp(text_at(&it, row_of(&it, list, 0), "parentOrderSn"), id_of(&it, 25));
    ck_assert_str_eq(text_at(&it, row_of(&it, list, 0), "parentOrderSn"),
                     id_of(&it, later ? 25 : 0));
    ck_assert_str_eq(text_at(&it, row_of(&it, list, 1), "parentOrderSn"),
                     id_of(&it, later ? 26 : 1));
    end_world(&it);
    make_world(&it, (char *[]){"--orders", "1", NULL});
    get(&it, COMBINED, "");
    ck_assert_int_eq(wb_json_kind(it.json, result(&it)), WB_JSON_NULL);
    end_world(&it);
}
END_TEST

/* A label that was bought is seen nowhere else; its number in the detail, too. */
START_TEST(test_labels)
{
    world it;
    char members[100];

    make_world(&it, NULL);
    get(&it, UNSHIPPED, "");
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 0);
    set_faults(&it, "temu_label=1");
    (void)snprintf(members, sizeof members, ",\"parentOrderSnList\":[\"%s\"],\"pageSize\":5",
                   id_of(&it, 3));
    get(&it, UNSHIPPED, members);
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 1);
    wb_json_ref row = row_of(&it, wb_json_get(it.json, result(&it), "unshippedPackage"), 0);
    char sn[64];
    (void)snprintf(sn, sizeof sn, "%.63s", text_at(&it, row, "packageSn"));
    ck_assert(*text_at(&it, row, "trackingNumber"));
    call_of(&it, DETAIL, 3);
    ck_assert(strstr(wb_buf_text(&it.body), sn));
    get(&it, UNSHIPPED, ",\"pageNumber\":4,\"pageSize\":10");
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 30);
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, result(&it), "unshippedPackage")),
                      0);
    end_world(&it);
}
END_TEST

START_TEST(test_faults)
{
    world it;

    make_world(&it, NULL);
    set_faults(&it, "temu_double_wrapped=1*2");
    get(&it, LIST, "");
    ck_assert_int_eq(int_at(&it, "result.errorCode"), 0);
    ck_assert_int_eq(int_at(&it, "result.result.totalItemNum"), 30);
    call_of(&it, DETAIL, 3);
    ck_assert_str_eq(text_at(&it, 0, "result.result.parentOrderMap.parentOrderSn"), id_of(&it, 3));
    set_faults(&it, "temu_total_wrong=1*1");
    get(&it, LIST, ",\"pageSize\":100");
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 735);
    ck_assert_uint_eq(wb_json_count(it.json, items(&it)), 30);
    set_faults(&it, "temu_computing=1*1");
    call_of(&it, DETAIL, 3);
    check_code(&it, 140020009);
    set_faults(&it, "element_unusable@temu.orders=1*1");
    get(&it, LIST, ",\"pageSize\":7");
    ck_assert_uint_eq(wb_json_count(it.json, items(&it)), 8);
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 31); /* it counts as a row */
    set_faults(&it, "broken_text=1,nulls=1");
    call_of(&it, DETAIL, 3);
    ck_assert(strstr(wb_buf_text(&it.body), "\\ud83d"));
    ck_assert(strstr(wb_buf_text(&it.body), "\"expectShipLatestTime\":null"));
    end_world(&it);
}
END_TEST

/* A list without an end gives its first page, and always more to come; until the fault is off. */
START_TEST(test_without_an_end)
{
    world it;
    char first[32];

    make_world(&it, NULL);
    set_faults(&it, "pages_never_end@temu.orders=1*1");
    get(&it, LIST, ",\"pageSize\":20,\"pageNumber\":1");
    (void)snprintf(first, sizeof first, "%.31s",
                   text_at(&it, row_of(&it, items(&it), 0), "parentOrderMap.parentOrderSn"));
    get(&it, LIST, ",\"pageSize\":20,\"pageNumber\":9");
    ck_assert_str_eq(first,
                     text_at(&it, row_of(&it, items(&it), 0), "parentOrderMap.parentOrderSn"));
    ck_assert_int_gt(int_at(&it, "result.totalItemNum"), 180);
    set_faults(&it, "none");
    get(&it, LIST, ",\"pageSize\":20,\"pageNumber\":9");
    ck_assert_uint_eq(wb_json_count(it.json, items(&it)), 0);
    set_faults(&it, "cursor_refused=1");
    get(&it, LIST, ",\"pageSize\":20,\"pageNumber\":1");
    call(&it, LIST, ",\"pageSize\":20,\"pageNumber\":2");
    check_code(&it, 3000000);
    end_world(&it);
}
END_TEST

/* A record that is refused is refused in this vendor's words, and kept in mind. */
START_TEST(test_refusals)
{
    world it;

    make_world(&it, (char *[]){"--refuse-as", "403", NULL});
    set_faults(&it, "refuse_one@temu.orders=1");
    call_of(&it, DETAIL, 3);
    check_code(&it, 7000000);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/refused", &it.body), 200);
    ck_assert(strstr(wb_buf_text(&it.body), "{\"at\":\"temu.orders\",\"target\":\"\""));
    ck_assert(strstr(wb_buf_text(&it.body), id_of(&it, 3)));
    set_faults(&it, "none");
    set_faults(&it, "refuse_all@temu.orders=1"); /* as an account is told it */
    call_of(&it, DETAIL, 4);
    check_code(&it, 3000032);
    set_faults(&it, "none");
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/orders?status=401", &it.body), 200);
    call_of(&it, DETAIL, 3);
    check_code(&it, 3000034);
    get(&it, LIST, "");
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/orders?status=418", &it.body), 200);
    call_of(&it, DETAIL, 3);
    check_code(&it, 7000000);
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_pages,                0                },
        {test_filters,              WB_COUNT(filters)},
        {test_named_orders,         0                },
        {test_rows_move,            0                },
        {test_search_again,         0                },
        {test_sent_by_hand,         0                },
        {test_sent_by_confirmation, 0                },
        {test_ids,                  0                },
        {test_address,              0                },
        {test_masked,               0                },
        {test_money,                0                },
        {test_combined,             0                },
        {test_labels,               0                },
        {test_faults,               0                },
        {test_without_an_end,       0                },
        {test_refusals,             0                },
        {NULL,                      0                },
    };

    return wb_suite_run("actors.connectors.temu.sim.orders", tests);
}
