/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON back into a record, by its table: strict, since it is our own form that a program changed.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"
#include "protocol/limits.h"

#define PATH_MAX_BYTES 1024
#define NAME_MAX_BYTES 64 /* longer than any field's name */

typedef struct {
    wb_json *json;
    wb_buf path;
} reader;

static wb_rc take_record(reader *self, const wb_field *fields, wb_json_ref ref, void *record,
                         wb_err *err);

static wb_rc
refuse(reader *self, const char *what, wb_err *err)
{
    wb_view path = wb_buf_view(&self->path);

    return wb_fail(err, WB_REJECT, "%.*s %s", WB_VIEW_ARG(path.len ? path : WB_VIEW_LIT("it")),
                   what);
}

/* --- one value --- */

static wb_rc
take_money(reader *self, wb_json_ref ref, wb_money *out, wb_err *err)
{
    wb_view amount = {NULL, 0}, currency = {NULL, 0};

    for (wb_json_ref at = wb_json_first(self->json, ref); at != WB_JSON_NONE;
         at = wb_json_next(self->json, at)) {
        wb_view key = wb_json_key(self->json, at);

        if (!wb_view_is(key, "amount") && !wb_view_is(key, "currency"))
            return refuse(self, "is no amount: {\"amount\", \"currency\"}", err);
    }
    if (wb_json_decimal(self->json, wb_json_get(self->json, ref, "amount"), &amount, "amount",
                        err) ||
        wb_json_text(self->json, wb_json_get(self->json, ref, "currency"), &currency, "currency",
                     err) ||
        !amount.len || !wb_money_is_currency(currency) ||
        wb_money_parse(out, amount, currency, err))
        return refuse(self, "is no amount: {\"amount\", \"currency\"}", err);
    return WB_OK;
}

static wb_rc
take_enum(reader *self, const wb_field *field, wb_json_ref ref, int32_t *out, wb_err *err)
{
    wb_view name = {NULL, 0};
    int64_t number = 0;

    if (wb_json_kind(self->json, ref) == WB_JSON_NUMBER) {
        if (wb_json_int(self->json, ref, &number, field->name, err) || number < 0 ||
            number > INT32_MAX)
            return refuse(self, "is no value of it", err);
        *out = (int32_t)number;
        return WB_OK;
    }
    if (wb_json_text(self->json, ref, &name, field->name, err))
        return refuse(self, "is no value of it", err);
    for (int32_t i = 0; field->names[i]; i++) {
        if (!wb_view_is(name, field->names[i]))
            continue;
        *out = i;
        return WB_OK;
    }
    return refuse(self, "is no value of it", err);
}

static wb_rc
take_count(reader *self, const wb_field *field, wb_json_ref ref, wb_count *out, wb_err *err)
{
    int64_t number = INT64_MIN; /* "" is no number, and leaves it so */
    wb_rc rc = wb_json_int(self->json, ref, &number, field->name, err);

    if (rc || number == INT64_MIN)
        return refuse(self, "is no whole number", err);
    *out = (wb_count){number, true};
    return WB_OK;
}

static wb_rc
take_list(reader *self, const wb_field *field, wb_json_ref ref, wb_field_list *out, wb_err *err)
{
    size_t count = wb_json_count(self->json, ref), len = self->path.len, i = 0;
    wb_rc rc = WB_OK;

    if (wb_json_kind(self->json, ref) != WB_JSON_ARRAY)
        return refuse(self, "is no list", err);
    if (count > WB_RECORD_LIST_MAX)
        return refuse(self, "has too many items", err);
    if (!count)
        return WB_OK;
    out->items = wb_alloc(count * field->sub_size);
    out->count = count;
    for (wb_json_ref at = wb_json_first(self->json, ref); !rc && at != WB_JSON_NONE;
         at = wb_json_next(self->json, at), i++) {
        wb_buf_addf(&self->path, "[%zu]", i);
        rc = take_record(self, field->sub, at, (char *)out->items + i * field->sub_size, err);
        self->path.len = len;
    }
    return rc;
}

static wb_rc
take_value(reader *self, const wb_field *field, wb_json_ref ref, void *record, wb_err *err)
{
    void *at = (char *)record + field->offset;

    switch (field->type) {
    case WB_FIELD_TEXT:
        return wb_json_kind(self->json, ref) != WB_JSON_STRING ||
                       wb_json_text(self->json, ref, at, field->name, err)
                   ? refuse(self, "is no text", err)
                   : WB_OK;
    case WB_FIELD_INT:
        return take_count(self, field, ref, at, err);
    case WB_FIELD_TIME:
        return wb_json_time(self->json, ref, at, field->name, err) ? refuse(self, "is no time", err)
                                                                   : WB_OK;
    case WB_FIELD_BOOL:
        return wb_json_bool(self->json, ref, at, field->name, err)
                   ? refuse(self, "is neither true nor false", err)
                   : WB_OK;
    case WB_FIELD_MONEY:
        return take_money(self, ref, at, err);
    case WB_FIELD_ENUM:
        return take_enum(self, field, ref, at, err);
    case WB_FIELD_GROUP:
        return take_record(self, field->sub, ref, at, err);
    case WB_FIELD_LIST:
        return take_list(self, field, ref, at, err);
    case WB_FIELD_END:
        break;
    }
    return WB_OK;
}

/* --- a record --- */

static const wb_field *
row_of(const wb_field *fields, wb_view name)
{
    while (fields->type && !wb_view_is(name, fields->name))
        fields++;
    return fields->type ? fields : NULL;
}

static wb_rc
take_member(reader *self, const wb_field *fields, wb_json_ref at, void *record, wb_err *err)
{
    wb_view name = wb_json_key(self->json, at);
    const wb_field *field = row_of(fields, name);
    size_t len = self->path.len;
    wb_rc rc;

    if (len)
        wb_buf_add_char(&self->path, '.');
    wb_buf_addf(&self->path, "%.*s", (int)(name.len < NAME_MAX_BYTES ? name.len : NAME_MAX_BYTES),
                name.data);
    if (!field)
        return refuse(self, "is no field of such a record", err);
    rc = wb_json_kind(self->json, at) == WB_JSON_NULL ? WB_OK
                                                      : take_value(self, field, at, record, err);
    self->path.len = len;
    return rc;
}

/* A member that is there twice would be two values: the last one must not win. */
static wb_rc
take_record(reader *self, const wb_field *fields, wb_json_ref ref, void *record, wb_err *err)
{
    wb_rc rc = WB_OK;

    if (wb_json_kind(self->json, ref) != WB_JSON_OBJECT)
        return refuse(self, "is no object", err);
    for (wb_json_ref at = wb_json_first(self->json, ref); !rc && at != WB_JSON_NONE;
         at = wb_json_next(self->json, at)) {
        char name[NAME_MAX_BYTES + 1];
        wb_view key = wb_json_key(self->json, at);

        if (key.len <= NAME_MAX_BYTES) {
            (void)snprintf(name, sizeof name, "%.*s", WB_VIEW_ARG(key));
            if (wb_json_get(self->json, ref, name) != at || wb_json_check(self->json, err))
                return refuse(self, "has a member twice", err);
        }
        rc = take_member(self, fields, at, record, err);
    }
    return rc;
}

wb_rc
wb_canonical_from_json(wb_record_kind kind, wb_json *json, wb_json_ref ref, wb_buf *out,
                       wb_err *err)
{
    const wb_field *fields = wb_canonical_fields(kind);
    WB_AUTO(wb_free) void *record = NULL;
    reader self = {.json = json};
    wb_rc rc;

    if (!fields)
        return wb_fail(err, WB_REJECT, "records of this kind are not known");
    record = wb_alloc(wb_canonical_size(kind));
    wb_buf_init(&self.path, PATH_MAX_BYTES);
    rc = take_record(&self, fields, ref, record, err);
    rc = rc ? rc : wb_canonical_check(fields, record, err);
    rc = rc ? rc : wb_canonical_encode(fields, record, out, err);
    wb_buf_fini(&self.path);
    wb_canonical_fini(fields, record);
    return rc;
}
