/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables - all tables of a configuration, and the settings that name them
 */
#include "actors/runtime/config/tables.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"

#define TOLD_MAX 20

typedef struct {
    char *name, *file;
    wb_sheet *sheet; /* NULL: it could not be read */
    int64_t loaded_utc_us;
    bool checked[WB_TABLE_COLUMNS_MAX]; /* as a key alone */
} table;

struct wb_tables {
    table *items;
    size_t count;
};

/* --- reading --- */

size_t
wb_tables_count(const wb_tables *self)
{
    return self->count;
}

const char *
wb_tables_name(const wb_tables *self, size_t index)
{
    return self->items[index].name;
}

const char *
wb_tables_file(const wb_tables *self, size_t index)
{
    return self->items[index].file;
}

const wb_sheet *
wb_tables_at(const wb_tables *self, size_t index)
{
    return self->items[index].sheet;
}

int64_t
wb_tables_loaded_utc_us(const wb_tables *self, size_t index)
{
    return self->items[index].loaded_utc_us;
}

static table *
find(const wb_tables *self, const char *name)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->items[i].name, name) == 0)
            return &self->items[i];
    return NULL;
}

const wb_sheet *
wb_tables_sheet(const wb_tables *self, const char *name)
{
    const table *at = find(self, name);

    return at ? at->sheet : NULL;
}

void
wb_tables_mark(char dst[WB_TABLE_MARK_SIZE], const wb_sheet *sheet)
{
    wb_hex(dst, wb_sheet_digest(sheet), (WB_TABLE_MARK_SIZE - 1) / 2);
}

/* --- keys --- */

/* The columns of a key, as a text for people and as a lookup. */
typedef struct {
    const char *by[WB_SHEET_KEYS_MAX + 1];
    size_t count;
    wb_spot file; /* of the table, without a line */
    wb_problems *problems;
} key;

static void
key_texts(const wb_sheet *sheet, size_t row, const key *by, wb_view *out)
{
    for (size_t i = 0; i < by->count; i++)
        out[i] = wb_sheet_text(sheet, row, by->by[i]);
}

/* What is wrong with a row's key; false = nothing. */
static bool
check_row(const wb_sheet *sheet, size_t row, const key *by)
{
    wb_view texts[WB_SHEET_KEYS_MAX];
    wb_spot at = by->file;
    size_t first;

    key_texts(sheet, row, by, texts);
    at.line = wb_sheet_line(sheet, row);
    at.column = 1;
    for (size_t i = 0; i < by->count; i++) {
        if (texts[i].len)
            continue;
        wb_problems_add(by->problems, at, "%.64s is empty, and a key", by->by[i]);
        return true;
    }
    first = wb_sheet_find(sheet, by->by, texts);
    if (first == row)
        return false;
    wb_problems_add(by->problems, at, "%.64s%s '%.*s' is given twice (first in line %d)",
                    by->by[by->count - 1], by->count > 1 ? ", with the rest of its key," : "",
                    (int)(texts[by->count - 1].len < 80 ? texts[by->count - 1].len : 80),
                    texts[by->count - 1].data, wb_sheet_line(sheet, first));
    return true;
}

static void
check_key(const wb_sheet *sheet, const key *by)
{
    size_t told = 0;

    for (size_t row = 0; told < TOLD_MAX && row < wb_sheet_rows(sheet); row++)
        told += check_row(sheet, row, by);
}

/* "sku, master", for a table that lacks what is asked for. */
static void
no_column(wb_problems *problems, wb_spot at, const char *where, const wb_sheet *sheet,
          const char *column)
{
    const char *names[WB_TABLE_COLUMNS_MAX + 1] = {NULL}, *nearest;

    for (size_t i = 0; i < wb_sheet_columns(sheet); i++)
        names[i] = wb_sheet_column_name(sheet, i);
    nearest = wb_text_nearest(wb_view_of(column), names);
    wb_problems_add(problems, at, "%.100s has no column '%.64s'%s%s%s", where, column,
                    nearest ? ": is '" : "", nearest ? nearest : "", nearest ? "' meant?" : "");
}

/* --- loading --- */

static void
check_conf_key(const table *self, const wb_table_source *source)
{
    const wb_table_conf *conf = source->conf;
    key by = {.file = {.file = source->file}, .problems = source->problems};
    char where[WB_TABLE_NAME_MAX + 16];

    (void)snprintf(where, sizeof where, "tables.%.64s.key", conf->name);
    if (conf->key.count > WB_SHEET_KEYS_MAX) {
        wb_problems_add(source->problems, conf->at, "%s: more than %d columns", where,
                        WB_SHEET_KEYS_MAX);
        return;
    }
    for (size_t i = 0; i < conf->key.count; i++) {
        by.by[by.count] = ((char *const *)conf->key.items)[i];
        if (wb_sheet_column(self->sheet, by.by[by.count]) != WB_SHEET_NONE)
            by.count++;
        else
            no_column(source->problems, conf->at, where, self->sheet, by.by[by.count]);
    }
    by.by[by.count] = NULL;
    if (by.count && by.count == conf->key.count)
        check_key(self->sheet, &by);
}

static size_t
load_one(table *self, const wb_option_reader *reader, const wb_table_conf *conf, size_t left)
{
    wb_config_file *file = wb_pool_alloc(reader->pool, sizeof *file);
    wb_table_source source = {
        .conf = conf, .file = file, .problems = reader->problems, .left = left};
    size_t len = 0;

    self->name = wb_text_dup(conf->name);
    if (!conf->file)
        return 0; /* told already: required */
    file->path = wb_pool_beside(reader->pool, conf->at.file, conf->file);
    self->file = wb_text_dup(file->path);
    self->loaded_utc_us = wb_now_utc_us();
    self->sheet = wb_table_read(&source, &len);
    if (self->sheet)
        check_conf_key(self, &source);
    return len;
}

wb_tables *
wb_tables_load(const wb_option_reader *reader, const wb_config_tree *tree)
{
    const wb_table_conf *confs = tree->tables.items;
    size_t count = tree->tables.count, left = WB_TABLES_ALL_MAX, name_len;
    wb_tables *self = wb_alloc(sizeof *self);

    if (count > WB_TABLES_MAX) {
        wb_problems_add(reader->problems, confs[WB_TABLES_MAX].at, "tables: more than %d",
                        WB_TABLES_MAX);
        count = WB_TABLES_MAX;
    }
    self->items = wb_alloc(count * sizeof *self->items);
    for (; self->count < count; self->count++) {
        const wb_table_conf *conf = &confs[self->count];

        name_len = strlen(conf->name);
        if (!name_len || name_len > WB_TABLE_NAME_MAX)
            wb_problems_add(reader->problems, conf->at, "tables: a name has 1 to %d bytes: '%.70s'",
                            WB_TABLE_NAME_MAX, conf->name);
        left -= load_one(&self->items[self->count], reader, conf, left);
    }
    return self;
}

void
wb_tables_destroy(wb_tables **self_p)
{
    wb_tables *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++) {
        wb_free(&self->items[i].name);
        wb_free(&self->items[i].file);
        wb_sheet_destroy(&self->items[i].sheet);
    }
    wb_free(&self->items);
    wb_free(&self);
}

/* --- the settings that name them --- */

static void
check_use_key(table *at, const wb_table_use *use, wb_problems *problems)
{
    wb_config_file file = {.path = at->file};
    key by = {
        .by = {use->row->choices[0]}, .count = 1, .file = {.file = &file}, .problems = problems};
    size_t column = wb_sheet_column(at->sheet, by.by[0]);

    if (column == WB_SHEET_NONE || at->checked[column])
        return;
    at->checked[column] = true;
    check_key(at->sheet, &by);
}

static void
bind_one(const wb_tables *self, const wb_table_use *use, wb_problems *problems)
{
    const char *names[WB_TABLES_MAX + 1] = {NULL}, *nearest;
    table *at = find(self, use->ref->name);

    use->ref->sheet = at ? at->sheet : NULL;
    if (!at) {
        for (size_t i = 0; i < self->count; i++)
            names[i] = self->items[i].name;
        nearest = wb_text_nearest(wb_view_of(use->ref->name), names);
        wb_problems_add(problems, use->at, "%s: there is no table '%.64s'%s%s%s", use->path,
                        use->ref->name, nearest ? ": did you mean '" : "", nearest ? nearest : "",
                        nearest ? "'?" : "");
        return;
    }
    if (!at->sheet)
        return; /* told already: it could not be read */
    for (const char *const *column = use->row->choices; column && *column; column++)
        if (wb_sheet_column(at->sheet, *column) == WB_SHEET_NONE)
            no_column(problems, use->at, use->path, at->sheet, *column);
    if (use->row->max == 1)
        check_use_key(at, use, problems);
}

void
wb_tables_bind(wb_tables *self, const wb_table_use *uses, const wb_table_use *until,
               wb_problems *problems)
{
    for (; uses != until; uses = uses->next)
        bind_one(self, uses, problems);
}

bool
wb_tables_same(const wb_tables *a, const wb_tables *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++)
        if (memcmp(wb_sheet_digest(a->items[i].sheet), wb_sheet_digest(b->items[i].sheet),
                   WB_SHA256_LEN) != 0)
            return false;
    return a->count == b->count;
}

void
wb_tables_age(wb_tables *self, const wb_tables *former)
{
    for (size_t i = 0; i < self->count; i++) {
        const table *was = find(former, self->items[i].name);

        if (was && !memcmp(wb_sheet_digest(was->sheet), wb_sheet_digest(self->items[i].sheet),
                           WB_SHA256_LEN))
            self->items[i].loaded_utc_us = was->loaded_utc_us;
    }
}
