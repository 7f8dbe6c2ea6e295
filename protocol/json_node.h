/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_node - the index of a JSON document (inner part of json)
 *
 * Nodes stand in the order of the text: a container, then its children with all theirs; a member's
 * key is the node before its value.
 */
#ifndef WB_PROTOCOL_JSON_NODE_H
#define WB_PROTOCOL_JSON_NODE_H

#include "protocol/json.h"
#include "protocol/limits.h"

typedef struct {
    uint32_t at;   /* offset of the first byte; of a string: behind the quote */
    uint32_t len;  /* bytes; of a string: without quotes */
    uint32_t aux;  /* container: index of the node behind it; string: 1 + where the arena has it
                      undone, 0 = nowhere yet */
    uint32_t info; /* type, flags, and count of children << WB_NODE_COUNT_SHIFT */
} wb_json_node;

enum {
    WB_NODE_TYPE = 7,
    WB_NODE_ESCAPED = 8,
    WB_NODE_MEMBER = 16, /* a value of an object: its key is the node before */
    WB_NODE_LAST = 32,   /* its parent's last child */
    WB_NODE_BROKEN = 64, /* a string with bytes that are no text: in an answer alone */
    WB_NODE_COUNT_SHIFT = 8,
};

/* Outlives const: a look-up that finds a member twice says so here. */
typedef struct {
    bool set;
    char name[64];
} wb_json_fault;

/* Names, joined by commas, each once. What has no room is told by ",..." at the end. */
typedef struct {
    char text[WB_ANSWER_NAMES_MAX + 1];
    size_t len;
} wb_json_names;

/* What the reading of this document found wrong with its fields (answer.h). */
typedef struct {
    wb_json_names left_out, repaired;
} wb_json_notes;

struct wb_json {
    wb_view text;
    wb_json_node *nodes;
    uint32_t count, cap;
    char *arena; /* strings undone: 4 bytes of length, then the text */
    size_t arena_len, arena_cap;
    size_t broken; /* bytes of all strings that are broken: repaired they may have three times as
                      many */
    wb_json_fault *fault;
    wb_json_notes *notes;
};

/* Of a string: its text with escapes undone and U+FFFD for what is broken. */
wb_view wb_json_undone(wb_json *self, wb_json_ref ref);
/* Absent, null or "". */
bool wb_json_no_value(const wb_json *self, wb_json_ref ref);
/* The bytes of a number, or of a text: {NULL, 0} for all else. No scalar that we read needs an
 * escape, so a text with one is compared as it stands and fails. */
wb_view wb_json_scalar(const wb_json *self, wb_json_ref ref);

static inline const wb_json_node *
wb_json_node_at(const wb_json *self, wb_json_ref ref)
{
    return ref < self->count ? &self->nodes[ref] : NULL;
}

/* The node's bytes as they stand: of a string without its quotes. */
static inline wb_view
wb_json_node_bytes(const wb_json *self, const wb_json_node *node)
{
    return (wb_view){self->text.data + node->at, node->len};
}

#endif
