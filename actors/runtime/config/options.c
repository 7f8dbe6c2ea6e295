/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - reading by tables. Start reading at the bottom.
 */
#include "actors/runtime/config/options.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/config/inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define PATH_TEXT_MAX 200 /* of a setting in a problem's text */

/* One row being read. */
typedef struct {
    const wb_option_reader *reader;
    const wb_option *row;
    const wb_yaml *node; /* NULL = not given */
    wb_spot spot;
    char path[PATH_TEXT_MAX];
    void *field;
} slot;

typedef struct {
    const char *suffix;
    int64_t factor;
} unit;

static const unit ms_units[] = {
    {"d",  INT64_C(86400000)},
    {"h",  3600000          },
    {"m",  60000            },
    {"s",  1000             },
    {"ms", 1                },
    {NULL, 0                },
};
static const unit byte_units[] = {
    {"TiB", INT64_C(1) << 40},
    {"GiB", 1 << 30         },
    {"MiB", 1 << 20         },
    {"KiB", 1 << 10         },
    {"B",   1               },
    {NULL,  0               },
};

static void
problem(const slot *at, const char *text)
{
    wb_problems_add(at->reader->problems, at->spot, "%s: %s", at->path, text);
}

static const unit *
units_of(wb_option_type type)
{
    static const unit none[] = {
        {NULL, 0}
    };

    return type == WB_OPTION_MS ? ms_units : type == WB_OPTION_BYTES ? byte_units : none;
}

void
wb_option_number_text(char *dst, wb_option_type type, int64_t value)
{
    for (const unit *u = units_of(type); u->suffix; u++) {
        if (value > 0 && value % u->factor == 0) {
            (void)snprintf(dst, 32, "%lld%s", (long long)(value / u->factor), u->suffix);
            return;
        }
    }
    (void)snprintf(dst, 32, "%lld", (long long)value);
}

/* "250ms" -> 250; a bare number counts in the smallest unit. */
static bool
parse_number(wb_option_type type, const char *text, int64_t *out)
{
    size_t digits = strspn(text, "-0123456789");
    int64_t number = 0;

    if (wb_text_int(&number, (wb_view){text, digits}, NULL))
        return false;
    if (!text[digits]) {
        *out = number;
        return true;
    }
    for (const unit *u = units_of(type); u->suffix; u++) {
        if (strcmp(text + digits, u->suffix) == 0)
            return !__builtin_mul_overflow(number, u->factor, out);
    }
    return false;
}

static const char *
number_form(wb_option_type type)
{
    if (type == WB_OPTION_MS)
        return "a duration like 250ms, 20s, 5m, 1h or 30d";
    return type == WB_OPTION_BYTES ? "a size like 512KiB, 64MiB or 2GiB" : "a whole number";
}

static void
read_number(const slot *at, const char *text, const char *written)
{
    const wb_option *row = at->row;
    char low[32], high[32];
    int64_t value = 0;

    if (!parse_number(row->type, text, &value)) {
        wb_problems_add(at->reader->problems, at->spot, "%s: '%s' is not %s", at->path, written,
                        number_form(row->type));
        return;
    }
    if (value < row->min || value > row->max) {
        wb_option_number_text(low, row->type, row->min);
        wb_option_number_text(high, row->type, row->max);
        wb_problems_add(at->reader->problems, at->spot, "%s: '%s' is outside %s to %s", at->path,
                        written, low, high);
        return;
    }
    *(int64_t *)at->field = value;
}

static void
read_bool(const slot *at, const char *text, const char *written)
{
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        *(bool *)at->field = text[0] == 't';
    else
        wb_problems_add(at->reader->problems, at->spot, "%s: '%s' is neither true nor false",
                        at->path, written);
}

static void
read_choice(const slot *at, const char *text, const char *written)
{
    WB_AUTO(wb_buf_fini) wb_buf names = {0};
    const char *const *choices = at->row->choices;

    wb_buf_init(&names, 1024);
    for (int64_t i = 0; choices[i]; i++) {
        if (strcmp(choices[i], text) == 0) {
            *(int64_t *)at->field = i;
            return;
        }
        wb_buf_addf(&names, "%s%s", i ? ", " : "", choices[i]);
    }
    wb_problems_add(at->reader->problems, at->spot, "%s: '%s' is none of %s", at->path, written,
                    wb_buf_text(&names));
}

static void
read_text(const slot *at, char *text)
{
    if (text[0])
        *(char **)at->field = text;
    else if (!at->row->fallback || at->row->fallback[0])
        problem(at, "must not be empty");
}

static void
read_value(const slot *at, const char *written)
{
    char *text = wb_options_resolve(at->reader, at->spot, at->path, written);

    if (!text)
        return;
    if (at->row->type == WB_OPTION_TEXT || at->row->type == WB_OPTION_SECRET ||
        at->row->type == WB_OPTION_TABLE)
        read_text(at, text);
    else if (at->row->type == WB_OPTION_BOOL)
        read_bool(at, text, written);
    else if (at->row->type == WB_OPTION_CHOICE)
        read_choice(at, text, written);
    else
        read_number(at, text, written);
}

static void
read_scalar(const slot *at)
{
    const char *fallback = at->row->fallback;

    if (wb_yaml_is_null(at->node)) {
        if (!fallback)
            problem(at, "is missing, and required");
        else
            read_value(at, fallback);
        return;
    }
    if (at->node->type != WB_YAML_SCALAR) {
        problem(at, "must be a single value");
        return;
    }
    if (at->row->type == WB_OPTION_SECRET && at->node->text[0] &&
        strncmp(at->node->text, "${", 2) != 0) {
        problem(at, "is a secret and never stands here: write ${env:NAME} or ${file:path}");
        return;
    }
    read_value(at, at->node->text);
}

static void
read_texts(const slot *at)
{
    wb_option_list *list = at->field;
    const wb_yaml *node = at->node;
    size_t count = wb_yaml_is_null(node) ? 0 : node->type == WB_YAML_SCALAR ? 1 : node->count;
    char **items = wb_pool_alloc(at->reader->pool, (count + 1) * sizeof *items);

    if (count && node->type == WB_YAML_MAPPING) {
        problem(at, "must be a list of texts");
        return;
    }
    if (count && node->type == WB_YAML_SEQUENCE)
        node = node->first;
    for (; list->count < count; node = node->next) {
        if (node->type != WB_YAML_SCALAR) {
            problem(at, "must be a list of texts");
            return;
        }
        items[list->count] = wb_options_resolve(at->reader, at->spot, at->path, node->text);
        if (!items[list->count])
            return;
        list->count++;
    }
    list->items = items;
}

/* LIST and MAP: the items of a sequence, or of a mapping whose keys are the names. */
static void
read_items(const slot *at)
{
    bool map = at->row->type == WB_OPTION_MAP;
    wb_option_list *list = at->field;
    char path[PATH_TEXT_MAX + 128];
    char *item;

    if (wb_yaml_is_null(at->node))
        return;
    if (at->node->type != (map ? WB_YAML_MAPPING : WB_YAML_SEQUENCE)) {
        problem(at,
                map ? "must be a mapping of names" : "must be a list (lines that begin with -)");
        return;
    }
    item = list->items = wb_pool_alloc(at->reader->pool, (at->node->count + 1) * at->row->sub_size);
    for (const wb_yaml *child = at->node->first; child; child = child->next) {
        if (map) {
            *(char **)(void *)item = wb_pool_text(at->reader->pool, wb_view_of(child->key));
            (void)snprintf(path, sizeof path, "%s.%.80s", at->path, child->key);
        } else {
            (void)snprintf(path, sizeof path, "%s[%zu]", at->path, list->count);
        }
        wb_options_read(at->reader, &(wb_option_place){child, child->key_at, path}, at->row->sub,
                        item);
        list->count++;
        item += at->row->sub_size;
    }
}

static void
read_raw(const slot *at)
{
    wb_option_raw *raw = at->field;

    if (wb_yaml_is_null(at->node))
        return;
    if (at->node->type == WB_YAML_MAPPING)
        raw->node = at->node;
    else
        problem(at, "must be a mapping of keys");
}

/* Its name; the table itself is found when all are loaded. */
static void
read_table(const slot *at)
{
    wb_sheet_ref *ref = at->field;
    wb_table_use *use;
    slot name = *at;

    name.field = &ref->name;
    read_scalar(&name);
    if (!ref->name || !at->reader->uses)
        return;
    use = wb_pool_alloc(at->reader->pool, sizeof *use);
    *use = (wb_table_use){*at->reader->uses, ref, at->row, at->spot,
                          wb_pool_text(at->reader->pool, wb_view_of(at->path))};
    *at->reader->uses = use;
}

static void
read_row(const slot *at)
{
    switch (at->row->type) {
    case WB_OPTION_TEXT:
    case WB_OPTION_SECRET:
    case WB_OPTION_INT:
    case WB_OPTION_BOOL:
    case WB_OPTION_MS:
    case WB_OPTION_BYTES:
    case WB_OPTION_CHOICE:
        read_scalar(at);
        break;
    case WB_OPTION_TEXTS:
        read_texts(at);
        break;
    case WB_OPTION_LIST:
    case WB_OPTION_MAP:
        read_items(at);
        break;
    case WB_OPTION_GROUP:
        wb_options_read(at->reader, &(wb_option_place){at->node, at->spot, at->path}, at->row->sub,
                        at->field);
        break;
    case WB_OPTION_RAW:
        read_raw(at);
        break;
    case WB_OPTION_TABLE:
        read_table(at);
        break;
    case WB_OPTION_END:
        break;
    }
}

static bool
knows(const wb_option *table, const char *key)
{
    while (table->name && strcmp(table->name, key) != 0)
        table++;
    return table->name != NULL;
}

static void
refuse_unknown(const wb_option_reader *self, const wb_yaml *node, const wb_option *table,
               const char *where)
{
    const char *names[128] = {NULL}, *nearest;
    const wb_yaml *child;
    const wb_option *row;
    size_t count = 0;

    for (row = table; row->name && count + 1 < WB_COUNT(names); row++)
        names[count++] = row->name;
    for (child = node->first; child; child = child->next) {
        if (knows(table, child->key))
            continue;
        nearest = wb_text_nearest(wb_view_of(child->key), names);
        wb_problems_add(self->problems, child->key_at, "%s%sunknown key '%.60s'%s%s%s", where,
                        where[0] ? ": " : "", child->key, nearest ? ": did you mean '" : "",
                        nearest ? nearest : "", nearest ? "'?" : "");
    }
}

/* `node` is a mapping or NULL. */
static void
read_named(slot *at, const wb_yaml *node, wb_spot otherwise, const char *where, void *out)
{
    at->node = wb_yaml_find(node, at->row->name);
    at->spot = at->node ? at->node->key_at : otherwise;
    at->field = (char *)out + at->row->offset;
    (void)snprintf(at->path, sizeof at->path, "%s%s%s", where, where[0] ? "." : "", at->row->name);
    read_row(at);
}

void
wb_options_read(const wb_option_reader *self, const wb_option_place *from, const wb_option *table,
                void *out)
{
    const wb_yaml *node = wb_yaml_is_null(from->node) ? NULL : from->node;
    slot at = {.reader = self};

    if (node && node->type != WB_YAML_MAPPING) {
        wb_problems_add(self->problems, node->at, "%s: must be a mapping of keys", from->path);
        return;
    }
    if (node)
        refuse_unknown(self, node, table, from->path);
    for (at.row = table; at.row->name; at.row++)
        read_named(&at, node, from->at, from->path, out);
}

bool
wb_options_are_read(const wb_option_reader *self, const wb_yaml *node, const wb_option *table,
                    const char *name, void *scratch)
{
    wb_problems found = {0};
    wb_option_reader quiet = {.pool = self->pool, .problems = &found};
    slot at = {.reader = &quiet, .row = table};
    bool good;

    while (at.row->name && strcmp(at.row->name, name) != 0)
        at.row++;
    if (at.row->name)
        read_named(&at, node, (wb_spot){0}, "", scratch);
    good = found.count == 0;
    wb_problems_fini(&found);
    return good;
}
