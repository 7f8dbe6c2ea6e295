/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_fill - rows of 60 KB, to fill a store with
 */
#ifndef WB_TESTS_STORE_FILL_H
#define WB_TESTS_STORE_FILL_H

#include "storage/inside.h"
#include "tests/unit/storage/store_rig.h"

enum { VALUE = 60000 };

static char *value_bytes; /* WB_BODY_MAX of them */

static inline void
fill_init(void)
{
    value_bytes = wb_alloc(WB_BODY_MAX);
}

static inline void
fill_fini(void)
{
    wb_free(&value_bytes);
}

static inline void
key_of(char dst[16], int number)
{
    snprintf(dst, 16, "%08d", number);
}

/* Put `count` rows from `first` on in one transaction; the code of what failed, else commit's. */
static inline wb_rc
put_rows(rig *r, int first, int count)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = rig_begin(r, true);
    char key[16];
    wb_rc rc = WB_OK;

    for (int i = first; i < first + count && !rc; i++) {
        key_of(key, i);
        rc = wb_kv_put(txn, WB_DB_JOBS, wb_view_of(key), (wb_view){value_bytes, VALUE}, &r->err);
    }
    return rc ? rc : wb_txn_commit(&txn, &r->err);
}

static inline wb_rc
delete_rows(rig *r, int first, int count)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = rig_begin(r, true);
    char key[16];
    wb_rc rc = WB_OK;

    for (int i = first; i < first + count && !rc; i++) {
        key_of(key, i);
        rc = wb_kv_delete(txn, WB_DB_JOBS, wb_view_of(key), &r->err);
    }
    return rc ? rc : wb_txn_commit(&txn, &r->err);
}

static inline uint64_t
row_count(rig *r)
{
    wb_store_stats stats;

    rig_ok(r, wb_store_stat(r->store, &stats, &r->err));
    return stats.rows[WB_DB_JOBS];
}

/* Fill until refused with `chunk` rows a transaction; the number of rows that are in. */
static inline int
fill(rig *r, int chunk)
{
    int count = 0;

    for (wb_rc rc = WB_OK; !rc; count += rc ? 0 : chunk) {
        rc = put_rows(r, count, chunk);
        ck_assert_msg(rc == WB_OK || rc == WB_FULL, "%s", r->err.text);
        ck_assert_int_lt(count, 20000);
    }
    return count;
}

static inline void
look_again(rig *r)
{
    r->store->looked_ms = 0; /* its memory of 200 ms */
}

#endif
