/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runs - cursors of streams, and the ledger of each run
 */
#ifndef WB_STORAGE_RUNS_H
#define WB_STORAGE_RUNS_H

#include "protocol/kinds.h"
#include "storage/store.h"

/* What went wrong with a stream since it last went right: counted over restarts. */
typedef struct {
    uint64_t failures;    /* in a row */
    uint64_t refused;     /* LIST: of them, refusals of the cursor under way */
    uint64_t anew;        /* LIST: how often the slice under way was begun anew */
    int64_t since_utc_us; /* of the first of them */
    wb_view error;        /* the last one's reason; {NULL, 0} = none */
} wb_stream_trouble;

/* Where a stream stands. */
typedef struct {
    wb_view cursor;                             /* within the slice; {NULL, 0} = its beginning */
    int64_t slice_from_utc_us, slice_to_utc_us; /* 0, 0 = between runs */
    int64_t bound_utc_us;                       /* LIST: the end of the run under way */
    int64_t complete_utc_us;                    /* all until here was read by complete runs */
    int64_t last_start_utc_us, last_end_utc_us;
    int64_t synced_utc_us, full_synced_utc_us; /* LIST: the end of the last run, and full run, that
                                                  was read to its end; 0 = none */
    wb_id run;                                 /* under way; zero = none */
    bool full;
    int64_t slice_us; /* slices are shorter than the stream's, after trouble; 0 = they are not */
    wb_stream_trouble trouble;
    /* LIST: the answer to the page of this cursor is in the spool, read until the offset */
    bool spooled;
    wb_id spool;
    int64_t spool_len, spool_offset;
    int64_t spool_sent_utc_us; /* start of its request: what is read is of then */
} wb_cursor_row;

WB_MUST_CHECK wb_rc wb_cursors_get(wb_txn *txn, wb_row_name name, wb_cursor_row *out, bool *found,
                                   wb_err *err);
WB_MUST_CHECK wb_rc wb_cursors_put(wb_txn *txn, wb_row_name name, const wb_cursor_row *row,
                                   wb_err *err);

typedef enum {
    WB_RUN_PENDING,
    WB_RUN_RUNNING,  /* reading */
    WB_RUN_SETTLING, /* read to its end; some are held */
    WB_RUN_COMPLETED,
    WB_RUN_FAILED,
} wb_run_status;

const char *wb_run_status_name(wb_run_status status);

typedef struct {
    wb_id id;
    uint16_t shard;
    wb_view account, stream;
    wb_run_status status;
    bool full;
    int64_t from_utc_us, to_utc_us;
    int64_t start_utc_us, end_utc_us, updated_utc_us;
    uint64_t read;                       /* items read */
    uint64_t outcomes[WB_OUTCOME_COUNT]; /* of them, by outcome; `held` falls as they settle */
    uint64_t slices;
    wb_view error;
} wb_run_row;

/* read - sum of outcomes - held = those that nobody answered for yet: 0 when the ledger balances.
 */
uint64_t wb_run_open_items(const wb_run_row *row);

WB_MUST_CHECK wb_rc wb_runs_get(wb_txn *txn, uint16_t shard, const wb_id *id, wb_run_row *out,
                                bool *found, wb_err *err);
WB_MUST_CHECK wb_rc wb_runs_put(wb_txn *txn, const wb_run_row *row, wb_err *err);
typedef wb_rc (*wb_runs_each)(void *arg, const wb_run_row *row, wb_err *err);
WB_MUST_CHECK wb_rc wb_runs_scan(wb_txn *txn, uint16_t shard, wb_runs_each each, void *arg,
                                 wb_err *err); /* oldest first (ids begin with the start time) */
/* Drop the runs of a shard that began before and are over; at most WB_STORE_CHUNK_MAX a call. */
WB_MUST_CHECK wb_rc wb_runs_prune(wb_txn *txn, uint16_t shard, int64_t before_utc_us,
                                  size_t *dropped, wb_err *err);

#endif
