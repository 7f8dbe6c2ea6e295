/* SPDX-License-Identifier: Apache-2.0 */
/*
 * works - the ERP's side of this world: what was ordered is shipped, and stock goes down
 *
 * One for the world, whoever buys in it: its system dresses shipments and stock in its own words,
 * and the system that sells takes them. So what comes back can be counted at the far end: shipments
 * by a ledger, the stock that a shop shows by what is held here.
 *
 * An order that the ERP has taken is shipped --ship-after later, unless it was cancelled when it
 * came; each fifth shipment gets another tracking number, so long after that. What is shipped is no
 * longer held; what is nearly gone is filled up.
 */
#ifndef WB_TOOLS_SIM_ENGINE_WORKS_H
#define WB_TOOLS_SIM_ENGINE_WORKS_H

#include "tools/sim/engine/ledger.h"
#include "tools/sim/engine/sim.h"

#define WB_SIM_WAREHOUSES 2
#define WB_SIM_ACCOUNT_NAME_MAX 64

/* The number of a shipment is that of its order; its marker is S-<number>-v<version>. */
typedef struct {
    uint32_t version; /* 0 = there is none (yet) */
    int64_t shipped_utc_us, changed_utc_us;
    char tracking[24];
    char account[WB_SIM_ACCOUNT_NAME_MAX + 1]; /* whose order it was, as its record's key said */
} wb_sim_shipment;

wb_sim_works *wb_sim_works_new(wb_sim *sim);
void wb_sim_works_destroy(wb_sim_works **self_p);

/* The ERP took this version of an order; `key`: tenant/account/order/id. */
void wb_sim_works_took(wb_sim_works *self, const wb_sim_arrival *order);
/* NULL = there is none (yet). */
const wb_sim_shipment *wb_sim_works_shipment(const wb_sim_works *self, uint32_t number);
int64_t wb_sim_works_held(const wb_sim_works *self, uint32_t goods, int warehouse);
int64_t wb_sim_works_stock_changed_utc_us(const wb_sim_works *self, uint32_t goods);

/* What they make: "shipment", and "stock" by the number of the goods. NULL = another kind. */
const wb_sim_things *wb_sim_works_things(const wb_sim_works *self, wb_view kind);

/* Each seller offers all goods. How many it shows of these, and since when: -1 = it was never told.
 * Sellers from 1. */
typedef struct {
    int64_t quantity, changed_utc_us;
} wb_sim_listing;
const wb_sim_listing *wb_sim_works_listing(const wb_sim_works *self, unsigned seller,
                                           uint32_t goods);
/* It was told to show so many. */
void wb_sim_works_show(wb_sim_works *self, unsigned seller, uint32_t goods, int64_t quantity);
/* "works" of /sim/stats: shipments made, listings, how often they were told what to show, and how
 * many of them show another number than is held. */
void wb_sim_works_write(const wb_sim_works *self, wb_json_writer *writer);

#endif
