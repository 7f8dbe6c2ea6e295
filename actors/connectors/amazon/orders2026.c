/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders2026 - getOrder and searchOrders of the Orders API 2026-01-01
 *
 * Source: the API's published model, orders_2026-01-01.json.
 */
#include "actors/connectors/amazon/amazon.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

#define PATH "/orders/2026-01-01/orders"

static const amazon_element element = {WB_KIND_RAW, "orderId", "lastUpdatedTime"};

wb_rc
amazon_get_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const amazon_options *options = call->options;
    wb_key_parts key;
    wb_rc rc = wb_key_parse(&key, call->items[0].env->record, err);

    if (rc)
        return rc;
    out->template = PATH "/{orderId}";
    amazon_sp_get(call, PATH "/", out);
    wb_percent(&out->url, wb_view_of(key.external), NULL);
    wb_buf_add_text(&out->url, "?includedData=");
    wb_percent(&out->url, wb_view_of(options->included_data), ",");
    return wb_request_check(out, err);
}

/* Is it the order that was asked for, and how new? An answer is looked at to its end: one that was
 * cut short may end like a whole one. */
static wb_rc
read_order(const wb_call *call, wb_view body, wb_result *result, wb_err *err)
{
    const wb_envelope *env = call->items[0].env;
    wb_json *json = call->json;
    wb_key_parts key;
    wb_view id;
    wb_rc rc = wb_key_parse(&key, env->record, err);

    if (rc)
        return rc;
    if (wb_json_parse_answer(json, body, err))
        return wb_note(err, WB_RETRY, "orders.get: the answer is unreadable");
    if (!amazon_element_head(json, wb_json_get(json, 0, "order"), &element, &id,
                             &result->source_utc_us))
        return wb_fail(err, WB_RETRY, "orders.get: the answer is no order");
    if (!wb_view_is(id, key.external))
        return wb_fail(err, WB_RETRY, "orders.get: the answer is about another order");
    result->body = body;
    result->code = WB_RESULT_DONE;
    if (amazon_behind(result->source_utc_us, env->source_utc_us))
        wb_result_set(result, WB_RESULT_BEHIND, "older than the notification announced");
    return WB_OK;
}

wb_rc
amazon_get_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_rc rc = amazon_sp_status(call, resp, out, err);

    if (resp->status == 404) {
        amazon_not_found(call, call->items[0].env, &out->results[0]);
        return WB_OK;
    }
    return rc ? rc : read_order(call, resp->body, &out->results[0], err);
}

wb_rc
amazon_search_build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->template = PATH;
    amazon_sp_get(call, PATH "?", out);
    return amazon_query_page(call, out, "paginationToken", err);
}

wb_rc
amazon_search_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref orders, pagination;
    wb_view token = {NULL, 0};
    wb_rc rc = amazon_sp_status(call, resp, out, err);

    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err))
        return wb_note(err, WB_RETRY, "orders.search: the answer is unreadable");
    wb_outcomes_reserve(out, 2 * resp->body.len + 2 * WB_URL_MAX);
    orders = wb_json_get(json, 0, "orders");
    pagination = wb_json_get(json, 0, "pagination");
    if (wb_json_kind(json, orders) != WB_JSON_ARRAY)
        return wb_fail(err, WB_RETRY, "orders.search: the answer has no orders");
    if (wb_json_kind(json, pagination) != WB_JSON_OBJECT && !wb_answer_no_value(json, pagination))
        return wb_fail(err, WB_RETRY,
                       "orders.search: nobody can tell whether this page is the last");
    rc = wb_json_text(json, wb_json_get(json, pagination, "nextToken"), &token, "nextToken", err);
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc)
        return wb_note(err, WB_RETRY, "orders.search: the answer is unreadable");
    wb_answer_time(json, wb_answer_member(json, 0, "lastUpdatedBefore"), &out->reached_utc_us,
                   "lastUpdatedBefore"); /* without it, it is what was asked */
    amazon_list_items(json, orders, &element, out);
    return amazon_query_turn(call, token, out, err);
}
