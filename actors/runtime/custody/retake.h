/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retake - how parked work is taken back into custody, by whoever put it aside
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_RETAKE_H
#define WB_ACTORS_RUNTIME_CUSTODY_RETAKE_H

#include "actors/runtime/custody/custody.h"
#include "storage/parked.h"

/* Stored work that an operator drops, its account not being configured. */
typedef struct {
    const wb_envelope *env;
    uint16_t shard;
    uint32_t flags; /* WB_JOB_* */
    wb_view account;
} wb_retake_dropped;

/* How an actor takes parked work back. */
typedef struct {
    void *arg;
    /* Inside the transaction: make the row work again (a row in jobs). The row's envelope is
     * unsealed. Its parked row is deleted by the caller. NULL = this actor cannot. */
    wb_rc (*revive)(void *arg, wb_write *write, wb_txn *txn, const wb_parked_row *row, wb_err *err);
    /* How the reason begins of what a person can decide; NULL = nothing here. And the same as
     * revive, for a row of that reason: its word is taken, `by` ("by NAME") says whose decision. */
    const char *acceptable;
    wb_rc (*accept)(void *arg, wb_txn *txn, const wb_parked_row *row, const char *by, wb_err *err);
    /* Park what waits of a record, at one account or ("") at all; answers the call after the commit
     * and consumes the delivery. NULL = nothing waits for a call here. */
    void (*aside)(void *arg, wb_delivery *delivery, const char *account, wb_view record);
    /* After the commit, when at least one came back: look at the stored work. */
    void (*revived)(void *arg);
    /* Inside the transaction that drops it: what has to be known of it later. NULL = nothing. */
    wb_rc (*dropping)(void *arg, wb_write *write, wb_txn *txn, const wb_retake_dropped *what,
                      wb_err *err);
} wb_retake;

/* What a call has changed: so many rows; `more` could be; `kept` could not, the first because
 * `why`. */
typedef struct {
    size_t changed, kept;
    bool more;
    const char *why; /* NULL or "" = none is kept */
} wb_retake_change;
/* Answer the call; consumes the delivery. */
void wb_retake_changed(wb_lanes *lanes, wb_delivery **delivery_p, const wb_retake_change *change);

#endif
