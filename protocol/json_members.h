/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_members - an object's members into a struct, by a table, in one walk
 *
 * Looking each member up by name walks the object once for each; an order has a hundred of them.
 * A member that no row names is skipped. What cannot be read is left out and noted, as
 * protocol/answer.h says; only an id, and a group that is there twice and differs, refuse the
 * record. An object that is none has no members. Lists are allocated, also when the reading fails
 * later: they are freed with the record that they are in (wb_canonical_fini), so a struct that was
 * read into is put there first, whatever the reading says.
 */
#ifndef WB_PROTOCOL_JSON_MEMBERS_H
#define WB_PROTOCOL_JSON_MEMBERS_H

#include <stddef.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"
#include "protocol/json.h"

typedef enum {
    WB_MEMBER_ID,    /* wb_view at the offset: whole, or the record is refused */
    WB_MEMBER_TEXT,  /* wb_view */
    WB_MEMBER_CODE,  /* wb_view: whole, or left out */
    WB_MEMBER_INT,   /* wb_count */
    WB_MEMBER_BOOL,  /* bool */
    WB_MEMBER_TIME,  /* int64_t UTC microseconds */
    WB_MEMBER_MONEY, /* wb_money */
    WB_MEMBER_REF, /* wb_json_ref: to be walked by the caller; NONE when it says nothing, but for []
                    */
    WB_MEMBER_DECIMAL, /* wb_view: a decimal as it is written */
    WB_MEMBER_THERE,   /* bool: it says something ("MANDATORY", an object), whatever it is */
    WB_MEMBER_TEXTS,   /* wb_field_list of wb_order_text: an array of texts */
    WB_MEMBER_INTO,    /* an object, by rows of its own, into the struct at the offset */
    WB_MEMBER_LIST,    /* wb_field_list: an array of objects, each by the same rows */
} wb_json_member_type;

typedef struct wb_json_member {
    const char *name;
    unsigned char len;
    unsigned char type; /* wb_json_member_type */
    unsigned short offset;
    const struct wb_json_member *rows; /* INTO, LIST */
    unsigned char count;               /* of them */
    unsigned short size;               /* LIST: of an item */
} wb_json_member;

#define WB_MEMBER(t, field, name, type)                                                            \
    {                                                                                              \
        name, sizeof(name) - 1, WB_MEMBER_##type, offsetof(t, field), NULL, 0, 0                   \
    }
/* The members of an object that is a member: rows over the type of `field`. */
#define WB_MEMBERS(t, field, name, rows)                                                           \
    {                                                                                              \
        name, sizeof(name) - 1, WB_MEMBER_INTO, offsetof(t, field), rows, WB_COUNT(rows), 0        \
    }
/* The same, where they are fields of the struct itself. */
#define WB_MEMBERS_INSIDE(name, rows)                                                              \
    {                                                                                              \
        name, sizeof(name) - 1, WB_MEMBER_INTO, 0, rows, WB_COUNT(rows), 0                         \
    }
/* An array of objects: rows over `item`. */
#define WB_MEMBERS_LIST(t, field, name, rows, item)                                                \
    {                                                                                              \
        name, sizeof(name) - 1, WB_MEMBER_LIST, offsetof(t, field), rows, WB_COUNT(rows),          \
            sizeof(item)                                                                           \
    }

#define WB_JSON_MEMBERS_MAX 64

/* Read `object` into the struct at `base`; WB_MEMBER_REF fields are set to WB_JSON_NONE first.
 * `rows` has `count` of them. */
WB_MUST_CHECK wb_rc wb_json_members(wb_json *json, wb_json_ref object, const wb_json_member *rows,
                                    size_t count, void *base, wb_err *err);

/* An array, as a row of WB_MEMBERS_LIST says; what is none leaves `*out`. */
WB_MUST_CHECK wb_rc wb_json_members_list(wb_json *json, wb_json_ref array,
                                         const wb_json_member *row, wb_field_list *out,
                                         wb_err *err);
bool wb_json_is_list(const wb_json *json, wb_json_ref ref);

#endif
