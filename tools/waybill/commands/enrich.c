/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enrich - tasks of records that lack something: which there are, how many, and do them now
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

#define ROUNDS_MAX 100000 /* of a change that goes in chunks */

typedef struct {
    char *config, *status, *record, *after;
    int64_t limit;
    bool json;
} enrich_conf;

static const wb_option options[] = {
    WB_TEXT(enrich_conf, config, "", "the configuration"),
    WB_TEXT(enrich_conf, status, "", "only pending, processing, completed or failed ones"),
    WB_TEXT(enrich_conf, record, "", "only of this record: its printed key"),
    WB_TEXT(enrich_conf, after, "", "list: behind this record, as the list before said"),
    WB_INT(enrich_conf, limit, "100", 1, 1000, "list: at most so many of each process"),
    WB_BOOL(enrich_conf, json, "false", "as JSON"),
    WB_END,
};

static void
put_text(wb_json_writer *out, const char *key, const char *text)
{
    if (text)
        wb_json_member_text(out, key, wb_view_of(text));
}

static void
write_request(wb_buf *body, const enrich_conf *conf, const char *action, const char *account)
{
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    put_text(&out, "action", action);
    put_text(&out, "account", account);
    put_text(&out, "status", conf->status);
    put_text(&out, "record", conf->record);
    put_text(&out, "after", conf->after);
    wb_json_member_int(&out, "limit", conf->limit);
    wb_json_close(&out, '}');
}

/* --- list --- */

/* A list of texts as "A, B". */
static void
put_ids(wb_json *json, wb_json_ref list, wb_buf *out)
{
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view id = {0};

        wb_ignore(wb_json_text(json, at, &id, "id", NULL), "shown as empty");
        wb_buf_addf(out, "%s%.*s", out->len ? ", " : "", WB_VIEW_ARG(id));
    }
}

static void
put_task(wb_table *table, wb_json *json, wb_json_ref at)
{
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    WB_AUTO(wb_buf_fini) wb_buf found = {0};
    char record[1100], status[16], error[200], lacks[64], updated[40], due[40];

    wb_buf_init(&parts, 8192);
    wb_buf_init(&found, 8192);
    put_ids(json, wb_json_get(json, at, "parts"), &parts);
    put_ids(json, wb_json_get(json, at, "found"), &found);
    wb_table_row(
        table, "%s\t%s\t%s\t%s\t%s\t%lld of %lld\t%s\t%s\t%s",
        wb_read_text(json, at, "record", record, sizeof record), wb_buf_text(&parts),
        wb_read_text(json, at, "status", status, sizeof status),
        wb_read_text(json, at, "lacks", lacks, sizeof lacks), found.len ? wb_buf_text(&found) : "-",
        (long long)wb_read_int(json, at, "attempts"),
        (long long)wb_read_int(json, at, "attempts_max"),
        wb_read_text(json, at, "updated", updated, sizeof updated),
        strcmp(status, "pending") == 0 ? wb_read_text(json, at, "due", due, sizeof due) : "-",
        wb_read_text(json, at, "error", error, sizeof error));
}

static void
print_list(wb_session *session, const wb_ask *ask)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    wb_json *json = session->json;
    char next[1100];

    wb_table_init(&table,
                  "record\tparts\tstatus\tlacks\tfound\tattempts\tupdated\tnext\tlast error");
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        wb_json_ref list = wb_json_get(json, 0, "tasks");
        for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            put_task(&table, json, at);
        if (wb_read_text(json, 0, "next", next, sizeof next)[0])
            printf("%s has more: --after %s\n", ask->answers[i].instance, next);
    }
    if (table.rows > 1)
        wb_table_print(&table, stdout);
    else
        printf("no tasks\n");
}

/* --- stats --- */

static const char *const counts[] = {"pending", "processing", "completed",
                                     "failed",  "total",      "queue_length"};

static void
print_stats(wb_session *session, const wb_ask *ask)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    long long sums[WB_COUNT(counts)] = {0};

    wb_table_init(&table, "pending\tprocessing\tcompleted\tfailed\ttotal\tdue now");
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        for (size_t n = 0; n < WB_COUNT(counts); n++)
            sums[n] += (long long)wb_read_int(session->json, 0, counts[n]);
    }
    wb_table_row(&table, "%lld\t%lld\t%lld\t%lld\t%lld\t%lld", sums[0], sums[1], sums[2], sums[3],
                 sums[4], sums[5]);
    wb_table_print(&table, stdout);
}

/* --- run --- */

/* A process changes a thousand at a time. */
static int
change(wb_session *session, wb_view body, int64_t *changed)
{
    bool more = true;

    for (int round = 0; more && round < ROUNDS_MAX; round++) {
        WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
        int code = wb_session_ask(&ask, session, "enricher", WB_KIND_CALL_ENRICH, body);

        more = false;
        if (code)
            return code;
        for (size_t i = 0; i < ask->count; i++) {
            if (!wb_session_read(session, &ask->answers[i]))
                return EXIT_NO;
            *changed += wb_read_int(session->json, 0, "changed");
            more |= wb_read_bool(session->json, 0, "more");
        }
        if (wb_ask_answered(ask) < ask->count)
            return EXIT_NO;
    }
    return EXIT_DONE;
}

static int
run_tasks(wb_session *session, const enrich_conf *conf, wb_view body)
{
    int64_t changed = 0;
    int code = change(session, body, &changed);

    if (code)
        return code;
    if (conf->json)
        printf("{\"changed\":%lld}\n", (long long)changed);
    else
        printf("%lld begun\n", (long long)changed);
    return changed ? EXIT_DONE : EXIT_NO;
}

static int
look(wb_session *session, const enrich_conf *conf, const char *action, wb_view body)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    int code = wb_session_ask(&ask, session, "enricher", WB_KIND_CALL_ENRICH, body);

    if (code)
        return code;
    if (conf->json)
        wb_ask_print(ask, "enrichers", stdout);
    else if (strcmp(action, "list") == 0)
        print_list(session, ask);
    else
        print_stats(session, ask);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

static bool
check_words(const wb_words *words)
{
    static const char *const actions[] = {"list", "stats", "run"};
    const char *why = "list, stats or run";

    for (size_t i = 0; i < WB_COUNT(actions); i++)
        if (strcmp(words->items[0], actions[i]) == 0)
            why = NULL;
    if (!why && strcmp(words->items[0], "run") == 0 && words->count < 2)
        why = "run wants an account";
    if (why)
        fprintf(stderr, "waybill enrich: %s\n", why);
    return !why;
}

static int
enrich(const void *conf, const wb_words *words)
{
    const enrich_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_place_account account;
    const char *key = NULL;
    int code;

    if (!check_words(words))
        return EXIT_USAGE;
    code = wb_session_open(&session, "enrich", self->config);
    if (!code)
        code = wb_session_account(&session, "enrich", words->count > 1 ? words->items[1] : NULL,
                                  &account, &key);
    if (code)
        return code;
    wb_buf_init(&body, 8192);
    write_request(&body, self, words->items[0], key);
    return strcmp(words->items[0], "run") == 0
               ? run_tasks(&session, self, wb_buf_view(&body))
               : look(&session, self, words->items[0], wb_buf_view(&body));
}

const wb_command wb_command_enrich = {
    .name = "enrich",
    .words = "list|stats|run [ACCOUNT]",
    .summary = "tasks of records that lack something, such as a package number",
    .help = "A record that lacks what its source may tell later goes its way, and is asked for it\n"
            "again in the background. list: the tasks; stats: how many; run ACCOUNT: those that\n"
            "wait are asked for now, those that failed begin anew.\n"
            "Exit code 1: run found nothing to begin.\n",
    .options = options,
    .conf_size = sizeof(enrich_conf),
    .words_min = 1,
    .words_max = 2,
    .run = enrich,
};
