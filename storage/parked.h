/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parked - dead letters: set aside with a reason, their bytes sealed with the vault's key
 */
#ifndef WB_STORAGE_PARKED_H
#define WB_STORAGE_PARKED_H

#include "protocol/envelope.h"
#include "storage/store.h"

typedef struct {
    wb_id id; /* the message's: a repeat parks once */
    uint16_t shard;
    wb_view account; /* "tenant/account" that it stopped at */
    wb_view record;  /* printed key; may be absent */
    wb_view reason;  /* stable first word, then text: "malformed: ..." */
    bool unknown;    /* the outcome of a write is unknown: a newer revision does not settle it */
    int64_t parked_utc_us;
    uint32_t attempts;
    uint32_t times;    /* how often it was parked; counted by wb_parked_put */
    uint64_t revision; /* of the message, read out of the envelope; 0 = before the mapper */
    wb_view envelope;  /* wb_envelope_store bytes, unsealed when read */
} wb_parked_row;

/* Insert, or count `times` up. Seals the envelope. */
WB_MUST_CHECK wb_rc wb_parked_put(wb_txn *txn, const wb_parked_row *row, wb_err *err);
/* Where a letter is. */
typedef struct {
    uint16_t shard;
    wb_id id;
} wb_parked_place;
/* Unseals into `scratch`, which must outlive the use of out->envelope. Sealed by another key, or
 * damaged: without its envelope ({NULL, 0}); it can still be dropped. */
WB_MUST_CHECK wb_rc wb_parked_get(wb_txn *txn, wb_parked_place place, wb_buf *scratch,
                                  wb_parked_row *out, bool *found, wb_err *err);
/* It is tried again at that time, which stands as the time when it was parked; it stays where it
 * is: what gets through settles it, and what is parked again counts `times` up. */
WB_MUST_CHECK wb_rc wb_parked_tried(wb_txn *txn, wb_parked_place place, int64_t at_utc_us,
                                    wb_err *err);
WB_MUST_CHECK wb_rc wb_parked_delete(wb_txn *txn, wb_parked_place place, wb_err *err);
typedef wb_rc (*wb_parked_each)(void *arg, const wb_parked_row *row, wb_err *err);
/* All of a shard behind `from` (NULL = first); envelopes are not unsealed ({NULL, 0}). */
WB_MUST_CHECK wb_rc wb_parked_scan(wb_txn *txn, uint16_t shard, const wb_id *from,
                                   wb_parked_each each, void *arg, wb_err *err);
/* What becomes settled: of which revision at most (0 = parked before the mapper), but not what has
 * a reason that begins so; {NULL, 0} = whatever its reason. */
typedef struct {
    uint64_t revision;
    wb_view but;
} wb_parked_until;
/* Drop what is parked of a record, not `unknown` (a newer revision settles a parked older one);
 * `settled` counts. */
WB_MUST_CHECK wb_rc wb_parked_settle(wb_txn *txn, wb_row_name record, wb_parked_until until,
                                     size_t *settled, wb_err *err);
/* The same of what was parked before it had a revision: what was read at `observed_utc_us` or
 * before. What cannot be opened any more counts as read when it was parked. */
WB_MUST_CHECK wb_rc wb_parked_settle_read(wb_txn *txn, wb_row_name record, int64_t observed_utc_us,
                                          size_t *settled, wb_err *err);
/* Was anything parked of a record since then? */
WB_MUST_CHECK wb_rc wb_parked_since(wb_txn *txn, wb_row_name record, int64_t since_utc_us,
                                    bool *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_parked_count(wb_txn *txn, uint64_t *out, wb_err *err);

#endif
