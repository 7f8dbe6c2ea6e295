/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unserved - what the sellers of this world have sold, and its ERP will never have
 *
 * An order whose goods nobody else may send (wb_sim_system.withheld), or that the ERP has refused
 * for good: the goods are sold, and the ERP's stock does not know. Where an ERP tells all its stock
 * each time, who joins both shows so many less, as long as the order stands.
 */
#ifndef WB_TOOLS_SIM_ENGINE_UNSERVED_H
#define WB_TOOLS_SIM_ENGINE_UNSERVED_H

#include "tools/sim/engine/sim.h"

typedef struct {
    uint32_t *withheld; /* orders, as they were given */
    size_t count, room;
    uint32_t looked_at; /* orders of the market so far */
} wb_sim_unserved;

void wb_sim_unserved_fini(wb_sim_unserved *self);
/* Pieces of these goods; 0 where the ERP does not tell all its stock each time. */
int64_t wb_sim_unserved_pieces(wb_sim_unserved *self, const wb_sim *sim, uint32_t goods);

#endif
