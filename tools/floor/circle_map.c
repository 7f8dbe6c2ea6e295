/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circle_map - fetch an order, all its parts, map it, commit it, hand it on
 */
#include "protocol/base/own.h"
#include "protocol/canonical.h"
#include "tools/floor/circle.h"

#include <string.h>
#include <zmq.h>

typedef struct {
    const circle *circle;
    wb_buf backlog; /* length, sequence, key; one after another */
    size_t backlog_at;
    wb_buf ready; /* uncommitted: length, sequence, length of the key, key, canonical */
    wb_buf acks, packed;
    wb_json *json;
} mapper;

/* The raw order to canonical bytes, and into the store. */
static void
take_order(floor_proc *self, const wb_envelope *order, wb_view raw, uint64_t sequence)
{
    mapper *own = self->own;
    const circle_account *shop = &own->circle->shop;
    const wb_field *fields = wb_canonical_fields(own->circle->stream->record_kind);
    wb_envelope env = *order;
    wb_mapped mapped = {0};
    wb_err err = {0};

    env.body = raw;
    wb_buf_clear(&own->packed);
    if (wb_connector_map(shop->connector, &env, own->json, &mapped, &err) ||
        wb_canonical_encode(fields, wb_mapped_record(&mapped), &own->packed, &err))
        floor_die(err.text);
    wb_mapped_fini(&mapped);
    floor_put(self, ++self->sequence, wb_buf_view(&own->packed));
    floor_add_u64(&own->ready, 16 + order->record.len + own->packed.len);
    floor_add_u64(&own->ready, self->sequence);
    floor_add_u64(&own->ready, order->record.len);
    wb_buf_add_view(&own->ready, order->record);
    wb_buf_add_view(&own->ready, wb_buf_view(&own->packed));
    floor_add_u64(&own->acks, sequence);
}

static void fetch(floor_proc *self, floor_call *call, const wb_op *op);

/* A part more, kept as the connector will see it: its length, then its bytes. */
static void
keep_part(floor_proc *self, floor_call *call, const wb_result *result)
{
    const circle_account *shop = &((mapper *)self->own)->circle->shop;
    circle_call *own = call->own;
    size_t len = result->body.len;
    const char head[4] = {(char)(len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len};

    wb_buf_add(&own->parts, head, sizeof head);
    wb_buf_add_view(&own->parts, result->body);
    wb_buf_clear(&own->cursor);
    wb_buf_add_view(&own->cursor, result->cursor);
    fetch(self, call, wb_connector_more(shop->connector, own->call.op, wb_buf_view(&own->cursor)));
}

static void
on_fetched(floor_proc *self, floor_call *call)
{
    const circle_call *own = call->own;
    const wb_result *result = &circle_call_read(call)->results[0];

    if (result->code == WB_RESULT_MORE) {
        keep_part(self, call, result);
        return;
    }
    if (result->code != WB_RESULT_DONE)
        floor_die(result->reason);
    take_order(self, &own->envs[0], result->body, call->sequence);
}

static void
fetch(floor_proc *self, floor_call *call, const wb_op *op)
{
    const circle *story = ((mapper *)self->own)->circle;
    circle_call *own = call->own;

    own->items[0].env = &own->envs[0];
    own->items[0].partial = own->parts.len ? wb_buf_view(&own->parts) : (wb_view){NULL, 0};
    own->items[0].cursor = own->cursor.len ? wb_buf_view(&own->cursor) : (wb_view){NULL, 0};
    own->call.item_count = 1;
    call->done = on_fetched;
    circle_call_start(self, call, &story->shop, op);
}

static void
on_committed(floor_proc *self)
{
    mapper *own = self->own;

    for (size_t at = 0; at < own->ready.len;) {
        size_t len = (size_t)floor_get_u64(own->ready.data + at);
        floor_send(self->out, (wb_view){own->ready.data + at + 8, len});
        at += 8 + len;
        self->unacked++;
    }
    wb_buf_clear(&own->ready);
    if (own->acks.len)
        floor_send(self->ack_out, wb_buf_view(&own->acks));
    wb_buf_clear(&own->acks);
}

static void
on_message(floor_proc *self, wb_view message)
{
    mapper *own = self->own;

    floor_add_u64(&own->backlog, message.len);
    wb_buf_add_view(&own->backlog, message);
}

/* The notice `sequence, key`. */
static void
begin(floor_proc *self, wb_view notice)
{
    const circle *story = ((mapper *)self->own)->circle;
    const circle_account *shop = &story->shop;
    floor_call *call = circle_call_new(self, 1);
    circle_call *own = call->own;

    wb_buf_add(&own->texts, notice.data + 8, notice.len - 8);
    call->sequence = floor_get_u64(notice.data);
    own->envs[0] = (wb_envelope){.kind = WB_KIND_NOTICE,
                                 .tenant = shop->tenant,
                                 .account = shop->name,
                                 .connector = wb_view_of(shop->connector->name),
                                 .record_kind = story->stream->record_kind,
                                 .record = wb_buf_view(&own->texts)};
    fetch(self, call, wb_connector_fetch(shop->connector, shop->options, story->stream));
}

static void
on_turn(floor_proc *self)
{
    mapper *own = self->own;

    while (own->backlog_at < own->backlog.len && self->in_flight < self->conf->in_flight &&
           self->unacked < FLOOR_WINDOW) {
        const char *at = own->backlog.data + own->backlog_at;
        size_t len = (size_t)floor_get_u64(at);
        begin(self, (wb_view){at + 8, len});
        own->backlog_at += 8 + len;
    }
    if (own->backlog_at == own->backlog.len) {
        wb_buf_clear(&own->backlog);
        own->backlog_at = 0;
    }
    self->more = self->in_flight > 0;
}

void
circle_map(floor_proc *self)
{
    mapper own = {.circle = self->conf->circle, .json = wb_json_new()};

    wb_buf_init(&own.backlog, SIZE_MAX / 2);
    wb_buf_init(&own.ready, SIZE_MAX / 2);
    wb_buf_init(&own.acks, SIZE_MAX / 2);
    wb_buf_init(&own.packed, WB_BODY_MAX);
    self->own = &own;
    self->in = floor_socket(self, ZMQ_PULL, "notices", false);
    self->ack_out = floor_socket(self, ZMQ_PUSH, "notices.acks", false);
    self->out = floor_socket(self, ZMQ_PUSH, "orders", true);
    self->ack_in = floor_socket(self, ZMQ_PULL, "orders.acks", true);
    self->on_message = on_message;
    self->on_committed = on_committed;
    self->on_turn = on_turn;
    floor_run(self);
    wb_json_destroy(&own.json);
}
