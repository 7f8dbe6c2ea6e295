/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two packed records of a kind: one of both by groups of fields, and whether they say the same.
 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

/* ---- one of both ---- */

/* The packed value of each field, by number; {NULL, 0}: not there. */
typedef struct {
    wb_view values[UINT8_MAX + 1];
} split_record;

static wb_rc
split(wb_view packed, split_record *out, wb_err *err)
{
    wb_unpack from;
    uint32_t pairs = 0;
    uint64_t number = 0;
    wb_rc rc = wb_pack_scan(packed, WB_RECORD_ELEMENTS_MAX, err);

    memset(out, 0, sizeof *out);
    if (rc)
        return rc;
    wb_unpack_init(&from, packed);
    rc = wb_unpack_map(&from, &pairs, "record", err);
    for (uint32_t i = 0; i < pairs && !rc; i++) {
        wb_view raw = {NULL, 0};

        rc = wb_unpack_uint(&from, &number, "field number", err);
        if (!rc)
            rc = wb_unpack_skip(&from, &raw, err);
        if (!rc && number <= UINT8_MAX)
            out->values[number] = raw;
    }
    return rc;
}

/* Values are taken as they are: what a newer release put inside a group is carried along. */
wb_rc
wb_canonical_mix(const wb_field *fields, const wb_mixture *from, wb_buf *out, wb_err *err)
{
    struct {
        uint8_t number;
        wb_view raw;
    } rows[UINT8_MAX + 1];
    split_record said, old;
    uint32_t count = 0;
    wb_rc rc = split(from->said, &said, err);

    if (!rc)
        rc = split(from->old, &old, err);
    if (rc)
        return rc;
    for (; fields->type; fields++) {
        bool covered = from->owners >> fields->owner & 1;
        wb_view raw = (covered ? &said : &old)->values[fields->number];

        if (!raw.len)
            continue;
        rows[count].number = fields->number;
        rows[count++].raw = raw;
    }
    wb_pack_map(out, count);
    for (uint32_t i = 0; i < count; i++) {
        wb_pack_uint(out, rows[i].number);
        wb_buf_add_view(out, rows[i].raw);
    }
    return wb_buf_check(out, "record", err);
}

/* ---- the same? ---- */

static bool same_records(const wb_field *fields, const void *a, const void *b, unsigned since);

static bool
same_money(const wb_money *a, const wb_money *b)
{
    return a->minor == b->minor && a->exponent == b->exponent &&
           strncmp(a->currency, b->currency, 3) == 0;
}

static bool
same_lists(const wb_field *field, const wb_field_list *a, const wb_field_list *b, unsigned since)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_records(field->sub, (const char *)a->items + i * field->sub_size,
                          (const char *)b->items + i * field->sub_size, since))
            return false;
    return true;
}

/* The first mapping wrote 0 for a number that nobody told. */
static bool
same_counts(const wb_count *a, const wb_count *b, unsigned since)
{
    return a->value == b->value && (a->known == b->known || since == 0);
}

static bool
same_values(const wb_field *field, const void *a, const void *b, unsigned since)
{
    switch (field->type) {
    case WB_FIELD_TEXT:
        return wb_view_eq(*(const wb_view *)a, *(const wb_view *)b);
    case WB_FIELD_INT:
        return same_counts(a, b, since);
    case WB_FIELD_TIME:
        return *(const int64_t *)a == *(const int64_t *)b;
    case WB_FIELD_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case WB_FIELD_MONEY:
        return same_money(a, b);
    case WB_FIELD_ENUM:
        return *(const int32_t *)a == *(const int32_t *)b;
    case WB_FIELD_GROUP:
        return same_records(field->sub, a, b, since);
    case WB_FIELD_LIST:
        return same_lists(field, a, b, since);
    case WB_FIELD_END:
        break;
    }
    return true;
}

static bool
same_records(const wb_field *fields, const void *a, const void *b, unsigned since)
{
    for (; fields->type; fields++)
        if (WB_FIELD_SINCE_OF(fields->flags) <= since &&
            !same_values(fields, (const char *)a + fields->offset, (const char *)b + fields->offset,
                         since))
            return false;
    return true;
}

static bool
same_groups(const wb_field *fields, const void *said, const void *old, const wb_mixture *from)
{
    for (; fields->type; fields++)
        if ((from->owners >> fields->owner & 1) && !(fields->flags & WB_FIELD_ASIDE) &&
            WB_FIELD_SINCE_OF(fields->flags) <= from->mapping &&
            !same_values(fields, (const char *)said + fields->offset,
                         (const char *)old + fields->offset, from->mapping))
            return false;
    return true;
}

wb_rc
wb_canonical_same(wb_record_kind kind, const wb_mixture *from, bool *out, wb_err *err)
{
    const wb_field *fields = wb_canonical_fields(kind);
    size_t size = wb_canonical_size(kind);
    WB_AUTO(wb_free) char *said = wb_alloc(size);
    WB_AUTO(wb_free) char *old = wb_alloc(size);
    wb_rc rc = wb_canonical_decode(fields, from->said, said, size, err);

    if (rc)
        return rc;
    rc = wb_canonical_decode(fields, from->old, old, size, err);
    if (!rc) {
        *out = same_groups(fields, said, old, from);
        wb_canonical_fini(fields, old);
    }
    wb_canonical_fini(fields, said);
    return rc;
}
