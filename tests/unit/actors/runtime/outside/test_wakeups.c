/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A million messages between two processes, in bursts that wait for an answer: one wake-up that is
 * lost stops the exchange for good. Once alone, where nothing else wakes the loop, and once beside
 * HTTP calls, where the longest delay is what a lost wake-up would show in.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "actors/runtime/loop/loop.h"
#include "actors/runtime/outside/http.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "tests/unit/actors/runtime/outside/http_server.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define MESSAGES 500000
#define BURST_MAX 400
#define DEADLINE_MS 100000
#define STALL_MS 2000
#define CALLS 16

typedef struct {
    int64_t sent_us;
    int number;
    bool last; /* of its burst: answer it */
} message;

static wb_loop *loop;
static wb_http *http;
static http_server *server;
static int got, calls_ended;
static int64_t longest_us;

/* The other process: bursts of random length after pauses of random length. */
static void
feed(const char *endpoint, int type)
{
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, type);
    void *answers = type == ZMQ_PUSH ? zmq_socket(context, ZMQ_PULL) : socket;
    wb_rng rng = {7};
    char answer_endpoint[128], c;
    int sent = 0;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(answer_endpoint, sizeof answer_endpoint, "%s.answers", endpoint);
    if (zmq_connect(socket, endpoint) ||
        (answers != socket && zmq_connect(answers, answer_endpoint)))
        _exit(1);
    while (sent < MESSAGES) {
        int burst = 1 + (int)wb_rng_below(&rng, BURST_MAX);

        if (burst > MESSAGES - sent)
            burst = MESSAGES - sent;
        for (int i = 0; i < burst; i++) {
            message one = {.sent_us = wb_now_us(), .number = sent++, .last = i + 1 == burst};

            if (zmq_send(socket, &one, sizeof one, 0) < 0)
                _exit(2);
            if (wb_rng_below(&rng, 5000) == 0)
                usleep((useconds_t)wb_rng_below(&rng, 2000));
        }
        if (zmq_recv(answers, &c, 1, 0) < 0)
            _exit(3);
    }
    _exit(0);
}

typedef struct {
    void *in, *out;
    char peer[256]; /* of a ROUTER */
    int peer_len;
} pipe_end;

static void
answer(pipe_end *self)
{
    if (self->peer_len)
        zmq_send(self->out, self->peer, (size_t)self->peer_len, ZMQ_SNDMORE);
    ck_assert_int_eq(zmq_send(self->out, "a", 1, 0), 1);
}

static bool
on_message(void *arg, void *socket)
{
    pipe_end *self = arg;
    bool router = self->in == self->out;
    message one;
    int64_t took_us;

    for (int i = 0; i < WB_LOOP_BUDGET; i++) {
        if (router) {
            self->peer_len = zmq_recv(socket, self->peer, sizeof self->peer, ZMQ_DONTWAIT);
            if (self->peer_len < 0)
                return false;
        }
        if (zmq_recv(socket, &one, sizeof one, ZMQ_DONTWAIT) < 0)
            return false;
        ck_assert_int_eq(one.number, got);
        took_us = wb_now_us() - one.sent_us;
        /* The first burst waited for the connection. */
        if (one.number >= BURST_MAX && took_us > longest_us)
            longest_us = took_us;
        got++;
        if (one.last)
            answer(self);
    }
    return true;
}

typedef struct {
    wb_request request;
} caller;

static void
on_called(void *arg, const wb_http_answer *ended)
{
    caller *self = arg;

    ck_assert_int_eq(ended->end, WB_HTTP_ANSWERED);
    calls_ended++;
    ck_assert_int_eq(
        wb_http_start(http, &self->request, &(wb_http_waiter){20000, on_called, self}, NULL, NULL),
        WB_OK);
}

static void
start_calls(caller *callers)
{
    server = http_server_start();
    ck_assert_int_eq(wb_http_new(&http, loop, &(wb_http_conf){0}, NULL), WB_OK);
    for (int i = 0; i < CALLS; i++) {
        wb_request *request = &callers[i].request;

        wb_request_init(request);
        request->method = "POST";
        /* One in two is a long poll. */
        request->long_poll_ms = i % 2 ? 1000 : 0;
        wb_buf_addf(&request->url, "http://127.0.0.1:%d/wait/%d", http_server_port(server), i);
        ck_assert_int_eq(wb_http_start(http, request,
                                       &(wb_http_waiter){20000, on_called, &callers[i]}, NULL,
                                       NULL),
                         WB_OK);
    }
}

static const struct {
    int type;
    bool beside_calls;
} ways[] = {
    {ZMQ_PULL,   false},
    {ZMQ_ROUTER, true },
};

START_TEST(test_no_wake_up_is_lost)
{
    bool router = ways[_i].type == ZMQ_ROUTER;
    static caller callers[CALLS];
    char dir[] = "/tmp/wb-wakeups-XXXXXX", endpoint[96], answers[128];
    pipe_end end = {0};
    void *context;
    int64_t until_ms = wb_now_ms() + DEADLINE_MS;
    int status = -1;
    pid_t child;

    got = calls_ended = 0;
    longest_us = 0;
    ck_assert_ptr_nonnull(folder_make(dir));
    snprintf(endpoint, sizeof endpoint, "ipc://%s/in", dir);
    snprintf(answers, sizeof answers, "%s.answers", endpoint);
    child = fork();
    if (child == 0)
        feed(endpoint, router ? ZMQ_DEALER : ZMQ_PUSH);
    context = zmq_ctx_new();
    ck_assert_int_eq(wb_loop_new(&loop, NULL), WB_OK);
    end.in = zmq_socket(context, ways[_i].type);
    end.out = router ? end.in : zmq_socket(context, ZMQ_PUSH);
    ck_assert_int_eq(zmq_bind(end.in, endpoint), 0);
    if (!router)
        ck_assert_int_eq(zmq_bind(end.out, answers), 0);
    ck_assert_int_eq(wb_loop_zmq(loop, end.in, 0, on_message, &end, NULL), WB_OK);
    if (ways[_i].beside_calls)
        start_calls(callers);
    while (got < MESSAGES) {
        int before = got;
        int64_t began_ms = wb_now_ms();

        ck_assert_int_lt(began_ms, until_ms);
        while (got == before) {
            ck_assert_msg(wb_now_ms() - began_ms < STALL_MS, "nothing came after message %d", got);
            ck_assert_int_eq(wb_loop_turn(loop, STALL_MS, NULL), WB_OK);
        }
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    printf("%d messages, longest delay %lld us, %d calls\n", got, (long long)longest_us,
           calls_ended);
    ck_assert_int_lt(longest_us, STALL_MS * 1000);
    ck_assert_int_ge(calls_ended, ways[_i].beside_calls ? CALLS : 0);
    wb_http_destroy(&http);
    wb_loop_destroy(&loop);
    http_server_stop(&server);
    for (int i = 0; i < CALLS; i++)
        wb_request_fini(&callers[i].request);
    zmq_close(end.in);
    if (!router)
        zmq_close(end.out);
    zmq_ctx_term(context);
    rmdir(dir);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_no_wake_up_is_lost, WB_COUNT(ways)},
        {NULL,                    0             },
    };

    return wb_suite_run("runtime.wakeups", rows);
}
