/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy - see proxy.h
 */
#include "broker/proxy.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "actors/runtime/lanes/endpoint.h"
#include "actors/runtime/lanes/wire.h"
#include "actors/runtime/process/log.h"
#include "broker/members.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/pack.h"

#define RANK_INLET 1
#define RANK_BUS 3
#define BUS_HWM 20000
#define TEND_MS 5000
#define REPLY_KEEP_MS 5000
#define SOCKETS_MAX 4096
#define TOPIC_MAX (32 + WB_INSTANCE_MAX)

struct broker_proxy {
    wb_loop *loop;
    void *zmq, *in, *out, *inlet; /* XSUB, XPUB, PULL */
    wb_wires *wires;
    broker_members *members;
    wb_timer timer;
    uint64_t incarnation;
    wb_view deployment, instance;
    char *texts[2];
    uint64_t damaged, foreign;
    wb_buf header, body;
};

/* --- the bus --- */

/* One message of any number of frames. False: nothing there. */
static bool
move_message(void *from, void *to)
{
    zmq_msg_t frame;
    bool there, more = true;

    zmq_msg_init(&frame);
    there = zmq_msg_recv(&frame, from, ZMQ_DONTWAIT) >= 0;
    while (there && more) {
        more = zmq_msg_more(&frame);
        if (zmq_msg_send(&frame, to, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) < 0)
            zmq_msg_close(&frame);
        zmq_msg_init(&frame);
        if (more && zmq_msg_recv(&frame, from, ZMQ_DONTWAIT) < 0)
            break;
    }
    zmq_msg_close(&frame);
    return there;
}

static bool
drain_in(void *arg, void *socket)
{
    broker_proxy *self = arg;

    for (size_t i = 0; i < WB_LOOP_BUDGET; i++)
        if (!move_message(socket, self->out))
            return false;
    return true;
}

/* Subscriptions of the readers go to the writers: what nobody reads is not sent at all. */
static bool
drain_out(void *arg, void *socket)
{
    broker_proxy *self = arg;

    for (size_t i = 0; i < WB_LOOP_BUDGET; i++)
        if (!move_message(socket, self->in))
            return false;
    return true;
}

static void
identify(const broker_proxy *self, wb_envelope *out, wb_kind kind)
{
    *out = (wb_envelope){
        .kind = kind,
        .deployment = self->deployment,
        .instance = self->instance,
        .incarnation = self->incarnation,
    };
}

static bool
encode(broker_proxy *self, const wb_envelope *env)
{
    wb_err err = {0};

    wb_buf_clear(&self->header);
    if (!wb_envelope_encode(env, &self->header, &err))
        return true;
    wb_log(WB_ERROR, "broker.header", "why='%s'", err.text);
    return false;
}

static void
publish(broker_proxy *self, const char *topic, wb_view body)
{
    if (zmq_send(self->out, topic, strlen(topic), ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0 ||
        zmq_send(self->out, self->header.data, self->header.len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0 ||
        zmq_send(self->out, body.data, body.len, ZMQ_DONTWAIT) < 0)
        wb_log(WB_DEBUG, "bus.lost", "topic=%s", topic);
}

/* --- beats --- */

/* A process event of ours, without a number: nothing is kept of it, so it is told again while it is
 * so. */
static void
tell_refused(void *arg, const broker_word *word)
{
    broker_proxy *self = arg;
    char topic[TOPIC_MAX];
    wb_envelope env;
    WB_AUTO(wb_buf_fini) wb_buf event = {0}; /* the body may hold an answer already */

    wb_buf_init(&event, 1024);
    wb_log(WB_ERROR, "claim.refused", "instance=%s stage=%s shard=%u shards=%zu owner=%s",
           word->instance, wb_stage_name(word->stage), word->refused_first, word->refused,
           word->refused_by);
    identify(self, &env, WB_KIND_EVENT);
    if (!encode(self, &env))
        return;
    wb_pack_array(&event, 1);
    wb_pack_map(&event, 6);
    wb_pack_member_text(&event, "what", WB_VIEW_LIT("claim_refused"));
    wb_pack_member_text(&event, "instance", wb_view_of(word->instance));
    wb_pack_member_text(&event, "owner", wb_view_of(word->refused_by));
    wb_pack_member_text(&event, "stage", wb_view_of(wb_stage_name(word->stage)));
    wb_pack_member_uint(&event, "shard", word->refused_first);
    wb_pack_member_uint(&event, "shards", word->refused);
    snprintf(topic, sizeof topic, "process.%.*s", WB_VIEW_ARG(self->instance));
    publish(self, topic, wb_buf_view(&event));
}

static void
tell_beat(broker_proxy *self, const broker_word *word, wb_view packed)
{
    static const char *const classes[] = {"beat", "claim"};
    const char *stage = word->stage ? wb_stage_name(word->stage) : "none";
    char topic[TOPIC_MAX];
    wb_envelope env;

    identify(self, &env, WB_KIND_BEAT);
    if (!encode(self, &env))
        return;
    for (size_t i = 0; i < (word->moved ? 2u : 1u); i++) {
        snprintf(topic, sizeof topic, "%s.%s.%s", classes[i], stage, word->instance);
        publish(self, topic, packed);
    }
}

static void
take_beat(broker_proxy *self, wb_view packed)
{
    broker_word word = {0};
    wb_err err = {0};

    if (broker_members_take(self->members, packed, wb_loop_now_ms(self->loop), &word, &err)) {
        self->damaged++;
        wb_log(WB_WARN, "beat.damaged", "why='%s'", err.text);
        return;
    }
    if (word.known)
        tell_beat(self, &word, packed);
    if (word.refused)
        tell_refused(self, &word);
}

static void
on_gone(void *arg, const wb_beat *beat)
{
    (void)arg;
    wb_log(WB_WARN, "instance.silent", "instance=%s stage=%s", beat->instance,
           wb_stage_name(beat->stage));
}

/* --- the inlet --- */

/* The caller's own beat comes with the question; nil from who has none (a tool). */
static void
answer_directory(broker_proxy *self, const wb_envelope *call)
{
    wb_envelope env;
    wb_wire *wire;
    wb_err err = {0};

    wb_buf_clear(&self->body);
    broker_members_pack(self->members, &call->store, wb_loop_now_ms(self->loop), &self->body);
    if (call->body.len > 1)
        take_beat(self, call->body);
    identify(self, &env, WB_KIND_REPLY);
    env.call = call->call;
    env.sequence = 1;
    env.last = true;
    if (wb_wires_get(self->wires, &wire, call->reply_to, &err))
        wb_log(WB_WARN, "call.no_way_back", "from=%.*s why='%s'", WB_VIEW_ARG(call->instance),
               err.text);
    else if (!self->body.overflow && encode(self, &env))
        wb_wire_post(wire, wb_buf_view(&self->header), wb_buf_view(&self->body), REPLY_KEEP_MS);
}

static void
take_message(broker_proxy *self, const wb_envelope *env)
{
    if (!wb_view_eq(env->deployment, self->deployment)) {
        if (!self->foreign++)
            wb_log(WB_WARN, "broker.foreign", "from=%.*s deployment='%.*s' next='dropped'",
                   WB_VIEW_ARG(env->instance), WB_VIEW_ARG(env->deployment));
    } else if (env->kind == WB_KIND_BEAT) {
        take_beat(self, env->body);
    } else if (env->kind == WB_KIND_CALL_DIRECTORY) {
        answer_directory(self, env);
    }
}

static void
decode(broker_proxy *self, zmq_msg_t *header, zmq_msg_t *body)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_view head = {zmq_msg_data(header), zmq_msg_size(header)};
    wb_view rest = {zmq_msg_data(body), zmq_msg_size(body)};
    wb_err err = {0};

    if (!wb_envelope_decode(&env, head, rest, &err))
        take_message(self, env);
    else if (!self->damaged++)
        wb_log(WB_WARN, "broker.damaged", "why='%s' next='dropped'", err.text);
}

static bool
take_one(broker_proxy *self, void *socket)
{
    zmq_msg_t frames[2];
    bool there, two;

    zmq_msg_init(&frames[0]);
    zmq_msg_init(&frames[1]);
    there = zmq_msg_recv(&frames[0], socket, ZMQ_DONTWAIT) >= 0;
    two = there && zmq_msg_more(&frames[0]) && zmq_msg_recv(&frames[1], socket, ZMQ_DONTWAIT) >= 0;
    if (two && !zmq_msg_more(&frames[1]))
        decode(self, &frames[0], &frames[1]);
    else if (there)
        self->damaged++;
    while (two && zmq_msg_more(&frames[1]) && zmq_msg_recv(&frames[1], socket, ZMQ_DONTWAIT) >= 0)
        continue;
    zmq_msg_close(&frames[0]);
    zmq_msg_close(&frames[1]);
    return there;
}

static bool
drain_inlet(void *arg, void *socket)
{
    for (size_t i = 0; i < WB_LOOP_BUDGET; i++)
        if (!take_one(arg, socket))
            return false;
    return true;
}

/* --- life --- */

static void
on_tend(wb_timer *timer, void *arg)
{
    broker_proxy *self = arg;

    broker_members_expire(self->members, wb_loop_now_ms(self->loop), on_gone, self);
    broker_members_refused(self->members, tell_refused, self);
    wb_wires_sweep(self->wires);
    wb_timer_start(self->loop, timer, TEND_MS);
}

static wb_rc
open_one(broker_proxy *self, void **socket, int type, const char *base, const char *what,
         wb_err *err)
{
    char endpoint[WB_ENDPOINT_MAX + 1];
    int none = 0, high = type == ZMQ_PULL ? 0 : BUS_HWM;
    int64_t largest = WB_BODY_MAX;
    wb_rc rc = wb_broker_endpoint(endpoint, sizeof endpoint, base, what, err);

    if (rc)
        return rc;
    *socket = zmq_socket(self->zmq, type);
    if (!*socket)
        return wb_fail(err, WB_FATAL, "no socket: %s", zmq_strerror(zmq_errno()));
    zmq_setsockopt(*socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(*socket, ZMQ_SNDHWM, &high, sizeof high);
    zmq_setsockopt(*socket, ZMQ_RCVHWM, &high, sizeof high);
    zmq_setsockopt(*socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
    return wb_endpoint_bind(*socket, endpoint, err);
}

static wb_rc
open_sockets(broker_proxy *self, const char *base, wb_err *err)
{
    wb_rc rc = open_one(self, &self->out, ZMQ_XPUB, base, "out", err);

    if (!rc)
        rc = open_one(self, &self->in, ZMQ_XSUB, base, "in", err);
    if (!rc)
        rc = open_one(self, &self->inlet, ZMQ_PULL, base, "inlet", err);
    if (!rc)
        rc = wb_loop_zmq(self->loop, self->inlet, RANK_INLET, drain_inlet, self, err);
    if (!rc)
        rc = wb_loop_zmq(self->loop, self->out, RANK_BUS, drain_out, self, err);
    if (!rc)
        rc = wb_loop_zmq(self->loop, self->in, RANK_BUS, drain_in, self, err);
    return rc;
}

wb_rc
broker_proxy_new(broker_proxy **out, wb_loop *loop, const broker_conf *conf, wb_err *err)
{
    WB_AUTO(broker_proxy_destroy) broker_proxy *self = wb_alloc(sizeof *self);
    wb_rc rc;

    self->loop = loop;
    wb_buf_init(&self->header, WB_HEADER_MAX);
    wb_buf_init(&self->body, WB_BODY_MAX);
    wb_random_bytes(&self->incarnation, sizeof self->incarnation);
    self->texts[0] = wb_text_dup(conf->deployment);
    self->texts[1] = wb_text_dup(conf->instance);
    self->deployment = wb_view_of(self->texts[0]);
    self->instance = wb_view_of(self->texts[1]);
    self->zmq = zmq_ctx_new();
    if (!self->zmq || zmq_ctx_set(self->zmq, ZMQ_MAX_SOCKETS, SOCKETS_MAX))
        return wb_fail(err, WB_FATAL, "no ZeroMQ context: %s", zmq_strerror(zmq_errno()));
    self->wires = wb_wires_new(loop, self->zmq);
    self->members = broker_members_new(conf->shards);
    rc = open_sockets(self, conf->base, err);
    if (rc)
        return rc;
    self->timer = (wb_timer){.fire = on_tend, .arg = self};
    wb_timer_start(loop, &self->timer, TEND_MS);
    *out = wb_take(&self);
    return WB_OK;
}

static void
close_socket(wb_loop *loop, void *socket)
{
    if (!socket)
        return;
    wb_loop_zmq_remove(loop, socket);
    zmq_close(socket);
}

void
broker_proxy_destroy(broker_proxy **self_p)
{
    broker_proxy *self = *self_p;

    if (!self)
        return;
    wb_timer_stop(self->loop, &self->timer);
    close_socket(self->loop, self->inlet);
    close_socket(self->loop, self->in);
    close_socket(self->loop, self->out);
    wb_wires_destroy(&self->wires, 0);
    broker_members_destroy(&self->members);
    if (self->zmq)
        zmq_ctx_term(self->zmq);
    wb_buf_fini(&self->header);
    wb_buf_fini(&self->body);
    wb_free(&self->texts[0]);
    wb_free(&self->texts[1]);
    wb_free(self_p);
}
