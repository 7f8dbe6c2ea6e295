/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - the inside of a wb_ctx, for the files actor*.c alone
 */
#ifndef WB_ACTORS_RUNTIME_ACTOR_INSIDE_H
#define WB_ACTORS_RUNTIME_ACTOR_INSIDE_H

#include "actors/runtime/actor/actor.h"
#include "actors/runtime/custody/tend.h"
#include "protocol/base/map.h"

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
    uint64_t stray_count; /* messages that nobody can answer: in this life */
    int64_t stray_since_ms, stray_kept;
    wb_ctx_aside aside_took;
    void *aside_arg;
};

/* damaged.c: as wb_lanes_damaged. */
void wb_actor_damaged(void *arg, wb_delivery *delivery, wb_view header, const char *why);
/* stray.c: as wb_lanes_stray. */
void wb_actor_stray(void *arg, wb_view header, wb_view body, const char *why);
/* aside.c */
void wb_actor_aside_open(wb_ctx *ctx);
void wb_actor_aside_close(wb_ctx *ctx);

/* park.c: as wb_ctx_park. `unknown`: a write of it may have left. */
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

#endif
