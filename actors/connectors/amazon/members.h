/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members - an object's members into a struct, by a table, in one walk
 *
 * Looking each member up by name walks the object once for each; an order has a hundred of them.
 * A member that no row names is skipped, one that is there twice and is read is refused. Absent,
 * null and "" leave the field as it is.
 */
#ifndef WB_ACTORS_CONNECTORS_AMAZON_MEMBERS_H
#define WB_ACTORS_CONNECTORS_AMAZON_MEMBERS_H

#include "actors/connectors/connector.h"

typedef enum {
    AMAZON_TEXT,  /* wb_view at the offset */
    AMAZON_INT,   /* wb_count */
    AMAZON_BOOL,  /* bool; "true" and "false" as texts too */
    AMAZON_TIME,  /* int64_t UTC microseconds */
    AMAZON_MONEY, /* wb_money */
    AMAZON_REF,   /* wb_json_ref: to be walked by the caller */
} amazon_member_type;

typedef struct {
    const char *name;
    unsigned char len;
    unsigned char type; /* amazon_member_type */
    unsigned short offset;
} amazon_member;

#define AMAZON_MEMBER(t, field, name, type)                                                        \
    {                                                                                              \
        name, sizeof(name) - 1, AMAZON_##type, offsetof(t, field)                                  \
    }

#define AMAZON_MEMBERS_MAX 32

/* Read `object` into the struct at `base`; AMAZON_REF fields are set to WB_JSON_NONE first. An
 * absent or null object reads as one without members. `rows` has `count` of them. */
WB_MUST_CHECK wb_rc amazon_members(wb_json *json, wb_json_ref object, const amazon_member *rows,
                                   size_t count, void *base, wb_err *err);

/* {"amount" or "Amount", "currencyCode" or "CurrencyCode"}: exactly, also where a currency has
 * fewer digits than the amount is told with. Absent leaves `*out`. */
WB_MUST_CHECK wb_rc amazon_money(wb_json *json, wb_json_ref object, wb_money *out, const char *what,
                                 wb_err *err);

/* sum += part, when both are of one currency; a sum that cannot be is marked by `*ok` = false. */
void amazon_money_add(wb_money *sum, const wb_money *part, bool *ok);

#endif
