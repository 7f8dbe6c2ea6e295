/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masters - by which table the goods of a record are told, and what it says of the order's lines
 *
 * The route that led the order from its shop to an ERP may name a table of SKUs; then the ERP was
 * told masters, and tells masters of what it ships. That of today is asked: what was told of the
 * order when it left is not kept.
 */
#include "actors/mapper/mapper.h"
#include "actors/mapper/ruled.h"
#include "protocol/base/own.h"

/* A SKU that is one piece of a master of the same name is itself. */
static bool
is_itself(const wb_sku_parts *parts, wb_view sku)
{
    return parts->count == 1 && parts->items[0].quantity == 1 &&
           wb_view_eq(parts->items[0].master, sku);
}

static void
add_line(wb_fill *fill, size_t index, const wb_ruled_table *table, wb_sku_parts *parts)
{
    wb_view sku = fill->lines[index].sku;

    if (!sku.len || !wb_skus_find(table->skus, table->shop, sku, parts) || is_itself(parts, sku))
        return;
    for (size_t i = 0; i < parts->count; i++)
        wb_fill_part_of(fill, index, parts->items[i].master, parts->items[i].quantity);
}

void
wb_masters_tell(const wb_leaving *what, const wb_record_row *order, wb_view from, wb_fill *fill)
{
    WB_AUTO(wb_sku_parts_fini) wb_sku_parts parts = {0};
    const wb_ruled_asked asked = {what->mapper, what->row->root, order};
    wb_ruled_table table;
    bool known;

    fill->source = NULL;
    if (!wb_ruled_table_of(&asked, from, &table))
        return;
    fill->source = table.skus;
    known = wb_fill_parts_known(fill);
    for (size_t i = 0; !known && i < fill->count; i++)
        add_line(fill, i, &table, &parts);
}
