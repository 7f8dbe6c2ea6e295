/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump - jobs in, calls out, outcomes back: what enricher and pusher have in common
 *
 * A job is one record's work. Classes live > manual > incremental > backfill are weighted so that
 * none starves; accounts take turns, and of one target the accounts that its records come from; one
 * job of a record is in flight; a newer one waits behind it, and one that has not left is joined.
 * Memory first: a job that stumbles longer than `hold_ms` is stored in `jobs`, its deliveries get
 * HELD. Retries by back-off with full jitter, Retry-After obeyed, attempts stored, parked after the
 * last. A refused batch is halved. An unknown outcome is settled by the account's rule: resend
 * under its key, probe after its settle time, or park.
 *
 * What a target accepted and has not done waits for the outcome of its ticket, stored, without an
 * attempt or a slot; a newer revision takes its place and waits with it (ticket.c).
 */
#ifndef WB_ACTORS_RUNTIME_PUMP_PUMP_H
#define WB_ACTORS_RUNTIME_PUMP_PUMP_H

#include "actors/runtime/custody/event.h"
#include "actors/runtime/custody/retake.h"
#include "actors/runtime/outside/exchange.h"
#include "storage/jobs.h"

/* How the reason begins of what is set aside because it may have been written before the time that
 * we remember: a person may accept that it is written. */
#define WB_PUMP_FORGOTTEN "older than our memory"

/* How the reason begins of what was refused; the connector's word is behind it. */
#define WB_PUMP_REFUSED "refused: "
#define WB_PUMP_PROBE_REFUSED "outcome unknown: the probe was refused: "

typedef struct wb_pump wb_pump;

typedef enum {
    WB_JOB_WAITING, /* for its turn, a due time, or the gate */
    WB_JOB_CALLING, /* its request is on its way */
    WB_JOB_HANDING, /* the actor has the result: handing on, or committing its mark */
    WB_JOB_GONE,
} wb_job_state;

typedef struct wb_job {
    wb_envelope *env;    /* FETCH: the notice; PUSH: the wanted state */
    wb_account *account; /* whose limits it uses */
    uint16_t shard;
    wb_job_state state;
    const wb_op *op;
    wb_link deliveries; /* wb_delivery.link: receipts owed; the first is the primary */
    uint32_t attempts, behind;
    uint32_t flags;         /* WB_JOB_* of storage/jobs.h */
    bool stored;            /* a row in jobs exists */
    bool probing;           /* its next call is a probe */
    bool probed;            /* a probe has told whether the target has it */
    bool there;             /* and it has, in whatever state: it is not created again */
    uint64_t left_revision; /* of a write whose outcome is unknown; 0 = not known which */
    bool older;             /* a write of an older one may have left, whatever of this one has */
    uint64_t settled;       /* of what left up to this revision it is known what became of it */
    bool silent;            /* set by `choose`: of this state nothing is to be said to anybody */
    const char *untold;     /* ... and yet a person is to be: why. A literal; it is parked */
    bool resent;            /* a write left again under its key while its outcome was unknown */
    int64_t due_ms;         /* monotonic */
    int64_t taken_ms;
    wb_wait wait;          /* HANDING: for what; set by the actor */
    int64_t source_utc_us; /* FETCH: the newest time announced by those that joined */
    char error[160];       /* the last failure */
    wb_awaited awaited;    /* FETCH: what its parts have told of it; good until the job is gone */
    bool errand;           /* FETCH: nobody is owed a receipt for it (wb_pump_errand) */
    bool stumbled;         /* ... and it ends without its record: `error` says why */
    bool asked;            /* FETCH: a person named its record, and no source has told of it */
    bool gone;             /* ... and there is none: `error` says so. It ends as FILTERED */
    void *user;            /* the actor's */
    struct wb_job_private *own;
} wb_job;

/* Points to be killed at (process/kill_point.h); NULL = none. Of a call: its request is about to
 * leave, and the same for half of a refused batch; it has left; it was answered well, or at all; a
 * ticket was committed. A part of what is fetched is there, and the next one is to be asked for. Of
 * a job that ends: committed; and its receipts have left. */
typedef struct {
    const char *leaving, *half, *left, *fetched, *part, *answered, *accepted;
    const char *committed, *receipted;
} wb_pump_points;

typedef struct {
    wb_verb verb; /* FETCH or PUSH */
    wb_pump_points points;
    /* The operation for a job; NULL: nothing to do, settled as UNCHANGED. May set flags: that a
     * write may have left, that it is older than our memory. */
    const wb_op *(*choose)(void *actor, wb_job *job);
    /* A call answered for this job: DONE, UNCHANGED or (FETCH) whole body in result->body. The
     * actor hands on or commits and then calls wb_pump_settle. Views die when this returns. */
    void (*done)(void *actor, wb_job *job, const wb_result *result, int64_t sent_utc_us);
    /* Inside the transaction that settles, stores or parks a job: the actor's part (marks). */
    wb_rc (*apply)(void *actor, wb_job *job, wb_outcome outcome, wb_write *write, wb_txn *txn,
                   wb_err *err);
    /* Whether what a call of this account brings could be handed on. False: none begins until
     * wb_pump_run. NULL = always. */
    bool (*room)(void *actor, const wb_account *account);
    /* PUSH: what follows an unknown outcome. */
    wb_after_unknown (*after_unknown)(void *actor, wb_job *job);
    /* A job that had been stored was settled or parked: its row stays, as WB_JOB_MARKING, until the
     * actor has told its sender and calls wb_pump_marked. Called after the commit, and after a
     * start for rows found so. NULL = the row goes with the settlement. */
    void (*marking)(void *actor, wb_account *account, const wb_envelope *env, wb_view error);
    /* As wb_retake.dropping, with the pump. NULL = nothing. */
    wb_rc (*dropping)(void *pump, wb_write *write, wb_txn *txn, const wb_retake_dropped *what,
                      wb_err *err);
    /* FETCH: of what was asked for (wb_delivery_make), by its `arg`: there is no such record. Its
     * end follows with the commit. NULL = nobody asks. */
    void (*gone)(void *asked, const char *why);
    /* A job is about to be freed: release what hangs on job->user. NULL = nothing. */
    void (*release)(void *actor, wb_job *job);
} wb_pump_actor;

/* What a pump is made from; all of it borrowed. */
typedef struct {
    wb_custody custody;
    wb_loop *loop;
    wb_gate *gate;
    wb_exchanger *exchanger;
    wb_accounts *accounts;
    int64_t hold_ms; /* what stumbles longer is stored */
} wb_pump_conf;

/* `arg` is what the functions of `actor` get. */
wb_pump *wb_pump_new(const wb_pump_conf *conf, const wb_pump_actor *actor, void *arg);
void wb_pump_destroy(wb_pump **self_p);

/* Take a message. The pump owns the delivery from here on. `account` is whose limits it uses.
 * `again`: a write of it, or of what it replaces, may have left. What was made here
 * (wb_delivery_make) is what a person asks for (wb_pump_is_asked): where its source has no such
 * record, that is the answer, and nothing is parked. */
void wb_pump_take(wb_pump *self, wb_delivery *delivery, wb_account *account, bool again);
/* A notice that a person makes: of no run, and asked for by hand. */
bool wb_pump_is_asked(const wb_envelope *env);
/* FETCH: read a record that nobody has announced anew; `env` is a notice of it, of no run. False:
 * one of that record is in hand already, and tells the same. An errand has one try: when it fails,
 * or is refused, it is not stored, not tried again and not parked, but ends as `stumbled`, which
 * the actor's `apply` writes down. A notice that joins makes it a job like any other. */
bool wb_pump_errand(wb_pump *self, wb_account *account, wb_envelope **env_p);
/* The actor is through with a job it got by `done` (or wants it ended): settle its deliveries with
 * `outcome` after the commit that moves custody, when one is needed: `commit` true (a mark), or the
 * job is stored (its row goes). A job that was stored tells its run by an event. */
void wb_pump_settle(wb_pump *self, wb_job *job, wb_outcome outcome, bool commit);
/* The sender of a WB_JOB_MARKING row knows: the row goes, unless a newer revision replaced it. */
void wb_pump_marked(wb_pump *self, wb_account *account, wb_view record, uint64_t revision);
/* Start calls that may start. The pump does so by itself when something changed. */
void wb_pump_run(wb_pump *self);
void wb_pump_drain(wb_pump *self); /* no new calls; those in flight are awaited by the actor */
size_t wb_pump_jobs(const wb_pump *self); /* in memory; for tests */
size_t wb_pump_stored(const wb_pump *self, const wb_account *account);
wb_job *wb_pump_find(wb_pump *self, wb_account *account,
                     wb_view record); /* NULL = none in memory */
/* PUSH: of an account that is paused nothing leaves but what a person has released: one revision of
 * a record, a newer one is not. In the transaction of whoever was told so; it ends with the job. */
WB_MUST_CHECK wb_rc wb_pump_release(wb_txn *txn, const wb_account *account, wb_view record,
                                    uint64_t revision, wb_err *err);
void wb_pump_released(wb_pump *self, wb_account *account, wb_view record); /* after its commit */
/* One key for each record, made of what it is for: the same attempt, the same key, for ever. */
void wb_pump_idempotency(char out[WB_ID_TEXT_MAX + 1], const wb_envelope *env, const wb_op *op);
/* How parked work is taken back: it becomes a stored job. */
const wb_retake *wb_pump_retake(const wb_pump *self);
/* What is known here of a record's waiting work, as members of an open JSON object: state, wait,
 * until, attempts, error; nothing when there is none. */
void wb_pump_tell(wb_pump *self, wb_account *account, wb_view record, wb_json_writer *out);
/* Members for call.status: jobs in memory and stored, by account. */
void wb_pump_status(wb_pump *self, wb_json_writer *out);

#endif
