/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm - what became of a confirmed shipment, and what Temu shows of it
 *
 * The answer to a confirmation has no package number; the query has it. Of what was confirmed
 * before, a later word is compared with what Temu shows: the same tracking number needs nothing
 * more, another one has to be changed by a person, for Temu allows it for some time only.
 */
#include "actors/connectors/temu/temu.h"

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

#define SUCCESS 1000000

static void
set_all(wb_outcomes *out, wb_result_code code, int64_t retry_ms, const char *why)
{
    for (size_t i = 0; i < out->result_count; i++) {
        wb_result_set(&out->results[i], code, "%.150s", why);
        out->results[i].retry_ms = retry_ms;
    }
}

/* One answer is about all of them. */
static void
refuse(const wb_call *call, int64_t code, const char *why, wb_outcomes *out)
{
    const temu_options *options = call->options;

    switch (temu_code_of(code)->class) {
    case TEMU_HELD:
        set_all(out, WB_RESULT_RETRY, options->hold_retry, why);
        return;
    case TEMU_LOOK:
        set_all(out, WB_RESULT_UNKNOWN, 0, why);
        return;
    case TEMU_FINAL:
    case TEMU_CONFIG:
    case TEMU_RETRY:
    case TEMU_THROTTLED:
    case TEMU_CLOCK:
    case TEMU_LATER:
        set_all(out, WB_RESULT_PARK, 0, why);
    }
}

wb_rc
temu_ship_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_err local = {0};
    wb_json_ref body;
    int64_t code;
    wb_rc rc = temu_open(call, resp, out, &body, &code, err ? err : &local);

    if (rc == WB_REJECT && code) {
        refuse(call, code, err ? err->text : local.text, out);
        return WB_OK;
    }
    if (rc)
        return rc;
    if (wb_json_kind(call->json, body) != WB_JSON_OBJECT || (code && code != SUCCESS))
        set_all(out, WB_RESULT_UNKNOWN, 0, "the answer does not say what became of it");
    else
        set_all(out, WB_RESULT_DONE, 0, "");
    return WB_OK;
}

/* --- what Temu shows --- */

/* The O that is asked about: one that the shipment has something of. */
static wb_rc
line_of(const temu_set *set, wb_view *out, wb_err *err)
{
    const wb_order_facts_line *lines = temu_set_lines(set);

    for (size_t i = 0; i < set->lines; i++)
        if (set->taken[i] > 0) {
            *out = lines[i].line_id;
            return WB_OK;
        }
    return wb_fail(err, WB_REJECT, "there is nothing of its order in it");
}

wb_rc
temu_shipped_build(const wb_call *call, wb_request *out, wb_err *err)
{
    WB_AUTO(temu_set_fini) temu_set set = {0};
    wb_view line = {NULL, 0};
    wb_json_writer writer;
    wb_key_parts order;
    wb_rc rc = wb_key_parse(&order, wb_envelope_root(call->items[0].env), err);

    if (!rc)
        rc = temu_set_open(&set, call, err);
    if (!rc && call->op->verb == WB_VERB_PUSH && set.shipments[0].status == WB_SHIPMENT_CANCELLED)
        return wb_fail(err, WB_REJECT, "it was called back, and Temu cannot be told so");
    if (!rc)
        rc = line_of(&set, &line, err);
    if (rc)
        return rc;
    temu_begin(call, "bg.logistics.shipment.v2.get", out, &writer);
    wb_json_member_text(&writer, "parentOrderSn", wb_view_of(order.external));
    wb_json_member_text(&writer, "orderSn", line);
    return temu_end(out, &writer, err);
}

typedef enum { NOT_SHOWN, OURS, ANOTHERS, UNREADABLE } shown;

static wb_view
wanted_tracking(const wb_shipment *shipment)
{
    const wb_shipment_parcel *parcels = shipment->parcels.items;

    return shipment->tracking.len || !shipment->parcels.count ? shipment->tracking
                                                              : parcels[0].tracking;
}

/* Is a package with that tracking number among them? */
static shown
find(wb_json *json, wb_json_ref rows, wb_view tracking, wb_view *package)
{
    shown found = NOT_SHOWN;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view number = {NULL, 0};

        if (wb_json_text(json, wb_json_get(json, at, "trackingNumber"), &number, "trackingNumber",
                         NULL) ||
            wb_json_check(json, NULL) || !number.len)
            return UNREADABLE;
        found = ANOTHERS;
        if (!wb_text_same_nocase(number, tracking))
            continue;
        wb_answer_code(json, wb_answer_member(json, at, "packageSn"), package, "packageSn");
        return OURS;
    }
    return found;
}

/* WB_OK and what is shown of the call's one item. */
static wb_rc
look(const wb_call *call, const wb_response *resp, wb_outcomes *out, shown *says, wb_err *err)
{
    WB_AUTO(temu_set_fini) temu_set set = {0};
    wb_view package = {NULL, 0};
    wb_json_ref body, rows;
    wb_rc rc = temu_result(call, resp, out, &body, err);

    if (rc)
        return rc;
    rows = wb_json_get(call->json, body, "shipmentInfoDTO");
    if (wb_json_kind(call->json, rows) != WB_JSON_ARRAY || wb_json_check(call->json, NULL))
        return wb_fail(err, WB_RETRY, "%s: the answer has no shipments", call->op->name);
    rc = temu_set_open(&set, call, err);
    if (rc)
        return rc;
    *says = find(call->json, rows, wanted_tracking(&set.shipments[0]), &package);
    wb_outcomes_reserve(out, package.len + 1);
    out->results[0].remote_id = wb_outcomes_keep(out, package);
    return *says == UNREADABLE
               ? wb_fail(err, WB_RETRY, "%s: the answer has a package without a tracking number",
                         call->op->name)
               : WB_OK;
}

wb_rc
temu_shipped_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    shown says = UNREADABLE;
    wb_rc rc = look(call, resp, out, &says, err);

    if (rc == WB_REJECT) { /* a question that is refused does not answer */
        wb_result_set(result, WB_RESULT_PARK, "what Temu shows of it cannot be asked");
        return WB_OK;
    }
    if (rc)
        return rc;
    if (says == OURS)
        result->code = WB_RESULT_DONE;
    else if (says == NOT_SHOWN && TEMU_EMPTY_IS_ABSENT)
        wb_result_set(result, WB_RESULT_ABSENT, "Temu shows no shipment of it");
    else
        wb_result_set(result, WB_RESULT_PARK, "Temu shows it with another tracking number");
    return WB_OK;
}

wb_rc
temu_again_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    shown says = UNREADABLE;
    wb_rc rc = look(call, resp, out, &says, err);

    if (rc)
        return rc;
    if (says == OURS)
        result->code = WB_RESULT_UNCHANGED;
    else if (says == NOT_SHOWN)
        wb_result_set(result, WB_RESULT_PARK, "it was confirmed, and Temu shows no shipment of it");
    else
        wb_result_set(result, WB_RESULT_PARK,
                      "it was confirmed with another tracking number: change it at Temu");
    return WB_OK;
}
