/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/fill.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"

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
    *self = (wb_fill){.lines = lines, .count = count};
    self->rows = wb_alloc((count + 1) * sizeof *self->rows);
    for (size_t i = 0; i < count; i++)
        self->rows[i].left = left_of(&lines[i]);
}

void
wb_fill_close(wb_fill *self)
{
    for (size_t i = 0; i < self->count; i++) {
        for (size_t k = 0; k < self->rows[i].part_count; k++)
            wb_free(&self->rows[i].parts[k].master);
        wb_free(&self->rows[i].parts);
    }
    wb_free(&self->rows);
    self->count = 0;
}

/* --- what lines are made of --- */

void
wb_fill_part_of(wb_fill *self, size_t index, wb_view master, int64_t each)
{
    wb_fill_line *row = &self->rows[index];

    row->parts = wb_realloc(row->parts, (row->part_count + 1) * sizeof *row->parts);
    row->parts[row->part_count++] =
        (wb_fill_part){.source = self->source,
                       .master = wb_text_dup_len(master.data, master.len),
                       .master_len = master.len,
                       .each = each};
}

bool
wb_fill_parts_known(const wb_fill *self)
{
    for (size_t i = 0; i < self->count; i++)
        for (size_t k = 0; k < self->rows[i].part_count; k++)
            if (self->rows[i].parts[k].source == self->source)
                return true;
    return false;
}

static int64_t
sum_of(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* How many of the line there are all parts of, and how many were begun, by the table of `source`.
 */
typedef struct {
    int64_t whole, begun;
} making;

static making
making_of(const wb_fill_line *row, const void *source)
{
    making out = {INT64_MAX, 0};

    for (size_t i = 0; i < row->part_count; i++) {
        const wb_fill_part *part = &row->parts[i];
        int64_t whole = part->have / part->each;
        int64_t begun = whole + (part->have % part->each != 0);

        if (part->source != source)
            continue;
        out.whole = whole < out.whole ? whole : out.whole;
        out.begun = begun > out.begun ? begun : out.begun;
    }
    return out;
}

/* Of how many of the line nothing has gone, or parts alone by the table of `source`; another table
 * tells other goods. NULL: nothing at all. */
static int64_t
free_of(const wb_fill_line *row, const void *source)
{
    int64_t left = row->left;

    for (size_t i = 0; i < row->part_count; i++) {
        const void *other = row->parts[i].source;

        if (other != source && (!i || row->parts[i - 1].source != other))
            left -= left < making_of(row, other).begun ? left : making_of(row, other).begun;
    }
    return left;
}

static bool
is_master(const wb_fill_part *part, const wb_fill *self, wb_view sku)
{
    return part->source == self->source &&
           wb_view_eq((wb_view){part->master, part->master_len}, sku);
}

typedef enum {
    AS_ITSELF, /* nothing says what it is made of */
    AS_PARTS,
    AS_MADE, /* of parts, and it is none of them */
} manner;

static manner
manner_of(const wb_fill *self, size_t index, wb_view sku)
{
    const wb_fill_line *row = &self->rows[index];
    manner out = AS_ITSELF;

    for (size_t i = 0; i < row->part_count; i++) {
        if (is_master(&row->parts[i], self, sku))
            return AS_PARTS;
        if (row->parts[i].source == self->source)
            out = AS_MADE;
    }
    return out;
}

/* --- goods --- */

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
    wb_fill_line *row = &self->rows[index];

    if (quantity <= 0)
        return;
    self->parted = self->parted || row->part_count;
    row->left = row->left > quantity ? row->left - quantity : 0;
    to->rest -= quantity;
    to->each(to->arg, index, quantity);
}

static void
take_left(wb_fill *self, size_t index, filling *to)
{
    int64_t left = free_of(&self->rows[index], NULL);

    take(self, index, left < to->rest ? left : to->rest, to);
}

static void
take_pieces(wb_fill *self, size_t index, wb_fill_part *part, int64_t pieces, filling *to)
{
    const wb_fill_line *row = &self->rows[index];
    int64_t before = making_of(row, self->source).whole;
    int64_t now;

    if (pieces <= 0)
        return;
    self->parted = true;
    part->have = sum_of(part->have, pieces);
    to->rest -= pieces;
    now = making_of(row, self->source).whole;
    if (now > before)
        to->each(to->arg, index, now - before);
}

/* Of a part there is room for as many as the rest of the line has. */
static int64_t
room_of(const wb_fill_line *row, const wb_fill_part *part)
{
    int64_t most;

    if (__builtin_mul_overflow(free_of(row, part->source), part->each, &most))
        return INT64_MAX - part->have;
    return most > part->have ? most - part->have : 0;
}

static void
take_parts(wb_fill *self, size_t index, wb_view sku, filling *to)
{
    wb_fill_line *row = &self->rows[index];

    for (size_t i = 0; i < row->part_count; i++) {
        int64_t room = room_of(row, &row->parts[i]);

        if (is_master(&row->parts[i], self, sku))
            take_pieces(self, index, &row->parts[i], room < to->rest ? room : to->rest, to);
    }
}

/* What the source put on a line is on it. */
static void
take_told(wb_fill *self, size_t index, wb_view sku, filling *to)
{
    wb_fill_line *row = &self->rows[index];

    for (size_t i = 0; i < row->part_count; i++)
        if (is_master(&row->parts[i], self, sku))
            take_pieces(self, index, &row->parts[i], to->rest, to);
    take(self, index, to->rest, to);
}

/* By what the source calls them: first those that are parts, or the line itself where it has none.
 */
static void
take_named(wb_fill *self, wb_view sku, filling *to)
{
    for (size_t i = 0; i < self->count; i++) {
        manner is = manner_of(self, i, sku);

        if (is == AS_PARTS)
            take_parts(self, i, sku, to);
        else if (is == AS_ITSELF && wb_view_eq(self->lines[i].sku, sku))
            take_left(self, i, to);
    }
    for (size_t i = 0; to->rest > 0 && i < self->count; i++)
        if (manner_of(self, i, sku) == AS_MADE && wb_view_eq(self->lines[i].sku, sku))
            take_left(self, i, to);
}

int64_t
wb_fill_goods(wb_fill *self, const wb_shipment_line *goods, wb_fill_each each, void *arg)
{
    filling to = {each, arg, goods->quantity.value};
    size_t unread = unread_line(self);

    for (size_t i = 0; i < self->count && goods->line_id.len; i++)
        if (wb_view_eq(self->lines[i].line_id, goods->line_id))
            take_told(self, i, goods->sku, &to);
    if (!goods->line_id.len)
        take_named(self, goods->sku, &to);
    if (unread < self->count && !goods->line_id.len)
        take_left(self, unread, &to);
    return to.rest;
}
