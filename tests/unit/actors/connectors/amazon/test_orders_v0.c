/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define BASE "https://sellingpartnerapi-na.amazon.com/orders/v0/orders"
#define ORDER(id)                                                                                  \
    "{\"AmazonOrderId\":\"" id                                                                     \
    "\",\"LastUpdateDate\":\"2026-01-01T00:00:00Z\",\"OrderStatus\":\"Unshipped\"}"

static void
start(kit *self, const char *op)
{
    amazon_options *options;

    kit_init(self, &wb_connector_amazon);
    options = self->options;
    options->region = AMAZON_NA;
    options->orders_api = AMAZON_ORDERS_V0;
    kit_texts(&options->marketplaces, "ATVPDKIKX0DER");
    kit_op(self, op);
}

START_TEST(test_option_chooses_the_operations)
{
    const wb_connector *amazon = &wb_connector_amazon;
    const wb_stream *queue = wb_connector_stream(amazon, WB_VIEW_LIT("orders.queue"));
    const wb_stream *sync = wb_connector_stream(amazon, WB_VIEW_LIT("orders.sync"));
    kit self;
    amazon_options *options;

    kit_init(&self, amazon);
    options = self.options;
    ck_assert_str_eq(wb_connector_pull(amazon, options, sync)->name, "orders.search.2026");
    ck_assert_str_eq(wb_connector_pull(amazon, options, queue)->name, "sqs.receive");
    ck_assert_str_eq(wb_connector_fetch(amazon, options, queue)->name, "orders.get");
    ck_assert(wb_connector_fetch(amazon, options, sync) == NULL); /* its items are whole */
    options->orders_api = AMAZON_ORDERS_V0;
    ck_assert_str_eq(wb_connector_pull(amazon, options, sync)->name, "orders.search.v0");
    ck_assert_str_eq(wb_connector_pull(amazon, options, queue)->name, "sqs.receive");
    ck_assert_str_eq(wb_connector_fetch(amazon, options, queue)->name, "orders.list50.v0");
    ck_assert_str_eq(wb_connector_fetch(amazon, options, sync)->name, "orders.list50.v0");
    kit_fini(&self);
}
END_TEST

START_TEST(test_search)
{
    kit self;
    char cursor[1024];

    start(&self, "orders.search.v0");
    self.call.from_utc_us = INT64_C(1767225600000000);
    self.call.to_utc_us = INT64_C(1767312000000000);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url),
                     BASE "?LastUpdatedAfter=2026-01-01T00%3A00%3A00Z&LastUpdatedBefore="
                          "2026-01-02T00%3A00%3A00Z&MaxResultsPerPage=100&MarketplaceIds="
                          "ATVPDKIKX0DER");
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"payload\":{\"Orders\":[" ORDER(
                                "1-1") "],\"NextToken\":\"t/1=\","
                                       "\"LastUpdatedBefore\":\"2026-01-02T00:00:00Z\"}}") ==
              WB_OK);
    ck_assert_uint_eq(self.out.item_count, 1);
    ck_assert(self.out.items[0].kind == WB_KIND_NOTICE); /* its lines are still to be fetched */
    ck_assert(wb_view_is(self.out.items[0].external, "1-1"));
    ck_assert_int_eq(self.out.reached_utc_us, INT64_C(1767312000000000));
    snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(self.out.cursor));
    self.call.cursor = wb_view_of(cursor);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(
        kit_has(wb_buf_view(&self.request.url), "MarketplaceIds=ATVPDKIKX0DER&NextToken=t%2F1%3D"));
    kit_fini(&self);
}
END_TEST

START_TEST(test_many_ids_in_one_call)
{
    kit self;

    start(&self, "orders.list50.v0");
    kit_item(&self, "1-1");
    kit_item(&self, "2-2");
    kit_item(&self, "3-3");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url),
                     BASE "?MarketplaceIds=ATVPDKIKX0DER&AmazonOrderIds=1-1,2-2,3-3");
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"payload\":{\"Orders\":[" ORDER("3-3") "," ORDER("9-9") "," ORDER(
                                "1-1") "]}}") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_MORE);
    ck_assert(wb_view_is(self.out.results[0].body, ORDER("1-1")));
    ck_assert(self.out.results[0].cursor.len > 0);
    ck_assert(self.out.results[1].code == WB_RESULT_RETRY); /* not visible yet */
    ck_assert(self.out.results[2].code == WB_RESULT_MORE);
    ck_assert(wb_view_is(self.out.results[2].body, ORDER("3-3")));
    /* one bad id spoils a whole call: they are asked for apart */
    ck_assert(kit_read_text(&self, 400, NULL, "{\"errors\":[{\"code\":\"InvalidInput\"}]}") ==
              WB_OK);
    ck_assert(self.out.refused_whole && self.out.results[0].code == WB_RESULT_NONE);
    self.call.item_count = 1;
    ck_assert(kit_read_text(&self, 400, NULL, "{\"errors\":[{\"code\":\"InvalidInput\"}]}") ==
              WB_OK);
    ck_assert(!self.out.refused_whole && self.out.results[0].code == WB_RESULT_PARK);
    ck_assert(strstr(self.out.results[0].reason, "InvalidInput") != NULL);
    ck_assert(kit_read_text(&self, 200, NULL, "{\"payload\":{}}") == WB_RETRY);
    ck_assert(kit_read_text(&self, 429, NULL, "") == WB_RETRY && self.out.throttled);
    kit_fini(&self);
}
END_TEST

/* As the runtime keeps a part: four bytes of length, then its bytes. */
static void
keep_part(wb_buf *parts, wb_view part)
{
    const unsigned char length[4] = {(unsigned char)(part.len >> 24),
                                     (unsigned char)(part.len >> 16),
                                     (unsigned char)(part.len >> 8), (unsigned char)part.len};

    wb_buf_add(parts, length, sizeof length);
    wb_buf_add_view(parts, part);
}

#define ITEM(id)                                                                                   \
    "{\"OrderItemId\":\"" id "\",\"SellerSKU\":\"S\",\"ASIN\":\"A\",\"QuantityOrdered\":1}"

static void
walk_items(const char *op)
{
    kit self;
    wb_call_item *item;
    wb_buf parts;
    char cursor[64];
    wb_envelope raw = {.record_kind = WB_RECORD_ORDER};
    wb_mapped mapped;

    start(&self, op);
    wb_buf_init(&parts, WB_BODY_MAX);
    item = kit_item(&self, "1-1");
    item->cursor = WB_VIEW_LIT("items");
    keep_part(&parts, WB_VIEW_LIT(ORDER("1-1")));
    item->partial = wb_buf_view(&parts);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), BASE "/1-1/orderItems");
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"payload\":{\"AmazonOrderId\":\"1-1\",\"NextToken\":\"p/2\","
                            "\"OrderItems\":[" ITEM("i1") "]}}") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_MORE);
    ck_assert(wb_view_is(self.out.results[0].body, "[" ITEM("i1") "]"));
    snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(self.out.results[0].cursor));
    keep_part(&parts, self.out.results[0].body);
    item->partial = wb_buf_view(&parts);
    item->cursor = wb_view_of(cursor);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.url), BASE "/1-1/orderItems?NextToken=p%2F2");
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"payload\":{\"AmazonOrderId\":\"1-1\",\"OrderItems\":[" ITEM(
                                "i2") "]}}") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_DONE);
    raw.body = self.out.results[0].body;
    ck_assert_msg(wb_connector_map(&wb_connector_amazon, &raw, self.json, &mapped, &self.err) ==
                      WB_OK,
                  "%s", self.err.text);
    ck_assert_uint_eq(mapped.order.lines.count, 2);
    ck_assert(wb_view_is(((wb_order_line *)mapped.order.lines.items)[1].line_id, "i2"));
    wb_canonical_fini(wb_order_fields, &mapped.order);
    self.envs[0].source_utc_us = INT64_C(1767225601000000); /* announced a second later */
    ck_assert(kit_read_text(&self, 200, NULL, "{\"payload\":{\"OrderItems\":[" ITEM("i2") "]}}") ==
              WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_BEHIND && self.out.results[0].body.len > 0);
    wb_buf_fini(&parts);
    kit_fini(&self);
}

START_TEST(test_items)
{
    walk_items(_i ? "orders.list50.v0" : "orders.items.v0");
}
END_TEST

/* The items of another order were joined to the one that was asked for. */
START_TEST(test_items_of_another_order)
{
    static const struct {
        const char *id;
        wb_rc rc;
    } rows[] = {
        {"\"AmazonOrderId\":\"1-1\",",     WB_OK   },
        {"\"AmazonOrderId\":\"2-2\",",     WB_RETRY},
        {"\"AmazonOrderId\":\"1-1\xe7\",", WB_RETRY},
        {"\"AmazonOrderId\":7,",           WB_RETRY},
        {"\"AmazonOrderId\":null,",        WB_OK   },
        {"",                               WB_OK   },
    };
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_call_item *item;
    kit self;

    start(&self, "orders.items.v0");
    wb_buf_init(&parts, WB_BODY_MAX);
    wb_buf_init(&body, 4096);
    item = kit_item(&self, "1-1");
    item->cursor = WB_VIEW_LIT("items");
    keep_part(&parts, WB_VIEW_LIT(ORDER("1-1")));
    item->partial = wb_buf_view(&parts);
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_buf_clear(&body);
        wb_buf_addf(&body, "{\"payload\":{%s\"OrderItems\":[" ITEM("i1") "]}}", rows[i].id);
        ck_assert_msg(kit_read(&self, 200, NULL, wb_buf_view(&body)) == rows[i].rc, "%s: %s",
                      rows[i].id, self.err.text);
        if (rows[i].rc)
            ck_assert(strstr(self.err.text, "another order") != NULL);
    }
    /* cut short, though it ends like a whole one */
    ck_assert(kit_read_text(&self, 200, NULL, "{\"payload\":{\"OrderItems\":[" ITEM("i1")) ==
              WB_RETRY);
    kit_fini(&self);
}
END_TEST

/* One element that nobody can use does not hold up the others, of a list as of an answer by ids. */
START_TEST(test_an_element_that_is_none)
{
    kit self;

    start(&self, "orders.search.v0");
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"payload\":{\"Orders\":[7,{\"AmazonOrderId\":\"2-2\xe7\"}," ORDER(
                                "1-1") "]}}") == WB_OK);
    ck_assert_uint_eq(self.out.item_count, 3);
    ck_assert(self.out.items[0].outcome == WB_OUTCOME_PARKED);
    ck_assert(wb_view_is(self.out.items[0].body, "7"));
    ck_assert(self.out.items[1].outcome == WB_OUTCOME_PARKED && !self.out.items[1].external.len);
    ck_assert(wb_view_is(self.out.items[2].external, "1-1"));
    kit_fini(&self);

    start(&self, "orders.list50.v0");
    kit_item(&self, "1-1");
    kit_item(&self, "2-2");
    ck_assert(kit_read_text(&self, 200, NULL,
                            "{\"payload\":{\"Orders\":[7,{\"AmazonOrderId\":\"2-2\xe7\"}," ORDER(
                                "1-1") "]}}") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_MORE);
    ck_assert(self.out.results[1].code == WB_RESULT_RETRY);
    kit_fini(&self);
}
END_TEST

START_TEST(test_items_refused)
{
    kit self;
    wb_call_item *item;

    start(&self, "orders.items.v0");
    item = kit_item(&self, "1-1");
    item->cursor = WB_VIEW_LIT("items");
    ck_assert(kit_read_text(&self, 200, NULL, "{\"payload\":{\"OrderItems\":[]}}") == WB_REJECT);
    ck_assert(strstr(self.err.text, "own part is gone") != NULL);
    item->partial = (wb_view){"\xff\xff\xff\xff", 4}; /* a length that nothing is behind */
    ck_assert(kit_read_text(&self, 200, NULL, "{\"payload\":{\"OrderItems\":[]}}") == WB_REJECT);
    ck_assert(kit_read_text(&self, 200, NULL, "{\"payload\":{\"OrderItems\":{}}}") == WB_RETRY);
    ck_assert(kit_read_text(&self, 403, NULL, "") == WB_SUSPEND && self.out.renew_token);
    ck_assert(kit_read_text(&self, 404, NULL, "") == WB_OK);
    ck_assert(self.out.results[0].code == WB_RESULT_RETRY);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_option_chooses_the_operations, 1},
        {test_search,                        1},
        {test_many_ids_in_one_call,          1},
        {test_items,                         2},
        {test_items_refused,                 1},
        {test_items_of_another_order,        1},
        {test_an_element_that_is_none,       1},
        {NULL,                               0}
    };

    return wb_suite_run("actors.connectors.amazon.orders_v0", rows);
}
