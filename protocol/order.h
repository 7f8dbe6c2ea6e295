/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - the canonical order: struct, table of fields, and its life
 *
 * The life: created -> synced -> shipped -> invoiced, with cancelled and returned. `synced` is a
 * fact of delivery and not in here. Status is computed from facts; it may skip forward; only a
 * contradiction is parked. Transitions are data (wb_order_may_become).
 */
#ifndef WB_PROTOCOL_ORDER_H
#define WB_PROTOCOL_ORDER_H

#include "protocol/canonical.h"

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
} wb_address;

typedef struct {
    wb_view line_id, sku, asin, title, condition;
    wb_count quantity, quantity_shipped, quantity_cancelled;
    wb_money unit_price, price, tax, discount, shipping, shipping_tax, gift_wrap;
    bool gift, cancel_requested;
    wb_view gift_message;
} wb_order_line;

typedef struct {
    wb_view package_id, carrier, service, tracking, status;
    int64_t shipped_utc_us;
} wb_order_package;

typedef struct {
    wb_view external_id; /* the channel's order id */
    wb_view seller_order_id, channel, marketplace, marketplace_name;
    int32_t status;         /* wb_order_status */
    wb_view channel_status; /* as the channel spells it */
    int64_t purchased_utc_us, updated_utc_us;
    int64_t ship_by_utc_us, deliver_by_utc_us;
    wb_view fulfilled_by; /* "merchant" or "channel" */
    wb_view service_level, payment_method;
    wb_view programs; /* comma-joined, as the channel spells them: "PRIME,AMAZON_BUSINESS" */
    wb_view replaces; /* the order that this one replaces */
    bool business;
    wb_money total;          /* what the buyer pays */
    wb_money proceeds_total; /* what the seller receives: neither stands for the other */
    wb_money tax_total, shipping_total, discount_total, item_total;
    struct {
        wb_view name, email, company, purchase_order, tax_id;
    } buyer;
    wb_address ship_to;
    wb_field_list lines;    /* wb_order_line */
    wb_field_list packages; /* wb_order_package */
    /* Names of the channel's fields, comma-joined: filled by wb_connector_map for every connector.
     */
    wb_view left_out, repaired;
} wb_order;

/* Owner groups: fields that an observation replaces as one, and only when it covers them. Bit
 * numbers of wb_mapped.owners; numbers are stored, at most WB_OWNERS_MAX. Before generation 1 of
 * the mapping the buyer's group had the address as well. */
typedef enum {
    WB_ORDER_OWNS_HEAD = 1,     /* status, times, totals: everything not in another group */
    WB_ORDER_OWNS_LINES = 2,    /* a list call may come without them */
    WB_ORDER_OWNS_BUYER = 3,    /* a call without that right leaves the buyer alone */
    WB_ORDER_OWNS_PACKAGES = 4, /* packages that the channel tells */
    WB_ORDER_OWNS_ADDRESS = 5,  /* where it goes: as the buyer, and apart from him */
} wb_order_owner;

extern const wb_field wb_order_fields[];
extern const wb_field wb_buyer_fields[], wb_address_fields[]; /* of two of its groups */

const char *wb_order_status_name(wb_order_status status); /* "created", ... */
/* May an order that is `from` be `to` next? Data; forward skips are allowed. */
bool wb_order_may_become(wb_order_status from, wb_order_status to);

#endif
