/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - the canonical order: struct, table of fields, and its life
 *
 * The life: created -> synced -> shipped -> invoiced, with cancelled and returned. `synced` is a
 * fact of delivery and not in here. Status is computed from facts; it may skip forward; only a
 * contradiction is parked. Transitions are data (wb_order_may_become).
 */
#ifndef WB_PROTOCOL_RECORDS_ORDER_H
#define WB_PROTOCOL_RECORDS_ORDER_H

#include "protocol/records/decided.h"

typedef enum {
    WB_ORDER_UNKNOWN = 0,
    WB_ORDER_PENDING, /* not paid: recorded, not routed */
    WB_ORDER_CREATED, /* to be shipped */
    WB_ORDER_PARTLY_SHIPPED,
    WB_ORDER_SHIPPED,
    WB_ORDER_INVOICED,
    WB_ORDER_CANCELLED,
    WB_ORDER_RETURNED,
    WB_ORDER_STATUS_COUNT
} wb_order_status;

typedef struct {
    wb_view name, company, line1, line2, line3, city, district, region, postal_code, country, phone;
    wb_view street, house_number, complement, neighborhood; /* line1 in parts, where told apart */
    wb_view county, municipality, type, instructions, drop_off;
} wb_address;

/* An item of a list of texts. */
typedef struct {
    wb_view value;
} wb_order_text;

/* Another order, or a line of one, and how it belongs to this. */
typedef struct {
    wb_view external_id, line_id, relation;
} wb_order_relation;

/* What a line costs: price + shipping + gift_wrap + cod_fee + other - discount, and tax +
 * shipping_tax + gift_wrap_tax + other_tax - discount_tax, where tax is not in the prices. */
typedef struct {
    wb_view line_id, sku, asin, title, condition, condition_detail, condition_note;
    wb_count quantity, quantity_shipped, quantity_cancelled;
    wb_count pack; /* quantities are pieces, and so many are one of what the channel sells */
    wb_money unit_price, price, discount, shipping, gift_wrap, cod_fee, other;
    wb_money tax, shipping_tax, gift_wrap_tax, other_tax, discount_tax;
    wb_money proceeds; /* what the seller receives for it */
    wb_view price_designation;
    bool gift, cancel_requested;
    wb_view gift_message, gift_wrap_level, cancel_reason, cancelled_by, cancelled_reason;
    wb_field_list programs, promotions, serials; /* wb_order_text */
    wb_field_list related;                       /* wb_order_relation */
    wb_view customization_url, measure, measure_unit;
    wb_count points;
    wb_money points_value;
    wb_view ioss_number, tax_scheme, tax_model, tax_party;
    int64_t deliver_after_utc_us, deliver_by_utc_us;
    bool signature_required, identity_check, age_check, pallet, cash_on_delivery, serial_required;
} wb_order_line;

typedef struct {
    wb_view line_id;
    wb_count quantity;
} wb_order_package_item;

typedef struct {
    wb_view package_id, carrier, service, tracking, status, detail;
    int64_t shipped_utc_us, created_utc_us;
    wb_field_list items; /* wb_order_package_item */
} wb_order_package;

typedef struct {
    wb_view method;
    wb_money amount;
    wb_view acquirer_id, card_brand, authorization;
} wb_order_payment;

/* Where an ERP has it. */
typedef enum {
    WB_HANDLED_UNKNOWN = 0,
    WB_HANDLED_TAKEN_IN, /* not ready to be approved */
    WB_HANDLED_TO_APPROVE,
    WB_HANDLED_TO_SHIP,
    WB_HANDLED_SHIPPED,
    WB_HANDLED_STOPPED, /* it will not be shipped */
    WB_HANDLED_STATUS_COUNT
} wb_order_handled_status;

/* What an ERP made of it: it may have divided it, or put it together with others. */
typedef struct {
    wb_view number;         /* the ERP's own */
    int32_t status;         /* wb_order_handled_status */
    wb_view erp_status;     /* as the ERP spells it */
    wb_view warehouse;      /* the ERP's id of it */
    bool shared;            /* it is for other orders as well */
    int64_t updated_utc_us; /* when the ERP last changed it */
} wb_order_handled;

typedef struct {
    wb_view external_id; /* the channel's order id */
    wb_view seller_order_id, channel, marketplace, marketplace_name, sales_channel;
    int32_t status;         /* wb_order_status */
    wb_view channel_status; /* as the channel spells it */
    wb_view order_type;
    int64_t purchased_utc_us, updated_utc_us;
    int64_t ship_after_utc_us, ship_by_utc_us, deliver_after_utc_us, deliver_by_utc_us;
    wb_view fulfilled_by; /* "merchant" or "channel" */
    wb_view service_level, service_category, supply_source, payment_method, invoice_status;
    wb_view programs; /* comma-joined, as the channel spells them: "PRIME,AMAZON_BUSINESS" */
    wb_view replaces; /* the order that this one replaces */
    bool business;
    wb_money total;          /* what the buyer pays */
    wb_money proceeds_total; /* what the seller receives: neither stands for the other */
    /* parts of the one that is told, discounts positive; or the sums of the lines */
    wb_money item_total, shipping_total, gift_wrap_total, cod_fee_total, other_total, tip_total;
    wb_money tax_total, discount_total;
    wb_view tip_status;
    struct {
        wb_view name, email, company, purchase_order, tax_id;
        wb_view tax_id_type, tax_office, tax_region, legal_name, county, invoice_preference;
    } buyer;
    wb_address ship_to, invoice_to;
    wb_field_list lines;    /* wb_order_line */
    wb_field_list packages; /* wb_order_package */
    /* Names of the channel's fields, comma-joined: filled by wb_connector_map for every connector.
     */
    wb_view left_out, repaired;
    wb_field_list related;  /* wb_order_relation */
    wb_field_list payments; /* wb_order_payment */
    wb_decided decided;
    wb_view stopped_by;    /* our account that has it as not to be shipped; empty = none */
    wb_field_list handled; /* wb_order_handled */
} wb_order;

/* The number of its field of that name. */
#define WB_ORDER_STOPPED_BY 46

/* Owner groups: fields that an observation replaces as one, and only when it covers them. Bit
 * numbers of wb_mapped.owners; numbers are stored, at most WB_OWNERS_MAX. Before generation 1 of
 * the mapping the buyer's group had the address as well. */
typedef enum {
    WB_ORDER_OWNS_HEAD = 1,     /* status, times, totals: everything not in another group */
    WB_ORDER_OWNS_LINES = 2,    /* a list call may come without them */
    WB_ORDER_OWNS_BUYER = 3,    /* a call without that right leaves the buyer alone */
    WB_ORDER_OWNS_PACKAGES = 4, /* packages that the channel tells */
    WB_ORDER_OWNS_ADDRESS = 5,  /* where it goes: as the buyer, and apart from him */
    WB_ORDER_OWNS_HANDLED = 6,  /* what the ERP says that it was pushed to, and nobody else */
} wb_order_owner;

extern const wb_field wb_order_fields[];
extern const char *const wb_order_statuses[]; /* by number, [0] = "" */
extern const char *const wb_order_handled_statuses[];
extern const wb_field wb_buyer_fields[], wb_address_fields[]; /* of two of its groups */

/* Two of its lines have one id: nobody can tell whether that is one line told twice. `order` is a
 * wb_order (wb_record_def.fault). */
const char *wb_order_fault(const void *order);

/* May an order that is `from` be `to` next? Data; forward skips are allowed. */
bool wb_order_may_become(wb_order_status from, wb_order_status to);
/* Is something of it to be shipped? */
bool wb_order_is_open(wb_order_status status);

#endif
