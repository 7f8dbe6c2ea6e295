/* SPDX-License-Identifier: Apache-2.0 */
/* Every official answer of the vendor, read by the operation that it is an answer to. */
#include "tests/unit/actors/connectors/lingxing/order_kit.h"

#include "protocol/answer.h"
#include "protocol/base/clock.h"

/* Read it; the bytes live until the kit ends. */
static bool
read_official(kit *self, const char *op, const char *name, wb_rc want)
{
    wb_view text;
    wb_rc rc;

    kit_op(self, op);
    wb_free(&self->copy);
    self->copy = official(name, &text);
    if (!self->copy)
        return false;
    rc = kit_read(self, 200, NULL, text);
    ck_assert_msg(rc == want, "%s: %d %s", name, (int)rc, self->err.text);
    return true;
}

static wb_result *
result(kit *self, size_t at)
{
    return &self->out.results[at];
}

/* --- gateway --- */

/* What a list and a create make of each class. */
static const struct {
    const char *class;
    wb_rc pull, push;
    bool renew, throttled;
} classes[] = {
    {"config",       WB_SUSPEND, WB_SUSPEND, false, false},
    {"token",        WB_SUSPEND, WB_SUSPEND, true,  false},
    {"sign",         WB_SUSPEND, WB_SUSPEND, false, false},
    {"sign_expired", WB_RETRY,   WB_RETRY,   false, false},
    {"ip",           WB_SUSPEND, WB_SUSPEND, false, false},
    {"rate",         WB_RETRY,   WB_RETRY,   false, true },
    {"param",        WB_REJECT,  WB_OK,      false, false},
    {"path",         WB_SUSPEND, WB_SUSPEND, false, false},
    {"forbidden",    WB_SUSPEND, WB_SUSPEND, false, false},
    {"business",     WB_REJECT,  WB_OK,      false, false},
};

static void
check_refusal(kit *self, wb_view class, wb_view body)
{
    wb_response resp = {.status = 200, .body = body};
    size_t i = 0;
    wb_rc rc;

    while (i < WB_COUNT(classes) && !wb_view_is(class, classes[i].class))
        i++;
    ck_assert_msg(i < WB_COUNT(classes), "%.*s", WB_VIEW_ARG(class));
    self->call.item_count = 0;
    kit_op(self, "stock.list");
    rc = kit_read(self, 200, NULL, body);
    ck_assert_msg(rc == classes[i].pull, "%.*s: %s", WB_VIEW_ARG(body), self->err.text);
    ck_assert(self->out.renew_token == classes[i].renew);
    ck_assert(self->out.throttled == classes[i].throttled);
    kit_op(self, "orders.put");
    kit_item(self, "1-1");
    rc = kit_read(self, 200, NULL, body);
    ck_assert_msg(rc == classes[i].push, "%.*s: %s", WB_VIEW_ARG(body), self->err.text);
    ck_assert(self->out.declined == (rc == WB_OK));
    if (rc == WB_OK)
        ck_assert_int_eq(result(self, 0)->code, WB_RESULT_PARK);
    else
        ck_assert(self->call.op->effect_free(&resp));
}

START_TEST(test_gateway)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_free) char *bytes = NULL;
    wb_view text, class = {NULL, 0};
    size_t count = 0;
    kit self;

    bytes = official("gateway_errors.json", &text);
    if (!bytes)
        return;
    begin(&self);
    ck_assert_int_eq(wb_json_parse(json, text, NULL), WB_OK);
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        ck_assert_int_eq(wb_json_text(json, wb_json_get(json, at, "class"), &class, "class", NULL),
                         WB_OK);
        check_refusal(&self, class, wb_json_raw(json, wb_json_get(json, at, "body")));
        count++;
    }
    ck_assert_uint_eq(count, 15);
    kit_fini(&self);
}
END_TEST

/* Codes as numbers and as texts; what nobody knows is no proof that nothing happened. */
static const struct {
    int status;
    const char *body;
    wb_rc rc;
    bool free;
    const char *word;
} refusals[] = {
    {200, "{\"code\":2001003,\"msg\":\"x\"}",     WB_SUSPEND, true,  "expired"         },
    {200, "{\"code\":\"103\",\"message\":\"x\"}", WB_RETRY,   true,  "too many"        },
    {200, "{\"code\":\"400\",\"message\":\"x\"}", WB_SUSPEND, true,  "path"            },
    {200, "{\"code\":\"3001002\",\"msg\":\"x\"}", WB_SUSPEND, true,  "IP address"      },
    {200, "{\"code\":777,\"msg\":\"odd\"}",       WB_RETRY,   false, "'777'"           },
    {200, "{\"msg\":\"no code\"}",                WB_RETRY,   false, "unreadable"      },
    {200, "",                                     WB_RETRY,   false, "unreadable"      },
    {200, "<html></html>",                        WB_RETRY,   false, "unreadable"      },
    {405, "<html>405</html>",                     WB_SUSPEND, true,  "is the URL right"},
    {404, "",                                     WB_SUSPEND, true,  "is the URL right"},
    {302, "",                                     WB_RETRY,   true,  "HTTP 302"        },
    {403, "<html></html>",                        WB_SUSPEND, true,  "403"             },
    {429, "",                                     WB_RETRY,   true,  "429"             },
    {502, "<html></html>",                        WB_RETRY,   false, "502"             },
    {500, "{\"code\":0,\"data\":{}}",             WB_RETRY,   false, "500"             },
};

START_TEST(test_refusals)
{
    wb_response resp = {.status = refusals[_i].status, .body = wb_view_of(refusals[_i].body)};
    kit self;
    wb_rc rc;

    begin(&self);
    kit_op(&self, "orders.put");
    kit_item(&self, "1-1");
    rc = kit_read_text(&self, refusals[_i].status, NULL, refusals[_i].body);
    ck_assert_msg(rc == refusals[_i].rc, "%s", self.err.text);
    ck_assert_msg(strstr(self.err.text, refusals[_i].word), "%s", self.err.text);
    ck_assert(self.call.op->effect_free(&resp) == refusals[_i].free);
    kit_fini(&self);
}
END_TEST

/* The vendor's words are kept in its own script. */
START_TEST(test_words)
{
    kit self;

    begin(&self);
    if (read_official(&self, "stock.list", "set_tracking_failed.json", WB_REJECT))
        ck_assert_msg(strstr(self.err.text, "当前订单不存在"), "%s", self.err.text);
    if (read_official(&self, "account.ask", "set_tracking_ok.json", WB_RETRY)) /* no list */
        ck_assert_msg(strstr(self.err.text, "unreadable"), "%s", self.err.text);
    kit_fini(&self);
}
END_TEST

/* Operations that are not used yet answer in the same envelope. */
START_TEST(test_envelopes)
{
    static const char *const names[] = {
        "deliver_goods.json",        "fast_outbound_accepted.json",
        "fast_outbound_result.json", "set_tracking_ok.json",
        "seller_list.json",          "*_orders_top_level_total.json"};
    wb_json_ref rows;
    int64_t total = 0;
    kit self;

    begin(&self);
    kit_op(&self, "account.ask");
    for (size_t i = 0; i < WB_COUNT(names); i++) {
        wb_response resp = {.status = 200};

        wb_free(&self.copy);
        self.copy = official(names[i], &resp.body);
        if (!self.copy)
            break;
        ck_assert_msg(lingxing_answer(&self.call, &resp, &self.out, &self.err) == WB_OK, "%s: %s",
                      names[i], self.err.text);
        if (i < 4)
            continue;
        ck_assert(lingxing_list(self.json, &rows, &total));
        ck_assert_int_eq(total, i == 4 ? 2 : 905); /* inside of data, or at the top */
        ck_assert_uint_eq(wb_json_count(self.json, rows), i == 4 ? 2 : 1);
    }
    kit_fini(&self);
}
END_TEST

START_TEST(test_token)
{
    kit self;

    begin(&self);
    if (read_official(&self, "token.get", "token_ok.json", WB_OK)) {
        ck_assert_str_eq(wb_buf_text(&self.out.token), "00000000-1111-2222-3333-444444444444");
        ck_assert_int_eq(self.out.token_ttl_ms, 7199000);
    }
    kit_text(&options_of(&self)->app_secret, "s/e+c=");
    ck_assert_int_eq(kit_build(&self), WB_OK);
    ck_assert_msg(strstr(wb_buf_text(&self.request.body), "name=\"appSecret\"\r\n\r\ns/e+c=\r\n--"),
                  "%s", wb_buf_text(&self.request.body));
    ck_assert_str_eq(wb_buf_text(&self.request.url),
                     "https://erp.example/api/auth-server/oauth/access-token");
    ck_assert_int_eq(kit_read_text(&self, 200, NULL, "{\"code\":\"2001002\",\"msg\":\"x\"}"),
                     WB_SUSPEND);
    ck_assert_int_eq(kit_read_text(&self, 200, NULL, "{\"code\":\"2001005\",\"msg\":\"x\"}"),
                     WB_SUSPEND);
    ck_assert(!self.out.renew_token);
    kit_fini(&self);
}
END_TEST

/* --- orders --- */

START_TEST(test_created)
{
    kit self;

    begin(&self);
    kit_item(&self, "263407812560417017");
    if (read_official(&self, "orders.put", "order_create_ok.json", WB_OK)) {
        ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_ACCEPTED);
        ck_assert(wb_view_is(result(&self, 0)->ticket, "103336708973801472"));
        options_of(&self)->approve = false;
        read_official(&self, "orders.put", "order_create_ok.json", WB_OK);
        ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_DONE);
        ck_assert(wb_view_is(result(&self, 0)->remote_id, "103336708973801472"));
    }
    kit_fini(&self);
}
END_TEST

/* Some of them in one answer: a number that is there already is looked up, and not refused. */
START_TEST(test_created_in_part)
{
    kit self;

    begin(&self);
    kit_item(&self, "PO-211-1");
    kit_item(&self, "PO-211-2");
    kit_item(&self, "PO-211-3");
    if (read_official(&self, "orders.put", "order_create_partial.json", WB_OK)) {
        ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_UNKNOWN);
        ck_assert_msg(strstr(result(&self, 0)->reason, "there already"), "%s",
                      result(&self, 0)->reason);
        ck_assert_int_eq(result(&self, 1)->code, WB_RESULT_ACCEPTED);
        ck_assert_int_eq(result(&self, 2)->code, WB_RESULT_UNKNOWN);
    }
    kit_fini(&self);
}
END_TEST

/* Of each order in a row that would be the account's doing: it has to be heard. */
START_TEST(test_refused_alone)
{
    kit self;

    begin(&self);
    kit_item(&self, "PO-211-1");
    kit_op(&self, "orders.put");
    ck_assert(kit_read(&self, 200, NULL,
                       WB_VIEW_LIT(
                           "{\"code\":0,\"data\":{\"success_details\":[],\"error_details\":"
                           "[{\"platform_order_no\":\"PO-211-1\",\"error_message\":\"no\"}]}}")) ==
              WB_OK);
    ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_PARK);
    ck_assert(self.out.declined);
    kit_fini(&self);
}
END_TEST

/* One of several that is taken says that it was not the account. */
START_TEST(test_refused_all)
{
    kit self;

    begin(&self);
    kit_item(&self, "PO-211-1");
    kit_item(&self, "PO-211-2");
    kit_op(&self, "orders.put");
    ck_assert(
        kit_read(&self, 200, NULL,
                 WB_VIEW_LIT("{\"code\":0,\"data\":{\"success_details\":[],\"error_details\":"
                             "[{\"platform_order_no\":\"PO-211-1\",\"error_message\":\"no\"},"
                             "{\"platform_order_no\":\"PO-211-2\",\"error_message\":\"no\"}]}}")) ==
        WB_OK);
    ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_PARK);
    ck_assert_int_eq(result(&self, 1)->code, WB_RESULT_PARK);
    ck_assert(self.out.declined);
    kit_fini(&self);
}
END_TEST

START_TEST(test_found)
{
    static const struct {
        const char *store, *order;
        wb_result_code code;
    } rows[] = {
        {"110268822038528000", "CS483128864",   WB_RESULT_DONE  },
        {"110268822038528000", "5501270851822", WB_RESULT_ABSENT},
        {"110268822038528000", "CS48312886",    WB_RESULT_RETRY }, /* of another that nobody wanted */
        {"110268822038528001", "CS483128864",   WB_RESULT_RETRY },
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        kit self;

        begin(&self);
        options_of(&self)->approve = i == 1; /* it waits for that */
        kit_text(&store_at(&self, 0)->store_id, rows[i].store);
        kit_item(&self, rows[i].order);
        if (read_official(&self, "orders.find", "order_list_v2.json", WB_OK))
            ck_assert_msg(result(&self, 0)->code == rows[i].code, "%zu", i);
        kit_fini(&self);
    }
}
END_TEST

/* What of an edit failed is named; the rest of a partial one is not known. */
START_TEST(test_edited)
{
    kit self;

    begin(&self);
    kit_item(&self, "1-1")->ticket = WB_VIEW_LIT("1032790274616770561;d12");
    kit_item(&self, "2-2")->ticket = WB_VIEW_LIT("103257522489451008");
    if (read_official(&self, "orders.edit", "order_update_partial.json", WB_OK)) {
        ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_PARK);
        ck_assert_int_eq(result(&self, 1)->code, WB_RESULT_RETRY);
        read_official(&self, "orders.edit", "order_edit_failed.json", WB_OK);
        ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_RETRY);
        ck_assert_int_eq(result(&self, 1)->code, WB_RESULT_ABSENT);
        ck_assert_msg(strstr(result(&self, 1)->reason, "请求未知错误"), "%s",
                      result(&self, 1)->reason);
    }
    kit_fini(&self);
}
END_TEST

/* It does not stop it: the list has the last word. */
START_TEST(test_stopped)
{
    kit self;

    begin(&self);
    kit_item(&self, "1-1")->ticket = WB_VIEW_LIT("1033205360858531841");
    kit_item(&self, "2-2")->ticket = WB_VIEW_LIT("1033205360858531842");
    if (read_official(&self, "orders.stop", "order_cancel_failed.json", WB_OK)) {
        ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_MORE);
        ck_assert(wb_view_is(result(&self, 0)->cursor, "failed: 订单不存在！"));
        ck_assert(wb_view_is(result(&self, 1)->cursor, "sent"));
    }
    kit_fini(&self);
}
END_TEST

/* Only what was never submitted is submitted, and only what is under way is waited for. */
START_TEST(test_outcomes)
{
    static const struct {
        const char *number;
        wb_result_code code;
        const char *says;
    } rows[] = {
        {"No1002", WB_RESULT_DONE,  ""                      },
        {"No1001", WB_RESULT_RETRY, "正在处理"          },
        {"No1003", WB_RESULT_PARK,  "库存不足"          },
        {"No1006", WB_RESULT_MORE,  "orders.outbound No1006"},
        {"No1005", WB_RESULT_RETRY, "does not say"          },
    };
    wanted orders[WB_COUNT(rows)];
    kit self;

    begin(&self);
    kit_text(&options_of(&self)->wid, "25");
    kit_text(&options_of(&self)->logistics_type_id, "301");
    kit_text(&options_of(&self)->logistics_provider_id, "6");
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        order_begin(&orders[i]);
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        order_item(&self, &orders[i], "1-1")->ticket = wb_view_of(rows[i].number);
    if (read_official(&self, "orders.outcome", "fast_outbound_result.json", WB_OK))
        for (size_t i = 0; i < WB_COUNT(rows); i++) {
            const wb_result *it = result(&self, i);

            ck_assert_msg(it->code == rows[i].code, "%s: %d", rows[i].number, (int)it->code);
            ck_assert(!*rows[i].says ||
                      kit_has(it->cursor.len ? it->cursor : wb_view_of(it->reason), rows[i].says));
        }
    for (size_t i = 0; i < WB_COUNT(rows); i++)
        wb_buf_fini(&orders[i].packed);
    kit_fini(&self);
}
END_TEST

START_TEST(test_outbound_accepted)
{
    kit self;

    begin(&self);
    kit_item(&self, "1-1")->ticket = WB_VIEW_LIT("103");
    if (read_official(&self, "orders.outbound", "fast_outbound_accepted.json", WB_OK)) {
        ck_assert_int_eq(result(&self, 0)->code, WB_RESULT_RETRY);
        ck_assert_ptr_nonnull(strstr(result(&self, 0)->reason, "is at it"));
    }
    kit_fini(&self);
}
END_TEST

/* --- what is read --- */

static wb_rc
map_item(kit *self, size_t at, wb_json *json, wb_mapped *out)
{
    const wb_item *item = &self->out.items[at];
    wb_envelope raw = {.record_kind = item->record_kind, .body = item->body};

    return wb_connector_map(self->connector, &raw, json, out, &self->err);
}

START_TEST(test_shipments)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    const wb_shipment *it;
    int64_t shipped = 0;
    wb_mapped mapped;
    kit self;

    begin(&self);
    if (!read_official(&self, "shipments.list", "wms_order_list.json", WB_OK)) {
        kit_fini(&self);
        return;
    }
    ck_assert_uint_eq(self.out.item_count, 2);
    ck_assert(!self.out.cursor.len);
    ck_assert(wb_view_is(self.out.items[0].root.account, "a"));
    ck_assert(wb_view_is(self.out.items[0].root.external, "PO-211-1"));
    ck_assert(wb_view_is(self.out.items[0].external, "WO103341008688546816"));
    ck_assert_int_eq(map_item(&self, 0, json, &mapped), WB_OK);
    it = &mapped.shipment;
    ck_assert(wb_view_is(it->tracking, "1Z0001") && wb_view_is(it->carrier, "shipout"));
    ck_assert(it->status == WB_SHIPMENT_SHIPPED && mapped.routed && it->lines.count == 1);
    ck_assert_int_eq(wb_time_parse(&shipped, WB_VIEW_LIT("2023-08-02T07:00:00Z"), NULL), WB_OK);
    ck_assert_int_eq(it->shipped_utc_us, shipped); /* in China it is 15:00 */
    ck_assert(wb_view_is(((const wb_shipment_line *)it->lines.items)->sku, "tianjia"));
    wb_mapped_fini(&mapped);
    ck_assert_int_eq(map_item(&self, 1, json, &mapped), WB_OK); /* stopped before it left */
    ck_assert(mapped.shipment.status == WB_SHIPMENT_CANCELLED && !mapped.routed);
    wb_mapped_fini(&mapped);
    options_of(&self)->tracking = LINGXING_WAYBILL;
    read_official(&self, "shipments.list", "wms_order_list.json", WB_OK);
    ck_assert_int_eq(map_item(&self, 0, json, &mapped), WB_OK);
    ck_assert(wb_view_is(mapped.shipment.tracking, "SF0001"));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

START_TEST(test_stock)
{
    static const int64_t sellable[] = {681, 35194}; /* the first is no overseas warehouse */
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped mapped;
    kit self;

    begin(&self);
    for (int field = 0; field < 2; field++) {
        options_of(&self)->stock_field = field;
        if (!read_official(&self, "stock.list", "inventory_details.json", WB_OK))
            break;
        ck_assert_uint_eq(self.out.item_count, 2);
        ck_assert(wb_view_is(self.out.items[0].external, "1/1111/0/"));
        for (size_t i = 0; i < 2; i++) {
            ck_assert_int_eq(map_item(&self, i, json, &mapped), WB_OK);
            ck_assert(wb_view_eq(mapped.inventory.external_id, self.out.items[i].external));
            ck_assert_int_eq(mapped.inventory.available.value, field ? sellable[i] : 681);
            ck_assert_int_eq(mapped.inventory.reserved.value, 633);
            wb_mapped_fini(&mapped);
        }
    }
    kit_fini(&self);
}
END_TEST

START_TEST(test_products)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped mapped;
    kit self;

    begin(&self);
    if (read_official(&self, "products.list", "product_list.json", WB_OK)) {
        ck_assert_uint_eq(self.out.item_count, 1);
        ck_assert_int_eq(map_item(&self, 0, json, &mapped), WB_OK);
        ck_assert(wb_view_is(mapped.product.external_id, "17835"));
        ck_assert(wb_view_is(mapped.product.title, "测试 产品"));
        ck_assert_int_eq(mapped.product.status, WB_PRODUCT_ACTIVE);
        ck_assert_int_eq(mapped.source_utc_us, INT64_C(1675945635000000));
        wb_mapped_fini(&mapped);
    }
    kit_fini(&self);
}
END_TEST

START_TEST(test_shops)
{
    kit self;

    begin(&self);
    wb_ignore(read_official(&self, "account.ask", "seller_list.json", WB_OK) ? WB_OK : WB_RETRY,
              "told when it is not there");
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_gateway,           0                 },
        {test_refusals,          WB_COUNT(refusals)},
        {test_words,             0                 },
        {test_envelopes,         0                 },
        {test_token,             0                 },
        {test_created,           0                 },
        {test_created_in_part,   0                 },
        {test_refused_alone,     0                 },
        {test_refused_all,       0                 },
        {test_found,             0                 },
        {test_edited,            0                 },
        {test_stopped,           0                 },
        {test_outcomes,          0                 },
        {test_outbound_accepted, 0                 },
        {test_shipments,         0                 },
        {test_stock,             0                 },
        {test_products,          0                 },
        {test_shops,             0                 },
        {NULL,                   0                 },
    };

    return wb_suite_run("actors.connectors.lingxing.answers", rows);
}
