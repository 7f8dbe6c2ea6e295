/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/sample/sample.h"

#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

static sample_options *
start(kit *self, const char *op)
{
    sample_options *options;

    kit_init(self, &wb_connector_sample);
    options = self->options;
    kit_text(&options->url, "http://127.0.0.1:1");
    kit_op(self, op);
    return options;
}

START_TEST(test_list)
{
    kit self;
    sample_options *options = start(&self, "orders.list");

    kit_text(&options->token, "T");
    self.call.from_utc_us = INT64_C(1767225600000000);
    self.call.to_utc_us = INT64_C(1767312000000000);
    self.call.cursor = WB_VIEW_LIT("p&2");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_buf_view(&self.request.url), "/orders?from=2026-01-01T00:00:00"));
    ck_assert(kit_has(wb_buf_view(&self.request.url), "&limit=100&page=p%262"));
    ck_assert(wb_connector_sample.sign(&self.call, (wb_view){NULL, 0}, &self.request, NULL) ==
              WB_OK);
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "authorization"), "Bearer T"));
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"orders\":[{\"id\":\"1\",\"updated\":\"2026-01-01T00:00:00Z\"}],"
                            "\"next\":\"x\"}") == WB_OK);
    ck_assert_uint_eq(self.out.item_count, 1);
    ck_assert(wb_view_is(self.out.items[0].external, "1") && wb_view_is(self.out.cursor, "x"));
    ck_assert_int_eq(self.out.items[0].source_utc_us, INT64_C(1767225600000000));
    ck_assert(kit_read_text(&self, 200, NULL, "{\"orders\":[],\"next\":null}") == WB_OK);
    ck_assert(!self.out.cursor.len);
    /* what nobody can use is set aside, and the others go on */
    ck_assert(
        kit_read_text(&self, 200, NULL,
                      "{\"orders\":[{},{\"id\":\"1\xe7\"},7,{\"id\":\"2\",\"updated\":\"now\","
                      "\"note\":\"\xe7\"}],\"next\":\"y\"}") == WB_OK);
    ck_assert_uint_eq(self.out.item_count, 4);
    for (int i = 0; i < 3; i++)
        ck_assert(self.out.items[i].outcome == WB_OUTCOME_PARKED && self.out.items[i].reason[0]);
    ck_assert(wb_view_is(self.out.items[0].body, "{}") && wb_view_is(self.out.items[2].body, "7"));
    ck_assert(wb_view_is(self.out.items[3].external, "2") && !self.out.items[3].source_utc_us);
    ck_assert(wb_view_is(self.out.cursor, "y"));
    ck_assert(kit_read_text(&self, 200, NULL, "{\"orders\":[],\"next\":7}") == WB_RETRY);
    ck_assert(kit_read_text(&self, 403, NULL, "") == WB_SUSPEND);
    kit_fini(&self);
}
END_TEST

START_TEST(test_get_and_map)
{
    static const char order[] =
        "{\"id\":\"a/b\",\"reference\":\"PO-1\",\"updated\":\"2026-01-01T00:00:00Z\","
        "\"status\":\"open\",\"currency\":\"EUR\",\"total\":\"10.50\",\"lines\":[{\"id\":\"l1\","
        "\"sku\":\"S\",\"quantity\":2,"
        "\"price\":10.5}]}";
    wb_envelope raw = {.body = wb_view_of(order)};
    wb_mapped mapped;
    kit self;

    start(&self, "orders.get");
    kit_item(&self, "a%2Fb");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), "http://127.0.0.1:1/orders/a%2Fb");
    ck_assert(kit_read_text(&self, 200, NULL, order) == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_DONE);
    self.envs[0].source_utc_us = INT64_C(1767225600000001);
    ck_assert(kit_read_text(&self, 200, NULL, order) == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_BEHIND);
    ck_assert(kit_read_text(&self, 200, NULL, "{\"id\":\"c\"}") == WB_RETRY); /* another one */
    ck_assert(kit_read_text(&self, 404, NULL, "") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_ABSENT);
    ck_assert(wb_connector_map(&wb_connector_sample, &raw, self.json, &mapped, &self.err) == WB_OK);
    ck_assert(mapped.order.status == WB_ORDER_CREATED && mapped.routed);
    ck_assert(wb_view_is(mapped.order.seller_order_id, "PO-1"));
    ck_assert_int_eq(mapped.order.total.minor, 1050);
    ck_assert_uint_eq(mapped.order.lines.count, 1);
    ck_assert(!mapped.order.left_out.len && !mapped.order.repaired.len);
    wb_canonical_fini(wb_order_fields, &mapped.order);
    raw.body = WB_VIEW_LIT("{\"id\":\"1\",\"status\":\"open\",\"updated\":\"now\",\"total\":\"x\","
                           "\"lines\":[{\"id\":\"l1\",\"sku\":\"S\xe7\",\"quantity\":\"2.0\"}]}");
    ck_assert(wb_connector_map(&wb_connector_sample, &raw, self.json, &mapped, &self.err) == WB_OK);
    ck_assert(wb_view_is(mapped.order.left_out, "updated,total,sku"));
    ck_assert_int_eq(((wb_order_line *)mapped.order.lines.items)->quantity.value, 2);
    wb_canonical_fini(wb_order_fields, &mapped.order);
    kit_fini(&self);
}
END_TEST

START_TEST(test_put_and_probe)
{
    static const struct {
        const char *body;
        wb_result_code code;
    } rows[] = {
        {"{\"result\":\"done\"}",                      WB_RESULT_DONE     },
        {"{\"result\":\"unchanged\"}",                 WB_RESULT_UNCHANGED},
        {"{\"result\":\"refused\",\"reason\":\"no\"}", WB_RESULT_PARK     },
        {"{\"result\":\"later\"}",                     WB_RESULT_UNKNOWN  },
        {"",                                           WB_RESULT_UNKNOWN  }
    };
    wb_order order = {.external_id = WB_VIEW_LIT("1")};
    wb_buf packed;
    kit self;

    wb_buf_init(&packed, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_order_fields, &order, &packed, NULL) == WB_OK);
    start(&self, "records.put");
    kit_item(&self, "1");
    self.envs[0].body = wb_buf_view(&packed);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.body),
                     "{\"revision\":1767322800000000,\"record\":{\"external_id\":\"1\"}}");
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        ck_assert(kit_read_text(&self, 200, NULL, rows[i].body) == WB_OK);
        ck_assert_msg(self.out.results[0].code == rows[i].code, "%s", rows[i].body);
    }
    kit_op(&self, "records.probe");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url),
                     "http://127.0.0.1:1/records/t%2Fa%2Forder%2F1");
    ck_assert(kit_read_text(&self, 200, NULL, "{\"revision\":7}") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_DONE && self.out.results[0].revision == 7);
    ck_assert(kit_read_text(&self, 404, NULL, "") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_ABSENT);
    wb_buf_fini(&packed);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_list,          1},
        {test_get_and_map,   1},
        {test_put_and_probe, 1},
        {NULL,               0}
    };

    return wb_suite_run("actors.connectors.sample", rows);
}
