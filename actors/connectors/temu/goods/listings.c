/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listings - SKUs of the shop, and how many of each it shows: their list, and their mapping
 *
 * A sale changes what is shown and no time that the list could be asked by. So each reading is the
 * whole list, and what a row says is as new as its reading. Of the vendor's two generations of this
 * list the newer one tells neither stock nor price: the stock is then asked for beside it
 * (listed.c).
 */
#include "actors/connectors/temu/goods/goods.h"

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/text.h"

static void
sku_filter(const wb_call *call, wb_json_writer *writer)
{
    (void)call;
    wb_json_member_int(writer, "skuSearchType", TEMU_SKU_SEARCH);
}

int64_t
temu_pack_of(const temu_options *options, wb_view sku)
{
    const temu_pack *rows = options->packs.items;

    for (size_t i = 0; i < options->packs.count; i++)
        if (wb_view_is(sku, rows[i].sku))
            return rows[i].pieces;
    return 1;
}

wb_view
temu_listed_sku(wb_json *json, wb_json_ref row)
{
    wb_view sku = {NULL, 0};

    wb_answer_code(json, temu_either(json, row, "skuSn", "outSkuSn"), &sku, "skuSn");
    return sku;
}

/* What is sold in packs says so, as the options say it now: whoever maps it knows no options. */
static wb_view
packed(const wb_call *call, wb_json_ref row, wb_view body, wb_outcomes *out)
{
    const temu_options *options = call->options;
    size_t start = out->arena.len;
    int64_t pack;

    if (!options->packs.count)
        return body;
    pack = temu_pack_of(options, temu_listed_sku(call->json, row));
    if (pack <= 1)
        return body;
    wb_buf_addf(&out->arena, "{\"pack\":%lld,\"listed\":", (long long)pack);
    wb_buf_add_view(&out->arena, body);
    wb_buf_add_char(&out->arena, '}');
    return (wb_view){out->arena.data + start, out->arena.len - start};
}

static bool
sku_name(const wb_call *call, wb_json_ref row, wb_outcomes *out, wb_item *item)
{
    wb_json *json = call->json;
    wb_view id;

    if (!temu_row_id(json, row, "skuId", &id))
        return false;
    item->external = wb_outcomes_keep(out, id);
    item->what = temu_what(call, id, out);
    if (item->kind == WB_KIND_RAW)
        item->body = packed(call, row, item->body, out);
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

static const char *const sku_words[] = {TEMU_SKU_WORDS, NULL};

const temu_list temu_listings_told = {
    .pull = "listings.retrieve",
    .type = "temu.local.sku.list.retrieve",
    .total = "total",
    .rows = "skuList",
    .kind = WB_RECORD_LISTING,
    .as = WB_KIND_NOTICE,
    .search = "skuSearchType",
    .words = sku_words,
    .name = sku_name,
    .unusable = "a SKU without a usable skuId",
};

wb_json_ref
temu_either(wb_json *json, wb_json_ref of, const char *one, const char *other)
{
    wb_json_ref first = wb_answer_member(json, of, one);

    return wb_answer_no_value(json, first) ? wb_answer_member(json, of, other) : first;
}

bool
temu_word_is(wb_view word, const char *wanted)
{
    return wb_text_same_nocase(word, wb_view_of(wanted));
}

static void
map_price(wb_json *json, wb_json_ref row, wb_listing *listing)
{
    wb_json_ref retail = wb_answer_member(json, row, "retailPrice");
    wb_json_ref price = wb_answer_member(json, row, "price"), from = row;
    wb_view currency = {NULL, 0};

    if (wb_answer_no_value(json, price) && !wb_answer_no_value(json, retail)) {
        from = retail;
        price = wb_answer_member(json, retail, "amount");
    }
    wb_answer_code(json, wb_answer_member(json, from, "currency"), &currency, "currency");
    wb_answer_amount(json, price, currency, &listing->price, "price");
}

/* The number, or the word, that stands for its status is kept as Temu spells it. */
static void
map_status(wb_json *json, wb_json_ref row, wb_listing *listing)
{
    wb_json_ref ref = wb_answer_member(json, row, "status4VO");
    wb_json_ref told = wb_answer_member(json, row, "skuStatus");
    wb_count status = {0};

    wb_answer_count(json, ref, &status, "status4VO");
    listing->status =
        !status.known || status.value == TEMU_FOR_SALE ? WB_LISTING_ACTIVE : WB_LISTING_INACTIVE;
    if (status.known) {
        wb_answer_text(json, ref, &listing->channel_status, "status4VO");
        return;
    }
    wb_answer_code(json, told, &listing->channel_status, "skuStatus");
    if (listing->channel_status.len && !temu_word_is(listing->channel_status, TEMU_ACTIVE))
        listing->status = temu_word_is(listing->channel_status, TEMU_DELETED) ? WB_LISTING_DELETED
                                                                              : WB_LISTING_INACTIVE;
}

/* A row tells its stock, or it was asked for; where neither does, nobody knows it. */
static void
map_stock(wb_json *json, wb_json_ref row, wb_mapped *out)
{
    wb_json_ref told = wb_answer_member(json, row, "stock");
    wb_json_ref asked = wb_answer_member(json, 0, "stock");

    if (row && wb_answer_no_value(json, told))
        told = wb_answer_member(json, wb_answer_member(json, asked, "selfOrdinaryStock"), "stock");
    out->owners = WB_LISTING_OBSERVED;
    wb_answer_count(json, told, &out->listing.shown.quantity, "stock");
    if (!row || out->listing.shown.quantity.known)
        return;
    wb_answer_leave_out(json, "stock");
    out->owners = UINT32_C(1) << WB_LISTING_OWNS_HEAD;
}

wb_rc
temu_map_listing(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_listing *listing = &out->listing;
    wb_json_ref listed = wb_json_get(json, 0, "listed");
    wb_json_ref row = wb_json_kind(json, listed) == WB_JSON_OBJECT ? listed : 0;
    wb_rc rc = temu_id(json, wb_json_get(json, row, "skuId"), &listing->external_id, "skuId", err);

    if (rc)
        return rc;
    listing->channel = WB_VIEW_LIT("temu");
    listing->sku = temu_listed_sku(json, row);
    wb_answer_count(json, wb_answer_member(json, 0, "pack"), &listing->pack, "pack");
    if (!listing->sku.len)
        listing->sku = listing->external_id; /* as lines of orders do without one */
    temu_answer_id(json, wb_answer_member(json, row, "goodsId"), &listing->product_id, "goodsId");
    wb_answer_text(json, wb_answer_member(json, row, "goodsName"), &listing->title, "goodsName");
    temu_answer_ms(json, temu_either(json, row, "crtTime", "goodsCreateTime"),
                   &listing->created_utc_us, "crtTime");
    map_stock(json, row, out);
    map_price(json, row, listing);
    map_status(json, row, listing);
    out->routed = true;
    return WB_OK;
}
