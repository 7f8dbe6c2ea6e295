/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tickets - records that the other side takes and does later (option `async`)
 *
 *   PUT {url}/later/{key}?attempt=ID   body as of PUT /records/{key}
 *       202 {"ticket": TEXT, "again_ms": N}
 *   GET {url}/tickets?ids=T,T&attempts=ID,ID
 *       {"tickets": [{"id", "attempt", "state": pending|done|unchanged|refused|unknown, "reason"},
 *        ...]}
 *
 * It does not know a key for repeats: only by the attempt can a write be found whose answer never
 * came.
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/text.h"

#define AGAIN_MOST_MS INT64_C(86400000)

wb_rc
sample_later_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    const wb_call_item *item = &call->items[0];

    sample_write(out, (wb_view){NULL, 0});
    out->template = "/later/{key}";
    wb_buf_addf(&out->url, "%s/later/", options->url);
    wb_percent(&out->url, item->env->record, NULL);
    wb_buf_addf(&out->url, "?attempt=%.*s", WB_VIEW_ARG(item->attempt));
    return sample_record_body(item, out, err);
}

wb_rc
sample_later_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    wb_json *json = call->json;
    wb_view ticket = {NULL, 0};
    int64_t again_ms = 0;
    wb_rc rc = wb_response_usual(call, resp, out, err);

    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, NULL) ||
        wb_json_text(json, wb_json_get(json, 0, "ticket"), &ticket, "ticket", NULL) ||
        wb_json_check(json, NULL) || !ticket.len) {
        wb_result_set(result, WB_RESULT_UNKNOWN, "the answer has no ticket");
        return WB_OK;
    }
    if (wb_json_int(json, wb_json_get(json, 0, "again_ms"), &again_ms, "again_ms", NULL) ||
        again_ms < 0 || again_ms > AGAIN_MOST_MS)
        again_ms = 0;
    wb_outcomes_reserve(out, ticket.len);
    result->code = WB_RESULT_ACCEPTED;
    result->ticket = wb_outcomes_keep(out, ticket);
    result->again_ms = again_ms;
    return WB_OK;
}

/* "a,b": those of the items that have one. */
static void
add_list(const wb_call *call, wb_request *out, bool tickets)
{
    size_t count = 0;

    for (size_t i = 0; i < call->item_count; i++) {
        const wb_call_item *item = &call->items[i];

        if ((item->ticket.len > 0) != tickets)
            continue;
        if (count++)
            wb_buf_add_char(&out->url, ',');
        wb_percent(&out->url, tickets ? item->ticket : item->attempt, NULL);
    }
}

wb_rc
sample_tickets_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;

    out->method = "GET";
    out->template = "/tickets";
    wb_buf_addf(&out->url, "%s/tickets?ids=", options->url);
    add_list(call, out, true);
    wb_buf_add_text(&out->url, "&attempts=");
    add_list(call, out, false);
    return wb_request_check(out, err);
}

static void
read_state(wb_json *json, wb_json_ref row, wb_result *result)
{
    wb_view state = {NULL, 0}, reason = {NULL, 0};
    char text[100];

    if (wb_json_text(json, wb_json_get(json, row, "state"), &state, "state", NULL))
        state = (wb_view){NULL, 0};
    wb_json_forgive(json);
    if (wb_view_is(state, "done")) {
        result->code = WB_RESULT_DONE;
    } else if (wb_view_is(state, "unchanged")) {
        result->code = WB_RESULT_UNCHANGED;
    } else if (wb_view_is(state, "pending")) {
        result->code = WB_RESULT_RETRY;
    } else if (wb_view_is(state, "unknown")) { /* it says so: what is left out is another thing */
        wb_result_set(result, WB_RESULT_ABSENT, "the target does not know it");
    } else if (wb_view_is(state, "refused")) {
        wb_answer_text(json, wb_answer_member(json, row, "reason"), &reason, "reason");
        wb_text_tame(text, sizeof text, reason);
        wb_result_set(result, WB_RESULT_PARK, "refused: %s", text);
    } else {
        wb_result_set(result, WB_RESULT_RETRY, "it does not say in which state it is");
    }
}

/* A row is an item's by its ticket, or by the attempt. */
static bool
is_of(wb_json *json, wb_json_ref row, const wb_call_item *item)
{
    const char *name = item->ticket.len ? "id" : "attempt";
    wb_view value = {NULL, 0};
    bool same = !wb_json_text(json, wb_json_get(json, row, name), &value, name, NULL) &&
                wb_view_eq(value, item->ticket.len ? item->ticket : item->attempt);

    wb_json_forgive(json);
    return same;
}

wb_rc
sample_tickets_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref rows, row;
    wb_rc rc = wb_response_usual(call, resp, out, err);

    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err))
        return wb_note(err, WB_RETRY, "the list is unreadable");
    rows = wb_json_get(json, 0, "tickets");
    if (wb_json_kind(json, rows) != WB_JSON_ARRAY)
        return wb_fail(err, WB_RETRY, "the list is unreadable: no tickets");
    for (size_t i = 0; i < call->item_count; i++) {
        wb_result_set(&out->results[i], WB_RESULT_RETRY, "the answer does not name it");
        for (row = wb_json_first(json, rows); row != WB_JSON_NONE; row = wb_json_next(json, row))
            if (is_of(json, row, &call->items[i]))
                read_state(json, row, &out->results[i]);
    }
    return WB_OK;
}
