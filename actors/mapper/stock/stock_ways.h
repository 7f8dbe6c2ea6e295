/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock_ways - what stock_ways.c gives the join (stock.c), and nobody else
 */
#ifndef WB_ACTORS_MAPPER_STOCK_STOCK_WAYS_H
#define WB_ACTORS_MAPPER_STOCK_STOCK_WAYS_H

#include "actors/mapper/stock/stock.h"

/* A table of SKUs that routes name. */
typedef struct {
    const wb_sheet_ref *ref; /* of one of them: all have the same sheet */
    wb_skus *index;
} wb_stock_table;

/* What the stock of an ERP is looked up by: a table, or NULL where the names are the same. */
typedef struct {
    wb_view from;
    const wb_stock_table *table;
} wb_stock_look;

/* NULL: the way has none. */
wb_stock_table *wb_stock_table_of(const wb_stock *self, const wb_stock_way *way);
/* Of an ERP, one of each, side by side. */
const wb_stock_look *wb_stock_looks_of(const wb_stock *self, wb_view from, size_t *count);

#endif
