/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every example that Amazon publishes is read as its schema says: orders of both APIs, and
 * notifications. Skipped where the published material is not beside the sources.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define ROOT WB_SOURCE_DIR "/../shared/fixtures/amazon/examples/"

/* What an order or a line is made of, by the totals or by the line's own fields. */
static void
add_part(int64_t *sum, wb_money part, int sign)
{
    if (part.currency[0])
        *sum += sign * part.minor;
}

static int64_t
sum_of_order(const wb_order *order)
{
    int64_t sum = 0;

    add_part(&sum, order->item_total, 1);
    add_part(&sum, order->shipping_total, 1);
    add_part(&sum, order->gift_wrap_total, 1);
    add_part(&sum, order->cod_fee_total, 1);
    add_part(&sum, order->other_total, 1);
    add_part(&sum, order->tip_total, 1);
    add_part(&sum, order->tax_total, 1);
    add_part(&sum, order->discount_total, -1);
    return sum;
}

static int64_t
sum_of_line(const wb_order_line *line)
{
    int64_t sum = 0;

    add_part(&sum, line->price, 1);
    add_part(&sum, line->shipping, 1);
    add_part(&sum, line->gift_wrap, 1);
    add_part(&sum, line->cod_fee, 1);
    add_part(&sum, line->other, 1);
    add_part(&sum, line->tax, 1);
    add_part(&sum, line->shipping_tax, 1);
    add_part(&sum, line->gift_wrap_tax, 1);
    add_part(&sum, line->other_tax, 1);
    add_part(&sum, line->discount, -1);
    add_part(&sum, line->discount_tax, -1);
    return sum;
}

static int sums; /* totals that were compared with their parts */

/* Of the newer API every example adds up, order and lines; of v0 those whose items are its own. */
static void
adds_up(const wb_order *order, bool own_items)
{
    const wb_order_line *lines = order->lines.items;
    const wb_money *total =
        order->proceeds_total.currency[0] ? &order->proceeds_total : &order->total;

    if (!total->currency[0] || !order->lines.count || !own_items)
        return;
    ck_assert_msg(sum_of_order(order) == total->minor, "%.*s: parts of %lld, total %lld",
                  WB_VIEW_ARG(order->external_id), (long long)sum_of_order(order),
                  (long long)total->minor);
    sums++;
    for (size_t i = 0; i < order->lines.count; i++)
        if (lines[i].proceeds.currency[0]) {
            ck_assert_int_eq(sum_of_line(&lines[i]), lines[i].proceeds.minor);
            sums++;
        }
}

/* The canonical form of a raw body, as JSON; fails the test when it cannot be made. */
static void
map_to_json(kit *self, wb_view raw, bool own_items, wb_buf *json_out)
{
    wb_envelope env = {.body = raw, .record_kind = WB_RECORD_ORDER};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_mapped mapped;
    wb_err err = {0};

    wb_buf_init(&packed, WB_ORDER_MAX);
    ck_assert_msg(wb_connector_map(&wb_connector_amazon, &env, self->json, &mapped, &err) == WB_OK,
                  "%s: %.*s", err.text, (int)(raw.len < 300 ? raw.len : 300), raw.data);
    ck_assert_msg(wb_canonical_encode(wb_order_fields, &mapped.order, &packed, &err) == WB_OK, "%s",
                  err.text);
    ck_assert(mapped.order.external_id.len > 0);
    adds_up(&mapped.order, own_items);
    ck_assert(mapped.order.status != WB_ORDER_UNKNOWN);
    ck_assert(mapped.routed == (mapped.order.status != WB_ORDER_PENDING));
    wb_canonical_fini(wb_order_fields, &mapped.order);
    ck_assert(wb_canonical_json(wb_order_fields, wb_buf_view(&packed), 0, json_out, &err) == WB_OK);
}

/* Orders are to keep what the example tells: its id, and every item's id. */
static void
keeps_ids(wb_json *source, wb_json_ref items, const char *name, wb_view canonical)
{
    for (wb_json_ref at = wb_json_first(source, items); at != WB_JSON_NONE;
         at = wb_json_next(source, at)) {
        wb_view id = {NULL, 0};
        char text[64];

        ck_assert(wb_json_text(source, wb_json_get(source, at, name), &id, name, NULL) == WB_OK);
        snprintf(text, sizeof text, "\"%.*s\"", WB_VIEW_ARG(id));
        ck_assert_msg(kit_has(canonical, text), "%s", text);
    }
}

static void
map_order(kit *self, wb_json *source, wb_json_ref order, bool wrapped)
{
    WB_AUTO(wb_buf_fini) wb_buf raw = {0};
    WB_AUTO(wb_buf_fini) wb_buf json = {0};

    wb_buf_init(&raw, WB_BODY_MAX);
    wb_buf_init(&json, WB_BODY_MAX);
    if (wrapped)
        wb_buf_add_text(&raw, "{\"order\":");
    wb_buf_add_view(&raw, wb_json_raw(source, order));
    if (wrapped)
        wb_buf_add_text(&raw, "}");
    map_to_json(self, wb_buf_view(&raw), true, &json);
    keeps_ids(source, wb_json_get(source, order, "orderItems"), "orderItemId", wb_buf_view(&json));
}

static void
read_case_2026(kit *self, wb_json *source, wb_json_ref response, int *orders)
{
    wb_json_ref list = wb_json_get(source, response, "orders");
    wb_json_ref one = wb_json_get(source, response, "order");

    if (one != WB_JSON_NONE) {
        wb_view id = {NULL, 0};
        char key[64];

        ck_assert(wb_json_text(source, wb_json_get(source, one, "orderId"), &id, "id", NULL) ==
                  WB_OK);
        snprintf(key, sizeof key, "%.*s", WB_VIEW_ARG(id));
        self->call.item_count = 0;
        kit_item(self, key);
        kit_op(self, "orders.get");
        ck_assert_msg(kit_read(self, 200, NULL, wb_json_raw(source, response)) == WB_OK, "%s",
                      self->err.text);
        ck_assert(self->out.results[0].code == WB_RESULT_DONE);
        ck_assert(self->out.results[0].source_utc_us > 0);
        map_order(self, source, one, true);
        ++*orders;
    }
    if (list == WB_JSON_NONE)
        return;
    self->call.item_count = 0;
    kit_op(self, "orders.search.2026");
    ck_assert_msg(kit_read(self, 200, NULL, wb_json_raw(source, response)) == WB_OK, "%s",
                  self->err.text);
    ck_assert(self->out.item_count == wb_json_count(source, list));
    for (wb_json_ref at = wb_json_first(source, list); at != WB_JSON_NONE;
         at = wb_json_next(source, at), ++*orders)
        map_order(self, source, at, false);
}

/* {"AmazonOrder": ..., "OrderItems": [[...]]} of an example order and an example of items. */
static void
map_v0(kit *self, wb_json *source, wb_json_ref order, wb_json_ref items, bool own_items)
{
    WB_AUTO(wb_buf_fini) wb_buf raw = {0};
    WB_AUTO(wb_buf_fini) wb_buf json = {0};

    wb_buf_init(&raw, WB_BODY_MAX);
    wb_buf_init(&json, WB_BODY_MAX);
    wb_buf_addf(&raw, "{\"AmazonOrder\":%.*s,\"OrderItems\":[%.*s]}",
                WB_VIEW_ARG(wb_json_raw(source, order)),
                items == WB_JSON_NONE ? 2 : (int)wb_json_raw(source, items).len,
                items == WB_JSON_NONE ? "[]" : wb_json_raw(source, items).data);
    map_to_json(self, wb_buf_view(&raw), own_items, &json);
    keeps_ids(source, items, "OrderItemId", wb_buf_view(&json));
}

/* The example of the order whose items these are: few have one. */
static wb_json_ref
order_of(wb_json *source, wb_json_ref items)
{
    wb_view id = wb_json_raw(source, wb_json_get(source, items, "AmazonOrderId"));

    for (wb_json_ref at = wb_json_first(source, 0); at != WB_JSON_NONE;
         at = wb_json_next(source, at)) {
        wb_json_ref payload = wb_json_get(source, wb_json_get(source, at, "response"), "payload");

        if (wb_json_get(source, payload, "OrderStatus") != WB_JSON_NONE &&
            wb_view_eq(wb_json_raw(source, wb_json_get(source, payload, "AmazonOrderId")), id))
            return payload;
    }
    return WB_JSON_NONE;
}

static void
read_case_v0(kit *self, wb_json *source, wb_json_ref response, wb_json_ref any_order, int *orders)
{
    wb_json_ref payload = wb_json_get(source, response, "payload");
    wb_json_ref list = wb_json_get(source, payload, "Orders");
    wb_json_ref items = wb_json_get(source, payload, "OrderItems");

    if (list != WB_JSON_NONE) {
        kit_op(self, "orders.search.v0");
        ck_assert_msg(kit_read(self, 200, NULL, wb_json_raw(source, response)) == WB_OK, "%s",
                      self->err.text);
        ck_assert(self->out.item_count == wb_json_count(source, list));
        for (wb_json_ref at = wb_json_first(source, list); at != WB_JSON_NONE;
             at = wb_json_next(source, at), ++*orders)
            map_v0(self, source, at, WB_JSON_NONE, false);
    } else if (wb_json_get(source, payload, "OrderStatus") != WB_JSON_NONE) {
        map_v0(self, source, payload, WB_JSON_NONE, false);
        ++*orders;
    } else if (items != WB_JSON_NONE && wb_json_get(source, wb_json_first(source, items),
                                                    "QuantityOrdered") != WB_JSON_NONE) {
        wb_json_ref own = order_of(source, payload);

        map_v0(self, source, own == WB_JSON_NONE ? any_order : own, items, own != WB_JSON_NONE);
        ++*orders;
    }
}

static wb_json *
open_cases(const char *name, char **bytes)
{
    char path[512];
    size_t len = 0;
    wb_json *json = wb_json_new();

    snprintf(path, sizeof path, ROOT "sandbox/%s", name);
    *bytes = kit_file(path, &len);
    ck_assert_msg(*bytes != NULL, "%s", path);
    ck_assert(wb_json_parse(json, (wb_view){*bytes, len}, NULL) == WB_OK);
    return json;
}

static int64_t
status_of(wb_json *source, wb_json_ref at)
{
    int64_t status = 0;

    ck_assert(wb_json_int(source, wb_json_get(source, at, "status"), &status, "status", NULL) ==
              WB_OK);
    return status;
}

START_TEST(test_orders_2026)
{
    WB_AUTO(wb_free) char *bytes = NULL;
    WB_AUTO(wb_json_destroy) wb_json *source = open_cases("orders_2026-01-01.json", &bytes);
    int orders = 0;
    kit self;

    sums = 0;
    kit_init(&self, &wb_connector_amazon);
    for (wb_json_ref at = wb_json_first(source, 0); at != WB_JSON_NONE;
         at = wb_json_next(source, at)) {
        wb_json_ref response = wb_json_get(source, at, "response");

        if (status_of(source, at) == 200)
            read_case_2026(&self, source, response, &orders);
        else {
            self.call.item_count = 0;
            kit_item(&self, "1");
            kit_op(&self, "orders.get");
            ck_assert(kit_read(&self, 400, NULL, wb_json_raw(source, response)) == WB_REJECT);
            ck_assert(strstr(self.err.text, "InvalidInput") != NULL);
        }
    }
    ck_assert_int_ge(orders, 8);
    ck_assert_int_ge(sums, 18);
    kit_fini(&self);
}
END_TEST

START_TEST(test_orders_v0)
{
    WB_AUTO(wb_free) char *bytes = NULL;
    WB_AUTO(wb_json_destroy) wb_json *source = open_cases("ordersV0.json", &bytes);
    wb_json_ref any_order = WB_JSON_NONE;
    int orders = 0;
    kit self;

    sums = 0;
    kit_init(&self, &wb_connector_amazon);
    for (int pass = 0; pass < 2; pass++)
        for (wb_json_ref at = wb_json_first(source, 0); at != WB_JSON_NONE;
             at = wb_json_next(source, at)) {
            wb_json_ref response = wb_json_get(source, at, "response");
            wb_json_ref payload = wb_json_get(source, response, "payload");

            if (pass == 0 && wb_json_get(source, payload, "OrderStatus") != WB_JSON_NONE)
                any_order = payload;
            if (pass == 1 && status_of(source, at) == 200)
                read_case_v0(&self, source, response, any_order, &orders);
        }
    ck_assert_int_ge(orders, 8);
    ck_assert_int_ge(sums, 1);
    kit_fini(&self);
}
END_TEST

/* The types that have a consumer, or will have: their examples are read, all others parked. */
static const struct {
    const char *type;
    wb_outcome outcome;
} known[] = {
    {"ORDER_CHANGE",                       WB_OUTCOME_NONE    },
    {"ANY_OFFER_CHANGED",                  WB_OUTCOME_FILTERED},
    {"FEED_PROCESSING_FINISHED",           WB_OUTCOME_FILTERED},
    {"REPORT_PROCESSING_FINISHED",         WB_OUTCOME_FILTERED},
    {"FBA_INVENTORY_AVAILABILITY_CHANGES", WB_OUTCOME_FILTERED},
    {"LISTINGS_ITEM_STATUS_CHANGE",        WB_OUTCOME_FILTERED},
};

/* The example, with metadata where its schema forgets them. */
static void
put_example(const char *bytes, wb_buf *out)
{
    const char *end = strrchr(bytes, '}');

    if (strcasestr(bytes, "notificationMetadata")) {
        wb_buf_add_text(out, bytes);
        return;
    }
    wb_buf_add(out, bytes, (size_t)(end - bytes));
    wb_buf_add_text(out, ",\"NotificationMetadata\":{\"NotificationId\":\"added\"}}");
}

static wb_outcome
wanted_outcome(const char *file)
{
    for (size_t i = 0; i < WB_COUNT(known); i++)
        if (strncmp(file, known[i].type, strlen(known[i].type)) == 0 &&
            strncmp(file + strlen(known[i].type), "__", 2) == 0)
            return known[i].outcome;
    return WB_OUTCOME_PARKED;
}

static void
read_example(const char *file)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_free) char *bytes = NULL;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    char path[512];
    size_t len = 0;
    wb_outcomes out;
    wb_item *item;

    wb_buf_init(&text, WB_BODY_MAX);
    snprintf(path, sizeof path, ROOT "notifications/%s", file);
    bytes = kit_file(path, &len);
    ck_assert(bytes != NULL);
    put_example(bytes, &text);
    wb_outcomes_init(&out);
    wb_outcomes_reserve(&out, 5 * text.len);
    item = wb_outcomes_item(&out);
    item->body = wb_buf_view(&text);
    amazon_notice_read(json, (wb_view){NULL, 0}, &out, item);
    ck_assert_msg(item->outcome == wanted_outcome(file), "%s: %d %s", file, (int)item->outcome,
                  item->reason);
    ck_assert_msg(item->seen.len > 0, "%s", file);
    if (item->outcome == WB_OUTCOME_NONE) {
        ck_assert(wb_view_is(item->external, "903-8868176-2219830"));
        ck_assert_int_eq(item->source_utc_us, INT64_C(1669750924284000)); /* TimeOfOrderChange */
        ck_assert_int_eq(item->event_utc_us, INT64_C(1578701393109000));  /* EventTime */
    }
    if (item->outcome == WB_OUTCOME_PARKED)
        ck_assert(strncmp(item->reason, "unknown notification type: ", 27) == 0);
    wb_outcomes_fini(&out);
}

START_TEST(test_notifications)
{
    DIR *dir = opendir(ROOT "notifications");
    int read = 0;

    ck_assert(dir != NULL);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (strstr(entry->d_name, ".json")) {
            read_example(entry->d_name);
            read++;
        }
    closedir(dir);
    ck_assert_int_ge(read, 20);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_orders_2026,   1},
        {test_orders_v0,     1},
        {test_notifications, 1},
        {NULL,               0}
    };
    DIR *dir = opendir(ROOT);

    if (!dir) {
        printf("skipped: Amazon's published examples are not at ../shared/fixtures/amazon\n");
        return WB_TEST_SKIPPED;
    }
    closedir(dir);
    return wb_suite_run("contract.examples", rows);
}
