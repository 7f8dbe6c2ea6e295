/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox - (target, record) -> the revision wanted there; the body is the record's
 */
#ifndef WB_STORAGE_OUTBOX_H
#define WB_STORAGE_OUTBOX_H

#include "protocol/envelope.h"
#include "storage/store.h"

typedef struct {
    uint16_t shard; /* of the root record: the mapper's */
    wb_view target; /* "tenant/account" */
    wb_view record; /* printed key */
    uint64_t revision;
    bool handed; /* a message of it, or of what it replaced, may have left */
    wb_priority priority;
    wb_view header; /* encoded envelope header of the WANT to be sent, without body */
} wb_outbox_row;

/* Insert or replace; `handed` of the former is kept. */
WB_MUST_CHECK wb_rc wb_outbox_put(wb_txn *txn, const wb_outbox_row *row, wb_err *err);
WB_MUST_CHECK wb_rc wb_outbox_get(wb_txn *txn, uint16_t shard, wb_view target, wb_view record,
                                  wb_outbox_row *out, bool *found, wb_err *err);
/* Delete only while it still wants `revision` (a newer one stays, `handed`). */
WB_MUST_CHECK wb_rc wb_outbox_done(wb_txn *txn, uint16_t shard, wb_view target, wb_view record,
                                   uint64_t revision, wb_err *err);
typedef wb_rc (*wb_outbox_each)(void *arg, const wb_outbox_row *row, wb_err *err);
/* Rows in key order behind (target, record) of a shard; {NULL,0} both = the first. */
WB_MUST_CHECK wb_rc wb_outbox_scan(wb_txn *txn, uint16_t shard, wb_view target, wb_view record,
                                   wb_outbox_each each, void *arg, wb_err *err);
/* Does any target still wait for this record? */
WB_MUST_CHECK wb_rc wb_outbox_waits(wb_txn *txn, uint16_t shard, wb_view record,
                                    const wb_view *targets, size_t count, bool *out, wb_err *err);

#endif
