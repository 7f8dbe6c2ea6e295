/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate - may this account make this call now? Token, lease, calls in flight, breaker, pressure
 *
 * Asks the keeper for tokens and for leases ahead of need; holds one controller per account and
 * operation that says how many calls may be in flight (it learns from latency and errors; 0 is an
 * open breaker, probed with one call). Every "no" has a reason and, where known, a time.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_GATE_H
#define WB_ACTORS_RUNTIME_OUTSIDE_GATE_H

#include "actors/runtime/lanes/lanes.h"
#include "actors/runtime/outside/account.h"
#include "actors/runtime/outside/controller.h"
#include "actors/runtime/outside/says.h"
#include "protocol/waits.h"

typedef struct wb_gate wb_gate;

/* `lanes` reaches the keeper. NULL lanes: everything limited waits for ever (tests). */
WB_MUST_CHECK wb_rc wb_gate_new(wb_gate **out, wb_loop *loop, wb_lanes *lanes, wb_store *store,
                                wb_err *err);
void wb_gate_destroy(wb_gate **self_p);

/* Take a slot for one call. NONE: taken, give it back with wb_gate_leave. Else the reason; *until
 * (monotonic ms, 0 = not known) when it may change. */
wb_wait wb_gate_enter(wb_gate *self, wb_account *account, const wb_op *op, wb_priority priority,
                      int64_t *until_ms);
/* The same for a call that is not about a record that was refused: a doubted account may be looked
 * at by it sooner. */
wb_wait wb_gate_enter_another(wb_gate *self, wb_account *account, const wb_op *op,
                              wb_priority priority, int64_t *until_ms);
/* Called when something that was waited for may have changed. */
typedef void (*wb_gate_open)(void *arg, wb_account *account, const wb_op *op);
void wb_gate_on_open(wb_gate *self, wb_gate_open ready, void *arg);

/* How the call went. */
typedef struct {
    bool ok; /* answered sensibly (also a refusal of a record) */
    wb_says says;
    bool question;      /* it was about no record: good for the account, no news of its records */
    bool throttled;     /* 429: the bucket is empty whatever we thought */
    bool unused;        /* did not leave at all: give the lease back */
    uint64_t subject;   /* failed: the record that the call was about, hashed; 0 = none */
    int64_t started_ms; /* monotonic, when the call began; not before its wb_gate_enter */
    uint64_t order;     /* wb_gate_order when its request left */
    int64_t took_us;
    const char *why;           /* failed: for people */
    int64_t retry_ms;          /* the vendor's wish */
    int64_t learnt_rate_micro; /* 0 = none told */
    int64_t cost_taken;        /* points; 0 = the estimate counts */
    bool left_told;            /* `left`: the points that are left, the other side says */
    int64_t left;
    bool token_refused;
    bool refused; /* credentials refused: tells nothing of the other side's health */
    bool failed;  /* no answer, or one that says that the other side is broken */
} wb_gate_report;
void wb_gate_leave(wb_gate *self, wb_account *account, const wb_op *op,
                   const wb_gate_report *report);
/* A request leaves: its place among all of them. */
uint64_t wb_gate_order(wb_gate *self);

/* What the answers so far tell of the other side: is it known to work? */
typedef struct {
    bool looking; /* the breaker is open: who has a slot now is the one call that looks */
    uint32_t row; /* failures in a row */
} wb_gate_health;
wb_gate_health wb_gate_health_of(wb_gate *self, wb_account *account, const wb_op *op);
/* A second request for the same slot (a renewed token, a corrected signature): it needs a call of
 * the limit as well. False: there is none now. */
bool wb_gate_once_more(wb_gate *self, wb_account *account, const wb_op *op);

/* The access token for an operation, {NULL, 0} when it needs none. Good until the turn ends. */
wb_view wb_gate_token(wb_gate *self, wb_account *account, const wb_op *op);
/* Which token that is: rises with each new one; 0 = none. */
int64_t wb_gate_generation(wb_gate *self, wb_account *account, const wb_op *op);
/* The token was refused: get one that is newer. `ready` is called once, maybe before this returns,
 * with WB_OK when wb_gate_token has it; else WB_RETRY or WB_SUSPEND. */
typedef void (*wb_gate_renewed)(void *arg, wb_rc rc, const char *why);
typedef struct wb_gate_renewal {
    wb_link link; /* private */
    wb_gate_renewed ready;
    void *arg;
    int64_t generation; /* of the token that was refused: wb_gate_generation when it was used */
} wb_gate_renewal;
void wb_gate_renew(wb_gate *self, wb_account *account, const wb_op *op, wb_gate_renewal *renewal);
void wb_gate_renew_cancel(wb_gate_renewal *renewal); /* harmless when not waiting */

/* Stop and let go an account (refused credentials). A suspended one is tried with one call after
 * 5 min, then after ever longer pauses up to 1 h: nothing is switched off for good. */
void wb_gate_suspend(wb_gate *self, wb_account *account, const char *reason);
void wb_gate_resume(wb_gate *self, wb_account *account);

/* --- the record's or the account's? ---
 *
 * A call about records that is refused makes us doubt the account: it stops, and one call looks, at
 * once, about another record; it is refused as well: one more after 1, 2, 4 s. It is served: one
 * that was refused is on *trial*, the next call is about it. Served, it was the account, which goes
 * on. Refused again, another looks, and when that is served, and nobody else was refused in
 * between, it is the record's own; then the next one is on trial, if there is one. When WB_GATE_ROW
 * different records were refused in a row, it is the account: looks go on with long pauses. The
 * same number of different records *declined* in a row (any 4xx) stops the account, too; there the
 * pauses begin with 1 s. What is kept of each record is its owner's (pump/refused.c).
 *
 * A good answer counts for its own operation, a question's for the one that was refused: who may
 * read need not be allowed to write, nor to read a record's other parts. */
#define WB_GATE_ROW 5
typedef struct {
    const wb_op *op;
    const char *why;
    wb_view record; /* the (first) one that it was about */
    bool batch;     /* and others with it: refused alone it counts once more */
    bool fresh;     /* it, or one of the same call, was not refused yet since `good` rose */
} wb_gate_refusal;
typedef enum {
    WB_GATE_RECORD, /* it is the record's */
    WB_GATE_WAITS,  /* nobody knows yet, or it is the account's */
    WB_GATE_ALL,    /* the same, and it is just now that the row has become so long: what was held
                       against its first ones is the account's as well */
} wb_gate_verdict;
wb_gate_verdict wb_gate_doubt(wb_gate *self, wb_account *account, const wb_gate_refusal *what);
wb_gate_verdict wb_gate_declined(wb_gate *self, wb_account *account, const wb_gate_refusal *what);
/* There is nobody else to look with, nor a question: whoever looks is told. */
void wb_gate_alone(wb_gate *self, wb_account *account);
/* A person set aside what was refused: looked at at once. */
void wb_gate_look_now(wb_gate *self, wb_account *account);
/* Nobody can look but the one that was on trial: once more, after a second. */
void wb_gate_look_soon(wb_gate *self, wb_account *account);
/* May a stopped account be looked at now, by a call about another record? */
bool wb_gate_look_due(wb_gate *self, wb_account *account);
/* The operation of whose records one is on trial now; NULL = none is. Its owner chooses it, or lets
 * the account go on by wb_gate_resume when there is none. */
const wb_op *wb_gate_trial_of(wb_gate *self, wb_account *account);
/* To judge by: how a record's refusals lie among the good answers of its operation. */
typedef struct {
    uint64_t good; /* so far */
    uint64_t lone; /* the number of the last one, when between it and the one before a single record
                      was refused; else less */
    bool stopped;  /* it is more than a doubt */
    bool may_ask;  /* so few different ones were refused that a question can decide */
    bool several;  /* different ones were since the last good answer */
    bool late;     /* since the look that was served so long has passed that a trouble of the
                      account may have begun and ended: a refusal on trial proves nothing now */
} wb_gate_stand;
wb_gate_stand wb_gate_stand_of(wb_gate *self, wb_account *account, const wb_op *op);
/* Which different ones were refused in a row, for whoever keeps that over a restart
 * (pump/streak.c). */
typedef struct {
    uint32_t count;
    uint64_t records[WB_GATE_ROW]; /* wb_gate_row_name */
} wb_gate_row;
uint64_t wb_gate_row_name(wb_view record, bool batch);
wb_gate_row wb_gate_row_of(wb_gate *self, wb_account *account, const wb_op *op);
/* As a former life left it. */
void wb_gate_row_resume(wb_gate *self, wb_account *account, const wb_op *op,
                        const wb_gate_row *row);
/* Called when an account was suspended or resumed (account->suspended tells): for the bus. */
typedef void (*wb_gate_turned)(void *arg, wb_account *account);
void wb_gate_on_account(wb_gate *self, wb_gate_turned turned, void *arg);
/* Called when a breaker opened, let its first call look, or closed; `why`: the failure that opened
 * it. Later looks of the same outage are not told: nothing changed. */
typedef void (*wb_gate_breaker)(void *arg, wb_account *account, const wb_op *op, wb_breaker breaker,
                                const char *why);
void wb_gate_on_breaker(wb_gate *self, wb_gate_breaker turned, void *arg);
/* No call starts any more but those that tell a queue what became of its items. */
void wb_gate_drain(wb_gate *self);
size_t wb_gate_in_flight(const wb_gate *self);

/* The state of a controller, as tests look at it from outside. */
typedef struct {
    wb_wait wait;
    int64_t until_ms;
    int64_t allowed, in_flight;
    int64_t p50_us, p99_us;
    uint64_t calls, errors, throttled;
} wb_gate_view;
void wb_gate_look(wb_gate *self, wb_account *account, const wb_op *op, wb_gate_view *out);

/* What limits and tokens of an operation belong to, in all processes: "CONNECTOR:..." is appended.
 */
void wb_gate_scope(const wb_account *account, const wb_op *op, wb_buf *out);

/* The rate that the answers of an operation told last, in millionths of a call a second; 0 = none.
 */
int64_t wb_gate_learnt_rate(wb_gate *self, wb_account *account, const wb_op *op);

#endif
