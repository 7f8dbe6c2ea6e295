/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - what the reads of orders share: data sets, sight, and the header that tells the limit
 */
#ifndef WB_TOOLS_SIM_ORDERS_H
#define WB_TOOLS_SIM_ORDERS_H

#include "tools/sim/sim.h"

/* The data sets that includedData names; false = one of them is unknown. */
bool wb_sim_data_sets(wb_sim *sim, const wb_sim_request *request, int *out);
/* The version of an order that this seller sees now; 0 = none. */
uint32_t wb_sim_visible(const wb_sim *sim, const wb_sim_account *account, uint32_t order);
/* An order that is asked for by itself is refused: it is answered, and kept in mind. */
bool wb_sim_order_refused(wb_sim *sim, wb_sim_conn *conn, wb_view id, uint32_t order);
/* Lists know nothing of it, for it would be refused for ever. */
bool wb_sim_order_left_out(const wb_sim *sim, uint32_t order);
/* 200 with sim->body and the limit. */
void wb_sim_answer_order(wb_sim *sim, wb_sim_conn *conn, wb_sim_op op);

#endif
