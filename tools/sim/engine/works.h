/* SPDX-License-Identifier: Apache-2.0 */
/*
 * works - the ERP's side of this world: what was ordered is shipped, and stock goes down
 *
 * One for the world, whoever buys in it: its system dresses shipments and stock in its own words,
 * and the system that sells takes them. So what comes back can be counted at the far end: shipments
 * and what listings are told by ledgers, the stock that a shop shows by what is held here.
 *
 * An order that the ERP has taken is shipped --ship-after later, unless it was cancelled when it
 * came, or the ERP says before that it is not to be; each fifth shipment gets another tracking
 * number, so long after that. What is shipped is no longer held; what is nearly gone is filled up.
 * Some goods leave their last warehouse with each sale from another one (wb_sim_goods_leave),
 * and are filled up there with the next that is sent from it. Of special orders (cases.h) a part is
 * shipped and the rest later, or two go in one parcel.
 */
#ifndef WB_TOOLS_SIM_ENGINE_WORKS_H
#define WB_TOOLS_SIM_ENGINE_WORKS_H

#include "tools/sim/engine/ledger.h"
#include "tools/sim/engine/sim.h"

#define WB_SIM_WAREHOUSES 2
#define WB_SIM_ACCOUNT_NAME_MAX 64
#define WB_SIM_TRACKING_MAX 24

/* The number of a shipment is that of its order; its marker is S-<number>-v<version>. */
typedef struct {
    uint32_t version; /* 0 = there is none (yet) */
    int64_t shipped_utc_us, changed_utc_us;
    int64_t rest_utc_us; /* when the last part of it was sent; 0 = a part is still here */
    uint32_t with;       /* the order whose number its parcel has */
    char tracking[WB_SIM_TRACKING_MAX];
    char account[WB_SIM_ACCOUNT_NAME_MAX + 1]; /* whose order it was, as its record's key said */
} wb_sim_shipment;

wb_sim_works *wb_sim_works_new(wb_sim *sim);
void wb_sim_works_destroy(wb_sim_works **self_p);

/* The ERP took this version of an order; `key`: tenant/account/order/id. */
void wb_sim_works_took(wb_sim_works *self, const wb_sim_arrival *order);
/* It is not to be shipped after all; may be taken again. false = it is shipped already. */
bool wb_sim_works_stop(wb_sim_works *self, uint32_t number);
/* An order that was taken goes in the parcel of another one, and gets its number. */
void wb_sim_works_join(wb_sim_works *self, uint32_t number, uint32_t with);
/* An order of the marketplace has got this version. */
void wb_sim_works_changed(wb_sim_works *self, uint32_t number, uint32_t version);
/* Goods that two shops at least have sold out of this stock. */
uint64_t wb_sim_works_shared(const wb_sim_works *self);
/* NULL = there is none (yet). */
const wb_sim_shipment *wb_sim_works_shipment(const wb_sim_works *self, uint32_t number);
/* The tracking number of a version of it, be it made already or not. */
void wb_sim_works_tracking(char dst[WB_SIM_TRACKING_MAX], uint32_t number, uint32_t version);
/* Which version of it, made already, has this tracking number? A part of it may have "-2" and so on
 * behind. NULL = it is not made. 0 = none has. */
uint32_t wb_sim_shipment_version(const wb_sim_shipment *self, wb_view tracking);
int64_t wb_sim_works_held(const wb_sim_works *self, uint32_t goods, int warehouse);
int64_t wb_sim_works_stock_changed_utc_us(const wb_sim_works *self, uint32_t goods);

/* What they make are the kinds "shipment" and "listing" of the world (wb_sim_things_of). Each
 * seller offers all goods: of n goods seller k (from 1) has the listings (k - 1) n to k n - 1, in
 * the order of the goods. A listing has one version: what it is to show has none. */
uint32_t wb_sim_works_listing_number(const wb_sim_works *self, unsigned seller, uint32_t goods);

/* How many it shows, and since when: -1 = it was never told. */
typedef struct {
    int64_t quantity, changed_utc_us;
} wb_sim_listing;
const wb_sim_listing *wb_sim_works_listing(const wb_sim_works *self, unsigned seller,
                                           uint32_t goods);
/* Were there ever so many of these goods? More is made up. */
bool wb_sim_works_may_show(const wb_sim_works *self, uint32_t goods, int64_t quantity);
/* It was told to show so many. */
void wb_sim_works_show(wb_sim_works *self, unsigned seller, uint32_t goods, int64_t quantity);
/* "works" of /sim/stats: shipments made, listings, how often they were told what to show, and how
 * many of them show another number than is held. */
void wb_sim_works_write(const wb_sim_works *self, wb_json_writer *writer);

/* The stock of all goods, by what is held now. */
typedef struct {
    uint64_t goods, right;      /* right: each seller shows what is held of them */
    uint64_t wrong_listings;    /* that show another number */
    uint64_t older_after_newer; /* one showed what is held, and was told of more then */
} wb_sim_stock_counts;
void wb_sim_works_stock(const wb_sim_works *self, wb_sim_stock_counts *out);
/* Shipments that are still to be made, or corrected. */
uint64_t wb_sim_works_due(const wb_sim_works *self);
/* What a listing of these goods should show: all that is held, as far as all its parts go. */
int64_t wb_sim_works_should_show(const wb_sim_works *self, uint32_t goods);

#endif
