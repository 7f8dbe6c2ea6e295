/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option - a setting is a row: name, type, default, range and help
 *
 * The field is the name; a field of the wrong type does not compile. Defaults are parsed like user
 * input. `--help`, the example configuration and the reference are printed from the rows. Reading
 * them from YAML is actors/runtime/config/config.h.
 */
#ifndef WB_PROTOCOL_BASE_OPTION_H
#define WB_PROTOCOL_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    WB_OPTION_END = 0,
    WB_OPTION_TEXT,   /* char *: owned, NULL when optional and absent */
    WB_OPTION_SECRET, /* char *: a reference (${env:NAME} or ${file:path}) resolved; never dumped */
    WB_OPTION_INT,    /* int64_t */
    WB_OPTION_BOOL,   /* bool: true|false */
    WB_OPTION_MS,     /* int64_t: "250ms", "20s", "5m", "1h", "30d" or a number of ms */
    WB_OPTION_BYTES,  /* int64_t: "64MiB", "2GiB", "512KiB" or a number of bytes */
    WB_OPTION_CHOICE, /* int64_t: index into choices */
    WB_OPTION_TEXTS,  /* wb_option_list of char *: a YAML sequence of scalars, or one scalar */
    WB_OPTION_LIST,   /* wb_option_list of structs: a YAML sequence of mappings, by sub-table */
    WB_OPTION_MAP,    /* wb_option_list of structs: a YAML mapping name -> mapping, by sub-table;
                         the sub-struct's first field is `char *name` */
    WB_OPTION_GROUP,  /* a struct in place: a YAML mapping, by sub-table */
    WB_OPTION_RAW,    /* wb_option_raw: a mapping kept unread, for a table known only later */
    WB_OPTION_TABLE,  /* wb_sheet_ref: the name of a table under `tables`, which has to be there,
                         with the columns that `choices` names; max = 1: the first of them is a
                         key, no two rows have the same */
} wb_option_type;

/* `count` items of the row's sub_size bytes (TEXTS: char *). Owned by the parsed configuration. */
typedef struct {
    void *items;
    size_t count;
} wb_option_list;

/* A place in the parsed document, read later with another table (a connector's options). */
typedef struct {
    const void *node; /* NULL = absent, which reads as an empty mapping */
} wb_option_raw;

/* A table that is referred to by name. `sheet` (protocol/sheet.h) is the one loaded last: a reload
 * of tables alone puts another one here, between two turns of the loop. NULL, both: optional and
 * absent. */
typedef struct {
    char *name;
    const struct wb_sheet *sheet;
} wb_sheet_ref;

typedef struct wb_option {
    const char *name;
    wb_option_type type;
    size_t offset;
    const char *fallback; /* the default as text; NULL = required; "" of a TEXT/SECRET = optional */
    int64_t min, max;     /* INT, MS, BYTES */
    const char *const *choices;  /* CHOICE, TABLE: NULL-terminated */
    const struct wb_option *sub; /* LIST, MAP, GROUP */
    size_t sub_size;
    const char *help;
} wb_option;

/* A comparison of distinct pointer types is an error: the field has the row's type. */
#define WB_OPTION_AT(type, field, want)                                                            \
    (offsetof(type, field) + 0 * sizeof(&((type *)0)->field == (want *)0))

#define WB_TEXT(t, field, def, text)                                                               \
    {                                                                                              \
#field, WB_OPTION_TEXT, WB_OPTION_AT(t, field, char *), def, 0, 0, NULL, NULL, 0, text     \
    }
#define WB_SECRET(t, field, def, text)                                                             \
    {                                                                                              \
#field, WB_OPTION_SECRET, WB_OPTION_AT(t, field, char *), def, 0, 0, NULL, NULL, 0, text   \
    }
#define WB_INT(t, field, def, lo, hi, text)                                                        \
    {                                                                                              \
#field, WB_OPTION_INT, WB_OPTION_AT(t, field, int64_t), def, lo, hi, NULL, NULL, 0, text   \
    }
#define WB_BOOL(t, field, def, text)                                                               \
    {                                                                                              \
#field, WB_OPTION_BOOL, WB_OPTION_AT(t, field, bool), def, 0, 1, NULL, NULL, 0, text       \
    }
#define WB_MS(t, field, def, lo, hi, text)                                                         \
    {                                                                                              \
#field, WB_OPTION_MS, WB_OPTION_AT(t, field, int64_t), def, lo, hi, NULL, NULL, 0, text    \
    }
#define WB_BYTES(t, field, def, lo, hi, text)                                                      \
    {                                                                                              \
#field, WB_OPTION_BYTES, WB_OPTION_AT(t, field, int64_t), def, lo, hi, NULL, NULL, 0, text \
    }
#define WB_CHOICE(t, field, def, names, text)                                                      \
    {                                                                                              \
#field, WB_OPTION_CHOICE, WB_OPTION_AT(t, field, int64_t), def, 0, 0, names, NULL, 0, text \
    }
#define WB_TEXTS(t, field, def, text)                                                              \
    {                                                                                              \
#field, WB_OPTION_TEXTS, WB_OPTION_AT(t, field, wb_option_list), def, 0, 0, NULL, NULL,    \
            sizeof(char *), text                                                                   \
    }
#define WB_LIST(t, field, table, item, text)                                                       \
    {                                                                                              \
#field, WB_OPTION_LIST, WB_OPTION_AT(t, field, wb_option_list), "", 0, 0, NULL, table,     \
            sizeof(item), text                                                                     \
    }
#define WB_MAP(t, field, table, item, text)                                                        \
    {                                                                                              \
#field, WB_OPTION_MAP, WB_OPTION_AT(t, field, wb_option_list), "", 0, 0, NULL, table,      \
            sizeof(item), text                                                                     \
    }
#define WB_GROUP(t, field, table, item, text)                                                      \
    {                                                                                              \
#field, WB_OPTION_GROUP, WB_OPTION_AT(t, field, item), "", 0, 0, NULL, table,              \
            sizeof(item), text                                                                     \
    }
#define WB_RAW(t, field, text)                                                                     \
    {                                                                                              \
#field, WB_OPTION_RAW, WB_OPTION_AT(t, field, wb_option_raw), "", 0, 0, NULL, NULL, 0,     \
            text                                                                                   \
    }
/* `columns`: a static const char *const[] that ends with NULL. KEYED: one row for each text of the
 * first of them. `def` is NULL (required) or "". */
#define WB_TABLE(t, field, def, columns, text)                                                     \
    {                                                                                              \
#field, WB_OPTION_TABLE, WB_OPTION_AT(t, field, wb_sheet_ref), def, 0, 0, columns, NULL,   \
            0, text                                                                                \
    }
#define WB_KEYED_TABLE(t, field, def, columns, text)                                               \
    {                                                                                              \
#field, WB_OPTION_TABLE, WB_OPTION_AT(t, field, wb_sheet_ref), def, 0, 1, columns, NULL,   \
            0, text                                                                                \
    }
#define WB_END                                                                                     \
    {                                                                                              \
        NULL, WB_OPTION_END, 0, NULL, 0, 0, NULL, NULL, 0, NULL                                    \
    }

#endif
