/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts - what a configuration that was read consists of
 */
#include "actors/runtime/config/inside.h"

const wb_tables *
wb_config_tables(const wb_config *self)
{
    return self->tables;
}

const wb_config_tree *
wb_config_tree_of(const wb_config *self)
{
    return &self->tree;
}

const void *
wb_config_options_of(const wb_config *self, size_t index)
{
    return self->options[index];
}

const wb_connector *
wb_config_connector_of(const wb_config *self, size_t index)
{
    return self->connectors[index];
}

size_t
wb_config_account(const wb_config *self, const char *name)
{
    const wb_account_conf *first = self->tree.accounts.items;
    const wb_account_conf *found = wb_map_find(self->names, wb_view_of(name));

    return found ? (size_t)(found - first) : self->tree.accounts.count;
}

char *
wb_config_path(wb_pool *pool, const wb_yaml *root, const char *key, const char *path)
{
    const wb_yaml *node = wb_yaml_find(root, key);

    return wb_pool_path(pool, wb_spot_base(node ? node->key_at : root->at), path);
}
