/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs - stored work: a poller's inbox, an enricher's and a pusher's held jobs
 *
 * A job's key is shard | account | name: one row per name, so that a newer state of the same
 * record takes the place of the older. `ready` finds the due ones of an account by priority.
 */
#ifndef WB_STORAGE_JOBS_H
#define WB_STORAGE_JOBS_H

#include "protocol/envelope.h"
#include "storage/store.h"
#include "storage/tickets.h"

enum {
    WB_JOB_LEAVING = 1,    /* its request may leave any moment: after a restart it is `again` */
    WB_JOB_AGAIN = 2,      /* a write of it (or of what it replaced) may have left */
    WB_JOB_UNKNOWN = 4,    /* its last attempt's outcome is unknown: settle first */
    WB_JOB_MARKING = 8,    /* done; its mark message waits for the mapper's receipt */
    WB_JOB_REVIVED = 16,   /* came back from what was parked */
    WB_JOB_ACCEPTED = 32,  /* ... and a person takes its word: `error` says who */
    WB_JOB_FORGOTTEN = 64, /* older than our memory: whether it was written before is not known */
    WB_JOB_TICKET = 128,   /* it left, and can be asked for: `ticket` says by what */
};

typedef struct {
    uint16_t shard;
    wb_view account; /* "tenant/account" whose limits it uses */
    wb_view name;    /* record key, or message id bytes */
    wb_priority priority;
    int64_t due_utc_us; /* 0 = now; < 0 = not in `ready` at all (a poller's inbox) */
    int64_t stored_utc_us;
    uint32_t attempts;
    uint32_t behind;  /* FETCH: answers so far that were older than announced; at most 2^16 - 1 */
    uint32_t flags;   /* WB_JOB_*, at most 8 bits */
    wb_view error;    /* the last one, for people */
    wb_view envelope; /* wb_envelope_store bytes */
    wb_ticket ticket; /* TICKET; not filled by a scan. Empty when it cannot be read */
} wb_job_row;

/* Insert or replace (the ready row of the former goes, and its ticket, unless this one has it). A
 * TICKET without `ticket` leaves the one that is there. */
WB_MUST_CHECK wb_rc wb_jobs_put(wb_txn *txn, const wb_job_row *row, wb_err *err);
/* found = false and OK when there is none. Views live as long as the transaction's next write. */
WB_MUST_CHECK wb_rc wb_jobs_get(wb_txn *txn, wb_row_name name, wb_job_row *out, bool *found,
                                wb_err *err);
WB_MUST_CHECK wb_rc wb_jobs_delete(wb_txn *txn, wb_row_name name, wb_err *err);

typedef wb_rc (*wb_jobs_each)(void *arg, const wb_job_row *row, wb_err *err); /* as wb_kv_each */
/* Jobs of a shard and account in key order; without a name from the first, else from the first
 * behind it. */
WB_MUST_CHECK wb_rc wb_jobs_scan(wb_txn *txn, wb_row_name from, wb_jobs_each each, void *arg,
                                 wb_err *err);
/* Jobs of an account that are due at `now_utc_us`, by priority, then due time. */
WB_MUST_CHECK wb_rc wb_jobs_due(wb_txn *txn, wb_view account, int64_t now_utc_us, wb_jobs_each each,
                                void *arg, wb_err *err);
/* Jobs of an account that are due later than that: written by a clock that was ahead. */
WB_MUST_CHECK wb_rc wb_jobs_beyond(wb_txn *txn, wb_view account, int64_t beyond_utc_us,
                                   wb_jobs_each each, void *arg, wb_err *err);
/* Every job of the store, any order of shards (start-up: counting, again-flags). */
WB_MUST_CHECK wb_rc wb_jobs_all(wb_txn *txn, wb_jobs_each each, void *arg, wb_err *err);

#endif
