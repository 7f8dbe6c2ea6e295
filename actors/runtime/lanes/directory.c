/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory - who lives where and owns what, as the beats of the others tell
 *
 * A shard's owner is who claims it at the highest generation; of two at the same, the one that gave
 * us a receipt last, and first of all the one that we knew first. An owner that went silent stays
 * the owner: its state is where it is.
 *
 * Changes are told on the bus, which loses some: a word that comes before we are subscribed, or
 * while a broker starts. So who waits for an owner asks until there is one, and who watches owners
 * looks again from time to time.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/bodies.h"
#include "protocol/pack.h"

#define ASK_FIRST_MS 10
#define ASK_MAX_MS 1000
#define REFRESH_HEARTBEATS 10

/* --- shards --- */

/* The first that we heard of after those; NULL = none. The map has an order of its own. */
static wb_member *
known_after(const wb_lanes *self, uint64_t known)
{
    wb_member *member, *first = NULL;

    for (size_t at = 0; (member = wb_map_next(self->members, &at, NULL));)
        if (member->known > known && (!first || member->known < first->known))
            first = member;
    return first;
}

static void place(wb_lanes *self, wb_member *member);

shard_slot *
directory_slot(wb_lanes *self, wb_stage stage, uint16_t shard)
{
    wb_member *member = NULL;

    assert((size_t)stage < WB_COUNT(self->slots) && shard < self->shards);
    if (!self->slots[stage]) {
        self->slots[stage] = wb_alloc(self->shards * sizeof(shard_slot));
        for (uint16_t i = 0; i < self->shards; i++)
            wb_list_init(&self->slots[stage][i].waiting);
        while ((member = known_after(self, member ? member->known : 0)))
            place(self, member);
        self->listen(self, stage);
        directory_ask(self); /* what was told before we listened */
    }
    return &self->slots[stage][shard];
}

static void
show_second_claim(const wb_member *owner, wb_member *other, uint16_t shard, const shard_slot *slot)
{
    if (other->shown)
        return;
    other->shown = true;
    wb_log(WB_ERROR, "claim.twice",
           "stage=%s shard=%u generation=%" PRIu64 " owner=%s other=%s "
           "next='the one that gave a receipt last is used'",
           wb_stage_name(owner->beat.stage), shard, slot->generation, owner->beat.instance,
           other->beat.instance);
}

static bool
takes_over(wb_member *member, uint16_t shard, uint64_t generation, shard_slot *slot)
{
    if (!slot->owner || slot->owner == member || generation > slot->generation)
        return true;
    if (generation < slot->generation)
        return false;
    show_second_claim(slot->owner, member, shard, slot);
    return member->receipt_ms > slot->owner->receipt_ms;
}

static void
assign_waiting(wb_lanes *self, shard_slot *slot)
{
    wb_link *waiting;
    wb_link all;

    wb_list_init(&all);
    while ((waiting = wb_list_pop(&slot->waiting)))
        wb_list_append(&all, waiting);
    while ((waiting = wb_list_pop(&all)))
        lanes_out_assign(self, WB_CONTAINER(waiting, wb_outgoing, link), slot);
}

static void
place_shard(wb_lanes *self, wb_member *member, uint16_t shard, uint64_t generation)
{
    shard_slot *slot = &self->slots[member->beat.stage][shard];
    wb_member *before = slot->owner;

    if (!takes_over(member, shard, generation, slot))
        return;
    if (before && (before != member || slot->generation != generation))
        lanes_out_take_back(self, before, shard, slot);
    slot->owner = member;
    slot->generation = generation;
    slot->doubted_ms = 0;
    assign_waiting(self, slot);
}

/* What it claims is placed; what it claimed before and claims no more waits for another. */
static void
place(wb_lanes *self, wb_member *member)
{
    shard_slot *slots = self->slots[member->beat.stage];

    if (!slots)
        return;
    for (uint16_t shard = 0; shard < self->shards; shard++) {
        uint64_t generation = wb_beat_generation(&member->beat, shard);
        if (generation) {
            place_shard(self, member, shard, generation);
        } else if (slots[shard].owner == member) {
            lanes_out_take_back(self, member, shard, &slots[shard]);
            slots[shard].owner = NULL;
            directory_ask(self);
        }
    }
}

/* --- members --- */

static void
member_info(const wb_member *member, wb_peer_info *out)
{
    const wb_beat *beat = &member->beat;

    *out = (wb_peer_info){
        .stage = beat->stage,
        .incarnation = beat->incarnation,
        .store = beat->store,
        .state = beat->state,
        .seen_ms = member->seen_ms,
        .pid = beat->pid,
        .shard_count = wb_beat_shard_count(beat),
    };
    memcpy(out->instance, beat->instance, sizeof out->instance);
    memcpy(out->work, beat->work, sizeof out->work);
}

/* Told late or twice, or by a file that a later start has not replaced yet. */
static bool
is_old(const wb_beat *known, const wb_beat *beat, bool live)
{
    if (known->incarnation == beat->incarnation)
        return beat->number <= known->number;
    return !live && beat->started_utc_us < known->started_utc_us;
}

/* A new incarnation has lost what the old one had in memory. Mostly the connection told us already;
 * when it did since the old one's last word, nothing is to be done. Receipts of a store that we
 * did not know were dropped: they come again. */
static void
began_anew(const wb_member *member, bool other_store)
{
    struct wb_peer_out *peer = member->out;

    if (!peer)
        return;
    if (!wb_wire_connected(peer->wire))
        wb_wire_hurry(peer->wire);
    else if (other_store || peer->connected_ms <= peer->contact_ms)
        lanes_out_anew(peer);
}

static bool
concerns_us(const wb_lanes *self, const wb_beat *beat)
{
    return beat->incarnation != self->self.incarnation &&
           strcmp(beat->deployment, self->deployment) == 0;
}

static wb_member *
member_at(wb_lanes *self, const wb_beat *beat)
{
    wb_member *member = wb_map_find(self->members, wb_view_of(beat->work));

    if (member)
        return member;
    member = wb_alloc(sizeof *member);
    member->known = ++self->members_known;
    wb_map_put(self->members, wb_view_of(beat->work), member);
    return member;
}

void
directory_take(wb_lanes *self, wb_view packed, bool live, int64_t age_ms)
{
    wb_beat beat = {0};
    wb_member *member;
    wb_peer_info info;
    wb_err err = {0};
    bool anew, moved, same, other_store;

    if (wb_beat_parse(&beat, packed, self->shards, &err)) {
        wb_log(WB_WARN, "beat.damaged", "why='%s'", err.text);
        return;
    }
    member = concerns_us(self, &beat) ? member_at(self, &beat) : NULL;
    if (!member || is_old(&member->beat, &beat, live)) {
        wb_beat_fini(&beat);
        return;
    }
    anew = member->beat.incarnation && member->beat.incarnation != beat.incarnation;
    same = member->beat.incarnation == beat.incarnation && member->beat.stage == beat.stage &&
           wb_beat_same_claims(&member->beat, &beat);
    other_store = memcmp(&member->beat.store, &beat.store, sizeof beat.store) != 0;
    moved = member->beat.stage != beat.stage;
    if (moved && member->beat.incarnation) {
        wb_free(&member->beat.runs); /* another actor lives at this address now */
        member->beat.run_count = 0;
        place(self, member);
    }
    wb_beat_fini(&member->beat);
    member->beat = beat;
    member->seen_ms = wb_loop_now_ms(self->loop) - age_ms;
    if (live && member->out)
        lanes_out_heard(member->out);
    if (anew)
        began_anew(member, other_store);
    if (!same || live)
        place(self, member);
    calls_resolve(self);
    if (self->on_peer) {
        member_info(member, &info);
        self->on_peer(self->on_peer_arg, &info);
    }
}

wb_member *
directory_member(const wb_lanes *self, wb_view instance, const wb_id *store)
{
    wb_member *member, *best = NULL;

    for (size_t at = 0; (member = wb_map_next(self->members, &at, NULL));) {
        if (!wb_view_is(instance, member->beat.instance) ||
            (store && memcmp(store, &member->beat.store, sizeof *store) != 0))
            continue;
        if (!best || member->seen_ms > best->seen_ms)
            best = member;
    }
    return best;
}

/* --- the broker's answer: [commits seen of our store, [beat, age in ms, flags], ...] --- */

/* A broker may have seen our own beats: only what is beyond all of them is of a former life. */
static void
see_commits(wb_lanes *self, uint64_t seen)
{
    if (!self->told_commits)
        self->state_now(self);
    if (self->turned_back_told || !self->turned_back || seen <= self->told_commits)
        return;
    self->turned_back_told = true;
    self->turned_back(self->turned_back_arg, seen);
}

static wb_rc
read_answer(wb_lanes *self, wb_view body, wb_err *err)
{
    wb_directory_answer answer;
    wb_view packed = {0};
    int64_t age_ms = 0;
    wb_rc rc = wb_directory_answer_open(&answer, body, err);

    if (rc)
        return rc;
    see_commits(self, answer.commits);
    while (!rc && answer.members) {
        rc = wb_directory_answer_next(&answer, &packed, &age_ms, err);
        if (!rc)
            directory_take(self, packed, false, age_ms);
    }
    return rc;
}

static void
on_answer(void *arg, const wb_envelope *reply, wb_rc rc)
{
    wb_lanes *self = arg;
    wb_err err = {0};

    if (rc)
        return;
    if (read_answer(self, reply->body, &err))
        wb_log(WB_WARN, "directory.damaged", "why='%s'", err.text);
    if (reply->last)
        lanes_in_release(self);
}

/* --- asking --- */

static void
take_saved(void *arg, wb_view packed)
{
    directory_take(arg, packed, false, 0);
}

void
directory_greet(wb_lanes *self, const broker_link *broker)
{
    wb_call_spec spec = {
        .to = wb_wire_endpoint(broker->inlet),
        .kind = WB_KIND_CALL_DIRECTORY,
        .timeout_ms = ASK_MAX_MS,
    };
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    uint64_t call;

    wb_buf_init(&body, WB_BEAT_MAX);
    if (self->self.number)
        wb_beat_pack(&self->self, &body);
    else
        wb_pack_nil(&body);
    spec.body = wb_buf_view(&body);
    wb_ignore(wb_lanes_call(self, &spec, on_answer, self, &call, NULL), "asked again while needed");
}

static void
ask_all(wb_lanes *self)
{
    for (size_t i = 0; i < self->broker_count; i++)
        if (wb_wire_connected(self->brokers[i].inlet))
            directory_greet(self, &self->brokers[i]);
    wb_beat_saved(self->run_dir, take_saved, self);
}

/* An owner that refused and still claims: it gets another try, once a second at most. */
static void
forgive(wb_lanes *self)
{
    int64_t before_ms = wb_loop_now_ms(self->loop) - ASK_MAX_MS;

    for (int stage = 0; stage < WB_STAGE_COUNT; stage++)
        for (uint16_t shard = 0; self->slots[stage] && shard < self->shards; shard++) {
            shard_slot *slot = &self->slots[stage][shard];
            if (!slot->doubted_ms || slot->doubted_ms > before_ms)
                continue;
            slot->doubted_ms = 0;
            assign_waiting(self, slot);
        }
}

static bool
is_waited_for(const shard_slot *slot)
{
    return !wb_list_empty(&slot->waiting) || (slot->watched && !slot->owner);
}

static bool
anything_waits(const wb_lanes *self)
{
    if (!wb_list_empty(&self->unresolved))
        return true;
    for (int stage = 0; stage < WB_STAGE_COUNT; stage++)
        for (uint16_t shard = 0; self->slots[stage] && shard < self->shards; shard++)
            if (is_waited_for(&self->slots[stage][shard]))
                return true;
    return false;
}

static void
on_ask(wb_timer *timer, void *arg)
{
    wb_lanes *self = arg;

    ask_all(self);
    forgive(self);
    if (!anything_waits(self)) {
        self->ask_ms = 0;
        if (self->watching)
            wb_timer_start(self->loop, timer, REFRESH_HEARTBEATS * self->heartbeat_ms);
        return;
    }
    self->ask_ms = 2 * self->ask_ms < ASK_MAX_MS ? 2 * self->ask_ms : ASK_MAX_MS;
    wb_timer_start(self->loop, timer, self->ask_ms);
}

void
directory_ask(wb_lanes *self)
{
    if (self->ask_ms && wb_timer_running(&self->ask_timer))
        return; /* without ask_ms it is the look from time to time: too late */
    self->ask_ms = ASK_FIRST_MS;
    wb_timer_start(self->loop, &self->ask_timer, ASK_FIRST_MS);
}

/* --- life --- */

static void
on_hold_over(wb_timer *timer, void *arg)
{
    (void)timer;
    lanes_in_release(arg); /* no broker: work that flows goes on flowing */
}

void
directory_open(wb_lanes *self)
{
    self->members = wb_map_new();
    self->ask_timer = (wb_timer){.fire = on_ask, .arg = self};
    self->hold_timer = (wb_timer){.fire = on_hold_over, .arg = self};
    wb_beat_saved(self->run_dir, take_saved, self);
    if (self->held_back)
        wb_timer_start(self->loop, &self->hold_timer, HOLD_MS);
}

void
directory_close(wb_lanes *self)
{
    wb_member *member;

    wb_timer_stop(self->loop, &self->ask_timer);
    wb_timer_stop(self->loop, &self->hold_timer);
    for (size_t at = 0; self->members && (member = wb_map_next(self->members, &at, NULL));) {
        lanes_out_peer_free(member);
        wb_beat_fini(&member->beat);
        wb_free(&member);
    }
    wb_map_destroy(&self->members);
    for (int stage = 0; stage < WB_STAGE_COUNT; stage++)
        wb_free(&self->slots[stage]);
}

/* --- public --- */

void
wb_lanes_peers(const wb_lanes *self, wb_peer_each each, void *arg)
{
    wb_member *member;
    wb_peer_info info;

    for (size_t at = 0; (member = wb_map_next(self->members, &at, NULL));) {
        member_info(member, &info);
        each(arg, &info);
    }
}

void
wb_lanes_on_peer(wb_lanes *self, wb_peer_each ready, void *arg)
{
    self->on_peer = ready;
    self->on_peer_arg = arg;
}

void
wb_lanes_watch(wb_lanes *self)
{
    self->watching = true;
    directory_ask(self);
}

bool
wb_lanes_owner_known(wb_lanes *self, wb_stage stage, uint16_t shard)
{
    shard_slot *slot = shard < self->shards ? directory_slot(self, stage, shard) : NULL;

    if (!slot)
        return false;
    slot->watched = self->watching = true;
    if (!slot->owner)
        directory_ask(self);
    return slot->owner;
}

bool
wb_lanes_owner_of(wb_lanes *self, wb_stage stage, uint16_t shard, wb_lanes_owner *out)
{
    const shard_slot *slot;

    if (!wb_lanes_owner_known(self, stage, shard))
        return false;
    slot = directory_slot(self, stage, shard);
    out->store = slot->owner->beat.store;
    out->generation = slot->generation;
    memcpy(out->instance, slot->owner->beat.instance, sizeof out->instance);
    return true;
}

bool
wb_lanes_store_known(const wb_lanes *self, const wb_id *store)
{
    wb_member *member;

    for (size_t at = 0; (member = wb_map_next(self->members, &at, NULL));)
        if (!memcmp(&member->beat.store, store, sizeof *store))
            return true;
    return false;
}

void
wb_lanes_on_turned_back(wb_lanes *self, wb_lanes_turned_back ready, void *arg)
{
    self->turned_back = ready;
    self->turned_back_arg = arg;
}
