/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/controller.h"

#include "tests/unit/suite.h"

#define CAP 64

static wb_controller controller;
static int64_t now_ms;

static void
set_up(void)
{
    now_ms = 1000;
    wb_controller_init(&controller, CAP, 7);
}

static void
leave_from(int64_t started_ms, wb_call_end end, uint64_t subject, int64_t took_us)
{
    wb_controller_leave(
        &controller,
        &(wb_call_report){
            .end = end, .subject = subject, .started_ms = started_ms, .took_us = took_us},
        now_ms);
}

static void
leave(wb_call_end end, int64_t took_us)
{
    leave_from(now_ms, end, 0, took_us);
}

/* A call about this record leaves and ends. */
static void
call(uint64_t subject, wb_call_end end)
{
    wb_controller_enter(&controller, now_ms);
    now_ms++;
    leave_from(now_ms - 1, end, subject, 1000);
}

/* All that is allowed leaves, and ends one by one. */
static void
round_of(wb_call_end end)
{
    int64_t until, allowed = 0;

    while (wb_controller_may(&controller, now_ms, &until) == WB_MAY_GO) {
        wb_controller_enter(&controller, now_ms);
        allowed++;
    }
    now_ms += 50;
    for (int64_t i = 0; i < allowed; i++)
        leave_from(now_ms - 50, end, (uint64_t)i + 1, 50000);
}

START_TEST(doubles_in_a_round_trip_up_to_its_cap)
{
    set_up();
    ck_assert_int_eq(controller.allowed, WB_CONTROLLER_START);
    for (int i = 0; i < 8; i++)
        round_of(WB_CALL_OK);
    ck_assert_int_eq(controller.allowed, CAP);
    ck_assert_int_eq(controller.in_flight, 0);
}
END_TEST

START_TEST(does_not_grow_while_less_is_used_than_allowed)
{
    set_up();
    for (int i = 0; i < 100; i++) {
        wb_controller_enter(&controller, now_ms);
        now_ms++;
        leave(WB_CALL_OK, 1000);
    }
    ck_assert_int_eq(controller.allowed, WB_CONTROLLER_START);
}
END_TEST

START_TEST(too_fast_halves_it_once_in_a_round_trip_and_grows_slowly_after)
{
    set_up();
    for (int i = 0; i < 8; i++)
        round_of(WB_CALL_OK);
    round_of(WB_CALL_THROTTLED);
    ck_assert_int_eq(controller.allowed, CAP / 2);
    ck_assert(!controller.open);
    round_of(WB_CALL_OK);
    ck_assert_int_ge(controller.allowed, CAP / 2);
    ck_assert_int_le(controller.allowed, CAP / 2 + 2);
}
END_TEST

START_TEST(failures_in_a_row_open_the_breaker_and_one_call_probes_it)
{
    int64_t until = 0, pause = 0;

    set_up();
    round_of(WB_CALL_FAILED);
    ck_assert(controller.open);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_NOT_BREAKER);
        ck_assert_int_gt(until, now_ms);
        ck_assert_int_le(until - now_ms, WB_BREAKER_MAX_MS);
        pause = controller.pause_ms;
        now_ms = until;
        ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_GO);
        wb_controller_enter(&controller, now_ms);
        ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_NOT_BREAKER);
        leave(WB_CALL_FAILED, 1000);
        ck_assert_int_ge(controller.pause_ms, pause); /* ever longer */
    }
    ck_assert_int_eq(controller.pause_ms, WB_BREAKER_MAX_MS);
    now_ms = controller.probe_ms;
    wb_controller_enter(&controller, now_ms);
    leave(WB_CALL_OK, 1000);
    ck_assert(!controller.open);
    ck_assert_int_eq(controller.allowed, 1); /* not all that waited, at once */
    ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_GO);
    for (int i = 0; i < 10; i++)
        round_of(WB_CALL_OK);
    ck_assert_int_eq(controller.allowed, CAP); /* and all of it is used again */
}
END_TEST

START_TEST(one_record_that_fails_again_and_again_is_not_the_account)
{
    int64_t until = 0, allowed;

    set_up();
    allowed = controller.allowed;
    for (int i = 0; i < 100; i++)
        call(7, WB_CALL_FAILED);
    for (uint64_t i = 0; i < 100; i++) {
        call(7, WB_CALL_FAILED);
        call(8, WB_CALL_FAILED);
        call(100 + i, WB_CALL_OK);
        call(9, WB_CALL_FAILED);
    }
    ck_assert(!controller.open);
    ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_GO);
    call(7, WB_CALL_FAILED);
    call(20, WB_CALL_OK);
    controller.allowed = allowed;
    call(7, WB_CALL_FAILED);
    ck_assert_int_eq(controller.allowed, allowed);
}
END_TEST

/* Which failures in a row open it: the last one, not one before. */
static const struct {
    uint64_t subjects[8];
    size_t count;
} streaks[] = {
    {{1, 2, 3, 4, 5},          5},
    {{1, 1, 2, 2, 3, 4, 4, 5}, 8},
    {{0, 0, 0, 0, 0},          5},
    {{1, 1, 0, 1, 0, 2, 1, 0}, 8},
};

START_TEST(different_records_in_a_row_are_the_account)
{
    set_up();
    for (size_t i = 0; i < streaks[_i].count; i++) {
        ck_assert(!controller.open);
        call(streaks[_i].subjects[i], WB_CALL_FAILED);
    }
    ck_assert_int_eq(wb_controller_breaker(&controller), WB_BREAKER_OPEN);
}
END_TEST

START_TEST(calls_from_before_it_opened_are_not_the_one_that_looks)
{
    int64_t until = 0, left = 0, pause;

    set_up();
    for (int i = 0; i < WB_CONTROLLER_START; i++)
        wb_controller_enter(&controller, now_ms);
    left = now_ms;
    now_ms += 10;
    for (uint64_t i = 1; i <= 5; i++)
        leave_from(left, WB_CALL_FAILED, i, 10000);
    ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_NOT_BREAKER);
    now_ms = until;
    wb_controller_enter(&controller, now_ms);
    ck_assert_int_eq(wb_controller_breaker(&controller), WB_BREAKER_HALF_OPEN);
    pause = controller.pause_ms;
    now_ms += 5;
    leave_from(left, WB_CALL_FAILED, 6, 1000); /* no news: the look is still out, alone */
    ck_assert_int_eq(wb_controller_breaker(&controller), WB_BREAKER_HALF_OPEN);
    ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_NOT_BREAKER);
    ck_assert_int_eq(controller.pause_ms, pause);
    leave_from(now_ms - 5, WB_CALL_FAILED, 7, 1000);
    ck_assert_int_eq(wb_controller_breaker(&controller), WB_BREAKER_OPEN);
    leave_from(left, WB_CALL_OK, 0, 1000); /* it did answer once: look now */
    ck_assert(controller.open);
    ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_GO);
    wb_controller_enter(&controller, now_ms);
    leave(WB_CALL_OK, 1000);
    ck_assert(!controller.open);
    now_ms += 20000;
    wb_controller_enter(&controller, now_ms);
    for (uint64_t i = 10; i < 20; i++) { /* those that ran into their time-out are no news either */
        wb_controller_enter(&controller, now_ms);
        leave_from(left, WB_CALL_FAILED, i, 1000);
    }
    ck_assert(!controller.open);
}
END_TEST

START_TEST(a_call_that_never_left_says_nothing)
{
    set_up();
    for (int i = 0; i < 100; i++) {
        wb_controller_enter(&controller, now_ms);
        leave(WB_CALL_NOTHING, 0);
    }
    ck_assert(!controller.open);
    ck_assert_uint_eq(controller.calls, 0);
}
END_TEST

START_TEST(tells_how_long_calls_take)
{
    set_up();
    ck_assert_int_eq(wb_controller_took_us(&controller, 50), 0);
    for (int i = 1; i <= 100; i++) {
        wb_controller_enter(&controller, now_ms);
        leave(WB_CALL_OK, i * 1000);
    }
    ck_assert_int_eq(wb_controller_took_us(&controller, 50), 50000);
    ck_assert_int_eq(wb_controller_took_us(&controller, 99), 99000);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {doubles_in_a_round_trip_up_to_its_cap,                          0                               },
        {does_not_grow_while_less_is_used_than_allowed,                  0                               },
        {too_fast_halves_it_once_in_a_round_trip_and_grows_slowly_after, 0                               },
        {failures_in_a_row_open_the_breaker_and_one_call_probes_it,      0                               },
        {one_record_that_fails_again_and_again_is_not_the_account,       0                               },
        {different_records_in_a_row_are_the_account,                     sizeof streaks / sizeof *streaks},
        {calls_from_before_it_opened_are_not_the_one_that_looks,         0                               },
        {a_call_that_never_left_says_nothing,                            0                               },
        {tells_how_long_calls_take,                                      0                               },
        {NULL,                                                           0                               },
    };

    return wb_suite_run("runtime.controller", rows);
}
