/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - what the reads of orders share: data sets, sight, and the header that tells the limit
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_ORDERS_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_ORDERS_H

#include "tools/sim/engine/sim.h"

/* The data sets that includedData names; false = one of them is unknown. */
bool wb_sim_data_sets(wb_sim *sim, const wb_sim_request *request, int *out);
/* The version of an order that this seller sees now; 0 = none. */
uint32_t wb_sim_visible(const wb_sim *sim, const wb_sim_account *account, uint32_t order);
/* An order is asked for by itself: its number, and the version that is seen. WB_SIM_NO_ORDER: it is
 * answered, for there is none, or it is refused (that is kept in mind). */
uint32_t wb_sim_order_enter(wb_sim *sim, wb_sim_conn *conn, const wb_sim_account *account,
                            wb_view id, uint32_t *version);
/* Lists know nothing of it, for it would be refused for ever. */
bool wb_sim_order_left_out(const wb_sim *sim, uint32_t order);
/* Is this page token refused, now and whenever it comes again? `owner`: what it belongs to. */
bool wb_sim_cursor_refused(wb_sim *sim, wb_view token, uint64_t owner);
/* Behind the last element of a list in sim->body: perhaps one that is no record. */
void wb_sim_element_unusable(wb_sim *sim, bool follows);
/* 200 with sim->body and the limit. */
void wb_sim_answer_order(wb_sim *sim, wb_sim_conn *conn, wb_sim_op op);

#endif
