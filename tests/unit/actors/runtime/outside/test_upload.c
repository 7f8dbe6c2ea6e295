/* SPDX-License-Identifier: Apache-2.0 */
/*
 * large requests: read from a file as they leave, never a second time
 */
#include "actors/runtime/outside/http.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/actors/runtime/outside/http_server.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define DEADLINE_MS 30000
#define FILE_BYTES ((size_t)3 * 1024 * 1024)

static http_server *server;
static wb_loop *loop;
static wb_http *http;
static wb_request request;
static wb_buf text, body; /* of the file; of the answer */
static char dir[64], path[80];
static wb_http_answer answer;
static int ends;

static void
set_up(void)
{
    wb_http_conf conf = {0};
    wb_err err = {0};
    int fd;

    server = http_server_start();
    ck_assert_int_eq(wb_loop_new(&loop, &err), WB_OK);
    ck_assert_int_eq(wb_http_new(&http, loop, &conf, &err), WB_OK);
    wb_request_init(&request);
    wb_buf_init(&text, 2 * FILE_BYTES);
    wb_buf_init(&body, WB_BODY_MAX);
    for (int i = 0; text.len < FILE_BYTES; i++)
        wb_buf_addf(&text, "line %d\n", i);
    snprintf(dir, sizeof dir, "/tmp/wb-upload-XXXXXX");
    ck_assert(folder_make(dir) != NULL);
    snprintf(path, sizeof path, "%s/feed", dir);
    ck_assert_int_ge(fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 0);
    ck_assert_int_eq(write(fd, text.data, text.len), (ssize_t)text.len);
    wb_fd_close(&fd);
}

static void
tear_down(void)
{
    wb_request_fini(&request);
    wb_http_destroy(&http);
    wb_loop_destroy(&loop);
    http_server_stop(&server);
    wb_buf_fini(&text);
    wb_buf_fini(&body);
    folder_remove(dir);
}

static void
on_done(void *arg, const wb_http_answer *told)
{
    (void)arg;
    answer = *told;
    wb_buf_clear(&body);
    if (told->end == WB_HTTP_ANSWERED)
        wb_buf_add_view(&body, told->response.body);
    ends++;
}

static void
ask(const char *method, const char *to)
{
    wb_request_clear(&request);
    request.method = method;
    wb_buf_addf(&request.url, "http://127.0.0.1:%d%s", http_server_port(server), to);
}

static void
send_it(void)
{
    int64_t deadline_ms = wb_now_ms() + DEADLINE_MS;
    wb_err err = {0};

    ends = 0;
    ck_assert_msg(
        !wb_http_start(http, &request, &(wb_http_waiter){2000, on_done, NULL}, NULL, &err), "%s",
        err.text);
    while (!ends && wb_now_ms() < deadline_ms)
        ck_assert(!wb_loop_turn(loop, 10, &err));
    ck_assert_int_eq(ends, 1);
}

static const struct {
    const char *method;
    int64_t offset, len;
} parts[] = {
    {"POST", 0,    (int64_t)FILE_BYTES},
    {"PUT",  1000, 2000000            },
    {"PUT",  77,   5                  },
    {"POST", 0,    0                  },
};

START_TEST(a_part_of_a_file_is_the_body)
{
    const char *sent;

    ask(parts[_i].method, "/echo");
    request.file = (wb_file){.path = path, .offset = parts[_i].offset, .len = parts[_i].len};
    send_it();
    ck_assert_int_eq(answer.end, WB_HTTP_ANSWERED);
    ck_assert(strncmp(wb_buf_text(&body), parts[_i].method, strlen(parts[_i].method)) == 0);
    ck_assert_ptr_null(strstr(wb_buf_text(&body), "Expect"));
    sent = strstr(body.data, "\r\n\r\n") + 4;
    ck_assert_int_eq(body.data + body.len - sent, parts[_i].len);
    ck_assert_mem_eq(sent, text.data + parts[_i].offset, (size_t)parts[_i].len);
    ask("POST", "/echo"); /* nothing of it is left to the next one */
    wb_buf_add_text(&request.body, "small");
    send_it();
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&body), "\r\n\r\nsmall"));
}
END_TEST

static const struct {
    const char *label;
    int64_t offset, len;
    bool missing, with_body;
} wrong[] = {
    {"there is none",        0,   1,                   true,  false},
    {"it is shorter",        100, (int64_t)FILE_BYTES, false, false},
    {"a body stands there",  0,   1,                   false, true },
    {"before its beginning", -1,  5,                   false, false},
};

START_TEST(what_cannot_be_sent_is_refused)
{
    wb_err err = {0};

    ask("POST", "/echo");
    request.file = (wb_file){.path = path, .offset = wrong[_i].offset, .len = wrong[_i].len};
    if (wrong[_i].missing)
        ck_assert(unlink(path) == 0);
    if (wrong[_i].with_body)
        wb_buf_add_text(&request.body, "x");
    text.len = FILE_BYTES;
    ck_assert_int_eq(
        wb_http_start(http, &request, &(wb_http_waiter){2000, on_done, NULL}, NULL, &err),
        WB_REJECT);
    ck_assert_int_eq(http_server_requests(server), 0);
    ask("GET", "/ok");
    send_it();
    ck_assert_int_eq(answer.end, WB_HTTP_ANSWERED);
}
END_TEST

/* The connection ends without an answer, a kept one too: what became of it nobody knows. */
START_TEST(it_is_never_sent_a_second_time)
{
    if (_i == 1) {
        ask("GET", "/close");
        send_it();
    }
    ask("PUT", "/drop");
    request.file = (wb_file){.path = path, .len = 1000};
    send_it();
    ck_assert_int_eq(answer.end, WB_HTTP_BROKEN);
    /* a kept connection may end before it carries anything: then it arrives not even once */
    ck_assert_int_ge(http_server_requests(server), 1);
    ck_assert_int_le(http_server_requests(server), 1 + _i);
}
END_TEST

START_TEST(silence_is_what_is_timed)
{
    ask("PUT", "/never");
    request.file = (wb_file){.path = path, .len = 1000};
    send_it();
    ck_assert_int_eq(answer.end, WB_HTTP_TIMEOUT);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_part_of_a_file_is_the_body,   WB_COUNT(parts)},
        {what_cannot_be_sent_is_refused, WB_COUNT(wrong)},
        {it_is_never_sent_a_second_time, 2              },
        {silence_is_what_is_timed,       0              },
        {NULL,                           0              },
    };

    return wb_suite_run_in("actors.runtime.outside.upload", rows, set_up, tear_down);
}
