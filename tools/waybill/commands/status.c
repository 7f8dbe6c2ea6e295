/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status - every process, every account, every stream, as they say themselves
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/commands/status_tables.h"
#include "tools/waybill/commands/syncs.h"
#include "tools/waybill/host/crew.h"
#include "tools/waybill/host/last_word.h"
#include "tools/waybill/terminal/table.h"

#define NOTES_MAX 16384

typedef struct {
    char *config;
    bool json;
} status_conf;

static const wb_option options[] = {
    WB_TEXT(status_conf, config, "", "the configuration"),
    WB_BOOL(status_conf, json, "false", "all that they say, as JSON"),
    WB_END,
};

static const char *
state_of(wb_json *json)
{
    if (wb_read_bool(json, 0, "draining"))
        return "draining";
    if (!wb_read_bool(json, 0, "ready"))
        return "starting";
    return wb_read_int(json, 0, "store.pressure") ? "store full" : "running";
}

static void
put_process(wb_table *table, wb_json *json, const char *instance)
{
    int64_t in_hand = wb_read_int(json, 0, "in_hand");
    char up[32];

    in_hand -= in_hand > 0; /* the question itself */
    wb_table_row(table, "%s\t%s\t%lld\t%s\t%.1f\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld",
                 instance, state_of(json), (long long)wb_read_int(json, 0, "pid"),
                 wb_ago(up, sizeof up, wb_read_int(json, 0, "started_utc_us")),
                 (double)wb_read_int(json, 0, "cpu_us") / 1e6,
                 (long long)wb_read_int(json, 0, "peak_rss_kib") / 1024,
                 (long long)wb_read_int(json, 0, "taken"), (long long)in_hand,
                 (long long)wb_read_int(json, 0, "outstanding"),
                 (long long)wb_read_int(json, 0, "store.rows.jobs"),
                 (long long)wb_read_int(json, 0, "store.rows.parked"),
                 (long long)wb_read_int(json, 0, "store.used_bytes") / 1048576);
}

/* Which limit a process whose store is full has met, and what follows. */
static void
put_pressure(wb_buf *notes, wb_json *json, const char *instance)
{
    int64_t pressure = wb_read_int(json, 0, "store.pressure");
    char why[160];

    if (pressure)
        wb_buf_addf(notes, "%s: %s: %s\n", instance,
                    wb_read_text(json, 0, "store.pressure_why", why, sizeof why),
                    pressure > 1 ? "takes nothing new, makes no calls" : "takes nothing new");
}

/* Accounts that messages name and the process does not know: it has an older configuration. */
static void
put_unknown(wb_buf *notes, wb_json *json, const char *instance)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "unknown_accounts"));
    char key[256];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        wb_buf_addf(notes, "%s: does not know the account %s; its messages %s\n", instance,
                    wb_read_text(json, at, "account", key, sizeof key),
                    wb_read_bool(json, at, "parked") ? "are parked"
                                                     : "wait at their sender: reload this process");
}

/* Work that waits for an account, or a route, that is not in the configuration any more. */
static void
put_strays(wb_buf *notes, wb_json *json, const char *instance)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "strays"));
    char key[256];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        wb_buf_addf(notes, "%s: %lld stored and %lld parked rows of %s, %s\n", instance,
                    (long long)wb_read_int(json, at, "stored") +
                        (long long)wb_read_int(json, at, "wanted"),
                    (long long)wb_read_int(json, at, "parked"),
                    wb_read_text(json, at, "account", key, sizeof key),
                    wb_read_bool(json, at, "configured")
                        ? "to which no route leads"
                        : "which is not in the configuration: put it back, or drop them");
}

/* Accounts that are told no stock. */
static void
put_stopped(wb_buf *notes, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "stock_stopped"));
    char key[256];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        wb_buf_addf(notes,
                    "stock of %s is stopped: %lld of its %lld listings would be sold out at once; "
                    "is that right? then waybill stock release %s\n",
                    wb_read_text(json, at, "account", key, sizeof key),
                    (long long)wb_read_int(json, at, "zeros"),
                    (long long)wb_read_int(json, at, "listings"), key);
}

/* What opens an account, and ends soon or has ended: somebody has to authorise it again. */
static void
put_grants(wb_buf *notes, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "grants"));
    char key[256], option[64], ends[WB_TIME_TEXT_MAX + 1];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        int64_t ends_utc_us = wb_read_int(json, at, "ends_utc_us");

        if (!wb_read_bool(json, at, "ends_soon"))
            continue;
        wb_time_text(ends, ends_utc_us, false);
        wb_buf_addf(notes, "authorisation of account %s %s on %.10s: authorise again and set %s\n",
                    wb_read_text(json, at, "account", key, sizeof key),
                    ends_utc_us > wb_now_utc_us() ? "ends" : "ended", ends,
                    wb_read_text(json, at, "option", option, sizeof option));
    }
}

/* Credentials that no call renews, and that end soon or have ended. */
static void
put_ends(wb_buf *notes, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "syncs"));
    char key[256], words[320];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        if (*wb_read_text(json, at, "credentials", words, sizeof words))
            wb_buf_addf(notes, "account %s: %s\n",
                        wb_read_text(json, at, "account", key, sizeof key), words);
}

/* An account as all processes together see it. */
typedef struct {
    char key[256], connector[64], at[WB_INSTANCE_MAX + 1], reason[256];
    char suspect[WB_KEY_MAX + 1];
    bool suspended;
    int64_t since_utc_us, jobs, stored;
} account_row;

typedef struct {
    account_row *rows;
    size_t count, cap;
    wb_map *by_key; /* values: 1 + index */
} account_list;

static account_row *
account_of(account_list *self, const char *key)
{
    uintptr_t place = (uintptr_t)wb_map_find(self->by_key, wb_view_of(key));

    if (place)
        return &self->rows[place - 1];
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 64;
        self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
    }
    self->rows[self->count] = (account_row){.suspended = false};
    (void)snprintf(self->rows[self->count].key, sizeof self->rows[0].key, "%s", key);
    (void)wb_map_put(self->by_key, wb_view_of(key), (void *)(uintptr_t)(self->count + 1));
    return &self->rows[self->count++];
}

static void
add_accounts(account_list *self, wb_json *json, const char *instance)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "accounts"));
    char key[256];
    account_row *row;

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        row = account_of(self, wb_read_text(json, at, "account", key, sizeof key));
        wb_read_text(json, at, "connector", row->connector, sizeof row->connector);
        if (!wb_read_bool(json, at, "suspended"))
            continue;
        row->suspended = true;
        row->since_utc_us = wb_read_int(json, at, "since_utc_us");
        wb_read_text(json, at, "reason", row->reason, sizeof row->reason);
        wb_read_text(json, at, "suspect", row->suspect, sizeof row->suspect);
        (void)snprintf(row->at, sizeof row->at, "%s", instance);
    }
    at = wb_json_first(json, wb_json_get(json, 0, "pump"));
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        row = account_of(self, wb_read_text(json, at, "account", key, sizeof key));
        row->jobs += wb_read_int(json, at, "jobs");
        row->stored += wb_read_int(json, at, "stored");
    }
}

/* How many are stopped. */
static size_t
put_accounts(wb_table *table, const account_list *list)
{
    size_t stopped = 0;
    char since[32];

    for (size_t i = 0; i < list->count; i++) {
        const account_row *row = &list->rows[i];

        stopped += row->suspended;
        wb_table_row(table, "%s\t%s\t%s\t%lld\t%lld\t%s\t%s\t%s%s%s", row->key, row->connector,
                     row->suspended ? "stopped" : "active", (long long)row->jobs,
                     (long long)row->stored,
                     row->suspended ? wb_ago(since, sizeof since, row->since_utc_us) : "", row->at,
                     row->reason, row->suspect[0] ? "; first for " : "", row->suspect);
    }
    return stopped;
}

static void
free_accounts(account_list *self)
{
    wb_free(&self->rows);
    wb_map_destroy(&self->by_key);
}

/* The last failure, how often in a row, and since when: also from before a restart. */
static const char *
trouble(char *dst, size_t size, wb_json *json, wb_json_ref at)
{
    long long failures = (long long)wb_read_int(json, at, "failures");
    char error[256], since[32];

    wb_read_text(json, at, "error", error, sizeof error);
    if (failures)
        (void)snprintf(dst, size, "%s (%lld times in a row, for %s)", error, failures,
                       wb_ago(since, sizeof since, wb_read_int(json, at, "failing_since_utc_us")));
    else
        (void)snprintf(dst, size, "%s", error);
    return dst;
}

/* Of what is read: how far, where that can be told. */
static const char *
stream_state(char *dst, size_t size, wb_json *json, wb_json_ref at)
{
    if (!wb_read_bool(json, at, "running"))
        (void)snprintf(dst, size, "waiting");
    else if (wb_json_get(json, at, "progress") == WB_JSON_NONE)
        (void)snprintf(dst, size, "reading");
    else
        (void)snprintf(dst, size, "reading %lld%%", (long long)wb_read_int(json, at, "progress"));
    return dst;
}

static void
put_streams(wb_table *table, wb_json *json)
{
    wb_json_ref list = wb_json_get(json, 0, "streams");
    char account[256], stream[64], state[32], wait[64], next[64], error[400], why[256];

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        wb_table_row(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s",
                     wb_read_text(json, at, "account", account, sizeof account),
                     wb_read_text(json, at, "stream", stream, sizeof stream),
                     stream_state(state, sizeof state, json, at),
                     strcmp(wb_read_text(json, at, "wait", wait, sizeof wait), "none") == 0 ? "-"
                                                                                            : wait,
                     wb_read_text(json, at, "next", next, sizeof next),
                     trouble(error, sizeof error, json, at),
                     wb_read_text(json, at, "full_sync", why, sizeof why));
}

static void
print_if_any(const wb_table *table)
{
    if (table->rows < 2)
        return;
    printf("\n");
    wb_table_print(table, stdout);
}

/* --- the broker, which nobody asks, and who is not there --- */

/* Of a broker on this host; 0 = it does not run. */
static pid_t
broker_pid(const wb_place *place, const char *instance)
{
    char path[WB_PATH_SIZE + 64], text[32] = "";
    WB_AUTO(wb_fd_close) int fd = -1;
    int64_t pid = 0;

    (void)snprintf(path, sizeof path, "%s/%s.ready", place->run, instance);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 ||
        wb_text_int(&pid, (wb_view){text, strspn(text, "0123456789")}, NULL))
        return 0;
    return pid > 0 && kill((pid_t)pid, 0) == 0 ? (pid_t)pid : 0;
}

/* Of one that the configuration wants here; the others were asked. */
typedef struct {
    const wb_place *place;
    wb_ask *ask;
} broker_search;

static void
look_for_broker(void *arg, const char *instance)
{
    broker_search *self = arg;

    if (strncmp(instance, "broker-", 7) == 0 && !broker_pid(self->place, instance))
        wb_ask_add_absent(self->ask, instance);
}

static void
put_absent(wb_table *table, const wb_answer *answer, const wb_place *place)
{
    char why[300] = "";

    if (answer->absent)
        wb_last_word(why, sizeof why, place, answer->instance);
    wb_table_row(table, "%s\t%s\t%s", answer->instance,
                 answer->absent ? "not running" : "no answer", why);
}

/* How many accounts are stopped and stores are full, and perhaps the accounts' table. */
static size_t
count_troubles(wb_session *session, const wb_ask *ask, bool show)
{
    WB_AUTO(wb_table_fini) wb_table accounts = {0};
    WB_AUTO(free_accounts) account_list list = {.by_key = wb_map_new()};
    size_t troubles = 0;

    wb_table_init(&accounts, "account\tconnector\tstate\tunder way\theld\tsince\tat\treason");
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], session->json, NULL))
            continue;
        add_accounts(&list, session->json, ask->answers[i].instance);
        troubles += wb_read_int(session->json, 0, "store.pressure") != 0;
    }
    troubles += put_accounts(&accounts, &list);
    if (show)
        print_if_any(&accounts);
    return troubles;
}

/* How many troubles there are. */
static size_t
print_tables(wb_session *session, const wb_ask *ask)
{
    WB_AUTO(wb_table_fini) wb_table processes = {0};
    WB_AUTO(wb_table_fini) wb_table absent = {0};
    WB_AUTO(wb_table_fini) wb_table streams = {0};
    WB_AUTO(wb_table_fini) wb_table shops = {0};
    WB_AUTO(wb_buf_fini) wb_buf notes = {0};
    size_t troubles;

    wb_table_init(&processes, "process\tstate\tpid\tup\tcpu s\tpeak MiB\ttaken\tin hand\tsent\t"
                              "held\tparked\tstore MiB");
    wb_buf_init(&notes, NOTES_MAX);
    wb_table_init(&absent, "process\tstate\tits last word");
    wb_table_init(&shops, WB_SYNCS_AGES);
    wb_table_init(&streams, "account\tstream\tstate\twaits for\tnext\terror\tfull sync because");
    for (size_t i = 0; i < ask->count; i++) {
        const wb_answer *answer = &ask->answers[i];

        if (!wb_session_read(session, answer)) {
            put_absent(&absent, answer, &session->place);
            continue;
        }
        put_process(&processes, session->json, answer->instance);
        put_pressure(&notes, session->json, answer->instance);
        put_unknown(&notes, session->json, answer->instance);
        put_strays(&notes, session->json, answer->instance);
        put_grants(&notes, session->json);
        put_ends(&notes, session->json);
        put_stopped(&notes, session->json);
        wb_syncs_put_ages(&shops, session->json);
        put_streams(&streams, session->json);
    }
    wb_table_print(&processes, stdout);
    if (notes.len)
        printf("\n%s", wb_buf_text(&notes));
    print_if_any(&absent);
    troubles = count_troubles(session, ask, true);
    print_if_any(&shops);
    print_if_any(&streams);
    return troubles + wb_status_tables(session, ask, true);
}

static int
status(const void *conf, const wb_words *words)
{
    const status_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    int code = wb_session_open(&session, "status", self->config);
    size_t troubles = 0;

    (void)words;
    if (!code)
        code = wb_session_ask(&ask, &session, NULL, WB_KIND_CALL_STATUS, WB_VIEW_LIT("{}"));
    if (code)
        return code;
    if (session.place.alone)
        wb_crew_wanted(&session.place, look_for_broker, &(broker_search){&session.place, ask});
    if (self->json)
        wb_ask_print(ask, "processes", stdout);
    troubles = self->json
                   ? count_troubles(&session, ask, false) + wb_status_tables(&session, ask, false)
                   : print_tables(&session, ask);
    return troubles || wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

const wb_command wb_command_status = {
    .name = "status",
    .words = "",
    .summary = "every process, account and stream, as they say themselves",
    .help = "Exit code 1: an account is stopped, a store is full, two processes have not the same "
            "table, or a\n"
            "process does not answer or is not there (in JSON: its name is in `silent`).\n",
    .options = options,
    .conf_size = sizeof(status_conf),
    .run = status,
};
