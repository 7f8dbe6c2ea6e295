/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders are created, read, changed, cancelled; each may fail by itself, inside a success.
 */
#include "tests/unit/actors/connectors/lingxing/sim/sim_kit.h"

#define UPDATE "/pb/mp/order/v2/updateOrder"
#define CANCEL "/pb/mp/order/v2/cancelOrder"
#define EDIT "/pb/mp/order/editOrder"
#define REMARK "/pb/mp/order/setRemark"
#define REVIEW "/basicOpen/openapi/multiplatform/order/review"
#define DELIVER "/basicOpen/selfShipmentOrder/deliveryGoods"
#define GOOD                                                                                       \
    "\"address_line1\":\"a\",\"city\":\"c\",\"receiver_country_code\":\"CN\","                     \
    "\"receiver_name\":\"n\",\"platform_order_no\":\"P-1\""
#define ITEM "\"items\":[{\"quantity\":2,\"sku\":\"SKU-00003\",\"unit_price\":\"1.50\"}]"

static void
create_text(world *self, const char *orders)
{
    char body[4096];

    (void)snprintf(body, sizeof body,
                   "{\"platform_code\":10009,\"store_id\":\"" STORE_1 "\",\"orders\":[%s]}",
                   orders);
    ck_assert_int_eq(call(self, CREATE, body), 200);
}

static size_t
count_at(world *self, const char *path)
{
    return wb_json_count(self->json, wb_json_at(self->json, 0, path));
}

/* A member of the first element of a list. */
static wb_view
first_text(world *self, const char *path, const char *name)
{
    wb_json_ref at =
        wb_json_get(self->json, wb_json_first(self->json, wb_json_at(self->json, 0, path)), name);
    wb_view text = {"", 0};

    if (wb_json_kind(self->json, at) == WB_JSON_NUMBER)
        return wb_json_raw(self->json, at);
    ck_assert(!wb_json_text(self->json, at, &text, name, NULL));
    return text;
}

static void
check_first(world *self, const char *path, const char *name, const char *wanted)
{
    ck_assert_msg(wb_view_is(first_text(self, path, name), wanted), "%s is not %s in %s", name,
                  wanted, wb_buf_text(&self->body));
}

/* The status of the one order of this number. */
static void
check_status(world *self, const char *no, const char *wanted)
{
    char numbers[128];

    (void)snprintf(numbers, sizeof numbers, "\"%s\"", no);
    find(self, numbers);
    ck_assert_uint_eq(count_at(self, "data.list"), 1);
    check_first(self, "data.list", "status", wanted);
}

START_TEST(test_created_and_found)
{
    static world it;
    char id[WB_SIM_ID_LEN + 1], numbers[64], global[32];

    make_world(&it, NULL);
    get_token(&it);
    create_for(&it, 3, global);
    ck_assert_uint_eq(strlen(global), 18);
    wb_sim_market_id(it.sim->market, id, 3);
    (void)snprintf(numbers, sizeof numbers, "\"%s\"", id);
    find(&it, numbers);
    check_text(&it, "data.total", "1");
    check_holds(&it, "\"total\":\"1\"");
    check_first(&it, "data.list", "global_order_no", global);
    check_first(&it, "data.list", "status", "4");
    check_first(&it, "data.list", "store_id", store_of(&it, 3));
    check_holds(&it,
                "\"address_info\":{\"receiver_country_code\":\"CN\",\"receiver_name\":\"张 三\"");
    check_holds(&it, "\"transaction_fee_amount\":\"￥-0.98\"");
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger_of(&it)), 1);
    ck_assert_uint_eq(wb_sim_ledger_version(ledger_of(&it), 3), 1);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger_of(&it))->unmarked, 0);
    create(&it, 3, ""); /* once more */
    check_code(&it, "0");
    check_first(&it, "data.error_details", "error_message", "平台单号重复");
    check_first(&it, "data.error_details", "platform_order_no", id);
    ck_assert_uint_eq(count_at(&it, "data.success_details"), 0);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger_of(&it))->versions, 1);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger_of(&it))->same_again, 0);
    end_world(&it);
}
END_TEST

/* What is wrong with one is told by its number, and the one beside it is taken. */
START_TEST(test_orders_that_cannot_be)
{
    static world it;
    static const struct {
        const char *order, *message;
    } rows[] = {
        {"{" GOOD "," ITEM "}",                                                        NULL                                     },
        {"{" GOOD ",\"items\":[{\"quantity\":1,\"msku\":\"m\",\"unit_price\":1.5}]}",  NULL                                     },
        {"{" GOOD ",\"items\":[]}",                                                    "商品信息不能为空"               },
        {"{" GOOD "}",                                                                 "商品信息不能为空"               },
        {"{" GOOD ",\"items\":[{\"quantity\":0,\"sku\":\"a\",\"unit_price\":1}]}",
         "商品数量必须是正整数"                                                                                       },
        {"{" GOOD ",\"items\":[{\"quantity\":\"x\",\"sku\":\"a\",\"unit_price\":1}]}",
         "商品数量必须是正整数"                                                                                       },
        {"{" GOOD ",\"items\":[{\"quantity\":1,\"sku\":\"a\"}]}",                      "商品单价不正确"                  },
        {"{" GOOD ",\"items\":[{\"quantity\":1,\"unit_price\":1}]}",                   "sku 和 msku 不能同时为空"        },
        {"{\"platform_order_no\":\"P-1\",\"receiver_country_code\":\"CN\"," ITEM "}",
         "收件人信息不完整"                                                                                             },
        {"{\"platform_order_no\":\"P-1\",\"receiver_name\":\"n\"," ITEM "}",           "收件人国家不正确"               },
        {"{" ITEM "}",                                                                 "平台单号不正确"                  },
        {"{" GOOD "," ITEM ",\"wid\":\"2501\"}",                                       "仓库和物流方式必须同时填写"},
        {"{" GOOD "," ITEM ",\"wid\":\"2501\",\"logistics_type_id\":\"265\"}",         NULL                                     },
        {"{" GOOD "," ITEM ",\"wid\":\"9\",\"logistics_type_id\":\"265\"}",            "仓库或物流方式不存在"         },
    };
    char orders[2048];

    make_world(&it, NULL);
    get_token(&it);
    (void)snprintf(orders, sizeof orders,
                   "%s,{\"address_line1\":\"a\",\"city\":\"c\",\"receiver_country_code\":\"CN\","
                   "\"receiver_name\":\"n\",\"platform_order_no\":\"P-2\"," ITEM "}",
                   rows[_i].order);
    create_text(&it, orders);
    check_code(&it, "0");
    ck_assert_uint_eq(count_at(&it, "data.success_details"), rows[_i].message ? 1 : 2);
    ck_assert_uint_eq(count_at(&it, "data.error_details"), rows[_i].message ? 1 : 0);
    if (rows[_i].message)
        check_first(&it, "data.error_details", "error_message", rows[_i].message);
    find(&it, "\"P-1\",\"P-2\"");
    ck_assert_uint_eq(count_at(&it, "data.list"), rows[_i].message ? 1 : 2);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger_of(&it)), 0); /* none of this world */
    end_world(&it);
}
END_TEST

/* A number is unique in its shop alone; in another's shop an order of this world is nobody's. */
START_TEST(test_shops)
{
    static world it;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    make_world(&it, NULL);
    get_token(&it);
    create(&it, 2, "");
    check_code(&it, "0");
    wb_buf_init(&body, SIM_ANSWER_MAX);
    wb_buf_addf(&body, "{\"platform_code\":10009,\"store_id\":\"%s\",\"orders\":[",
                !strcmp(store_of(&it, 2), STORE_1) ? STORE_2 : STORE_1);
    put_order(&body, &it, 2, "");
    wb_buf_add_text(&body, "]}");
    (void)call(&it, CREATE, wb_buf_text(&body));
    ck_assert_uint_eq(count_at(&it, "data.success_details"), 1);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger_of(&it))->unmarked, 1);
    (void)call(&it, CREATE,
               "{\"platform_code\":10009,\"store_id\":\"110000000000000003\",\"orders\":[{}]}");
    check_code(&it, "500");
    (void)call(&it, CREATE,
               "{\"platform_code\":10024,\"store_id\":\"" STORE_1 "\",\"orders\":[{}]}");
    check_code(&it, "500");
    (void)call(&it, CREATE, "{\"platform_code\":10009,\"store_id\":\"" STORE_1 "\"}");
    check_code(&it, "102");
    (void)call(&it, CREATE,
               "{\"platform_code\":10009,\"store_id\":\"" STORE_1 "\",\"orders\":\"[]\"}");
    check_code(&it, "102");
    end_world(&it);
}
END_TEST

/* Both ends of the time are open, and it has to be there. */
START_TEST(test_list_by_time)
{
    static world it;
    char body[256];
    int64_t now_s = 0;
    static const struct {
        const char *body, *code;
    } bad[] = {
        {"{\"offset\":0,\"length\":20}",                                        "500"},
        {"{\"offset\":0,\"length\":19,\"start_time\":1,\"end_time\":9}",        "500"},
        {"{\"offset\":0,\"length\":501,\"start_time\":1,\"end_time\":9}",       "500"},
        {"{\"offset\":0,\"length\":20,\"start_time\":1,\"end_time\":2678402}",  "500"},
        {"{\"offset\":0,\"length\":20,\"start_time\":1,\"end_time\":2678401}",  "0"  },
        {"{\"date_type\":\"x\",\"length\":20,\"start_time\":1,\"end_time\":9}", "500"},
    };

    make_world(&it, NULL);
    get_token(&it);
    for (size_t i = 0; i < WB_COUNT(bad); i++) {
        (void)call(&it, LIST, bad[i].body);
        check_code(&it, bad[i].code);
    }
    create(&it, 0, "");
    (void)call(&it, LIST, "{\"offset\":0,\"length\":20,\"platform_order_nos\":[\"none\"]}");
    ck_assert_uint_eq(count_at(&it, "data.list"), 0);
    (void)snprintf(body, sizeof body, "{\"length\":20,\"start_time\":%lld,\"end_time\":%lld}",
                   (long long)(wb_now_utc_us() / WB_US_PER_S - 60),
                   (long long)(wb_now_utc_us() / WB_US_PER_S + 60));
    (void)call(&it, LIST, body);
    ck_assert_uint_eq(count_at(&it, "data.list"), 1);
    ck_assert(!wb_text_int(&now_s, first_text(&it, "data.list", "update_time"), NULL));
    for (int shift = -1; shift <= 1; shift++) {
        (void)snprintf(body, sizeof body, "{\"length\":20,\"start_time\":%lld,\"end_time\":%lld}",
                       (long long)(now_s + shift - 1), (long long)(now_s + shift + 1));
        (void)call(&it, LIST, body);
        ck_assert_uint_eq(count_at(&it, "data.list"), shift ? 0 : 1);
    }
    end_world(&it);
}
END_TEST

START_TEST(test_pages)
{
    static world it;
    char body[256];
    size_t seen = 0;

    make_world(&it, NULL);
    get_token(&it);
    for (uint32_t n = 0; n < 25; n++)
        create(&it, n, "");
    for (int offset = 0; offset < 60; offset += 20) {
        (void)snprintf(body, sizeof body,
                       "{\"offset\":%d,\"length\":20,\"start_time\":%lld,\"end_time\":%lld}",
                       offset, (long long)(wb_now_utc_us() / WB_US_PER_S - 600),
                       (long long)(wb_now_utc_us() / WB_US_PER_S + 600));
        (void)call(&it, LIST, body);
        check_text(&it, "data.total", "25");
        seen += count_at(&it, "data.list");
    }
    ck_assert_uint_eq(seen, 25);
    end_world(&it);
}
END_TEST

/* 10002 all, 10001 some, 10000 none; while it is to be approved. */
START_TEST(test_update)
{
    static world it;
    char body[512], global[32], item[24];

    make_world(&it, NULL);
    get_token(&it);
    create_text(&it, "{" GOOD "," ITEM "}");
    (void)snprintf(global, sizeof global, "%.*s",
                   WB_VIEW_ARG(first_text(&it, "data.success_details", "global_order_no")));
    check_status(&it, "P-1", "4");
    wb_json_ref order = wb_json_first(it.json, wb_json_at(it.json, 0, "data.list"));
    wb_json_ref line = wb_json_first(it.json, wb_json_get(it.json, order, "item_info"));
    wb_view id = {NULL, 0};
    ck_assert(!wb_json_text(it.json, wb_json_get(it.json, line, "id"), &id, "id", NULL));
    (void)snprintf(item, sizeof item, "%.*s", WB_VIEW_ARG(id));
    (void)snprintf(body, sizeof body,
                   "{\"order_list\":[{\"address_info\":{\"city\":\"新\"},\"global_order_no\":%s,"
                   "\"order_item_list\":[{\"id\":%s,\"price\":2500000,\"quantity\":7,\"type\":3},"
                   "{\"price\":1000000,\"quantity\":1,\"sku\":\"SKU-00004\",\"type\":1}]}]}",
                   global, item);
    (void)call(&it, UPDATE, body);
    check_code(&it, "10002");
    check_status(&it, "P-1", "4");
    check_holds(&it, "\"city\":\"新\"");
    check_holds(&it, "\"address_line1\":\"a\""); /* what was not sent stays */
    check_holds(&it, "\"quantity\":7,\"unit_price_amount\":\"2.500000\"");
    check_holds(&it, "\"local_sku\":\"SKU-00004\"");
    (void)snprintf(body, sizeof body,
                   "{\"order_list\":[{\"global_order_no\":\"%s\"},{\"global_order_no\":\"9\"}]}",
                   global);
    (void)call(&it, UPDATE, body);
    check_code(&it, "10001");
    check_first(&it, "data.error_details", "global_order_no", "9");
    (void)call(&it, UPDATE, "{\"order_list\":[{\"global_order_no\":\"9\"}]}");
    check_code(&it, "10000");
    (void)call(&it, UPDATE, "{\"order_list\":[]}");
    check_code(&it, "102");
    (void)snprintf(body, sizeof body, "{\"global_order_no\":[\"%s\"]}", global);
    (void)call(&it, REVIEW, body);
    check_text(&it, "data.success_num", "1");
    (void)snprintf(body, sizeof body, "{\"order_list\":[{\"global_order_no\":\"%s\"}]}", global);
    (void)call(&it, UPDATE, body);
    check_code(&it, "10000"); /* it is approved */
    end_world(&it);
}
END_TEST

START_TEST(test_edit_and_remark)
{
    static world it;
    char body[512], global[32];

    make_world(&it, NULL);
    get_token(&it);
    create_text(&it, "{" GOOD "," ITEM ",\"remark\":\"one\"}");
    (void)snprintf(global, sizeof global, "%.*s",
                   WB_VIEW_ARG(first_text(&it, "data.success_details", "global_order_no")));
    (void)snprintf(body, sizeof body,
                   "{\"order_list\":[{\"global_order_no\":\"%s\",\"logistics\":{"
                   "\"logistics_type_id\":\"266\",\"sys_wid\":\"2502\"}}]}",
                   global);
    (void)call(&it, EDIT, body);
    check_code(&it, "0");
    check_status(&it, "P-1", "4");
    check_holds(&it, "\"wid\":\"2502\"");
    check_holds(&it, "\"logistics_type_id\":\"266\"");
    (void)snprintf(body, sizeof body,
                   "{\"order_list\":[{\"global_order_no\":\"%s\",\"logistics\":{"
                   "\"logistics_type_id\":\"1\"}}]}",
                   global);
    (void)call(&it, EDIT, body);
    check_code(&it, "10000");
    (void)snprintf(body, sizeof body,
                   "{\"orders\":[{\"global_order_no\":\"%s\",\"remark\":\" two\"}]}", global);
    (void)call(&it, REMARK, body);
    check_code(&it, "10002");
    check_status(&it, "P-1", "4");
    check_first(&it, "data.list", "remark", "one two");
    (void)snprintf(body, sizeof body,
                   "{\"orders\":[{\"global_order_no\":\"%s\",\"remark\":\"three\","
                   "\"remark_is_append\":false}]}",
                   global);
    (void)call(&it, REMARK, body);
    check_status(&it, "P-1", "4");
    check_first(&it, "data.list", "remark", "three");
    end_world(&it);
}
END_TEST

START_TEST(test_cancel)
{
    static world it;
    char body[256], global[32];

    make_world(&it, NULL);
    get_token(&it);
    create_text(&it, "{" GOOD "," ITEM "}");
    (void)snprintf(global, sizeof global, "%.*s",
                   WB_VIEW_ARG(first_text(&it, "data.success_details", "global_order_no")));
    (void)call(&it, CANCEL, "{\"order_list\":[\"1033205360858531841\"]}");
    check_code(&it, "0");
    check_text(&it, "data.fail_num", "1");
    check_text(&it, "data.process_code", "10001");
    check_first(&it, "data.failure_info", "message", "订单不存在！");
    (void)snprintf(body, sizeof body, "{\"order_list\":[\"%s\"]}", global);
    (void)call(&it, CANCEL, body);
    check_text(&it, "data.success_num", "1");
    check_text(&it, "data.process_code", "10002");
    check_status(&it, "P-1", "7");
    (void)call(&it, CANCEL, body);
    check_text(&it, "data.fail_num", "1");
    (void)snprintf(body, sizeof body, "{\"global_order_no\":[\"%s\"]}", global);
    (void)call(&it, REVIEW, body);
    check_text(&it, "data.fail_num", "1");
    end_world(&it);
}
END_TEST

/* Goods that nobody knows here are not paired, and hold the order up. */
START_TEST(test_approve_and_deliver)
{
    static world it;
    char body[256], first[32], second[32];

    make_world(&it, NULL);
    get_token(&it);
    create_text(&it, "{" GOOD "," ITEM "}");
    (void)snprintf(first, sizeof first, "%.*s",
                   WB_VIEW_ARG(first_text(&it, "data.success_details", "global_order_no")));
    create_text(&it, "{\"address_line1\":\"a\",\"city\":\"c\",\"receiver_country_code\":\"CN\","
                     "\"receiver_name\":\"n\",\"platform_order_no\":\"P-2\",\"items\":[{"
                     "\"quantity\":1,\"sku\":\"SKU-00020\",\"unit_price\":1}]}");
    (void)snprintf(second, sizeof second, "%.*s",
                   WB_VIEW_ARG(first_text(&it, "data.success_details", "global_order_no")));
    (void)snprintf(body, sizeof body, "{\"order_number_list\":\"%s\"}", first);
    (void)call(&it, DELIVER, body);
    check_first(&it, "data.fail_list", "err_msg", "订单不在发货中");
    (void)snprintf(body, sizeof body, "{\"global_order_no\":[\"%s\",\"%s\"]}", first, second);
    (void)call(&it, REVIEW, body);
    check_code(&it, "0");
    check_text(&it, "data.success_num", "1");
    check_first(&it, "data.success_info", "global_order_no", first);
    check_first(&it, "data.failure_info", "message", "存在未配对的商品");
    check_status(&it, "P-2", "4");
    check_holds(&it, "商品未配对");
    check_status(&it, "P-1", "5");
    (void)snprintf(body, sizeof body, "{\"order_number_list\":\"%s,9\"}", first);
    (void)call(&it, DELIVER, body);
    check_first(&it, "data.success_list", "order_number", first);
    check_first(&it, "data.fail_list", "order_number", "9");
    check_status(&it, "P-1", "6");
    (void)call(&it, DELIVER, "{\"order_number_list\":[\"9\"]}");
    check_code(&it, "102");
    (void)snprintf(body, sizeof body, "{\"order_list\":[\"%s\"]}", first);
    (void)call(&it, CANCEL, body);
    check_text(&it, "data.fail_num", "1");
    set_fault(&it, "lingxing_cancel_lies=1*1");
    (void)call(&it, CANCEL, body);
    check_text(&it, "data.success_num", "1");
    check_status(&it, "P-1", "6");
    end_world(&it);
}
END_TEST

START_TEST(test_address_without_permission)
{
    static world it;

    make_world(&it, (char *[]){"--lingxing-address", "false", NULL});
    get_token(&it);
    create_text(&it, "{" GOOD "," ITEM ",\"postal_code\":\"518000\"}");
    check_status(&it, "P-1", "4");
    ck_assert_ptr_null(strstr(wb_buf_text(&it.body), "address_info"));
    ck_assert_ptr_null(strstr(wb_buf_text(&it.body), "518000"));
    end_world(&it);
}
END_TEST

/* What of an order is held follows its versions: those that change nothing here at once, a cancel
 * when it is told. */
START_TEST(test_versions)
{
    static world it;
    char body[256], global[32];
    uint32_t number = 0;
    int64_t end_ms = wb_now_ms() + 20000;

    make_world(&it, (char *[]){"--changes", "2", "--gap", "3", "--start", "manual", NULL});
    get_token(&it);
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/start", &it.body), 200);
    while (!wb_sim_market_done(it.sim->market))
        wb_sim_turn(it.sim, 0);
    while (number < 30 && wb_sim_state_of(it.sim->market, number, 3) != WB_SIM_STATE_CANCELLED)
        number++;
    ck_assert_uint_lt(number, 30);
    create_for(&it, number, global);
    ck_assert_uint_eq(wb_sim_ledger_version(ledger_of(&it), number), 2);
    (void)snprintf(body, sizeof body, "{\"order_list\":[\"%s\"]}", global);
    (void)call(&it, CANCEL, body);
    check_text(&it, "data.success_num", "1");
    ck_assert_uint_eq(wb_sim_ledger_version(ledger_of(&it), number), 3);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger_of(&it)), 1);
    number = 0;
    while (wb_sim_state_of(it.sim->market, number, 3) == WB_SIM_STATE_CANCELLED)
        number++;
    char mark[64];
    (void)snprintf(mark, sizeof mark, ",\"remark\":\"ref S-%u-v1.\"", number);
    create(&it, number, mark); /* told as the first one: a marker tells, whatever follows */
    for (int64_t begun_ms = wb_now_ms(); wb_now_ms() < begun_ms + 600;) {
        ck_assert_int_lt(wb_now_ms(), end_ms);
        wb_sim_turn(it.sim, 1);
    }
    ck_assert_uint_eq(wb_sim_ledger_version(ledger_of(&it), number), 1);
    end_world(&it);
}
END_TEST

START_TEST(test_versions_that_change_nothing_here)
{
    static world it;
    uint32_t number = 0;
    int64_t end_ms = wb_now_ms() + 20000;

    make_world(&it, (char *[]){"--changes", "1", "--gap", "29", "--pace", "200", NULL});
    get_token(&it);
    while (wb_sim_state_of(it.sim->market, number, 2) == WB_SIM_STATE_CANCELLED)
        number++;
    while (!wb_sim_market_newest(it.sim->market, number))
        wb_sim_turn(it.sim, 1);
    create(&it, number, "");
    while (wb_sim_ledger_version(ledger_of(&it), number) != 2) {
        ck_assert_int_lt(wb_now_ms(), end_ms);
        wb_sim_turn(it.sim, 1);
    }
    end_world(&it);
}
END_TEST

/* One is refused for good: it is named. All for a while: the request is. */
START_TEST(test_refusals)
{
    static world it;

    make_world(&it, (char *[]){"--refuse-as", "422", NULL});
    get_token(&it);
    set_fault(&it, "refuse_one@lingxing.writes=1");
    create(&it, 1, "");
    check_code(&it, "0");
    ck_assert_uint_eq(count_at(&it, "data.error_details"), 1);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/refused", &it.body), 200);
    check_holds(&it, "{\"at\":\"lingxing.writes\",\"target\":\"main\"");
    check_holds(&it, "\"own\":true,\"status\":422,");
    set_fault(&it, "none");
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/target?name=main&status=403", &it.body), 200);
    create(&it, 1, "");
    check_code(&it, "403");
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/target?name=main&status=0", &it.body), 200);
    create(&it, 1, "");
    ck_assert_uint_eq(count_at(&it, "data.success_details"), 1);
    ck_assert_int_eq(
        sim_ask_text(it.sim, "POST /sim/place?name=lingxing.reads&status=403", &it.body), 200);
    (void)call(&it, STOCK, "{}");
    check_code(&it, "403");
    end_world(&it);
}
END_TEST

START_TEST(test_faults)
{
    static world it;
    char id[WB_SIM_ID_LEN + 1];

    make_world(&it, NULL);
    get_token(&it);
    set_fault(&it, "lingxing_duplicate_text=1*1");
    create(&it, 1, "");
    check_first(&it, "data.error_details", "error_message", "平台单号重复");
    wb_sim_market_id(it.sim->market, id, 1);
    check_status(&it, id, "4"); /* it is there */
    set_fault(&it, "lingxing_partial=1*1");
    create_text(&it, "{" GOOD "," ITEM "},{\"address_line1\":\"a\",\"city\":\"c\","
                     "\"receiver_country_code\":\"CN\",\"receiver_name\":\"n\","
                     "\"platform_order_no\":\"P-2\"," ITEM "}");
    ck_assert_uint_eq(count_at(&it, "data.error_details"), 1);
    ck_assert_uint_eq(count_at(&it, "data.success_details"), 1);
    set_fault(&it, "lingxing_empty=1*1");
    create(&it, 2, "");
    ck_assert_uint_eq(it.body.len, 0);
    set_fault(&it, "lingxing_html=1*1");
    create(&it, 3, "");
    check_holds(&it, "<html>");
    ck_assert_uint_eq(wb_sim_ledger_version(ledger_of(&it), 2), 1);
    ck_assert_uint_eq(wb_sim_ledger_version(ledger_of(&it), 3), 0);
    set_fault(&it, "probe_lag=1*1");
    create(&it, 4, "");
    wb_sim_market_id(it.sim->market, id, 4);
    char numbers[64];
    (void)snprintf(numbers, sizeof numbers, "\"%s\"", id);
    find(&it, numbers);
    ck_assert_uint_eq(count_at(&it, "data.list"), 0); /* not yet */
    set_fault(&it, "element_unusable=1*1");
    find(&it, numbers);
    ck_assert_uint_eq(count_at(&it, "data.list"), 1);
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_created_and_found,                 0 },
        {test_orders_that_cannot_be,             14},
        {test_shops,                             0 },
        {test_list_by_time,                      0 },
        {test_pages,                             0 },
        {test_update,                            0 },
        {test_edit_and_remark,                   0 },
        {test_cancel,                            0 },
        {test_approve_and_deliver,               0 },
        {test_address_without_permission,        0 },
        {test_versions,                          0 },
        {test_versions_that_change_nothing_here, 0 },
        {test_refusals,                          0 },
        {test_faults,                            0 },
        {NULL,                                   0 },
    };

    return wb_suite_run("actors.connectors.lingxing.sim.orders", tests);
}
