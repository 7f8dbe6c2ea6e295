/* SPDX-License-Identifier: Apache-2.0 */
/*
 * all - every system, as one table: each row of connectors.def has one of its name
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_ALL_H
#define WB_TOOLS_SIM_SYSTEMS_ALL_H

#include "tools/sim/engine/system.h"

#define WB_CONNECTOR(name) extern const wb_sim_system wb_sim_system_##name;
#include "actors/connectors/connectors.def"
#undef WB_CONNECTOR

extern const wb_sim_system *const wb_sim_systems[]; /* ends with NULL */

#endif
