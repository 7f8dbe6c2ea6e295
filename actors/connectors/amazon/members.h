/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members - an object's members into a struct, by a table, in one walk
 *
 * Looking each member up by name walks the object once for each; an order has a hundred of them.
 * A member that no row names is skipped. What cannot be read is left out and noted, as
 * protocol/answer.h says; only an id, and a group that is there twice and differs, refuse the
 * record. An object that is none has no members. Lists are allocated, also when the reading fails
 * later: they are freed with the record that they are in (wb_canonical_fini), so a struct that was
 * read into is put there first, whatever the reading says.
 */
#ifndef WB_ACTORS_CONNECTORS_AMAZON_MEMBERS_H
#define WB_ACTORS_CONNECTORS_AMAZON_MEMBERS_H

#include "actors/connectors/connector.h"
#include "protocol/base/own.h"

typedef enum {
    AMAZON_ID,    /* wb_view at the offset: whole, or the record is refused */
    AMAZON_TEXT,  /* wb_view */
    AMAZON_CODE,  /* wb_view: whole, or left out */
    AMAZON_INT,   /* wb_count */
    AMAZON_BOOL,  /* bool */
    AMAZON_TIME,  /* int64_t UTC microseconds */
    AMAZON_MONEY, /* wb_money */
    AMAZON_REF, /* wb_json_ref: to be walked by the caller; NONE when it says nothing, but for [] */
    AMAZON_DECIMAL, /* wb_view: a decimal as it is written */
    AMAZON_THERE,   /* bool: it says something ("MANDATORY", an object), whatever it is */
    AMAZON_TEXTS,   /* wb_field_list of wb_order_text: an array of texts */
    AMAZON_INTO,    /* an object, by rows of its own, into the struct at the offset */
    AMAZON_LIST,    /* wb_field_list: an array of objects, each by the same rows */
} amazon_member_type;

typedef struct amazon_member {
    const char *name;
    unsigned char len;
    unsigned char type; /* amazon_member_type */
    unsigned short offset;
    const struct amazon_member *rows; /* INTO, LIST */
    unsigned char count;              /* of them */
    unsigned short size;              /* LIST: of an item */
} amazon_member;

#define AMAZON_MEMBER(t, field, name, type)                                                        \
    {                                                                                              \
        name, sizeof(name) - 1, AMAZON_##type, offsetof(t, field), NULL, 0, 0                      \
    }
/* The members of an object that is a member: rows over the type of `field`. */
#define AMAZON_MEMBERS(t, field, name, rows)                                                       \
    {                                                                                              \
        name, sizeof(name) - 1, AMAZON_INTO, offsetof(t, field), rows, WB_COUNT(rows), 0           \
    }
/* The same, where they are fields of the struct itself. */
#define AMAZON_INSIDE(name, rows)                                                                  \
    {                                                                                              \
        name, sizeof(name) - 1, AMAZON_INTO, 0, rows, WB_COUNT(rows), 0                            \
    }
/* An array of objects: rows over `item`. */
#define AMAZON_ITEMS(t, field, name, rows, item)                                                   \
    {                                                                                              \
        name, sizeof(name) - 1, AMAZON_LIST, offsetof(t, field), rows, WB_COUNT(rows),             \
            sizeof(item)                                                                           \
    }

#define AMAZON_MEMBERS_MAX 64

/* Read `object` into the struct at `base`; AMAZON_REF fields are set to WB_JSON_NONE first. `rows`
 * has `count` of them. */
WB_MUST_CHECK wb_rc amazon_members(wb_json *json, wb_json_ref object, const amazon_member *rows,
                                   size_t count, void *base, wb_err *err);

/* An array, as a row of AMAZON_ITEMS says; what is none leaves `*out`. */
WB_MUST_CHECK wb_rc amazon_list(wb_json *json, wb_json_ref array, const amazon_member *row,
                                wb_field_list *out, wb_err *err);
bool amazon_is_list(const wb_json *json, wb_json_ref ref);

/* {"amount" or "Amount", "currencyCode" or "CurrencyCode"}, as wb_answer_amount reads it. */
void amazon_money(wb_json *json, wb_json_ref object, wb_money *out, const char *what);

/* sum += part, when both are of one currency; a sum that cannot be, or has a part that could not be
 * read, is marked by `*ok` = false. */
void amazon_money_add(wb_money *sum, const wb_money *part, bool *ok);

#endif
