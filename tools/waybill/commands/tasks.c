/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks - syncs as tasks: each pass over a list, how far it is, and what became of its items
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

#define ROUNDS_MAX 10000 /* of pieces of a timeline */

typedef struct {
    char *config, *account, *stream, *status;
    int64_t limit;
    bool logs, json;
} tasks_conf;

static const wb_option options[] = {
    WB_TEXT(tasks_conf, config, "", "the configuration"),
    WB_TEXT(tasks_conf, account, "", "only of this account"),
    WB_TEXT(tasks_conf, stream, "", "only of this stream"),
    WB_TEXT(tasks_conf, status, "", "only pending, running, completed or failed ones"),
    WB_INT(tasks_conf, limit, "50", 1, 1000, "at most so many, the newest"),
    WB_BOOL(tasks_conf, logs, "false", "of the task that is named: what became of its items"),
    WB_BOOL(tasks_conf, json, "false", "as JSON"),
    WB_END,
};

/* --- tasks --- */

/* What is read to its end and not all settled is under way still. */
static const char *
status_of(wb_json *json, wb_json_ref at, char *dst, size_t size)
{
    wb_read_text(json, at, "status", dst, size);
    return strcmp(dst, "settling") == 0 ? "running" : dst;
}

typedef struct {
    long long total, success, failed;
} task_counts;

static task_counts
counts_of(wb_json *json, wb_json_ref at)
{
    static const char *const good[] = {"handed_on", "unchanged", "stale", "merged", "filtered"};
    static const char *const bad[] = {"parked", "lost"};
    task_counts counts = {.total = (long long)wb_read_int(json, at, "read")};

    for (size_t i = 0; i < WB_COUNT(good); i++)
        counts.success += (long long)wb_read_int(json, at, good[i]);
    for (size_t i = 0; i < WB_COUNT(bad); i++)
        counts.failed += (long long)wb_read_int(json, at, bad[i]);
    return counts;
}

static void
put_row(wb_table *table, wb_json *json, wb_json_ref at)
{
    task_counts counts = counts_of(json, at);
    char id[64], account[128], stream[64], status[32], start[40], end[40], error[300];

    wb_table_row(table, "%s\t%s\t%s%s\t%s\t%s\t%s\t%lld\t%lld\t%lld\t%s",
                 wb_read_text(json, at, "run", id, sizeof id),
                 wb_read_text(json, at, "account", account, sizeof account),
                 wb_read_text(json, at, "stream", stream, sizeof stream),
                 wb_read_bool(json, at, "full") ? " (full)" : "",
                 status_of(json, at, status, sizeof status),
                 wb_read_text(json, at, "start", start, sizeof start),
                 wb_read_text(json, at, "end", end, sizeof end), counts.total, counts.success,
                 counts.failed, wb_read_text(json, at, "error", error, sizeof error));
}

static void
put_text(wb_json_writer *out, wb_json *json, wb_json_ref at, const char *as, const char *from)
{
    char text[300];

    wb_json_member_text(out, as, wb_view_of(wb_read_text(json, at, from, text, sizeof text)));
}

static void
print_json_task(wb_json *json, wb_json_ref at, bool first)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    task_counts counts = counts_of(json, at);
    wb_json_writer out;
    char status[32];

    wb_buf_init(&text, 8192);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    put_text(&out, json, at, "id", "run");
    put_text(&out, json, at, "task_type", "stream");
    put_text(&out, json, at, "account", "account");
    wb_json_member_bool(&out, "full", wb_read_bool(json, at, "full"));
    wb_json_member_text(&out, "status", wb_view_of(status_of(json, at, status, sizeof status)));
    put_text(&out, json, at, "start_time", "start");
    put_text(&out, json, at, "end_time", "end");
    put_text(&out, json, at, "from", "from");
    put_text(&out, json, at, "to", "to");
    wb_json_member_int(&out, "total_items", counts.total);
    wb_json_member_int(&out, "success_items", counts.success);
    wb_json_member_int(&out, "failed_items", counts.failed);
    put_text(&out, json, at, "error_message", "error");
    wb_json_close(&out, '}');
    printf("%s%s", first ? "" : ",", wb_buf_text(&text));
}

static size_t
print_tasks(wb_session *session, const wb_ask *ask, const tasks_conf *conf, const char *id)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    wb_json *json = session->json;
    size_t shown = 0;
    char text[64];

    wb_table_init(&table, "task\taccount\ttype\tstatus\tstart\tend\ttotal\tsuccess\tfailed\terror");
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        wb_json_ref list = wb_json_get(json, 0, "runs");
        for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
             at = wb_json_next(json, at)) {
            if ((id && strcmp(id, wb_read_text(json, at, "run", text, sizeof text)) != 0) ||
                (conf->status && strcmp(conf->status, status_of(json, at, text, sizeof text)) != 0))
                continue;
            if (conf->json)
                print_json_task(json, at, shown == 0);
            else
                put_row(&table, json, at);
            shown++;
        }
    }
    if (!conf->json && shown)
        wb_table_print(&table, stdout);
    return shown;
}

static int
list(wb_session *session, const tasks_conf *conf, const char *account, const char *id)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;
    size_t shown;
    int code;

    wb_buf_init(&body, 1024);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    if (account)
        wb_json_member_text(&out, "account", wb_view_of(account));
    if (conf->stream)
        wb_json_member_text(&out, "stream", wb_view_of(conf->stream));
    wb_json_member_int(&out, "limit", id ? 1000000 : conf->limit);
    wb_json_close(&out, '}');
    code = wb_session_ask(&ask, session, "monitor", WB_KIND_CALL_RUNS, wb_buf_view(&body));
    if (code)
        return code;
    if (conf->json)
        printf("{\"tasks\":[");
    shown = print_tasks(session, ask, conf, id);
    if (conf->json)
        printf("]}\n");
    else if (!shown)
        printf("no tasks\n");
    return wb_ask_answered(ask) < ask->count || (id && !shown) ? EXIT_NO : EXIT_DONE;
}

/* --- logs --- */

static void
put_log(wb_table *table, wb_json *json, wb_json_ref at)
{
    char at_text[40], type[32], item[300], target[128], action[16], status[16], error[300];

    wb_table_row(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s",
                 wb_read_text(json, at, "created_at", at_text, sizeof at_text),
                 wb_read_text(json, at, "item_type", type, sizeof type),
                 wb_read_text(json, at, "item_id", item, sizeof item),
                 wb_read_text(json, at, "target", target, sizeof target),
                 wb_read_text(json, at, "action", action, sizeof action),
                 wb_read_text(json, at, "status", status, sizeof status),
                 wb_read_text(json, at, "error_message", error, sizeof error));
}

static void
write_logs_request(wb_buf *body, const char *id, const char *after, int64_t limit)
{
    wb_json_writer out;

    wb_buf_clear(body);
    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "action", WB_VIEW_LIT("logs"));
    wb_json_member_text(&out, "run", wb_view_of(id));
    if (*after)
        wb_json_member_text(&out, "after", wb_view_of(after));
    wb_json_member_int(&out, "limit", limit);
    wb_json_close(&out, '}');
}

typedef struct {
    wb_session *session;
    const char *id;
    int64_t left;
    size_t shown;
    bool json;
    wb_table table;
    char after[8192];
} log_reading;

static void
take_logs(log_reading *self)
{
    wb_json *json = self->session->json;

    for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "logs")); at != WB_JSON_NONE;
         at = wb_json_next(json, at), self->left--, self->shown++) {
        if (self->json)
            printf("%s%.*s", self->shown ? "," : "", WB_VIEW_ARG(wb_json_raw(json, at)));
        else
            put_log(&self->table, json, at);
    }
    wb_read_text(json, 0, "next", self->after, sizeof self->after);
}

/* One monitor keeps the timeline; a piece of it each time. */
static int
read_logs(log_reading *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int code = EXIT_DONE;

    wb_buf_init(&body, 16384);
    for (int round = 0; round < ROUNDS_MAX && self->left > 0; round++) {
        WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;

        write_logs_request(&body, self->id, self->after, self->left);
        code =
            wb_session_ask(&ask, self->session, "monitor", WB_KIND_CALL_RUNS, wb_buf_view(&body));
        if (code || !ask->count || !wb_session_read(self->session, &ask->answers[0]))
            return code ? code : EXIT_NO;
        take_logs(self);
        if (!self->after[0])
            break;
    }
    return code;
}

static int
logs(wb_session *session, const tasks_conf *conf, const char *id)
{
    log_reading self = {.session = session, .id = id, .left = conf->limit, .json = conf->json};
    int code;

    wb_table_init(&self.table, "at\titem\tid\ttarget\taction\tstatus\terror");
    if (self.json)
        printf("{\"logs\":[");
    code = read_logs(&self);
    if (self.json)
        printf("]}\n");
    else if (self.shown)
        wb_table_print(&self.table, stdout);
    else if (!code)
        printf("no logs\n");
    wb_table_fini(&self.table);
    return code;
}

static int
tasks(const void *conf, const wb_words *words)
{
    const tasks_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    wb_place_account account;
    const char *key = NULL, *id = words->count ? words->items[0] : NULL;
    int code;

    if (self->logs && !id) {
        fprintf(stderr, "waybill tasks: --logs wants a task\n");
        return EXIT_USAGE;
    }
    code = wb_session_open(&session, "tasks", self->config);
    if (!code)
        code = wb_session_account(&session, "tasks", self->account, &account, &key);
    if (code)
        return code;
    return self->logs ? logs(&session, self, id) : list(&session, self, key, id);
}

const wb_command wb_command_tasks = {
    .name = "tasks",
    .words = "[TASK]",
    .summary = "syncs as tasks: how far each is, and what became of its items",
    .help = "TASK is the id of one. --logs: what happened to its items, as far as something did:\n"
            "what was unchanged leaves no log. Exit code 1: there is no such task.\n",
    .options = options,
    .conf_size = sizeof(tasks_conf),
    .words_max = 1,
    .run = tasks,
};
