/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fill - with which lines of its order goods go, where their source tells SKUs alone
 *
 * A SKU may be on several lines: the first ones are filled first, each up to what was ordered and
 * is not in shipments that were told before. What no line names can only be what is on the line
 * whose SKU nobody could read, if that is the only one.
 *
 * The source may tell its own SKUs, masters: then a table says what one of a line is made of, its
 * parts. Pieces of a master fill the parts of the lines in the same way, and of a line so many have
 * gone as there are all parts of; the other pieces stay with it, and wait for those that come
 * later. Goods that are called as the line itself is, and not as a part of it, are whole.
 */
#ifndef WB_PROTOCOL_RECORDS_FILL_H
#define WB_PROTOCOL_RECORDS_FILL_H

#include "protocol/records/shipment.h"

/* So many pieces of a master are in one of a line. */
typedef struct {
    const void *source; /* whose table says so */
    char *master;
    size_t master_len;
    int64_t each; /* at least 1 */
    int64_t have; /* pieces of it so far */
} wb_fill_part;

typedef struct {
    int64_t left; /* not in goods that were told whole */
    wb_fill_part *parts;
    size_t part_count;
} wb_fill_line;

/* The lines of an order, borrowed, and how many of each are left. */
typedef struct {
    const wb_order_facts_line *lines;
    size_t count;
    wb_fill_line *rows;
    const void *source; /* whose table tells the goods that go next; NULL = none at first */
    bool parted;        /* some have gone to a line that has parts; whoever asks clears it */
} wb_fill;

void wb_fill_open(wb_fill *self, const wb_order_facts_line *lines, size_t count);
void wb_fill_close(wb_fill *self);

/* By the table of `source` line number `index` has this part, too; copied. Before its goods go. */
void wb_fill_part_of(wb_fill *self, size_t index, wb_view master, int64_t each);
/* Is any part known by the table of `source`? */
bool wb_fill_parts_known(const wb_fill *self);

/* Of line number `index` so many have gone, more than none. */
typedef void (*wb_fill_each)(void *arg, size_t index, int64_t quantity);
/* Goods go with lines, which have less left then. Where the source knows the line it is that one,
 * whatever is left of it. Returns how many no line has room for. */
int64_t wb_fill_goods(wb_fill *self, const wb_shipment_line *goods, wb_fill_each each, void *arg);

#endif
