/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire: a process that is stopped stays connected for ever, as the kernel sees it; pings end that
 */
#include "actors/runtime/lanes/wire.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/suite.h"

#define SILENT_MS 400

static kit in;
static void *zmq;
static wb_wires *wires;
static wb_wire *wire;
static pid_t peer;
static size_t ups;

static void
open_all(void)
{
    zmq = zmq_ctx_new();
    wires = wb_wires_new(in.loop, zmq);
    wb_wires_silent(wires, SILENT_MS);
    ups = 0;
}

/* The peer ends first: its connections end while ours are closed. */
static void
close_all(void)
{
    if (peer > 0) {
        kill(peer, SIGKILL);
        waitpid(peer, NULL, 0);
    }
    peer = 0;
    wb_wires_destroy(&wires, 0);
    zmq_ctx_term(zmq);
}

static void
setup(void)
{
    kit_open(&in);
    open_all();
}

static void
teardown(void)
{
    close_all();
    kit_close(&in);
}

/* Another process: an inlet that is never read. */
static _Noreturn void
be_peer(const char *bind_at, int told)
{
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PULL);
    char endpoint[WB_ENDPOINT_MAX + 1] = "";
    size_t size = sizeof endpoint;

    if (zmq_bind(socket, bind_at) || zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) ||
        write(told, endpoint, sizeof endpoint) != sizeof endpoint)
        _exit(1);
    for (;;)
        pause();
}

static void
on_up(void *arg)
{
    (void)arg;
    ups++;
}

static bool
connected(void *arg)
{
    (void)arg;
    return ups > 0 && wb_wire_connected(wire);
}

static bool
gone(void *arg)
{
    (void)arg;
    return !wb_wire_connected(wire);
}

static bool
back(void *arg)
{
    (void)arg;
    return ups == 2;
}

static void
connect_to(const char *bind_at)
{
    char endpoint[WB_ENDPOINT_MAX + 1];
    wb_err err = {0};
    int told[2];

    ck_assert_int_eq(pipe(told), 0);
    peer = fork();
    if (!peer)
        be_peer(bind_at, told[1]);
    ck_assert_int_eq(read(told[0], endpoint, sizeof endpoint), sizeof endpoint);
    close(told[0]);
    close(told[1]);
    ck_assert_int_eq(wb_wires_get(wires, &wire, wb_view_of(endpoint), &err), WB_OK);
    wb_wire_on_up(wire, on_up, NULL);
    kit_until(&in, connected, NULL, "the connection");
}

/* Copies were queued for a stopped process as long as it was stopped. */
START_TEST(a_process_that_is_stopped_is_not_connected_for_long)
{
    char ipc[128];
    const char *const at[] = {ipc, "tcp://127.0.0.1:*"};

    snprintf(ipc, sizeof ipc, "ipc://%s/peer", in.run_dir);
    connect_to(at[_i]);
    ck_assert(wb_wire_send(wire, WB_VIEW_LIT("header"), WB_VIEW_LIT("body")));
    kill(peer, SIGSTOP);
    kit_until(&in, gone, NULL, "the end of the connection");
    ck_assert(!wb_wire_send(wire, WB_VIEW_LIT("header"), WB_VIEW_LIT("body")));
    kill(peer, SIGCONT);
    kit_until(&in, back, NULL, "a new one");
}
END_TEST

/* Nothing is wrong with one that lives and has nothing to say. */
START_TEST(a_connection_without_traffic_stays)
{
    char ipc[128];

    snprintf(ipc, sizeof ipc, "ipc://%s/peer", in.run_dir);
    connect_to(ipc);
    kit_turns(&in, 3 * SILENT_MS);
    ck_assert(wb_wire_connected(wire));
    ck_assert_uint_eq(ups, 1);
}
END_TEST

/* The process stood still: ZeroMQ's thread told the end of the connection to a monitor that was
 * closed already, and held the lock that closing needs. */
START_TEST(a_connection_may_end_while_it_is_closed)
{
    char ipc[128];

    for (int i = 0; i < 60; i++) {
        (void)snprintf(ipc, sizeof ipc, "ipc://%s/peer-%d", in.run_dir, i);
        connect_to(ipc);
        close_all();
        open_all();
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_process_that_is_stopped_is_not_connected_for_long, 2},
        {a_connection_without_traffic_stays,                  0},
        {a_connection_may_end_while_it_is_closed,             0},
        {NULL,                                                0},
    };

    return wb_suite_run_in("runtime.wire", cases, setup, teardown);
}
