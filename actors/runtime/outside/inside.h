/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - what the files of this room share: gate*.c, and http*.c
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_INSIDE_H
#define WB_ACTORS_RUNTIME_OUTSIDE_INSIDE_H

#include <curl/curl.h>

#include "actors/runtime/outside/controller.h"
#include "actors/runtime/outside/gate.h"
#include "actors/runtime/outside/http.h"
#include "actors/runtime/outside/spool.h"
#include "protocol/base/map.h"

/* An access token as this process knows it; several accounts may share one. */
typedef struct gate_token {
    wb_gate *gate;
    char *scope;
    const wb_op *op;     /* that gets it */
    wb_account *account; /* that asks for it */
    wb_buf token;
    int64_t generation, failed;  /* failed: the newest generation that was refused */
    int64_t expires_ms, next_ms; /* next: not asked for before */
    int64_t ahead_ms;            /* how long before its end the next one is asked for */
    int64_t look_ms;             /* not asked for ahead before this */
    uint64_t call;               /* 0 = not asking */
    wb_link renewals;
} gate_token;

/* What the keeper granted, for one class of work: calls, or points. */
typedef struct {
    int64_t left;
    int64_t want; /* calls to ask for, whatever one costs */
    int64_t expires_ms;
    bool missed; /* somebody was refused for want of it */
} gate_pool;

enum { GATE_LIVE, GATE_REST, GATE_POOLS };

/* One operation of one account. */
typedef struct gate_line {
    wb_link kick; /* in gate.kicked */
    wb_gate *gate;
    wb_account *account;
    const wb_op *op;
    wb_controller controller;
    wb_limit limit;
    bool limited;
    int64_t cost; /* of a call, as it is estimated: points, or 1 */
    char *scope;
    gate_token *token;
    gate_pool pools[GATE_POOLS];
    uint64_t call; /* lease under way; 0 = none */
    int call_pool;
    int64_t ask_ms;   /* no lease is asked for before */
    int64_t pause_ms; /* the vendor's wish, or ours after "too fast": no call before */
    int64_t slow_ms;  /* the last pause of our own */
    wb_breaker told;  /* the last turn that was told */
    /* the record's or the account's (gate_stop.c) */
    uint64_t good;                /* good answers so far */
    uint64_t suspect;             /* refused since a good answer, hashed; 0 = none */
    bool several;                 /* and others of the account as well */
    uint64_t lone;                /* of the last one that came when a single record was refused
                                     since the one before: its number; else 0 */
    uint32_t row;                 /* different records refused since one was answered well */
    uint64_t in_row[WB_GATE_ROW]; /* which, hashed */
    uint64_t left[WB_GATE_ROW];   /* and the order of their requests */
    uint64_t answered;            /* that of the one whose answer was told last */
    int64_t rate_told;
    /* feedback gathered */
    int64_t unused, done, throttled, rate_micro, taken_more, left_and_one;
    bool waited; /* somebody was refused: tell when it may go on */
    wb_timer timer;
} gate_line;

/* How an account stands: served, doubted or refused. */
typedef struct {
    wb_gate *gate;
    wb_account *account;
    gate_line *of;             /* the operation that was refused last; NULL = none */
    bool stopped, told;        /* told: it is more than a doubt */
    bool refused;              /* it is the account, and not what its records are */
    int64_t pause_ms;          /* between two looks */
    int64_t probe_ms;          /* when one call may look, whatever it is about */
    int64_t other_ms, soon_ms; /* one with another record: sooner; the last such pause */
    bool probing;
    uint64_t look_order; /* probing: requests that had left when that call entered */
    int64_t look_ms;     /* when it entered */
    int64_t proof_ms;    /* the look entered then that was served before the trial */
    int late;            /* trials that took too long to prove anything, since it was stopped */
    bool behind;         /* one was refused in time: the next look that is served is behind it */
    bool looked;         /* the answer that was told last is that call's */
    gate_line *trial;    /* the next call is about one of it that was refused; NULL = none */
    bool tried;          /* the answer that was told last is that call's */
    bool doubted;        /* and so it is stopped */
} gate_standing;

struct wb_gate {
    wb_loop *loop;
    wb_lanes *lanes;
    wb_store *store;
    wb_map *lines, *tokens, *standings;
    wb_link kicked;
    wb_timer kick_timer, feedback_timer;
    wb_gate_open open;
    void *open_arg;
    wb_gate_turned turned;
    void *turned_arg;
    wb_gate_breaker breaker;
    void *breaker_arg;
    bool draining;
    uint64_t left; /* requests so far */
    size_t in_flight;
    wb_wait last_pressure;
};

/* gate.c */
gate_line *gate_line_of(wb_gate *self, wb_account *account, const wb_op *op);
void gate_kick(gate_line *line); /* tell at this turn's end that it may go on */
void gate_arm(gate_line *line);  /* the timer to the next thing that may change */

/* gate_stop.c */
gate_standing *gate_standing_of(wb_gate *self, wb_account *account);
/* Is the account stopped, and not due for a look? `another`: the call is about another record than
 * those that were refused. */
bool gate_stopped(wb_gate *self, wb_account *account, bool another, int64_t *until_ms);
void gate_stop_entered(gate_standing *self); /* a call of it left: when it is stopped, this looks */
void gate_stop_answered(gate_standing *self, gate_line *line, const wb_gate_report *report);
int64_t gate_stop_next_ms(const gate_standing *self, int64_t now_ms); /* INT64_MAX = none */
void gate_standings_destroy(wb_map **self_p);

/* gate_token.c */
gate_token *gate_token_of(wb_gate *self, wb_account *account, const wb_op *op);
/* Is there a token that can be used now? Asks for one when there is none, or when it is late. */
bool gate_token_ready(gate_token *self, int64_t *until_ms);
void gate_token_refused(gate_token *self);
void gate_token_destroy(gate_token **self_p);
/* What tokens and limits of an operation belong to, appended to `out`. */

/* gate_lease.c */
/* Take one call of a class; false = none there, asked for. */
bool gate_lease_take(gate_line *line, wb_priority priority, int64_t *until_ms);
void gate_lease_leave(gate_line *line, const wb_gate_report *report);
void gate_lease_tick(gate_line *line); /* expiry, asking again */
int64_t gate_lease_next_ms(const gate_line *line);
void gate_lease_fini(gate_line *line);
void gate_feedback_flush(wb_gate *self);

/*
 * spool: for spool.c and part.c alone
 */

#define SPOOL_NAME_MAX 40 /* 32 hex digits, ".part" */

struct wb_spool {
    wb_store *store;
    int folder;
    int64_t bytes;
};

void spool_name(char out[SPOOL_NAME_MAX], const wb_id *name);

/*
 * http_sockets: for http.c alone
 */

typedef struct {
    bool open;
    bool used; /* a request has left on it */
    int port;  /* ours; 0 = not known yet */
} http_socket;

typedef struct {
    http_socket *rows; /* by descriptor */
    size_t count;
} http_sockets;

void http_sockets_fini(http_sockets *self);
/* libcurl has opened it, or closes it. */
void http_sockets_note(http_sockets *self, int fd, bool open);
bool http_sockets_has(const http_sockets *self, int fd);
/* A request is about to leave on the connection with this port of ours. true: it was used before,
 * and says what nobody asked for. (A fresh one may: TLS hands out tickets.) */
bool http_sockets_speaks(http_sockets *self, int local_port);

/*
 * http_call: one call and its easy handle, for http.c and http_call.c alone
 */

#define WB_HTTP_METHOD_MAX 15
#define WB_HTTP_EXTRA_HEADERS 2

struct wb_http_call {
    wb_link link; /* of the running or of the pooled */
    wb_http *http;
    CURL *easy;
    const wb_request *request; /* NULL = pooled */
    wb_http_done done;
    void *arg;
    char method[WB_HTTP_METHOD_MAX + 1]; /* what the easy handle is set to */
    bool with_body;                      /* likewise */
    bool too_large;
    bool stale; /* its connection says what nobody asked for: nothing was sent */
    int sendings;
    int64_t start_us, start_utc_us;
    bool quiet;         /* silence is timed, not the whole */
    bool taken, taking; /* taken: `taker` has a say; taking: it takes this body */
    wb_http_taker taker;
    int64_t head_us; /* taking: when the headers were there */
    int file;        /* that is sent; -1 = none */
    int64_t file_at, file_left;
    wb_buf text; /* URL and header lines, each with a NUL */
    wb_buf headers, body;
    struct curl_slist lines[WB_REQUEST_HEADERS_MAX + WB_HTTP_EXTRA_HEADERS];
};

/* WB_REJECT: what may not leave, see wb_http_start. */
WB_MUST_CHECK wb_rc wb_http_call_check(const wb_request *request, wb_err *err);
/* Sets the handle to the request, which is borrowed, and the answer to nothing. */
WB_MUST_CHECK wb_rc wb_http_call_prepare(wb_http_call *self, const wb_request *request,
                                         int64_t timeout_ms, wb_err *err);
/* Somebody takes the body as it comes: how it is, however long, and no more than silence is timed.
 */
void wb_http_call_taken(wb_http_call *self, int64_t silence_ms);
/* The answer's headers are there: libcurl would end the call at an encoding that it does not know.
 */
void wb_http_call_look(wb_http_call *self);

#endif
