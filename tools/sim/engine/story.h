/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story - what became of all that this world made: kind by kind, there and at its far end
 *
 * Of each kind that has a far end (things.h: plural), and of the stock that listings show. A run
 * that goes round ends when at_target is at_source everywhere. Each thing has one target: of what
 * goes to several, ask for the targets themselves (target.h).
 */
#ifndef WB_TOOLS_SIM_ENGINE_STORY_H
#define WB_TOOLS_SIM_ENGINE_STORY_H

#include "tools/sim/engine/sim.h"

/* "story" of /sim/stats: kinds by their plural, each {kind, at_source, at_target, kept (from
 * it, by what it was refused with: what is to be parked), repeated, older_after_newer, invented};
 * stock_wrong; due: what is to come of itself; invented, of all
 * kinds; arrived: all that targets were told, whatever came of it; cases: see cases.h. */
void wb_sim_story_write(const wb_sim *sim, wb_json_writer *writer);
/* "missing": of all kinds, what is not at its far end as it is now. */
void wb_sim_story_missing(const wb_sim *sim, wb_json_writer *writer);

/* "open": orders that no target has, and that are to be sent by one: id, and pairs of goods and
 * quantity. */
void wb_sim_story_open(const wb_sim *sim, wb_json_writer *writer);

#endif
