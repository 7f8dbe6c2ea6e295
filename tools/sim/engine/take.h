/* SPDX-License-Identifier: Apache-2.0 */
/*
 * take - a record arrives at a target: what becomes of it, and what is said of it
 *
 * The same for every system that takes records; each says it in its own words.
 */
#ifndef WB_TOOLS_SIM_ENGINE_TAKE_H
#define WB_TOOLS_SIM_ENGINE_TAKE_H

#include "tools/sim/engine/target.h"

/* One record of a request. Keys of records are looked at for the words of levers. */
typedef struct {
    const wb_sim_visit *visit;
    wb_sim_target *target;
    const wb_sim_things *things; /* of its kind */
    bool in_batch;
} wb_sim_taking;

typedef struct {
    const char *word; /* done, unchanged, refused, retry, or what a lever told to say */
    const char *reason;
    bool fresh; /* it took effect */
} wb_sim_taken;

/* Is this record refused before anything is done, with a status? It is kept in mind. */
bool wb_sim_take_refused(const wb_sim_taking *self, const wb_sim_arrival *arrival,
                         wb_sim_refusal *out);
wb_sim_taken wb_sim_take(const wb_sim_taking *self, wb_sim_arrival *arrival);
/* The request is at its end: did it bring something new? */
void wb_sim_take_end(const wb_sim_taking *self, bool fresh);

#endif
