/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - what a record's root order says of it, put in when the record leaves
 *
 * A target that confirms a shipment needs the order's lines and packages as the channel names them,
 * and what of the lines is in other shipments already. They are the order's: the record does not
 * keep them, and they make no revision.
 *
 * Goods that their source tells in SKUs of its own, by a table (fill.h: parts), leave as lines of
 * the order where `in_lines` is set, so that no target has to know the table: each line with how
 * many of it are whole now. Pieces of what is not whole yet are not told, what no line has room for
 * stays as it was told, and so does all of a record that has nothing of a line with parts. Serial
 * numbers are those of pieces, and stay behind.
 */
#ifndef WB_PROTOCOL_RECORDS_FACTS_H
#define WB_PROTOCOL_RECORDS_FACTS_H

#include "protocol/records/fill.h"
#include "protocol/records/record.h"

/* Has this kind such a group (wb_record_def.facts)? */
bool wb_facts_any(wb_record_kind kind);
/* What is known of an order, while it is put into a record. */
typedef struct {
    wb_order order;
    wb_order_facts_line *lines; /* of it; `shipped` is counted up */
    wb_fill fill;
    bool in_lines; /* goods that are told by a table leave as lines */
    bool pieces;   /* so they left, and nothing of them is whole, nor over */
} wb_facts;

/* Zeroed before; wb_facts_close at the end, also after a failure. `order`: packed, lives as long.
 */
WB_MUST_CHECK wb_rc wb_facts_open(wb_facts *self, wb_view order, wb_err *err);
void wb_facts_close(wb_facts *self);
/* Another record of that kind was told before: the goods in it are no longer to be had. */
WB_MUST_CHECK wb_rc wb_facts_take(wb_facts *self, wb_record_kind kind, wb_view record, wb_err *err);
/* The packed record with its group filled, and its goods in lines, appended to `out`: what else the
 * record says, of newer releases too, is as it was. `kind` has facts. Once: its goods are taken. */
WB_MUST_CHECK wb_rc wb_facts_fill(wb_facts *self, wb_record_kind kind, wb_view record, wb_buf *out,
                                  wb_err *err);

#endif
