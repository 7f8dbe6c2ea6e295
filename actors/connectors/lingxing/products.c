/* SPDX-License-Identifier: Apache-2.0 */
/*
 * products - what the ERP knows of goods: its list, and its mapping
 *
 *   POST /erp/sc/routing/data/local_inventory/productList  {"length", "offset",
 *                                                           "update_time_start", "update_time_end"}
 */
#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

/* The end is open: the second that the slice ends in is asked for as well. */
static wb_rc
put_filter(const wb_call *call, wb_request *out, wb_json_writer *writer, wb_err *err)
{
    (void)out;
    (void)err;
    wb_json_member_int(writer, "update_time_end", call->to_utc_us / WB_US_PER_S + 1);
    wb_json_member_int(writer, "update_time_start", call->from_utc_us / WB_US_PER_S);
    return WB_OK;
}

static size_t
row_room(wb_json *json, wb_json_ref row)
{
    return 2 * wb_json_raw(json, row).len;
}

static void
take(const wb_call *call, wb_json_ref row, wb_outcomes *out)
{
    wb_item *item = lingxing_item(call, WB_RECORD_PRODUCT, row, out);
    wb_view id, sku;

    if (!lingxing_name(call->json, row, "id", &id) || id.len > WB_EXTERNAL_ID_MAX ||
        !lingxing_name(call->json, row, "sku", &sku)) {
        wb_item_park(item, "a product without a usable id or SKU");
        return;
    }
    item->external = wb_outcomes_keep(out, id);
    lingxing_time(call->json, wb_answer_member(call->json, row, "update_time"),
                  &item->source_utc_us, "update_time");
    item->event_utc_us = item->source_utc_us;
}

const lingxing_list_def lingxing_products = {
    .pull = "products.list",
    .path = "/erp/sc/routing/data/local_inventory/productList",
    .kind = WB_RECORD_PRODUCT,
    .page_max = LINGXING_PAGE_MAX,
    .filter = put_filter,
    .room = row_room,
    .take = take,
};

/* 0 stopped, 1 on sale, 2 in development, 3 clearance. */
static int32_t
status_of(wb_json *json)
{
    static const wb_product_status by_number[] = {WB_PRODUCT_INACTIVE, WB_PRODUCT_ACTIVE,
                                                  WB_PRODUCT_INACTIVE, WB_PRODUCT_ACTIVE};
    wb_count status = {0};

    wb_answer_count(json, wb_answer_member(json, 0, "status"), &status, "status");
    if (!status.known || status.value < 0 || status.value >= (int64_t)WB_COUNT(by_number))
        return WB_PRODUCT_UNKNOWN;
    return (int32_t)by_number[status.value];
}

wb_rc
lingxing_map_product(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_product *product = &out->product;
    wb_product_sku *sku;

    if (!lingxing_name(json, 0, "id", &product->external_id))
        return wb_fail(err, WB_REJECT, "id is missing");
    sku = wb_alloc(sizeof *sku);
    product->skus = (wb_field_list){sku, 1};
    if (!lingxing_name(json, 0, "sku", &sku->sku))
        return wb_fail(err, WB_REJECT, "sku is missing");
    product->source = WB_VIEW_LIT("lingxing");
    product->status = status_of(json);
    wb_answer_text(json, wb_answer_member(json, 0, "status_text"), &product->source_status,
                   "status_text");
    wb_answer_text(json, wb_answer_member(json, 0, "product_name"), &product->title,
                   "product_name");
    wb_answer_text(json, wb_answer_member(json, 0, "pic_url"), &product->image_url, "pic_url");
    wb_answer_code(json, wb_answer_member(json, 0, "sku_identifier"), &sku->variant_id,
                   "sku_identifier");
    lingxing_time(json, wb_answer_member(json, 0, "create_time"), &product->created_utc_us,
                  "create_time");
    lingxing_time(json, wb_answer_member(json, 0, "update_time"), &product->updated_utc_us,
                  "update_time");
    out->owners = UINT32_C(1) << WB_PRODUCT_OWNS_HEAD | UINT32_C(1) << WB_PRODUCT_OWNS_SKUS;
    out->source_utc_us = product->updated_utc_us;
    out->routed = true;
    return WB_OK;
}
