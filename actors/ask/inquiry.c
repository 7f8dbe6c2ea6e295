/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry - whom a `why` asks, in turn: whose the record is, who may hold it, what happened
 *
 * A whole key goes to all who may hold the record, then to the monitor. Of a bare id the mappers
 * know the key; when they do not (yet), it is tried with each account that is read from, until
 * somebody knows it. Start reading at the bottom: each step starts the next when its answers are
 * there.
 */
#include <stdio.h>
#include <string.h>

#include "actors/ask/inside.h"
#include "actors/ask/read.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/limits.h"

#define HOLDERS "poller enricher mapper pusher"
#define ACCOUNT_SIZE 300
#define ACCOUNTS_MAX 200 /* that a bare id is looked for in */
#define REQUEST_MAX 65536

struct wb_inquiry {
    wb_client *client;
    wb_inquiry_conf conf;
    wb_timer begin;
    char *word; /* as it was asked for */
    char key[WB_KEY_MAX + 1];
    wb_ask *ask, *holders, *timeline;
    why_rows accounts; /* texts of the book's pool */
    wb_map *seen;      /* accounts among them */
    size_t tried;
    why_book book;
    wb_why why;
    bool over;
};

static wb_ask *
ask(wb_inquiry *self, const char *actors, wb_kind kind, wb_view body, wb_ask_done done)
{
    wb_question question = {
        .actors = actors, .kind = kind, .body = body, .done = done, .arg = self};

    return wb_ask_start(self->client, &question);
}

static wb_ask *
ask_of_record(wb_inquiry *self, const char *actors, wb_kind kind, int64_t days, wb_ask_done done)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, REQUEST_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "record", wb_view_of(self->key));
    wb_json_member_int(&out, "days", days);
    wb_json_close(&out, '}');
    return ask(self, actors, kind, wb_buf_view(&body), done);
}

/* All that will be known is: tells it. */
static void
end(wb_inquiry *self)
{
    self->over = true;
    self->why.record = self->key;
    self->why.processes = self->holders;
    self->why.timeline = self->timeline;
    why_show(&self->book, &self->why);
    if (self->conf.done)
        self->conf.done(self->conf.arg, &self->why);
}

/* --- what happened --- */

static bool
all_answered(const wb_ask *asked)
{
    return asked && !asked->nobody[0] && wb_ask_answered(asked) == asked->count;
}

static void
on_timeline(void *arg, wb_ask *asked)
{
    wb_inquiry *self = arg;

    if (asked->nobody[0])
        why_add_gap(&self->book, WB_GAP_TIMELINE, "", asked->nobody);
    else if (!wb_ask_answered(asked))
        why_add_gap(&self->book, WB_GAP_TIMELINE, "", "the monitor does not answer");
    for (size_t i = 0; i < asked->count; i++)
        why_take_timeline(&self->book, &asked->answers[i]);
    self->why.complete = all_answered(self->holders) && all_answered(asked);
    end(self);
}

static void
ask_timeline(wb_inquiry *self)
{
    self->why.answered = true;
    self->timeline =
        ask_of_record(self, "monitor", WB_KIND_CALL_TIMELINE, self->conf.days, on_timeline);
}

/* --- who holds it --- */

static void try_account(wb_inquiry *self);

static void
on_holders(void *arg, wb_ask *asked)
{
    wb_inquiry *self = arg;

    why_note_silent(&self->book, asked);
    why_forget(&self->book);
    for (size_t i = 0; i < asked->count; i++)
        why_take(&self->book, &asked->answers[i]);
    if (!wb_ask_answered(asked))
        end(self);
    else if (self->accounts.count && !self->book.known)
        try_account(self);
    else
        ask_timeline(self);
}

static void
ask_holders(wb_inquiry *self)
{
    wb_ask_destroy(&self->holders);
    self->holders = ask_of_record(self, HOLDERS, WB_KIND_CALL_RECORD, self->conf.days, on_holders);
}

/* --- whose a bare id is --- */

/* With the next account; nobody knows it at any: as it was asked for. */
static void
try_account(wb_inquiry *self)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    const char *const *accounts = self->accounts.items;

    if (self->tried == self->accounts.count) {
        (void)snprintf(self->key, sizeof self->key, "%s", self->word);
        ask_timeline(self);
        return;
    }
    wb_buf_init(&id, WB_KEY_MAX);
    wb_percent(&id, wb_view_of(self->word), NULL);
    (void)snprintf(self->key, sizeof self->key, "%.250s/order/%.600s", accounts[self->tried++],
                   wb_buf_text(&id));
    ask_holders(self);
}

/* The accounts that a poller reads from; a stream names one, an account has several. */
static void
add_accounts(wb_inquiry *self, const wb_answer *answer)
{
    wb_json *json = self->book.json;
    wb_json_ref at;
    char account[ACCOUNT_SIZE];

    if (!why_read(&self->book, answer))
        return;
    at = wb_json_first(json, wb_json_get(json, 0, "streams"));
    for (; at != WB_JSON_NONE && self->accounts.count < ACCOUNTS_MAX; at = wb_json_next(json, at)) {
        wb_read_text(json, at, "account", account, sizeof account);
        if (!wb_map_put(self->seen, wb_view_of(account), self))
            why_add_text(&self->book, &self->accounts, account);
    }
}

static void
on_accounts(void *arg, wb_ask *asked)
{
    wb_inquiry *self = arg;

    why_note_silent(&self->book, asked);
    for (size_t i = 0; i < asked->count; i++)
        add_accounts(self, &asked->answers[i]);
    if (wb_ask_answered(asked))
        try_account(self);
    else
        end(self);
}

static void
on_key(void *arg, wb_ask *asked)
{
    wb_inquiry *self = arg;
    wb_json *json = self->book.json;

    why_note_silent(&self->book, asked);
    for (size_t i = 0; i < asked->count; i++) {
        wb_json_ref at;

        if (!why_read(&self->book, &asked->answers[i]))
            continue;
        at = wb_json_first(json, wb_json_get(json, 0, "records"));
        if (at != WB_JSON_NONE)
            wb_read_text(json, at, "record", self->key, sizeof self->key);
    }
    if (strchr(self->key, '/')) {
        ask_holders(self);
        return;
    }
    wb_ask_destroy(&self->ask);
    self->ask = ask(self, "poller", WB_KIND_CALL_STATUS, WB_VIEW_LIT("{}"), on_accounts);
}

static void
on_begin(wb_timer *timer, void *arg)
{
    wb_inquiry *self = arg;

    (void)timer;
    if (strchr(self->key, '/'))
        ask_holders(self);
    else
        self->ask = ask_of_record(self, "mapper", WB_KIND_CALL_RECORD, 1, on_key);
}

/* --- its life --- */

wb_inquiry *
wb_inquiry_start(wb_client *client, const wb_inquiry_conf *conf)
{
    wb_inquiry *self = wb_alloc(sizeof *self);

    self->client = client;
    self->conf = *conf;
    self->word = wb_text_dup(conf->record);
    self->conf.record = self->word;
    (void)snprintf(self->key, sizeof self->key, "%s", self->word);
    self->seen = wb_map_new();
    why_open(&self->book);
    self->begin = (wb_timer){.fire = on_begin, .arg = self};
    wb_timer_start(wb_client_loop(client), &self->begin, 0);
    return self;
}

const wb_why *
wb_inquiry_wait(wb_inquiry *self)
{
    wb_err err = {0};

    while (!self->over && !wb_loop_turn(wb_client_loop(self->client), WB_ASK_MS, &err))
        ;
    return &self->why;
}

void
wb_inquiry_destroy(wb_inquiry **self_p)
{
    wb_inquiry *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    wb_timer_stop(wb_client_loop(self->client), &self->begin);
    wb_ask_destroy(&self->ask);
    wb_ask_destroy(&self->holders);
    wb_ask_destroy(&self->timeline);
    wb_free(&self->accounts.items);
    wb_map_destroy(&self->seen);
    why_close(&self->book);
    wb_free(&self->word);
    wb_free(&self);
}
