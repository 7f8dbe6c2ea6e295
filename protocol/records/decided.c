/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/decided.h"

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "protocol/records/field_rows.h"
#include "protocol/records/record.h"

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

bool
wb_decided_any(wb_record_kind kind)
{
    const wb_record_def *def = wb_record_def_of(kind);

    return def && def->decided;
}

wb_rc
wb_decided_fill(wb_record_kind kind, const wb_decided *decided, wb_view record, wb_buf *out,
                wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(kind);
    WB_AUTO(wb_buf_fini) wb_buf group = {0};
    wb_mixture from = {.old = record, .owners = UINT32_C(1) << WB_OWNS_DECIDED};
    wb_rc rc;

    if (!wb_canonical_any(wb_decided_fields, decided)) {
        wb_buf_add_view(out, record);
        return wb_buf_check(out, "what is decided", err);
    }
    wb_buf_init(&group, WB_ORDER_MAX);
    wb_pack_map(&group, 1);
    wb_pack_uint(&group, def->decided);
    rc = wb_canonical_encode(wb_decided_fields, decided, &group, err);
    rc = rc ? rc : wb_buf_check(&group, "what is decided", err);
    from.said = wb_buf_view(&group);
    return rc ? rc : wb_canonical_mix(def->fields, &from, out, err);
}
