/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bus - PUB and SUB through the brokers: topic, header, body
 *
 * With two brokers everything comes twice: what was heard is known by (topic, sequence) and
 * dropped. A gap is the subscriber's business: it asks for what it missed (call.events).
 */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"

#define BUS_HWM 20000 /* messages: what a slow subscriber loses it asks for */
#define TOPIC_MAX (16 + WB_INSTANCE_MAX)

typedef struct {
    wb_link link;
    wb_bus_take take;
    void *arg;
    char prefix[TOPIC_MAX];
} listener;

typedef struct {
    uint64_t incarnation;
    uint64_t sequence;
} heard;

/* --- publishing --- */

void
wb_lanes_publish(wb_lanes *self, wb_topic topic, uint64_t sequence, wb_view batch)
{
    char name[TOPIC_MAX];
    int len = snprintf(name, sizeof name, "%s.%s", wb_topic_name(topic), self->instance);
    wb_envelope env;

    lanes_identify(self, &env, WB_KIND_EVENT);
    env.sequence = sequence;
    if (!self->pub || len < 0 || !lanes_encode(self, &env))
        return;
    if (zmq_send(self->pub, name, (size_t)len, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
        zmq_send(self->pub, self->header.data, self->header.len, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
        zmq_send(self->pub, batch.data, batch.len, ZMQ_DONTWAIT) < 0)
        wb_log(WB_DEBUG, "bus.lost", "topic=%s sequence=%llu", name, (unsigned long long)sequence);
}

/* --- hearing --- */

/* By topic: the last sequence of who speaks there. Unnumbered messages are not
 * recognised: beats by their own number, in the directory. */
static bool
heard_before(wb_lanes *self, wb_view topic, const wb_envelope *env)
{
    heard *last;

    if (!env->sequence)
        return false;
    last = wb_map_find(self->heard, topic);
    if (!last) {
        last = wb_alloc(sizeof *last);
        wb_map_put(self->heard, topic, last);
    }
    if (last->incarnation == env->incarnation && env->sequence <= last->sequence)
        return true;
    last->incarnation = env->incarnation;
    last->sequence = env->sequence;
    return false;
}

static void
hear(wb_lanes *self, wb_view topic, const wb_envelope *env)
{
    wb_link *next;

    if (!wb_view_eq(env->deployment, self->deployment_view) || heard_before(self, topic, env))
        return;
    if (env->kind == WB_KIND_BEAT)
        directory_take(self, env->body, true, 0);
    for (wb_link *link = self->listeners.next; link != &self->listeners; link = next) {
        listener *one = WB_CONTAINER(link, listener, link);
        next = link->next;
        if (wb_view_begins(topic, wb_view_of(one->prefix)))
            one->take(one->arg, topic, env);
    }
}

/* Three frames. -1: nothing there; 0: there, and not three frames. */
static int
take_frames(void *socket, zmq_msg_t *frames)
{
    zmq_msg_t rest;
    int count = 0;
    bool more = true;

    while (more && count < 3) {
        if (zmq_msg_recv(&frames[count], socket, ZMQ_DONTWAIT) < 0)
            return -1;
        more = zmq_msg_more(&frames[count++]);
    }
    if (!more)
        return count == 3;
    zmq_msg_init(&rest);
    while (more && zmq_msg_recv(&rest, socket, ZMQ_DONTWAIT) >= 0)
        more = zmq_msg_more(&rest);
    zmq_msg_close(&rest);
    return 0;
}

static wb_view
frame_view(zmq_msg_t *frame)
{
    return (wb_view){zmq_msg_data(frame), zmq_msg_size(frame)};
}

static bool
take_one(wb_lanes *self, void *socket)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    zmq_msg_t frames[3];
    int got;

    for (size_t i = 0; i < WB_COUNT(frames); i++)
        zmq_msg_init(&frames[i]);
    got = take_frames(socket, frames);
    if (got > 0 && wb_envelope_decode(&env, frame_view(&frames[1]), frame_view(&frames[2]), NULL))
        self->damaged++;
    else if (got > 0)
        hear(self, frame_view(&frames[0]), env);
    for (size_t i = 0; i < WB_COUNT(frames); i++)
        zmq_msg_close(&frames[i]);
    return got >= 0;
}

static bool
drain(void *arg, void *socket)
{
    for (size_t i = 0; i < WB_LOOP_BUDGET; i++)
        if (!take_one(arg, socket))
            return false;
    return true;
}

/* --- sockets --- */

static void *
open_socket(wb_lanes *self, int type, bool out)
{
    int none = 0, high = BUS_HWM, soon = 10, late = 160;
    void *socket = zmq_socket(self->zmq, type);

    if (!socket)
        return NULL;
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &high, sizeof high);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &high, sizeof high);
    zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &soon, sizeof soon);
    zmq_setsockopt(socket, ZMQ_RECONNECT_IVL_MAX, &late, sizeof late);
    for (size_t i = 0; i < self->bus_count; i++)
        if (zmq_connect(socket, out ? self->bus_out[i] : self->bus_in[i])) {
            zmq_close(socket);
            return NULL;
        }
    return socket;
}

static wb_rc
want_sub(wb_lanes *self, wb_err *err)
{
    if (self->sub)
        return WB_OK;
    self->sub = open_socket(self, ZMQ_SUB, true);
    if (!self->sub)
        return wb_fail(err, WB_FATAL, "cannot subscribe: %s", zmq_strerror(zmq_errno()));
    return wb_loop_zmq(self->loop, self->sub, RANK_BUS, drain, self, err);
}

wb_rc
wb_lanes_subscribe(wb_lanes *self, const char *prefix, wb_bus_take take, void *arg, wb_err *err)
{
    listener *one;
    wb_rc rc = want_sub(self, err);

    if (rc)
        return rc;
    if (strlen(prefix) >= TOPIC_MAX)
        return wb_fail(err, WB_REJECT, "no topic is as long as '%s'", prefix);
    one = wb_alloc(sizeof *one);
    one->take = take;
    one->arg = arg;
    memcpy(one->prefix, prefix, strlen(prefix));
    wb_list_append(&self->listeners, &one->link);
    if (zmq_setsockopt(self->sub, ZMQ_SUBSCRIBE, prefix, strlen(prefix)))
        return wb_fail(err, WB_FATAL, "cannot subscribe: %s", zmq_strerror(zmq_errno()));
    return WB_OK;
}

/* Changes of those that we send to: the topic claim.<stage>.<instance>. */
static void
listen_to(wb_lanes *self, wb_stage stage)
{
    char prefix[TOPIC_MAX];
    wb_err err = {0};
    int len = snprintf(prefix, sizeof prefix, "claim.%s.", wb_stage_name(stage));

    if (want_sub(self, &err))
        wb_log(WB_WARN, "bus.subscribe", "why='%s'", err.text);
    else
        zmq_setsockopt(self->sub, ZMQ_SUBSCRIBE, prefix, (size_t)len);
}

wb_rc
bus_open(wb_lanes *self, const char *const *brokers, wb_err *err)
{
    wb_rc rc = WB_OK;

    wb_list_init(&self->listeners);
    self->heard = wb_map_new();
    self->listen = listen_to;
    for (size_t i = 0; brokers && brokers[i] && i < BROKERS_MAX && !rc; i++) {
        rc = wb_broker_endpoint(self->bus_in[i], sizeof self->bus_in[i], brokers[i], "in", err);
        if (!rc)
            rc = wb_broker_endpoint(self->bus_out[i], sizeof self->bus_out[i], brokers[i], "out",
                                    err);
        self->bus_count++;
    }
    if (rc || self->self.stage == WB_STAGE_NONE)
        return rc;
    self->pub = open_socket(self, ZMQ_PUB, false);
    return self->pub ? WB_OK
                     : wb_fail(err, WB_FATAL, "cannot publish: %s", zmq_strerror(zmq_errno()));
}

void
bus_close(wb_lanes *self)
{
    heard *last;

    if (self->sub) {
        wb_loop_zmq_remove(self->loop, self->sub);
        zmq_close(self->sub);
    }
    if (self->pub)
        zmq_close(self->pub);
    while (self->listeners.next && !wb_list_empty(&self->listeners)) {
        listener *one = WB_CONTAINER(wb_list_pop(&self->listeners), listener, link);
        wb_free(&one);
    }
    for (size_t at = 0; self->heard && (last = wb_map_next(self->heard, &at, NULL));)
        wb_free(&last);
    wb_map_destroy(&self->heard);
}
