/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders_v0 - the reads of the orders API v0: a list by time or by ids, one order, its items
 */
#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "tools/sim/account.h"
#include "tools/sim/facts.h"
#include "tools/sim/ids.h"
#include "tools/sim/orders.h"
#include "tools/sim/search.h"

#include <string.h>

#define PATH "/orders/v0/orders"
#define IDS_MAX 50
#define ITEMS "/orderItems"
#define ITEMS_HEAD "I+"
#define ITEMS_TAIL "/=="

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
        if (version && wb_sim_order_left_out(sim, order))
            version = 0;
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

/* The token of a page of items says where it begins: "I+3/==". */
static bool
read_items_token(wb_sim *sim, const wb_sim_request *request, int *from)
{
    size_t head = sizeof ITEMS_HEAD - 1, tail = sizeof ITEMS_TAIL - 1;
    int64_t value = 0;

    *from = 0;
    wb_buf_clear(&sim->scratch);
    wb_view token = wb_sim_query(request->query, "NextToken", &sim->scratch);
    if (!token.len)
        return true;
    if (token.len <= head + tail || memcmp(token.data, ITEMS_HEAD, head) != 0 ||
        memcmp(token.data + token.len - tail, ITEMS_TAIL, tail) != 0 ||
        wb_text_int(&value, (wb_view){token.data + head, token.len - head - tail}, NULL) ||
        value < 1 || value >= WB_SIM_LINES_MAX)
        return false;
    *from = (int)value;
    return true;
}

static void
write_items(wb_sim *sim, wb_view id, uint32_t order, uint32_t version, int from)
{
    int most = (int)sim->conf.items_page;

    wb_buf_clear(&sim->body);
    wb_buf_addf(&sim->body, "{\"payload\":{\"AmazonOrderId\":\"%.*s\",\"OrderItems\":[",
                WB_VIEW_ARG(id));
    int count = wb_sim_body_items_v0(&sim->body, sim->market, order, version, from, most);
    wb_buf_add_char(&sim->body, ']');
    if (from + most < count)
        wb_buf_addf(&sim->body, ",\"NextToken\":\"" ITEMS_HEAD "%d" ITEMS_TAIL "\"", from + most);
    wb_buf_add_text(&sim->body, "}}");
}

static void
on_one(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request, wb_view id, bool items)
{
    wb_sim_op op = items ? WB_SIM_OP_V0_ITEMS : WB_SIM_OP_V0_ORDER;
    int from = 0;

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
    if (wb_sim_order_refused(sim, conn, id, order))
        return;
    if (items && !read_items_token(sim, request, &from)) {
        refuse(sim, conn, "The page token is invalid.");
        return;
    }
    if (items) {
        write_items(sim, id, order, version, from);
    } else {
        wb_buf_clear(&sim->body);
        wb_buf_add_text(&sim->body, "{\"payload\":");
        wb_sim_body_order_v0(&sim->body, sim->market, order, version);
        wb_buf_add_char(&sim->body, '}');
    }
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
