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

/* The tree under construction: the open collections, and the key that waits for its value. */
typedef struct {
    wb_yaml *root;
    wb_yaml *open[WB_CONFIG_DEPTH_MAX];
    size_t depth;
    char *key;
    int key_line;
    bool stopped;
    wb_problems *problems;
} builder;

void
wb_problems_add(wb_problems *self, int line, const char *fmt, ...)
{
    wb_problem *row;
    va_list args;

    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 16;
        self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
    }
    row = &self->rows[self->count++];
    row->line = line;
    va_start(args, fmt);
    (void)vsnprintf(row->text, sizeof row->text, fmt, args);
    va_end(args);
}

static int
by_line(const void *a, const void *b)
{
    const wb_problem *left = a, *right = b;

    return (left->line > right->line) - (left->line < right->line);
}

void
wb_problems_sort(wb_problems *self)
{
    if (self->count)
        qsort(self->rows, self->count, sizeof *self->rows, by_line);
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
    wb_free(&self->text);
    wb_free(&self->key);
    wb_free(&self);
}

const wb_yaml *
wb_yaml_find(const wb_yaml *self, const char *key)
{
    if (!self || self->type != WB_YAML_MAPPING)
        return NULL;
    for (const wb_yaml *child = self->first; child; child = child->next) {
        if (strcmp(child->key, key) == 0)
            return child;
    }
    return NULL;
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
stop(builder *self, int line, const char *why)
{
    wb_problems_add(self->problems, line, "%s", why);
    self->stopped = true;
}

static int
line_of(const yaml_event_t *event)
{
    return (int)event->start_mark.line + 1;
}

/* Hang a new value into the innermost open collection. Takes the waiting key. */
static void
hang(builder *self, wb_yaml *node)
{
    wb_yaml *parent = self->depth ? self->open[self->depth - 1] : NULL;
    const wb_yaml *former;

    node->key_line = node->line;
    if (!parent) {
        self->root = node;
        return;
    }
    if (parent->type == WB_YAML_MAPPING) {
        former = wb_yaml_find(parent, self->key);
        if (former)
            wb_problems_add(self->problems, self->key_line,
                            "'%s' is given twice (first in line %d)", self->key, former->key_line);
        node->key = wb_take(&self->key);
        node->key_line = self->key_line;
    }
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
}

static bool
key_awaited(const builder *self)
{
    assert(!self->depth || self->open[self->depth - 1]);
    return self->depth && self->open[self->depth - 1]->type == WB_YAML_MAPPING && !self->key;
}

static void
check_marks(builder *self, int line, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        wb_problems_add(self->problems, line, "anchors (&) are not allowed here");
    if (tag)
        wb_problems_add(self->problems, line, "tags (!) are not allowed here");
}

static void
on_scalar(builder *self, const yaml_event_t *event)
{
    int line = line_of(event);
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    wb_yaml *node;

    check_marks(self, line, event->data.scalar.anchor, event->data.scalar.tag);
    if (strlen(text) != len) {
        stop(self, line, "a text holds a NUL character");
        return;
    }
    if (key_awaited(self)) {
        self->key = wb_text_dup_len(text, len);
        self->key_line = line;
        return;
    }
    node = wb_alloc(sizeof *node);
    node->type = WB_YAML_SCALAR;
    node->line = line;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = wb_text_dup_len(text, len);
    hang(self, node);
}

static void
on_open(builder *self, const yaml_event_t *event, wb_yaml_type type)
{
    bool map = type == WB_YAML_MAPPING;
    int line = line_of(event);
    wb_yaml *node;

    check_marks(self, line,
                map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
                map ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    if (key_awaited(self)) {
        stop(self, line, "a key must be a plain text");
        return;
    }
    if (self->depth == WB_CONFIG_DEPTH_MAX) {
        stop(self, line, "nested too deeply");
        return;
    }
    node = wb_alloc(sizeof *node);
    node->type = type;
    node->line = line;
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
        stop(self, line_of(event), "aliases (*) are not allowed here");
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (self->root)
            stop(self, line_of(event), "a second document begins here: one is allowed");
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
    int line = (int)parser->problem_mark.line + 1;

    wb_problems_add(self->problems, line, "not YAML: %s%s%s",
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

wb_yaml *
wb_yaml_parse(wb_view text, wb_problems *problems)
{
    builder self = {.problems = problems};
    yaml_parser_t parser;

    if (text.len > WB_CONFIG_MAX) {
        wb_problems_add(problems, 0, "larger than %d bytes", WB_CONFIG_MAX);
        return NULL;
    }
    if (!yaml_parser_initialize(&parser))
        abort(); /* out of memory */
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
    run(&self, &parser);
    yaml_parser_delete(&parser);
    wb_free(&self.key);
    if (!self.stopped && self.root && self.root->type != WB_YAML_MAPPING &&
        !wb_yaml_is_null(self.root))
        stop(&self, self.root->line, "the document must be a mapping of keys");
    if (!self.stopped && (!self.root || self.root->type != WB_YAML_MAPPING)) {
        wb_yaml_destroy(&self.root);
        self.root = wb_alloc(sizeof *self.root);
        self.root->type = WB_YAML_MAPPING;
    }
    if (self.stopped)
        wb_yaml_destroy(&self.root);
    return self.root;
}
