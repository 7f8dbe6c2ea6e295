/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invoice_of - what an order's invoice says, from what its channel told of its money
 *
 * Nothing is computed that nobody told: a missing price means no invoice, not a wrong one.
 */
#include <stdio.h>

#include "actors/mapper/invoices.h"
#include "protocol/base/own.h"

static bool
is_money(const wb_money *money)
{
    return money->currency[0] && money->exponent != WB_MONEY_UNREAD;
}

static void
say(char *why, size_t size, const wb_order_line *line, const char *what)
{
    (void)snprintf(why, size, "line %.*s %s", WB_VIEW_ARG(line->line_id), what);
}

/* Of what was cancelled nobody says whether it is in the price. */
static bool
is_clear(const wb_order_line *line, char *why, size_t size)
{
    if (!line->quantity.known || line->quantity.value < 1)
        say(why, size, line, "does not say how many pieces it is");
    else if (line->quantity_cancelled.known && line->quantity_cancelled.value > 0)
        say(why, size, line, "was cancelled in part, and nobody says whether that is in its price");
    else if (!is_money(&line->price))
        say(why, size, line, "has no price");
    else
        return true;
    return false;
}

static bool
adds_up(const wb_order *order, char *why, size_t size)
{
    WB_AUTO(wb_buf_fini) wb_buf numbers = {0};

    wb_buf_init(&numbers, size);
    switch (wb_totals_of(order, -1, &numbers)) {
    case WB_TOTALS_FIT:
        return true;
    case WB_TOTALS_WRONG:
        (void)snprintf(why, size, "its money does not add up: %s", wb_buf_text(&numbers));
        return false;
    case WB_TOTALS_UNKNOWN:
        break;
    }
    (void)snprintf(why, size, "its money cannot be added up");
    return false;
}

static bool
is_fit(const wb_order *order, char *why, size_t size)
{
    const wb_order_line *lines = order->lines.items;

    if (!is_money(&order->total)) {
        (void)snprintf(why, size, "its channel does not tell what the buyer pays");
        return false;
    }
    if (!order->lines.count) {
        (void)snprintf(why, size, "it has no lines");
        return false;
    }
    for (size_t i = 0; i < order->lines.count; i++)
        if (!is_clear(&lines[i], why, size))
            return false;
    return adds_up(order, why, size);
}

static wb_field_list
lines_of(const wb_order *order)
{
    const wb_order_line *from = order->lines.items;
    wb_invoice_line *lines = wb_alloc(order->lines.count * sizeof *lines);

    for (size_t i = 0; i < order->lines.count; i++)
        lines[i] = (wb_invoice_line){
            .line_id = from[i].line_id,
            .sku = from[i].sku,
            .title = from[i].title,
            .quantity = from[i].quantity,
            .unit_price = from[i].unit_price,
            .price = from[i].price,
            .discount = from[i].discount,
            .tax = from[i].tax,
        };
    return (wb_field_list){lines, order->lines.count};
}

bool
wb_invoice_of(const wb_order *order, wb_invoice *out, char *why, size_t why_size)
{
    if (!is_fit(order, why, why_size))
        return false;
    *out = (wb_invoice){
        .external_id = order->external_id,
        .order_id = order->external_id,
        .source = order->channel,
        .status = WB_INVOICE_ISSUED,
        .type = WB_VIEW_LIT("invoice"),
        .total = order->total,
        .tax_total = order->tax_total,
        .shipping_total = order->shipping_total,
        .discount_total = order->discount_total,
        .buyer_tax_id = order->buyer.tax_id,
        .lines = lines_of(order),
    };
    return true;
}
