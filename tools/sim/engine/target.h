/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target - who takes records, by name: what was told it, and the ledgers of what took effect
 *
 * Of the ERP's side of the world a target is one account; of a shop's, the shop that shipments and
 * stock come back to. Made by the first request, or lever, that names it.
 */
#ifndef WB_TOOLS_SIM_ENGINE_TARGET_H
#define WB_TOOLS_SIM_ENGINE_TARGET_H

#include "tools/sim/engine/ledger.h"
#include "tools/sim/engine/sim.h"

/* Results that are no word in an answer: all is done, and the answer to it is none. */
#define WB_SIM_ANSWER_UNREADABLE "unreadable" /* 200 with a page of HTML */
#define WB_SIM_ANSWER_SILENT "silent"         /* 200 that names no record */

#define WB_SIM_TARGET_NAME_MAX 64

typedef struct wb_sim_target wb_sim_target;
struct wb_sim_target {
    wb_sim_target *next;
    char name[WB_SIM_TARGET_NAME_MAX + 1];
    bool keyed; /* compares keys and revisions; else whatever comes is applied */
    wb_sim_ledger *ledgers[WB_SIM_KINDS_MAX]; /* one a kind, the orders' first; no gaps */
    bool down;                                /* requests hang and nothing is done */
    wb_sim_told told;                         /* by a lever */
    char result[24]; /* say this of each record (or bad one), do nothing; WB_SIM_ANSWER_... */
    char only[64];   /* records with another key are of another world; "" = none */
    uint64_t requests;
    int64_t first_us, last_us; /* monotonic, of requests that brought something new */
};

wb_sim_targets *wb_sim_targets_new(const wb_sim *sim);
void wb_sim_targets_destroy(wb_sim_targets **self_p);
wb_sim_target *wb_sim_targets_first(const wb_sim_targets *self);
/* By name; made when there is none. NULL = the name is too long, or there are too many. */
wb_sim_target *wb_sim_target_named(wb_sim_targets *self, wb_view name);
/* The ledger of these things; made when there is none. */
wb_sim_ledger *wb_sim_target_ledger(wb_sim_target *self, const wb_sim_things *things);
/* By the kind's name; "" = orders. NULL = it has taken none of it. */
const wb_sim_ledger *wb_sim_target_kind(const wb_sim_target *self, wb_view kind);
void wb_sim_target_set_keyed(wb_sim_target *self, bool keyed);
/* One of these things got a version. */
void wb_sim_targets_changed(wb_sim_targets *self, const wb_sim_things *things, uint32_t number,
                            uint32_t version);

/* "targets" of /sim/stats. */
void wb_sim_targets_write(const wb_sim_targets *self, wb_json_writer *writer);
/* A member of that name: how many, and the middle, the longest ... of them. */
void wb_sim_put_durations(wb_json_writer *writer, const char *name,
                          const wb_sim_histogram *latency);
/* "missing": things, at most so many, whose newest version is not held. */
void wb_sim_missing_write(const wb_sim_ledger *ledger, uint32_t most, wb_json_writer *writer);

#endif
