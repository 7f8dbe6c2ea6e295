/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make - the lists of rules out of the configuration, rows of tables among them
 *
 * A row of a table is read as if its cells were written in the configuration, each by the name of
 * its column. Cells are taken as they are: no reference in them is resolved.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/rules/inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"

#define TOLD_MAX 20 /* of a table */

typedef struct {
    wb_rules *rules;
    const wb_tables *tables;
    wb_problems *problems; /* NULL = nothing is wrong */
    const wb_rules_form *form;
    wb_rules_of_list *list;
    char where[64];
} maker;

static wb_rule *
add(maker *self)
{
    wb_rules_of_list *list = self->list;

    if (list->count == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 16;
        list->items = wb_realloc(list->items, list->cap * sizeof *list->items);
    }
    list->items[list->count] = (wb_rule){.number = list->count + 1};
    return &list->items[list->count++];
}

static const char *
action_of(const maker *self, const wb_rule_conf *conf)
{
    for (const wb_option *row = self->form->rows; row->name; row++)
        if (self->form->action && !strcmp(row->name, self->form->action))
            return *(char *const *)(const void *)((const char *)conf + row->offset);
    return "";
}

static void
read_rule(maker *self, const wb_rule_conf *conf, bool in_table)
{
    const wb_rule_reader reader = {&self->rules->pool, self->problems, self->where};
    wb_rule *rule;

    if (!conf->enabled)
        return;
    if (!action_of(self, conf) && self->problems)
        wb_problems_add(self->problems, conf->at, "%s: %s is missing: what follows?", self->where,
                        self->form->action);
    rule = add(self);
    rule->in_table = in_table;
    wb_rule_read(&reader, conf, rule);
}

/* --- rows of a table --- */

/* A cell as a value of the document; several texts are a list. */
static wb_view
escaped(wb_pool *pool, wb_view cell)
{
    wb_buf out = {0};
    wb_view kept;

    wb_buf_init(&out, 2 * WB_TABLE_CELL_MAX);
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.data[i] == '$' && i + 1 < cell.len && cell.data[i + 1] == '{')
            wb_buf_add_char(&out, '$');
        wb_buf_add_char(&out, cell.data[i]);
    }
    kept = (wb_view){wb_pool_text(pool, wb_buf_view(&out)), out.len};
    wb_buf_fini(&out);
    return kept;
}

static void
add_child(wb_yaml *node, wb_yaml *child)
{
    if (node->last)
        node->last->next = child;
    else
        node->first = child;
    node->last = child;
    node->count++;
}

static wb_yaml *
scalar(wb_pool *pool, wb_view text, wb_spot at)
{
    wb_yaml *node = wb_pool_alloc(pool, sizeof *node);

    *node = (wb_yaml){.type = WB_YAML_SCALAR, .at = at, .key_at = at};
    node->text = wb_pool_text(pool, escaped(pool, text));
    return node;
}

static wb_yaml *
list_of(wb_pool *pool, wb_view cell, wb_spot at)
{
    wb_yaml *node = wb_pool_alloc(pool, sizeof *node);

    *node = (wb_yaml){.type = WB_YAML_SEQUENCE, .at = at, .key_at = at};
    while (cell.len) {
        const char *bar = memchr(cell.data, '|', cell.len);
        size_t len = bar ? (size_t)(bar - cell.data) : cell.len;

        add_child(node, scalar(pool, (wb_view){cell.data, len}, at));
        cell.data += len + (bar != NULL);
        cell.len -= len + (bar != NULL);
    }
    return node;
}

static const wb_option *
row_of(const maker *self, const char *column)
{
    const wb_option *row = self->form->rows;

    while (row->name && strcmp(row->name, column) != 0)
        row++;
    return row->name && row->type != WB_OPTION_TABLE ? row : NULL;
}

static void
read_cells(const maker *self, const wb_sheet *sheet, size_t row, wb_yaml *out)
{
    wb_pool *pool = &self->rules->pool;

    for (size_t i = 0; i < wb_sheet_columns(sheet); i++) {
        const char *name = wb_sheet_column_name(sheet, i);
        const wb_option *option = row_of(self, name);
        wb_view cell = wb_sheet_at(sheet, row, i);
        wb_yaml *child;

        if (!option || !cell.len)
            continue;
        child = option->type == WB_OPTION_TEXTS ? list_of(pool, cell, out->at)
                                                : scalar(pool, cell, out->at);
        child->key = wb_pool_text(pool, wb_view_of(name));
        add_child(out, child);
    }
}

static bool
check_columns(const maker *self, const wb_sheet *sheet, wb_spot at)
{
    const char *names[64] = {NULL}, *nearest;
    size_t count = 0;
    bool good = true;

    for (const wb_option *row = self->form->rows; row->name && count < 63; row++)
        if (row->type != WB_OPTION_TABLE)
            names[count++] = row->name;
    at.line = at.column = 1;
    for (size_t i = 0; i < wb_sheet_columns(sheet); i++) {
        const char *name = wb_sheet_column_name(sheet, i);

        if (row_of(self, name))
            continue;
        good = false;
        nearest = wb_text_nearest(wb_view_of(name), names);
        if (self->problems)
            wb_problems_add(self->problems, at, "%s have no '%.64s'%s%s%s", self->where, name,
                            nearest ? ": did you mean '" : "", nearest ? nearest : "",
                            nearest ? "'?" : "");
    }
    return good;
}

static void
read_row(maker *self, const wb_sheet *sheet, size_t row, wb_spot at)
{
    wb_problems unread = {0};
    const wb_option_reader reader = {.pool = &self->rules->pool,
                                     .problems = self->problems ? self->problems : &unread};
    wb_rule_conf *conf = wb_pool_alloc(&self->rules->pool, sizeof *conf);
    wb_yaml node = {.type = WB_YAML_MAPPING};

    at.line = wb_sheet_line(sheet, row);
    at.column = 1;
    node.at = node.key_at = at;
    read_cells(self, sheet, row, &node);
    wb_options_read(&reader, &(wb_option_place){&node, at, self->where}, self->form->rows, conf);
    conf->at = at;
    read_rule(self, conf, true);
    wb_problems_fini(&unread);
}

static const char *
file_of(const wb_tables *tables, const char *table)
{
    for (size_t i = 0; i < wb_tables_count(tables); i++)
        if (!strcmp(wb_tables_name(tables, i), table))
            return wb_tables_file(tables, i);
    return NULL;
}

static void
read_table(maker *self, const wb_rule_conf *conf)
{
    wb_config_file *file = wb_pool_alloc(&self->rules->pool, sizeof *file);
    const wb_sheet *sheet = conf->table.sheet;
    size_t before = self->problems ? self->problems->count : 0;
    const char *path = file_of(self->tables, conf->table.name);
    wb_spot at = {.file = file};

    if (path)
        file->path = wb_pool_text(&self->rules->pool, wb_view_of(path));
    if (!sheet || !check_columns(self, sheet, at))
        return;
    for (size_t row = 0; row < wb_sheet_rows(sheet); row++) {
        if (self->problems && self->problems->count - before >= TOLD_MAX)
            return;
        read_row(self, sheet, row, at);
    }
}

/* --- all lists --- */

/* Conditions beside a table would say nothing. */
static void
check_alone(const maker *self, const wb_rule_conf *conf)
{
    wb_patterns none = {0};
    wb_rule rule = {0};
    const wb_rule_reader reader = {&self->rules->pool, NULL, self->where};
    const char *action = action_of(self, conf);
    bool alone = !action || !*action;

    if (!self->problems)
        return;
    wb_rule_read(&reader, conf, &rule);
    for (size_t i = 0; i < WB_RULE_ABOUT_COUNT; i++)
        alone = alone && rule.about[i].count == none.count;
    if (!alone || conf->above || conf->below)
        wb_problems_add(self->problems, conf->at,
                        "%s: table: stands alone: what a rule says is in its rows", self->where);
}

static void
read_list(maker *self, const wb_rules_conf *conf)
{
    const wb_option_list *list =
        (const wb_option_list *)(const void *)((const char *)conf + self->form->offset);
    const wb_rule_conf *items = list->items;

    (void)snprintf(self->where, sizeof self->where, "rules.%s", self->form->name);
    for (size_t i = 0; i < list->count; i++) {
        if (!items[i].table.name) {
            read_rule(self, &items[i], false);
            continue;
        }
        check_alone(self, &items[i]);
        if (items[i].enabled)
            read_table(self, &items[i]);
    }
    wb_rules_index_make(self->list);
}

wb_rules *
wb_rules_read(const wb_config_tree *tree, const wb_tables *tables, wb_problems *problems)
{
    wb_rules *self = wb_alloc(sizeof *self);
    maker make = {.rules = self, .tables = tables, .problems = problems};

    for (size_t i = 0; i < WB_RULES_COUNT; i++) {
        make.form = &wb_rules_forms[i];
        make.list = &self->lists[i];
        read_list(&make, &tree->rules);
    }
    return self;
}

void
wb_rules_destroy(wb_rules **self_p)
{
    wb_rules *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < WB_RULES_COUNT; i++) {
        wb_rules_index_fini(&self->lists[i].index);
        wb_free(&self->lists[i].items);
    }
    wb_pool_fini(&self->pool);
    wb_free(&self);
}
