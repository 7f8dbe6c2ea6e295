/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists - what all lists have in common: a length, an offset or a page, the total
 *
 * The cursor is "OFFSET/LENGTH": pages are counted in that length to the end of the slice, whatever
 * the settings say meanwhile. A list ends where its total does, and nowhere else: an empty page
 * before is no end. Where pages are counted, a first one that is shorter than was asked for shows
 * how long they are; a later one that is short of the total is asked for again, for the next one
 * does not begin behind it.
 *
 * Of a list that is asked for by a time of change, what changes meanwhile leaves the slice, and the
 * rows behind it move up: its cursor has the total as well, and when that has become less by so
 * many, so many rows before the page are read once more ("OFFSET/LENGTH/TOTAL").
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

static const lingxing_list_def *const lists[] = {
    &lingxing_shipments,
    &lingxing_stock,
    &lingxing_products,
    &lingxing_changed,
};

static const lingxing_list_def *
list_of(const wb_call *call)
{
    size_t i = 0;

    while (i < WB_COUNT(lists) && strcmp(lists[i]->pull, call->op->name) != 0)
        i++;
    assert(i < WB_COUNT(lists)); /* an operation that lists has a list */
    return lists[i];
}

typedef struct {
    int64_t offset, length;
    int64_t total; /* that the page before told; 0 = not noted */
} place;

/* The number up to the next slash, or the end; *rest is left behind it. */
static bool
next_number(wb_view *rest, int64_t *out)
{
    const char *slash = rest->len ? memchr(rest->data, '/', rest->len) : NULL;
    size_t len = slash ? (size_t)(slash - rest->data) : rest->len;
    wb_view number = {rest->data, len};

    len += slash != NULL;
    *rest = (wb_view){rest->data + len, rest->len - len};
    return !wb_text_int(out, number, NULL);
}

static wb_rc
place_of(const wb_call *call, const lingxing_list_def *list, place *out, wb_err *err)
{
    wb_view rest = call->cursor;

    *out = (place){.offset = 0};
    out->length =
        call->page_max > 0 && call->page_max < list->page_max ? call->page_max : list->page_max;
    if (!call->cursor.len)
        return WB_OK;
    if (!next_number(&rest, &out->offset) || !next_number(&rest, &out->length) ||
        (list->moves && !next_number(&rest, &out->total)) || rest.len || out->offset < 0 ||
        out->length < 1 || out->length > list->page_max || out->total < 0)
        return wb_fail(err, WB_REJECT, "the cursor is none of this list");
    return WB_OK;
}

wb_rc
lingxing_list_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const lingxing_list_def *list = list_of(call);
    wb_json_writer writer;
    place at;
    wb_rc rc = place_of(call, list, &at, err);

    if (rc)
        return rc;
    lingxing_post(call, list->path, out);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    if (list->by_page) {
        wb_json_member_int(&writer, "page", at.offset / at.length + 1);
        wb_json_member_int(&writer, "page_size", at.length);
    } else {
        wb_json_member_int(&writer, "length", at.length);
        wb_json_member_int(&writer, "offset", at.offset);
    }
    rc = list->filter(call, out, &writer, err);
    if (rc)
        return rc;
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}

static void
keep_cursor(const lingxing_list_def *list, const place *at, int64_t total, wb_outcomes *out)
{
    char cursor[72];
    int len =
        snprintf(cursor, sizeof cursor, "%lld/%lld", (long long)at->offset, (long long)at->length);

    if (list->moves)
        snprintf(cursor + len, sizeof cursor - (size_t)len, "/%lld", (long long)total);
    out->cursor = wb_outcomes_keep(out, wb_view_of(cursor));
}

/* Where the next page begins: behind the rows that came, or behind the page. A total that stays
 * wrong behind the first one is asked for once more and again: then the list is read anew. */
static wb_rc
go_on(const wb_call *call, int64_t rows, int64_t total, wb_outcomes *out, wb_err *err)
{
    const lingxing_list_def *list = list_of(call);
    place at;
    wb_rc again = call->cursor.len ? WB_REJECT : WB_RETRY;
    wb_rc rc = place_of(call, list, &at, err);

    if (rc)
        return rc;
    if (total < at.total && at.offset > 0) {
        at.offset = at.total - total < at.offset ? at.offset - (at.total - total) : 0;
        out->reread = true;
        keep_cursor(list, &at, total, out);
        return WB_OK;
    }
    if (rows > 0 && total < at.offset + rows)
        return wb_fail(err, again, "the list has more rows than the %lld that it says",
                       (long long)total);
    if (rows == 0 && total > at.offset)
        return wb_fail(err, again, "the list says that it has %lld rows, and gives none",
                       (long long)total);
    if (list->by_page && at.offset == 0 && total > rows && rows < at.length)
        at.length = rows;
    if (list->by_page && total > at.offset + rows && rows < at.length)
        return wb_fail(err, again, "a page of the list has %lld rows of %lld, and is not the last",
                       (long long)rows, (long long)at.length);
    at.offset += list->by_page ? at.length : rows;
    if (total <= at.offset)
        return WB_OK;
    keep_cursor(list, &at, total, out);
    return WB_OK;
}

wb_rc
lingxing_list_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const lingxing_list_def *list = list_of(call);
    wb_json *json = call->json;
    wb_json_ref rows, at;
    int64_t total = 0;
    size_t room = 72;
    wb_rc rc = lingxing_answer(call, resp, out, err);

    if (rc)
        return rc;
    if (!lingxing_list(json, &rows, &total))
        return wb_fail(err, WB_RETRY, "the list is unreadable: no rows, or no total");
    for (at = wb_json_first(json, rows); at != WB_JSON_NONE; at = wb_json_next(json, at))
        room += list->room(json, at);
    wb_outcomes_reserve(out, room);
    rc = go_on(call, (int64_t)wb_json_count(json, rows), total, out, err);
    for (at = rc ? WB_JSON_NONE : wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        list->take(call, at, out);
    out->total = total;
    return rc;
}
