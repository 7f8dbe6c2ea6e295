/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taken - the rows by which a reservation (reserve.h) is found: (ERP, SKU) -> reservation, with
 * what it takes, and order -> reservation, with the former's name
 */
#ifndef WB_ACTORS_MAPPER_STOCK_TAKEN_H
#define WB_ACTORS_MAPPER_STOCK_TAKEN_H

#include "actors/mapper/stock/stock.h"
#include "protocol/limits.h"

#define WB_TAKEN_NAME_MAX (2 * WB_KEY_MAX)

/* What it takes. */
typedef struct {
    int64_t quantity;
    int64_t after_utc_us; /* stock read later than this has the order in it; 0 = nobody knows yet */
} wb_taken_note;

/* A reservation as its rows say it. Views into memory of who fills it. */
typedef struct {
    uint16_t shard;
    wb_view record, order;
    wb_view erp, sku;
} wb_taken;

/* "tenant/erp SKU", into `room`, which is begun here if need be. */
wb_view wb_taken_name(wb_view erp, wb_view sku, wb_buf *room);
/* The other way; views into `name`. */
void wb_taken_split(wb_taken *out, wb_view name);
wb_taken_note wb_taken_read(wb_view bytes);

/* Zero: it takes nothing. */
WB_MUST_CHECK wb_rc wb_taken_get(const wb_taken *at, wb_taken_note *out, wb_txn *txn, wb_err *err);
WB_MUST_CHECK wb_rc wb_taken_put(const wb_taken *at, const wb_taken_note *note, wb_txn *txn,
                                 wb_err *err);
WB_MUST_CHECK wb_rc wb_taken_delete(const wb_taken *at, wb_txn *txn, wb_err *err);

/* Pieces of these goods that orders take. */
WB_MUST_CHECK wb_rc wb_taken_sum(const wb_stock_goods *goods, int64_t *out, wb_txn *txn,
                                 wb_err *err);

#endif
