/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beat - what an instance tells of itself: who, where, which shards, how far (docs/wire.md, beats)
 */
#ifndef WB_ACTORS_RUNTIME_LANES_BEAT_H
#define WB_ACTORS_RUNTIME_LANES_BEAT_H

#include "actors/runtime/lanes/lanes.h"

#define WB_BEAT_MAX (64 * 1024) /* bytes of a packed beat */
#define WB_BEAT_EXPIRY 5        /* without a word for so many of its periods: gone */

/* Shards first, first + step, ...: `count` of them at one generation. */
typedef struct {
    uint16_t first, step, count;
    uint64_t generation;
} wb_claim_run;

typedef struct {
    char instance[WB_INSTANCE_MAX + 1], deployment[WB_INSTANCE_MAX + 1];
    wb_stage stage;
    int64_t pid;
    uint64_t incarnation;
    wb_id store; /* zero: it has none */
    int64_t started_utc_us;
    uint64_t number;  /* of this beat, from 1, by incarnation */
    int64_t every_ms; /* the longest time to its next */
    wb_beat_state state;
    char work[WB_ENDPOINT_MAX + 1], receipts[WB_ENDPOINT_MAX + 1]; /* its inlets */
    char version[32];
    wb_claim_run *runs;
    size_t run_count;
} wb_beat;

void wb_beat_fini(wb_beat *self);
/* The claims as runs. Claims ascend by shard. */
void wb_beat_set_claims(wb_beat *self, const wb_shard_claim *claims, size_t count);
size_t wb_beat_shard_count(const wb_beat *self);
/* The generation at which it claims this shard; 0 = not. */
uint64_t wb_beat_generation(const wb_beat *self, uint16_t shard);
bool wb_beat_same_claims(const wb_beat *a, const wb_beat *b);

void wb_beat_pack(const wb_beat *self, wb_buf *out);
/* `out` is zeroed or finished before. WB_REJECT: not a beat, or a claim beyond `shards`. */
WB_MUST_CHECK wb_rc wb_beat_parse(wb_beat *out, wb_view packed, uint16_t shards, wb_err *err);

/* The last beat as a file, <run_dir>/<instance>.beat: finds inlets of this host with no broker. */
WB_MUST_CHECK wb_rc wb_beat_save(const char *run_dir, const char *instance, wb_view packed,
                                 wb_err *err);
/* The highest commit number that a beat file tells of this store; 0 = none does. */
uint64_t wb_beat_commits(const char *run_dir, const wb_id *store, uint16_t shards);
/* The store that the last life of an instance had, by its beat file; false: none is told. */
bool wb_beat_store(const char *run_dir, const char *instance, uint16_t shards, wb_id *out);
typedef void (*wb_beat_each)(void *arg, wb_view packed);
void wb_beat_saved(const char *run_dir, wb_beat_each each, void *arg);

#endif
