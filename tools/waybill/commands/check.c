/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - every problem of a configuration at once, or what it says
 */
#include <stdio.h>

#include "actors/connectors/all.h"
#include "actors/runtime/config/rows.h"
#include "actors/runtime/config/tables.h"
#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/map_try.h"
#include "tools/waybill/commands/online.h"
#include "tools/waybill/host/place.h"
#include "tools/waybill/host/records_page.h"
#include "tools/waybill/terminal/table.h"

#define ACCOUNTS_MAX 10000 /* named in one command */
#define REFERENCE_MAX (1024 * 1024)
#define DOCUMENT_MAX (32 * 1024 * 1024)

typedef struct {
    char *config;
    bool online, blind, reference, records, json;
} check_conf;

static const wb_option options[] = {
    WB_TEXT(check_conf, config, "", "the file; also as a plain word"),
    WB_BOOL(check_conf, online, "false",
            "ask each account, or those that are named, a harmless question; the file by --config"),
    WB_BOOL(check_conf, blind, "false",
            "no secret is read, and none has to be there; as JSON with all that the files say"),
    WB_BOOL(check_conf, reference, "false",
            "print the reference of all settings (docs/configuration.md)"),
    WB_BOOL(check_conf, records, "false",
            "print the reference of canonical records (docs/records.md)"),
    WB_BOOL(check_conf, json, "false", "the problems, or what it says, as JSON"),
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

/* How many are read. */
static size_t
streams_of(const wb_config *config, size_t index)
{
    const wb_account_conf *accounts = wb_config_tree_of(config)->accounts.items;
    const wb_stream *stream = wb_config_connector_of(config, index)->streams;
    size_t count = 0;

    for (; stream && stream->name; stream++)
        count += wb_config_reads(&accounts[index], stream);
    return count;
}

static void
print_accounts(const wb_config *config)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *accounts = tree->accounts.items;
    WB_AUTO(wb_table_fini) wb_table table = {0};

    wb_table_init(&table, "account\ttenant\tconnector\tstreams\tstate");
    for (size_t i = 0; i < tree->accounts.count; i++) {
        wb_table_row(&table, "%s\t%s\t%s\t%zu\t%s", accounts[i].name, accounts[i].tenant,
                     accounts[i].connector, streams_of(config, i),
                     accounts[i].paused ? "paused" : "active");
    }
    wb_table_print(&table, stdout);
}

static void
print_summary(const wb_config *config, const char *path)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_route_conf *routes = tree->routes.items;

    printf("%s: no problems\n\n", path);
    if (tree->accounts.count)
        print_accounts(config);
    printf("%s", tree->accounts.count ? "\n" : "no accounts: nothing is read\n");
    for (size_t i = 0; i < wb_tables_count(wb_config_tables(config)); i++)
        printf("table %s: %zu rows, %s\n", wb_tables_name(wb_config_tables(config), i),
               wb_sheet_rows(wb_tables_at(wb_config_tables(config), i)),
               wb_tables_file(wb_config_tables(config), i));
    if (!tree->routes.count)
        printf("no routes: nothing is handed on\n");
    for (size_t i = 0; i < tree->routes.count; i++)
        printf("%s: %s -> %s\n", routes[i].kind, routes[i].from, routes[i].to);
    printf("\nstate %s\nprocesses: poller %lld, enricher %lld, mapper %lld, pusher %lld; shards "
           "%lld\n",
           tree->state, (long long)tree->stages.poller, (long long)tree->stages.enricher,
           (long long)tree->stages.mapper, (long long)tree->stages.pusher, (long long)tree->shards);
}

/* --- as JSON --- */

static void
put_reads(wb_json_writer *out, const wb_account_conf *account, const wb_connector *connector)
{
    wb_json_put_key(out, "reads");
    wb_json_open(out, '[');
    for (const wb_stream *at = connector->streams; at && at->name; at++)
        if (wb_config_reads(account, at))
            wb_json_put_text(out, wb_view_of(at->name));
    wb_json_close(out, ']');
}

static void
put_accounts(wb_json_writer *out, const wb_config *config)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *accounts = tree->accounts.items;

    wb_json_put_key(out, "accounts");
    wb_json_open(out, '[');
    for (size_t i = 0; i < tree->accounts.count; i++) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "account", wb_view_of(accounts[i].name));
        wb_json_member_text(out, "tenant", wb_view_of(accounts[i].tenant));
        wb_json_member_text(out, "connector", wb_view_of(accounts[i].connector));
        wb_json_member_int(out, "streams", (int64_t)streams_of(config, i));
        put_reads(out, &accounts[i], wb_config_connector_of(config, i));
        wb_json_member_bool(out, "paused", accounts[i].paused);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static void
put_tables(wb_json_writer *out, const wb_tables *tables)
{
    char mark[WB_TABLE_MARK_SIZE];

    wb_json_put_key(out, "tables");
    wb_json_open(out, '[');
    for (size_t i = 0; i < wb_tables_count(tables); i++) {
        const wb_sheet *sheet = wb_tables_at(tables, i);

        wb_tables_mark(mark, sheet);
        wb_json_open(out, '{');
        wb_json_member_text(out, "table", wb_view_of(wb_tables_name(tables, i)));
        wb_json_member_text(out, "file", wb_view_of(wb_tables_file(tables, i)));
        wb_json_member_int(out, "rows", (int64_t)wb_sheet_rows(sheet));
        wb_json_member_text(out, "digest", wb_view_of(mark));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static void
put_rest(wb_json_writer *out, const wb_config_tree *tree)
{
    const wb_route_conf *routes = tree->routes.items;

    wb_json_put_key(out, "routes");
    wb_json_open(out, '[');
    for (size_t i = 0; i < tree->routes.count; i++) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "from", wb_view_of(routes[i].from));
        wb_json_member_text(out, "kind", wb_view_of(routes[i].kind));
        wb_json_member_text(out, "to", wb_view_of(routes[i].to));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
    wb_json_member_text(out, "state", wb_view_of(tree->state));
    wb_json_put_key(out, "stages");
    wb_json_open(out, '{');
    wb_json_member_int(out, "poller", tree->stages.poller);
    wb_json_member_int(out, "enricher", tree->stages.enricher);
    wb_json_member_int(out, "mapper", tree->stages.mapper);
    wb_json_member_int(out, "pusher", tree->stages.pusher);
    wb_json_close(out, '}');
    wb_json_member_int(out, "shards", tree->shards);
}

static void
put_number(wb_json_writer *out, const char *name, int number)
{
    wb_json_put_key(out, name);
    if (number)
        wb_json_put_int(out, number);
    else
        wb_json_put_null(out);
}

static void
put_problems(wb_json_writer *out, const wb_problems *problems)
{
    wb_json_put_key(out, "problems");
    wb_json_open(out, '[');
    for (size_t i = 0; i < problems->count; i++) {
        const wb_problem *problem = &problems->rows[i];

        wb_json_open(out, '{');
        wb_json_member_text(out, "file", wb_view_of(problem->file));
        put_number(out, "line", problem->line);
        put_number(out, "column", problem->column);
        wb_json_member_text(out, "text", wb_view_of(problem->text));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

/* Programs are tried here alone: a process that has one says so itself, and need not wait. */
static void
check_mappings(const wb_config *config, wb_problems *problems)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_route_conf *routes = tree->routes.items;

    for (size_t i = 0; i < tree->routes.count; i++) {
        wb_map_program program = {routes[i].mapping, routes[i].program};
        wb_err err = {0};

        if (program.program.len && wb_map_compiles(&program, &err))
            wb_problems_add(problems, routes[i].at, "%s", err.text);
    }
}

static int
tell_mappings(const wb_config *config)
{
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    char text[WB_PROBLEM_TEXT_SIZE];

    check_mappings(config, &problems);
    for (size_t i = 0; i < problems.count; i++) {
        wb_problem_text(text, sizeof text, &problems.rows[i]);
        fprintf(stderr, "%s\n", text);
    }
    return problems.count ? EXIT_CONFIG : EXIT_DONE;
}

static int
check_json(const char *path, bool blind)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0}, document = {0};
    wb_config_blind how = {path, &document};
    wb_json_writer out;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&document, DOCUMENT_MAX);
    rc = blind ? wb_config_load_blind(&config, &how, wb_connectors, &problems, &err)
               : wb_config_load(&config, path, wb_connectors, &problems, &err);
    if (!rc)
        check_mappings(config, &problems);
    rc = rc ? rc : problems.count ? WB_FATAL : WB_OK;
    wb_buf_init(&text, 4 * REFERENCE_MAX + DOCUMENT_MAX);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "file", wb_view_of(path));
    put_problems(&out, &problems);
    if (!rc) {
        put_accounts(&out, config);
        put_tables(&out, wb_config_tables(config));
        put_rest(&out, wb_config_tree_of(config));
    }
    if (!rc && blind) {
        wb_json_put_key(&out, "document");
        wb_json_put_raw(&out, wb_buf_view(&document));
    }
    wb_json_close(&out, '}');
    printf("%s\n", wb_buf_text(&text));
    return rc ? EXIT_CONFIG : EXIT_DONE;
}

static int
check(const void *conf, const wb_words *words)
{
    const check_conf *self = conf;
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    char path[WB_PATH_SIZE];
    wb_err err = {0};
    bool named = words->count && !self->online;
    int code;

    if (words->count > 1 && !self->online) {
        fprintf(stderr, "waybill check: one file, or --online and accounts\n");
        return EXIT_USAGE;
    }
    if (self->reference || self->records)
        return print_reference(self->records);
    if (wb_place_config(path, sizeof path, named ? words->items[0] : self->config, &err)) {
        fprintf(stderr, "waybill check: %s\n", err.text);
        return EXIT_CONFIG;
    }
    if (self->online)
        return wb_check_online(path, words, self->json);
    if (self->json)
        return check_json(path, self->blind);
    code = wb_place_load(&config, path, self->blind);
    if (!code)
        code = tell_mappings(config);
    if (!code)
        print_summary(config, path);
    return code;
}

const wb_command wb_command_check = {
    .name = "check",
    .words = "[FILE] | --online [ACCOUNT]...",
    .summary = "tell every problem of a configuration at once, with its line",
    .options = options,
    .conf_size = sizeof(check_conf),
    .words_max = ACCOUNTS_MAX,
    .run = check,
};
