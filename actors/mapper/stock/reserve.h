/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserve - what open orders take of the stock before the ERP says so
 *
 * A shop sells a piece; until the ERP has the order, and tells its stock again, its number is one
 * too many, and every other listing of the same goods would be told so. So each line of an order
 * that goes to an ERP whose stock feeds its shop is a reservation of the goods that it is made of
 * (skus.h): a record of the tenant's catalogue, beside the stock, whose pieces the sum leaves out
 * (supply.h).
 *
 *   begins   with an order that is pending or created, for an ERP that tells all its stock each
 *            time (wb_stream.whole); what its channel ships takes nothing of ours
 *   ends     with the first stock of its goods that was read of the ERP later than the order was
 *            delivered there, and later by the settle time of that target: this has the order in
 *            it; where it was shipped and not delivered there, later than we know that. One that is
 *            cancelled before it is delivered ends at once. What ended does not begin again.
 *   twice    an order says the whole of what it takes: its reservations are those, whatever was
 *            there. Of two revisions the later counts
 *   stored   the record; (ERP, SKU) -> reservation, with its pieces and when it may end; order ->
 *            reservation. All in the transaction of the order, or of the stock
 */
#ifndef WB_ACTORS_MAPPER_STOCK_RESERVE_H
#define WB_ACTORS_MAPPER_STOCK_RESERVE_H

#include "actors/mapper/stock/stock.h"

struct wb_mapper;

/* An order whose row was put, or was delivered. */
typedef struct {
    struct wb_mapper *mapper;
    wb_view order; /* printed key */
    const wb_record_row *row;
} wb_reserve_order;

/* What it takes now; the listings concerned are joined anew. */
WB_MUST_CHECK wb_rc wb_reserve_take(const wb_reserve_order *self, wb_txn *txn, wb_err *err);
/* A target has it, as of now. */
typedef struct {
    struct wb_mapper *mapper;
    wb_view order, target; /* printed key; "tenant/account" */
    int64_t at_utc_us;
} wb_reserve_delivery;
WB_MUST_CHECK wb_rc wb_reserve_delivered(const wb_reserve_delivery *self, wb_txn *txn, wb_err *err);

/* Stock of these goods was read of their ERP, by a request that left then: what it has in it ends.
 * *ended: so many; nothing is joined. */
WB_MUST_CHECK wb_rc wb_reserve_told(const wb_stock_goods *goods, int64_t observed_utc_us,
                                    size_t *ended, wb_txn *txn, wb_err *err);

/* A reservation grows too old: what hangs on it goes. */
WB_MUST_CHECK wb_rc wb_reserve_forget(uint16_t shard, wb_view record, wb_txn *txn, wb_err *err);

#endif
