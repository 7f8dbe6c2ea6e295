/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syncs - tasks of the gateway: what somebody asked to be read, and what became of it
 *
 * A task is about one account, and has a part for each list of it. A part's run has its id before
 * anybody is asked for it, so that it can be asked for again: it begins once. The task's own state
 * is made of its parts' (wb_sync_status_of).
 *
 * Ids are given here: they grow, and no two gateways give the same one, nor does one give an id
 * twice in spite of restarts, removed rows and clocks that are set back.
 */
#ifndef WB_STORAGE_SYNCS_H
#define WB_STORAGE_SYNCS_H

#include "protocol/kinds.h"
#include "storage/store.h"

#define WB_SYNC_GATEWAYS 64 /* numbers of gateways: 0 to 63 */
#define WB_SYNC_ID_MAX ((INT64_C(1) << 53) - 1)
#define WB_SYNC_EPOCH_UTC_US INT64_C(1735689600000000) /* 2025-01-01 */
#define WB_SYNC_PARTS_MAX 16
#define WB_SYNC_TEXT_MAX 400 /* of a note, an error; what is longer is cut */

typedef enum {
    WB_SYNC_PENDING,
    WB_SYNC_RUNNING,
    WB_SYNC_COMPLETED,
    WB_SYNC_FAILED,
    WB_SYNC_STATUS_COUNT
} wb_sync_status;

const char *wb_sync_status_name(wb_sync_status status);

typedef struct {
    wb_view stream;
    wb_id run;
    wb_sync_status status;
    int64_t start_utc_us, end_utc_us; /* 0 = not yet */
    uint64_t total, success, failed;  /* items; final when it is over, as the next */
    uint64_t progress;                /* per cent */
    wb_view error;                    /* FAILED: why, for people */
} wb_sync_part;

typedef struct {
    int64_t id;
    wb_record_kind kind; /* orders or products */
    bool full;
    int64_t from_utc_us, to_utc_us; /* as asked for; 0 = not given */
    int64_t created_utc_us, updated_utc_us;
    int64_t shop_id;           /* of then; 0 = it had none */
    int64_t page_size, filter; /* as asked for; 0 = what is usual */
    wb_view account;           /* tenant/account */
    wb_view note;              /* what it waits for, for people */
    wb_sync_part parts[WB_SYNC_PARTS_MAX];
    size_t part_count; /* 1 at least */
} wb_sync_row;

/* What its parts come to. */
wb_sync_status wb_sync_status_of(const wb_sync_row *row);
bool wb_sync_is_over(wb_sync_status status);

/* The next id of this gateway, remembered in the same transaction: max(last + 64, milliseconds
 * since 2025 x 64 + gateway), in the gateway's own numbers. */
WB_MUST_CHECK wb_rc wb_syncs_next_id(wb_txn *txn, unsigned gateway, int64_t now_utc_us,
                                     int64_t *out, wb_err *err);
/* Insert or replace. Its views may not be of this transaction. */
WB_MUST_CHECK wb_rc wb_syncs_put(wb_txn *txn, const wb_sync_row *row, wb_err *err);
/* found = false and OK when there is none. Views live as long as the transaction's next write. */
WB_MUST_CHECK wb_rc wb_syncs_get(wb_txn *txn, int64_t id, wb_sync_row *out, bool *found,
                                 wb_err *err);
WB_MUST_CHECK wb_rc wb_syncs_delete(wb_txn *txn, int64_t id, wb_err *err); /* absent = OK */

typedef wb_rc (*wb_syncs_each)(void *arg, const wb_sync_row *row, wb_err *err); /* as wb_kv_each */
/* The newest first: those with an id below `before`; 0 = all. */
WB_MUST_CHECK wb_rc wb_syncs_scan(wb_txn *txn, int64_t before, wb_syncs_each each, void *arg,
                                  wb_err *err);

#endif
