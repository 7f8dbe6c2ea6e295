/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit - group commit: many small changes, one transaction, one flush
 *
 * A change is a wb_write in its owner. It is queued, applied with others in one transaction, and
 * told after the full sync. At once when nothing else is under way, else after 2 ms or 256 writes.
 * On a full map the group is halved, down to one; then the map grows. `apply` may therefore run
 * more than once and must change nothing but the transaction (and its own result fields). Any
 * other failure of a transaction ends the process: nobody was told anything.
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_COMMIT_H
#define WB_ACTORS_RUNTIME_CUSTODY_COMMIT_H

#include "actors/runtime/loop/loop.h"
#include "protocol/key.h"
#include "storage/events.h"
#include "storage/store.h"

typedef struct wb_commit wb_commit;
typedef struct wb_write wb_write;

struct wb_write {
    wb_link link; /* private */
    /* Inside the transaction. WB_OK, or WB_FULL / WB_FATAL passed on from storage. */
    wb_rc (*apply)(wb_write *self, wb_txn *txn, wb_err *err);
    /* After the commit. The write is the owner's again (it may free it, or queue it anew). */
    void (*done)(wb_write *self);
    /* The message that it is about, alive until `done` is called: a process that ends in one
     * of the two leaves its name. NULL = none, or many. */
    const wb_id *about;
    wb_commit *commit; /* private: apply calls wb_commit_event through it */
};

WB_MUST_CHECK wb_rc wb_commit_new(wb_commit **out, wb_loop *loop, wb_store *store, wb_err *err);
void wb_commit_destroy(wb_commit **self_p); /* what is queued is not applied */
/* The rule's numbers (2 ms, 256 writes). */
void wb_commit_rule(wb_commit *self, int64_t wait_us, size_t writes_max);
/* Queue. A write that is alone in its turn, with no commit in the last 2 ms, leaves at this turn's
 * end; company means load, and then waiting pays. */
void wb_commit_add(wb_commit *self, wb_write *write);
/* What is queued leaves at the end of this turn: enough has come together. */
void wb_commit_soon(wb_commit *self);
size_t wb_commit_queued(const wb_commit *self);
/* Commit all that is queued now (drain, tests). */
WB_MUST_CHECK wb_rc wb_commit_flush(wb_commit *self, wb_err *err);

/* Inside apply: an event of this change, one packed map (docs/wire.md, events). All events of a
 * transaction make one row per class; after the commit `publish` is called for each row. */
void wb_commit_event(wb_write *write, wb_topic topic, wb_view packed);
typedef void (*wb_commit_publish)(void *arg, wb_topic topic, uint64_t sequence, wb_view batch);
void wb_commit_on_publish(wb_commit *self, wb_commit_publish publish, void *arg);
/* The hard limit of the event log, bytes (default 64 MiB a class). */
void wb_commit_event_limit(wb_commit *self, int64_t bytes);

typedef struct {
    uint64_t commits, writes;
    int64_t longest_us;
} wb_commit_stats;
void wb_commit_stat(const wb_commit *self, wb_commit_stats *out);

#endif
