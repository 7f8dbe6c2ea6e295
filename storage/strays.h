/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strays - stored rows of accounts that nobody works for any more
 *
 * An account that leaves the configuration leaves its rows behind: they are kept until it comes
 * back, or a person drops them.
 */
#ifndef WB_STORAGE_STRAYS_H
#define WB_STORAGE_STRAYS_H

#include "storage/store.h"

typedef struct {
    bool (*known)(void *arg, wb_view account); /* asked once for each account and shard */
    /* A row of an account that is not known; as wb_kv_each, with its account. */
    wb_rc (*each)(void *arg, wb_view account, wb_view key, wb_view value, wb_err *err);
    void *arg;
} wb_strays;

/* Visit them in `db`: WB_DB_JOBS (by account) or WB_DB_OUTBOX (by target). The rows of accounts
 * that are known are skipped, not read. */
WB_MUST_CHECK wb_rc wb_strays_scan(wb_txn *txn, wb_db db, const wb_strays *what, wb_err *err);

#endif
