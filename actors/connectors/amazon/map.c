/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - Amazon's orders as ours, whichever call read them
 *
 *   {"order": {...}}                          getOrder, 2026-01-01
 *   {"orderId": ...}                          an element of searchOrders, 2026-01-01
 *   {"AmazonOrder": {...}, "OrderItems": []}  v0: the order and the pages of its items, joined
 *   {"AmazonOrderId": ...}, {"payload": ...}  v0: an order alone, without its lines
 */
#include "actors/connectors/amazon/map.h"

#include <string.h>

#include "actors/connectors/amazon/amazon.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

static const struct {
    const char *word;
    wb_order_status status;
    bool routed;
} statuses[] = {
    {"UNSHIPPED",            WB_ORDER_CREATED,        true },
    {"SHIPPED",              WB_ORDER_SHIPPED,        true },
    {"PENDING",              WB_ORDER_PENDING,        false},
    {"PARTIALLY_SHIPPED",    WB_ORDER_PARTLY_SHIPPED, true },
    {"CANCELLED",            WB_ORDER_CANCELLED,      true },
    {"PENDING_AVAILABILITY", WB_ORDER_PENDING,        false},
    {"UNFULFILLABLE",        WB_ORDER_CANCELLED,      true }, /* multi-channel: it never will be */
    {"Unshipped",            WB_ORDER_CREATED,        true },
    {"Shipped",              WB_ORDER_SHIPPED,        true },
    {"Pending",              WB_ORDER_PENDING,        false},
    {"PartiallyShipped",     WB_ORDER_PARTLY_SHIPPED, true },
    {"Canceled",             WB_ORDER_CANCELLED,      true },
    {"PendingAvailability",  WB_ORDER_PENDING,        false},
    {"InvoiceUnconfirmed",   WB_ORDER_SHIPPED,        true }, /* its invoice is open, not its shipment */
    {"Unfulfillable",        WB_ORDER_CANCELLED,      true },
};

void
amazon_map_status(wb_view word, wb_mapped *out)
{
    out->order.channel_status = word;
    out->order.status = WB_ORDER_PENDING; /* a word of next year: recorded, and nobody ships it */
    out->routed = false;
    for (size_t i = 0; i < WB_COUNT(statuses); i++)
        if (wb_view_is(word, statuses[i].word)) {
            out->order.status = (int32_t)statuses[i].status;
            out->routed = statuses[i].routed;
            return;
        }
}

wb_view
amazon_fulfilled_by(wb_view word)
{
    if (wb_view_is(word, "MERCHANT") || wb_view_is(word, "MFN") ||
        wb_view_is(word, "SellerFulfilled"))
        return WB_VIEW_LIT("merchant");
    if (wb_view_is(word, "AMAZON") || wb_view_is(word, "AFN"))
        return WB_VIEW_LIT("channel");
    return word;
}

wb_rc
amazon_lines_ok(const wb_json *json, wb_json_ref list, const char *name, wb_err *err)
{
    if (wb_answer_no_value(json, list) || wb_json_kind(json, list) == WB_JSON_ARRAY)
        return WB_OK;
    return wb_fail(err, WB_REJECT, "%s is no list", name);
}

wb_order_line *
amazon_new_lines(wb_order *order, size_t count, size_t text)
{
    if (count > WB_ORDER_LINES_MAX)
        return NULL;
    order->lines.items = wb_alloc(count * sizeof(wb_order_line) + text);
    order->lines.count = count;
    return order->lines.items;
}

/* Whoever may not see an address is told the place alone (as anybody is, of what Amazon ships):
 * that must not replace a whole address that was read before. Anything more is the address. */
static bool
whole_address(const wb_address *told)
{
    wb_address rest = *told;

    rest.city = rest.region = rest.postal_code = rest.country = rest.type = (wb_view){NULL, 0};
    return wb_canonical_any(wb_address_fields, &rest);
}

uint32_t
amazon_owners(const wb_order *order, bool lines, bool packages)
{
    const struct {
        wb_order_owner owner;
        bool covered;
    } groups[] = {
        {WB_ORDER_OWNS_HEAD,     true                            },
        {WB_ORDER_OWNS_LINES,    lines                           },
        {WB_ORDER_OWNS_PACKAGES, packages                        },
        {WB_ORDER_OWNS_BUYER,    wb_canonical_any(wb_buyer_fields, &order->buyer)},
        {WB_ORDER_OWNS_ADDRESS,                      whole_address(&order->ship_to)                                 },
    };
    uint32_t owners = 0;

    for (size_t i = 0; i < WB_COUNT(groups); i++)
        if (groups[i].covered)
            owners |= UINT32_C(1) << groups[i].owner;
    return owners;
}

typedef struct {
    wb_json_ref order, order_id, v0_order, v0_items, v0_id, payload;
} root;

static const wb_json_member root_rows[] = {
    WB_MEMBER(root, order, "order", REF),          WB_MEMBER(root, order_id, "orderId", REF),
    WB_MEMBER(root, v0_order, "AmazonOrder", REF), WB_MEMBER(root, v0_items, "OrderItems", REF),
    WB_MEMBER(root, v0_id, "AmazonOrderId", REF),  WB_MEMBER(root, payload, "payload", REF),
};

static wb_rc
map_any(wb_json *json, wb_mapped *out, wb_err *err)
{
    root found;
    wb_rc rc = wb_json_members(json, 0, root_rows, WB_COUNT(root_rows), &found, err);

    if (rc)
        return rc;
    if (wb_json_kind(json, found.order) == WB_JSON_OBJECT)
        return amazon_map_2026(json, found.order, out, err);
    if (found.order_id != WB_JSON_NONE)
        return amazon_map_2026(json, 0, out, err);
    if (wb_json_kind(json, found.v0_order) == WB_JSON_OBJECT)
        return amazon_map_v0(json, found.v0_order, found.v0_items, out, err);
    if (found.v0_id != WB_JSON_NONE)
        return amazon_map_v0(json, 0, WB_JSON_NONE, out, err);
    if (wb_json_kind(json, found.payload) == WB_JSON_OBJECT)
        return amazon_map_v0(json, found.payload, WB_JSON_NONE, out, err);
    return wb_fail(err, WB_REJECT, "not an order of Amazon");
}

wb_rc
amazon_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_mapped mapped = {.kind = WB_RECORD_ORDER};
    wb_rc rc = wb_json_parse_answer(json, raw->body, err);

    if (rc)
        return rc;
    mapped.order.channel = WB_VIEW_LIT("amazon");
    rc = map_any(json, &mapped, err);
    if (!rc && !mapped.order.external_id.len)
        rc = wb_fail(err, WB_REJECT, "an order without id");
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc) {
        wb_canonical_fini(wb_order_fields, &mapped.order);
        return rc;
    }
    mapped.source_utc_us = mapped.order.updated_utc_us;
    *out = mapped;
    return WB_OK;
}
