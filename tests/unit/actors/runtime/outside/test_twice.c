/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes behind an answer is none: whoever used that connection next had it for his own, and so
 * had each one after him the answer to the one before
 */
#include "actors/runtime/outside/http.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/outside/http_server.h"
#include "tests/unit/suite.h"

#define DEADLINE_MS 20000

static http_server *server;
static wb_loop *loop;
static wb_http *http;

static void
set_up(void)
{
    wb_err err = {0};

    server = http_server_start();
    ck_assert_int_eq(wb_loop_new(&loop, &err), WB_OK);
    ck_assert_int_eq(wb_http_new(&http, loop, &(wb_http_conf){0}, &err), WB_OK);
}

static void
tear_down(void)
{
    wb_http_destroy(&http);
    wb_loop_destroy(&loop);
    http_server_stop(&server);
}

typedef struct {
    bool ended;
    size_t len;
} told;

static void
on_done(void *arg, const wb_http_answer *answer)
{
    told *self = arg;

    ck_assert_int_eq(answer->end, WB_HTTP_ANSWERED);
    self->ended = true;
    self->len = answer->response.body.len;
}

/* How many bytes it is answered. */
static size_t
ask(const char *path)
{
    WB_AUTO(wb_request_fini) wb_request request = {0};
    int64_t until_ms = wb_now_ms() + DEADLINE_MS;
    told answer = {0};
    wb_err err = {0};

    wb_request_init(&request);
    request.method = "POST";
    wb_buf_addf(&request.url, "http://127.0.0.1:%d%s", http_server_port(server), path);
    wb_buf_add_text(&request.body, "a body");
    ck_assert(
        !wb_http_start(http, &request, &(wb_http_waiter){5000, on_done, &answer}, NULL, &err));
    while (!answer.ended) {
        ck_assert_msg(wb_now_ms() < until_ms, "nothing happened in time");
        ck_assert_int_eq(wb_loop_turn(loop, 100, &err), WB_OK);
    }
    ck_assert_uint_eq(wb_http_running(http), 0);
    return answer.len;
}

/* It fits what is read in one go, or not. */
static const struct {
    const char *path;
    size_t len;
} twice[] = {
    {"/double/100",   100  },
    {"/double/16384", 16384},
    {"/double/20000", 20000},
};

START_TEST(an_answer_that_comes_twice_is_nobody_elses)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(ask(twice[_i].path), twice[_i].len);
        ck_assert_uint_eq(ask("/ok"), 5);
    }
    ck_assert_int_eq(http_server_requests(server), 6); /* none was sent in vain */
}
END_TEST

START_TEST(a_connection_that_says_nothing_is_kept)
{
    for (int i = 0; i < 5; i++)
        ck_assert_uint_eq(ask("/ok"), 5);
    ck_assert_int_eq(http_server_connections(server), 1);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {an_answer_that_comes_twice_is_nobody_elses, WB_COUNT(twice)},
        {a_connection_that_says_nothing_is_kept,     0              },
        {NULL,                                       0              },
    };

    return wb_suite_run_in("actors.runtime.outside.twice", tests, set_up, tear_down);
}
