/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - what a line of an order is in the ERP: its master SKUs, pieces and prices
 *
 * Rules may have decided that (the group `decided`): a bundle is several goods, and one of a SKU
 * may be several pieces. Without a decision the line is what it says. Whatever a line is made of,
 * the prices of its pieces add up to that of the line.
 */
#include "protocol/base/own.h"

#include "actors/connectors/lingxing/lingxing.h"

#define ID_SHOWN 60

typedef struct {
    wb_view sku;
    int64_t factor; /* pieces of it in one of the line */
} good;

typedef struct {
    good goods[LINGXING_GOODS_MAX];
    size_t count;
    int64_t pieces; /* of all of them, in one of the line */
} goods_of_line;

static int
shown(wb_view id)
{
    return (int)(id.len < ID_SHOWN ? id.len : ID_SHOWN);
}

static wb_rc
add_goods(const wb_order_line *line, wb_view sku, int64_t pieces, goods_of_line *out, wb_err *err)
{

    if (!sku.len)
        return wb_fail(err, WB_REJECT, "a line has no SKU");
    if (out->count == LINGXING_GOODS_MAX)
        return wb_fail(err, WB_REJECT, "line %.*s is a bundle of more than %d goods",
                       shown(line->line_id), line->line_id.data, LINGXING_GOODS_MAX);
    if (pieces <= 0 || line->quantity.value <= 0 || pieces % line->quantity.value)
        return wb_fail(err, WB_REJECT,
                       "line %.*s of %lld is decided to be %lld pieces, which is no whole number "
                       "of each",
                       shown(line->line_id), line->line_id.data, (long long)line->quantity.value,
                       (long long)pieces);
    out->goods[out->count++] = (good){sku, pieces / line->quantity.value};
    out->pieces += pieces / line->quantity.value;
    return WB_OK;
}

static wb_rc
read_goods(const wb_order *order, const wb_order_line *line, goods_of_line *out, wb_err *err)
{
    const wb_decided_line *rows = order->decided.lines.items;
    wb_rc rc = WB_OK;

    *out = (goods_of_line){.count = 0};
    if (!line->quantity.known || line->quantity.value < 0)
        return wb_fail(err, WB_REJECT, "a line says no quantity");
    for (size_t i = 0; !rc && i < order->decided.lines.count; i++)
        if (line->line_id.len && wb_view_eq(rows[i].line_id, line->line_id))
            rc = add_goods(line, rows[i].sku, rows[i].quantity.value, out, err);
    if (rc || out->count)
        return rc;
    if (!line->sku.len)
        return wb_fail(err, WB_REJECT, "a line has no SKU");
    *out = (goods_of_line){.goods = {{line->sku, 1}}, .count = 1, .pieces = 1};
    return WB_OK;
}

/* Of so many of a line, beginning with the first: a price of the whole that is no multiple of the
 * quantity is so much more for the first ones. */
static wb_rc
price_of(const wb_order_line *line, int64_t count, wb_money *out, wb_err *err)
{
    int64_t dearer = 0;

    *out = line->unit_price;
    if (!out->currency[0]) {
        *out = line->price;
        if (!out->currency[0])
            return wb_fail(err, WB_REJECT, "line %.*s has no price, which the ERP wants",
                           shown(line->line_id), line->line_id.data);
        dearer = out->minor % line->quantity.value;
        out->minor /= line->quantity.value;
    }
    if (out->minor < 0 || dearer < 0)
        return wb_fail(err, WB_REJECT, "line %.*s has a negative price", shown(line->line_id),
                       line->line_id.data);
    if (__builtin_mul_overflow(out->minor, count, &out->minor) ||
        __builtin_add_overflow(out->minor, dearer < count ? dearer : count, &out->minor))
        return wb_fail(err, WB_REJECT, "line %.*s has a price that nobody can add up",
                       shown(line->line_id), line->line_id.data);
    return WB_OK;
}

typedef struct {
    lingxing_each_good each;
    void *arg;
    wb_money piece;
    int64_t dearer; /* so many of those that are left cost a unit more */
} giving;

static void
give(giving *self, wb_view sku, int64_t pieces)
{
    int64_t more = self->dearer < pieces ? self->dearer : pieces;
    wb_money price = self->piece;

    self->dearer -= more;
    if (pieces > more)
        self->each(self->arg, sku, pieces - more, &price);
    price.minor++;
    if (more > 0)
        self->each(self->arg, sku, more, &price);
}

wb_rc
lingxing_goods_to_ship(const wb_order *order, const wb_order_line *line, lingxing_each_good each,
                       void *arg, wb_err *err)
{
    int64_t count = lingxing_is_channels(order) ? lingxing_ordered(line) : lingxing_to_ship(line);
    int64_t pieces = 0;
    giving self = {.each = each, .arg = arg};
    goods_of_line goods;
    wb_rc rc;

    if (count < 0)
        return wb_fail(err, WB_REJECT, "a line says no quantity, or more is gone than was ordered");
    if (count == 0)
        return WB_OK;
    rc = read_goods(order, line, &goods, err);
    if (!rc)
        rc = price_of(line, count, &self.piece, err);
    if (!rc && __builtin_mul_overflow(goods.pieces, count, &pieces))
        rc = wb_fail(err, WB_REJECT, "a line is more pieces than can be counted");
    if (rc)
        return rc;
    self.dearer = self.piece.minor % pieces;
    self.piece.minor /= pieces;
    for (size_t i = 0; i < goods.count; i++)
        give(&self, goods.goods[i].sku, goods.goods[i].factor * count);
    return WB_OK;
}

/* --- of a whole order, by SKU --- */

static lingxing_sum_row *
row_of(lingxing_sum *self, wb_view sku)
{
    for (size_t i = 0; i < self->count; i++)
        if (wb_view_eq(self->rows[i].sku, sku))
            return &self->rows[i];
    self->rows = wb_realloc(self->rows, (self->count + 1) * sizeof *self->rows);
    self->rows[self->count] = (lingxing_sum_row){.sku = sku};
    return &self->rows[self->count++];
}

static bool
add(int64_t *sum, int64_t factor, int64_t count)
{
    int64_t pieces;

    return !__builtin_mul_overflow(factor, count, &pieces) &&
           !__builtin_add_overflow(*sum, pieces, sum);
}

static wb_rc
add_line(const wb_order *order, const wb_order_line *line, lingxing_sum *out, wb_err *err)
{
    int64_t ordered = lingxing_ordered(line), to_ship = lingxing_to_ship(line);
    goods_of_line goods;
    wb_rc rc;

    if (ordered < 0)
        return wb_fail(err, WB_REJECT,
                       "a line says no quantity, or more is cancelled than was ordered");
    rc = read_goods(order, line, &goods, err);
    for (size_t i = 0; !rc && i < goods.count; i++) {
        lingxing_sum_row *row = row_of(out, goods.goods[i].sku);

        if (!add(&row->ordered, goods.goods[i].factor, ordered) ||
            !add(&row->to_ship, goods.goods[i].factor, to_ship > 0 ? to_ship : 0))
            rc = wb_fail(err, WB_REJECT, "a line is more pieces than can be counted");
    }
    return rc;
}

wb_rc
lingxing_sum_goods(const wb_order *order, lingxing_sum *out, wb_err *err)
{
    const wb_order_line *lines = order->lines.items;
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < order->lines.count; i++)
        rc = add_line(order, &lines[i], out, err);
    return rc;
}

void
lingxing_sum_fini(lingxing_sum *self)
{
    wb_free(&self->rows);
}
