/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out - an order that its channel has shipped itself is told to the ERP as out, at once
 *
 *   1  orders.tell      the create (create.c), of all that was ordered; it is not approved
 *      orders.told      or, of one that is there already, the list: out already, or is it to be?
 *   2  orders.shipped   the list (find.c): its system order, and whether it is out
 *   3  orders.outcome   POST /pb/mp/order/v2/getFastOutboundResult  {"global_order_no": [...]}
 *                       data {success[{global_order_no, wo_number}],
 *                             failure[{global_order_no, error_message}]}
 *   4  orders.outbound  POST /pb/mp/order/v2/fastOutbound  {"package": [{global_order_no, wid,
 *                       logistics_type_id, waybill_no, tracking_no}]}, data true: accepted only
 *
 * Steps 2 to 4 are one look, which begins anew with 2 whenever a step does not lead on: behind a
 * submission, whatever was answered, when a call had no answer, when the process has died. So 4 is
 * sent only when 3 has just said that it never was.
 */
#include <string.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

#define RESULT_PATH "/pb/mp/order/v2/getFastOutboundResult"
#define SUBMIT_PATH "/pb/mp/order/v2/fastOutbound"
#define OUTCOME "orders.outcome "
#define OUTBOUND "orders.outbound "
#define LAG_MS 2000  /* between what is written and the list */
#define WORK_MS 2000 /* the ERP is at it */
#define CHANNEL "the channel has shipped it"

/* --- the list: is it out? --- */

static void
tell_conflict(const lingxing_found *found, wb_result *result)
{
    char side[96];

    lingxing_tell_side(found, side, sizeof side);
    wb_result_set(result, WB_RESULT_PARK, WB_REASON_CONFLICT CHANNEL "; %s", side);
}

/* DONE: it is out; MORE: it is to be, under one number. */
static void
decide(const lingxing_found *found, wb_result *result)
{
    result->retry_ms = LAG_MS;
    if (!found->count)
        wb_result_set(result, WB_RESULT_RETRY, "the list does not have it");
    else if (found->all_shipped && !found->too_many)
        result->code = WB_RESULT_DONE;
    else if (found->cancelled || found->shared)
        tell_conflict(found, result);
    else if (found->count > 1)
        wb_result_set(result, WB_RESULT_PARK,
                      WB_REASON_CONFLICT CHANNEL "; the ERP has split it: bring its parts out "
                                                 "there");
    else if (!found->numbers.len || !found->status)
        wb_result_set(result, WB_RESULT_RETRY, "the list has it without its number or status");
    else if (found->status < LINGXING_STATUS_TO_APPROVE)
        wb_result_set(result, WB_RESULT_RETRY, "the ERP is still taking it in");
    else
        result->code = WB_RESULT_MORE;
}

/* "orders.outcome 103", or that of another step. */
static wb_view
keep_cursor(const char *step, wb_view number, wb_outcomes *out)
{
    WB_AUTO(wb_buf_fini) wb_buf cursor = {0};

    wb_buf_init(&cursor, LINGXING_NUMBERS_MAX + sizeof OUTBOUND);
    wb_buf_add_text(&cursor, step);
    wb_buf_add_view(&cursor, number);
    return wb_outcomes_keep(out, wb_buf_view(&cursor));
}

static void
look_at(const wb_call *call, size_t item, const lingxing_found *found, wb_outcomes *out)
{
    wb_result *result = &out->results[item];

    decide(found, result);
    if (found->absent && !call->items[item].ticket.len)
        wb_result_set(result, WB_RESULT_ABSENT, "the list does not have it");
    if (result->code == WB_RESULT_DONE)
        result->remote_id = wb_outcomes_keep(out, wb_buf_view(&found->numbers));
    if (result->code == WB_RESULT_MORE)
        result->cursor = keep_cursor(OUTCOME, wb_buf_view(&found->numbers), out);
}

/* Without a way it is parked before anything of it begins. */
static bool
has_way(const wb_call *call, size_t item, wb_result *result)
{
    lingxing_want want;
    wb_err err = {0};
    wb_rc rc = lingxing_want_read(call, call->items[item].env, &want, &err);

    if (!rc)
        rc = lingxing_want_out(call, &want, NULL, &err);
    if (rc)
        wb_result_set(result, rc == WB_RETRY ? WB_RESULT_RETRY : WB_RESULT_PARK, "%.150s",
                      err.text);
    wb_canonical_fini(wb_order_fields, &want.order);
    return !rc;
}

/* The same of one that is there already: what is to be done is the look's. */
static void
ask_at(const wb_call *call, size_t item, const lingxing_found *found, wb_outcomes *out)
{
    wb_result *result = &out->results[item];

    decide(found, result);
    if (result->code == WB_RESULT_DONE)
        result->code = WB_RESULT_UNCHANGED;
    if (result->code != WB_RESULT_MORE || !has_way(call, item, result))
        return;
    result->code = WB_RESULT_ACCEPTED;
    result->ticket = wb_outcomes_keep(out, wb_buf_view(&found->numbers));
    result->again_ms = 1;
}

typedef void each_found(const wb_call *call, size_t item, const lingxing_found *found,
                        wb_outcomes *out);

static wb_rc
read_list(const wb_call *call, const wb_response *resp, wb_outcomes *out, each_found *each,
          wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);

    if (rc)
        return rc;
    wb_outcomes_reserve(out, call->item_count * (LINGXING_NUMBERS_MAX + sizeof OUTBOUND));
    for (size_t i = 0; !rc && i < call->item_count; i++) {
        WB_AUTO(lingxing_found_fini) lingxing_found found = {0};

        rc = lingxing_find_one(call, i, &rows, &found, err);
        if (!rc)
            each(call, i, &found, out);
    }
    return rc;
}

wb_rc
lingxing_told_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    return read_list(call, resp, out, ask_at, err);
}

wb_rc
lingxing_shipped_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    return read_list(call, resp, out, look_at, err);
}

/* --- what became of a submission, if there was one --- */

/* The number behind the name of a step; without one, what the create told. */
static wb_view
number_of(const wb_call_item *item, const char *step)
{
    size_t len = strlen(step);

    if (item->cursor.len <= len || memcmp(item->cursor.data, step, len) != 0)
        return item->ticket;
    return (wb_view){item->cursor.data + len, item->cursor.len - len};
}

/* What comes next goes by names, which who has begun anew does not know any more. */
static void
ask_ways(const wb_call *call, wb_request *out)
{
    for (size_t i = 0; i < call->item_count; i++) {
        lingxing_want want;

        if (!lingxing_want_read(call, call->items[i].env, &want, NULL))
            wb_ignore(lingxing_want_out(call, &want, out, NULL), "whoever needs it says so");
        wb_canonical_fini(wb_order_fields, &want.order);
    }
}

static wb_rc
put_number(const wb_call *call, size_t item, wb_json_writer *writer, wb_err *err)
{
    wb_view number = number_of(&call->items[item], OUTCOME);

    if (!number.len)
        return wb_fail(err, WB_REJECT, "the cursor names no system order");
    wb_json_put_text(writer, number);
    return WB_OK;
}

wb_rc
lingxing_outcome_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const lingxing_list_body body = {RESULT_PATH, "global_order_no", put_number};

    ask_ways(call, out);
    return lingxing_post_list(call, &body, out, err);
}

static void
read_failed(const wb_call *call, wb_json_ref bad, size_t item, wb_outcomes *out)
{
    wb_result *result = &out->results[item];
    char words[100];

    lingxing_element_words(call->json, bad, words, sizeof words);
    result->retry_ms = WORK_MS;
    if (lingxing_is_not_submitted(wb_view_of(words))) {
        if (!has_way(call, item, result))
            return;
        result->code = WB_RESULT_MORE;
        result->cursor = keep_cursor(OUTBOUND, number_of(&call->items[item], OUTCOME), out);
    } else if (!words[0] || lingxing_is_working(wb_view_of(words))) {
        wb_result_set(result, WB_RESULT_RETRY, "the ERP is at it: %s", words);
    } else {
        wb_result_set(result, WB_RESULT_PARK, "it is there, and the ERP does not bring it out: %s",
                      words);
    }
}

static void
read_outcome(const wb_call *call, size_t item, wb_outcomes *out)
{
    wb_view number = number_of(&call->items[item], OUTCOME);
    wb_json_ref good = lingxing_error_of(call->json, "success", number);
    wb_json_ref bad = lingxing_error_of(call->json, "failure", number);
    wb_result *result = &out->results[item];

    if (good != WB_JSON_NONE && bad == WB_JSON_NONE) {
        result->code = WB_RESULT_DONE;
        result->remote_id = wb_outcomes_keep(out, number);
    } else if (bad != WB_JSON_NONE && good == WB_JSON_NONE) {
        read_failed(call, bad, item, out);
    } else {
        wb_result_set(result, WB_RESULT_RETRY, "the answer does not say whether it is out");
        result->retry_ms = WORK_MS;
    }
}

wb_rc
lingxing_outcome_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    bool done;
    wb_rc rc = lingxing_pushed(call, resp, out, &done, err);

    if (rc || !done)
        return rc;
    wb_outcomes_reserve(out, call->item_count * (LINGXING_NUMBERS_MAX + sizeof OUTBOUND));
    for (size_t i = 0; i < call->item_count; i++)
        read_outcome(call, i, out);
    return WB_OK;
}

/* --- the submission --- */

static wb_rc
put_package(const wb_call *call, size_t item, wb_json_writer *writer, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf method = {0};
    wb_view number = number_of(&call->items[item], OUTBOUND), tracking;
    lingxing_want want;
    wb_rc rc = lingxing_want_read(call, call->items[item].env, &want, err);

    tracking = lingxing_tracking_of(&want.order);
    if (!rc && (!number.len || !tracking.len))
        rc = wb_fail(err, WB_REJECT, "it has no %s any more",
                     number.len ? "tracking number" : "system order");
    if (!rc)
        rc = lingxing_want_out(call, &want, NULL, err);
    if (!rc) {
        wb_buf_init(&method, WB_TICKET_MAX);
        lingxing_outbound_method(&want, &method);
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "global_order_no", number);
        wb_json_member_text(writer, "logistics_type_id", wb_buf_view(&method));
        wb_json_member_text(writer, "tracking_no", tracking);
        wb_json_member_text(writer, "waybill_no", tracking);
        wb_json_member_text(writer, "wid", want.wid);
        wb_json_close(writer, '}');
    }
    wb_canonical_fini(wb_order_fields, &want.order);
    return rc;
}

wb_rc
lingxing_outbound_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const lingxing_list_body body = {SUBMIT_PATH, "package", put_package};

    return lingxing_post_list(call, &body, out, err);
}

/* Accepted is all that it can say: what became of it is asked for anew. */
wb_rc
lingxing_outbound_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    bool done;
    wb_rc rc = lingxing_pushed(call, resp, out, &done, err);

    for (size_t i = 0; !rc && done && i < call->item_count; i++) {
        wb_json_ref data = wb_answer_member(call->json, 0, "data");

        wb_result_set(&out->results[i], WB_RESULT_RETRY,
                      wb_json_kind(call->json, data) == WB_JSON_TRUE
                          ? "the ERP has it, and is at it"
                          : "the answer does not say whether it was taken");
        out->results[i].retry_ms = WORK_MS;
    }
    return rc;
}
