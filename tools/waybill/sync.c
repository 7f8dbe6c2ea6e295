/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - read a stream of an account now, or show the request that would be sent
 */
#include <stdio.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/client.h"
#include "tools/waybill/command.h"

typedef struct {
    char *config, *from, *to;
    bool full, dry_run, json;
} sync_conf;

static const wb_option options[] = {
    WB_TEXT(sync_conf, config, "", "the configuration"),
    WB_BOOL(sync_conf, full, "false", "all that the source still has, not only what is new"),
    WB_TEXT(sync_conf, from, "", "changes since then: 2026-01-02T03:04:05Z, or a date"),
    WB_TEXT(sync_conf, to, "", "changes before then"),
    WB_BOOL(sync_conf, dry_run, "false", "print the next request, signed, secrets masked"),
    WB_BOOL(sync_conf, json, "false", "the answer as JSON"),
    WB_END,
};

/* A time, or a day's beginning, as the call wants it. False = told. */
static bool
put_time(wb_json_writer *out, const char *key, const char *text)
{
    char whole[64];
    int64_t utc_us = 0;
    wb_err err = {0};

    if (!text)
        return true;
    (void)snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
    if (wb_time_parse(&utc_us, wb_view_of(text), &err) &&
        wb_time_parse(&utc_us, wb_view_of(whole), NULL)) {
        fprintf(stderr, "waybill sync: --%s: %s\n", key, err.text);
        return false;
    }
    wb_json_put_key(out, key);
    wb_json_put_time(out, utc_us);
    return true;
}

static bool
write_request(wb_buf *body, const sync_conf *conf, const wb_words *words)
{
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "account", wb_view_of(words->items[0]));
    wb_json_member_text(&out, "stream", wb_view_of(words->items[1]));
    wb_json_member_bool(&out, "full", conf->full);
    wb_json_member_bool(&out, "dry_run", conf->dry_run);
    if (!put_time(&out, "from", conf->from) || !put_time(&out, "to", conf->to))
        return false;
    wb_json_close(&out, '}');
    return true;
}

/* One poller owns the account; what the others say matters only when none does. */
static int
print_answer(wb_client *client, const wb_ask *ask, bool as_json)
{
    const wb_answer *chosen = NULL;
    char text[65536];

    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_answer_read(&ask->answers[i], client->json, true))
            continue;
        if (!chosen || wb_read_bool(client->json, 0, "ok"))
            chosen = &ask->answers[i];
    }
    if (!chosen || !wb_answer_read(chosen, client->json, false))
        return EXIT_SILENT;
    if (as_json) {
        printf("%.*s\n", WB_VIEW_ARG(wb_buf_view(&chosen->body)));
        return wb_read_bool(client->json, 0, "ok") ? EXIT_DONE : EXIT_NO;
    }
    wb_read_text(client->json, 0, "request", text, sizeof text);
    if (text[0])
        printf("%s\n", text);
    wb_read_text(client->json, 0, "text", text, sizeof text);
    if (text[0])
        fprintf(wb_read_bool(client->json, 0, "ok") ? stdout : stderr, "%s\n", text);
    return wb_read_bool(client->json, 0, "ok") ? EXIT_DONE : EXIT_NO;
}

static int
sync_stream(const void *conf, const wb_words *words)
{
    const sync_conf *self = conf;
    WB_AUTO(wb_client_fini) wb_client client = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int code;

    wb_buf_init(&body, 65536);
    if (!write_request(&body, self, words))
        return EXIT_USAGE;
    code = wb_client_ready(&client, "sync", self->config);
    if (!code)
        code = wb_ask_all(&ask, &client, "poller", WB_KIND_CALL_SYNC, wb_buf_view(&body));
    return code ? code : print_answer(&client, ask, self->json);
}

const wb_command wb_command_sync = {
    .name = "sync",
    .words = "ACCOUNT STREAM",
    .summary = "read a stream of an account now",
    .help = "Repeated while a run is under way it starts no second one.\n",
    .options = options,
    .conf_size = sizeof(sync_conf),
    .words_min = 2,
    .words_max = 2,
    .run = sync_stream,
};
