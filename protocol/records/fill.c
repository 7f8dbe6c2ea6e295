/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/fill.h"

#include "protocol/base/own.h"

/* Of a line whose quantity was not told there may be any number. */
static int64_t
left_of(const wb_order_facts_line *line)
{
    int64_t shipped = line->shipped.known && line->shipped.value > 0 ? line->shipped.value : 0;

    if (!line->quantity.known)
        return INT64_MAX;
    return line->quantity.value > shipped ? line->quantity.value - shipped : 0;
}

void
wb_fill_open(wb_fill *self, const wb_order_facts_line *lines, size_t count)
{
    *self = (wb_fill){lines, count, wb_alloc((count + 1) * sizeof *self->left)};
    for (size_t i = 0; i < count; i++)
        self->left[i] = left_of(&lines[i]);
}

void
wb_fill_close(wb_fill *self)
{
    wb_free(&self->left);
}

/* The one line whose SKU nobody could read; count = there is none, or more than one. */
static size_t
unread_line(const wb_fill *self)
{
    size_t found = self->count;

    for (size_t i = 0; i < self->count; i++) {
        if (self->lines[i].sku.len)
            continue;
        if (found < self->count)
            return self->count;
        found = i;
    }
    return found;
}

typedef struct {
    wb_fill_each each;
    void *arg;
    int64_t rest;
} filling;

static void
take(wb_fill *self, size_t index, int64_t quantity, filling *to)
{
    if (quantity <= 0)
        return;
    self->left[index] = self->left[index] > quantity ? self->left[index] - quantity : 0;
    to->rest -= quantity;
    to->each(to->arg, index, quantity);
}

static void
take_left(wb_fill *self, size_t index, filling *to)
{
    take(self, index, self->left[index] < to->rest ? self->left[index] : to->rest, to);
}

int64_t
wb_fill_goods(wb_fill *self, const wb_shipment_line *goods, wb_fill_each each, void *arg)
{
    filling to = {each, arg, goods->quantity.value};
    size_t unread = unread_line(self);

    for (size_t i = 0; i < self->count && goods->line_id.len; i++)
        if (wb_view_eq(self->lines[i].line_id, goods->line_id))
            take(self, i, to.rest, &to);
    for (size_t i = 0; i < self->count && !goods->line_id.len; i++)
        if (wb_view_eq(self->lines[i].sku, goods->sku))
            take_left(self, i, &to);
    if (unread < self->count && !goods->line_id.len)
        take_left(self, unread, &to);
    return to.rest;
}
