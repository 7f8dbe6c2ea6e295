/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young - what the young tables' own files share; what others call of them is in inside.h
 */
#ifndef WB_STORAGE_YOUNG_H
#define WB_STORAGE_YOUNG_H

#include "storage/inside.h"

/* A value of a young table as its key and its row. WB_FATAL: damaged. */
WB_MUST_CHECK wb_rc wb_young_split(wb_view value, wb_view *key, wb_view *row, wb_err *err);
/* What cannot be split is set aside (aside.h); `err` says why, and says nothing any more. */
WB_MUST_CHECK wb_rc wb_young_pass(wb_txn *txn, wb_young young, wb_view at, wb_err *err);
/* What the young table has of a key. One that is damaged is a value that no decoder takes. */
typedef struct {
    wb_view value;     /* {NULL, 0} = none */
    uint64_t sequence; /* where it stands; 0 = nowhere */
    bool foreign;      /* the index has another key of the same hash */
} wb_young_found;
WB_MUST_CHECK wb_rc wb_young_find(wb_txn *txn, wb_young young, wb_view key, wb_young_found *out,
                                  wb_err *err);
/* The index knows the newest state alone: a reader that a commit outlived must not ask it. */
void wb_young_check_reader(const wb_txn *txn);

#endif
