/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map2026_lines - the lines of an order of the 2026-01-01 API, its programs and its packages
 */
#include <string.h>

#include "actors/connectors/amazon/map.h"

typedef struct {
    wb_order_line line;
    wb_json_ref product, proceeds, cancellation, fulfillment;
} item_parts;

static const amazon_member item_rows[] = {
    AMAZON_MEMBER(item_parts, line.line_id, "orderItemId", TEXT),
    AMAZON_MEMBER(item_parts, line.quantity, "quantityOrdered", INT),
    AMAZON_MEMBER(item_parts, product, "product", REF),
    AMAZON_MEMBER(item_parts, proceeds, "proceeds", REF),
    AMAZON_MEMBER(item_parts, cancellation, "cancellation", REF),
    AMAZON_MEMBER(item_parts, fulfillment, "fulfillment", REF),
};

typedef struct {
    wb_view asin, title, sku;
    wb_json_ref condition, price;
} product_parts;

static const amazon_member product_rows[] = {
    AMAZON_MEMBER(product_parts, asin, "asin", TEXT),
    AMAZON_MEMBER(product_parts, title, "title", TEXT),
    AMAZON_MEMBER(product_parts, sku, "sellerSku", TEXT),
    AMAZON_MEMBER(product_parts, condition, "condition", REF),
    AMAZON_MEMBER(product_parts, price, "price", REF),
};

static const amazon_member condition_rows[] = {
    AMAZON_MEMBER(wb_order_line, condition, "conditionType", TEXT),
};

static const amazon_member price_rows[] = {
    AMAZON_MEMBER(wb_order_line, unit_price, "unitPrice", MONEY),
};

static wb_rc
map_product(wb_json *json, wb_json_ref product, wb_order_line *line, wb_err *err)
{
    product_parts parts = {0};
    wb_rc rc = AMAZON_READ(json, product, product_rows, &parts, err);

    if (rc)
        return rc;
    line->asin = parts.asin;
    line->title = parts.title;
    line->sku = parts.sku;
    rc = AMAZON_READ(json, parts.condition, condition_rows, line, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.price, price_rows, line, err);
    return rc;
}

static const amazon_member breakdown_rows[] = {
    AMAZON_MEMBER(amazon_breakdown, type, "type", TEXT),
    AMAZON_MEMBER(amazon_breakdown, subtotal, "subtotal", MONEY),
    AMAZON_MEMBER(amazon_breakdown, details, "detailedBreakdowns", REF),
};

wb_rc
amazon_breakdown_read(wb_json *json, wb_json_ref ref, amazon_breakdown *out, wb_err *err)
{
    return AMAZON_READ(json, ref, breakdown_rows, out, err);
}

wb_money
amazon_positive(wb_money money)
{
    if (money.minor < 0 && money.minor != INT64_MIN)
        money.minor = -money.minor;
    return money;
}

typedef struct {
    wb_view subtype;
    wb_money value;
} detail;

static const amazon_member detail_rows[] = {
    AMAZON_MEMBER(detail, subtype, "subtype", TEXT),
    AMAZON_MEMBER(detail, value, "value", MONEY),
};

/* The tax of the line, with that on its shipping apart. */
static wb_rc
map_tax(wb_json *json, const amazon_breakdown *tax, wb_order_line *line, wb_err *err)
{
    line->tax = tax->subtotal;
    for (AMAZON_EACH(json, child, tax->details)) {
        detail one = {0};
        wb_rc rc = AMAZON_READ(json, child, detail_rows, &one, err);

        if (rc)
            return rc;
        if (wb_view_is(one.subtype, "SHIPPING"))
            line->shipping_tax = one.value;
    }
    if (line->shipping_tax.currency[0]) {
        wb_money rest = line->shipping_tax;
        bool ok = !__builtin_sub_overflow(0, rest.minor, &rest.minor);

        amazon_money_add(&line->tax, &rest, &ok);
        if (!ok)
            return wb_fail(err, WB_REJECT, "the tax on shipping is of another currency");
    }
    return WB_OK;
}

typedef struct {
    wb_json_ref breakdowns;
} proceeds_parts;

static const amazon_member proceeds_rows[] = {
    AMAZON_MEMBER(proceeds_parts, breakdowns, "breakdowns", REF),
};

static wb_rc
map_proceeds(wb_json *json, wb_json_ref proceeds, wb_order_line *line, wb_err *err)
{
    proceeds_parts parts;
    wb_rc rc = AMAZON_READ(json, proceeds, proceeds_rows, &parts, err);

    if (rc)
        return rc;
    for (AMAZON_EACH(json, child, parts.breakdowns)) {
        amazon_breakdown one = {0};

        rc = amazon_breakdown_read(json, child, &one, err);
        if (!rc && wb_view_is(one.type, "TAX"))
            rc = map_tax(json, &one, line, err);
        if (rc)
            return rc;
        if (wb_view_is(one.type, "ITEM"))
            line->price = one.subtotal;
        else if (wb_view_is(one.type, "SHIPPING"))
            line->shipping = one.subtotal;
        else if (wb_view_is(one.type, "GIFT_WRAP"))
            line->gift_wrap = one.subtotal;
        else if (wb_view_is(one.type, "DISCOUNT"))
            line->discount = amazon_positive(one.subtotal);
    }
    return WB_OK;
}

typedef struct {
    wb_count fulfilled, unfulfilled;
    wb_json_ref packing, gift, request;
    wb_view message;
} fulfillment_parts;

static const amazon_member fulfillment_rows[] = {
    AMAZON_MEMBER(fulfillment_parts, fulfilled, "quantityFulfilled", INT),
    AMAZON_MEMBER(fulfillment_parts, unfulfilled, "quantityUnfulfilled", INT),
    AMAZON_MEMBER(fulfillment_parts, packing, "packing", REF),
};

static const amazon_member packing_rows[] = {
    AMAZON_MEMBER(fulfillment_parts, gift, "giftOption", REF),
};

static const amazon_member gift_rows[] = {
    AMAZON_MEMBER(fulfillment_parts, message, "giftMessage", TEXT),
};

static const amazon_member cancellation_rows[] = {
    AMAZON_MEMBER(fulfillment_parts, request, "cancellationRequest", REF),
};

/* "Unfulfilled" is what remains to be shipped, so what is neither shipped nor remains is cancelled.
 * Where one of the three is not told, or they contradict each other, nobody knows. */
static wb_count
cancelled(wb_count ordered, const fulfillment_parts *parts)
{
    int64_t rest = ordered.value;
    bool sound = ordered.known && parts->fulfilled.known && parts->unfulfilled.known &&
                 !__builtin_sub_overflow(rest, parts->fulfilled.value, &rest) &&
                 !__builtin_sub_overflow(rest, parts->unfulfilled.value, &rest);

    if (!sound || rest < 0 || rest > ordered.value)
        return (wb_count){0};
    return (wb_count){rest, true};
}

static wb_rc
map_fulfillment(wb_json *json, const item_parts *item, wb_order_line *line, wb_err *err)
{
    fulfillment_parts parts = {.gift = WB_JSON_NONE, .request = WB_JSON_NONE};
    wb_rc rc = AMAZON_READ(json, item->fulfillment, fulfillment_rows, &parts, err);

    if (!rc)
        rc = AMAZON_READ(json, parts.packing, packing_rows, &parts, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.gift, gift_rows, &parts, err);
    if (!rc)
        rc = AMAZON_READ(json, item->cancellation, cancellation_rows, &parts, err);
    if (rc)
        return rc;
    line->quantity_shipped = parts.fulfilled;
    line->quantity_cancelled = cancelled(line->quantity, &parts);
    line->gift = wb_json_kind(json, parts.gift) == WB_JSON_OBJECT;
    line->gift_message = parts.message;
    line->cancel_requested = wb_json_kind(json, parts.request) == WB_JSON_OBJECT;
    return WB_OK;
}

static wb_rc
map_line(wb_json *json, wb_json_ref ref, wb_order_line *line, wb_err *err)
{
    item_parts parts = {0};
    wb_rc rc = AMAZON_READ(json, ref, item_rows, &parts, err);

    if (rc)
        return rc;
    *line = parts.line;
    rc = map_product(json, parts.product, line, err);
    if (!rc)
        rc = map_proceeds(json, parts.proceeds, line, err);
    if (!rc)
        rc = map_fulfillment(json, &parts, line, err);
    return rc;
}

/* "PRIME,AMAZON_BUSINESS": a view when there is one program, else joined in `room`, which has as
 * many bytes as the array is long. */
static wb_rc
map_programs(wb_json *json, wb_json_ref programs, char *room, wb_order *order, wb_err *err)
{
    size_t len = 0;

    for (AMAZON_EACH(json, child, programs)) {
        wb_view one = {NULL, 0};
        wb_rc rc = wb_json_text(json, child, &one, "programs", err);

        if (rc)
            return rc;
        if (!one.len)
            continue;
        order->business |= wb_view_is(one, "AMAZON_BUSINESS");
        if (len)
            room[len++] = ',';
        memcpy(room + len, one.data, one.len);
        len += one.len;
        order->programs = (wb_view){room, len};
    }
    return WB_OK;
}

wb_rc
amazon_map_2026_lines(wb_json *json, wb_json_ref items, wb_json_ref programs, wb_order *order,
                      wb_err *err)
{
    size_t count = wb_json_count(json, items);
    wb_order_line *lines = amazon_new_lines(order, count, wb_json_raw(json, programs).len);
    wb_rc rc = WB_OK;

    if (!lines)
        return wb_fail(err, WB_REJECT, "more than %d lines", WB_ORDER_LINES_MAX);
    rc = map_programs(json, programs, (char *)(lines + count), order, err);
    for (AMAZON_EACH(json, child, items)) {
        if (!rc)
            rc = map_line(json, child, lines++, err);
    }
    return rc;
}

typedef struct {
    wb_order_package package;
    wb_json_ref status;
} package_parts;

static const amazon_member package_rows[] = {
    AMAZON_MEMBER(package_parts, package.package_id, "packageReferenceId", TEXT),
    AMAZON_MEMBER(package_parts, status, "packageStatus", REF),
    AMAZON_MEMBER(package_parts, package.carrier, "carrier", TEXT),
    AMAZON_MEMBER(package_parts, package.shipped_utc_us, "shipTime", TIME),
    AMAZON_MEMBER(package_parts, package.service, "shippingService", TEXT),
    AMAZON_MEMBER(package_parts, package.tracking, "trackingNumber", TEXT),
};

static const amazon_member package_status_rows[] = {
    AMAZON_MEMBER(wb_order_package, status, "status", TEXT),
};

wb_rc
amazon_map_2026_packages(wb_json *json, wb_json_ref packages, wb_order *order, wb_err *err)
{
    size_t count = wb_json_count(json, packages);
    wb_order_package *package;
    wb_rc rc = WB_OK;

    if (count > WB_RECORD_LIST_MAX)
        return wb_fail(err, WB_REJECT, "more than %d packages", WB_RECORD_LIST_MAX);
    if (count == 0)
        return WB_OK;
    package = wb_alloc(count * sizeof *package);
    order->packages = (wb_field_list){package, count};
    for (AMAZON_EACH(json, child, packages)) {
        package_parts parts = {0};

        rc = AMAZON_READ(json, child, package_rows, &parts, err);
        *package = parts.package;
        if (!rc)
            rc = AMAZON_READ(json, parts.status, package_status_rows, package, err);
        if (rc)
            return rc;
        package++;
    }
    return rc;
}
