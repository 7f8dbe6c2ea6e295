/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load - the life of a configuration: from its files to its end
 */
#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/document.h"
#include "actors/runtime/config/inside.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/own.h"

/* From a file, or from a text. */
typedef struct {
    const char *path; /* NULL = from the text */
    wb_view text;
    const char *base_dir; /* of the text */
    bool blind;
    wb_buf *document; /* gets it as JSON; NULL = is not wanted */
} source;

/* All was read and judged. The document of ten thousand shops is larger than what was read of it,
 * and each process has one. */
static void
drop_document(wb_config *self)
{
    wb_account_conf *accounts = self->tree.accounts.items;

    for (size_t i = 0; i < self->tree.accounts.count; i++)
        accounts[i].options.node = NULL;
    wb_yaml_destroy(&self->root);
    wb_map_destroy(&self->names);
    wb_route_index_destroy(&self->from);
    wb_route_index_destroy(&self->to);
    (void)malloc_trim(0);
}

static void
build(wb_config *self, const source *from, const wb_connector *const *connectors,
      wb_problems *problems)
{
    wb_option_reader reader = {
        .pool = &self->pool, .problems = problems, .uses = &self->uses, .digest = self->digest};
    size_t count;

    self->root = from->path ? wb_document_load(&reader, from->path)
                            : wb_document_parse(&reader, from->text, from->base_dir);
    if (!self->root)
        return;
    if (from->document)
        wb_document_json(&self->pool, self->root, from->document);
    wb_options_read(&reader, &(wb_option_place){self->root, self->root->at, ""}, wb_config_rows,
                    &self->tree);
    wb_mappings_read(&reader, &self->tree);
    count = self->tree.accounts.count;
    self->connectors = wb_pool_alloc(&self->pool, (count + 1) * sizeof *self->connectors);
    self->options = wb_pool_alloc(&self->pool, (count + 1) * sizeof *self->options);
    reader.blind = from->blind; /* of the settings of accounts, which it reads */
    wb_config_check(self, &reader, connectors);
    drop_document(self);
}

/* The first of them as an error; all of them to who wants them. */
static wb_rc
tell(wb_problems *found, wb_problems *out, wb_err *err)
{
    char more[48] = "", text[WB_ERR_TEXT_MAX - 64];
    wb_rc rc;

    wb_problems_sort(found);
    wb_problem_text(text, sizeof text, &found->rows[0]);
    if (found->count > 1)
        (void)snprintf(more, sizeof more, " (and %zu more)", found->count - 1);
    rc = wb_fail(err, WB_FATAL, "configuration: %s%s", text, more);
    if (out) {
        *out = *found;
        *found = (wb_problems){0};
    }
    return rc;
}

static void
drop_unread(wb_problems *self)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->count; i++)
        if (!self->rows[i].unread)
            self->rows[kept++] = self->rows[i];
    self->count = kept;
}

static wb_rc
read_source(wb_config **out, const source *from, const wb_connector *const *connectors,
            wb_problems *problems, wb_err *err)
{
    WB_AUTO(wb_config_destroy) wb_config *self = wb_alloc(sizeof *self);
    WB_AUTO(wb_problems_fini) wb_problems found = {0};

    build(self, from, connectors, &found);
    drop_unread(&found);
    if (found.count)
        return tell(&found, problems, err);
    *out = wb_take(&self);
    return WB_OK;
}

wb_rc
wb_config_parse(wb_config **out, wb_view yaml, const char *base_dir,
                const wb_connector *const *connectors, wb_problems *problems, wb_err *err)
{
    source from = {.text = yaml, .base_dir = base_dir};

    return read_source(out, &from, connectors, problems, err);
}

wb_rc
wb_config_load(wb_config **out, const char *path, const wb_connector *const *connectors,
               wb_problems *problems, wb_err *err)
{
    source from = {.path = path};

    return read_source(out, &from, connectors, problems, err);
}

wb_rc
wb_config_load_blind(wb_config **out, const wb_config_blind *how,
                     const wb_connector *const *connectors, wb_problems *problems, wb_err *err)
{
    source from = {.path = how->path, .blind = true, .document = how->document};

    return read_source(out, &from, connectors, problems, err);
}

wb_rc
wb_config_peek(wb_config_tree *out, wb_pool *pool, const char *path, wb_err *err)
{
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    WB_AUTO(wb_yaml_destroy) wb_yaml *root = NULL;
    wb_option_reader reader = {.pool = pool, .problems = &problems};

    root = wb_document_load(&reader, path);
    if (!root)
        return tell(&problems, NULL, err);
    wb_options_read(&reader, &(wb_option_place){root, root->at, ""}, wb_config_rows, out);
    if (out->state)
        out->state = wb_config_path(pool, root, "state", out->state);
    return WB_OK;
}

void
wb_config_destroy(wb_config **self_p)
{
    wb_config *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    wb_tables_destroy(&self->tables);
    wb_pool_fini(&self->pool);
    wb_free(&self);
}

wb_config_change
wb_config_compare(const wb_config *now, const wb_config *fresh)
{
    if (memcmp(now->digest, fresh->digest, sizeof now->digest) != 0)
        return WB_CONFIG_OTHER;
    return wb_tables_same(now->tables, fresh->tables) ? WB_CONFIG_SAME : WB_CONFIG_TABLES;
}

void
wb_config_take_tables(wb_config *self, wb_config *fresh)
{
    wb_tables *former = self->tables;

    assert(wb_config_compare(self, fresh) != WB_CONFIG_OTHER);
    self->tables = fresh->tables;
    fresh->tables = former;
    wb_tables_age(self->tables, former);
    for (const wb_table_use *use = self->uses; use; use = use->next)
        use->ref->sheet = wb_tables_sheet(self->tables, use->ref->name);
}
