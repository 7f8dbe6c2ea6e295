/* SPDX-License-Identifier: Apache-2.0 */
/*
 * everywhere - a question about tasks to all gateways; each keeps those that it took
 */
#include <stdio.h>
#include <string.h>

#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"

#define OWN_MAX (8 * 1024 * 1024)

static void
on_end(wb_call_in *call)
{
    wb_everywhere *self = call->own;

    wb_timer_stop(wb_ctx_loop(call->gateway->ctx), &self->timer);
    wb_ask_destroy(&self->ask);
    wb_buf_fini(&self->own);
    wb_free(&self);
}

/* Others, by the ask's answers: this one is asked there too, and has said it already. */
static const wb_answer *
answer_of(const wb_everywhere *self, size_t index)
{
    return index ? &self->ask->answers[index - 1] : NULL;
}

static bool
is_own(const wb_everywhere *self, const wb_answer *answer)
{
    return strcmp(answer->instance, wb_ctx_instance(self->call->gateway->ctx)) == 0;
}

static void
on_answers(void *arg, wb_ask *ask)
{
    wb_everywhere *self = arg;

    self->ask = ask;
    self->count = 1 + ask->count;
    self->done(self);
}

static void
on_enough(wb_timer *timer, void *arg)
{
    wb_everywhere *self = arg;

    (void)timer;
    self->done(self);
}

bool
wb_everywhere_read(const wb_everywhere *self, size_t index, wb_json *json)
{
    const wb_answer *answer = answer_of(self, index);

    if (!answer)
        return !wb_json_parse(json, wb_buf_view(&self->own), NULL) &&
               wb_json_get(json, 0, "error") == WB_JSON_NONE;
    return !is_own(self, answer) && !wb_answer_read(answer, json, NULL);
}

/* Who did not answer: the first of them; NULL = nobody. */
static const char *
missing_of(const wb_everywhere *self)
{
    for (size_t i = 1; i < self->count; i++)
        if (!answer_of(self, i)->answered && !is_own(self, answer_of(self, i)))
            return answer_of(self, i)->instance;
    return NULL;
}

void
wb_everywhere_put_silent(const wb_everywhere *self, wb_json_writer *out)
{
    wb_json_put_key(out, "silent");
    wb_json_open(out, '[');
    for (size_t i = 1; i < self->count; i++)
        if (!answer_of(self, i)->answered && !is_own(self, answer_of(self, i)))
            wb_json_put_text(out, wb_view_of(answer_of(self, i)->instance));
    wb_json_close(out, ']');
}

wb_json_ref
wb_everywhere_find(const wb_everywhere *self, wb_json *json)
{
    for (size_t i = 0; i < self->count; i++) {
        wb_json_ref task = WB_JSON_NONE;

        if (wb_everywhere_read(self, i, json))
            task = wb_json_get(json, 0, "task");
        if (task != WB_JSON_NONE)
            return task;
    }
    return WB_JSON_NONE;
}

void
wb_everywhere_refuse(wb_everywhere *self)
{
    const char *missing = missing_of(self);
    char text[256];

    if (!missing) {
        wb_call_in_problem(&self->call, 404, "there is no such task", NULL);
        return;
    }
    (void)snprintf(text, sizeof text, "%.64s does not answer: it may be the one that has this task",
                   missing);
    wb_call_in_problem(&self->call, 503, "a gateway that has to be asked is not there", text);
}

void
wb_everywhere_leave(wb_everywhere **self_p)
{
    wb_call_in *call = (*self_p)->call;

    *self_p = NULL;
    on_end(call);
    call->own = NULL;
    call->end = NULL;
}

/* What this one has, as it would tell others. */
static bool
tell_own(wb_everywhere *self, wb_view question)
{
    wb_err err = {0};
    wb_json_writer out;
    wb_rc rc;

    wb_buf_init(&self->own, OWN_MAX);
    wb_json_writer_init(&out, &self->own);
    wb_json_open(&out, '{');
    rc = wb_tasks_tell(self->call->gateway->tasks, question, &out, &err);
    wb_json_close(&out, '}');
    if (!rc && !self->own.overflow)
        return true;
    wb_call_in_problem(&self->call, 500, "the tasks of this gateway cannot be read",
                       rc ? err.text : "ask for less: by a filter, or a smaller limit");
    return false;
}

void
wb_everywhere_ask(wb_call_in *call, wb_view question, bool (*enough)(wb_json *own),
                  wb_everywhere_done done)
{
    wb_everywhere *self = wb_alloc(sizeof *self);
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();

    self->call = call;
    self->done = done;
    self->count = 1;
    self->timer = (wb_timer){.fire = on_enough, .arg = self};
    call->own = self;
    call->end = on_end;
    if (!tell_own(self, question))
        return;
    self->enough = enough && wb_everywhere_read(self, 0, json) && enough(json);
    if (self->enough)
        wb_timer_start(wb_ctx_loop(call->gateway->ctx), &self->timer, 0);
    else
        self->ask = wb_ask_start(call->gateway->client, &(wb_question){.actors = "gateway",
                                                                       .kind = WB_KIND_CALL_TASKS,
                                                                       .body = question,
                                                                       .done = on_answers,
                                                                       .arg = self});
}

static bool
has_it(wb_json *own)
{
    return wb_json_get(own, 0, "task") != WB_JSON_NONE;
}

void
wb_everywhere_ask_one(wb_call_in *call, int64_t id, wb_everywhere_done done)
{
    char question[128];

    (void)snprintf(question, sizeof question, "{\"action\":\"show\",\"id\":%lld}", (long long)id);
    wb_everywhere_ask(call, wb_view_of(question), has_it, done);
}
