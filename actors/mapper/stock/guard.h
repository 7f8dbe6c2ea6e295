/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - a shop many of whose listings would be sold out at once is told no stock until a person
 * says that it is right
 *
 * Stock of zero for many goods at once is more likely a fault than the truth. Of each shop it is
 * counted, in tenths of its account's zero_guard_ms, how many listings came to zero less those that
 * came back; when more than zero_guard_percent of those that were ever told a number, and of
 * GUARD_LISTINGS_MIN at least, would be at zero, the one that would be too many is not told, nor is
 * any other number of that shop.
 *
 *   stored    meta "guard/tenant/shop", in the transaction that counts
 *   released  the count begins anew, and nothing stops the shop again for zero_guard_ms: what had
 *             waited may be as many zeros
 */
#ifndef WB_ACTORS_MAPPER_STOCK_GUARD_H
#define WB_ACTORS_MAPPER_STOCK_GUARD_H

#include "actors/mapper/stock/stock.h"

#define WB_GUARD_LISTINGS_MIN 20
#define WB_GUARD_PARTS 10

/* What is known of a shop. */
typedef struct {
    int64_t part_utc_us;                     /* when the newest of the parts began */
    int64_t stopped_utc_us, released_utc_us; /* 0 = is not; was not */
    int32_t zeros[WB_GUARD_PARTS];           /* the newest first */
    uint32_t at_least; /* so many listings it has: seen the last time that they were counted */
    uint32_t stop_zeros, stop_listings; /* what it was stopped for */
} wb_guard_state;

typedef struct {
    uint16_t shard;
    wb_view shop; /* "tenant/account" */
    int64_t percent, within_ms;
    int64_t now_utc_us;
} wb_guard;

WB_MUST_CHECK wb_rc wb_guard_get(wb_txn *txn, wb_view shop, wb_guard_state *out, wb_err *err);
/* Inside the transaction that would tell a listing of it that number: may it be told? *tripped: it
 * is stopped by this one. */
WB_MUST_CHECK wb_rc wb_guard_ask(const wb_guard *self, wb_txn *txn, const wb_stock_claim *claim,
                                 bool *may, bool *tripped, wb_err *err);
/* *was: it was stopped. */
WB_MUST_CHECK wb_rc wb_guard_release(const wb_guard *self, wb_txn *txn, bool *was, wb_err *err);

#endif
