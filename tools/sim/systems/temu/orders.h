/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - a parent order as lists and details show it
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_ORDERS_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_ORDERS_H

#include "tools/sim/systems/temu/facts.h"

/* {"parentOrderMap", "orderList"}; `detail`: with what only a detail tells, as two members that
 * follow what stands in an open object. */
void wb_sim_temu_put_order(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, bool detail,
                           wb_json_writer *writer);
/* A good answer about orders is begun, perhaps wrapped twice. */
void wb_sim_temu_open_orders(const wb_sim_visit *visit, wb_json_writer *writer);
/* {"amount": in minor units, or null, "currency"}, a member of an open object. */
void wb_sim_temu_put_amount(wb_json_writer *writer, const char *name, int64_t minor, bool none);
/* What a search found. */
void wb_sim_temu_kept_destroy(struct wb_sim_temu_kept **self_p);
/* The parent order that a call names, as this mall sees it. false = it is answered. */
bool wb_sim_temu_find_order(wb_sim_visit *visit, const wb_sim_temu_seller *seller,
                            wb_sim_temu_facts *out);

#endif
