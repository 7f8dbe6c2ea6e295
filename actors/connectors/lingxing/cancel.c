/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cancel - an order that is not to be shipped
 *
 *   1  orders.cancel     the list (find.c): not there, or stopped already: nothing to do. Shipped,
 *                        or merged with others: for a person
 *   2  orders.stop       POST /pb/mp/order/v2/cancelOrder {"order_list": [...]}
 *   3  orders.cancelled  the list again: what it says counts, and not the answer of 2, which may be
 *                        good while a parcel is being packed
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

#define SENT "sent"
#define FAILED "failed: "
#define LAG_MS 2000

static void
conflict(const lingxing_found *found, wb_result *result)
{
    char side[96];

    lingxing_tell_side(found, side, sizeof side);
    wb_result_set(result, WB_RESULT_PARK, WB_REASON_CONFLICT "the channel has cancelled it; %s",
                  side);
}

static void
cancel_one(const lingxing_found *found, wb_outcomes *out, wb_result *result)
{
    wb_view numbers = wb_buf_view(&found->numbers);

    if (found->absent)
        wb_result_set(result, WB_RESULT_UNCHANGED,
                      "it is cancelled, and the ERP does not have it: it never came there");
    else if (found->too_many)
        wb_result_set(result, WB_RESULT_PARK,
                      "it was cancelled, and split in the ERP into too many: cancel it there");
    else if (!found->count || !numbers.len || !found->status)
        wb_result_set(result, WB_RESULT_RETRY, "the list has it without its number or status");
    else if (found->cancelled)
        wb_result_set(result, WB_RESULT_UNCHANGED, "it was stopped in the ERP already");
    else if (found->shipped || found->shared) /* to stop what is shared would stop the others */
        conflict(found, result);
    else if (numbers.len > WB_TICKET_MAX)
        wb_result_set(result, WB_RESULT_PARK,
                      "it was cancelled, and split in the ERP into too many: cancel it there");
    else
        result->code = WB_RESULT_ACCEPTED;
    if (result->code == WB_RESULT_ACCEPTED)
        result->ticket = wb_outcomes_keep(out, numbers);
    result->again_ms = 1;
}

wb_rc
lingxing_cancel_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);

    if (rc)
        return rc;
    wb_outcomes_reserve(out, call->item_count * WB_TICKET_MAX);
    for (size_t i = 0; !rc && i < call->item_count; i++) {
        WB_AUTO(lingxing_found_fini) lingxing_found found = {0};

        rc = lingxing_find_one(call, i, &rows, &found, err);
        if (!rc)
            cancel_one(&found, out, &out->results[i]);
    }
    return rc;
}

/* --- it is stopped --- */

static wb_rc
put_numbers(const wb_call *call, size_t item, wb_json_writer *writer, wb_err *err)
{
    wb_view rest = call->items[item].ticket;

    (void)err;
    while (rest.len)
        wb_json_put_text(writer, lingxing_next_number(&rest));
    return WB_OK;
}

wb_rc
lingxing_stop_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const lingxing_list_body body = {"/pb/mp/order/v2/cancelOrder", "order_list",
                                            put_numbers};

    return lingxing_post_list(call, &body, out, err);
}

wb_rc
lingxing_stop_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    bool done;
    wb_rc rc = lingxing_pushed(call, resp, out, &done, err);

    if (rc || !done)
        return rc;
    wb_outcomes_reserve(out, call->item_count * sizeof out->results[0].reason);
    for (size_t i = 0; i < call->item_count; i++) {
        wb_json_ref bad = lingxing_error_of(call->json, "failure_info", call->items[i].ticket);
        char words[100], cursor[sizeof FAILED + sizeof words];

        if (bad != WB_JSON_NONE)
            lingxing_element_words(call->json, bad, words, sizeof words);
        snprintf(cursor, sizeof cursor, "%s%s", bad != WB_JSON_NONE ? FAILED : SENT,
                 bad != WB_JSON_NONE ? words : "");
        out->results[i].code = WB_RESULT_MORE;
        out->results[i].cursor = wb_outcomes_keep(out, wb_view_of(cursor));
    }
    return WB_OK;
}

/* --- is it? --- */

static void
read_stopped(const wb_call_item *item, const lingxing_found *found, wb_result *result)
{
    size_t head = sizeof FAILED - 1;
    bool failed = item->cursor.len > head && memcmp(item->cursor.data, FAILED, head) == 0;
    wb_view words = {NULL, 0};

    if (failed)
        words = (wb_view){item->cursor.data + head, item->cursor.len - head};
    if (found->count ? found->cancelled : found->absent)
        result->code = WB_RESULT_DONE;
    else if (found->shipped)
        conflict(found, result);
    else if (failed && found->count)
        wb_result_set(result, WB_RESULT_PARK,
                      "it was cancelled, and the ERP does not stop it: %.*s", WB_VIEW_ARG(words));
    else
        wb_result_set(result, WB_RESULT_RETRY, "the ERP does not have it as stopped yet");
    result->retry_ms = LAG_MS;
}

wb_rc
lingxing_cancelled_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);

    for (size_t i = 0; !rc && i < call->item_count; i++) {
        WB_AUTO(lingxing_found_fini) lingxing_found found = {0};

        rc = lingxing_find_one(call, i, &rows, &found, err);
        if (!rc)
            read_stopped(&call->items[i], &found, &out->results[i]);
    }
    return rc;
}
