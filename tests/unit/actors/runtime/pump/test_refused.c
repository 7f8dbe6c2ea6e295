/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a refusal stops, for how long, and who pays for it: the record or its account
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/target.h"
#include "tests/unit/suite.h"

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

#define LOOK_MS 200

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

    target_open(&self, TARGET_ACCOUNT("400ms", ""));
    target_take_many(&self, 9);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    while (kit_next(NULL))
        target_reply(401);
    ck_assert_int_le(looked_at_in_ms(&self), 400);
    kit_until(&self, kit_next(NULL));
    ck_assert_ptr_eq(kit_requests.next, kit_requests.prev); /* one looks */
    target_reply(401);
    ck_assert_int_gt(looked_at_in_ms(&self), 400);
    ck_assert_int_le(looked_at_in_ms(&self), 800);
    kit_close(&self);
}
END_TEST

/* Each job of a refused batch doubled it as well. */
START_TEST(one_refusal_of_a_batch_is_one_pause)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", "batch: 8"));
    target_take_many(&self, 8);
    target.all = 401;
    target_answer_until(&self, target.told); /* and four that looked, alone */
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

    target_open(&self, TARGET_ACCOUNT("400ms", ""));
    target_take_many(&self, 10);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    kit_turns(&self, 5); /* the look leaves later, to the millisecond */
    target_reply(401);
    target_reply(200); /* before the look */
    ck_assert(kit_account(&self, "erp")->suspended);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START + 1);
    target_reply(200); /* while it is on its way */
    ck_assert(kit_account(&self, "erp")->suspended);
    look = WB_CONTAINER(kit_requests.prev, kit_request, link);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .with = look->body});
    kit_until(&self, kit_next("order/n1x")); /* on trial */
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .with = "order/n1x"});
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* --- the record or its account --- */

/* The look went with the same record each time: 18 of 20 were held without end. */
START_TEST(one_record_that_is_refused_is_parked_and_the_account_goes_on)
{
    static const int statuses[] = {401, 403, 404, 405, 301};
    static const char *const accounts[] = {TARGET_ACCOUNT("5m", ""),
                                           TARGET_ACCOUNT("5m", "batch: 8")};
    kit self;

    for (size_t i = 0; i < WB_COUNT(accounts); i++) {
        target_open(&self, accounts[i]);
        target_take_many(&self, 20);
        target.bad = is_third;
        target.status = statuses[_i];
        target_answer_until(&self, target_parked(&self) == 1 && target_marks(&self) == 19);
        ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_PARKED);
        ck_assert_uint_eq(target.told, 0);
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

    target_open(&self, TARGET_ACCOUNT("200ms", ""));
    target_take_many(&self, TARGET_MANY);
    target.all = 403;
    target_answer_until(&self, target.told == 1);
    calls = target.calls;
    target_answer_for(&self, 10 * LOOK_MS);
    ck_assert_uint_le(target.calls - calls, 5); /* at 200, 600, 1400 ms; it began a little before */
    ck_assert_uint_ge(target.calls - calls, 2);
    for (size_t i = 1; i <= TARGET_MANY; i++) /* none proves anything by being refused again */
        ck_assert_uint_le(target.times[i], 1);
    ck_assert_uint_eq(target_parked(&self), 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == TARGET_MANY);
    ck_assert_uint_eq(target_parked(&self), 0);
    ck_assert_uint_eq(target.told, 2);
    kit_close(&self);
}
END_TEST

/* Two refusals for all within a second or two, on a quiet day: nobody's record is to blame. */
START_TEST(an_account_that_is_refused_for_a_moment_parks_nothing)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take_many(&self, 3);
    target.all = 403;
    target_answer_until(&self, target.calls >= 3);
    target.all = 0;
    target_take(&self, 4);
    target_answer_until(&self, target_marks(&self) == 4);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

START_TEST(alone_it_is_judged_by_the_question)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", TARGET_QUESTION));
    target.bad = is_first;
    target.status = 403;
    target.question = _i ? 403 : 200;
    target_take(&self, 1);
    target_answer_until(&self, _i ? target.told > 0 : target_parked(&self) == 1);
    if (_i) {
        target_answer_until(&self, target.questions == 2);
        ck_assert_uint_eq(target_parked(&self), 0);
        target.bad = NULL;
        target.question = 200;
        target_answer_until(&self, target_marks(&self) == 1);
    } else {
        ck_assert_uint_eq(target.questions, 2); /* behind each refusal */
        ck_assert_uint_eq(target.told, 0);
    }
    kit_close(&self);
}
END_TEST

START_TEST(alone_without_a_question_it_waits_for_another_record)
{
    kit self;
    wb_account *account;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    account = kit_account(&self, "erp");
    target.bad = is_first;
    target.status = 404;
    target_take(&self, 1);
    target_answer_until(&self, target.told == 1);
    ck_assert_str_eq(account->suspect, "default/shop/order/n1x");
    ck_assert_ptr_ne(strstr(account->reason, "404"), NULL);
    target_answer_for(&self, 100);
    ck_assert_uint_eq(target.bad_calls, 1);
    ck_assert_uint_eq(target_parked(&self), 0);
    target_take(&self, 2); /* tells at once, not in five minutes */
    target_answer_until(&self, target_parked(&self) == 1 && target_marks(&self) == 1);
    ck_assert_uint_eq(target.told, 2);
    ck_assert(!account->suspended);
    kit_close(&self);
}
END_TEST

/* A question that anybody is answered must not have all records parked, one by one. */
START_TEST(a_question_that_is_always_answered_parks_nothing_of_a_refused_account)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", TARGET_QUESTION));
    target.all = 403;
    target.question = 200;
    for (size_t i = 1; i <= 2 * WB_GATE_ROW; i++) {
        target_take(&self, i);
        target_answer_for(&self, 50);
    }
    target_answer_for(&self, 5 * LOOK_MS);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == 2 * WB_GATE_ROW);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* Nor those that may have left: the first of them were parked, and stayed so when it was found to
 * be the account. One alone that nobody may ask about is parked. */
START_TEST(a_question_that_is_always_answered_parks_nothing_that_is_probed)
{
    size_t many = _i ? 1 : 2 * WB_GATE_ROW;
    char record[64];
    kit_want again = {.target = TARGET_ERP, .record = record, .revision = 7, .again = true};
    kit self;

    target_open(&self,
                TARGET_ACCOUNT("200ms", TARGET_QUESTION ", after_unknown: probe, settle: 1ms, "
                                                        "probe_url: 'http://erp/probe/{key}'"));
    target.probe = 403;
    target.question = 200;
    for (size_t i = 1; i <= many; i++) {
        snprintf(record, sizeof record, "default/shop/order/p%zu", i);
        again.n = i;
        kit_take(&self, &again);
        target_answer_for(&self, 50);
    }
    if (_i)
        target_answer_until(&self, target_parked(&self) == 1);
    target_answer_for(&self, 5 * LOOK_MS);
    target.probe = 0;
    if (_i == 0)
        target_answer_until(&self, target_marks(&self) == many);
    ck_assert_uint_eq(target_parked(&self), _i ? 1 : 0);
    kit_close(&self);
}
END_TEST

START_TEST(several_refused_records_are_parked_when_others_are_served)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("100ms", ""));
    target.bad = is_one_of_three;
    target.status = 403;
    target_take_many(&self, TARGET_MANY);
    target_answer_until(&self, target_parked(&self) == 3 && target_marks(&self) == TARGET_MANY - 3);
    ck_assert_uint_eq(target.told, 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_revision_of_a_refused_record_is_tried_anew)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.bad = is_first;
    target.status = 403;
    target_take(&self, 1);
    target_answer_until(&self, target.told == 1);
    target.bad = NULL;
    target_take_revision(&self, 1, 8);
    target_answer_until(&self, target_marks(&self) == 1);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* It was refused before, and others were served; now it is all of them, as it turns out. */
START_TEST(what_an_account_refuses_again_with_all_others_is_not_parked)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", ""));
    target_take_many(&self, 24);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    target_reply(403); /* the first */
    while (kit_next(NULL))
        target_reply(200);
    kit_until(&self, kit_next(NULL));
    target_reply(200); /* the look */
    kit_until(&self, kit_next("order/n1x"));
    target.all = 403;
    target_answer_until(&self, target.told == 1);
    ck_assert_uint_eq(target_parked(&self), 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == 24);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* One answer of those that left before tells no more than the first: the look leaves at once. */
START_TEST(what_left_before_and_is_refused_as_well_delays_no_look)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take_many(&self, 10);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    target_reply(403);
    target_reply(403);
    ck_assert(wb_gate_look_due(self.ctx.gate, kit_account(&self, "erp")));
    kit_close(&self);
}
END_TEST

/* It was refused with its account, which comes and goes: that is not held against it. */
START_TEST(an_account_that_comes_and_goes_parks_nothing)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", ""));
    target.all = 403;
    target_take_many(&self, 9);
    target_answer_until(&self, target.told == 1);
    target.serves = 1;
    target_answer_until(&self, target.told == 3);
    target_answer_for(&self, 50);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == 9);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

START_TEST(one_that_is_refused_again_and_again_is_no_row)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("40ms", ""));
    target.bad = is_first;
    target.status = 403;
    target_take(&self, 1);
    target_answer_until(&self, target.calls > WB_GATE_ROW + 1);
    ck_assert_ptr_eq(strstr(kit_account(&self, "erp")->reason, "in a row"), NULL);
    kit_close(&self);
}
END_TEST

/* Of what left together only the bad answers counted: five of eight were a dead account. */
START_TEST(bad_ones_with_good_ones_between_are_no_row)
{
    static const int answers[WB_CONTROLLER_START] = {403, 200, 403, 403, 200, 403, 200, 403};
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take_many(&self, WB_CONTROLLER_START);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    kit_turns(&self, 5);
    for (size_t i = 0; i < WB_CONTROLLER_START; i++)
        target_reply(answers[i]);
    target_take(&self, 20);
    target_answer_until(&self, target_marks(&self) == WB_CONTROLLER_START + 1);
    ck_assert_uint_eq(target.told, 0);
    kit_close(&self);
}
END_TEST

/* The question took each look, and nobody ever asked for the record itself. */
START_TEST(a_question_without_an_answer_leaves_the_look_to_the_record)
{
    static const int statuses[] = {400, 500};
    kit self;

    target_open(&self, TARGET_ACCOUNT("50ms", TARGET_QUESTION));
    target.bad = is_first;
    target.status = 403;
    target.question = statuses[_i];
    target_take(&self, 1);
    target_answer_until(&self, target.told == 1);
    target.bad = NULL;
    target_answer_until(&self, target_marks(&self) == 1);
    kit_close(&self);
}
END_TEST

/* Writing is forbidden, reading is not: each probe that was answered had another order parked. */
START_TEST(who_may_be_asked_need_not_be_written_to)
{
    char record[64];
    kit_want again = {.target = TARGET_ERP, .record = record, .revision = 7, .again = true};
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", "after_unknown: probe, settle: 1ms, probe_url: "
                                            "'http://erp/probe/{key}'"));
    target.all = 403;
    target_take(&self, 1);
    target_answer_until(&self, target.calls == 1);
    for (again.n = 101; again.n <= 103; again.n++) {
        snprintf(record, sizeof record, "default/shop/order/p%zu", again.n);
        kit_take(&self, &again);
        target_answer_until(&self, target_marks(&self) == again.n - 100);
    }
    ck_assert_uint_gt(target.calls, 1);
    ck_assert_uint_eq(target_parked(&self), 0);
    target.all = 0;
    target_take(&self, 2);
    target_answer_until(&self, target_marks(&self) == 5);
    kit_close(&self);
}
END_TEST

/* --- by hand --- */

static void
set_aside(kit *self, const char *record)
{
    wb_envelope call = {.kind = WB_KIND_CALL_PARKED};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    size_t replies = kit_reply_count;

    wb_buf_init(&body, 512);
    wb_buf_addf(&body, "{\"action\":\"aside\",\"record\":\"%s\",\"account\":\"%s\"}", record,
                TARGET_ERP);
    call.body = wb_buf_view(&body);
    wb_ops_parked(&self->ctx, kit_delivery(&call, 0), wb_pump_retake(self->pump));
    target_answer_until(self, kit_reply_count > replies);
}

/* Sent again after a kill, and refused by a 403: its row said that it may have left, and stayed for
 * ever beside the newer revision that got through. That it may have left, its mark says. */
START_TEST(what_is_sent_again_and_refused_is_settled_by_a_newer_revision)
{
    wb_mark_row mark;
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.bad = is_third;
    target.status = 403;
    kit_take(&self, &(kit_want){.n = 3,
                                .target = TARGET_ERP,
                                .record = "default/shop/order/n3x",
                                .revision = 7,
                                .again = true});
    target_answer_until(&self, target.told == 1);
    target_take(&self, 1);
    target_answer_until(&self, kit_outcome[3] == WB_OUTCOME_PARKED);
    ck_assert_uint_eq(target_parked(&self), 1);
    ck_assert(kit_mark(&self, TARGET_ERP, "default/shop/order/n3x", &mark));
    ck_assert_uint_eq(mark.left_revision, 7);
    target.bad = NULL;
    target_take_revision(&self, 3, 8);
    target_answer_until(&self, kit_outcome[3] == WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

START_TEST(what_waits_of_a_record_is_set_aside_and_its_account_looked_at_at_once)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.bad = is_first;
    target.status = 403;
    target_take(&self, 1);
    target_answer_until(&self, target.told == 1);
    set_aside(&self, "default/shop/order/n2x");
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), "{\"changed\":0,\"more\":false}");
    set_aside(&self, kit_account(&self, "erp")->suspect);
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), "{\"changed\":1,\"more\":false}");
    ck_assert_uint_eq(target_parked(&self), 1);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    ck_assert(wb_gate_look_due(self.ctx.gate, kit_account(&self, "erp")));
    target_take(&self, 2);
    target_answer_until(&self, target_marks(&self) == 1);
    ck_assert_uint_eq(target.told, 2);
    kit_close(&self);
}
END_TEST

/* Nobody says any more that it may have left, when it is sent again some day. */
START_TEST(what_comes_again_and_is_set_aside_may_have_left)
{
    wb_mark_row mark;
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.all = 403;
    kit_take(&self, &(kit_want){.n = 1,
                                .target = TARGET_ERP,
                                .record = "default/shop/order/n1x",
                                .revision = 7,
                                .again = true});
    target_answer_until(&self, target.told == 1);
    ck_assert_uint_eq(target_marks(&self), 0);
    set_aside(&self, "default/shop/order/n1x");
    target_answer_until(&self, kit_outcome[1] == WB_OUTCOME_PARKED);
    ck_assert(kit_mark(&self, TARGET_ERP, "default/shop/order/n1x", &mark));
    ck_assert_uint_eq(mark.left_revision, 7);
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
        {a_question_that_is_always_answered_parks_nothing_that_is_probed,       2},
        {several_refused_records_are_parked_when_others_are_served,             0},
        {a_newer_revision_of_a_refused_record_is_tried_anew,                    0},
        {what_is_sent_again_and_refused_is_settled_by_a_newer_revision,         0},
        {what_waits_of_a_record_is_set_aside_and_its_account_looked_at_at_once, 0},
        {what_comes_again_and_is_set_aside_may_have_left,                       0},
        {what_left_before_and_is_refused_as_well_delays_no_look,                0},
        {an_account_that_comes_and_goes_parks_nothing,                          0},
        {one_that_is_refused_again_and_again_is_no_row,                         0},
        {what_an_account_refuses_again_with_all_others_is_not_parked,           0},
        {bad_ones_with_good_ones_between_are_no_row,                            0},
        {a_question_without_an_answer_leaves_the_look_to_the_record,            2},
        {who_may_be_asked_need_not_be_written_to,                               0},
        {NULL,                                                                  0},
    };

    return wb_suite_run("actors.pump.refused", rows);
}
