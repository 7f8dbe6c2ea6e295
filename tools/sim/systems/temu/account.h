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
/* Of a configuration that is played any id will do: which ones there are, its vendor knows. */
bool wb_sim_temu_is_carrier(const wb_sim *sim, int64_t id);
bool wb_sim_temu_is_warehouse(const wb_sim *sim, wb_view id);
/* May this mall ask for amounts of money? */
bool wb_sim_temu_tells_money(const wb_sim_visit *visit, const wb_sim_temu_seller *seller);

#endif
