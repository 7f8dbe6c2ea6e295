/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - what is taken, and how
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_SAMPLE_RECORDS_H
#define WB_TOOLS_SIM_SYSTEMS_SAMPLE_RECORDS_H

#include "tools/sim/engine/take.h"
#include "tools/sim/systems/sample/sample.h"

/* The target that the path names begins an operation. NULL = it is answered, or never is. */
wb_sim_target *wb_sim_sample_target(wb_sim_visit *visit, int op);
/* What a segment of the path says, in sim->scratch. false = it is answered. */
bool wb_sim_sample_key(const wb_sim_visit *visit, int segment, wb_view *out);
/* {"revision": N, ...} into sim->json, and the marker that is at this place of it. false = it is
 * answered. */
bool wb_sim_sample_body(const wb_sim_visit *visit, const char *marker_path, wb_sim_arrival *out);
/* Take it, and answer: did it take effect? */
bool wb_sim_sample_take(const wb_sim_taking *taking, wb_sim_arrival *arrival);

#endif
