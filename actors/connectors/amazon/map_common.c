/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_common - what the mappings of both order APIs have in common
 */
#include "actors/connectors/amazon/map.h"

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
