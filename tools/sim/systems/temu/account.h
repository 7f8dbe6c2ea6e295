/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account - the carriers and warehouses that a mall may name
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_ACCOUNT_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_ACCOUNT_H

#include "tools/sim/systems/temu/temu.h"

#define WB_SIM_TEMU_CARRIER 699272611 /* of the carrier that a run names */
#define WB_SIM_TEMU_WAREHOUSE "WH-01"

const char *wb_sim_temu_carrier_name(int64_t id); /* NULL = nobody is called so */
bool wb_sim_temu_is_warehouse(wb_view id);

#endif
