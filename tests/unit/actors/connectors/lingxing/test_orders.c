/* SPDX-License-Identifier: Apache-2.0 */
/* Orders on their way into the ERP: which operation, what is sent, what comes of each answer. */
#include "tests/unit/actors/connectors/lingxing/order_kit.h"

#include <string.h>

static const char *
op_for(wanted *self, bool delivered)
{
    wb_envelope want = {.kind = WB_KIND_WANT, .record_kind = WB_RECORD_ORDER};
    const char *name;
    kit it;

    begin(&it);
    order_item(&it, self, "PO-1");
    want.body = wb_buf_view(&self->packed);
    name = it.connector->push_op(it.options, &want, delivered);
    kit_fini(&it);
    wb_buf_fini(&self->packed);
    return name ? name : "none";
}

/* --- which operation --- */

static const struct {
    wb_order_status status;
    const char *fulfilled_by;
    int64_t cancelled, shipped;
    const char *absent, *there;
} choices[] = {
    {WB_ORDER_CREATED,        "merchant", 0, 0, "orders.put",    "orders.update"},
    {WB_ORDER_CREATED,        NULL,       1, 0, "orders.put",    "orders.update"},
    {WB_ORDER_CREATED,        NULL,       2, 0, "none",          "orders.update"},
    {WB_ORDER_CREATED,        "channel",  0, 0, "none",          "none"         },
    {WB_ORDER_PARTLY_SHIPPED, NULL,       0, 1, "orders.put",    "none"         },
    {WB_ORDER_PARTLY_SHIPPED, NULL,       1, 1, "none",          "none"         },
    {WB_ORDER_SHIPPED,        NULL,       0, 2, "none",          "none"         },
    {WB_ORDER_INVOICED,       NULL,       0, 2, "none",          "none"         },
    {WB_ORDER_RETURNED,       NULL,       0, 2, "none",          "none"         },
    {WB_ORDER_CANCELLED,      NULL,       2, 0, "orders.cancel", "orders.cancel"},
};

START_TEST(test_choices)
{
    wanted want;

    order_begin(&want);
    want.order.status = (int32_t)choices[_i].status;
    want.order.fulfilled_by = wb_view_of(choices[_i].fulfilled_by);
    want.lines[0].quantity_cancelled = (wb_count){choices[_i].cancelled, true};
    want.lines[0].quantity_shipped = (wb_count){choices[_i].shipped, true};
    ck_assert_str_eq(op_for(&want, false), choices[_i].absent);
    ck_assert_str_eq(op_for(&want, true), choices[_i].there);
}
END_TEST

/* --- a create --- */

START_TEST(test_create)
{
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    kit_op(&it, "orders.put");
    order_item(&it, &want, "PO-1");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert_str_eq(
        wb_buf_text(&it.request.body),
        "{\"orders\":[{\"address_line1\":\"1 Main Street\",\"amount_currency\":\"USD\","
        "\"city\":\"Springfield\",\"customer_shipping_amount\":\"6.00\","
        "\"global_purchase_time\":1767322800,\"items\":[{\"quantity\":2,\"sku\":\"TEA-250\","
        "\"unit_price\":\"9.99\"}],\"order_total_amount\":\"25.98\",\"platform_order_no\":\"PO-1\","
        "\"postal_code\":\"12345\",\"receiver_country_code\":\"US\","
        "\"receiver_name\":\"Zoë \\\"Z\\\" Buyer\"}],\"platform_code\":10009,\"store_id\":\"a\"}");
    ck_assert_str_eq(wb_buf_text(&it.request.url), "https://erp.example/pb/mp/order/v2/create");
    options_of(&it)->address_permission = false;
    kit_text(&options_of(&it)->wid, "25");
    kit_text(&options_of(&it)->logistics_type_id, "265");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert(!kit_has(wb_buf_view(&it.request.body), "postal_code"));
    has_part(&it, "\"logistics_type_id\":\"265\"");
    has_part(&it, "\"wid\":\"25\"");
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* Every cent of a line's price arrives, and only what is left to be shipped is ordered. */
static const struct {
    int64_t quantity, cancelled, shipped, price;
    const char *items;
} prices[] = {
    {1, 0, 0, 999,  "[{\"quantity\":1,\"sku\":\"TEA-250\",\"unit_price\":\"9.99\"}]"},
    {3, 0, 0, 1000,
     "[{\"quantity\":2,\"sku\":\"TEA-250\",\"unit_price\":\"3.33\"},"
     "{\"quantity\":1,\"sku\":\"TEA-250\",\"unit_price\":\"3.34\"}]"                },
    {3, 1, 0, 999,  "[{\"quantity\":2,\"sku\":\"TEA-250\",\"unit_price\":\"3.33\"}]"},
    {3, 1, 1, 999,  "[{\"quantity\":1,\"sku\":\"TEA-250\",\"unit_price\":\"3.33\"}]"},
    {2, 0, 0, 0,    "[{\"quantity\":2,\"sku\":\"TEA-250\",\"unit_price\":\"0.00\"}]"},
};

START_TEST(test_prices)
{
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    want.lines[0].quantity.value = prices[_i].quantity;
    want.lines[0].quantity_cancelled = (wb_count){prices[_i].cancelled, true};
    want.lines[0].quantity_shipped = (wb_count){prices[_i].shipped, true};
    want.lines[0].price = usd(prices[_i].price);
    kit_op(&it, "orders.put");
    order_item(&it, &want, "PO-1");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, prices[_i].items);
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* What the rules decided goes before the settings; pieces of master SKUs cost together what the
 * line does. Two of a line are wanted, at 19.99. */
static const struct {
    wb_decided_line rows[2];
    size_t count;
    int64_t shipped;
    const char *warehouse, *items;
} decisions[] = {
    {.rows = {{WB_VIEW_LIT("PO-1-1"), WB_VIEW_LIT("LEAF"), {2, true}}},
     .count = 1,
     .items = "[{\"quantity\":1,\"sku\":\"LEAF\",\"unit_price\":\"9.99\"},"
              "{\"quantity\":1,\"sku\":\"LEAF\",\"unit_price\":\"10.00\"}]"},
    {.rows = {{WB_VIEW_LIT("PO-1-1"), WB_VIEW_LIT("LEAF"), {6, true}}},
     .count = 1,
     .warehouse = "25",
     .items = "[{\"quantity\":5,\"sku\":\"LEAF\",\"unit_price\":\"3.33\"},"
              "{\"quantity\":1,\"sku\":\"LEAF\",\"unit_price\":\"3.34\"}]"},
    {.rows = {{WB_VIEW_LIT("PO-1-1"), WB_VIEW_LIT("LEAF"), {2, true}},
              {WB_VIEW_LIT("PO-1-1"), WB_VIEW_LIT("POT"), {4, true}}},
     .count = 2,
     .items = "[{\"quantity\":1,\"sku\":\"LEAF\",\"unit_price\":\"3.33\"},"
              "{\"quantity\":1,\"sku\":\"LEAF\",\"unit_price\":\"3.34\"},"
              "{\"quantity\":4,\"sku\":\"POT\",\"unit_price\":\"3.33\"}]"},
    {.rows = {{WB_VIEW_LIT("PO-1-1"), WB_VIEW_LIT("LEAF"), {4, true}}},
     .count = 1,
     .shipped = 1,
     .items = "[{\"quantity\":2,\"sku\":\"LEAF\",\"unit_price\":\"5.00\"}]"},
    {.rows = {{WB_VIEW_LIT("PO-1-9"), WB_VIEW_LIT("LEAF"), {4, true}}},
     .count = 1,
     .items = "\"sku\":\"TEA-250\""},
    {.rows = {{WB_VIEW_LIT("PO-1-1"), WB_VIEW_LIT("LEAF"), {3, true}}},                                                          .count = 1},
    {.rows = {{WB_VIEW_LIT("PO-1-1"), {NULL, 0}, {2, true}}},     .count = 1                                                            },
};

START_TEST(test_decided)
{
    bool good = decisions[_i].items != NULL;
    wb_decided_line rows[2];
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    memcpy(rows, decisions[_i].rows, sizeof rows);
    want.lines[0].price = usd(1999);
    want.lines[0].quantity_shipped = (wb_count){decisions[_i].shipped, true};
    want.order.decided = (wb_decided){
        .warehouse = wb_view_of(decisions[_i].warehouse), .lines = {rows, decisions[_i].count}
    };
    kit_text(&options_of(&it)->wid, "11");
    kit_text(&options_of(&it)->logistics_type_id, "265");
    kit_op(&it, "orders.put");
    order_item(&it, &want, "PO-1");
    ck_assert_msg(kit_build(&it) == (good ? WB_OK : WB_REJECT), "%s", it.err.text);
    if (good) {
        has_part(&it, decisions[_i].items);
        has_part(&it, decisions[_i].warehouse ? "\"wid\":\"25\"" : "\"wid\":\"11\"");
    }
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* What the ERP would refuse, or what would not be what was ordered, is said before it is asked. */
static void
half_decided(kit *it, wanted *want)
{
    (void)it;
    want->order.decided.warehouse = WB_VIEW_LIT("25");
}

static void
negative(kit *it, wanted *want)
{
    (void)it;
    want->lines[0].price.minor = -100;
}

static void
no_city(kit *it, wanted *want)
{
    (void)it;
    want->order.ship_to.city = (wb_view){NULL, 0};
}

static void
no_price(kit *it, wanted *want)
{
    (void)it;
    want->lines[0].price = (wb_money){0};
}

static void
no_sku(kit *it, wanted *want)
{
    (void)it;
    want->lines[0].sku = (wb_view){NULL, 0};
}

static void
no_lines(kit *it, wanted *want)
{
    (void)it;
    want->order.lines.count = 0;
}

static void
too_many_gone(kit *it, wanted *want)
{
    (void)it;
    want->lines[0].quantity_cancelled = (wb_count){3, true};
}

static void
two_currencies(kit *it, wanted *want)
{
    (void)it;
    want->lines[1] = want->lines[0];
    want->lines[1].line_id = WB_VIEW_LIT("PO-1-2");
    want->lines[1].price = (wb_money){.minor = 5, .currency = "EUR", .exponent = 2};
    want->order.lines.count = 2;
}

static void
no_shop(kit *it, wanted *want)
{
    (void)want;
    kit_text(&store_at(it, 0)->account, "another");
}

static const struct {
    void (*spoil)(kit *it, wanted *want);
    const char *word;
} unfit[] = {
    {no_city,        "no city"                                     },
    {half_decided,   "warehouse is decided, and no shipping method"},
    {negative,       "negative price"                              },
    {no_price,       "no price"                                    },
    {no_sku,         "no SKU"                                      },
    {no_lines,       "no lines"                                    },
    {too_many_gone,  "more is gone than was ordered"               },
    {two_currencies, "USD and in EUR"                              },
    {no_shop,        "no shop is named for account 'a'"            },
};

START_TEST(test_unfit)
{
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    unfit[_i].spoil(&it, &want);
    kit_op(&it, "orders.put");
    order_item(&it, &want, "PO-1");
    ck_assert_int_eq(kit_build(&it), WB_REJECT);
    ck_assert_msg(strstr(it.err.text, unfit[_i].word), "%s", it.err.text);
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* --- refused for what is missing there --- */

static const struct {
    const char *words;
    bool unmet;
    bool doubts; /* an id may be none any more: names are asked for anew */
} refusals[] = {
    {"存在未配对的商品",        true,  false},
    {"SKU不存在: TEA",               true,  false},
    {"Sku TEA does not exist",          true,  false},
    {"店铺未授权",                 true,  true },
    {"store is not authorized",         true,  true },
    {"仓库不存在",                 true,  true },
    {"物流渠道已停用",           true,  true },
    {"平台单号重复",              false, false},
    {"订单不存在",                 false, false}, /* nobody brings that order there */
    {"收件国家不能为空",        false, false},
    {"sku 和 msku 不能同时为空", false, false}, /* ours to mend */
    {"",                                false, false},
};

START_TEST(test_unmet)
{
    wb_result results[2] = {0};
    wb_outcomes out = {.results = results, .result_count = 2};

    lingxing_refuse(&out, 1, "it is there", refusals[_i].words);
    ck_assert_int_eq(results[0].code, WB_RESULT_NONE);
    ck_assert_int_eq(results[1].code, WB_RESULT_PARK);
    ck_assert(!strncmp(results[1].reason, WB_REASON_UNMET, strlen(WB_REASON_UNMET)) ==
              refusals[_i].unmet);
    ck_assert_ptr_nonnull(strstr(results[1].reason, "it is there: "));
    ck_assert_int_eq(out.names_doubted, refusals[_i].doubts);
    lingxing_refuse(&out, 0, "", "");
    ck_assert_int_eq(out.names_doubted, refusals[_i].doubts); /* what one of them told stays */
}
END_TEST

/* A call is of one shop: where there are several, orders go one by one. */
START_TEST(test_shops)
{
    const wb_op *op;
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    kit_op(&it, "orders.put");
    op = it.call.op;
    ck_assert_int_eq(wb_connector_batch(it.connector, it.options, op), LINGXING_ORDERS_MAX);
    add_store(&it);
    ck_assert_int_eq(wb_connector_batch(it.connector, it.options, op), 1);
    order_item(&it, &want, "PO-1");
    order_item(&it, &want, "PO-2");
    it.envs[0].body = it.envs[1].body;
    snprintf(it.records[1], sizeof it.records[1], "t/b/order/PO-2");
    it.envs[1].record = wb_view_of(it.records[1]);
    ck_assert_int_eq(kit_build(&it), WB_REJECT);
    kit_op(&it, "orders.find");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert_str_eq(wb_buf_text(&it.request.body),
                     "{\"length\":200,\"offset\":0,\"platform_order_nos\":[\"PO-1\",\"PO-2\"],"
                     "\"store_id\":[\"a\",\"222\"]}");
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_choices, WB_COUNT(choices)  },
        {test_create,  0                  },
        {test_prices,  WB_COUNT(prices)   },
        {test_decided, WB_COUNT(decisions)},
        {test_unmet,   WB_COUNT(refusals) },
        {test_unfit,   WB_COUNT(unfit)    },
        {test_shops,   0                  },
        {NULL,         0                  },
    };

    return wb_suite_run("actors.connectors.lingxing.orders", suite);
}
