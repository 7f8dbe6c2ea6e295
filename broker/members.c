/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members - see members.h
 */
#include "broker/members.h"

#include <string.h>

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"

#define MEMBERS_MAX 4096 /* a stranger cannot make us remember more */

typedef struct {
    wb_beat beat;
    char *packed;
    size_t packed_len;
    int64_t seen_ms;
    bool silent;
    size_t refused; /* shards of its claims that another holds: */
    broker_word refusal;
} member;

/* The highest commit number that anyone told of a store. */
typedef struct {
    uint64_t commits;
} store_seen;

struct broker_members {
    uint16_t shards;
    wb_map *by_work; /* work inlet -> member: who lives at an address is one process */
    wb_map *stores;  /* store id -> store_seen */
};

broker_members *
broker_members_new(uint16_t shards)
{
    broker_members *self = wb_alloc(sizeof *self);

    self->shards = shards;
    self->by_work = wb_map_new();
    self->stores = wb_map_new();
    return self;
}

static void
free_member(member *one)
{
    wb_beat_fini(&one->beat);
    wb_free(&one->packed);
    wb_free(&one);
}

void
broker_members_destroy(broker_members **self_p)
{
    broker_members *self = *self_p;
    store_seen *seen;
    member *one;

    if (!self)
        return;
    for (size_t at = 0; (one = wb_map_next(self->by_work, &at, NULL));)
        free_member(one);
    for (size_t at = 0; (seen = wb_map_next(self->stores, &at, NULL));)
        wb_free(&seen);
    wb_map_destroy(&self->by_work);
    wb_map_destroy(&self->stores);
    wb_free(self_p);
}

static wb_view
id_view(const wb_id *id)
{
    return (wb_view){(const char *)id->bytes, sizeof id->bytes};
}

static void
see_commits(broker_members *self, const wb_beat *beat)
{
    static const wb_id none;
    store_seen *seen = wb_map_find(self->stores, id_view(&beat->store));

    if (!memcmp(&beat->store, &none, sizeof none))
        return;
    if (!seen && wb_map_count(self->stores) < MEMBERS_MAX) {
        seen = wb_alloc(sizeof *seen);
        wb_map_put(self->stores, id_view(&beat->store), seen);
    }
    if (seen && beat->state.commits > seen->commits)
        seen->commits = beat->state.commits;
}

/* A shard that another living instance claims at the same generation from another place. */
static bool
claimed_by(const member *other, const member *one, uint16_t shard)
{
    return other != one && !other->silent && other->beat.stage == one->beat.stage &&
           other->beat.stage != WB_STAGE_NONE &&
           wb_beat_generation(&other->beat, shard) == wb_beat_generation(&one->beat, shard);
}

static void
judge_claims(const broker_members *self, const member *one, broker_word *out)
{
    member *other;

    for (uint16_t shard = 0; shard < self->shards; shard++) {
        if (!wb_beat_generation(&one->beat, shard))
            continue;
        for (size_t at = 0; (other = wb_map_next(self->by_work, &at, NULL));) {
            if (!claimed_by(other, one, shard) || other->refused)
                continue;
            if (!out->refused++) {
                out->refused_first = shard;
                memcpy(out->refused_by, other->beat.instance, sizeof out->refused_by);
            }
            break;
        }
    }
}

static member *
member_at(broker_members *self, const wb_beat *beat)
{
    member *one = wb_map_find(self->by_work, wb_view_of(beat->work));

    if (one || wb_map_count(self->by_work) >= MEMBERS_MAX)
        return one;
    one = wb_alloc(sizeof *one);
    wb_map_put(self->by_work, wb_view_of(beat->work), one);
    return one;
}

static bool
has_moved(const member *one, const wb_beat *beat)
{
    return one->silent || one->beat.incarnation != beat->incarnation ||
           one->beat.state.ready != beat->state.ready ||
           strcmp(one->beat.state.note, beat->state.note) != 0 ||
           !wb_beat_same_claims(&one->beat, beat);
}

wb_rc
broker_members_take(broker_members *self, wb_view packed, int64_t now_ms, broker_word *out,
                    wb_err *err)
{
    wb_beat beat = {0};
    member *one;
    wb_rc rc = wb_beat_parse(&beat, packed, self->shards, err);

    if (rc)
        return rc;
    *out = (broker_word){.stage = beat.stage};
    memcpy(out->instance, beat.instance, sizeof out->instance);
    see_commits(self, &beat);
    one = member_at(self, &beat);
    if (!one || (one->beat.incarnation == beat.incarnation && beat.number < one->beat.number)) {
        wb_beat_fini(&beat);
        return one ? WB_OK : wb_fail(err, WB_REJECT, "more than %d instances", MEMBERS_MAX);
    }
    out->known = true;
    out->moved = has_moved(one, &beat);
    wb_beat_fini(&one->beat);
    wb_free(&one->packed);
    one->beat = beat;
    one->packed = wb_text_dup_len(packed.data, packed.len);
    one->packed_len = packed.len;
    one->seen_ms = now_ms;
    one->silent = false;
    if (out->moved) {
        one->refused = 0;
        judge_claims(self, one, out);
        one->refused = out->refused;
        one->refusal = *out;
    }
    return WB_OK;
}

void
broker_members_expire(broker_members *self, int64_t now_ms,
                      void (*gone)(void *arg, const wb_beat *beat), void *arg)
{
    member *one;

    for (size_t at = 0; (one = wb_map_next(self->by_work, &at, NULL));) {
        if (one->silent || now_ms - one->seen_ms < WB_BEAT_EXPIRY * one->beat.every_ms)
            continue;
        one->silent = true;
        gone(arg, &one->beat);
    }
}

void
broker_members_refused(const broker_members *self, void (*each)(void *arg, const broker_word *word),
                       void *arg)
{
    member *one;

    for (size_t at = 0; (one = wb_map_next(self->by_work, &at, NULL));)
        if (one->refused && !one->silent)
            each(arg, &one->refusal);
}

void
broker_members_pack(const broker_members *self, const wb_id *store, int64_t now_ms, wb_buf *out)
{
    const store_seen *seen = wb_map_find(self->stores, id_view(store));
    member *one;

    wb_pack_array(out, (uint32_t)(1 + wb_map_count(self->by_work)));
    wb_pack_uint(out, seen ? seen->commits : 0);
    for (size_t at = 0; (one = wb_map_next(self->by_work, &at, NULL));) {
        wb_pack_array(out, 3);
        wb_pack_bytes(out, (wb_view){one->packed, one->packed_len});
        wb_pack_uint(out, (uint64_t)(now_ms - one->seen_ms));
        wb_pack_uint(out, (one->silent ? BROKER_MEMBER_SILENT : 0) |
                              (one->refused ? BROKER_MEMBER_REFUSED : 0));
    }
}
