/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/relay.h"

#include <stdio.h>

#include "actors/ask/read.h"
#include "protocol/base/own.h"

#define ANSWER_MAX (32 * 1024 * 1024)

typedef struct {
    wb_call_in *call;
    wb_ask *ask;
    wb_relay_tell tell;
    bool in_part;
} relay;

static void
on_end(wb_call_in *call)
{
    relay *self = call->own;

    wb_ask_destroy(&self->ask);
    wb_free(&self);
}

int64_t
wb_relay_put_all(const wb_ask *ask, const char *list, wb_json *json, const char *name,
                 wb_json_writer *out)
{
    int64_t total = 0;

    wb_json_put_key(out, name);
    wb_json_open(out, '[');
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], json, NULL))
            continue;
        total += wb_read_int(json, 0, "total");
        for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, list)); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            wb_json_put_raw(out, wb_json_raw(json, at));
    }
    wb_json_close(out, ']');
    return total;
}

static void
refuse(relay *self)
{
    const wb_ask *ask = self->ask;
    char text[256] = "";

    (void)snprintf(text, sizeof text, "%s", ask->nobody);
    for (size_t i = 0; !text[0] && i < ask->count; i++)
        if (!ask->answers[i].answered)
            (void)snprintf(text, sizeof text, "%s %s", ask->answers[i].instance,
                           ask->answers[i].absent ? "is not running" : "does not answer");
    wb_call_in_problem(&self->call, 503, "a process that has to be asked is not there", text);
}

static void
done(void *arg, wb_ask *ask)
{
    relay *self = arg;
    size_t answered = wb_ask_answered(ask);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_json_destroy) wb_json *json = NULL;
    wb_json_writer writer;

    if (!answered || (!self->in_part && answered < ask->count)) {
        refuse(self);
        return;
    }
    json = wb_json_new();
    wb_buf_init(&body, ANSWER_MAX);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    self->tell(self->call, ask, json, &writer);
    if (self->in_part)
        wb_ask_put_silent(ask, &writer);
    wb_json_close(&writer, '}');
    if (body.overflow)
        wb_call_in_problem(&self->call, 500, "the answer is too large",
                           "ask for less: by a filter, or a smaller limit");
    else
        wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

void
wb_relay(wb_call_in *call, const wb_relay_question *question)
{
    relay *self = wb_alloc(sizeof *self);

    *self = (relay){.call = call, .tell = question->tell, .in_part = question->in_part};
    call->own = self;
    call->end = on_end;
    self->ask = wb_ask_start(call->gateway->client, &(wb_question){.actors = question->actors,
                                                                   .kind = question->kind,
                                                                   .body = question->body,
                                                                   .done = done,
                                                                   .arg = self});
}
