/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why - where a record is, what holds it, since when, what comes next and when, who can act
 *
 * Asks every process that may hold it, then the monitor for what happened.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/waits.h"
#include "tools/waybill/host/client.h"
#include "tools/waybill/terminal/command.h"
#include "tools/waybill/terminal/table.h"

#define HOLDERS "poller enricher mapper pusher"
#define TEXT_SIZE 300
#define ACCOUNTS_MAX 200 /* that a bare id is looked for in */

typedef struct {
    char *config;
    int64_t days;
    bool json;
} why_conf;

static const wb_option options[] = {
    WB_TEXT(why_conf, config, "", "the configuration"),
    WB_INT(why_conf, days, "30", 1, 3660, "how far back the timeline goes"),
    WB_BOOL(why_conf, json, "false", "all that they say, as JSON"),
    WB_END,
};

typedef struct {
    wb_client *client;
    wb_table holds, timeline;
    char key[WB_KEY_MAX + 1];
    bool known;
    char status[32], changed[40];
    wb_buf deliveries; /* of each target that has not got it */
} why_state;

static void
hold(why_state *self, const char *where, const char *what, const char *since, const char *next,
     const char *who)
{
    wb_table_row(&self->holds, "%s\t%s\t%s\t%s\t%s", where, what, since[0] ? since : "-",
                 next[0] ? next : "-", who);
}

static void
since_text(char *dst, int64_t since_ms)
{
    wb_time_text(dst, wb_now_utc_us() - since_ms * WB_US_PER_MS, false);
}

/* One record may be why the account is stopped: it is named, with what sets it aside. */
static const char *
put_suspect(why_state *self, wb_json_ref job, wb_buf *what, wb_buf *who)
{
    char suspect[WB_KEY_MAX + 1];

    if (!wb_read_text(self->client->json, job, "account_suspect", suspect, sizeof suspect)[0])
        return wb_wait_who(WB_WAIT_SUSPENDED);
    wb_buf_addf(what, "; first for %s", suspect);
    wb_buf_addf(who,
                "you: as the reason says; if it is that record: waybill parked aside --record %s",
                suspect);
    return wb_buf_text(who);
}

/* A job: of the enricher, or of the pusher for one target. */
static void
put_job(why_state *self, wb_json_ref job, const char *where)
{
    wb_json *json = self->client->json;
    WB_AUTO(wb_buf_fini) wb_buf what = {0};
    WB_AUTO(wb_buf_fini) wb_buf who = {0};
    char state[32], wait[32], error[TEXT_SIZE], since[40], until[40];
    const char *acts = "";
    wb_wait known;

    wb_buf_init(&what, 4 * WB_KEY_MAX);
    wb_buf_init(&who, 4 * WB_KEY_MAX);
    wb_read_text(json, job, "state", state, sizeof state);
    if (!state[0])
        return;
    wb_read_text(json, job, "wait", wait, sizeof wait);
    wb_read_text(json, job, "account_reason", error, sizeof error);
    if (!error[0])
        wb_read_text(json, job, "error", error, sizeof error);
    wb_read_text(json, job, "until", until, sizeof until);
    since_text(since, wb_read_int(json, job, "since_ms"));
    known = wb_wait_find(wb_view_of(wait));
    wb_buf_addf(&what, "%s%s%s (attempt %lld of %lld)",
                known < WB_WAIT_COUNT ? wb_wait_means(known) : wait, error[0] ? ": " : "", error,
                (long long)wb_read_int(json, job, "attempts") + 1,
                (long long)wb_read_int(json, job, "attempts_max"));
    if (known < WB_WAIT_COUNT)
        acts =
            known == WB_WAIT_SUSPENDED ? put_suspect(self, job, &what, &who) : wb_wait_who(known);
    hold(self, where, wb_buf_text(&what), since, until, acts);
}

/* What a person can decide: docs/operations.md, parked work. */
static bool
can_be_accepted(const char *reason)
{
    static const char *const begins[] = {"contradiction", "older than our memory"};

    for (size_t i = 0; i < WB_COUNT(begins); i++)
        if (strncmp(reason, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static void
put_parked(why_state *self, const char *instance)
{
    wb_json *json = self->client->json;
    wb_json_ref list = wb_json_get(json, 0, "parked");
    char id[64], reason[TEXT_SIZE], at_text[40], where[TEXT_SIZE], who[160];

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_read_text(json, at, "id", id, sizeof id);
        (void)snprintf(where, sizeof where, "%s, parked", instance);
        wb_read_text(json, at, "reason", reason, sizeof reason);
        (void)snprintf(who, sizeof who, "you: waybill parked show|retry|drop%s %s",
                       can_be_accepted(reason) ? "|accept" : "", id);
        hold(self, where, reason, wb_read_text(json, at, "at", at_text, sizeof at_text), "", who);
        self->known = true;
    }
}

static void
put_jobs(why_state *self, const char *instance, const char *list_name, const char *account_name)
{
    wb_json *json = self->client->json;
    wb_json_ref list = wb_json_get(json, 0, list_name);
    char account[TEXT_SIZE], where[2 * TEXT_SIZE];

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_read_text(json, at, account_name, account, sizeof account);
        (void)snprintf(where, sizeof where, "%s, %s", instance, account);
        put_job(self, at, where);
        /* a pusher names each of its targets, whether it has the record or not */
        self->known = self->known || wb_json_get(json, at, "state") != WB_JSON_NONE ||
                      wb_json_get(json, at, "mark") != WB_JSON_NONE;
    }
}

/* What the mapper keeps of it: the state, and what each target has. */
static void
put_record(why_state *self, wb_json_ref record)
{
    wb_json *json = self->client->json;
    wb_json_ref list = wb_json_get(json, record, "deliveries");
    char target[TEXT_SIZE], outcome[32], reason[TEXT_SIZE];

    wb_read_text(json, record, "status", self->status, sizeof self->status);
    wb_read_text(json, record, "changed", self->changed, sizeof self->changed);
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_read_text(json, at, "target", target, sizeof target);
        wb_read_text(json, at, "outcome", outcome, sizeof outcome);
        wb_read_text(json, at, "reason", reason, sizeof reason);
        wb_buf_addf(&self->deliveries, "%s%s: %s%s%s", self->deliveries.len ? "; " : "", target,
                    outcome, reason[0] ? ", " : "", reason);
    }
    if (!wb_read_bool(json, record, "routed"))
        hold(self, "mapper", "its channel calls it pending, or no route takes it", self->changed,
             "", "nobody: it goes on when the channel says so");
    list = wb_json_get(json, record, "waiting_for");
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        (void)snprintf(target, sizeof target, "on its way to %.*s",
                       WB_VIEW_ARG(wb_json_raw(json, at)));
        hold(self, "mapper", target, self->changed, "", "see the pusher's line, if there is one");
    }
    self->known = true;
}

/* A process that takes nothing new: what it does not know waits before it. */
static void
put_pressure(why_state *self, const char *instance)
{
    char why[TEXT_SIZE], what[TEXT_SIZE + 64];

    if (!wb_read_text(self->client->json, 0, "pressure", why, sizeof why)[0])
        return;
    (void)snprintf(what, sizeof what, "takes nothing new: %s", why);
    hold(self, instance, what, "", "", "you: make room, or raise map_bytes");
}

static void
put_answer(why_state *self, const wb_answer *answer)
{
    wb_json *json = self->client->json;
    wb_json_ref records;

    if (!wb_answer_read(answer, json, false))
        return;
    records = wb_json_get(json, 0, "records");
    if (wb_json_first(json, records) != WB_JSON_NONE)
        put_record(self, wb_json_first(json, records));
    else
        put_pressure(self, answer->instance);
    put_jobs(self, answer->instance, "jobs", "account");
    put_jobs(self, answer->instance, "targets", "target");
    put_parked(self, answer->instance);
    if (wb_read_int(json, 0, "on_their_way")) {
        hold(self, answer->instance, "stored, on its way to the next process", "", "", "nobody");
        self->known = true;
    }
}

/* Microseconds as an ISO time of their own day are too long: time of day, and the date in front
 * once a day. */
static void
put_event(wb_json *json, wb_json_ref event, wb_table *table)
{
    char what[40], text[TEXT_SIZE], target[TEXT_SIZE], at[40];
    int64_t outcome = wb_read_int(json, event, "outcome");

    wb_time_text(at, wb_read_int(json, event, "at"), true);
    wb_table_row(table, "%s\t%s\t%s\t%s\t%s", at,
                 wb_read_text(json, event, "what", what, sizeof what),
                 outcome ? wb_outcome_name((wb_outcome)outcome) : "",
                 wb_read_text(json, event, "target", target, sizeof target),
                 wb_read_text(json, event, "text", text, sizeof text));
}

static void
read_timeline(why_state *self, const wb_ask *ask)
{
    wb_json *json = self->client->json;

    for (size_t i = 0; ask && i < ask->count; i++) {
        wb_json_ref at;

        if (!wb_answer_read(&ask->answers[i], json, true))
            continue;
        at = wb_json_first(json, wb_json_get(json, 0, "events"));
        for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
            put_event(json, at, &self->timeline);
    }
    self->known = self->known || self->timeline.rows > 1;
}

static void
print_state(const why_state *self)
{
    printf("%s%s%s", wb_bold(stdout), self->key, wb_plain(stdout));
    if (self->status[0])
        printf("  %s, changed %s", self->status, self->changed);
    printf("\n");
    if (self->deliveries.len)
        printf("delivered: %.*s\n", WB_VIEW_ARG(wb_buf_view(&self->deliveries)));
    printf("\n");
    if (self->holds.rows > 1)
        wb_table_print(&self->holds, stdout);
    else
        printf("nothing holds it\n");
    if (self->timeline.rows > 1) {
        printf("\n");
        wb_table_print(&self->timeline, stdout);
    }
}

static void
write_request(wb_buf *body, const char *key, int64_t days)
{
    wb_json_writer out;

    wb_buf_clear(body);
    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "record", wb_view_of(key));
    wb_json_member_int(&out, "days", days);
    wb_json_close(&out, '}');
}

/* A bare order id: the mappers know its whole key. Without them there are others to ask. */
static void
find_key(why_state *self, const char *word)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json *json = self->client->json;
    int code;

    wb_buf_init(&body, 65536);
    (void)snprintf(self->key, sizeof self->key, "%s", word);
    if (strchr(word, '/'))
        return;
    write_request(&body, word, 1);
    code = wb_ask_all(&ask, self->client, "mapper", WB_KIND_CALL_RECORD, wb_buf_view(&body));
    for (size_t i = 0; !code && i < ask->count; i++) {
        wb_json_ref at;

        if (!wb_answer_read(&ask->answers[i], json, true))
            continue;
        at = wb_json_first(json, wb_json_get(json, 0, "records"));
        if (at != WB_JSON_NONE)
            wb_read_text(json, at, "record", self->key, sizeof self->key);
    }
}

/* Asks whoever may hold it; self->known tells whether somebody does. */
static int
gather(why_state *self, wb_ask **holders, int64_t days)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int code;

    wb_buf_init(&body, 65536);
    write_request(&body, self->key, days);
    wb_ask_destroy(holders);
    code = wb_ask_all(holders, self->client, HOLDERS, WB_KIND_CALL_RECORD, wb_buf_view(&body));
    for (size_t i = 0; !code && i < (*holders)->count; i++)
        put_answer(self, &(*holders)->answers[i]);
    return code;
}

/* The mappers do not know it (yet): the accounts that are read from, until one's key is known. */
static int
try_accounts(why_state *self, wb_ask **holders, const char *word, int64_t days)
{
    WB_AUTO(wb_ask_destroy) wb_ask *pollers = NULL;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    char account[TEXT_SIZE];
    size_t tried = 0;
    int code = wb_ask_all(&pollers, self->client, "poller", WB_KIND_CALL_STATUS, WB_VIEW_LIT("{}"));

    wb_buf_init(&id, WB_KEY_MAX);
    wb_percent(&id, wb_view_of(word), NULL);
    for (size_t i = 0; !code && i < pollers->count; i++) {
        wb_json_ref at;

        if (!wb_answer_read(&pollers->answers[i], json, true))
            continue;
        at = wb_json_first(json, wb_json_get(json, 0, "streams"));
        for (; at != WB_JSON_NONE && !code && !self->known && tried < ACCOUNTS_MAX;
             at = wb_json_next(json, at), tried++) {
            wb_read_text(json, at, "account", account, sizeof account);
            (void)snprintf(self->key, sizeof self->key, "%.250s/order/%.600s", account,
                           wb_buf_text(&id));
            code = gather(self, holders, days);
        }
    }
    if (!self->known)
        (void)snprintf(self->key, sizeof self->key, "%s", word);
    return code;
}

/* What happened to it is the monitor's to tell; without it the rest is told all the same. */
static void
ask_timeline(why_state *self, wb_ask **out, wb_view body)
{
    wb_err err = {0};

    if (wb_ask_start(out, self->client, "monitor", WB_KIND_CALL_TIMELINE, body, &err)) {
        fprintf(stderr, "waybill why: no timeline: %s\n", err.text);
        return;
    }
    wb_ask_wait(*out);
    if (!wb_ask_answered(*out))
        fprintf(stderr, "waybill why: no timeline: the monitor does not answer\n");
}

static void
print_json(const why_state *self, const wb_ask *holders, const wb_ask *timeline)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_json_writer out;

    wb_buf_init(&key, 8 * WB_KEY_MAX);
    wb_json_writer_init(&out, &key);
    wb_json_put_text(&out, wb_view_of(self->key));
    printf("{\"record\":%s,\"processes\":", wb_buf_text(&key));
    wb_ask_print_list(holders);
    printf(",\"timeline\":");
    wb_ask_print_list(timeline);
    printf("}\n");
}

/* "Nobody knows it" needs everybody's word. */
static int
verdict(const why_state *self, const wb_ask *holders, const wb_ask *timeline, const char *word)
{
    bool all = holders && wb_ask_answered(holders) == holders->count && timeline &&
               wb_ask_answered(timeline) == timeline->count;

    if (self->known)
        return EXIT_DONE;
    fprintf(stderr, "waybill why: nobody %sknows %.300s\n", all ? "" : "who answered ", word);
    return all ? EXIT_NO : EXIT_SILENT;
}

static int
explain(why_state *self, const why_conf *conf, const char *word)
{
    WB_AUTO(wb_ask_destroy) wb_ask *holders = NULL;
    WB_AUTO(wb_ask_destroy) wb_ask *timeline = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int code;

    wb_buf_init(&body, 65536);
    code = strchr(self->key, '/') ? gather(self, &holders, conf->days)
                                  : try_accounts(self, &holders, word, conf->days);
    write_request(&body, self->key, conf->days);
    if (code)
        return code;
    ask_timeline(self, &timeline, wb_buf_view(&body));
    read_timeline(self, timeline);
    if (conf->json)
        print_json(self, holders, timeline);
    else if (self->known)
        print_state(self);
    return verdict(self, holders, timeline, word);
}

static int
why(const void *conf, const wb_words *words)
{
    const why_conf *self = conf;
    WB_AUTO(wb_client_fini) wb_client client = {0};
    WB_AUTO(wb_free) why_state *state = wb_alloc(sizeof *state);
    int code = wb_client_ready(&client, "why", self->config);

    state->client = &client;
    wb_buf_init(&state->deliveries, 1024 * 1024);
    wb_table_init(&state->timeline, "at\twhat\toutcome\ttarget\t");
    wb_table_init(&state->holds, "where\twhat holds it\tsince\tnext\twho can act");
    if (!code) {
        find_key(state, words->items[0]);
        code = explain(state, self, words->items[0]);
    }
    wb_buf_fini(&state->deliveries);
    wb_table_fini(&state->holds);
    wb_table_fini(&state->timeline);
    return code;
}

const wb_command wb_command_why = {
    .name = "why",
    .words = "KEY",
    .summary = "where a record is, what holds it, what comes next, who can act",
    .help = "KEY is a record's printed key (tenant/account/order/id) or a bare order id.\n"
            "Exit code 1: nobody knows it.\n",
    .options = options,
    .conf_size = sizeof(why_conf),
    .words_min = 1,
    .words_max = 1,
    .run = why,
};
