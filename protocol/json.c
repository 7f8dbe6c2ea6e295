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

typedef struct {
    uint32_t node, last, count;
    bool object;
} level;

typedef struct {
    wb_json *doc;
    const unsigned char *begin, *at, *end;
    const char *wrong;
    bool tolerant; /* an answer: wb_json_parse_answer */
    uint32_t depth;
    level levels[WB_JSON_DEPTH_MAX + 1]; /* [0] holds the root alone */
} parser;

/* What comes next: a value, what stands behind one, nothing more; or it is wrong. */
typedef enum { BAD, VALUE, BEHIND, END } step;

static step
bad(parser *self, const char *wrong)
{
    self->wrong = wrong;
    return BAD;
}

static void
skip_blanks(parser *self)
{
    while (self->at < self->end &&
           (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
        self->at++;
}

static wb_json_node *
add_node(parser *self, uint32_t info, const unsigned char *first, size_t len)
{
    wb_json *doc = self->doc;
    wb_json_node *node;

    if (doc->count == doc->cap) {
        doc->cap = doc->cap ? doc->cap * 2 : 256;
        doc->nodes = wb_realloc(doc->nodes, doc->cap * sizeof *doc->nodes);
    }
    node = &doc->nodes[doc->count++];
    *node = (wb_json_node){(uint32_t)(first - self->begin), (uint32_t)len, 0, info};
    return node;
}

/* A value, which is a child of the level that is open. */
static step
add_value(parser *self, uint32_t info, const unsigned char *first, size_t len)
{
    level *parent = &self->levels[self->depth];

    parent->last = self->doc->count;
    parent->count++;
    add_node(self, info | (parent->object ? WB_NODE_MEMBER : 0), first, len);
    return BEHIND;
}

static uint32_t
flags_of(unsigned marks)
{
    return (marks & WB_JSON_ESCAPED ? WB_NODE_ESCAPED : 0u) |
           (marks & WB_JSON_BROKEN ? WB_NODE_BROKEN : 0u);
}

static step
string(parser *self)
{
    const unsigned char *first = ++self->at;
    unsigned marks = 0;

    if (!wb_json_scan_string(&self->at, self->end, self->tolerant, &marks))
        return bad(self, "bad string");
    if (marks & WB_JSON_BROKEN)
        self->doc->broken += (size_t)(self->at - first);
    self->at++;
    return add_value(self, WB_JSON_STRING | flags_of(marks), first, (size_t)(self->at - 1 - first));
}

static step
number(parser *self)
{
    const unsigned char *first = self->at;

    if (!wb_json_scan_number(&self->at, self->end))
        return bad(self, "bad number");
    return add_value(self, WB_JSON_NUMBER, first, (size_t)(self->at - first));
}

static step
literal(parser *self, wb_json_type type, const char *text, size_t len)
{
    const unsigned char *first = self->at;

    if ((size_t)(self->end - first) < len || memcmp(first, text, len) != 0)
        return bad(self, "unknown word");
    self->at += len;
    return add_value(self, (uint32_t)type, first, len);
}

/* A member's key and its colon. */
static step
key(parser *self)
{
    const unsigned char *first;
    unsigned marks = 0;

    skip_blanks(self);
    if (self->at == self->end || *self->at != '"')
        return bad(self, "a key is due");
    first = ++self->at;
    if (!wb_json_scan_string(&self->at, self->end, self->tolerant, &marks))
        return bad(self, "bad key");
    if ((marks & WB_JSON_NUL) && !self->tolerant)
        return bad(self, "NUL in a key");
    add_node(self, WB_JSON_STRING | flags_of(marks), first, (size_t)(self->at - first));
    self->at++;
    skip_blanks(self);
    if (self->at == self->end || *self->at != ':')
        return bad(self, "a colon is due");
    self->at++;
    return VALUE;
}

static step
close_container(parser *self)
{
    level *inner = &self->levels[self->depth--];
    wb_json_node *node = &self->doc->nodes[inner->node];

    self->at++;
    node->len = (uint32_t)(self->at - self->begin) - node->at;
    node->aux = self->doc->count;
    node->info |= inner->count << WB_NODE_COUNT_SHIFT;
    if (inner->count)
        self->doc->nodes[inner->last].info |= WB_NODE_LAST;
    return BEHIND;
}

static step
open_container(parser *self)
{
    bool object = *self->at == '{';

    if (self->depth == WB_JSON_DEPTH_MAX)
        return bad(self, "too deep");
    add_value(self, object ? WB_JSON_OBJECT : WB_JSON_ARRAY, self->at, 0);
    self->levels[++self->depth] = (level){.node = self->doc->count - 1, .object = object};
    self->at++;
    skip_blanks(self);
    if (self->at < self->end && *self->at == (object ? '}' : ']'))
        return close_container(self);
    return object ? key(self) : VALUE;
}

static step
value(parser *self)
{
    skip_blanks(self);
    if (self->at == self->end)
        return bad(self, "a value is due");
    if (self->doc->count >= WB_JSON_NODES_MAX)
        return bad(self, "too many values");
    switch (*self->at) {
    case '"':
        return string(self);
    case '{':
    case '[':
        return open_container(self);
    case 't':
        return literal(self, WB_JSON_TRUE, "true", 4);
    case 'f':
        return literal(self, WB_JSON_FALSE, "false", 5);
    case 'n':
        return literal(self, WB_JSON_NULL, "null", 4);
    default:
        return number(self);
    }
}

static step
behind(parser *self)
{
    bool object = self->levels[self->depth].object;

    skip_blanks(self);
    if (self->at == self->end)
        return self->depth == 0 ? END : bad(self, "cut short");
    if (self->depth == 0)
        return bad(self, "bytes behind the value");
    if (*self->at == ',') {
        self->at++;
        return object ? key(self) : VALUE;
    }
    if (*self->at == (object ? '}' : ']'))
        return close_container(self);
    return bad(self, "a comma or an end is due");
}

static bool
document(parser *self)
{
    step next = VALUE;

    for (;;) {
        if (next == VALUE)
            next = value(self);
        else if (next == BEHIND)
            next = behind(self);
        else
            return next == END;
    }
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
    parser run;

    reset(self);
    if (text.len == 0 || text.len > WB_JSON_MAX)
        return wb_fail(err, WB_REJECT, "JSON of %zu bytes; 1 to %d are allowed", text.len,
                       WB_JSON_MAX);
    run.doc = self;
    run.begin = run.at = (const unsigned char *)text.data;
    run.end = run.begin + text.len;
    run.tolerant = tolerant;
    run.depth = 0;
    if (tolerant && text.len > BOM_LEN && memcmp(text.data, BOM, BOM_LEN) == 0)
        run.at += BOM_LEN;
    run.levels[0] = (level){0};
    if (!document(&run)) {
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
