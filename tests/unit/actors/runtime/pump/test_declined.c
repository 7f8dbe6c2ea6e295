/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 4xx for one record parks it; one for each of them stops the account, and none stays parked
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
is_odd(size_t n)
{
    return n % 2 == 1;
}

static bool
is_below_ten(size_t n)
{
    return n < 10;
}

/* 20 of 30 were parked for good by ten seconds of 400. */
START_TEST(when_each_is_declined_none_stays_parked)
{
    static const int statuses[] = {400, 409, 422};
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", ""));
    target.all = statuses[_i];
    target_take_many(&self, 10);
    target_answer_until(&self, target.told == 1);
    ck_assert_ptr_ne(strstr(kit_account(&self, "erp")->reason, "in a row"), NULL);
    for (size_t i = 11; i <= TARGET_MANY; i++)
        target_take(&self, i);
    target_answer_until(&self, target_parked(&self) == 0);
    target_answer_until(&self, target.calls >= 10); /* looks */
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == TARGET_MANY);
    ck_assert_uint_eq(target_parked(&self), 0);
    ck_assert_uint_eq(target.told, 2);
    kit_close(&self);
}
END_TEST

/* One by one, on a quiet day: those that were parked before it was known come back. */
START_TEST(those_parked_before_it_was_known_return)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", ""));
    target.all = 400;
    for (size_t i = 1; i < WB_GATE_ROW; i++) {
        target_take(&self, i);
        target_answer_until(&self, target_parked(&self) == i);
    }
    if (_i) { /* what a former life parked is remembered */
        kit_restart(&self);
        target_watch(&self);
    }
    for (size_t i = WB_GATE_ROW; i < 2 * WB_GATE_ROW; i++) {
        target_take(&self, i);
        target_answer_for(&self, 20);
    }
    target_answer_until(&self, target.told == 1);
    target_answer_until(&self, target_parked(&self) == 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == 2 * WB_GATE_ROW - 1);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

START_TEST(one_that_is_declined_among_good_ones_is_parked_at_once)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.bad = is_third;
    target.status = 422;
    target_take_many(&self, 10);
    target_answer_until(&self, target_parked(&self) == 1 && target_marks(&self) == 9);
    ck_assert_uint_eq(target.bad_calls, 1);
    ck_assert_uint_eq(target.told, 0);
    kit_close(&self);
}
END_TEST

/* So many bad ones behind each other look like a dead account, until one is served. */
START_TEST(bad_ones_in_a_row_are_parked_when_another_is_served)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", ""));
    target.bad = is_below_ten;
    target.status = 422;
    target_take_many(&self, 8);
    target_answer_until(&self, target.told == 1);
    for (size_t i = 10; i <= TARGET_MANY; i++)
        target_take(&self, i);
    target_answer_until(&self, target_parked(&self) == 8 && target_marks(&self) == TARGET_MANY - 9);
    ck_assert(!kit_account(&self, "erp")->suspended);
    ck_assert_uint_eq(target.told, 2);
    kit_close(&self);
}
END_TEST

START_TEST(bad_ones_between_good_ones_are_parked_one_by_one)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.bad = is_odd;
    target.status = 422;
    for (size_t i = 1; i <= 2 * (WB_GATE_ROW + 1); i++) {
        target_take(&self, i);
        target_answer_until(&self, target_parked(&self) + target_marks(&self) == i);
    }
    ck_assert_uint_eq(target_parked(&self), WB_GATE_ROW + 1);
    ck_assert_uint_eq(target.told, 0);
    kit_close(&self);
}
END_TEST

static void
reply_to(const char *with, int status)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = status, .with = with});
}

/* An answer that is late tells of before the outage: the first ones of it stayed parked. Rows: 0:
 * who is served left first; 1: last of all, and the others are to blame. */
START_TEST(only_what_left_after_a_refusal_ends_the_row)
{
    const char *served = _i ? "order/n6x" : "order/n1x";
    char record[16];
    kit self;

    target_open(&self, TARGET_ACCOUNT("100ms", ""));
    target_take_many(&self, WB_GATE_ROW + 1);
    kit_until(&self, kit_request_count == WB_GATE_ROW + 1);
    reply_to("order/n2x", 400);
    reply_to("order/n3x", 400);
    reply_to(served, 200);
    for (size_t n = 1; n <= WB_GATE_ROW + 1; n++) {
        snprintf(record, sizeof record, "order/n%zux", n);
        if (kit_next(record))
            reply_to(record, 400);
    }
    ck_assert_uint_eq(target.told, _i ? 0 : 1);
    kit_until(&self, _i ? target_parked(&self) == WB_GATE_ROW : target_parked(&self) == 0);
    target_answer_for(&self, 50);
    ck_assert_uint_eq(target_parked(&self), _i ? WB_GATE_ROW : 0);
    target_answer_until(&self, target_marks(&self) == (_i ? 1 : WB_GATE_ROW + 1));
    kit_close(&self);
}
END_TEST

START_TEST(what_was_parked_before_an_outage_stays_parked)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("200ms", ""));
    target.bad = is_third;
    target.status = 422;
    target_take(&self, 3);
    target_answer_until(&self, target_parked(&self) == 1);
    kit_turns(&self, 5); /* later, to the millisecond */
    target_take(&self, 4);
    target_answer_until(&self, target_marks(&self) == 1);
    target.all = 400;
    for (size_t i = 5; i <= TARGET_MANY; i++)
        target_take(&self, i);
    target_answer_until(&self, target.told == 1);
    target_answer_until(&self, target_parked(&self) == 1);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == TARGET_MANY - 3);
    ck_assert_uint_eq(target_parked(&self), 1);
    ck_assert_uint_eq(target.times[3], 1);
    kit_close(&self);
}
END_TEST

/* Sent again five times by a person, it counted as five, and the account was stopped. */
START_TEST(one_that_is_declined_time_and_again_is_not_several)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("5m", ""));
    target.bad = is_first;
    target.status = 422;
    for (size_t i = 1; i <= 2 * WB_GATE_ROW; i++) {
        target_take_revision(&self, 1, i);
        target_answer_until(&self, target.calls == i);
        target_answer_for(&self, 10);
    }
    ck_assert_uint_eq(target.told, 0);
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {when_each_is_declined_none_stays_parked,                3},
        {those_parked_before_it_was_known_return,                2},
        {one_that_is_declined_among_good_ones_is_parked_at_once, 0},
        {bad_ones_in_a_row_are_parked_when_another_is_served,    0},
        {bad_ones_between_good_ones_are_parked_one_by_one,       0},
        {only_what_left_after_a_refusal_ends_the_row,            2},
        {what_was_parked_before_an_outage_stays_parked,          0},
        {one_that_is_declined_time_and_again_is_not_several,     0},
        {NULL,                                                   0},
    };

    return wb_suite_run("actors.pump.declined", rows);
}
