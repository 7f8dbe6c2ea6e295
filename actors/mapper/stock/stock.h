/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what listings should show, joined from what warehouses hold
 *
 * All stock and listings of a tenant are in one shard, so the join is part of the transaction that
 * puts either of them. A route of inventory from an ERP to a shop says that its stock feeds the
 * shop's listings, by which table of SKUs and by which rule (supply.h). What no route feeds, what
 * the tables do not know, what no warehouse was read of, or one whose number could not be read,
 * wants nothing: zero needs proof.
 *
 * Two indices find what belongs together, SKU -> listings and SKU -> inventory; the latter has the
 * number and the warehouse with it, so that a sum reads no record. From goods to the SKUs that are
 * made of them, bundles too, the table itself leads (skus.h).
 */
#ifndef WB_ACTORS_MAPPER_STOCK_STOCK_H
#define WB_ACTORS_MAPPER_STOCK_STOCK_H

#include "actors/mapper/skus.h"
#include "actors/runtime/config/config.h"
#include "protocol/digest.h"
#include "protocol/json.h"
#include "protocol/records/record.h"
#include "storage/records.h"

typedef struct wb_stock wb_stock;

/* A way of stock: "tenant/account" of the ERP and of the shop, and the route that says how. */
typedef struct {
    wb_view from, to;
    wb_view name;               /* of the shop in the configuration: what tables know it by */
    const wb_route_conf *route; /* its table is asked anew each time */
    bool whole;                 /* its ERP tells all its stock each time */
} wb_stock_way;

/* `ways` are copied; the texts, routes and tables are not. */
wb_stock *wb_stock_new(const wb_stock_way *ways, size_t count);
void wb_stock_destroy(wb_stock **self_p);

/* Of all that the join depends on but stock and listings: the ways, their tables as they are now,
 * and its rules. Another one: all listings have to be joined anew (rejoin.c). */
void wb_stock_digest(const wb_stock *self, uint8_t out[WB_SHA256_LEN]);
/* Tables were reloaded: the SKUs of shops about which they say another thing than before. */
WB_MUST_CHECK wb_rc wb_stock_tables(wb_stock *self, wb_skus_each each, void *arg, wb_err *err);
/* The shops that stock feeds, one after the other in the order of their keys: the one behind
 * `shop`, {"", 0} = the first; {NULL, 0} = there is none. */
wb_view wb_stock_shop_behind(const wb_stock *self, wb_view shop);
/* The ways to a shop, side by side; NULL: none. */
const wb_stock_way *wb_stock_ways_to(const wb_stock *self, wb_view shop, size_t *count);
/* What a SKU of that shop is made of, of the goods of that way's ERP; false: its table does not
 * know it. */
bool wb_stock_parts(const wb_stock *self, const wb_stock_way *way, wb_view sku, wb_sku_parts *out);

/* A row of stock or of a listing that is about to be put. */
typedef struct {
    uint16_t shard;
    wb_view record;     /* printed key */
    wb_record_row *row; /* as it will be */
    wb_view former_sku; /* of the row that it replaces; {NULL, 0} = there is none */
} wb_stock_change;

/* What a listing should show, and what its row says. */
typedef struct {
    wb_count number; /* unknown: nothing is wanted of it */
    wb_count wanted, shown;
} wb_stock_claim;

/* Should it be told another number than it was? */
bool wb_stock_lacks(const wb_stock_claim *claim);

/* Does a listing show another number than it is wanted to, as its row says? */
WB_MUST_CHECK wb_rc wb_stock_differs(const wb_record_row *listing, bool *out, wb_err *err);

/* The SKU of a stored row, copied into `out`; empty for every other kind. */
WB_MUST_CHECK wb_rc wb_stock_sku(const wb_record_row *row, wb_buf *out, wb_err *err);

/* Inside its transaction, before the row is put: the indices follow. *claim is of a listing. */
WB_MUST_CHECK wb_rc wb_stock_put(const wb_stock *self, wb_txn *txn, const wb_stock_change *change,
                                 wb_stock_claim *claim, wb_err *err);

/* A listing whose row did not change. */
WB_MUST_CHECK wb_rc wb_stock_listing(const wb_stock *self, wb_txn *txn,
                                     const wb_stock_change *listing, wb_stock_claim *claim,
                                     wb_err *err);

/* It is to show that: its bytes, with the number, into `canonical`, which the row then points to.
 */
WB_MUST_CHECK wb_rc wb_stock_want(wb_record_row *row, int64_t number, wb_buf *canonical,
                                  wb_err *err);

/* After inventory was put: each listing of its SKU that lacks a number; `row` is its row, whose
 * views live until the next write. `each` may write. Where it was of another SKU before, so do the
 * listings of that one. */
typedef wb_rc (*wb_stock_each)(void *arg, const wb_stock_change *listing,
                               const wb_stock_claim *claim, wb_err *err);
WB_MUST_CHECK wb_rc wb_stock_join(const wb_stock *self, wb_txn *txn, const wb_stock_change *change,
                                  wb_stock_each each, void *arg, wb_err *err);

/* Listings of goods of an ERP, as of wb_stock_join: what else than its stock has changed. */
typedef struct {
    uint16_t shard;
    wb_view from, master;
} wb_stock_goods;
WB_MUST_CHECK wb_rc wb_stock_join_goods(const wb_stock *self, wb_txn *txn,
                                        const wb_stock_goods *goods, wb_stock_each each, void *arg,
                                        wb_err *err);
/* ... and the listings of a SKU of any shop, or of all that begin with it. */
typedef struct {
    uint16_t shard;
    wb_view sku;
    bool prefix;
} wb_stock_named;
WB_MUST_CHECK wb_rc wb_stock_join_named(const wb_stock *self, wb_txn *txn,
                                        const wb_stock_named *named, wb_stock_each each, void *arg,
                                        wb_err *err);

/* For people: what a listing's number is made of, as members of an open object. */
WB_MUST_CHECK wb_rc wb_stock_explain(const wb_stock *self, wb_txn *txn,
                                     const wb_stock_change *listing, wb_json_writer *out,
                                     wb_stock_claim *claim, wb_err *err);

#endif
