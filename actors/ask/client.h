/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client - asks the processes of a deployment, all of a kind at once, and gathers what they say
 *
 * It has a short-lived inlet of its own and opens no other process's store. Whoever asks knows
 * where the deployment lives and who of it is on this host (wb_client_conf); who lives elsewhere is
 * known from the brokers' directory. Nothing here blocks but wb_ask_wait, and nothing is printed:
 * what is missing from an answer is part of it.
 */
#ifndef WB_ACTORS_ASK_CLIENT_H
#define WB_ACTORS_ASK_CLIENT_H

#include <stdio.h>

#include "actors/runtime/lanes/lanes.h"

#define WB_ASK_MS 5000 /* how long an answer may take */
/* Who may have something parked; the last two rows of theirs alone. */
#define WB_ASK_PARKED "poller enricher mapper pusher keeper monitor"

typedef struct wb_client wb_client;

/* Tells names of instances, by a call of `name` with `to` for each. */
typedef void (*wb_client_name)(void *to, const char *instance);
typedef void (*wb_client_names)(const void *arg, wb_client_name name, void *to);

typedef struct {
    const char *run_dir; /* <state>/run: where the inlets of this host are */
    const char *deployment;
    uint16_t shards;
    const char *const *brokers; /* base endpoints, NULL-terminated */
    bool alone;                 /* all processes are on this host: nobody else is looked for */
    wb_client_names here;       /* who is ready on this host; NULL = the brokers alone know */
    wb_client_names wanted;     /* who should be on this host; NULL = nobody can say */
    const void *arg;            /* of both; outlives the client */
    wb_lanes *lanes; /* of an actor, which outlive the client: they know who is there, and
                        none of the others above is needed. NULL = some of its own */
} wb_client_conf;

/* `loop`: the caller's, or NULL for one of its own, which then turns in wb_ask_wait alone. With its
 * own it has just begun to listen: it waits a moment to hear of anybody. Texts of `conf` are not
 * kept. */
WB_MUST_CHECK wb_rc wb_client_new(wb_client **out, wb_loop *loop, const wb_client_conf *conf,
                                  wb_err *err);
/* After all that it asked. */
void wb_client_destroy(wb_client **self_p);
/* Borrowed: for who listens to the bus, too. */
wb_loop *wb_client_loop(const wb_client *self);
wb_lanes *wb_client_lanes(const wb_client *self);

/* What one process said: JSON (read.h), or nothing in time. */
typedef struct {
    char instance[WB_INSTANCE_MAX + 1];
    bool answered;
    bool absent; /* not asked: it should be there and is not */
    wb_buf body;
    /* private: */
    bool over;
    uint64_t call;
    struct wb_ask *ask;
} wb_answer;

/* A question to several processes under way, and then its answers, in order of names. */
typedef struct wb_ask wb_ask;
typedef void (*wb_ask_done)(void *arg, wb_ask *ask);

typedef struct {
    const char *actors; /* "mapper pusher"; NULL = every one but the broker; a literal */
    wb_kind kind;
    wb_view body;     /* JSON; not kept */
    wb_ask_done done; /* called once, from the loop, which may destroy the ask; may be NULL */
    void *arg;
} wb_question;

struct wb_ask {
    wb_answer *answers;
    size_t count;
    char nobody[128]; /* why nobody was asked, for people, and then count is 0; "" = somebody was */
    bool over;
    /* private: */
    wb_client *client;
    wb_question question;
    char *body; /* while it is not known yet whom to ask */
    size_t waiting;
    wb_timer timer;
    int64_t until_ms;
    bool asked;
};

wb_ask *wb_ask_start(wb_client *client, const wb_question *question);
/* Turns the loop until all is said; not from inside of it. */
void wb_ask_wait(wb_ask *self);
void wb_ask_destroy(wb_ask **self_p);
size_t wb_ask_answered(const wb_ask *self);
/* One more who should be there and is not, once. When it is over. */
void wb_ask_add_absent(wb_ask *self, const char *instance);

/* What they said as [answer, ...], each with its "instance" in front; NULL is empty. */
void wb_ask_print_list(const wb_ask *self, FILE *out);
/* The whole as {"NAME": [answer, ...], "silent": [INSTANCE, ...]} and a line's end. */
void wb_ask_print(const wb_ask *self, const char *name, FILE *out);

#endif
