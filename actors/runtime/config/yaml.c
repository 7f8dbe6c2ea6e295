/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml - libyaml's events become a tree. Start reading at the bottom.
 */
#include "actors/runtime/config/yaml.h"

#include <yaml.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"

#define INDEX_MIN 32 /* children of a mapping that are looked at one by one */

/* The tree under construction: the open collections, and the key that waits for its value. */
typedef struct {
    wb_yaml *root;
    wb_yaml *open[WB_CONFIG_DEPTH_MAX];
    size_t depth;
    char *key;
    wb_spot key_at;
    bool stopped;
    const wb_config_file *file;
    wb_problems *problems;
} builder;

/* The end of a path that does not fit tells more than its beginning. */
static void
name_file(char dst[WB_PROBLEM_FILE_SIZE], const wb_config_file *file)
{
    const char *path = file && file->path ? file->path : "";
    size_t len = strlen(path);

    if (len < WB_PROBLEM_FILE_SIZE)
        memcpy(dst, path, len + 1);
    else
        (void)snprintf(dst, WB_PROBLEM_FILE_SIZE, "...%s", path + len + 4 - WB_PROBLEM_FILE_SIZE);
}

void
wb_problems_add(wb_problems *self, wb_spot at, const char *fmt, ...)
{
    wb_problem *row;
    va_list args;

    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 16;
        self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
    }
    row = &self->rows[self->count++];
    *row = (wb_problem){.unread = false};
    name_file(row->file, at.file);
    row->line = at.line;
    row->column = at.column;
    va_start(args, fmt);
    (void)vsnprintf(row->text, sizeof row->text, fmt, args);
    va_end(args);
}

/* By the place of the first problem of its file, then by its own. */
typedef struct {
    size_t file, number;
    wb_problem problem;
} sorted;

static int
by_place(const void *a, const void *b)
{
    const sorted *left = a, *right = b;
    const wb_problem *l = &left->problem, *r = &right->problem;

    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    if (l->line != r->line)
        return l->line < r->line ? -1 : 1;
    if (l->column != r->column)
        return l->column < r->column ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

void
wb_problems_sort(wb_problems *self)
{
    WB_AUTO(wb_free) sorted *rows = wb_alloc(self->count * sizeof *rows);

    for (size_t i = 0; i < self->count; i++) {
        rows[i].number = i;
        rows[i].problem = self->rows[i];
        while (strcmp(rows[rows[i].file].problem.file, self->rows[i].file) != 0)
            rows[i].file++;
    }
    qsort(rows, self->count, sizeof *rows, by_place);
    for (size_t i = 0; i < self->count; i++)
        self->rows[i] = rows[i].problem;
}

const char *
wb_spot_text(char dst[WB_SPOT_SIZE], wb_spot other, wb_spot here)
{
    char file[WB_PROBLEM_FILE_SIZE];

    name_file(file, other.file);
    if (other.file == here.file || !file[0])
        (void)snprintf(dst, WB_SPOT_SIZE, "line %d", other.line);
    else
        (void)snprintf(dst, WB_SPOT_SIZE, "%s:%d", file, other.line);
    return dst;
}

void
wb_problem_text(char *dst, size_t size, const wb_problem *problem)
{
    char place[32] = "";

    if (problem->line && problem->column && problem->file[0])
        (void)snprintf(place, sizeof place, "%d:%d: ", problem->line, problem->column);
    else if (problem->line)
        (void)snprintf(place, sizeof place, "%s%d: ", problem->file[0] ? "" : "line ",
                       problem->line);
    (void)snprintf(dst, size, "%s%s%s%s", problem->file,
                   !problem->file[0] ? ""
                   : place[0]        ? ":"
                                     : ": ",
                   place, problem->text);
}

void
wb_problems_fini(wb_problems *self)
{
    wb_free(&self->rows);
    self->count = self->cap = 0;
}

void
wb_yaml_destroy(wb_yaml **self_p)
{
    wb_yaml *self = *self_p, *child, *next;

    *self_p = NULL;
    if (!self)
        return;
    for (child = self->first; child; child = next) {
        next = child->next;
        wb_yaml_destroy(&child);
    }
    wb_map_destroy(&self->by_key);
    wb_free(&self->text);
    wb_free(&self->key);
    wb_free(&self);
}

static wb_yaml *
find_child(const wb_yaml *self, const char *key)
{
    if (self->by_key)
        return wb_map_find(self->by_key, wb_view_of(key));
    for (wb_yaml *child = self->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

const wb_yaml *
wb_yaml_find(const wb_yaml *self, const char *key)
{
    if (!self || self->type != WB_YAML_MAPPING)
        return NULL;
    return find_child(self, key);
}

static void
note_key(wb_yaml *self, wb_yaml *child)
{
    wb_view key = wb_view_of(child->key);

    if (!wb_map_find(self->by_key, key))
        wb_map_put(self->by_key, key, child);
}

void
wb_yaml_append(wb_yaml *self, wb_yaml **child_p)
{
    wb_yaml *child = wb_take(child_p);

    child->next = NULL;
    if (self->last)
        self->last->next = child;
    else
        self->first = child;
    self->last = child;
    self->count++;
    if (self->type != WB_YAML_MAPPING || self->count < INDEX_MIN)
        return;
    if (self->by_key) {
        note_key(self, child);
        return;
    }
    self->by_key = wb_map_new();
    for (child = self->first; child; child = child->next)
        note_key(self, child);
}

wb_yaml *
wb_yaml_take_first(wb_yaml *self)
{
    wb_yaml *child = self->first;

    if (!child)
        return NULL;
    wb_map_destroy(&self->by_key); /* who takes one takes them all */
    self->first = child->next;
    self->count--;
    if (!self->first)
        self->last = NULL;
    child->next = NULL;
    return child;
}

bool
wb_yaml_is_null(const wb_yaml *self)
{
    if (!self)
        return true;
    if (self->type != WB_YAML_SCALAR || !self->plain)
        return false;
    return !self->text[0] || strcmp(self->text, "~") == 0 || strcmp(self->text, "null") == 0;
}

static void
stop(builder *self, wb_spot at, const char *why)
{
    wb_problems_add(self->problems, at, "%s", why);
    self->stopped = true;
}

static wb_spot
spot_of(const builder *self, const yaml_mark_t *mark)
{
    return (wb_spot){self->file, (int)mark->line + 1, (int)mark->column + 1};
}

/* Hang a new value into the innermost open collection. Takes the waiting key. */
static void
hang(builder *self, wb_yaml *node)
{
    wb_yaml *parent = self->depth ? self->open[self->depth - 1] : NULL;
    const wb_yaml *former;
    char first[WB_SPOT_SIZE];

    node->key_at = node->at;
    if (!parent) {
        self->root = node;
        return;
    }
    if (parent->type == WB_YAML_MAPPING) {
        former = wb_yaml_find(parent, self->key);
        if (former)
            wb_problems_add(self->problems, self->key_at, "'%s' is given twice (first in %s)",
                            self->key, wb_spot_text(first, former->key_at, self->key_at));
        node->key = wb_take(&self->key);
        node->key_at = self->key_at;
    }
    wb_yaml_append(parent, &node);
}

static bool
key_awaited(const builder *self)
{
    assert(!self->depth || self->open[self->depth - 1]);
    return self->depth && self->open[self->depth - 1]->type == WB_YAML_MAPPING && !self->key;
}

static void
check_marks(builder *self, wb_spot at, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        wb_problems_add(self->problems, at, "anchors (&) are not allowed here");
    if (tag)
        wb_problems_add(self->problems, at, "tags (!) are not allowed here");
}

static void
on_scalar(builder *self, const yaml_event_t *event)
{
    wb_spot at = spot_of(self, &event->start_mark);
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    wb_yaml *node;

    check_marks(self, at, event->data.scalar.anchor, event->data.scalar.tag);
    if (strlen(text) != len) {
        stop(self, at, "a text holds a NUL character");
        return;
    }
    if (key_awaited(self)) {
        self->key = wb_text_dup_len(text, len);
        self->key_at = at;
        return;
    }
    node = wb_alloc(sizeof *node);
    node->type = WB_YAML_SCALAR;
    node->at = at;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = wb_text_dup_len(text, len);
    hang(self, node);
}

static void
on_open(builder *self, const yaml_event_t *event, wb_yaml_type type)
{
    bool map = type == WB_YAML_MAPPING;
    wb_spot at = spot_of(self, &event->start_mark);
    wb_yaml *node;

    check_marks(self, at,
                map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
                map ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    if (key_awaited(self)) {
        stop(self, at, "a key must be a plain text");
        return;
    }
    if (self->depth == WB_CONFIG_DEPTH_MAX) {
        stop(self, at, "nested too deeply");
        return;
    }
    node = wb_alloc(sizeof *node);
    node->type = type;
    node->at = at;
    hang(self, node);
    self->open[self->depth++] = node;
}

static void
on_event(builder *self, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        on_scalar(self, event);
        break;
    case YAML_MAPPING_START_EVENT:
        on_open(self, event, WB_YAML_MAPPING);
        break;
    case YAML_SEQUENCE_START_EVENT:
        on_open(self, event, WB_YAML_SEQUENCE);
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        self->depth--;
        break;
    case YAML_ALIAS_EVENT:
        stop(self, spot_of(self, &event->start_mark), "aliases (*) are not allowed here");
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (self->root)
            stop(self, spot_of(self, &event->start_mark),
                 "a second document begins here: one is allowed");
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

static void
on_syntax(builder *self, const yaml_parser_t *parser)
{
    wb_problems_add(self->problems, spot_of(self, &parser->problem_mark), "not YAML: %s%s%s",
                    parser->problem ? parser->problem : "unreadable", parser->context ? " " : "",
                    parser->context ? parser->context : "");
    self->stopped = true;
}

static void
run(builder *self, yaml_parser_t *parser)
{
    yaml_event_t event;
    bool ended = false;

    while (!ended && !self->stopped) {
        if (!yaml_parser_parse(parser, &event)) {
            on_syntax(self, parser);
            return;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        on_event(self, &event);
        yaml_event_delete(&event);
    }
}

static bool
is_root(const builder *self, wb_yaml_type want)
{
    return self->root && self->root->type == want;
}

wb_yaml *
wb_yaml_parse(wb_view text, const wb_config_file *file, wb_yaml_type want, wb_problems *problems)
{
    builder self = {.file = file, .problems = problems};
    yaml_parser_t parser;

    if (text.len > WB_CONFIG_MAX) {
        wb_problems_add(problems, (wb_spot){.file = file}, "larger than %d bytes", WB_CONFIG_MAX);
        return NULL;
    }
    if (!yaml_parser_initialize(&parser))
        abort(); /* out of memory */
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
    run(&self, &parser);
    yaml_parser_delete(&parser);
    wb_free(&self.key);
    if (!self.stopped && !is_root(&self, want) && !wb_yaml_is_null(self.root))
        stop(&self, self.root->at,
             want == WB_YAML_MAPPING ? "the document must be a mapping of keys"
                                     : "the document must be a list (lines that begin with -)");
    if (!self.stopped && !is_root(&self, want)) {
        wb_yaml_destroy(&self.root);
        self.root = wb_alloc(sizeof *self.root);
        self.root->type = want;
        self.root->at = (wb_spot){.file = file};
    }
    if (self.stopped)
        wb_yaml_destroy(&self.root);
    return self.root;
}
