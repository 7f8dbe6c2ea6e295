/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an account's names stand for is asked for in the background: all parts of its question, and
 * nothing of it counts before the last. Gate, clock and calls are played by the test.
 */
#include "actors/runtime/outside/learn.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

/* --- the clock, the gate, the call --- */

static int64_t now_ms;
static wb_timer *running;
static int64_t fires_ms;
static wb_wait says;
static int64_t until_told_ms;
static struct {
    size_t count;
    const wb_op *op;
    char cursor[40];
    wb_exchange_done done;
    void *arg;
} called;
static size_t entered;

int64_t
wb_loop_now_ms(const wb_loop *self)
{
    (void)self;
    return now_ms;
}

void
wb_timer_start(wb_loop *loop, wb_timer *timer, int64_t after_ms)
{
    (void)loop;
    running = timer;
    fires_ms = now_ms + after_ms;
}

void
wb_timer_stop(wb_loop *loop, wb_timer *timer)
{
    (void)loop;
    if (running == timer)
        running = NULL;
}

wb_wait
wb_gate_enter_another(wb_gate *self, wb_account *account, const wb_op *op, wb_priority priority,
                      int64_t *until_ms)
{
    (void)self;
    (void)account;
    (void)op;
    ck_assert_int_eq(priority, WB_PRIORITY_LIVE);
    entered++;
    *until_ms = until_told_ms;
    return says;
}

static wb_rc
start(wb_exchanger *by, wb_account *account, wb_call *call, wb_exchange_done done, void *arg,
      wb_err *err)
{
    (void)by;
    (void)account;
    (void)err;
    called.count++;
    called.op = call->op;
    snprintf(called.cursor, sizeof called.cursor, "%.*s", WB_VIEW_ARG(call->cursor));
    called.done = done;
    called.arg = arg;
    return WB_OK;
}

/* --- an account with a question in two parts --- */

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    (void)call;
    (void)out;
    return wb_fail(err, WB_FATAL, "nobody builds here");
}

static const wb_op ops[] = {
    {.name = "ask",        .verb = WB_VERB_ASK, .more = "ask.more", .build = build},
    {.name = "ask.more",  .verb = WB_VERB_ASK, .build = build},
    {.name = "put",                    .verb = WB_VERB_PUSH, .build = build}, /* whose refusal is asked about */
    {0},
};

static const char *
ask_op(const void *options, const wb_op *refused)
{
    (void)options;
    (void)refused;
    return "ask";
}

static const wb_connector connector = {.name = "played", .ops = ops, .ask_op = ask_op};
static const wb_connector mute = {.name = "mute", .ops = ops};
static wb_account account;
static wb_learner *learner;

static void
setup(void)
{
    account = (wb_account){.connector = &connector, .key = "t/a", .key_view = WB_VIEW_LIT("t/a")};
    now_ms = 1000000;
    running = NULL;
    says = WB_WAIT_NONE;
    until_told_ms = 0;
    memset(&called, 0, sizeof called);
    entered = 0;
    learner = wb_learner_new(NULL, NULL, start, NULL);
}

static void
teardown(void)
{
    wb_learner_destroy(&learner);
    ck_assert_ptr_null(running);
    wb_names_destroy(&account.names);
}

static void
fire(void)
{
    wb_timer *timer = wb_take(&running);

    ck_assert_ptr_nonnull(timer);
    now_ms = fires_ms;
    timer->fire(timer, timer->arg);
}

static void
answer(wb_rc rc, const char *id, const char *cursor)
{
    wb_exchange_result result = {.rc = rc, .sent_utc_us = 5000 + (int64_t)called.count};
    wb_outcomes out;
    wb_err err = {0};

    wb_outcomes_init(&out);
    result.out = &out;
    result.err = &err;
    if (rc)
        wb_fail(&err, rc, "it does not");
    else
        *wb_outcomes_item(&out) = (wb_item){.what = WB_VIEW_LIT("warehouse"),
                                            .external = wb_view_of(id),
                                            .body = WB_VIEW_LIT("East")};
    out.cursor = wb_view_of(cursor);
    called.done(called.arg, &result);
    wb_outcomes_fini(&out);
}

static void
learn(const char *id)
{
    wb_learner_want(learner, &account);
    fire();
    answer(WB_OK, id, NULL);
}

static void
east_is(const char *wanted)
{
    wb_view id;

    ck_assert_ptr_nonnull(account.names);
    ck_assert_int_eq(
        wb_names_find(account.names, WB_VIEW_LIT("warehouse"), WB_VIEW_LIT("East"), &id),
        WB_NAMES_ONE);
    ck_assert(wb_view_is(id, wanted));
}

START_TEST(all_parts_are_asked_and_count_together)
{
    wb_view id;

    wb_learner_want(learner, &account);
    wb_learner_want(learner, &account); /* it is on its way */
    ck_assert_uint_eq(called.count, 0); /* not from inside of who wants it */
    fire();
    ck_assert_ptr_eq(called.op, &ops[0]);
    answer(WB_OK, "1", "ask.more 2");
    ck_assert_ptr_null(account.names);
    ck_assert_ptr_eq(called.op, &ops[1]);
    ck_assert_str_eq(called.cursor, "ask.more 2");
    answer(WB_OK, "2", NULL);
    ck_assert_uint_eq(called.count, 2);
    ck_assert_uint_eq(wb_names_count(account.names), 2);
    ck_assert_int_eq(wb_names_read_utc_us(account.names), 5002);
    ck_assert_int_eq(
        wb_names_find(account.names, WB_VIEW_LIT("warehouse"), WB_VIEW_LIT("East"), &id),
        WB_NAMES_SEVERAL);
}
END_TEST

START_TEST(it_is_asked_once_a_minute)
{
    learn("1");
    now_ms += WB_LEARN_EVERY_MS - 1;
    wb_learner_want(learner, &account);
    ck_assert_ptr_null(running);
    now_ms += 1;
    learn("2");
    east_is("2");
}
END_TEST

/* rows: 0 an answer, 1 the second part, 2 too many parts. */
START_TEST(what_fails_leaves_what_was_there)
{
    learn("1");
    now_ms += WB_LEARN_EVERY_MS;
    wb_learner_want(learner, &account);
    fire();
    if (_i == 1)
        answer(WB_OK, "2", "ask.more");
    for (int i = 0; _i == 2 && i < 1000; i++)
        answer(WB_OK, "2", "ask.more");
    if (_i < 2)
        answer(WB_SUSPEND, NULL, NULL);
    east_is("1");
    ck_assert_str_eq(account.names_error, _i < 2 ? "it does not" : "the question has no end");
    now_ms += WB_LEARN_EVERY_MS;
    learn("3");
    east_is("3");
    ck_assert_str_eq(account.names_error, "");
}
END_TEST

/* What is limited waits its turn, and not for ever. */
START_TEST(the_gate_says_when)
{
    says = WB_WAIT_QUOTA;
    until_told_ms = now_ms + 40;
    wb_learner_want(learner, &account);
    fire();
    ck_assert_int_eq(fires_ms, now_ms + 40);
    says = WB_WAIT_NONE;
    fire();
    ck_assert_uint_eq(called.count, 1);
    ck_assert_uint_eq(entered, 2);
    answer(WB_OK, "1", NULL);
    now_ms += WB_LEARN_EVERY_MS;
    says = WB_WAIT_SUSPENDED;
    until_told_ms = 0;
    wb_learner_want(learner, &account);
    for (int i = 0; running && i < 1000; i++)
        fire();
    ck_assert_ptr_null(running);
    ck_assert_str_eq(account.names_error, wb_wait_name(WB_WAIT_SUSPENDED));
    east_is("1");
}
END_TEST

START_TEST(who_has_no_question_is_not_asked)
{
    account.connector = &mute;
    wb_learner_want(learner, &account);
    ck_assert_ptr_null(running);
}
END_TEST

/* The process ends in the middle of it. */
START_TEST(what_is_under_way_is_let_go)
{
    wb_learner_want(learner, &account);
    fire();
    answer(WB_OK, "1", "ask.more");
    ck_assert_uint_eq(called.count, 2);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {all_parts_are_asked_and_count_together, 0},
        {it_is_asked_once_a_minute,              0},
        {what_fails_leaves_what_was_there,       3},
        {the_gate_says_when,                     0},
        {who_has_no_question_is_not_asked,       0},
        {what_is_under_way_is_let_go,            0},
        {NULL,                                   0},
    };

    return wb_suite_run_in("actors.runtime.outside.learn", rows, setup, teardown);
}
