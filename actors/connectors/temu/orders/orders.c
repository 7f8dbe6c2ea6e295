/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - the list, and one order in its parts
 *
 * The list and the detail have no address and no price, and of packages with a label that have not
 * left their numbers alone (labels.c). An order that is to be shipped, or was, is
 * asked for its address; with the grant of money it is asked for what was paid, without it for what
 * its goods are listed at, if the account wants that. One that is pending or cancelled is read
 * without an address: before it is confirmed the buyer may change it, and after that nobody needs
 * it. Which part comes next is said by the status, so the chain is as long as the order needs.
 */
#include "actors/connectors/temu/orders/orders.h"

#include <string.h>

#include "actors/connectors/temu/goods/goods.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/key.h"

#define CANCELLED 3
#define PENDING 1
#define NOT_YET_MS INT64_C(300000) /* an order may be listed before it can be read */
#define NOT_FOUND 140020002
#define SHIPPED_MIN 4 /* statuses of lines: from here on they are on their way, or were */

/* --- the list --- */

static void
order_filter(const wb_call *call, wb_json_writer *writer)
{
    const temu_options *options = call->options;

    wb_json_member_int(writer, "updateAtStart", call->from_utc_us / WB_US_PER_S);
    wb_json_member_int(writer, "updateAtEnd", call->to_utc_us / WB_US_PER_S);
    wb_json_member_text(writer, "sortby", WB_VIEW_LIT("updateTime"));
    if (options->region_id)
        wb_json_member_int(writer, "regionId", options->region_id);
}

static bool
order_name(const wb_call *call, wb_json_ref row, wb_outcomes *out, wb_item *item)
{
    wb_json *json = call->json;
    wb_json_ref parent = wb_json_get(json, row, "parentOrderMap");
    wb_view id;

    if (!temu_row_sn(json, parent, "parentOrderSn", &id))
        return false;
    item->external = wb_outcomes_keep(out, id);
    temu_answer_seconds(json, wb_answer_member(json, parent, "updateTime"), &item->source_utc_us,
                        "updateTime");
    item->event_utc_us = item->source_utc_us;
    return true;
}

const temu_list temu_orders = {
    .pull = "orders.list",
    .type = "bg.order.list.v2.get",
    .number = "pageNumber",
    .total = "totalItemNum",
    .rows = "pageItems",
    .kind = WB_RECORD_ORDER,
    .as = WB_KIND_NOTICE,
    .filter = order_filter,
    .name = order_name,
    .unusable = "an order without a usable parentOrderSn",
};

/* --- its parts --- */

static wb_rc
by_order(const wb_call *call, const char *type, wb_request *out, wb_err *err)
{
    wb_json_writer writer;
    wb_key_parts key;
    wb_rc rc = wb_key_parse(&key, call->items[0].env->record, err);

    if (rc)
        return rc;
    temu_begin(call, type, out, &writer);
    wb_json_member_text(&writer, "parentOrderSn", wb_view_of(key.external));
    return temu_end(out, &writer, err);
}

wb_rc
temu_get_build(const wb_call *call, wb_request *out, wb_err *err)
{
    return by_order(call, "bg.order.detail.v2.get", out, err);
}

wb_rc
temu_address_build(const wb_call *call, wb_request *out, wb_err *err)
{
    return by_order(call, "bg.order.shippinginfo.v2.get", out, err);
}

wb_rc
temu_amount_build(const wb_call *call, wb_request *out, wb_err *err)
{
    return by_order(call, "bg.order.amount.query", out, err);
}

static const char *
money_step(const temu_options *options)
{
    if (options->money == TEMU_MONEY_AMOUNT)
        return "orders.amount";
    return options->price_without_money == TEMU_PRICE_LIST ? "orders.prices" : NULL;
}

static const char *
step_after_labels(const temu_options *options, wb_json *json, wb_json_ref parent)
{
    wb_count status = {0};

    wb_answer_count(json, wb_answer_member(json, parent, "parentOrderStatus"), &status,
                    "parentOrderStatus");
    if (status.known && status.value == CANCELLED)
        return NULL;
    return status.known && status.value == PENDING ? money_step(options) : "orders.address";
}

static bool
waits(wb_json *json, wb_json_ref line)
{
    wb_count status = {0};

    wb_answer_count(json, wb_answer_member(json, line, "orderStatus"), &status, "orderStatus");
    return (!status.known || status.value < SHIPPED_MIN) &&
           wb_json_count(json, wb_answer_member(json, line, "packageSnInfo")) > 0;
}

static bool
has_labels(wb_json *json, wb_json_ref lines)
{
    for (wb_json_ref at = wb_json_first(json, lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (waits(json, at))
            return true;
    return false;
}

/* What is cancelled or pending goes nowhere, whatever its packages are. */
static const char *
step_after_detail(const temu_options *options, wb_json *json, wb_json_ref parent, wb_json_ref lines)
{
    const char *next = step_after_labels(options, json, parent);
    bool goes = next && strcmp(next, "orders.address") == 0;

    return goes && has_labels(json, lines) ? "orders.labels" : next;
}

/* Whether the answer is about the order that was asked for. */
static wb_rc
same_order(const wb_call *call, wb_json_ref parent, wb_err *err)
{
    wb_view id = {NULL, 0};
    wb_key_parts key;

    if (wb_key_parse(&key, call->items[0].env->record, err) ||
        wb_json_text(call->json, wb_json_get(call->json, parent, "parentOrderSn"), &id,
                     "parentOrderSn", err) ||
        wb_json_check(call->json, err))
        return wb_note(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    if (!wb_view_is(id, key.external))
        return wb_fail(err, WB_RETRY, "%s: the answer is about another order", call->op->name);
    return WB_OK;
}

/* A line that names its order names this one; most name none. */
static wb_rc
own_lines(const wb_call *call, wb_json_ref parent, wb_json_ref lines, wb_err *err)
{
    wb_json *json = call->json;
    wb_view order = {NULL, 0};

    wb_answer_code(json, wb_answer_member(json, parent, "parentOrderSn"), &order, "parentOrderSn");
    for (wb_json_ref at = wb_json_first(json, lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view of = {NULL, 0};

        wb_answer_code(json, wb_answer_member(json, at, "parentOrderSn"), &of,
                       "orderList[].parentOrderSn");
        if (of.len && !wb_view_eq(of, order))
            return wb_fail(err, WB_RETRY,
                           "%s: orderList[].parentOrderSn: a line belongs to another order",
                           call->op->name);
    }
    return WB_OK;
}

static void
not_found(const wb_call *call, wb_result *result)
{
    int64_t since = wb_envelope_hop_at(call->items[0].env, WB_HOP_RECEIVED);

    if (since && call->now_utc_us - since < NOT_YET_MS * WB_US_PER_MS) {
        wb_result_set(result, WB_RESULT_RETRY, "the order cannot be read yet");
        result->retry_ms = NOT_YET_MS / 10;
        return;
    }
    wb_result_set(result, WB_RESULT_ABSENT, "Temu does not know this order");
}

/* A time that is the order's own; older than what announced it: it is read again. */
static void
judge(const wb_call *call, int64_t updated_utc_us, wb_result *result)
{
    result->source_utc_us = updated_utc_us;
    if (result->code == WB_RESULT_DONE && updated_utc_us &&
        updated_utc_us < call->items[0].env->source_utc_us)
        wb_result_set(result, WB_RESULT_BEHIND, "older than announced");
}

wb_rc
temu_get_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref result, parent, lines;
    int64_t updated = 0, code;
    wb_rc rc = temu_open(call, resp, out, &result, &code, err);

    if (rc == WB_REJECT && code == NOT_FOUND) {
        not_found(call, &out->results[0]);
        return WB_OK;
    }
    if (rc)
        return rc;
    parent = wb_json_get(json, result, "parentOrderMap");
    lines = wb_json_get(json, result, "orderList");
    if (wb_json_kind(json, lines) != WB_JSON_ARRAY || wb_json_count(json, lines) == 0)
        return wb_fail(err, WB_RETRY, "%s: the answer has no orderList", call->op->name);
    rc = same_order(call, parent, err);
    if (!rc)
        rc = own_lines(call, parent, lines, err);
    if (rc)
        return rc;
    temu_answer_seconds(json, wb_answer_member(json, parent, "updateTime"), &updated, "updateTime");
    rc = temu_join(call, "order", wb_json_raw(json, result),
                   step_after_detail(call->options, json, parent, lines), out, err);
    if (rc)
        return rc;
    temu_await(json, parent, lines, out);
    judge(call, updated, &out->results[0]);
    return WB_OK;
}

/* When the order itself, the first part, was updated. */
static int64_t
updated_of(const wb_call *call)
{
    wb_view order = temu_part(call->items[0].partial, "order");
    int64_t updated = 0;

    if (order.len && !wb_json_parse_answer(call->json, order, NULL))
        temu_answer_seconds(call->json,
                            wb_answer_member(call->json,
                                             wb_json_get(call->json, 0, "parentOrderMap"),
                                             "updateTime"),
                            &updated, "updateTime");
    return updated;
}

/* A later part is an object, or a list, kept as it is. */
static wb_rc
keep_part(const wb_call *call, const char *name, wb_view value, const char *next, wb_outcomes *out,
          wb_err *err)
{
    wb_rc rc = temu_join(call, name, value, next, out, err);

    if (!rc)
        judge(call, updated_of(call), &out->results[0]);
    return rc;
}

wb_rc
temu_keep_labels(const wb_call *call, wb_view told, wb_outcomes *out, wb_err *err)
{
    wb_view order = temu_part(call->items[0].partial, "order");
    const char *next = money_step(call->options);

    if (order.len && !wb_json_parse_answer(call->json, order, NULL))
        next = step_after_labels(call->options, call->json,
                                 wb_json_get(call->json, 0, "parentOrderMap"));
    return keep_part(call, "labels", told, next, out, err);
}

wb_rc
temu_address_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json_ref result;
    wb_rc rc = temu_result(call, resp, out, &result, err);

    if (rc)
        return rc;
    if (wb_json_kind(call->json, result) != WB_JSON_OBJECT)
        return wb_fail(err, WB_RETRY, "%s: the answer has no address", call->op->name);
    return keep_part(call, "address", wb_json_raw(call->json, result), money_step(call->options),
                     out, err);
}

wb_rc
temu_amount_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json_ref result;
    wb_rc rc = temu_result(call, resp, out, &result, err);

    if (!rc)
        rc = same_order(call, wb_json_get(call->json, result, "parentOrderMap"), err);
    return rc ? rc : keep_part(call, "amount", wb_json_raw(call->json, result), NULL, out, err);
}

/* The SKUs of its lines, each once or more: the answer names each of them. */
static void
put_skus(const wb_call *call, wb_json_writer *writer)
{
    const temu_options *options = call->options;
    wb_view order = temu_part(call->items[0].partial, "order");
    wb_json *json = call->json;
    wb_json_ref lines;

    if (!order.len || wb_json_parse_answer(json, order, NULL))
        return;
    lines = wb_json_get(json, 0, "orderList");
    for (wb_json_ref at = wb_json_first(json, lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view sku = {NULL, 0};

        temu_line_sku_id(json, at, (temu_mode)options->mode, &sku);
        if (sku.len)
            temu_put_id_item(writer, sku);
    }
}

wb_rc
temu_prices_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;

    temu_begin(call, temu_listings.type, out, &writer);
    wb_json_member_int(&writer, temu_listings.number, 1);
    wb_json_member_int(&writer, "pageSize", TEMU_PAGE_MAX);
    temu_listings.filter(call, &writer);
    wb_json_put_key(&writer, "skuIdList");
    wb_json_open(&writer, '[');
    put_skus(call, &writer);
    wb_json_close(&writer, ']');
    return temu_end(out, &writer, err);
}

wb_rc
temu_prices_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json_ref result, rows;
    wb_count total = {0};
    wb_rc rc = temu_result(call, resp, out, &result, err);

    if (rc)
        return rc;
    rows = wb_json_get(call->json, result, temu_listings.rows);
    wb_answer_count(call->json, wb_answer_member(call->json, result, temu_listings.total), &total,
                    temu_listings.total);
    if (!wb_answer_list(call->json, rows, &total))
        return wb_fail(err, WB_RETRY, "%s: the answer has no prices", call->op->name);
    return keep_part(call, "skus", wb_json_raw(call->json, rows), NULL, out, err);
}
