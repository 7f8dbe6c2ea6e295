/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing - the orders API 2026-01-01: search
 */
#include "protocol/base/clock.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/systems/amazon/account.h"
#include "tools/sim/systems/amazon/orders.h"
#include "tools/sim/systems/amazon/search.h"

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
write_page(wb_sim *sim, const wb_sim_account *account, wb_sim_search *search, int sets)
{
    char bound[WB_TIME_TEXT_MAX + 1];
    bool more = true;
    uint32_t order = 0, version = 0;
    int64_t count = 0;

    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"orders\":[");
    while (count < search->page_max &&
           (order = wb_sim_search_next(sim, account, search, &version, &more)) != WB_SIM_NO_ORDER) {
        if (count++)
            wb_buf_add_char(&sim->body, ',');
        wb_sim_body_order(&sim->body, sim->market, order, version, sets);
    }
    wb_sim_element_unusable(sim, count > 0);
    wb_buf_add_text(&sim->body, "],\"pagination\":{");
    if (wb_sim_search_more(sim, search, more)) {
        wb_buf_add_text(&sim->body, "\"nextToken\":\"");
        wb_sim_search_token(search, &sim->body);
        wb_buf_add_char(&sim->body, '"');
    }
    wb_time_text(bound, search->before_utc_us, true);
    wb_buf_addf(&sim->body, "},\"%s\":\"%s\"}",
                search->by_created ? "createdBefore" : "lastUpdatedBefore", bound);
}

void
wb_sim_on_search(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *sim = arg;
    wb_sim_search search;
    int sets = 0;

    if (wb_sim_begin(sim, conn, WB_SIM_OP_SEARCH))
        return;
    const wb_sim_account *account = wb_sim_account_enter(sim, conn, request, WB_SIM_OP_SEARCH);
    if (!account)
        return;
    const char *wrong = wb_sim_search_read(sim, &names, request->query, &search);
    if (!wrong && !wb_sim_data_sets(sim, request, &sets))
        wrong = "includedData is invalid.";
    if (wrong) {
        wb_sim_refuse(sim, conn, WB_SIM_AT_ORDERS, 400, "InvalidInput", wrong);
        return;
    }
    write_page(sim, account, &search, sets);
    wb_sim_answer_order(sim, conn, WB_SIM_OP_SEARCH);
}
