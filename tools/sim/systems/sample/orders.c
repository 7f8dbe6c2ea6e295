/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - what the shop gives: the list by update time, and one order
 *
 *   {"orders": [{"id", "updated"}, ...], "next": TOKEN or null}
 *   {"id", "reference", "created", "updated", "status", "currency", "total",
 *    "lines": [{"id", "sku", "quantity", "price"}]}
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/reading.h"
#include "tools/sim/systems/sample/sample.h"

#include <string.h>

/* A page token is "position.round.endless". */
static bool
read_token(wb_view token, wb_sim_scan *out)
{
    uint64_t parts[3];

    for (int i = 0; i < 3; i++) {
        const char *point = token.len ? memchr(token.data, '.', token.len) : NULL;
        size_t len = point ? (size_t)(point - token.data) : token.len;
        if (wb_text_uint(&parts[i], (wb_view){token.data, len}, NULL) || parts[i] > UINT32_MAX)
            return false;
        token.data += len + (point ? 1 : 0);
        token.len -= len + (point ? 1 : 0);
    }
    out->position = (uint32_t)parts[0];
    out->round = (uint32_t)parts[1];
    out->endless = parts[2];
    return !token.len;
}

/* NULL = good; else what is wrong with the query. */
static const char *
read_query(const wb_sim_visit *visit, wb_sim_scan *out, int64_t *limit)
{
    const wb_sim_sample_conf *conf = visit->part->conf;
    wb_view text;

    out->states = UINT32_MAX;
    if (wb_time_parse(&out->after_utc_us, wb_sim_sample_param(visit, "from"), NULL) ||
        wb_time_parse(&out->before_utc_us, wb_sim_sample_param(visit, "to"), NULL))
        return "from and to are needed";
    text = wb_sim_sample_param(visit, "limit");
    if (text.len && (wb_text_int(limit, text, NULL) || *limit < 1))
        return "limit is no number";
    if (!text.len || *limit > conf->sample_page)
        *limit = conf->sample_page;
    text = wb_sim_sample_param(visit, "page");
    if (!text.len)
        wb_sim_scan_begin(visit, out);
    else if (!read_token(text, out) || wb_sim_cursor_refused(visit, text, 0))
        return "no such page";
    return NULL;
}

static void
put_time(wb_buf *out, const char *name, int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us, true);
    wb_buf_addf(out, "\"%s\":\"%s\"", name, text);
}

static void
write_page(const wb_sim_visit *visit, wb_sim_scan *scan, int64_t limit)
{
    static const char *const elements[] = {"7", "null", "\"an order\"", "[]", "{\"id\":\"\"}"};
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    const wb_sim_market *market = visit->sim->market;
    wb_buf *out = &visit->sim->body;
    char id[WB_SIM_ID_LEN + 1];
    bool more = false;
    wb_sim_found at;
    int64_t count = 0;

    wb_buf_clear(out);
    wb_buf_add_text(out, "{\"orders\":[");
    while (seller && count < limit && wb_sim_scan_next(visit, seller, scan, &at, &more)) {
        wb_sim_market_id(market, id, at.order);
        wb_buf_addf(out, "%s{\"id\":\"%s\",", count++ ? "," : "", id);
        put_time(out, "updated", wb_sim_market_updated_utc_us(market, at.order, at.version));
        wb_buf_add_char(out, '}');
    }
    wb_sim_element_unusable(visit, elements, WB_COUNT(elements), count > 0);
    if (wb_sim_scan_more(visit, scan, more))
        wb_buf_addf(out, "],\"next\":\"%u.%u.%d\"}", scan->position, scan->round, scan->endless);
    else
        wb_buf_add_text(out, "],\"next\":null}");
}

void
wb_sim_sample_on_list(wb_sim_visit *visit)
{
    wb_sim_scan scan = {0};
    int64_t limit = 0;

    if (!wb_sim_sample_enter(visit, WB_SIM_SAMPLE_LIST))
        return;
    const char *wrong = read_query(visit, &scan, &limit);
    if (wrong) {
        wb_sim_refuse(visit, 400, "query", wrong);
        return;
    }
    write_page(visit, &scan, limit);
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&visit->sim->body));
}

static const char *
status_word(wb_sim_state state)
{
    static const char *const words[WB_SIM_STATE_COUNT] = {
        [WB_SIM_STATE_PENDING] = "pending",     [WB_SIM_STATE_UNSHIPPED] = "open",
        [WB_SIM_STATE_PARTLY] = "open",         [WB_SIM_STATE_SHIPPED] = "shipped",
        [WB_SIM_STATE_CANCELLED] = "cancelled",
    };

    return words[state];
}

static void
put_money(wb_buf *out, const char *name, int64_t minor, bool none)
{
    if (none)
        wb_buf_addf(out, ",\"%s\":null", name);
    else
        wb_buf_addf(out, ",\"%s\":\"%lld.%02d\"", name, (long long)(minor / 100),
                    (int)(minor % 100));
}

/* Of an order in whose texts something is broken, the first article number ends in half a
 * character; where nulls are told, no price is. */
static void
write_lines(wb_buf *out, const wb_sim_market *market, uint32_t order)
{
    bool broken = wb_sim_market_flawed(market, WB_SIM_FAULT_BROKEN_TEXT, WB_SIM_GIVES, order, 0);
    bool nulls = wb_sim_market_flawed(market, WB_SIM_FAULT_NULLS, WB_SIM_GIVES, order, 0);
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(market, order, lines);
    int64_t total_minor = 0;

    wb_buf_add_text(out, ",\"lines\":[");
    for (int i = 0; i < count; i++) {
        wb_buf_addf(out, "%s{\"id\":\"%d\",\"sku\":\"SKU-%05u%s\",\"quantity\":%lld", i ? "," : "",
                    i + 1, lines[i].goods, broken && i == 0 ? " \\ud83d" : "",
                    (long long)lines[i].quantity);
        put_money(out, "price", lines[i].quantity * lines[i].unit_minor, nulls);
        wb_buf_add_char(out, '}');
        total_minor += lines[i].quantity * lines[i].unit_minor;
    }
    wb_buf_add_char(out, ']');
    put_money(out, "total", total_minor, nulls);
}

static void
write_order(wb_buf *out, const wb_sim_market *market, const wb_sim_found *at)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(market, id, at->order);
    wb_buf_clear(out);
    wb_buf_addf(out, "{\"id\":\"%s\",\"reference\":\"", id);
    wb_sim_marker_put(out, at->order, at->version);
    wb_buf_add_text(out, "\",");
    put_time(out, "created", wb_sim_order_created_utc_us(market, at->order));
    wb_buf_add_char(out, ',');
    put_time(out, "updated", wb_sim_market_updated_utc_us(market, at->order, at->version));
    wb_buf_addf(out, ",\"status\":\"%s\",\"currency\":\"EUR\"",
                status_word(wb_sim_state_of(market, at->order, at->version)));
    write_lines(out, market, at->order);
    wb_buf_add_char(out, '}');
}

void
wb_sim_sample_on_get(wb_sim_visit *visit)
{
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    wb_sim_sight sight = WB_SIM_ABSENT;
    wb_sim_found at;

    if (!wb_sim_sample_enter(visit, WB_SIM_SAMPLE_GET))
        return;
    if (seller)
        sight = wb_sim_order_enter(visit, seller, visit->segment[1], &at);
    if (sight == WB_SIM_ABSENT)
        wb_sim_refuse(visit, 404, "absent", "there is no such order");
    if (sight != WB_SIM_SEEN)
        return;
    write_order(&visit->sim->body, visit->sim->market, &at);
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&visit->sim->body));
}
