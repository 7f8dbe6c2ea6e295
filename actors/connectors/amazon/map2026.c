/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map2026 - one order of the Orders API 2026-01-01
 *
 * What the application has no role for, or did not ask for, is not there, and no error. Prices are
 * of one unit in `product.price`, of the line in `proceeds.breakdowns`.
 */
#include <string.h>

#include "actors/connectors/amazon/map.h"
#include "protocol/base/own.h"

/* What an order refers to: walked after its plain members. */
typedef struct {
    wb_json_ref aliases, programs, associated, sales_channel, buyer, recipient, proceeds, payment,
        tax, fulfillment, items, packages;
    wb_view id;
    int64_t created_utc_us, updated_utc_us;
} order_parts;

static const amazon_member order_rows[] = {
    AMAZON_MEMBER(order_parts, id, "orderId", TEXT),
    AMAZON_MEMBER(order_parts, aliases, "orderAliases", REF),
    AMAZON_MEMBER(order_parts, created_utc_us, "createdTime", TIME),
    AMAZON_MEMBER(order_parts, updated_utc_us, "lastUpdatedTime", TIME),
    AMAZON_MEMBER(order_parts, programs, "programs", REF),
    AMAZON_MEMBER(order_parts, associated, "associatedOrders", REF),
    AMAZON_MEMBER(order_parts, sales_channel, "salesChannel", REF),
    AMAZON_MEMBER(order_parts, buyer, "buyer", REF),
    AMAZON_MEMBER(order_parts, recipient, "recipient", REF),
    AMAZON_MEMBER(order_parts, proceeds, "proceeds", REF),
    AMAZON_MEMBER(order_parts, payment, "payment", REF),
    AMAZON_MEMBER(order_parts, tax, "tax", REF),
    AMAZON_MEMBER(order_parts, fulfillment, "fulfillment", REF),
    AMAZON_MEMBER(order_parts, items, "orderItems", REF),
    AMAZON_MEMBER(order_parts, packages, "packages", REF),
};

typedef struct {
    wb_view id, type;
} pair;

static const amazon_member alias_rows[] = {
    AMAZON_MEMBER(pair, id, "aliasId", TEXT),
    AMAZON_MEMBER(pair, type, "aliasType", TEXT),
};

static const amazon_member associated_rows[] = {
    AMAZON_MEMBER(pair, id, "orderId", TEXT),
    AMAZON_MEMBER(pair, type, "associationType", TEXT),
};

/* The id of the first pair of that type. */
static wb_rc
find_pair(wb_json *json, wb_json_ref array, const amazon_member *rows, const char *type,
          wb_view *out, wb_err *err)
{
    for (AMAZON_EACH(json, child, array)) {
        pair one = {0};
        wb_rc rc = amazon_members(json, child, rows, 2, &one, err);

        if (rc)
            return rc;
        if (!out->len && wb_view_is(one.type, type))
            *out = one.id;
    }
    return WB_OK;
}

static const amazon_member channel_rows[] = {
    AMAZON_MEMBER(wb_order, marketplace, "marketplaceId", TEXT),
    AMAZON_MEMBER(wb_order, marketplace_name, "marketplaceName", TEXT),
};

static const amazon_member buyer_rows[] = {
    AMAZON_MEMBER(wb_order, buyer.name, "buyerName", TEXT),
    AMAZON_MEMBER(wb_order, buyer.email, "buyerEmail", TEXT),
    AMAZON_MEMBER(wb_order, buyer.company, "buyerCompanyName", TEXT),
    AMAZON_MEMBER(wb_order, buyer.purchase_order, "buyerPurchaseOrderNumber", TEXT),
};

typedef struct {
    wb_address to;
    wb_view municipality;
} address_parts;

static const amazon_member address_rows[] = {
    AMAZON_MEMBER(address_parts, to.name, "name", TEXT),
    AMAZON_MEMBER(address_parts, to.company, "companyName", TEXT),
    AMAZON_MEMBER(address_parts, to.line1, "addressLine1", TEXT),
    AMAZON_MEMBER(address_parts, to.line2, "addressLine2", TEXT),
    AMAZON_MEMBER(address_parts, to.line3, "addressLine3", TEXT),
    AMAZON_MEMBER(address_parts, to.city, "city", TEXT),
    AMAZON_MEMBER(address_parts, to.district, "districtOrCounty", TEXT),
    AMAZON_MEMBER(address_parts, to.region, "stateOrRegion", TEXT),
    AMAZON_MEMBER(address_parts, municipality, "municipality", TEXT),
    AMAZON_MEMBER(address_parts, to.postal_code, "postalCode", TEXT),
    AMAZON_MEMBER(address_parts, to.country, "countryCode", TEXT),
    AMAZON_MEMBER(address_parts, to.phone, "phone", TEXT),
};

typedef struct {
    wb_json_ref address;
} recipient_parts;

static const amazon_member recipient_rows[] = {
    AMAZON_MEMBER(recipient_parts, address, "deliveryAddress", REF),
};

static wb_rc
map_people(wb_json *json, const order_parts *parts, wb_order *order, wb_err *err)
{
    recipient_parts recipient;
    address_parts address = {0};
    wb_rc rc = AMAZON_READ(json, parts->buyer, buyer_rows, order, err);

    if (!rc)
        rc = AMAZON_READ(json, parts->recipient, recipient_rows, &recipient, err);
    if (!rc)
        rc = AMAZON_READ(json, recipient.address, address_rows, &address, err);
    if (rc)
        return rc;
    order->ship_to = address.to;
    if (!order->ship_to.district.len)
        order->ship_to.district = address.municipality;
    return WB_OK;
}

typedef struct {
    wb_money total;
    wb_json_ref breakdowns;
} proceeds_parts;

static const amazon_member proceeds_rows[] = {
    AMAZON_MEMBER(proceeds_parts, total, "grandTotal", MONEY),
    AMAZON_MEMBER(proceeds_parts, breakdowns, "breakdowns", REF),
};

static wb_rc
map_proceeds(wb_json *json, wb_json_ref proceeds, wb_order *order, wb_err *err)
{
    proceeds_parts parts = {0};
    wb_rc rc = AMAZON_READ(json, proceeds, proceeds_rows, &parts, err);

    if (rc)
        return rc;
    order->proceeds_total = parts.total; /* what the buyer pays is not told */
    for (AMAZON_EACH(json, child, parts.breakdowns)) {
        amazon_breakdown one = {0};

        rc = amazon_breakdown_read(json, child, &one, err);
        if (rc)
            return rc;
        if (wb_view_is(one.type, "ITEM"))
            order->item_total = one.subtotal;
        else if (wb_view_is(one.type, "TAX"))
            order->tax_total = one.subtotal;
        else if (wb_view_is(one.type, "SHIPPING"))
            order->shipping_total = one.subtotal;
        else if (wb_view_is(one.type, "DISCOUNT"))
            order->discount_total = amazon_positive(one.subtotal);
    }
    return WB_OK;
}

typedef struct {
    wb_view status, by, level;
    wb_json_ref ship_by, deliver_by;
} fulfillment_parts;

static const amazon_member fulfillment_rows[] = {
    AMAZON_MEMBER(fulfillment_parts, status, "fulfillmentStatus", TEXT),
    AMAZON_MEMBER(fulfillment_parts, by, "fulfilledBy", TEXT),
    AMAZON_MEMBER(fulfillment_parts, level, "fulfillmentServiceLevel", TEXT),
    AMAZON_MEMBER(fulfillment_parts, ship_by, "shipByWindow", REF),
    AMAZON_MEMBER(fulfillment_parts, deliver_by, "deliverByWindow", REF),
};

typedef struct {
    int64_t latest_utc_us;
} window;

static const amazon_member window_rows[] = {
    AMAZON_MEMBER(window, latest_utc_us, "latestDateTime", TIME),
};

static wb_rc
map_fulfillment(wb_json *json, wb_json_ref fulfillment, wb_mapped *out, wb_err *err)
{
    fulfillment_parts parts = {0};
    wb_order *order = &out->order;
    wb_rc rc = AMAZON_READ(json, fulfillment, fulfillment_rows, &parts, err);

    if (!rc)
        rc = AMAZON_READ(json, parts.ship_by, window_rows, &order->ship_by_utc_us, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.deliver_by, window_rows, &order->deliver_by_utc_us, err);
    if (rc)
        return rc;
    if (!parts.status.len)
        return wb_fail(err, WB_REJECT, "no fulfillmentStatus: included_data lacks FULFILLMENT");
    amazon_map_status(parts.status, out);
    order->fulfilled_by = amazon_fulfilled_by(parts.by);
    order->service_level = parts.level;
    return WB_OK;
}

typedef struct {
    wb_json_ref executions;
} payment_parts;

static const amazon_member payment_rows[] = {
    AMAZON_MEMBER(payment_parts, executions, "paymentExecutions", REF),
};

static const amazon_member execution_rows[] = {
    AMAZON_MEMBER(wb_order, payment_method, "paymentMethod", TEXT),
};

static wb_rc
map_payment(wb_json *json, wb_json_ref payment, wb_order *order, wb_err *err)
{
    payment_parts parts;
    wb_rc rc = AMAZON_READ(json, payment, payment_rows, &parts, err);

    if (rc) /* several executions: the first names the method */
        return rc;
    return AMAZON_READ(json, wb_json_first(json, parts.executions), execution_rows, order, err);
}

typedef struct {
    wb_json_ref registrations;
} tax_parts;

typedef struct {
    wb_view entity, number;
} registration;

static const amazon_member tax_rows[] = {
    AMAZON_MEMBER(tax_parts, registrations, "taxRegistrations", REF),
};

static const amazon_member registration_rows[] = {
    AMAZON_MEMBER(registration, entity, "entityType", TEXT),
    AMAZON_MEMBER(registration, number, "taxRegistrationNumber", TEXT),
};

static wb_rc
map_tax(wb_json *json, wb_json_ref tax, wb_order *order, wb_err *err)
{
    tax_parts parts;
    wb_rc rc = AMAZON_READ(json, tax, tax_rows, &parts, err);

    if (rc)
        return rc;
    for (AMAZON_EACH(json, child, parts.registrations)) {
        registration one = {0};

        rc = AMAZON_READ(json, child, registration_rows, &one, err);
        if (rc)
            return rc;
        if (!order->buyer.tax_id.len && wb_view_is(one.entity, "BUYER"))
            order->buyer.tax_id = one.number;
    }
    return WB_OK;
}

wb_rc
amazon_map_2026(wb_json *json, wb_json_ref ref, wb_mapped *out, wb_err *err)
{
    order_parts parts = {0};
    wb_order *order = &out->order;
    wb_rc rc = AMAZON_READ(json, ref, order_rows, &parts, err);

    if (rc)
        return rc;
    order->external_id = parts.id;
    order->purchased_utc_us = parts.created_utc_us;
    order->updated_utc_us = parts.updated_utc_us;
    rc =
        find_pair(json, parts.aliases, alias_rows, "SELLER_ORDER_ID", &order->seller_order_id, err);
    if (!rc)
        rc = find_pair(json, parts.associated, associated_rows, "REPLACEMENT_ORIGINAL_ID",
                       &order->replaces, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.sales_channel, channel_rows, order, err);
    if (!rc)
        rc = map_people(json, &parts, order, err);
    if (!rc)
        rc = map_proceeds(json, parts.proceeds, order, err);
    if (!rc)
        rc = map_fulfillment(json, parts.fulfillment, out, err);
    if (!rc)
        rc = map_payment(json, parts.payment, order, err);
    if (!rc)
        rc = map_tax(json, parts.tax, order, err);
    if (!rc)
        rc = amazon_map_2026_lines(json, parts.items, parts.programs, order, err);
    if (!rc)
        rc = amazon_map_2026_packages(json, parts.packages, order, err);
    if (rc)
        return rc;
    amazon_sum_lines(order);
    out->owners = amazon_owners(order, parts.items != WB_JSON_NONE, parts.packages != WB_JSON_NONE);
    return WB_OK;
}
