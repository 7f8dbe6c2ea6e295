/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - what a mall sells, by number, and how many of it it shows
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_GOODS_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_GOODS_H

#include "tools/sim/systems/temu/temu.h"

uint32_t wb_sim_temu_goods_count(const wb_sim_visit *visit);
/* Of the goods with this skuId; false = nobody sells them. */
bool wb_sim_temu_sku(const wb_sim_visit *visit, int64_t sku_id, uint32_t *goods);
/* What the ledgers call a listing: its skuId as text. */
#define WB_SIM_TEMU_KEY_MAX 24
void wb_sim_temu_listing_key(char dst[WB_SIM_TEMU_KEY_MAX], uint32_t goods);

#endif
