/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - lists in pages
 *
 * A page token is good only beside the very parameters of its first page, for a day. So a cursor
 * is "<issued>\n<query>\n<token>": the query as it was sent, whatever the settings say by now. A
 * token that is too old is given up: the slice has to begin anew.
 */
#include "actors/connectors/amazon/amazon.h"

#include <stdio.h>
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

typedef struct {
    int64_t issued_utc_us;
    wb_view query, token;
} cursor_parts;

static bool
split_cursor(wb_view cursor, cursor_parts *out)
{
    const char *end = cursor.len ? cursor.data + cursor.len : NULL;
    const char *first = cursor.len ? memchr(cursor.data, '\n', cursor.len) : NULL;
    const char *second = first ? memchr(first + 1, '\n', (size_t)(end - first - 1)) : NULL;

    if (!second || wb_text_int(&out->issued_utc_us,
                               (wb_view){cursor.data, (size_t)(first - cursor.data)}, NULL))
        return false;
    out->query = (wb_view){first + 1, (size_t)(second - first - 1)};
    out->token = (wb_view){second + 1, (size_t)(end - second - 1)};
    return out->query.len && out->token.len;
}

static void
put_time(wb_buf *out, const char *name, int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us, false);
    wb_buf_addf(out, "%s=", name);
    wb_percent(out, wb_view_of(text), NULL);
}

/* The first page's query: `lastUpdated` finds new orders as well, `created` would miss changes.
 * Whole seconds, both cut: what lies between is read with the next slice, which overlaps. */
static void
first_query(const wb_call *call, wb_request *out)
{
    const amazon_options *options = call->options;
    bool v0 = strcmp(call->op->name, "orders.search.v0") == 0;
    int64_t size = options->page_size;

    if (call->page_max > 0 && call->page_max < size)
        size = call->page_max;
    put_time(&out->url, v0 ? "LastUpdatedAfter" : "lastUpdatedAfter", call->from_utc_us);
    wb_buf_add_char(&out->url, '&');
    put_time(&out->url, v0 ? "LastUpdatedBefore" : "lastUpdatedBefore", call->to_utc_us);
    wb_buf_addf(&out->url, "&%s=%lld", v0 ? "MaxResultsPerPage" : "maxResultsPerPage",
                (long long)size);
    if (options->marketplaces.count) {
        wb_buf_add_text(&out->url, v0 ? "&MarketplaceIds=" : "&marketplaceIds=");
        amazon_put_csv(&options->marketplaces, &out->url);
    }
    if (v0)
        return;
    wb_buf_add_text(&out->url, "&includedData=");
    wb_percent(&out->url, wb_view_of(options->included_data), ",");
}

wb_rc
amazon_query_page(const wb_call *call, wb_request *out, const char *token_name, wb_err *err)
{
    cursor_parts parts;

    if (!split_cursor(call->cursor, &parts)) {
        first_query(call, out);
        return wb_request_check(out, err);
    }
    if (call->now_utc_us - parts.issued_utc_us >= AMAZON_TOKEN_LIFE_MS * WB_US_PER_MS)
        return wb_fail(err, WB_REJECT, "%s: the token of the next page is too old", call->op->name);
    wb_buf_add_view(&out->url, parts.query);
    wb_buf_addf(&out->url, "&%s=", token_name);
    wb_percent(&out->url, parts.token, NULL); /* exactly once */
    return wb_request_check(out, err);
}

wb_rc
amazon_query_turn(const wb_call *call, wb_view token, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(wb_request_fini) wb_request first = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    cursor_parts parts;
    bool goes_on = split_cursor(call->cursor, &parts);

    if (!token.len)
        return WB_OK;
    if (goes_on && wb_view_eq(parts.token, token))
        return wb_fail(err, WB_REJECT, "%s: the next page is this one again", call->op->name);
    wb_request_init(&first);
    if (goes_on)
        wb_buf_add_view(&first.url, parts.query);
    else
        first_query(call, &first);
    wb_buf_init(&text, WB_URL_MAX * 2);
    wb_buf_addf(&text, "%lld\n", (long long)call->now_utc_us);
    wb_buf_add_view(&text, wb_buf_view(&first.url));
    wb_buf_add_char(&text, '\n');
    wb_buf_add_view(&text, token);
    if (text.overflow) /* without its token the cursor would lead to the first page again */
        return wb_fail(err, WB_REJECT, "%s: the token of the next page is too long",
                       call->op->name);
    out->cursor = wb_outcomes_keep(out, wb_buf_view(&text));
    return WB_OK;
}

bool
amazon_element_head(wb_json *json, wb_json_ref ref, const amazon_element *names, wb_view *id,
                    int64_t *updated_utc_us)
{
    wb_view text = {NULL, 0};
    int64_t updated = 0;
    bool sound = !wb_json_text(json, wb_json_get(json, ref, names->id), &text, "id", NULL) &&
                 !wb_json_check(json, NULL) && amazon_order_id_ok(text);

    wb_json_forgive(json); /* a member that is there twice is this element's alone */
    wb_answer_time(json, wb_answer_member(json, ref, names->updated), &updated, names->updated);
    *updated_utc_us = updated;
    *id = text;
    return sound;
}

static void
list_item(wb_json *json, wb_json_ref ref, const amazon_element *names, wb_outcomes *out)
{
    wb_item *item = wb_outcomes_item(out);
    char text[AMAZON_ORDER_ID_MAX + 32];
    int64_t updated = 0;
    wb_view id;
    int len;

    item->kind = names->kind;
    item->record_kind = WB_RECORD_ORDER;
    item->body = item->what = wb_json_raw(json, ref);
    if (!amazon_element_head(json, ref, names, &id, &updated)) {
        wb_item_park(item, "an order without a usable id");
        return;
    }
    item->event_utc_us = item->source_utc_us = updated;
    item->external = wb_outcomes_keep(out, id);
    if (!updated)
        return; /* its bytes tell it from what it was before */
    len = snprintf(text, sizeof text, "%.*s@%lld", WB_VIEW_ARG(id), (long long)updated);
    item->what = wb_outcomes_keep(out, (wb_view){text, (size_t)len});
}

void
amazon_list_items(wb_json *json, wb_json_ref list, const amazon_element *names, wb_outcomes *out)
{
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        list_item(json, at, names, out);
}

/* Elements encoded, the commas not: both spellings are taken, this one is the documented one. */
void
amazon_put_csv(const wb_option_list *texts, wb_buf *out)
{
    char *const *items = texts->items;
    bool more = false;

    for (size_t i = 0; i < texts->count; i++) {
        if (!items[i] || !*items[i])
            continue;
        if (more)
            wb_buf_add_char(out, ',');
        wb_percent(out, wb_view_of(items[i]), ",");
        more = true;
    }
}
