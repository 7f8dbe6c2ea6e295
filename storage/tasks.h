/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks - records that lack something which is asked for again: a task for each
 *
 * Found by record, and by when they are due: to be asked, to be taken from who died with it, or,
 * when they are over, to be dropped.
 */
#ifndef WB_STORAGE_TASKS_H
#define WB_STORAGE_TASKS_H

#include "storage/store.h"

typedef enum {
    WB_TASK_PENDING,
    WB_TASK_PROCESSING,
    WB_TASK_COMPLETED,
    WB_TASK_FAILED,
    WB_TASK_STATUS_COUNT
} wb_task_status;

const char *wb_task_status_name(wb_task_status status);

#define WB_TASK_TEXT_MAX 4096 /* of `value`, and of `parts` */

typedef struct {
    uint16_t shard;
    wb_view account, record;
    wb_task_status status;
    uint32_t attempts; /* that failed */
    int64_t created_utc_us, updated_utc_us;
    int64_t due_utc_us; /* PENDING: to be asked; PROCESSING: its lease ends; else: to be dropped */
    wb_view name;       /* what it is about: "package number" */
    wb_view value;      /* COMPLETED: what was found */
    wb_view parts;      /* ids of parts of the record */
    wb_view error;      /* the last one, for people */
    wb_view envelope;   /* the notice to ask by: wb_envelope_store bytes */
} wb_task_row;

/* Insert or replace. Its views may not be of this transaction: what it replaces goes first. */
WB_MUST_CHECK wb_rc wb_tasks_put(wb_txn *txn, const wb_task_row *row, wb_err *err);
/* found = false and OK when there is none. Views live as long as the transaction's next write. */
WB_MUST_CHECK wb_rc wb_tasks_get(wb_txn *txn, wb_row_name name, wb_task_row *out, bool *found,
                                 wb_err *err);
WB_MUST_CHECK wb_rc wb_tasks_delete(wb_txn *txn, wb_row_name name, wb_err *err);

typedef wb_rc (*wb_tasks_each)(void *arg, const wb_task_row *row, wb_err *err); /* as wb_kv_each */
/* Those that are due, the longest first. */
WB_MUST_CHECK wb_rc wb_tasks_due(wb_txn *txn, int64_t now_utc_us, wb_tasks_each each, void *arg,
                                 wb_err *err);
/* Every task of the store, in the order of shards, accounts and records. */
WB_MUST_CHECK wb_rc wb_tasks_all(wb_txn *txn, wb_tasks_each each, void *arg, wb_err *err);

#endif
