/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits for a target is looked at, and let go as it was looked at: asked of a pusher's inside
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "protocol/records/order.h"
#include "protocol/records/record.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define PAUSED(options)                                                                            \
    "  erp: {connector: webhook, paused: true, backoff_min_ms: 5ms, backoff_max_ms: 20ms, "        \
    "options: {url: 'http://erp/records', secret: '${env:WB_TEST_PLAN}', " options "}}\n"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};
static const char silent[] = PAUSED("batch: 1");
static const char asked[] =
    PAUSED("after_unknown: probe, settle: 20ms, probe_url: 'http://erp/probe/{key}'");
static wb_json *said;

static void
open_kit(kit *self, const char *yaml)
{
    kit_stores_soon = true;
    ck_assert(!setenv("WB_TEST_PLAN", "c2VjcmV0LXNlY3JldC1zZWNyZXQ", 1));
    kit_open(self, yaml, connectors);
    wb_pusher_plans_open(&self->pusher);
    said = wb_json_new();
}

static void
close_kit(kit *self)
{
    wb_pusher_plans_close(&self->pusher);
    kit_close(self);
    wb_json_destroy(&said);
}

static void
restart(kit *self)
{
    wb_pusher_plans_close(&self->pusher);
    kit_restart(self);
    wb_pusher_plans_open(&self->pusher);
}

/* An order of Ann's, with a note that tells revisions apart. */
static void
take(kit *self, size_t n, uint64_t revision, const char *note)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_order order = {.external_id = WB_VIEW_LIT("A"), .channel = WB_VIEW_LIT("x")};
    char record[64];
    wb_err err = {0};

    snprintf(record, sizeof record, "default/shop/order/n%zux", n);
    order.status = WB_ORDER_CREATED;
    order.seller_order_id = wb_view_of(note);
    order.buyer.name = WB_VIEW_LIT("Annabel Lee");
    wb_buf_init(&body, 65536);
    ck_assert(!wb_canonical_encode(wb_canonical_fields(WB_RECORD_ORDER), &order, &body, &err));
    kit_take(self, &(kit_want){.n = n,
                               .target = ERP,
                               .record = record,
                               .revision = revision,
                               .body = wb_buf_view(&body)});
}

static void
until_stored(kit *self, size_t count)
{
    kit_until(self, kit_rows(self, WB_DB_JOBS) == count && kit_outcome[count]);
}

typedef wb_rc (*handler)(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

/* It is answered, now or later; `said` has the answer. */
static void
ask(kit *self, handler call, const char *body)
{
    wb_envelope env = {.kind = WB_KIND_CALL_PLAN, .body = wb_view_of(body)};
    wb_err err = {0};

    kit_reply_count = 0;
    ck_assert(!call(&self->ctx, kit_delivery(&env, KIT_MESSAGES_MAX - 1), &err));
}

static void
hear(kit *self)
{
    wb_err err = {0};

    kit_until(self, kit_reply_count);
    ck_assert_msg(!wb_json_parse(said, wb_buf_view(&kit_last_reply), &err), "%s", err.text);
}

static void
plan(kit *self, const char *more)
{
    char body[256];

    snprintf(body, sizeof body, "{\"account\":\"" ERP "\"%s}", more);
    ask(self, wb_pusher_plan, body);
}

static bool
says(const char *path, const char *text)
{
    wb_view view = {NULL, 0};

    return !wb_json_text(said, wb_json_at(said, 0, path), &view, path, NULL) &&
           wb_view_is(view, text);
}

static wb_json_ref
row(size_t index)
{
    wb_json_ref at = wb_json_first(said, wb_json_get(said, 0, "rows"));

    while (index--)
        at = wb_json_next(said, at);
    return at;
}

static wb_view
text_of(wb_json_ref ref, const char *path)
{
    wb_view view = {NULL, 0};

    ck_assert(!wb_json_text(said, wb_json_at(said, ref, path), &view, path, NULL));
    return view;
}

static bool
has(wb_view text, const char *part)
{
    return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

static size_t
rows(void)
{
    return wb_json_count(said, wb_json_get(said, 0, "rows"));
}

/* What an apply asks for of the last plan's rows. */
static void
request_of_plan(char *out, size_t size)
{
    size_t len = (size_t)snprintf(out, size, "{\"account\":\"" ERP "\",\"rows\":[");

    for (size_t i = 0; i < rows(); i++) {
        int64_t revision = 0;

        ck_assert(!wb_json_int(said, wb_json_get(said, row(i), "revision"), &revision, "r", NULL));
        len += (size_t)snprintf(
            out + len, size - len,
            "%s{\"record\":\"%.*s\",\"revision\":%lld,\"state\":\"%.*s\",\"request\":\"%.*s\"}",
            i ? "," : "", WB_VIEW_ARG(text_of(row(i), "record")), (long long)revision,
            WB_VIEW_ARG(text_of(row(i), "digest.state")),
            WB_VIEW_ARG(text_of(row(i), "digest.request")));
    }
    snprintf(out + len, size - len, "]}");
}

static void
apply(kit *self, const char *body)
{
    ask(self, wb_pusher_apply, body);
    hear(self);
}

static void
answer(const char *with)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .with = with, .body = ""});
}

static bool
delivered(kit *self, const char *record, uint64_t revision)
{
    wb_mark_row mark;

    return kit_mark(self, ERP, record, &mark) && mark.revision == revision;
}

#define N1 "default/shop/order/n1x"

START_TEST(what_waits_is_told_and_nothing_leaves)
{
    kit self;

    open_kit(&self, silent);
    take(&self, 1, 7, "first");
    take(&self, 2, 7, "second");
    until_stored(&self, 2);
    plan(&self, "");
    hear(&self);
    ck_assert_uint_eq(rows(), 2);
    ck_assert(wb_view_is(text_of(row(0), "record"), N1));
    ck_assert(wb_view_is(text_of(row(0), "against"), "unreadable"));
    ck_assert(has(text_of(row(0), "request"), "http://erp/records"));
    ck_assert_uint_eq(kit_request_count, 0);
    close_kit(&self);
}
END_TEST

START_TEST(who_has_no_leave_sees_no_buyer_and_nobody_sees_a_secret)
{
    kit self;

    open_kit(&self, silent);
    take(&self, 1, 7, "first");
    until_stored(&self, 1);
    plan(&self, "");
    hear(&self);
    ck_assert(!has(wb_buf_view(&kit_last_reply), "Annabel"));
    ck_assert(has(wb_buf_view(&kit_last_reply), "\"hidden\":true"));
    ck_assert(has(wb_buf_view(&kit_last_reply), "\"body_bytes\":"));
    plan(&self, ",\"personal\":true");
    hear(&self);
    ck_assert(has(wb_buf_view(&kit_last_reply), "Annabel Lee"));
    ck_assert(!has(wb_buf_view(&kit_last_reply), "c2VjcmV0LXNlY3JldC1zZWNyZXQ"));
    close_kit(&self);
}
END_TEST

START_TEST(what_was_asked_for_alone)
{
    kit self;

    open_kit(&self, silent);
    for (size_t n = 1; n <= 3; n++)
        take(&self, n, 6 + n, "a");
    until_stored(&self, 3);
    plan(&self, ",\"record\":\"" N1 "\"");
    hear(&self);
    ck_assert_uint_eq(rows(), 1);
    plan(&self, ",\"kind\":\"shipment\"");
    hear(&self);
    ck_assert_uint_eq(rows(), 0);
    plan(&self, ",\"since\":\"1970-01-01T00:00:00.000009Z\"");
    hear(&self);
    ck_assert_uint_eq(rows(), 1);
    plan(&self, ",\"limit\":2");
    hear(&self);
    ck_assert_uint_eq(rows(), 2);
    ck_assert(says("next", "default/shop/order/n2x"));
    plan(&self, ",\"limit\":2,\"after\":\"default/shop/order/n2x\"");
    hear(&self);
    ck_assert_uint_eq(rows(), 1);
    ck_assert(wb_json_get(said, 0, "next") == WB_JSON_NONE);
    plan(&self, ",\"kind\":\"parcel of socks\"");
    hear(&self);
    ck_assert(wb_json_get(said, 0, "error") != WB_JSON_NONE);
    close_kit(&self);
}
END_TEST

START_TEST(the_target_is_asked_what_it_has)
{
    kit self;

    open_kit(&self, asked);
    take(&self, 1, 7, "first");
    take(&self, 2, 7, "second");
    take(&self, 3, 7, "third");
    until_stored(&self, 3);
    plan(&self, "");
    kit_until(&self, kit_next("/probe/"));
    ck_assert_uint_eq(kit_reply_count, 0);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 404});
    kit_until(&self, kit_next("/probe/"));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = "{\"revision\":5}"});
    kit_until(&self, kit_next("/probe/"));
    kit_reply(&(kit_answer){.end = WB_HTTP_BROKEN});
    hear(&self);
    ck_assert(wb_view_is(text_of(row(0), "against"), "nothing"));
    ck_assert(has(text_of(row(1), "why"), "revision 5"));
    ck_assert(wb_view_is(text_of(row(2), "against"), "unreadable"));
    ck_assert_uint_gt(text_of(row(0), "digest.there").len, 0);
    ck_assert_uint_eq(text_of(row(2), "digest.there").len, 0);
    plan(&self, ",\"offline\":true");
    hear(&self);
    ck_assert_uint_eq(kit_request_count, 3);
    close_kit(&self);
}
END_TEST

/* --- a target that is asked before it is written to: its first step is a question --- */

static wb_rc
counter_build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "POST";
    out->template = "/";
    wb_buf_addf(&out->url, "http://counter/%s/%.*s", call->op->name,
                WB_VIEW_ARG(call->items[0].cursor));
    return wb_request_check(out, err);
}

/* "WORD NOTE": what is there, and what that comes to. */
static wb_rc
counter_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    static const struct {
        char word;
        wb_result_code code;
    } words[] = {
        {'s', WB_RESULT_UNCHANGED},
        {'o', WB_RESULT_MORE     },
        {'c', WB_RESULT_PARK     },
        {'a', WB_RESULT_ABSENT   },
        {'r', WB_RESULT_RETRY    },
    };
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const wb_order there = {
        .seller_order_id = {resp->body.data + 1, resp->body.len - 1}
    };

    (void)call;
    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (*resp->body.data == words[i].word)
            wb_result_set(&out->results[0], words[i].code, "the counter says %c", words[i].word);
    out->results[0].cursor = WB_VIEW_LIT("write box-7");
    if (!there.seller_order_id.len)
        return WB_OK;
    wb_buf_init(&body, 1024);
    if (wb_canonical_encode(wb_order_fields, &there, &body, err))
        return WB_REJECT;
    wb_outcomes_reserve(out, body.len);
    out->results[0].body = wb_outcomes_keep(out, wb_buf_view(&body));
    return WB_OK;
}

static const char *
counter_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    (void)want;
    (void)delivered;
    return "see";
}

#define STEP                                                                                       \
    .verb = WB_VERB_PUSH, .batch_max = 1, .timeout_ms = 1000, .build = counter_build,              \
    .read = counter_read
static const wb_op counter_ops[] = {
    {.name = "see",       STEP, .repeatable = true, .more = "write"},
    {.name = "write", STEP},
    {0                  },
};
static const wb_connector counter = {.name = "counter", .ops = counter_ops, .push_op = counter_op};

static const struct {
    const char *label, *answer, *against, *why, *fields, *request, *refused;
} seen[] = {
    {"as it is wanted",   "s",       "unreadable", "the target has it as it is wanted", NULL,
     "http://counter/see",                                                                                                                        NULL                },
    {"otherwise",         "oformer", "target",     "",                                  "\"was\":\"former\"", "http://counter/write/write box-7",
     NULL                                                                                                                                                             },
    {"and tells nothing", "o",       "unreadable", "otherwise, and tells no fields",    NULL,
     "http://counter/write/write box-7",                                                                                                          NULL                },
    {"a conflict",        "cformer", "target",     "",                                  "\"was\":\"former\"", NULL,                               "the counter says c"},
    {"not there",         "a",       "nothing",    "",                                  NULL,                 "http://counter/see",               NULL                },
    {"not now",           "r",       "unreadable", "the counter says r",                NULL,                 "http://counter/see",               NULL                },
};

/* What it shows, and the write that it leads to; nothing is written. */
START_TEST(what_begins_with_a_question_is_asked)
{
    static const wb_connector *const both[] = {&counter, NULL};
    wb_view reply;
    kit self;

    kit_stores_soon = true;
    kit_open(&self, "  erp: {connector: counter, paused: true, backoff_min_ms: 5ms}\n", both);
    wb_pusher_plans_open(&self.pusher);
    said = wb_json_new();
    take(&self, 1, 7, "wanted");
    until_stored(&self, 1);
    plan(&self, "");
    kit_until(&self, kit_next("/see/"));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = seen[_i].answer});
    hear(&self);
    reply = wb_buf_view(&kit_last_reply);
    ck_assert_msg(wb_view_is(text_of(row(0), "against"), seen[_i].against), "%.*s",
                  WB_VIEW_ARG(reply));
    ck_assert_msg(has(text_of(row(0), "why"), seen[_i].why), "%.*s", WB_VIEW_ARG(reply));
    ck_assert(!seen[_i].fields || has(reply, seen[_i].fields));
    if (seen[_i].request)
        ck_assert_msg(has(text_of(row(0), "request"), seen[_i].request), "%.*s",
                      WB_VIEW_ARG(reply));
    else
        ck_assert(wb_view_is(text_of(row(0), "refused"), seen[_i].refused));
    ck_assert_uint_eq(kit_request_count, 1);
    close_kit(&self);
}
END_TEST

START_TEST(one_that_does_not_answer_holds_nobody_up)
{
    kit self;

    open_kit(&self, asked);
    take(&self, 1, 7, "first");
    until_stored(&self, 1);
    plan(&self, "");
    kit_until(&self, kit_next("/probe/"));
    hear(&self); /* by its time */
    ck_assert(wb_view_is(text_of(row(0), "against"), "unreadable"));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 404}); /* late */
    kit_turns(&self, 10);
    plan(&self, "");
    kit_until(&self, kit_next("/probe/")); /* and who ends meanwhile leaves nothing behind */
    close_kit(&self);
}
END_TEST

START_TEST(applied_it_leaves_once_however_often)
{
    char body[4096];
    kit self;

    open_kit(&self, silent);
    take(&self, 1, 7, "first");
    take(&self, 2, 7, "second");
    until_stored(&self, 2);
    plan(&self, ",\"record\":\"" N1 "\"");
    hear(&self);
    request_of_plan(body, sizeof body);
    apply(&self, body);
    ck_assert(wb_view_is(text_of(row(0), "did"), "released"));
    apply(&self, body);
    kit_until(&self, kit_next("n1x"));
    apply(&self, body); /* while it is on its way */
    answer("n1x");
    kit_until(&self, delivered(&self, N1, 7));
    apply(&self, body);
    ck_assert(wb_view_is(text_of(row(0), "did"), "delivered"));
    restart(&self);
    apply(&self, body);
    ck_assert(wb_view_is(text_of(row(0), "did"), "delivered"));
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 1);
    close_kit(&self);
}
END_TEST

START_TEST(applied_after_a_restart_it_leaves)
{
    char body[4096];
    kit self;

    open_kit(&self, silent);
    take(&self, 1, 7, "first");
    until_stored(&self, 1);
    plan(&self, "");
    hear(&self);
    request_of_plan(body, sizeof body);
    restart(&self);
    apply(&self, body);
    ck_assert(wb_view_is(text_of(row(0), "did"), "released"));
    kit_until(&self, kit_next("n1x"));
    answer("n1x");
    kit_until(&self, delivered(&self, N1, 7));
    close_kit(&self);
}
END_TEST

START_TEST(what_changed_since_is_refused_with_what_it_is_now)
{
    char body[4096];
    int64_t revision = 0;
    kit self;

    open_kit(&self, silent);
    take(&self, 1, 7, "first");
    until_stored(&self, 1);
    plan(&self, "");
    hear(&self);
    request_of_plan(body, sizeof body);
    take(&self, 1, 8, "changed");
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD || kit_outcome[1] == WB_OUTCOME_MERGED);
    apply(&self, body);
    ck_assert(wb_view_is(text_of(row(0), "did"), "changed"));
    ck_assert(!wb_json_int(said, wb_json_get(said, row(0), "revision"), &revision, "r", NULL));
    ck_assert_int_eq(revision, 8);
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 0);
    close_kit(&self);
}
END_TEST

static void
spoil(char *body, const char *name)
{
    char *at = strstr(body, name);

    ck_assert_ptr_nonnull(at);
    at += strlen(name);
    *at = *at == '0' ? '1' : '0';
}

START_TEST(another_state_or_request_is_refused)
{
    static const char *const names[] = {"\"state\":\"", "\"request\":\""};
    char body[4096];
    kit self;

    open_kit(&self, silent);
    take(&self, 1, 7, "first");
    until_stored(&self, 1);
    plan(&self, "");
    hear(&self);
    request_of_plan(body, sizeof body);
    spoil(body, names[_i]);
    apply(&self, body);
    ck_assert(wb_view_is(text_of(row(0), "did"), "changed"));
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 0);
    close_kit(&self);
}
END_TEST

START_TEST(what_is_not_there_or_not_ours_is_told)
{
    kit self;

    open_kit(&self, silent);
    apply(&self, "{\"account\":\"" ERP "\",\"rows\":[{\"record\":\"" N1
                 "\",\"revision\":7,\"state\":\"aa\",\"request\":\"bb\"}]}");
    ck_assert(wb_view_is(text_of(row(0), "did"), "changed"));
    apply(&self, "{\"account\":\"" ERP "\",\"rows\":[{\"record\":\"" N1 "\"}]}");
    ck_assert(wb_json_get(said, 0, "error") != WB_JSON_NONE);
    ask(&self, wb_pusher_plan, "{\"account\":\"default/nobody\"}");
    hear(&self);
    ck_assert(wb_json_kind(said, wb_json_get(said, 0, "owner")) == WB_JSON_FALSE);
    close_kit(&self);
}
END_TEST

START_TEST(what_says_nothing_new_is_not_in_it)
{
    char body[4096];
    kit self;

    open_kit(&self, silent);
    take(&self, 1, 7, "first");
    until_stored(&self, 1);
    plan(&self, "");
    hear(&self);
    request_of_plan(body, sizeof body);
    apply(&self, body);
    kit_until(&self, kit_next("n1x"));
    answer("n1x");
    kit_until(&self, delivered(&self, N1, 7));
    plan(&self, "");
    hear(&self);
    ck_assert_uint_eq(rows(), 0);
    take(&self, 1, 8, "second");
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    plan(&self, "");
    hear(&self);
    ck_assert_uint_eq(rows(), 1);
    ck_assert(has(text_of(row(0), "why"), "revision 7 was delivered"));
    close_kit(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows_of[] = {
        {what_waits_is_told_and_nothing_leaves,                   0             },
        {who_has_no_leave_sees_no_buyer_and_nobody_sees_a_secret, 0             },
        {what_was_asked_for_alone,                                0             },
        {the_target_is_asked_what_it_has,                         0             },
        {what_begins_with_a_question_is_asked,                    WB_COUNT(seen)},
        {one_that_does_not_answer_holds_nobody_up,                0             },
        {applied_it_leaves_once_however_often,                    0             },
        {applied_after_a_restart_it_leaves,                       0             },
        {what_changed_since_is_refused_with_what_it_is_now,       0             },
        {another_state_or_request_is_refused,                     2             },
        {what_is_not_there_or_not_ours_is_told,                   0             },
        {what_says_nothing_new_is_not_in_it,                      0             },
        {NULL,                                                    0             },
    };

    return wb_suite_run("actors.pump.plan", rows_of);
}
