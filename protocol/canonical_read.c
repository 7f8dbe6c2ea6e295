/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packed records by their table: into a struct, or straight into JSON.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

#define MONEY_EXPONENT_MAX 9
#define NIL 0xc0 /* msgpack's "no value", which reads as 0 elsewhere */

/* A map's walk: which numbers were there, and the row that most likely comes next. */
typedef struct {
    const wb_field *fields, *next;
    uint64_t seen[4];
} walk;

/* The row of the next pair's key; NULL in *out: of a newer release, its value is to be skipped. */
static wb_rc
take_key(walk *self, wb_unpack *from, const wb_field **out, wb_err *err)
{
    const wb_field *field = self->next;
    uint64_t number = 0;
    wb_rc rc = wb_unpack_uint(from, &number, "field number", err);

    if (rc)
        return rc;
    if (number > UINT8_MAX) {
        *out = NULL;
        return WB_OK;
    }
    if (self->seen[number / 64] >> number % 64 & 1)
        return wb_fail(err, WB_REJECT, "field %d is there twice", (int)number);
    self->seen[number / 64] |= UINT64_C(1) << number % 64;
    while (field->type && field->number != number)
        field++;
    if (!field->type)
        for (field = self->fields; field->type && field->number != number;)
            field++;
    *out = field->type ? field : NULL;
    self->next = field->type ? field + 1 : self->fields;
    return WB_OK;
}

static wb_rc
take_money(wb_unpack *from, wb_money *out, const char *what, wb_err *err)
{
    wb_money money = {0};
    uint64_t exponent = 0;
    wb_view currency = {0};
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(from, &count, what, err);

    if (rc || count == 0) /* nil */
        return rc;
    if (count != 3)
        return wb_fail(err, WB_REJECT, "%s is no amount", what);
    rc = wb_unpack_int(from, &money.minor, what, err);
    if (!rc)
        rc = wb_unpack_text(from, &currency, what, err);
    if (!rc)
        rc = wb_unpack_uint(from, &exponent, what, err);
    if (rc)
        return rc;
    if (currency.len != 3 || memchr(currency.data, 0, 3) || exponent > MONEY_EXPONENT_MAX)
        return wb_fail(err, WB_REJECT, "%s is no amount", what);
    memcpy(money.currency, currency.data, 3);
    money.exponent = (uint8_t)exponent;
    *out = money;
    return WB_OK;
}

/* ---- into a struct ---- */

static wb_rc take_record(const wb_field *fields, wb_unpack *from, void *record, wb_err *err);

static wb_rc
take_list(const wb_field *field, wb_unpack *from, wb_field_list *list, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(from, &count, field->name, err);

    if (rc)
        return rc;
    if (count > WB_RECORD_LIST_MAX)
        return wb_fail(err, WB_REJECT, "%s: %u items; at most %d", field->name, count,
                       WB_RECORD_LIST_MAX);
    if (count == 0)
        return WB_OK;
    list->items = wb_alloc(count * field->sub_size);
    list->count = count;
    for (uint32_t i = 0; i < count && !rc; i++)
        rc = take_record(field->sub, from, (char *)list->items + i * field->sub_size, err);
    return rc;
}

static wb_rc
take_enum(const wb_field *field, wb_unpack *from, int32_t *out, wb_err *err)
{
    int64_t number = 0;
    wb_rc rc = wb_unpack_int(from, &number, field->name, err);

    if (rc)
        return rc;
    if (number < 0 || number > INT32_MAX)
        return wb_fail(err, WB_REJECT, "%s is out of range", field->name);
    *out = (int32_t)number;
    return WB_OK;
}

static wb_rc
take_count(const wb_field *field, wb_unpack *from, wb_count *out, wb_err *err)
{
    const uint8_t *first = from->at;
    wb_rc rc = wb_unpack_int(from, &out->value, field->name, err);

    out->known = !rc && *first != NIL;
    return rc;
}

static wb_rc
take_value(const wb_field *field, wb_unpack *from, void *record, wb_err *err)
{
    void *at = (char *)record + field->offset;

    switch (field->type) {
    case WB_FIELD_TEXT:
        return wb_unpack_text(from, at, field->name, err);
    case WB_FIELD_INT:
        return take_count(field, from, at, err);
    case WB_FIELD_TIME:
        return wb_unpack_int(from, at, field->name, err);
    case WB_FIELD_BOOL:
        return wb_unpack_bool(from, at, field->name, err);
    case WB_FIELD_MONEY:
        return take_money(from, at, field->name, err);
    case WB_FIELD_ENUM:
        return take_enum(field, from, at, err);
    case WB_FIELD_GROUP:
        return take_record(field->sub, from, at, err);
    case WB_FIELD_LIST:
        return take_list(field, from, at, err);
    case WB_FIELD_END:
        break;
    }
    return WB_OK;
}

static wb_rc
take_record(const wb_field *fields, wb_unpack *from, void *record, wb_err *err)
{
    walk at = {.fields = fields, .next = fields};
    const wb_field *field;
    uint32_t pairs = 0;
    wb_rc rc = wb_unpack_map(from, &pairs, "record", err);

    for (uint32_t i = 0; i < pairs && !rc; i++) {
        rc = take_key(&at, from, &field, err);
        if (!rc)
            rc = field ? take_value(field, from, record, err) : wb_unpack_skip(from, NULL, err);
    }
    return rc;
}

wb_rc
wb_canonical_decode(const wb_field *fields, wb_view packed, void *record, size_t size, wb_err *err)
{
    wb_unpack from;
    wb_rc rc;

    memset(record, 0, size);
    rc = wb_pack_scan(packed, WB_RECORD_ELEMENTS_MAX, err);
    if (rc)
        return rc;
    wb_unpack_init(&from, packed);
    rc = take_record(fields, &from, record, err);
    if (rc) {
        wb_canonical_fini(fields, record);
        memset(record, 0, size);
    }
    return rc;
}

/* ---- into JSON ---- */

typedef struct {
    wb_json_writer writer;
    wb_unpack from;
    unsigned hide;
    bool exact; /* whole numbers as texts */
} printer;

static wb_rc print_record(printer *self, const wb_field *fields, wb_err *err);

static wb_rc
print_money(printer *self, const char *what, wb_err *err)
{
    wb_money money = {0};
    wb_rc rc = take_money(&self->from, &money, what, err);

    if (rc)
        return rc;
    if (!money.currency[0]) {
        wb_json_put_null(&self->writer);
        return WB_OK;
    }
    wb_json_open(&self->writer, '{');
    wb_json_put_key(&self->writer, "amount");
    wb_json_put_raw(&self->writer, WB_VIEW_LIT("\""));
    wb_money_text(self->writer.out, &money);
    wb_buf_add_char(self->writer.out, '"');
    wb_json_member_text(&self->writer, "currency", wb_view_of(money.currency));
    wb_json_close(&self->writer, '}');
    return WB_OK;
}

/* A number that this release has no name for is written as it is. */
static wb_rc
print_enum(printer *self, const wb_field *field, wb_err *err)
{
    int32_t number = 0, known = 0;
    wb_rc rc = take_enum(field, &self->from, &number, err);

    if (rc)
        return rc;
    while (field->names[known] && known < number)
        known++;
    if (field->names[known])
        wb_json_put_text(&self->writer, wb_view_of(field->names[known]));
    else
        wb_json_put_int(&self->writer, number);
    return WB_OK;
}

static wb_rc
print_list(printer *self, const wb_field *field, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(&self->from, &count, field->name, err);

    if (rc)
        return rc;
    wb_json_open(&self->writer, '[');
    for (uint32_t i = 0; i < count && !rc; i++)
        rc = print_record(self, field->sub, err);
    wb_json_close(&self->writer, ']');
    return rc;
}

static void
put_digits(printer *self, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    wb_json_put_text(&self->writer, wb_view_of(text));
}

static wb_rc
print_scalar(printer *self, const wb_field *field, wb_err *err)
{
    wb_view text = {0};
    int64_t number = 0;
    bool flag = false;
    wb_rc rc;

    if (field->type == WB_FIELD_TEXT) {
        rc = wb_unpack_text(&self->from, &text, field->name, err);
        if (!rc)
            wb_json_put_text(&self->writer, text);
        return rc;
    }
    if (field->type == WB_FIELD_BOOL) {
        rc = wb_unpack_bool(&self->from, &flag, field->name, err);
        if (!rc)
            wb_json_put_bool(&self->writer, flag);
        return rc;
    }
    rc = wb_unpack_int(&self->from, &number, field->name, err);
    if (!rc && field->type == WB_FIELD_TIME)
        wb_json_put_time(&self->writer, number);
    else if (!rc && self->exact)
        put_digits(self, number);
    else if (!rc)
        wb_json_put_int(&self->writer, number);
    return rc;
}

static wb_rc
print_value(printer *self, const wb_field *field, wb_err *err)
{
    wb_rc rc;

    wb_json_put_key(&self->writer, field->name);
    if (field->flags & self->hide) {
        rc = wb_unpack_skip(&self->from, NULL, err);
        wb_json_put_text(&self->writer, WB_VIEW_LIT("***"));
        return rc;
    }
    switch (field->type) {
    case WB_FIELD_MONEY:
        return print_money(self, field->name, err);
    case WB_FIELD_ENUM:
        return print_enum(self, field, err);
    case WB_FIELD_GROUP:
        return print_record(self, field->sub, err);
    case WB_FIELD_LIST:
        return print_list(self, field, err);
    case WB_FIELD_TEXT:
    case WB_FIELD_INT:
    case WB_FIELD_BOOL:
    case WB_FIELD_TIME:
    case WB_FIELD_END:
        break;
    }
    return print_scalar(self, field, err);
}

static wb_rc
print_record(printer *self, const wb_field *fields, wb_err *err)
{
    walk at = {.fields = fields, .next = fields};
    const wb_field *field;
    uint32_t pairs = 0;
    wb_rc rc = wb_unpack_map(&self->from, &pairs, "record", err);

    if (rc)
        return rc;
    wb_json_open(&self->writer, '{');
    for (uint32_t i = 0; i < pairs && !rc; i++) {
        rc = take_key(&at, &self->from, &field, err);
        if (!rc)
            rc = field ? print_value(self, field, err) : wb_unpack_skip(&self->from, NULL, err);
    }
    wb_json_close(&self->writer, '}');
    return rc;
}

static wb_rc
print(printer *self, const wb_field *fields, wb_view packed, wb_buf *out, wb_err *err)
{
    wb_rc rc = wb_pack_scan(packed, WB_RECORD_ELEMENTS_MAX, err);

    if (rc)
        return rc;
    wb_json_writer_init(&self->writer, out);
    wb_unpack_init(&self->from, packed);
    rc = print_record(self, fields, err);
    return rc ? rc : wb_buf_check(out, "JSON", err);
}

wb_rc
wb_canonical_json(const wb_field *fields, wb_view packed, unsigned hide, wb_buf *out, wb_err *err)
{
    return print(&(printer){.hide = hide}, fields, packed, out, err);
}

wb_rc
wb_canonical_json_exact(const wb_field *fields, wb_view packed, wb_buf *out, wb_err *err)
{
    return print(&(printer){.exact = true}, fields, packed, out, err);
}
