/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - a made-up shop and ERP, seen from its own side: the template of a simulated system
 *
 * Behind /sample/ACCOUNT it is one account. An account's token is "sample-token-ACCOUNT". The
 * sellers of this world are the accounts 1 .. N; any other name is a target.
 *
 *   GET /account                                         2xx: the token is good
 *   GET /orders?from=TIME&to=TIME&limit=N[&page=TOKEN]   orders by update time, page by page
 *   GET /orders/ID                                       one order, whole
 *   GET /listings?...    PUT /listings/ID                what is offered, and how many of it
 *   PUT /orders/ID/shipments/ID                          a shipment of an order
 *   PUT /records/KEY     GET /records/KEY                a record; its revision (KEY encoded)
 *   PUT /later/KEY       GET /tickets?...                a record that is done later; what became
 *                                                        of it
 *   GET /shipments?...   GET /stock?...                  what the ERP shipped, and what it holds
 *   POST /reports   GET /reports/ID   GET /documents/ID   GET /files/ID
 *                                                        what was sold, day by day: reports.c
 *   POST /token                                          what opens them: tokens.c
 *
 * The first ones are the shop's, the last ones the ERP's; their forms stand in the files.
 *
 * One file an entity, this one for the table and the accounts. Start reading at the bottom.
 */
#include "tools/sim/systems/sample/sample.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/systems/sample/fills.h"

#include <stdio.h>
#include <string.h>

#define TOKEN "sample-token-"
#define BEARER "Bearer "
#define OFTEN "interval_ms: 1s, overlap_ms: 2s, margin_ms: 500ms"

static const wb_option options[] = {
    WB_INT(wb_sim_sample_conf, sample_page, "1000", 1, 1000, "orders on one page at most"),
    WB_MS(wb_sim_sample_conf, sample_grant, "8760h", 1000, INT64_C(315360000000),
          "how long a grant is good that is given"),
    WB_END,
};

/* What is wrong with a record that it refuses. */
static const wb_sim_word words[] = {
    {400, "invalid",   "the record is not valid"  },
    {403, "forbidden", "not for this account"     },
    {404, "absent",    "there is no such record"  },
    {422, "refused",   "the record makes no sense"},
    {0,   NULL,        NULL                       },
};

static const wb_sim_place places[] = {
    [WB_SIM_SAMPLE_AT_READS] = {.name = "sample.reads",
                                .delay = "sample-reads",
                                .nature = WB_SIM_GIVES,
                                .words = words},
    [WB_SIM_SAMPLE_AT_WRITES] = {.name = "sample.writes",
                                .delay = "sample-writes",
                                .nature = WB_SIM_TAKES,
                                .words = words},
    [WB_SIM_SAMPLE_AT_ERP_READS] = {.name = "sample.erp_reads",
                                .nature = WB_SIM_GIVES,
                                .words = words},
    [WB_SIM_SAMPLE_AT_SHOP_WRITES] = {.name = "sample.shop_writes",
                                .nature = WB_SIM_TAKES,
                                .words = words},
    [WB_SIM_SAMPLE_AT_TOKENS] = {.name = "sample.tokens",               .nature = WB_SIM_ANY},
    [WB_SIM_SAMPLE_AT_REPORTS] = {.name = "sample.reports",   .nature = WB_SIM_GUARDED},
    [WB_SIM_SAMPLE_AT_FILES] = {.name = "sample.files",
                                .delay = "sample-files",
                                .nature = WB_SIM_ANY},
    {0},
};

static const wb_sim_own_fault faults[] = {
    [WB_SIM_SAMPLE_REPORT_NEVER] = {"sample_report_never",     WB_SIM_SAMPLE_AT_REPORTS,
                                    "a report is never done", NULL},
    [WB_SIM_SAMPLE_REPORT_FATAL] = {"sample_report_fatal",  WB_SIM_SAMPLE_AT_REPORTS,
                                    "a report cannot be made", NULL},
    [WB_SIM_SAMPLE_REPORT_CANCELLED] = {"sample_report_cancelled",                         WB_SIM_SAMPLE_AT_REPORTS,
                                    "a report is cancelled", NULL},
    [WB_SIM_SAMPLE_REPORT_EMPTY] = {"sample_report_empty",WB_SIM_SAMPLE_AT_REPORTS,
                                    "a report has nothing to tell", NULL},
    [WB_SIM_SAMPLE_ROW_BROKEN] = {"sample_row_broken",                     WB_SIM_SAMPLE_AT_REPORTS,
                                    "a row of a document cannot be read: in turn of five kinds", NULL},
    [WB_SIM_SAMPLE_URL_ENDED] = {"sample_url_ended", WB_SIM_SAMPLE_AT_FILES,
                                    "a document's URL has ended: 410", NULL},
    [WB_SIM_SAMPLE_NO_RANGES] = {"sample_no_ranges",   WB_SIM_SAMPLE_AT_FILES,
                                    "a document is sent from its beginning, whatever was asked", NULL},
    {0                        },
};

static const wb_sim_op ops[] = {
    [WB_SIM_SAMPLE_ACCOUNT] = {"sample.account.get",        WB_SIM_SAMPLE_AT_READS, 1000000, 10},
    [WB_SIM_SAMPLE_LIST] = {"sample.orders.list",                    WB_SIM_SAMPLE_AT_READS, 10000000, 20},
    [WB_SIM_SAMPLE_GET] = {"sample.orders.get",                           WB_SIM_SAMPLE_AT_READS, 50000000, 100},
    [WB_SIM_SAMPLE_LISTINGS] = {"sample.listings.list",WB_SIM_SAMPLE_AT_READS, 10000000, 20},
    [WB_SIM_SAMPLE_SHIPMENTS] = {"sample.shipments.list",                         WB_SIM_SAMPLE_AT_ERP_READS, 10000000, 20},
    [WB_SIM_SAMPLE_STOCK] = {"sample.stock.list",         WB_SIM_SAMPLE_AT_ERP_READS, 10000000, 20},
    [WB_SIM_SAMPLE_PUT] = {"sample.records.put",                   WB_SIM_SAMPLE_AT_WRITES, 0, 0},
    [WB_SIM_SAMPLE_PROBE] = {"sample.records.probe",                           WB_SIM_SAMPLE_AT_WRITES, 0, 0},
    [WB_SIM_SAMPLE_SHIP] = {"sample.shipments.put",                    WB_SIM_SAMPLE_AT_SHOP_WRITES, 0, 0},
    [WB_SIM_SAMPLE_SHOW] = {"sample.listings.put",                         WB_SIM_SAMPLE_AT_SHOP_WRITES, 0, 0},
    [WB_SIM_SAMPLE_LATER] = {"sample.records.later",     WB_SIM_SAMPLE_AT_WRITES, 0, 0},
    [WB_SIM_SAMPLE_TICKETS] = {"sample.tickets.get",                   WB_SIM_SAMPLE_AT_WRITES, 10000000, 20},
    [WB_SIM_SAMPLE_TOKEN] = {"sample.token.get",                           WB_SIM_SAMPLE_AT_TOKENS, 0, 0},
    [WB_SIM_SAMPLE_REPORT_CREATE] = {"sample.reports.create",WB_SIM_SAMPLE_AT_REPORTS, 1000000,
                               10},
    [WB_SIM_SAMPLE_REPORT_GET] = {"sample.reports.get",                         WB_SIM_SAMPLE_AT_REPORTS, 5000000, 20},
    [WB_SIM_SAMPLE_DOCUMENT] = {"sample.reports.document",        WB_SIM_SAMPLE_AT_REPORTS, 5000000, 20},
    [WB_SIM_SAMPLE_FILE] = {"sample.reports.rows",                          WB_SIM_SAMPLE_AT_FILES, 0, 0},
    {0                          },
};

wb_view
wb_sim_sample_param(const wb_sim_visit *visit, const char *name)
{
    wb_buf_clear(&visit->sim->scratch);
    return wb_sim_query(visit->request->query, name, &visit->sim->scratch);
}

wb_sim_account *
wb_sim_sample_seller(const wb_sim_visit *visit)
{
    wb_sim_part *part = visit->part;
    uint64_t number = 0;

    if (part != visit->sim->shop || wb_text_uint(&number, visit->segment[0], NULL) || number < 1 ||
        number > part->account_count)
        return NULL;
    return &part->accounts[number - 1];
}

/* "Bearer sample-token-1" opens "/sample/1/", but for its reports: these an access token opens. */
static bool
token_good(const wb_sim_visit *visit)
{
    wb_view given = wb_sim_request_header(visit->request, "authorization");
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    size_t bearer = sizeof BEARER - 1, head = sizeof BEARER TOKEN - 1;

    if (!visit->sim->conf.auth)
        return true;
    if (given.len < bearer || memcmp(given.data, BEARER, bearer) != 0 ||
        (seller && seller->revoked))
        return false;
    if (visit->place == WB_SIM_SAMPLE_AT_REPORTS)
        return wb_sim_sample_token_good(visit,
                                        (wb_view){given.data + bearer, given.len - bearer}) &&
               !wb_sim_strikes(visit->part, WB_SIM_FAULT_TOKEN, visit->place);
    return given.len >= head && !memcmp(given.data, BEARER TOKEN, head) &&
           wb_view_eq((wb_view){given.data + head, given.len - head}, visit->segment[0]);
}

bool
wb_sim_sample_enter(wb_sim_visit *visit, int op)
{
    wb_sim_account *account = wb_sim_sample_seller(visit);

    if (wb_sim_begin(visit, op))
        return false;
    if (!token_good(visit)) {
        visit->sim->unauthorized++;
        wb_sim_refuse(visit, 401, "token", "the token is wrong");
        return false;
    }
    return wb_sim_allow(visit, account ? account : &visit->part->accounts[0], 1);
}

static void
on_account(wb_sim_visit *visit)
{
    if (wb_sim_sample_enter(visit, WB_SIM_SAMPLE_ACCOUNT))
        wb_sim_answer_json(visit->conn, 200, WB_VIEW_LIT("{\"ok\":true}"));
}

const wb_sim_works *
wb_sim_sample_works(const wb_sim_visit *visit)
{
    return visit->part == visit->sim->erp && !wb_sim_sample_seller(visit) ? visit->sim->works
                                                                          : NULL;
}

static const wb_sim_route routes[] = {
    {"GET",                                "/sample/{}/account", WB_SIM_SAMPLE_AT_READS, on_account},
    {"GET",              "/sample/{}/orders", WB_SIM_SAMPLE_AT_READS, wb_sim_sample_on_list},
    {"GET",                                    "/sample/{}/orders/{}", WB_SIM_SAMPLE_AT_READS, wb_sim_sample_on_get},
    {"PUT",    "/sample/{}/orders/{}/shipments/{}", WB_SIM_SAMPLE_AT_SHOP_WRITES,
     wb_sim_sample_on_ship},
    {"GET",               "/sample/{}/listings", WB_SIM_SAMPLE_AT_READS, wb_sim_sample_on_listings},
    {"PUT",                                "/sample/{}/listings/{}", WB_SIM_SAMPLE_AT_SHOP_WRITES, wb_sim_sample_on_show},
    {"PUT",              "/sample/{}/records/{}", WB_SIM_SAMPLE_AT_WRITES, wb_sim_sample_on_put},
    {"GET",                                    "/sample/{}/records/{}", WB_SIM_SAMPLE_AT_WRITES, wb_sim_sample_on_probe},
    {"PUT","/sample/{}/later/{}", WB_SIM_SAMPLE_AT_WRITES, wb_sim_sample_on_later},
    {"GET",                "/sample/{}/tickets", WB_SIM_SAMPLE_AT_WRITES, wb_sim_sample_on_tickets},
    {"GET",                                "/sample/{}/shipments", WB_SIM_SAMPLE_AT_ERP_READS, wb_sim_sample_on_shipments},
    {"GET",              "/sample/{}/stock", WB_SIM_SAMPLE_AT_ERP_READS, wb_sim_sample_on_stock},
    {"POST",                                    "/sample/{}/token", WB_SIM_SAMPLE_AT_TOKENS, wb_sim_sample_on_token},
    {"POST","/sample/{}/reports", WB_SIM_SAMPLE_AT_REPORTS, wb_sim_sample_on_create},
    {"GET",               "/sample/{}/reports/{}", WB_SIM_SAMPLE_AT_REPORTS, wb_sim_sample_on_report},
    {"GET",                                "/sample/{}/documents/{}", WB_SIM_SAMPLE_AT_REPORTS, wb_sim_sample_on_document},
    {"GET",             "/sample/{}/files/{}", WB_SIM_SAMPLE_AT_FILES, wb_sim_sample_on_file},
    {0                                   },
};

/* --- its life in a world --- */

static void *
make(wb_sim_part *part)
{
    wb_sim_sample_state *self = wb_alloc(sizeof *self);

    self->tickets = wb_sim_sample_tickets_new();
    self->tokens = wb_sim_sample_tokens_new(part);
    self->reports = wb_sim_sample_reports_new();
    self->fills = wb_sim_sample_fills_new();
    return self;
}

static void
destroy(void *state)
{
    wb_sim_sample_state *self = state;

    wb_sim_sample_tickets_destroy(&self->tickets);
    wb_sim_sample_tokens_destroy(&self->tokens);
    wb_sim_sample_reports_destroy(&self->reports);
    wb_sim_sample_fills_destroy(&self->fills);
    wb_free(&self);
}

static void
stats(const wb_sim_part *part, wb_json_writer *writer)
{
    const wb_sim_sample_state *self = part->state;

    wb_json_put_key(writer, "sample_reports");
    wb_json_open(writer, '{');
    wb_sim_sample_reports_write(self->reports, writer);
    wb_json_close(writer, '}');
}

/* --- the accounts of a run --- */

static void
setup(const wb_sim_part *part, const char *name, wb_sim_setup *out)
{
    char token[128];

    (void)snprintf(token, sizeof token, TOKEN "%s", name);
    wb_sim_setup_option(out, "url", "http://127.0.0.1:%d/sample/%s", part->sim->port, name);
    wb_sim_setup_secret(out, "token", token);
}

static void
account(const wb_sim_part *part, unsigned number, wb_json_writer *writer)
{
    char token[64];

    (void)part;
    (void)snprintf(token, sizeof token, TOKEN "%u", number);
    wb_json_member_text(writer, "account", wb_view_of(token + sizeof TOKEN - 1));
    wb_json_member_text(writer, "token", wb_view_of(token));
}

static void
shop(const wb_sim_part *part, unsigned number, wb_sim_setup *out)
{
    char name[16];

    char grant[64];

    (void)snprintf(name, sizeof name, "%u", number);
    (void)snprintf(grant, sizeof grant, WB_SIM_SAMPLE_GRANT "%u", number);
    setup(part, name, out);
    wb_sim_setup_secret(out, "grant", grant);
    wb_sim_setup_stream(out, "orders", OFTEN);
    wb_sim_setup_stream(out, "listings", OFTEN);
}

static void
erp(const wb_sim_part *part, const char *name, wb_sim_setup *out)
{
    setup(part, name, out);
    wb_sim_setup_stream(out, "orders", "enabled: false"); /* it sells nothing */
    wb_sim_setup_stream(out, "shipments", OFTEN);
    wb_sim_setup_stream(out, "stock", OFTEN);
}

static const char *const back[] = {"shipment", "inventory", NULL};

const wb_sim_system wb_sim_system_sample = {
    .name = "sample",
    .summary = "a made-up shop and ERP: the template of a system",
    .options = options,
    .conf_size = sizeof(wb_sim_sample_conf),
    .places = places,
    .ops = ops,
    .routes = routes,
    .faults = faults,
    .gives = WB_SIM_SAMPLE_AT_READS,
    .announces = WB_SIM_SAMPLE_AT_READS, /* nobody is told: who wants to know reads the list */
    .make = make,
    .destroy = destroy,
    .stats = stats,
    .account = account,
    .shop = shop,
    .erp = erp,
    .tells = back,
    .takes = back,
};
