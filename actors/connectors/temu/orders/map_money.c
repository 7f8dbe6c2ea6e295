/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_money - what was paid, where Temu grants it; else what the goods are listed at
 *
 * Amounts are whole numbers of the smallest unit of their currency. A listed price is no statement
 * about what the buyer paid: it is marked as estimated, and no total is made of it.
 */
#include "actors/connectors/temu/orders/orders.h"

#include "protocol/answer.h"

#define ESTIMATED "estimated: the listing's price"
#define ZERO "none: Temu does not tell it"

static void
map_totals(wb_json *json, wb_json_ref from, wb_order *order)
{
    temu_answer_minor(json, wb_answer_member(json, from, "customerPaid"), &order->total,
                      "customerPaid");
    temu_answer_minor(json, wb_answer_member(json, from, "basePriceTotal"), &order->item_total,
                      "basePriceTotal");
    temu_answer_minor(json, wb_answer_member(json, from, "shippingAmountTotal"),
                      &order->shipping_total, "shippingAmountTotal");
    temu_answer_minor(json, wb_answer_member(json, from, "taxTotal"), &order->tax_total,
                      "taxTotal");
    temu_answer_minor(json, wb_answer_member(json, from, "totalDiscount"), &order->discount_total,
                      "totalDiscount");
    temu_answer_minor(json, wb_answer_member(json, from, "estimatedRevenue"),
                      &order->proceeds_total, "estimatedRevenue");
}

static wb_order_line *
line_of(wb_order *order, wb_view id)
{
    wb_order_line *lines = order->lines.items;

    for (size_t i = 0; id.len && i < order->lines.count; i++)
        if (wb_view_eq(lines[i].line_id, id))
            return &lines[i];
    return NULL;
}

static void
map_amounts(wb_json *json, wb_json_ref amount, wb_order *order)
{
    wb_json_ref rows = wb_answer_member(json, amount, "orderList");

    map_totals(json, wb_answer_member(json, amount, "parentOrderMap"), order);
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view id = {NULL, 0};
        wb_order_line *line;

        wb_answer_code(json, wb_answer_member(json, at, "orderSn"), &id, "amount.orderSn");
        line = line_of(order, id);
        if (!line)
            continue;
        temu_answer_minor(json, wb_answer_member(json, at, "unitBasePrice"), &line->unit_price,
                          "unitBasePrice");
        temu_answer_minor(json, wb_answer_member(json, at, "basePrice"), &line->price, "basePrice");
        temu_answer_minor(json, wb_answer_member(json, at, "productTaxAmount"), &line->tax,
                          "productTaxAmount");
    }
}

/* The row of the SKU that a line is of. */
static wb_json_ref
listed(wb_json *json, const temu_document *doc, wb_json_ref line)
{
    wb_view wanted = {NULL, 0};

    temu_line_sku_id(json, line, doc->mode, &wanted);
    for (wb_json_ref at = wb_json_first(json, doc->skus); wanted.len && at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view id = {NULL, 0};

        temu_answer_id(json, wb_answer_member(json, at, "skuId"), &id, "skuList[].skuId");
        if (wb_view_eq(id, wanted))
            return at;
    }
    return WB_JSON_NONE;
}

static void
map_listed(wb_json *json, const temu_document *doc, wb_json_ref from, wb_order_line *line)
{
    wb_json_ref row = listed(json, doc, from);
    wb_view currency = {NULL, 0};

    if (row == WB_JSON_NONE)
        return;
    wb_answer_code(json, wb_answer_member(json, row, "currency"), &currency, "skuList[].currency");
    wb_answer_amount(json, wb_answer_member(json, row, "price"), currency, &line->unit_price,
                     "skuList[].price");
    if (*line->unit_price.currency)
        line->price_designation = WB_VIEW_LIT(ESTIMATED);
}

/* A zero needs a currency: that of the region. Where it is not known, there is no price. */
static void
map_zero(wb_json *json, const temu_document *doc, wb_order_line *line)
{
    const temu_region *region;
    wb_count id = {0};

    wb_answer_count(json, wb_answer_member(json, doc->parent, "regionId"), &id, "regionId");
    region = id.known ? temu_region_of(id.value) : NULL;
    if (region &&
        !wb_money_parse(&line->unit_price, WB_VIEW_LIT("0"), wb_view_of(region->currency), NULL))
        line->price_designation = WB_VIEW_LIT(ZERO);
}

/* Prices of a line that is counted in pieces are those of pieces. What is no whole number of the
 * smallest unit for each is told of the line alone. */
static void
by_piece(wb_order_line *line)
{
    int64_t pack = line->pack.known ? line->pack.value : 1;
    wb_money whole = line->unit_price;

    if (pack == 1 || !*whole.currency)
        return;
    if (whole.minor % pack == 0) {
        line->unit_price.minor = whole.minor / pack;
        return;
    }
    line->unit_price = (wb_money){0};
    if (!*line->price.currency && line->quantity.known &&
        !__builtin_mul_overflow(whole.minor, line->quantity.value / pack, &whole.minor))
        line->price = whole;
}

void
temu_map_money(wb_json *json, const temu_document *doc, wb_mapped *out)
{
    wb_order_line *line = out->order.lines.items;

    if (doc->money)
        map_amounts(json, doc->amount, &out->order);
    for (wb_json_ref at = wb_json_first(json, doc->lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at), line++) {
        if (!doc->money && doc->price == TEMU_PRICE_LIST)
            map_listed(json, doc, at, line);
        else if (!doc->money && doc->price == TEMU_PRICE_ZERO)
            map_zero(json, doc, line);
        by_piece(line);
    }
}
