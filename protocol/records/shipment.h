/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipment - what left for a buyer: one record for each package or outbound order of the ERP
 */
#ifndef WB_PROTOCOL_RECORDS_SHIPMENT_H
#define WB_PROTOCOL_RECORDS_SHIPMENT_H

#include "protocol/records/decided.h"

typedef enum {
    WB_SHIPMENT_UNKNOWN = 0,
    WB_SHIPMENT_PLANNED, /* not left yet: recorded, not routed */
    WB_SHIPMENT_SHIPPED,
    WB_SHIPMENT_DELIVERED,
    WB_SHIPMENT_CANCELLED,
    WB_SHIPMENT_STATUS_COUNT
} wb_shipment_status;

/* What the root order says that a target needs to confirm what belongs to it: filled by the mapper
 * when the record leaves, from the order as it is known then; nobody observes it, and no revision
 * comes of it. */
typedef struct {
    wb_view line_id, sku;
    wb_count quantity;
    wb_count shipped; /* of it, in shipments that were told before this one; not told = none */
    wb_count pack;    /* quantities are pieces, so many of which the channel sells as one */
} wb_order_facts_line;

typedef struct {
    wb_view package_id;
} wb_order_facts_package;

typedef struct {
    wb_view external_id, seller_order_id, channel, marketplace, channel_status;
    wb_field_list lines;    /* wb_order_facts_line */
    wb_field_list packages; /* wb_order_facts_package */
} wb_order_facts;

extern const wb_field wb_order_facts_fields[];

/* The group of the facts, of every kind that has them; and its number in a shipment. */
#define WB_OWNS_FACTS 14
#define WB_SHIPMENT_FACTS 21

typedef struct {
    wb_view line_id; /* of the order, where the source knows it */
    wb_view sku;
    wb_count quantity;
    wb_field_list serials; /* wb_shipment_text */
} wb_shipment_line;

typedef struct {
    wb_view value;
} wb_shipment_text;

/* A parcel, where the source tells several of one shipment. */
typedef struct {
    wb_view parcel_id, carrier, service, tracking;
} wb_shipment_parcel;

typedef struct {
    wb_view external_id;   /* the source's id of it */
    wb_view order_id;      /* the channel's order id, as the source names it */
    wb_view reference;     /* the source's own number */
    wb_view source;        /* the connector it came from */
    int32_t status;        /* wb_shipment_status */
    wb_view source_status; /* as the source spells it */
    wb_view carrier, service, tracking, tracking_url, warehouse, ship_from_country;
    int64_t created_utc_us, shipped_utc_us, delivered_utc_us, updated_utc_us;
    wb_field_list lines;   /* wb_shipment_line */
    wb_field_list parcels; /* wb_shipment_parcel */
    wb_view left_out, repaired;
    wb_order_facts order;
    wb_decided decided;
} wb_shipment;

/* Owner groups: as wb_order_owner. */
typedef enum {
    WB_SHIPMENT_OWNS_HEAD = 1,
    WB_SHIPMENT_OWNS_LINES = 2,
    WB_SHIPMENT_OWNS_PARCELS = 3,
} wb_shipment_owner;

extern const wb_field wb_shipment_fields[];
extern const char *const wb_shipment_statuses[];

bool wb_shipment_may_become(int32_t from, int32_t to);
/* The goods that it takes out of its order (wb_shipment_line); NULL = none any more. */
const wb_field_list *wb_shipment_goods(const void *record);

#endif
