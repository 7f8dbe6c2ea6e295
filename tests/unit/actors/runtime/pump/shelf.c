/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/runtime/pump/shelf.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"

#define ACCOUNT                                                                                    \
    "  shop: {connector: shelf, backoff_min_ms: 10ms, backoff_max_ms: 40ms, attempts_max: 3, "     \
    "enrich_attempts: 3, enrich_pause_ms: 200ms}\n"

/* --- the connector --- */

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "GET";
    out->template = "/";
    wb_buf_add_text(&out->url, "http://shelf/");
    for (size_t i = 0; i < call->item_count; i++) {
        wb_buf_addf(&out->body, "%.*s", WB_VIEW_ARG(call->items[i].env->record));
        wb_buf_addf(&out->body, " cursor=%.*s partial=%zu\n", WB_VIEW_ARG(call->items[i].cursor),
                    call->items[i].partial.len);
    }
    return wb_request_check(out, err);
}

static const struct {
    const char *word;
    wb_result_code code;
    const char *awaits, *has;
} words[] = {
    {"done",   WB_RESULT_DONE,   NULL,     NULL   },
    {"more",   WB_RESULT_MORE,   NULL,     NULL   },
    {"retry",  WB_RESULT_RETRY,  NULL,     NULL   },
    {"hour",   WB_RESULT_RETRY,  NULL,     NULL   },
    {"absent", WB_RESULT_ABSENT, NULL,     NULL   },
    {"park",   WB_RESULT_PARK,   NULL,     NULL   },
    {"lacks",  WB_RESULT_DONE,   "number", NULL   },
    {"has",    WB_RESULT_DONE,   "number", "N1,N2"},
    {"moreof", WB_RESULT_MORE,   "number", "N1,N2"},
    {"last",   WB_RESULT_MORE,   NULL,     NULL   },
};

static void
say(wb_result *out, const char *word)
{
    for (size_t n = 0; n < WB_COUNT(words); n++) {
        if (strcmp(words[n].word, word) != 0)
            continue;
        wb_result_set(out, words[n].code, "%s", word);
        out->retry_ms = strcmp(word, "hour") ? 0 : 3600000;
        out->awaited.name = wb_view_of(words[n].awaits);
        out->awaited.value = wb_view_of(words[n].has);
        out->awaited.parts = words[n].awaits ? WB_VIEW_LIT("L1,L2") : (wb_view){NULL, 0};
    }
}

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const char *at = resp->body.data, *end = at + resp->body.len;

    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    if (wb_view_is(resp->body, "later")) {
        out->later_ms = SHELF_LATER_MS;
        return wb_fail(err, WB_RETRY, "it is not ready");
    }
    if (wb_view_is(resp->body, "no")) {
        out->declined = true;
        return wb_fail(err, WB_REJECT, "it says no");
    }
    for (size_t i = 0; i < call->item_count; i++) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        char word[16] = "";
        long long source = 0;

        if (!line)
            return wb_fail(err, WB_REJECT, "the answer is cut short");
        for (size_t n = 0; at < line && *at != ' ' && n < sizeof word - 1; at++)
            word[n++] = *at;
        if (at < line)
            source = strtoll(at + 1, NULL, 10);
        say(&out->results[i], word);
        out->results[i].body = WB_VIEW_LIT("part");
        out->results[i].cursor =
            strcmp(word, "last") ? WB_VIEW_LIT("next") : WB_VIEW_LIT("get.last");
        out->results[i].source_utc_us = source;
        at = line + 1;
    }
    return WB_OK;
}

static const wb_op ops[] = {
    {.name = "get",
     .verb = WB_VERB_FETCH,
     .batch_max = 4,
     .timeout_ms = 1000,
     .more = "get.more",
     .build = build,
     .read = read},
    {.name = "get.more",
     .verb = WB_VERB_FETCH,
     .batch_max = 4,
     .timeout_ms = 1000,
     .more = "get.last",
     .build = build,
     .read = read},
    {.name = "get.last",
     .verb = WB_VERB_FETCH,
     .batch_max = 4,
     .timeout_ms = 1000,
     .build = build,
     .read = read},
    {0      },
};
static const wb_stream streams[] = {
    {.name = "orders",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .fetch = "get",
     .single = true},
    {0},
};
static const wb_connector shelf = {
    .name = "shelf", .summary = "a test's shelf", .streams = streams, .ops = ops};
static const wb_connector *const connectors[] = {&shelf, NULL};

/* --- the actor --- */

static const wb_op *
choose(void *actor, wb_job *job)
{
    (void)actor;
    (void)job;
    return ops;
}

static void
fetched(void *actor, wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    shelf_taker *self = actor;

    (void)sent_utc_us;
    self->handed++;
    self->source = result->source_utc_us;
    self->priority = job->env->priority;
    snprintf(self->stream, sizeof self->stream, "%.*s", WB_VIEW_ARG(job->env->stream));
    snprintf(self->awaited, sizeof self->awaited, "%.*s=%.*s of %.*s",
             WB_VIEW_ARG(job->awaited.name), WB_VIEW_ARG(job->awaited.value),
             WB_VIEW_ARG(job->awaited.parts));
    if (self->keep)
        self->held = job;
    else
        wb_pump_settle(self->kit.pump, job, WB_OUTCOME_HANDED_ON,
                       self->errands && wb_errands_concern(self->errands, job));
}

static wb_after_unknown
after_unknown(void *actor, wb_job *job)
{
    (void)actor;
    (void)job;
    return WB_UNKNOWN_RESEND;
}

static wb_rc
apply(void *actor, wb_job *job, wb_outcome outcome, wb_write *write, wb_txn *txn, wb_err *err)
{
    shelf_taker *self = actor;

    wb_asked_tell(job, write);
    self->stumbled += job->stumbled;
    if (job->stumbled)
        snprintf(self->why, sizeof self->why, "%s", job->error);
    return self->errands ? wb_errands_apply(self->errands, job, outcome, txn, err) : WB_OK;
}

static void
release(void *actor, wb_job *job)
{
    const shelf_taker *self = actor;

    if (self->errands)
        wb_errands_released(self->errands, job);
}

static bool
room(void *actor, const wb_account *account)
{
    const shelf_taker *self = actor;

    (void)account;
    return !self->full;
}

static const wb_pump_actor actor = {.verb = WB_VERB_FETCH,
                                    .choose = choose,
                                    .done = fetched,
                                    .apply = apply,
                                    .gone = wb_asked_gone,
                                    .release = release,
                                    .room = room,
                                    .after_unknown = after_unknown};

void
shelf_open(shelf_taker *self)
{
    *self = (shelf_taker){0};
    kit_open_actor(&self->kit, ACCOUNT, connectors, &actor, self);
}

static wb_envelope
notice_of(const char *record, int64_t source)
{
    return (wb_envelope){.kind = WB_KIND_NOTICE,
                         .tenant = WB_VIEW_LIT("default"),
                         .connector = WB_VIEW_LIT("shelf"),
                         .account = WB_VIEW_LIT("shop"),
                         .record_kind = WB_RECORD_ORDER,
                         .record = wb_view_of(record),
                         .source_utc_us = source,
                         .body = WB_VIEW_LIT("{}")};
}

bool
shelf_errand(shelf_taker *self, const char *record)
{
    wb_envelope env = notice_of(record, 0);
    wb_envelope *own = wb_envelope_copy(&env);

    return wb_pump_errand(self->kit.pump, kit_account(&self->kit, "shop"), &own);
}

void
shelf_notice(shelf_taker *self, size_t n, const char *record, int64_t source)
{
    wb_account *account = kit_account(&self->kit, "shop");
    wb_envelope env = notice_of(record, source);
    wb_delivery *delivery;

    env.id.bytes[0] = (uint8_t)n;
    delivery = kit_delivery(&env, n);
    delivery->taken_ms = wb_loop_now_ms(self->kit.ctx.loop);
    wb_pump_take(self->kit.pump, delivery, account, false);
}

void
shelf_reply(const char *body)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = body});
}
