/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop_kit - a loop, and a letter for each thing that happened in it
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_LOOP_LOOP_KIT_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_LOOP_LOOP_KIT_H

#include <check.h>
#include <zmq.h>

#include "actors/runtime/loop/loop.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define DEADLINE_MS 20000

static wb_loop *loop;
static char trace[256]; /* what happened, a letter each */
static size_t traced;

static inline void
note(char what)
{
    ck_assert_uint_lt(traced, sizeof trace - 1);
    trace[traced++] = what;
    trace[traced] = '\0';
}

static inline void
set_up(void)
{
    wb_err err = {0};

    traced = 0;
    trace[0] = '\0';
    ck_assert_int_eq(wb_loop_new(&loop, &err), WB_OK);
}

static inline void
turn(int64_t max_wait_ms)
{
    wb_err err = {0};

    ck_assert_msg(wb_loop_turn(loop, max_wait_ms, &err) == WB_OK, "%s", err.text);
}

static inline void
turn_until(size_t wanted)
{
    int64_t until_ms = wb_now_ms() + DEADLINE_MS;

    while (traced < wanted) {
        ck_assert_msg(wb_now_ms() < until_ms, "nothing happened in time: %s", trace);
        turn(100);
    }
}

typedef struct {
    void *socket;
    char name;
    int budget, got, last;
} sink;

static inline bool
on_sink(void *arg, void *socket)
{
    sink *self = arg;

    ck_assert_ptr_eq(socket, self->socket);
    note(self->name);
    for (int i = 0; i < self->budget; i++) {
        if (zmq_recv(socket, &self->last, sizeof self->last, ZMQ_DONTWAIT) < 0)
            return false;
        self->got++;
    }
    return true;
}

static inline void *
socket_of(void *context, int type, const char *bind_to, const char *connect_to)
{
    void *socket = zmq_socket(context, type);
    int linger = 0;

    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (bind_to)
        ck_assert_int_eq(zmq_bind(socket, bind_to), 0);
    if (connect_to)
        ck_assert_int_eq(zmq_connect(socket, connect_to), 0);
    return socket;
}

#endif
