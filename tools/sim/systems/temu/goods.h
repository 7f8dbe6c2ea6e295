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
/* Pieces in one sold unit of these goods. */
#define WB_SIM_TEMU_PACK 6
int64_t wb_sim_temu_pack(const wb_sim_visit *visit, uint32_t goods);
/* All goods are as old as that. */
#define WB_SIM_TEMU_BORN_MS INT64_C(1754793163000)
/* Does the mall offer it, or the next ones that stand in one row with it? */
bool wb_sim_temu_offers(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t first,
                        uint32_t step);
/* The seller's own number of it. */
void wb_sim_temu_put_code(const wb_sim_visit *visit, wb_json_writer *writer, const char *name,
                          uint32_t goods);

#endif
