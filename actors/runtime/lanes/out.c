/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out - messages out: kept until their receipt, sent again when it may be lost
 *
 * A message is in one list at a time: it waits for an owner (shard_slot.waiting), for the end of
 * the turn or a connection (queue), for its receipt (flight, by how often it was sent), or for a
 * receiver that has no room (refused). One timer a peer looks at the heads of the lists.
 */
#include <assert.h>
#include <string.h>

#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "protocol/bodies.h"

static wb_outgoing *
first_of(const wb_link *list)
{
    return wb_list_empty(list) ? NULL : WB_CONTAINER(list->next, wb_outgoing, link);
}

/* --- onto the wire --- */

static bool
send_one(struct wb_peer_out *peer, wb_outgoing *outgoing)
{
    wb_lanes *self = peer->home;
    wb_envelope env = *outgoing->env;

    env.stage = outgoing->window->stage;
    env.shard = outgoing->shard;
    env.generation = outgoing->generation;
    env.deployment = self->deployment_view;
    env.instance = self->instance_view;
    env.store = self->self.store;
    env.incarnation = self->self.incarnation;
    env.sequence = outgoing->sequence;
    env.again = env.again || outgoing->sent_ms;
    env.reply_to = peer->introduced ? (wb_view){0} : self->receipts_view;
    if (!lanes_encode(self, &env)) {
        lanes_out_stuck(peer, outgoing);
        return true;
    }
    if (!wb_wire_send(peer->wire, wb_buf_view(&self->header), env.body))
        return false;
    lanes_out_sent(peer, outgoing);
    return true;
}

static void
flush_peer(struct wb_peer_out *peer)
{
    wb_outgoing *outgoing;

    if (wb_list_empty(&peer->queue) || !wb_wire_connected(peer->wire))
        return;
    lanes_out_sort(peer);
    while ((outgoing = first_of(&peer->queue))) {
        if (lanes_out_waits(peer, outgoing))
            continue;
        if (!outgoing->sequence) {
            outgoing->sequence = ++peer->sequence;
            sequence_put(&peer->sent, outgoing->sequence, outgoing);
        }
        if (!send_one(peer, outgoing))
            break;
    }
    if (!wb_timer_running(&peer->timer))
        lanes_out_arm(peer);
}

bool
lanes_out_flush(wb_lanes *self)
{
    wb_member *member;

    for (size_t at = 0; (member = wb_map_next(self->members, &at, NULL));)
        if (member->out)
            flush_peer(member->out);
    return false;
}

/* --- peers --- */

static void
on_up(void *arg)
{
    struct wb_peer_out *peer = arg;

    peer->connection++;
    peer->connected_ms = wb_loop_now_ms(peer->home->loop);
    lanes_out_anew(peer);
}

static struct wb_peer_out *
peer_of(wb_lanes *self, wb_member *member)
{
    struct wb_peer_out *peer = member->out;
    wb_err err = {0};

    if (peer)
        return peer;
    peer = wb_alloc(sizeof *peer);
    if (wb_wires_get(self->wires, &peer->wire, wb_view_of(member->beat.work), &err)) {
        wb_log(WB_WARN, "lane.no_way", "to=%s why='%s'", member->beat.instance, err.text);
        wb_free(&peer);
        return NULL;
    }
    peer->home = self;
    for (size_t i = 0; lanes_peer_list(peer, i); i++)
        wb_list_init(lanes_peer_list(peer, i));
    peer->timer = (wb_timer){.fire = lanes_out_due, .arg = peer};
    wb_wire_hold(peer->wire);
    wb_wire_on_up(peer->wire, on_up, peer);
    member->out = peer;
    return peer;
}

/* Lists are left as they are: the messages are their owners'. */
void
lanes_out_peer_free(wb_member *member)
{
    struct wb_peer_out *peer = wb_take(&member->out);

    if (!peer)
        return;
    wb_timer_stop(peer->home->loop, &peer->timer);
    sequence_fini(&peer->sent);
    wb_free(&peer);
}

/* --- routing --- */

/* The number belongs to the peer that it was sent to. */
static void
detach(wb_outgoing *outgoing)
{
    wb_list_remove(&outgoing->link);
    if (outgoing->sequence)
        sequence_remove(&outgoing->peer->sent, outgoing->sequence);
    outgoing->sequence = 0;
    outgoing->peer = NULL;
}

void
lanes_out_assign(wb_lanes *self, wb_outgoing *outgoing, shard_slot *slot)
{
    struct wb_peer_out *peer = slot->owner && !slot->doubted_ms ? peer_of(self, slot->owner) : NULL;

    wb_list_remove(&outgoing->link);
    outgoing->peer = peer;
    outgoing->generation = slot->generation;
    if (peer) {
        lanes_out_queue(peer, outgoing);
        return;
    }
    wb_list_append(&slot->waiting, &outgoing->link);
    directory_ask(self);
}

static void
take_back_list(wb_link *list, wb_stage stage, uint16_t shard, shard_slot *slot)
{
    wb_link *next;

    for (wb_link *link = list->next; link != list; link = next) {
        wb_outgoing *outgoing = WB_CONTAINER(link, wb_outgoing, link);
        next = link->next;
        if (outgoing->shard != shard || outgoing->window->stage != stage)
            continue;
        detach(outgoing);
        wb_list_append(&slot->waiting, &outgoing->link);
    }
}

/* All of a shard that a peer has or would get: somebody else owns it now. */
void
lanes_out_take_back(wb_lanes *self, wb_member *member, uint16_t shard, shard_slot *slot)
{
    struct wb_peer_out *peer = member->out;

    (void)self;
    if (!peer)
        return;
    for (size_t i = 0; lanes_peer_list(peer, i); i++)
        take_back_list(lanes_peer_list(peer, i), member->beat.stage, shard, slot);
}

/* --- receipts in --- */

static void
finish(wb_lanes *self, wb_outgoing *outgoing)
{
    assert(outgoing->window && self->outstanding > 0);
    wb_list_remove(&outgoing->link);
    if (outgoing->sequence)
        sequence_remove(&outgoing->peer->sent, outgoing->sequence);
    lanes_window_give(self, outgoing->window, outgoing->bytes);
    self->outstanding--;
    outgoing->peer = NULL;
    outgoing->window = NULL;
    outgoing->sequence = 0;
}

/* The only one who got it says that he did not take it: it is as if it had never been sent, and who
 * gets it next need not wonder whether it had an effect. */
static void
not_taken(wb_outgoing *outgoing)
{
    if (outgoing->once)
        outgoing->sent_ms = 0;
}

static void
refused(wb_lanes *self, wb_member *member, wb_outgoing *outgoing)
{
    shard_slot *slot = directory_slot(self, outgoing->window->stage, outgoing->shard);

    /* a new owner may be known already: then this was a late word of the old one */
    if (slot->owner == member && slot->generation == outgoing->generation)
        slot->doubted_ms = wb_loop_now_ms(self->loop);
    detach(outgoing);
    not_taken(outgoing);
    lanes_out_assign(self, outgoing, slot);
}

static void
settle_one(wb_lanes *self, wb_member *member, uint64_t sequence, wb_outcome outcome)
{
    struct wb_peer_out *peer = member->out;
    wb_outgoing *outgoing = sequence_find(&peer->sent, sequence);

    if (!outgoing || !outgoing->sent_ms)
        return; /* receipted before, cancelled, or somebody else's number */
    if (outcome == WB_OUTCOME_NOT_MINE) {
        refused(self, member, outgoing);
    } else if (outcome == WB_OUTCOME_FULL) {
        not_taken(outgoing);
        lanes_out_no_room(peer, outgoing);
    } else {
        lanes_out_latency(peer, wb_loop_now_ms(self->loop) - outgoing->sent_ms);
        finish(self, outgoing);
        outgoing->settled(outgoing, outcome);
    }
}

static wb_rc
take_runs(wb_lanes *self, wb_member *member, wb_view body, wb_err *err)
{
    wb_receipts receipts;
    wb_receipt_run run;
    wb_rc rc = wb_receipts_open(&receipts, body, err);

    if (rc || receipts.incarnation != self->self.incarnation)
        return rc; /* for a former one of ours: means nothing here */
    member->receipt_ms = member->out->contact_ms = wb_loop_now_ms(self->loop);
    member->out->introduced = true;
    lanes_out_heard(member->out);
    while (!rc && receipts.runs) {
        rc = wb_receipts_next(&receipts, &run, err);
        for (uint64_t i = 0; !rc && i < run.count; i++)
            settle_one(self, member, run.first + i, run.outcome);
    }
    return rc;
}

void
lanes_out_receipt(wb_lanes *self, const wb_envelope *env)
{
    wb_member *member = directory_member(self, env->instance, &env->store);
    wb_err err = {0};

    if (!member)
        directory_ask(self); /* a store that we do not know: its word moves nothing yet */
    if (!member || !member->out)
        return;
    if (take_runs(self, member, env->body, &err))
        wb_log(WB_WARN, "lane.receipt", "from=%s why='%s'", member->beat.instance, err.text);
}

/* --- public --- */

wb_rc
wb_lanes_send(wb_lanes *self, wb_outgoing *outgoing, wb_stage stage, wb_view key, wb_view account,
              wb_err *err)
{
    wb_window *window = lanes_window_find(self, stage, account, true);

    assert(!outgoing->window && outgoing->env && outgoing->settled);
    if (outgoing->env->body.len > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "body of %zu bytes; at most %d", outgoing->env->body.len,
                       WB_BODY_MAX);
    if (!lanes_window_take(self, window, outgoing->env->body.len))
        return wb_fail(err, WB_FULL, "the window of %zu messages is used up", window->limit);
    outgoing->window = window;
    outgoing->bytes = outgoing->env->body.len;
    outgoing->sequence = 0;
    outgoing->sends = 0;
    outgoing->sent_ms = 0;
    outgoing->once = false;
    outgoing->shard = wb_shard_of(key, self->shards);
    outgoing->since_ms = wb_loop_now_ms(self->loop);
    outgoing->place = ++self->places;
    outgoing->link = (wb_link){0};
    self->outstanding++;
    lanes_out_assign(self, outgoing, directory_slot(self, stage, outgoing->shard));
    return WB_OK;
}

void
wb_lanes_cancel(wb_lanes *self, wb_outgoing *outgoing)
{
    if (outgoing->window)
        finish(self, outgoing);
}

size_t
wb_lanes_outstanding(const wb_lanes *self)
{
    return self->outstanding;
}
