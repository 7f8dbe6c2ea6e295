/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - a wb_ctx, and what the files of this room share
 */
#ifndef WB_ACTORS_RUNTIME_ACTOR_INSIDE_H
#define WB_ACTORS_RUNTIME_ACTOR_INSIDE_H

#include "actors/runtime/actor/actor.h"
#include "actors/runtime/actor/ops.h"
#include "actors/runtime/custody/tend.h"
#include "protocol/base/map.h"
#include "protocol/limits.h"

/* What a reload did. */
typedef enum {
    WB_RELOAD_NOTHING, /* nothing has changed */
    WB_RELOAD_TABLES,
    WB_RELOAD_RESTART,
    WB_RELOAD_REFUSED,
} wb_reload;

struct wb_ctx {
    const wb_actor *actor;
    const wb_connector *const *connectors;
    const char *config_path;
    const char *instance;
    char **argv;
    bool claimed;  /* by --first, in this start */
    bool replaced; /* our last beat tells of another store */
    bool first, restored;

    wb_config *config;
    char state_dir[512], run_dir[512], store_dir[512];
    wb_loop *loop;
    wb_store *store;
    wb_commit *commit;
    wb_tend *tend;
    wb_lanes *lanes;
    wb_http *http;
    wb_gate *gate;
    wb_exchanger *exchanger;
    wb_accounts *accounts;
    wb_json *json;
    wb_shard_claim claims[WB_SHARDS_MAX];
    size_t claim_count;
    bool owned[WB_SHARDS_MAX];
    void *state;

    uint64_t event_sequence[WB_TOPIC_COUNT];
    wb_link unpublished; /* rows of events, told in company */
    size_t unpublished_bytes;
    wb_timer publish_timer;
    bool ready, draining, reexec;
    bool failed; /* a handler said that the process cannot go on */
    int64_t started_utc_us, drain_until_ms;
    wb_timer drain_timer;

    wb_map *unknown; /* accounts that messages name and the configuration does not; NULL = none */
    wb_map *strays;  /* counts by account; NULL = not counted since something changed them */
    uint64_t taken, parked;
    wb_loop_hook aside_hook;
    wb_write aside_write; /* of rows that cannot be used */
    bool aside_queued;
    bool aside_jobs;      /* some of them were jobs */
    uint64_t stray_count; /* messages that nobody can answer: in this life */
    int64_t stray_since_ms, stray_kept;
    wb_ctx_aside aside_took;
    void *aside_arg;
    struct {
        wb_ctx_tables_changed changed;
        void *arg;
    } tables_watchers[WB_CTX_TABLES_MAX];
    size_t tables_watcher_count;
    wb_reload reloaded; /* by the call that is being answered */
    wb_timer reload_timer;
};

/* damaged.c: as wb_lanes_damaged. */
void wb_actor_damaged(void *arg, wb_delivery *delivery, wb_view header, const char *why);
/* stray.c: as wb_lanes_stray. */
void wb_actor_stray(void *arg, wb_view header, wb_view body, const char *why);
/* aside.c */
void wb_actor_aside_open(wb_ctx *ctx);
void wb_actor_aside_close(wb_ctx *ctx);

/* park.c: a message in hand (commits, then settles as PARKED). Consumes the delivery. `unknown`: a
 * write of it may have left. */
void wb_actor_park(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason,
                   bool unknown);
/* take.c: every message. */
void wb_actor_take(void *arg, wb_delivery *delivery);
/* drain.c: the signals, and the end that they ask for. */
void wb_actor_drain_init(wb_ctx *ctx);
void wb_actor_signal(void *arg, int signo);
void wb_actor_drain(wb_ctx *ctx); /* take nothing new, wait for what is in flight, end the loop */
/* back.c: a store that was turned back becomes another one. */
WB_MUST_CHECK wb_rc wb_actor_look_back(wb_ctx *ctx, wb_err *err);
void wb_actor_turned_back(void *ctx, uint64_t commits_seen);
void wb_actor_again(char **argv); /* start anew in this process; returns when that fails */
/* reload.c: SIGHUP; call.reload, whose delivery is consumed; and the tables, for status. */
void wb_actor_reload(wb_ctx *ctx);
void wb_actor_reload_call(wb_ctx *ctx, wb_delivery *delivery);
void wb_actor_tables_tell(wb_ctx *ctx, wb_json_writer *out);
/* actor.c: read the configuration anew; its problems are logged. */
WB_MUST_CHECK wb_rc wb_actor_config(wb_ctx *ctx, wb_config **out, wb_err *err);
/* calls.c: true when the runtime itself answers this kind. */
bool wb_actor_call(wb_ctx *ctx, wb_delivery *delivery);

/* unknown.c: for status, and at the end. */
void wb_actor_unknown_tell(wb_ctx *ctx, wb_json_writer *out);
void wb_actor_unknown_free(wb_ctx *ctx);

/* strays.c: for status; and the counts are not right any more. */
void wb_actor_strays_tell(wb_ctx *ctx, wb_json_writer *out);
void wb_actor_strays_free(wb_ctx *ctx);

/* publish.c: what was committed as an event is told to the bus, in company. */
wb_rc wb_actor_events_open(wb_ctx *ctx, wb_err *err); /* after the commit and the store */
void wb_actor_events_flush(wb_ctx *ctx);              /* tell all that is not told yet */

/*
 * ops_inside: what ops.c (the call, what is listed and shown), ops_change.c (what is changed) and
 * ops_scan.c (what matches), ops_count.c (how much of it) share
 */

#define OPS_NAME_MAX 64 /* of a person */
#define OPS_BY_SIZE (sizeof "by , request " + OPS_NAME_MAX + WB_ID_TEXT_MAX)

#define OPS_REASON_MAX 120 /* of what a reason begins with */

typedef struct {
    char account[WB_KEY_MAX + 1], reason[OPS_REASON_MAX + 1], record[WB_KEY_MAX + 1];
    const char *acceptable; /* only what begins so, whatever else is asked for; NULL = all */
    int64_t until_utc_us;   /* parked then, or before; 0 = whenever */
    bool one;
    wb_id id;
    int64_t limit;
} ops_filter;

/* A scan under way: rows that match are listed (out), remembered (places), or given to `each`. */
typedef struct {
    const ops_filter *filter;
    const wb_parked_place *behind; /* NULL = from the first */
    wb_json_writer *out;
    wb_parked_place *places;
    void (*each)(void *arg, const wb_parked_row *row);
    void *arg;
    size_t count;
    bool more;
} ops_scan;

typedef enum { OPS_RETRY, OPS_DROP, OPS_ACCEPT } ops_action;

/* What a call asks to be changed. */
typedef struct {
    ops_filter filter;
    ops_action action;
    char by[OPS_BY_SIZE];
} ops_order;

/* ops_scan.c: what is listed of a row, and the rows of all our shards that match. */
void ops_put_row(wb_json_writer *out, const wb_parked_row *row);
WB_MUST_CHECK wb_rc ops_scan_all(wb_ctx *ctx, wb_txn *txn, ops_scan *scan, wb_err *err);
/* ops_count.c: how much fits, and for which reasons; and what a reason has in common with others of
 * its kind, which it begins with: a view into it. */
WB_MUST_CHECK wb_rc ops_count(wb_ctx *ctx, const wb_envelope *call, const ops_filter *filter,
                              wb_err *err);
wb_view ops_reason_head(wb_view reason);
/* ops_change.c: what fits is found now, and changed in a transaction that answers. Takes the
 * delivery over when it is WB_OK. */
WB_MUST_CHECK wb_rc ops_change_start(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back,
                                     const ops_order *order, wb_err *err);

/*
 * strays: stored work of an account that the configuration does not name any more
 *
 * It is kept: with the account put back it goes on. Until then status tells of it, and an operator
 * may drop it. At a mapper also what is wanted at a target to which no route leads any more.
 */

/* Drop at most `limit` stored rows of the account "tenant/account" and answer {"changed": N,
 * "more": bool} after the commit. What is not stray here is not touched. Consumes the delivery. */
void wb_strays_drop(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back, const char *account,
                    size_t limit);
/* What status tells is counted anew: rows were parked, or sent again. */
void wb_strays_changed(wb_ctx *ctx);

#endif
