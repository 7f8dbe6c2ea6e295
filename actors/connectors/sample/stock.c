/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what the ERP holds of a SKU in a warehouse: its list, and its mapping
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"

/* A warehouse has no id for what it holds of a SKU: the two names are its id. */
static bool
name_stock(wb_json *json, wb_json_ref element, wb_outcomes *out, wb_item *item)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    wb_view warehouse = {NULL, 0}, sku = {NULL, 0};

    if (!sample_name(json, element, "warehouse", &warehouse) ||
        !sample_name(json, element, "sku", &sku) || !warehouse.len || !sku.len)
        return false;
    wb_buf_init(&id, WB_BODY_MAX);
    wb_key_pair(&id, warehouse, sku);
    item->external = wb_outcomes_keep(out, wb_buf_view(&id));
    return !id.overflow;
}

const sample_list sample_stock = {
    .pull = "stock.list",
    .path = "/stock",
    .member = "stock",
    .kind = WB_RECORD_INVENTORY,
    .as = WB_KIND_RAW,
    .name = name_stock,
    .unusable = "stock without a usable warehouse or SKU",
};

wb_rc
sample_map_stock(wb_json *json, wb_mapped *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    wb_inventory *inventory = &out->inventory;
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "warehouse"), &inventory->warehouse,
                            "warehouse", err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "sku"), &inventory->sku, "sku", err);
    if (rc)
        return rc;
    wb_buf_init(&id, WB_BODY_MAX);
    wb_key_pair(&id, inventory->warehouse, inventory->sku);
    out->made = wb_text_dup_len(id.data, id.len);
    inventory->external_id = (wb_view){out->made, id.len};
    inventory->source = WB_VIEW_LIT("sample");
    wb_answer_count(json, wb_answer_member(json, 0, "quantity"), &inventory->available, "quantity");
    wb_answer_time(json, wb_answer_member(json, 0, "updated"), &inventory->updated_utc_us,
                   "updated");
    out->owners = UINT32_C(1) << WB_INVENTORY_OWNS_HEAD;
    out->source_utc_us = inventory->updated_utc_us;
    out->routed = true;
    return WB_OK;
}
