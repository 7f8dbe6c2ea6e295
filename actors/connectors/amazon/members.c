/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/amazon/members.h"

#include <assert.h>
#include <string.h>

#include "protocol/base/text.h"

#define AMOUNT_DIGITS_MAX 9 /* behind the point */

/* The text as it is, except that "" is no value. */
static wb_rc
read_text(wb_json *json, wb_json_ref ref, wb_view *out, const char *what, wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, ref, &text, what, err);

    if (!rc && text.len)
        *out = text;
    return rc;
}

/* null says nothing: the number stays unknown. */
static wb_rc
read_count(wb_json *json, wb_json_ref ref, wb_count *out, const char *what, wb_err *err)
{
    if (wb_json_kind(json, ref) == WB_JSON_NULL)
        return WB_OK;
    out->known = true;
    return wb_json_int(json, ref, &out->value, what, err);
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

static wb_rc
read_texts(wb_json *json, wb_json_ref array, wb_field_list *out, const char *what, wb_err *err)
{
    wb_order_text *text;
    wb_rc rc = WB_OK;

    if (wb_json_kind(json, array) == WB_JSON_NULL)
        return WB_OK;
    if (wb_json_kind(json, array) != WB_JSON_ARRAY)
        return wb_fail(err, WB_REJECT, "%s is no array", what);
    rc = new_items(json, array, sizeof *text, out, err);
    text = out->items;
    for (wb_json_ref child = wb_json_first(json, array); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child))
        rc = read_text(json, child, &text++->value, what, err);
    return rc;
}

bool
amazon_is_list(const wb_json *json, wb_json_ref ref)
{
    return wb_json_kind(json, ref) == WB_JSON_ARRAY;
}

wb_rc
amazon_list(wb_json *json, wb_json_ref array, const amazon_member *row, wb_field_list *out,
            wb_err *err)
{
    wb_json_type type = wb_json_kind(json, array);
    char *item;
    wb_rc rc;

    if (type == WB_JSON_ABSENT || type == WB_JSON_NULL)
        return WB_OK;
    if (type != WB_JSON_ARRAY)
        return wb_fail(err, WB_REJECT, "%s is no array", row->name);
    rc = new_items(json, array, row->size, out, err);
    item = out->items;
    for (wb_json_ref child = wb_json_first(json, array); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child), item += row->size)
        rc = amazon_members(json, child, row->rows, row->count, item, err);
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

static wb_rc
read_member(wb_json *json, wb_json_ref ref, const amazon_member *row, char *base, wb_err *err)
{
    void *at = base + row->offset;

    switch ((amazon_member_type)row->type) {
    case AMAZON_TEXT:
        return read_text(json, ref, at, row->name, err);
    case AMAZON_INT:
        return read_count(json, ref, at, row->name, err);
    case AMAZON_BOOL:
        return wb_json_bool(json, ref, at, row->name, err);
    case AMAZON_TIME:
        return wb_json_time(json, ref, at, row->name, err);
    case AMAZON_MONEY:
        return amazon_money(json, ref, at, row->name, err);
    case AMAZON_REF:
        *(wb_json_ref *)at = ref;
        return WB_OK;
    case AMAZON_DECIMAL:
        return wb_json_kind(json, ref) == WB_JSON_NULL
                   ? WB_OK
                   : wb_json_decimal(json, ref, at, row->name, err);
    case AMAZON_THERE:
        *(bool *)at = says_something(json, ref);
        return WB_OK;
    case AMAZON_TEXTS:
        return read_texts(json, ref, at, row->name, err);
    case AMAZON_INTO:
        return amazon_members(json, ref, row->rows, row->count, at, err);
    case AMAZON_LIST:
        return amazon_list(json, ref, row, at, err);
    }
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

/* Also of objects that will not be there. */
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

wb_rc
amazon_members(wb_json *json, wb_json_ref object, const amazon_member *rows, size_t count,
               void *base, wb_err *err)
{
    wb_json_type type = wb_json_kind(json, object);
    uint64_t seen = 0;
    size_t at = 0;
    wb_rc rc = WB_OK;

    assert(count <= AMAZON_MEMBERS_MAX);
    forget_refs(rows, count, base);
    if (type == WB_JSON_ABSENT || type == WB_JSON_NULL)
        return WB_OK;
    if (type != WB_JSON_OBJECT)
        return wb_fail(err, WB_REJECT, "not an object where '%s' is due", rows[0].name);
    for (wb_json_ref child = wb_json_first(json, object); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child)) {
        wb_view key = wb_json_key(json, child);
        size_t row = key.len && memchr(key.data, '\\', key.len)
                         ? find_escaped(json, object, child, rows, count)
                         : find_row(key, rows, count, at);

        if (row == count)
            continue;
        if (seen >> row & 1)
            return wb_fail(err, WB_REJECT, "%s is there twice", rows[row].name);
        seen |= UINT64_C(1) << row;
        at = row + 1;
        rc = read_member(json, child, &rows[row], base, err);
    }
    return rc;
}

/* "25.99" of a currency without minor units: the amount keeps the digits that it came with. */
static wb_rc
own_digits(wb_view amount, wb_view currency, wb_money *out, wb_err *err)
{
    const char *point = amount.len ? memchr(amount.data, '.', amount.len) : NULL;
    size_t digits = point ? amount.len - (size_t)(point - amount.data) - 1 : 0;
    char text[40];
    size_t len = 0;
    int64_t minor = 0;

    if (!point || digits == 0 || digits > AMOUNT_DIGITS_MAX || amount.len >= sizeof text ||
        currency.len != 3)
        return wb_fail(err, WB_REJECT, "not an amount of money");
    for (size_t i = 0; i < amount.len; i++)
        if (amount.data[i] != '.')
            text[len++] = amount.data[i];
    if (wb_text_int(&minor, (wb_view){text, len}, err))
        return WB_REJECT;
    *out = (wb_money){.minor = minor, .exponent = (uint8_t)digits};
    memcpy(out->currency, currency.data, 3);
    return WB_OK;
}

/* Each member of an amount at most once, whatever its capitals. */
static wb_rc
money_member(wb_json *json, wb_json_ref child, wb_view *amount, wb_view *currency, const char *what,
             wb_err *err)
{
    wb_view key = wb_json_key(json, child);

    if (key.len == 6 && wb_text_same_nocase(key, WB_VIEW_LIT("amount")))
        return amount->data ? wb_fail(err, WB_REJECT, "%s has two amounts", what)
                            : wb_json_decimal(json, child, amount, what, err);
    if (key.len == 12 && wb_text_same_nocase(key, WB_VIEW_LIT("currencycode")))
        return currency->data ? wb_fail(err, WB_REJECT, "%s has two currencies", what)
                              : wb_json_text(json, child, currency, what, err);
    return WB_OK;
}

wb_rc
amazon_money(wb_json *json, wb_json_ref object, wb_money *out, const char *what, wb_err *err)
{
    wb_view amount = {NULL, 0}, currency = {NULL, 0};
    wb_json_type type = wb_json_kind(json, object);
    wb_rc rc = WB_OK;

    if (type == WB_JSON_ABSENT || type == WB_JSON_NULL)
        return WB_OK;
    if (type != WB_JSON_OBJECT)
        return wb_fail(err, WB_REJECT, "%s is no amount of money", what);
    for (wb_json_ref child = wb_json_first(json, object); !rc && child != WB_JSON_NONE;
         child = wb_json_next(json, child))
        rc = money_member(json, child, &amount, &currency, what, err);
    if (rc || (!amount.len && !currency.len))
        return rc;
    if (wb_money_parse(out, amount, currency, NULL) == WB_OK)
        return WB_OK;
    rc = own_digits(amount, currency, out, err);
    return rc ? wb_note(err, rc, "%s", what) : WB_OK;
}

void
amazon_money_add(wb_money *sum, const wb_money *part, bool *ok)
{
    if (!part->currency[0])
        return;
    if (!sum->currency[0])
        *sum = *part;
    else if (memcmp(sum->currency, part->currency, 3) != 0 || sum->exponent != part->exponent ||
             __builtin_add_overflow(sum->minor, part->minor, &sum->minor))
        *ok = false;
}
