/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump_kit - a pusher's or an enricher's inside without its process: a real store, commit, gate,
 * exchange and pump; lanes and HTTP are played by the test
 *
 * The kit supplies the functions of lanes.h and http.h that those parts call. Requests
 * wait in a list until the test answers them.
 */
#ifndef WB_TESTS_UNIT_ACTORS_PUMP_KIT_H
#define WB_TESTS_UNIT_ACTORS_PUMP_KIT_H

#include "actors/pusher/pusher.h"
#include "actors/runtime/actor/inside.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"

#define KIT_DEADLINE_MS 10000
#define KIT_MESSAGES_MAX 4096

/* Targets that give up soon, as most tests want them. */
#define KIT_TARGET(name, options)                                                                  \
    "  " name ": {connector: webhook, backoff_min_ms: 20ms, backoff_max_ms: 80ms, "                \
    "attempts_max: 3, options: {url: 'http://" name "/records', " options "}}\n"
#define KIT_RESEND KIT_TARGET("erp", "results: true") KIT_TARGET("other", "")
#define KIT_PROBES                                                                                 \
    KIT_TARGET("erp", "after_unknown: probe, settle: 200ms, probe_url: 'http://erp/probe/{key}'")

/* A request on its way. */
typedef struct kit_request {
    wb_link link;
    char *url, *body, *key; /* key: Idempotency-Key, or "" */
    const char *method;
    wb_http_done done;
    void *arg;
} kit_request;

typedef struct {
    char dir[64];
    wb_ctx ctx; /* its lanes are the kit's */
    wb_pusher pusher;
    wb_pump *pump;
    const wb_pump_actor *actor; /* the pusher's, or a test's own */
    void *arg;
    bool lanes_up; /* marks are taken at once; else they wait in `marks` */
} kit;

extern wb_link kit_requests;       /* not answered yet */
extern size_t kit_request_count;   /* so far */
extern wb_outcome kit_outcome[];   /* by message number; NONE = owed */
extern size_t kit_settled_times[]; /* by message number */
extern size_t kit_dropped;
/* What waits longer than 300 ms is stored; else nothing is for that reason, however slow the
 * machine. Set before kit_open; kit_close sets it back. */
extern bool kit_stores_soon;
extern size_t kit_room;        /* messages that the lanes still take */
extern size_t kit_marks_sent;  /* messages of them */
extern size_t kit_reply_count; /* answers to calls, and the last one */
extern wb_buf kit_last_reply;
/* Called for each keeper call; NULL = nobody answers. */
extern void (*kit_keeper)(wb_call_reply reply, void *arg, const wb_call_spec *spec);

/* `yaml` is the part of the configuration behind "accounts:". */
void kit_open(kit *self, const char *yaml, const wb_connector *const *connectors);
/* The same for a test's own actor. */
void kit_open_actor(kit *self, const char *yaml, const wb_connector *const *connectors,
                    const wb_pump_actor *actor, void *arg);
void kit_close(kit *self);
/* As a kill and a start: memory is gone, the store stays. */
void kit_restart(kit *self);
void kit_pump_open(kit *self);

/* Turns until `done`; fails the test at the deadline. */
#define kit_until(self, condition)                                                                 \
    do {                                                                                           \
        int64_t kit_end_ = wb_now_ms() + KIT_DEADLINE_MS;                                          \
        while (!(condition) && wb_now_ms() < kit_end_)                                             \
            kit_turn(self);                                                                        \
        ck_assert_msg((condition), "not in time: %s", #condition);                                 \
    } while (0)
void kit_turn(kit *self);
void kit_turns(kit *self, int64_t ms);

/* A wanted state with the number `n`. */
typedef struct {
    size_t n;
    const char *target, *record;
    uint64_t revision;
    bool again;
    wb_priority priority;
    const char *source; /* the account that it was read from; NULL = shop */
    int64_t created_utc_us;
    wb_view body; /* {NULL, 0} = an order that says nothing */
} kit_want;
void kit_take(kit *self, const kit_want *want);
wb_delivery *kit_delivery(const wb_envelope *env, size_t n);

/* Answer the oldest request (or the first whose body or URL holds `with`). */
typedef struct {
    wb_http_end end;
    int status;
    const char *body, *headers, *with;
    int64_t date_s; /* the answer's Date */
} kit_answer;
void kit_reply(const kit_answer *answer);
kit_request *kit_next(const char *with); /* NULL = none */

size_t kit_rows(kit *self, wb_db db);
bool kit_mark(kit *self, const char *target, const char *record, wb_mark_row *out);
wb_account *kit_account(kit *self, const char *name);

#endif
