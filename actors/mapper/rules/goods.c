/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - which master SKUs the lines of an order are, by the table of its route
 */
#include <string.h>

#include "actors/mapper/rules/inside.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

#define TOLD_MAX 5 /* unknown SKUs that are named */

/* The lines that were decided so far; texts that are made of a SKU are kept beside them. */
typedef struct {
    wb_judging *judging;
    wb_decided_line *items;
    size_t count, cap;
    size_t unknown;
    wb_buf names; /* of those that are not known */
} goods;

static wb_count
pieces(const wb_order_line *line, int64_t factor)
{
    wb_count out = {.known = line->quantity.known};

    if (out.known && __builtin_mul_overflow(line->quantity.value, factor, &out.value))
        out.known = false;
    return out;
}

/* A master that is made of the SKU stands in memory that the next look-up fills anew. */
static wb_view
keep(wb_judging *self, wb_view text)
{
    self->made = wb_realloc(self->made, (self->made_count + 1) * sizeof *self->made);
    self->made[self->made_count] = wb_text_dup_len(text.data, text.len);
    return (wb_view){self->made[self->made_count++], text.len};
}

static void
add(goods *self, const wb_order_line *line, const wb_sku_part *part)
{
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 8;
        self->items = wb_realloc(self->items, self->cap * sizeof *self->items);
    }
    self->items[self->count++] = (wb_decided_line){.line_id = line->line_id,
                                                   .sku = keep(self->judging, part->master),
                                                   .quantity = pieces(line, part->quantity)};
}

static void
not_known(goods *self, wb_view sku)
{
    if (self->unknown++ < TOLD_MAX)
        wb_buf_addf(&self->names, "%s%.*s", self->names.len ? ", " : "",
                    (int)(sku.len < 64 ? sku.len : 64), sku.data);
}

static void
look_up(goods *self, const wb_order_line *line, wb_sku_parts *parts)
{
    const wb_rules_case *what = self->judging->what;

    if (!wb_skus_find(what->skus, what->shop, line->sku, parts)) {
        not_known(self, line->sku);
        return;
    }
    for (size_t i = 0; i < parts->count; i++)
        add(self, line, &parts->items[i]);
}

static void
tell(goods *self)
{
    for (size_t i = 0; self->judging->out->why && i < self->count; i++)
        wb_judging_tell(self->judging, "sku", self->items[i].sku, NULL);
    if (self->unknown && self->judging->what->strict)
        wb_judging_keep(self->judging, WB_WAIT_CONFLICT,
                        "the table of SKUs does not know %s%s: add a row for it",
                        wb_buf_text(&self->names), self->unknown > TOLD_MAX ? " and others" : "");
}

void
wb_judging_goods(wb_judging *self)
{
    const wb_order_line *lines = self->order.lines.items;
    WB_AUTO(wb_sku_parts_fini) wb_sku_parts parts = {0};
    goods found = {.judging = self};

    if (!self->what->skus)
        return;
    wb_buf_init(&found.names, (TOLD_MAX + 1) * 70);
    for (size_t i = 0; i < self->order.lines.count; i++)
        if (lines[i].sku.len)
            look_up(&found, &lines[i], &parts);
    self->decided.lines = (wb_field_list){found.items, found.count};
    tell(&found);
    wb_buf_fini(&found.names);
}
