/* SPDX-License-Identifier: Apache-2.0 */
/*
 * both - a table by its name: where a young one stands in front of it, both are one
 */
#include "storage/young.h"

static wb_young
young_of(wb_db db)
{
    int young = 0;

    while (young < WB_YOUNG_COUNT && wb_young_old_dbs[young] != db)
        young++;
    return (wb_young)young;
}

wb_rc
wb_both_get(wb_txn *txn, wb_db db, wb_view key, wb_view *out, wb_err *err)
{
    wb_young young = young_of(db);
    wb_young_found found = {0};
    wb_rc rc = young == WB_YOUNG_COUNT ? WB_OK : wb_young_find(txn, young, key, &found, err);

    *out = found.value;
    return rc || found.value.len ? rc : wb_kv_get(txn, db, key, out, err);
}

wb_rc
wb_both_delete(wb_txn *txn, wb_db db, wb_view key, wb_err *err)
{
    wb_young young = young_of(db);

    return young == WB_YOUNG_COUNT ? wb_kv_delete(txn, db, key, err)
                                   : wb_young_delete(txn, young, key, err);
}

wb_rc
wb_both_scan(wb_txn *txn, wb_db db, wb_kv_range range, wb_kv_each each, void *arg, wb_err *err)
{
    wb_young young = young_of(db);

    return young == WB_YOUNG_COUNT ? wb_kv_scan(txn, db, range, each, arg, err)
                                   : wb_young_scan(txn, young, range, each, arg, err);
}
