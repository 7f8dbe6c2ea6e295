/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config - the tables of the configuration, and the checks that one row alone cannot make
 *
 * Start reading at the bottom.
 */
#include "actors/runtime/config/config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/config/document.h"
#include "actors/runtime/config/file.h"
#include "actors/runtime/config/inside.h"
#include "actors/runtime/config/rows.h"
#include "actors/runtime/config/rules/rules.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define STATE_MAX 80 /* "<state>/run/enricher-64.receipts" must fit a socket's path: 107 */

/* What the checks need at hand. */
typedef struct {
    wb_config *config;
    wb_problems *problems;
    const wb_option_reader *reader;
    const wb_connector *const *known;
} checker;

static const wb_connector *
find_connector(const wb_connector *const *known, const char *name)
{
    for (; *known; known++) {
        if (strcmp((*known)->name, name) == 0)
            return *known;
    }
    return NULL;
}

static void
unknown_name(const checker *self, wb_spot at, const char *where, const char *name,
             const char *const *names)
{
    const char *nearest = wb_text_nearest(wb_view_of(name), names);

    wb_problems_add(self->problems, at, "%s: '%.64s' is not known%s%s%s", where, name,
                    nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* The places of the items of a MAP or LIST, which the generic reader does not keep. */
static const wb_yaml *
children_of(const wb_yaml *root, const char *key)
{
    const wb_yaml *node = wb_yaml_find(root, key);

    return node ? node->first : NULL;
}

static wb_spot
spot_in(const wb_yaml *node, const char *key, wb_spot otherwise)
{
    const wb_yaml *child = wb_yaml_find(node, key);

    return child ? child->key_at : otherwise;
}

static void
note_rules(const wb_yaml *node, const char *name, const wb_option_list *list)
{
    wb_rule_conf *rules = list->items;

    node = children_of(node, name);
    for (size_t i = 0; i < list->count; i++, node = node->next)
        rules[i].at = node->at;
}

static void
note_all_rules(const wb_yaml *node, const wb_rules_conf *rules)
{
    note_rules(node, "tags", &rules->tags);
    note_rules(node, "warehouses", &rules->warehouses);
    note_rules(node, "carriers", &rules->carriers);
    note_rules(node, "logistics", &rules->logistics);
    note_rules(node, "taxes", &rules->taxes);
    note_rules(node, "fields", &rules->fields);
    note_rules(node, "holds", &rules->holds);
    note_rules(node, "totals", &rules->totals);
}

static void
note_invoices(wb_config *self)
{
    const wb_yaml *node = children_of(self->root, "invoices");
    wb_invoices_conf *rows = self->tree.invoices.items;

    for (size_t i = 0; i < self->tree.invoices.count; i++, node = node->next)
        rows[i].at = node->at;
}

static void
note_places(wb_config *self)
{
    wb_account_conf *accounts = self->tree.accounts.items;
    wb_route_conf *routes = self->tree.routes.items;
    wb_table_conf *tables = self->tree.tables.items;
    const wb_yaml *node = children_of(self->root, "accounts");

    self->names = wb_map_new();
    for (size_t i = 0; i < self->tree.accounts.count; i++, node = node->next) {
        accounts[i].at = node->key_at;
        if (!wb_map_find(self->names, wb_view_of(accounts[i].name)))
            wb_map_put(self->names, wb_view_of(accounts[i].name), &accounts[i]);
    }
    self->from = wb_route_index_new(&self->tree, WB_ROUTE_FROM);
    self->to = wb_route_index_new(&self->tree, WB_ROUTE_TO);
    node = children_of(self->root, "routes");
    for (size_t i = 0; i < self->tree.routes.count; i++, node = node->next)
        routes[i].at = node->at;
    note_invoices(self);
    node = children_of(self->root, "tables");
    for (size_t i = 0; i < self->tree.tables.count; i++, node = node->next)
        tables[i].at = node->key_at;
    note_all_rules(wb_yaml_find(self->root, "rules"), &self->tree.rules);
}

/* Times of a stream: each is five fields, in the stream's zone, else the deployment's. */
static void
check_schedule(const checker *self, wb_stream_conf *conf, const char *where, const wb_yaml *node)
{
    const char *zone = *conf->zone ? conf->zone : self->config->tree.zone;
    wb_err err = {0};

    if (conf->cron[0] && zone && wb_cron_check(conf->cron, zone, &err))
        wb_problems_add(self->problems, spot_in(node, "cron", node->key_at), "%s.%s: %s", where,
                        conf->name, err.text);
    if (conf->full_cron[0] && strcmp(conf->full_cron, "off") != 0 && zone &&
        wb_cron_check(conf->full_cron, zone, &err))
        wb_problems_add(self->problems, spot_in(node, "full_cron", node->key_at),
                        "%s.%s: full_cron: %s", where, conf->name, err.text);
    else if (*conf->zone && wb_cron_check("0 0 * * *", conf->zone, &err))
        wb_problems_add(self->problems, spot_in(node, "zone", node->key_at), "%s.%s: %s", where,
                        conf->name, err.text);
    if (conf->cron[0] && conf->interval_ms)
        wb_problems_add(self->problems, spot_in(node, "interval_ms", node->key_at),
                        "%s.%s: cron and interval_ms exclude each other", where, conf->name);
}

static void
check_stream(const checker *self, const wb_connector *connector, wb_stream_conf *conf,
             const char *where, const wb_yaml *node)
{
    const wb_stream *stream = wb_connector_stream(connector, wb_view_of(conf->name));
    const char *names[64] = {NULL};
    size_t count = 0;

    /* what could not be read has been told */
    conf->cron = conf->cron ? conf->cron : wb_pool_text(&self->config->pool, (wb_view){0});
    conf->full_cron =
        conf->full_cron ? conf->full_cron : wb_pool_text(&self->config->pool, (wb_view){0});
    conf->zone = conf->zone ? conf->zone : wb_pool_text(&self->config->pool, (wb_view){0});
    if (!stream) {
        for (; connector->streams && connector->streams[count].name && count < 63; count++)
            names[count] = connector->streams[count].name;
        unknown_name(self, node->key_at, where, conf->name, names);
        return;
    }
    check_schedule(self, conf, where, node);
}

static void
check_streams(const checker *self, const wb_connector *connector, const wb_account_conf *account,
              const wb_yaml *node)
{
    const wb_yaml *stream = children_of(node, "streams");
    wb_stream_conf *streams = account->streams.items;
    char where[128];

    (void)snprintf(where, sizeof where, "accounts.%.64s.streams", account->name);
    for (size_t i = 0; i < account->streams.count; i++, stream = stream->next)
        check_stream(self, connector, &streams[i], where, stream);
}

/* Of one account, while its connector looks at its settings. */
typedef struct {
    const checker *checker;
    const wb_connector *connector;
    const wb_yaml *node; /* the settings */
    wb_spot at;
    const char *where;
} complaint;

static void
on_complaint(void *arg, const char *const *names, const char *text)
{
    const complaint *self = arg;
    const wb_option_reader *reader = self->checker->reader;
    void *scratch = wb_pool_alloc(reader->pool, self->connector->options_size);

    for (const char *const *name = names; *name; name++)
        if (!wb_options_are_read(reader, self->node, self->connector->options, *name, scratch))
            return;
    wb_problems_add(self->checker->problems, spot_in(self->node, names[0], self->at), "%s.%s: %s",
                    self->where, names[0], text);
}

/* The settings by the connector's own table, and by its check. */
static void
read_connector_options(const checker *self, size_t index, const wb_account_conf *account,
                       const wb_yaml *node)
{
    const wb_connector *connector = self->config->connectors[index];
    void *options = wb_pool_alloc(&self->config->pool, connector->options_size);
    const wb_table_use *former = self->config->uses;
    char where[128];
    complaint about = {.checker = self,
                       .connector = connector,
                       .node = account->options.node,
                       .at = spot_in(node, "options", account->at),
                       .where = where};

    (void)snprintf(where, sizeof where, "accounts.%.64s.options", account->name);
    self->config->options[index] = options;
    if (connector->options)
        wb_options_read(self->reader, &(wb_option_place){about.node, about.at, where},
                        connector->options, options);
    wb_tables_bind(self->config->tables, self->config->uses, former, self->problems);
    wb_connector_check(connector, options, &(wb_complaints){on_complaint, &about});
}

static void
check_name(const checker *self, wb_spot at, const char *what, const char *name, size_t max)
{
    wb_view text = wb_view_of(name);

    if (text.len < 1 || text.len > max || !wb_text_is_utf8(text) || strchr(name, '*'))
        wb_problems_add(self->problems, at, "%s '%.64s' must have 1 to %zu bytes of UTF-8 and no *",
                        what, name, max);
}

static void
check_account(const checker *self, size_t index, const wb_yaml *node)
{
    const wb_account_conf *accounts = self->config->tree.accounts.items;
    const wb_account_conf *account = &accounts[index];
    const char *names[64] = {NULL};
    char where[128];

    (void)snprintf(where, sizeof where, "accounts.%.64s.connector", account->name);
    check_name(self, account->at, "account name", account->name, WB_ACCOUNT_MAX);
    if (!strcmp(account->name, WB_ROUTE_ORIGIN))
        wb_problems_add(self->problems, account->at,
                        "no account is called '" WB_ROUTE_ORIGIN
                        "': in a route that is where an order came from");
    if (account->tenant)
        check_name(self, spot_in(node, "tenant", account->at), "tenant", account->tenant,
                   WB_TENANT_MAX);
    if (account->backoff_max_ms && account->backoff_min_ms > account->backoff_max_ms)
        wb_problems_add(self->problems, spot_in(node, "backoff_min_ms", account->at),
                        "accounts.%.64s: backoff_min_ms is above backoff_max_ms", account->name);
    if (!account->connector)
        return; /* told already: required */
    self->config->connectors[index] = find_connector(self->known, account->connector);
    if (self->config->connectors[index]) {
        check_streams(self, self->config->connectors[index], account, node);
        read_connector_options(self, index, account, node);
        return;
    }
    for (size_t i = 0; self->known[i] && i < 63; i++)
        names[i] = self->known[i]->name;
    unknown_name(self, spot_in(node, "connector", account->at), where, account->connector, names);
}

/* Index of an account of that name; count = none, told with the nearest. */
static size_t
find_account(const checker *self, wb_spot at, const char *where, const char *name)
{
    const wb_account_conf *accounts = self->config->tree.accounts.items;
    size_t count = self->config->tree.accounts.count;
    size_t found = wb_config_account(self->config, name);
    const char **names;

    if (found < count)
        return found;
    names = wb_pool_alloc(&self->config->pool, (count + 1) * sizeof *names);
    for (size_t k = 0; k < count; k++)
        names[k] = accounts[k].name;
    unknown_name(self, at, where, name, names);
    return count;
}

static void
check_route(const checker *self, const wb_route_conf *route, const char *where, const wb_yaml *node)
{
    const wb_config *config = self->config;
    size_t count = config->tree.accounts.count;
    size_t to = count, from = count;
    bool any = strcmp(route->from, "*") == 0;

    if (!any)
        from = find_account(self, spot_in(node, "from", route->at), where, route->from);
    if (!wb_route_to_origin(route))
        to = find_account(self, spot_in(node, "to", route->at), where, route->to);
    if (wb_route_kind(route) == WB_RECORD_NONE)
        wb_problems_add(self->problems, spot_in(node, "kind", route->at),
                        "%s: '%.64s' is no kind of record", where, route->kind);
    if (to < count && config->connectors[to] && !wb_connector_pushes(config->connectors[to]))
        wb_problems_add(self->problems, route->at,
                        "%s: nothing can be handed to '%s': %s only reads", where, route->to,
                        config->connectors[to]->name);
    if (from < count && config->connectors[from] && !config->connectors[from]->streams)
        wb_problems_add(self->problems, route->at, "%s: nothing comes from '%s': %s has no streams",
                        where, route->from, config->connectors[from]->name);
    if (!any && strcmp(route->from, route->to) == 0)
        wb_problems_add(self->problems, route->at, "%s: from and to are the same account", where);
}

/* What is one route is one text; "order" and "orders" are one kind. */
static void
name_route(const wb_route_conf *route, wb_buf *out)
{
    const char *const texts[] = {route->from, route->to, route->type ? route->type : ""};

    wb_buf_clear(out);
    wb_buf_addf(out, "%d", (int)wb_route_kind(route));
    for (size_t i = 0; i < WB_COUNT(texts); i++)
        wb_buf_add(out, texts[i], strlen(texts[i]) + 1);
}

static void
check_routes(const checker *self)
{
    wb_route_conf *routes = self->config->tree.routes.items, *former;
    const wb_yaml *node = children_of(self->config->root, "routes");
    WB_AUTO(wb_map_destroy) wb_map *known = wb_map_new(); /* name_route -> the first */
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    char where[32], place[WB_SPOT_SIZE];

    wb_buf_init(&name, WB_CONFIG_MAX);
    for (size_t i = 0; i < self->config->tree.routes.count; i++, node = node->next) {
        if (!routes[i].from || !routes[i].to || !routes[i].kind)
            continue;
        (void)snprintf(where, sizeof where, "routes[%zu]", i);
        check_route(self, &routes[i], where, node);
        name_route(&routes[i], &name);
        former = wb_map_find(known, wb_buf_view(&name));
        if (former)
            wb_problems_add(self->problems, routes[i].at, "%s: the same route stands in %s", where,
                            wb_spot_text(place, former->at, routes[i].at));
        else
            wb_map_put(known, wb_buf_view(&name), &routes[i]);
    }
}

/* What a file holds that is named, and read by whoever needs it: a new one is another
 * configuration. */
static void
note_content(const wb_option_reader *reader, const char *path)
{
    WB_AUTO(wb_buf_wipe) wb_buf text = {0};

    wb_buf_init(&text, WB_CONFIG_MAX + WB_FILE_SPARE);
    wb_ignore(wb_file_read(&text, path, WB_FILE_REGULAR, NULL, NULL), "who needs it will tell");
    wb_options_note(reader, wb_buf_view(&text));
}

/* Every call to the outside would fail without its authorities: told before the start. */
static void
check_files(const checker *self)
{
    wb_config_tree *tree = &self->config->tree;
    wb_pool *pool = &self->config->pool;
    const wb_yaml *root = self->config->root;

    if (tree->master_key) {
        tree->master_key = wb_config_path(pool, root, "master_key", tree->master_key);
        note_content(self->reader, tree->master_key);
    } else {
        tree->master_key = wb_pool_text(pool, (wb_view){0});
    }
    if (!tree->ca_file)
        return;
    tree->ca_file = wb_config_path(pool, root, "ca_file", tree->ca_file);
    note_content(self->reader, tree->ca_file);
    if (access(tree->ca_file, R_OK))
        wb_problems_add(self->problems, spot_in(root, "ca_file", root->at),
                        "ca_file: %.120s cannot be read: %s", tree->ca_file, strerror(errno));
}

/* Relations between settings of the top, and paths made whole. */
static void
check_top(const checker *self)
{
    wb_config_tree *tree = &self->config->tree;
    const wb_yaml *root = self->config->root;
    const int64_t counts[] = {tree->stages.poller, tree->stages.enricher, tree->stages.mapper,
                              tree->stages.pusher};
    wb_err err = {0};

    if (tree->zone && wb_cron_check("0 0 * * *", tree->zone, &err))
        wb_problems_add(self->problems, spot_in(root, "zone", root->at), "%s", err.text);
    if (tree->calls_percent && tree->intake_percent >= tree->calls_percent)
        wb_problems_add(self->problems, spot_in(root, "intake_percent", root->at),
                        "intake_percent must be below calls_percent");
    if (tree->intake_free_bytes && tree->intake_free_bytes <= tree->calls_free_bytes)
        wb_problems_add(self->problems, spot_in(root, "intake_free_bytes", root->at),
                        "intake_free_bytes must be above calls_free_bytes");
    for (size_t i = 0; i < WB_COUNT(counts); i++) {
        if (tree->shards && counts[i] > tree->shards)
            wb_problems_add(self->problems, spot_in(root, "stages", root->at),
                            "stages: more instances than shards (%lld)", (long long)tree->shards);
    }
    if (tree->state)
        tree->state = wb_config_path(&self->config->pool, root, "state", tree->state);
    if (tree->state && strlen(tree->state) > STATE_MAX)
        wb_problems_add(self->problems, spot_in(root, "state", root->at),
                        "state: the folder's whole path is longer than %d bytes, and sockets "
                        "below it would not fit",
                        STATE_MAX);
    check_files(self);
}

void
wb_config_check(wb_config *self, const wb_option_reader *reader,
                const wb_connector *const *connectors)
{
    checker check = {
        .config = self, .problems = reader->problems, .reader = reader, .known = connectors};
    const wb_yaml *node = children_of(self->root, "accounts");

    note_places(self);
    self->tables = wb_tables_load(reader, &self->tree);
    wb_tables_bind(self->tables, self->uses, NULL, reader->problems);
    check_top(&check);
    for (size_t i = 0; i < self->tree.accounts.count; i++, node = node->next)
        check_account(&check, i, node);
    wb_config_check_invoices(self, reader->problems);
    check_routes(&check);
    wb_config_check_kinds(self, reader->problems);
    wb_config_check_skus(self, reader->problems);
    wb_rules_check(self, reader->problems);
    wb_config_check_spread(self, reader->problems);
    wb_config_check_queues(self, reader->problems);
    wb_config_check_shops(self, reader->problems);
}
