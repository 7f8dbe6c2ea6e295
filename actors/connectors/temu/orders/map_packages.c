/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_packages - what the goods of an order are in: packages that its lines name, and those with a
 * label that have not left (labels.c), which alone are told with their tracking numbers
 */
#include "actors/connectors/temu/orders/orders.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"

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

static size_t
line_of(const wb_order *order, wb_view id)
{
    const wb_order_line *lines = order->lines.items;
    size_t at = 0;

    while (at < order->lines.count && !(id.len && wb_view_eq(lines[at].line_id, id)))
        at++;
    return at;
}

/* So much of which line; the number of the line, or of all: it is another order's. */
static size_t
read_content(wb_json *json, wb_json_ref row, const wb_order *order, wb_count *quantity)
{
    const wb_order_line *lines = order->lines.items;
    wb_view line = {NULL, 0};
    size_t at;

    wb_answer_code(json, wb_answer_member(json, row, "orderSn"), &line, "shippableOrders.orderSn");
    wb_answer_count(json, wb_answer_member(json, row, "quantity"), quantity,
                    "shippableOrders.quantity");
    at = line_of(order, line);
    if (at < order->lines.count && quantity->known && lines[at].pack.known &&
        __builtin_mul_overflow(quantity->value, lines[at].pack.value, &quantity->value))
        *quantity = (wb_count){0};
    return at;
}

static wb_order_package_item *
item_of(wb_order_package *package, wb_view line)
{
    wb_order_package_item *items = package->items.items;

    for (size_t i = 0; i < package->items.count; i++)
        if (wb_view_eq(items[i].line_id, line))
            return &items[i];
    items[package->items.count].line_id = line;
    return &items[package->items.count++];
}

static bool
is_of_order(wb_json *json, wb_json_ref contents, const wb_order *order)
{
    for (wb_json_ref at = wb_json_first(json, contents); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_count quantity = {0};

        if (read_content(json, at, order, &quantity) < order->lines.count)
            return true;
    }
    return false;
}

static void
take_contents(wb_json *json, wb_json_ref contents, const wb_order *order, wb_order_package *out)
{
    const wb_order_line *lines = order->lines.items;

    for (wb_json_ref at = wb_json_first(json, contents); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_count quantity = {0};
        size_t line = read_content(json, at, order, &quantity);

        if (line < order->lines.count)
            item_of(out, lines[line].line_id)->quantity = quantity;
    }
}

/* One that the order does not name is a package more. */
static void
map_label(wb_json *json, wb_json_ref row, wb_order *order, size_t *count)
{
    wb_json_ref contents =
        wb_answer_member(json, wb_answer_member(json, row, "packageDetail"), "shippableOrders");
    wb_order_package *package;
    wb_view id = {NULL, 0};

    wb_answer_code(json, wb_answer_member(json, row, "packageSn"), &id, "labels[].packageSn");
    if (!id.len || !is_of_order(json, contents, order))
        return;
    package = package_of(order, id, count);
    wb_answer_code(json, wb_answer_member(json, row, "trackingNumber"), &package->tracking,
                   "labels[].trackingNumber");
    wb_answer_text(json, wb_answer_member(json, row, "carrierName"), &package->carrier,
                   "labels[].carrierName");
    wb_answer_code(json, wb_answer_member(json, row, "mainPackageSn"), &package->detail,
                   "labels[].mainPackageSn");
    take_contents(json, contents, order, package);
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
    size_t most = count_packages(json, json, doc->lines) + wb_json_count(json, doc->labels);
    size_t count = 0, i = 0;

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
    for (wb_json_ref at = wb_json_first(json, doc->labels); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        map_label(json, at, order, &count);
    order->packages.count = count;
    say_without(json, order);
}
