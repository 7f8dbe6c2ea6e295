/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_parts - what the mappings of both order APIs build from: sums of money and totals of lines
 */
#include "actors/connectors/amazon/map.h"

wb_money
amazon_positive(wb_money money)
{
    if (money.minor < 0 && money.minor != INT64_MIN)
        money.minor = -money.minor;
    return money;
}

void
amazon_sum_add(amazon_sum *self, wb_money part)
{
    bool ok = true;

    wb_money_add(&self->money, &part, &ok);
    self->broken |= !ok;
}

void
amazon_sum_take(amazon_sum *self, wb_money part)
{
    self->broken |= __builtin_sub_overflow(0, part.minor, &part.minor);
    amazon_sum_add(self, part);
}

wb_money
amazon_sum_of(const amazon_sum *self)
{
    return self->broken ? (wb_money){0} : self->money;
}

/* What of a line goes into which total, and how. */
static const struct {
    size_t line, total;
    bool less;
} parts[] = {
#define PART(field, sum, less)                                                                     \
    {                                                                                              \
        offsetof(wb_order_line, field), offsetof(wb_order, sum), less                              \
    }
    PART(price, item_total, false),
    PART(shipping, shipping_total, false),
    PART(gift_wrap, gift_wrap_total, false),
    PART(cod_fee, cod_fee_total, false),
    PART(other, other_total, false),
    PART(discount, discount_total, false),
    PART(tax, tax_total, false),
    PART(shipping_tax, tax_total, false),
    PART(gift_wrap_tax, tax_total, false),
    PART(other_tax, tax_total, false),
    PART(discount_tax, tax_total, true),
#undef PART
};

static void
add_lines(const wb_order *order, size_t part, amazon_sum *sum)
{
    const wb_order_line *lines = order->lines.items;

    for (size_t i = 0; i < order->lines.count; i++) {
        const wb_money *money = (const void *)((const char *)&lines[i] + parts[part].line);

        if (parts[part].less)
            amazon_sum_take(sum, *money);
        else
            amazon_sum_add(sum, *money);
    }
}

void
amazon_sum_lines(wb_order *order)
{
    for (size_t i = 0; i < WB_COUNT(parts);) {
        size_t total = parts[i].total;
        wb_money *told = (void *)((char *)order + total);
        amazon_sum sum = {0};

        for (; i < WB_COUNT(parts) && parts[i].total == total; i++)
            add_lines(order, i, &sum);
        if (!told->currency[0])
            *told = amazon_sum_of(&sum);
    }
}
