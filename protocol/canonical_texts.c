/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of a packed record that carry a flag, or one of them, straight from the bytes.
 */
#include "protocol/canonical.h"

#include <assert.h>

#include "protocol/limits.h"
#include "protocol/pack.h"

typedef struct {
    wb_unpack from;
    unsigned flags;
    wb_text_each each;
    void *arg;
} visit;

static wb_rc visit_record(visit *self, const wb_field *fields, wb_err *err);

static const wb_field *
row_of(const wb_field *fields, uint64_t number)
{
    while (fields->type && fields->number != number)
        fields++;
    return fields->type ? fields : NULL;
}

static wb_rc
visit_list(visit *self, const wb_field *fields, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(&self->from, &count, "list", err);

    for (uint32_t i = 0; i < count && !rc; i++)
        rc = visit_record(self, fields, err);
    return rc;
}

static wb_rc
visit_value(visit *self, const wb_field *field, wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc;

    if (field && field->type == WB_FIELD_GROUP)
        return visit_record(self, field->sub, err);
    if (field && field->type == WB_FIELD_LIST)
        return visit_list(self, field->sub, err);
    if (!field || field->type != WB_FIELD_TEXT || !(field->flags & self->flags))
        return wb_unpack_skip(&self->from, NULL, err);
    rc = wb_unpack_text(&self->from, &text, field->name, err);
    if (!rc && text.len)
        self->each(self->arg, text);
    return rc;
}

static wb_rc
visit_record(visit *self, const wb_field *fields, wb_err *err)
{
    uint32_t pairs = 0;
    uint64_t number = 0;
    wb_rc rc = wb_unpack_map(&self->from, &pairs, "record", err);

    for (uint32_t i = 0; i < pairs && !rc; i++) {
        rc = wb_unpack_uint(&self->from, &number, "field number", err);
        if (!rc)
            rc = visit_value(self, row_of(fields, number), err);
    }
    return rc;
}

wb_rc
wb_canonical_texts(const wb_field *fields, wb_view packed, unsigned flags, wb_text_each each,
                   void *arg, wb_err *err)
{
    visit self = {.flags = flags, .each = each, .arg = arg};
    wb_rc rc = wb_pack_scan(packed, WB_RECORD_ELEMENTS_MAX, err);

    if (rc)
        return rc;
    wb_unpack_init(&self.from, packed);
    return visit_record(&self, fields, err);
}

wb_rc
wb_canonical_text_of(const wb_field *fields, wb_view packed, uint8_t number, wb_view *out,
                     wb_err *err)
{
    const wb_field *field = row_of(fields, number);
    wb_unpack from;
    uint32_t pairs = 0;
    uint64_t at = 0;
    wb_rc rc = wb_pack_scan(packed, WB_RECORD_ELEMENTS_MAX, err);

    assert(field && field->type == WB_FIELD_TEXT);
    wb_unpack_init(&from, packed);
    if (!rc)
        rc = wb_unpack_map(&from, &pairs, "record", err);
    *out = (wb_view){NULL, 0};
    for (uint32_t i = 0; i < pairs && !rc; i++) {
        rc = wb_unpack_uint(&from, &at, "field number", err);
        if (!rc && at == number)
            return wb_unpack_text(&from, out, field->name, err);
        if (!rc)
            rc = wb_unpack_skip(&from, NULL, err);
    }
    return rc;
}
