/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held - how many of all goods are in each warehouse of this world
 *
 * Goods leave with each order from one warehouse, by the order's number; what is nearly gone is
 * filled up. Some leave their last warehouse with each sale from another one (wb_sim_goods_leave).
 */
#ifndef WB_TOOLS_SIM_ENGINE_HELD_H
#define WB_TOOLS_SIM_ENGINE_HELD_H

#include "tools/sim/engine/works.h"

typedef struct wb_sim_held wb_sim_held;

/* All goods of the world's market, each warehouse full. */
wb_sim_held *wb_sim_held_new(wb_sim *sim, int64_t now_utc_us);
void wb_sim_held_destroy(wb_sim_held **self_p);

/* So many pieces are sent for an order. */
void wb_sim_held_take(wb_sim_held *self, uint32_t order, uint32_t goods, int64_t quantity);

int64_t wb_sim_held_at(const wb_sim_held *self, uint32_t goods, int warehouse);
/* All warehouses together. */
int64_t wb_sim_held_sum(const wb_sim_held *self, uint32_t goods);
/* The most that each warehouse ever had, together. */
int64_t wb_sim_held_most(const wb_sim_held *self, uint32_t goods);
int64_t wb_sim_held_changed_utc_us(const wb_sim_held *self, uint32_t goods);
/* Goods of which two sellers at least have sent. */
uint64_t wb_sim_held_shared(const wb_sim_held *self);

#endif
