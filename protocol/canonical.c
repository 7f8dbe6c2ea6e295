/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks over a record by its table: writing, validation, freeing. canonical_read.c reads.
 */
#include "protocol/canonical.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

static const void *
value_at(const wb_field *field, const void *record)
{
    return (const char *)record + field->offset;
}

static bool present(const wb_field *field, const void *record);

bool
wb_canonical_any(const wb_field *fields, const void *record)
{
    for (; fields->type; fields++)
        if (present(fields, record))
            return true;
    return false;
}

/* Does the field say anything? It is written when it does, and only then. */
static bool
present(const wb_field *field, const void *record)
{
    const void *at = value_at(field, record);

    switch (field->type) {
    case WB_FIELD_TEXT:
        return ((const wb_view *)at)->len > 0;
    case WB_FIELD_INT:
        return ((const wb_count *)at)->known;
    case WB_FIELD_TIME:
        return *(const int64_t *)at != 0;
    case WB_FIELD_BOOL:
        return *(const bool *)at;
    case WB_FIELD_MONEY:
        return ((const wb_money *)at)->currency[0] != 0;
    case WB_FIELD_ENUM:
        return *(const int32_t *)at != 0;
    case WB_FIELD_GROUP:
        return wb_canonical_any(field->sub, at);
    case WB_FIELD_LIST:
        return ((const wb_field_list *)at)->count > 0;
    case WB_FIELD_END:
        break;
    }
    return false;
}

/* ---- writing ---- */

static wb_rc put_record(const wb_field *fields, const void *record, wb_buf *out, wb_err *err);

static void
put_money(const wb_money *money, wb_buf *out)
{
    wb_pack_array(out, 3);
    wb_pack_int(out, money->minor);
    wb_pack_text(out, (wb_view){money->currency, strnlen(money->currency, 3)});
    wb_pack_uint(out, money->exponent);
}

static wb_rc
put_list(const wb_field *field, const wb_field_list *list, wb_buf *out, wb_err *err)
{
    wb_rc rc = WB_OK;

    if (list->count > WB_RECORD_LIST_MAX)
        return wb_fail(err, WB_REJECT, "%s: %zu items; at most %d", field->name, list->count,
                       WB_RECORD_LIST_MAX);
    wb_pack_array(out, (uint32_t)list->count);
    for (size_t i = 0; i < list->count && !rc; i++)
        rc = put_record(field->sub, (const char *)list->items + i * field->sub_size, out, err);
    return rc;
}

static wb_rc
put_value(const wb_field *field, const void *record, wb_buf *out, wb_err *err)
{
    const void *at = value_at(field, record);

    switch (field->type) {
    case WB_FIELD_TEXT:
        wb_pack_text(out, *(const wb_view *)at);
        break;
    case WB_FIELD_INT:
        wb_pack_int(out, ((const wb_count *)at)->value);
        break;
    case WB_FIELD_TIME:
        wb_pack_int(out, *(const int64_t *)at);
        break;
    case WB_FIELD_BOOL:
        wb_pack_bool(out, *(const bool *)at);
        break;
    case WB_FIELD_MONEY:
        put_money(at, out);
        break;
    case WB_FIELD_ENUM:
        wb_pack_int(out, *(const int32_t *)at);
        break;
    case WB_FIELD_GROUP:
        return put_record(field->sub, at, out, err);
    case WB_FIELD_LIST:
        return put_list(field, at, out, err);
    case WB_FIELD_END:
        break;
    }
    return WB_OK;
}

/* What is there, but for fields with one of the flags `without`. */
static wb_rc
put_fields(const wb_field *fields, const void *record, unsigned without, wb_buf *out, wb_err *err)
{
    const wb_field *rows[UINT8_MAX + 1];
    size_t count = 0;
    wb_rc rc = WB_OK;

    for (; fields->type; fields++)
        if (!(fields->flags & without) && present(fields, record))
            rows[count++] = fields;
    wb_pack_map(out, (uint32_t)count);
    for (size_t i = 0; i < count && !rc; i++) {
        wb_pack_uint(out, rows[i]->number);
        rc = put_value(rows[i], record, out, err);
    }
    return rc;
}

static wb_rc
put_record(const wb_field *fields, const void *record, wb_buf *out, wb_err *err)
{
    return put_fields(fields, record, 0, out, err);
}

wb_rc
wb_canonical_encode(const wb_field *fields, const void *record, wb_buf *out, wb_err *err)
{
    wb_rc rc = put_record(fields, record, out, err);

    return rc ? rc : wb_buf_check(out, "record", err);
}

wb_rc
wb_canonical_meaning(const wb_field *fields, const void *record, wb_buf *out, wb_err *err)
{
    wb_rc rc = put_fields(fields, record, WB_FIELD_ASIDE, out, err);

    return rc ? rc : wb_buf_check(out, "record", err);
}

/* ---- validation ---- */

/* Where the walk stands, for the text of a failure. */
typedef struct place {
    const struct place *parent;
    const wb_field *field;
    size_t item;
} place;

static void
put_place(wb_buf *out, const place *at)
{
    if (!at)
        return;
    put_place(out, at->parent);
    wb_buf_add_text(out, at->field->name);
    if (at->field->type == WB_FIELD_LIST)
        wb_buf_addf(out, "[%zu]", at->item);
    wb_buf_add_char(out, '.');
}

static wb_rc
missing(const place *parent, const wb_field *field, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf path = {0};

    wb_buf_init(&path, 256);
    put_place(&path, parent);
    return wb_fail(err, WB_REJECT, "%s%s is missing", wb_buf_text(&path), field->name);
}

static wb_rc check_record(const wb_field *fields, const void *record, const place *parent,
                          wb_err *err);

static wb_rc
check_inside(const wb_field *field, const void *record, const place *parent, wb_err *err)
{
    const void *at = value_at(field, record);
    const wb_field_list *list = at;
    place here = {parent, field, 0};
    wb_rc rc = WB_OK;

    if (field->type == WB_FIELD_GROUP)
        return wb_canonical_any(field->sub, at) ? check_record(field->sub, at, &here, err) : WB_OK;
    if (field->type != WB_FIELD_LIST)
        return WB_OK;
    for (; here.item < list->count && !rc; here.item++)
        rc = check_record(field->sub, (const char *)list->items + here.item * field->sub_size,
                          &here, err);
    return rc;
}

static wb_rc
check_record(const wb_field *fields, const void *record, const place *parent, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (; fields->type && !rc; fields++) {
        if ((fields->flags & WB_FIELD_REQUIRED) && !present(fields, record))
            return missing(parent, fields, err);
        rc = check_inside(fields, record, parent, err);
    }
    return rc;
}

wb_rc
wb_canonical_check(const wb_field *fields, const void *record, wb_err *err)
{
    return check_record(fields, record, NULL, err);
}

/* ---- the rest ---- */

void
wb_canonical_fini(const wb_field *fields, void *record)
{
    for (; fields->type; fields++) {
        void *at = (char *)record + fields->offset;
        wb_field_list *list = at;

        if (fields->type == WB_FIELD_GROUP)
            wb_canonical_fini(fields->sub, at);
        if (fields->type != WB_FIELD_LIST)
            continue;
        for (size_t i = 0; i < list->count; i++)
            wb_canonical_fini(fields->sub, (char *)list->items + i * fields->sub_size);
        wb_free(&list->items);
        list->count = 0;
    }
}
