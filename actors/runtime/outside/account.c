/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/account.h"

#include <assert.h>

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/lanes.h"

struct wb_accounts {
    wb_account *items;
    size_t count;
    wb_map *by_key, *by_name;
};

static void
account_init(wb_account *self, const wb_config *config, size_t index)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *conf = (const wb_account_conf *)tree->accounts.items + index;
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&key, sizeof self->key - 1);
    self->conf = conf;
    self->connector = wb_config_connector_of(config, index);
    self->options = wb_config_options_of(config, index);
    self->tenant = wb_view_of(conf->tenant);
    self->name = wb_view_of(conf->name);
    rc = wb_key_account(&key, self->tenant, self->name, &err);
    if (!rc)
        rc = wb_text_set(self->key, sizeof self->key, wb_buf_view(&key), &err);
    assert(!rc); /* the configuration has checked names and lengths */
    self->key_view = wb_view_of(self->key);
    self->shard = wb_shard_of(self->key_view, (uint16_t)tree->shards);
    if (conf->paused) {
        self->suspended = true;
        wb_ignore(
            wb_text_set(self->reason, sizeof self->reason, WB_VIEW_LIT(WB_ACCOUNT_PAUSED), &err),
            "it fits");
    }
}

wb_accounts *
wb_accounts_new(const wb_config *config)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    wb_accounts *self = wb_alloc(sizeof *self);

    self->count = tree->accounts.count;
    self->items = wb_alloc(self->count * sizeof *self->items);
    self->by_key = wb_map_new();
    self->by_name = wb_map_new();
    for (size_t i = 0; i < self->count; i++) {
        account_init(&self->items[i], config, i);
        wb_map_put(self->by_key, self->items[i].key_view, &self->items[i]);
        wb_map_put(self->by_name, self->items[i].name, &self->items[i]);
    }
    return self;
}

void
wb_accounts_destroy(wb_accounts **self_p)
{
    wb_accounts *self = *self_p;

    if (!self)
        return;
    wb_map_destroy(&self->by_key);
    wb_map_destroy(&self->by_name);
    for (size_t i = 0; i < self->count; i++)
        wb_names_destroy(&self->items[i].names);
    wb_free(&self->items);
    wb_free(self_p);
}

size_t
wb_accounts_count(const wb_accounts *self)
{
    return self->count;
}

wb_account *
wb_accounts_at(wb_accounts *self, size_t index)
{
    return &self->items[index];
}

wb_account *
wb_accounts_find(wb_accounts *self, wb_view key)
{
    return wb_map_find(self->by_key, key);
}

wb_account *
wb_accounts_find_name(wb_accounts *self, wb_view name)
{
    return wb_map_find(self->by_name, name);
}
