/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/order.h"

#include "protocol/base/own.h"

static const char *const status_names[] = {"",        "pending",  "created",   "partly_shipped",
                                           "shipped", "invoiced", "cancelled", "returned",
                                           NULL};

_Static_assert(WB_COUNT(status_names) == WB_ORDER_STATUS_COUNT + 1, "a name for each status");

#define TO(name) (1u << WB_ORDER_##name)
#define ONWARD (TO(PARTLY_SHIPPED) | TO(SHIPPED) | TO(INVOICED) | TO(RETURNED))

/* By status: what it may be next. Steps may be skipped; nothing goes back; a shipped order is not
 * cancelled but returned; nothing follows the two ends. */
static const unsigned transitions[WB_ORDER_STATUS_COUNT] = {
    [WB_ORDER_UNKNOWN] = TO(PENDING) | TO(CREATED) | TO(CANCELLED) | ONWARD,
    [WB_ORDER_PENDING] = TO(CREATED) | TO(CANCELLED) | ONWARD,
    [WB_ORDER_CREATED] = TO(CANCELLED) | ONWARD,
    [WB_ORDER_PARTLY_SHIPPED] = TO(SHIPPED) | TO(INVOICED) | TO(CANCELLED) | TO(RETURNED),
    [WB_ORDER_SHIPPED] = TO(INVOICED) | TO(RETURNED),
    [WB_ORDER_INVOICED] = TO(RETURNED),
    [WB_ORDER_CANCELLED] = 0,
    [WB_ORDER_RETURNED] = 0,
};

/* A comparison of distinct pointer types is an error: the field has the row's type. */
#define AT(t, field, want) (offsetof(t, field) + 0 * sizeof(&((t *)0)->field == (want *)0))
#define ROW(number, t, field, type, want, flags, owner, help)                                      \
    {                                                                                              \
        number, #field, WB_FIELD_##type, AT(t, field, want), flags, owner, NULL, 0, NULL, help     \
    }
#define TEXT(number, t, field, flags, owner, help)                                                 \
    ROW(number, t, field, TEXT, wb_view, flags, owner, help)
#define INT(number, t, field, flags, owner, help)                                                  \
    ROW(number, t, field, INT, wb_count, flags, owner, help)
#define BOOL(number, t, field, flags, owner, help)                                                 \
    ROW(number, t, field, BOOL, bool, flags, owner, help)
#define TIME(number, t, field, name, owner, help)                                                  \
    {                                                                                              \
        number, name, WB_FIELD_TIME, AT(t, field, int64_t), 0, owner, NULL, 0, NULL, help          \
    }
#define MONEY(number, t, field, flags, owner, help)                                                \
    ROW(number, t, field, MONEY, wb_money, flags, owner, help)
#define GROUP(number, t, field, table, flags, owner, help)                                         \
    {                                                                                              \
        number, #field, WB_FIELD_GROUP, offsetof(t, field), flags, owner, table,                   \
            sizeof(((t *)0)->field), NULL, help                                                    \
    }
#define LIST(number, t, field, table, item, flags, owner, help)                                    \
    {                                                                                              \
        number, #field, WB_FIELD_LIST, AT(t, field, wb_field_list), flags, owner, table,           \
            sizeof(item), NULL, help                                                               \
    }
#define FIELDS_END                                                                                 \
    {                                                                                              \
        0, NULL, WB_FIELD_END, 0, 0, 0, NULL, 0, NULL, NULL                                        \
    }

#define REQUIRED WB_FIELD_REQUIRED
#define PERSONAL WB_FIELD_PERSONAL
#define ASIDE WB_FIELD_ASIDE
#define HEAD WB_ORDER_OWNS_HEAD
#define NEW WB_FIELD_SINCE_1

const wb_field wb_address_fields[] = {
    TEXT(1, wb_address, name, PERSONAL, 0, "who receives it"),
    TEXT(2, wb_address, company, PERSONAL, 0, "company"),
    TEXT(3, wb_address, line1, PERSONAL, 0, "street and number, or what the channel has as such"),
    TEXT(4, wb_address, line2, PERSONAL, 0, "second address line"),
    TEXT(5, wb_address, line3, PERSONAL, 0, "third address line"),
    TEXT(6, wb_address, city, PERSONAL, 0, "city"),
    TEXT(7, wb_address, district, PERSONAL, 0, "district, county or municipality"),
    TEXT(8, wb_address, region, 0, 0, "state or region, as the channel spells it"),
    TEXT(9, wb_address, postal_code, PERSONAL, 0, "postal code"),
    TEXT(10, wb_address, country, 0, 0, "ISO 3166-1 alpha-2"),
    TEXT(11, wb_address, phone, PERSONAL, 0, "telephone number"),
    FIELDS_END,
};

/* The buyer has no type of its own: offsets within wb_order less where it begins. */
#define BUYER(number, field, help)                                                                 \
    {                                                                                              \
        number, #field, WB_FIELD_TEXT,                                                             \
            AT(wb_order, buyer.field, wb_view) - offsetof(wb_order, buyer), PERSONAL, 0, NULL, 0,  \
            NULL, help                                                                             \
    }

const wb_field wb_buyer_fields[] = {
    BUYER(1, name, "who bought it"), BUYER(2, email, "address, often one of the channel's own"),
    BUYER(3, company, "company"),    BUYER(4, purchase_order, "the buyer's own order number"),
    BUYER(5, tax_id, "tax number"),  FIELDS_END,
};

static const wb_field line_fields[] = {
    TEXT(1, wb_order_line, line_id, REQUIRED | WB_FIELD_KEY, 0, "the channel's id of the line"),
    TEXT(2, wb_order_line, sku, 0, 0, "the seller's SKU"),
    TEXT(3, wb_order_line, asin, 0, 0, "the channel's product id"),
    TEXT(4, wb_order_line, title, 0, 0, "what the buyer saw"),
    TEXT(5, wb_order_line, condition, 0, 0, "condition, as the channel spells it"),
    INT(6, wb_order_line, quantity, REQUIRED, 0, "ordered"),
    INT(7, wb_order_line, quantity_shipped, 0, 0, "shipped so far"),
    INT(8, wb_order_line, quantity_cancelled, 0, 0,
        "of what was ordered, cancelled; 0 only when it is told"),
    MONEY(9, wb_order_line, unit_price, 0, 0, "of one, before discounts"),
    MONEY(10, wb_order_line, price, 0, 0, "of the whole quantity, before discounts"),
    MONEY(11, wb_order_line, tax, 0, 0, "tax on the price"),
    MONEY(12, wb_order_line, discount, 0, 0, "taken off the price; positive"),
    MONEY(13, wb_order_line, shipping, 0, 0, "shipping charged for this line"),
    MONEY(14, wb_order_line, shipping_tax, 0, 0, "tax on the shipping"),
    MONEY(15, wb_order_line, gift_wrap, 0, 0, "gift wrap charged"),
    BOOL(16, wb_order_line, gift, 0, 0, "is a gift"),
    BOOL(17, wb_order_line, cancel_requested, 0, 0, "the buyer asked to cancel it"),
    TEXT(18, wb_order_line, gift_message, PERSONAL, 0, "what the buyer wrote"),
    FIELDS_END,
};

static const wb_field package_fields[] = {
    TEXT(1, wb_order_package, package_id, REQUIRED | WB_FIELD_KEY, 0, "the channel's id of it"),
    TEXT(2, wb_order_package, carrier, 0, 0, "carrier, as the channel spells it"),
    TEXT(3, wb_order_package, service, 0, 0, "the carrier's service"),
    TEXT(4, wb_order_package, tracking, 0, 0, "tracking number"),
    TEXT(5, wb_order_package, status, 0, 0, "as the channel spells it"),
    TIME(6, wb_order_package, shipped_utc_us, "shipped_at", 0, "when it left"),
    FIELDS_END,
};

const char *
wb_order_status_name(wb_order_status status)
{
    if (status == WB_ORDER_UNKNOWN)
        return "unknown";
    return (size_t)status < WB_ORDER_STATUS_COUNT ? status_names[status] : "?";
}

bool
wb_order_may_become(wb_order_status from, wb_order_status to)
{
    if ((size_t)from >= WB_ORDER_STATUS_COUNT || (size_t)to >= WB_ORDER_STATUS_COUNT)
        return false;
    return from == to || (transitions[from] >> to & 1);
}

const wb_field wb_order_fields[] = {
    TEXT(1, wb_order, external_id, REQUIRED, HEAD, "the channel's order id"),
    TEXT(2, wb_order, seller_order_id, 0, HEAD, "the seller's own id, if one was given"),
    TEXT(3, wb_order, channel, REQUIRED, HEAD, "the connector it came from"),
    TEXT(4, wb_order, marketplace, 0, HEAD, "the channel's marketplace id"),
    TEXT(5, wb_order, marketplace_name, 0, HEAD, "its name"),
    {6, "status", WB_FIELD_ENUM, AT(wb_order, status, int32_t), REQUIRED, HEAD, NULL, 0,
                                                          status_names, "where it is in its life"},
    TEXT(7, wb_order, channel_status, 0, HEAD, "as the channel spells it"),
    TIME(8, wb_order, purchased_utc_us, "purchased_at", HEAD, "when it was bought"),
    TIME(9, wb_order, updated_utc_us, "updated_at", HEAD, "when the channel last changed it"),
    TIME(10, wb_order, ship_by_utc_us, "ship_by", HEAD, "latest time to ship"),
    TIME(11, wb_order, deliver_by_utc_us, "deliver_by", HEAD, "latest time to deliver"),
    TEXT(12, wb_order, fulfilled_by, 0, HEAD, "merchant or channel"),
    TEXT(13, wb_order, service_level, 0, HEAD, "shipping service that the buyer chose"),
    TEXT(14, wb_order, payment_method, 0, HEAD, "as the channel spells it"),
    TEXT(15, wb_order, programs, 0, HEAD, "comma-joined, as the channel spells them"),
    TEXT(16, wb_order, replaces, 0, HEAD, "the order that this one replaces"),
    BOOL(17, wb_order, business, 0, HEAD, "bought by a business"),
    MONEY(18, wb_order, total, 0, HEAD, "what the buyer pays"),
    MONEY(19, wb_order, tax_total, 0, HEAD, "tax in what is paid or received"),
    MONEY(20, wb_order, shipping_total, 0, HEAD, "shipping in it, before discounts and tax"),
    MONEY(21, wb_order, discount_total, 0, HEAD, "discounts; positive"),
    MONEY(22, wb_order, item_total, 0, HEAD, "items before discounts and tax"),
    GROUP(23, wb_order, buyer, wb_buyer_fields, 0, WB_ORDER_OWNS_BUYER, "who bought it"),
    GROUP(24, wb_order, ship_to, wb_address_fields, 0, WB_ORDER_OWNS_ADDRESS, "where it goes"),
    LIST(25, wb_order, lines, line_fields, wb_order_line, 0, WB_ORDER_OWNS_LINES,
         "what was bought"),
    LIST(26, wb_order, packages, package_fields, wb_order_package, 0, WB_ORDER_OWNS_PACKAGES,
         "what was sent, as the channel tells it"),
    MONEY(27, wb_order, proceeds_total, NEW, HEAD, "what the seller receives"),
    TEXT(28, wb_order, left_out, ASIDE, HEAD,
         "the channel's fields that were told and could not be read, comma-joined"),
    TEXT(29, wb_order, repaired, ASIDE, HEAD,
         "those whose text was broken: U+FFFD stands for what could not be read"),
    FIELDS_END,
};
