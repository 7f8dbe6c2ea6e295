/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ship - Temu is told what left for one of its orders, all of it in one call
 *
 * A second call for the rest of an O is refused, so the shipments of a PO wait until they are all
 * of it (gather, whole), or for as long as the account says. Each parcel is an element: one of them
 * is sendType 0, several are 1. Two shipments with one tracking number are one parcel. One parcel
 * with several POs in it is sendType 2 (combine.c).
 */
#include "actors/connectors/temu/shipping/shipping.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

/* --- what belongs in one call --- */

void
temu_ship_gather(const void *options, const wb_envelope *want, wb_buf *out)
{
    if (!temu_combine_gather(options, want, out))
        wb_buf_add_view(out, wb_envelope_root(want));
}

static int64_t
missing(const temu_set *set)
{
    const wb_order_facts_line *lines = temu_set_lines(set);
    int64_t sum = 0;

    for (size_t i = 0; i < set->lines; i++)
        if (lines[i].quantity.known && set->left[i] > 0)
            sum += set->left[i];
    return sum;
}

/* One that cannot be told at all is whole: its build says why. */
void
temu_ship_whole(const wb_call *call, int64_t waited_ms, wb_set *out)
{
    const temu_options *options = call->options;
    WB_AUTO(temu_set_fini) temu_set set = {0};

    out->code = WB_SET_WHOLE;
    if (temu_combine_whole(call, waited_ms, out))
        return;
    if (temu_set_open(&set, call, NULL) || set.lines == 0 || temu_set_whole(&set))
        return;
    if (options->partial_after > 0 && waited_ms >= options->partial_after)
        return;
    out->code = WB_SET_INCOMPLETE;
    if (options->partial_after > 0)
        out->again_ms = options->partial_after - waited_ms;
    wb_text_tame(out->reason, sizeof out->reason,
                 WB_VIEW_LIT("Temu takes an order whole: some of it is in no shipment yet"));
    if (missing(&set) == 1)
        wb_text_tame(out->reason, sizeof out->reason,
                     WB_VIEW_LIT("Temu takes an order whole: one piece is in no shipment yet"));
}

/* --- the request --- */

/* One piece may go in several boxes; of several pieces nobody tells which is in which. */
static wb_rc
put_boxes(const temu_options *options, const temu_box *boxes, size_t count, wb_json_writer *writer,
          wb_err *err)
{
    wb_rc rc = WB_OK;

    wb_json_put_key(writer, "subSendRequests");
    wb_json_open(writer, '[');
    for (size_t i = 0; !rc && i < count; i++) {
        wb_json_open(writer, '{');
        rc = temu_put_box(options, &boxes[i], "carrierId", writer, err);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
    return rc;
}

static wb_rc
put_parcel(const wb_call *call, const temu_set *set, size_t at, const char *order,
           wb_json_writer *writer, wb_err *err)
{
    temu_box boxes[TEMU_BOXES_MAX + 1];
    size_t count = temu_boxes_of(&set->shipments[at], boxes);
    int64_t pieces;
    wb_rc rc;

    wb_json_open(writer, '{');
    rc = temu_put_box(call->options, &boxes[0], "carrierId", writer, err);
    wb_json_put_key(writer, "orderSendInfoList");
    wb_json_open(writer, '[');
    pieces = temu_put_lines(set, at, order, writer);
    wb_json_close(writer, ']');
    temu_put_acceptance(call->options, writer);
    if (!rc && count > 1 && (pieces != 1 || count > WB_COUNT(boxes)))
        rc = wb_fail(err, WB_REJECT,
                     "%lld pieces in %zu boxes: only one piece may go in several, at most %zu",
                     (long long)pieces, count, WB_COUNT(boxes));
    if (!rc && count > 1)
        rc = put_boxes(call->options, boxes + 1, count - 1, writer, err);
    wb_json_close(writer, '}');
    return rc;
}

static wb_rc
nothing_in(const temu_set *set, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < set->count; i++)
        rc = temu_check_back(&set->shipments[i], err);
    return rc ? rc : wb_fail(err, WB_REJECT, "there is nothing of its order in it");
}

static wb_rc
put_parcels(const wb_call *call, wb_json_writer *writer, wb_err *err)
{
    WB_AUTO(temu_set_fini) temu_set set = {0};
    wb_key_parts order;
    size_t parcels = 0;
    wb_rc rc = wb_key_parse(&order, wb_envelope_root(call->items[0].env), err);

    if (!rc)
        rc = temu_set_open(&set, call, err);
    for (size_t i = 0; i < set.count; i++)
        parcels += temu_is_parcel(&set, i);
    if (!rc && !parcels)
        rc = nothing_in(&set, err);
    wb_json_member_int(writer, "sendType", parcels > 1);
    wb_json_put_key(writer, "sendRequestList");
    wb_json_open(writer, '[');
    for (size_t i = 0; !rc && i < set.count; i++) {
        rc = temu_check_back(&set.shipments[i], err);
        if (!rc && temu_is_parcel(&set, i))
            rc = put_parcel(call, &set, i, order.external, writer, err);
    }
    wb_json_close(writer, ']');
    return rc;
}

wb_rc
temu_ship_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const temu_options *options = call->options;
    wb_json_writer writer;
    wb_rc rc;

    if (!options->warehouse_id || !*options->warehouse_id)
        return wb_fail(err, WB_REJECT, "the account has no warehouse_id to ship from");
    temu_begin(call, "bg.logistics.shipment.v2.confirm", out, &writer);
    rc = temu_is_combined(call) ? temu_put_combined(call, &writer, err)
                                : put_parcels(call, &writer, err);
    return rc ? rc : temu_end(out, &writer, err);
}
