/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canonical - records in our own form: one table of fields per kind drives everything
 *
 * A kind is a plain struct and a table of fields over it (order.h, order_fields in order.c). The
 * table drives msgpack, JSON, validation, difference, redaction and the reference. In msgpack a
 * record is a map from field number to value; absent fields are not written; unknown numbers (of a
 * newer release) are skipped on reading.
 */
#ifndef WB_PROTOCOL_CANONICAL_H
#define WB_PROTOCOL_CANONICAL_H

#include "protocol/base/buf.h"
#include "protocol/json.h"
#include "protocol/kinds.h"

/* Integer minor units beside currency and exponent; never a float. Absent: currency[0] == 0. Of one
 * that was told and could not be read the exponent is WB_MONEY_UNREAD: absent as well, but no sum
 * over it is known. */
#define WB_MONEY_UNREAD UINT8_MAX
typedef struct {
    int64_t minor;
    char currency[4]; /* ISO 4217, NUL-terminated */
    uint8_t exponent; /* digits behind the point: 2 for USD, 0 for JPY, 3 for KWD */
} wb_money;

/* A number that may be unknown: 0 is a statement, and no statement is not 0. Zeroed: not there. */
typedef struct {
    int64_t value;
    bool known;
} wb_count;

typedef enum {
    WB_FIELD_END = 0,
    WB_FIELD_TEXT,  /* wb_view; absent = {NULL, 0} */
    WB_FIELD_INT,   /* wb_count; a 0 that is known is written */
    WB_FIELD_BOOL,  /* bool; false is not written */
    WB_FIELD_TIME,  /* int64_t UTC microseconds; 0 = absent */
    WB_FIELD_MONEY, /* wb_money */
    WB_FIELD_ENUM,  /* int32_t, names in `names`; 0 = absent */
    WB_FIELD_GROUP, /* a struct in place, by `sub`; absent when nothing in it is present */
    WB_FIELD_LIST,  /* wb_field_list of structs, by `sub` */
} wb_field_type;

/* Generations of the mapping. A new field begins with a new one, so that a record that an older
 * release made is not taken as changed because we have learnt to read more of it. Stored beside
 * what each origin said last; 0 is the first. */
#define WB_MAPPING_NOW 2
#define WB_FIELD_SINCE_OF(flags) ((flags) >> 8)

typedef struct {
    void *items;
    size_t count;
} wb_field_list;

enum {
    WB_FIELD_REQUIRED = 1, /* validation refuses a record without it */
    WB_FIELD_PERSONAL = 2, /* shown only to who may */
    WB_FIELD_SECRET = 4,   /* never shown */
    WB_FIELD_KEY = 8, /* names a list item across versions (line id): the difference pairs by it */
    WB_FIELD_ASIDE = 16, /* tells of the reading, not of the record: makes no revision by itself */
    WB_FIELD_SINCE_1 = 1 << 8, /* no mapping before generation 1 filled it */
    WB_FIELD_SINCE_2 = 2 << 8,
};

typedef struct wb_field {
    uint8_t number; /* in msgpack; for ever */
    const char *name;
    wb_field_type type;
    size_t offset;
    unsigned flags;
    uint8_t owner; /* group of fields that an observation replaces as one */
    const struct wb_field *sub;
    size_t sub_size;
    const char *const *names; /* ENUM: NULL-terminated, [0] = "" */
    const char *help;
} wb_field;

/* "11.01" in a currency to minor units, by the currency's own exponent (ISO 4217; unknown
 * currencies: 2). Exact: digits that do not fit are WB_REJECT, also a bad text. */
WB_MUST_CHECK wb_rc wb_money_parse(wb_money *out, wb_view amount, wb_view currency, wb_err *err);
/* Three capital letters. */
bool wb_money_is_currency(wb_view code);
/* "11.01" with 2 digits: 1101. Exact; false = no decimal, or no integer of that unit. */
bool wb_money_scaled(int64_t *out, wb_view amount, int digits);
/* "11.01" back. */
void wb_money_text(wb_buf *out, const wb_money *money);
/* sum += part, when both are of one currency; a sum that cannot be, or has a part that could not be
 * read, is marked by `*ok` = false. */
void wb_money_add(wb_money *sum, const wb_money *part, bool *ok);

WB_MUST_CHECK wb_rc wb_canonical_encode(const wb_field *fields, const void *record, wb_buf *out,
                                        wb_err *err);
/* The same without the fields that are WB_FIELD_ASIDE: what is compared to tell whether a record
 * says anything new. */
WB_MUST_CHECK wb_rc wb_canonical_meaning(const wb_field *fields, const void *record, wb_buf *out,
                                         wb_err *err);
/* Fill `record` (zeroed by the callee, `size` bytes). Texts are views into `packed`; lists are
 * allocated: free them with wb_canonical_fini. `packed` is scanned here. */
WB_MUST_CHECK wb_rc wb_canonical_decode(const wb_field *fields, wb_view packed, void *record,
                                        size_t size, wb_err *err);
void wb_canonical_fini(const wb_field *fields, void *record); /* frees the lists */
/* Does a record, or a group of one, say anything at all? */
bool wb_canonical_any(const wb_field *fields, const void *record);
/* WB_REJECT names the first field that is required and missing: "lines[2].sku is missing". */
WB_MUST_CHECK wb_rc wb_canonical_check(const wb_field *fields, const void *record, wb_err *err);

/* What is said of a record that is there, in groups of fields. */
typedef struct {
    wb_view said, old; /* packed */
    uint32_t owners;   /* the groups that `said` covers */
    unsigned mapping;  /* the generation that `old` was made by; wb_canonical_same only */
} wb_mixture;

/* The record with the groups that are covered from `said`, and all others from `old`. Fields of a
 * newer release are carried along inside groups that are not covered. */
WB_MUST_CHECK wb_rc wb_canonical_mix(const wb_field *fields, const wb_mixture *from, wb_buf *out,
                                     wb_err *err);
/* Does `said` tell nothing, in the groups that it covers, but what `old` has or what the mapping
 * that made `old` could not read yet? `kind` is one that wb_canonical_fields knows. */
WB_MUST_CHECK wb_rc wb_canonical_same(wb_record_kind kind, const wb_mixture *from, bool *out,
                                      wb_err *err);

/* Packed canonical as one JSON object, straight from the bytes. `hide`: fields with any of these
 * flags are written as "***". Money is {"amount":"11.01","currency":"USD"}, times RFC 3339. */
WB_MUST_CHECK wb_rc wb_canonical_json(const wb_field *fields, wb_view packed, unsigned hide,
                                      wb_buf *out, wb_err *err);

/* The same for a program that would round numbers: whole numbers are written as texts of digits. */
WB_MUST_CHECK wb_rc wb_canonical_json_exact(const wb_field *fields, wb_view packed, wb_buf *out,
                                            wb_err *err);
/* JSON of either form back, each field by its type: appended to `out`, packed. Absent, null, and
 * what stands in a list or group without any value are absent.
 *
 * WB_REJECT  a member that the table does not have, a value that its field cannot have (named:
 *            "lines[2].quantity"), or a record that wb_canonical_check refuses */
WB_MUST_CHECK wb_rc wb_canonical_from_json(wb_record_kind kind, wb_json *json, wb_json_ref ref,
                                           wb_buf *out, wb_err *err);

/* One field that differs, as JSON; {NULL, 0} = absent. `hidden`: it does, and what it is may not be
 * shown ("***"). */
typedef struct {
    wb_view path; /* "lines[L1].quantity": of a list by its item's key, else by its place */
    wb_view from, to;
    bool hidden;
} wb_field_change;
typedef void (*wb_diff_each)(void *arg, const wb_field_change *change);
typedef struct {
    wb_view from, to; /* packed; {NULL, 0} = nothing */
    unsigned hide;    /* fields with any of these flags are compared, and not shown */
} wb_diff;
WB_MUST_CHECK wb_rc wb_canonical_diff(const wb_field *fields, const wb_diff *what,
                                      wb_diff_each each, void *arg, wb_err *err);

/* Each text of a packed record whose field carries one of these flags, as a view into it. */
typedef void (*wb_text_each)(void *arg, wb_view text);
WB_MUST_CHECK wb_rc wb_canonical_texts(const wb_field *fields, wb_view packed, unsigned flags,
                                       wb_text_each each, void *arg, wb_err *err);

/* One text of a packed record, by the number of its field, as a view into it; empty = absent. */
WB_MUST_CHECK wb_rc wb_canonical_text_of(const wb_field *fields, wb_view packed, uint8_t number,
                                         wb_view *out, wb_err *err);

/* The table of a kind; NULL = not yet known here. And the size of its struct. By record.c. */
const wb_field *wb_canonical_fields(wb_record_kind kind);
size_t wb_canonical_size(wb_record_kind kind);

#endif
