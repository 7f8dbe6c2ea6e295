/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox - (target, record) -> the revision wanted there; the body is the record's
 *
 * The key is target, revision, record: revisions rise with the time, so that the outbox is a ring
 * whose rows come at one end and leave near the other, on few pages. The shard is in the row and
 * not in the key: the outbox is small, and a shard's rows are found by looking at all.
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
    uint64_t former; /* put: the revision that was wanted there before; 0 = none */
    bool handed;     /* a message of it, or of what it replaced, may have left */
    wb_priority priority;
    wb_view header; /* encoded envelope header of the WANT to be sent, without body */
} wb_outbox_row;

/* Which row. */
typedef struct {
    wb_view target; /* "tenant/account" */
    uint64_t revision;
    wb_view record; /* printed key */
} wb_outbox_key;

/* Insert. The row of `former` goes, if it is still there; its `handed` is kept, and set when its
 * header names another incarnation than this one's: a former life of the mapper may have sent it.
 */
WB_MUST_CHECK wb_rc wb_outbox_put(wb_txn *txn, const wb_outbox_row *row, wb_err *err);
WB_MUST_CHECK wb_rc wb_outbox_get(wb_txn *txn, wb_outbox_key key, wb_outbox_row *out, bool *found,
                                  wb_err *err);
/* Delete; a row that went before is OK. */
WB_MUST_CHECK wb_rc wb_outbox_done(wb_txn *txn, wb_outbox_key key, wb_err *err);
typedef wb_rc (*wb_outbox_each)(void *arg, const wb_outbox_row *row, wb_err *err);
/* Rows of a target behind (revision, record), oldest revision first; {0, {NULL,0}} = all. */
WB_MUST_CHECK wb_rc wb_outbox_scan(wb_txn *txn, wb_outbox_key behind, wb_outbox_each each,
                                   void *arg, wb_err *err);
/* Does any of these targets still wait for this revision of the record? That of `what` is not
 * looked at. */
WB_MUST_CHECK wb_rc wb_outbox_waits(wb_txn *txn, wb_outbox_key what, const wb_view *targets,
                                    size_t count, bool *out, wb_err *err);
/* The target behind this one (empty = the first) that has a row, in its place; *found false: there
 * is none. Reads one row for each. */
WB_MUST_CHECK wb_rc wb_outbox_next_target(wb_txn *txn, wb_buf *target, bool *found, wb_err *err);
/* The same of any target, also of one that is not configured any more. */
WB_MUST_CHECK wb_rc wb_outbox_waits_anywhere(wb_txn *txn, wb_view record, uint64_t revision,
                                             bool *out, wb_err *err);

#endif
