/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls - questions and answers: an envelope to the callee's inlet, chunks back to ours
 *
 * A call has a number that no former incarnation used, and a deadline. Its answer's chunks are
 * numbered: one that is missing ends the call as if no answer had come.
 */
#include <string.h>

#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define REPLY_KEEP_MS 10000
#define CHUNKS_MAX 1024 /* answers of several chunks under way */

typedef struct {
    wb_link link; /* unresolved */
    wb_lanes *home;
    uint64_t id;
    wb_timer timer;
    wb_call_reply reply;
    void *arg;
    wb_stage stage;
    uint16_t shard;
    wb_kind kind;
    int64_t deadline_utc_us;
    int64_t until_ms;
    uint64_t chunks;
    char name[WB_INSTANCE_MAX + 1]; /* "@name" */
    char *body;
    size_t body_len;
} pending;

/* An answer of ours that has more chunks to come. */
typedef struct {
    uint64_t count;
} chunk_count;

static wb_view
id_view(const uint64_t *id)
{
    return (wb_view){(const char *)id, sizeof *id};
}

static void
free_call(pending *call)
{
    wb_map_remove(call->home->calls, id_view(&call->id));
    wb_timer_stop(call->home->loop, &call->timer);
    wb_list_remove(&call->link);
    wb_free(&call->body);
    wb_free(&call);
}

static void
end_call(pending *call, const wb_envelope *last, wb_rc rc)
{
    wb_call_reply reply = call->reply;
    void *arg = call->arg;

    free_call(call); /* first: the caller may ask again at once */
    reply(arg, last, rc);
}

static void
on_late(wb_timer *timer, void *arg)
{
    (void)timer;
    end_call(arg, NULL, WB_RETRY);
}

/* --- asking --- */

static wb_rc
post_call(pending *call, wb_view endpoint, wb_err *err)
{
    wb_lanes *self = call->home;
    wb_envelope env;
    wb_wire *wire;
    wb_rc rc = wb_wires_get(self->wires, &wire, endpoint, err);

    if (rc)
        return rc;
    lanes_identify(self, &env, call->kind);
    env.stage = call->stage;
    env.shard = call->shard;
    env.call = call->id;
    env.reply_to = self->receipts_view;
    env.deadline_utc_us = call->deadline_utc_us;
    if (!lanes_encode(self, &env))
        return wb_fail(err, WB_REJECT, "the call's header is over its limits");
    wb_wire_post(wire, wb_buf_view(&self->header), (wb_view){call->body, call->body_len},
                 call->until_ms - wb_loop_now_ms(self->loop));
    wb_list_remove(&call->link);
    wb_free(&call->body);
    call->body_len = 0;
    return WB_OK;
}

/* Who answers, if he is known. */
static wb_view
callee(const pending *call)
{
    wb_lanes *self = call->home;
    const wb_member *member;

    if (call->name[0])
        member = directory_member(self, wb_view_of(call->name), NULL);
    else
        member = directory_slot(self, call->stage, call->shard)->owner;
    return member ? wb_view_of(member->beat.work) : (wb_view){0};
}

static wb_rc
resolve(pending *call, wb_err *err)
{
    wb_view endpoint = callee(call);

    return endpoint.len ? post_call(call, endpoint, err) : WB_OK;
}

void
calls_resolve(wb_lanes *self)
{
    wb_link *next;
    wb_err err = {0};

    for (wb_link *link = self->unresolved.next; link != &self->unresolved; link = next) {
        next = link->next;
        if (resolve(WB_CONTAINER(link, pending, link), &err))
            wb_log(WB_WARN, "call.no_way", "why='%s'", err.text);
    }
}

static pending *
new_call(wb_lanes *self, const wb_call_spec *spec)
{
    pending *call = wb_alloc(sizeof *call);

    call->home = self;
    call->id = self->next_call++;
    call->timer = (wb_timer){.fire = on_late, .arg = call};
    call->kind = spec->kind;
    call->stage = spec->stage;
    call->shard = spec->stage ? wb_shard_of(spec->key, self->shards) : 0;
    call->until_ms = wb_loop_now_ms(self->loop) + spec->timeout_ms;
    call->deadline_utc_us = wb_loop_utc_us(self->loop) + spec->timeout_ms * WB_US_PER_MS;
    call->body = wb_text_dup_len(spec->body.len ? spec->body.data : "", spec->body.len);
    call->body_len = spec->body.len;
    wb_map_put(self->calls, id_view(&call->id), call);
    wb_list_append(&self->unresolved, &call->link);
    wb_timer_start(self->loop, &call->timer, spec->timeout_ms);
    return call;
}

static wb_rc
start_call(pending *call, const char *to, wb_err *err)
{
    wb_rc rc;

    if (to && to[0] != '@')
        return post_call(call, wb_view_of(to), err);
    if (to) {
        rc = wb_text_set(call->name, sizeof call->name, wb_view_of(to + 1), err);
        if (rc)
            return rc;
    } else if (!call->stage) {
        return wb_fail(err, WB_REJECT, "a call to nobody");
    }
    rc = resolve(call, err);
    if (!rc && wb_list_linked(&call->link))
        directory_ask(call->home);
    return rc;
}

wb_rc
wb_lanes_call(wb_lanes *self, const wb_call_spec *spec, wb_call_reply reply, void *arg,
              uint64_t *out_call, wb_err *err)
{
    pending *call;
    wb_rc rc;

    if (spec->body.len > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "body of %zu bytes; at most %d", spec->body.len,
                       WB_BODY_MAX);
    call = new_call(self, spec);
    call->reply = reply;
    call->arg = arg;
    rc = start_call(call, spec->to, err);
    if (rc) {
        free_call(call);
        return rc;
    }
    if (out_call)
        *out_call = call->id;
    return WB_OK;
}

void
wb_lanes_call_cancel(wb_lanes *self, uint64_t id)
{
    pending *call = wb_map_find(self->calls, id_view(&id));

    if (call)
        free_call(call);
}

/* --- the answer comes --- */

void
calls_reply(wb_lanes *self, const wb_envelope *env)
{
    pending *call = wb_map_find(self->calls, id_view(&env->call));

    if (!call)
        return; /* late, cancelled, or a former incarnation's */
    if (env->sequence != ++call->chunks)
        end_call(call, NULL, WB_RETRY);
    else if (env->last)
        end_call(call, env, WB_OK);
    else
        call->reply(call->arg, env, WB_OK);
}

/* --- answering --- */

/* The number of this chunk. Only answers of several chunks are remembered. */
static uint64_t
chunk_number(wb_lanes *self, const wb_envelope *call, bool last)
{
    uint64_t key[2] = {call->incarnation, call->call}, number;
    wb_view at = {(const char *)key, sizeof key};
    chunk_count *count = wb_map_find(self->chunks, at);

    if (!count && (last || wb_map_count(self->chunks) >= CHUNKS_MAX))
        return 1;
    if (!count) {
        count = wb_alloc(sizeof *count);
        wb_map_put(self->chunks, at, count);
    }
    number = ++count->count;
    if (last) {
        wb_map_remove(self->chunks, at);
        wb_free(&count);
    }
    return number;
}

void
wb_lanes_reply(wb_lanes *self, const wb_envelope *call, wb_view body, bool last)
{
    wb_envelope env;
    wb_wire *wire;
    wb_err err = {0};

    lanes_identify(self, &env, WB_KIND_REPLY);
    env.call = call->call;
    env.last = last;
    env.sequence = chunk_number(self, call, last);
    if (!lanes_encode(self, &env))
        return;
    if (wb_wires_get(self->wires, &wire, call->reply_to, &err))
        wb_log(WB_WARN, "call.no_way_back", "from=%.*s why='%s'", WB_VIEW_ARG(call->instance),
               err.text);
    else
        wb_wire_post(wire, wb_buf_view(&self->header), body, REPLY_KEEP_MS);
}

void
calls_open(wb_lanes *self)
{
    self->calls = wb_map_new();
    self->chunks = wb_map_new();
    wb_list_init(&self->unresolved);
    self->next_call = self->self.incarnation | 1;
}

void
calls_close(wb_lanes *self)
{
    chunk_count *count;
    pending *call;

    for (size_t at = 0; self->calls && (call = wb_map_next(self->calls, &at, NULL));)
        free_call(call);
    for (size_t at = 0; self->chunks && (count = wb_map_next(self->chunks, &at, NULL));)
        wb_free(&count);
    wb_map_destroy(&self->calls);
    wb_map_destroy(&self->chunks);
}
