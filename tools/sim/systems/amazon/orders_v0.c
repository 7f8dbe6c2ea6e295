/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders_v0 - the reads of the orders API v0: a list by time or by ids, one order, its items
 */
#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "tools/sim/systems/amazon/facts.h"
#include "tools/sim/systems/amazon/orders.h"
#include "tools/sim/systems/amazon/search.h"
#include "tools/sim/systems/amazon/seller.h"

#include <string.h>

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
refuse(const wb_sim_visit *visit, const char *why)
{
    wb_sim_refuse(visit, 400, "InvalidInput", why);
}

/* The orders of a list of ids; unknown ones are left out, as the service does. */
static bool
write_ids(const wb_sim_visit *visit, const wb_sim_account *account, wb_view ids)
{
    wb_sim *sim = visit->sim;
    int asked = 0, count = 0;

    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"payload\":{\"Orders\":[");
    while (ids.len) {
        const char *comma = memchr(ids.data, ',', ids.len);
        size_t len = comma ? (size_t)(comma - ids.data) : ids.len;
        uint32_t order = wb_sim_market_number(sim->market, (wb_view){ids.data, len});
        uint32_t version = wb_sim_visible(account, order);
        if (++asked > IDS_MAX)
            return false;
        if (version && wb_sim_order_left_out(visit, order))
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
write_page(const wb_sim_visit *visit, const wb_sim_account *account, wb_sim_search *search)
{
    wb_sim *sim = visit->sim;
    char bound[WB_TIME_TEXT_MAX + 1];
    bool more = true;
    wb_sim_found at;
    int64_t count = 0;

    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"payload\":{\"Orders\":[");
    while (count < search->page_max &&
           wb_sim_scan_next(visit, account, &search->scan, &at, &more)) {
        if (count++)
            wb_buf_add_char(&sim->body, ',');
        wb_sim_body_order_v0(&sim->body, sim->market, at.order, at.version);
    }
    wb_sim_orders_unusable(visit, count > 0);
    wb_buf_add_char(&sim->body, ']');
    if (wb_sim_scan_more(visit, &search->scan, more)) {
        wb_buf_add_text(&sim->body, ",\"NextToken\":\"");
        wb_sim_search_token(search, &sim->body);
        wb_buf_add_char(&sim->body, '"');
    }
    wb_time_text(bound, search->scan.before_utc_us, true);
    wb_buf_addf(&sim->body, ",\"%s\":\"%s\"}}",
                search->scan.by_created ? "CreatedBefore" : "LastUpdatedBefore", bound);
}

/* A parameter of the query, in sim->scratch. */
static wb_view
param(const wb_sim_visit *visit, const char *name)
{
    wb_buf_clear(&visit->sim->scratch);
    return wb_sim_query(visit->request->query, name, &visit->sim->scratch);
}

static void
on_list(wb_sim_visit *visit)
{
    wb_sim_search search;

    wb_sim_account *account = wb_sim_seller_enter(visit, WB_SIM_OP_V0_ORDERS);
    if (!account)
        return;
    if (!param(visit, "MarketplaceIds").len) {
        refuse(visit, "MarketplaceIds is missing.");
        return;
    }
    wb_view ids = param(visit, "AmazonOrderIds");
    const char *wrong = NULL;
    if (ids.len) {
        if (!write_ids(visit, account, ids))
            wrong = "More than 50 order ids.";
    } else {
        wrong = wb_sim_search_read(visit, account, &names, &search);
        if (!wrong)
            write_page(visit, account, &search);
    }
    if (wrong)
        refuse(visit, wrong);
    else
        wb_sim_answer_order(visit);
}

/* A page of items: where it begins, and in which round of those that never end. */
typedef struct {
    wb_sim_found at;
    int64_t from, round;
} items_page;

/* The token of a page of items says where it begins: "I+3.0/==". */
static bool
read_items_token(const wb_sim_visit *visit, items_page *page)
{
    size_t head = sizeof ITEMS_HEAD - 1, tail = sizeof ITEMS_TAIL - 1;
    wb_view token = param(visit, "NextToken");

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
           !wb_sim_cursor_refused(visit, token, page->at.order);
}

static bool
items_never_end(const wb_sim_visit *visit, uint32_t order)
{
    wb_sim_faults *faults = &visit->sim->faults;

    if (!wb_sim_faults_marked(faults, WB_SIM_FAULT_PAGES_NEVER_END, wb_sim_at(visit), order))
        return false;
    wb_sim_faults_took(faults, WB_SIM_FAULT_PAGES_NEVER_END);
    return true;
}

static void
write_items(const wb_sim_visit *visit, wb_view id, const items_page *page)
{
    int most = (int)wb_sim_amazon_of(visit)->conf->items_page;
    wb_sim *sim = visit->sim;

    wb_buf_clear(&sim->body);
    wb_buf_addf(&sim->body, "{\"payload\":{\"AmazonOrderId\":\"%.*s\",\"OrderItems\":[",
                WB_VIEW_ARG(id));
    int count = wb_sim_body_items_v0(&sim->body, sim->market, page->at.order, page->at.version,
                                     (wb_sim_lines){(int)page->from, most});
    wb_sim_orders_unusable(visit, count > page->from);
    wb_buf_add_char(&sim->body, ']');
    bool endless = items_never_end(visit, page->at.order);
    if (endless || page->from + most < count)
        wb_buf_addf(&sim->body, ",\"NextToken\":\"" ITEMS_HEAD "%lld.%lld" ITEMS_TAIL "\"",
                    (long long)(endless ? page->from : page->from + most),
                    (long long)page->round + endless);
    wb_buf_add_text(&sim->body, "}}");
}

static void
on_one(wb_sim_visit *visit, wb_view id, bool items)
{
    wb_sim *sim = visit->sim;
    items_page page = {0};

    const wb_sim_account *account =
        wb_sim_seller_enter(visit, items ? WB_SIM_OP_V0_ITEMS : WB_SIM_OP_V0_ORDER);
    if (!account || !wb_sim_order_find(visit, account, id, &page.at))
        return;
    if (items && !read_items_token(visit, &page)) {
        refuse(visit, "The page token is invalid.");
        return;
    }
    if (items) {
        write_items(visit, id, &page);
    } else {
        wb_buf_clear(&sim->body);
        wb_buf_add_text(&sim->body, "{\"payload\":");
        wb_sim_body_order_v0(&sim->body, sim->market, page.at.order, page.at.version);
        wb_buf_add_char(&sim->body, '}');
    }
    wb_sim_answer_order(visit);
}

void
wb_sim_on_v0(wb_sim_visit *visit)
{
    wb_view rest = visit->segment[0];

    if (!rest.len) {
        on_list(visit);
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
        on_one(visit, id, slash != NULL);
    else
        wb_sim_refuse(visit, 404, "NotFound", "The order was not found.");
}
