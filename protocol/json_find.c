/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding one's way in an indexed document: the walks and look-ups of json.h.
 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/json_node.h"
#include "protocol/json_scan.h"

wb_json_type
wb_json_kind(const wb_json *self, wb_json_ref ref)
{
    const wb_json_node *node = wb_json_node_at(self, ref);

    return node ? (wb_json_type)(node->info & WB_NODE_TYPE) : WB_JSON_ABSENT;
}

size_t
wb_json_count(const wb_json *self, wb_json_ref ref)
{
    const wb_json_node *node = wb_json_node_at(self, ref);

    return node ? node->info >> WB_NODE_COUNT_SHIFT : 0;
}

static wb_json_ref
first_child(const wb_json_node *node, wb_json_ref ref)
{
    if (!(node->info >> WB_NODE_COUNT_SHIFT))
        return WB_JSON_NONE;
    return ref + ((node->info & WB_NODE_TYPE) == WB_JSON_OBJECT ? 2 : 1);
}

static wb_json_ref
next_child(const wb_json_node *node, wb_json_ref ref)
{
    if (node->info & WB_NODE_LAST)
        return WB_JSON_NONE;
    ref = (node->info & WB_NODE_TYPE) >= WB_JSON_ARRAY ? node->aux : ref + 1;
    return node->info & WB_NODE_MEMBER ? ref + 1 : ref;
}

wb_json_ref
wb_json_first(const wb_json *self, wb_json_ref ref)
{
    const wb_json_node *node = wb_json_node_at(self, ref);

    return node ? first_child(node, ref) : WB_JSON_NONE;
}

wb_json_ref
wb_json_next(const wb_json *self, wb_json_ref child)
{
    const wb_json_node *node = wb_json_node_at(self, child);

    return node ? next_child(node, child) : WB_JSON_NONE;
}

wb_view
wb_json_key(const wb_json *self, wb_json_ref child)
{
    const wb_json_node *node = wb_json_node_at(self, child);

    if (!node || !(node->info & WB_NODE_MEMBER))
        return (wb_view){0};
    return wb_json_node_bytes(self, node - 1);
}

typedef bool same_fn(wb_view a, wb_view b);

/* A key written with escapes; undone it is longer only where it is broken. */
static bool
same_undone(wb_view raw, wb_view name, same_fn *same)
{
    WB_AUTO(wb_free) char *text = NULL;
    wb_view undone;

    text = wb_alloc(3 * raw.len + 1);
    undone = (wb_view){text, wb_json_undo(text, raw)};
    return same(undone, name);
}

static inline bool
is_named(const wb_json *self, const wb_json_node *member, wb_view name, same_fn *same)
{
    const wb_json_node *key_node = member - 1;
    wb_view raw = wb_json_node_bytes(self, key_node);

    if (key_node->info & WB_NODE_ESCAPED)
        return same_undone(raw, name, same);
    return raw.len == name.len && same(raw, name);
}

/* The walk goes on to the object's end: a second member of the name is a fault. */
static inline wb_json_ref
find(const wb_json *self, wb_json_ref ref, wb_view name, same_fn *same)
{
    const wb_json_node *node = wb_json_node_at(self, ref);
    wb_json_ref found = WB_JSON_NONE;

    if (!node || (node->info & WB_NODE_TYPE) != WB_JSON_OBJECT)
        return WB_JSON_NONE;
    for (ref = first_child(node, ref); ref != WB_JSON_NONE; ref = next_child(node, ref)) {
        node = &self->nodes[ref];
        if (!is_named(self, node, name, same))
            continue;
        if (found == WB_JSON_NONE) {
            found = ref;
        } else if (!self->fault->set) {
            size_t len = name.len < sizeof self->fault->name ? name.len : sizeof self->fault->name;

            memcpy(self->fault->name, name.data, len);
            memset(self->fault->name + len, 0, sizeof self->fault->name - len);
            self->fault->set = true;
        }
    }
    return found;
}

wb_json_ref
wb_json_get(const wb_json *self, wb_json_ref ref, const char *name)
{
    return find(self, ref, wb_view_of(name), wb_view_eq);
}

wb_json_ref
wb_json_get_nocase(const wb_json *self, wb_json_ref ref, const char *name)
{
    return find(self, ref, wb_view_of(name), wb_text_same_nocase);
}

wb_json_ref
wb_json_at(const wb_json *self, wb_json_ref ref, const char *path)
{
    const char *dot = strchrnul(path, '.');

    ref = find(self, ref, (wb_view){path, (size_t)(dot - path)}, wb_view_eq);
    while (*dot) {
        path = dot + 1;
        dot = strchrnul(path, '.');
        ref = find(self, ref, (wb_view){path, (size_t)(dot - path)}, wb_view_eq);
    }
    return ref;
}

wb_view
wb_json_raw(const wb_json *self, wb_json_ref ref)
{
    const wb_json_node *node = wb_json_node_at(self, ref);
    wb_view bytes;

    if (!node)
        return (wb_view){0};
    bytes = wb_json_node_bytes(self, node);
    if ((node->info & WB_NODE_TYPE) == WB_JSON_STRING)
        return (wb_view){bytes.data - 1, bytes.len + 2};
    return bytes;
}

wb_rc
wb_json_check(const wb_json *self, wb_err *err)
{
    if (self->fault->set)
        return wb_fail(err, WB_REJECT, "member %.*s is there twice", (int)sizeof self->fault->name,
                       self->fault->name);
    return WB_OK;
}

void
wb_json_forgive(wb_json *self)
{
    self->fault->set = false;
}
