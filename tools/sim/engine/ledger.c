/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger - what a target holds, and how it came about: counted at the far end
 */
#include "tools/sim/engine/ledger.h"

#include "protocol/base/clock.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"

#define RECORDS_A_BLOCK 1024

typedef struct {
    uint64_t revision, key_hash; /* of what holds now; key_hash 0 = forgotten */
    uint64_t highest;            /* the highest revision that ever took effect */
    uint64_t shown;              /* the revision that probes see before shown_at_ms */
    int64_t shown_at_ms;
} record;

typedef struct block {
    struct block *next;
    size_t used;
    record records[RECORDS_A_BLOCK];
} block;

struct wb_sim_ledger {
    const wb_sim_things *things;
    bool keyed;
    wb_map *by_key;
    block *blocks;
    uint32_t *versions; /* by number: the version that holds now */
    uint32_t *highest;  /* by number: the highest version that ever took effect */
    uint32_t newest;    /* things whose newest version holds */
    wb_sim_ledger_counts counts;
    wb_sim_histogram latency, since_received;
};

wb_sim_ledger *
wb_sim_ledger_new(const wb_sim_things *things, bool keyed)
{
    wb_sim_ledger *self = wb_alloc(sizeof *self);
    uint32_t most = things->most(things->self);

    self->things = things;
    self->keyed = keyed;
    self->by_key = wb_map_new();
    self->versions = wb_alloc(most * sizeof *self->versions);
    self->highest = wb_alloc(most * sizeof *self->highest);
    return self;
}

void
wb_sim_ledger_destroy(wb_sim_ledger **self_p)
{
    wb_sim_ledger *self = *self_p;

    if (!self)
        return;
    while (self->blocks) {
        block *first = self->blocks;
        self->blocks = first->next;
        wb_free(&first);
    }
    wb_map_destroy(&self->by_key);
    wb_free(&self->versions);
    wb_free(&self->highest);
    wb_free(self_p);
}

const wb_sim_things *
wb_sim_ledger_things(const wb_sim_ledger *self)
{
    return self->things;
}

void
wb_sim_ledger_set_keyed(wb_sim_ledger *self, bool keyed)
{
    self->keyed = keyed;
}

static record *
record_of(wb_sim_ledger *self, wb_view key)
{
    record *found = wb_map_find(self->by_key, key);

    if (found)
        return found;
    if (!self->blocks || self->blocks->used == RECORDS_A_BLOCK) {
        block *fresh = wb_alloc(sizeof *fresh);
        fresh->next = self->blocks;
        self->blocks = fresh;
    }
    found = &self->blocks->records[self->blocks->used++];
    wb_map_put(self->by_key, key, found);
    self->counts.records++;
    return found;
}

/* The documented receiver: a known key or an older revision changes nothing. */
static bool
changes_nothing(const record *at, const wb_sim_arrival *arrival, uint64_t key_hash)
{
    return at->highest &&
           (arrival->revision < at->revision || (key_hash && key_hash == at->key_hash));
}

static void
note_durations(wb_sim_ledger *self, uint32_t number, uint32_t version)
{
    const wb_sim_things *things = self->things;
    int64_t now_us = wb_now_utc_us();
    int64_t told_us = things->told_utc_us(things->self, number, version);

    if (things->ahead && things->ahead(things->self, number))
        return;
    wb_sim_histogram_add(&self->latency,
                         now_us - things->made_utc_us(things->self, number, version));
    if (told_us) /* else a list told of it */
        wb_sim_histogram_add(&self->since_received, now_us - told_us);
}

static bool
is_known(const wb_sim_ledger *self, uint32_t number)
{
    return number < self->things->most(self->things->self);
}

static void
note_version(wb_sim_ledger *self, const wb_sim_arrival *arrival)
{
    uint32_t number = arrival->number, version = arrival->version;
    uint32_t last = is_known(self, number) ? self->things->newest(self->things->self, number) : 0;

    if (version < 1 || version > last) {
        self->counts.unmarked++;
        return;
    }
    self->newest -= self->versions[number] == last;
    self->newest += version == last;
    self->versions[number] = version;
    if (version > self->highest[number]) {
        self->highest[number] = version;
        note_durations(self, number, version);
    }
}

static uint32_t
highest_before(const wb_sim_ledger *self, uint32_t number)
{
    return is_known(self, number) ? self->highest[number] : 0;
}

/* One arrival that took effect, against what took effect before. */
static void
count_effect(wb_sim_ledger *self, const record *at, const wb_sim_arrival *arrival)
{
    uint32_t highest = highest_before(self, arrival->number);

    if (arrival->revision == at->highest && at->highest)
        self->counts.repeated++;
    else if (arrival->revision < at->highest || arrival->version < highest)
        self->counts.older_after_newer++;
    else
        self->counts.versions++;
    if (arrival->version == highest && highest && arrival->revision != at->highest)
        self->counts.same_again++;
}

wb_sim_effect
wb_sim_ledger_apply(wb_sim_ledger *self, const wb_sim_arrival *arrival, bool world, int64_t hide_ms)
{
    record *at = record_of(self, arrival->key);
    uint64_t key_hash = 0;

    if (arrival->idempotency.len)
        key_hash = wb_hash64(arrival->idempotency.data, arrival->idempotency.len, 3);
    if (self->keyed && changes_nothing(at, arrival, key_hash)) {
        self->counts.unchanged++;
        return WB_SIM_UNCHANGED;
    }
    if (!world)
        count_effect(self, at, arrival);
    note_version(self, arrival);
    if (wb_now_ms() >= at->shown_at_ms)
        at->shown = at->revision;
    at->shown_at_ms = hide_ms ? wb_now_ms() + hide_ms : 0;
    at->revision = arrival->revision;
    at->key_hash = key_hash;
    if (arrival->revision > at->highest)
        at->highest = arrival->revision;
    return WB_SIM_APPLIED;
}

void
wb_sim_ledger_forget(wb_sim_ledger *self, wb_view key)
{
    record *at = wb_map_find(self->by_key, key);

    if (at)
        at->key_hash = 0;
}

bool
wb_sim_ledger_probe(const wb_sim_ledger *self, wb_view key, uint64_t *revision)
{
    const record *at = wb_map_find(self->by_key, key);

    if (!at)
        return false;
    *revision = wb_now_ms() < at->shown_at_ms ? at->shown : at->revision;
    return *revision != 0;
}

const wb_sim_ledger_counts *
wb_sim_ledger_counts_of(const wb_sim_ledger *self)
{
    return &self->counts;
}

const wb_sim_histogram *
wb_sim_ledger_latency(const wb_sim_ledger *self)
{
    return &self->latency;
}

const wb_sim_histogram *
wb_sim_ledger_since_received(const wb_sim_ledger *self)
{
    return &self->since_received;
}

void
wb_sim_ledger_reset_latency(wb_sim_ledger *self)
{
    self->latency = (wb_sim_histogram){0};
    self->since_received = (wb_sim_histogram){0};
}

uint32_t
wb_sim_ledger_version(const wb_sim_ledger *self, uint32_t number)
{
    return self->versions[number];
}

uint32_t
wb_sim_ledger_newest(const wb_sim_ledger *self)
{
    return self->newest;
}

void
wb_sim_ledger_changed(wb_sim_ledger *self, uint32_t number, uint32_t version)
{
    self->newest -= version > 1 && self->versions[number] == version - 1;
}
