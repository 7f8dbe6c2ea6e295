/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync_one - see sync_one.h
 *
 * The enricher that reads for the account answers when the record is through, or is stored to be
 * read. Whether it was created or changed says the mapper, who is asked whether it knew it before.
 */
#include "tools/waybill/commands/sync_one.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/waybill/terminal/command.h"

#define PAUSE_MS 200 /* before a process that is being started is asked again */

typedef struct {
    wb_session *session;
    const wb_sync_one_ask *ask;
    char key[WB_KEY_MAX + 1];
    bool known; /* before */
    bool taken; /* the last answer says so */
    char outcome[32], text[400];
} one;

/* --- what is said of it --- */

static const struct {
    const char *outcome, *action;
} actions[] = {
    {"handed_on", NULL       }, /* created or updated: by what was known before */
    {"filtered",  NULL       },
    {"unchanged", "unchanged"},
    {"stale",     "unchanged"},
};

/* NULL = nothing was done (yet). */
static const char *
action_of(const one *self)
{
    for (size_t i = 0; i < WB_COUNT(actions); i++)
        if (strcmp(self->outcome, actions[i].outcome) == 0)
            return actions[i].action ? actions[i].action : self->known ? "updated" : "created";
    return NULL;
}

static bool
is(const one *self, const char *outcome)
{
    return strcmp(self->outcome, outcome) == 0;
}

static int
code_of(const one *self)
{
    if (!self->taken || is(self, "absent") || is(self, "parked"))
        return EXIT_NO;
    return is(self, "held") && self->ask->wait_s ? EXIT_AGAIN : EXIT_DONE;
}

static void
print_json(const one *self)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const char *action = action_of(self);
    wb_json_writer out;

    wb_buf_init(&text, 8192);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_json_member_bool(&out, "ok", code_of(self) == EXIT_DONE);
    wb_json_member_text(&out, "record", wb_view_of(self->key));
    wb_json_member_text(&out, "outcome", wb_view_of(self->outcome));
    wb_json_put_key(&out, "action");
    if (action)
        wb_json_put_text(&out, wb_view_of(action));
    else
        wb_json_put_null(&out);
    wb_json_member_text(&out, "text", wb_view_of(self->text));
    wb_json_close(&out, '}');
    printf("%s\n", wb_buf_text(&text));
}

static void
print_words(const one *self)
{
    const wb_sync_one_ask *ask = self->ask;
    const char *action = action_of(self);

    if (!self->taken)
        fprintf(stderr, "waybill sync: %s\n", self->text);
    else if (is(self, "absent"))
        fprintf(stderr, "no such %s at %s: %.100s (%s)\n", wb_record_kind_name(ask->kind),
                ask->account->key, ask->id, self->text);
    else if (is(self, "parked"))
        fprintf(stderr, "%s: set aside%s%s; waybill why shows it\n", self->key,
                self->text[0] ? ": " : "", self->text);
    else if (is(self, "held"))
        printf("%s: taken, and not through yet: %s\n", self->key, self->text);
    else
        printf("%s: %s%s\n", self->key, action ? action : self->outcome,
               is(self, "filtered") ? ", and no route takes it (yet)" : "");
}

/* --- asking --- */

static void
read_answer(one *self)
{
    wb_json *json = self->session->json;
    bool ok = wb_read_bool(json, 0, "ok");

    if (self->taken && !ok)
        return; /* another process answers */
    self->taken = ok;
    wb_read_text(json, 0, "outcome", self->outcome, sizeof self->outcome);
    wb_read_text(json, 0, "text", self->text, sizeof self->text);
    if (ok && !self->text[0])
        wb_read_fetched(self->session->json, self->outcome, self->text, sizeof self->text);
}

static void
write_request(const one *self, bool again, wb_buf *body)
{
    const wb_sync_one_ask *ask = self->ask;
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "account", wb_view_of(ask->account->key));
    wb_json_member_text(&out, "kind", wb_view_of(wb_record_kind_name(ask->kind)));
    wb_json_member_text(&out, "id", wb_view_of(ask->id));
    wb_json_member_bool(&out, "again", again);
    wb_json_close(&out, '}');
}

/* One process reads for the account; what the others say matters only when none does. */
static int
ask_enrichers(one *self, bool again)
{
    WB_AUTO(wb_ask_destroy) wb_ask *asked = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int code;

    wb_buf_init(&body, 8192);
    write_request(self, again, &body);
    code =
        wb_session_ask(&asked, self->session, "enricher", WB_KIND_CALL_FETCH, wb_buf_view(&body));
    self->taken = false;
    self->outcome[0] = self->text[0] = 0;
    for (size_t i = 0; !code && i < asked->count; i++)
        if (wb_session_read(self->session, &asked->answers[i]))
            read_answer(self);
    if (!code && !self->taken && wb_ask_answered(asked) < asked->count)
        code = EXIT_SILENT; /* whose account it is may be who did not answer */
    return code;
}

static int
ask_mappers(one *self)
{
    WB_AUTO(wb_ask_destroy) wb_ask *asked = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json *json = self->session->json;
    wb_json_writer out;
    int code;

    wb_buf_init(&body, 8192);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "record", wb_view_of(self->key));
    wb_json_close(&out, '}');
    code = wb_session_ask(&asked, self->session, "mapper", WB_KIND_CALL_RECORD, wb_buf_view(&body));
    for (size_t i = 0; !code && i < asked->count; i++)
        if (wb_session_read(self->session, &asked->answers[i]))
            self->known |= wb_json_first(json, wb_json_get(json, 0, "records")) != WB_JSON_NONE;
    return code;
}

static void
on_pause(wb_timer *timer, void *arg)
{
    bool *over = arg;

    (void)timer;
    *over = true;
}

static void
pause_a_moment(one *self)
{
    wb_loop *loop = wb_client_loop(self->session->client);
    bool over = false;
    wb_timer timer = {.fire = on_pause, .arg = &over};
    wb_err err = {0};

    wb_timer_start(loop, &timer, PAUSE_MS);
    while (!over && !wb_loop_turn(loop, PAUSE_MS, &err))
        ;
    wb_timer_stop(loop, &timer);
}

/* Once it is taken, a process that ends is no reason to give up: the next life goes on. */
static int
ask_until_through(one *self)
{
    int64_t until_ms = wb_now_ms() + self->ask->wait_s * 1000;
    int code = ask_enrichers(self, false);
    bool taken = self->taken;

    while (taken && (code || !self->taken || is(self, "held")) && wb_now_ms() < until_ms) {
        if (code || !self->taken)
            pause_a_moment(self);
        code = ask_enrichers(self, true);
    }
    return code;
}

static bool
print_key(one *self)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    int len;

    wb_buf_init(&id, 3 * WB_KEY_MAX);
    wb_percent(&id, wb_view_of(self->ask->id), NULL);
    len = snprintf(self->key, sizeof self->key, "%s/%s/%s", self->ask->account->key,
                   wb_record_kind_name(self->ask->kind), wb_buf_text(&id));
    if (!id.overflow && len > 0 && (size_t)len < sizeof self->key && *self->ask->id)
        return true;
    fprintf(stderr, "waybill sync: %.100s is no id of a record\n", self->ask->id);
    return false;
}

/* What the configuration says already: nobody has to be asked. */
static bool
can_be_read(const wb_sync_one_ask *ask)
{
    const wb_connector *connector = ask->account->connector;

    if (!connector || wb_connector_single(connector, ask->kind))
        return true;
    fprintf(stderr,
            "waybill sync: %s (%s) cannot read a single record of kind %s: its lists bring them, "
            "waybill sync ACCOUNT STREAM\n",
            ask->account->key, connector->name, wb_record_kind_name(ask->kind));
    return false;
}

int
wb_sync_one(wb_session *session, const wb_sync_one_ask *ask)
{
    one self = {.session = session, .ask = ask};
    int code;

    if (!can_be_read(ask) || !print_key(&self))
        return EXIT_NO;
    code = ask_mappers(&self);
    if (!code)
        code = ask_until_through(&self);
    if (code)
        return code;
    if (ask->json)
        print_json(&self);
    else
        print_words(&self);
    return code_of(&self);
}
