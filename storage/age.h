/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age - records and marks that have grown old leave, a chunk at a time
 *
 * A walk goes over all rows of a table, the young ones first, and drops those that its owner calls
 * old: a chunk looks at WB_STORE_CHUNK_MAX rows at most. Where it stands is memory of its owner: a
 * start begins anew, which drops nothing twice and forgets nothing.
 */
#ifndef WB_STORAGE_AGE_H
#define WB_STORAGE_AGE_H

#include "storage/marks.h"
#include "storage/records.h"

/* Zeroed at first; wb_age_fini at the end. */
typedef struct {
    bool old_table;         /* the young rows are through */
    bool end;               /* all rows are: the next chunk begins anew */
    wb_buf behind;          /* the key that was looked at last; empty = from the beginning */
    size_t looked, dropped; /* by the last chunk */
} wb_age;

void wb_age_fini(wb_age *self);

/* One chunk. Records: those that `old` says; it may read in this transaction. */
typedef struct {
    uint16_t shard;
    wb_view key;
    const wb_record_row *row;
} wb_age_record;
typedef wb_rc (*wb_age_old)(void *arg, wb_txn *txn, const wb_age_record *record, bool *out,
                            wb_err *err);
WB_MUST_CHECK wb_rc wb_records_age(wb_txn *txn, wb_age *self, wb_age_old old, void *arg,
                                   wb_err *err);
/* Marks: those of which nothing was delivered, and nothing left, since. */
WB_MUST_CHECK wb_rc wb_marks_age(wb_txn *txn, wb_age *self, int64_t before_utc_us, wb_err *err);

#endif
