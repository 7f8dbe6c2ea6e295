/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The orders, the records that are handed over, and who signs.
 */
#include "tests/unit/actors/connectors/sample/sample_kit.h"

#include "protocol/base/own.h"

START_TEST(the_token_opens_the_account)
{
    kit self;
    sample_options *options = sample_start(&self, "account.get");

    kit_text(&options->token, "T");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(wb_connector_sample.sign(&self.call, (wb_view){NULL, 0}, &self.request, NULL) ==
              WB_OK);
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "authorization"), "Bearer T"));
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
    wb_mapped mapped;
    kit self;

    sample_start(&self, "orders.get");
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
    ck_assert(sample_say(&self, WB_RECORD_ORDER, order, &mapped) == WB_OK);
    ck_assert(mapped.order.status == WB_ORDER_CREATED && mapped.routed);
    ck_assert(wb_view_is(mapped.order.seller_order_id, "PO-1"));
    ck_assert_int_eq(mapped.order.total.minor, 1050);
    ck_assert_uint_eq(mapped.order.lines.count, 1);
    ck_assert(!mapped.order.left_out.len && !mapped.order.repaired.len);
    wb_mapped_fini(&mapped);
    ck_assert(sample_say(&self, WB_RECORD_ORDER,
                         "{\"id\":\"1\",\"status\":\"open\",\"updated\":\"now\",\"total\":\"x\","
                         "\"lines\":[{\"id\":\"l1\",\"sku\":\"S\xe7\",\"quantity\":\"2.0\"}]}",
                         &mapped) == WB_OK);
    ck_assert(wb_view_is(mapped.order.left_out, "updated,total,sku"));
    ck_assert_int_eq(((wb_order_line *)mapped.order.lines.items)->quantity.value, 2);
    wb_mapped_fini(&mapped);
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
    sample_start(&self, "records.put");
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
        {the_token_opens_the_account, 1},
        {test_get_and_map,            1},
        {test_put_and_probe,          1},
        {NULL,                        0}
    };

    return wb_suite_run("actors.connectors.sample", rows);
}
