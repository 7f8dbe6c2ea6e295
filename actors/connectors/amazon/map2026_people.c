/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map2026_people - buyer and recipient of an order of the 2026-01-01 API
 */
#include "actors/connectors/amazon/map.h"

const amazon_member amazon_buyer_2026_rows[4] = {
    AMAZON_MEMBER(wb_order, buyer.name, "buyerName", TEXT),
    AMAZON_MEMBER(wb_order, buyer.email, "buyerEmail", TEXT),
    AMAZON_MEMBER(wb_order, buyer.company, "buyerCompanyName", TEXT),
    AMAZON_MEMBER(wb_order, buyer.purchase_order, "buyerPurchaseOrderNumber", TEXT),
};

/* Brazil: line 1 in its parts. */
static const amazon_member extended_rows[] = {
    AMAZON_MEMBER(wb_address, street, "streetName", TEXT),
    AMAZON_MEMBER(wb_address, house_number, "streetNumber", TEXT),
    AMAZON_MEMBER(wb_address, complement, "complement", TEXT),
    AMAZON_MEMBER(wb_address, neighborhood, "neighborhood", TEXT),
};

static const amazon_member address_rows[] = {
    AMAZON_MEMBER(wb_address, name, "name", TEXT),
    AMAZON_MEMBER(wb_address, company, "companyName", TEXT),
    AMAZON_MEMBER(wb_address, line1, "addressLine1", TEXT),
    AMAZON_MEMBER(wb_address, line2, "addressLine2", TEXT),
    AMAZON_MEMBER(wb_address, line3, "addressLine3", TEXT),
    AMAZON_MEMBER(wb_address, city, "city", TEXT),
    AMAZON_MEMBER(wb_address, district, "districtOrCounty", TEXT),
    AMAZON_MEMBER(wb_address, region, "stateOrRegion", TEXT),
    AMAZON_MEMBER(wb_address, municipality, "municipality", TEXT),
    AMAZON_MEMBER(wb_address, postal_code, "postalCode", TEXT),
    AMAZON_MEMBER(wb_address, country, "countryCode", TEXT),
    AMAZON_MEMBER(wb_address, phone, "phone", TEXT),
    AMAZON_INSIDE("extendedFields", extended_rows),
    AMAZON_MEMBER(wb_address, type, "addressType", TEXT),
};

static const amazon_member preference_rows[] = {
    AMAZON_MEMBER(wb_address, drop_off, "dropOffLocation", TEXT),
    AMAZON_MEMBER(wb_address, instructions, "addressInstruction", TEXT),
};

const amazon_member amazon_recipient_2026_rows[2] = {
    AMAZON_MEMBERS(wb_order, ship_to, "deliveryAddress", address_rows),
    AMAZON_MEMBERS(wb_order, ship_to, "deliveryPreference", preference_rows),
};

typedef struct {
    wb_view entity, name, type, number;
    wb_address address;
    wb_json_ref attributes;
} registration;

static const amazon_member registration_rows[] = {
    AMAZON_MEMBER(registration, entity, "entityType", TEXT),
    AMAZON_MEMBER(registration, name, "legalName", TEXT),
    AMAZON_MEMBER(registration, type, "taxRegistrationType", TEXT),
    AMAZON_MEMBER(registration, number, "taxRegistrationNumber", CODE),
    AMAZON_MEMBERS(registration, address, "taxRegistrationAddress", address_rows),
    AMAZON_MEMBER(registration, attributes, "taxRegistrationAttributes", REF),
};

typedef struct {
    wb_view key, value;
} attribute;

static const amazon_member attribute_rows[] = {
    AMAZON_MEMBER(attribute, key, "key", TEXT),
    AMAZON_MEMBER(attribute, value, "value", TEXT),
};

static wb_rc
map_attributes(wb_json *json, wb_json_ref attributes, wb_order *order, wb_err *err)
{
    for (AMAZON_EACH(json, child, attributes)) {
        attribute one = {0};
        wb_rc rc = AMAZON_READ(json, child, attribute_rows, &one, err);

        if (rc)
            return rc;
        if (wb_view_is(one.key, "TAX_OFFICE"))
            order->buyer.tax_office = one.value;
    }
    return WB_OK;
}

/* The first one of the buyer that has a number. */
wb_rc
amazon_map_2026_tax(wb_json *json, wb_json_ref registrations, wb_order *order, wb_err *err)
{
    for (AMAZON_EACH(json, child, registrations)) {
        registration one = {0};
        wb_rc rc = AMAZON_READ(json, child, registration_rows, &one, err);

        if (rc)
            return rc;
        if (order->buyer.tax_id.len || !wb_view_is(one.entity, "BUYER"))
            continue;
        order->buyer.tax_id = one.number;
        order->buyer.tax_id_type = one.type;
        order->buyer.legal_name = one.name;
        order->invoice_to = one.address;
        rc = map_attributes(json, one.attributes, order, err);
        if (rc)
            return rc;
    }
    return WB_OK;
}
