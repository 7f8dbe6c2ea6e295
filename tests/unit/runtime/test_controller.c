/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/controller.h"

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
        wb_controller_leave(&controller, end, 50000, now_ms);
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
        wb_controller_leave(&controller, WB_CALL_OK, 1000, ++now_ms);
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
        wb_controller_leave(&controller, WB_CALL_FAILED, 1000, now_ms);
        ck_assert_int_ge(controller.pause_ms, pause); /* ever longer */
    }
    ck_assert_int_eq(controller.pause_ms, WB_BREAKER_MAX_MS);
    now_ms = controller.probe_ms;
    wb_controller_enter(&controller, now_ms);
    wb_controller_leave(&controller, WB_CALL_OK, 1000, now_ms);
    ck_assert(!controller.open);
    ck_assert_int_eq(wb_controller_may(&controller, now_ms, &until), WB_MAY_GO);
    for (int i = 0; i < 10; i++)
        round_of(WB_CALL_OK);
    ck_assert_int_eq(controller.allowed, CAP); /* and all of it is used again */
}
END_TEST

START_TEST(a_call_that_never_left_says_nothing)
{
    set_up();
    for (int i = 0; i < 100; i++) {
        wb_controller_enter(&controller, now_ms);
        wb_controller_leave(&controller, WB_CALL_NOTHING, 0, now_ms);
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
        wb_controller_leave(&controller, WB_CALL_OK, i * 1000, now_ms);
    }
    ck_assert_int_eq(wb_controller_took_us(&controller, 50), 50000);
    ck_assert_int_eq(wb_controller_took_us(&controller, 99), 99000);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {doubles_in_a_round_trip_up_to_its_cap,                          0},
        {does_not_grow_while_less_is_used_than_allowed,                  0},
        {too_fast_halves_it_once_in_a_round_trip_and_grows_slowly_after, 0},
        {failures_in_a_row_open_the_breaker_and_one_call_probes_it,      0},
        {a_call_that_never_left_says_nothing,                            0},
        {tells_how_long_calls_take,                                      0},
        {NULL,                                                           0},
    };

    return wb_suite_run("runtime.controller", rows);
}
