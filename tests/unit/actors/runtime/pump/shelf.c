/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/runtime/pump/shelf.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"

#define ACCOUNT                                                                                    \
    "  shop: {connector: shelf, backoff_min_ms: 10ms, backoff_max_ms: 40ms, attempts_max: 3}\n"

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
} words[] = {
    {"done",   WB_RESULT_DONE  },
    {"more",   WB_RESULT_MORE  },
    {"retry",  WB_RESULT_RETRY },
    {"absent", WB_RESULT_ABSENT},
    {"park",   WB_RESULT_PARK  },
};

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const char *at = resp->body.data, *end = at + resp->body.len;

    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
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
        for (size_t n = 0; n < WB_COUNT(words); n++)
            if (!strcmp(words[n].word, word))
                wb_result_set(&out->results[i], words[n].code, "%s", word);
        out->results[i].body = WB_VIEW_LIT("part");
        out->results[i].cursor = WB_VIEW_LIT("next");
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
     .build = build,
     .read = read},
    {0},
};
static const wb_connector shelf = {.name = "shelf", .summary = "a test's shelf", .ops = ops};
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
    if (self->keep)
        self->held = job;
    else
        wb_pump_settle(self->kit.pump, job, WB_OUTCOME_HANDED_ON, false);
}

static wb_after_unknown
after_unknown(void *actor, wb_job *job)
{
    (void)actor;
    (void)job;
    return WB_UNKNOWN_RESEND;
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
                                    .room = room,
                                    .after_unknown = after_unknown};

void
shelf_open(shelf_taker *self)
{
    *self = (shelf_taker){0};
    kit_open_actor(&self->kit, ACCOUNT, connectors, &actor, self);
}

void
shelf_notice(shelf_taker *self, size_t n, const char *record, int64_t source)
{
    wb_account *account = kit_account(&self->kit, "shop");
    wb_envelope env = {.kind = WB_KIND_NOTICE,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("shelf"),
                       .account = WB_VIEW_LIT("shop"),
                       .record_kind = WB_RECORD_ORDER,
                       .record = wb_view_of(record),
                       .source_utc_us = source,
                       .body = WB_VIEW_LIT("{}")};
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
