/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - a parent order of Temu's, read in parts, and as a record
 */
#ifndef WB_ACTORS_CONNECTORS_TEMU_ORDERS_ORDERS_H
#define WB_ACTORS_CONNECTORS_TEMU_ORDERS_ORDERS_H

#include "actors/connectors/temu/temu.h"

extern const temu_list temu_orders;

/* orders.c: an order in parts: itself, its address, its money or prices */
temu_build_fn temu_get_build, temu_address_build, temu_amount_build, temu_prices_build;
temu_read_fn temu_get_read, temu_address_read, temu_amount_read, temu_prices_read;

/* labels.c: packages that have not left, of which Temu has the label */
temu_build_fn temu_labels_build;
temu_read_fn temu_labels_read;
/* orders.c: that part, JSON, and the step behind it. */
wb_rc temu_keep_labels(const wb_call *call, wb_view told, wb_outcomes *out, wb_err *err);

/* awaited.c: what a shipped order lacks, or has, of package numbers */
void temu_await(wb_json *json, wb_json_ref parent, wb_json_ref lines, wb_outcomes *out);

/* join.c: the parts as one document, with what the account's options say of reading it */
/* The part of that name among those got so far; {NULL, 0} = it is not there. */
wb_view temu_part(wb_view parts, const char *name);
/* WB_RESULT_MORE with this part, or, without a next step, DONE with all. `value`: JSON. */
wb_rc temu_join(const wb_call *call, const char *name, wb_view value, const char *next,
                wb_outcomes *out, wb_err *err);

/* map_order.c, map_lines.c, map_packages.c, map_address.c, map_money.c */
wb_map_fn temu_map_order;
/* What the document says of how to read it. */
typedef struct {
    wb_json_ref order, parent, lines, labels, address, amount, skus;
    temu_mode mode;
    temu_price price;
    bool money;  /* it is told what the buyer paid */
    bool pieces; /* quantities are to be told in pieces */
} temu_document;
wb_rc temu_map_lines(wb_json *json, const temu_document *doc, wb_mapped *out, wb_err *err);
void temu_map_packages(wb_json *json, const temu_document *doc, wb_mapped *out);
void temu_map_address(wb_json *json, const temu_document *doc, wb_mapped *out);
/* Is it one that only a label of Temu's can be bought for? */
bool temu_restricted(wb_json *json, const temu_document *doc);
void temu_map_money(wb_json *json, const temu_document *doc, wb_mapped *out);
/* The seller's number of the SKU in a line, or in what stands for one; where it has none, the id.
 */
void temu_map_sku(wb_json *json, wb_json_ref line, temu_mode mode, wb_view *out);
/* The id of the SKU that counts for this account. */
void temu_line_sku_id(wb_json *json, wb_json_ref line, temu_mode mode, wb_view *out);

#endif
