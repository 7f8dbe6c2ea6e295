/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/outside/http_server.h"
#include "tests/unit/suite.h"

#define DEADLINE_MS 20000
#define WAITS(ms, done, who) (&(wb_http_waiter){ms, done, who})
#define MANY 200

/* One call and what became of it. */
typedef struct {
    wb_request request;
    wb_http_call *call;
    int ends;
    wb_http_answer answer;
    wb_buf body;
    char thing[16];
} exchange;

static http_server *server;
static wb_loop *loop;
static wb_http *http;

static void
set_up(const wb_http_conf *conf)
{
    wb_err err = {0};

    server = http_server_start();
    ck_assert_int_eq(wb_loop_new(&loop, &err), WB_OK);
    ck_assert_int_eq(wb_http_new(&http, loop, conf, &err), WB_OK);
}

static void
tear_down(void)
{
    wb_http_destroy(&http);
    wb_loop_destroy(&loop);
    http_server_stop(&server);
}

static void
on_done(void *arg, const wb_http_answer *answer)
{
    exchange *self = arg;
    wb_view thing = wb_response_header(&answer->response, "x-thing");

    self->ends++;
    self->call = NULL;
    self->answer = *answer;
    if (answer->end == WB_HTTP_ANSWERED)
        wb_buf_add_view(&self->body, answer->response.body);
    snprintf(self->thing, sizeof self->thing, "%.*s", WB_VIEW_ARG(thing));
}

static void
init(exchange *self, const char *method, const char *path, size_t body_len)
{
    *self = (exchange){0};
    wb_buf_init(&self->body, WB_BODY_MAX);
    wb_request_init(&self->request);
    self->request.method = method;
    wb_buf_addf(&self->request.url, "http://127.0.0.1:%d%s", http_server_port(server), path);
    for (size_t i = 0; i < body_len; i++)
        wb_buf_add_char(&self->request.body, 'x');
}

static void
fini(exchange *self)
{
    wb_request_fini(&self->request);
    wb_buf_fini(&self->body);
}

static void
start(exchange *self, int64_t timeout_ms)
{
    wb_err err = {0};

    ck_assert_msg(wb_http_start(http, &self->request, WAITS(timeout_ms, on_done, self), &self->call,
                                &err) == WB_OK,
                  "%s", err.text);
    ck_assert_int_eq(self->ends, 0);
}

static void
turn_until(const int *count, int wanted)
{
    int64_t until_ms = wb_now_ms() + DEADLINE_MS;
    wb_err err = {0};

    while (*count < wanted) {
        ck_assert_msg(wb_now_ms() < until_ms, "nothing happened in time");
        ck_assert_int_eq(wb_loop_turn(loop, 100, &err), WB_OK);
    }
}

/* So many requests were read. */
static void
turn_until_sent(int wanted)
{
    int64_t until_ms = wb_now_ms() + DEADLINE_MS;

    while (http_server_requests(server) < wanted) {
        ck_assert_msg(wb_now_ms() < until_ms, "nothing was sent in time");
        ck_assert_int_eq(wb_loop_turn(loop, 1, NULL), WB_OK);
    }
}

static void
run(exchange *self, int64_t timeout_ms)
{
    start(self, timeout_ms);
    turn_until(&self->ends, 1);
    ck_assert_uint_eq(wb_http_running(http), 0);
}

/* Each way that an exchange can end, on a fresh connection. */
static const struct {
    const char *path, *method;
    int64_t timeout_ms;
    wb_http_end end;
    int status;
    size_t body;      /* of the answer */
    const char *word; /* of the error */
} ends[] = {
    {"/ok",             "GET",    5000, WB_HTTP_ANSWERED,  200, 5,           ""         },
    {"/ok",             "HEAD",   5000, WB_HTTP_ANSWERED,  200, 0,           ""         },
    {"/ok",             "POST",   5000, WB_HTTP_ANSWERED,  200, 5,           ""         },
    {"/empty",          "DELETE", 5000, WB_HTTP_ANSWERED,  204, 0,           ""         },
    {"/moved",          "GET",    5000, WB_HTTP_ANSWERED,  302, 0,           ""         },
    {"/interim",        "POST",   5000, WB_HTTP_ANSWERED,  200, 5,           ""         },
    {"/chunks/70000",   "GET",    5000, WB_HTTP_ANSWERED,  200, 70000,       ""         },
    {"/chunks/8388608", "GET",    9000, WB_HTTP_ANSWERED,  200, WB_BODY_MAX, ""         },
    {"/chunks/8388609", "GET",    9000, WB_HTTP_TOO_LARGE, 0,   0,           "too large"},
    {"/big/8388608",    "GET",    9000, WB_HTTP_ANSWERED,  200, WB_BODY_MAX, ""         },
    {"/big/8388609",    "GET",    9000, WB_HTTP_TOO_LARGE, 0,   0,           "too large"},
    {"/headers",        "GET",    5000, WB_HTTP_TOO_LARGE, 0,   0,           "too large"},
    {"/gzip",           "GET",    5000, WB_HTTP_ANSWERED,  200, 5,           ""         },
    {"/gzip/cut",       "GET",    5000, WB_HTTP_ANSWERED,  200, 3,           ""         },
    {"/gzip/bad",       "GET",    5000, WB_HTTP_BROKEN,    0,   0,           "encoding" },
    {"/odd",            "GET",    5000, WB_HTTP_ANSWERED,  200, 5,           ""         },
    {"/bomb/80000000",  "GET",    9000, WB_HTTP_TOO_LARGE, 0,   0,           "too large"},
    {"/half",           "GET",    5000, WB_HTTP_BROKEN,    0,   0,           "partial"  },
    {"/half",           "POST",   5000, WB_HTTP_BROKEN,    0,   0,           "partial"  },
    {"/reset",          "POST",   5000, WB_HTTP_BROKEN,    0,   0,           ""         },
    {"/reset",          "GET",    5000, WB_HTTP_BROKEN,    0,   0,           ""         },
    {"/drop",           "POST",   5000, WB_HTTP_BROKEN,    0,   0,           "nothing"  },
    {"/never",          "POST",   500,  WB_HTTP_TIMEOUT,   0,   0,           "in time"  },
    {"/hold",           "GET",    500,  WB_HTTP_TIMEOUT,   0,   0,           "in time"  },
};

START_TEST(test_ends)
{
    exchange one;

    set_up(&(wb_http_conf){0});
    init(&one, ends[_i].method, ends[_i].path, 0);
    run(&one, ends[_i].timeout_ms);
    ck_assert_msg(one.answer.end == ends[_i].end, "%s: end %d, %s", ends[_i].path, one.answer.end,
                  one.answer.error);
    ck_assert_int_eq(one.answer.response.status, ends[_i].status);
    ck_assert_uint_eq(one.body.len, ends[_i].body);
    ck_assert_msg(strcasestr(one.answer.error, ends[_i].word) != NULL, "%s", one.answer.error);
    ck_assert_msg(!strstr(one.answer.error, "127.0.0.1"), "%s", one.answer.error);
    ck_assert_int_gt(one.answer.took_us, 0);
    ck_assert_int_eq(http_server_requests(server), 1);
    fini(&one);
    tear_down();
}
END_TEST

START_TEST(test_date_and_headers)
{
    exchange one;

    set_up(&(wb_http_conf){0});
    init(&one, "GET", "/interim", 0);
    run(&one, 5000);
    ck_assert_int_eq(one.answer.date_utc_us, INT64_C(784111777000000));
    ck_assert_str_eq(one.thing, "7"); /* not the interim answer's */
    ck_assert_int_le(llabs(wb_now_utc_us() - one.answer.response.sent_utc_us), 5 * WB_US_PER_S);
    fini(&one);
    tear_down();
}
END_TEST

/* What leaves is what was asked for, nothing else of note. */
START_TEST(test_request_as_sent)
{
    exchange one;
    const char *text;

    set_up(&(wb_http_conf){.user_agent = "waybill/1"});
    init(&one, "PUT", "/echo?a=b%20c", 3);
    wb_request_header(&one.request, "X-One", WB_VIEW_LIT("1 2"), false);
    wb_request_header(&one.request, "X-Empty", WB_VIEW_LIT(""), false);
    run(&one, 5000);
    text = wb_buf_text(&one.body);
    ck_assert_msg(strncmp(text, "PUT /echo?a=b%20c HTTP/1.1\r\n", 28) == 0, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "\r\nX-One: 1 2\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nX-Empty:\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Length: 3\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nUser-Agent: waybill/1\r\n"));
    ck_assert_ptr_null(strcasestr(text, "content-type"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nAccept-Encoding: identity\r\n"));
    ck_assert_ptr_null(strcasestr(text, "expect"));
    ck_assert_str_eq(text + strlen(text) - 3, "xxx");
    fini(&one);

    init(&one, "POST", "/echo", 3 * 1024 * 1024);
    wb_request_header(&one.request, "Content-Type", WB_VIEW_LIT("application/json"), false);
    wb_request_header(&one.request, "User-Agent", WB_VIEW_LIT("own"), false);
    run(&one, 15000);
    text = wb_buf_text(&one.body);
    ck_assert_ptr_nonnull(strstr(text, "\r\nContent-Type: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nUser-Agent: own\r\n"));
    ck_assert_ptr_null(strcasestr(text, "expect"));
    fini(&one);
    tear_down();
}
END_TEST

/* The same pooled handle, method after method. */
START_TEST(test_methods_in_turn)
{
    static const char *const methods[] = {"GET",    "POST", "HEAD", "GET",   "DELETE", "PUT",
                                          "DELETE", "HEAD", "POST", "PATCH", "GET"};
    exchange one;
    char line[32];

    set_up(&(wb_http_conf){0});
    for (size_t i = 0; i < WB_COUNT(methods); i++) {
        bool head = strcmp(methods[i], "HEAD") == 0;

        init(&one, methods[i], head ? "/ok" : "/echo", i % 2 && !head ? 4 : 0);
        run(&one, 5000);
        snprintf(line, sizeof line, "%s /echo HTTP/1.1\r\n", methods[i]);
        ck_assert_int_eq(one.answer.end, WB_HTTP_ANSWERED);
        if (!head)
            ck_assert_msg(strncmp(wb_buf_text(&one.body), line, strlen(line)) == 0, "%s",
                          wb_buf_text(&one.body));
        if (i % 2 && !head)
            ck_assert_ptr_nonnull(strstr(wb_buf_text(&one.body), "\r\n\r\nxxxx"));
        fini(&one);
    }
    ck_assert_int_eq(http_server_connections(server), 1);
    tear_down();
}
END_TEST

/* A server that ends a reused connection after it read the request: libcurl would send a POST
 * again. Nobody may but the owner of the call. */
static const struct {
    const char *method, *path;
    size_t body;
    int sent;
} repeats[] = {
    {"POST",   "/drop",  100,    1},
    {"POST",   "/drop",  0,      1},
    {"POST",   "/drop",  200000, 1},
    {"POST",   "/reset", 100,    1},
    {"PUT",    "/drop",  100,    1},
    {"PATCH",  "/drop",  100,    1},
    {"DELETE", "/drop",  0,      1},
    {"DELETE", "/reset", 0,      1},
    {"GET",    "/drop",  0,      2},
};

START_TEST(test_write_is_sent_once)
{
    exchange one;

    set_up(&(wb_http_conf){0});
    init(&one, "GET", "/ok", 0);
    run(&one, 5000);
    fini(&one);
    init(&one, repeats[_i].method, repeats[_i].path, repeats[_i].body);
    run(&one, 5000);
    ck_assert_int_eq(one.answer.end, WB_HTTP_BROKEN);
    ck_assert_int_eq(http_server_requests(server), 1 + repeats[_i].sent);
    fini(&one);
    /* The handle is as good as before. */
    init(&one, "POST", "/ok", 10);
    run(&one, 5000);
    ck_assert_int_eq(one.answer.end, WB_HTTP_ANSWERED);
    ck_assert_int_eq(http_server_requests(server), 2 + repeats[_i].sent);
    fini(&one);
    tear_down();
}
END_TEST

START_TEST(test_closed_while_idle)
{
    exchange one;

    /* The server ended the connection while it was idle: seen before sending, so no failure. */
    set_up(&(wb_http_conf){0});
    for (int i = 0; i < 3; i++) {
        init(&one, "POST", "/close", 10);
        run(&one, 5000);
        ck_assert_int_eq(one.answer.end, WB_HTTP_ANSWERED);
        fini(&one);
        while (http_server_open(server) > 0) /* it has answered, and ends the connection now */
            ck_assert_int_eq(wb_loop_turn(loop, 1, NULL), WB_OK);
    }
    ck_assert_int_eq(http_server_requests(server), 3);
    tear_down();
}
END_TEST

static void
set_url(exchange *self, const char *url)
{
    wb_buf_clear(&self->request.url);
    wb_buf_add_text(&self->request.url, url);
}

START_TEST(test_not_sent)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    WB_AUTO(wb_fd_close) int fd = socket(AF_INET, SOCK_STREAM, 0);
    char url[64];
    exchange one;

    /* Bound and not listening: refused. */
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
    getsockname(fd, (struct sockaddr *)&at, &len);
    set_up(&(wb_http_conf){0});
    init(&one, "POST", "/", 10);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    set_url(&one, url);
    run(&one, 5000);
    ck_assert_int_eq(one.answer.end, WB_HTTP_NOT_SENT);
    ck_assert_msg(strcasestr(one.answer.error, "refused") != NULL, "%s", one.answer.error);
    /* A name that never resolves (RFC 6761). */
    one.ends = 0;
    set_url(&one, "http://nobody.invalid/");
    run(&one, 5000);
    ck_assert_int_eq(one.answer.end, WB_HTTP_NOT_SENT);
    /* No TLS on the other side. */
    one.ends = 0;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/close", http_server_port(server));
    set_url(&one, url);
    run(&one, 300);
    ck_assert_int_eq(one.answer.end, WB_HTTP_NOT_SENT);
    ck_assert_int_eq(http_server_requests(server), 0);
    fini(&one);
    tear_down();
}
END_TEST

/* Waiting for one of too few connections is not sending. */
START_TEST(test_no_connection_left)
{
    exchange slow, second;

    set_up(&(wb_http_conf){.max_connections = 1});
    init(&slow, "POST", "/hold", 0);
    init(&second, "POST", "/ok", 0);
    start(&slow, 15000);
    turn_until_sent(1);
    start(&second, 1); /* libcurl looks at its time when there is a connection again */
    for (int64_t until_ms = wb_now_ms() + 5; wb_now_ms() < until_ms;)
        ck_assert_int_eq(wb_loop_turn(loop, 5, NULL), WB_OK);
    http_server_release(server);
    turn_until(&slow.ends, 1);
    ck_assert_int_eq(slow.answer.end, WB_HTTP_ANSWERED);
    turn_until(&second.ends, 1);
    ck_assert_int_eq(second.answer.end, WB_HTTP_NOT_SENT);
    ck_assert_int_eq(http_server_requests(server), 1);
    ck_assert_int_eq(http_server_connections(server), 1);
    fini(&slow);
    fini(&second);
    tear_down();
}
END_TEST

static const struct {
    const char *method, *url, *name, *value;
    size_t value_len;
} refused[] = {
    {"GET",                "http://127.0.0.1:1/a b",    "X",   "1",         1},
    {"GET",                "http://127.0.0.1:1/\r\nX:", "X",   "1",         1},
    {"GET",                "ftp://127.0.0.1/x",         "X",   "1",         1},
    {"GET",                "file:///etc/passwd",        "X",   "1",         1},
    {"GET",                "",                          "X",   "1",         1},
    {"GET",                "http://127.0.0.1:1/",       "X",   "1\r\nY: 2", 7},
    {"GET",                "http://127.0.0.1:1/",       "X",   "1\n",       2},
    {"GET",                "http://127.0.0.1:1/",       "X",   "a\0b",      3},
    {"GET",                "http://127.0.0.1:1/",       "X:Y", "1",         1},
    {"GET",                "http://127.0.0.1:1/",       "",    "1",         1},
    {"GET / HTTP/1.1\r\n", "http://127.0.0.1:1/",       "X",   "1",         1},
    {"",                   "http://127.0.0.1:1/",       "X",   "1",         1},
};

START_TEST(test_refused)
{
    exchange one;
    wb_err err = {0};

    set_up(&(wb_http_conf){0});
    init(&one, refused[_i].method, "/", 0);
    set_url(&one, refused[_i].url);
    wb_request_header(&one.request, refused[_i].name,
                      (wb_view){refused[_i].value, refused[_i].value_len}, false);
    ck_assert_int_eq(wb_http_start(http, &one.request, WAITS(1000, on_done, &one), &one.call, &err),
                     WB_REJECT);
    ck_assert_uint_eq(wb_http_running(http), 0);
    fini(&one);
    tear_down();
}
END_TEST

/* Two bursts on the same connections. */
START_TEST(test_many)
{
    static exchange many[MANY];

    set_up(&(wb_http_conf){0});
    for (int burst = 0; burst < 2; burst++) {
        for (int i = 0; i < MANY; i++) {
            init(&many[i], i % 2 ? "POST" : "GET", "/hold", i % 2 ? 100 : 0);
            start(&many[i], 15000);
        }
        turn_until_sent((burst + 1) * MANY); /* together, not in turn */
        http_server_release(server);
        for (int i = 0; i < MANY; i++) {
            turn_until(&many[i].ends, 1);
            ck_assert_int_eq(many[i].answer.end, WB_HTTP_ANSWERED);
            ck_assert_int_eq(many[i].ends, 1);
            fini(&many[i]);
        }
    }
    ck_assert_int_eq(http_server_requests(server), 2 * MANY);
    ck_assert_int_eq(http_server_connections(server), MANY);
    tear_down();
}
END_TEST

/* Long polls neither hold up calls nor are held up by them. */
START_TEST(test_long_poll)
{
    exchange polls[4], call;

    set_up(&(wb_http_conf){0});
    for (int i = 0; i < 4; i++) {
        init(&polls[i], "POST", i == 3 ? "/never" : "/hold", 20);
        polls[i].request.long_poll_ms = i == 3 ? 600 : 10000;
        start(&polls[i], i == 3 ? 400 : 10000);
    }
    ck_assert_uint_eq(wb_http_running(http), 4);
    turn_until_sent(4);
    for (int i = 0; i < 5; i++) {
        init(&call, "GET", "/wait/10", 0);
        start(&call, 5000);
        turn_until(&call.ends, 1);
        ck_assert_int_eq(call.answer.end, WB_HTTP_ANSWERED);
        fini(&call);
    }
    turn_until(&polls[3].ends, 1); /* its own time and that of the poll */
    ck_assert_int_ge(polls[3].answer.took_us, 990000);
    ck_assert_int_eq(polls[0].ends + polls[1].ends + polls[2].ends, 0);
    http_server_release(server);
    for (int i = 0; i < 4; i++) {
        turn_until(&polls[i].ends, 1);
        ck_assert_int_eq(polls[i].answer.end, i == 3 ? WB_HTTP_TIMEOUT : WB_HTTP_ANSWERED);
        fini(&polls[i]);
    }
    /* Alone: nothing but its socket wakes the loop. A reused connection. */
    init(&call, "POST", "/wait/100", 20);
    call.request.long_poll_ms = 2000;
    run(&call, 1000);
    ck_assert_int_eq(call.answer.end, WB_HTTP_ANSWERED);
    fini(&call);
    tear_down();
}
END_TEST

START_TEST(test_cancel)
{
    exchange calls[4], after;

    set_up(&(wb_http_conf){0});
    for (int i = 0; i < 4; i++) {
        init(&calls[i], "POST", "/hold", 10);
        calls[i].request.long_poll_ms = i < 2 ? 0 : 10000;
        start(&calls[i], 15000);
    }
    wb_http_cancel(http, &calls[0].call); /* before it was sent */
    ck_assert_ptr_null(calls[0].call);
    turn_until_sent(3);
    wb_http_cancel(http, &calls[2].call); /* after */
    wb_http_cancel(http, &calls[2].call); /* again: nothing */
    ck_assert_uint_eq(wb_http_running(http), 2);
    http_server_release(server);
    turn_until(&calls[1].ends, 1);
    turn_until(&calls[3].ends, 1);
    init(&after, "POST", "/wait/100", 10);
    run(&after, 5000);
    ck_assert_int_eq(calls[0].ends + calls[2].ends, 0);
    ck_assert_int_eq(after.answer.end, WB_HTTP_ANSWERED);
    fini(&after);
    for (int i = 0; i < 4; i++)
        fini(&calls[i]);
    tear_down();
}
END_TEST

START_TEST(test_destroy_under_way)
{
    exchange calls[2];

    set_up(&(wb_http_conf){0});
    for (int i = 0; i < 2; i++) {
        init(&calls[i], "POST", "/never", 10);
        calls[i].request.long_poll_ms = i;
        start(&calls[i], 5000);
    }
    turn_until_sent(2);
    tear_down();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(calls[i].ends, 0);
        fini(&calls[i]);
    }
}
END_TEST

/* Calls that start from the end of others: what an account with a backlog does. */
typedef struct {
    exchange one;
    int left;
} relay;

static void
on_relay(void *arg, const wb_http_answer *answer)
{
    relay *self = arg;

    ck_assert_int_eq(answer->end, WB_HTTP_ANSWERED);
    self->one.ends++;
    if (--self->left > 0)
        ck_assert(
            !wb_http_start(http, &self->one.request, WAITS(5000, on_relay, self), NULL, NULL));
}

START_TEST(test_start_from_done)
{
    relay relays[8];

    set_up(&(wb_http_conf){0});
    for (int i = 0; i < 8; i++) {
        init(&relays[i].one, "POST", "/ok", 100);
        relays[i].left = 50;
        ck_assert(!wb_http_start(http, &relays[i].one.request, WAITS(5000, on_relay, &relays[i]),
                                 NULL, NULL));
    }
    for (int i = 0; i < 8; i++) {
        turn_until(&relays[i].one.ends, 50);
        fini(&relays[i].one);
    }
    ck_assert_int_eq(http_server_requests(server), 400);
    ck_assert_int_le(http_server_connections(server), 9);
    tear_down();
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_ends,               WB_COUNT(ends)   },
        {test_date_and_headers,   0                },
        {test_request_as_sent,    0                },
        {test_methods_in_turn,    0                },
        {test_write_is_sent_once, WB_COUNT(repeats)},
        {test_closed_while_idle,  0                },
        {test_not_sent,           0                },
        {test_no_connection_left, 0                },
        {test_refused,            WB_COUNT(refused)},
        {test_many,               0                },
        {test_long_poll,          0                },
        {test_cancel,             0                },
        {test_destroy_under_way,  0                },
        {test_start_from_done,    0                },
        {NULL,                    0                },
    };

    return wb_suite_run("runtime.http", rows);
}
