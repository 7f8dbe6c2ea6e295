/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - what an order of the marketplace is, in numbers: every shop dresses it in its own words
 *
 * All follows from (seed, order, version). The seller's own order number is the version marker,
 * "S-<order>-v<version>": a canonical order carries it to the target, so the far end knows what it
 * got.
 */
#ifndef WB_TOOLS_SIM_ENGINE_ORDER_H
#define WB_TOOLS_SIM_ENGINE_ORDER_H

#include "tools/sim/engine/market.h"

#define WB_SIM_LINES_MAX 3

typedef enum {
    WB_SIM_STATE_PENDING,
    WB_SIM_STATE_UNSHIPPED,
    WB_SIM_STATE_PARTLY,
    WB_SIM_STATE_SHIPPED,
    WB_SIM_STATE_CANCELLED,
    WB_SIM_STATE_COUNT
} wb_sim_state;

/* The state of a version: the first may be pending, the last one of several is final. */
wb_sim_state wb_sim_state_of(const wb_sim_market *market, uint32_t order, uint32_t version);

typedef struct {
    uint32_t goods; /* which, from 0 */
    int64_t quantity, unit_minor;
} wb_sim_line;

/* Its lines, the same in all versions; how many. */
int wb_sim_order_lines(const wb_sim_market *market, uint32_t order,
                       wb_sim_line lines[WB_SIM_LINES_MAX]);
/* What else is made up of an order follows from this number. */
uint64_t wb_sim_order_hash(const wb_sim_market *market, uint32_t order);
int64_t wb_sim_order_created_utc_us(const wb_sim_market *market, uint32_t order);

#define WB_SIM_MARKER_FORM "S-%u-v%u"
void wb_sim_marker_put(wb_buf *out, uint32_t order, uint32_t version);
/* "S-17-v2" back: false = not one of ours. */
bool wb_sim_marker(wb_view text, uint32_t *order, uint32_t *version);
/* The first that stands anywhere in a text: a vendor who has no place for the seller's own number
 * has one in the name of the goods. */
bool wb_sim_marker_in(wb_view text, uint32_t *order, uint32_t *version);

#endif
