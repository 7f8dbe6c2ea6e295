/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/systems/amazon/queue.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "tests/unit/suite.h"

static void
put(wb_sim_queue *queue, uint32_t order, int64_t now_ms, int64_t delay_ms, bool front)
{
    wb_sim_content content = {.order = order, .version = 1};

    (void)wb_sim_queue_put(queue, &content, now_ms, delay_ms, front);
}

/* The next message's order, or -1. */
static int64_t
take(wb_sim_queue *queue, int64_t now_ms, int64_t visibility_ms, wb_sim_message *out)
{
    (void)wb_sim_queue_due(queue, now_ms);
    return wb_sim_queue_take(queue, now_ms, visibility_ms, out) ? (int64_t)out->content.order : -1;
}

START_TEST(test_visibility_ends_and_it_comes_again)
{
    WB_AUTO(wb_sim_queue_destroy) wb_sim_queue *queue = wb_sim_queue_new();
    wb_sim_message first, second;

    put(queue, 7, 0, 0, false);
    ck_assert_int_eq(take(queue, 100, 1000, &first), 7);
    ck_assert_uint_eq(wb_sim_queue_in_flight(queue), 1);
    ck_assert_int_eq(take(queue, 1099, 1000, &second), -1);
    ck_assert_int_eq(wb_sim_queue_due(queue, 1099), 1100);
    ck_assert_int_eq(take(queue, 1100, 1000, &second), 7);
    ck_assert_uint_eq(second.receives, 2);
    ck_assert_str_ne(first.handle, second.handle);
    ck_assert_int_eq(second.first_utc_us, first.first_utc_us);
}
END_TEST

START_TEST(test_old_handle_deletes_nothing)
{
    WB_AUTO(wb_sim_queue_destroy) wb_sim_queue *queue = wb_sim_queue_new();
    wb_sim_message first, second;

    put(queue, 7, 0, 0, false);
    (void)take(queue, 0, 1000, &first);
    (void)take(queue, 1000, 1000, &second);
    ck_assert_int_eq(wb_sim_queue_delete(queue, wb_view_of(first.handle)), WB_SIM_HANDLE_OLD);
    ck_assert_uint_eq(wb_sim_queue_in_flight(queue), 1);
    ck_assert_int_eq(wb_sim_queue_delete(queue, wb_view_of(second.handle)), WB_SIM_HANDLE_OK);
    ck_assert_uint_eq(wb_sim_queue_in_flight(queue), 0);
    ck_assert_int_eq(wb_sim_queue_delete(queue, wb_view_of(second.handle)), WB_SIM_HANDLE_OLD);
    put(queue, 8, 0, 0, false); /* takes the same place: the old handle must not reach it */
    ck_assert_int_eq(wb_sim_queue_delete(queue, wb_view_of(second.handle)), WB_SIM_HANDLE_OLD);
    ck_assert_int_eq(take(queue, 9000, 1000, &first), 8);
}
END_TEST

static const char *const wrong_handles[] = {"", "AQEB",
                                            "AQEB0000000000000000000000000000000000000000",
                                            "AQEBzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"};

START_TEST(test_wrong_handles)
{
    WB_AUTO(wb_sim_queue_destroy) wb_sim_queue *queue = wb_sim_queue_new();
    wb_sim_message message;

    put(queue, 7, 0, 0, false);
    (void)take(queue, 0, 1000, &message);
    ck_assert_int_eq(wb_sim_queue_delete(queue, wb_view_of(wrong_handles[_i])),
                     WB_SIM_HANDLE_INVALID);
    message.handle[10] = message.handle[10] == '1' ? '2' : '1';
    ck_assert_int_eq(wb_sim_queue_delete(queue, wb_view_of(message.handle)), WB_SIM_HANDLE_INVALID);
}
END_TEST

START_TEST(test_visibility_changes)
{
    WB_AUTO(wb_sim_queue_destroy) wb_sim_queue *queue = wb_sim_queue_new();
    wb_sim_message message, again;

    put(queue, 7, 0, 0, false);
    (void)take(queue, 0, 1000, &message);
    wb_view handle = wb_view_of(message.handle);
    ck_assert_int_eq(wb_sim_queue_visibility(queue, handle, 500, 1000), WB_SIM_HANDLE_OK);
    ck_assert_int_eq(take(queue, 1400, 1000, &again), -1);
    ck_assert_int_eq(wb_sim_queue_visibility(queue, handle, 1400, 0), WB_SIM_HANDLE_OK);
    ck_assert_int_eq(wb_sim_queue_visibility(queue, handle, 1400, 0), WB_SIM_HANDLE_VISIBLE);
    ck_assert_int_eq(take(queue, 1400, 1000, &again), 7);
    ck_assert_int_eq(wb_sim_queue_visibility(queue, handle, 1400, 5), WB_SIM_HANDLE_OLD);
}
END_TEST

START_TEST(test_delay_front_and_order)
{
    WB_AUTO(wb_sim_queue_destroy) wb_sim_queue *queue = wb_sim_queue_new();
    wb_sim_message message;

    put(queue, 1, 0, 0, false);
    put(queue, 2, 0, 50, false);
    put(queue, 3, 0, 0, true);
    ck_assert_uint_eq(wb_sim_queue_delayed(queue), 1);
    ck_assert_int_eq(take(queue, 0, 9000, &message), 3);
    ck_assert_int_eq(take(queue, 0, 9000, &message), 1);
    ck_assert_int_eq(take(queue, 49, 9000, &message), -1);
    ck_assert_int_eq(take(queue, 50, 9000, &message), 2);
    ck_assert_uint_eq(wb_sim_queue_delayed(queue), 0);
}
END_TEST

/* Whatever happens, no message is lost: each is deleted in the end, once. */
START_TEST(test_random_life)
{
    WB_AUTO(wb_sim_queue_destroy) wb_sim_queue *queue = wb_sim_queue_new();
    static bool gone[500];
    wb_rng rng = {3};
    wb_sim_message message;
    int64_t now_ms = 0;
    int deleted = 0;

    for (uint32_t i = 0; i < 500; i++)
        put(queue, i, 0, (int64_t)wb_rng_below(&rng, 100), wb_rng_below(&rng, 2));
    for (int step = 0; step < 200000 && deleted < 500; step++, now_ms++) {
        int64_t order = take(queue, now_ms, 1 + (int64_t)wb_rng_below(&rng, 200), &message);
        if (order < 0 || wb_rng_below(&rng, 3))
            continue;
        ck_assert(!gone[order]);
        gone[order] = true;
        ck_assert_int_eq(wb_sim_queue_delete(queue, wb_view_of(message.handle)), WB_SIM_HANDLE_OK);
        deleted++;
    }
    ck_assert_int_eq(deleted, 500);
    ck_assert_uint_eq(wb_sim_queue_visible(queue), 0);
    ck_assert_uint_eq(wb_sim_queue_in_flight(queue), 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_visibility_ends_and_it_comes_again, 0                      },
        {test_old_handle_deletes_nothing,         0                      },
        {test_wrong_handles,                      WB_COUNT(wrong_handles)},
        {test_visibility_changes,                 0                      },
        {test_delay_front_and_order,              0                      },
        {test_random_life,                        0                      },
        {NULL,                                    0                      },
    };

    return wb_suite_run("actors.connectors.amazon.sim.queue", tests);
}
