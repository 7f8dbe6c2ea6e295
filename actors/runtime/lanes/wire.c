/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire - see wire.h
 *
 * Libzmq 4.3.4: with ZMQ_IMMEDIATE a lost connection ends its pipe with all that was in it, and the
 * new pipe is made before HANDSHAKE_SUCCEEDED is told. Reading ZMQ_EVENTS lets the socket see that
 * pipe, so a send right behind the event does not fail.
 */
#include "actors/runtime/lanes/wire.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define RANK_MONITOR 0
#define RECONNECT_MS 10
#define RECONNECT_MAX_MS                                                                           \
    160 /* a peer that stays away costs six attempts a second, not a hundred                       \
         */
#define IDLE_MS 10000
#define POSTS_MAX 4096 /* per wire: the oldest go */
#define SILENT_MS 20000
#define PINGS_OF_SILENCE 2 /* one is asked at half of it, and not answered in the other half */

typedef struct {
    wb_link link;
    int64_t until_ms;
    size_t header_len, body_len;
    char bytes[];
} post;

struct wb_wires {
    wb_loop *loop;
    void *zmq;
    wb_map *by_endpoint;
    uint64_t made;
    int silent_ms;
};

struct wb_wire {
    wb_wires *home;
    void *socket, *monitor;
    bool connected;
    uint32_t held;
    int64_t used_ms;
    wb_link posts;
    size_t post_count;
    void (*up)(void *arg);
    void *up_arg;
    char endpoint[WB_ENDPOINT_MAX + 1];
};

static void
drop_post(wb_wire *self, post *old)
{
    assert(self->post_count > 0);
    wb_list_remove(&old->link);
    self->post_count--;
    wb_free(&old);
}

static void
close_wire(wb_wire *self, int linger_ms)
{
    while (!wb_list_empty(&self->posts))
        drop_post(self, WB_CONTAINER(self->posts.next, post, link));
    if (self->socket) /* before who hears it is closed: else the I/O thread may wait for ever to
                         tell an event that nobody takes, and we for its lock */
        zmq_socket_monitor(self->socket, NULL, 0);
    if (self->monitor) {
        wb_loop_zmq_remove(self->home->loop, self->monitor);
        zmq_close(self->monitor);
    }
    if (self->socket) {
        zmq_setsockopt(self->socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
        zmq_close(self->socket);
    }
    wb_free(&self);
}

static void
flush_posts(wb_wire *self)
{
    int64_t now_ms = wb_loop_now_ms(self->home->loop);

    while (self->connected && !wb_list_empty(&self->posts)) {
        post *first = WB_CONTAINER(self->posts.next, post, link);
        wb_view header = {first->bytes, first->header_len};
        wb_view body = {first->bytes + first->header_len, first->body_len};
        if (first->until_ms > now_ms && !wb_wire_send(self, header, body))
            return;
        drop_post(self, first);
    }
}

static void
came_up(wb_wire *self)
{
    int events;
    size_t size = sizeof events;

    zmq_getsockopt(self->socket, ZMQ_EVENTS, &events, &size);
    self->connected = true;
    if (self->up)
        self->up(self->up_arg);
    flush_posts(self);
}

/* One event: frame 1 is its number (16 bit) and value (32 bit), frame 2 the endpoint. 0 = none. */
static uint16_t
take_event(void *monitor)
{
    uint16_t event = 0;
    char frame[8], endpoint[8];
    int more = 0, len = zmq_recv(monitor, frame, sizeof frame, ZMQ_DONTWAIT);
    size_t size = sizeof more;

    if (len < 6)
        return 0;
    memcpy(&event, frame, sizeof event);
    zmq_getsockopt(monitor, ZMQ_RCVMORE, &more, &size);
    if (more && zmq_recv(monitor, endpoint, sizeof endpoint, ZMQ_DONTWAIT) < 0)
        return 0;
    return event;
}

static bool
drain_monitor(void *arg, void *socket)
{
    wb_wire *self = arg;
    uint16_t event;

    while ((event = take_event(socket)))
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            came_up(self);
        else if (event == ZMQ_EVENT_DISCONNECTED)
            self->connected = false;
    return false;
}

static void
set_int(void *socket, int option, int value)
{
    zmq_setsockopt(socket, option, &value, sizeof value);
}

static void
set_options(wb_wire *self)
{
    set_int(self->socket, ZMQ_LINGER, 0);
    set_int(self->socket, ZMQ_IMMEDIATE, 1);
    set_int(self->socket, ZMQ_SNDHWM, 0);
    set_int(self->socket, ZMQ_RECONNECT_IVL, RECONNECT_MS);
    set_int(self->socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
    /* a process that is stopped, or a host that hangs: the other's ZeroMQ answers no ping, and what
     * is in the buffers goes with the connection. It knows pings since 4.2 */
    set_int(self->socket, ZMQ_HEARTBEAT_IVL, self->home->silent_ms / PINGS_OF_SILENCE);
    set_int(self->socket, ZMQ_HEARTBEAT_TIMEOUT, self->home->silent_ms / PINGS_OF_SILENCE);
    if (strncmp(self->endpoint, "tcp://", 6) != 0)
        return;
    /* a host that is gone without a word: the kernel tells, without wake-ups of ours */
    set_int(self->socket, ZMQ_TCP_KEEPALIVE, 1);
    set_int(self->socket, ZMQ_TCP_KEEPALIVE_IDLE, 10);
    set_int(self->socket, ZMQ_TCP_KEEPALIVE_INTVL, 5);
    set_int(self->socket, ZMQ_TCP_KEEPALIVE_CNT, 2);
    set_int(self->socket, ZMQ_TCP_MAXRT, SILENT_MS);
}

static wb_rc
open_sockets(wb_wire *self, wb_err *err)
{
    wb_wires *home = self->home;
    char inproc[64];

    snprintf(inproc, sizeof inproc, "inproc://wire-%llu", (unsigned long long)home->made++);
    self->socket = zmq_socket(home->zmq, ZMQ_PUSH);
    if (!self->socket)
        return wb_fail(err, WB_FATAL, "no socket to %s: %s", self->endpoint,
                       zmq_strerror(zmq_errno()));
    set_options(self);
    if (zmq_socket_monitor(self->socket, inproc,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED))
        return wb_fail(err, WB_FATAL, "no monitor of %s: %s", self->endpoint,
                       zmq_strerror(zmq_errno()));
    self->monitor = zmq_socket(home->zmq, ZMQ_PAIR);
    if (!self->monitor)
        return wb_fail(err, WB_FATAL, "no socket for the monitor of %s: %s", self->endpoint,
                       zmq_strerror(zmq_errno()));
    set_int(self->monitor, ZMQ_LINGER, 0);
    set_int(self->monitor, ZMQ_RCVHWM, 0);
    if (zmq_connect(self->monitor, inproc))
        return wb_fail(err, WB_FATAL, "no monitor of %s: %s", self->endpoint,
                       zmq_strerror(zmq_errno()));
    if (zmq_connect(self->socket, self->endpoint))
        return wb_fail(err, WB_REJECT, "cannot connect to %s: %s", self->endpoint,
                       zmq_strerror(zmq_errno()));
    return wb_loop_zmq(home->loop, self->monitor, RANK_MONITOR, drain_monitor, self, err);
}

static bool
outside(wb_view endpoint)
{
    return endpoint.len > 6 &&
           (!memcmp(endpoint.data, "ipc://", 6) || !memcmp(endpoint.data, "tcp://", 6));
}

wb_rc
wb_wires_get(wb_wires *self, wb_wire **out, wb_view endpoint, wb_err *err)
{
    wb_wire *wire = wb_map_find(self->by_endpoint, endpoint);
    wb_rc rc;

    if (wire) {
        wire->used_ms = wb_loop_now_ms(self->loop);
        *out = wire;
        return WB_OK;
    }
    if (!outside(endpoint))
        return wb_fail(err, WB_REJECT, "an endpoint begins with ipc:// or tcp://");
    wire = wb_alloc(sizeof *wire);
    wire->home = self;
    wire->used_ms = wb_loop_now_ms(self->loop);
    wb_list_init(&wire->posts);
    rc = wb_text_set(wire->endpoint, sizeof wire->endpoint, endpoint, err);
    if (!rc)
        rc = open_sockets(wire, err);
    if (rc) {
        close_wire(wire, 0);
        return rc;
    }
    wb_map_put(self->by_endpoint, endpoint, wire);
    *out = wire;
    return WB_OK;
}

void
wb_wire_hold(wb_wire *self)
{
    self->held++;
}

void
wb_wire_release(wb_wire *self)
{
    assert(self->held > 0);
    self->held--;
}

void
wb_wire_on_up(wb_wire *self, void (*up)(void *arg), void *arg)
{
    self->up = up;
    self->up_arg = arg;
}

bool
wb_wire_connected(const wb_wire *self)
{
    return self->connected;
}

const char *
wb_wire_endpoint(const wb_wire *self)
{
    return self->endpoint;
}

bool
wb_wire_send(wb_wire *self, wb_view header, wb_view body)
{
    if (!self->connected)
        return false;
    self->used_ms = wb_loop_now_ms(self->home->loop);
    if (zmq_send(self->socket, header.data, header.len, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
        zmq_send(self->socket, body.data, body.len, ZMQ_DONTWAIT) >= 0)
        return true;
    /* no pipe: the connection is gone and its event under way; the next one tells. (No other
     * reason: nothing interrupts us, no signal that we go on after has a handler.) */
    self->connected = false;
    return false;
}

void
wb_wire_post(wb_wire *self, wb_view header, wb_view body, int64_t keep_ms)
{
    post *kept;

    self->used_ms = wb_loop_now_ms(self->home->loop);
    if (wb_list_empty(&self->posts) && wb_wire_send(self, header, body))
        return;
    if (self->post_count == POSTS_MAX)
        drop_post(self, WB_CONTAINER(self->posts.next, post, link));
    kept = wb_alloc(sizeof *kept + header.len + body.len);
    kept->until_ms = self->used_ms + keep_ms;
    kept->header_len = header.len;
    kept->body_len = body.len;
    memcpy(kept->bytes, header.data, header.len);
    if (body.len)
        memcpy(kept->bytes + header.len, body.data, body.len);
    wb_list_append(&self->posts, &kept->link);
    self->post_count++;
}

void
wb_wire_hurry(wb_wire *self)
{
    if (self->connected)
        return;
    zmq_disconnect(self->socket, self->endpoint);
    if (zmq_connect(self->socket, self->endpoint))
        assert(false && "an endpoint that connected once connects again");
}

wb_wires *
wb_wires_new(wb_loop *loop, void *zmq)
{
    wb_wires *self = wb_alloc(sizeof *self);

    self->loop = loop;
    self->zmq = zmq;
    self->by_endpoint = wb_map_new();
    self->silent_ms = SILENT_MS;
    return self;
}

void
wb_wires_silent(wb_wires *self, int silent_ms)
{
    self->silent_ms = silent_ms;
}

void
wb_wires_destroy(wb_wires **self_p, int linger_ms)
{
    wb_wires *self = *self_p;
    wb_wire *wire;

    if (!self)
        return;
    for (size_t at = 0; (wire = wb_map_next(self->by_endpoint, &at, NULL));)
        close_wire(wire, wire->connected ? linger_ms : 0);
    wb_map_destroy(&self->by_endpoint);
    wb_free(self_p);
}

static void
drop_old_posts(wb_wire *wire, int64_t now_ms)
{
    wb_link *next;

    for (wb_link *link = wire->posts.next; link != &wire->posts; link = next) {
        post *kept = WB_CONTAINER(link, post, link);
        next = link->next;
        if (kept->until_ms <= now_ms)
            drop_post(wire, kept);
    }
}

void
wb_wires_sweep(wb_wires *self)
{
    int64_t now_ms = wb_loop_now_ms(self->loop);
    wb_view endpoint;
    wb_wire *wire;

    for (size_t at = 0; (wire = wb_map_next(self->by_endpoint, &at, &endpoint));) {
        drop_old_posts(wire, now_ms);
        if (wire->held || wire->post_count || now_ms - wire->used_ms < IDLE_MS)
            continue;
        wb_map_remove(self->by_endpoint, endpoint);
        close_wire(wire, 0);
    }
}
