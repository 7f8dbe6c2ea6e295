/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_lines - the orders (O) of a parent order (PO) are its lines, each of one SKU
 */
#include "actors/connectors/temu/orders/orders.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"

#define SHIPPED 4
#define RECEIPTED 5
#define PART_RECEIPTED 51

/* The products of a line: the first is what is sold; a set of several is more than one SKU says. */
static wb_json_ref
product_of(wb_json *json, wb_json_ref line)
{
    wb_json_ref products = wb_answer_member(json, line, "productList");

    if (wb_json_count(json, products) > 1)
        wb_answer_leave_out(json, "productList[]");
    return wb_json_first(json, products);
}

void
temu_line_sku_id(wb_json *json, wb_json_ref line, temu_mode mode, wb_view *out)
{
    wb_json_ref product;

    if (mode == TEMU_LOCAL) {
        temu_answer_id(json, wb_answer_member(json, line, "skuId"), out, "skuId");
        return;
    }
    product = wb_json_first(json, wb_answer_member(json, line, "productList"));
    temu_answer_id(json, wb_answer_member(json, product, "productSkuId"), out, "productSkuId");
}

void
temu_map_sku(wb_json *json, wb_json_ref line, temu_mode mode, wb_view *out)
{
    wb_json_ref product = product_of(json, line);

    wb_answer_code(json, wb_answer_member(json, product, "extCode"), out, "extCode");
    if (!out->len)
        temu_line_sku_id(json, line, mode, out);
}

/* What was ordered, and what of it was cancelled; without the first, what is left tells it. What
 * has been shipped is all that is left of it, for an O is shipped whole. */
static void
map_quantities(wb_json *json, wb_json_ref ref, wb_order_line *line)
{
    wb_count left = {0}, status = {0};

    wb_answer_count(json, wb_answer_member(json, ref, "originalOrderQuantity"), &line->quantity,
                    "originalOrderQuantity");
    wb_answer_count(json, wb_answer_member(json, ref, "canceledQuantityBeforeShipment"),
                    &line->quantity_cancelled, "canceledQuantityBeforeShipment");
    wb_answer_count(json, wb_answer_member(json, ref, "quantity"), &left, "quantity");
    wb_answer_count(json, wb_answer_member(json, ref, "orderStatus"), &status, "orderStatus");
    if (!line->quantity.known && left.known && line->quantity_cancelled.known)
        line->quantity = (wb_count){left.value + line->quantity_cancelled.value, true};
    if (status.known && left.known &&
        (status.value == SHIPPED || status.value == RECEIPTED || status.value == PART_RECEIPTED))
        line->quantity_shipped = left;
}

static void
times(wb_count *quantity, int64_t pack)
{
    if (quantity->known && __builtin_mul_overflow(quantity->value, pack, &quantity->value))
        *quantity = (wb_count){0};
}

/* Of a set of several products one factor says nothing. Where there is none the line stays in sold
 * units, and says no pack: the order is held (map_order.c). */
static void
count_pieces(wb_json *json, wb_json_ref ref, wb_order_line *line)
{
    wb_json_ref products = wb_answer_member(json, ref, "productList");
    wb_count factor = {0};

    wb_answer_count(json, wb_answer_member(json, wb_json_first(json, products), "soldFactor"),
                    &factor, "soldFactor");
    if (wb_json_count(json, products) != 1 || !factor.known || factor.value < 1 ||
        factor.value > TEMU_PACK_MAX)
        return;
    line->pack = factor;
    times(&line->quantity, factor.value);
    times(&line->quantity_cancelled, factor.value);
    times(&line->quantity_shipped, factor.value);
}

static bool
label_is_on(wb_json *json, wb_json_ref labels, const char *wanted)
{
    for (wb_json_ref at = wb_json_first(json, labels); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view name = {NULL, 0};
        wb_count value = {0};

        wb_answer_code(json, wb_answer_member(json, at, "name"), &name, "label");
        wb_answer_count(json, wb_answer_member(json, at, "value"), &value, "label");
        if (wb_view_is(name, wanted))
            return value.known && value.value == 1;
    }
    return false;
}

static wb_rc
map_line(wb_json *json, wb_json_ref ref, const temu_document *doc, wb_order_line *line, wb_err *err)
{
    wb_rc rc =
        wb_json_text(json, wb_json_get(json, ref, "orderSn"), &line->line_id, "orderSn", err);

    if (rc)
        return rc;
    temu_map_sku(json, ref, doc->mode, &line->sku);
    map_quantities(json, ref, line);
    if (doc->pieces)
        count_pieces(json, ref, line);
    temu_answer_id(json, wb_answer_member(json, ref, "goodsId"), &line->asin, "goodsId");
    wb_answer_text(json, wb_answer_member(json, ref, "goodsName"), &line->title, "goodsName");
    if (!line->title.len)
        wb_answer_text(json, wb_answer_member(json, ref, "originalGoodsName"), &line->title,
                       "originalGoodsName");
    return WB_OK;
}

wb_rc
temu_map_lines(wb_json *json, const temu_document *doc, wb_mapped *out, wb_err *err)
{
    bool cancel = label_is_on(json, wb_answer_member(json, doc->parent, "parentOrderLabel"),
                              "pending_buyer_cancellation");
    bool signature = label_is_on(json, wb_answer_member(json, doc->parent, "parentOrderLabel"),
                                 "signature_required_on_delivery");
    size_t count = wb_json_count(json, doc->lines);
    wb_order_line *lines;
    wb_rc rc = WB_OK;

    if (wb_json_kind(json, doc->lines) != WB_JSON_ARRAY || count == 0)
        return wb_fail(err, WB_REJECT, "orderList is missing");
    if (count > WB_ORDER_LINES_MAX)
        return wb_fail(err, WB_REJECT, "more than %d orders in one", WB_ORDER_LINES_MAX);
    lines = wb_alloc(count * sizeof *lines);
    out->order.lines = (wb_field_list){lines, count};
    for (wb_json_ref at = wb_json_first(json, doc->lines); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        lines->cancel_requested = cancel;
        lines->signature_required = signature;
        rc = map_line(json, at, doc, lines++, err);
    }
    return rc;
}
