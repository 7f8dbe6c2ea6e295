/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document_json - all that the files of a configuration say, as one JSON object
 *
 * For who writes another configuration from it, in another folder: paths that are relative to the
 * file that says them become whole. What a value means its row decides; here it is a text.
 */
#include <string.h>

#include "actors/runtime/config/document.h"
#include "protocol/base/own.h"
#include "protocol/json.h"

/* Paths below the top: NULL = any key, or any place in a list. */
static const char *const paths[][3] = {
    {"tables", NULL, "file"   },
    {"routes", NULL, "mapping"},
};

typedef struct {
    wb_pool *pool;
    wb_json_writer writer;
    const char *way[WB_CONFIG_DEPTH_MAX + 1]; /* keys from the top; NULL = an item of a list */
    size_t depth;
} writing;

static bool
is_path(const writing *self)
{
    for (size_t i = 0; i < WB_COUNT(paths); i++) {
        bool same = self->depth == WB_COUNT(paths[i]);

        for (size_t k = 0; same && k < WB_COUNT(paths[i]); k++)
            same = !paths[i][k] || (self->way[k] && !strcmp(self->way[k], paths[i][k]));
        if (same)
            return true;
    }
    return false;
}

static void
put_scalar(writing *self, const wb_yaml *node)
{
    const char *text = node->text;

    if (wb_yaml_is_null(node)) {
        wb_json_put_null(&self->writer);
        return;
    }
    if (is_path(self) && *text != '/' && strncmp(text, "${", 2) != 0)
        text = wb_pool_path(self->pool, wb_spot_base(node->at), text);
    wb_json_put_text(&self->writer, wb_view_of(text));
}

static void put(writing *self, const wb_yaml *node);

static void
put_children(writing *self, const wb_yaml *node)
{
    self->depth++;
    for (const wb_yaml *child = node->first; child; child = child->next) {
        self->way[self->depth - 1] = child->key;
        if (node->type == WB_YAML_MAPPING)
            wb_json_put_key_view(&self->writer, wb_view_of(child->key));
        put(self, child);
    }
    self->depth--;
}

static void
put(writing *self, const wb_yaml *node)
{
    const char *brackets = node->type == WB_YAML_MAPPING ? "{}" : "[]";

    if (node->type == WB_YAML_SCALAR) {
        put_scalar(self, node);
        return;
    }
    wb_json_open(&self->writer, brackets[0]);
    put_children(self, node);
    wb_json_close(&self->writer, brackets[1]);
}

void
wb_document_json(wb_pool *pool, const wb_yaml *root, wb_buf *out)
{
    writing self = {.pool = pool};

    wb_json_writer_init(&self.writer, out);
    put(&self, root);
}
