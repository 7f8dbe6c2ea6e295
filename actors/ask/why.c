/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why - what processes say of a record becomes what holds it
 *
 * No effects but the book's own: replies of any release go in, and what they do not say is "".
 */
#include "actors/ask/why.h"

#include <stdio.h>
#include <string.h>

#include "actors/ask/inside.h"
#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"

#define TEXT_SIZE 300

/* --- gaps --- */

void
why_add_gap(why_book *self, wb_gap_kind kind, const char *instance, const char *text)
{
    wb_gap *gap = why_add_row(&self->gaps, sizeof *gap);

    *gap = (wb_gap){kind, why_keep(self, instance), why_keep(self, text)};
}

void
why_note_silent(why_book *self, const wb_ask *ask)
{
    if (ask->nobody[0])
        why_add_gap(self, WB_GAP_NOBODY, "", ask->nobody);
    for (size_t i = 0; i < ask->count; i++) {
        const wb_answer *answer = &ask->answers[i];

        if (!answer->answered && !wb_map_put(self->silent, wb_view_of(answer->instance), self))
            why_add_gap(self, answer->absent ? WB_GAP_ABSENT : WB_GAP_SILENT, answer->instance, "");
    }
}

bool
why_read(why_book *self, const wb_answer *answer)
{
    wb_err err = {0};
    wb_rc rc = wb_answer_read(answer, self->json, &err);

    if (rc == WB_REJECT)
        why_add_gap(self, WB_GAP_REFUSED, answer->instance, err.text);
    return !rc;
}

/* --- holds --- */

/* "mapper-2" works at `map`. */
static wb_stage
stage_of(const char *instance)
{
    static const struct {
        const char *actor;
        wb_stage stage;
    } rows[] = {
#define WB_STAGE(name, number, text, by, from, to, why) {to, WB_STAGE_##name},
#include "protocol/lanes.def"
#undef WB_STAGE
    };
    size_t len = strcspn(instance, "-");

    for (size_t i = 0; i < WB_COUNT(rows); i++)
        if (wb_view_is((wb_view){instance, len}, rows[i].actor))
            return rows[i].stage;
    return WB_STAGE_NONE;
}

/* A row whose other members are "" yet. */
static wb_hold *
add_hold(why_book *self, wb_hold_kind kind, const char *instance)
{
    wb_hold *hold = why_add_row(&self->holds, sizeof *hold);

    *hold = (wb_hold){.kind = kind,
                      .instance = why_keep(self, instance),
                      .stage = stage_of(instance),
                      .account = "",
                      .since = "",
                      .next = "",
                      .wait = WB_WAIT_COUNT,
                      .words = "",
                      .who = "",
                      .culprit = "",
                      .id = ""};
    return hold;
}

static const char *
since_text(why_book *self, int64_t since_ms)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, wb_now_utc_us() - since_ms * WB_US_PER_MS, false);
    return why_keep(self, text);
}

/* "accepted by the target, not done yet: ticket T-1 since TIME: what it says": of no attempt. */
static void
put_ticket(why_book *self, wb_json_ref job, wb_buf *words)
{
    char ticket[TEXT_SIZE], since[40], error[TEXT_SIZE];

    wb_read_text(self->json, job, "ticket", ticket, sizeof ticket);
    wb_read_text(self->json, job, "ticket_since", since, sizeof since);
    wb_read_text(self->json, job, "error", error, sizeof error);
    wb_buf_addf(words, "%s: ticket %s since %s%s%s", wb_wait_means(WB_WAIT_TICKET), ticket, since,
                error[0] ? ": " : "", error);
}

/* "the account is stopped: its reason (attempt 2 of 8)" */
static void
put_words(why_book *self, wb_json_ref job, wb_buf *words, wb_wait wait)
{
    wb_json *json = self->json;
    char word[32], error[TEXT_SIZE];

    if (wait == WB_WAIT_TICKET) {
        put_ticket(self, job, words);
        return;
    }

    wb_read_text(json, job, "wait", word, sizeof word);
    wb_read_text(json, job, "account_reason", error, sizeof error);
    if (!error[0])
        wb_read_text(json, job, "error", error, sizeof error);
    wb_buf_addf(words, "%s%s%s (attempt %lld of %lld)",
                wait < WB_WAIT_COUNT ? wb_wait_means(wait) : word, error[0] ? ": " : "", error,
                (long long)wb_read_int(json, job, "attempts") + 1,
                (long long)wb_read_int(json, job, "attempts_max"));
}

/* One record may be why the account is stopped: it is named, with what sets it aside. */
static void
put_suspect(why_book *self, wb_json_ref job, wb_buf *words, wb_hold *hold)
{
    WB_AUTO(wb_buf_fini) wb_buf who = {0};

    hold->culprit = why_text_of(self, job, "account_suspect", WB_KEY_MAX + 1);
    if (!hold->culprit[0])
        return;
    wb_buf_init(&who, 4 * WB_KEY_MAX);
    wb_buf_addf(words, "; first for %s", hold->culprit);
    wb_buf_addf(&who,
                "you: as the reason says; if it is that record: waybill parked aside --record %s",
                hold->culprit);
    hold->who = why_keep(self, wb_buf_text(&who));
}

/* A job: of the enricher, or of the pusher for one target. */
static void
put_job(why_book *self, wb_json_ref job, const char *instance, const char *account_name)
{
    WB_AUTO(wb_buf_fini) wb_buf words = {0};
    char word[32];
    wb_hold *hold;

    if (!wb_read_text(self->json, job, "state", word, sizeof word)[0])
        return;
    hold = add_hold(self, WB_HOLD_CALL, instance);
    hold->account = why_text_of(self, job, account_name, TEXT_SIZE);
    hold->since = since_text(self, wb_read_int(self->json, job, "since_ms"));
    hold->next = why_text_of(self, job, "until", 40);
    hold->wait = wb_wait_find(wb_view_of(wb_read_text(self->json, job, "wait", word, sizeof word)));
    hold->who = hold->wait < WB_WAIT_COUNT ? wb_wait_who(hold->wait) : "";
    wb_buf_init(&words, 4 * WB_KEY_MAX);
    put_words(self, job, &words, hold->wait);
    if (hold->wait == WB_WAIT_SUSPENDED)
        put_suspect(self, job, &words, hold);
    hold->words = why_keep(self, wb_buf_text(&words));
}

static void
put_jobs(why_book *self, const char *instance, const char *list_name, const char *account_name)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, list_name));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        put_job(self, at, instance, account_name);
        why_put_mark(self, at);
        /* a pusher names each of its targets, whether it has the record or not */
        self->known = self->known || wb_json_get(json, at, "state") != WB_JSON_NONE ||
                      wb_json_get(json, at, "mark") != WB_JSON_NONE;
    }
}

/* It lacks something: "no package number yet: REASON (attempt 2 of 5)", or for good. What is found
 * is told by the record. */
static void
put_task(why_book *self, wb_json_ref task, const char *instance)
{
    char status[16], error[TEXT_SIZE], lacks[64], words[3 * TEXT_SIZE], who[WB_KEY_MAX + 160] = "";
    const char *account = why_text_of(self, task, "account", TEXT_SIZE);
    long long tries = (long long)wb_read_int(self->json, task, "attempts");
    bool failed;
    wb_hold *hold;

    wb_read_text(self->json, task, "status", status, sizeof status);
    failed = strcmp(status, "failed") == 0;
    if (strcmp(status, "completed") == 0)
        return;
    wb_read_text(self->json, task, "lacks", lacks, sizeof lacks);
    wb_read_text(self->json, task, "error", error, sizeof error);
    hold = add_hold(self, WB_HOLD_TASK, instance);
    hold->account = account;
    hold->since = why_text_of(self, task, "created", 40);
    if (failed) {
        (void)snprintf(words, sizeof words,
                       "goes without its %s: not there after %lld attempts: %s", lacks, tries,
                       error);
        (void)snprintf(who, sizeof who, "you: waybill enrich run %s --record %s", account,
                       why_text_of(self, task, "record", WB_KEY_MAX + 1));
    } else {
        (void)snprintf(words, sizeof words, "no %s yet: asked for again (attempt %lld of %lld)%s%s",
                       lacks, tries + 1, (long long)wb_read_int(self->json, task, "attempts_max"),
                       error[0] ? ": " : "", error);
        hold->next = why_text_of(self, task, "due", 40);
        (void)snprintf(who, sizeof who, "nobody: it holds nothing up");
    }
    hold->words = why_keep(self, words);
    hold->who = why_keep(self, who);
    self->known = true;
}

static void
put_tasks(why_book *self, const char *instance)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "tasks"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        put_task(self, at, instance);
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
put_parked(why_book *self, const char *instance)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "parked"));
    char who[160];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_hold *hold = add_hold(self, WB_HOLD_PARKED, instance);

        hold->id = why_text_of(self, at, "id", 64);
        hold->words = why_text_of(self, at, "reason", TEXT_SIZE);
        hold->since = why_text_of(self, at, "at", 40);
        (void)snprintf(who, sizeof who, "you: waybill parked show|retry|drop%s %s",
                       can_be_accepted(hold->words) ? "|accept" : "", hold->id);
        hold->who = why_keep(self, who);
        self->known = true;
    }
}

/* It lies apart for one target: its order has to go before it. */
static void
put_apart(why_book *self, wb_json_ref delivery, const char *instance)
{
    char word[32];
    wb_hold *hold;
    wb_wait wait;

    if (!wb_read_text(self->json, delivery, "wait", word, sizeof word)[0])
        return;
    wait = wb_wait_find(wb_view_of(word));
    hold = add_hold(self, WB_HOLD_APART, instance);
    hold->account = why_text_of(self, delivery, "target", TEXT_SIZE);
    hold->since = self->changed;
    hold->wait = wait;
    hold->words = why_text_of(self, delivery, "reason", WB_REASON_MAX + 1);
    hold->who = wait < WB_WAIT_COUNT ? wb_wait_who(wait) : "";
}

static void
put_deliveries(why_book *self, wb_json_ref record, const char *instance)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, record, "deliveries"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_why_delivery *row = why_add_row(&self->deliveries, sizeof *row);

        *row = (wb_why_delivery){.target = why_text_of(self, at, "target", TEXT_SIZE),
                                 .outcome = why_text_of(self, at, "outcome", 32),
                                 .reason = why_text_of(self, at, "reason", TEXT_SIZE)};
        put_apart(self, at, instance);
    }
}

/* What the mapper says of targets whose connectors send nothing of it. */
static void
put_not_sent(why_book *self, wb_json_ref record)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, record, "not_sent"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_why_delivery *row = why_add_row(&self->not_sent, sizeof *row);

        *row = (wb_why_delivery){.target = why_text_of(self, at, "target", TEXT_SIZE),
                                 .outcome = "not sent",
                                 .reason = why_text_of(self, at, "reason", TEXT_SIZE)};
    }
}

/* A shipped order of which no invoice could be made. */
static void
put_invoice(why_book *self, wb_json_ref invoice)
{
    char why[TEXT_SIZE];
    wb_why_delivery *row;

    if (!wb_read_text(self->json, invoice, "missing", why, sizeof why)[0])
        return;
    row = why_add_row(&self->deliveries, sizeof *row);
    *row = (wb_why_delivery){
        .target = "invoice", .outcome = "not made", .reason = why_keep(self, why)};
}

static void
put_target(why_book *self, wb_json_ref target)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, target, "rules"));
    const char *name = why_text_of(self, target, "target", TEXT_SIZE);

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_why_decision *row = why_add_row(&self->decisions, sizeof *row);

        *row = (wb_why_decision){.target = name,
                                 .what = why_text_of(self, at, "what", 64),
                                 .is = why_text_of(self, at, "is", TEXT_SIZE),
                                 .by = why_text_of(self, at, "by", TEXT_SIZE)};
    }
}

static void
put_decisions(why_book *self, wb_json_ref record)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, record, "decided"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        put_target(self, at);
}

/* Targets that it is on its way to. */
static void
put_outbox(why_book *self, wb_json_ref record, const char *instance)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, record, "waiting_for"));
    char words[TEXT_SIZE];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_hold *hold = add_hold(self, WB_HOLD_OUTBOX, instance);
        wb_view target = {0};

        wb_ignore(wb_json_text(json, at, &target, "target", NULL), "its words are told");
        (void)snprintf(words, sizeof words, "on its way to %.*s",
                       WB_VIEW_ARG(wb_json_raw(json, at)));
        hold->account = target.len ? wb_pool_text(&self->pool, target) : "";
        hold->since = self->changed;
        hold->wait = WB_WAIT_LANE;
        hold->words = why_keep(self, words);
        hold->who = "see the pusher's line, if there is one";
    }
}

/* Of a listing: it is not told its number yet. */
static void
put_number(why_book *self, wb_json_ref stock, const char *instance)
{
    char word[32];
    wb_hold *hold;
    wb_wait wait;

    if (!wb_read_text(self->json, stock, "wait", word, sizeof word)[0])
        return;
    wait = wb_wait_find(wb_view_of(word));
    hold = add_hold(self, WB_HOLD_APART, instance);
    hold->account = "its channel";
    hold->since = why_text_of(self, stock, "since", 40);
    hold->next = why_text_of(self, stock, "due", 40);
    hold->wait = wait;
    hold->words = wait < WB_WAIT_COUNT ? wb_wait_means(wait) : why_keep(self, word);
    hold->who = wait < WB_WAIT_COUNT ? wb_wait_who(wait) : "";
}

/* What the mapper keeps of it: the state, and what each target has. */
static void
put_record(why_book *self, wb_json_ref record, const char *instance)
{
    self->status = why_text_of(self, record, "status", 32);
    self->changed = why_text_of(self, record, "changed", 40);
    put_deliveries(self, record, instance);
    put_not_sent(self, record);
    put_invoice(self, wb_json_get(self->json, record, "invoice"));
    put_decisions(self, record);
    why_put_parts(self, record);
    if (!wb_read_bool(self->json, record, "routed")) {
        wb_hold *hold = add_hold(self, WB_HOLD_SOURCE, instance);

        hold->since = self->changed;
        hold->words = "its channel calls it pending, or no route takes it";
        hold->who = "nobody: it goes on when the channel says so";
    }
    put_outbox(self, record, instance);
    put_number(self, wb_json_get(self->json, record, "stock"), instance);
    why_put_stock(self, record);
    self->known = true;
}

/* A process that takes nothing new: what it does not know waits before it. */
static void
put_pressure(why_book *self, const char *instance)
{
    char why[TEXT_SIZE], words[TEXT_SIZE + 64];
    wb_hold *hold;

    if (!wb_read_text(self->json, 0, "pressure", why, sizeof why)[0])
        return;
    (void)snprintf(words, sizeof words, "takes nothing new: %s", why);
    hold = add_hold(self, WB_HOLD_FULL, instance);
    hold->wait = WB_WAIT_PRESSURE;
    hold->words = why_keep(self, words);
    hold->who = "you: make room, or raise map_bytes";
}

static void
put_on_their_way(why_book *self, const char *instance)
{
    wb_hold *hold;

    if (!wb_read_int(self->json, 0, "on_their_way"))
        return;
    hold = add_hold(self, WB_HOLD_LANE, instance);
    hold->wait = WB_WAIT_LANE;
    hold->words = "stored, on its way to the next process";
    hold->who = "nobody";
    self->known = true;
}

void
why_take(why_book *self, const wb_answer *answer)
{
    wb_json *json = self->json;
    wb_json_ref record;

    if (wb_answer_read(answer, json, NULL))
        return;
    record = wb_json_first(json, wb_json_get(json, 0, "records"));
    if (record != WB_JSON_NONE)
        put_record(self, record, answer->instance);
    else
        put_pressure(self, answer->instance);
    put_jobs(self, answer->instance, "jobs", "account");
    put_jobs(self, answer->instance, "targets", "target");
    put_tasks(self, answer->instance);
    put_parked(self, answer->instance);
    put_on_their_way(self, answer->instance);
}

/* --- what happened --- */

void
why_take_timeline(why_book *self, const wb_answer *answer)
{
    wb_json *json = self->json;
    wb_json_ref at;

    if (!why_read(self, answer))
        return;
    at = wb_json_first(json, wb_json_get(json, 0, "events"));
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_why_event *event = why_add_row(&self->events, sizeof *event);

        *event = (wb_why_event){.at_utc_us = wb_read_int(json, at, "at"),
                                .what = why_text_of(self, at, "what", 40),
                                .outcome = (wb_outcome)wb_read_int(json, at, "outcome"),
                                .target = why_text_of(self, at, "target", TEXT_SIZE),
                                .text = why_text_of(self, at, "text", TEXT_SIZE)};
        why_put_hops(self, at, event);
        self->known = true;
    }
}

/* Which of them have nothing of it is known when all have spoken, in whatever order. */
static void
settle_not_sent(why_book *self)
{
    for (size_t i = 0; i < self->not_sent.count; i++) {
        const wb_why_delivery *row = (const wb_why_delivery *)self->not_sent.items + i;

        if (!why_has_mark(self, row->target))
            *(wb_why_delivery *)why_add_row(&self->deliveries, sizeof *row) = *row;
    }
    self->not_sent.count = 0;
}

void
why_show(why_book *self, wb_why *out)
{
    settle_not_sent(self);
    out->known = self->known;
    out->status = self->status;
    out->changed = self->changed;
    out->holds = self->holds.items;
    out->hold_count = self->holds.count;
    out->deliveries = self->deliveries.items;
    out->delivery_count = self->deliveries.count;
    out->marks = self->marks.items;
    out->mark_count = self->marks.count;
    out->parts = self->parts.items;
    out->part_count = self->parts.count;
    out->decisions = self->decisions.items;
    out->decision_count = self->decisions.count;
    out->events = self->events.items;
    out->event_count = self->events.count;
    out->stock = self->stock.items;
    out->stock_count = self->stock.count;
    out->gaps = self->gaps.items;
    out->gap_count = self->gaps.count;
}
