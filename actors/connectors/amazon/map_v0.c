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

static const wb_json_member payment_rows[] = {
    WB_MEMBER(wb_order_payment, amount, "Payment", MONEY),
    WB_MEMBER(wb_order_payment, method, "PaymentMethod", TEXT),
    WB_MEMBER(wb_order_payment, acquirer_id, "AcquirerId", TEXT),
    WB_MEMBER(wb_order_payment, card_brand, "CardBrand", TEXT),
    WB_MEMBER(wb_order_payment, authorization, "AuthorizationCode", TEXT),
};

static const wb_json_member buyer_tax_rows[] = {
    WB_MEMBER(v0_parts, tax_company, "CompanyLegalName", TEXT),
    WB_MEMBER(v0_parts, order.buyer.tax_region, "TaxingRegion", TEXT),
    WB_MEMBER(v0_parts, classifications, "TaxClassifications", REF),
};

static const wb_json_member buyer_rows[] = {
    WB_MEMBER(v0_parts, order.buyer.email, "BuyerEmail", TEXT),
    WB_MEMBER(v0_parts, order.buyer.name, "BuyerName", TEXT),
    WB_MEMBER(v0_parts, order.buyer.county, "BuyerCounty", TEXT),
    WB_MEMBERS_INSIDE("BuyerTaxInfo", buyer_tax_rows),
    WB_MEMBER(v0_parts, order.buyer.purchase_order, "PurchaseOrderNumber", TEXT),
};

/* Of Turkey's marketplace. */
static const wb_json_member tax_rows[] = {
    WB_MEMBER(wb_order, buyer.company, "BuyerLegalCompanyName", TEXT),
    WB_MEMBER(wb_order, invoice_to.line1, "BuyerBusinessAddress", TEXT),
    WB_MEMBER(wb_order, buyer.tax_id, "BuyerTaxRegistrationId", CODE),
    WB_MEMBER(wb_order, buyer.tax_office, "BuyerTaxOffice", TEXT),
};

static const wb_json_member instruction_rows[] = {
    WB_MEMBER(wb_order, supply_source, "FulfillmentSupplySourceId", TEXT),
};

/* Brazil: line 1 in its parts. */
static const wb_json_member extended_rows[] = {
    WB_MEMBER(wb_address, street, "StreetName", TEXT),
    WB_MEMBER(wb_address, house_number, "StreetNumber", TEXT),
    WB_MEMBER(wb_address, complement, "Complement", TEXT),
    WB_MEMBER(wb_address, neighborhood, "Neighborhood", TEXT),
};

static const wb_json_member address_rows[] = {
    WB_MEMBER(wb_address, name, "Name", TEXT),
    WB_MEMBER(wb_address, company, "CompanyName", TEXT),
    WB_MEMBER(wb_address, line1, "AddressLine1", TEXT),
    WB_MEMBER(wb_address, line2, "AddressLine2", TEXT),
    WB_MEMBER(wb_address, line3, "AddressLine3", TEXT),
    WB_MEMBER(wb_address, city, "City", TEXT),
    WB_MEMBER(wb_address, county, "County", TEXT),
    WB_MEMBER(wb_address, district, "District", TEXT),
    WB_MEMBER(wb_address, region, "StateOrRegion", TEXT),
    WB_MEMBER(wb_address, municipality, "Municipality", TEXT),
    WB_MEMBER(wb_address, postal_code, "PostalCode", TEXT),
    WB_MEMBER(wb_address, country, "CountryCode", TEXT),
    WB_MEMBER(wb_address, phone, "Phone", TEXT),
    WB_MEMBERS_INSIDE("ExtendedFields", extended_rows),
    WB_MEMBER(wb_address, type, "AddressType", TEXT),
};

static const wb_json_member order_rows[] = {
    WB_MEMBER(v0_parts, order.external_id, "AmazonOrderId", ID),
    WB_MEMBER(v0_parts, order.purchased_utc_us, "PurchaseDate", TIME),
    WB_MEMBER(v0_parts, order.updated_utc_us, "LastUpdateDate", TIME),
    WB_MEMBER(v0_parts, status, "OrderStatus", ID),
    WB_MEMBER(v0_parts, order.seller_order_id, "SellerOrderId", CODE),
    WB_MEMBER(v0_parts, fulfilled, "FulfillmentChannel", TEXT),
    WB_MEMBER(v0_parts, order.marketplace_name, "SalesChannel", TEXT),
    WB_MEMBER(v0_parts, order.sales_channel, "OrderChannel", TEXT),
    WB_MEMBER(v0_parts, order.service_level, "ShipServiceLevel", TEXT),
    WB_MEMBER(v0_parts, order.total, "OrderTotal", MONEY),
    WB_MEMBERS_LIST(v0_parts, order.payments, "PaymentExecutionDetail", payment_rows,
                    wb_order_payment),
    WB_MEMBER(v0_parts, order.payment_method, "PaymentMethod", TEXT),
    WB_MEMBER(v0_parts, methods, "PaymentMethodDetails", REF),
    WB_MEMBER(v0_parts, order.marketplace, "MarketplaceId", CODE),
    WB_MEMBER(v0_parts, order.service_category, "ShipmentServiceLevelCategory", TEXT),
    WB_MEMBER(v0_parts, order.order_type, "OrderType", TEXT),
    WB_MEMBER(v0_parts, order.ship_after_utc_us, "EarliestShipDate", TIME),
    WB_MEMBER(v0_parts, order.ship_by_utc_us, "LatestShipDate", TIME),
    WB_MEMBER(v0_parts, order.deliver_after_utc_us, "EarliestDeliveryDate", TIME),
    WB_MEMBER(v0_parts, order.deliver_by_utc_us, "LatestDeliveryDate", TIME),
    WB_MEMBER(v0_parts, order.business, "IsBusinessOrder", BOOL),
    WB_MEMBER(v0_parts, prime, "IsPrime", BOOL),
    WB_MEMBER(v0_parts, premium, "IsPremiumOrder", BOOL),
    WB_MEMBER(v0_parts, express, "IsGlobalExpressEnabled", BOOL),
    WB_MEMBER(v0_parts, order.replaces, "ReplacedOrderId", CODE),
    WB_MEMBER(v0_parts, resold, "IsSoldByAB", BOOL),
    WB_MEMBER(v0_parts, invoiced_by_amazon, "IsIBA", BOOL),
    WB_MEMBER(v0_parts, order.buyer.invoice_preference, "BuyerInvoicePreference", TEXT),
    WB_MEMBERS(v0_parts, order, "BuyerTaxInformation", tax_rows),
    WB_MEMBERS(v0_parts, order, "FulfillmentInstruction", instruction_rows),
    WB_MEMBER(v0_parts, pickup, "IsISPU", BOOL),
    WB_MEMBER(v0_parts, access_point, "IsAccessPointOrder", BOOL),
    WB_MEMBERS(v0_parts, order.ship_to, "ShippingAddress", address_rows),
    WB_MEMBERS_INSIDE("BuyerInfo", buyer_rows),
    WB_MEMBER(v0_parts, regulated, "HasRegulatedItems", BOOL),
    WB_MEMBER(v0_parts, order.invoice_status, "ElectronicInvoiceStatus", TEXT),
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
    size_t count = wb_json_is_list(json, methods) ? wb_json_count(json, methods) : 0;
    wb_order_payment *payment;

    if (order->payments.count || !count || count > WB_RECORD_LIST_MAX)
        return;
    payment = wb_alloc(count * sizeof *payment);
    order->payments = (wb_field_list){payment, count};
    for (AMAZON_EACH(json, child, methods))
        wb_answer_text(json, child, &payment++->method, "PaymentMethodDetails");
}

static const wb_json_member classification_rows[] = {
    WB_MEMBER(wb_order, buyer.tax_id_type, "Name", TEXT),
    WB_MEMBER(wb_order, buyer.tax_id, "Value", CODE),
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
