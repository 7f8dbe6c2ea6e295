/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor - the inside of the monitor, for its own files alone
 *
 *   event.c     the events themselves, read
 *   bus.c       what every process tells: in order, without gaps, acknowledged when stored
 *   batch.c     what one process told in one commit, taken into both of:
 *   timeline.c  what happened to each record
 *   runs.c      the ledger of each run, with what was settled after it was held
 *   lost.c      runs whose poller's or enricher's store is gone end with it
 *   show.c      call.timeline and call.runs
 *   logs.c      the events of one run; an account that is forgotten
 */
#ifndef WB_ACTORS_MONITOR_MONITOR_H
#define WB_ACTORS_MONITOR_MONITOR_H

#include "actors/monitor/event.h"
#include "actors/runtime/actor/actor.h"
#include "actors/runtime/custody/losses.h"
#include "protocol/base/map.h"
#include "protocol/pack.h"
#include "storage/runs.h"

/* Where we stand with one class of events of one store. */
typedef struct {
    wb_id store;
    wb_topic topic;
    char instance[WB_INSTANCE_MAX + 1];
    uint64_t queued; /* the last sequence that is queued for storing */
    uint64_t stored; /* ... stored */
    uint64_t acked;  /* ... told to its sender */
    uint64_t seen;   /* the highest that anybody spoke of */
    bool asking;     /* a call.events is under way */
} wb_source;

typedef struct {
    wb_ctx *ctx;
    wb_map *sources; /* store id and topic -> wb_source */
    wb_timer ack_timer;
    wb_losses *losses;
    size_t waiting_bytes; /* of batches that are queued for storing */
    uint64_t events, batches, gaps;
} wb_monitor;

/* bus.c */
wb_rc wb_bus_open(wb_monitor *monitor, wb_err *err);
void wb_bus_close(wb_monitor *monitor);

/* batch.c: inside a transaction. What cannot be read of it is parked, with the batch's bytes. */
wb_rc wb_batch_apply(wb_txn *txn, const wb_source *source, uint64_t sequence, wb_view batch,
                     wb_err *err);

/* timeline.c: inside the transaction that stores a batch */
wb_rc wb_timeline_put(wb_txn *txn, const wb_seen_event *event, wb_view raw, uint64_t salt,
                      wb_err *err);
wb_rc wb_timeline_prune(wb_txn *txn, int64_t before_utc_us, size_t *dropped, wb_err *err);
/* Events of a record, oldest first. */
typedef wb_rc (*wb_timeline_each)(void *arg, wb_view raw, wb_err *err);
wb_rc wb_timeline_read(wb_txn *txn, wb_view record, int64_t from_utc_us, wb_timeline_each each,
                       void *arg, wb_err *err);

/* Every event, by day and record: from the day of that time on, or behind a row. */
typedef wb_rc (*wb_timeline_row)(void *arg, wb_view key, wb_view raw, wb_err *err);
wb_rc wb_timeline_walk(wb_txn *txn, int64_t from_utc_us, wb_view behind, wb_timeline_row each,
                       void *arg, wb_err *err);
/* Drop what happened to the records of "tenant/account"; at most WB_STORE_CHUNK_MAX. */
wb_rc wb_timeline_forget(wb_txn *txn, wb_view account, int64_t from_utc_us, size_t *dropped,
                         wb_err *err);

/* runs.c: inside the transaction that stores a batch */
/* `teller`: the store that the event is of. */
wb_rc wb_watch_run(wb_txn *txn, const wb_id *teller, wb_view raw, wb_err *err);
wb_rc wb_watch_settled(wb_txn *txn, const wb_seen_event *event, wb_err *err);

/* A run as it stands, with what was settled later counted in. */
typedef struct {
    wb_run_row row;
    uint64_t settled[WB_OUTCOME_COUNT];
    uint64_t lost; /* open or held in a store that is gone: no outcome has it, nor is it open */
} wb_watched_run;
/* Drop the runs that began before and are over; at most WB_STORE_CHUNK_MAX. */
wb_rc wb_watch_prune(wb_txn *txn, uint16_t shards, int64_t before_utc_us, size_t *dropped,
                     wb_err *err);
/* Drop those of "tenant/account"; at most WB_STORE_CHUNK_MAX. */
wb_rc wb_watch_forget(wb_txn *txn, uint16_t shards, wb_view account, size_t *dropped, wb_err *err);
typedef wb_rc (*wb_watch_each)(void *arg, const wb_watched_run *run, wb_err *err);
wb_rc wb_watch_runs(wb_txn *txn, uint16_t shards, wb_watch_each each, void *arg, wb_err *err);
/* As wb_watch_runs, of these ids alone: those that are known. */
typedef struct {
    wb_txn *txn;
    uint16_t shards;
    const wb_id *ids;
    size_t count;
} wb_watch_ids;
wb_rc wb_watch_runs_of(const wb_watch_ids *what, wb_watch_each each, void *arg, wb_err *err);

/* lost.c */
typedef struct {
    int64_t at_utc_us; /* 0 = none */
    wb_id now;         /* the store that stands there instead */
    char why[WB_INSTANCE_MAX + 80];
} wb_lost_note;
typedef struct wb_lost wb_lost; /* all that is noted */
wb_rc wb_lost_open(wb_monitor *monitor, wb_err *err);
/* *out is made on failure as well. */
wb_rc wb_lost_load(wb_lost **out, wb_txn *txn, uint16_t shards, wb_err *err);
void wb_lost_destroy(wb_lost **self_p);
/* End the run, where a loss has ended it; its error then is a view into the notes. */
void wb_lost_apply(const wb_lost *self, const wb_id *teller, wb_watched_run *run);

/* show.c */
wb_rc wb_monitor_timeline(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
#define WB_MONITOR_KEEP_DAYS 30 /* of timelines */

/* logs.c */
/* What happened to the records of one run, as log rows: {"item_type", "item_id", ...}. */
wb_rc wb_monitor_logs(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err);
/* Answers when all of it is committed; consumes the delivery. */
void wb_monitor_forget(wb_ctx *ctx, wb_delivery *delivery, wb_view account);

wb_rc wb_monitor_runs(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

#endif
