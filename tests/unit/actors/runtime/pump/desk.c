/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/runtime/pump/desk.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"

#define ACCOUNT(name)                                                                              \
    "  " name ": {connector: " name ", backoff_min_ms: 10ms, backoff_max_ms: 60ms, "               \
    "attempts_max: 3, held_rows: 1}\n"

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "POST";
    out->template = "/";
    wb_buf_addf(&out->url, "http://desk/%s", call->op->verb == WB_VERB_PUSH ? "push" : "look");
    for (size_t i = 0; i < call->item_count; i++) {
        const wb_call_item *item = &call->items[i];
        uint64_t revision = call->op->verb == WB_VERB_PUSH ? item->env->revision : item->revision;

        wb_buf_addf(&out->body, "%.*s rev=%llu again=%d", WB_VIEW_ARG(item->env->record),
                    (unsigned long long)revision, item->again);
        wb_buf_addf(&out->body, " attempt=%.*s number=%u", WB_VIEW_ARG(item->attempt),
                    item->number);
        wb_buf_addf(&out->body, " ticket=%.*s cursor=%.*s\n", WB_VIEW_ARG(item->ticket),
                    WB_VIEW_ARG(item->cursor));
    }
    return wb_request_check(out, err);
}

static void
read_word(const wb_call *call, wb_result *out, wb_view word)
{
    static const struct {
        const char *word;
        wb_result_code code;
    } words[] = {
        {"done",      WB_RESULT_DONE     },
        {"unchanged", WB_RESULT_UNCHANGED},
        {"later",     WB_RESULT_RETRY    },
        {"refused",   WB_RESULT_PARK     },
        {"absent",    WB_RESULT_ABSENT   },
        {"unknown",   WB_RESULT_UNKNOWN  },
        {"more",      WB_RESULT_MORE     },
    };

    for (size_t n = 0; n < WB_COUNT(words); n++) {
        if (!wb_view_is(word, words[n].word))
            continue;
        wb_result_set(out, words[n].code, "the desk says %s", words[n].word);
        out->cursor = WB_VIEW_LIT("page-2");
        return;
    }
    if (call->op->verb != WB_VERB_PUSH)
        return;
    out->code = WB_RESULT_ACCEPTED;
    out->again_ms = 30;
    out->ticket = word;
}

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const char *at = resp->body.data, *end = at + resp->body.len;

    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    for (size_t i = 0; i < call->item_count && at < end; i++) {
        const char *line = memchr(at, '\n', (size_t)(end - at));

        if (!line)
            return wb_fail(err, WB_REJECT, "the answer is cut short");
        read_word(call, &out->results[i], (wb_view){at, (size_t)(line - at)});
        at = line + 1;
    }
    return WB_OK;
}

static const char *
push_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    (void)want;
    (void)delivered;
    return "put";
}

#define PUT                                                                                        \
    .name = "put", .verb = WB_VERB_PUSH, .batch_max = 4, .timeout_ms = 1000, .settle_ms = 100,     \
    .look = "look", .build = build, .read = read
#define LOOK                                                                                       \
    {.name = "look",                                                                               \
     .verb = WB_VERB_LOOK,                                                                         \
     .batch_max = 2,                                                                               \
     .timeout_ms = 1000,                                                                           \
     .build = build,                                                                               \
     .read = read},                                                                                \
    {                                                                                              \
        0                                                                                          \
    }

static const wb_op desk_ops[] = {{PUT}, LOOK};
static const wb_op keys_ops[] = {
    {PUT, .repeatable = true, .compares = true},
    LOOK
};
static const wb_op soon_ops[] = {
    {PUT, .ticket_max_ms = 300},
    LOOK
};
static const wb_op post_ops[] = {
    {PUT, .look_by_attempt = true},
    LOOK
};

static const wb_connector desk = {.name = "desk", .ops = desk_ops, .push_op = push_op},
                          keys = {.name = "keys", .ops = keys_ops, .push_op = push_op},
                          soon = {.name = "soon", .ops = soon_ops, .push_op = push_op},
                          post = {.name = "post", .ops = post_ops, .push_op = push_op};
static const wb_connector *const connectors[] = {&desk, &keys, &soon, &post, NULL};

void
desk_open(kit *self)
{
    kit_open(self, ACCOUNT("desk") ACCOUNT("keys") ACCOUNT("soon") ACCOUNT("post"), connectors);
}

static void
name_record(char out[64], size_t n)
{
    snprintf(out, 64, "default/shop/order/n%zux", n);
}

void
desk_take(kit *self, const char *target, size_t n, uint64_t revision)
{
    char record[64];

    name_record(record, n);
    kit_take(self, &(kit_want){.n = n, .target = target, .record = record, .revision = revision});
}

void
desk_reply(const char *path, const char *lines)
{
    kit_reply(&(kit_answer){.status = 200, .body = lines, .with = path});
}

void
desk_accept(kit *self, const char *target, size_t n, uint64_t revision, const char *ticket)
{
    desk_take(self, target, n, revision);
    kit_until(self, kit_next("/push"));
    desk_reply("/push", ticket);
    kit_until(self, kit_outcome[n] == WB_OUTCOME_HELD);
}

wb_job *
desk_job(kit *self, const char *target, size_t n)
{
    char record[64];

    name_record(record, n);
    return wb_pump_find(self->pump, kit_account(self, strchr(target, '/') + 1), wb_view_of(record));
}

bool
desk_mark(kit *self, const char *target, size_t n, wb_mark_row *out)
{
    char record[64];

    name_record(record, n);
    return kit_mark(self, target, record, out);
}
