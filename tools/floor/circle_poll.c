/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circle_poll - a list from its beginning to its end: each page is committed, then handed on
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/floor/circle.h"

#include <string.h>
#include <zmq.h>

typedef struct {
    const circle *circle;
    wb_buf ready;  /* committed with the next commit: length, sequence, key, one after another */
    wb_buf cursor; /* of the page that is asked for next */
    int64_t from_utc_us, to_utc_us;
    bool asking, done;
} poller;

/* As it is handed on; the receiver takes it apart. */
static void
take_item(floor_proc *self, const wb_item *item)
{
    poller *own = self->own;
    WB_AUTO(wb_buf_fini) wb_buf key = {0};

    wb_buf_init(&key, CIRCLE_KEY_MAX);
    circle_key(own->circle, item->external, &key);
    floor_put(self, ++self->sequence, wb_buf_view(&key));
    floor_add_u64(&own->ready, 8 + key.len);
    floor_add_u64(&own->ready, self->sequence);
    wb_buf_add_view(&own->ready, wb_buf_view(&key));
}

static void
on_page(floor_proc *self, floor_call *call)
{
    poller *own = self->own;
    const wb_outcomes *out = circle_call_read(call);

    for (size_t i = 0; i < out->item_count; i++)
        take_item(self, &out->items[i]);
    wb_buf_clear(&own->cursor);
    wb_buf_add_view(&own->cursor, out->cursor);
    own->done = !out->cursor.len;
    own->asking = false;
}

static void
on_committed(floor_proc *self)
{
    poller *own = self->own;

    for (size_t at = 0; at < own->ready.len;) {
        size_t len = (size_t)floor_get_u64(own->ready.data + at);
        floor_send(self->out, (wb_view){own->ready.data + at + 8, len});
        at += 8 + len;
        self->unacked++;
    }
    wb_buf_clear(&own->ready);
}

static void
on_turn(floor_proc *self)
{
    poller *own = self->own;
    const circle *story = own->circle;

    if (own->asking || own->done || self->unacked >= FLOOR_WINDOW)
        return;
    floor_call *call = circle_call_new(self, 0);
    circle_call *to = call->own;
    wb_buf_add_view(&to->cursor, wb_buf_view(&own->cursor));
    to->call.stream = wb_view_of(story->stream->name);
    to->call.cursor = to->cursor.len ? wb_buf_view(&to->cursor) : (wb_view){NULL, 0};
    to->call.from_utc_us = own->from_utc_us;
    to->call.to_utc_us = own->to_utc_us;
    to->call.full = true;
    const wb_op *op = wb_connector_page(story->shop.connector, story->shop.options, story->stream,
                                        to->call.cursor);
    to->call.page_max = op ? wb_connector_batch(story->shop.connector, story->shop.options, op) : 0;
    call->done = on_page;
    circle_call_start(self, call, &story->shop, op);
    own->asking = true;
}

void
circle_poll(floor_proc *self)
{
    const circle *story = self->conf->circle;
    poller own = {.circle = story, .to_utc_us = wb_now_utc_us()};

    own.from_utc_us = own.to_utc_us - story->stream->first_ms * WB_US_PER_MS;
    wb_buf_init(&own.ready, SIZE_MAX / 2);
    wb_buf_init(&own.cursor, WB_BODY_MAX);
    self->own = &own;
    self->out = floor_socket(self, ZMQ_PUSH, "notices", true);
    self->ack_in = floor_socket(self, ZMQ_PULL, "notices.acks", true);
    self->on_committed = on_committed;
    self->on_turn = on_turn;
    floor_run(self);
}
