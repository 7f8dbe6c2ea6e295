/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists - what all lists have in common: by update time, page by page, each element for itself
 */
#include "actors/connectors/sample/sample.h"

#include <assert.h>
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

/* What is kept of an element: its bytes, and its names, of which an escaped slash has three. */
#define KEPT_TIMES 5

static const sample_list *const lists[] = {
    &sample_orders,
    &sample_listings,
    &sample_shipments,
    &sample_stock,
};

static const sample_list *
list_of(const wb_call *call)
{
    size_t i = 0;

    while (i < WB_COUNT(lists) && strcmp(lists[i]->pull, call->op->name) != 0)
        i++;
    assert(i < WB_COUNT(lists)); /* an operation that lists has a list */
    return lists[i];
}

wb_rc
sample_list_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    const sample_list *list = list_of(call);
    char from[WB_TIME_TEXT_MAX + 1], to[WB_TIME_TEXT_MAX + 1];

    wb_time_text(from, call->from_utc_us, true);
    wb_time_text(to, call->to_utc_us, true);
    out->method = "GET";
    out->template = list->path;
    wb_buf_addf(&out->url, "%s%s?from=%s&to=%s&limit=%lld", options->url, list->path, from, to,
                call->page_max > 0 ? (long long)call->page_max : (long long)options->page_size);
    if (call->cursor.len) {
        wb_buf_add_text(&out->url, "&page=");
        wb_percent(&out->url, call->cursor, NULL);
    }
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
    return wb_request_check(out, err);
}

/* One that nobody can use is set aside with its own bytes, and the rest of the list goes on. */
static void
list_element(const sample_list *list, wb_json *json, wb_json_ref element, wb_outcomes *out)
{
    wb_item *item = wb_outcomes_item(out);
    bool sound;

    item->kind = list->as;
    item->record_kind = list->kind;
    item->what = item->body = wb_outcomes_keep(out, wb_json_raw(json, element));
    sound = list->name(json, element, out, item);
    wb_json_forgive(json);
    if (!sound) {
        wb_item_park(item, "%s", list->unusable);
        return;
    }
    wb_answer_time(json, wb_answer_member(json, element, "updated"), &item->source_utc_us,
                   "updated");
    item->event_utc_us = item->source_utc_us;
}

void
sample_list_elements(const sample_list *list, wb_json *json, wb_json_ref elements, wb_outcomes *out)
{
    for (wb_json_ref at = wb_json_first(json, elements); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        list_element(list, json, at, out);
}

wb_rc
sample_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const sample_list *list = list_of(call);
    wb_json *json = call->json;
    wb_json_ref elements;
    wb_view next = {NULL, 0};
    wb_rc rc = wb_response_usual(call, resp, out, err);

    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err))
        return wb_note(err, WB_RETRY, "the list is unreadable");
    wb_outcomes_reserve(out, KEPT_TIMES * resp->body.len);
    elements = wb_json_get(json, 0, list->member);
    if (wb_json_kind(json, elements) != WB_JSON_ARRAY)
        return wb_fail(err, WB_RETRY, "the list is unreadable: no %s", list->member);
    rc = wb_json_text(json, wb_json_get(json, 0, "next"), &next, "next", err);
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc)
        return wb_note(err, WB_RETRY, "the list is unreadable");
    sample_list_elements(list, json, elements, out);
    if (next.len)
        out->cursor = wb_outcomes_keep(out, next);
    return WB_OK;
}
