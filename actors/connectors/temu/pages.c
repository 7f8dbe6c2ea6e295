/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - a list by numbers of pages, so that no row is lost when rows move while it is read
 *
 * Lists are newest first, and a row that changes meanwhile leaves the window (its end is fixed) or
 * moves to the top: those behind it move up, to pages with smaller numbers. Read from the first
 * page to the last, one of them slips between two pages. So the first page tells how many there
 * are, then they are read from the last to the first, the first once more: what moves up is then
 * read twice, and never missed. The cursor is "PAGE/LENGTH": a gateway may have shorter or longer
 * pages than it was asked for, and the first one shows how long they are. A page with fewer rows
 * than the total leaves for it is asked for again: it is never taken for all there is.
 */
#include "actors/connectors/temu/temu.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define NUMBER_MAX 48 /* of a page and its length, as text */

/* Where a cursor leads to; page 0 = the first one, which tells how many there are. */
typedef struct {
    int64_t page, length;
} place;

static int64_t
page_size(const wb_call *call)
{
    return call->page_max > 0 ? call->page_max : ((const temu_options *)call->options)->page_size;
}

static wb_rc
place_of(const wb_call *call, place *out, wb_err *err)
{
    const char *slash = call->cursor.len ? memchr(call->cursor.data, '/', call->cursor.len) : NULL;
    size_t head = slash ? (size_t)(slash - call->cursor.data) : 0;

    *out = (place){.length = page_size(call)};
    if (!call->cursor.len)
        return WB_OK;
    if (!slash || wb_text_int(&out->page, (wb_view){call->cursor.data, head}, NULL) ||
        wb_text_int(&out->length, (wb_view){slash + 1, call->cursor.len - head - 1}, NULL) ||
        out->page < 1 || out->page > TEMU_PAGES_MAX || out->length < 1 || out->length > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "%s: the cursor is no page", call->op->name);
    return WB_OK;
}

/* What a page of that length is asked for by. */
static int64_t
asked(int64_t length)
{
    return length < TEMU_PAGE_MAX ? length : TEMU_PAGE_MAX;
}

wb_rc
temu_list_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const temu_list *list = temu_list_of(call);
    wb_json_writer writer;
    place at;
    wb_rc rc = place_of(call, &at, err);

    if (rc)
        return rc;
    temu_begin(call, list->type, out, &writer);
    wb_json_member_int(&writer, list->number, at.page ? at.page : 1);
    wb_json_member_int(&writer, "pageSize", asked(at.length));
    list->filter(call, &writer);
    return temu_end(out, &writer, err);
}

static void
say_next(int64_t page, int64_t length, wb_outcomes *out)
{
    char text[NUMBER_MAX];

    snprintf(text, sizeof text, "%lld/%lld", (long long)page, (long long)length);
    out->cursor = wb_outcomes_keep(out, wb_view_of(text));
}

static int64_t
rows_left(int64_t page, int64_t length, int64_t total)
{
    int64_t left = total - (page - 1) * length;

    return left < 0 ? 0 : left < length ? left : length;
}

/* How many rows the total leaves for this page, at least: in pages as long as was asked for, or as
 * the first one was. */
static int64_t
rows_due(const place *at, int64_t total)
{
    int64_t shown = rows_left(at->page, at->length, total);
    int64_t honest = rows_left(at->page, asked(at->length), total);

    return shown < honest ? shown : honest;
}

/* The first page, whose rows say how long all are; false = it cannot be, or leads beyond what can
 * be asked for. One that is longer than was asked for may have more in it than rows of the list: it
 * makes no fewer pages, only those behind the end may be empty. */
static bool
first_page(place *at, int64_t total, int64_t rows)
{
    int64_t shorter = rows < at->length && total > rows ? rows : at->length;

    if (total < rows || (rows == 0 && total > 0))
        return false;
    if (total > rows)
        at->length = rows;
    at->page = total > rows ? (total - 1) / shorter + 1 : 1;
    return at->page <= TEMU_PAGES_MAX;
}

static wb_rc
next_page(const wb_call *call, place at, int64_t total, int64_t rows, wb_outcomes *out, wb_err *err)
{
    bool first = at.page == 0;

    /* behind the first page a total that stays wrong is asked for once more and again: then anew */
    if (first ? !first_page(&at, total, rows) : rows < rows_due(&at, total))
        return wb_fail(err, first ? WB_RETRY : WB_REJECT,
                       "%s: it tells %lld rows in all and gives %lld", call->op->name,
                       (long long)total, (long long)rows);
    out->reread = !first && at.page == 1;
    if (at.page > 1)
        say_next(first ? at.page : at.page - 1, at.length, out);
    return WB_OK;
}

wb_rc
temu_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const temu_list *list = temu_list_of(call);
    wb_json *json = call->json;
    wb_json_ref result, rows;
    wb_count total = {0};
    place at;
    wb_rc rc = place_of(call, &at, err);

    if (!rc)
        rc = temu_result(call, resp, out, &result, err);
    if (rc)
        return rc;
    rows = wb_json_get(json, result, list->rows);
    wb_answer_count(json, wb_answer_member(json, result, list->total), &total, list->total);
    if (wb_json_check(json, err) || !wb_answer_list(json, rows, &total) || !total.known)
        return wb_fail(err, WB_RETRY, "%s: the list is unreadable", call->op->name);
    temu_take_rows(call, rows, NUMBER_MAX, out);
    out->total = total.value;
    return next_page(call, at, total.value, (int64_t)wb_json_count(json, rows), out, err);
}
