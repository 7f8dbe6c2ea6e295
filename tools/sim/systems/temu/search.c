/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - bg.order.list.v2.get: parent orders by what was asked, newest first, page by page
 *
 * A page is cut from what fits at this moment: an order that changes meanwhile moves to the front,
 * or out of the window, and those behind it move up.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/orders.h"

#include <stdlib.h>
#include <string.h>

#define SN_LIST_MAX 20
#define REGION_MAX 1000
#define SECONDS_END INT64_C(99999999999) /* more is no time in seconds */
#define TOTAL_TOO_MANY 705

enum { BY_CREATED, BY_UPDATED, BY_SHIP_BY, BY_CONFIRMED, WINDOWS };

static const struct {
    const char *from, *to;
} windows[WINDOWS] = {
    [BY_CREATED] = {"createAfter",               "createBefore"           },
    [BY_UPDATED] = {"updateAtStart",             "updateAtEnd"            },
    [BY_SHIP_BY] = {"expectShipLatestTimeStart", "expectShipLatestTimeEnd"},
    [BY_CONFIRMED] = {"parentConfirmTimeStart",    "parentConfirmTimeEnd"   },
};

typedef struct {
    int64_t number, size, status, region, sku;
    int64_t from[WINDOWS], to[WINDOWS]; /* -1 = no such window */
    uint32_t sns[SN_LIST_MAX];
    size_t sn_count;
    bool some_sns, by_updated, nothing;
    bool details; /* asked for is more than when it changed */
} search;

typedef struct {
    int64_t at_utc_us;
    wb_sim_found found;
} row;

typedef struct {
    row *rows;
    size_t count, room;
    bool sorted;
} row_list;

/* Page after page is asked for of one search, and each is cut from all that fits: as long as
 * nothing changes that is the same. Without this an import costs the square of its orders. */
struct wb_sim_temu_kept {
    search query;
    const wb_sim_temu_seller *seller;
    uint64_t made, sendings; /* when it was found */
    bool fleeting;
    row_list all;
};

/* --- what is asked --- */

static bool
says_no(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_sim_temu_fail(visit, code, message);
    return false;
}

static bool
read_windows(const wb_sim_visit *visit, search *out)
{
    for (int i = 0; i < WINDOWS; i++) {
        out->from[i] = out->to[i] = -1;
        if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, windows[i].from), &out->from[i]) ||
            !wb_sim_temu_int(visit, wb_sim_temu_param(visit, windows[i].to), &out->to[i]))
            return false;
        if ((out->from[i] < 0) != (out->to[i] < 0))
            return says_no(visit, "140020013", "Both ends of a time range are needed");
        if (out->from[i] > SECONDS_END || out->to[i] > SECONDS_END)
            return says_no(visit, "140020014", "Times are in seconds");
        if (i == BY_CONFIRMED && out->from[i] >= 0 && out->to[i] <= out->from[i])
            return says_no(visit, "140020012", "The end must be after the start");
    }
    return true;
}

static bool
read_numbers(const wb_sim_visit *visit, search *out)
{
    out->number = 1;
    out->size = 10;
    if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageNumber"), &out->number) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageSize"), &out->size) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "parentOrderStatus"), &out->status) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "regionId"), &out->region) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "skuId"), &out->sku))
        return false;
    if (out->number < 1 || out->number > INT32_MAX || out->size < 1)
        return says_no(visit, WB_SIM_TEMU_BAD);
    return out->size <= WB_SIM_TEMU_PAGE_MAX || says_no(visit, "7000000", "System exception");
}

static bool
read_sns(const wb_sim_visit *visit, search *out)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, "parentOrderSnList");

    out->some_sns = wb_json_count(json, list) > 0;
    if (wb_json_count(json, list) > SN_LIST_MAX)
        return says_no(visit, WB_SIM_TEMU_BAD);
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view sn = {NULL, 0};
        if (!wb_sim_temu_text(visit, at, &sn))
            return false;
        out->sns[out->sn_count++] = wb_sim_market_number(visit->sim->market, sn);
    }
    return true;
}

/* Does the list name what every order has? An empty one asks for nothing special. */
static bool
list_has(const wb_sim_visit *visit, const char *name, const char *word)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, name);

    for (wb_json_ref at = wb_json_first(json, list); word && at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view text = {NULL, 0};
        if (!wb_json_text(json, at, &text, name, NULL) && wb_view_is(text, word))
            return true;
    }
    return !wb_json_count(json, list);
}

/* All orders of this world are sent by their seller, none has trouble on its way, is sold in
 * advance or wants a certificate. */
static bool
asks_for_none(const wb_sim_visit *visit)
{
    static const char *const truths[] = {"hasPreSaleOrder", "hasQualificationRequiredOrder"};

    for (size_t i = 0; i < WB_COUNT(truths); i++)
        if (wb_json_kind(visit->sim->json, wb_sim_temu_param(visit, truths[i])) == WB_JSON_TRUE)
            return true;
    return !list_has(visit, "fulfillmentTypeList", "fulfillBySeller") ||
           !list_has(visit, "packageAbnormalTypeList", NULL);
}

/* Its window of updates apart. */
static bool
asks_for_details(const wb_sim_visit *visit, const search *self)
{
    bool window = false;

    for (int i = 0; i < WINDOWS; i++)
        window = window || (i != BY_UPDATED && self->from[i] >= 0);
    return window || self->status || self->sku || !list_has(visit, "parentOrderLabel", NULL);
}

static bool
read_query(const wb_sim_visit *visit, search *out)
{
    wb_view sort = {NULL, 0};

    *out = (search){0};
    if (!read_numbers(visit, out) || !read_windows(visit, out) || !read_sns(visit, out) ||
        !wb_sim_temu_text(visit, wb_sim_temu_param(visit, "sortby"), &sort))
        return false;
    out->by_updated = wb_view_is(sort, "updateTime");
    out->nothing = asks_for_none(visit);
    out->details = asks_for_details(visit, out);
    return true;
}

/* --- what fits --- */

static bool
in_window(const search *self, int window, int64_t at_utc_us)
{
    int64_t at = at_utc_us / WB_US_PER_S;

    return self->from[window] < 0 || (at >= self->from[window] && at <= self->to[window]);
}

static bool
has_sku(const wb_sim_temu_facts *facts, int64_t sku)
{
    for (int i = 0; i < facts->count; i++)
        if (wb_sim_temu_sku_id(facts->lines[i].goods) == sku)
            return true;
    return false;
}

static bool
has_label(const wb_sim_visit *visit, const wb_sim_temu_facts *facts)
{
    return list_has(visit, "parentOrderLabel", NULL) ||
           (facts->asks_to_cancel &&
            list_has(visit, "parentOrderLabel", "pending_buyer_cancellation")) ||
           (facts->asks_to_move &&
            list_has(visit, "parentOrderLabel", "pending_buyer_address_change"));
}

static bool
fits(const wb_sim_visit *visit, const search *self, const wb_sim_found *at)
{
    const wb_sim_temu *temu = wb_sim_temu_of(visit);
    wb_sim_temu_facts facts;

    if (!in_window(self, BY_UPDATED, wb_sim_temu_updated_utc_us(temu, at)))
        return false;
    if (!self->details)
        return true;
    wb_sim_temu_facts_of(temu, at, &facts);
    return in_window(self, BY_CREATED, facts.created_utc_us) &&
           in_window(self, BY_SHIP_BY, wb_sim_temu_ship_by_utc_us(&facts)) &&
           in_window(self, BY_CONFIRMED, wb_sim_temu_confirmed_utc_us(&facts)) &&
           (!self->status || facts.status == self->status) &&
           (!self->sku || has_sku(&facts, self->sku)) && has_label(visit, &facts);
}

static void
add_row(row_list *out, const row *one)
{
    if (out->count == out->room) {
        out->room = out->room ? 2 * out->room : 1024;
        out->rows = wb_realloc(out->rows, out->room * sizeof *out->rows);
    }
    if (out->count && out->rows[out->count - 1].at_utc_us < one->at_utc_us)
        out->sorted = false;
    out->rows[out->count++] = *one;
}

static bool
is_asked(const search *self, uint32_t order)
{
    for (size_t i = 0; i < self->sn_count; i++)
        if (self->sns[i] == order)
            return true;
    return !self->some_sns;
}

/* Was it over before the first order was? An import asks for a year, slice by slice, and would look
 * at all orders for each. */
static bool
is_before_all(const wb_sim_visit *visit, const search *query)
{
    wb_sim_temu *temu = wb_sim_temu_of(visit);
    const wb_sim_market *market = visit->sim->market;

    for (; temu->looked_at < wb_sim_market_given(market); temu->looked_at++) {
        int64_t told_utc_us = wb_sim_market_updated_utc_us(market, temu->looked_at, 1);
        int64_t made_utc_us = wb_sim_market_made_utc_us(market, temu->looked_at, 1);
        int64_t first_utc_us = told_utc_us < made_utc_us ? told_utc_us : made_utc_us;

        if (!temu->looked_at || first_utc_us < temu->oldest_utc_us)
            temu->oldest_utc_us = first_utc_us;
    }
    return query->to[BY_UPDATED] >= 0 && query->to[BY_UPDATED] < temu->oldest_utc_us / WB_US_PER_S;
}

/* The youngest first: mostly they are in order by that. */
static void
find_rows(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const search *query,
          row_list *out)
{
    const wb_sim_temu *temu = wb_sim_temu_of(visit);

    out->count = 0;
    out->sorted = true;
    if (query->nothing || (query->region && query->region != WB_SIM_TEMU_REGION) ||
        is_before_all(visit, query))
        return;
    for (uint32_t order = wb_sim_market_given(visit->sim->market); order-- > 0;) {
        row one = {.found.order = order};
        if (!is_asked(query, order))
            continue;
        one.found.version = wb_sim_visible(seller->account, order);
        if (!one.found.version || !fits(visit, query, &one.found) ||
            wb_sim_order_left_out(visit, order))
            continue;
        one.at_utc_us = query->by_updated ? wb_sim_temu_updated_utc_us(temu, &one.found)
                                          : wb_sim_order_created_utc_us(visit->sim->market, order);
        add_row(out, &one);
    }
}

static int
newest_first(const void *a, const void *b)
{
    const row *first = a, *second = b;

    if (first->at_utc_us != second->at_utc_us)
        return first->at_utc_us > second->at_utc_us ? -1 : 1;
    return first->found.order > second->found.order ? -1 : 1;
}

/* But for the page. */
static bool
is_same_search(const search *a, const search *b)
{
    return a->region == b->region && a->sn_count == b->sn_count && a->some_sns == b->some_sns &&
           a->by_updated == b->by_updated && a->nothing == b->nothing &&
           !memcmp(a->sns, b->sns, sizeof a->sns) && a->from[BY_UPDATED] == b->from[BY_UPDATED] &&
           a->to[BY_UPDATED] == b->to[BY_UPDATED];
}

/* What it finds follows from the time alone: who asks to cancel asks for a while, and a change that
 * is hidden is so for a while. */
static bool
is_fleeting(const wb_sim_visit *visit, const search *query)
{
    return query->details ||
           wb_sim_faults_on(&visit->sim->faults, WB_SIM_FAULT_READ_LAG, wb_sim_at(visit));
}

static bool
is_kept(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const search *query)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    const struct wb_sim_temu_kept *kept = self->kept;

    return kept && kept->seller == seller && !kept->fleeting && !is_fleeting(visit, query) &&
           is_same_search(&kept->query, query) &&
           kept->made == wb_sim_market_made(visit->sim->market) && kept->sendings == self->sendings;
}

static const row_list *
rows_of(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const search *query)
{
    wb_sim_temu *self = wb_sim_temu_of(visit);
    struct wb_sim_temu_kept *kept = self->kept;

    if (is_kept(visit, seller, query))
        return &kept->all;
    if (!kept)
        self->kept = kept = wb_alloc(sizeof *kept);
    kept->query = *query;
    kept->seller = seller;
    kept->fleeting = is_fleeting(visit, query);
    kept->made = wb_sim_market_made(visit->sim->market);
    kept->sendings = self->sendings;
    find_rows(visit, seller, query, &kept->all);
    if (!kept->all.sorted)
        qsort(kept->all.rows, kept->all.count, sizeof *kept->all.rows, newest_first);
    return &kept->all;
}

void
wb_sim_temu_kept_destroy(struct wb_sim_temu_kept **self_p)
{
    if (*self_p)
        wb_free(&(*self_p)->all.rows);
    wb_free(self_p);
}

/* --- the page --- */

/* What a search asks for, but which page. */
static uint64_t
hash_of(const search *self, unsigned mall)
{
    int64_t parts[2 * WINDOWS + 2] = {mall, self->status};

    for (int i = 0; i < WINDOWS; i++) {
        parts[2 + 2 * i] = self->from[i];
        parts[3 + 2 * i] = self->to[i];
    }
    return wb_hash64(parts, sizeof parts, 31);
}

/* A search that never ends gives its first page again and again. */
static bool
is_endless(const wb_sim_visit *visit, const search *query, wb_sim_account *account)
{
    unsigned mall = account->number;
    wb_sim_temu *self = wb_sim_temu_of(visit);
    uint64_t hash = hash_of(query, mall);
    wb_sim_scan scan = {0};

    if (query->number == 1) {
        wb_sim_scan_begin(visit, account, &scan);
        if (scan.endless)
            self->endless = hash;
        else if (self->endless == hash)
            self->endless = 0;
    }
    scan.endless = self->endless == hash;
    return wb_sim_scan_more(visit, &scan, false);
}

/* The number of a page is all that this vendor has for a page token. */
static bool
page_refused(const wb_sim_visit *visit, const search *query, unsigned mall)
{
    uint64_t number = (uint64_t)query->number;
    wb_view token = {(const char *)&number, sizeof number};

    return query->number > 1 && wb_sim_cursor_refused(visit, token, hash_of(query, mall));
}

static void
put_page(const wb_sim_visit *visit, const row_list *all, const search *query,
         wb_json_writer *writer)
{
    static const char *const elements[] = {"7", "null", "\"an order\"", "[]", "{}"};
    const wb_sim_temu *temu = wb_sim_temu_of(visit);
    uint64_t first = ((uint64_t)query->number - 1) * (uint64_t)query->size;
    wb_sim_temu_facts facts;
    uint64_t i = first;

    wb_json_put_key(writer, "pageItems");
    wb_json_open(writer, '[');
    for (; i < all->count && i < first + (uint64_t)query->size; i++) {
        wb_sim_temu_facts_of(temu, &all->rows[i].found, &facts);
        wb_sim_temu_put_order(visit, &facts, false, writer);
    }
    wb_sim_element_unusable(visit, elements, WB_COUNT(elements), i > first);
    wb_json_close(writer, ']');
}

static void
answer(const wb_sim_visit *visit, const row_list *all, const search *query, int64_t more)
{
    int64_t total = (int64_t)all->count + more;
    wb_json_writer writer;

    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_TOTAL_WRONG))
        total += TOTAL_TOO_MANY;
    wb_sim_temu_open_orders(visit, &writer);
    wb_json_open(&writer, '{');
    uint64_t elements = visit->sim->elements;
    put_page(visit, all, query, &writer);
    total += (int64_t)(visit->sim->elements - elements); /* what is no record counts as a row */
    wb_json_member_int(&writer, "totalItemNum", total);
    wb_sim_temu_close(visit, &writer);
}

void
wb_sim_temu_on_list(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    unsigned mall = seller->account->number;
    search query;

    if (!read_query(visit, &query))
        return;
    bool endless = is_endless(visit, &query, seller->account);
    if (page_refused(visit, &query, mall)) {
        wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
        return;
    }
    const row_list *all = rows_of(visit, seller, &query);
    int64_t more = endless ? (query.number + 1) * query.size : 0;
    if (endless)
        query.number = 1;
    answer(visit, all, &query, more);
}
