/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invoices - invoices that are made of shipped orders, where neither channel nor ERP has any
 *
 * An account of `invoices` numbers its own: prefix and a number that grows by one. When an order of
 * it is known to be shipped as a whole, the invoice, its number and all that is wanted of it are
 * written in the order's transaction: a life that ends in between has given no number, and one that
 * sees the order again finds that it has one.
 *
 *   stored     the record tenant/account/invoice/ID-OF-ORDER, which belongs to the order;
 *              (order -> invoice, with its number), which goes with the order;
 *              (account -> itself), the last number and the life of the store that gave it
 *   not made   of an order whose money does not say what each line costs and the buyer pays; that
 *              was bought before `since`, or longer ago than records are kept. `why` says so
 *   no more    what happens to the order later (a return) does not change its invoice: a credit
 *              note is somebody else's
 *   a store that was turned back has lost numbers that were given out: it gives none until `first`
 *   is above the last that it knows
 */
#ifndef WB_ACTORS_MAPPER_INVOICES_H
#define WB_ACTORS_MAPPER_INVOICES_H

#include "actors/mapper/mapper.h"

#define WB_INVOICE_NUMBER_MAX 80
#define WB_INVOICE_PREFIX_MAX 64

/* Inside the transaction, after a record was put: its invoice, if it is an order's, is due, and
 * there is none. `order` as of wb_want_everywhere; `news`: it has changed, so that who cannot have
 * one is told. */
WB_MUST_CHECK wb_rc wb_invoices_make(const wb_want *order, bool news, wb_write *write, wb_txn *txn,
                                     wb_err *err);
/* The order leaves. */
WB_MUST_CHECK wb_rc wb_invoices_forget(uint16_t shard, wb_view order, wb_txn *txn, wb_err *err);

/* Of an order: its number in `out`, "" = it has none. */
WB_MUST_CHECK wb_rc wb_invoices_number(wb_txn *txn, uint16_t shard, wb_view order,
                                       char out[WB_INVOICE_NUMBER_MAX + 1], wb_err *err);
/* Members of an open object: "invoice": {"number"} or {"missing": why}, or nothing. */
void wb_invoices_tell(const wb_leaving *order, wb_txn *txn, wb_json_writer *out);

/* invoice_of.c: what an order's invoice says, but for its number. Views into the order; its lines
 * are freed by wb_canonical_fini. False: it cannot be made, and `why` says so. */
bool wb_invoice_of(const wb_order *order, wb_invoice *out, char *why, size_t why_size);

#endif
