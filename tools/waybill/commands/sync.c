/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - read a stream of an account now, or one record of it, or show the request that would be
 * sent
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/commands/sync_one.h"
#include "tools/waybill/terminal/when.h"

typedef struct {
    char *config, *from, *to;
    int64_t wait;
    bool full, restart, dry_run, forecast, json;
} sync_conf;

static const wb_option options[] = {
    WB_TEXT(sync_conf, config, "", "the configuration"),
    WB_BOOL(sync_conf, full, "false", "all that the source still has, not only what is new"),
    WB_TEXT(sync_conf, from, "", "changes since then: 2026-01-02T03:04:05Z, or a date"),
    WB_TEXT(sync_conf, to, "", "changes before then"),
    WB_BOOL(sync_conf, restart, "false", "end the run that is under way, and begin anew"),
    WB_BOOL(sync_conf, dry_run, "false", "print the next request, signed, secrets masked"),
    WB_BOOL(sync_conf, forecast, "false", "nothing begins: how long the limits would make it take"),
    WB_INT(sync_conf, wait, "0", 0, 86400, "one record: so many seconds, until it is through"),
    WB_BOOL(sync_conf, json, "false", "the answer as JSON"),
    WB_END,
};

typedef struct {
    int64_t from_utc_us, to_utc_us;
} range;

/* What contradicts itself is not guessed at. */
static bool
read_range(range *out, const sync_conf *conf)
{
    const char *why = NULL;

    if (!wb_when_read(&out->from_utc_us, "sync", "from", conf->from) ||
        !wb_when_read(&out->to_utc_us, "sync", "to", conf->to))
        return false;
    if (conf->full && (conf->from || conf->to))
        why = "--full is everything: not with --from or --to";
    else if (conf->to && !conf->from)
        why = "--to needs --from";
    else if (conf->to && out->from_utc_us >= out->to_utc_us)
        why = "--from is not before --to";
    else if (conf->from && out->from_utc_us > wb_now_utc_us())
        why = "--from is in the future";
    if (why)
        fprintf(stderr, "waybill sync: %s\n", why);
    return !why;
}

static void
write_request(wb_buf *body, const sync_conf *conf, const char *account, const char *stream,
              const range *asked)
{
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "account", wb_view_of(account));
    wb_json_member_text(&out, "stream", wb_view_of(stream));
    wb_json_member_bool(&out, "full", conf->full);
    wb_json_member_bool(&out, "restart", conf->restart);
    wb_json_member_bool(&out, "dry_run", conf->dry_run);
    wb_json_member_bool(&out, "forecast", conf->forecast);
    if (conf->from) {
        wb_json_put_key(&out, "from");
        wb_json_put_time(&out, asked->from_utc_us);
    }
    if (conf->to) {
        wb_json_put_key(&out, "to");
        wb_json_put_time(&out, asked->to_utc_us);
    }
    wb_json_close(&out, '}');
}

static void
tell_streams(const char *account, const char *stream, const wb_stream *streams)
{
    fprintf(stderr, "waybill sync: %s has no stream %.100s", account, stream);
    for (const wb_stream *at = streams; at && at->name; at++)
        fprintf(stderr, "%s%s", at == streams ? ": it has " : ", ", at->name);
    fprintf(stderr, "\n");
}

/* The pollers know only what they own; what there is at all is in the configuration. */
static int
find_stream(const wb_session *session, wb_place_account *account, const wb_words *words)
{
    wb_err err = {0};

    if (wb_place_account_find(account, session->place.config, words->items[0], false, &err)) {
        fprintf(stderr, "waybill sync: %s\n", err.text);
        return EXIT_NO;
    }
    if (!account->connector || wb_connector_stream(account->connector, wb_view_of(words->items[1])))
        return EXIT_DONE;
    tell_streams(account->key, words->items[1], account->connector->streams);
    return EXIT_NO;
}

/* One poller owns the account; what the others say matters only when none does. */
static const wb_answer *
choose(wb_session *session, const wb_ask *ask)
{
    const wb_answer *chosen = NULL;

    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        if (!chosen || wb_read_bool(session->json, 0, "ok"))
            chosen = &ask->answers[i];
    }
    return chosen;
}

/* "1 d 2 h", "3 min" */
static void
put_duration(int64_t seconds)
{
    if (seconds >= 86400)
        printf("%lld d %lld h", (long long)(seconds / 86400), (long long)(seconds % 86400 / 3600));
    else if (seconds >= 3600)
        printf("%lld h %lld min", (long long)(seconds / 3600), (long long)(seconds % 3600 / 60));
    else if (seconds >= 60)
        printf("%lld min", (long long)(seconds + 59) / 60);
    else
        printf("%lld s", (long long)seconds);
}

static void
print_forecast(wb_json *json)
{
    bool counted = wb_json_kind(json, wb_json_get(json, wb_json_get(json, 0, "forecast"),
                                                  "items")) != WB_JSON_NULL;
    char from[64], to[64], by[64], words[128];

    printf("%s to %s: %lld slices, %lld pages",
           wb_read_text(json, 0, "forecast.from", from, sizeof from),
           wb_read_text(json, 0, "forecast.to", to, sizeof to),
           (long long)wb_read_int(json, 0, "forecast.slices"),
           (long long)wb_read_int(json, 0, "forecast.pages"));
    if (counted)
        printf(", about %lld items (%s), %lld calls to complete them",
               (long long)wb_read_int(json, 0, "forecast.items"),
               wb_read_text(json, 0, "forecast.counted", words, sizeof words),
               (long long)wb_read_int(json, 0, "forecast.fetches"));
    printf(counted ? "\nabout " : "; nothing is known of counts\nat least ");
    put_duration(wb_read_int(json, 0, "forecast.seconds"));
    printf(", by the limit of %s, beside what is live\n",
           wb_read_text(json, 0, "forecast.bound_by", by, sizeof by));
}

static int
print_answer(wb_session *session, const wb_ask *ask, bool as_json)
{
    const wb_answer *chosen = choose(session, ask);
    char text[65536];
    size_t len;

    if (!chosen || wb_answer_read(chosen, session->json, NULL))
        return EXIT_SILENT;
    if (as_json) {
        printf("%.*s\n", WB_VIEW_ARG(wb_buf_view(&chosen->body)));
        return wb_read_bool(session->json, 0, "ok") ? EXIT_DONE : EXIT_NO;
    }
    if (wb_json_get(session->json, 0, "forecast") != WB_JSON_NONE)
        print_forecast(session->json);
    wb_read_text(session->json, 0, "request", text, sizeof text);
    for (len = strlen(text); len && text[len - 1] == '\n'; len--)
        text[len - 1] = '\0';
    if (text[0])
        printf("%s\n", text);
    wb_read_text(session->json, 0, "text", text, sizeof text);
    if (text[0])
        fprintf(wb_read_bool(session->json, 0, "ok") ? stdout : stderr, "%s\n", text);
    return wb_read_bool(session->json, 0, "ok") ? EXIT_DONE : EXIT_NO;
}

/* What is for lists alone is not for a record; and the other way round. */
static bool
check_words(const sync_conf *self, const wb_words *words)
{
    bool one = words->count == 3;
    const char *why = NULL;

    if (one && wb_record_kind_word(wb_view_of(words->items[1])) == WB_RECORD_NONE)
        why = "ACCOUNT KIND ID: that is no kind of record";
    else if (one && (self->full || self->restart || self->dry_run || self->forecast || self->from ||
                     self->to))
        why = "one record has no range, and no run: only --wait and --json";
    else if (!one && self->wait)
        why = "--wait is for one record: ACCOUNT KIND ID";
    if (why)
        fprintf(stderr, "waybill sync: %s\n", why);
    return !why;
}

static int
sync_record(const sync_conf *self, const wb_words *words)
{
    WB_AUTO(wb_session_close) wb_session session = {0};
    wb_place_account account = {0};
    wb_err err = {0};
    int code = wb_session_open(&session, "sync", self->config);

    if (code)
        return code;
    if (wb_place_account_find(&account, session.place.config, words->items[0], false, &err)) {
        fprintf(stderr, "waybill sync: %s\n", err.text);
        return EXIT_NO;
    }
    return wb_sync_one(&session,
                       &(wb_sync_one_ask){.account = &account,
                                          .kind = wb_record_kind_word(wb_view_of(words->items[1])),
                                          .id = words->items[2],
                                          .wait_s = self->wait,
                                          .json = self->json});
}

static int
sync_stream(const sync_conf *self, const wb_words *words)
{
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_place_account account = {0};
    range asked = {0};
    int code;

    wb_buf_init(&body, 65536);
    if (!read_range(&asked, self))
        return EXIT_USAGE;
    code = wb_session_open(&session, "sync", self->config);
    if (!code)
        code = find_stream(&session, &account, words);
    if (code)
        return code;
    write_request(&body, self, account.key, words->items[1], &asked);
    code = wb_session_ask(&ask, &session, "poller", WB_KIND_CALL_SYNC, wb_buf_view(&body));
    return code ? code : print_answer(&session, ask, self->json);
}

static int
sync_run(const void *conf, const wb_words *words)
{
    const sync_conf *self = conf;

    if (!check_words(self, words))
        return EXIT_USAGE;
    return words->count == 3 ? sync_record(self, words) : sync_stream(self, words);
}

const wb_command wb_command_sync = {
    .name = "sync",
    .words = "ACCOUNT STREAM | ACCOUNT KIND ID",
    .summary = "read a stream of an account now, or one record",
    .help =
        "STREAM is a list, such as orders.sync; a queue is read all the time. Without --full\n"
        "and --from: what changed since the last complete run. While a run is under way it\n"
        "starts no second one; --restart ends that one, keeps what it read, and begins anew.\n"
        "KIND ID, such as order 701-1234567-1234567: that record is read now, whoever has told\n"
        "of it or not, and goes its way. It is answered when it is through or stored.\n"
        "Exit code 1: nothing was started, or there is no such record; 111: not through when\n"
        "--wait was over.\n",
    .options = options,
    .conf_size = sizeof(sync_conf),
    .words_min = 2,
    .words_max = 3,
    .run = sync_run,
};
