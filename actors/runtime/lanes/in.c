/* SPDX-License-Identifier: Apache-2.0 */
/*
 * in - the two inlets: what comes in is checked, handed to the actor, and receipted
 *
 * Nothing that arrives can end the process: what is damaged, of another deployment or not ours is
 * counted, told in the log now and then, and dropped (or answered `not mine`).
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "actors/runtime/lanes/endpoint.h"
#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/pack.h"

#define TELL_MS 10000      /* at most one line a kind of trouble in this time */
#define RECEIPT_WAIT_MS 50 /* receipts wait for others: a lone one costs wake-ups and a commit */
#define RECEIPTS_SOON 64   /* so many leave at the end of the turn */
#define RECEIPT_KEEP_MS 10000
#define RUNS_MAX 8192    /* of one receipt message */
#define SENDERS_MAX 1024 /* incarnations remembered */

/* --- trouble --- */

static void
tell_damaged(wb_lanes *self, wb_view header, wb_view body, const wb_err *err)
{
    int64_t now_ms = wb_loop_now_ms(self->loop);

    self->damaged++;
    if (self->take_stray)
        self->take_stray(self->stray_arg, header, body, err->text);
    if (self->damaged_told_ms && now_ms - self->damaged_told_ms < TELL_MS)
        return;
    self->damaged_told_ms = now_ms;
    wb_log(WB_WARN, "lane.damaged", "count=%" PRIu64 " why='%s' next='dropped'", self->damaged,
           err->text);
}

static void
tell_foreign(wb_lanes *self, const wb_envelope *env)
{
    int64_t now_ms = wb_loop_now_ms(self->loop);

    self->foreign++;
    if (self->foreign_told_ms && now_ms - self->foreign_told_ms < TELL_MS)
        return;
    self->foreign_told_ms = now_ms;
    wb_log(WB_WARN, "lane.foreign", "count=%" PRIu64 " from=%.*s deployment='%.*s' next='dropped'",
           self->foreign, WB_VIEW_ARG(env->instance), WB_VIEW_ARG(env->deployment));
}

/* --- senders --- */

static void
free_sender(struct wb_peer_in *sender)
{
    wb_list_remove(&sender->dirty);
    if (sender->wire)
        wb_wire_release(sender->wire);
    wb_free(&sender->runs);
    wb_free(&sender);
}

/* Those that hold nothing here: of a former incarnation, or idle. They are made anew on demand. */
static void
reap_senders(wb_lanes *self)
{
    struct wb_peer_in *sender;
    wb_view key;

    self->sender = NULL;
    for (size_t at = 0; (sender = wb_map_next(self->senders, &at, &key));)
        if (!sender->in_hand && !sender->run_count) {
            wb_map_remove(self->senders, key);
            free_sender(sender);
        }
}

static struct wb_peer_in *
find_sender(wb_lanes *self, const wb_envelope *env)
{
    wb_view key = {(const char *)&env->incarnation, sizeof env->incarnation};
    struct wb_peer_in *sender = self->sender;

    if (!sender || sender->incarnation != env->incarnation)
        sender = wb_map_find(self->senders, key);
    if (!sender) {
        if (wb_map_count(self->senders) >= SENDERS_MAX)
            reap_senders(self);
        sender = wb_alloc(sizeof *sender);
        sender->incarnation = env->incarnation;
        wb_ignore(wb_text_set(sender->instance, sizeof sender->instance, env->instance, NULL),
                  "the header's limit is the same");
        wb_map_put(self->senders, key, sender);
    }
    if (env->reply_to.len && !wb_view_is(env->reply_to, sender->receipts)) {
        if (sender->wire)
            wb_wire_release(wb_take(&sender->wire));
        wb_ignore(wb_text_set(sender->receipts, sizeof sender->receipts, env->reply_to, NULL),
                  "the header's limit is the same");
    }
    self->sender = sender;
    return sender;
}

/* Where its receipts go: as its messages said, or else as its beat does. */
static wb_wire *
sender_wire(wb_lanes *self, struct wb_peer_in *sender)
{
    wb_member *member;
    wb_err err = {0};

    if (sender->wire)
        return sender->wire;
    if (!sender->receipts[0]) {
        member = directory_member(self, wb_view_of(sender->instance), NULL);
        if (!member || member->beat.incarnation != sender->incarnation)
            return NULL;
        memcpy(sender->receipts, member->beat.receipts, sizeof sender->receipts);
    }
    if (wb_wires_get(self->wires, &sender->wire, wb_view_of(sender->receipts), &err)) {
        wb_log(WB_WARN, "lane.no_way_back", "to=%s why='%s'", sender->instance, err.text);
        return NULL;
    }
    wb_wire_hold(sender->wire);
    return sender->wire;
}

/* --- receipts out --- */

static void
owe(wb_lanes *self, struct wb_peer_in *sender, uint64_t sequence, wb_outcome outcome)
{
    receipt_run *last = sender->run_count ? &sender->runs[sender->run_count - 1] : NULL;

    if (!wb_list_linked(&sender->dirty))
        wb_list_append(&self->dirty, &sender->dirty);
    sender->owed++;
    sender->soon = sender->soon || outcome == WB_OUTCOME_NOT_MINE || sender->owed >= RECEIPTS_SOON;
    if (last && last->outcome == outcome && last->first + last->count == sequence) {
        last->count++;
        return;
    }
    if (sender->run_count == sender->run_cap) {
        sender->run_cap = sender->run_cap ? 2 * sender->run_cap : 64;
        sender->runs = wb_realloc(sender->runs, sender->run_cap * sizeof *sender->runs);
    }
    assert(sender->runs);
    sender->runs[sender->run_count++] = (receipt_run){sequence, 1, outcome};
}

static void
post_receipts(wb_lanes *self, struct wb_peer_in *sender, wb_wire *wire)
{
    wb_envelope env;

    lanes_identify(self, &env, WB_KIND_RECEIPT);
    if (!lanes_encode(self, &env))
        return;
    for (size_t at = 0; at < sender->run_count; at += RUNS_MAX) {
        size_t count = sender->run_count - at < RUNS_MAX ? sender->run_count - at : RUNS_MAX;
        wb_buf_clear(&self->body);
        wb_pack_array(&self->body, (uint32_t)(1 + 3 * count));
        wb_pack_uint(&self->body, sender->incarnation);
        for (size_t i = at; i < at + count; i++) {
            wb_pack_uint(&self->body, sender->runs[i].first);
            wb_pack_uint(&self->body, sender->runs[i].count);
            wb_pack_uint(&self->body, sender->runs[i].outcome);
        }
        wb_wire_post(wire, wb_buf_view(&self->header), wb_buf_view(&self->body), RECEIPT_KEEP_MS);
    }
    sender->run_count = sender->owed = 0;
    sender->soon = false;
}

void
lanes_in_flush(wb_lanes *self, bool all)
{
    wb_link *next;

    all = all || self->receipts_due;
    self->receipts_due = false;
    for (wb_link *link = self->dirty.next; link != &self->dirty; link = next) {
        struct wb_peer_in *sender = WB_CONTAINER(link, struct wb_peer_in, dirty);
        wb_wire *wire = all || sender->soon ? sender_wire(self, sender) : NULL;
        next = link->next;
        if (!wire)
            continue; /* later; or not known where to: its next message or its beat tells */
        wb_list_remove(link);
        post_receipts(self, sender, wire);
    }
    if (!wb_list_empty(&self->dirty) && !wb_timer_running(&self->receipt_timer))
        wb_timer_start(self->loop, &self->receipt_timer, RECEIPT_WAIT_MS);
}

static void
on_receipts_due(wb_timer *timer, void *arg)
{
    (void)timer;
    ((wb_lanes *)arg)->receipts_due = true;
}

/* It is free for the next one before whoever made it is told, who may make another. */
static void
give_up(wb_lanes *self, wb_delivery **delivery_p, wb_outcome outcome)
{
    wb_delivery *delivery = wb_take(delivery_p);
    wb_delivery was = *delivery;

    assert(self->in_hand > 0 && (!was.from || was.from->in_hand > 0));
    if (was.from)
        was.from->in_hand--;
    self->in_hand--;
    wb_envelope_destroy(&delivery->env);
    *delivery = (wb_delivery){0};
    wb_list_append(&self->spare, &delivery->link);
    if (was.settled)
        was.settled(was.arg, outcome);
}

void
wb_delivery_drop(wb_lanes *self, wb_delivery **delivery_p)
{
    if (*delivery_p)
        give_up(self, delivery_p, WB_OUTCOME_NONE);
}

void
wb_delivery_settle(wb_lanes *self, wb_delivery **delivery_p, wb_outcome outcome)
{
    const wb_delivery *delivery = *delivery_p;

    if (!delivery)
        return;
    if (delivery->from)
        owe(self, delivery->from, delivery->env->sequence, outcome);
    give_up(self, delivery_p, outcome);
}

size_t
wb_lanes_in_hand(const wb_lanes *self)
{
    return self->in_hand;
}

/* --- messages in --- */

static bool
is_call(const wb_envelope *env)
{
    return env->kind >= WB_KIND_CALL_DIRECTORY && env->kind < WB_KIND_REPLY;
}

static bool
is_ours(const wb_lanes *self, const wb_envelope *env)
{
    return env->stage == self->self.stage && env->shard < self->shards && self->owned[env->shard] &&
           self->owned[env->shard] == env->generation;
}

static wb_delivery *
new_delivery(wb_lanes *self, wb_envelope **env_p, struct wb_peer_in *from)
{
    wb_link *spare = wb_list_pop(&self->spare);
    wb_delivery *delivery =
        spare ? WB_CONTAINER(spare, wb_delivery, link) : wb_alloc(sizeof *delivery);

    delivery->env = wb_take(env_p);
    delivery->taken_ms = wb_loop_now_ms(self->loop);
    delivery->from = from;
    if (from)
        from->in_hand++;
    self->in_hand++;
    return delivery;
}

wb_delivery *
wb_delivery_make(wb_lanes *self, wb_envelope **env_p,
                 void (*settled)(void *arg, wb_outcome outcome), void *arg)
{
    wb_delivery *delivery = new_delivery(self, env_p, NULL);

    delivery->settled = settled;
    delivery->arg = arg;
    return delivery;
}

static void
hand_over(wb_lanes *self, wb_envelope **env_p, struct wb_peer_in *from)
{
    wb_delivery *delivery = new_delivery(self, env_p, from);

    if (self->take)
        self->take(self->take_arg, delivery);
    else
        wb_delivery_drop(self, &delivery);
}

static void
take_work(wb_lanes *self, wb_envelope **env_p)
{
    const wb_envelope *env = *env_p;
    struct wb_peer_in *from = env->sequence ? find_sender(self, env) : NULL;

    if (is_ours(self, env)) {
        hand_over(self, env_p, from);
        return;
    }
    self->not_mine++;
    if (from)
        owe(self, from, env->sequence, WB_OUTCOME_NOT_MINE);
}

static void
take_message(wb_lanes *self, wb_envelope **env_p)
{
    const wb_envelope *env = *env_p;

    if (!wb_view_eq(env->deployment, self->deployment_view))
        tell_foreign(self, env);
    else if (env->kind == WB_KIND_RECEIPT)
        lanes_out_receipt(self, env);
    else if (env->kind == WB_KIND_REPLY)
        calls_reply(self, env);
    else if (is_call(env))
        hand_over(self, env_p, NULL);
    else if (env->kind < WB_KIND_RECEIPT)
        take_work(self, env_p);
}

/* --- sockets --- */

static void
skip_rest(void *socket, zmq_msg_t *frame)
{
    while (zmq_msg_more(frame))
        if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0)
            return;
}

/* A message of a lane, of whatever kind a newer release has: calls and the like have deadlines. */
static bool
is_work(const wb_envelope *told)
{
    return told->stage && (told->kind < WB_KIND_RECEIPT || told->kind > WB_KIND_REPLY);
}

/* Its sender keeps it until somebody answers. False: nobody can. */
static bool
take_damaged(wb_lanes *self, wb_view header, wb_view body, const wb_err *why)
{
    wb_envelope told, *env;
    struct wb_peer_in *from;

    if (!self->take_damaged || !wb_envelope_glean(&told, header) || !is_work(&told) ||
        !wb_view_eq(told.deployment, self->deployment_view))
        return false;
    from = find_sender(self, &told);
    if (!is_ours(self, &told)) {
        self->not_mine++;
        owe(self, from, told.sequence, WB_OUTCOME_NOT_MINE);
        return true;
    }
    told.body = body;
    env = wb_envelope_copy(&told);
    self->take_damaged(self->damaged_arg, new_delivery(self, &env, from), header, why->text);
    return true;
}

static wb_view
frame_view(zmq_msg_t *frame)
{
    return (wb_view){zmq_msg_data(frame), zmq_msg_size(frame)};
}

static void
decode(wb_lanes *self, zmq_msg_t *header, zmq_msg_t *body)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_view head = frame_view(header), rest = frame_view(body);
    wb_err err = {0};

    if (!wb_envelope_decode(&env, head, rest, &err))
        take_message(self, &env);
    else if (!take_damaged(self, head, rest, &err))
        tell_damaged(self, head, rest, &err);
}

/* False: nothing there. */
static bool
take_one(wb_lanes *self, void *socket)
{
    zmq_msg_t header, body;
    wb_err err = {0};
    bool there;

    zmq_msg_init(&header);
    zmq_msg_init(&body);
    there = zmq_msg_recv(&header, socket, ZMQ_DONTWAIT) >= 0;
    if (there) {
        bool two = zmq_msg_more(&header) && zmq_msg_recv(&body, socket, ZMQ_DONTWAIT) >= 0;
        if (two && !zmq_msg_more(&body)) {
            decode(self, &header, &body);
        } else {
            wb_ignore(wb_fail(&err, WB_REJECT, "not two frames"), "told right here");
            tell_damaged(self, frame_view(&header), frame_view(&body), &err);
            skip_rest(socket, two ? &body : &header);
        }
    }
    zmq_msg_close(&header);
    zmq_msg_close(&body);
    return there;
}

static bool
drain(void *arg, void *socket)
{
    for (size_t i = 0; i < WB_LOOP_BUDGET; i++)
        if (!take_one(arg, socket))
            return false;
    return true;
}

static wb_rc
open_inlet(wb_lanes *self, void **socket, const char *endpoint, wb_err *err)
{
    int none = 0;
    int64_t largest = WB_BODY_MAX;

    *socket = zmq_socket(self->zmq, ZMQ_PULL);
    if (!*socket)
        return wb_fail(err, WB_FATAL, "no socket: %s", zmq_strerror(zmq_errno()));
    zmq_setsockopt(*socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(*socket, ZMQ_RCVHWM, &none, sizeof none);
    zmq_setsockopt(*socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
    return wb_endpoint_bind(*socket, endpoint, err);
}

wb_rc
lanes_in_open(wb_lanes *self, wb_err *err)
{
    wb_rc rc = open_inlet(self, &self->receipts, self->self.receipts, err);

    self->receipt_timer = (wb_timer){.fire = on_receipts_due, .arg = self};

    if (!rc)
        rc = open_inlet(self, &self->work, self->self.work, err);
    if (!rc)
        rc = wb_loop_zmq(self->loop, self->receipts, RANK_RECEIPTS, drain, self, err);
    if (!rc && !self->held_back)
        rc = wb_loop_zmq(self->loop, self->work, RANK_WORK, drain, self, err);
    return rc;
}

void
lanes_in_release(wb_lanes *self)
{
    wb_err err = {0};

    if (!self->held_back || self->turned_back_told)
        return; /* of a store that was turned back the next life reads it */
    self->held_back = false;
    if (wb_loop_zmq(self->loop, self->work, RANK_WORK, drain, self, &err))
        wb_log(WB_ERROR, "lane.inlet", "why='%s'", err.text);
}

static void
remove_socket(const char *endpoint)
{
    if (strncmp(endpoint, "ipc://", 6) == 0)
        unlink(endpoint + 6);
}

void
lanes_in_close(wb_lanes *self)
{
    struct wb_peer_in *sender;

    wb_timer_stop(self->loop, &self->receipt_timer);
    if (self->receipts) {
        wb_loop_zmq_remove(self->loop, self->receipts);
        zmq_close(self->receipts);
    }
    if (self->work) {
        if (!self->held_back)
            wb_loop_zmq_remove(self->loop, self->work);
        zmq_close(self->work);
    }
    if (self->self.stage == WB_STAGE_NONE) { /* ZeroMQ leaves the files; nobody succeeds a tool */
        remove_socket(self->self.receipts);
        remove_socket(self->self.work);
    }
    for (size_t at = 0; self->senders && (sender = wb_map_next(self->senders, &at, NULL));) {
        sender->wire = NULL; /* wires close by themselves */
        free_sender(sender);
    }
    wb_map_destroy(&self->senders);
    while (!wb_list_empty(&self->spare)) {
        wb_delivery *spare = WB_CONTAINER(wb_list_pop(&self->spare), wb_delivery, link);
        wb_free(&spare);
    }
}

void
wb_lanes_on_damaged(wb_lanes *self, wb_lanes_damaged take, void *arg)
{
    self->take_damaged = take;
    self->damaged_arg = arg;
}

void
wb_lanes_on_stray(wb_lanes *self, wb_lanes_stray take, void *arg)
{
    self->take_stray = take;
    self->stray_arg = arg;
}

void
wb_lanes_on_take(wb_lanes *self, wb_lanes_take take, void *arg)
{
    self->take = take;
    self->take_arg = arg;
}
