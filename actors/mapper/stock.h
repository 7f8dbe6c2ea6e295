/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what listings should show, joined from what warehouses hold
 *
 * All stock and listings of a tenant are in one shard, so the join is part of the transaction that
 * puts either of them. A route of inventory from an ERP to a shop says that its stock feeds the
 * shop's listings: of a SKU, the available pieces of all such warehouses are summed, and nothing
 * below zero is shown. A table may say which SKU of a listing is which of the stock. What no route
 * feeds, what the tables do not know, what no warehouse was read of, or one whose number could not
 * be read, wants nothing: zero needs proof.
 *
 * Two indices find what belongs together, SKU -> listings and SKU -> inventory; the latter has the
 * number with it, so that a sum reads no record.
 */
#ifndef WB_ACTORS_MAPPER_STOCK_H
#define WB_ACTORS_MAPPER_STOCK_H

#include "actors/runtime/config/config.h"
#include "protocol/digest.h"
#include "protocol/records/record.h"
#include "storage/records.h"

typedef struct wb_stock wb_stock;

/* A way of stock: "tenant/account" of the ERP and of the shop, and the table of its route, which is
 * asked anew each time (NULL, or without a name: their SKUs bear one name). */
typedef struct {
    wb_view from, to;
    const wb_sheet_ref *skus;
} wb_stock_way;

/* `ways` are copied, the texts and tables are not. */
wb_stock *wb_stock_new(const wb_stock_way *ways, size_t count);
void wb_stock_destroy(wb_stock **self_p);

/* Of all that the join depends on but stock and listings: the ways, their tables as they are now,
 * and its rules. Another one: all listings have to be joined anew (rejoin.c). */
void wb_stock_digest(const wb_stock *self, uint8_t out[WB_SHA256_LEN]);
/* The shops that stock feeds, one after the other in the order of their keys: the one behind
 * `shop`, {"", 0} = the first; {NULL, 0} = there is none. */
wb_view wb_stock_shop_behind(const wb_stock *self, wb_view shop);

/* A row of stock or of a listing that is about to be put. */
typedef struct {
    uint16_t shard;
    wb_view record;     /* printed key */
    wb_record_row *row; /* as it will be */
    wb_view former_sku; /* of the row that it replaces; {NULL, 0} = there is none */
} wb_stock_change;

/* The SKU of a stored row, copied into `out`; empty for every other kind. */
WB_MUST_CHECK wb_rc wb_stock_sku(const wb_record_row *row, wb_buf *out, wb_err *err);

/* Inside its transaction, before the row is put: the indices follow. Of a listing, `canonical` gets
 * its bytes with what it should show now, when that is another number than in the row, which then
 * points to it; *wants says so. */
WB_MUST_CHECK wb_rc wb_stock_put(const wb_stock *self, wb_txn *txn, const wb_stock_change *change,
                                 wb_buf *canonical, bool *wants, wb_err *err);

/* A listing whose row did not change: as of wb_stock_put. */
WB_MUST_CHECK wb_rc wb_stock_listing(const wb_stock *self, wb_txn *txn,
                                     const wb_stock_change *listing, wb_buf *canonical, bool *wants,
                                     wb_err *err);

/* After inventory was put: each listing of its SKU that should show another number than before;
 * `row` is its row with the new one, not put yet, its views live until the call returns. `each` may
 * write. Where it was of another SKU before, so do the listings of that one. */
typedef wb_rc (*wb_stock_each)(void *arg, wb_view record, wb_record_row *row, wb_err *err);
WB_MUST_CHECK wb_rc wb_stock_join(const wb_stock *self, wb_txn *txn, const wb_stock_change *change,
                                  wb_stock_each each, void *arg, wb_err *err);

#endif
