/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing - the orders API 2026-01-01: search
 */
#include "protocol/base/clock.h"
#include "tools/sim/systems/amazon/facts.h"
#include "tools/sim/systems/amazon/orders.h"
#include "tools/sim/systems/amazon/search.h"
#include "tools/sim/systems/amazon/seller.h"

static const wb_sim_search_names names = {
    .created_after = "createdAfter",
    .created_before = "createdBefore",
    .updated_after = "lastUpdatedAfter",
    .updated_before = "lastUpdatedBefore",
    .marketplaces = "marketplaceIds",
    .statuses = "fulfillmentStatuses",
    .fulfilled_by = "fulfilledBy",
    .page_max = "maxResultsPerPage",
    .token = "paginationToken",
    .merchant = "MERCHANT",
    .state_name = wb_sim_state_name,
    .same_parameters = true,
};

static void
write_page(const wb_sim_visit *visit, const wb_sim_account *account, wb_sim_search *search,
           int sets)
{
    wb_sim *sim = visit->sim;
    char bound[WB_TIME_TEXT_MAX + 1];
    bool more = true;
    wb_sim_found at;
    int64_t count = 0;

    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"orders\":[");
    while (count < search->page_max &&
           wb_sim_scan_next(visit, account, &search->scan, &at, &more)) {
        if (count++)
            wb_buf_add_char(&sim->body, ',');
        wb_sim_body_order(&sim->body, sim->market, at.order, at.version, sets);
    }
    wb_sim_orders_unusable(visit, count > 0);
    wb_buf_add_text(&sim->body, "],\"pagination\":{");
    if (wb_sim_scan_more(visit, &search->scan, more)) {
        wb_buf_add_text(&sim->body, "\"nextToken\":\"");
        wb_sim_search_token(search, &sim->body);
        wb_buf_add_char(&sim->body, '"');
    }
    wb_time_text(bound, search->scan.before_utc_us, true);
    wb_buf_addf(&sim->body, "},\"%s\":\"%s\"}",
                search->scan.by_created ? "createdBefore" : "lastUpdatedBefore", bound);
}

void
wb_sim_on_search(wb_sim_visit *visit)
{
    wb_sim_search search;
    int sets = 0;

    wb_sim_account *account = wb_sim_seller_enter(visit, WB_SIM_OP_SEARCH);
    if (!account)
        return;
    const char *wrong = wb_sim_search_read(visit, account, &names, &search);
    if (!wrong && !wb_sim_data_sets(visit, &sets))
        wrong = "includedData is invalid.";
    if (wrong) {
        wb_sim_refuse(visit, 400, "InvalidInput", wrong);
        return;
    }
    write_page(visit, account, &search, sets);
    wb_sim_answer_order(visit);
}
