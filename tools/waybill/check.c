/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - every problem of a configuration at once, or what it says
 */
#include <stdio.h>

#include "actors/connectors/all.h"
#include "actors/runtime/config_tables.h"
#include "protocol/base/own.h"
#include "tools/waybill/command.h"
#include "tools/waybill/place.h"
#include "tools/waybill/records.h"
#include "tools/waybill/table.h"

#define REFERENCE_MAX (1024 * 1024)

typedef struct {
    char *config;
    bool reference, records;
} check_conf;

static const wb_option options[] = {
    WB_TEXT(check_conf, config, "", "the file; also as a plain word"),
    WB_BOOL(check_conf, reference, "false",
            "print the reference of all settings (docs/configuration.md)"),
    WB_BOOL(check_conf, records, "false",
            "print the reference of canonical records (docs/records.md)"),
    WB_END,
};

static int
print_reference(bool records)
{
    WB_AUTO(wb_buf_fini) wb_buf page = {0};

    wb_buf_init(&page, REFERENCE_MAX);
    if (records)
        wb_records_page(&page);
    else
        wb_config_reference(&page, wb_connectors);
    return fwrite(page.data, 1, page.len, stdout) == page.len ? EXIT_DONE : EXIT_AGAIN;
}

static void
print_accounts(const wb_config *config)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *accounts = tree->accounts.items;
    WB_AUTO(wb_table_fini) wb_table table = {0};

    wb_table_init(&table, "account\ttenant\tconnector\tstreams\tstate");
    for (size_t i = 0; i < tree->accounts.count; i++) {
        const wb_stream *streams = wb_config_connector_of(config, i)->streams;
        size_t count = accounts[i].streams.count;

        for (; !accounts[i].streams.count && streams && streams[count].name;)
            count++;
        wb_table_row(&table, "%s\t%s\t%s\t%zu\t%s", accounts[i].name, accounts[i].tenant,
                     accounts[i].connector, count, accounts[i].paused ? "paused" : "active");
    }
    wb_table_print(&table, stdout);
}

static void
print_summary(const wb_config *config, const char *path)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_route_conf *routes = tree->routes.items;

    printf("%s: no problems\n\n", path);
    print_accounts(config);
    if (tree->routes.count)
        printf("\n");
    for (size_t i = 0; i < tree->routes.count; i++)
        printf("%s: %s -> %s\n", routes[i].kind, routes[i].from, routes[i].to);
    printf("\nstate %s\nprocesses: poller %lld, enricher %lld, mapper %lld, pusher %lld; shards "
           "%lld\n",
           tree->state, (long long)tree->stages.poller, (long long)tree->stages.enricher,
           (long long)tree->stages.mapper, (long long)tree->stages.pusher, (long long)tree->shards);
}

static int
check(const void *conf, const wb_words *words)
{
    const check_conf *self = conf;
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    char path[WB_PATH_SIZE];
    wb_err err = {0};
    int code;

    if (self->reference || self->records)
        return print_reference(self->records);
    if (wb_place_config(path, sizeof path, words->count ? words->items[0] : self->config, &err)) {
        fprintf(stderr, "waybill check: %s\n", err.text);
        return EXIT_CONFIG;
    }
    code = wb_place_load(&config, path);
    if (!code)
        print_summary(config, path);
    return code;
}

const wb_command wb_command_check = {
    .name = "check",
    .words = "[FILE]",
    .summary = "tell every problem of a configuration at once, with its line",
    .options = options,
    .conf_size = sizeof(check_conf),
    .words_max = 1,
    .run = check,
};
