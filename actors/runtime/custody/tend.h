/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tend - what a store needs beside its work: young rows folded, readers of the dead cleared
 *
 * Folding (storage/store.h) waits until there are more than WB_TEND_YOUNG young rows, so that an
 * order that changes again soon is folded once, and then takes WB_TEND_ROWS at a time: 20 times a
 * second when nobody writes, twice a second beside less than 500 writes a second, not at all beside
 * more. A burst is so paid for after it.
 *
 * In the same gaps an actor drops what has grown old, a chunk at a time; a pass over all rows a
 * day. That goes on while a store is full: it makes room.
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_TEND_H
#define WB_ACTORS_RUNTIME_CUSTODY_TEND_H

#include "actors/runtime/custody/commit.h"

#define WB_TEND_YOUNG 16384
#define WB_TEND_ROWS 256           /* of one transaction: some milliseconds of the loop */
#define WB_TEND_FIRST_MS 600000    /* after a start, before old rows are looked for */
#define WB_TEND_PASSES_MS 86400000 /* between two passes */

typedef struct wb_tend wb_tend;

wb_tend *wb_tend_new(wb_loop *loop, wb_store *store, wb_commit *commit);
void wb_tend_destroy(wb_tend **self_p); /* before the commit */
/* What an actor drops when it has grown old. */
typedef struct {
    /* Inside a transaction: one chunk; *end: all rows have been looked at. */
    wb_rc (*step)(void *arg, wb_txn *txn, bool *end, wb_err *err);
    void *arg;
    int64_t first_ms, passes_ms; /* 0 = as above */
} wb_tend_aging;
/* Once, before the first turn; kept until the end. */
void wb_tend_age(wb_tend *self, const wb_tend_aging *aging);
/* Other numbers than WB_TEND_YOUNG and WB_TEND_ROWS (tests). */
void wb_tend_rule(wb_tend *self, uint64_t young, size_t rows);

#endif
