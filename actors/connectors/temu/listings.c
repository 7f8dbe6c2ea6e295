/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listings - SKUs of the shop, and how many of each it shows: their list, and their mapping
 *
 * A sale changes what is shown and no time that the list could be asked by. So each reading is the
 * whole list, and what a row says is as new as its reading.
 */
#include "actors/connectors/temu/temu.h"

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"

static void
sku_filter(const wb_call *call, wb_json_writer *writer)
{
    (void)call;
    wb_json_member_int(writer, "skuSearchType", TEMU_SKU_SEARCH);
}

static bool
sku_name(const wb_call *call, wb_json_ref row, wb_outcomes *out, wb_item *item)
{
    wb_json *json = call->json;
    wb_view id = {NULL, 0};

    if (temu_id(json, wb_json_get(json, row, "skuId"), &id, "skuId", NULL) ||
        wb_json_check(json, NULL) || !id.len || id.len > WB_EXTERNAL_ID_MAX)
        return false;
    item->external = wb_outcomes_keep(out, id);
    item->what = temu_what(call, id, out);
    return true;
}

const temu_list temu_listings = {
    .pull = "listings.list",
    .type = "bg.local.goods.sku.list.query",
    .number = "pageNo",
    .total = "total",
    .rows = "skuList",
    .kind = WB_RECORD_LISTING,
    .as = WB_KIND_RAW,
    .filter = sku_filter,
    .name = sku_name,
    .unusable = "a SKU without a usable skuId",
};

static void
map_price(wb_json *json, wb_listing *listing)
{
    wb_json_ref retail = wb_answer_member(json, 0, "retailPrice");
    wb_json_ref price = wb_answer_member(json, 0, "price"), from = 0;
    wb_view currency = {NULL, 0};

    if (wb_answer_no_value(json, price) && !wb_answer_no_value(json, retail)) {
        from = retail;
        price = wb_answer_member(json, retail, "amount");
    }
    wb_answer_code(json, wb_answer_member(json, from, "currency"), &currency, "currency");
    wb_answer_amount(json, price, currency, &listing->price, "price");
}

/* The number that stands for its status is kept as Temu spells it. */
static void
map_status(wb_json *json, wb_listing *listing)
{
    wb_json_ref ref = wb_answer_member(json, 0, "status4VO");
    wb_count status = {0};

    wb_answer_count(json, ref, &status, "status4VO");
    listing->status =
        !status.known || status.value == TEMU_FOR_SALE ? WB_LISTING_ACTIVE : WB_LISTING_INACTIVE;
    if (status.known)
        wb_answer_text(json, ref, &listing->channel_status, "status4VO");
}

wb_rc
temu_map_listing(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_listing *listing = &out->listing;
    wb_rc rc = temu_id(json, wb_json_get(json, 0, "skuId"), &listing->external_id, "skuId", err);

    if (rc)
        return rc;
    listing->channel = WB_VIEW_LIT("temu");
    wb_answer_code(json, wb_answer_member(json, 0, "skuSn"), &listing->sku, "skuSn");
    if (!listing->sku.len)
        listing->sku = listing->external_id; /* as lines of orders do without one */
    temu_answer_id(json, wb_answer_member(json, 0, "goodsId"), &listing->product_id, "goodsId");
    wb_answer_text(json, wb_answer_member(json, 0, "goodsName"), &listing->title, "goodsName");
    wb_answer_count(json, wb_answer_member(json, 0, "stock"), &listing->shown.quantity, "stock");
    temu_answer_ms(json, wb_answer_member(json, 0, "crtTime"), &listing->created_utc_us, "crtTime");
    map_price(json, listing);
    map_status(json, listing);
    out->owners = WB_LISTING_OBSERVED;
    out->routed = true;
    return WB_OK;
}
