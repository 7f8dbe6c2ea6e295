/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fills - the shop's own book of its orders: how many of each line each shipment has
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_SAMPLE_FILLS_H
#define WB_TOOLS_SIM_SYSTEMS_SAMPLE_FILLS_H

#include "tools/sim/engine/order.h"
#include "tools/sim/systems/sample/sample.h"

/* What one shipment says of the lines of its order. */
typedef struct {
    uint32_t order;
    wb_view shipment;
    bool told; /* it says lines at all */
    int64_t quantity[WB_SIM_LINES_MAX];
} wb_sim_sample_fill;

typedef struct wb_sim_sample_fills wb_sim_sample_fills;
wb_sim_sample_fills *wb_sim_sample_fills_new(void);
void wb_sim_sample_fills_destroy(wb_sim_sample_fills **self_p);

/* "lines" of the body in sim->json. NULL, or why the shop does not take it: a line that the order
 * does not have, or more of one than was ordered, with what other shipments have of it. */
const char *wb_sim_sample_fill_read(const wb_sim_sample_fills *self, const wb_sim *sim,
                                    wb_sim_sample_fill *out);
/* It took effect: instead of what this shipment said before. */
void wb_sim_sample_fill_put(wb_sim_sample_fills *self, const wb_sim_sample_fill *fill);
/* Is that every line, whole? */
bool wb_sim_sample_fill_whole(const wb_sim *sim, const wb_sim_sample_fill *fill);

#endif
