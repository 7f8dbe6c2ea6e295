/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokens - a list whose pages name the next one by a token
 *
 *   {"pageToken", "pageSize", SEARCH: WORD}
 *   {"total", ROWS: [...], "pagination": {"nextToken": TEXT, or none on the last page}}
 *
 * Rows are searched by a word, and there is not always one for all of them: each word is a list of
 * its own, read one after another. The cursor is "WORD ROWS/TOTAL TOKEN": how many rows of that
 * word came so far, and how many the first page of them told.
 *
 * A page without a token is the last one only when as many rows came as the total tells: the
 * smaller one of the first page's and its own, for what is listed meanwhile comes in front of what
 * was read, and what goes is told no more. Fewer: the first page is asked for again; a later one is
 * refused, for earlier ones may be what is short, and the slice so begins anew. What a token that
 * is refused, or goes in a circle, leads to is the runtime's (docs/connectors.md).
 */
#include "actors/connectors/temu/temu.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define TOKEN_MAX 4096
#define NUMBERS_MAX 80 /* the cursor without its token */

/* Where a cursor leads to. */
typedef struct {
    size_t word;
    int64_t rows, total; /* total: 0 = not told */
    wb_view token;       /* {NULL, 0}: the first page of its word */
} place;

/* Up to the next `end`, which is taken as well; false: there is none. */
static bool
cut(wb_view *rest, char end, wb_view *out)
{
    const char *at = rest->len ? memchr(rest->data, end, rest->len) : NULL;

    if (!at)
        return false;
    *out = (wb_view){rest->data, (size_t)(at - rest->data)};
    *rest = (wb_view){at + 1, rest->len - out->len - 1};
    return true;
}

static bool
read_number(wb_view text, int64_t *out)
{
    return !wb_text_int(out, text, NULL) && *out >= 0 && *out < INT32_MAX;
}

static wb_rc
place_of(const wb_call *call, const temu_list *list, place *out, wb_err *err)
{
    wb_view rest = call->cursor, word, rows, total;

    *out = (place){0};
    if (!rest.len)
        return WB_OK;
    if (cut(&rest, ' ', &word) && cut(&rest, '/', &rows) && cut(&rest, ' ', &total) &&
        read_number(rows, &out->rows) && read_number(total, &out->total)) {
        out->token = rest;
        for (; list->words[out->word]; out->word++)
            if (wb_view_is(word, list->words[out->word]))
                return WB_OK;
    }
    return wb_fail(err, WB_REJECT, "%s: the cursor is no page", call->op->name);
}

wb_rc
temu_token_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const temu_options *options = call->options;
    const temu_list *list = temu_list_of(call);
    wb_json_writer writer;
    place at;
    wb_rc rc = place_of(call, list, &at, err);

    if (rc)
        return rc;
    temu_begin(call, list->type, out, &writer);
    if (at.token.len)
        wb_json_member_text(&writer, "pageToken", at.token);
    wb_json_member_int(&writer, "pageSize",
                       call->page_max > 0 ? call->page_max : options->page_size);
    wb_json_member_text(&writer, list->search, wb_view_of(list->words[at.word]));
    return temu_end(out, &writer, err);
}

/* --- the answer --- */

/* WB_RETRY: it is none. */
static wb_rc
next_token(const wb_call *call, wb_json_ref result, wb_view *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref ref = wb_json_get(json, wb_json_get(json, result, "pagination"), "nextToken");

    *out = (wb_view){NULL, 0};
    if (wb_json_check(json, err) ||
        (!wb_answer_no_value(json, ref) &&
         (wb_json_text(json, ref, out, "nextToken", NULL) || out->len > TOKEN_MAX)))
        return wb_fail(err, WB_RETRY, "%s: the token of its next page is none", call->op->name);
    return WB_OK;
}

/* What cannot be mended by asking for this page alone. */
static wb_rc
anew(const wb_call *call)
{
    return call->cursor.len ? WB_REJECT : WB_RETRY;
}

static wb_rc
check_end(const wb_call *call, const place *at, const wb_count *total, wb_err *err)
{
    int64_t due = at->total && at->total < total->value ? at->total : total->value;

    if (!total->known || at->rows >= due)
        return WB_OK;
    return wb_fail(err, anew(call), "%s: it tells %lld rows in all and gives %lld", call->op->name,
                   (long long)due, (long long)at->rows);
}

/* "WORD ROWS/TOTAL TOKEN"; nothing: the list is done. */
static void
say_next(const temu_list *list, place at, wb_outcomes *out)
{
    WB_AUTO(wb_buf_fini) wb_buf cursor = {0};

    if (!at.token.len) {
        at = (place){.word = at.word + 1};
        if (!list->words[at.word])
            return;
    }
    wb_buf_init(&cursor, TOKEN_MAX + NUMBERS_MAX);
    wb_buf_addf(&cursor, "%s %lld/%lld %.*s", list->words[at.word], (long long)at.rows,
                (long long)at.total, WB_VIEW_ARG(at.token));
    out->cursor = wb_outcomes_keep(out, wb_buf_view(&cursor));
}

static wb_rc
step(const wb_call *call, wb_json_ref result, wb_json_ref rows, place *at, wb_err *err)
{
    wb_json *json = call->json;
    const char *name = temu_list_of(call)->total;
    wb_count total = {0};
    wb_view asked = at->token;
    wb_rc rc = next_token(call, result, &at->token, err);

    if (rc)
        return rc;
    wb_answer_count(json, wb_answer_member(json, result, name), &total, name);
    if (!wb_answer_list(json, rows, &total))
        return wb_fail(err, WB_RETRY, "%s: the list is unreadable", call->op->name);
    if (!asked.len)
        at->total = total.known && total.value < INT32_MAX ? total.value : 0;
    at->rows += (int64_t)wb_json_count(json, rows);
    if (at->token.len && wb_view_eq(at->token, asked))
        return wb_fail(err, anew(call), "%s: a page names itself as the next one", call->op->name);
    return at->token.len ? WB_OK : check_end(call, at, &total, err);
}

wb_rc
temu_token_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const temu_list *list = temu_list_of(call);
    wb_json *json = call->json;
    wb_json_ref result, rows;
    place at;
    wb_rc rc = place_of(call, list, &at, err);

    if (!rc)
        rc = temu_result(call, resp, out, &result, err);
    if (rc)
        return rc;
    rows = wb_json_get(json, result, list->rows);
    if (wb_json_check(json, err))
        return wb_fail(err, WB_RETRY, "%s: the list is unreadable", call->op->name);
    rc = step(call, result, rows, &at, err);
    if (rc)
        return rc;
    if (!list->words[1])
        out->total = at.total;
    temu_take_rows(call, rows, TOKEN_MAX + NUMBERS_MAX, out);
    say_next(list, at, out);
    return WB_OK;
}
