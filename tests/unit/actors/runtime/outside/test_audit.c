/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account is asked whether it is served: which question, with which token, and what is made of
 * the answer. HTTP is played by the test.
 */
#include "actors/runtime/outside/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/suite.h"

/* --- the other side --- */

static struct {
    size_t requests;
    char url[200], signature[64];
    wb_http_done done;
    void *arg;
} sent;

wb_rc
wb_http_start(wb_http *self, const wb_request *request, const wb_http_waiter *by,
              wb_http_call **out, wb_err *err)
{
    (void)self;
    (void)out;
    (void)err;
    sent.requests++;
    wb_ignore(wb_text_set(sent.url, sizeof sent.url, wb_buf_view(&request->url), NULL), "it fits");
    wb_ignore(wb_text_set(sent.signature, sizeof sent.signature,
                          wb_request_find_header(request, "Signed"), NULL),
              "it fits");
    sent.done = by->done;
    sent.arg = by->arg;
    return WB_OK;
}

/* Of other calls than these. */
void
wb_http_take_into(wb_http_call *call, const wb_http_taker *taker)
{
    (void)call;
    (void)taker;
    ck_abort();
}

void
wb_http_cancel(wb_http *self, wb_http_call **call_p)
{
    (void)self;
    (void)call_p;
    ck_abort();
}

/* --- the connector: an answer is "TOKEN", or a status that says how it is refused --- */

typedef struct {
    char *secret;
    bool asks;
} options;

static const wb_option rows[] = {
    WB_SECRET(options, secret, "", "what tokens are got by"),
    WB_BOOL(options, asks, "true", "whether there is a question"),
    WB_END,
};

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "GET";
    out->template = "/";
    wb_buf_addf(&out->url, "https://api.example:8443/%s", call->op->name);
    return wb_request_check(out, err);
}

static wb_rc
token_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    wb_buf_add_view(&out->token, resp->body);
    return WB_OK;
}

/* "HAS|LACKS|CURSOR", or nothing. */
static void
read_rest(wb_view body, wb_outcomes *out)
{
    wb_view *const parts[] = {&out->word.has, &out->word.lacks, &out->cursor};

    wb_outcomes_reserve(out, body.len);
    for (size_t i = 0; body.len && i < WB_COUNT(parts); i++) {
        const char *bar = memchr(body.data, '|', body.len);
        size_t len = bar ? (size_t)(bar - body.data) : body.len;

        *parts[i] = wb_outcomes_keep(out, (wb_view){body.data, len});
        body = (wb_view){body.data + len + (bar != NULL), body.len - len - (bar != NULL)};
    }
}

static wb_rc
ask_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    if (resp->status == 200) {
        read_rest(resp->body, out);
        if (call->cursor.len)
            return WB_OK;
        out->word.shop = WB_VIEW_LIT("shop-7");
        out->word.region = WB_VIEW_LIT("eu");
        out->word.scopes = WB_VIEW_LIT("orders stock");
        out->word.expires_utc_us = 1700000000000000;
        return WB_OK;
    }
    if (resp->status != 418)
        return wb_response_usual(call, resp, out, err);
    out->trouble = WB_TROUBLE_ADDRESS;
    return wb_fail(err, WB_SUSPEND, "refused: %.*s", WB_VIEW_ARG(resp->body));
}

static wb_rc
sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    char text[64];

    (void)snprintf(text, sizeof text, "%.*s at %lld", WB_VIEW_ARG(token),
                   (long long)((call->now_utc_us - wb_now_utc_us()) / WB_US_PER_S));
    wb_request_set_header(request, "Signed", wb_view_of(text), true);
    return wb_request_check(request, err);
}

static const char *
ask_op(const void *account, const wb_op *refused)
{
    return ((const options *)account)->asks && refused->verb == WB_VERB_FETCH ? "ask" : NULL;
}

#define OPS(name_, ...)                                                                            \
    static const wb_op name_[] = {                                                                 \
        {.name = "ask",                                                                            \
         .verb = WB_VERB_ASK,                                                                      \
         .more = "ask.more",                                                                       \
         .needs_token = true,                                                                      \
         .timeout_ms = 1000,                                                                       \
         .build = build,                                                                           \
         .read = ask_read},                                                                        \
        {.name = "ask.more",                                                                       \
         .verb = WB_VERB_ASK,                                                                      \
         .needs_token = true,                                                                      \
         .timeout_ms = 1000,                                                                       \
         .build = build,                                                                           \
         .read = ask_read},                                                                        \
        {.name = "get",                                                                            \
         .verb = WB_VERB_FETCH,                                                                    \
         .timeout_ms = 1000,                                                                       \
         .build = build,                                                                           \
         .read = ask_read},                                                                        \
        {.name = "token",                                                                          \
         .verb = WB_VERB_TOKEN,                                                                    \
         .timeout_ms = 1000,                                                                       \
         .build = build,                                                                           \
         .read = token_read,                                                                       \
         __VA_ARGS__},                                                                             \
        {0},                                                                                       \
    }
OPS(plain_ops, .repeatable = false);
OPS(granted_ops, .grant = "secret");
OPS(replacing_ops, .replaces = true);

#define CONNECTOR(name_)                                                                           \
    static const wb_connector name_ = {.name = #name_,                                             \
                                       .summary = "a test's",                                      \
                                       .options = rows,                                            \
                                       .options_size = sizeof(options),                            \
                                       .ops = name_##_ops,                                         \
                                       .sign = sign,                                               \
                                       .ask_op = ask_op}
CONNECTOR(plain);
CONNECTOR(granted);
CONNECTOR(replacing);
static const wb_connector *const connectors[] = {&granted, &plain, &replacing, NULL};

/* --- one account --- */

static wb_config *config;
static wb_accounts *accounts;
static wb_audit_result got;
static size_t ends;

static void
setup(void)
{
    static const char yaml[] =
        "state: /nonexistent\n"
        "accounts:\n"
        "  plain: {connector: plain, options: {secret: '${env:T_AUDIT}'}}\n"
        "  granted: {connector: granted, options: {secret: '${env:T_AUDIT}'}}\n"
        "  replacing: {connector: replacing}\n"
        "  mute: {connector: plain, options: {asks: false}}\n";
    wb_err err = {0};

    ck_assert_int_eq(setenv("T_AUDIT", "very-secret", 1), 0);
    ck_assert_msg(!wb_config_parse(&config, wb_view_of(yaml), "/tmp", connectors, NULL, &err), "%s",
                  err.text);
    accounts = wb_accounts_new(config);
    memset(&sent, 0, sizeof sent);
    memset(&got, 0, sizeof got);
    ends = 0;
}

static void
teardown(void)
{
    wb_accounts_destroy(&accounts);
    wb_config_destroy(&config);
}

static void
on_end(void *arg, const wb_audit_result *result)
{
    (void)arg;
    got = *result;
    ends++;
}

static void
start(const char *name, bool sole)
{
    wb_audit_start(NULL, wb_accounts_find_name(accounts, wb_view_of(name)), sole, on_end, NULL);
}

static void
answer(int status, const char *body, int64_t ahead_s)
{
    wb_http_answer http = {.end = WB_HTTP_ANSWERED, .took_us = 1000};

    http.response.status = status;
    http.response.body = wb_view_of(body);
    http.response.headers = WB_VIEW_LIT("");
    http.response.sent_utc_us = wb_now_utc_us();
    http.date_utc_us = wb_now_utc_us() + ahead_s * WB_US_PER_S;
    sent.done(sent.arg, &http);
}

static void
breaks(wb_http_end end, const char *error)
{
    wb_http_answer http = {.end = end, .took_us = 1000};

    (void)snprintf(http.error, sizeof http.error, "%s", error);
    sent.done(sent.arg, &http);
}

START_TEST(a_token_is_got_and_the_question_asked_with_it)
{
    start("plain", false);
    ck_assert_str_eq(sent.url, "https://api.example:8443/token");
    answer(200, "T-1", 0);
    ck_assert_str_eq(sent.url, "https://api.example:8443/ask");
    ck_assert_msg(strncmp(sent.signature, "T-1 at ", 7) == 0, "%s", sent.signature);
    answer(200, "", 0);
    ck_assert_uint_eq(ends, 1);
    ck_assert_int_eq(got.verdict, WB_AUDIT_GOOD);
    ck_assert_str_eq(got.shop, "shop-7");
    ck_assert_str_eq(got.region, "eu");
    ck_assert_str_eq(got.scopes, "orders stock");
    ck_assert_int_eq(got.expires_utc_us, 1700000000000000);
    ck_assert_str_eq(got.op, "ask");
    ck_assert_int_eq(got.clock_ahead_us, 0);
}
END_TEST

/* What is there, and what of the settings is not, is told by all parts together. */
START_TEST(all_parts_of_the_question_are_asked)
{
    start("plain", false);
    answer(200, "T-1", 0);
    answer(200, "A (1)||ask.more 2", 0);
    ck_assert_str_eq(sent.url, "https://api.example:8443/ask.more");
    ck_assert_msg(strncmp(sent.signature, "T-1 at ", 7) == 0, "%s", sent.signature);
    answer(200, "|no B|ask.more 3", 0);
    answer(200, "C (3), D (4)|no E", 0);
    ck_assert_uint_eq(ends, 1);
    ck_assert_int_eq(got.verdict, WB_AUDIT_GOOD);
    ck_assert_str_eq(got.op, "ask");
    ck_assert_str_eq(got.shop, "shop-7");
    ck_assert_str_eq(got.has, "A (1), C (3), D (4)");
    ck_assert_str_eq(got.lacks, "no B; no E");
    ck_assert_str_eq(got.untold, "");
}
END_TEST

/* Who is served may be refused what else there is: that is told, and is no verdict. */
START_TEST(a_part_that_is_refused_leaves_the_account_served)
{
    start("plain", false);
    answer(200, "T-1", 0);
    answer(200, "A (1)|no B|ask.more 2", 0);
    answer(418, "not granted", 0);
    ck_assert_uint_eq(ends, 1);
    ck_assert_int_eq(got.verdict, WB_AUDIT_GOOD);
    ck_assert_int_eq(got.trouble, WB_TROUBLE_NONE);
    ck_assert_int_eq(got.status, 200);
    ck_assert_str_eq(got.lacks, "no B");
    ck_assert_str_eq(got.untold, "refused: not granted");
}
END_TEST

START_TEST(a_question_without_an_end_is_left)
{
    start("plain", false);
    answer(200, "T-1", 0);
    for (int i = 0; i < 10000 && !ends; i++)
        answer(200, "A (1)||ask.more 2", 0);
    ck_assert_uint_eq(ends, 1);
    ck_assert_int_eq(got.verdict, WB_AUDIT_GOOD);
    ck_assert_uint_lt(strlen(got.has), sizeof got.has);
}
END_TEST

static const struct {
    const char *account, *why;
    bool sole;
} unasked[] = {
    {"granted",   "only the keeper asks",             true },
    {"replacing", "the one that the deployment uses", false},
    {"mute",      "no harmless question",             true },
};

/* Nothing is taken from whoever uses the account. */
START_TEST(what_would_cost_something_is_not_asked)
{
    start(unasked[_i].account, unasked[_i].sole);
    ck_assert_uint_eq(ends, 1);
    ck_assert_uint_eq(sent.requests, 0);
    ck_assert_int_eq(got.verdict, WB_AUDIT_UNASKED);
    ck_assert_msg(strstr(got.why, unasked[_i].why), "%s", got.why);
}
END_TEST

START_TEST(a_token_that_ends_others_is_got_when_nobody_has_one)
{
    start("replacing", true);
    ck_assert_uint_eq(sent.requests, 1);
    answer(200, "T-1", 0);
    answer(200, "", 0);
    ck_assert_int_eq(got.verdict, WB_AUDIT_GOOD);
}
END_TEST

static const struct {
    const char *label;
    int status; /* of the question's answer; 0: it broke */
    wb_http_end end;
    const char *body;
    wb_audit_verdict verdict;
    wb_trouble trouble;
    const char *why;
} ends_of[] = {
    {"named by the vendor", 418, WB_HTTP_ANSWERED,  "not on the list", WB_AUDIT_BAD,
     WB_TROUBLE_ADDRESS,                                                                                "refused: not on the list"},
    {"refused",             403, WB_HTTP_ANSWERED,  "",                WB_AUDIT_BAD,   WB_TROUBLE_NONE, "HTTP 403"                },
    {"wrong request",       400, WB_HTTP_ANSWERED,  "",                WB_AUDIT_BAD,   WB_TROUBLE_NONE, "HTTP 400"                },
    {"down",                503, WB_HTTP_ANSWERED,  "",                WB_AUDIT_LATER, WB_TROUBLE_NONE, "HTTP 503"                },
    {"too fast",            429, WB_HTTP_ANSWERED,  "",                WB_AUDIT_LATER, WB_TROUBLE_NONE, "HTTP 429"                },
    {"no such host",        0,   WB_HTTP_NOT_SENT,  "",                WB_AUDIT_BAD,   WB_TROUBLE_NONE, "the test broke it"       },
    {"no trust",            0,   WB_HTTP_UNTRUSTED, "",                WB_AUDIT_BAD,   WB_TROUBLE_NONE, "the test broke it"       },
    {"silence",             0,   WB_HTTP_TIMEOUT,   "",                WB_AUDIT_BAD,   WB_TROUBLE_NONE, "the test broke it"       },
};

START_TEST(how_it_ended_is_told)
{
    start("plain", true);
    answer(200, "T-1", 0);
    if (ends_of[_i].status)
        answer(ends_of[_i].status, ends_of[_i].body, 0);
    else
        breaks(ends_of[_i].end, "the test broke it");
    ck_assert_uint_eq(ends, 1);
    ck_assert_msg(got.verdict == ends_of[_i].verdict, "%s: %d", ends_of[_i].label,
                  (int)got.verdict);
    ck_assert_int_eq(got.trouble, ends_of[_i].trouble);
    ck_assert_int_eq(got.end, ends_of[_i].end);
    ck_assert_int_eq(got.status, ends_of[_i].status);
    ck_assert_str_eq(got.host, "api.example:8443");
    ck_assert_msg(strstr(got.why, ends_of[_i].why), "%s: %s", ends_of[_i].label, got.why);
}
END_TEST

START_TEST(a_token_that_does_not_come_is_told)
{
    start("plain", true);
    if (_i)
        answer(401, "", 0);
    else
        answer(200, "", 0);
    ck_assert_uint_eq(sent.requests, 1);
    ck_assert_int_eq(got.verdict, WB_AUDIT_BAD);
    ck_assert_str_eq(got.op, "token");
    ck_assert_msg(strstr(got.why, _i ? "HTTP 401" : "no token"), "%s", got.why);
}
END_TEST

/* Signed by a wrong clock it is refused: once more by theirs, and what is wrong is told. */
START_TEST(a_clock_that_is_off_is_told_and_corrected_once)
{
    start("plain", true);
    answer(200, "T-1", 300);
    answer(401, "", 300);
    ck_assert_uint_eq(sent.requests, 3);
    ck_assert_msg(strcmp(sent.signature, "T-1 at 300") == 0 ||
                      strcmp(sent.signature, "T-1 at 299") == 0,
                  "%s", sent.signature);
    if (_i)
        answer(401, "", 300);
    else
        answer(200, "", 300);
    ck_assert_uint_eq(ends, 1);
    ck_assert_int_eq(got.verdict, _i ? WB_AUDIT_BAD : WB_AUDIT_GOOD);
    ck_assert_int_eq(got.clock_ahead_us / WB_US_PER_S, 300);
}
END_TEST

START_TEST(no_secret_is_told)
{
    start("plain", true);
    answer(200, "token-in-memory", 0);
    answer(418, "very-secret and token-in-memory", 0);
    ck_assert_msg(!strstr(got.why, "very-secret") && !strstr(got.why, "token-in-memory"), "%s",
                  got.why);
    ck_assert(strstr(got.why, "***"));
}
END_TEST

int
main(void)
{
    const wb_suite_row all[] = {
        {all_parts_of_the_question_are_asked,                 0                },
        {a_part_that_is_refused_leaves_the_account_served,    0                },
        {a_question_without_an_end_is_left,                   0                },
        {a_token_is_got_and_the_question_asked_with_it,       0                },
        {what_would_cost_something_is_not_asked,              WB_COUNT(unasked)},
        {a_token_that_ends_others_is_got_when_nobody_has_one, 0                },
        {how_it_ended_is_told,                                WB_COUNT(ends_of)},
        {a_token_that_does_not_come_is_told,                  2                },
        {a_clock_that_is_off_is_told_and_corrected_once,      2                },
        {no_secret_is_told,                                   0                },
        {NULL,                                                0                },
    };

    return wb_suite_run_in("actors.outside.audit", all, setup, teardown);
}
