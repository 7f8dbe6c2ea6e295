/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client - questions to many, gathered
 */
#include "actors/ask/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define PEERS_MS 1000 /* how long we wait to hear of anybody */
#define TURN_MS 50
#define NAMES_MAX 1024
#define BODY_MAX (64 * 1024 * 1024)

struct wb_client {
    wb_loop *loop;
    bool own_loop, own_lanes, alone;
    wb_lanes *lanes;
    wb_client_names here, wanted;
    const void *arg;
};

typedef struct {
    char items[NAMES_MAX][WB_INSTANCE_MAX + 1];
    size_t count;
    const char *actors;
} name_list;

wb_rc
wb_client_new(wb_client **out, wb_loop *loop, const wb_client_conf *conf, wb_err *err)
{
    WB_AUTO(wb_client_destroy) wb_client *self = wb_alloc(sizeof *self);
    wb_lanes_conf lanes = {.run_dir = conf->run_dir,
                           .instance = "tool",
                           .deployment = conf->deployment,
                           .shards = conf->shards,
                           .stage = WB_STAGE_NONE,
                           .brokers = conf->brokers};
    wb_rc rc = WB_OK;

    self->own_loop = !loop;
    self->own_lanes = !conf->lanes;
    self->lanes = conf->lanes;
    self->loop = loop;
    self->alone = conf->alone;
    self->here = conf->here;
    self->wanted = conf->wanted;
    self->arg = conf->arg;
    if (!loop)
        rc = wb_loop_new(&self->loop, err);
    if (!rc && self->own_lanes)
        rc = wb_lanes_new(&self->lanes, self->loop, &lanes, err);
    if (rc)
        return rc;
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_client_destroy(wb_client **self_p)
{
    wb_client *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    if (self->lanes && self->own_lanes)
        wb_lanes_destroy(&self->lanes);
    if (self->own_loop)
        wb_loop_destroy(&self->loop);
    wb_free(&self);
}

wb_loop *
wb_client_loop(const wb_client *self)
{
    return self->loop;
}

wb_lanes *
wb_client_lanes(const wb_client *self)
{
    return self->lanes;
}

/* --- who is there --- */

/* "mapper-2" is one of "mapper pusher". */
static bool
is_of(const char *actors, const char *instance)
{
    const char *dash = strrchr(instance, '-');
    size_t actor = dash ? (size_t)(dash - instance) : strlen(instance);

    if (actor == 6 && memcmp(instance, "broker", 6) == 0)
        return false;
    for (const char *at = actors; at && *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");

        if (word == actor && memcmp(at, instance, actor) == 0)
            return true;
        at += word;
    }
    return !actors;
}

static void
add_name(void *to, const char *instance)
{
    name_list *self = to;
    size_t len = strlen(instance);

    if (!len || len > WB_INSTANCE_MAX || !is_of(self->actors, instance) || self->count == NAMES_MAX)
        return;
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp(self->items[i], instance) == 0)
            return;
    }
    memcpy(self->items[self->count++], instance, len + 1);
}

static void
add_peer(void *arg, const wb_peer_info *info)
{
    add_name(arg, info->instance);
}

static int
by_name(const void *a, const void *b)
{
    return strverscmp(a, b);
}

/* Local ones are known at once. When all are local nobody else is asked: the directory still names
 * those that died. */
static void
find_names(const wb_client *client, name_list *out)
{
    if (client->here)
        client->here(client->arg, add_name, out);
    if (!client->alone)
        wb_lanes_peers(client->lanes, add_peer, out);
    qsort(out->items, out->count, sizeof out->items[0], by_name);
}

/* --- asking --- */

static void
add_wanted(void *to, const char *instance)
{
    wb_ask *self = to;

    if (is_of(self->question.actors, instance))
        wb_ask_add_absent(self, instance);
}

static void
finish(wb_ask *self)
{
    const wb_client *client = self->client;

    self->over = true;
    if (!self->nobody[0] && client->wanted)
        client->wanted(client->arg, add_wanted, self);
    if (self->question.done)
        self->question.done(self->question.arg, self);
}

static void
settle(wb_answer *answer, bool answered)
{
    wb_ask *ask = answer->ask;

    if (answer->over)
        return;
    answer->over = true;
    answer->answered = answered;
    assert(ask->waiting > 0);
    if (--ask->waiting == 0)
        finish(ask);
}

static void
on_reply(void *arg, const wb_envelope *reply, wb_rc rc)
{
    wb_answer *answer = arg;

    if (reply)
        wb_buf_add_view(&answer->body, reply->body);
    if (!reply || reply->last)
        settle(answer, !rc);
}

static void
init_answer(wb_answer *self, wb_ask *ask, const char *instance)
{
    *self = (wb_answer){.ask = ask};
    (void)snprintf(self->instance, sizeof self->instance, "%s", instance);
    wb_buf_init(&self->body, BODY_MAX);
}

static void
call_all(wb_ask *self, const name_list *names)
{
    char to[WB_INSTANCE_MAX + 2];
    wb_call_spec spec = {.to = to,
                         .kind = self->question.kind,
                         .body = self->question.body,
                         .timeout_ms = WB_ASK_MS};
    wb_err err = {0};

    self->count = names->count;
    self->answers = wb_alloc(self->count * sizeof *self->answers);
    for (size_t i = 0; i < self->count; i++) {
        wb_answer *answer = &self->answers[i];

        init_answer(answer, self, names->items[i]);
        (void)snprintf(to, sizeof to, "@%s", answer->instance);
        if (wb_lanes_call(self->client->lanes, &spec, on_reply, answer, &answer->call, &err))
            answer->over = true;
        else
            self->waiting++;
    }
}

static void
free_answers(wb_ask *self)
{
    for (size_t i = 0; i < self->count; i++) {
        if (!self->answers[i].over)
            wb_lanes_call_cancel(self->client->lanes, self->answers[i].call);
        wb_buf_fini(&self->answers[i].body);
    }
    wb_free(&self->answers);
    self->count = 0;
}

static void
tell_nobody(wb_ask *self)
{
    const char *actors = self->question.actors;

    (void)snprintf(self->nobody, sizeof self->nobody,
                   "no %.60s is there to be asked: is `waybill up` running?",
                   actors && !strchr(actors, ' ') ? actors : "process");
}

/* Asks who is there; nobody yet: looks again until it was long enough. It ends from the loop. */
static void
ask_around(wb_ask *self)
{
    WB_AUTO(wb_free) name_list *names = wb_alloc(sizeof *names);

    names->actors = self->question.actors;
    find_names(self->client, names);
    if (!names->count && wb_now_ms() < self->until_ms) {
        wb_timer_start(self->client->loop, &self->timer, TURN_MS);
        return;
    }
    self->asked = true;
    if (names->count)
        call_all(self, names);
    else
        tell_nobody(self);
    wb_free(&self->body);
    self->question.body = (wb_view){0};
    if (self->waiting)
        return;
    if (!self->nobody[0])
        (void)snprintf(self->nobody, sizeof self->nobody, "nobody could be asked");
    free_answers(self);
    wb_timer_start(self->client->loop, &self->timer, 0);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_ask *self = arg;

    (void)timer;
    if (self->asked)
        finish(self);
    else
        ask_around(self);
}

wb_ask *
wb_ask_start(wb_client *client, const wb_question *question)
{
    wb_ask *self = wb_alloc(sizeof *self);

    self->client = client;
    self->question = *question;
    self->body = wb_text_dup_len(question->body.len ? question->body.data : "", question->body.len);
    self->question.body.data = self->body;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    if (client->own_loop && !client->alone)
        self->until_ms = wb_now_ms() + PEERS_MS;
    ask_around(self);
    return self;
}

void
wb_ask_wait(wb_ask *self)
{
    wb_err err = {0};

    while (!self->over && !wb_loop_turn(self->client->loop, TURN_MS, &err))
        ;
}

void
wb_ask_destroy(wb_ask **self_p)
{
    wb_ask *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    wb_timer_stop(self->client->loop, &self->timer);
    free_answers(self);
    wb_free(&self->body);
    wb_free(&self);
}

size_t
wb_ask_answered(const wb_ask *self)
{
    size_t answered = 0;

    for (size_t i = 0; i < self->count; i++)
        answered += self->answers[i].answered;
    return answered;
}

static int
by_instance(const void *a, const void *b)
{
    return strverscmp(((const wb_answer *)a)->instance, ((const wb_answer *)b)->instance);
}

void
wb_ask_add_absent(wb_ask *self, const char *instance)
{
    wb_answer *answer;

    for (size_t i = 0; i < self->count; i++) {
        if (strcmp(self->answers[i].instance, instance) == 0)
            return;
    }
    assert(self->over); /* answers on their way would not find their place any more */
    self->answers = wb_realloc(self->answers, (self->count + 1) * sizeof *self->answers);
    answer = &self->answers[self->count++];
    init_answer(answer, self, instance);
    answer->over = answer->absent = true;
    qsort(self->answers, self->count, sizeof *self->answers, by_instance);
}

/* --- printing --- */

/* Who said it is its first member, in every answer. */
static void
print_answer(const wb_answer *self, FILE *out)
{
    static const char named[] = "{\"instance\":";
    wb_view body = wb_buf_view(&self->body);

    if (body.len >= sizeof named - 1 && memcmp(body.data, named, sizeof named - 1) == 0)
        fprintf(out, "%.*s", WB_VIEW_ARG(body));
    else if (body.len > 2)
        fprintf(out, "%s\"%s\",%.*s", named, self->instance, (int)body.len - 1, body.data + 1);
    else
        fprintf(out, "%s\"%s\"}", named, self->instance);
}

void
wb_ask_print_list(const wb_ask *self, FILE *out)
{
    const char *comma = "";

    fprintf(out, "[");
    for (size_t i = 0; self && i < self->count; i++) {
        if (!self->answers[i].answered)
            continue;
        fprintf(out, "%s", comma);
        print_answer(&self->answers[i], out);
        comma = ",";
    }
    fprintf(out, "]");
}

void
wb_ask_print(const wb_ask *self, const char *name, FILE *out)
{
    const char *comma = "";

    fprintf(out, "{\"%s\":", name);
    wb_ask_print_list(self, out);
    fprintf(out, ",\"silent\":[");
    for (size_t i = 0; i < self->count; i++) {
        if (self->answers[i].answered)
            continue;
        fprintf(out, "%s\"%s\"", comma, self->answers[i].instance);
        comma = ",";
    }
    fprintf(out, "]}\n");
}
