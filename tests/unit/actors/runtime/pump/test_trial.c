/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account that is refused for a moment, and again a moment later, parks nothing; a record that
 * is refused while others are served is parked soon
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
is_one_or_two(size_t n)
{
    return n <= 2;
}

/* There must be good ones to look with, to the end. */
static bool
is_of_four(size_t n)
{
    return n % 4 == 0 && n < TARGET_MANY - 6;
}

/* The next request is about this record, and gets that; nothing else is under way. */
static void
answer(kit *self, size_t n, int status)
{
    char record[16];

    snprintf(record, sizeof record, "order/n%zux", n);
    kit_until(self, kit_next(NULL));
    ck_assert_msg(kit_next(record) != NULL, "not %s: %s", record, kit_next(NULL)->body);
    ck_assert_ptr_eq(kit_requests.next, kit_requests.prev);
    target_reply(status);
}

/* A batch is refused for one of its records; a look is served; then the account is refused for a
 * moment, just as the others of the batch are tried alone: they were parked at their first refusal.
 */
START_TEST(who_was_refused_in_company_is_not_to_blame_for_a_moment)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("50ms", "batch: 3"));
    target_take_many(&self, 3);
    target.bad = is_first;
    target.status = 403;
    kit_until(&self, kit_next(NULL));
    target_reply(403);
    target_take(&self, 4);
    answer(&self, 4, 200);
    target.all = 404;
    target_answer_until(&self, target.calls >= 1);
    target_answer_for(&self, 20);
    target.all = 0;
    for (size_t n = 5; n <= 12; n++)
        target_take(&self, n);
    target_answer_until(&self, target_marks(&self) == 11 && target_parked(&self) == 1);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    kit_close(&self);
}
END_TEST

/* Refused, another is served, refused again by the next such moment, as the others are. */
START_TEST(two_moments_one_behind_the_other_park_nothing)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("50ms", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    answer(&self, 2, 200);
    kit_until(&self, kit_next(NULL));
    target_take(&self, 3);
    target_take(&self, 4);
    answer(&self, 1, 403);
    answer(&self, 3, 403);
    target_answer_until(&self, target_marks(&self) == 4);
    ck_assert_uint_eq(target_parked(&self), 0);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* The same with many under way: a look's good answer let all of them be tried once more, some of
 * them by the next moment. Rows: how long it is refused, and how long served. */
START_TEST(moments_among_many_orders_park_nothing)
{
    static const int statuses[] = {403, 404};
    kit self;

    target_open(&self, TARGET_ACCOUNT("100ms", "batch: 2"));
    target_take_many(&self, TARGET_MANY);
    for (size_t moment = 0; moment < 3; moment++) {
        for (int i = 0; i <= _i % 3; i++) {
            target.all = statuses[moment % 2];
            target_answer(&self);
        }
        target.all = 0;
        for (int i = 0; i <= _i / 3; i++)
            target_answer(&self);
    }
    target_answer_until(&self, target_marks(&self) == TARGET_MANY);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* What proves it is that another is served behind it. */
START_TEST(it_is_parked_by_the_good_answer_behind_its_second_refusal)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    target_take(&self, 3);
    answer(&self, 2, 200);
    answer(&self, 1, 403); /* at once, before the others */
    answer(&self, 3, 200);
    kit_until(&self, target_parked(&self) == 1);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    ck_assert_ptr_eq(kit_next(NULL), NULL);
    ck_assert(!kit_account(&self, "erp")->suspended);
    ck_assert_uint_eq(target.told, 0);
    kit_close(&self);
}
END_TEST

/* It tells of then, be it to the same millisecond. Rows: how many good answers to calls that left
 * before the first refusal come after the second one. */
START_TEST(what_left_before_the_second_refusal_proves_nothing)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    for (size_t n = 1; n <= 1 + (size_t)_i; n++)
        target_take(&self, n);
    kit_until(&self, kit_request_count == 1 + (size_t)_i);
    target_reply(403);
    target_take(&self, 4);
    target_take(&self, 5);
    kit_until(&self, kit_next("order/n4x"));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .with = "order/n4x"});
    kit_until(&self, kit_next("order/n1x"));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 403, .with = "order/n1x"});
    kit_until(&self, kit_next("order/n5x"));
    for (int i = 0; i < _i; i++)
        target_reply(200); /* the old ones */
    kit_turns(&self, 5);
    ck_assert_uint_eq(target_parked(&self), 0);
    ck_assert(kit_account(&self, "erp")->suspended);
    answer(&self, 5, 200);
    kit_until(&self, target_parked(&self) == 1);
    kit_close(&self);
}
END_TEST

/* The look was on its way already, to the millisecond. */
START_TEST(what_left_before_the_first_refusal_is_no_look)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take(&self, 1);
    target_take(&self, 2);
    kit_until(&self, kit_request_count == 2);
    target_take(&self, 3);
    target_reply(403);
    kit_turn(&self);
    target_reply(200); /* 2, be it in the millisecond of the look */
    ck_assert(kit_account(&self, "erp")->suspended);
    answer(&self, 3, 200);
    answer(&self, 1, 200);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* Two bad ones: neither is held against the other, and both are parked. */
START_TEST(a_bad_one_that_looks_delays_the_proof_and_no_more)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("20ms", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 3);
    answer(&self, 3, 200);
    kit_until(&self, kit_next(NULL));
    target_take(&self, 2);
    answer(&self, 1, 403);
    answer(&self, 2, 403);
    for (size_t n = 4; n <= 8; n++)
        target_take(&self, n);
    answer(&self, 4, 200);
    ck_assert_uint_eq(target_parked(&self), 0);
    target.bad = is_one_or_two;
    target.status = 403;
    target_answer_until(&self, target_parked(&self) == 2 && target_marks(&self) == 6);
    ck_assert_uint_le(target.bad_calls, 4);
    kit_close(&self);
}
END_TEST

START_TEST(one_of_four_is_bad_and_all_of_them_are_parked)
{
    static const char *const accounts[] = {TARGET_ACCOUNT("20ms", ""),
                                           TARGET_ACCOUNT("20ms", "batch: 4")};
    kit self;

    target_open(&self, accounts[_i]);
    target.bad = is_of_four;
    target.status = 403;
    for (size_t n = 1; n <= TARGET_MANY; n++) {
        target_take(&self, n);
        target_answer(&self);
    }
    target_answer_until(&self, target_marks(&self) == 25 && target_parked(&self) == 5);
    ck_assert_uint_le(target.bad_calls, 5 * 5);
    kit_close(&self);
}
END_TEST

/* A quiet day: each order that comes settles one of them at least. */
START_TEST(bad_ones_of_a_quiet_account_are_parked_as_good_ones_come)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.bad = is_one_or_two;
    target.status = 403;
    target_take_many(&self, 2);
    target_answer_until(&self, target.bad_calls == 2);
    for (size_t n = 3; n <= 4; n++) {
        target_take(&self, n);
        target_answer_until(&self, target_marks(&self) == n - 2);
        target_answer_until(&self, target_parked(&self) >= n - 2);
    }
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* Nobody is there to look behind it: a moment would park it, were it not called for once more. */
START_TEST(one_that_comes_alone_is_not_parked_by_a_moment)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("50ms", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    answer(&self, 2, 200);
    answer(&self, 1, 403);
    kit_turns(&self, 10);
    ck_assert_uint_eq(target_parked(&self), 0);
    answer(&self, 1, 200);
    kit_until(&self, target_marks(&self) == 2);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* Who comes while it is called for once more can look behind it, so that call is not the last word.
 * Rows: it is served, and the first one parked; it is refused as well, and neither is. */
START_TEST(who_comes_meanwhile_looks_behind_the_last_one)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("50ms", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    answer(&self, 2, 200);
    answer(&self, 1, 403);
    kit_until(&self, kit_next("order/n1x")); /* nobody else is there */
    target_take(&self, 3);
    answer(&self, 1, 403);
    kit_turns(&self, 10);
    ck_assert_uint_eq(target_parked(&self), 0);
    answer(&self, 3, _i ? 403 : 200);
    target_answer_until(&self, target_marks(&self) + target_parked(&self) == 3);
    ck_assert_uint_eq(target_parked(&self), _i ? 0 : 1);
    kit_close(&self);
}
END_TEST

/* The look behind a trial waits for nothing: the next pause would be a second. */
START_TEST(behind_a_trial_another_looks_at_once)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    target_take(&self, 3);
    answer(&self, 2, 200);
    answer(&self, 1, 403);
    for (int i = 0; i < 100 && !kit_next("order/n3x"); i++)
        kit_turn(&self); /* of 2 ms at most */
    ck_assert(kit_next("order/n3x") != NULL);
    answer(&self, 3, 200);
    kit_close(&self);
}
END_TEST

/* Another was refused in that moment: it may be a long one. */
START_TEST(the_last_one_is_not_parked_when_another_was_refused_with_it)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("50ms", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    answer(&self, 2, 200);
    kit_until(&self, kit_next(NULL));
    target_take(&self, 3);
    answer(&self, 1, 403);
    answer(&self, 3, 403);
    answer(&self, 1, 403); /* nobody else is there */
    kit_turns(&self, 10);
    ck_assert_uint_eq(target_parked(&self), 0);
    target_answer_until(&self, target_marks(&self) == 3);
    kit_close(&self);
}
END_TEST

/* Two of many were refused in a moment. One of them is served, and the other is not waited for. */
START_TEST(one_that_is_served_on_trial_lets_many_go_on)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take_many(&self, 24);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    target_reply(403);
    target_reply(403);
    while (kit_next(NULL))
        target_reply(200);
    answer(&self, 9, 200);
    answer(&self, 1, 200);
    ck_assert(!kit_account(&self, "erp")->suspended);
    target_answer_until(&self, target_marks(&self) == 24);
    kit_close(&self);
}
END_TEST

/* The same, and its answer took long. */
static void
answer_late(kit *self, size_t n, int status)
{
    kit_until(self, kit_next(NULL));
    kit_turns(self, 1100);
    answer(self, n, status);
}

/* The account may have been in trouble for just as long. Rows: which answer is late, the one before
 * the trial, its own, or that behind it. */
START_TEST(what_took_long_proves_nothing)
{
    void (*const first)(kit *, size_t, int) = _i == 0 ? answer_late : answer;
    void (*const second)(kit *, size_t, int) = _i == 1 ? answer_late : answer;
    void (*const third)(kit *, size_t, int) = _i == 2 ? answer_late : answer;
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    target_take(&self, 3);
    first(&self, 2, 200);
    second(&self, 1, 403);
    third(&self, 3, 200);
    ck_assert_uint_eq(target_parked(&self), 0);
    answer(&self, 1, 200);
    kit_until(&self, target_marks(&self) == 3);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* Nor does it where nobody is there to look behind it, and it is not called for once more. */
START_TEST(what_took_long_is_not_called_for_a_last_time)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    answer(&self, 2, 200);
    answer_late(&self, 1, 403);
    kit_turns(&self, 1500);
    ck_assert_ptr_eq(kit_next(NULL), NULL);
    target_take(&self, 3);
    answer(&self, 3, 200);
    answer(&self, 1, 200);
    kit_until(&self, target_marks(&self) == 3);
    kit_close(&self);
}
END_TEST

/* An account all of whose answers are late parks what it refuses, if later. */
START_TEST(what_a_slow_account_refuses_is_parked_too)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    for (size_t n = 2; n <= 6; n++)
        target_take(&self, n);
    answer(&self, 2, 200);
    for (size_t n = 3; n <= 4; n++) {
        answer_late(&self, 1, 403);
        answer(&self, n, 200);
        ck_assert_uint_eq(target_parked(&self), 0);
    }
    answer_late(&self, 1, 403);
    answer(&self, 5, 200);
    kit_until(&self, target_parked(&self) == 1);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    target_answer_until(&self, target_marks(&self) == 5);
    kit_close(&self);
}
END_TEST

/* What was proven is forgotten: it is found out again. */
START_TEST(a_restart_between_two_refusals_begins_anew)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("50ms", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    answer(&self, 2, 200);
    kit_until(&self, kit_next("order/n1x"));
    kit_restart(&self);
    target_watch(&self);
    target_take(&self, 1); /* its sender has no receipt */
    answer(&self, 1, 403);
    kit_turns(&self, 5);
    ck_assert_uint_eq(target_parked(&self), 0);
    target_take(&self, 3);
    answer(&self, 3, 200);
    answer(&self, 1, _i ? 200 : 403);
    if (!_i)
        answer(&self, 1, 403); /* nobody else is there: once more */
    kit_until(&self, target_marks(&self) + target_parked(&self) == 3);
    ck_assert_uint_eq(target_parked(&self), _i ? 0 : 1);
    kit_close(&self);
}
END_TEST

/* It is the account's again, and the pauses are as long as they were. */
START_TEST(on_trial_without_an_answer_it_is_looked_at_again)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("20ms", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    target_take(&self, 3);
    answer(&self, 2, 200);
    answer(&self, 1, 503);
    answer(&self, 3, 200);
    target_answer_until(&self, target_marks(&self) == 3);
    ck_assert_uint_eq(target_parked(&self), 0);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* Refused with a 403, and with a 422 on trial: the content is refused, which needs no look. */
START_TEST(what_is_declined_on_trial_is_parked)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target_take(&self, 1);
    answer(&self, 1, 403);
    target_take(&self, 2);
    target_take(&self, 3);
    answer(&self, 2, 200);
    answer(&self, 1, 422);
    kit_until(&self, target_parked(&self) == 1);
    answer(&self, 3, 200);
    kit_until(&self, target_marks(&self) == 2);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

/* A 403 for all, and then a 422 for all: what met with both was parked alone, and stayed. */
START_TEST(of_two_kinds_of_moments_none_stays_parked)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("20ms", ""));
    target.all = 403;
    target_take_many(&self, 3);
    target_answer_until(&self, target.calls >= 3);
    target.all = 0;
    target_take(&self, 4);
    kit_until(&self, kit_next("order/n4x"));
    target_reply(200);
    target.all = 422;
    for (size_t n = 5; n <= 5 + WB_GATE_ROW; n++)
        target_take(&self, n);
    target_answer_until(&self, target.told == 1);
    target_answer_until(&self, target_parked(&self) == 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == 5 + WB_GATE_ROW);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {who_was_refused_in_company_is_not_to_blame_for_a_moment,     0},
        {two_moments_one_behind_the_other_park_nothing,               0},
        {moments_among_many_orders_park_nothing,                      9},
        {it_is_parked_by_the_good_answer_behind_its_second_refusal,   0},
        {what_left_before_the_second_refusal_proves_nothing,          3},
        {what_left_before_the_first_refusal_is_no_look,               0},
        {a_bad_one_that_looks_delays_the_proof_and_no_more,           0},
        {one_of_four_is_bad_and_all_of_them_are_parked,               2},
        {bad_ones_of_a_quiet_account_are_parked_as_good_ones_come,    0},
        {one_that_comes_alone_is_not_parked_by_a_moment,              0},
        {who_comes_meanwhile_looks_behind_the_last_one,               2},
        {behind_a_trial_another_looks_at_once,                        0},
        {the_last_one_is_not_parked_when_another_was_refused_with_it, 0},
        {one_that_is_served_on_trial_lets_many_go_on,                 0},
        {what_took_long_proves_nothing,                               3},
        {what_took_long_is_not_called_for_a_last_time,                0},
        {what_a_slow_account_refuses_is_parked_too,                   0},
        {a_restart_between_two_refusals_begins_anew,                  2},
        {on_trial_without_an_answer_it_is_looked_at_again,            0},
        {what_is_declined_on_trial_is_parked,                         0},
        {of_two_kinds_of_moments_none_stays_parked,                   0},
        {NULL,                                                        0},
    };

    return wb_suite_run("actors.pump.trial", rows);
}
