/* SPDX-License-Identifier: Apache-2.0 */
/* The ZeroMQ sockets of a loop: actors/runtime/loop/zmq.c. */
#include <zmq.h>

#include "tests/unit/actors/runtime/loop/loop_kit.h"
#include "tests/unit/suite.h"

static void
send_numbers(void *socket, int count)
{
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(zmq_send(socket, &i, sizeof i, 0), sizeof i);
}

START_TEST(test_rank_and_budget)
{
    void *context = zmq_ctx_new(), *to[2];
    sink sinks[2] = {
        {.name = 'w', .budget = 3  },
        {.name = 'r', .budget = 100}
    };

    set_up();
    for (int i = 0; i < 2; i++) {
        sinks[i].socket = socket_of(context, ZMQ_PULL, i ? "inproc://r" : "inproc://w", NULL);
        to[i] = socket_of(context, ZMQ_PUSH, NULL, i ? "inproc://r" : "inproc://w");
        send_numbers(to[i], 7);
        ck_assert_int_eq(wb_loop_zmq(loop, sinks[i].socket, i ? 0 : 10, on_sink, &sinks[i], NULL),
                         WB_OK);
    }
    /* What is left makes the next waits zero. */
    turn(DEADLINE_MS);
    turn(DEADLINE_MS);
    turn(DEADLINE_MS);
    ck_assert_str_eq(trace, "rwww");
    ck_assert_int_eq(sinks[0].got, 7);
    ck_assert_int_eq(sinks[1].got, 7);
    /* A wake-up later, by the descriptor alone. */
    turn(0);
    turn(5);
    ck_assert_str_eq(trace, "rwww");
    send_numbers(to[0], 1);
    turn_until(5);
    ck_assert_int_eq(sinks[0].got, 8);
    wb_loop_zmq_remove(loop, sinks[0].socket);
    wb_loop_zmq_remove(loop, sinks[0].socket);
    send_numbers(to[0], 1);
    turn(20);
    ck_assert_int_eq(sinks[0].got, 8);
    wb_loop_destroy(&loop);
    for (int i = 0; i < 2; i++) {
        zmq_close(sinks[i].socket);
        zmq_close(to[i]);
    }
    zmq_ctx_term(context);
}
END_TEST

/* A call on the socket that takes in the news of a message: no descriptor tells of it. */
static bool
on_swallow(void *arg)
{
    int events;
    size_t len = sizeof events;
    sink *self = arg;

    zmq_getsockopt(self->socket, ZMQ_EVENTS, &events, &len);
    return false;
}

START_TEST(test_swallowed_news)
{
    void *context = zmq_ctx_new(), *to;
    sink one = {.name = 's', .budget = 100};
    wb_loop_hook hook = {.flush = on_swallow, .arg = &one};

    set_up();
    one.socket = socket_of(context, ZMQ_DEALER, "inproc://s", NULL);
    to = socket_of(context, ZMQ_DEALER, NULL, "inproc://s");
    ck_assert_int_eq(wb_loop_zmq(loop, one.socket, 0, on_sink, &one, NULL), WB_OK);
    for (int i = 0; i < 20; i++)
        turn(1);
    wb_loop_hook_add(loop, &hook);
    for (int i = 1; i <= 50; i++) {
        send_numbers(to, 1);
        on_swallow(&one);
        for (int64_t until_ms = wb_now_ms() + DEADLINE_MS; one.got < i;) {
            ck_assert_msg(wb_now_ms() < until_ms, "message %d was never told of", i);
            turn(DEADLINE_MS);
        }
    }
    wb_loop_destroy(&loop);
    zmq_close(one.socket);
    zmq_close(to);
    zmq_ctx_term(context);
}
END_TEST

/* A removal, or an addition, from inside a drain. */
typedef struct {
    sink *sinks;
} remover;

static bool
on_remover(void *arg, void *socket)
{
    remover *self = arg;

    note('x');
    wb_loop_zmq_remove(loop, socket);
    wb_loop_zmq_remove(loop, self->sinks[0].socket);
    return true;
}

START_TEST(test_removed_inside)
{
    void *context = zmq_ctx_new(), *to[2];
    sink sinks[2] = {
        {.name = 'a', .budget = 100},
        {.name = 'b', .budget = 100}
    };
    remover first = {sinks};

    set_up();
    for (int i = 0; i < 2; i++) {
        sinks[i].socket = socket_of(context, ZMQ_PULL, i ? "inproc://1" : "inproc://0", NULL);
        to[i] = socket_of(context, ZMQ_PUSH, NULL, i ? "inproc://1" : "inproc://0");
        send_numbers(to[i], 1);
    }
    ck_assert_int_eq(wb_loop_zmq(loop, sinks[1].socket, 0, on_remover, &first, NULL), WB_OK);
    ck_assert_int_eq(wb_loop_zmq(loop, sinks[0].socket, 1, on_sink, &sinks[0], NULL), WB_OK);
    turn(100);
    turn(1);
    turn(1);
    ck_assert_str_eq(trace, "x");
    wb_loop_destroy(&loop);
    for (int i = 0; i < 2; i++) {
        zmq_close(sinks[i].socket);
        zmq_close(to[i]);
    }
    zmq_ctx_term(context);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_rank_and_budget, 0},
        {test_swallowed_news,  0},
        {test_removed_inside,  0},
        {NULL,                 0},
    };

    return wb_suite_run("runtime.loop_zmq", rows);
}
