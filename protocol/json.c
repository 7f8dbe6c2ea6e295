/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/json.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/json_node.h"
#include "protocol/json_scan.h"
#include "protocol/limits.h"

#define BOM "\xef\xbb\xbf"
#define BOM_LEN 3
#define KEEP_NODES (64 * 1024) /* an index that one large document left is not kept for ever */
#define KEEP_ARENA (1024 * 1024)

/* A container that is open. */
typedef struct {
    uint32_t node, last, count;
    uint32_t member; /* WB_NODE_MEMBER of an object: what its values are */
} level;

typedef struct {
    wb_json *doc;
    const unsigned char *begin, *end;
    const unsigned char *at; /* where a string has come to; where it is wrong */
    const char *wrong;
    bool tolerant;  /* an answer: wb_json_parse_answer */
    unsigned marks; /* of the string that was read last */
    level *open;
    level levels[WB_JSON_DEPTH_MAX + 1]; /* [0] is none: it holds the root alone */
} parser;

/* Each part of the grammar takes where it begins and gives where it ends; NULL: it is wrong. */
static const unsigned char *
bad(parser *self, const unsigned char *at, const char *wrong)
{
    self->at = at;
    self->wrong = wrong;
    return NULL;
}

static const unsigned char *
skip_blanks(const unsigned char *at, const unsigned char *end)
{
    while (at < end && *at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* Room for a value and, where it is an object, for the key behind it. */
static bool
have_room(wb_json *doc)
{
    if (doc->count + 2 <= doc->cap)
        return true;
    if (doc->cap > WB_JSON_NODES_MAX)
        return false;
    doc->cap = doc->cap ? doc->cap * 2 : 256;
    if (doc->cap > WB_JSON_NODES_MAX)
        doc->cap = WB_JSON_NODES_MAX + 1;
    doc->nodes = wb_realloc(doc->nodes, doc->cap * sizeof *doc->nodes);
    return true;
}

static void
add_node(parser *self, uint32_t info, const unsigned char *first, const unsigned char *end)
{
    wb_json_node *node = &self->doc->nodes[self->doc->count++];

    node->at = (uint32_t)(first - self->begin);
    node->len = (uint32_t)(end - first);
    node->aux = 0;
    node->info = info;
}

/* The next node is a value, a child of the container that is open: what its info has of that. */
static uint32_t
child(parser *self)
{
    self->open->last = self->doc->count;
    self->open->count++;
    return self->open->member;
}

static uint32_t
flags_of(unsigned marks)
{
    return (marks & WB_JSON_ESCAPED ? WB_NODE_ESCAPED : 0u) |
           (marks & WB_JSON_BROKEN ? WB_NODE_BROKEN : 0u);
}

/* From behind the opening quote; NULL: self->at is where it is wrong. */
static const unsigned char *
string(parser *self, const unsigned char *first, uint32_t info)
{
    const unsigned char *at = wb_json_skip_plain(first, self->end);

    self->marks = 0;
    if (at == self->end || *at != '"') { /* most are plain to their end */
        self->at = at;
        if (!wb_json_scan_string(&self->at, self->end, self->tolerant, &self->marks))
            return NULL;
        at = self->at;
        if (self->marks & WB_JSON_BROKEN)
            self->doc->broken += (size_t)(at - first);
    }
    add_node(self, WB_JSON_STRING | info | flags_of(self->marks), first, at);
    return at + 1;
}

static const unsigned char *
number(parser *self, const unsigned char *first)
{
    const unsigned char *at = first;

    if (!wb_json_scan_number(&at, self->end))
        return bad(self, at, "bad number");
    add_node(self, WB_JSON_NUMBER | child(self), first, at);
    return at;
}

static const unsigned char *
literal(parser *self, const unsigned char *first, wb_json_type type, wb_view text)
{
    if ((size_t)(self->end - first) < text.len || memcmp(first, text.data, text.len) != 0)
        return bad(self, first, "unknown word");
    add_node(self, (uint32_t)type | child(self), first, first + text.len);
    return first + text.len;
}

static const unsigned char *
scalar(parser *self, const unsigned char *at)
{
    switch (*at) {
    case '"':
        at = string(self, at + 1, child(self));
        return at ? at : bad(self, self->at, "bad string");
    case 't':
        return literal(self, at, WB_JSON_TRUE, WB_VIEW_LIT("true"));
    case 'f':
        return literal(self, at, WB_JSON_FALSE, WB_VIEW_LIT("false"));
    case 'n':
        return literal(self, at, WB_JSON_NULL, WB_VIEW_LIT("null"));
    default:
        return number(self, at);
    }
}

/* A member's key and its colon. */
static const unsigned char *
key(parser *self, const unsigned char *at)
{
    at = skip_blanks(at, self->end);
    if (at == self->end || *at != '"')
        return bad(self, at, "a key is due");
    at = string(self, at + 1, 0);
    if (!at)
        return bad(self, self->at, "bad key");
    if ((self->marks & WB_JSON_NUL) && !self->tolerant)
        return bad(self, at - 1, "NUL in a key");
    at = skip_blanks(at, self->end);
    if (at == self->end || *at != ':')
        return bad(self, at, "a colon is due");
    return at + 1;
}

static bool
in_object(const parser *self)
{
    return self->open->member != 0;
}

/* Does the container that is open end here? */
static bool
closes(const parser *self, const unsigned char *at)
{
    return at < self->end && *at == (in_object(self) ? '}' : ']');
}

static const unsigned char *
open_container(parser *self, const unsigned char *at)
{
    bool object = *at == '{';
    uint32_t node = self->doc->count;

    if (self->open == self->levels + WB_JSON_DEPTH_MAX)
        return bad(self, at, "too deep");
    add_node(self, (object ? WB_JSON_OBJECT : WB_JSON_ARRAY) | child(self), at, at);
    *++self->open = (level){.node = node, .member = object ? WB_NODE_MEMBER : 0};
    return skip_blanks(at + 1, self->end);
}

static const unsigned char *
close_container(parser *self, const unsigned char *at)
{
    const level *inner = self->open--;
    wb_json_node *node = &self->doc->nodes[inner->node];

    at++;
    node->len = (uint32_t)(at - self->begin) - node->at;
    node->aux = self->doc->count;
    node->info |= inner->count << WB_NODE_COUNT_SHIFT;
    if (inner->count)
        self->doc->nodes[inner->last].info |= WB_NODE_LAST;
    return at;
}

/* A scalar, and the containers that begin before it; of an empty one, to its closing bracket. */
static const unsigned char *
value(parser *self, const unsigned char *at)
{
    while (at) {
        at = skip_blanks(at, self->end);
        if (at == self->end)
            return bad(self, at, "a value is due");
        if (!have_room(self->doc))
            return bad(self, at, "too many values");
        if (*at != '{' && *at != '[')
            return scalar(self, at);
        at = open_container(self, at);
        if (!at || closes(self, at))
            return at;
        if (in_object(self))
            at = key(self, at);
    }
    return NULL;
}

/* Behind a value: what ends there is closed. To the next value, or, where none is open, to the very
 * end. */
static const unsigned char *
behind(parser *self, const unsigned char *at)
{
    for (; self->open > self->levels; at = close_container(self, at)) {
        at = skip_blanks(at, self->end);
        if (at == self->end)
            return bad(self, at, "cut short");
        if (*at == ',')
            return in_object(self) ? key(self, at + 1) : at + 1;
        if (!closes(self, at))
            return bad(self, at, "a comma or an end is due");
    }
    at = skip_blanks(at, self->end);
    return at == self->end ? at : bad(self, at, "bytes behind the value");
}

static bool
document(parser *self, const unsigned char *at)
{
    do {
        at = value(self, at);
        if (at)
            at = behind(self, at);
    } while (at && self->open > self->levels);
    return at != NULL;
}

/* Forget the document before, and its memory when it was a giant's. */
static void
reset(wb_json *self)
{
    self->count = 0;
    self->text = (wb_view){0};
    self->arena_len = 0;
    self->broken = 0;
    self->fault->set = false;
    self->notes->left_out.len = self->notes->repaired.len = 0;
    if (self->cap > KEEP_NODES) {
        wb_free(&self->nodes);
        self->cap = 0;
    }
    if (self->arena_cap > KEEP_ARENA) {
        wb_free(&self->arena);
        self->arena_cap = 0;
    }
}

wb_json *
wb_json_new(void)
{
    wb_json *self = wb_alloc(sizeof *self);

    self->fault = wb_alloc(sizeof *self->fault);
    self->notes = wb_alloc(sizeof *self->notes);
    return self;
}

void
wb_json_destroy(wb_json **self_p)
{
    wb_json *self = *self_p;

    if (!self)
        return;
    wb_free(&self->nodes);
    wb_free(&self->arena);
    wb_free(&self->fault);
    wb_free(&self->notes);
    wb_free(self_p);
}

static wb_rc
parse(wb_json *self, wb_view text, bool tolerant, wb_err *err)
{
    const unsigned char *begin = (const unsigned char *)text.data;
    parser run;

    reset(self);
    if (text.len == 0 || text.len > WB_JSON_MAX)
        return wb_fail(err, WB_REJECT, "JSON of %zu bytes; 1 to %d are allowed", text.len,
                       WB_JSON_MAX);
    run.doc = self;
    run.begin = begin;
    run.end = begin + text.len;
    run.tolerant = tolerant;
    run.open = run.levels;
    if (tolerant && text.len > BOM_LEN && memcmp(text.data, BOM, BOM_LEN) == 0)
        begin += BOM_LEN;
    run.levels[0] = (level){0};
    if (!document(&run, begin)) {
        self->count = 0;
        return wb_fail(err, WB_REJECT, "not JSON: %s at byte %zu of %zu", run.wrong,
                       (size_t)(run.at - run.begin), text.len);
    }
    self->nodes[0].info |= WB_NODE_LAST;
    self->text = text;
    return WB_OK;
}

wb_rc
wb_json_parse(wb_json *self, wb_view text, wb_err *err)
{
    return parse(self, text, false, err);
}

wb_rc
wb_json_parse_answer(wb_json *self, wb_view text, wb_err *err)
{
    return parse(self, text, true, err);
}
