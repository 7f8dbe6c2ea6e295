/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference - what the others are told by: the numbers of shops, warehouses and shipping methods
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_LINGXING_REFERENCE_H
#define WB_TOOLS_SIM_SYSTEMS_LINGXING_REFERENCE_H

#include "tools/sim/engine/sim.h"

#define WB_SIM_LINGXING_STORE_LEN 24 /* of ours 18 */
#define WB_SIM_LINGXING_SHOP_NAME_MAX 32
#define WB_SIM_LINGXING_PLATFORM 10009 /* self-defined: of orders that others push */

/* Of the seller `number`, from 1. out: WB_SIM_LINGXING_STORE_LEN + 1 bytes. */
void wb_sim_lingxing_store_id(const wb_sim *sim, char *out, unsigned number);
/* What its people call it, where the configuration that is played does not. */
void wb_sim_lingxing_store_name(char out[WB_SIM_LINGXING_SHOP_NAME_MAX], unsigned number);
/* 0 = there is no such shop. */
unsigned wb_sim_lingxing_seller(const wb_sim *sim, wb_view store_id);
/* 2501, 2502 ...: of the warehouse `number`, from 0. */
int64_t wb_sim_lingxing_wid(const wb_sim *sim, int number);
/* How outbound orders name the shop of a seller. */
int64_t wb_sim_lingxing_sid(const wb_sim *sim, unsigned number);
/* The platform that its shop is at. */
wb_view wb_sim_lingxing_platform(const wb_sim *sim, unsigned number);
/* May an order be created for it? Of a configuration that is played any number may. */
bool wb_sim_lingxing_warehouse_taken(const wb_sim *sim, wb_view wid);
/* -1 = there is none. */
int wb_sim_lingxing_warehouse(const wb_sim *sim, wb_view wid);
/* Is there a shipping method of this number? */
bool wb_sim_lingxing_method(const wb_sim *sim, wb_view type_id);

#endif
