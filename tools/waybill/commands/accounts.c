/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts - which there are, when each was synced; and one that is removed, with what is kept of
 * it beside its records
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

#define ROUNDS_MAX 100000 /* of a change that goes in chunks */

typedef struct {
    char *config;
    bool yes, json;
} accounts_conf;

static const wb_option options[] = {
    WB_TEXT(accounts_conf, config, "", "the configuration"),
    WB_BOOL(accounts_conf, yes, "false", "remove: without asking"),
    WB_BOOL(accounts_conf, json, "false", "as JSON"),
    WB_END,
};

/* --- list --- */

static const char *const members[] = {
    "last_sync_at",         "last_full_sync_at",         "sync_status",
    "last_product_sync_at", "last_product_full_sync_at", "product_sync_status",
    "credentials_end"};

static void
put_account(wb_table *table, wb_json *json, wb_json_ref at)
{
    WB_AUTO(wb_buf_fini) wb_buf row = {0};
    char account[256], text[64];

    wb_buf_init(&row, 1024);
    wb_buf_add_text(&row, wb_read_text(json, at, "account", account, sizeof account));
    for (size_t i = 0; i < WB_COUNT(members); i++) {
        wb_read_text(json, at, members[i], text, sizeof text);
        wb_buf_addf(&row, "\t%s", *text ? text : "-");
    }
    wb_table_row(table, "%s", wb_buf_text(&row));
}

static int
list(wb_session *session, bool as_json)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_table_fini) wb_table table = {0};
    wb_json *json = session->json;
    size_t shown = 0;
    int code = wb_session_ask(&ask, session, "poller", WB_KIND_CALL_STATUS, WB_VIEW_LIT("{}"));

    if (code)
        return code;
    wb_table_init(&table,
                  "account\torders synced\tin full\tstatus\tproducts synced\tin full\tstatus"
                  "\tcredentials end");
    if (as_json)
        printf("{\"accounts\":[");
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "syncs"));
             at != WB_JSON_NONE; at = wb_json_next(json, at), shown++) {
            if (as_json)
                printf("%s%.*s", shown ? "," : "", WB_VIEW_ARG(wb_json_raw(json, at)));
            else
                put_account(&table, json, at);
        }
    }
    if (as_json)
        printf("]}\n");
    else
        wb_table_print(&table, stdout);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

/* --- remove --- */

static bool
confirmed(const accounts_conf *conf, const char *key)
{
    char line[300] = "";

    if (conf->yes)
        return true;
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "waybill accounts: nobody is there to be asked: say --yes\n");
        return false;
    }
    printf(
        "Its tasks, logs and timelines are deleted, and what waits or is parked of it is dropped.\n"
        "Type %s to go on: ",
        key);
    (void)fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return strcmp(line, key) == 0;
}

/* What is asked of whom, until nothing is left to change. */
static const struct {
    const char *actors, *body, *what;
    wb_kind kind;
    const char *counts[2];
} steps[] = {
    {"monitor",                              "\"action\":\"forget\"", "tasks and logs",   WB_KIND_CALL_RUNS,   {"runs", "events"}},
    {"enricher",                             "\"action\":\"drop\"",   "enrichment tasks", WB_KIND_CALL_ENRICH, {"changed", NULL} },
    {"poller enricher mapper pusher",
     "\"action\":\"drop\",\"stray\":true,\"limit\":1000",             "stored rows",
     WB_KIND_CALL_PARKED,                                                                                      {"changed", NULL} },
    {"poller enricher mapper pusher keeper",
     "\"action\":\"drop\",\"limit\":1000",                            "parked rows",
     WB_KIND_CALL_PARKED,                                                                                      {"changed", NULL} },
};

static int
remove_step(wb_session *session, size_t step, const char *key, int64_t *changed)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    bool more = true;

    wb_buf_init(&body, 1024);
    wb_buf_addf(&body, "{\"account\":\"%s\",%s}", key, steps[step].body);
    for (int round = 0; more && round < ROUNDS_MAX; round++) {
        WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
        int code =
            wb_session_ask(&ask, session, steps[step].actors, steps[step].kind, wb_buf_view(&body));

        more = false;
        if (code)
            return code;
        for (size_t i = 0; i < ask->count; i++) {
            if (!wb_session_read(session, &ask->answers[i]))
                return EXIT_NO;
            for (size_t n = 0; n < 2 && steps[step].counts[n]; n++)
                *changed += wb_read_int(session->json, 0, steps[step].counts[n]);
            more |= wb_read_bool(session->json, 0, "more");
        }
        if (wb_ask_answered(ask) < ask->count)
            return EXIT_NO;
    }
    return EXIT_DONE;
}

/* One that is configured would be read on, and all of it be there again. */
static bool
is_configured(const wb_session *session, const char *name)
{
    wb_place_account account;
    wb_err err = {0};

    return !wb_place_account_find(&account, session->place.config, name, false, &err);
}

static int
remove_one(wb_session *session, const accounts_conf *conf, const char *name)
{
    wb_place_account account;
    int64_t changed[WB_COUNT(steps)] = {0};
    const char *key = NULL;
    int code = wb_session_account(session, "accounts", name, &account, &key);

    if (code)
        return code;
    if (is_configured(session, name)) {
        fprintf(stderr,
                "waybill accounts: %s is in the configuration: take it out, `waybill reload`, and "
                "come back\n",
                key);
        return EXIT_NO;
    }
    if (!confirmed(conf, key))
        return EXIT_NO;
    for (size_t i = 0; !code && i < WB_COUNT(steps); i++)
        code = remove_step(session, i, key, &changed[i]);
    if (conf->json)
        printf("{\"account\":\"%s\",\"complete\":%s,\"tasks_and_logs\":%lld,"
               "\"enrichment_tasks\":%lld,\"stored\":%lld,\"parked\":%lld}\n",
               key, code ? "false" : "true", (long long)changed[0], (long long)changed[1],
               (long long)changed[2], (long long)changed[3]);
    for (size_t i = 0; !conf->json && i < WB_COUNT(steps); i++)
        printf("%lld %s\n", (long long)changed[i], steps[i].what);
    if (code)
        fprintf(stderr,
                "waybill accounts: not all of it: somebody does not answer; say it again\n");
    return code;
}

static int
accounts(const void *conf, const wb_words *words)
{
    const accounts_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    bool removes = strcmp(words->items[0], "remove") == 0;
    int code;

    if ((!removes && strcmp(words->items[0], "list") != 0) || removes != (words->count == 2)) {
        fprintf(stderr, "waybill accounts: list, or remove NAME\n");
        return EXIT_USAGE;
    }
    code = wb_session_open(&session, "accounts", self->config);
    if (code)
        return code;
    return removes ? remove_one(&session, self, words->items[1]) : list(&session, self->json);
}

const wb_command wb_command_accounts = {
    .name = "accounts",
    .words = "list | remove NAME",
    .summary = "accounts that are read, when each was synced; forget one that has left",
    .help =
        "remove: of an account that is not in the configuration any more its tasks, logs and\n"
        "timelines are deleted, and what waits or is parked of it is dropped, after asking. Its\n"
        "records stay until they are old.\n"
        "Exit code 1: it is configured, or you said no.\n",
    .options = options,
    .conf_size = sizeof(accounts_conf),
    .words_min = 1,
    .words_max = 2,
    .run = accounts,
};
