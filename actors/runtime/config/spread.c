/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spread - to how many targets an account's records go: a record remembers what is owed to
 * each of them, so there is a limit, and it is told before anything starts
 */
#include "actors/runtime/config/inside.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

/* The route that is one too many; routes.count = none. */
static size_t
too_many(const wb_config *config, const char *from)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_route_conf *routes = tree->routes.items;
    WB_AUTO(wb_map_destroy) wb_map *targets = wb_map_new();
    size_t count = 0;

    WB_ROUTES_EACH (i, config->from, from, tree->routes.count) {
        wb_view to = wb_view_of(routes[i].to ? routes[i].to : "");

        if (!to.len || wb_view_is(to, from) || wb_map_find(targets, to))
            continue;
        wb_map_put(targets, to, &targets);
        if (++count > WB_SOURCE_TARGETS_MAX)
            return i;
    }
    return tree->routes.count;
}

void
wb_config_check_spread(const wb_config *config, wb_problems *problems)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *accounts = tree->accounts.items;
    const wb_route_conf *routes = tree->routes.items;
    WB_AUTO(wb_free) bool *told = wb_alloc(tree->routes.count + 1);

    if (tree->routes.count <= WB_SOURCE_TARGETS_MAX)
        return;
    for (size_t i = 0; i < tree->accounts.count; i++) {
        size_t at = accounts[i].name ? too_many(config, accounts[i].name) : tree->routes.count;

        if (at == tree->routes.count || told[at])
            continue; /* one route from anywhere is too many for each account: told once */
        told[at] = true;
        wb_problems_add(problems, routes[at].at,
                        "routes[%zu]: records of '%.64s' go to more than %d targets", at,
                        accounts[i].name, WB_SOURCE_TARGETS_MAX);
    }
}
