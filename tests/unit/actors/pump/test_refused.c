/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a refusal stops, for how long, and who pays for it: the record or its account
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define LOOK_MS 200
#define MANY 30

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

#define ACCOUNT(look, options)                                                                     \
    "  erp: {connector: webhook, backoff_min_ms: 5ms, backoff_max_ms: 20ms, attempts_max: 3, "     \
    "stopped_look_ms: " look ", options: {url: 'http://erp/records', " options "}}\n"
#define QUESTION "ask_url: 'http://erp/health'"

/* How the target answers: what is `bad` with `status`, all with `all` (0 = as it is). */
static struct {
    bool (*bad)(size_t n);
    int status, all, question;
    size_t calls, questions, bad_calls;
    size_t times[MANY + 1]; /* by record */
} target;

static bool
is_first(size_t n)
{
    return n == 1;
}

static bool
is_third(size_t n)
{
    return n == 3;
}

static bool
is_one_of_three(size_t n)
{
    return n == 5 || n == 9 || n == 15;
}

static bool
is_below_ten(size_t n)
{
    return n < 10;
}

static size_t told; /* turns of the account */

static void
on_turn(void *arg, wb_account *account)
{
    (void)arg;
    (void)account;
    told++;
}

static void
open_kit(kit *self, const char *yaml)
{
    memset(&target, 0, sizeof target);
    told = 0;
    kit_open(self, yaml, connectors);
    wb_gate_on_account(self->ctx.gate, on_turn, NULL);
}

static void
take_revision(kit *self, size_t n, uint64_t revision)
{
    char record[64];

    snprintf(record, sizeof record, "default/shop/order/n%zux", n);
    kit_take(self, &(kit_want){.n = n, .target = ERP, .record = record, .revision = revision});
}

static void
take(kit *self, size_t n)
{
    take_revision(self, n, 7);
}

static void
take_many(kit *self, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        take(self, i);
}

static void
reply(int status)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = status});
}

static void
answer_one(void)
{
    const kit_request *request = kit_next(NULL);
    const char *at = strstr(request->body, "order/n");
    size_t n = 0;
    bool bad = false;
    for (; at; at = strstr(at + 1, "order/n")) {
        n = strtoul(at + strlen("order/n"), NULL, 10);
        bad |= target.bad && target.bad(n);
        target.times[n]++;
    }

    if (strstr(request->url, "/health")) {
        target.questions++;
        reply(target.question ? target.question : 404);
        return;
    }
    if (strstr(request->url, "/probe/")) {
        kit_reply(&(kit_answer){.status = 200, .body = "{\"revision\":7}"});
        return;
    }
    target.calls++;
    target.bad_calls += bad;
    reply(target.all ? target.all : bad ? target.status : 200);
}

static void
answer_all(kit *self)
{
    kit_turn(self);
    while (kit_next(NULL))
        answer_one();
}

#define answer_until(self, condition)                                                              \
    do {                                                                                           \
        int64_t end_ = wb_now_ms() + KIT_DEADLINE_MS;                                              \
        while (!(condition) && wb_now_ms() < end_)                                                 \
            answer_all(self);                                                                      \
        ck_assert_msg((condition), "not in time: %s", #condition);                                 \
    } while (0)

static void
answer_for(kit *self, int64_t ms)
{
    int64_t end = wb_now_ms() + ms;

    while (wb_now_ms() < end)
        answer_all(self);
}

static size_t
marks(kit *self)
{
    return kit_rows(self, WB_DB_MARKS);
}

static size_t
parked(kit *self)
{
    return kit_rows(self, WB_DB_PARKED);
}

static int64_t
looked_at_in_ms(kit *self)
{
    wb_gate_view view = {0};

    wb_gate_look(self->ctx.gate, kit_account(self, "erp"),
                 wb_connector_op(&wb_connector_webhook, "records.push"), &view);
    ck_assert_int_eq(view.wait, WB_WAIT_SUSPENDED);
    return view.until_ms - wb_loop_now_ms(self->ctx.loop);
}

/* --- pauses --- */

/* Eight calls under way: the pause was doubled for each of them, to an hour. */
START_TEST(one_refusal_of_many_jobs_is_one_pause)
{
    kit self;

    open_kit(&self, ACCOUNT("400ms", ""));
    take_many(&self, 9);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    while (kit_next(NULL))
        reply(401);
    ck_assert_int_le(looked_at_in_ms(&self), 400);
    kit_until(&self, kit_next(NULL));
    ck_assert_ptr_eq(kit_requests.next, kit_requests.prev); /* one looks */
    reply(401);
    ck_assert_int_gt(looked_at_in_ms(&self), 400);
    ck_assert_int_le(looked_at_in_ms(&self), 800);
    kit_close(&self);
}
END_TEST

/* Each job of a refused batch doubled it as well. */
START_TEST(one_refusal_of_a_batch_is_one_pause)
{
    kit self;

    open_kit(&self, ACCOUNT("5m", "batch: 8"));
    take_many(&self, 8);
    target.all = 401;
    answer_until(&self, told); /* and four that looked, alone */
    ck_assert_uint_eq(target.calls, WB_GATE_ROW);
    ck_assert_int_le(looked_at_in_ms(&self), 300000);
    kit_close(&self);
}
END_TEST

/* It tells of then: refused credentials were tried again and again. */
START_TEST(what_left_before_the_account_was_stopped_lets_it_not_go_on)
{
    kit self;
    kit_request *look;

    open_kit(&self, ACCOUNT("400ms", ""));
    take_many(&self, 10);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    kit_turns(&self, 5); /* the look leaves later, to the millisecond */
    reply(401);
    reply(200); /* before the look */
    ck_assert(kit_account(&self, "erp")->suspended);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START + 1);
    reply(200); /* while it is on its way */
    ck_assert(kit_account(&self, "erp")->suspended);
    look = WB_CONTAINER(kit_requests.prev, kit_request, link);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .with = look->body});
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* --- the record or its account --- */

/* The look went with the same record each time: 18 of 20 were held without end. */
START_TEST(one_record_that_is_refused_is_parked_and_the_account_goes_on)
{
    static const int statuses[] = {401, 403, 404, 405, 301};
    static const char *const accounts[] = {ACCOUNT("5m", ""), ACCOUNT("5m", "batch: 8")};
    kit self;

    for (size_t i = 0; i < WB_COUNT(accounts); i++) {
        open_kit(&self, accounts[i]);
        take_many(&self, 20);
        target.bad = is_third;
        target.status = statuses[_i];
        answer_until(&self, parked(&self) == 1 && marks(&self) == 19);
        ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_PARKED);
        ck_assert_uint_eq(told, 0);
        ck_assert_uint_le(target.bad_calls, i ? 8 : 2);
        ck_assert(!kit_account(&self, "erp")->suspended);
        kit_close(&self);
    }
}
END_TEST

START_TEST(a_refused_account_parks_nothing_and_is_looked_at_seldom)
{
    kit self;
    size_t calls;

    open_kit(&self, ACCOUNT("200ms", ""));
    take_many(&self, MANY);
    target.all = 403;
    answer_until(&self, told == 1);
    calls = target.calls;
    answer_for(&self, 10 * LOOK_MS);
    ck_assert_uint_le(target.calls - calls, 5); /* at 200, 600, 1400 ms; it began a little before */
    ck_assert_uint_ge(target.calls - calls, 2);
    for (size_t i = 1; i <= MANY; i++) /* none proves anything by being refused again */
        ck_assert_uint_le(target.times[i], 1);
    ck_assert_uint_eq(parked(&self), 0);
    target.all = 0;
    answer_until(&self, marks(&self) == MANY);
    ck_assert_uint_eq(parked(&self), 0);
    ck_assert_uint_eq(told, 2);
    kit_close(&self);
}
END_TEST

/* Two refusals for all within a second or two, on a quiet day: nobody's record is to blame. */
START_TEST(an_account_that_is_refused_for_a_moment_parks_nothing)
{
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    take_many(&self, 3);
    target.all = 403;
    answer_until(&self, target.calls >= 3);
    target.all = 0;
    take(&self, 4);
    answer_until(&self, marks(&self) == 4);
    ck_assert_uint_eq(parked(&self), 0);
    kit_close(&self);
}
END_TEST

START_TEST(alone_it_is_judged_by_the_question)
{
    kit self;

    open_kit(&self, ACCOUNT("200ms", QUESTION));
    target.bad = is_first;
    target.status = 403;
    target.question = _i ? 403 : 200;
    take(&self, 1);
    answer_until(&self, _i ? told > 0 : parked(&self) == 1);
    if (_i) {
        answer_until(&self, target.questions == 2);
        ck_assert_uint_eq(parked(&self), 0);
        target.bad = NULL;
        target.question = 200;
        answer_until(&self, marks(&self) == 1);
    } else {
        ck_assert_uint_eq(target.questions, 1);
        ck_assert_uint_eq(told, 0);
    }
    kit_close(&self);
}
END_TEST

START_TEST(alone_without_a_question_it_waits_for_another_record)
{
    kit self;
    wb_account *account;

    open_kit(&self, ACCOUNT("5m", ""));
    account = kit_account(&self, "erp");
    target.bad = is_first;
    target.status = 404;
    take(&self, 1);
    answer_until(&self, told == 1);
    ck_assert_str_eq(account->suspect, "default/shop/order/n1x");
    ck_assert_ptr_ne(strstr(account->reason, "404"), NULL);
    answer_for(&self, 100);
    ck_assert_uint_eq(target.bad_calls, 1);
    ck_assert_uint_eq(parked(&self), 0);
    take(&self, 2); /* tells at once, not in five minutes */
    answer_until(&self, parked(&self) == 1 && marks(&self) == 1);
    ck_assert_uint_eq(told, 2);
    ck_assert(!account->suspended);
    kit_close(&self);
}
END_TEST

/* A question that anybody is answered must not have all records parked, one by one. */
START_TEST(a_question_that_is_always_answered_parks_nothing_of_a_refused_account)
{
    kit self;

    open_kit(&self, ACCOUNT("200ms", QUESTION));
    target.all = 403;
    target.question = 200;
    for (size_t i = 1; i <= 2 * WB_GATE_ROW; i++) {
        take(&self, i);
        answer_for(&self, 50);
    }
    answer_for(&self, 5 * LOOK_MS);
    target.all = 0;
    answer_until(&self, marks(&self) == 2 * WB_GATE_ROW);
    ck_assert_uint_eq(parked(&self), 0);
    kit_close(&self);
}
END_TEST

START_TEST(several_refused_records_are_parked_when_others_are_served)
{
    kit self;

    open_kit(&self, ACCOUNT("100ms", ""));
    target.bad = is_one_of_three;
    target.status = 403;
    take_many(&self, MANY);
    answer_until(&self, parked(&self) == 3 && marks(&self) == MANY - 3);
    ck_assert_uint_eq(told, 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_revision_of_a_refused_record_is_tried_anew)
{
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    target.bad = is_first;
    target.status = 403;
    take(&self, 1);
    answer_until(&self, told == 1);
    target.bad = NULL;
    take_revision(&self, 1, 8);
    answer_until(&self, marks(&self) == 1);
    ck_assert_uint_eq(parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* --- all of them --- */

/* 20 of 30 were parked for good by ten seconds of 400. */
START_TEST(when_each_is_declined_none_stays_parked)
{
    static const int statuses[] = {400, 409, 422};
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    target.all = statuses[_i];
    take_many(&self, 10);
    answer_until(&self, told == 1);
    ck_assert_ptr_ne(strstr(kit_account(&self, "erp")->reason, "in a row"), NULL);
    for (size_t i = 11; i <= MANY; i++)
        take(&self, i);
    answer_until(&self, parked(&self) == 0);
    answer_until(&self, target.calls >= 10); /* looks */
    target.all = 0;
    answer_until(&self, marks(&self) == MANY);
    ck_assert_uint_eq(parked(&self), 0);
    ck_assert_uint_eq(told, 2);
    kit_close(&self);
}
END_TEST

/* One by one, on a quiet day: those that were parked before it was known come back. */
START_TEST(those_parked_before_it_was_known_return)
{
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    target.all = 400;
    for (size_t i = 1; i < WB_GATE_ROW; i++) {
        take(&self, i);
        answer_until(&self, parked(&self) == i);
    }
    if (_i) { /* what a former life parked is remembered */
        kit_restart(&self);
        wb_gate_on_account(self.ctx.gate, on_turn, NULL);
    }
    for (size_t i = WB_GATE_ROW; i < 2 * WB_GATE_ROW; i++) {
        take(&self, i);
        answer_for(&self, 20);
    }
    answer_until(&self, told == 1);
    answer_until(&self, parked(&self) == 0);
    target.all = 0;
    answer_until(&self, marks(&self) == 2 * WB_GATE_ROW - 1);
    ck_assert_uint_eq(parked(&self), 0);
    kit_close(&self);
}
END_TEST

START_TEST(one_that_is_declined_among_good_ones_is_parked_at_once)
{
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    target.bad = is_third;
    target.status = 422;
    take_many(&self, 10);
    answer_until(&self, parked(&self) == 1 && marks(&self) == 9);
    ck_assert_uint_eq(target.bad_calls, 1);
    ck_assert_uint_eq(told, 0);
    kit_close(&self);
}
END_TEST

/* So many bad ones behind each other look like a dead account, until one is served. */
START_TEST(bad_ones_in_a_row_are_parked_when_another_is_served)
{
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    target.bad = is_below_ten;
    target.status = 422;
    take_many(&self, 8);
    answer_until(&self, told == 1);
    for (size_t i = 10; i <= MANY; i++)
        take(&self, i);
    answer_until(&self, parked(&self) == 8 && marks(&self) == MANY - 9);
    ck_assert(!kit_account(&self, "erp")->suspended);
    ck_assert_uint_eq(told, 2);
    kit_close(&self);
}
END_TEST

/* Sent again five times by a person, it counted as five, and the account was stopped. */
START_TEST(one_that_is_declined_time_and_again_is_not_several)
{
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    target.bad = is_first;
    target.status = 422;
    for (size_t i = 1; i <= 2 * WB_GATE_ROW; i++) {
        take_revision(&self, 1, i);
        answer_until(&self, target.calls == i);
        answer_for(&self, 10);
    }
    ck_assert_uint_eq(told, 0);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* Of what left together only the bad answers counted: five of eight were a dead account. */
START_TEST(bad_ones_with_good_ones_between_are_no_row)
{
    static const int answers[WB_CONTROLLER_START] = {403, 200, 403, 403, 200, 403, 200, 403};
    kit self;

    open_kit(&self, ACCOUNT("5m", ""));
    take_many(&self, WB_CONTROLLER_START);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    kit_turns(&self, 5);
    for (size_t i = 0; i < WB_CONTROLLER_START; i++)
        reply(answers[i]);
    take(&self, 20);
    answer_until(&self, marks(&self) == WB_CONTROLLER_START + 1);
    ck_assert_uint_eq(told, 0);
    kit_close(&self);
}
END_TEST

/* The question took each look, and nobody ever asked for the record itself. */
START_TEST(a_question_without_an_answer_leaves_the_look_to_the_record)
{
    static const int statuses[] = {400, 500};
    kit self;

    open_kit(&self, ACCOUNT("50ms", QUESTION));
    target.bad = is_first;
    target.status = 403;
    target.question = statuses[_i];
    take(&self, 1);
    answer_until(&self, told == 1);
    target.bad = NULL;
    answer_until(&self, marks(&self) == 1);
    kit_close(&self);
}
END_TEST

/* Writing is forbidden, reading is not: each probe that was answered had another order parked. */
START_TEST(who_may_be_asked_need_not_be_written_to)
{
    char record[64];
    kit_want again = {.target = ERP, .record = record, .revision = 7, .again = true};
    kit self;

    open_kit(&self, ACCOUNT("5m", "after_unknown: probe, settle: 1ms, probe_url: "
                                  "'http://erp/probe/{key}'"));
    target.all = 403;
    take(&self, 1);
    answer_until(&self, target.calls == 1);
    for (again.n = 101; again.n <= 103; again.n++) {
        snprintf(record, sizeof record, "default/shop/order/p%zu", again.n);
        kit_take(&self, &again);
        answer_until(&self, marks(&self) == again.n - 100);
    }
    ck_assert_uint_gt(target.calls, 1);
    ck_assert_uint_eq(parked(&self), 0);
    target.all = 0;
    take(&self, 2);
    answer_until(&self, marks(&self) == 5);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {one_refusal_of_many_jobs_is_one_pause,                                 0},
        {one_refusal_of_a_batch_is_one_pause,                                   0},
        {what_left_before_the_account_was_stopped_lets_it_not_go_on,            0},
        {one_record_that_is_refused_is_parked_and_the_account_goes_on,          5},
        {a_refused_account_parks_nothing_and_is_looked_at_seldom,               0},
        {an_account_that_is_refused_for_a_moment_parks_nothing,                 0},
        {alone_it_is_judged_by_the_question,                                    2},
        {alone_without_a_question_it_waits_for_another_record,                  0},
        {a_question_that_is_always_answered_parks_nothing_of_a_refused_account, 0},
        {several_refused_records_are_parked_when_others_are_served,             0},
        {a_newer_revision_of_a_refused_record_is_tried_anew,                    0},
        {when_each_is_declined_none_stays_parked,                               3},
        {those_parked_before_it_was_known_return,                               2},
        {one_that_is_declined_among_good_ones_is_parked_at_once,                0},
        {bad_ones_in_a_row_are_parked_when_another_is_served,                   0},
        {one_that_is_declined_time_and_again_is_not_several,                    0},
        {bad_ones_with_good_ones_between_are_no_row,                            0},
        {a_question_without_an_answer_leaves_the_look_to_the_record,            2},
        {who_may_be_asked_need_not_be_written_to,                               0},
        {NULL,                                                                  0},
    };

    return wb_suite_run("actors.pump.refused", rows);
}
