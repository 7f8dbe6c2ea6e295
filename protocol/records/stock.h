/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what a warehouse holds (inventory), and what a channel shows of it (listing)
 *
 * Stock is joined, not copied: the mapper computes from the inventory of a SKU what its listings
 * should show, and writes the group `wanted` of the listing; only listings are pushed. What the
 * channel says that it shows is the group `shown`.
 */
#ifndef WB_PROTOCOL_RECORDS_STOCK_H
#define WB_PROTOCOL_RECORDS_STOCK_H

#include "protocol/canonical.h"

typedef struct {
    wb_view external_id; /* warehouse and SKU, as the source tells them apart */
    wb_view sku, warehouse, warehouse_name, source;
    wb_count available; /* to be sold: what the join takes */
    wb_count on_hand, reserved, incoming, defective;
    int64_t updated_utc_us;
    wb_view left_out, repaired;
} wb_inventory;

/* Its warehouse tells all that it has, and not this: there is none of it. */
void wb_inventory_unlisted(void *inventory);

typedef enum { WB_INVENTORY_OWNS_HEAD = 1 } wb_inventory_owner;

typedef enum {
    WB_LISTING_UNKNOWN = 0,
    WB_LISTING_ACTIVE,
    WB_LISTING_INACTIVE, /* is there, and not sold */
    WB_LISTING_DELETED,  /* nothing is wanted of it any more */
    WB_LISTING_STATUS_COUNT
} wb_listing_status;

typedef struct {
    wb_view external_id; /* the channel's id of the SKU there */
    wb_view sku, product_id, variant_id, location_id, title, channel;
    int32_t status; /* wb_listing_status */
    wb_view channel_status;
    wb_money price;
    int64_t created_utc_us, updated_utc_us;
    wb_count pack; /* pieces of the SKU in one of what is shown; not told = one */
    struct {
        wb_count quantity;
    } shown, wanted;
    wb_view left_out, repaired;
} wb_listing;

/* Owner groups: as wb_order_owner. WANTED is the join's. */
typedef enum {
    WB_LISTING_OWNS_HEAD = 1,
    WB_LISTING_OWNS_SHOWN = 2,
    WB_LISTING_OWNS_WANTED = 3,
} wb_listing_owner;

#define WB_LISTING_OBSERVED                                                                        \
    ((UINT32_C(1) << WB_LISTING_OWNS_HEAD) | (UINT32_C(1) << WB_LISTING_OWNS_SHOWN))

/* What a line of an order takes of the stock before the ERP says so; made by the order's mapper. */
typedef struct {
    wb_view external_id; /* order and line */
    wb_view order, sku;  /* the order's printed key */
    wb_count quantity;
    int32_t status; /* wb_reservation_status */
    int64_t created_utc_us, updated_utc_us;
    wb_view left_out, repaired;
} wb_reservation;

typedef enum {
    WB_RESERVATION_UNKNOWN = 0,
    WB_RESERVATION_HELD,
    WB_RESERVATION_ENDED, /* cancelled, or the ERP's stock has it by now */
    WB_RESERVATION_STATUS_COUNT
} wb_reservation_status;

typedef enum { WB_RESERVATION_OWNS_HEAD = 1 } wb_reservation_owner;

extern const wb_field wb_reservation_fields[];
extern const char *const wb_reservation_statuses[];
extern const wb_field wb_inventory_fields[];
extern const wb_field wb_listing_fields[];
extern const char *const wb_listing_statuses[];

#endif
