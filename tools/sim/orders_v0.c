/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders_v0 - the reads of the orders API v0: a list by time or by ids, one order, its items
 */
#include "protocol/base/clock.h"
#include "tools/sim/account.h"
#include "tools/sim/ids.h"
#include "tools/sim/orders.h"
#include "tools/sim/search.h"

#include <string.h>

#define PATH "/orders/v0/orders"
#define IDS_MAX 50
#define ITEMS "/orderItems"

static const wb_sim_search_names names = {
    .created_after = "CreatedAfter",
    .created_before = "CreatedBefore",
    .updated_after = "LastUpdatedAfter",
    .updated_before = "LastUpdatedBefore",
    .marketplaces = "MarketplaceIds",
    .statuses = "OrderStatuses",
    .fulfilled_by = "FulfillmentChannels",
    .page_max = "MaxResultsPerPage",
    .token = "NextToken",
    .merchant = "MFN",
    .state_name = wb_sim_state_name_v0,
};

static void
refuse(wb_sim *sim, wb_sim_conn *conn, const char *why)
{
    wb_sim_refuse(sim, conn, WB_SIM_AT_ORDERS, 400, "InvalidInput", why);
}

static void
not_found(wb_sim *sim, wb_sim_conn *conn)
{
    wb_sim_refuse(sim, conn, WB_SIM_AT_ORDERS, 404, "NotFound", "The order was not found.");
}

/* The orders of a list of ids; unknown ones are left out, as the service does. */
static bool
write_ids(wb_sim *sim, const wb_sim_account *account, wb_view ids)
{
    int asked = 0, count = 0;

    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"payload\":{\"Orders\":[");
    while (ids.len) {
        const char *comma = memchr(ids.data, ',', ids.len);
        size_t len = comma ? (size_t)(comma - ids.data) : ids.len;
        uint32_t order = wb_sim_market_number(sim->market, (wb_view){ids.data, len});
        uint32_t version = wb_sim_visible(sim, account, order);
        if (++asked > IDS_MAX)
            return false;
        if (version && count++)
            wb_buf_add_char(&sim->body, ',');
        if (version)
            wb_sim_body_order_v0(&sim->body, sim->market, order, version);
        len += comma ? 1 : 0;
        ids.data += len;
        ids.len -= len;
    }
    wb_buf_add_text(&sim->body, "]}}");
    return true;
}

static void
write_page(wb_sim *sim, const wb_sim_account *account, wb_sim_search *search)
{
    char bound[WB_TIME_TEXT_MAX + 1];
    bool more = true;
    uint32_t order = 0, version = 0;
    int64_t count = 0;

    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"payload\":{\"Orders\":[");
    while (count < search->page_max &&
           (order = wb_sim_search_next(sim, account, search, &version, &more)) != WB_SIM_NO_ORDER) {
        if (count++)
            wb_buf_add_char(&sim->body, ',');
        wb_sim_body_order_v0(&sim->body, sim->market, order, version);
    }
    wb_buf_add_char(&sim->body, ']');
    if (more) {
        wb_buf_add_text(&sim->body, ",\"NextToken\":\"");
        wb_sim_search_token(search, &sim->body);
        wb_buf_add_char(&sim->body, '"');
    }
    wb_time_text(bound, search->before_utc_us, true);
    wb_buf_addf(&sim->body, ",\"%s\":\"%s\"}}",
                search->by_created ? "CreatedBefore" : "LastUpdatedBefore", bound);
}

static void
on_list(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim_search search;

    if (wb_sim_begin(sim, conn, WB_SIM_OP_V0_ORDERS))
        return;
    const wb_sim_account *account = wb_sim_account_enter(sim, conn, request, WB_SIM_OP_V0_ORDERS);
    if (!account)
        return;
    wb_buf_clear(&sim->scratch);
    if (!wb_sim_query(request->query, "MarketplaceIds", &sim->scratch).len) {
        refuse(sim, conn, "MarketplaceIds is missing.");
        return;
    }
    wb_buf_clear(&sim->scratch);
    wb_view ids = wb_sim_query(request->query, "AmazonOrderIds", &sim->scratch);
    const char *wrong = NULL;
    if (ids.len) {
        if (!write_ids(sim, account, ids))
            wrong = "More than 50 order ids.";
    } else {
        wrong = wb_sim_search_read(sim, &names, request->query, &search);
        if (!wrong)
            write_page(sim, account, &search);
    }
    if (wrong)
        refuse(sim, conn, wrong);
    else
        wb_sim_answer_order(sim, conn, WB_SIM_OP_V0_ORDERS);
}

static void
on_one(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request, wb_view id, bool items)
{
    wb_sim_op op = items ? WB_SIM_OP_V0_ITEMS : WB_SIM_OP_V0_ORDER;

    if (wb_sim_begin(sim, conn, op))
        return;
    const wb_sim_account *account = wb_sim_account_enter(sim, conn, request, op);
    if (!account)
        return;
    uint32_t order = wb_sim_market_number(sim->market, id);
    uint32_t version = wb_sim_visible(sim, account, order);
    if (!version) {
        not_found(sim, conn);
        return;
    }
    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"payload\":");
    if (items) {
        wb_buf_addf(&sim->body, "{\"AmazonOrderId\":\"%.*s\",\"OrderItems\":[", WB_VIEW_ARG(id));
        wb_sim_body_items_v0(&sim->body, sim->market, order, version);
        wb_buf_add_text(&sim->body, "]}");
    } else {
        wb_sim_body_order_v0(&sim->body, sim->market, order, version);
    }
    wb_buf_add_char(&sim->body, '}');
    wb_sim_answer_order(sim, conn, op);
}

void
wb_sim_on_v0(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *sim = arg;
    wb_view rest = {request->path.data + sizeof PATH - 1, request->path.len - sizeof PATH + 1};

    if (!rest.len) {
        on_list(sim, conn, request);
        return;
    }
    wb_view id = {rest.data + 1, rest.len - 1};
    const char *slash = id.len ? memchr(id.data, '/', id.len) : NULL;
    wb_view tail = {NULL, 0};
    if (slash) {
        tail = (wb_view){slash, id.len - (size_t)(slash - id.data)};
        id.len = (size_t)(slash - id.data);
    }
    if (*rest.data == '/' && (!slash || wb_view_is(tail, ITEMS)))
        on_one(sim, conn, request, id, slash != NULL);
    else
        not_found(sim, conn);
}
