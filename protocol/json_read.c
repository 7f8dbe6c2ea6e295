/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The typed readers of json.h.
 */
#include <assert.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/json_node.h"
#include "protocol/json_scan.h"

static const char *const type_names[] = {
    [WB_JSON_NULL] = "null",        [WB_JSON_FALSE] = "false",   [WB_JSON_TRUE] = "true",
    [WB_JSON_NUMBER] = "a number",  [WB_JSON_STRING] = "a text", [WB_JSON_ARRAY] = "an array",
    [WB_JSON_OBJECT] = "an object", [WB_JSON_ABSENT] = "absent",
};

static wb_rc
wrong_type(const wb_json *self, wb_json_ref ref, const char *due, const char *what, wb_err *err)
{
    return wb_fail(err, WB_REJECT, "%s is %s where %s is due", what,
                   type_names[wb_json_kind(self, ref)], due);
}

bool
wb_json_no_value(const wb_json *self, wb_json_ref ref)
{
    const wb_json_node *node = wb_json_node_at(self, ref);
    wb_json_type type = wb_json_kind(self, ref);

    return type == WB_JSON_ABSENT || type == WB_JSON_NULL ||
           (type == WB_JSON_STRING && node->len == 0);
}

wb_view
wb_json_scalar(const wb_json *self, wb_json_ref ref)
{
    const wb_json_node *node = wb_json_node_at(self, ref);
    wb_json_type type = wb_json_kind(self, ref);

    if (type != WB_JSON_NUMBER && type != WB_JSON_STRING)
        return (wb_view){0};
    return wb_json_node_bytes(self, node);
}

/* All strings of a document undone take at most its own length, 4 bytes for each four that an
 * escaped string has at least, and twice the length more of those that are broken. So the arena
 * never moves. */
static wb_view
from_arena(wb_json *self, wb_json_node *node)
{
    size_t most = 2 * self->text.len + 4 * self->broken;
    uint32_t len;
    char *room;

    if (self->arena_cap < most) {
        /* Only before the first string is undone: the capacity fits this document from then on. */
        wb_free(&self->arena);
        self->arena_cap = most;
        self->arena = wb_realloc(NULL, self->arena_cap);
    }
    if (!node->aux) {
        room = self->arena + self->arena_len;
        len = (uint32_t)wb_json_undo(room + sizeof len, wb_json_node_bytes(self, node));
        memcpy(room, &len, sizeof len);
        node->aux = (uint32_t)self->arena_len + 1;
        self->arena_len += sizeof len + len;
    }
    room = self->arena + node->aux - 1;
    memcpy(&len, room, sizeof len);
    return (wb_view){room + sizeof len, len};
}

wb_view
wb_json_undone(wb_json *self, wb_json_ref ref)
{
    wb_json_node *node = &self->nodes[ref];

    if (node->info & (WB_NODE_ESCAPED | WB_NODE_BROKEN))
        return from_arena(self, node);
    return wb_json_node_bytes(self, node);
}

wb_rc
wb_json_text(wb_json *self, wb_json_ref ref, wb_view *out, const char *what, wb_err *err)
{
    wb_json_type type = wb_json_kind(self, ref);

    if (type == WB_JSON_ABSENT || type == WB_JSON_NULL)
        return WB_OK;
    if (type != WB_JSON_STRING)
        return wrong_type(self, ref, "a text", what, err);
    if (self->nodes[ref].info & WB_NODE_BROKEN)
        return wb_fail(err, WB_REJECT, "%s has bytes that are no text", what);
    *out = wb_json_undone(self, ref);
    return WB_OK;
}

wb_rc
wb_json_int(const wb_json *self, wb_json_ref ref, int64_t *out, const char *what, wb_err *err)
{
    wb_view digits = wb_json_scalar(self, ref);
    wb_rc rc;

    if (wb_json_no_value(self, ref))
        return WB_OK;
    if (!digits.data)
        return wrong_type(self, ref, "an integer", what, err);
    rc = wb_text_int(out, digits, err);
    return rc ? wb_note(err, rc, "%s", what) : WB_OK;
}

wb_rc
wb_json_bool(const wb_json *self, wb_json_ref ref, bool *out, const char *what, wb_err *err)
{
    wb_json_type type = wb_json_kind(self, ref);
    wb_view text = wb_json_scalar(self, ref);

    if (wb_json_no_value(self, ref))
        return WB_OK;
    assert(text.data || type != WB_JSON_STRING);
    if (type == WB_JSON_STRING && (wb_view_is(text, "true") || wb_view_is(text, "false")))
        type = text.data[0] == 't' ? WB_JSON_TRUE : WB_JSON_FALSE;
    if (type != WB_JSON_TRUE && type != WB_JSON_FALSE)
        return wrong_type(self, ref, "true or false", what, err);
    *out = type == WB_JSON_TRUE;
    return WB_OK;
}

wb_rc
wb_json_decimal(const wb_json *self, wb_json_ref ref, wb_view *out, const char *what, wb_err *err)
{
    wb_view text = wb_json_scalar(self, ref);
    const unsigned char *at = (const unsigned char *)text.data;

    if (wb_json_no_value(self, ref))
        return WB_OK;
    if (!text.data)
        return wrong_type(self, ref, "a decimal", what, err);
    if (!wb_json_scan_number(&at, at + text.len) ||
        at != (const unsigned char *)text.data + text.len)
        return wb_fail(err, WB_REJECT, "%s is no decimal", what);
    *out = text;
    return WB_OK;
}

wb_rc
wb_json_time(wb_json *self, wb_json_ref ref, int64_t *out_utc_us, const char *what, wb_err *err)
{
    wb_view text = {0};
    wb_rc rc;

    if (wb_json_no_value(self, ref))
        return WB_OK;
    rc = wb_json_text(self, ref, &text, what, err);
    if (rc)
        return rc;
    rc = wb_time_parse(out_utc_us, text, err);
    return rc ? wb_note(err, rc, "%s", what) : WB_OK;
}
