/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/decided.h"

#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

static const wb_field line_fields[] = {
    TEXT(1, wb_decided_line, line_id, 0, 0, "the order's line"),
    TEXT(2, wb_decided_line, sku, 0, 0, "the master SKU"),
    INT(3, wb_decided_line, quantity, 0, 0, "pieces of it in all of the line"),
    FIELDS_END,
};

static const wb_field parcel_fields[] = {
    TEXT(1, wb_decided_parcel, parcel_id, WB_FIELD_KEY, 0, "the shipment's parcel"),
    TEXT(2, wb_decided_parcel, carrier, 0, 0, "the target's id of its carrier"),
    FIELDS_END,
};

static const wb_field tag_fields[] = {
    TEXT(1, wb_decided_tag, value, 0, 0, "as the rule says it"),
    FIELDS_END,
};

const wb_field wb_decided_fields[] = {
    TEXT(1, wb_decided, warehouse, 0, 0, "the target's id of the place that it leaves from"),
    TEXT(2, wb_decided, logistics, 0, 0, "the target's id of its shipping method"),
    TEXT(3, wb_decided, tax, 0, 0, "the target's id of how it is taxed"),
    TEXT(4, wb_decided, carrier, 0, 0, "of a shipment: the target's id of its carrier"),
    LIST(5, wb_decided, parcels, parcel_fields, wb_decided_parcel, 0, 0, "carriers of its parcels"),
    LIST(6, wb_decided, lines, line_fields, wb_decided_line, 0, 0,
         "its goods by master SKU; a bundle has several rows of one line"),
    LIST(7, wb_decided, tags, tag_fields, wb_decided_tag, 0, 0, "what rules call it"),
    TEXT(8, wb_decided, flagged, 0, 0, "its money does not add up, in these numbers"),
    FIELDS_END,
};
