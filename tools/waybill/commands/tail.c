/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail - events as they happen, one a line
 *
 * Reads the bus like anybody may: what was said before, or while we did not listen, is not shown.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "protocol/topics.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"

#define ELEMENTS_MAX 4000000
#define LINE_MAX_BYTES (16 * 1024 * 1024)

typedef struct {
    char *config, *topic;
    int64_t count;
    bool json;
} tail_conf;

static const wb_option options[] = {
    WB_TEXT(tail_conf, config, "", "the configuration"),
    WB_TEXT(tail_conf, topic, "", "only one class: record, run, account or process"),
    WB_INT(tail_conf, count, "0", 0, INT64_MAX, "end after so many events; 0 = on Ctrl-C"),
    WB_BOOL(tail_conf, json, "false", "whole events as JSON"),
    WB_END,
};

typedef struct {
    const tail_conf *conf;
    wb_session *session;
    wb_buf line;
    int64_t shown;
} tail_state;

/* The members that people look for; the rest is in --json. */
static void
print_short(tail_state *self, wb_view topic)
{
    static const char *const names[] = {"what",   "status", "record", "account", "operation",
                                        "stream", "target", "reason", "text",    "error"};
    wb_json *json = self->session->json;
    char value[1100], at[40] = "";

    if (wb_json_parse(json, wb_buf_view(&self->line), NULL))
        return;
    wb_time_text(at,
                 wb_json_get(json, 0, "at") == WB_JSON_NONE ? wb_now_utc_us()
                                                            : wb_read_int(json, 0, "at"),
                 true);
    printf("%s %.*s", at, WB_VIEW_ARG(topic));
    for (size_t i = 0; i < WB_COUNT(names); i++) {
        wb_read_text(json, 0, names[i], value, sizeof value);
        if (value[0])
            printf(strchr(value, ' ') ? " %s='%s'" : " %s=%s", names[i], value);
    }
    printf("\n");
}

static void
print_event(tail_state *self, wb_view topic, wb_view event)
{
    wb_buf_clear(&self->line);
    if (wb_pack_to_json(&self->line, event, NULL))
        return;
    if (self->conf->json)
        printf("{\"topic\":\"%.*s\",\"event\":%.*s}\n", WB_VIEW_ARG(topic),
               WB_VIEW_ARG(wb_buf_view(&self->line)));
    else
        print_short(self, topic);
    if (++self->shown == self->conf->count)
        wb_loop_stop(wb_client_loop(self->session->client));
}

static bool
ended(const tail_state *self)
{
    return self->conf->count && self->shown >= self->conf->count;
}

static void
on_bus(void *arg, wb_view topic, const wb_envelope *env)
{
    tail_state *self = arg;
    uint32_t count = 0;
    wb_unpack in;
    wb_view event;

    if (env->kind != WB_KIND_EVENT || wb_pack_scan(env->body, ELEMENTS_MAX, NULL))
        return;
    wb_unpack_init(&in, env->body);
    if (wb_unpack_array(&in, &count, "events", NULL))
        return;
    for (uint32_t i = 0; i < count && !ended(self); i++) {
        if (wb_unpack_skip(&in, &event, NULL))
            return;
        print_event(self, topic, event);
    }
    (void)fflush(stdout);
    if (ferror(stdout))
        wb_loop_stop(wb_client_loop(self->session->client));
}

static void
on_signal(void *arg, int signo)
{
    if (signo != SIGHUP)
        wb_loop_stop(wb_client_loop(((tail_state *)arg)->session->client));
}

static wb_rc
listen_to(tail_state *self, wb_err *err)
{
    wb_rc rc = wb_loop_signals(wb_client_loop(self->session->client), on_signal, self, err);

    for (int topic = 0; !rc && topic < WB_TOPIC_COUNT; topic++) {
        const char *name = wb_topic_name((wb_topic)topic);

        if (!self->conf->topic || strcmp(self->conf->topic, name) == 0)
            rc =
                wb_lanes_subscribe(wb_client_lanes(self->session->client), name, on_bus, self, err);
    }
    return rc ? rc : wb_loop_run(wb_client_loop(self->session->client), err);
}

static int
tail(const void *conf, const wb_words *words)
{
    WB_AUTO(wb_session_close) wb_session session = {0};
    tail_state self = {.conf = conf, .session = &session};
    wb_err err = {0};
    wb_rc rc;
    int code;

    (void)words;
    if (self.conf->topic && wb_topic_find(wb_view_of(self.conf->topic)) == WB_TOPIC_COUNT) {
        fprintf(stderr, "waybill tail: no class %s: record, run, account or process\n",
                self.conf->topic);
        return EXIT_USAGE;
    }
    code = wb_session_open(&session, "tail", self.conf->config);
    if (code)
        return code;
    wb_buf_init(&self.line, LINE_MAX_BYTES);
    rc = listen_to(&self, &err);
    wb_buf_fini(&self.line);
    if (rc)
        fprintf(stderr, "waybill tail: %s\n", err.text);
    return rc ? EXIT_AGAIN : EXIT_DONE;
}

const wb_command wb_command_tail = {
    .name = "tail",
    .words = "",
    .summary = "events as they happen",
    .options = options,
    .conf_size = sizeof(tail_conf),
    .run = tail,
};
