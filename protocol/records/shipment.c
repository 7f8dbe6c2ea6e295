/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/shipment.h"

#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

const char *const wb_shipment_statuses[] = {"",          "planned",   "shipped",
                                            "delivered", "cancelled", NULL};

_Static_assert(WB_COUNT(wb_shipment_statuses) == WB_SHIPMENT_STATUS_COUNT + 1, "a name for each");

#define HEAD WB_SHIPMENT_OWNS_HEAD

static const wb_field facts_line_fields[] = {
    TEXT(1, wb_order_facts_line, line_id, WB_FIELD_KEY, 0, "the channel's id of the line"),
    TEXT(2, wb_order_facts_line, sku, 0, 0, "the seller's SKU"),
    INT(3, wb_order_facts_line, quantity, 0, 0, "ordered, less what was cancelled of it"),
    INT(4, wb_order_facts_line, shipped, 0, 0, "of it, in what was told before this"),
    INT(5, wb_order_facts_line, pack, 0, 0, "pieces in one of what the channel sells"),
    FIELDS_END,
};

static const wb_field facts_package_fields[] = {
    TEXT(1, wb_order_facts_package, package_id, WB_FIELD_KEY, 0, "the channel's id of it"),
    FIELDS_END,
};

const wb_field wb_order_facts_fields[] = {
    TEXT(1, wb_order_facts, external_id, 0, 0, "the channel's order id"),
    TEXT(2, wb_order_facts, seller_order_id, 0, 0, "the seller's own id of it"),
    TEXT(3, wb_order_facts, channel, 0, 0, "the connector that it came from"),
    TEXT(4, wb_order_facts, marketplace, 0, 0, "the channel's marketplace id"),
    TEXT(5, wb_order_facts, channel_status, 0, 0, "as the channel spells it"),
    LIST(6, wb_order_facts, lines, facts_line_fields, wb_order_facts_line, 0, 0, "what was bought"),
    LIST(7, wb_order_facts, packages, facts_package_fields, wb_order_facts_package, 0, 0,
         "packages that the channel named"),
    FIELDS_END,
};

static const wb_field text_fields[] = {
    TEXT(1, wb_shipment_text, value, 0, 0, "as the source spells it"),
    FIELDS_END,
};

static const wb_field line_fields[] = {
    TEXT(1, wb_shipment_line, line_id, 0, 0, "the order's line, where the source knows it"),
    TEXT(2, wb_shipment_line, sku, 0, 0, "the seller's SKU"),
    INT(3, wb_shipment_line, quantity, REQUIRED, 0, "how many of it left"),
    LIST(4, wb_shipment_line, serials, text_fields, wb_shipment_text, 0, 0, "serial numbers"),
    FIELDS_END,
};

static const wb_field parcel_fields[] = {
    TEXT(1, wb_shipment_parcel, parcel_id, WB_FIELD_KEY, 0, "the source's id of it"),
    TEXT(2, wb_shipment_parcel, carrier, 0, 0, "as the source spells it"),
    TEXT(3, wb_shipment_parcel, service, 0, 0, "the carrier's service"),
    TEXT(4, wb_shipment_parcel, tracking, 0, 0, "tracking number"),
    FIELDS_END,
};

const wb_field wb_shipment_fields[] = {
    TEXT(1, wb_shipment, external_id, REQUIRED, HEAD, "the source's id of it"),
    TEXT(2, wb_shipment, order_id, 0, HEAD, "the channel's order id, as the source names it"),
    TEXT(3, wb_shipment, reference, 0, HEAD, "the source's own number"),
    TEXT(4, wb_shipment, source, REQUIRED, HEAD, "the connector it came from"),
    ENUM(5, wb_shipment, status, wb_shipment_statuses, REQUIRED, HEAD, "where it is in its life"),
    TEXT(6, wb_shipment, source_status, 0, HEAD, "as the source spells it"),
    TEXT(7, wb_shipment, carrier, 0, HEAD, "carrier, as the source spells it"),
    TEXT(8, wb_shipment, service, 0, HEAD, "the carrier's service"),
    TEXT(9, wb_shipment, tracking, 0, HEAD, "tracking number"),
    TEXT(10, wb_shipment, tracking_url, 0, HEAD, "where to follow it"),
    TEXT(11, wb_shipment, warehouse, 0, HEAD, "where it left from, as the source spells it"),
    TEXT(12, wb_shipment, ship_from_country, 0, HEAD, "ISO 3166-1 alpha-2"),
    TIME(13, wb_shipment, created_utc_us, "created_at", 0, HEAD, "when it was made"),
    TIME(14, wb_shipment, shipped_utc_us, "shipped_at", 0, HEAD, "when it left"),
    TIME(15, wb_shipment, delivered_utc_us, "delivered_at", 0, HEAD, "when it arrived"),
    TIME(16, wb_shipment, updated_utc_us, "updated_at", 0, HEAD, "when the source changed it last"),
    LIST(17, wb_shipment, lines, line_fields, wb_shipment_line, 0, WB_SHIPMENT_OWNS_LINES,
         "what is in it; at the order's channel by its lines, where a table says their goods"),
    LIST(18, wb_shipment, parcels, parcel_fields, wb_shipment_parcel, 0, WB_SHIPMENT_OWNS_PARCELS,
         "its parcels, where there are several"),
    READING(19, wb_shipment, HEAD),
    GROUP(WB_SHIPMENT_FACTS, wb_shipment, order, wb_order_facts_fields, ASIDE, WB_OWNS_FACTS,
          "of its order, as it is known when this leaves"),
    GROUP(WB_SHIPMENT_DECIDED, wb_shipment, decided, wb_decided_fields, ASIDE, WB_OWNS_DECIDED,
          "by the configuration's rules, for the target that it leaves to"),
    FIELDS_END,
};

/* A parcel may be called back before it leaves, and a number corrected at any time. */
bool
wb_shipment_may_become(int32_t from, int32_t to)
{
    if (from == WB_SHIPMENT_CANCELLED || from == WB_SHIPMENT_DELIVERED)
        return from == to;
    return to != WB_SHIPMENT_PLANNED || from <= WB_SHIPMENT_PLANNED;
}

const wb_field_list *
wb_shipment_goods(const void *record)
{
    const wb_shipment *self = record;

    return self->status == WB_SHIPMENT_CANCELLED ? NULL : &self->lines;
}
