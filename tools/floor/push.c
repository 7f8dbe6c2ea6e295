/* SPDX-License-Identifier: Apache-2.0 */
/*
 * push - unpack an order, post it to the target, commit that it was
 */
#include "tools/floor/floor.h"

#include "protocol/base/own.h"

#include <msgpack.h>
#include <zmq.h>

typedef struct {
    wb_buf backlog; /* length, sequence, packed; one after another */
    size_t backlog_at;
    wb_buf acks;
    struct curl_slist *headers;
} pusher;

static const char *const order_names[] = {
    "seller_order_id",
    "external_id",
    "purchased",
    "updated",
    "marketplace",
    "marketplace_name",
    "buyer_name",
    "buyer_email",
    "purchase_order",
    "name",
    "line1",
    "line2",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
    "total",
    "currency",
    "status",
    "service_level",
    "ship_by",
    "deliver_by",
};

static const char *const line_names[] = {"line_id",    "asin",  "sku",      "title",
                                         "unit_price", "price", "quantity", "shipped"};

static void
add_text(wb_buf *out, const char *text, size_t len)
{
    char *begin = wb_buf_room(out, 2 * len + 2), *to = begin;

    *to++ = '"';
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            *to++ = '\\';
        *to++ = text[i];
    }
    *to++ = '"';
    wb_buf_grew(out, (size_t)(to - begin));
}

static void
add_member(wb_buf *out, const char *name, const msgpack_object *value)
{
    wb_buf_add_char(out, '"');
    wb_buf_add_text(out, name);
    wb_buf_add(out, "\":", 2);
    if (value->type == MSGPACK_OBJECT_STR)
        add_text(out, value->via.str.ptr, value->via.str.size);
    else
        wb_buf_addf(out, "%lld", (long long)value->via.i64);
    wb_buf_add_char(out, ',');
}

static void
add_order(wb_buf *out, const msgpack_object_array *order)
{
    const msgpack_object_array *lines = &order->ptr[WB_COUNT(order_names)].via.array;

    for (size_t i = 0; i < WB_COUNT(order_names); i++)
        add_member(out, order_names[i], &order->ptr[i]);
    wb_buf_add_text(out, "\"lines\":[");
    for (size_t i = 0; i < lines->size; i++) {
        wb_buf_add_char(out, '{');
        for (size_t j = 0; j < WB_COUNT(line_names); j++)
            add_member(out, line_names[j], &lines->ptr[i].via.array.ptr[j]);
        out->data[out->len - 1] = '}';
        wb_buf_add_char(out, ',');
    }
    if (lines->size)
        out->len--;
    wb_buf_add_char(out, ']');
}

static void
on_posted(floor_proc *self, floor_call *call)
{
    pusher *own = self->own;
    static const char delivered = 1;

    if (call->status != 200)
        floor_die("a post was refused");
    floor_put(self, ++self->sequence, (wb_view){&delivered, 1});
    floor_add_u64(&own->acks, call->sequence);
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
}

static void
post(floor_proc *self, uint64_t sequence, wb_view packed)
{
    pusher *own = self->own;
    floor_call *call = floor_call_new(self);
    msgpack_unpacked unpacked;

    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, packed.data, packed.len, NULL) != MSGPACK_UNPACK_SUCCESS)
        floor_die("cannot unpack");
    const msgpack_object_array *order = &unpacked.data.via.array;
    wb_buf_add_text(&call->body, "{\"key\":");
    add_text(&call->body, order->ptr[1].via.str.ptr, order->ptr[1].via.str.size);
    wb_buf_addf(&call->body,
                ",\"kind\":\"order\",\"revision\":%llu,\"idempotency_key\":\"f-%llu\","
                "\"record\":{",
                (unsigned long long)sequence, (unsigned long long)sequence);
    add_order(&call->body, order);
    wb_buf_add_text(&call->body, "}}");
    msgpack_unpacked_destroy(&unpacked);
    call->headers = own->headers;
    call->done = on_posted;
    call->sequence = sequence;
    wb_buf_addf(&call->url, "%s/erp/%s", self->conf->url, self->conf->target);
    floor_call_start(self, call);
}

static void
on_turn(floor_proc *self)
{
    pusher *own = self->own;

    while (own->backlog_at < own->backlog.len && self->in_flight < self->conf->in_flight) {
        const char *at = own->backlog.data + own->backlog_at;
        size_t len = (size_t)floor_get_u64(at);
        post(self, floor_get_u64(at + 8), (wb_view){at + 16, len - 8});
        own->backlog_at += 8 + len;
    }
    if (own->backlog_at == own->backlog.len) {
        wb_buf_clear(&own->backlog);
        own->backlog_at = 0;
    }
    self->more = self->in_flight > 0;
}

void
floor_push(floor_proc *self)
{
    pusher own = {.headers = curl_slist_append(NULL, "Content-Type: application/json")};

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
