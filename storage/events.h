/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events - what happened, written with the change itself, kept until the monitor has read it
 *
 * Rows are batches: one row per class and commit. A sequence names a row.
 */
#ifndef WB_STORAGE_EVENTS_H
#define WB_STORAGE_EVENTS_H

#include "protocol/topics.h"
#include "storage/store.h"

/* Append one row; its sequence (from 1, without holes) goes to *out_sequence. `limit_bytes` is the
 * log's hard limit: beyond it the oldest rows of the class go and a gap is remembered. */
WB_MUST_CHECK wb_rc wb_events_append(wb_txn *txn, wb_topic topic, wb_view batch,
                                     int64_t limit_bytes, uint64_t *out_sequence, wb_err *err);
/* The last sequence given, and the first still there (last + 1 when empty). */
WB_MUST_CHECK wb_rc wb_events_span(wb_txn *txn, wb_topic topic, uint64_t *out_first,
                                   uint64_t *out_last, wb_err *err);
/* The last sequence that the limit dropped unread; 0 = none ever. */
WB_MUST_CHECK wb_rc wb_events_gap(wb_txn *txn, wb_topic topic, uint64_t *out_through, wb_err *err);
typedef wb_rc (*wb_events_each)(void *arg, uint64_t sequence, wb_view batch, wb_err *err);
WB_MUST_CHECK wb_rc wb_events_read(wb_txn *txn, wb_topic topic, uint64_t from, wb_events_each each,
                                   void *arg, wb_err *err);
/* Drop rows up to and including `through`; at most WB_STORE_CHUNK_MAX a call. */
WB_MUST_CHECK wb_rc wb_events_trim(wb_txn *txn, wb_topic topic, uint64_t through, size_t *dropped,
                                   wb_err *err);
/* Empty all logs: the next sequence of each class is 1. Of a store that becomes another one. */
WB_MUST_CHECK wb_rc wb_events_forget(wb_txn *txn, wb_err *err);

#endif
