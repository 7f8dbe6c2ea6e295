/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fill - with which lines of its order goods go, where their source tells SKUs alone
 *
 * A SKU may be on several lines: the first ones are filled first, each up to what was ordered and
 * is not in shipments that were told before. What no line names can only be what is on the line
 * whose SKU nobody could read, if that is the only one.
 */
#ifndef WB_PROTOCOL_RECORDS_FILL_H
#define WB_PROTOCOL_RECORDS_FILL_H

#include "protocol/records/shipment.h"

/* The lines of an order, borrowed, and how many of each are left. */
typedef struct {
    const wb_order_facts_line *lines;
    size_t count;
    int64_t *left;
} wb_fill;

void wb_fill_open(wb_fill *self, const wb_order_facts_line *lines, size_t count);
void wb_fill_close(wb_fill *self);

/* Line number `index` gets so many, more than none. */
typedef void (*wb_fill_each)(void *arg, size_t index, int64_t quantity);
/* Goods go with lines, which have less left then. Where the source knows the line it is that one,
 * whatever is left of it. Returns how many no line has room for. */
int64_t wb_fill_goods(wb_fill *self, const wb_shipment_line *goods, wb_fill_each each, void *arg);

#endif
