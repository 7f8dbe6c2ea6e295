/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - what the reads of orders share: data sets, and the header that tells the limit
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_ORDERS_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_ORDERS_H

#include "tools/sim/engine/reading.h"
#include "tools/sim/systems/amazon/amazon.h"

/* The data sets that includedData names; false = one of them is unknown. */
bool wb_sim_data_sets(const wb_sim_visit *visit, int *out);
/* An order is asked for by itself. false = it is answered. */
bool wb_sim_order_find(const wb_sim_visit *visit, const wb_sim_account *account, wb_view id,
                       wb_sim_found *out);
/* Behind the last element of a list in sim->body: perhaps one that is no record. */
void wb_sim_orders_unusable(const wb_sim_visit *visit, bool follows);
/* 200 with sim->body and the limit. */
void wb_sim_answer_order(const wb_sim_visit *visit);

#endif
