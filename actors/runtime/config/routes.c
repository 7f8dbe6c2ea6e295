/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes - does a route lead from where its kind comes from to where it can be taken?
 *
 * What leads to the origin of a record leads to many accounts: to each whose orders are routed to
 * the account that the record is read from. All of them are looked at.
 */
#include <string.h>

#include "actors/runtime/config/inside.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/own.h"

bool
wb_route_leaves(const wb_route_conf *route, const char *account)
{
    return route->enabled && (!strcmp(route->from, "*") || !strcmp(route->from, account));
}

bool
wb_route_to_origin(const wb_route_conf *route)
{
    return !strcmp(route->to, WB_ROUTE_ORIGIN);
}

wb_record_kind
wb_route_kind(const wb_route_conf *route)
{
    return wb_record_kind_word(wb_view_of(route->kind));
}

bool
wb_route_wants(const wb_route_conf *route, wb_view type)
{
    return !route->type || !*route->type || wb_view_is(type, route->type);
}

bool
wb_route_joins(const wb_route_conf *route, const wb_connector *to)
{
    return wb_route_kind(route) == WB_RECORD_INVENTORY &&
           wb_connector_gives(to, WB_RECORD_LISTING) && wb_connector_takes(to, WB_RECORD_LISTING);
}

/* A route under its check. */
typedef struct {
    const wb_config *config;
    wb_problems *problems;
    const wb_account_conf *accounts;
    size_t account_count, index;
    const wb_route_conf *route;
    const wb_record_def *def;
} look;

static const wb_connector *
connector_of(const look *self, size_t account)
{
    return wb_config_connector_of(self->config, account);
}

/* Is it made here of the account's orders? */
static bool
is_made(const look *self, size_t account, wb_record_kind kind)
{
    return kind == WB_RECORD_INVOICE && account < self->account_count &&
           wb_config_invoices(wb_config_tree_of(self->config), self->accounts[account].name);
}

/* Of an account whose connector is known, and reads at all: what does not was told already. */
static bool
gives(const look *self, size_t account, wb_record_kind kind)
{
    const wb_connector *connector = connector_of(self, account);

    return connector && (wb_connector_gives(connector, kind) || is_made(self, account, kind));
}

/* From any account: from one at least? A configuration without a source has other problems. */
static void
check_any_source(const look *self)
{
    size_t known = 0, sources = 0, to = wb_config_account(self->config, self->route->to);

    for (size_t i = 0; i < self->account_count; i++) {
        const wb_connector *connector = connector_of(self, i);

        known += connector && connector->streams && i != to;
        sources += i != to && gives(self, i, self->def->kind);
    }
    if (known && !sources)
        wb_problems_add(self->problems, self->route->at, "routes[%zu]: no account gives %s",
                        self->index, self->def->plural);
}

static void
check_type(const look *self)
{
    const char *type = self->route->type;

    if (!type || !*type)
        return;
    if (!self->def->type)
        wb_problems_add(self->problems, self->route->at,
                        "routes[%zu]: only notices have a type, and %s are none", self->index,
                        self->def->plural);
    else if (strlen(type) > WB_NOTICE_TYPE_MAX)
        wb_problems_add(self->problems, self->route->at, "routes[%zu]: a type has %d bytes at most",
                        self->index, WB_NOTICE_TYPE_MAX);
}

/* Does anything of this kind come from where it begins? */
static void
check_source(const look *self)
{
    size_t from = wb_config_account(self->config, self->route->from);
    const wb_connector *connector = from < self->account_count ? connector_of(self, from) : NULL;

    if (connector && connector->streams && !gives(self, from, self->def->kind))
        wb_problems_add(self->problems, self->route->at,
                        "routes[%zu]: no %s come from '%.64s': %s has no %s", self->index,
                        self->def->plural, self->route->from, connector->name,
                        self->def->as_it_is ? "queue" : "stream of them");
}

static void
check_target(const look *self)
{
    size_t to = wb_config_account(self->config, self->route->to);
    const wb_connector *connector = to < self->account_count ? connector_of(self, to) : NULL;

    if (!connector || !wb_connector_pushes(connector) ||
        wb_connector_takes(connector, self->def->kind) || wb_route_joins(self->route, connector))
        return;
    if (self->def->kind == WB_RECORD_INVENTORY)
        wb_problems_add(self->problems, self->route->at,
                        "routes[%zu]: '%.64s' cannot be told its stock: %s does not both give and "
                        "take listings",
                        self->index, self->route->to, connector->name);
    else
        wb_problems_add(self->problems, self->route->at,
                        "routes[%zu]: '%.64s' cannot take %s: %s does not know them", self->index,
                        self->route->to, self->def->plural, connector->name);
}

static const char *
table_name(const wb_route_conf *route)
{
    return route->skus.name ? route->skus.name : "";
}

/* Of two routes to one account: does stock of one account go by both of them? */
static bool
same_way(const wb_route_conf *a, const wb_route_conf *b)
{
    return b->from && b->kind && wb_route_kind(b) == WB_RECORD_INVENTORY &&
           (wb_route_leaves(a, b->from) || wb_route_leaves(b, a->from));
}

/* What says how much of stock is shown. */
static bool
has_rules(const wb_route_conf *route)
{
    return route->warehouses.count || route->share != 100 || route->reserve || route->cap ||
           route->every;
}

static bool
same_numbers(const wb_route_conf *a, const wb_route_conf *b)
{
    return a->share == b->share && a->reserve == b->reserve && a->cap == b->cap &&
           a->every == b->every;
}

static bool
same_warehouses(const wb_option_list *a, const wb_option_list *b)
{
    const wb_warehouse_conf *one = a->items, *two = b->items;

    for (size_t i = 0; i < a->count && a->count == b->count; i++)
        if (!one[i].id || !two[i].id || strcmp(one[i].id, two[i].id) != 0 ||
            one[i].share != two[i].share || one[i].reserve != two[i].reserve)
            return false;
    return a->count == b->count;
}

static void
check_warehouses(const look *self)
{
    const wb_warehouse_conf *rows = self->route->warehouses.items;

    for (size_t i = 0; i < self->route->warehouses.count; i++)
        for (size_t k = 0; rows[i].id && k < i; k++)
            if (rows[k].id && !strcmp(rows[i].id, rows[k].id))
                wb_problems_add(self->problems, self->route->at,
                                "routes[%zu]: warehouses: '%.64s' is given twice", self->index,
                                rows[i].id);
}

/* One way of stock has one table and one rule. */
static void
check_same_way(const look *self)
{
    const wb_route_conf *routes = wb_config_tree_of(self->config)->routes.items;
    const wb_route_conf *route = self->route;

    WB_ROUTES_EACH (i, self->config->to, route->to, self->index) {
        if (!same_way(route, &routes[i]))
            continue;
        if (strcmp(table_name(&routes[i]), table_name(route)) != 0)
            wb_problems_add(self->problems, route->at,
                            "routes[%zu]: skus: routes[%zu] names another table for the same stock",
                            self->index, i);
        else if (!same_numbers(route, &routes[i]) ||
                 !same_warehouses(&route->warehouses, &routes[i].warehouses))
            wb_problems_add(self->problems, route->at,
                            "routes[%zu]: routes[%zu] counts the same stock by other warehouses, "
                            "share, reserve, cap or every",
                            self->index, i);
    }
}

/* A table of SKUs is for orders, and for stock that goes into listings; one way of stock has one
 * table. */
static void
check_skus(const look *self)
{
    const wb_route_conf *route = self->route;
    size_t to = wb_config_account(self->config, route->to);
    const wb_connector *connector = to < self->account_count ? connector_of(self, to) : NULL;

    if (!connector || !wb_route_joins(route, connector)) {
        if (route->skus.name && self->def->kind != WB_RECORD_ORDER)
            wb_problems_add(self->problems, route->at,
                            "routes[%zu]: skus: only orders, and stock that goes into listings, "
                            "have them",
                            self->index);
        if (has_rules(route))
            wb_problems_add(self->problems, route->at,
                            "routes[%zu]: warehouses, share, reserve, cap and every are of stock "
                            "that goes into listings",
                            self->index);
        return;
    }
    check_warehouses(self);
    check_same_way(self);
}

/* --- the origin --- */

static bool
takes(const look *self, size_t account)
{
    const wb_connector *connector = connector_of(self, account);

    return !connector || wb_connector_takes(connector, self->def->kind);
}

/* The accounts that a route begins at: all, or one, or (where there is no such) none. */
static size_t
first_of(const look *self, const wb_route_conf *route, size_t *end)
{
    size_t first = 0;

    *end = self->account_count;
    if (strcmp(route->from, "*") != 0) {
        first = wb_config_account(self->config, route->from);
        *end = first < self->account_count ? first + 1 : first;
    }
    return first;
}

/* The accounts from which `orders` leads to `source`: are there any, and which cannot take what
 * comes back? */
static size_t
check_orders(const look *self, const wb_route_conf *orders, size_t source)
{
    size_t count = 0, end, i = first_of(self, orders, &end);

    for (; i < end; i++) {
        if (i == source || !gives(self, i, WB_RECORD_ORDER))
            continue;
        count++;
        if (!takes(self, i))
            wb_problems_add(self->problems, self->route->at,
                            "routes[%zu]: orders of '%.64s' go to '%.64s', and %s come back: %s "
                            "cannot take them",
                            self->index, self->accounts[i].name, self->accounts[source].name,
                            self->def->plural, connector_of(self, i)->name);
    }
    return count;
}

static size_t
check_origins(const look *self, size_t source)
{
    const wb_option_list *list = &wb_config_tree_of(self->config)->routes;
    const wb_route_conf *routes = list->items;
    size_t count = 0;

    WB_ROUTES_EACH (i, self->config->to, self->accounts[source].name, list->count)
        if (routes[i].from && routes[i].kind && wb_route_kind(&routes[i]) == WB_RECORD_ORDER)
            count += check_orders(self, &routes[i], source);
    return count;
}

static void
check_origin(const look *self)
{
    size_t sources = 0, origins = 0, end, i = first_of(self, self->route, &end);

    if (self->def->root != WB_ROOT_ORDER) {
        wb_problems_add(self->problems, self->route->at,
                        "routes[%zu]: only what belongs to an order has an origin, and %s do not",
                        self->index, self->def->plural);
        return;
    }
    for (; i < end; i++) {
        if (!gives(self, i, self->def->kind))
            continue;
        sources++;
        origins += check_origins(self, i);
    }
    if (sources && !origins)
        wb_problems_add(self->problems, self->route->at,
                        "routes[%zu]: no orders go to '%.64s', so nothing that it tells of one has "
                        "an origin",
                        self->index, self->route->from);
}

void
wb_config_check_kinds(const wb_config *config, wb_problems *problems)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_route_conf *routes = tree->routes.items;
    look self = {.config = config,
                 .problems = problems,
                 .accounts = tree->accounts.items,
                 .account_count = tree->accounts.count};

    for (size_t i = 0; i < tree->routes.count; i++) {
        if (!routes[i].from || !routes[i].to || !routes[i].kind)
            continue;
        self.index = i;
        self.route = &routes[i];
        self.def = wb_record_def_of(wb_route_kind(&routes[i]));
        if (!self.def)
            continue;
        check_type(&self);
        if (!strcmp(routes[i].from, "*"))
            check_any_source(&self);
        else
            check_source(&self);
        check_skus(&self);
        if (wb_route_to_origin(&routes[i]))
            check_origin(&self);
        else
            check_target(&self);
    }
}
