/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boxes - what a shipment is in, and who carries it
 *
 * The ERP tells one tracking number of the shipment, or one of each parcel: the first box is the
 * shipment's own, the others are beside it. Its carriers have names, Temu's have ids: the rules of
 * the configuration say which is which (the group `decided`), else the account's own table does.
 */
#include "actors/connectors/temu/shipping/shipping.h"

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

/* What the rules decided of a parcel; {NULL, 0} = nothing. */
static wb_view
decided_of(const wb_shipment *shipment, wb_view parcel_id)
{
    const wb_decided_parcel *rows = shipment->decided.parcels.items;

    for (size_t i = 0; parcel_id.len && i < shipment->decided.parcels.count; i++)
        if (wb_view_eq(rows[i].parcel_id, parcel_id))
            return rows[i].carrier;
    return (wb_view){NULL, 0};
}

static temu_box
box_of(const wb_shipment *shipment, const wb_shipment_parcel *parcel)
{
    wb_view decided = decided_of(shipment, parcel->parcel_id);
    bool own = parcel->carrier.len || decided.len;

    return (temu_box){.tracking = parcel->tracking,
                      .carrier = parcel->carrier.len ? parcel->carrier : shipment->carrier,
                      .carrier_id = own ? decided : shipment->decided.carrier};
}

size_t
temu_boxes_of(const wb_shipment *shipment, temu_box out[TEMU_BOXES_MAX + 1])
{
    const wb_shipment_parcel *parcels = shipment->parcels.items;
    size_t count = 1, all = 1;

    out[0] = (temu_box){.tracking = temu_tracking_of(shipment),
                        .carrier = shipment->carrier,
                        .carrier_id = shipment->decided.carrier};
    for (size_t i = 0; i < shipment->parcels.count; i++) {
        temu_box box = box_of(shipment, &parcels[i]);

        if (!out[0].carrier.len && !out[0].carrier_id.len &&
            wb_view_eq(box.tracking, out[0].tracking))
            out[0] = box;
        if (is_among(out, count, box.tracking))
            continue;
        all++;
        if (count <= TEMU_BOXES_MAX)
            out[count++] = box;
    }
    return all;
}

wb_view
temu_carrier_told(const temu_options *options, const temu_box *box)
{
    const temu_carrier *rows = options->carriers.items;

    for (size_t i = 0; !box->carrier_id.len && i < options->carriers.count; i++)
        if (wb_text_same_nocase(box->carrier, wb_view_of(rows[i].name)))
            return wb_view_of(rows[i].id);
    return box->carrier_id;
}

wb_rc
temu_put_box(const temu_options *options, const temu_box *box, const char *carrier_key,
             wb_json_writer *writer, wb_err *err)
{
    wb_view id = temu_carrier_told(options, box);
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
