/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists - what all lists of the shop and the ERP have in common: by update time, page by page
 *
 *   GET ...?from=TIME&to=TIME&limit=N[&page=TOKEN]   {"NAME": [...], "next": TOKEN or null}
 */
#include "tools/sim/systems/sample/lists.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

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
read_query(const wb_sim_visit *visit, bool whole, wb_sim_scan *out, int64_t *limit)
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
        wb_sim_scan_begin(visit, whole ? NULL : wb_sim_sample_seller(visit), out);
    else if (!read_token(text, out) || wb_sim_cursor_refused(visit, text, 0))
        return "no such page";
    return NULL;
}

void
wb_sim_sample_put_time(wb_buf *out, const char *name, int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us, true);
    wb_buf_addf(out, "\"%s\":\"%s\"", name, text);
}

static void
write_page(const wb_sim_visit *visit, const wb_sim_sample_list *list, wb_sim_scan *scan,
           int64_t limit)
{
    static const char *const elements[] = {"7", "null", "\"an order\"", "[]", "{\"id\":\"\"}"};
    wb_buf *out = &visit->sim->body;
    bool more = false;
    wb_sim_found at;
    int64_t count = 0;

    wb_buf_clear(out);
    wb_buf_addf(out, "{\"%s\":[", list->name);
    while (count < limit && list->next(visit, scan, &at, &more)) {
        if (count++)
            wb_buf_add_char(out, ',');
        list->put(visit, &at, out);
    }
    wb_sim_element_unusable(visit, elements, WB_COUNT(elements), count > 0);
    if (wb_sim_scan_more(visit, scan, more))
        wb_buf_addf(out, "],\"next\":\"%u.%u.%d\"}", scan->position, scan->round, scan->endless);
    else
        wb_buf_add_text(out, "],\"next\":null}");
}

void
wb_sim_sample_answer_list(wb_sim_visit *visit, const wb_sim_sample_list *list)
{
    wb_sim_scan scan = {0};
    int64_t limit = 0;

    if (!wb_sim_sample_enter(visit, list->op) || (list->whole && wb_sim_list_refused(visit)))
        return;
    const char *wrong = read_query(visit, list->whole, &scan, &limit);
    if (wrong) {
        wb_sim_refuse(visit, 400, "query", wrong);
        return;
    }
    write_page(visit, list, &scan, limit);
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&visit->sim->body));
}

bool
wb_sim_sample_in_time(const wb_sim_scan *scan, int64_t at_utc_us)
{
    return at_utc_us >= scan->after_utc_us && at_utc_us <= scan->before_utc_us;
}
