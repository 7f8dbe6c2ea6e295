/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally - what a run came to: the ledger of ours, the target's own count, the processes
 *
 * The ledger is the monitor's sum over runs; what is at the target, and what is missing there, is
 * the simulator's knowledge, never our counters'.
 */
#ifndef WB_TOOLS_WAYBILL_TRIAL_TALLY_H
#define WB_TOOLS_WAYBILL_TRIAL_TALLY_H

#include <stdio.h>

#include "actors/ask/client.h"
#include "protocol/base/map.h"
#include "protocol/json.h"
#include "tools/waybill/host/crew.h"
#include "tools/waybill/trial/apart.h"
#include "tools/waybill/trial/story.h"

#define WB_TARGET "main"

typedef struct {
    /* ledger */
    int64_t read, open, handed_on, unchanged, stale, merged, filtered, parked, held;
    bool ledger_known;
    /* the world's side */
    int64_t given, orders, queued;
    bool given_all;
    int64_t records, versions, repeated, older_after_newer;
    int64_t newest;  /* orders that the target has in their newest state */
    int64_t missing; /* of those given, not at the target in their newest state; -1 = not known */
    int64_t lost;    /* missing and not parked */
    bool stopped;    /* no more is given, though not all was */
    bool stalled;    /* nothing moves any more: what is missing will not come */
    double seconds;
    wb_map *parked_ids; /* external ids, and by kind: wb_story_park; the values are of no matter */
    bool with_story;    /* two systems were named: it is told of both ends, kind by kind */
    wb_story story;
    wb_apart apart; /* of a story */
} wb_tally;

void wb_tally_init(wb_tally *self);
void wb_tally_fini(wb_tally *self);
void wb_tally_ledger(wb_tally *self, const wb_ask *runs, wb_json *json);
void wb_tally_parked(wb_tally *self, const wb_ask *parked, wb_json *json);
void wb_tally_stats(wb_tally *self, wb_json *json);
void wb_tally_missing(wb_tally *self, wb_json *json);
/* All was given or no more will be, nothing is under way, and the ledger adds up. */
bool wb_tally_settled(const wb_tally *self);
/* What was given is at the target, or parked. */
bool wb_tally_arrived(const wb_tally *self);
/* All was given and settled, and nothing lost, held, parked, repeated or out of order. Of a story:
 * parked is what the world says must be, and it had enough of each special case. */
bool wb_tally_good(const wb_tally *self);
void wb_tally_print(const wb_tally *self, FILE *out);
void wb_tally_json(const wb_tally *self, FILE *out);

#endif
