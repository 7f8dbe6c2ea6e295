/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve: requests as bytes, by a client of the test's own on the same loop, and what it is answered
 */
#include "actors/runtime/serve/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define PATIENCE_MS 5000
#define TEST_MS 30000 /* of one test */
#define SLOW_MS 4     /* between two bytes of who is slow */
#define TOO_LONG 5000 /* of a body, in this test */

static wb_loop *loop;
static wb_serve *server;
static wb_serve_request *held; /* of "/hold" */
static char seen[512];
static int64_t until_us; /* of the test */

/* --- the handler: what was asked is said back --- */

static void
answer(wb_serve_request **request_p, const char *text)
{
    wb_serve_answer(request_p, &(wb_serve_answer_what){.status = 200,
                                                       .headers = {{"Content-Type", "text/plain"}},
                                                       .body = wb_view_of(text)});
}

static void
handle(void *arg, wb_serve_request *request)
{
    wb_view who = wb_serve_header_of(request, "x-who");

    (void)arg;
    (void)snprintf(seen, sizeof seen, "%.*s|%.*s|%.*s|%.*s|%.*s|%s", WB_VIEW_ARG(request->method),
                   WB_VIEW_ARG(request->path), WB_VIEW_ARG(request->query), WB_VIEW_ARG(who),
                   (int)(request->body.len < 40 ? request->body.len : 40),
                   request->body.len ? request->body.data : "", request->remote);
    if (wb_view_is(request->path, "/hold"))
        held = request;
    else
        answer(&request, seen);
}

static const wb_serve_conf usual = {
    .listen = "127.0.0.1:0", .handler = handle, .body_max = TOO_LONG - 1};

static void
open_with(const wb_serve_conf *conf)
{
    wb_err err = {0};

    wb_serve_close(&server);
    ck_assert_msg(!wb_serve_open(&server, loop, conf, &err), "%s", err.text);
}

static void
begin(void)
{
    wb_err err = {0};

    ck_assert(!wb_loop_new(&loop, &err));
    held = NULL;
    until_us = wb_now_us() + TEST_MS * WB_US_PER_MS;
    open_with(&usual);
}

static void
end(void)
{
    wb_serve_close(&server);
    wb_loop_destroy(&loop);
}

/* --- the client --- */

static int
connected(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)wb_serve_port(server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void
turn(void)
{
    wb_err err = {0};

    ck_assert(!wb_loop_turn(loop, 5, &err));
    ck_assert(wb_now_us() < until_us);
}

static void
say(int fd, const char *text)
{
    size_t len = strlen(text);

    ck_assert_int_eq(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Until `what` is in what it said, or, NULL, it has closed; all of it, good until the next call. */
static const char *
hear(int fd, const char *what)
{
    static char text[65536];
    size_t len = 0;
    int64_t patient_us = wb_now_us() + PATIENCE_MS * WB_US_PER_MS;

    text[0] = '\0';
    while (!what || !strstr(text, what)) {
        ssize_t count = recv(fd, text + len, sizeof text - 1 - len, MSG_DONTWAIT);

        if (count == 0 || (count < 0 && errno == ECONNRESET)) {
            ck_assert_msg(!what, "closed behind: %s", text);
            return text;
        }
        if (count > 0)
            text[len += (size_t)count] = '\0';
        ck_assert_msg(wb_now_us() < patient_us, "it said: %s", text);
        turn();
    }
    return text;
}

static const char *
ask(const char *request, const char *what)
{
    WB_AUTO(wb_fd_close) int fd = connected();

    say(fd, request);
    return hear(fd, what);
}

static wb_serve_stats
stats(void)
{
    wb_serve_stats out;

    wb_serve_stat(server, &out);
    return out;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

/* --- requests --- */

START_TEST(a_request_is_given_whole)
{
    WB_AUTO(wb_fd_close) int fd = connected();

    say(fd, "POST /a%2Fb?x=%20&y HTTP/1.1\r\nHost: h\r\nX-Who:  me \r\nContent-Le");
    turn();
    say(fd, "ngth: 6\r\n\r\nabc");
    turn();
    ck_assert_uint_eq(stats().requests, 0);
    say(fd, "def");
    (void)hear(fd, "POST|/a%2Fb|x=%20&y|me|abcdef|127.0.0.1");
    say(fd, GET("/") GET("/2")); /* the connection goes on, two at once */
    (void)hear(fd, "GET|/2|||");
    ck_assert_uint_eq(stats().requests, 3);
    ck_assert_uint_eq(stats().connections, 1);
}
END_TEST

START_TEST(it_is_answered_later)
{
    WB_AUTO(wb_fd_close) int fd = connected(), other = connected();

    say(fd, GET("/hold"));
    say(other, GET("/other"));
    (void)hear(other, "/other");
    ck_assert_ptr_nonnull(held);
    ck_assert_uint_eq(stats().waiting, 1);
    answer(&held, "at last");
    (void)hear(fd, "at last");
    ck_assert_uint_eq(stats().waiting, 0);
    say(fd, GET("/again"));
    (void)hear(fd, "/again");
}
END_TEST

/* Nobody hears the answer, and nothing breaks. */
START_TEST(who_waits_may_leave)
{
    WB_AUTO(wb_fd_close) int fd = connected();

    say(fd, GET("/hold"));
    while (!held)
        turn();
    wb_fd_close(&fd);
    turn();
    answer(&held, "nobody");
    while (stats().connections)
        turn();
}
END_TEST

START_TEST(a_body_without_a_length)
{
    (void)ask("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
              "POST|/c|||abcde|");
}
END_TEST

/* --- what a stranger may not --- */

static const struct {
    const char *request, *answer;
} bad[] = {
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",          " 400 "},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",          " 400 "},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     " 400 "                                                                                         },
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",                              " 400 "},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5x\r\n\r\n",                              " 400 "},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n",                            " 413 "},
    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999999999999\r\n\r\n",             ""     },
    {"GET / HTTP/1.1\r\n\r\n",                                                                " 400 "}, /* no host */
    {"nonsense\r\n\r\n",                                                                      ""     },
};

START_TEST(a_bad_head_is_refused)
{
    const char *said = ask(bad[_i].request, NULL); /* and the connection closed */

    ck_assert_msg(strstr(said, bad[_i].answer), "%s", said);
    ck_assert_uint_eq(stats().requests, 0);
}
END_TEST

START_TEST(a_long_body_of_no_length_ends_its_connection)
{
    WB_AUTO(wb_fd_close) int fd = connected();
    char chunk[1024];

    memset(chunk, 'x', sizeof chunk - 1);
    chunk[sizeof chunk - 1] = '\0';
    say(fd, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n");
    for (int i = 0; i < 8; i++) {
        (void)send(fd, chunk, sizeof chunk - 1, MSG_NOSIGNAL);
        turn();
    }
    (void)hear(fd, NULL);
    ck_assert_uint_eq(stats().refused_body, 1);
    ck_assert_uint_eq(stats().requests, 0);
}
END_TEST

START_TEST(a_long_head_is_refused)
{
    WB_AUTO(wb_buf_fini) wb_buf head = {0};

    wb_buf_init(&head, 1 << 20);
    wb_buf_add_text(&head, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 3000; i++)
        wb_buf_addf(&head, "X-%d: 0123456789\r\n", i);
    wb_buf_add_text(&head, "\r\n");
    ck_assert_ptr_nonnull(strstr(ask(wb_buf_text(&head), NULL), " 431 "));
    ck_assert_uint_eq(stats().requests, 0);
}
END_TEST

/* A byte now and then keeps nobody's connection. */
START_TEST(who_is_slow_is_closed)
{
    wb_serve_conf conf = usual;
    WB_AUTO(wb_fd_close) int fd = -1;
    static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";
    int64_t next_us = 0;
    size_t at = 0;

    conf.read_ms = 60;
    open_with(&conf);
    fd = connected();
    while (stats().closed_slow == 0) {
        if (at < sizeof request - 1 &&
            wb_now_us() >= next_us) { /* there are more than it has time for */
            (void)send(fd, &request[at++], 1, MSG_NOSIGNAL);
            next_us = wb_now_us() + SLOW_MS * WB_US_PER_MS;
        }
        turn();
    }
    (void)hear(fd, NULL);
    while (stats().connections)
        turn();
}
END_TEST

START_TEST(too_many_are_told_so)
{
    wb_serve_conf conf = usual;
    int fds[4];

    conf.busy_max = 2;
    conf.connections_max = 3;
    open_with(&conf);
    for (size_t i = 0; i < WB_COUNT(fds); i++) {
        fds[i] = connected();
        turn();
    }
    (void)hear(fds[3], NULL); /* closed as it came */
    ck_assert_uint_eq(stats().closed_full, 1);
    say(fds[0], GET("/"));
    ck_assert_ptr_nonnull(strstr(hear(fds[0], NULL), " 503 "));
    ck_assert_uint_eq(stats().refused_busy, 1);
    say(fds[1], GET("/now"));
    (void)hear(fds[1], "/now");
    for (size_t i = 0; i < WB_COUNT(fds); i++)
        wb_fd_close(&fds[i]);
}
END_TEST

/* --- where it listens; its end --- */

START_TEST(where_nobody_can_listen)
{
    static const char *const places[] = {"127.0.0.1", "nowhere:80", "127.0.0.1:", ":80",
                                         "192.0.2.1:80"};
    wb_serve_conf conf = usual;
    wb_serve *other = NULL;
    wb_err err = {0};

    conf.listen = places[_i];
    ck_assert_int_eq(wb_serve_open(&other, loop, &conf, &err), WB_FATAL);
    ck_assert_msg(strstr(err.text, "listen"), "%s", err.text);
}
END_TEST

START_TEST(who_is_there_is_answered_at_the_end)
{
    WB_AUTO(wb_fd_close) int fd = connected();

    say(fd, GET("/hold"));
    while (!held)
        turn();
    wb_serve_drain(server);
    answer(&held, "the last");
    ck_assert_ptr_nonnull(strstr(hear(fd, NULL), "the last"));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_request_is_given_whole,                     0            },
        {it_is_answered_later,                         0            },
        {who_waits_may_leave,                          0            },
        {a_body_without_a_length,                      0            },
        {a_bad_head_is_refused,                        WB_COUNT(bad)},
        {a_long_body_of_no_length_ends_its_connection, 0            },
        {a_long_head_is_refused,                       0            },
        {who_is_slow_is_closed,                        0            },
        {too_many_are_told_so,                         0            },
        {where_nobody_can_listen,                      5            },
        {who_is_there_is_answered_at_the_end,          0            },
        {NULL,                                         0            },
    };

    return wb_suite_run_in("serve", rows, begin, end);
}
