/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client - asks the processes of a deployment, all of a kind at once, and gathers what they say
 *
 * A short-lived inlet of our own; no other process's store is ever opened. Who lives on this host
 * is known from the run folder, who lives elsewhere from the broker's directory.
 */
#ifndef WB_TOOLS_WAYBILL_HOST_CLIENT_H
#define WB_TOOLS_WAYBILL_HOST_CLIENT_H

#include "actors/runtime/lanes/lanes.h"
#include "protocol/base/map.h"
#include "protocol/json.h"
#include "tools/waybill/host/place.h"

#define WB_ASK_MS 5000 /* how long an answer may take */

typedef struct {
    wb_place place;
    wb_loop *loop;
    bool own_loop;
    wb_lanes *lanes;
    wb_json *json; /* scratch */
    wb_map *told;  /* instances that were said to be silent */
} wb_client;

/* What one process said: JSON, or nothing in time. */
typedef struct {
    char instance[WB_INSTANCE_MAX + 1];
    bool answered;
    bool absent; /* not asked: it is not there */
    wb_buf body;
    bool over; /* private */
    struct wb_ask *ask;
} wb_answer;

typedef struct wb_ask wb_ask;
typedef void (*wb_ask_done)(void *arg, wb_ask *ask);

/* A question to several processes under way, and then its answers. */
struct wb_ask {
    wb_answer *answers;
    size_t count;
    size_t waiting;
    uint64_t *calls;
    wb_client *client;
    wb_ask_done done; /* may be NULL */
    void *arg;
};

/* `config` as given by the user, NULL = the usual places. */
WB_MUST_CHECK wb_rc wb_client_open(wb_client *self, const char *config, wb_err *err);
/* On a loop and a place of the caller. */
WB_MUST_CHECK wb_rc wb_client_join(wb_client *self, wb_loop *loop, const wb_place *place,
                                   wb_err *err);
void wb_client_fini(wb_client *self);

/* Ask all processes of the actors named ("mapper pusher"; NULL = every one but the broker). The
 * answers, in order of names, are there when wb_ask_wait returns or `done` was called. WB_RETRY:
 * nobody is there to be asked. */
WB_MUST_CHECK wb_rc wb_ask_start(wb_ask **out, wb_client *client, const char *actors, wb_kind kind,
                                 wb_view body, wb_err *err);
/* Turns the loop until all is said; not from inside of it. */
void wb_ask_wait(wb_ask *self);
void wb_ask_destroy(wb_ask **self_p);
size_t wb_ask_answered(const wb_ask *self);

/* Both in one, and the failure told on standard error: EXIT_DONE, or the exit code. */
int wb_ask_all(wb_ask **out, wb_client *client, const char *actors, wb_kind kind, wb_view body);
/* Opens, with the failure told. */
int wb_client_ready(wb_client *self, const char *command, const char *config);

/* A filter's account becomes its key in `dst`; NULL stays NULL in *key. A failure is told: the exit
 * code. */
int wb_client_account(const wb_client *self, const char *command, const char *name,
                      wb_place_account *dst, const char **key);

/* The document of an answer in client->json; false = it is none, or says {"error": ...} (told). */
bool wb_answer_read(const wb_answer *answer, wb_json *json, bool tell);
/* Readers that never fail: absent reads as 0, "" or false. Text is cut to fit. */
int64_t wb_read_int(wb_json *json, wb_json_ref ref, const char *path);
bool wb_read_bool(wb_json *json, wb_json_ref ref, const char *path);
const char *wb_read_text(wb_json *json, wb_json_ref ref, const char *path, char *dst, size_t size);
/* All answers as {"NAME": [answer, ...], "silent": [INSTANCE, ...]} on standard output. */
void wb_ask_print(const wb_ask *self, const char *name);
/* Who should be there and is not becomes an answer that never came. When all is over; once each. */
void wb_ask_add_silent(wb_ask *self, const char *instance);
void wb_ask_print_list(const wb_ask *self); /* the list alone; NULL is empty */

#endif
