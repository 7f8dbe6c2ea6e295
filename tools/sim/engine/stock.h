/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what is held and what listings show, told to who counts
 *
 * Of a world that ships (works.h).
 */
#ifndef WB_TOOLS_SIM_ENGINE_STOCK_H
#define WB_TOOLS_SIM_ENGINE_STOCK_H

#include "tools/sim/engine/sim.h"

/* Listings that show another number than is held, as rows of a list: "newest" is held, "held" is
 * shown. */
void wb_sim_stock_write_wrong(const wb_sim *sim, wb_json_writer *writer);
/* "goods": what of each is held in each warehouse, and its parts; "listings": what each shows. For
 * who works out by rules of his own what they should show. */
void wb_sim_stock_write(const wb_sim *sim, wb_json_writer *writer);

#endif
