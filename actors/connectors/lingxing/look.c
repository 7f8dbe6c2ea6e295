/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look - what became of a created order: it is looked for by its number, and approved
 *
 *   find.c's list  ->  POST /basicOpen/openapi/multiplatform/order/review {"global_order_no":
 * [...]}
 *
 * Without an answer to the create it is looked for by the same number: nothing of ours has to be
 * known there. What is asked for is the state there each time, so a step may come twice.
 */
#include "actors/connectors/lingxing/uncertain.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"

#define REVIEW_PATH "/basicOpen/openapi/multiplatform/order/review"
#define LAG_MS 2000 /* between what is written and the list */

static void
look_at(const wb_call *call, size_t item, const lingxing_found *found, wb_outcomes *out)
{
    wb_result *result = &out->results[item];
    wb_view numbers = wb_buf_view(&found->numbers);

    result->retry_ms = LAG_MS;
    if (found->absent && !call->items[item].ticket.len)
        wb_result_set(result, WB_RESULT_ABSENT, "the list does not have it");
    else if (!found->count)
        wb_result_set(result, WB_RESULT_RETRY, "the list does not have it yet");
    else if (!numbers.len || found->status == 0)
        wb_result_set(result, WB_RESULT_RETRY, "the list has it without its number or status");
    else if (found->status < LINGXING_STATUS_TO_APPROVE)
        wb_result_set(result, WB_RESULT_RETRY, "the ERP is still taking it in");
    else if (found->status == LINGXING_STATUS_TO_APPROVE && lingxing_approves(call, item))
        result->code = WB_RESULT_MORE;
    else
        result->code = WB_RESULT_DONE;
    if (result->code == WB_RESULT_MORE)
        result->cursor = wb_outcomes_keep(out, numbers);
    if (result->code == WB_RESULT_DONE)
        result->remote_id = wb_outcomes_keep(out, numbers);
}

wb_rc
lingxing_look_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);

    if (rc)
        return rc;
    wb_outcomes_reserve(out, call->item_count * LINGXING_NUMBERS_MAX);
    for (size_t i = 0; !rc && i < call->item_count; i++) {
        WB_AUTO(lingxing_found_fini) lingxing_found found = {0};

        rc = lingxing_find_one(call, i, &rows, &found, err);
        if (!rc)
            look_at(call, i, &found, out);
    }
    return rc;
}

/* --- the approval --- */

/* "103,104": those that the look found; without them what the create told. */
static wb_view
numbers_of(const wb_call_item *item)
{
    return item->cursor.len ? item->cursor : item->ticket;
}

wb_rc
lingxing_review_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;

    lingxing_post(call, REVIEW_PATH, out);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "global_order_no");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < call->item_count; i++) {
        wb_view numbers = numbers_of(&call->items[i]);

        while (numbers.len)
            wb_json_put_text(&writer, lingxing_next_number(&numbers));
    }
    wb_json_close(&writer, ']');
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}

/* An element of a list of outcomes that is about one of these: an object, or the number itself. */
static wb_json_ref
element_of(wb_json *json, wb_json_ref list, wb_view numbers)
{
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view number = {NULL, 0};

        if (wb_json_kind(json, at) == WB_JSON_OBJECT)
            wb_answer_code(json, wb_answer_member(json, at, "global_order_no"), &number,
                           "global_order_no");
        else
            wb_answer_code(json, at, &number, "global_order_no");
        if (number.len && lingxing_has_number(numbers, number))
            return at;
    }
    return WB_JSON_NONE;
}

static void
read_approved(const wb_call *call, wb_json_ref data, size_t item, wb_outcomes *out)
{
    wb_json *json = call->json;
    wb_result *result = &out->results[item];
    wb_view numbers = numbers_of(&call->items[item]);
    wb_json_ref bad = element_of(json, wb_answer_member(json, data, "failure_info"), numbers);
    wb_json_ref good = element_of(json, wb_answer_member(json, data, "success_info"), numbers);
    char words[100];

    if (bad != WB_JSON_NONE) {
        lingxing_element_words(json, bad, words, sizeof words);
        if (lingxing_is_passing(wb_view_of(words)))
            wb_result_set(result, WB_RESULT_RETRY, "it is there, and was not approved: %s", words);
        else
            lingxing_refuse(out, item, "it is there, and was not approved", words);
    } else if (good != WB_JSON_NONE) {
        result->code = WB_RESULT_DONE;
        result->remote_id = wb_outcomes_keep(out, numbers);
    } else {
        wb_result_set(result, WB_RESULT_RETRY, "whether it is approved, the list will say");
        result->retry_ms = LAG_MS;
    }
}

/* What was refused waits for a person (a SKU that is not paired, say); when it is tried again, it
 * is found there, and approved then. */
wb_rc
lingxing_review_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json_ref data;
    size_t room = 0;
    bool done;
    wb_rc rc = lingxing_pushed(call, resp, out, &done, err);

    if (rc || !done)
        return rc;
    for (size_t i = 0; i < call->item_count; i++)
        room += numbers_of(&call->items[i]).len;
    wb_outcomes_reserve(out, room);
    data = wb_answer_member(call->json, 0, "data");
    for (size_t i = 0; i < call->item_count; i++)
        read_approved(call, data, i, out);
    return WB_OK;
}
