/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - a list by numbers of pages, so that no row is lost when rows move while it is read
 *
 * Lists are newest first, and a row that changes meanwhile leaves the window (its end is fixed) or
 * moves to the top: those behind it move up, to pages with smaller numbers. Read from the first
 * page to the last, one of them slips between two pages. So the first page tells how many there
 * are, then they are read from the last to the first, the first once more: what moves up is then
 * read twice, and never missed. The cursor is the number of the page.
 */
#include "actors/connectors/temu/temu.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define KEPT_TIMES 3  /* of each row: its bytes, its id, and what makes its message id */
#define NUMBER_MAX 32 /* of a page, as text */

static const temu_list *const lists[] = {&temu_orders, &temu_listings, &temu_products};

static const temu_list *
list_of(const wb_call *call)
{
    size_t i = 0;

    while (i < WB_COUNT(lists) && strcmp(lists[i]->pull, call->op->name) != 0)
        i++;
    assert(i < WB_COUNT(lists)); /* an operation that lists has a list */
    return lists[i];
}

static int64_t
page_size(const wb_call *call)
{
    return call->page_max > 0 ? call->page_max : ((const temu_options *)call->options)->page_size;
}

/* The page of a cursor; 0 = the first one, which tells how many there are. */
static wb_rc
page_of(const wb_call *call, int64_t *out, wb_err *err)
{
    *out = 0;
    if (!call->cursor.len)
        return WB_OK;
    if (wb_text_int(out, call->cursor, NULL) || *out < 1 || *out > TEMU_PAGES_MAX)
        return wb_fail(err, WB_REJECT, "%s: the cursor is no page", call->op->name);
    return WB_OK;
}

wb_rc
temu_list_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const temu_list *list = list_of(call);
    wb_json_writer writer;
    int64_t page;
    wb_rc rc = page_of(call, &page, err);

    if (rc)
        return rc;
    temu_begin(call, list->type, out, &writer);
    wb_json_member_int(&writer, list->number, page ? page : 1);
    wb_json_member_int(&writer, "pageSize", page_size(call));
    list->filter(call, &writer);
    return temu_end(out, &writer, err);
}

/* One that nobody can use is set aside with its own bytes, and the rest of the list goes on. */
static void
take_row(const wb_call *call, const temu_list *list, wb_json_ref row, wb_outcomes *out)
{
    wb_item *item = wb_outcomes_item(out);
    bool sound;

    item->kind = list->as;
    item->record_kind = list->kind;
    item->what = item->body = wb_outcomes_keep(out, wb_json_raw(call->json, row));
    sound = list->name(call, row, out, item);
    wb_json_forgive(call->json);
    if (!sound)
        wb_item_park(item, "%s", list->unusable);
}

/* How many pages there are; false = it does not tell. A gateway that gives fewer rows than it was
 * asked for has smaller pages. */
static bool
count_pages(const wb_call *call, int64_t total, int64_t rows, int64_t *out)
{
    int64_t size = page_size(call);

    if (total < rows || (rows == 0 && total > 0))
        return false;
    if (rows < size && rows > 0)
        size = rows;
    *out = total ? (total - 1) / size + 1 : 0;
    return *out <= TEMU_PAGES_MAX;
}

static void
say_next(int64_t page, wb_outcomes *out)
{
    char text[NUMBER_MAX];

    snprintf(text, sizeof text, "%lld", (long long)page);
    out->cursor = wb_outcomes_keep(out, wb_view_of(text));
}

static wb_rc
next_page(const wb_call *call, int64_t page, int64_t total, int64_t rows, wb_outcomes *out,
          wb_err *err)
{
    int64_t pages = 0;

    if (page > 1)
        say_next(page - 1, out);
    if (page)
        return WB_OK;
    if (!count_pages(call, total, rows, &pages))
        return wb_fail(err, WB_RETRY, "%s: it tells %lld rows in all and gives %lld",
                       call->op->name, (long long)total, (long long)rows);
    if (pages > 1)
        say_next(pages, out);
    return WB_OK;
}

wb_rc
temu_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const temu_list *list = list_of(call);
    wb_json *json = call->json;
    wb_json_ref result, rows;
    wb_count total = {0};
    int64_t page;
    wb_rc rc = page_of(call, &page, err);

    if (!rc)
        rc = temu_result(call, resp, out, &result, err);
    if (rc)
        return rc;
    rows = wb_json_get(json, result, list->rows);
    wb_answer_count(json, wb_answer_member(json, result, list->total), &total, list->total);
    if (wb_json_check(json, err) || wb_json_kind(json, rows) != WB_JSON_ARRAY || !total.known)
        return wb_fail(err, WB_RETRY, "%s: the list is unreadable", call->op->name);
    wb_outcomes_reserve(out, KEPT_TIMES * resp->body.len +
                                 (wb_json_count(json, rows) + 2) * TEMU_WHAT_MORE);
    rc = next_page(call, page, total.value, (int64_t)wb_json_count(json, rows), out, err);
    for (wb_json_ref at = wb_json_first(json, rows); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        take_row(call, list, at, out);
    out->total = total.value;
    return rc;
}
