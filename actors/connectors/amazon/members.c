/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/amazon/members.h"

#include <assert.h>
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

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
amazon_is_list(const wb_json *json, wb_json_ref ref)
{
    return wb_json_kind(json, ref) == WB_JSON_ARRAY;
}

/* A list; what is none, and says something all the same, is left out. */
static bool
may_be_list(wb_json *json, wb_json_ref ref, const amazon_member *row)
{
    if (amazon_is_list(json, ref))
        return true;
    if (!wb_answer_no_value(json, ref))
        wb_answer_leave_out(json, row->name);
    return false;
}

/* Elements that are no objects are left out. */
wb_rc
amazon_list(wb_json *json, wb_json_ref array, const amazon_member *row, wb_field_list *out,
            wb_err *err)
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
        rc = amazon_members(json, child, row->rows, row->count, item, err);
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

static wb_rc read_members(wb_json *json, wb_json_ref object, const amazon_member *rows,
                          size_t count, void *base, wb_err *err);

static wb_rc
read_into(wb_json *json, wb_json_ref ref, const amazon_member *row, void *at, wb_err *err)
{
    if (wb_json_kind(json, ref) == WB_JSON_OBJECT)
        return read_members(json, ref, row->rows, row->count, at, err);
    if (!wb_answer_no_value(json, ref))
        wb_answer_leave_out(json, row->name);
    return WB_OK;
}

static wb_rc
read_member(wb_json *json, wb_json_ref ref, const amazon_member *row, char *base, wb_err *err)
{
    void *at = base + row->offset;

    switch ((amazon_member_type)row->type) {
    case AMAZON_ID:
        return read_id(json, ref, at, row->name, err);
    case AMAZON_TEXT:
        wb_answer_text(json, ref, at, row->name);
        break;
    case AMAZON_CODE:
        wb_answer_code(json, ref, at, row->name);
        break;
    case AMAZON_INT:
        wb_answer_count(json, ref, at, row->name);
        break;
    case AMAZON_BOOL:
        wb_answer_bool(json, ref, at, row->name);
        break;
    case AMAZON_TIME:
        wb_answer_time(json, ref, at, row->name);
        break;
    case AMAZON_MONEY:
        amazon_money(json, ref, at, row->name);
        break;
    case AMAZON_REF:
        *(wb_json_ref *)at =
            wb_answer_no_value(json, ref) && wb_json_kind(json, ref) != WB_JSON_ARRAY ? WB_JSON_NONE
                                                                                      : ref;
        break;
    case AMAZON_DECIMAL:
        wb_answer_decimal(json, ref, at, row->name);
        break;
    case AMAZON_THERE:
        *(bool *)at = says_something(json, ref);
        break;
    case AMAZON_TEXTS:
        return may_be_list(json, ref, row) ? read_texts(json, ref, at, row->name, err) : WB_OK;
    case AMAZON_INTO:
        return read_into(json, ref, row, at, err);
    case AMAZON_LIST:
        return amazon_list(json, ref, row, at, err);
    }
    return WB_OK;
}

static size_t
size_of(amazon_member_type type)
{
    static const size_t sizes[] = {
        [AMAZON_TEXT] = sizeof(wb_view),    [AMAZON_CODE] = sizeof(wb_view),
        [AMAZON_INT] = sizeof(wb_count),    [AMAZON_BOOL] = sizeof(bool),
        [AMAZON_TIME] = sizeof(int64_t),    [AMAZON_MONEY] = sizeof(wb_money),
        [AMAZON_DECIMAL] = sizeof(wb_view), [AMAZON_THERE] = sizeof(bool),
    };

    return (size_t)type < WB_COUNT(sizes) ? sizes[type] : 0;
}

/* A member that is there twice: said twice, or nobody knows which of the two is meant. Of what
 * identifies, and of a group, that is for nobody to guess. */
static wb_rc
read_again(wb_json *json, wb_json_ref first, wb_json_ref second, const amazon_member *row,
           char *base, wb_err *err)
{
    size_t size = size_of((amazon_member_type)row->type);

    if (wb_view_eq(wb_json_raw(json, first), wb_json_raw(json, second)))
        return WB_OK;
    if (!size)
        return wb_fail(err, WB_REJECT, "%s is there twice", row->name);
    memset(base + row->offset, 0, size);
    if (row->type == AMAZON_MONEY)
        ((wb_money *)(void *)(base + row->offset))->exponent = WB_MONEY_UNREAD;
    wb_answer_leave_out(json, row->name);
    return WB_OK;
}

/* A key written with escapes, which nobody does: every row asks for itself. */
static size_t
find_escaped(const wb_json *json, wb_json_ref object, wb_json_ref child, const amazon_member *rows,
             size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (wb_json_get(json, object, rows[i].name) == child)
            return i;
    return count;
}

/* Members come in about the order of the model, so the search goes on where the last one ended. */
static size_t
find_row(wb_view key, const amazon_member *rows, size_t count, size_t from)
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
forget_refs(const amazon_member *rows, size_t count, void *base)
{
    for (size_t i = 0; i < count; i++) {
        void *at = (char *)base + rows[i].offset;

        if (rows[i].type == AMAZON_REF)
            *(wb_json_ref *)at = WB_JSON_NONE;
        else if (rows[i].type == AMAZON_INTO)
            forget_refs(rows[i].rows, rows[i].count, at);
    }
}

/* The row that a member is read by; `count`: none names it. */
static size_t
row_of(const wb_json *json, wb_json_ref object, wb_json_ref child, const amazon_member *rows,
       size_t count, size_t from)
{
    wb_view key = wb_json_key(json, child);
    size_t row = find_row(key, rows, count, from);

    if (row == count && key.len && memchr(key.data, '\\', key.len))
        row = find_escaped(json, object, child, rows, count);
    return row;
}

static wb_rc
read_members(wb_json *json, wb_json_ref object, const amazon_member *rows, size_t count, void *base,
             wb_err *err)
{
    wb_json_ref first[AMAZON_MEMBERS_MAX]; /* of a row that was seen: what it was read from */
    uint64_t seen = 0;                     /* a bit a row */
    size_t at = 0;
    wb_rc rc = WB_OK;

    assert(count <= AMAZON_MEMBERS_MAX);
    for (wb_json_ref child = wb_json_first(json, object); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child)) {
        size_t row = row_of(json, object, child, rows, count, at);

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
amazon_members(wb_json *json, wb_json_ref object, const amazon_member *rows, size_t count,
               void *base, wb_err *err)
{
    forget_refs(rows, count, base);
    if (wb_json_kind(json, object) == WB_JSON_OBJECT)
        return read_members(json, object, rows, count, base, err);
    if (!wb_answer_no_value(json, object))
        wb_answer_leave_out(json, rows[0].name);
    return WB_OK;
}

/* One of an amount's two members; said twice they have to be the same. */
static bool
take_part(const wb_json *json, wb_json_ref child, wb_json_ref *part)
{
    if (*part != WB_JSON_NONE)
        return wb_view_eq(wb_json_raw(json, *part), wb_json_raw(json, child));
    *part = child;
    return true;
}

void
amazon_money(wb_json *json, wb_json_ref object, wb_money *out, const char *what)
{
    wb_json_ref amount = WB_JSON_NONE, currency = WB_JSON_NONE;
    wb_view code = {NULL, 0};
    bool sound = wb_json_kind(json, object) == WB_JSON_OBJECT;

    if (wb_answer_no_value(json, object))
        return;
    for (wb_json_ref child = wb_json_first(json, object); sound && child != WB_JSON_NONE;
         child = wb_json_next(json, child)) {
        wb_view key = wb_json_key(json, child);

        if (wb_text_same_nocase(key, WB_VIEW_LIT("amount")))
            sound = take_part(json, child, &amount);
        else if (wb_text_same_nocase(key, WB_VIEW_LIT("currencyCode")))
            sound = take_part(json, child, &currency);
    }
    if (!sound) {
        *out = (wb_money){.exponent = WB_MONEY_UNREAD};
        wb_answer_leave_out(json, what);
        return;
    }
    wb_ignore(wb_json_text(json, currency, &code, "currency", NULL),
              "an amount without a currency is left out");
    wb_answer_amount(json, amount, code, out, what);
}

void
amazon_money_add(wb_money *sum, const wb_money *part, bool *ok)
{
    if (!part->currency[0]) {
        *ok &= part->exponent != WB_MONEY_UNREAD;
        return;
    }
    if (!sum->currency[0])
        *sum = *part;
    else if (memcmp(sum->currency, part->currency, 3) != 0 || sum->exponent != part->exponent ||
             __builtin_add_overflow(sum->minor, part->minor, &sum->minor))
        *ok = false;
}
