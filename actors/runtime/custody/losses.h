/* SPDX-License-Identifier: Apache-2.0 */
/*
 * losses - the stores that hold what we gave away, and what follows when one of them is lost
 *
 * A receipt moved the responsibility for a message into the store of the shard's owner. That store
 * is remembered here, durably, shard by shard. When the owner comes with another one, the former
 * was turned back or an empty one stands in its place, and what it held is gone: `lost` notes, in
 * the transaction that remembers the new store, what has to be done about it.
 *
 *   first       an owner that nobody was remembered for is remembered, and nothing is lost
 *   handover    another store at a higher generation got the rows with the shard: nothing is lost
 *   twice       the new store is remembered in the same transaction: it is lost once
 *   late        remembered while the owner, or we, were down: noticed when both are up
 *   untold      the bus may lose the word of an owner: the directory is asked until each is
 *               known, and again from time to time
 *   two claims  another store while the former one serves at an address of its own is an operator's
 *               error (shown by directory and broker): nothing is lost, and nothing remembered
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_LOSSES_H
#define WB_ACTORS_RUNTIME_CUSTODY_LOSSES_H

#include "actors/runtime/custody/custody.h"

typedef struct wb_losses wb_losses;

typedef struct {
    wb_custody custody;
    bool quiet;     /* no event: others tell of it */
    wb_stage stage; /* our own: a row of this stage stands for our own store */
    /* Inside the transaction: what the owner of this shard held is gone. `why` is for people. */
    wb_rc (*lost)(void *arg, wb_stage stage, uint16_t shard, const char *why, wb_txn *txn,
                  wb_err *err);
    /* After its commit, when `lost` was called in it. */
    void (*noted)(void *arg);
    void *arg;
} wb_losses_conf;

/* Takes wb_lanes_on_peer for itself. */
WB_MUST_CHECK wb_rc wb_losses_new(wb_losses **out, const wb_losses_conf *conf, wb_err *err);
void wb_losses_destroy(wb_losses **self_p);
/* Remember the owner of this shard; twice is once. */
WB_MUST_CHECK wb_rc wb_losses_watch(wb_losses *self, wb_stage stage, uint16_t shard, wb_err *err);
/* Our own store is new, and `former` served in its place: our loss is found at the first look. A
 * store that remembers its own already, as all but a new one do, is left alone. */
WB_MUST_CHECK wb_rc wb_losses_former(wb_store *store, wb_stage stage, const wb_id *former,
                                     wb_err *err);
/* Compare what is remembered with what is; also at each word of an owner. */
void wb_losses_look(wb_losses *self);

#endif
