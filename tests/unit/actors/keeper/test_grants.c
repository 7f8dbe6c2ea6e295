/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants that an answer replaces: kept before the token is told, over restarts, and what becomes of
 * one whose answer was lost
 */
#include <stdlib.h>
#include <string.h>

#include "actors/keeper/keeper.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define LATER INT64_C(4102444800000000) /* a generation beyond all that are */
#define ACCOUNTS "  a: {connector: bank, options: {refresh_token: \"${env:WB_TEST_GRANT}\"}}\n"

typedef struct {
    char *refresh_token;
} bank_options;

static const wb_option rows[] = {
    WB_SECRET(bank_options, refresh_token, NULL, "the first grant"),
    WB_END,
};

#define DAY_MS INT64_C(86400000)

static char used[64];    /* the grant of the last request */
static int64_t grant_ms; /* how long the one that its answer brings is good */

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "POST";
    out->template = "/token";
    wb_buf_add_text(&out->url, "http://bank/token");
    return call->grant.len ? wb_text_set(used, sizeof used, call->grant, err)
                           : wb_fail(err, WB_REJECT, "no grant");
}

/* The body is "token" or "token grant". */
static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const char *blank = memchr(resp->body.data, ' ', resp->body.len);
    size_t len = blank ? (size_t)(blank - resp->body.data) : resp->body.len;

    if (resp->status == 400)
        return wb_fail(err, WB_SUSPEND, "invalid_grant: %.*s", WB_VIEW_ARG(resp->body));
    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    wb_buf_add(&out->token, resp->body.data, len);
    out->token_ttl_ms = 3600000;
    if (blank)
        wb_buf_add(&out->grant, blank + 1, resp->body.len - len - 1);
    out->grant_ttl_ms = blank ? grant_ms : 0;
    return WB_OK;
}

static const wb_op ops[] = {
    {.name = "login",
     .verb = WB_VERB_TOKEN,
     .timeout_ms = 1000,
     .grant = "refresh_token",
     .build = build,
     .read = read},
    {0},
};
static const wb_connector bank = {.name = "bank",
                                  .summary = "a test's bank",
                                  .options = rows,
                                  .options_size = sizeof(bank_options),
                                  .ops = ops};
static const wb_connector *const connectors[] = {&bank, NULL};

typedef struct {
    kit kit;
    wb_keeper keeper;
} vault;

static vault self;

static void
open_keeper(void)
{
    self.keeper =
        (wb_keeper){.ctx = &self.kit.ctx, .tokens = wb_map_new(), .buckets = wb_map_new()};
    self.kit.ctx.state = &self.keeper;
}

static void
close_keeper(void)
{
    wb_err err = {0};

    ck_assert(!wb_commit_flush(self.kit.ctx.commit, &err));
    wb_keeper_tokens_fini(&self.keeper);
    wb_keeper_buckets_fini(&self.keeper);
}

static void
open_vault(void)
{
    ck_assert(setenv("WB_TEST_GRANT", "first-grant", 1) == 0);
    kit_open(&self.kit, ACCOUNTS, connectors);
    open_keeper();
    kit_reply_count = 0;
    grant_ms = DAY_MS;
    used[0] = '\0';
}

static void
close_vault(void)
{
    close_keeper();
    kit_close(&self.kit);
}

static void
restart(void)
{
    close_keeper();
    kit_restart(&self.kit);
    open_keeper();
}

/* Asks for a token that is newer than the one told of; its request has left then. */
static void
ask(int64_t failed)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_envelope env = {.kind = WB_KIND_CALL_TOKEN};
    wb_keep keep = {.scope = WB_VIEW_LIT("bank:default/a"),
                    .account = WB_VIEW_LIT("default/a"),
                    .op = WB_VIEW_LIT("login"),
                    .failed = failed};
    size_t requests = kit_request_count;
    wb_err err = {0};

    wb_buf_init(&body, WB_KEEP_MAX);
    wb_keep_encode(&keep, &body);
    env.body = wb_buf_view(&body);
    ck_assert(!wb_keeper_token(&self.kit.ctx, kit_delivery(&env, 1), &err));
    kit_until(&self.kit, kit_request_count > requests);
}

static wb_keep
told(void)
{
    wb_keep keep;

    ck_assert(!wb_keep_decode(&keep, wb_buf_view(&kit_last_reply), NULL));
    return keep;
}

static void
answer(wb_http_end end, int status, const char *body)
{
    size_t replies = kit_reply_count;

    kit_reply(&(kit_answer){.end = end, .status = status, .body = body});
    kit_until(&self.kit, kit_reply_count > replies);
}

static void
give(const char *body)
{
    answer(WB_HTTP_ANSWERED, 200, body);
}

START_TEST(each_answer_replaces_it)
{
    open_vault();
    ask(0);
    ck_assert_str_eq(used, "first-grant");
    give("t1 second-grant");
    ck_assert(wb_view_is(told().token, "t1"));
    ask(told().generation);
    ck_assert_str_eq(used, "second-grant");
    give("t2 third-grant");
    restart();
    ask(LATER);
    ck_assert_str_eq(used, "third-grant");
    give("t3");
    ask(told().generation);
    ck_assert_str_eq(used, "third-grant"); /* that answer brought none: it stays */
    give("t4");
    close_vault();
}
END_TEST

START_TEST(it_is_stored_before_the_token_is_told)
{
    open_vault();
    ask(0);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = "t1 second-grant"});
    ck_assert_uint_eq(kit_reply_count, 0);
    kit_until(&self.kit, kit_reply_count == 1);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_VAULT), 2);
    close_vault();
}
END_TEST

/* The process ended between the answer and the commit: nobody knows the new one. */
START_TEST(an_answer_that_was_lost_is_named_when_the_old_one_is_refused)
{
    open_vault();
    ask(0);
    restart();
    ask(0);
    ck_assert_str_eq(used, "first-grant"); /* many vendors take the last one twice */
    answer(WB_HTTP_ANSWERED, 400, "");
    ck_assert_int_eq(told().rc, WB_SUSPEND);
    ck_assert_ptr_nonnull(memmem(told().why.data, told().why.len, "was lost", 8));
    ck_assert_ptr_nonnull(
        memmem(told().why.data, told().why.len, "authorise again and set refresh_token", 37));
    close_vault();
}
END_TEST

START_TEST(an_answer_that_was_lost_is_forgotten_when_the_old_one_is_taken)
{
    open_vault();
    ask(0);
    restart();
    ask(0);
    give("t1");
    restart();
    ask(LATER);
    answer(WB_HTTP_ANSWERED, 400, "");
    ck_assert_ptr_null(memmem(told().why.data, told().why.len, "was lost", 8));
    close_vault();
}
END_TEST

/* Ends of a request, and whether a refusal after it, in another life, may be due to it. */
static const struct {
    wb_http_end end;
    int status;
    bool lost;
} ends[] = {
    {WB_HTTP_NOT_SENT,  0,   false},
    {WB_HTTP_ANSWERED,  400, false},
    {WB_HTTP_ANSWERED,  429, false},
    {WB_HTTP_ANSWERED,  502, true },
    {WB_HTTP_TIMEOUT,   0,   true },
    {WB_HTTP_BROKEN,    0,   true },
    {WB_HTTP_TOO_LARGE, 0,   true },
};

START_TEST(only_what_may_have_taken_it_puts_it_in_doubt)
{
    wb_err err = {0};

    open_vault();
    ask(0);
    answer(ends[_i].end, ends[_i].status, "");
    ck_assert(!wb_commit_flush(self.kit.ctx.commit, &err));
    restart();
    ask(0);
    ck_assert_str_eq(used, "first-grant");
    answer(WB_HTTP_ANSWERED, 400, "");
    ck_assert_int_eq(memmem(told().why.data, told().why.len, "was lost", 8) != NULL, ends[_i].lost);
    close_vault();
}
END_TEST

static void
set_option(const char *value)
{
    bank_options *options = (bank_options *)(uintptr_t)kit_account(&self.kit, "a")->options;

    options->refresh_token = (char *)(uintptr_t)value;
}

/* A person authorised again: the new one counts, and nothing that came of the old one. */
START_TEST(an_option_that_was_changed_beats_what_is_kept)
{
    int64_t first;

    open_vault();
    ask(0);
    give("t1 second-grant");
    first = told().generation;
    restart();
    set_option("another-grant");
    ask(0); /* the old token is good for an hour still */
    ck_assert_str_eq(used, "another-grant");
    give("t2 fourth-grant");
    ck_assert_int_gt(told().generation, first);
    restart();
    ask(LATER);
    ck_assert_str_eq(used, "fourth-grant"); /* as long as the option stays */
    give("t3");
    close_vault();
}
END_TEST

START_TEST(neither_the_old_nor_the_new_one_shows)
{
    open_vault();
    ask(0);
    give("t1 second-grant");
    ask(told().generation);
    answer(WB_HTTP_ANSWERED, 400, "second-grant is not known");
    ck_assert_ptr_null(memmem(told().why.data, told().why.len, "second-grant", 12));
    ck_assert_ptr_nonnull(memmem(told().why.data, told().why.len, "*** is not known", 16));
    close_vault();
}
END_TEST

START_TEST(its_end_is_told)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json *json;
    wb_json_writer out;
    int64_t ends_utc_us = 0;
    wb_json_ref first;

    open_vault();
    ask(0);
    give("t1 second-grant");
    wb_buf_init(&body, 65536);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_keeper_grants_tell(&self.keeper, &out);
    wb_json_close(&out, '}');
    json = self.kit.ctx.json;
    ck_assert(!wb_json_parse(json, wb_buf_view(&body), NULL));
    first = wb_json_first(json, wb_json_get(json, 0, "grants"));
    ck_assert(!wb_json_int(json, wb_json_get(json, first, "ends_utc_us"), &ends_utc_us, "", NULL));
    ck_assert_int_gt(ends_utc_us, wb_now_utc_us() + INT64_C(86000) * WB_US_PER_S);
    ck_assert_ptr_null(strstr(wb_buf_text(&body), "second-grant"));
    close_vault();
}
END_TEST

/* "ends_soon" of the one grant. */
static bool
is_told_to_end(void)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, 65536);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_keeper_grants_tell(&self.keeper, &out);
    wb_json_close(&out, '}');
    return strstr(wb_buf_text(&body), "\"ends_soon\":true") != NULL;
}

static const struct {
    int64_t ms;
    bool near;
} lives[] = {
    {DAY_MS,       true },
    {29 * DAY_MS,  true },
    {31 * DAY_MS,  false},
    {365 * DAY_MS, false},
    {0,            false}, /* nobody told an end */
};

/* Once for all tokens of a day; and a keeper that starts anew knows it from its store. */
START_TEST(an_end_that_is_near_is_told_once_a_day)
{
    wb_err err = {0};

    open_vault();
    grant_ms = lives[_i].ms;
    ask(0);
    give("t1 second-grant");
    ask(told().generation);
    give("t2 third-grant");
    ck_assert_uint_eq(self.keeper.grants_told, lives[_i].near);
    ck_assert_int_eq(is_told_to_end(), lives[_i].near);
    restart();
    ck_assert(!wb_keeper_grants_load(&self.keeper, &err)); /* nobody has asked for a token yet */
    ck_assert_uint_eq(self.keeper.grants_told, lives[_i].near);
    ck_assert_int_eq(is_told_to_end(), lives[_i].near);
    close_vault();
}
END_TEST

int
main(void)
{
    const wb_suite_row all[] = {
        {each_answer_replaces_it,                                        0              },
        {it_is_stored_before_the_token_is_told,                          0              },
        {an_answer_that_was_lost_is_named_when_the_old_one_is_refused,   0              },
        {an_answer_that_was_lost_is_forgotten_when_the_old_one_is_taken, 0              },
        {only_what_may_have_taken_it_puts_it_in_doubt,                   WB_COUNT(ends) },
        {an_option_that_was_changed_beats_what_is_kept,                  0              },
        {neither_the_old_nor_the_new_one_shows,                          0              },
        {its_end_is_told,                                                0              },
        {an_end_that_is_near_is_told_once_a_day,                         WB_COUNT(lives)},
        {NULL,                                                           0              },
    };

    return wb_suite_run("actors.keeper.grants", all);
}
