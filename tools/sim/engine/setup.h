/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup - the accounts of a run, as its configuration has them: each system says what its own needs
 */
#ifndef WB_TOOLS_SIM_ENGINE_SETUP_H
#define WB_TOOLS_SIM_ENGINE_SETUP_H

#include "tools/sim/engine/sim.h"

/* "places" of both systems: {name, gives, takes, orders: those of sellers are read there}.
 * "routes": {from, kind, to}: orders of all to `erp`, and what it tells of and the shops
 * take: of an order's own to `origin`, stock to each shop. "accounts": shop1 .. shopN of the system
 * that sells, then `erp`, the target of that name at the system that buys. Each: name, connector,
 * options and secrets (texts by name), streams (intervals by name). Of a configuration that is
 * played (play.h) all its accounts instead, each with what has to be others than it says. `by_ids`:
 * what people would name is given by its id, for who cannot ask for names. */
void wb_sim_setup_write(const wb_sim *sim, const char *target, bool by_ids, wb_json_writer *writer);
/* "systems": of each, by its name, whether it "sells" and "buys", and the kinds that it "tells" of
 * and "takes". */
void wb_sim_setup_systems(const wb_sim *sim, wb_json_writer *writer);

#endif
