/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_lines - the orders (O) of a parent order (PO) are its lines, each of one SKU; and the
 * packages that they are in
 */
#include "actors/connectors/temu/temu.h"

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

static void
map_sku(wb_json *json, wb_json_ref ref, temu_mode mode, wb_order_line *line)
{
    wb_json_ref product = product_of(json, ref);

    wb_answer_code(json, wb_answer_member(json, product, "extCode"), &line->sku, "extCode");
    if (!line->sku.len)
        temu_line_sku_id(json, ref, mode, &line->sku);
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
    map_sku(json, ref, doc->mode, line);
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

/* --- packages --- */

static wb_order_package *
package_of(wb_order *order, wb_view id, size_t *count)
{
    wb_order_package *packages = order->packages.items;

    for (size_t i = 0; i < *count; i++)
        if (wb_view_eq(packages[i].package_id, id))
            return &packages[i];
    packages[*count].package_id = id;
    packages[*count].items =
        (wb_field_list){wb_alloc(order->lines.count * sizeof(wb_order_package_item)), 0};
    return &packages[(*count)++];
}

static size_t
count_packages(const wb_json *json, wb_json *reading, wb_json_ref lines)
{
    size_t count = 0;

    for (wb_json_ref at = wb_json_first(json, lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        count += wb_json_count(json, wb_answer_member(reading, at, "packageSnInfo"));
    return count;
}

/* A package that several lines are in is one. */
static void
take_packages(wb_json *json, wb_json_ref infos, wb_view line_id, wb_order *order, size_t *count)
{
    for (wb_json_ref at = wb_json_first(json, infos); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_order_package *package;
        wb_order_package_item *items;
        wb_view id = {NULL, 0};

        wb_answer_code(json, wb_answer_member(json, at, "packageSn"), &id, "packageSn");
        if (!id.len)
            continue;
        package = package_of(order, id, count);
        wb_answer_text(json, wb_answer_member(json, at, "packageDeliveryType"), &package->status,
                       "packageDeliveryType");
        items = package->items.items;
        if (package->items.count == 0 ||
            !wb_view_eq(items[package->items.count - 1].line_id, line_id))
            items[package->items.count++].line_id = line_id;
    }
}

/* What is shipped has a package, whose number may be told later (awaited.c), or never: the order
 * says that it goes without. */
static void
say_without(wb_json *json, const wb_order *order)
{
    if (!order->packages.count &&
        (order->status == WB_ORDER_SHIPPED || order->status == WB_ORDER_PARTLY_SHIPPED))
        wb_answer_leave_out(json, "packageSn");
}

void
temu_map_packages(wb_json *json, const temu_document *doc, wb_mapped *out)
{
    wb_order *order = &out->order;
    const wb_order_line *lines = order->lines.items;
    size_t most = count_packages(json, json, doc->lines), count = 0, i = 0;

    out->owners |= UINT32_C(1) << WB_ORDER_OWNS_PACKAGES;
    if (!most) {
        say_without(json, order);
        return;
    }
    if (most > WB_RECORD_LIST_MAX) {
        wb_answer_leave_out(json, "packageSnInfo");
        return;
    }
    order->packages.items = wb_alloc(most * sizeof(wb_order_package));
    for (wb_json_ref at = wb_json_first(json, doc->lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at), i++) {
        take_packages(json, wb_answer_member(json, at, "packageSnInfo"), lines[i].line_id, order,
                      &count);
        order->packages.count = count;
    }
    say_without(json, order);
}
