/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks - for each (target, record): the newest revision delivered, and whether a write of which
 * nobody knows the outcome may have left. Nobody asks a pusher to forget a mark.
 */
#ifndef WB_STORAGE_MARKS_H
#define WB_STORAGE_MARKS_H

#include "protocol/kinds.h"
#include "storage/store.h"

typedef struct {
    uint64_t revision;  /* delivered; 0 = none yet */
    wb_outcome outcome; /* HANDED_ON (took effect) or UNCHANGED (was there) */
    int64_t at_utc_us;
    uint64_t left_revision; /* > revision: a write of it may have left; ends with a mark or a
                               probe's answer; 0 = none */
    int64_t left_utc_us;    /* when it may have left last: settle counts from here */
    wb_view remote_id;
    bool digested; /* `digest` is of what was delivered, of the part of it that the target reads */
    uint8_t digest[16];
    bool
        aimed; /* `aim` is what the target has of it (wb_aim), or a person was told that it lacks */
    uint8_t aim[32];
} wb_mark_row;

WB_MUST_CHECK wb_rc wb_marks_get(wb_txn *txn, wb_row_name name, wb_mark_row *out, bool *found,
                                 wb_err *err);
/* A lower revision than the stored one changes nothing (revisions only rise); `left` fields are
 * taken as given. */
WB_MUST_CHECK wb_rc wb_marks_put(wb_txn *txn, wb_row_name name, const wb_mark_row *row,
                                 wb_err *err);

#endif
