/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_rows - how a table of fields is written (wb_field), for the kinds of records in this folder
 *
 * A row names the member of the struct, and does not compile when that has another type.
 */
#ifndef WB_PROTOCOL_RECORDS_FIELD_ROWS_H
#define WB_PROTOCOL_RECORDS_FIELD_ROWS_H

#include "protocol/canonical.h"

/* A comparison of distinct pointer types is an error: the field has the row's type. */
#define AT(t, field, want) (offsetof(t, field) + 0 * sizeof(&((t *)0)->field == (want *)0))
#define ROW(number, t, field, type, want, flags, owner, help)                                      \
    {                                                                                              \
        number, #field, WB_FIELD_##type, AT(t, field, want), flags, owner, NULL, 0, NULL, help     \
    }
#define TEXT(number, t, field, flags, owner, help)                                                 \
    ROW(number, t, field, TEXT, wb_view, flags, owner, help)
#define INT(number, t, field, flags, owner, help)                                                  \
    ROW(number, t, field, INT, wb_count, flags, owner, help)
#define BOOL(number, t, field, flags, owner, help)                                                 \
    ROW(number, t, field, BOOL, bool, flags, owner, help)
#define TIME(number, t, field, name, flags, owner, help)                                           \
    {                                                                                              \
        number, name, WB_FIELD_TIME, AT(t, field, int64_t), flags, owner, NULL, 0, NULL, help      \
    }
#define MONEY(number, t, field, flags, owner, help)                                                \
    ROW(number, t, field, MONEY, wb_money, flags, owner, help)
#define GROUP(number, t, field, table, flags, owner, help)                                         \
    {                                                                                              \
        number, #field, WB_FIELD_GROUP, offsetof(t, field), flags, owner, table,                   \
            sizeof(((t *)0)->field), NULL, help                                                    \
    }
#define LIST(number, t, field, table, item, flags, owner, help)                                    \
    {                                                                                              \
        number, #field, WB_FIELD_LIST, AT(t, field, wb_field_list), flags, owner, table,           \
            sizeof(item), NULL, help                                                               \
    }
#define FIELDS_END                                                                                 \
    {                                                                                              \
        0, NULL, WB_FIELD_END, 0, 0, 0, NULL, 0, NULL, NULL                                        \
    }
/* An ENUM, with its names. */
#define ENUM(number, t, field, words, flags, owner, help)                                          \
    {                                                                                              \
        number, #field, WB_FIELD_ENUM, AT(t, field, int32_t), flags, owner, NULL, 0, words, help   \
    }

/* The two members that wb_record_set_reading fills: this number, and the next one. */
#define READING(number, t, owner)                                                                  \
    TEXT(number, t, left_out, ASIDE, owner,                                                        \
         "the source's fields that were told and could not be read, comma-joined"),                \
        TEXT((number) + 1, t, repaired, ASIDE, owner,                                              \
             "those whose text was broken: U+FFFD stands for what could not be read")

#define REQUIRED WB_FIELD_REQUIRED
#define PERSONAL WB_FIELD_PERSONAL
#define ASIDE WB_FIELD_ASIDE

#endif
