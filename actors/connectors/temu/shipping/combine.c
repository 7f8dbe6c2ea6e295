/* SPDX-License-Identifier: Apache-2.0 */
/*
 * combine - one parcel with several orders in it, all of them in one call
 *
 *   {"sendType": 2, "sendRequestList": [{"carrierId", "trackingNumber", "selfShippingWarehouseId",
 *     "orderSendInfoList": [{"parentOrderSn", "orderSn", "quantity"} of each of them]}]}
 *
 * A tracking number works once: a second call with it is refused, be it for another order. So an
 * order that leaves whole in one shipment waits for the time combine_after for others with the same
 * number. The ERP tells them together, and nobody tells how many they are. An order in several
 * parcels cannot share one of them, by the form of the call: it goes by itself.
 */
#include "actors/connectors/temu/shipping/shipping.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

#define OF_A_PARCEL "parcel "

/* What makes its order whole may be the last part of it: then the others belong to it. */
static bool
is_rest(const temu_set *set)
{
    for (size_t i = 0; i < set->lines; i++)
        if (temu_set_lines(set)[i].shipped.value > 0)
            return true;
    return false;
}

/* The tracking number of a shipment that its order leaves whole in; {NULL, 0} = it does not. Lives
 * as long as the want. */
static wb_view
parcel_of(const temu_options *options, const wb_envelope *want)
{
    wb_call_item item = {.env = want};
    wb_call call = {.options = options, .items = &item, .item_count = 1};
    WB_AUTO(temu_set_fini) temu_set set = {0};
    temu_box boxes[TEMU_BOXES_MAX + 1];

    if (!options->combine_after || temu_set_open(&set, &call, NULL) || !temu_set_whole(&set) ||
        is_rest(&set) || temu_boxes_of(&set.shipments[0], boxes) > 1)
        return (wb_view){NULL, 0};
    return boxes[0].tracking;
}

bool
temu_combine_gather(const temu_options *options, const wb_envelope *want, wb_buf *out)
{
    wb_view tracking = parcel_of(options, want);

    if (!tracking.len)
        return false;
    wb_buf_add_text(out, OF_A_PARCEL);
    wb_buf_add_view(out, tracking);
    return true;
}

bool
temu_combine_whole(const wb_call *call, int64_t waited_ms, wb_set *out)
{
    const temu_options *options = call->options;

    if (!parcel_of(options, call->items[0].env).len)
        return false;
    out->code = waited_ms < options->combine_after ? WB_SET_INCOMPLETE : WB_SET_WHOLE;
    if (out->code == WB_SET_WHOLE)
        return true;
    out->again_ms = options->combine_after - waited_ms;
    wb_text_tame(out->reason, sizeof out->reason,
                 WB_VIEW_LIT("other orders with its tracking number are waited for"));
    return true;
}

bool
temu_is_combined(const wb_call *call)
{
    for (size_t i = 1; i < call->item_count; i++)
        if (!wb_view_eq(wb_envelope_root(call->items[i].env), wb_envelope_root(call->items[0].env)))
            return true;
    return false;
}

/* Has one of its order come before it? */
static bool
is_behind_its_order(const wb_call *call, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (wb_view_eq(wb_envelope_root(call->items[i].env), wb_envelope_root(call->items[at].env)))
            return true;
    return false;
}

static wb_rc
put_order(const wb_call *call, size_t at, wb_json_writer *writer, wb_err *err)
{
    WB_AUTO(temu_set_fini) temu_set set = {0};
    wb_call one = *call;
    wb_key_parts order;
    wb_rc rc = wb_key_parse(&order, wb_envelope_root(call->items[at].env), err);

    one.items = &call->items[at];
    one.item_count = 1;
    if (!rc)
        rc = temu_set_open(&set, &one, err);
    if (!rc)
        rc = temu_check_back(&set.shipments[0], err);
    if (!rc && is_behind_its_order(call, at))
        rc = wb_fail(err, WB_REJECT, "its order is in the parcel by another shipment");
    if (!rc)
        (void)temu_put_lines(&set, 0, order.external, writer);
    return rc;
}

/* The parcel itself, as the first of them tells it. */
static wb_rc
put_parcel(const wb_call *call, wb_json_writer *writer, wb_err *err)
{
    WB_AUTO(temu_set_fini) temu_set set = {0};
    temu_box boxes[TEMU_BOXES_MAX + 1];
    wb_call first = *call;
    wb_rc rc;

    first.item_count = 1;
    rc = temu_set_open(&set, &first, err);
    if (rc)
        return rc;
    (void)temu_boxes_of(&set.shipments[0], boxes); /* more than one is gathered by its order */
    return temu_put_box(call->options, &boxes[0], "carrierId", writer, err);
}

wb_rc
temu_put_combined(const wb_call *call, wb_json_writer *writer, wb_err *err)
{
    wb_rc rc;

    wb_json_member_int(writer, "sendType", 2);
    wb_json_put_key(writer, "sendRequestList");
    wb_json_open(writer, '[');
    wb_json_open(writer, '{');
    rc = put_parcel(call, writer, err);
    wb_json_put_key(writer, "orderSendInfoList");
    wb_json_open(writer, '[');
    for (size_t i = 0; !rc && i < call->item_count; i++)
        rc = put_order(call, i, writer, err);
    wb_json_close(writer, ']');
    temu_put_acceptance(call->options, writer);
    wb_json_close(writer, '}');
    wb_json_close(writer, ']');
    return rc;
}
