/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - what the files of the pump share
 *
 *   pump.c     a message comes in: new job, join, or wait behind
 *   job.c      a job's life: ready, waiting, replaced, ended
 *   line.c     where jobs wait for their turn: by class, and there by source
 *   run.c      whose turn it is: lines, classes, batches, calls
 *   look.c     who looks whether a stopped account is served again
 *   read.c     what an answer means for each job of a call
 *   refused.c  a refusal: the record's own, or its account's
 *   trial.c    who is called for again when another was served, and parked
 *   aside.c    what waits of a record is set aside by a person
 *   revive.c   what was parked before it was known that all are refused, comes back
 *   streak.c   how many were, kept for the next life
 *   write.c    everything that is committed is queued
 *   apply.c    what it does in its transaction, and after it
 *   set.c      what belongs in one call goes in one call, and only whole
 *   release.c  of a paused account: what a person let go
 *   ticket.c   accepted is not done: what became of it is asked for
 *   errand.c   jobs that nobody is owed a receipt for
 *   disk.c     stored work: kept after hold_ms, read back, revived
 *   show.c     what is known of it
 */
#ifndef WB_ACTORS_RUNTIME_PUMP_INSIDE_H
#define WB_ACTORS_RUNTIME_PUMP_INSIDE_H

#include "actors/runtime/pump/pump.h"
#include "protocol/base/map.h"
#include "protocol/base/random.h"
#include "storage/parked.h"

#define PUMP_MEMORY_JOBS 2048 /* of one account; stored ones beyond it are on disk alone */
/* Bodies in memory, of all accounts: one that has more than its share of it has them on disk. */
#define PUMP_MEMORY_BYTES (128 * 1024 * 1024)
#define PUMP_LOAD_ROWS 256 /* read back in one go */
#define PUMP_BEHIND_MAX 5  /* answers older than announced; then the answer is taken */
#define PUMP_ROW_MAX (WB_HEADER_MAX + WB_BODY_MAX + 64) /* an envelope, stored */
/* Flags of a job that a mark or a probe ends: whether the target has it is not known. */
#define PUMP_DOUBTS ((uint32_t)(WB_JOB_UNKNOWN | WB_JOB_AGAIN | WB_JOB_LEAVING | WB_JOB_FORGOTTEN))

/* Whose records they are: an account that is read. */
typedef struct {
    size_t jobs, body_bytes; /* in memory */
} pump_source;

typedef struct pump_row pump_row; /* of a queue: what one source has in it */

/* What left of a job whose operation has `look`, and by what its target can be asked about it. It
 * counts while WB_JOB_TICKET is among the job's flags. */
typedef struct {
    const wb_op *op; /* that left */
    char *text;      /* NULL: the answer did not come, the attempt is what is known */
    wb_id attempt;
    char attempt_text[WB_ID_TEXT_MAX + 1];
    uint32_t number;
    uint64_t revision;
    int64_t since_utc_us;
    bool doubted; /* a write before it may have left as well */
    uint32_t looks;
    int64_t look_ms; /* the next one: monotonic */
} pump_ticket;

typedef struct pump_set pump_set; /* set.c */

typedef struct pump_account {
    wb_pump *pump;
    wb_account *account;
    wb_map *sets;                 /* by operation and what they share */
    size_t gathered;              /* jobs that belong to one */
    size_t held_back;             /* jobs in memory that nobody has released */
    wb_map *records;              /* record key -> wb_job */
    wb_map *sources;              /* by tenant and account -> pump_source */
    size_t sources_here;          /* of them, those with jobs in memory */
    size_t jobs;                  /* in memory */
    size_t body_bytes;            /* of them */
    size_t rows, bytes;           /* stored, in memory or not */
    size_t tickets, ticket_bytes; /* of them, those with a ticket: outside the cap */
    size_t rows_loaded;           /* of them in memory */
    int64_t load_ms;              /* not looked for on disk before */
    wb_call question; /* is it served? Asked of the other side when no record can tell */
    bool asking;
    bool unanswered; /* the last one was not answered well: the next look goes with a record */
} pump_account;

/* Of each class two queues: what is tried for the first time, and what has failed before, which
 * gets a smaller share: many bad records so keep none of the good ones waiting. */
#define PUMP_QUEUES (2 * WB_PRIORITY_COUNT)

/* One operation of one account: where jobs wait for their turn. */
typedef struct pump_line {
    wb_link active; /* in pump.active while it has jobs */
    pump_account *acct;
    const wb_op *op;
    wb_link ready[PUMP_QUEUES]; /* 2 * class, and one more for what has failed before: pump_row */
    wb_map *rows;               /* by source and queue */
    size_t count;
    int credit[PUMP_QUEUES];
    bool streak;  /* some are, or were lately, parked in a row: in the store */
    bool blocked; /* the gate said no; until it opens */
    wb_priority blocked_class;
    wb_wait wait;
    int64_t until_ms;
} pump_line;

struct wb_job_private {
    wb_pump *pump;
    pump_account *acct;
    pump_line *line;
    pump_source *source;
    pump_row *row;    /* of the line, while it is ready */
    wb_link ready;    /* in it */
    pump_set *set;    /* it leaves with these; NULL = by itself */
    wb_link member;   /* in it */
    bool gathered;    /* and could leave now */
    wb_heap_node due; /* in pump.due */
    wb_link hold;     /* in pump.holding: it owes receipts */
    int64_t hold_ms;
    wb_job *next;      /* newer, waits until this one is through */
    wb_envelope *told; /* stored as this, when it is not job->env: its sender was told HELD */
    bool env_owned;    /* job->env is ours, not a delivery's */
    wb_priority priority;
    wb_buf partial, cursor; /* FETCH in parts; LOOK in steps; PUSH behind its question */
    wb_buf awaited;         /* what job->awaited points into */
    pump_ticket *ticket;    /* NULL = nothing that can be looked at has left */
    size_t ticket_bytes;    /* of its row, as its account counts them; 0 = it has none */
    char idempotency[WB_ID_TEXT_MAX + 1];
    int64_t left_ms;
    uint32_t fails;          /* calls of it that failed, whoever was to blame */
    int batch_limit;         /* a refused batch is halved: at most so many; 0 = no limit */
    uint64_t refused_at;     /* good answers then, plus one; 0 = never refused */
    const wb_op *refused_op; /* what was: good answers are counted by it */
    bool refused_alone;      /* not in the company of a batch only */
    bool declined;           /* it was by a 4xx that parks */
    bool on_trial;           /* its call is the one behind a good answer */
    bool tried;              /* it was refused on trial, and not since */
    bool held_back;          /* its account is paused, and nobody has released it */
    size_t bytes;            /* of the stored row */
    size_t body_bytes;       /* of job->env */
    wb_call_item *item;      /* of the call that it is in */
    unsigned writes;         /* queued */
};

typedef struct {
    wb_job job;
    struct wb_job_private own;
} pump_job;

/* A call under way, or about to leave. */
typedef struct pump_call {
    wb_link link; /* in pump.calls */
    wb_pump *pump;
    pump_line *line;
    wb_call call;
    wb_call_item *items;
    wb_job **jobs;
    size_t count;
    bool set; /* its jobs belong together: they are never halved */
    bool left_told;
    uint64_t turn;
} pump_call;

typedef enum {
    PUMP_STORE,  /* a job and its receipts: HELD */
    PUMP_UPDATE, /* attempts, due time, flags of a stored one */
    PUMP_LEAVE,  /* stored ones are about to leave */
    PUMP_SETTLE,
    PUMP_PARK,
    PUMP_STUMBLE, /* an errand that failed */
    PUMP_MARKED,
} pump_write_kind;

/* It owns what it will write: until the commit its job may get another envelope. */
typedef struct pump_write {
    wb_write write;
    pump_write_kind kind;
    wb_pump *pump;
    wb_job *job;             /* NULL: LEAVE, MARKED */
    pump_call *call;         /* LEAVE */
    const pump_line *streak; /* PARK: refused, and so were others of it since a good answer */
    wb_gate_row in_row;      /* and which */
    wb_link deliveries;
    wb_outcome outcome, others; /* for the first delivery, and for the rest */
    bool had_row, unknown;
    bool accepted;     /* STORE: with the ticket that it has just got */
    size_t unparked;   /* SETTLE: parked rows that it made good */
    wb_outcome before; /* of what is told as settled: HELD, or PARKED when it had come back */
    wb_job_row row;    /* STORE, UPDATE, SETTLE, PARK: views into `bytes` and the job's account */
    wb_buf bytes;      /* the envelope, and behind it the record */
    wb_envelope *env;  /* STORE: what is told as held; without its body */
    wb_envelope *told; /* the job's, whose place it takes: settled with this */
    char *name;        /* MARKED */
    wb_id id;          /* of the job's message, for write.about */
    pump_account *acct;
    uint64_t revision;
    char error[160];
} pump_write;

/* Records of an operation that were refused since a good answer, as the store has them. */
#define PUMP_STREAK_MAX 32 /* a batch that is refused makes more than the gate's row counts */
typedef struct {
    size_t count;
    struct {
        uint64_t record; /* wb_gate_row_name; 0 = not counted in the row */
        wb_id parked;    /* zero: it waits with the others */
    } at[PUMP_STREAK_MAX];
} pump_streak;

struct wb_pump {
    wb_pump_conf conf;
    wb_pump_actor actor;
    wb_retake retake;
    void *arg;
    wb_map *accounts; /* pump_account by address of wb_account */
    wb_map *lines;    /* by address of account and op */
    wb_link active;
    wb_link holding;
    wb_link calls;
    wb_link sets; /* that changed: asked whether they are whole */
    wb_heap due;
    wb_timer due_timer, hold_timer, load_timer;
    wb_loop_hook hook;
    size_t jobs, body_bytes;
    uint64_t parked; /* rows, about: none means that nobody has to look */
    uint64_t turn;
    bool started, draining, wanted;
    wb_rng rng;
};

/* pump.c */
pump_account *pump_account_of(wb_pump *self, wb_account *account);
/* Further ahead than any clock may be. */
bool pump_in_future(const wb_pump *self, const wb_account *account, int64_t utc_us);
/* The record's own time by its notice; 0 when it lies too far ahead to be anybody's clock. */
int64_t pump_announced(const wb_pump *self, const wb_account *account, const wb_envelope *env);

/* job.c */
wb_job *pump_job_new(wb_pump *self, pump_account *acct);
void pump_job_free(wb_job *job); /* when no write of it is queued; else later */
/* After unclean ends what may be the cause is worked on alone: an end then names it. */
void pump_job_careful(wb_job *job);
void pump_job_env(wb_job *job, wb_envelope *env, bool owned);
void pump_job_afresh(wb_job *job);                     /* from its first part, or its question */
void pump_job_owe(wb_job *job, wb_delivery *delivery); /* a receipt is owed */
void pump_job_start(wb_job *job); /* it is its record's turn: ready, probe, or wait */
void pump_job_ready(wb_job *job, bool first);
void pump_job_line_up(wb_job *job, bool first); /* by its operation, which it has */
/* Wait. `attempt`: counts as one; over the most, it is parked. */
void pump_job_retry(wb_job *job, int64_t after_ms, bool attempt, const char *error);
void pump_job_unknown(wb_job *job, bool attempt, const char *error);
/* The same for a write that left before: job->left_revision says which. */
void pump_job_doubt(wb_job *job, bool attempt, const char *error);
/* Ready at that time (monotonic), as its row says when it is stored. */
void pump_job_wait(wb_job *job, int64_t due_ms);
void pump_job_set_due(wb_job *job, int64_t due_ms); /* the same without the row */
/* What waits behind takes its place, its receipts and its stored row. */
void pump_job_absorb(wb_job *job);
bool pump_job_may_absorb(wb_job *job);
/* Older than our memory, and nothing that we know of has left. */
bool pump_job_only_forgotten(const wb_job *job);
/* Out of the records; its receipts leave (the first with `outcome`, the others MERGED), and what
 * waits behind starts. */
void pump_job_end(wb_job *job, wb_link *deliveries, wb_outcome outcome);
void pump_job_resolved(wb_job *job); /* what was unknown did not take effect */
int64_t pump_settle_ms(const wb_job *job, const wb_op *op);
int64_t pump_backoff_ms(wb_pump *self, const wb_account *account, uint32_t attempts);
void pump_settle_list(wb_pump *self, wb_link *deliveries, wb_outcome first, wb_outcome others);
void pump_due_arm(wb_pump *self);

/* line.c */
pump_line *pump_line_of(wb_pump *self, pump_account *acct, const wb_op *op);
void pump_line_destroy(pump_line **line_p);
/* The first so many that wait in it. */
size_t pump_line_jobs(const pump_line *line, wb_job **out, size_t max);
void pump_line_put(wb_job *job, bool first); /* into own->line */
void pump_line_leave(wb_job *job);
void pump_job_unready(wb_job *job);
wb_job *pump_queue_first(const wb_link *queue); /* of one that is not empty */
void pump_queue_took(wb_job *job);              /* it leaves: its source has had its turn */
typedef bool (*pump_better)(const wb_job *job, const wb_job *than);
/* The best of all that wait of an account, by `better`, and how many wait; of none: NULL. */
wb_job *pump_account_best(const pump_account *acct, pump_better better);
size_t pump_account_ready(const pump_account *acct);
wb_job *pump_line_least_tried(const pump_line *line);
void pump_source_join(wb_job *job); /* by its envelope, whenever it has another */
void pump_source_leave(wb_job *job);
/* Is memory full, and has its source more of it than it would have if all had the same? */
bool pump_source_over_share(const wb_job *job);
size_t pump_bytes_share(const wb_pump *self); /* of an account */
void pump_sources_destroy(wb_map **sources_p);

/* run.c */
bool pump_turn(void *arg);
void pump_call_leave(pump_call *call);
void pump_call_take(pump_call *call, wb_job *job);
void pump_call_free(pump_call **call_p);

/* look.c */
/* A look at a stopped account is due: the job that it goes with. *another: it is no news that this
 * one is refused, or it is news of another. */
wb_job *pump_look_with(pump_account *acct, bool *another);
/* No other record than `look` can tell: the connector's harmless question is asked, if it has one.
 */
void pump_look_ask(pump_account *acct, const wb_job *look);

/* read.c */
void pump_call_done(void *arg, const wb_exchange_result *result);
/* The target has it: the actor is told. */
void pump_job_delivered(wb_job *job, const wb_result *result, int64_t sent_utc_us);

/* set.c */
/* By its operation: into the set that it belongs to, if there is one. */
void pump_set_join(wb_job *job);
void pump_set_leave(wb_job *job);
/* It could leave. True: it waits for the others of its set, which lines them all up. */
bool pump_set_ready(wb_job *job);
void pump_set_unready(wb_job *job);
/* The call is of all its set. False: it goes by itself. */
bool pump_set_take(pump_call *call, wb_job *job);
void pump_sets_ask(wb_pump *pump);

/* ticket.c */
/* A call of an operation with `look` is about to leave: it gets an attempt. */
void pump_ticket_begin(pump_call *call);
/* It was answered: unless the answer says otherwise, there is nothing to be looked at. */
void pump_ticket_answered(pump_call *call);
void pump_ticket_accepted(wb_job *job, const wb_result *result);
/* The answer did not come: where the attempt can be looked for, it is. */
void pump_ticket_missed(wb_job *job);
void pump_ticket_resume(wb_job *job, int64_t after_ms); /* read back, due after so long */
void pump_ticket_wait(wb_job *job);                     /* for its next look */
/* Its outcome will not be known by it: the account's rule decides. */
void pump_ticket_lost(wb_job *job, const char *why);
const wb_op *pump_ticket_op(const wb_job *job); /* of its next look */
void pump_ticket_fill(wb_call_item *item, const wb_job *job);
/* A call's jobs: all that wait with one of the first `max` tickets. */
void pump_ticket_gather(pump_call *call, const pump_line *line, size_t max);
void pump_ticket_read(const pump_call *call, wb_job *job, size_t index,
                      const wb_exchange_result *result);
void pump_ticket_load(wb_job *job, const wb_ticket *row); /* of a row with WB_JOB_TICKET */
/* True: it has one, whose outcome is waited for. */
bool pump_ticket_tell(const wb_job *job, wb_json_writer *out);
void pump_ticket_destroy(pump_ticket **self_p);
#define PUMP_LOOK_RECORDS 1024 /* of one look, however many its tickets have */

/* read.c */
/* How long its records are asked to wait, with all others or alone. */
int64_t pump_asked_pause_ms(const wb_outcomes *out);

/* refused.c */
/* The answer to a call refuses all of it in a way that may be its account's. */
void pump_refused(pump_call *call, const wb_exchange_result *result);
/* A record got a 4xx. True: so did all, it waits for its account; false: it is to be parked. */
bool pump_declined(wb_job *job, const char *why);

/* trial.c */
/* Who is on trial next, of those that wait; NULL = nobody. */
wb_job *pump_trial_next(pump_account *acct);
/* It is refused on trial, or once more since, and waits again. */
void pump_trial_refused(wb_job *job);
/* An answer came: those that it proves bad are parked; without anybody to try, the account goes on.
 * `innocent`: it was about one on trial, which is served. */
void pump_trial_look(pump_account *acct, bool innocent);

/* release.c */
/* May of this account nothing leave but what was released? */
bool pump_release_guards(const wb_pump *self, const wb_account *account);
/* A job could stand in line. True: it is held back. */
bool pump_release_holds(wb_job *job);
void pump_release_over(wb_job *job); /* harmless when it is not */
/* In the transaction that ends a job: what was released of its record is done with. */
WB_MUST_CHECK wb_rc pump_release_end(const wb_job *job, wb_txn *txn, wb_err *err);
/* The stored jobs of an account of which something was released. */
WB_MUST_CHECK wb_rc pump_release_rows(wb_txn *txn, const wb_account *account, wb_jobs_each each,
                                      void *arg, wb_err *err);

/* aside.c: a wb_retake.aside */
void pump_aside(void *pump, wb_delivery *delivery, const char *account, wb_view record);

/* revive.c */
void pump_revive_row(pump_line *line);

/* streak.c */
/* Without those that a good answer has taken out of the row since. */
WB_MUST_CHECK wb_rc pump_streak_get(wb_txn *txn, const pump_line *line, const wb_gate_row *row,
                                    pump_streak *out, wb_err *err);
/* A message that is parked now. */
WB_MUST_CHECK wb_rc pump_streak_park(wb_txn *txn, const pump_line *line, const wb_gate_row *row,
                                     const wb_envelope *env, wb_err *err);
/* It is the account: `row` is full, and what was parked of it has come back. */
WB_MUST_CHECK wb_rc pump_streak_full(wb_txn *txn, const pump_line *line, const wb_gate_row *row,
                                     wb_err *err);
void pump_streak_look(pump_line *line); /* after an answer: it may have ended it */
WB_MUST_CHECK wb_rc pump_streak_start(wb_pump *self, wb_txn *txn, wb_err *err);

/* write.c */
void pump_write_store(wb_job *job);
void pump_write_update(wb_job *job);
void pump_write_accepted(wb_job *job);
void pump_write_leave(pump_call *call);
void pump_write_settle(wb_job *job, wb_outcome outcome);
/* `unknown`: the outcome of a write is. What may have left before stays so in any case. */
void pump_write_park(wb_job *job, bool unknown, const char *reason);
/* The other side said never: a newer revision that gets through makes it good. What is refused when
 * it is sent again may have arrived before: its mark keeps that, and who tries again asks first.
 * `unknown`: what was refused is the question whether it has. */
void pump_write_refused(wb_job *job, bool unknown, const char *reason);
/* It failed, or was refused. True: it is an errand (errand.c), and ends with this. */
bool pump_write_stumbled(wb_job *job, const char *why);
void pump_write_marked(wb_pump *self, pump_account *acct, wb_view record, uint64_t revision);

/* apply.c: the two functions of a pump_write */
wb_rc pump_write_apply(wb_write *write, wb_txn *txn, wb_err *err);
void pump_write_done(wb_write *write);

/* disk.c */
/* What is stored is counted, and read back in part: once, before anything else of this life. */
void pump_disk_begin(wb_pump *self);
/* The stored job of a record that is not in memory: loaded, or NULL. */
wb_job *pump_disk_find(pump_account *acct, wb_view record);
void pump_disk_load(wb_pump *self);
void pump_disk_evict(wb_job *job);
/* For wb_retake, with the pump: parked work becomes a stored job; and, after it, look. */
WB_MUST_CHECK wb_rc pump_disk_revive(void *pump, wb_write *write, wb_txn *txn,
                                     const wb_parked_row *row, wb_err *err);
WB_MUST_CHECK wb_rc pump_disk_accept(void *pump, wb_txn *txn, const wb_parked_row *row,
                                     const char *by, wb_err *err);
void pump_disk_revived(void *pump);
void pump_hold(wb_job *job);
void pump_hold_fire(wb_timer *timer, void *arg);

#endif
