/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipments - what the ERP has shipped: its list, and its mapping
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"

/* Its order is known to the ERP by what we gave: the name of our account, and the id there. One
 * that names none is no business of ours; one that names it in a way that nobody can read is set
 * aside. */
static bool
name_shipment(wb_json *json, wb_json_ref element, wb_outcomes *out, wb_item *item)
{
    wb_view account = {NULL, 0}, order = {NULL, 0};

    if (!sample_name_by_id(json, element, out, item) ||
        !sample_name(json, element, "account", &account) ||
        !sample_name(json, element, "order", &order))
        return false;
    if (account.len && order.len)
        item->root = (wb_root_name){wb_outcomes_keep(out, account), wb_outcomes_keep(out, order)};
    return true;
}

const sample_list sample_shipments = {
    .pull = "shipments.list",
    .path = "/shipments",
    .member = "shipments",
    .kind = WB_RECORD_SHIPMENT,
    .as = WB_KIND_RAW,
    .name = name_shipment,
    .unusable = "a shipment without a usable id, or of an order that cannot be read",
};

static wb_rc
map_line(wb_json *json, wb_json_ref ref, wb_shipment_line *line, wb_err *err)
{
    wb_rc rc = wb_json_text(json, wb_json_get(json, ref, "sku"), &line->sku, "lines[].sku", err);

    wb_answer_count(json, wb_answer_member(json, ref, "quantity"), &line->quantity, "quantity");
    if (!rc && !line->sku.len)
        return wb_fail(err, WB_REJECT, "lines[].sku is missing");
    return rc;
}

/* What is in it is all that its order can be told: without it, it would be another shipment. */
static wb_rc
map_lines(wb_json *json, wb_shipment *shipment, wb_err *err)
{
    wb_json_ref lines = wb_json_get(json, 0, "lines");
    size_t count = wb_json_count(json, lines);
    wb_shipment_line *items;
    wb_rc rc = WB_OK;

    if (wb_json_kind(json, lines) != WB_JSON_ARRAY || count == 0)
        return wb_fail(err, WB_REJECT, "lines is missing");
    if (count > WB_ORDER_LINES_MAX)
        return wb_fail(err, WB_REJECT, "more than %d lines", WB_ORDER_LINES_MAX);
    items = wb_alloc(count * sizeof *items);
    shipment->lines = (wb_field_list){items, count};
    for (wb_json_ref at = wb_json_first(json, lines); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        rc = map_line(json, at, items++, err);
    return rc;
}

wb_rc
sample_map_shipment(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_shipment *shipment = &out->shipment;
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "id"), &shipment->external_id, "id", err);

    if (rc)
        return rc;
    shipment->source = WB_VIEW_LIT("sample");
    shipment->status = WB_SHIPMENT_SHIPPED; /* what has not left is not in the list */
    wb_answer_code(json, wb_answer_member(json, 0, "order"), &shipment->order_id, "order");
    wb_answer_code(json, wb_answer_member(json, 0, "reference"), &shipment->reference, "reference");
    wb_answer_text(json, wb_answer_member(json, 0, "carrier"), &shipment->carrier, "carrier");
    wb_answer_code(json, wb_answer_member(json, 0, "tracking"), &shipment->tracking, "tracking");
    wb_answer_time(json, wb_answer_member(json, 0, "shipped"), &shipment->shipped_utc_us,
                   "shipped");
    wb_answer_time(json, wb_answer_member(json, 0, "updated"), &shipment->updated_utc_us,
                   "updated");
    out->owners = UINT32_C(1) << WB_SHIPMENT_OWNS_HEAD | UINT32_C(1) << WB_SHIPMENT_OWNS_LINES;
    out->source_utc_us = shipment->updated_utc_us;
    out->routed = true;
    return map_lines(json, shipment, err);
}
