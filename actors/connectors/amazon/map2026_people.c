/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map2026_people - buyer and recipient of an order of the 2026-01-01 API
 */
#include "actors/connectors/amazon/map.h"

const wb_json_member amazon_buyer_2026_rows[4] = {
    WB_MEMBER(wb_order, buyer.name, "buyerName", TEXT),
    WB_MEMBER(wb_order, buyer.email, "buyerEmail", TEXT),
    WB_MEMBER(wb_order, buyer.company, "buyerCompanyName", TEXT),
    WB_MEMBER(wb_order, buyer.purchase_order, "buyerPurchaseOrderNumber", TEXT),
};

/* Brazil: line 1 in its parts. */
static const wb_json_member extended_rows[] = {
    WB_MEMBER(wb_address, street, "streetName", TEXT),
    WB_MEMBER(wb_address, house_number, "streetNumber", TEXT),
    WB_MEMBER(wb_address, complement, "complement", TEXT),
    WB_MEMBER(wb_address, neighborhood, "neighborhood", TEXT),
};

static const wb_json_member address_rows[] = {
    WB_MEMBER(wb_address, name, "name", TEXT),
    WB_MEMBER(wb_address, company, "companyName", TEXT),
    WB_MEMBER(wb_address, line1, "addressLine1", TEXT),
    WB_MEMBER(wb_address, line2, "addressLine2", TEXT),
    WB_MEMBER(wb_address, line3, "addressLine3", TEXT),
    WB_MEMBER(wb_address, city, "city", TEXT),
    WB_MEMBER(wb_address, district, "districtOrCounty", TEXT),
    WB_MEMBER(wb_address, region, "stateOrRegion", TEXT),
    WB_MEMBER(wb_address, municipality, "municipality", TEXT),
    WB_MEMBER(wb_address, postal_code, "postalCode", TEXT),
    WB_MEMBER(wb_address, country, "countryCode", TEXT),
    WB_MEMBER(wb_address, phone, "phone", TEXT),
    WB_MEMBERS_INSIDE("extendedFields", extended_rows),
    WB_MEMBER(wb_address, type, "addressType", TEXT),
};

static const wb_json_member preference_rows[] = {
    WB_MEMBER(wb_address, drop_off, "dropOffLocation", TEXT),
    WB_MEMBER(wb_address, instructions, "addressInstruction", TEXT),
};

const wb_json_member amazon_recipient_2026_rows[2] = {
    WB_MEMBERS(wb_order, ship_to, "deliveryAddress", address_rows),
    WB_MEMBERS(wb_order, ship_to, "deliveryPreference", preference_rows),
};

typedef struct {
    wb_view entity, name, type, number;
    wb_address address;
    wb_json_ref attributes;
} registration;

static const wb_json_member registration_rows[] = {
    WB_MEMBER(registration, entity, "entityType", TEXT),
    WB_MEMBER(registration, name, "legalName", TEXT),
    WB_MEMBER(registration, type, "taxRegistrationType", TEXT),
    WB_MEMBER(registration, number, "taxRegistrationNumber", CODE),
    WB_MEMBERS(registration, address, "taxRegistrationAddress", address_rows),
    WB_MEMBER(registration, attributes, "taxRegistrationAttributes", REF),
};

typedef struct {
    wb_view key, value;
} attribute;

static const wb_json_member attribute_rows[] = {
    WB_MEMBER(attribute, key, "key", TEXT),
    WB_MEMBER(attribute, value, "value", TEXT),
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
