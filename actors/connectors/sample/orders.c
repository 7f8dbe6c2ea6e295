/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - the list, one order, and its mapping
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

wb_rc
sample_list_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    char from[WB_TIME_TEXT_MAX + 1], to[WB_TIME_TEXT_MAX + 1];

    wb_time_text(from, call->from_utc_us, true);
    wb_time_text(to, call->to_utc_us, true);
    out->method = "GET";
    out->template = "/orders";
    wb_buf_addf(&out->url, "%s/orders?from=%s&to=%s&limit=%lld", options->url, from, to,
                call->page_max > 0 ? (long long)call->page_max : (long long)options->page_size);
    if (call->cursor.len) {
        wb_buf_add_text(&out->url, "&page=");
        wb_percent(&out->url, call->cursor, NULL);
    }
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
    return wb_request_check(out, err);
}

/* One row of the list: a notice that this order is to be read. One that nobody can use is set aside
 * with its own bytes, and the rest of the list goes on. */
static void
list_row(wb_json *json, wb_json_ref row, wb_outcomes *out)
{
    wb_item *item = wb_outcomes_item(out);
    wb_view id = {NULL, 0};
    bool sound = !wb_json_text(json, wb_json_get(json, row, "id"), &id, "id", NULL) && id.len &&
                 !wb_json_check(json, NULL);

    wb_json_forgive(json);
    item->kind = WB_KIND_NOTICE;
    item->record_kind = WB_RECORD_ORDER;
    item->what = item->body = wb_outcomes_keep(out, wb_json_raw(json, row)); /* id and time */
    if (!sound) {
        wb_item_park(item, "an order without a usable id");
        return;
    }
    item->external = wb_outcomes_keep(out, id);
    wb_answer_time(json, wb_answer_member(json, row, "updated"), &item->source_utc_us, "updated");
    item->event_utc_us = item->source_utc_us;
}

wb_rc
sample_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref rows, row;
    wb_view next = {NULL, 0};
    wb_rc rc = wb_response_usual(call, resp, out, err);

    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err))
        return wb_note(err, WB_RETRY, "the list is unreadable");
    wb_outcomes_reserve(out, 3 * resp->body.len);
    rows = wb_json_get(json, 0, "orders");
    if (wb_json_kind(json, rows) != WB_JSON_ARRAY)
        return wb_fail(err, WB_RETRY, "the list is unreadable: no orders");
    rc = wb_json_text(json, wb_json_get(json, 0, "next"), &next, "next", err);
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc)
        return wb_note(err, WB_RETRY, "the list is unreadable");
    for (row = wb_json_first(json, rows); row != WB_JSON_NONE; row = wb_json_next(json, row))
        list_row(json, row, out);
    if (next.len)
        out->cursor = wb_outcomes_keep(out, next);
    return WB_OK;
}

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
sample_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_order *order = &out->order;
    wb_view currency = {NULL, 0};
    wb_rc rc = wb_json_parse_answer(json, raw->body, err);

    *out = (wb_mapped){.kind = WB_RECORD_ORDER, .owners = UINT32_MAX};
    order->channel = WB_VIEW_LIT("sample");
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "id"), &order->external_id, "id", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "status"), &order->channel_status, "status",
                          err);
    if (!rc) {
        wb_answer_time(json, wb_answer_member(json, 0, "updated"), &order->updated_utc_us,
                       "updated");
        wb_answer_code(json, wb_answer_member(json, 0, "reference"), &order->seller_order_id,
                       "reference");
        wb_answer_time(json, wb_answer_member(json, 0, "created"), &order->purchased_utc_us,
                       "created");
        wb_answer_code(json, wb_answer_member(json, 0, "currency"), &currency, "currency");
        wb_answer_amount(json, wb_answer_member(json, 0, "total"), currency, &order->total,
                         "total");
        rc = map_lines(json, currency, order, err);
    }
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc) {
        wb_canonical_fini(wb_order_fields, order);
        return rc;
    }
    order->status = status_of(order->channel_status);
    out->source_utc_us = order->updated_utc_us;
    out->routed = order->status > WB_ORDER_PENDING;
    return WB_OK;
}
