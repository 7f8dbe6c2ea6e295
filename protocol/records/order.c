/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/order.h"

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

const char *const wb_order_statuses[] = {"",        "pending",  "created",   "partly_shipped",
                                         "shipped", "invoiced", "cancelled", "returned",
                                         NULL};

_Static_assert(WB_COUNT(wb_order_statuses) == WB_ORDER_STATUS_COUNT + 1, "a name for each status");

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
    TEXT(12, wb_address, street, PERSONAL | NEW, 0, "street alone, where it is told apart"),
    TEXT(13, wb_address, house_number, PERSONAL | NEW, 0, "house number, where it is told apart"),
    TEXT(14, wb_address, complement, PERSONAL | NEW, 0, "floor, unit"),
    TEXT(15, wb_address, neighborhood, PERSONAL | NEW, 0, "quarter (Brazil: bairro)"),
    TEXT(16, wb_address, county, PERSONAL | NEW, 0, "county, where it is told apart"),
    TEXT(17, wb_address, municipality, PERSONAL | NEW, 0, "municipality"),
    TEXT(18, wb_address, type, NEW, 0, "home, business or pickup point, as the channel spells it"),
    TEXT(19, wb_address, instructions, PERSONAL | NEW, 0, "how to find or enter it"),
    TEXT(20, wb_address, drop_off, PERSONAL | NEW, 0, "where to leave it"),
    FIELDS_END,
};

/* The buyer has no type of its own: offsets within wb_order less where it begins. */
#define BUYER(number, field, since, help)                                                          \
    {                                                                                              \
        number, #field, WB_FIELD_TEXT,                                                             \
            AT(wb_order, buyer.field, wb_view) - offsetof(wb_order, buyer), PERSONAL | (since), 0, \
            NULL, 0, NULL, help                                                                    \
    }

const wb_field wb_buyer_fields[] = {
    BUYER(1, name, 0, "who bought it"),
    BUYER(2, email, 0, "address, often one of the channel's own"),
    BUYER(3, company, 0, "company"),
    BUYER(4, purchase_order, 0, "the buyer's own order number"),
    BUYER(5, tax_id, 0, "tax number"),
    BUYER(6, tax_id_type, NEW, "what kind of tax number, as the channel spells it"),
    BUYER(7, tax_office, NEW, "the office that gave it"),
    BUYER(8, tax_region, NEW, "country or region that taxes"),
    BUYER(9, legal_name, NEW, "name that the tax number is registered for"),
    BUYER(10, county, NEW, "county"),
    BUYER(11, invoice_preference, NEW,
          "invoice to a person or a business, as the channel spells it"),
    FIELDS_END,
};

static const wb_field text_fields[] = {
    TEXT(1, wb_order_text, value, NEW, 0, "as the channel spells it"),
    FIELDS_END,
};

static const wb_field relation_fields[] = {
    TEXT(1, wb_order_relation, external_id, NEW, 0, "the channel's id of the other order"),
    TEXT(2, wb_order_relation, line_id, NEW, 0, "of its line, where it is one"),
    TEXT(3, wb_order_relation, relation, NEW, 0, "what it is to this, as the channel spells it"),
    FIELDS_END,
};

static const wb_field package_item_fields[] = {
    TEXT(1, wb_order_package_item, line_id, WB_FIELD_KEY | NEW, 0, "the line"),
    INT(2, wb_order_package_item, quantity, NEW, 0, "how many of it"),
    FIELDS_END,
};

static const wb_field payment_fields[] = {
    TEXT(1, wb_order_payment, method, NEW, 0, "as the channel spells it"),
    MONEY(2, wb_order_payment, amount, NEW, 0, "paid by it"),
    TEXT(3, wb_order_payment, acquirer_id, PERSONAL | NEW, 0, "who authorized it (Brazil: CNPJ)"),
    TEXT(4, wb_order_payment, card_brand, PERSONAL | NEW, 0, "brand of the card"),
    TEXT(5, wb_order_payment, authorization, PERSONAL | NEW, 0, "code of the authorization"),
    FIELDS_END,
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
    MONEY(19, wb_order_line, cod_fee, NEW, 0, "fee for cash on delivery"),
    MONEY(20, wb_order_line, other, NEW, 0, "charged for anything else"),
    MONEY(21, wb_order_line, gift_wrap_tax, NEW, 0, "tax on the gift wrap"),
    MONEY(22, wb_order_line, other_tax, NEW, 0, "tax on fees and all else"),
    MONEY(23, wb_order_line, discount_tax, NEW, 0, "taken off the taxes for discounts; positive"),
    MONEY(24, wb_order_line, proceeds, NEW, 0, "what the seller receives for it"),
    TEXT(25, wb_order_line, price_designation, NEW, 0, "special price, as the channel spells it"),
    TEXT(26, wb_order_line, condition_detail, NEW, 0, "its finer grade"),
    TEXT(27, wb_order_line, condition_note, NEW, 0, "what the seller wrote of it"),
    TEXT(28, wb_order_line, gift_wrap_level, NEW, 0, "which gift wrap"),
    TEXT(29, wb_order_line, cancel_reason, PERSONAL | NEW, 0, "why the buyer asked to cancel it"),
    TEXT(30, wb_order_line, cancelled_by, NEW, 0, "who cancelled it"),
    TEXT(31, wb_order_line, cancelled_reason, PERSONAL | NEW, 0, "why it was cancelled"),
    LIST(32, wb_order_line, programs, text_fields, wb_order_text, NEW, 0, "programs it is in"),
    LIST(33, wb_order_line, promotions, text_fields, wb_order_text, NEW, 0, "ids of promotions"),
    LIST(34, wb_order_line, serials, text_fields, wb_order_text, NEW, 0, "serial numbers"),
    LIST(35, wb_order_line, related, relation_fields, wb_order_relation, NEW, 0,
         "lines that belong to it (a service for it)"),
    TEXT(36, wb_order_line, customization_url, PERSONAL | NEW, 0, "what the buyer had made, a ZIP"),
    TEXT(37, wb_order_line, measure, NEW, 0, "of goods sold by measure: how much, decimal"),
    TEXT(38, wb_order_line, measure_unit, NEW, 0, "its unit, as the channel spells it"),
    INT(39, wb_order_line, points, NEW, 0, "points granted to the buyer"),
    MONEY(40, wb_order_line, points_value, NEW, 0, "what they cost the seller"),
    TEXT(41, wb_order_line, ioss_number, NEW, 0, "IOSS number for the carrier (EU import)"),
    TEXT(42, wb_order_line, tax_scheme, NEW, 0, "IOSS or UOSS"),
    TEXT(43, wb_order_line, tax_model, NEW, 0, "who collects the tax, as the channel spells it"),
    TEXT(44, wb_order_line, tax_party, NEW, 0, "who pays the tax to the state"),
    TIME(45, wb_order_line, deliver_after_utc_us, "deliver_after", NEW, 0, "appointment, begin"),
    TIME(46, wb_order_line, deliver_by_utc_us, "deliver_by", NEW, 0, "appointment, end"),
    BOOL(47, wb_order_line, signature_required, NEW, 0, "the carrier asks for a signature"),
    BOOL(48, wb_order_line, identity_check, NEW, 0, "the carrier looks who receives it"),
    BOOL(49, wb_order_line, age_check, NEW, 0, "the carrier looks at the recipient's age"),
    BOOL(50, wb_order_line, pallet, NEW, 0, "goes on a pallet"),
    BOOL(51, wb_order_line, cash_on_delivery, NEW, 0, "the carrier collects the money"),
    BOOL(52, wb_order_line, serial_required, NEW, 0, "its serial number has to be told"),
    INT(53, wb_order_line, pack, WB_FIELD_SINCE_2, 0,
        "pieces in one of what the channel sells, where the quantities are pieces"),
    FIELDS_END,
};

const char *const wb_order_handled_statuses[] = {"",        "taken_in", "to_approve", "to_ship",
                                                 "shipped", "stopped",  NULL};

_Static_assert(WB_COUNT(wb_order_handled_statuses) == WB_HANDLED_STATUS_COUNT + 1, "all of them");

static const wb_field handled_fields[] = {
    TEXT(1, wb_order_handled, number, WB_FIELD_KEY, 0, "the ERP's number of it"),
    ENUM(2, wb_order_handled, status, wb_order_handled_statuses, 0, 0, "where the ERP has it"),
    TEXT(3, wb_order_handled, erp_status, 0, 0, "as the ERP spells it"),
    TEXT(4, wb_order_handled, warehouse, 0, 0, "the ERP's id of where it leaves from"),
    BOOL(5, wb_order_handled, shared, 0, 0, "it is for other orders as well"),
    TIME(6, wb_order_handled, updated_utc_us, "updated_at", 0, 0, "when the ERP last changed it"),
    FIELDS_END,
};

static const wb_field package_fields[] = {
    TEXT(1, wb_order_package, package_id, REQUIRED | WB_FIELD_KEY, 0, "the channel's id of it"),
    TEXT(2, wb_order_package, carrier, 0, 0, "carrier, as the channel spells it"),
    TEXT(3, wb_order_package, service, 0, 0, "the carrier's service"),
    TEXT(4, wb_order_package, tracking, 0, 0, "tracking number"),
    TEXT(5, wb_order_package, status, 0, 0, "as the channel spells it"),
    TIME(6, wb_order_package, shipped_utc_us, "shipped_at", 0, 0, "when it left"),
    TIME(7, wb_order_package, created_utc_us, "created_at", NEW, 0, "when it was made"),
    TEXT(8, wb_order_package, detail, NEW, 0, "status in detail, as the channel spells it"),
    LIST(9, wb_order_package, items, package_item_fields, wb_order_package_item, NEW, 0,
         "what is in it"),
    FIELDS_END,
};

const char *
wb_order_fault(const void *order)
{
    const wb_order *self = order;
    const wb_order_line *lines = self->lines.items;
    WB_AUTO(wb_map_destroy) wb_map *known = NULL;

    for (size_t i = 0; self->lines.count > 1 && i < self->lines.count; i++) {
        if (!known)
            known = wb_map_new();
        if (lines[i].line_id.len && wb_map_put(known, lines[i].line_id, known))
            return "two of its lines have one id";
    }
    return NULL;
}

bool
wb_order_may_become(wb_order_status from, wb_order_status to)
{
    if ((size_t)from >= WB_ORDER_STATUS_COUNT || (size_t)to >= WB_ORDER_STATUS_COUNT)
        return false;
    return from == to || (transitions[from] >> to & 1);
}

bool
wb_order_is_open(wb_order_status status)
{
    return status == WB_ORDER_CREATED || status == WB_ORDER_PARTLY_SHIPPED;
}

const wb_field wb_order_fields[] = {
    TEXT(1, wb_order, external_id, REQUIRED, HEAD, "the channel's order id"),
    TEXT(2, wb_order, seller_order_id, 0, HEAD, "the seller's own id, if one was given"),
    TEXT(3, wb_order, channel, REQUIRED, HEAD, "the connector it came from"),
    TEXT(4, wb_order, marketplace, 0, HEAD, "the channel's marketplace id"),
    TEXT(5, wb_order, marketplace_name, 0, HEAD, "its name"),
    {6, "status", WB_FIELD_ENUM, AT(wb_order, status, int32_t), REQUIRED, HEAD, NULL, 0,
                                                          wb_order_statuses, "where it is in its life"},
    TEXT(7, wb_order, channel_status, 0, HEAD, "as the channel spells it"),
    TIME(8, wb_order, purchased_utc_us, "purchased_at", 0, HEAD, "when it was bought"),
    TIME(9, wb_order, updated_utc_us, "updated_at", 0, HEAD, "when the channel last changed it"),
    TIME(10, wb_order, ship_by_utc_us, "ship_by", 0, HEAD, "latest time to ship"),
    TIME(11, wb_order, deliver_by_utc_us, "deliver_by", 0, HEAD, "latest time to deliver"),
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
    MONEY(30, wb_order, gift_wrap_total, NEW, HEAD, "gift wrap in it"),
    MONEY(31, wb_order, cod_fee_total, NEW, HEAD, "fees for cash on delivery in it"),
    MONEY(32, wb_order, tip_total, NEW, HEAD, "tip for the delivery in it"),
    TEXT(33, wb_order, tip_status, NEW, HEAD, "is the tip final, as the channel spells it"),
    MONEY(34, wb_order, other_total, NEW, HEAD, "all else in it"),
    TIME(35, wb_order, ship_after_utc_us, "ship_after", NEW, HEAD, "earliest time to ship"),
    TIME(36, wb_order, deliver_after_utc_us, "deliver_after", NEW, HEAD,
         "earliest time to deliver"),
    TEXT(37, wb_order, sales_channel, NEW, HEAD, "where it was sold, as the channel spells it"),
    TEXT(38, wb_order, order_type, NEW, HEAD, "as the channel spells it"),
    TEXT(39, wb_order, service_category, NEW, HEAD, "class of the shipping service"),
    TEXT(40, wb_order, supply_source, NEW, HEAD, "the channel's id of the place to ship from"),
    TEXT(41, wb_order, invoice_status, NEW, HEAD, "of the electronic invoice"),
    GROUP(42, wb_order, invoice_to, wb_address_fields, NEW, WB_ORDER_OWNS_BUYER,
          "address of the buyer's tax registration"),
    LIST(43, wb_order, related, relation_fields, wb_order_relation, NEW, HEAD,
         "orders that belong to it; the one in `replaces` too"),
    LIST(44, wb_order, payments, payment_fields, wb_order_payment, NEW, HEAD,
         "how it was paid, where that is told"),
    GROUP(WB_ORDER_DECIDED, wb_order, decided, wb_decided_fields, ASIDE, WB_OWNS_DECIDED,
          "by the configuration's rules, for the target that it leaves to"),
    TEXT(WB_ORDER_STOPPED_BY, wb_order, stopped_by, WB_FIELD_SINCE_2, WB_ORDER_OWNS_HANDLED,
         "the ERP's account that has it as not to be shipped"),
    LIST(47, wb_order, handled, handled_fields, wb_order_handled, ASIDE, WB_ORDER_OWNS_HANDLED,
         "what the ERP made of it"),
    FIELDS_END,
};
