/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/stock.h"

#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

const char *const wb_listing_statuses[] = {"", "active", "inactive", "deleted", NULL};

const char *const wb_reservation_statuses[] = {"", "held", "ended", NULL};

_Static_assert(WB_COUNT(wb_reservation_statuses) == WB_RESERVATION_STATUS_COUNT + 1,
               "a name for each");
_Static_assert(WB_COUNT(wb_listing_statuses) == WB_LISTING_STATUS_COUNT + 1, "a name for each");

const wb_field wb_inventory_fields[] = {
    TEXT(1, wb_inventory, external_id, REQUIRED, WB_INVENTORY_OWNS_HEAD,
         "warehouse and SKU, as the source tells them apart"),
    TEXT(2, wb_inventory, sku, REQUIRED, WB_INVENTORY_OWNS_HEAD, "the master SKU"),
    TEXT(3, wb_inventory, warehouse, 0, WB_INVENTORY_OWNS_HEAD, "the source's id of it"),
    TEXT(4, wb_inventory, warehouse_name, 0, WB_INVENTORY_OWNS_HEAD, "its name"),
    TEXT(5, wb_inventory, source, REQUIRED, WB_INVENTORY_OWNS_HEAD, "the connector it came from"),
    INT(6, wb_inventory, available, 0, WB_INVENTORY_OWNS_HEAD, "to be sold"),
    INT(7, wb_inventory, on_hand, 0, WB_INVENTORY_OWNS_HEAD, "there, reserved ones among them"),
    INT(8, wb_inventory, reserved, 0, WB_INVENTORY_OWNS_HEAD, "for orders"),
    INT(9, wb_inventory, incoming, 0, WB_INVENTORY_OWNS_HEAD, "on their way to it"),
    INT(10, wb_inventory, defective, 0, WB_INVENTORY_OWNS_HEAD, "not to be sold"),
    TIME(11, wb_inventory, updated_utc_us, "updated_at", 0, WB_INVENTORY_OWNS_HEAD,
         "when the source changed it last"),
    READING(12, wb_inventory, WB_INVENTORY_OWNS_HEAD),
    FIELDS_END,
};

void
wb_inventory_unlisted(void *inventory)
{
    wb_inventory *self = inventory;

    self->available = self->on_hand = (wb_count){0, true};
    self->reserved = self->incoming = self->defective = (wb_count){0};
}

/* The two groups have no type of their own: offsets within wb_listing less where they begin. */
#define SHOWS(number, group, field, help)                                                          \
    {                                                                                              \
        number, #field, WB_FIELD_INT,                                                              \
            AT(wb_listing, group.field, wb_count) - offsetof(wb_listing, group), 0, 0, NULL, 0,    \
            NULL, help                                                                             \
    }

static const wb_field shown_fields[] = {
    SHOWS(1, shown, quantity, "how many the channel says that it shows"),
    FIELDS_END,
};

static const wb_field wanted_fields[] = {
    SHOWS(1, wanted, quantity, "how many it should show"),
    FIELDS_END,
};

const wb_field wb_listing_fields[] = {
    TEXT(1, wb_listing, external_id, REQUIRED, WB_LISTING_OWNS_HEAD,
         "the channel's id of the SKU there"),
    TEXT(2, wb_listing, sku, 0, WB_LISTING_OWNS_HEAD, "the seller's SKU at the channel"),
    TEXT(3, wb_listing, product_id, 0, WB_LISTING_OWNS_HEAD, "the channel's product"),
    TEXT(4, wb_listing, variant_id, 0, WB_LISTING_OWNS_HEAD, "its variant"),
    TEXT(5, wb_listing, location_id, 0, WB_LISTING_OWNS_HEAD, "the place that it is stocked at"),
    TEXT(6, wb_listing, title, 0, WB_LISTING_OWNS_HEAD, "what buyers see"),
    TEXT(7, wb_listing, channel, REQUIRED, WB_LISTING_OWNS_HEAD, "the connector it came from"),
    ENUM(8, wb_listing, status, wb_listing_statuses, REQUIRED, WB_LISTING_OWNS_HEAD,
         "is it for sale"),
    TEXT(9, wb_listing, channel_status, 0, WB_LISTING_OWNS_HEAD, "as the channel spells it"),
    MONEY(10, wb_listing, price, 0, WB_LISTING_OWNS_HEAD, "of one"),
    TIME(11, wb_listing, created_utc_us, "created_at", 0, WB_LISTING_OWNS_HEAD, "when it was made"),
    TIME(12, wb_listing, updated_utc_us, "updated_at", 0, WB_LISTING_OWNS_HEAD,
         "when the channel changed it last"),
    GROUP(13, wb_listing, shown, shown_fields, 0, WB_LISTING_OWNS_SHOWN, "what the channel shows"),
    GROUP(14, wb_listing, wanted, wanted_fields, 0, WB_LISTING_OWNS_WANTED,
          "what it should show, by the stock"),
    READING(15, wb_listing, WB_LISTING_OWNS_HEAD),
    INT(17, wb_listing, pack, WB_FIELD_SINCE_2, WB_LISTING_OWNS_HEAD,
        "pieces of the SKU in one of what is shown"),
    FIELDS_END,
};

#define RESERVATION WB_RESERVATION_OWNS_HEAD

const wb_field wb_reservation_fields[] = {
    TEXT(1, wb_reservation, external_id, REQUIRED, RESERVATION, "order and line"),
    TEXT(2, wb_reservation, order, REQUIRED, RESERVATION, "key of the order"),
    TEXT(3, wb_reservation, sku, REQUIRED, RESERVATION, "the SKU that it takes"),
    INT(4, wb_reservation, quantity, REQUIRED, RESERVATION, "how many"),
    ENUM(5, wb_reservation, status, wb_reservation_statuses, REQUIRED, RESERVATION,
         "does it still count"),
    TIME(6, wb_reservation, created_utc_us, "created_at", 0, RESERVATION, "when it was ordered"),
    TIME(7, wb_reservation, updated_utc_us, "updated_at", 0, RESERVATION,
         "when the order changed last"),
    READING(8, wb_reservation, RESERVATION),
    FIELDS_END,
};
