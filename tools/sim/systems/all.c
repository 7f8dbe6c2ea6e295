/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/systems/all.h"

#include <stddef.h>

const wb_sim_system *const wb_sim_systems[] = {
#define WB_CONNECTOR(name) &wb_sim_system_##name,
#include "actors/connectors/connectors.def"
#undef WB_CONNECTOR
    NULL,
};
