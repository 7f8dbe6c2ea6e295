/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - what the files of this system share: its places, its operations, who asks
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_SAMPLE_SAMPLE_H
#define WB_TOOLS_SIM_SYSTEMS_SAMPLE_SAMPLE_H

#include "tools/sim/engine/sim.h"

typedef struct {
    int64_t sample_page;
} wb_sim_sample_conf;

/* Of the shop and the ERP: where each is read, and where it takes. */
enum {
    WB_SIM_SAMPLE_AT_READS,
    WB_SIM_SAMPLE_AT_WRITES,
    WB_SIM_SAMPLE_AT_ERP_READS,
    WB_SIM_SAMPLE_AT_SHOP_WRITES,
};
enum {
    WB_SIM_SAMPLE_ACCOUNT,
    WB_SIM_SAMPLE_LIST,
    WB_SIM_SAMPLE_GET,
    WB_SIM_SAMPLE_LISTINGS,
    WB_SIM_SAMPLE_SHIPMENTS,
    WB_SIM_SAMPLE_STOCK,
    WB_SIM_SAMPLE_PUT,
    WB_SIM_SAMPLE_PROBE,
    WB_SIM_SAMPLE_SHIP,
    WB_SIM_SAMPLE_SHOW,
    WB_SIM_SAMPLE_LATER,
    WB_SIM_SAMPLE_TICKETS,
};

/* The operation begins, by the account that the path names: its token is looked at. false = it is
 * answered. */
bool wb_sim_sample_enter(wb_sim_visit *visit, int op);
/* That account, if it sells here; NULL = it does not. */
wb_sim_account *wb_sim_sample_seller(const wb_sim_visit *visit);
/* A parameter of the query, in sim->scratch. */
wb_view wb_sim_sample_param(const wb_sim_visit *visit, const char *name);

/* What the ERP side has made, for an account of it; NULL = it is none, or nothing is made. */
const wb_sim_works *wb_sim_sample_works(const wb_sim_visit *visit);

/* orders.c */
wb_sim_route_fn wb_sim_sample_on_list, wb_sim_sample_on_get;
/* records.c */
wb_sim_route_fn wb_sim_sample_on_put, wb_sim_sample_on_probe;
/* shipments.c */
wb_sim_route_fn wb_sim_sample_on_shipments, wb_sim_sample_on_ship;
/* stock.c */
wb_sim_route_fn wb_sim_sample_on_stock, wb_sim_sample_on_listings, wb_sim_sample_on_show;
/* tickets.c: what it gave, to whom it was. */
typedef struct wb_sim_sample_tickets wb_sim_sample_tickets;
void *wb_sim_sample_tickets_make(wb_sim_part *part);
void wb_sim_sample_tickets_destroy(void *state);
wb_sim_route_fn wb_sim_sample_on_later, wb_sim_sample_on_tickets;

#endif
