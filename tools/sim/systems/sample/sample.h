/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - what the files of this system share: its places, its operations, who asks
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_SAMPLE_SAMPLE_H
#define WB_TOOLS_SIM_SYSTEMS_SAMPLE_SAMPLE_H

#include "tools/sim/engine/sim.h"

typedef struct {
    int64_t sample_page;
    int64_t sample_grant; /* how long a grant is good */
} wb_sim_sample_conf;

/* Of the shop and the ERP: where each is read, and where it takes. */
enum {
    WB_SIM_SAMPLE_AT_READS,
    WB_SIM_SAMPLE_AT_WRITES,
    WB_SIM_SAMPLE_AT_ERP_READS,
    WB_SIM_SAMPLE_AT_SHOP_WRITES,
    WB_SIM_SAMPLE_AT_TOKENS,
    WB_SIM_SAMPLE_AT_REPORTS,
    WB_SIM_SAMPLE_AT_FILES,
};
/* What goes wrong with reports alone. */
enum {
    WB_SIM_SAMPLE_REPORT_NEVER,
    WB_SIM_SAMPLE_REPORT_FATAL,
    WB_SIM_SAMPLE_REPORT_CANCELLED,
    WB_SIM_SAMPLE_REPORT_EMPTY,
    WB_SIM_SAMPLE_ROW_BROKEN,
    WB_SIM_SAMPLE_URL_ENDED,
    WB_SIM_SAMPLE_NO_RANGES,
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
    WB_SIM_SAMPLE_TOKEN,
    WB_SIM_SAMPLE_REPORT_CREATE,
    WB_SIM_SAMPLE_REPORT_GET,
    WB_SIM_SAMPLE_DOCUMENT,
    WB_SIM_SAMPLE_FILE,
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
wb_sim_sample_tickets *wb_sim_sample_tickets_new(void);
void wb_sim_sample_tickets_destroy(wb_sim_sample_tickets **self_p);
wb_sim_route_fn wb_sim_sample_on_later, wb_sim_sample_on_tickets;
/* tokens.c: of each seller, which ones it gave. */
#define WB_SIM_SAMPLE_GRANT "sample-grant-"
#define WB_SIM_SAMPLE_ACCESS "sample-access-"
typedef struct wb_sim_sample_tokens wb_sim_sample_tokens;
wb_sim_sample_tokens *wb_sim_sample_tokens_new(const wb_sim_part *part);
void wb_sim_sample_tokens_destroy(wb_sim_sample_tokens **self_p);
bool wb_sim_sample_token_good(const wb_sim_visit *visit, wb_view token);
wb_sim_route_fn wb_sim_sample_on_token;
/* reports.c */
typedef struct wb_sim_sample_reports wb_sim_sample_reports;
wb_sim_sample_reports *wb_sim_sample_reports_new(void);
void wb_sim_sample_reports_destroy(wb_sim_sample_reports **self_p);
void wb_sim_sample_reports_write(const wb_sim_sample_reports *self, wb_json_writer *writer);
wb_sim_route_fn wb_sim_sample_on_create, wb_sim_sample_on_report, wb_sim_sample_on_document,
    wb_sim_sample_on_file;

/* What it keeps in a world. */
typedef struct {
    wb_sim_sample_tickets *tickets;
    wb_sim_sample_tokens *tokens;
    wb_sim_sample_reports *reports;
    struct wb_sim_sample_fills *fills; /* fills.h */
} wb_sim_sample_state;

#endif
