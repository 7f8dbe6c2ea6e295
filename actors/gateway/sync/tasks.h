/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks - syncs that were asked for by the API, and are followed until they are over
 *
 * A task is stored before it is answered (storage/syncs.h). From then on its gateway asks the
 * pollers to begin the run of each part, under the id that is stored with it, until one says that
 * it has begun; then it asks the monitor for the run's ledger, and the pollers how far they are.
 * Each change is stored as it comes. A gateway that begins anew goes on with what it has stored:
 * what it had asked for is asked for once more, and begins once.
 *
 *   tasks.c   the open ones: made, loaded; old ones leave
 *   store.c   one of them, written as it changes
 *   follow.c  what is asked for them, and what the answers change
 *   show.c    call.tasks: what other gateways and the command line ask
 */
#ifndef WB_ACTORS_GATEWAY_SYNC_TASKS_H
#define WB_ACTORS_GATEWAY_SYNC_TASKS_H

#include "actors/gateway/gateway.h"
#include "storage/syncs.h"

#define WB_TASKS_OPEN_MAX 1000 /* of a gateway; then it takes no more */

typedef struct wb_task wb_task;
typedef struct wb_tasks wb_tasks;

/* One list of it. `row` is task->row.parts[i]: what is stored of it. */
typedef struct {
    wb_task *task;
    wb_sync_part *row;
    char stream[WB_STREAM_MAX + 1];
    char error[WB_SYNC_TEXT_MAX + 1];
    wb_ask *ask;        /* the pollers, under way */
    bool over_there;    /* its poller says that the run is over: */
    wb_sync_part there; /* so it ended; without texts */
    char why_there[WB_SYNC_TEXT_MAX + 1];
    bool asked_for;           /* of the monitors, and not told yet */
    int64_t unknown_since_ms; /* since then no monitor knows of it, though it is over */
    int64_t ends_utc_us;      /* when it may end; 0 = cannot be said */
} wb_task_part;

struct wb_task {
    wb_link link; /* tasks->open */
    wb_tasks *tasks;
    wb_sync_row row; /* as it is to be stored; its texts are here: */
    char account[WB_ACCOUNT_KEY_MAX + 1];
    char note[WB_SYNC_TEXT_MAX + 1];
    wb_task_part parts[WB_SYNC_PARTS_MAX];
    wb_write write;
    bool writing, changed; /* a write is under way; it has changed since */
    bool forgotten;        /* its account is: it goes with its last write */
    wb_call_in *call;      /* who asked for it, until that is answered; NULL = nobody waits */
};

struct wb_tasks {
    wb_gateway *gateway;
    unsigned number; /* of this gateway */
    wb_link open;    /* the one that waits longest to be asked about comes first */
    size_t open_count;
    wb_timer timer;
    wb_ask *runs; /* the monitors, under way */
    wb_write prune;
    wb_timer prune_timer;
    bool pruning, ending;
    size_t pruned;
    int64_t keep_before_utc_us;
};

typedef struct {
    wb_view account; /* tenant/account */
    int64_t shop_id;
    wb_record_kind kind;
    bool full;
    int64_t from_utc_us, to_utc_us;
    int64_t page_size, filter;
    const wb_stream *streams[WB_SYNC_PARTS_MAX];
    size_t stream_count; /* 1 at least */
} wb_task_ask;

/* WB_FATAL: this instance's name has no number below WB_SYNC_GATEWAYS; or the store fails. */
WB_MUST_CHECK wb_rc wb_tasks_new(wb_tasks **out, wb_gateway *gateway, wb_err *err);
void wb_tasks_destroy(wb_tasks **self_p);

bool wb_tasks_are_full(const wb_tasks *self);
/* Stored, and then the call is answered: 200, pending. */
void wb_tasks_begin(wb_tasks *self, const wb_task_ask *ask, wb_call_in *call);
/* An open one; NULL = there is none. */
const wb_task *wb_tasks_find(const wb_tasks *self, int64_t id);

/* follow.c */
void wb_task_follow_begin(wb_tasks *self); /* soon, and on */
void wb_task_follow_end(wb_tasks *self);   /* nothing more is asked */
/* The ledger of a run, as a monitor or its poller tells it: counts, times, status. True: it says
 * that all is over. */
bool wb_sync_read_ledger(wb_json *json, wb_json_ref at, wb_sync_part *out);

/* store.c: it has changed. One that is over is open no more once that is stored. */
void wb_task_changed(wb_task *self);
void wb_task_close(wb_task **self_p); /* it is in memory no more */

/* show.c: as a handler of call.tasks. */
wb_rc wb_tasks_call(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
/* The answer to such a question, by its own store. */
WB_MUST_CHECK wb_rc wb_tasks_tell(wb_tasks *self, wb_view question, wb_json_writer *out,
                                  wb_err *err);

#endif
