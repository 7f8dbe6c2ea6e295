/* SPDX-License-Identifier: Apache-2.0 */
/*
 * products - goods with their SKUs: their list, and their mapping
 */
#include "actors/connectors/temu/goods/goods.h"

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

static void
goods_filter(const wb_call *call, wb_json_writer *writer)
{
    (void)call;
    wb_json_member_int(writer, "goodsSearchType", TEMU_GOODS_SEARCH);
}

static bool
goods_name(const wb_call *call, wb_json_ref row, wb_outcomes *out, wb_item *item)
{
    wb_json *json = call->json;
    wb_view id;

    if (!temu_row_id(json, row, "goodsId", &id))
        return false;
    item->external = wb_outcomes_keep(out, id);
    item->what = temu_what(call, id, out);
    return true;
}

const temu_list temu_products = {
    .pull = "products.list",
    .type = "bg.local.goods.list.query",
    .number = "pageNo",
    .total = "total",
    .rows = "goodsList",
    .kind = WB_RECORD_PRODUCT,
    .as = WB_KIND_RAW,
    .filter = goods_filter,
    .name = goods_name,
    .unusable = "goods without a usable goodsId",
};

static const char *const goods_words[] = {TEMU_GOODS_WORDS, NULL};

const temu_list temu_products_told = {
    .pull = "products.retrieve",
    .type = "temu.local.goods.list.retrieve",
    .total = "total",
    .rows = "goodsList",
    .kind = WB_RECORD_PRODUCT,
    .as = WB_KIND_RAW,
    .search = "goodsSearchType",
    .words = goods_words,
    .name = goods_name,
    .unusable = "goods without a usable goodsId",
};

static void
map_sku(wb_json *json, wb_json_ref ref, wb_product_sku *sku)
{
    temu_answer_id(json, wb_answer_member(json, ref, "skuId"), &sku->variant_id,
                   "skuInfoList[].skuId");
    wb_answer_code(json, temu_either(json, ref, "skuSn", "outSkuSn"), &sku->sku,
                   "skuInfoList[].skuSn");
    if (!sku->sku.len)
        sku->sku = sku->variant_id;
}

/* One that is known by nothing is left out, and the record says so. */
static void
map_skus(wb_json *json, wb_product *product)
{
    wb_json_ref rows = wb_answer_member(json, 0, "skuInfoList");
    size_t count = wb_json_count(json, rows), kept = 0;
    wb_product_sku *items;

    if (wb_json_kind(json, rows) != WB_JSON_ARRAY || count > WB_RECORD_LIST_MAX) {
        if (!wb_answer_no_value(json, rows))
            wb_answer_leave_out(json, "skuInfoList");
        return;
    }
    items = wb_alloc((count + 1) * sizeof *items);
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        map_sku(json, at, &items[kept]);
        if (items[kept].sku.len)
            kept++;
        else
            wb_answer_leave_out(json, "skuInfoList[]");
    }
    product->skus = (wb_field_list){items, kept};
}

/* A number in one generation of the list, a word in the other. */
static void
map_status(wb_json *json, wb_product *product)
{
    wb_json_ref status = wb_answer_member(json, 0, "status4VO");
    wb_count told = {0};

    wb_answer_count(json, status, &told, "status4VO");
    product->status =
        !told.known || told.value == TEMU_FOR_SALE ? WB_PRODUCT_ACTIVE : WB_PRODUCT_INACTIVE;
    if (told.known) {
        wb_answer_text(json, status, &product->source_status, "status4VO");
        return;
    }
    wb_answer_code(json, wb_answer_member(json, 0, "goodsStatus"), &product->source_status,
                   "goodsStatus");
    if (product->source_status.len && !temu_word_is(product->source_status, TEMU_ACTIVE))
        product->status = temu_word_is(product->source_status, TEMU_DELETED) ? WB_PRODUCT_DELETED
                                                                             : WB_PRODUCT_INACTIVE;
}

wb_rc
temu_map_product(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_product *product = &out->product;
    wb_rc rc =
        temu_id(json, wb_json_get(json, 0, "goodsId"), &product->external_id, "goodsId", err);

    if (rc)
        return rc;
    product->source = WB_VIEW_LIT("temu");
    wb_answer_text(json, wb_answer_member(json, 0, "goodsName"), &product->title, "goodsName");
    temu_answer_ms(json, temu_either(json, 0, "crtTime", "goodsCreateTime"),
                   &product->created_utc_us, "crtTime");
    temu_answer_ms(json, wb_answer_member(json, 0, "goodsStatusChangeTime"),
                   &product->updated_utc_us, "goodsStatusChangeTime");
    map_status(json, product);
    map_skus(json, product);
    out->owners = UINT32_C(1) << WB_PRODUCT_OWNS_HEAD | UINT32_C(1) << WB_PRODUCT_OWNS_SKUS;
    out->routed = true;
    return WB_OK;
}
