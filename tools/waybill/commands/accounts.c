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
#include "tools/waybill/commands/syncs.h"
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

static void
print_json(wb_session *session, const wb_ask *ask)
{
    wb_json *json = session->json;
    size_t shown = 0;

    printf("{\"accounts\":[");
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "syncs"));
             at != WB_JSON_NONE; at = wb_json_next(json, at))
            printf("%s%.*s", shown++ ? "," : "", WB_VIEW_ARG(wb_json_raw(json, at)));
    }
    printf("]}\n");
}

static void
print_table(wb_session *session, const wb_ask *ask)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    bool ends = false;

    for (size_t i = 0; i < ask->count; i++)
        ends |= !wb_answer_read(&ask->answers[i], session->json, NULL) &&
                wb_syncs_have_ends(session->json);
    wb_table_init(&table, ends ? WB_SYNCS_TIMES_ENDS : WB_SYNCS_TIMES);
    for (size_t i = 0; i < ask->count; i++)
        if (wb_session_read(session, &ask->answers[i]))
            wb_syncs_put_times(&table, session->json);
    wb_table_print(&table, stdout);
}

static int
list(wb_session *session, bool as_json)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    int code = wb_session_ask(&ask, session, "poller", WB_KIND_CALL_STATUS, WB_VIEW_LIT("{}"));

    if (code)
        return code;
    if (as_json)
        print_json(session, ask);
    else
        print_table(session, ask);
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
    {"gateway",                              "\"action\":\"forget\"", "tasks of the API", WB_KIND_CALL_TASKS,  {"changed", NULL} },
    {"enricher",                             "\"action\":\"drop\"",   "enrichment tasks", WB_KIND_CALL_ENRICH, {"changed", NULL} },
    {"poller enricher mapper pusher",
     "\"action\":\"drop\",\"stray\":true,\"limit\":1000",             "stored rows",
     WB_KIND_CALL_PARKED,                                                                                      {"changed", NULL} },
    {"poller enricher mapper pusher keeper",
     "\"action\":\"drop\",\"limit\":1000",                            "parked rows",
     WB_KIND_CALL_PARKED,                                                                                      {"changed", NULL} },
};

#define GATEWAYS 1 /* the step that is of gateways, where there are any */

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
        if (i != GATEWAYS || session->place.stage_counts[4])
            code = remove_step(session, i, key, &changed[i]);
    if (conf->json)
        printf("{\"account\":\"%s\",\"complete\":%s,\"tasks_and_logs\":%lld,"
               "\"api_tasks\":%lld,\"enrichment_tasks\":%lld,\"stored\":%lld,\"parked\":%lld}\n",
               key, code ? "false" : "true", (long long)changed[0], (long long)changed[1],
               (long long)changed[2], (long long)changed[3], (long long)changed[4]);
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
