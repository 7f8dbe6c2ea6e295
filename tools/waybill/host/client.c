/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client - questions to many, gathered
 */
#include "tools/waybill/host/client.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/waybill/host/crew.h"
#include "tools/waybill/host/state.h"
#include "tools/waybill/terminal/command.h"

#define PEERS_MS 1000 /* how long we wait to hear of anybody */
#define TURN_MS 50
#define NAMES_MAX 1024
#define PRINT_MAX (64 * 1024 * 1024)

typedef struct {
    char items[NAMES_MAX][WB_INSTANCE_MAX + 1];
    size_t count;
    const char *actors;
} name_list;

static wb_rc
open_lanes(wb_client *self, wb_err *err)
{
    const char *brokers[WB_COUNT(self->place.broker) + 1] = {NULL};
    wb_lanes_conf conf = {.run_dir = self->place.run,
                          .instance = "tool",
                          .deployment = self->place.deployment,
                          .shards = self->place.shards,
                          .stage = WB_STAGE_NONE,
                          .brokers = brokers};

    for (size_t i = 0; i < self->place.broker_count; i++)
        brokers[i] = self->place.broker[i];
    self->json = wb_json_new();
    self->told = wb_map_new();
    return wb_lanes_new(&self->lanes, self->loop, &conf, err);
}

wb_rc
wb_client_join(wb_client *self, wb_loop *loop, const wb_place *place, wb_err *err)
{
    *self = (wb_client){.place = *place, .loop = loop};
    return open_lanes(self, err);
}

wb_rc
wb_client_open(wb_client *self, const char *config, wb_err *err)
{
    wb_rc rc;

    *self = (wb_client){.own_loop = true};
    rc = wb_place_find(&self->place, config, err);
    if (!rc && access(self->place.run, R_OK | X_OK))
        rc =
            errno == ENOENT
                ? wb_fail(err, WB_RETRY, "nothing runs here: there is no %s", self->place.run)
                : wb_fail(err, WB_FATAL, "%s cannot be read: %s", self->place.run, strerror(errno));
    if (!rc)
        rc = wb_loop_new(&self->loop, err);
    return rc ? rc : open_lanes(self, err);
}

void
wb_client_fini(wb_client *self)
{
    if (self->lanes)
        wb_lanes_destroy(&self->lanes);
    if (self->own_loop)
        wb_loop_destroy(&self->loop);
    wb_json_destroy(&self->json);
    wb_map_destroy(&self->told);
}

int
wb_client_ready(wb_client *self, const char *command, const char *config)
{
    wb_err err = {0};
    wb_rc rc;

    wb_log_init(command);
    wb_log_set_level(WB_ERROR);
    rc = wb_client_open(self, config, &err);
    if (!rc)
        return EXIT_DONE;
    fprintf(stderr, "waybill %s: %s\n", command, err.text);
    return rc == WB_RETRY ? EXIT_SILENT : EXIT_CONFIG;
}

int
wb_client_account(const wb_client *self, const char *command, const char *name,
                  wb_place_account *dst, const char **key)
{
    wb_err err = {0};

    *key = NULL;
    if (!name)
        return EXIT_DONE;
    if (wb_place_account_find(dst, self->place.config, name, true, &err)) {
        fprintf(stderr, "waybill %s: %s\n", command, err.text);
        return EXIT_NO;
    }
    *key = dst->key;
    return EXIT_DONE;
}

/* --- who is there --- */

/* "mapper-2" is one of "mapper pusher". */
static bool
is_of(const char *actors, const char *instance, size_t len)
{
    size_t actor = len;

    for (size_t i = 0; i < len; i++)
        actor = instance[i] == '-' ? i : actor;
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
add_name(name_list *self, const char *instance, size_t len)
{
    if (!len || len > WB_INSTANCE_MAX || !is_of(self->actors, instance, len) ||
        self->count == NAMES_MAX)
        return;
    for (size_t i = 0; i < self->count; i++) {
        if (strlen(self->items[i]) == len && memcmp(self->items[i], instance, len) == 0)
            return;
    }
    memcpy(self->items[self->count], instance, len);
    self->items[self->count++][len] = '\0';
}

static void
add_peer(void *arg, const wb_peer_info *info)
{
    add_name(arg, info->instance, strlen(info->instance));
}

static void
add_local(name_list *self, const wb_place *place)
{
    static const char end[] = ".ready";
    /* an `up` that was killed took its processes with it and left their files behind */
    DIR *folder = wb_state_is_held(place->state) ? opendir(place->run) : NULL;
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        size_t len = strlen(entry->d_name);

        if (len >= sizeof end && strcmp(entry->d_name + len - (sizeof end - 1), end) == 0)
            add_name(self, entry->d_name, len - (sizeof end - 1));
    }
    if (folder)
        (void)closedir(folder);
}

static int
by_name(const void *a, const void *b)
{
    return strverscmp(a, b);
}

/* Local ones are known at once; without any we listen for a moment. When all are local nobody else
 * is asked: the directory still names those that died. */
static void
find_names(wb_client *client, name_list *out)
{
    int64_t until_ms = wb_now_ms() + PEERS_MS;
    wb_err err = {0};

    do {
        add_local(out, &client->place);
        if (!client->place.alone)
            wb_lanes_peers(client->lanes, add_peer, out);
    } while (!out->count && client->own_loop && !client->place.alone && wb_now_ms() < until_ms &&
             !wb_loop_turn(client->loop, TURN_MS, &err));
    qsort(out->items, out->count, sizeof out->items[0], by_name);
}

/* --- asking --- */

static void
settle(wb_answer *answer, bool answered)
{
    wb_ask *ask = answer->ask;

    if (answer->over)
        return;
    answer->over = true;
    answer->answered = answered;
    if (--ask->waiting == 0 && ask->done)
        ask->done(ask->arg, ask);
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

void
wb_ask_destroy(wb_ask **self_p)
{
    wb_ask *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++) {
        if (!self->answers[i].over && self->calls[i])
            wb_lanes_call_cancel(self->client->lanes, self->calls[i]);
        wb_buf_fini(&self->answers[i].body);
    }
    wb_free(&self->answers);
    wb_free(&self->calls);
    wb_free(&self);
}

static void
call_all(wb_ask *self, wb_kind kind, wb_view body)
{
    char to[WB_INSTANCE_MAX + 2];
    wb_call_spec spec = {.to = to, .kind = kind, .body = body, .timeout_ms = WB_ASK_MS};
    wb_err err = {0};

    for (size_t i = 0; i < self->count; i++) {
        (void)snprintf(to, sizeof to, "@%s", self->answers[i].instance);
        if (wb_lanes_call(self->client->lanes, &spec, on_reply, &self->answers[i], &self->calls[i],
                          &err))
            self->answers[i].over = true;
        else
            self->waiting++;
    }
}

wb_rc
wb_ask_start(wb_ask **out, wb_client *client, const char *actors, wb_kind kind, wb_view body,
             wb_err *err)
{
    WB_AUTO(wb_free) name_list *names = wb_alloc(sizeof *names);
    WB_AUTO(wb_ask_destroy) wb_ask *self = NULL;

    names->actors = actors;
    find_names(client, names);
    if (!names->count)
        return wb_fail(err, WB_RETRY, "no %s is there to be asked: is `waybill up` running?",
                       actors && !strchr(actors, ' ') ? actors : "process");
    self = wb_alloc(sizeof *self);
    self->client = client;
    self->count = names->count;
    self->answers = wb_alloc(self->count * sizeof *self->answers);
    self->calls = wb_alloc(self->count * sizeof *self->calls);
    for (size_t i = 0; i < self->count; i++) {
        memcpy(self->answers[i].instance, names->items[i], sizeof names->items[i]);
        wb_buf_init(&self->answers[i].body, PRINT_MAX);
        self->answers[i].ask = self;
    }
    call_all(self, kind, body);
    if (!self->waiting)
        return wb_fail(err, WB_RETRY, "nobody could be asked");
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_ask_wait(wb_ask *self)
{
    wb_err err = {0};

    while (self->waiting && !wb_loop_turn(self->client->loop, TURN_MS, &err))
        ;
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
wb_ask_add_silent(wb_ask *self, const char *instance)
{
    wb_answer *answer;

    for (size_t i = 0; i < self->count; i++) {
        if (strcmp(self->answers[i].instance, instance) == 0)
            return;
    }
    assert(!self->waiting); /* answers on their way would not find their place any more */
    self->answers = wb_realloc(self->answers, (self->count + 1) * sizeof *self->answers);
    answer = &self->answers[self->count++];
    *answer = (wb_answer){.over = true, .absent = true, .ask = self};
    (void)snprintf(answer->instance, sizeof answer->instance, "%s", instance);
    wb_buf_init(&answer->body, 1);
    qsort(self->answers, self->count, sizeof *self->answers, by_instance);
}

/* Of whom the configuration wants, those that could not even be asked. */
typedef struct {
    wb_ask *ask;
    const char *actors;
} absent_search;

static void
add_absent(void *arg, const char *instance)
{
    absent_search *self = arg;

    if (is_of(self->actors, instance, strlen(instance)))
        wb_ask_add_silent(self->ask, instance);
}

int
wb_ask_all(wb_ask **out, wb_client *client, const char *actors, wb_kind kind, wb_view body)
{
    wb_err err = {0};

    if (wb_ask_start(out, client, actors, kind, body, &err)) {
        fprintf(stderr, "waybill: %s\n", err.text);
        return EXIT_SILENT;
    }
    wb_ask_wait(*out);
    if (client->place.alone)
        wb_crew_wanted(&client->place, add_absent, &(absent_search){*out, actors});
    for (size_t i = 0; i < (*out)->count; i++) {
        const wb_answer *answer = &(*out)->answers[i];

        if (answer->answered || wb_map_put(client->told, wb_view_of(answer->instance), client))
            continue;
        fprintf(stderr, "waybill: %s %s\n", answer->instance,
                answer->absent ? "is not running" : "does not answer");
    }
    return wb_ask_answered(*out) ? EXIT_DONE : EXIT_SILENT;
}

/* --- reading --- */

bool
wb_answer_read(const wb_answer *answer, wb_json *json, bool tell)
{
    char why[256];

    if (!answer->answered || wb_json_parse(json, wb_buf_view(&answer->body), NULL))
        return false;
    if (wb_json_get(json, 0, "error") == WB_JSON_NONE)
        return true;
    if (tell)
        fprintf(stderr, "waybill: %s: %s\n", answer->instance,
                wb_read_text(json, 0, "error", why, sizeof why));
    return false;
}

int64_t
wb_read_int(wb_json *json, wb_json_ref ref, const char *path)
{
    int64_t value = 0;

    wb_ignore(wb_json_int(json, wb_json_at(json, ref, path), &value, path, NULL), "reads as 0");
    return value;
}

bool
wb_read_bool(wb_json *json, wb_json_ref ref, const char *path)
{
    bool value = false;

    wb_ignore(wb_json_bool(json, wb_json_at(json, ref, path), &value, path, NULL),
              "reads as false");
    return value;
}

const char *
wb_read_text(wb_json *json, wb_json_ref ref, const char *path, char *dst, size_t size)
{
    wb_view text = {0};

    dst[0] = '\0';
    wb_ignore(wb_json_text(json, wb_json_at(json, ref, path), &text, path, NULL), "reads as empty");
    if (text.len >= size)
        text.len = size - 1;
    wb_ignore(wb_text_set(dst, size, text, NULL), "reads as empty");
    return dst;
}

/* Who said it is its first member, in every answer. */
static void
print_answer(const wb_answer *self)
{
    static const char named[] = "{\"instance\":";
    wb_view body = wb_buf_view(&self->body);

    if (body.len >= sizeof named - 1 && memcmp(body.data, named, sizeof named - 1) == 0)
        printf("%.*s", WB_VIEW_ARG(body));
    else if (body.len > 2)
        printf("%s\"%s\",%.*s", named, self->instance, (int)body.len - 1, body.data + 1);
    else
        printf("%s\"%s\"}", named, self->instance);
}

void
wb_ask_print_list(const wb_ask *self)
{
    const char *comma = "";

    printf("[");
    for (size_t i = 0; self && i < self->count; i++) {
        if (!self->answers[i].answered)
            continue;
        printf("%s", comma);
        print_answer(&self->answers[i]);
        comma = ",";
    }
    printf("]");
}

void
wb_ask_print(const wb_ask *self, const char *name)
{
    const char *comma = "";

    printf("{\"%s\":", name);
    wb_ask_print_list(self);
    printf(",\"silent\":[");
    for (size_t i = 0; i < self->count; i++) {
        if (self->answers[i].answered)
            continue;
        printf("%s\"%s\"", comma, self->answers[i].instance);
        comma = ",";
    }
    printf("]}\n");
}
