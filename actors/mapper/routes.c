/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes - which account's records go to which targets, as the configuration says
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "actors/runtime/config/route_index.h"
#include "protocol/base/own.h"

static bool
is_origin(const wb_mapper_route *route, const wb_mapper_routes *routes, wb_view key)
{
    return !route->target && !wb_view_eq(routes->account->key_view, key);
}

/* Of what routes choose by, the record is read only where one does. */
static bool
wants(const wb_mapper_route *route, const wb_record_row *row)
{
    const wb_record_def *def = wb_record_def_of(row->kind);

    return route->kind == row->kind &&
           (!def->type || wb_route_wants(route->conf, wb_record_type(def, row->canonical)));
}

/* One of the first `count` routes is fixed, wants the record, and leads there, too. */
static bool
leads_anyway(const wb_mapper_routes *self, size_t count, const wb_record_row *row, wb_view key)
{
    for (size_t i = 0; i < count; i++)
        if (self->routes[i].target && wb_view_eq(self->routes[i].target->account->key_view, key) &&
            wants(&self->routes[i], row))
            return true;
    return false;
}

wb_target *
wb_route_target(wb_mapper *mapper, const wb_mapper_routes *routes, size_t index,
                const wb_record_row *row)
{
    const wb_mapper_route *route = &routes->routes[index];
    wb_view origin;
    wb_target *target;

    if (!wants(route, row))
        return NULL;
    if (route->target) /* twice only where routes choose: is_there keeps out all others */
        return wb_record_def_of(row->kind)->type &&
                       leads_anyway(routes, index, row, route->target->account->key_view)
                   ? NULL
                   : route->target;
    if (!row->root.len)
        return NULL;
    origin = wb_key_account_of(row->root);
    if (!is_origin(route, routes, origin) || leads_anyway(routes, routes->route_count, row, origin))
        return NULL;
    target = wb_target_of(mapper, origin);
    return target && wb_connector_takes(target->account->connector, row->kind) ? target : NULL;
}

bool
wb_routes_lead_to(const wb_mapper_routes *self, const wb_record_row *row, const wb_target *target)
{
    wb_view key = target->account->key_view;

    for (size_t i = 0; i < self->route_count; i++) {
        const wb_mapper_route *route = &self->routes[i];

        if (wants(route, row) &&
            (route->target ? route->target == target
                           : row->root.len && is_origin(route, self, key) &&
                                 wb_view_eq(wb_key_account_of(row->root), key)))
            return true;
    }
    /* what it should show, at its own channel */
    return row->kind == WB_RECORD_LISTING && wb_view_eq(self->account->key_view, key);
}

const wb_route_conf *
wb_routes_conf(const wb_mapper_routes *self, const wb_record_row *row, wb_view target)
{
    for (size_t i = 0; self && i < self->route_count; i++)
        if (self->routes[i].target && wants(&self->routes[i], row) &&
            wb_view_eq(self->routes[i].target->account->key_view, target))
            return self->routes[i].conf;
    return NULL;
}

/* --- as the configuration says --- */

/* Every account may be where an order came from that takes what comes back. */
static void
reach_origins(wb_mapper *mapper, wb_record_kind kind)
{
    wb_accounts *accounts = wb_ctx_accounts(mapper->ctx);

    if (mapper->reached[kind])
        return;
    mapper->reached[kind] = true;
    for (size_t i = 0; i < wb_accounts_count(accounts); i++) {
        wb_account *account = wb_accounts_at(accounts, i);

        if (wb_connector_takes(account->connector, kind))
            wb_map_put(mapper->reach, account->key_view, account);
    }
}

/* Another route of the same kind and type leads there: one of them is from any account. */
static bool
is_there(const wb_mapper_routes *self, const wb_route_conf *conf, const wb_account *to)
{
    for (size_t i = 0; i < self->route_count; i++) {
        const wb_mapper_route *route = &self->routes[i];

        if (route->kind == wb_route_kind(conf) && route->target && route->target->account == to &&
            wb_route_wants(route->conf, wb_view_of(conf->type)))
            return true;
    }
    return false;
}

/* Two routes may lead to the same target, one of them from any account: it is one. Stock that goes
 * into listings goes nowhere itself: what reaches their account are the listings. */
static void
add_route(wb_mapper *mapper, const wb_route_conf *conf, wb_mapper_routes *out)
{
    wb_account *to = wb_accounts_find_name(wb_ctx_accounts(mapper->ctx), wb_view_of(conf->to));
    wb_mapper_route route = {.kind = wb_route_kind(conf), .conf = conf};

    if (!conf->enabled)
        return;
    if (wb_route_to_origin(conf)) {
        reach_origins(mapper, route.kind);
        out->routes[out->route_count++] = route;
        return;
    }
    if (!to || to == out->account)
        return;
    if (wb_route_joins(conf, to->connector)) {
        wb_map_put(mapper->reach, to->key_view, to);
        return;
    }
    if (is_there(out, conf, to))
        return;
    route.target = wb_target_of(mapper, to->key_view);
    if (route.target) {
        wb_map_put(mapper->reach, to->key_view, to);
        out->routes[out->route_count++] = route;
    }
}

static void
open_routes(wb_mapper *mapper, const wb_route_index *index, wb_account *account,
            wb_mapper_routes *out)
{
    const wb_config_tree *tree = wb_ctx_config(mapper->ctx);
    const wb_route_conf *routes = tree->routes.items;
    const char *name = account->conf->name;
    size_t leave = 0;

    out->account = account;
    WB_ROUTES_EACH (i, index, name, tree->routes.count)
        leave++;
    out->routes = wb_alloc((leave + 1) * sizeof *out->routes);
    WB_ROUTES_EACH (i, index, name, tree->routes.count)
        add_route(mapper, &routes[i], out);
}

void
wb_routes_open(wb_mapper *mapper)
{
    wb_accounts *accounts = wb_ctx_accounts(mapper->ctx);
    size_t count = wb_accounts_count(accounts);
    WB_AUTO(wb_route_index_destroy)
    wb_route_index *index = wb_route_index_new(wb_ctx_config(mapper->ctx), WB_ROUTE_FROM);

    mapper->routes = wb_alloc((count + 1) * sizeof *mapper->routes);
    mapper->routes_of = wb_map_new();
    mapper->reach = wb_map_new();
    for (size_t i = 0; i < count; i++) {
        wb_mapper_routes *routes = &mapper->routes[mapper->route_count++];

        open_routes(mapper, index, wb_accounts_at(accounts, i), routes);
        wb_map_put(mapper->routes_of, routes->account->key_view, routes);
    }
}

void
wb_routes_close(wb_mapper *mapper)
{
    for (size_t i = 0; i < mapper->route_count; i++)
        wb_free(&mapper->routes[i].routes);
    wb_free(&mapper->routes);
    wb_map_destroy(&mapper->routes_of);
    wb_map_destroy(&mapper->reach);
}

const wb_mapper_routes *
wb_routes_of(const wb_mapper *mapper, wb_view account)
{
    return wb_map_find(mapper->routes_of, account);
}
