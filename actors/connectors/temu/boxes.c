/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boxes - what a shipment is in, and who carries it
 *
 * The ERP tells one tracking number of the shipment, or one of each parcel: the first box is the
 * shipment's own, the others are beside it. Its carriers have names, Temu's have ids: the account
 * says which is which.
 */
#include "actors/connectors/temu/temu.h"

#include "protocol/base/text.h"

wb_view
temu_tracking_of(const wb_shipment *shipment)
{
    const wb_shipment_parcel *parcels = shipment->parcels.items;

    if (shipment->tracking.len || !shipment->parcels.count)
        return shipment->tracking;
    return parcels[0].tracking;
}

static bool
is_among(const temu_box *boxes, size_t count, wb_view tracking)
{
    for (size_t i = 0; i < count; i++)
        if (wb_view_eq(boxes[i].tracking, tracking))
            return true;
    return false;
}

size_t
temu_boxes_of(const wb_shipment *shipment, temu_box out[TEMU_BOXES_MAX + 1])
{
    const wb_shipment_parcel *parcels = shipment->parcels.items;
    size_t count = 1, all = 1;

    out[0] = (temu_box){temu_tracking_of(shipment), shipment->carrier};
    for (size_t i = 0; i < shipment->parcels.count; i++) {
        wb_view carrier = parcels[i].carrier.len ? parcels[i].carrier : shipment->carrier;

        if (!out[0].carrier.len && wb_view_eq(parcels[i].tracking, out[0].tracking))
            out[0].carrier = carrier;
        if (is_among(out, count, parcels[i].tracking))
            continue;
        all++;
        if (count <= TEMU_BOXES_MAX)
            out[count++] = (temu_box){parcels[i].tracking, carrier};
    }
    return all;
}

wb_view
temu_carrier_told(const temu_options *options, wb_view name)
{
    const temu_carrier *rows = options->carriers.items;

    for (size_t i = 0; i < options->carriers.count; i++)
        if (wb_text_same_nocase(name, wb_view_of(rows[i].name)))
            return wb_view_of(rows[i].id);
    return (wb_view){NULL, 0};
}

wb_rc
temu_put_box(const temu_options *options, const temu_box *box, const char *carrier_key,
             wb_json_writer *writer, wb_err *err)
{
    wb_view id = temu_carrier_told(options, box->carrier);
    char tame[60];

    if (!id.len && options->default_carrier)
        id = wb_view_of(options->default_carrier);
    wb_text_tame(tame, sizeof tame, box->carrier);
    if (!box->tracking.len)
        return wb_fail(err, WB_REJECT, "it has no tracking number");
    if (!id.len)
        return wb_fail(err, WB_REJECT, "the carrier '%s' has no row in carriers", tame);
    temu_put_id(writer, carrier_key, id);
    wb_json_member_text(writer, "trackingNumber", box->tracking);
    wb_json_member_text(writer, "selfShippingWarehouseId", wb_view_of(options->warehouse_id));
    return WB_OK;
}
