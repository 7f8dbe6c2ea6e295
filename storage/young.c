/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young - rows written lately, in a table of their own in front of the old one
 *
 * A row stands in either table or in both; the young one counts. So a kill between a put and its
 * fold, or in the middle of folding, changes nothing that anyone reads. Why there are two: store.h.
 */
#include "protocol/base/own.h"
#include "storage/inside.h"

static const struct {
    wb_db young, old;
} tables[] = {
    {WB_DB_RECORDS_YOUNG, WB_DB_RECORDS},
    {WB_DB_MARKS_YOUNG,   WB_DB_MARKS  },
};

static wb_db
young_of(wb_db old)
{
    return old == WB_DB_RECORDS ? WB_DB_RECORDS_YOUNG : WB_DB_MARKS_YOUNG;
}

static uint64_t
count(const wb_txn *txn, wb_db db)
{
    MDB_stat stat;

    return mdb_stat(txn->mdb, txn->store->dbis[db], &stat) ? 0 : stat.ms_entries;
}

uint64_t
wb_young_count(const wb_txn *txn)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < WB_COUNT(tables); i++)
        rows += count(txn, tables[i].young);
    return rows;
}

/* Into the young table while it has room; what is young already stays so. */
static wb_rc
choose(wb_txn *txn, wb_db old, const wb_row_key *key, wb_db *out, wb_err *err)
{
    uint64_t max = (uint64_t)txn->store->conf.young_rows_max;
    wb_view found = {NULL, 0};
    wb_rc rc;

    *out = young_of(old);
    if (!txn->ascending && count(txn, *out) < max)
        return WB_OK;
    rc = wb_kv_get_row(txn, *out, key, &found, err);
    if (!rc && !found.len)
        *out = old;
    return rc;
}

wb_rc
wb_young_put_row(wb_txn *txn, wb_db old, const wb_row_key *key, const wb_row_writer *head,
                 wb_view payload, wb_err *err)
{
    wb_db db;
    wb_rc rc = choose(txn, old, key, &db, err);

    return rc ? rc : wb_kv_put_row(txn, db, key, head, payload, NULL, err);
}

wb_rc
wb_young_get_row(wb_txn *txn, wb_db old, const wb_row_key *key, wb_view *out, wb_err *err)
{
    wb_rc rc = wb_kv_get_row(txn, young_of(old), key, out, err);

    return rc || out->len ? rc : wb_kv_get_row(txn, old, key, out, err);
}

wb_rc
wb_young_scan(wb_txn *txn, wb_db old, wb_kv_range range, wb_kv_each each, void *arg, wb_err *err)
{
    return wb_kv_scan_both(txn, young_of(old), old, range, each, arg, err);
}

uint64_t
wb_store_young_rows(const wb_store *self)
{
    return self->young_rows;
}

wb_rc
wb_store_fold(wb_txn *txn, size_t rows_max, size_t *moved, wb_err *err)
{
    wb_rc rc = WB_OK;

    *moved = 0;
    for (size_t i = 0; i < WB_COUNT(tables) && !rc; i++) {
        bool more = true;

        while (!rc && more && *moved < rows_max) {
            rc = wb_kv_move_first(txn, tables[i].young, tables[i].old, &more, err);
            *moved += !rc && more;
        }
    }
    return rc;
}
