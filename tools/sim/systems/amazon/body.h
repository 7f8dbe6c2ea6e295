/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body - what the marketplace says about an order: documents made from templates, fast
 *
 * Everything follows from (seed, order, version) and the two times. The seller's own order number
 * is the version marker: "S-<order>-v<version>", which a canonical order carries to the target.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_BODY_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_BODY_H

#include "tools/sim/engine/order.h"

/* Data sets of the 2026-01-01 API, as bits. */
enum {
    WB_SIM_BUYER = 1 << 0,
    WB_SIM_RECIPIENT = 1 << 1,
    WB_SIM_PROCEEDS = 1 << 2,
    WB_SIM_EXPENSE = 1 << 3,
    WB_SIM_PROMOTION = 1 << 4,
    WB_SIM_CANCELLATION = 1 << 5,
    WB_SIM_FULFILLMENT = 1 << 6,
    WB_SIM_PACKAGES = 1 << 7,
    WB_SIM_TAX = 1 << 8,
    WB_SIM_PAYMENT = 1 << 9,
    WB_SIM_FULFILLMENT_ORDERS = 1 << 10,
};

/* The name of a data set to its bit; 0 = unknown. */
int wb_sim_data_set(wb_view name);

/* Append one order of the 2026-01-01 API with these data sets. */
void wb_sim_body_order(wb_buf *out, const wb_sim_market *market, uint32_t order, uint32_t version,
                       int data_sets);
/* Append one v0 order; its items (a JSON array's inside). */
void wb_sim_body_order_v0(wb_buf *out, const wb_sim_market *market, uint32_t order,
                          uint32_t version);
/* Lines `from` .. `from + most - 1`, as far as there are any. */
typedef struct {
    int from, most;
} wb_sim_lines;
/* Returns how many there are in all. */
int wb_sim_body_items_v0(wb_buf *out, const wb_sim_market *market, uint32_t order, uint32_t version,
                         wb_sim_lines lines);
/* Append the ORDER_CHANGE notification of a change, a double's as well: it keeps its
 * NotificationId. `escaped`, when it is not NULL, gets it as it stands inside a JSON text. */
void wb_sim_body_notice(wb_buf *out, wb_buf *escaped, const wb_sim_market *market, uint32_t order,
                        uint32_t version);

#endif
