/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/json_members.h"

#include <assert.h>
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/records/order.h"

/* The text that a record is known by: whole, or the record is refused. */
static wb_rc
read_id(wb_json *json, wb_json_ref ref, wb_view *out, const char *what, wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, ref, &text, what, err);

    if (!rc && text.len)
        *out = text;
    return rc;
}

/* Room for the members of an array that is no longer than it may be. */
static wb_rc
new_items(const wb_json *json, wb_json_ref array, size_t size, wb_field_list *out, wb_err *err)
{
    size_t count = wb_json_count(json, array);

    if (count > WB_RECORD_LIST_MAX)
        return wb_fail(err, WB_REJECT, "more than %d items of a list", WB_RECORD_LIST_MAX);
    wb_free(&out->items);
    *out = (wb_field_list){count ? wb_alloc(count * size) : NULL, count};
    return WB_OK;
}

/* Elements that are none are left out, and so is what is no list. */
static wb_rc
read_texts(wb_json *json, wb_json_ref array, wb_field_list *out, const char *what, wb_err *err)
{
    wb_order_text *texts;
    wb_rc rc = new_items(json, array, sizeof *texts, out, err);

    texts = out->items;
    out->count = 0;
    for (wb_json_ref child = wb_json_first(json, array); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child)) {
        wb_view text = {NULL, 0};

        wb_answer_text(json, child, &text, what);
        if (text.len)
            texts[out->count++].value = text;
    }
    return rc;
}

bool
wb_json_is_list(const wb_json *json, wb_json_ref ref)
{
    return wb_json_kind(json, ref) == WB_JSON_ARRAY;
}

/* A list; what is none, and says something all the same, is left out. */
static bool
may_be_list(wb_json *json, wb_json_ref ref, const wb_json_member *row)
{
    if (wb_json_is_list(json, ref))
        return true;
    if (!wb_answer_no_value(json, ref))
        wb_answer_leave_out(json, row->name);
    return false;
}

/* Elements that are no objects are left out. */
wb_rc
wb_json_members_list(wb_json *json, wb_json_ref array, const wb_json_member *row,
                     wb_field_list *out, wb_err *err)
{
    char *item;
    wb_rc rc;

    if (!may_be_list(json, array, row))
        return WB_OK;
    rc = new_items(json, array, row->size, out, err);
    item = out->items;
    out->count = 0;
    for (wb_json_ref child = wb_json_first(json, array); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child)) {
        if (wb_json_kind(json, child) != WB_JSON_OBJECT) {
            wb_answer_leave_out(json, row->name);
            continue;
        }
        out->count++;
        rc = wb_json_members(json, child, row->rows, row->count, item, err);
        item += row->size;
    }
    return rc;
}

/* null, false, "", [] and {} say nothing. */
static bool
says_something(const wb_json *json, wb_json_ref ref)
{
    wb_json_type type = wb_json_kind(json, ref);
    wb_view raw = wb_json_raw(json, ref);

    if (type == WB_JSON_OBJECT || type == WB_JSON_ARRAY)
        return wb_json_first(json, ref) != WB_JSON_NONE;
    return type != WB_JSON_NULL && type != WB_JSON_FALSE && !wb_view_is(raw, "\"\"");
}

static wb_rc read_members(wb_json *json, wb_json_ref object, const wb_json_member *rows,
                          size_t count, void *base, wb_err *err);

static wb_rc
read_into(wb_json *json, wb_json_ref ref, const wb_json_member *row, void *at, wb_err *err)
{
    if (wb_json_kind(json, ref) == WB_JSON_OBJECT)
        return read_members(json, ref, row->rows, row->count, at, err);
    if (!wb_answer_no_value(json, ref))
        wb_answer_leave_out(json, row->name);
    return WB_OK;
}

static wb_rc
read_member(wb_json *json, wb_json_ref ref, const wb_json_member *row, char *base, wb_err *err)
{
    void *at = base + row->offset;

    switch ((wb_json_member_type)row->type) {
    case WB_MEMBER_ID:
        return read_id(json, ref, at, row->name, err);
    case WB_MEMBER_TEXT:
        wb_answer_text(json, ref, at, row->name);
        break;
    case WB_MEMBER_CODE:
        wb_answer_code(json, ref, at, row->name);
        break;
    case WB_MEMBER_INT:
        wb_answer_count(json, ref, at, row->name);
        break;
    case WB_MEMBER_BOOL:
        wb_answer_bool(json, ref, at, row->name);
        break;
    case WB_MEMBER_TIME:
        wb_answer_time(json, ref, at, row->name);
        break;
    case WB_MEMBER_MONEY:
        wb_answer_money(json, ref, at, row->name);
        break;
    case WB_MEMBER_REF:
        *(wb_json_ref *)at =
            wb_answer_no_value(json, ref) && wb_json_kind(json, ref) != WB_JSON_ARRAY ? WB_JSON_NONE
                                                                                      : ref;
        break;
    case WB_MEMBER_DECIMAL:
        wb_answer_decimal(json, ref, at, row->name);
        break;
    case WB_MEMBER_THERE:
        *(bool *)at = says_something(json, ref);
        break;
    case WB_MEMBER_TEXTS:
        return may_be_list(json, ref, row) ? read_texts(json, ref, at, row->name, err) : WB_OK;
    case WB_MEMBER_INTO:
        return read_into(json, ref, row, at, err);
    case WB_MEMBER_LIST:
        return wb_json_members_list(json, ref, row, at, err);
    }
    return WB_OK;
}

static size_t
size_of(wb_json_member_type type)
{
    static const size_t sizes[] = {
        [WB_MEMBER_TEXT] = sizeof(wb_view),    [WB_MEMBER_CODE] = sizeof(wb_view),
        [WB_MEMBER_INT] = sizeof(wb_count),    [WB_MEMBER_BOOL] = sizeof(bool),
        [WB_MEMBER_TIME] = sizeof(int64_t),    [WB_MEMBER_MONEY] = sizeof(wb_money),
        [WB_MEMBER_DECIMAL] = sizeof(wb_view), [WB_MEMBER_THERE] = sizeof(bool),
    };

    return (size_t)type < WB_COUNT(sizes) ? sizes[type] : 0;
}

/* A member that is there twice: said twice, or nobody knows which of the two is meant. Of what
 * identifies, and of a group, that is for nobody to guess. */
static wb_rc
read_again(wb_json *json, wb_json_ref first, wb_json_ref second, const wb_json_member *row,
           char *base, wb_err *err)
{
    size_t size = size_of((wb_json_member_type)row->type);

    if (wb_view_eq(wb_json_raw(json, first), wb_json_raw(json, second)))
        return WB_OK;
    if (!size)
        return wb_fail(err, WB_REJECT, "%s is there twice", row->name);
    memset(base + row->offset, 0, size);
    if (row->type == WB_MEMBER_MONEY)
        ((wb_money *)(void *)(base + row->offset))->exponent = WB_MONEY_UNREAD;
    wb_answer_leave_out(json, row->name);
    return WB_OK;
}

/* An object, and what is read of it. */
typedef struct {
    const wb_json *json;
    wb_json_ref object;
    const wb_json_member *rows;
    size_t count;
} reading;

/* A key written with escapes, which nobody does: every row asks for itself. */
static size_t
find_escaped(const reading *self, wb_json_ref child)
{
    for (size_t i = 0; i < self->count; i++)
        if (wb_json_get(self->json, self->object, self->rows[i].name) == child)
            return i;
    return self->count;
}

/* Members come in about the order of the model, so the search goes on where the last one ended. */
static size_t
find_row(wb_view key, const wb_json_member *rows, size_t count, size_t from)
{
    for (size_t n = 0, i = from; n < count; n++, i++) {
        if (i >= count)
            i = 0;
        if (rows[i].len == key.len && memcmp(rows[i].name, key.data, key.len) == 0)
            return i;
    }
    return count;
}

/* Also of objects that will not be there: once for all of a table. */
static void
forget_refs(const wb_json_member *rows, size_t count, void *base)
{
    for (size_t i = 0; i < count; i++) {
        void *at = (char *)base + rows[i].offset;

        if (rows[i].type == WB_MEMBER_REF)
            *(wb_json_ref *)at = WB_JSON_NONE;
        else if (rows[i].type == WB_MEMBER_INTO)
            forget_refs(rows[i].rows, rows[i].count, at);
    }
}

/* The row that a member is read by; `count`: none names it. */
static size_t
row_of(const reading *self, wb_json_ref child, size_t from)
{
    wb_view key = wb_json_key(self->json, child);
    size_t row = find_row(key, self->rows, self->count, from);

    if (row == self->count && key.len && memchr(key.data, '\\', key.len))
        row = find_escaped(self, child);
    return row;
}

static wb_rc
read_members(wb_json *json, wb_json_ref object, const wb_json_member *rows, size_t count,
             void *base, wb_err *err)
{
    wb_json_ref first[WB_JSON_MEMBERS_MAX]; /* of a row that was seen: what it was read from */
    uint64_t seen = 0;                      /* a bit a row */
    const reading self = {json, object, rows, count};
    size_t at = 0;
    wb_rc rc = WB_OK;

    assert(count <= WB_JSON_MEMBERS_MAX);
    for (wb_json_ref child = wb_json_first(json, object); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child)) {
        size_t row = row_of(&self, child, at);

        if (row == count)
            continue;
        at = row + 1;
        if (seen >> row & 1) {
            rc = read_again(json, first[row], child, &rows[row], base, err);
            continue;
        }
        seen |= UINT64_C(1) << row;
        first[row] = child;
        rc = read_member(json, child, &rows[row], base, err);
    }
    return rc;
}

wb_rc
wb_json_members(wb_json *json, wb_json_ref object, const wb_json_member *rows, size_t count,
                void *base, wb_err *err)
{
    forget_refs(rows, count, base);
    if (wb_json_kind(json, object) == WB_JSON_OBJECT)
        return read_members(json, object, rows, count, base, err);
    if (!wb_answer_no_value(json, object))
        wb_answer_leave_out(json, rows[0].name);
    return WB_OK;
}
