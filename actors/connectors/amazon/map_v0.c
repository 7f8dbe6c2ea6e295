/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_v0 - one order of the Orders API v0, with the pages of its items
 *
 * Prices are of whole lines. Booleans may be texts. An order without its items (a list's element)
 * leaves the lines alone.
 */
#include <assert.h>
#include <string.h>

#include "actors/connectors/amazon/map.h"
#include "protocol/answer.h"

typedef struct {
    wb_order order;
    wb_view status, fulfilled;
    bool prime, premium, pickup, access_point, invoiced_by_amazon, resold, express, regulated;
    wb_view tax_company;
    wb_json_ref methods, classifications;
} v0_parts;

static const amazon_member payment_rows[] = {
    AMAZON_MEMBER(wb_order_payment, amount, "Payment", MONEY),
    AMAZON_MEMBER(wb_order_payment, method, "PaymentMethod", TEXT),
    AMAZON_MEMBER(wb_order_payment, acquirer_id, "AcquirerId", TEXT),
    AMAZON_MEMBER(wb_order_payment, card_brand, "CardBrand", TEXT),
    AMAZON_MEMBER(wb_order_payment, authorization, "AuthorizationCode", TEXT),
};

static const amazon_member buyer_tax_rows[] = {
    AMAZON_MEMBER(v0_parts, tax_company, "CompanyLegalName", TEXT),
    AMAZON_MEMBER(v0_parts, order.buyer.tax_region, "TaxingRegion", TEXT),
    AMAZON_MEMBER(v0_parts, classifications, "TaxClassifications", REF),
};

static const amazon_member buyer_rows[] = {
    AMAZON_MEMBER(v0_parts, order.buyer.email, "BuyerEmail", TEXT),
    AMAZON_MEMBER(v0_parts, order.buyer.name, "BuyerName", TEXT),
    AMAZON_MEMBER(v0_parts, order.buyer.county, "BuyerCounty", TEXT),
    AMAZON_INSIDE("BuyerTaxInfo", buyer_tax_rows),
    AMAZON_MEMBER(v0_parts, order.buyer.purchase_order, "PurchaseOrderNumber", TEXT),
};

/* Of Turkey's marketplace. */
static const amazon_member tax_rows[] = {
    AMAZON_MEMBER(wb_order, buyer.company, "BuyerLegalCompanyName", TEXT),
    AMAZON_MEMBER(wb_order, invoice_to.line1, "BuyerBusinessAddress", TEXT),
    AMAZON_MEMBER(wb_order, buyer.tax_id, "BuyerTaxRegistrationId", CODE),
    AMAZON_MEMBER(wb_order, buyer.tax_office, "BuyerTaxOffice", TEXT),
};

static const amazon_member instruction_rows[] = {
    AMAZON_MEMBER(wb_order, supply_source, "FulfillmentSupplySourceId", TEXT),
};

/* Brazil: line 1 in its parts. */
static const amazon_member extended_rows[] = {
    AMAZON_MEMBER(wb_address, street, "StreetName", TEXT),
    AMAZON_MEMBER(wb_address, house_number, "StreetNumber", TEXT),
    AMAZON_MEMBER(wb_address, complement, "Complement", TEXT),
    AMAZON_MEMBER(wb_address, neighborhood, "Neighborhood", TEXT),
};

static const amazon_member address_rows[] = {
    AMAZON_MEMBER(wb_address, name, "Name", TEXT),
    AMAZON_MEMBER(wb_address, company, "CompanyName", TEXT),
    AMAZON_MEMBER(wb_address, line1, "AddressLine1", TEXT),
    AMAZON_MEMBER(wb_address, line2, "AddressLine2", TEXT),
    AMAZON_MEMBER(wb_address, line3, "AddressLine3", TEXT),
    AMAZON_MEMBER(wb_address, city, "City", TEXT),
    AMAZON_MEMBER(wb_address, county, "County", TEXT),
    AMAZON_MEMBER(wb_address, district, "District", TEXT),
    AMAZON_MEMBER(wb_address, region, "StateOrRegion", TEXT),
    AMAZON_MEMBER(wb_address, municipality, "Municipality", TEXT),
    AMAZON_MEMBER(wb_address, postal_code, "PostalCode", TEXT),
    AMAZON_MEMBER(wb_address, country, "CountryCode", TEXT),
    AMAZON_MEMBER(wb_address, phone, "Phone", TEXT),
    AMAZON_INSIDE("ExtendedFields", extended_rows),
    AMAZON_MEMBER(wb_address, type, "AddressType", TEXT),
};

static const amazon_member order_rows[] = {
    AMAZON_MEMBER(v0_parts, order.external_id, "AmazonOrderId", ID),
    AMAZON_MEMBER(v0_parts, order.purchased_utc_us, "PurchaseDate", TIME),
    AMAZON_MEMBER(v0_parts, order.updated_utc_us, "LastUpdateDate", TIME),
    AMAZON_MEMBER(v0_parts, status, "OrderStatus", ID),
    AMAZON_MEMBER(v0_parts, order.seller_order_id, "SellerOrderId", CODE),
    AMAZON_MEMBER(v0_parts, fulfilled, "FulfillmentChannel", TEXT),
    AMAZON_MEMBER(v0_parts, order.marketplace_name, "SalesChannel", TEXT),
    AMAZON_MEMBER(v0_parts, order.sales_channel, "OrderChannel", TEXT),
    AMAZON_MEMBER(v0_parts, order.service_level, "ShipServiceLevel", TEXT),
    AMAZON_MEMBER(v0_parts, order.total, "OrderTotal", MONEY),
    AMAZON_ITEMS(v0_parts, order.payments, "PaymentExecutionDetail", payment_rows,
                 wb_order_payment),
    AMAZON_MEMBER(v0_parts, order.payment_method, "PaymentMethod", TEXT),
    AMAZON_MEMBER(v0_parts, methods, "PaymentMethodDetails", REF),
    AMAZON_MEMBER(v0_parts, order.marketplace, "MarketplaceId", CODE),
    AMAZON_MEMBER(v0_parts, order.service_category, "ShipmentServiceLevelCategory", TEXT),
    AMAZON_MEMBER(v0_parts, order.order_type, "OrderType", TEXT),
    AMAZON_MEMBER(v0_parts, order.ship_after_utc_us, "EarliestShipDate", TIME),
    AMAZON_MEMBER(v0_parts, order.ship_by_utc_us, "LatestShipDate", TIME),
    AMAZON_MEMBER(v0_parts, order.deliver_after_utc_us, "EarliestDeliveryDate", TIME),
    AMAZON_MEMBER(v0_parts, order.deliver_by_utc_us, "LatestDeliveryDate", TIME),
    AMAZON_MEMBER(v0_parts, order.business, "IsBusinessOrder", BOOL),
    AMAZON_MEMBER(v0_parts, prime, "IsPrime", BOOL),
    AMAZON_MEMBER(v0_parts, premium, "IsPremiumOrder", BOOL),
    AMAZON_MEMBER(v0_parts, express, "IsGlobalExpressEnabled", BOOL),
    AMAZON_MEMBER(v0_parts, order.replaces, "ReplacedOrderId", CODE),
    AMAZON_MEMBER(v0_parts, resold, "IsSoldByAB", BOOL),
    AMAZON_MEMBER(v0_parts, invoiced_by_amazon, "IsIBA", BOOL),
    AMAZON_MEMBER(v0_parts, order.buyer.invoice_preference, "BuyerInvoicePreference", TEXT),
    AMAZON_MEMBERS(v0_parts, order, "BuyerTaxInformation", tax_rows),
    AMAZON_MEMBERS(v0_parts, order, "FulfillmentInstruction", instruction_rows),
    AMAZON_MEMBER(v0_parts, pickup, "IsISPU", BOOL),
    AMAZON_MEMBER(v0_parts, access_point, "IsAccessPointOrder", BOOL),
    AMAZON_MEMBERS(v0_parts, order.ship_to, "ShippingAddress", address_rows),
    AMAZON_INSIDE("BuyerInfo", buyer_rows),
    AMAZON_MEMBER(v0_parts, regulated, "HasRegulatedItems", BOOL),
    AMAZON_MEMBER(v0_parts, order.invoice_status, "ElectronicInvoiceStatus", TEXT),
};

/* By the names that the newer API gives them, where it has them. */
static const struct {
    const char *name;
    size_t told;
} programs[] = {
    {"PRIME",             offsetof(v0_parts, prime)             },
    {"AMAZON_BUSINESS",   offsetof(v0_parts, order.business)    },
    {"PREMIUM",           offsetof(v0_parts, premium)           },
    {"IN_STORE_PICK_UP",  offsetof(v0_parts, pickup)            },
    {"INVOICE_BY_AMAZON", offsetof(v0_parts, invoiced_by_amazon)},
    {"SOLD_BY_AB",        offsetof(v0_parts, resold)            },
    {"GLOBAL_EXPRESS",    offsetof(v0_parts, express)           },
    {"ACCESS_POINT",      offsetof(v0_parts, access_point)      },
    {"REGULATED_ITEMS",   offsetof(v0_parts, regulated)         },
};
#define PROGRAMS_MAX 160 /* all of them with their commas */

static void
join_programs(const v0_parts *parts, char *room, wb_order *order)
{
    size_t len = 0;

    for (size_t i = 0; i < WB_COUNT(programs); i++) {
        size_t more = strlen(programs[i].name);

        if (!*(const bool *)(const void *)((const char *)parts + programs[i].told))
            continue;
        assert(len + more < PROGRAMS_MAX);
        if (len)
            room[len++] = ',';
        memcpy(room + len, programs[i].name, more);
        len += more;
    }
    if (len)
        order->programs = (wb_view){room, len};
}

/* Where no executions are told, the names of the methods are. */
static void
map_methods(wb_json *json, wb_json_ref methods, wb_order *order)
{
    size_t count = amazon_is_list(json, methods) ? wb_json_count(json, methods) : 0;
    wb_order_payment *payment;

    if (order->payments.count || !count || count > WB_RECORD_LIST_MAX)
        return;
    payment = wb_alloc(count * sizeof *payment);
    order->payments = (wb_field_list){payment, count};
    for (AMAZON_EACH(json, child, methods))
        wb_answer_text(json, child, &payment++->method, "PaymentMethodDetails");
}

static const amazon_member classification_rows[] = {
    AMAZON_MEMBER(wb_order, buyer.tax_id_type, "Name", TEXT),
    AMAZON_MEMBER(wb_order, buyer.tax_id, "Value", CODE),
};

/* What is told of the buyer's tax in two places. */
static wb_rc
map_tax(wb_json *json, const v0_parts *parts, wb_order *order, wb_err *err)
{
    if (!order->buyer.company.len)
        order->buyer.company = parts->tax_company;
    if (order->buyer.tax_id.len)
        return WB_OK;
    return AMAZON_READ(json, amazon_first(json, parts->classifications), classification_rows, order,
                       err);
}

/* The names that an address may have for it, the finest first. */
static void
choose_district(wb_address *to)
{
    if (!to->district.len)
        to->district = to->county.len ? to->county : to->municipality;
}

wb_rc
amazon_map_v0(wb_json *json, wb_json_ref ref, wb_json_ref pages, wb_mapped *out, wb_err *err)
{
    v0_parts parts = {.order = {.channel = out->order.channel}};
    wb_order *order = &out->order;
    char *room = NULL;
    wb_rc rc = AMAZON_READ(json, ref, order_rows, &parts, err);

    *order = parts.order; /* with its lists, which are freed with it */
    if (rc)
        return rc;
    if (!parts.status.len)
        return wb_fail(err, WB_REJECT, "an order without OrderStatus");
    amazon_map_status(parts.status, out);
    order->fulfilled_by = amazon_fulfilled_by(parts.fulfilled);
    choose_district(&order->ship_to);
    rc = map_tax(json, &parts, order, err);
    map_methods(json, parts.methods, order);
    if (!rc)
        rc = amazon_map_v0_lines(json, pages, PROGRAMS_MAX, &room, order, err);
    if (rc)
        return rc;
    join_programs(&parts, room, order);
    amazon_sum_lines(order);
    out->owners = amazon_owners(order, pages != WB_JSON_NONE, false);
    return WB_OK;
}
