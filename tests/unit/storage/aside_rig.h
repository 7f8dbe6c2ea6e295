/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside_rig - a store that claims two shards, and what of it is set aside
 */
#ifndef WB_TESTS_UNIT_STORAGE_ASIDE_RIG_H
#define WB_TESTS_UNIT_STORAGE_ASIDE_RIG_H

#include "storage/aside.h"
#include "tests/unit/storage/store_rig.h"

static rig r;
static size_t told, seen;
static char reason[200];
static uint16_t shard;

static inline void
aside_setup(void)
{
    wb_txn *txn;

    rig_init(&r);
    told = seen = 0;
    reason[0] = '\0';
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_shards_claim(txn, 3, 1, &r.err));
    rig_ok(&r, wb_shards_claim(txn, 5, 1, &r.err));
    rig_commit(&r, &txn);
}

static inline void
aside_teardown(void)
{
    rig_fini(&r);
}

static inline wb_rc
tell(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)arg, (void)err;
    told++;
    shard = row->shard;
    snprintf(reason, sizeof reason, "%.*s", WB_VIEW_ARG(row->reason));
    return WB_OK;
}

/* What is noted is parked and told; all of it is in a shard of ours. */
static inline void
set_aside(size_t rows, const char *table)
{
    wb_txn *txn;

    ck_assert(wb_aside_noted(r.store));
    told = 0;
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_aside_park(txn, tell, NULL, &r.err));
    rig_commit(&r, &txn);
    wb_aside_parked(r.store);
    ck_assert_uint_eq(told, rows);
    ck_assert_msg(strstr(reason, table), "%s", reason);
    ck_assert(shard == 3 || shard == 5);
    ck_assert(!wb_aside_noted(r.store));
}

static inline void
put(wb_db db, wb_view key, wb_view value)
{
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_kv_put(txn, db, key, value, &r.err));
    rig_commit(&r, &txn);
}

static inline size_t
rows_of(wb_db db)
{
    wb_store_stats stats;

    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    return (size_t)stats.rows[db];
}

#endif
