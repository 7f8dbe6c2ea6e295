/* SPDX-License-Identifier: Apache-2.0 */
/*
 * totals - lines - discounts + tax + shipping = total?
 *
 * The lines are held against what the buyer pays, or where that is not told against what the seller
 * receives; where both are told, what the seller receives of the lines against its sum as well.
 * What no line tells is taken from the order's head. Channels have taxes in their prices or beside
 * them: either may fit. What is not told in one currency for every line cannot be checked.
 */
#include <string.h>

#include "actors/mapper/rules/inside.h"
#include "protocol/base/own.h"

/* A sum in one currency. */
typedef struct {
    wb_money money;
    bool told; /* by a line, or by the head */
    bool ok;   /* it is known */
} sum;

static void
add(sum *self, const wb_money *part, bool negative)
{
    wb_money signed_part = *part;

    if (!part->currency[0] && part->exponent != WB_MONEY_UNREAD)
        return;
    self->told = true;
    if (negative && __builtin_sub_overflow(0, part->minor, &signed_part.minor))
        self->ok = false;
    wb_money_add(&self->money, &signed_part, &self->ok);
}

/* One kind of charge: of all lines that tell it, else the head's. */
static sum
charge(const wb_order *order, size_t of_line, const wb_money *of_head)
{
    const wb_order_line *lines = order->lines.items;
    sum self = {.ok = true};

    for (size_t i = 0; i < order->lines.count; i++)
        add(&self, (const wb_money *)(const void *)((const char *)&lines[i] + of_line), false);
    if (!self.told && of_head)
        add(&self, of_head, false);
    return self;
}

static sum
taxes(const wb_order *order)
{
    const wb_order_line *lines = order->lines.items;
    sum self = {.ok = true};

    for (size_t i = 0; i < order->lines.count; i++) {
        add(&self, &lines[i].tax, false);
        add(&self, &lines[i].shipping_tax, false);
        add(&self, &lines[i].gift_wrap_tax, false);
        add(&self, &lines[i].other_tax, false);
        add(&self, &lines[i].discount_tax, true);
    }
    if (!self.told)
        add(&self, &order->tax_total, false);
    return self;
}

/* Every line has to tell it; of what was cancelled nobody says whether it is in it. */
static bool
every_line(const wb_order *order, size_t member)
{
    const wb_order_line *lines = order->lines.items;

    for (size_t i = 0; i < order->lines.count; i++) {
        const wb_money *money = (const wb_money *)(const void *)((const char *)&lines[i] + member);

        if (!money->currency[0] ||
            (lines[i].quantity_cancelled.known && lines[i].quantity_cancelled.value > 0))
            return false;
    }
    return order->lines.count > 0;
}

static void
add_sum(sum *self, const sum *part, bool negative)
{
    if (part->told)
        add(self, &part->money, negative);
    self->ok = self->ok && part->ok;
}

static bool
near(const sum *is, const wb_money *total, int64_t tolerance)
{
    int64_t off = 0;

    return !__builtin_sub_overflow(is->money.minor, total->minor, &off) && off <= tolerance &&
           off >= -tolerance;
}

static bool
is_comparable(const sum *is, const wb_money *total)
{
    return is->ok && total->currency[0] && total->exponent != WB_MONEY_UNREAD &&
           !strcmp(is->money.currency, total->currency) && is->money.exponent == total->exponent;
}

static void
number(wb_buf *out, const char *before, const sum *part)
{
    if (!part->told)
        return;
    wb_buf_add_text(out, before);
    wb_money_text(out, &part->money);
}

/* What an order is made of. */
typedef struct {
    sum goods, shipping, extras, discount, tax;
} parts;

static parts
parts_of(const wb_order *order)
{
    const sum wrap = charge(order, offsetof(wb_order_line, gift_wrap), &order->gift_wrap_total);
    const sum cod = charge(order, offsetof(wb_order_line, cod_fee), &order->cod_fee_total);
    const sum other = charge(order, offsetof(wb_order_line, other), &order->other_total);
    parts self = {
        .goods = charge(order, offsetof(wb_order_line, price), NULL),
        .shipping = charge(order, offsetof(wb_order_line, shipping), &order->shipping_total),
        .extras = {.ok = true},
        .discount = charge(order, offsetof(wb_order_line, discount), &order->discount_total),
        .tax = taxes(order),
    };

    add_sum(&self.extras, &wrap, false);
    add_sum(&self.extras, &cod, false);
    add_sum(&self.extras, &other, false);
    add(&self.extras, &order->tip_total, false);
    return self;
}

static void
tell(const parts *is, const wb_money *total, wb_buf *numbers)
{
    number(numbers, "lines ", &is->goods);
    number(numbers, " - discounts ", &is->discount);
    number(numbers, " + shipping ", &is->shipping);
    number(numbers, " + other ", &is->extras);
    number(numbers, " + tax ", &is->tax);
    wb_buf_add_text(numbers, " is not the total ");
    wb_money_text(numbers, total);
    wb_buf_addf(numbers, " %s", total->currency);
}

static wb_totals
lines_against(const wb_order *order, const wb_money *total, int64_t tolerance, wb_buf *numbers)
{
    const parts is = parts_of(order);
    sum without = is.goods, with;

    if (!every_line(order, offsetof(wb_order_line, price)))
        return WB_TOTALS_UNKNOWN;
    add_sum(&without, &is.shipping, false);
    add_sum(&without, &is.extras, false);
    add_sum(&without, &is.discount, true);
    with = without;
    add_sum(&with, &is.tax, false);
    if (!is_comparable(&without, total) || !is_comparable(&with, total))
        return WB_TOTALS_UNKNOWN;
    if (near(&without, total, tolerance) || near(&with, total, tolerance))
        return WB_TOTALS_FIT;
    tell(&is, total, numbers);
    return WB_TOTALS_WRONG;
}

static wb_totals
proceeds(const wb_order *order, int64_t tolerance, wb_buf *numbers)
{
    const sum is = charge(order, offsetof(wb_order_line, proceeds), NULL);

    if (!order->total.currency[0] || !every_line(order, offsetof(wb_order_line, proceeds)) ||
        !is_comparable(&is, &order->proceeds_total))
        return WB_TOTALS_UNKNOWN;
    if (near(&is, &order->proceeds_total, tolerance))
        return WB_TOTALS_FIT;
    number(numbers, "proceeds of the lines ", &is);
    wb_buf_add_text(numbers, " is not their total ");
    wb_money_text(numbers, &order->proceeds_total);
    wb_buf_addf(numbers, " %s", order->proceeds_total.currency);
    return WB_TOTALS_WRONG;
}

wb_totals
wb_totals_of(const wb_order *order, int64_t tolerance, wb_buf *numbers)
{
    const wb_money *total = order->total.currency[0] ? &order->total : &order->proceeds_total;
    wb_totals paid, received;

    if (tolerance < 0)
        tolerance = (int64_t)order->lines.count + 1;
    paid = lines_against(order, total, tolerance, numbers);
    if (paid == WB_TOTALS_WRONG)
        return paid;
    received = proceeds(order, tolerance, numbers);
    return received == WB_TOTALS_UNKNOWN ? paid : received;
}
