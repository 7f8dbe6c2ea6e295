/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger - what a target holds, and how it came about: counted at the far end
 */
#ifndef WB_TOOLS_SIM_ENGINE_LEDGER_H
#define WB_TOOLS_SIM_ENGINE_LEDGER_H

#include "protocol/base/buf.h"
#include "tools/sim/engine/histogram.h"
#include "tools/sim/engine/things.h"

#define WB_SIM_UNMARKED UINT32_MAX

typedef struct wb_sim_ledger wb_sim_ledger;

/* One record as it arrived. */
typedef struct {
    wb_view key, idempotency;
    uint64_t revision;
    uint32_t number, version; /* by its marker; WB_SIM_UNMARKED: it has none */
} wb_sim_arrival;

typedef enum {
    WB_SIM_APPLIED,
    WB_SIM_UNCHANGED, /* a known key, or an older revision: nothing changed */
} wb_sim_effect;

typedef struct {
    uint64_t records;           /* distinct keys */
    uint64_t versions;          /* distinct (key, revision) that took effect */
    uint64_t repeated;          /* revisions that took effect again */
    uint64_t older_after_newer; /* an older revision or version took effect after a newer */
    uint64_t same_again;        /* a version took effect again under another revision */
    uint64_t unchanged;         /* arrivals that changed nothing */
    uint64_t unmarked;          /* arrivals without a version marker of this world */
} wb_sim_ledger_counts;

/* Of one kind of things, which outlive it. keyed: keys and revisions are compared; else whatever
 * comes in is applied. */
wb_sim_ledger *wb_sim_ledger_new(const wb_sim_things *things, bool keyed);
void wb_sim_ledger_destroy(wb_sim_ledger **self_p);
const wb_sim_things *wb_sim_ledger_things(const wb_sim_ledger *self);
void wb_sim_ledger_set_keyed(wb_sim_ledger *self, bool keyed);

/* A record arrived. `world`: the network doubled it, so its repetition is not counted. `hide_ms`:
 * probes do not see it for so long. */
wb_sim_effect wb_sim_ledger_apply(wb_sim_ledger *self, const wb_sim_arrival *arrival, bool world,
                                  int64_t hide_ms);
/* Forget the idempotency key of a record. */
void wb_sim_ledger_forget(wb_sim_ledger *self, wb_view key);
/* The revision that a probe sees; false = it sees no record. */
bool wb_sim_ledger_probe(const wb_sim_ledger *self, wb_view key, uint64_t *revision);

const wb_sim_ledger_counts *wb_sim_ledger_counts_of(const wb_sim_ledger *self);
const wb_sim_histogram *wb_sim_ledger_latency(const wb_sim_ledger *self);
const wb_sim_histogram *wb_sim_ledger_since_received(const wb_sim_ledger *self);
void wb_sim_ledger_reset_latency(wb_sim_ledger *self);
/* The version of a thing that the target holds; 0 = none. */
uint32_t wb_sim_ledger_version(const wb_sim_ledger *self, uint32_t number);
/* Things whose newest version is held. */
uint32_t wb_sim_ledger_newest(const wb_sim_ledger *self);
/* This version was made: what is held is not the newest any more. */
void wb_sim_ledger_changed(wb_sim_ledger *self, uint32_t number, uint32_t version);

#endif
