/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders2026 - getOrder and searchOrders of the Orders API 2026-01-01
 *
 * Source: the API's published model, orders_2026-01-01.json.
 */
#include "actors/connectors/amazon/amazon.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

#define PATH "/orders/2026-01-01/orders"

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

/* The text behind the first `name` of the body, up to the next quote. Inside a JSON text every
 * quote has a backslash before it, so that `"name":"` stands nowhere but at a member. */
static wb_view
glance_at(wb_view body, wb_view name)
{
    const char *at = memmem(body.data, body.len, name.data, name.len), *end;

    if (!at)
        return (wb_view){NULL, 0};
    at += name.len;
    end = memchr(at, '"', (size_t)(body.data + body.len - at));
    return end ? (wb_view){at, (size_t)(end - at)} : (wb_view){NULL, 0};
}

/* The mapper reads the whole order; here only its id and its time are looked at. What is not
 * spelled as Amazon spells it is read properly. */
static bool
glance(wb_view body, const wb_key_parts *key, int64_t *source_utc_us)
{
    wb_view id = glance_at(body, WB_VIEW_LIT("\"orderId\":\""));
    wb_view time = glance_at(body, WB_VIEW_LIT("\"lastUpdatedTime\":\""));

    return wb_view_is(id, key->external) && time.len && body.data[body.len - 1] == '}' &&
           !wb_time_parse(source_utc_us, time, NULL);
}

static wb_rc
read_whole(const wb_call *call, wb_view body, const wb_key_parts *key, wb_result *result,
           wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref order;
    wb_view id = {NULL, 0};

    if (wb_json_parse(json, body, err))
        return wb_note(err, WB_RETRY, "orders.get: the answer is unreadable");
    order = wb_json_get(json, 0, "order");
    if (wb_json_text(json, wb_json_get(json, order, "orderId"), &id, "orderId", err) ||
        wb_json_time(json, wb_json_get(json, order, "lastUpdatedTime"), &result->source_utc_us,
                     "lastUpdatedTime", err) ||
        wb_json_check(json, err))
        return wb_note(err, WB_RETRY, "orders.get: the answer is unreadable");
    if (!wb_view_is(id, key->external))
        return wb_fail(err, WB_RETRY, "orders.get: the answer is about another order");
    return WB_OK;
}

/* Is it the order that was asked for, and how new? */
static wb_rc
read_order(const wb_call *call, wb_view body, wb_result *result, wb_err *err)
{
    const wb_envelope *env = call->items[0].env;
    wb_key_parts key;
    wb_rc rc = wb_key_parse(&key, env->record, err);

    if (!rc && !glance(body, &key, &result->source_utc_us))
        rc = read_whole(call, body, &key, result, err);
    if (rc)
        return rc;
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

/* A page's element: a whole order. */
static wb_rc
take_order(wb_json *json, wb_json_ref ref, wb_outcomes *out, wb_err *err)
{
    wb_view id = {NULL, 0}, raw = wb_json_raw(json, ref);
    int64_t updated = 0;
    wb_rc rc = wb_json_text(json, wb_json_get(json, ref, "orderId"), &id, "orderId", err);

    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, ref, "lastUpdatedTime"), &updated,
                          "lastUpdatedTime", err);
    if (!rc)
        amazon_list_item(out, WB_KIND_RAW, id, raw, updated);
    return rc;
}

wb_rc
amazon_search_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref orders;
    wb_view token = {NULL, 0};
    wb_rc rc = amazon_sp_status(call, resp, out, err);

    if (rc)
        return rc;
    if (wb_json_parse(json, resp->body, err))
        return wb_note(err, WB_RETRY, "orders.search: the answer is unreadable");
    wb_outcomes_reserve(out, 2 * resp->body.len + 2 * WB_URL_MAX);
    orders = wb_json_get(json, 0, "orders");
    if (wb_json_kind(json, orders) != WB_JSON_ARRAY)
        return wb_fail(err, WB_RETRY, "orders.search: the answer has no orders");
    for (wb_json_ref at = wb_json_first(json, orders); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        rc = take_order(json, at, out, err);
    if (!rc)
        rc = wb_json_text(json, wb_json_at(json, 0, "pagination.nextToken"), &token, "nextToken",
                          err);
    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, 0, "lastUpdatedBefore"), &out->reached_utc_us,
                          "lastUpdatedBefore", err);
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc)
        return wb_note(err, WB_RETRY, "orders.search: the answer is unreadable");
    return amazon_query_turn(call, token, out, err);
}
