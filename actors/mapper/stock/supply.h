/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supply - how many pieces of a SKU a shop may show, by the rule of each route that feeds it
 *
 *   goods    the sum over the warehouses that count of (available - reserve) x share, none below
 *            zero, less what is reserved for orders that the ERP does not know yet
 *   a part   goods x the route's share, divided by the pieces that one of the SKU takes: so many as
 *            the table says, for each piece in the pack that the listing sells as one
 *   a route  the least of the parts of the SKU, less the reserve, at most the cap
 *   a shop   the sum of its routes that were read of every part
 *
 * A number that a warehouse does not tell, where it counts, leaves all of it unknown: nothing is
 * wanted. So does a SKU of which no route was read.
 */
#ifndef WB_ACTORS_MAPPER_STOCK_SUPPLY_H
#define WB_ACTORS_MAPPER_STOCK_SUPPLY_H

#include "actors/mapper/stock/stock.h"

/* What stands beside an inventory in the index SKU -> inventory, as bytes appended to `out`. */
void wb_supply_note(const wb_inventory *inventory, wb_buf *out);

typedef struct {
    const wb_stock *stock;
    wb_txn *txn;
    uint16_t shard;
    wb_view shop, sku;
    int64_t pack;         /* pieces of the SKU in one of what is shown; below 2: it is one */
    wb_json_writer *tell; /* NULL, or an open list that gets the routes, for people */
} wb_supply;

WB_MUST_CHECK wb_rc wb_supply_of(const wb_supply *self, wb_count *out, wb_err *err);

#endif
