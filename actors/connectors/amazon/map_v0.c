/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_v0 - one order of the Orders API v0, with the pages of its items
 *
 * Prices are of whole lines. Booleans may be texts. An order without its items (a list's element)
 * leaves the lines alone.
 */
#include <string.h>

#include "actors/connectors/amazon/map.h"

typedef struct {
    wb_order order;
    wb_view status, fulfilled;
    bool prime, premium;
    wb_json_ref buyer, address, tax;
} v0_parts;

static const amazon_member order_rows[] = {
    AMAZON_MEMBER(v0_parts, order.external_id, "AmazonOrderId", TEXT),
    AMAZON_MEMBER(v0_parts, order.purchased_utc_us, "PurchaseDate", TIME),
    AMAZON_MEMBER(v0_parts, order.updated_utc_us, "LastUpdateDate", TIME),
    AMAZON_MEMBER(v0_parts, status, "OrderStatus", TEXT),
    AMAZON_MEMBER(v0_parts, order.seller_order_id, "SellerOrderId", TEXT),
    AMAZON_MEMBER(v0_parts, fulfilled, "FulfillmentChannel", TEXT),
    AMAZON_MEMBER(v0_parts, order.marketplace_name, "SalesChannel", TEXT),
    AMAZON_MEMBER(v0_parts, order.service_level, "ShipServiceLevel", TEXT),
    AMAZON_MEMBER(v0_parts, order.total, "OrderTotal", MONEY),
    AMAZON_MEMBER(v0_parts, order.payment_method, "PaymentMethod", TEXT),
    AMAZON_MEMBER(v0_parts, order.marketplace, "MarketplaceId", TEXT),
    AMAZON_MEMBER(v0_parts, order.ship_by_utc_us, "LatestShipDate", TIME),
    AMAZON_MEMBER(v0_parts, order.deliver_by_utc_us, "LatestDeliveryDate", TIME),
    AMAZON_MEMBER(v0_parts, order.business, "IsBusinessOrder", BOOL),
    AMAZON_MEMBER(v0_parts, prime, "IsPrime", BOOL),
    AMAZON_MEMBER(v0_parts, premium, "IsPremiumOrder", BOOL),
    AMAZON_MEMBER(v0_parts, order.replaces, "ReplacedOrderId", TEXT),
    AMAZON_MEMBER(v0_parts, buyer, "BuyerInfo", REF),
    AMAZON_MEMBER(v0_parts, address, "ShippingAddress", REF),
    AMAZON_MEMBER(v0_parts, tax, "BuyerTaxInformation", REF),
};

static const amazon_member buyer_rows[] = {
    AMAZON_MEMBER(wb_order, buyer.email, "BuyerEmail", TEXT),
    AMAZON_MEMBER(wb_order, buyer.name, "BuyerName", TEXT),
    AMAZON_MEMBER(wb_order, buyer.purchase_order, "PurchaseOrderNumber", TEXT),
};

static const amazon_member tax_rows[] = {
    AMAZON_MEMBER(wb_order, buyer.company, "BuyerLegalCompanyName", TEXT),
    AMAZON_MEMBER(wb_order, buyer.tax_id, "BuyerTaxRegistrationId", TEXT),
};

typedef struct {
    wb_address to;
    wb_view county, municipality;
} address_parts;

static const amazon_member address_rows[] = {
    AMAZON_MEMBER(address_parts, to.name, "Name", TEXT),
    AMAZON_MEMBER(address_parts, to.company, "CompanyName", TEXT),
    AMAZON_MEMBER(address_parts, to.line1, "AddressLine1", TEXT),
    AMAZON_MEMBER(address_parts, to.line2, "AddressLine2", TEXT),
    AMAZON_MEMBER(address_parts, to.line3, "AddressLine3", TEXT),
    AMAZON_MEMBER(address_parts, to.city, "City", TEXT),
    AMAZON_MEMBER(address_parts, county, "County", TEXT),
    AMAZON_MEMBER(address_parts, to.district, "District", TEXT),
    AMAZON_MEMBER(address_parts, to.region, "StateOrRegion", TEXT),
    AMAZON_MEMBER(address_parts, municipality, "Municipality", TEXT),
    AMAZON_MEMBER(address_parts, to.postal_code, "PostalCode", TEXT),
    AMAZON_MEMBER(address_parts, to.country, "CountryCode", TEXT),
    AMAZON_MEMBER(address_parts, to.phone, "Phone", TEXT),
};

static wb_rc
map_address(wb_json *json, wb_json_ref ref, wb_address *out, wb_err *err)
{
    address_parts parts = {0};
    wb_rc rc = AMAZON_READ(json, ref, address_rows, &parts, err);

    if (rc)
        return rc;
    if (!parts.to.district.len)
        parts.to.district = parts.county.len ? parts.county : parts.municipality;
    *out = parts.to;
    return WB_OK;
}

typedef struct {
    wb_order_line line;
    wb_money shipping_discount;
    bool cancel;
    wb_json_ref buyer, cancel_request;
} item_parts;

static const amazon_member item_rows[] = {
    AMAZON_MEMBER(item_parts, line.asin, "ASIN", TEXT),
    AMAZON_MEMBER(item_parts, line.sku, "SellerSKU", TEXT),
    AMAZON_MEMBER(item_parts, line.line_id, "OrderItemId", TEXT),
    AMAZON_MEMBER(item_parts, line.title, "Title", TEXT),
    AMAZON_MEMBER(item_parts, line.quantity, "QuantityOrdered", INT),
    AMAZON_MEMBER(item_parts, line.quantity_shipped, "QuantityShipped", INT),
    AMAZON_MEMBER(item_parts, line.price, "ItemPrice", MONEY),
    AMAZON_MEMBER(item_parts, line.shipping, "ShippingPrice", MONEY),
    AMAZON_MEMBER(item_parts, line.tax, "ItemTax", MONEY),
    AMAZON_MEMBER(item_parts, line.shipping_tax, "ShippingTax", MONEY),
    AMAZON_MEMBER(item_parts, shipping_discount, "ShippingDiscount", MONEY),
    AMAZON_MEMBER(item_parts, line.discount, "PromotionDiscount", MONEY),
    AMAZON_MEMBER(item_parts, line.gift, "IsGift", BOOL),
    AMAZON_MEMBER(item_parts, line.condition, "ConditionId", TEXT),
    AMAZON_MEMBER(item_parts, buyer, "BuyerInfo", REF),
    AMAZON_MEMBER(item_parts, cancel_request, "BuyerRequestedCancel", REF),
};

static const amazon_member item_buyer_rows[] = {
    AMAZON_MEMBER(wb_order_line, gift_wrap, "GiftWrapPrice", MONEY),
    AMAZON_MEMBER(wb_order_line, gift_message, "GiftMessageText", TEXT),
};

static const amazon_member cancel_rows[] = {
    AMAZON_MEMBER(wb_order_line, cancel_requested, "IsBuyerRequestedCancel", BOOL),
};

/* The price of one, where the line's divides without a rest. */
static void
set_unit_price(wb_order_line *line)
{
    if (!line->price.currency[0] || line->quantity.value <= 0 ||
        line->price.minor % line->quantity.value)
        return;
    line->unit_price = line->price;
    line->unit_price.minor = line->price.minor / line->quantity.value;
}

static wb_rc
map_line(wb_json *json, wb_json_ref ref, wb_order_line *line, wb_err *err)
{
    item_parts parts = {0};
    bool ok = true;
    wb_rc rc = AMAZON_READ(json, ref, item_rows, &parts, err);

    if (rc)
        return rc;
    *line = parts.line;
    line->discount = amazon_positive(line->discount);
    parts.shipping_discount = amazon_positive(parts.shipping_discount);
    amazon_money_add(&line->discount, &parts.shipping_discount, &ok);
    if (!ok)
        return wb_fail(err, WB_REJECT, "the discounts of a line are of two currencies");
    rc = AMAZON_READ(json, parts.buyer, item_buyer_rows, line, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.cancel_request, cancel_rows, line, err);
    set_unit_price(line);
    return rc;
}

static wb_rc
map_lines(wb_json *json, wb_json_ref pages, wb_order *order, wb_err *err)
{
    wb_order_line *line;
    size_t count = 0;
    wb_rc rc;

    for (AMAZON_EACH(json, page, pages))
        count += wb_json_count(json, page);
    line = amazon_new_lines(order, count, 0);
    if (!line)
        return wb_fail(err, WB_REJECT, "more than %d lines", WB_ORDER_LINES_MAX);
    for (AMAZON_EACH(json, page, pages))
        for (AMAZON_EACH(json, item, page)) {
            rc = map_line(json, item, line++, err);
            if (rc)
                return rc;
        }
    return WB_OK;
}

static wb_view
programs_of(const v0_parts *parts)
{
    /* by the names that the newer API gives them, in this order */
    static const char *const names[] = {
        "",        "PRIME",         "AMAZON_BUSINESS",         "PRIME,AMAZON_BUSINESS",
        "PREMIUM", "PRIME,PREMIUM", "AMAZON_BUSINESS,PREMIUM", "PRIME,AMAZON_BUSINESS,PREMIUM"};
    size_t index =
        (parts->prime ? 1u : 0u) + (parts->order.business ? 2u : 0u) + (parts->premium ? 4u : 0u);

    return index ? wb_view_of(names[index]) : (wb_view){NULL, 0};
}

wb_rc
amazon_map_v0(wb_json *json, wb_json_ref ref, wb_json_ref pages, wb_mapped *out, wb_err *err)
{
    v0_parts parts = {.order = {.channel = out->order.channel}};
    wb_order *order = &out->order;
    wb_rc rc = AMAZON_READ(json, ref, order_rows, &parts, err);

    if (rc)
        return rc;
    *order = parts.order;
    order->programs = programs_of(&parts);
    order->fulfilled_by = amazon_fulfilled_by(parts.fulfilled);
    if (!parts.status.len)
        return wb_fail(err, WB_REJECT, "an order without OrderStatus");
    amazon_map_status(parts.status, out);
    rc = AMAZON_READ(json, parts.buyer, buyer_rows, order, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.tax, tax_rows, order, err);
    if (!rc)
        rc = map_address(json, parts.address, &order->ship_to, err);
    if (!rc && pages != WB_JSON_NONE)
        rc = map_lines(json, pages, order, err);
    if (rc)
        return rc;
    amazon_sum_lines(order);
    out->owners = amazon_owners(order, pages != WB_JSON_NONE, false);
    return WB_OK;
}
