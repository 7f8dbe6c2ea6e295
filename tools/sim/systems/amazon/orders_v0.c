/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders_v0 - the reads of the orders API v0: a list by time or by ids, one order, its items
 */
#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/systems/amazon/account.h"
#include "tools/sim/systems/amazon/facts.h"
#include "tools/sim/systems/amazon/orders.h"
#include "tools/sim/systems/amazon/search.h"

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
    wb_sim_element_unusable(sim, count > 0);
    wb_buf_add_char(&sim->body, ']');
    if (wb_sim_search_more(sim, search, more)) {
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

/* A page of items: where it begins, and in which round of those that never end. */
typedef struct {
    uint32_t order, version;
    int64_t from, round;
} items_page;

/* The token of a page of items says where it begins: "I+3.0/==". */
static bool
read_items_token(wb_sim *sim, const wb_sim_request *request, items_page *page)
{
    size_t head = sizeof ITEMS_HEAD - 1, tail = sizeof ITEMS_TAIL - 1;

    wb_buf_clear(&sim->scratch);
    wb_view token = wb_sim_query(request->query, "NextToken", &sim->scratch);
    if (!token.len)
        return true;
    if (token.len <= head + tail || memcmp(token.data, ITEMS_HEAD, head) != 0 ||
        memcmp(token.data + token.len - tail, ITEMS_TAIL, tail) != 0)
        return false;
    wb_view both = {token.data + head, token.len - head - tail};
    const char *point = memchr(both.data, '.', both.len);
    if (!point)
        return false;
    wb_view from = {both.data, (size_t)(point - both.data)};
    wb_view round = {point + 1, both.len - from.len - 1};
    return !wb_text_int(&page->from, from, NULL) && !wb_text_int(&page->round, round, NULL) &&
           page->from >= 0 && page->from < WB_SIM_LINES_MAX && page->from + page->round > 0 &&
           !wb_sim_cursor_refused(sim, token, page->order);
}

static bool
items_never_end(wb_sim *sim, uint32_t order)
{
    if (!wb_sim_faults_marked(&sim->faults, WB_SIM_FAULT_PAGES_NEVER_END, WB_SIM_AT_ORDERS, order))
        return false;
    wb_sim_faults_took(&sim->faults, WB_SIM_FAULT_PAGES_NEVER_END);
    return true;
}

static void
write_items(wb_sim *sim, wb_view id, items_page *page)
{
    int most = (int)sim->conf.items_page;

    wb_buf_clear(&sim->body);
    wb_buf_addf(&sim->body, "{\"payload\":{\"AmazonOrderId\":\"%.*s\",\"OrderItems\":[",
                WB_VIEW_ARG(id));
    int count = wb_sim_body_items_v0(&sim->body, sim->market, page->order, page->version,
                                     (int)page->from, most);
    wb_sim_element_unusable(sim, count > page->from);
    wb_buf_add_char(&sim->body, ']');
    bool endless = items_never_end(sim, page->order);
    if (endless || page->from + most < count)
        wb_buf_addf(&sim->body, ",\"NextToken\":\"" ITEMS_HEAD "%lld.%lld" ITEMS_TAIL "\"",
                    (long long)(endless ? page->from : page->from + most),
                    (long long)page->round + endless);
    wb_buf_add_text(&sim->body, "}}");
}

static void
on_one(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request, wb_view id, bool items)
{
    wb_sim_op op = items ? WB_SIM_OP_V0_ITEMS : WB_SIM_OP_V0_ORDER;
    items_page page = {0};

    if (wb_sim_begin(sim, conn, op))
        return;
    const wb_sim_account *account = wb_sim_account_enter(sim, conn, request, op);
    if (!account)
        return;
    page.order = wb_sim_order_enter(sim, conn, account, id, &page.version);
    if (page.order == WB_SIM_NO_ORDER)
        return;
    if (items && !read_items_token(sim, request, &page)) {
        refuse(sim, conn, "The page token is invalid.");
        return;
    }
    if (items) {
        write_items(sim, id, &page);
    } else {
        wb_buf_clear(&sim->body);
        wb_buf_add_text(&sim->body, "{\"payload\":");
        wb_sim_body_order_v0(&sim->body, sim->market, page.order, page.version);
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
