/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circle_push - orders to the ERP, as many in a call as it takes; that they went is committed
 */
#include "protocol/base/own.h"
#include "tools/floor/circle.h"

#include <string.h>
#include <zmq.h>

typedef struct {
    const circle *circle;
    wb_buf backlog; /* length, sequence, length of the key, key, canonical; one after another */
    size_t backlog_at, waiting;
    wb_buf acks;
    const wb_op *op;
    size_t batch;
} pusher;

#define KEY_AT 24 /* in the text of one: behind its length, sequence and length of the key */

static void read_next(const pusher *own, const char *at, wb_envelope *env);
static void on_pushed(floor_proc *self, floor_call *call);

/* What was sent there is not what it has to come to: accepted, to be looked at, with a step behind.
 */
static const wb_op *
op_behind(const pusher *own, const circle_call *of, const wb_result *result)
{
    const wb_connector *erp = own->circle->erp.connector;

    if (result->code == WB_RESULT_DONE || result->code == WB_RESULT_UNCHANGED)
        return NULL;
    if (result->code == WB_RESULT_ACCEPTED)
        return wb_connector_op(erp, of->call.op->look);
    if (result->code == WB_RESULT_MORE)
        return wb_connector_more(erp, of->call.op, result->cursor);
    if (result->code == WB_RESULT_PARK)
        floor_die(result->reason);
    /* a look: not yet, or not said; else lists overlap, and what came twice is there already */
    return of->call.op->verb == WB_VERB_LOOK ? of->call.op : NULL;
}

/* One item of a call into another, with what its answer told; where its texts begin is told in
 * `at`. */
static void
carry(const circle_call *from, size_t i, circle_call *to, size_t at[3])
{
    const wb_call_item *item = &from->items[i];
    const wb_result *result = &from->outcomes.results[i];
    bool accepted = result->code == WB_RESULT_ACCEPTED;
    const char *text = item->env->record.data - KEY_AT;

    at[0] = to->texts.len;
    wb_buf_add(&to->texts, text, 8 + (size_t)floor_get_u64(text));
    at[1] = to->parts.len;
    wb_buf_add_view(&to->parts, accepted ? result->ticket : item->ticket);
    at[2] = to->parts.len;
    wb_buf_add_view(&to->parts,
                    result->code == WB_RESULT_MORE ? result->cursor : (wb_view){NULL, 0});
    to->items[to->call.item_count++] = (wb_call_item){.number = item->number, .revision = 1};
}

/* Those of a call whose next step is this one. */
static void
step(floor_proc *self, const circle_call *from, const wb_op *op)
{
    pusher *own = self->own;
    floor_call *call = circle_call_new(self, own->batch);
    circle_call *to = call->own;
    size_t(*at)[3] = wb_alloc((from->call.item_count + 1) * sizeof *at);

    for (size_t i = 0; i < from->call.item_count; i++)
        if (op_behind(own, from, &from->outcomes.results[i]) == op)
            carry(from, i, to, at[to->call.item_count]);
    at[to->call.item_count][1] = to->parts.len;
    for (size_t i = 0; i < to->call.item_count; i++) {
        wb_call_item *item = &to->items[i];

        read_next(own, to->texts.data + at[i][0], &to->envs[i]);
        item->env = &to->envs[i];
        item->ticket = (wb_view){to->parts.data + at[i][1], at[i][2] - at[i][1]};
        item->cursor = (wb_view){to->parts.data + at[i][2], at[i + 1][1] - at[i][2]};
    }
    wb_free(&at);
    call->done = on_pushed;
    circle_call_start(self, call, &own->circle->erp, op);
}

static void
on_pushed(floor_proc *self, floor_call *call)
{
    pusher *own = self->own;
    const circle_call *to = call->own;
    const wb_outcomes *out = circle_call_read(call);
    const wb_op *begun[4] = {NULL};
    static const char delivered = 1;

    for (size_t i = 0; i < to->call.item_count; i++) {
        const wb_op *op = op_behind(own, to, &out->results[i]);
        size_t k = 0;

        if (!op) {
            floor_put(self, ++self->sequence, (wb_view){&delivered, 1});
            floor_add_u64(&own->acks, to->envs[i].sequence);
            continue;
        }
        while (begun[k] && begun[k] != op)
            k++;
        if (begun[k])
            continue;
        begun[k] = op;
        step(self, to, op);
    }
}

static void
on_committed(floor_proc *self)
{
    pusher *own = self->own;

    if (own->acks.len)
        floor_send(self->ack_out, wb_buf_view(&own->acks));
    wb_buf_clear(&own->acks);
}

static void
on_message(floor_proc *self, wb_view message)
{
    pusher *own = self->own;

    floor_add_u64(&own->backlog, message.len);
    wb_buf_add_view(&own->backlog, message);
    own->waiting++;
}

/* The envelope of one that waits, from its length on. */
static void
read_next(const pusher *own, const char *at, wb_envelope *env)
{
    const circle *story = own->circle;
    size_t len = (size_t)floor_get_u64(at), key_len = (size_t)floor_get_u64(at + 16);

    *env = (wb_envelope){
        .kind = WB_KIND_WANT,
        .tenant = story->shop.tenant,
        .account = story->shop.name,
        .record_kind = story->stream->record_kind,
        .revision = 1,
        .sequence = floor_get_u64(at + 8),
        .record = {at + 24,           key_len           },
        .body = {at + 24 + key_len, len - 16 - key_len}
    };
}

static const wb_op *
op_of(const circle_account *erp, const wb_envelope *want)
{
    const char *name =
        erp->connector->push_op ? erp->connector->push_op(erp->options, want, false) : NULL;

    return name ? wb_connector_op(erp->connector, name) : NULL;
}

/* What it is for the first order, it is for all: none of them was delivered before. */
static void
choose_op(pusher *own)
{
    const circle_account *erp = &own->circle->erp;
    wb_envelope first;

    read_next(own, own->backlog.data + own->backlog_at, &first);
    own->op = op_of(erp, &first);
    if (!own->op)
        floor_die("the target takes none of it");
    own->batch = (size_t)wb_connector_batch(erp->connector, erp->options, own->op);
}

static void
push(floor_proc *self, size_t count)
{
    pusher *own = self->own;
    floor_call *call = circle_call_new(self, own->batch);
    circle_call *to = call->own;
    size_t begin = own->backlog_at, at = 0;

    for (size_t i = 0; i < count; i++)
        own->backlog_at += 8 + (size_t)floor_get_u64(own->backlog.data + own->backlog_at);
    own->waiting -= count;
    /* the backlog moves before the answer comes */
    wb_buf_add(&to->texts, own->backlog.data + begin, own->backlog_at - begin);
    for (size_t i = 0; i < count; i++) {
        read_next(own, to->texts.data + at, &to->envs[i]);
        to->items[i] = (wb_call_item){.env = &to->envs[i], .number = (uint32_t)i};
        at += 8 + (size_t)floor_get_u64(to->texts.data + at);
    }
    to->call.item_count = count;
    call->done = on_pushed;
    circle_call_start(self, call, &own->circle->erp, own->op);
}

/* Full calls; the rest when nothing is under way that could bring company. */
static void
on_turn(floor_proc *self)
{
    pusher *own = self->own;

    if (own->waiting && !own->op)
        choose_op(own);
    while (own->waiting && self->in_flight < self->conf->in_flight) {
        if (own->waiting < own->batch && self->in_flight)
            break;
        push(self, own->waiting < own->batch ? own->waiting : own->batch);
    }
    if (own->backlog_at == own->backlog.len) {
        wb_buf_clear(&own->backlog);
        own->backlog_at = 0;
    }
    self->more = self->in_flight > 0;
}

void
circle_push(floor_proc *self)
{
    pusher own = {.circle = self->conf->circle};

    wb_buf_init(&own.backlog, SIZE_MAX / 2);
    wb_buf_init(&own.acks, SIZE_MAX / 2);
    self->own = &own;
    self->in = floor_socket(self, ZMQ_PULL, "orders", false);
    self->ack_out = floor_socket(self, ZMQ_PUSH, "orders.acks", false);
    self->on_message = on_message;
    self->on_committed = on_committed;
    self->on_turn = on_turn;
    floor_run(self);
}
