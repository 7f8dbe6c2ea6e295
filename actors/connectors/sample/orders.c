/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - the list, one order, and its mapping
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

/* It names orders and their times: each is then read whole. */
const sample_list sample_orders = {
    .pull = "orders.list",
    .path = "/orders",
    .member = "orders",
    .kind = WB_RECORD_ORDER,
    .as = WB_KIND_NOTICE,
    .name = sample_name_by_id,
    .unusable = "an order without a usable id",
};

wb_rc
sample_get_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    wb_key_parts key;
    wb_rc rc = wb_key_parse(&key, call->items[0].env->record, err);

    if (rc)
        return rc;
    out->method = "GET";
    out->template = "/orders/{id}";
    wb_buf_addf(&out->url, "%s/orders/", options->url);
    wb_percent(&out->url, wb_view_of(key.external), NULL);
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
    return wb_request_check(out, err);
}

wb_rc
sample_get_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    const wb_envelope *env = call->items[0].env;
    wb_json *json = call->json;
    wb_view id = {NULL, 0};
    wb_key_parts key;
    wb_rc rc;

    if (resp->status == 404) {
        wb_result_set(result, WB_RESULT_ABSENT, "no such order");
        return WB_OK;
    }
    rc = wb_response_usual(call, resp, out, err);
    if (rc)
        return rc;
    if (wb_key_parse(&key, env->record, err) || wb_json_parse_answer(json, resp->body, err) ||
        wb_json_text(json, wb_json_get(json, 0, "id"), &id, "id", err) || wb_json_check(json, err))
        return wb_note(err, WB_RETRY, "the order is unreadable");
    if (!wb_view_is(id, key.external))
        return wb_fail(err, WB_RETRY, "the answer is about another order");
    wb_answer_time(json, wb_answer_member(json, 0, "updated"), &result->source_utc_us, "updated");
    result->body = resp->body;
    result->code = WB_RESULT_DONE;
    if (result->source_utc_us && result->source_utc_us < env->source_utc_us)
        wb_result_set(result, WB_RESULT_BEHIND, "older than announced");
    return WB_OK;
}

static int32_t
status_of(wb_view word)
{
    static const struct {
        const char *word;
        wb_order_status status;
    } words[] = {
        {"open",      WB_ORDER_CREATED  },
        {"pending",   WB_ORDER_PENDING  },
        {"shipped",   WB_ORDER_SHIPPED  },
        {"cancelled", WB_ORDER_CANCELLED}
    };

    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (wb_view_is(word, words[i].word))
            return (int32_t)words[i].status;
    return WB_ORDER_UNKNOWN;
}

/* What a line is known by is read strictly; what else cannot be read of it is left out. */
static wb_rc
map_line(wb_json *json, wb_json_ref ref, wb_view currency, wb_order_line *line, wb_err *err)
{
    wb_answer_code(json, wb_answer_member(json, ref, "sku"), &line->sku, "sku");
    wb_answer_count(json, wb_answer_member(json, ref, "quantity"), &line->quantity, "quantity");
    wb_answer_amount(json, wb_answer_member(json, ref, "price"), currency, &line->price, "price");
    return wb_json_text(json, wb_json_get(json, ref, "id"), &line->line_id, "line.id", err);
}

static wb_rc
map_lines(wb_json *json, wb_view currency, wb_order *order, wb_err *err)
{
    wb_json_ref lines = wb_json_get(json, 0, "lines");
    size_t count = wb_json_count(json, lines);
    wb_order_line *items;
    wb_rc rc = WB_OK;

    if (wb_json_kind(json, lines) != WB_JSON_ARRAY && !wb_answer_no_value(json, lines))
        return wb_fail(err, WB_REJECT, "lines is no list"); /* without them it would be another */
    if (count > WB_ORDER_LINES_MAX)
        return wb_fail(err, WB_REJECT, "more than %d lines", WB_ORDER_LINES_MAX);
    if (count == 0)
        return WB_OK;
    items = wb_alloc(count * sizeof *items);
    order->lines = (wb_field_list){items, count};
    for (wb_json_ref at = wb_json_first(json, lines); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        rc = map_line(json, at, currency, items++, err);
    return rc;
}

wb_rc
sample_map_order(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_order *order = &out->order;
    wb_view currency = {NULL, 0};
    wb_rc rc;

    order->channel = WB_VIEW_LIT("sample");
    rc = wb_json_text(json, wb_json_get(json, 0, "id"), &order->external_id, "id", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "status"), &order->channel_status, "status",
                          err);
    if (rc)
        return rc;
    wb_answer_time(json, wb_answer_member(json, 0, "updated"), &order->updated_utc_us, "updated");
    wb_answer_code(json, wb_answer_member(json, 0, "reference"), &order->seller_order_id,
                   "reference");
    wb_answer_time(json, wb_answer_member(json, 0, "created"), &order->purchased_utc_us, "created");
    wb_answer_code(json, wb_answer_member(json, 0, "currency"), &currency, "currency");
    wb_answer_amount(json, wb_answer_member(json, 0, "total"), currency, &order->total, "total");
    order->status = status_of(order->channel_status);
    out->owners = UINT32_MAX;
    out->source_utc_us = order->updated_utc_us;
    out->routed = order->status > WB_ORDER_PENDING;
    return map_lines(json, currency, order, err);
}
