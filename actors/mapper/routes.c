/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes - which account's records go to which targets, as the configuration says
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/own.h"

static wb_target *
target_of(wb_mapper *mapper, wb_account *account)
{
    wb_target *target = wb_target_find(mapper, account->key_view);

    if (target)
        return target;
    target = &mapper->targets[mapper->target_count++];
    target->account = account;
    return target;
}

bool
wb_routes_lead_to(const wb_mapper_routes *self, const wb_target *target)
{
    for (size_t i = 0; i < self->target_count; i++)
        if (self->targets[i] == target)
            return true;
    return false;
}

/* The account that this route leads to from here; NULL = it begins elsewhere. `from` names it or
 * is "*". */
static wb_account *
leads_to(const wb_mapper *mapper, const wb_account *from, const wb_route_conf *route)
{
    wb_account *to = wb_accounts_find_name(wb_ctx_accounts(mapper->ctx), wb_view_of(route->to));
    bool ours = !strcmp(route->from, "*") || wb_view_is(from->name, route->from);

    return ours && to != from && !strcmp(route->kind, "order") ? to : NULL;
}

/* Two routes may lead to the same target, one of them from any account: it is one. */
static void
open_routes(wb_mapper *mapper, wb_account *account, wb_mapper_routes *out)
{
    const wb_config_tree *tree = wb_ctx_config(mapper->ctx);
    const wb_route_conf *routes = tree->routes.items;

    out->account = account;
    out->targets = wb_alloc((tree->routes.count + 1) * sizeof(wb_target *));
    for (size_t i = 0; i < tree->routes.count; i++) {
        wb_account *to = leads_to(mapper, account, &routes[i]);
        wb_target *target = to ? target_of(mapper, to) : NULL;

        if (target && !wb_routes_lead_to(out, target))
            out->targets[out->target_count++] = target;
    }
}

void
wb_routes_open(wb_mapper *mapper)
{
    wb_accounts *accounts = wb_ctx_accounts(mapper->ctx);
    size_t count = wb_accounts_count(accounts);

    mapper->routes = wb_alloc(count * sizeof *mapper->routes);
    mapper->targets = wb_alloc(count * sizeof *mapper->targets);
    for (size_t i = 0; i < count; i++)
        open_routes(mapper, wb_accounts_at(accounts, i), &mapper->routes[mapper->route_count++]);
}

void
wb_routes_close(wb_mapper *mapper)
{
    for (size_t i = 0; i < mapper->route_count; i++)
        wb_free(&mapper->routes[i].targets);
    wb_free(&mapper->routes);
    wb_free(&mapper->targets);
}

const wb_mapper_routes *
wb_routes_of(const wb_mapper *mapper, const wb_envelope *env)
{
    for (size_t i = 0; i < mapper->route_count; i++)
        if (wb_view_eq(mapper->routes[i].account->name, env->account) &&
            wb_view_eq(mapper->routes[i].account->tenant, env->tenant))
            return &mapper->routes[i];
    return NULL;
}
