/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders_v0 - the Orders API v0: the list, up to 50 orders by id in one call, and their items
 *
 * An order comes without its lines. Its first part is the order itself, then each page of items is
 * one; the last page makes them one document:
 *
 *   {"AmazonOrder": {...}, "OrderItems": [[page], [page], ...]}
 *
 * Source: the API's published model, ordersV0.json. The reads end on 27 March 2027.
 */
#include "actors/connectors/amazon/amazon.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

#define PATH "/orders/v0/orders"
#define FIRST_PAGE "items" /* cursor: the items from their beginning; else "items <NextToken>" */

static const amazon_element element = {WB_KIND_NOTICE, "AmazonOrderId", "LastUpdateDate"};

wb_rc
amazon_v0_search_build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->template = PATH;
    amazon_sp_get(call, PATH "?", out);
    return amazon_query_page(call, out, "NextToken", err);
}

/* The orders of an answer, parsed; WB_RETRY: it is none. */
static wb_rc
open_orders(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_json_ref *payload,
            wb_json_ref *orders, wb_err *err)
{
    wb_json *json = call->json;

    if (wb_json_parse_answer(json, resp->body, err))
        return wb_note(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    *payload = wb_json_get(json, 0, "payload");
    *orders = wb_json_get(json, *payload, "Orders");
    if (wb_json_kind(json, *orders) != WB_JSON_ARRAY)
        return wb_fail(err, WB_RETRY, "%s: the answer has no orders", call->op->name);
    wb_outcomes_reserve(out, 2 * resp->body.len + 2 * WB_URL_MAX);
    return WB_OK;
}

wb_rc
amazon_v0_search_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref payload, orders;
    wb_view token = {NULL, 0};
    wb_rc rc = amazon_sp_status(call, resp, out, err);

    if (!rc)
        rc = open_orders(call, resp, out, &payload, &orders, err);
    if (rc)
        return rc;
    rc = wb_json_text(json, wb_json_get(json, payload, "NextToken"), &token, "NextToken", err);
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc)
        return wb_note(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    /* the sandbox spells it as a number of seconds; without it, it is what was asked */
    wb_answer_time(json, wb_answer_member(json, payload, "LastUpdatedBefore"), &out->reached_utc_us,
                   "LastUpdatedBefore");
    amazon_list_items(json, orders, &element, out);
    return amazon_query_turn(call, token, out, err);
}

static bool
wants_items(const wb_call_item *item)
{
    return item->cursor.len > 0;
}

wb_rc
amazon_v0_items_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const wb_call_item *item = &call->items[0];
    size_t skip = strlen(FIRST_PAGE " ");
    wb_key_parts key;
    wb_rc rc = wb_key_parse(&key, item->env->record, err);

    if (rc)
        return rc;
    out->template = PATH "/{orderId}/orderItems";
    amazon_sp_get(call, PATH "/", out);
    wb_percent(&out->url, wb_view_of(key.external), NULL);
    wb_buf_add_text(&out->url, "/orderItems");
    if (item->cursor.len > skip) {
        wb_buf_add_text(&out->url, "?NextToken=");
        wb_percent(&out->url, (wb_view){item->cursor.data + skip, item->cursor.len - skip}, NULL);
    }
    return wb_request_check(out, err);
}

wb_rc
amazon_v0_list_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const amazon_options *options = call->options;
    wb_key_parts key;
    wb_rc rc;

    if (wants_items(&call->items[0])) /* a runtime that asks again by the same operation */
        return amazon_v0_items_build(call, out, err);
    out->template = PATH;
    amazon_sp_get(call, PATH "?MarketplaceIds=", out);
    amazon_put_csv(&options->marketplaces, &out->url);
    wb_buf_add_text(&out->url, "&AmazonOrderIds=");
    for (size_t i = 0; i < call->item_count; i++) {
        rc = wb_key_parse(&key, call->items[i].env->record, err);
        if (rc)
            return rc;
        if (i)
            wb_buf_add_char(&out->url, ',');
        wb_percent(&out->url, wb_view_of(key.external), NULL);
    }
    return wb_request_check(out, err);
}

/* The result that is about this order; NULL = nobody asked for it. */
static wb_result *
result_of(const wb_call *call, wb_view id, wb_outcomes *out)
{
    wb_key_parts key;

    for (size_t i = 0; i < call->item_count; i++)
        if (wb_key_parse(&key, call->items[i].env->record, NULL) == WB_OK &&
            wb_view_is(id, key.external))
            return &out->results[i];
    return NULL;
}

static void
take_part(const wb_call *call, wb_json_ref ref, wb_outcomes *out)
{
    wb_view id;
    int64_t updated;
    wb_result *result;

    if (!amazon_element_head(call->json, ref, &element, &id, &updated))
        return; /* whoever it is, is not there then, and is asked for again */
    result = result_of(call, id, out);
    if (!result)
        return;
    result->source_utc_us = updated;
    result->body = wb_json_raw(call->json, ref);
    result->code = WB_RESULT_MORE;
    result->cursor = WB_VIEW_LIT(FIRST_PAGE);
}

/* One id of many may be what Amazon refuses: then the call is halved until it stands alone. */
static void
refuse_whole(const wb_call *call, wb_outcomes *out, const wb_err *err)
{
    if (call->item_count > 1)
        out->refused_whole = true;
    else
        wb_result_set(&out->results[0], WB_RESULT_PARK, "%.150s", err->text);
}

wb_rc
amazon_v0_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref payload, orders;
    wb_rc rc;

    if (wants_items(&call->items[0]))
        return amazon_v0_items_read(call, resp, out, err);
    rc = amazon_sp_status(call, resp, out, err);
    if (rc == WB_REJECT && err && resp->status == 400) {
        refuse_whole(call, out, err);
        return WB_OK;
    }
    if (!rc)
        rc = open_orders(call, resp, out, &payload, &orders, err);
    if (rc)
        return rc;
    if (wb_json_check(json, err))
        return wb_note(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    for (wb_json_ref at = wb_json_first(json, orders); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        take_part(call, at, out);
    for (size_t i = 0; i < out->result_count; i++)
        if (out->results[i].code == WB_RESULT_NONE)
            amazon_not_found(call, call->items[i].env, &out->results[i]);
    return WB_OK;
}

/* How new the order is, by its own part: only now is it whole, and may be judged. */
static void
judge(const wb_call *call, wb_view order, wb_result *result)
{
    wb_json *json = call->json;

    result->code = WB_RESULT_DONE;
    if (wb_json_parse_answer(json, order, NULL))
        return;
    wb_answer_time(json, wb_answer_member(json, 0, element.updated), &result->source_utc_us,
                   element.updated);
    if (amazon_behind(result->source_utc_us, call->items[0].env->source_utc_us))
        wb_result_set(result, WB_RESULT_BEHIND, "older than the notification announced");
}

/* All parts and this last page as one document. */
static wb_rc
join(const wb_call *call, wb_view page, wb_outcomes *out, wb_err *err)
{
    wb_view parts = call->items[0].partial, order, part;
    wb_result *result = &out->results[0];
    size_t start = out->arena.len;

    if (!wb_part_next(&parts, &order))
        return wb_fail(err, WB_REJECT, "the order's own part is gone");
    wb_buf_add_text(&out->arena, "{\"AmazonOrder\":");
    wb_buf_add_view(&out->arena, order);
    wb_buf_add_text(&out->arena, ",\"OrderItems\":[");
    while (wb_part_next(&parts, &part)) {
        wb_buf_add_view(&out->arena, part);
        wb_buf_add_char(&out->arena, ',');
    }
    wb_buf_add_view(&out->arena, page);
    wb_buf_add_text(&out->arena, "]}");
    if (out->arena.len - start > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "the order with its items is larger than a message");
    result->body = (wb_view){out->arena.data + start, out->arena.len - start};
    judge(call, order, result);
    return WB_OK;
}

/* Are these the items of the order that was asked for? Null is as good as not told. */
static bool
of_this_order(const wb_call *call, wb_json_ref payload)
{
    wb_json_ref ref = wb_json_get(call->json, payload, "AmazonOrderId");
    wb_view id = {NULL, 0};
    wb_key_parts key;

    if (wb_json_text(call->json, ref, &id, "AmazonOrderId", NULL))
        return false;
    return !id.len || (wb_key_parse(&key, call->items[0].env->record, NULL) == WB_OK &&
                       wb_view_is(id, key.external));
}

static wb_rc
read_items(const wb_call *call, wb_view body, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_result *result = &out->results[0];
    wb_json_ref payload, items;
    wb_view token = {NULL, 0};

    if (wb_json_parse_answer(json, body, err))
        return wb_note(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    payload = wb_json_get(json, 0, "payload");
    items = wb_json_get(json, payload, "OrderItems");
    if (wb_json_kind(json, items) != WB_JSON_ARRAY ||
        wb_json_text(json, wb_json_get(json, payload, "NextToken"), &token, "NextToken", err) ||
        wb_json_check(json, err))
        return wb_fail(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    if (!of_this_order(call, payload))
        return wb_fail(err, WB_RETRY, "%s: the answer is about another order", call->op->name);
    if (call->items[0].partial.len > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "the order with its items is larger than a message");
    wb_outcomes_reserve(out, call->items[0].partial.len + 2 * body.len + 256);
    if (!token.len)
        return join(call, wb_json_raw(json, items), out, err);
    result->code = WB_RESULT_MORE;
    result->body = wb_json_raw(json, items);
    result->cursor = wb_outcomes_keep(out, WB_VIEW_LIT(FIRST_PAGE " "));
    result->cursor.len += wb_outcomes_keep(out, token).len; /* one behind the other */
    return WB_OK;
}

wb_rc
amazon_v0_items_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_rc rc = amazon_sp_status(call, resp, out, err);

    for (size_t i = 1; i < out->result_count; i++) { /* this answer is about the first alone */
        wb_result_set(&out->results[i], WB_RESULT_RETRY, "asked for one at a time");
        out->results[i].retry_ms = 1;
    }
    if (resp->status == 404) {
        amazon_not_found(call, call->items[0].env, &out->results[0]);
        return WB_OK;
    }
    return rc ? rc : read_items(call, resp->body, out, err);
}
