/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - lists of orders by time, page by page, for both versions of the orders API
 *
 * A page token carries the whole search, sealed, so nothing is kept between pages; it holds the
 * bound that the first page used, for orders go on changing meanwhile.
 */
#include "tools/sim/systems/amazon/search.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/systems/amazon/amazon.h"

#include <string.h>

#define TOKEN_HEAD "A+"
#define TOKEN_TAIL "/=="
#define TOKEN_LIFE_US (24 * 3600 * WB_US_PER_S)
#define MARKETPLACE "ATVPDKIKX0DER"

typedef struct {
    wb_sim_search search;
    int64_t made_utc_us;
    uint64_t seal;
} page_token;

static uint64_t
seal_of(const page_token *self)
{
    return wb_hash64(self, offsetof(page_token, seal), 5);
}

static wb_view
param(const wb_sim_visit *visit, const char *name)
{
    wb_buf_clear(&visit->sim->scratch);
    return wb_sim_query(visit->request->query, name, &visit->sim->scratch);
}

/* A hash of all parameters but the token, in their order. */
static uint64_t
hash_parameters(wb_view query, const char *token_name)
{
    const char *at = query.data ? query.data : "", *end = at + query.len;
    size_t name_len = strlen(token_name);
    uint64_t hash = 17;

    while (at < end) {
        const char *amp = memchr(at, '&', (size_t)(end - at));
        const char *stop = amp ? amp : end;
        if ((size_t)(stop - at) < name_len || memcmp(at, token_name, name_len) != 0)
            hash = wb_hash64(at, (size_t)(stop - at), hash);
        at = stop + 1;
    }
    return hash;
}

/* Does the comma-joined list hold the word? */
static bool
list_has(wb_view list, const char *word)
{
    size_t len = strlen(word);

    while (list.len) {
        const char *comma = memchr(list.data, ',', list.len);
        size_t part = comma ? (size_t)(comma - list.data) : list.len;
        if (part == len && !memcmp(list.data, word, len))
            return true;
        part += comma ? 1 : 0;
        list.data += part;
        list.len -= part;
    }
    return false;
}

static bool
read_time(const wb_sim_visit *visit, const char *name, bool *given, int64_t *out)
{
    wb_view text = param(visit, name);

    *given = text.len > 0;
    return !text.len || !wb_time_parse(out, text, NULL);
}

static const char *
read_times(const wb_sim_visit *visit, const wb_sim_search_names *names, wb_sim_scan *out)
{
    int64_t lag_ms = wb_sim_amazon_of(visit)->conf->search_lag;
    bool created, updated, created_before, updated_before;
    int64_t latest_utc_us = wb_now_utc_us() - lag_ms * WB_US_PER_MS;

    out->before_utc_us = latest_utc_us;
    if (!read_time(visit, names->created_after, &created, &out->after_utc_us) ||
        !read_time(visit, names->updated_after, &updated, &out->after_utc_us) ||
        !read_time(visit, names->created_before, &created_before, &out->before_utc_us) ||
        !read_time(visit, names->updated_before, &updated_before, &out->before_utc_us))
        return "A time is not in ISO 8601 format.";
    if (created == updated)
        return "Either CreatedAfter or LastUpdatedAfter must be specified, not both.";
    out->by_created = created;
    if ((created_before && !created) || (updated_before && !updated))
        return "An upper bound needs the lower bound of the same kind.";
    if (out->before_utc_us > latest_utc_us)
        return "The upper bound must be at least two minutes before now.";
    if ((created_before || updated_before) && out->before_utc_us < out->after_utc_us)
        return "The upper bound is earlier than the lower bound.";
    return NULL;
}

static const char *
read_filters(const wb_sim_visit *visit, const wb_sim_search_names *names, wb_sim_search *out)
{
    wb_view statuses = param(visit, names->statuses);

    for (int state = 0; state < WB_SIM_STATE_COUNT; state++)
        if (!statuses.len || list_has(statuses, names->state_name((wb_sim_state)state)))
            out->scan.states |= 1U << state;
    wb_view markets = param(visit, names->marketplaces);
    if (markets.len && !list_has(markets, MARKETPLACE))
        out->scan.states = 0;
    wb_view by = param(visit, names->fulfilled_by);
    if (by.len && !list_has(by, names->merchant))
        out->scan.states = 0;
    wb_view page = param(visit, names->page_max);
    out->page_max = WB_SIM_PAGE_MAX;
    if (page.len && (wb_text_int(&out->page_max, page, NULL) || out->page_max < 1 ||
                     out->page_max > WB_SIM_PAGE_MAX))
        return "The page size must be between 1 and 100.";
    return NULL;
}

static const char *
read_token(const wb_sim_visit *visit, const wb_sim_search_names *names, wb_view text,
           wb_sim_search *out)
{
    size_t head = sizeof TOKEN_HEAD - 1, tail = sizeof TOKEN_TAIL - 1;
    uint64_t parameters = out->parameters;
    page_token token;

    memset(&token, 0, sizeof token);
    if (text.len != head + 2 * sizeof token + tail || memcmp(text.data, TOKEN_HEAD, head) != 0 ||
        memcmp(text.data + text.len - tail, TOKEN_TAIL, tail) != 0 ||
        wb_unhex(&token, sizeof token, (wb_view){text.data + head, 2 * sizeof token}, NULL) ||
        token.seal != seal_of(&token))
        return "The page token is invalid.";
    if (token.made_utc_us < wb_now_utc_us() - TOKEN_LIFE_US)
        return "The page token has expired.";
    if (wb_sim_cursor_refused(visit, text, 0))
        return "The page token you have submitted is not valid.";
    if (names->same_parameters && token.search.parameters != parameters)
        return "The page token was made for other parameters.";
    *out = token.search;
    return NULL;
}

const char *
wb_sim_search_read(const wb_sim_visit *visit, wb_sim_account *seller,
                   const wb_sim_search_names *names, wb_sim_search *out)
{
    memset(out, 0, sizeof *out); /* its bytes are hashed, with those between its members */
    out->parameters = hash_parameters(visit->request->query, names->token);
    wb_view text = param(visit, names->token);
    if (text.len)
        return read_token(visit, names, text, out);
    const char *wrong = read_times(visit, names, &out->scan);
    if (!wrong)
        wrong = read_filters(visit, names, out);
    if (!wrong)
        wb_sim_scan_begin(visit, seller, &out->scan);
    return wrong;
}

void
wb_sim_search_token(const wb_sim_search *self, wb_buf *out)
{
    page_token token;

    memset(&token, 0, sizeof token);
    memcpy(&token.search, self, sizeof *self);
    token.made_utc_us = wb_now_utc_us();
    token.seal = seal_of(&token);
    wb_buf_add_text(out, TOKEN_HEAD);
    char *hex = wb_buf_room(out, 2 * sizeof token + 1);
    wb_hex(hex, &token, sizeof token);
    wb_buf_grew(out, 2 * sizeof token);
    wb_buf_add_text(out, TOKEN_TAIL);
}
