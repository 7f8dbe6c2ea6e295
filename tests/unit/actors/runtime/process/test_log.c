/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/process/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tests/unit/suite.h"

#define LOG_MAX 65536

static int saved_fd = -1, file_fd = -1;
static char text[LOG_MAX + 1];

/* Standard error goes to a file of memory while a case runs. */
static void
capture(void)
{
    saved_fd = dup(STDERR_FILENO);
    file_fd = memfd_create("log", 0);
    ck_assert_int_ge(dup2(file_fd, STDERR_FILENO), 0);
}

/* What was written. */
static const char *
release(void)
{
    ssize_t len = pread(file_fd, text, LOG_MAX, 0);

    dup2(saved_fd, STDERR_FILENO);
    wb_fd_close(&saved_fd);
    wb_fd_close(&file_fd);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

static void
ck_line(const char *line, const char *members)
{
    const char *tail = strstr(line, "\"event\"");

    ck_assert_msg(tail && strcmp(tail, members) == 0, "%s\n not %s", line, members);
}

static size_t
count_lines(const char *at)
{
    size_t lines = 0;

    for (; (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

static void
next_second(void)
{
    int64_t now = wb_now_ms() / WB_MS_PER_S;

    while (wb_now_ms() / WB_MS_PER_S == now)
        usleep(1000);
}

START_TEST(test_members)
{
    capture();
    wb_log(WB_INFO, "order.rejected", "order=%s channel=%s why='%s' in_ms=%d big=%llu", "0012",
           "shop", "no lines", -40, 18446744073709551615ULL);
    ck_line(release(), "\"event\":\"order.rejected\",\"process\":\"mapper-1\",\"order\":\"0012\","
                       "\"channel\":\"shop\",\"why\":\"no lines\",\"in_ms\":-40,"
                       "\"big\":18446744073709551615}\n");
}
END_TEST

static const struct {
    const char *a, *b, *members;
} values[] = {
    {"x",                  "y",            "\"a\":\"x\",\"b\":\"y\",\"n\":1"                                },
    {"",                   "",             "\"a\":\"\",\"b\":\"\",\"n\":1"                                  },
    {"two words",          "it's",         "\"a\":\"two words\",\"b\":\"it's\",\"n\":1"                     },
    {"a=b",                "c=d e=f",      "\"a\":\"a=b\",\"b\":\"c=d e=f\",\"n\":1"                        },
    {"\"q\"\\",            "\n\t\x7f",     "\"a\":\"\\\"q\\\"\\\\\",\"b\":\"\\u000a\\u0009\\u007f\",\"n\":1"},
    {"caf\xc3\xa9",        "\xe2\x82\xac", "\"a\":\"caf\xc3\xa9\",\"b\":\"\xe2\x82\xac\",\"n\":1"           },
    {"\xff\xc3",           "\xed\xa0\x80", "\"a\":\"??\",\"b\":\"???\",\"n\":1"                             },
    {"x\",\"forged\":\"1", "y",            "\"a\":\"x\\\",\\\"forged\\\":\\\"1\",\"b\":\"y\",\"n\":1"       },
 /* A forged neighbour shifts values; it makes no key, and no number out of text. */
    {"x b='1' n=},{",      "y",            "\"a\":\"x\",\"b\":\"1\",\"n\":\"},{ b='y' n=1\""                },
};

START_TEST(test_values)
{
    char members[512];

    capture();
    wb_log(WB_WARN, "event", "a=%s b='%s' n=%d", values[_i].a, values[_i].b, 1);
    snprintf(members, sizeof members, "\"event\":\"event\",\"process\":\"mapper-1\",%s}\n",
             values[_i].members);
    ck_line(release(), members);
}
END_TEST

START_TEST(test_other_forms)
{
    static const uint8_t trace[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                      0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    static const uint8_t none[16];

    capture();
    wb_log(WB_ERROR, "plain", "no pairs at all");
    ck_line(release(),
            "\"event\":\"plain\",\"process\":\"mapper-1\",\"text\":\"no pairs at all\"}\n");
    capture();
    wb_log(WB_ERROR, "bare", "%s", "");
    ck_line(release(), "\"event\":\"bare\",\"process\":\"mapper-1\"}\n");
    capture();
    wb_log_trace(trace);
    wb_log(WB_ERROR, "traced", "a=%zu", sizeof(char));
    wb_log_trace(none);
    wb_log(WB_ERROR, "traced", "a=%d%%", 5);
    release();
    ck_assert_ptr_nonnull(strstr(text, "\"trace\":\"0123456789abcdef0123456789abcdef\",\"a\":1}"));
    ck_assert_ptr_nonnull(strstr(text, "\"process\":\"mapper-1\",\"a\":\"5%\"}"));
}
END_TEST

START_TEST(test_level)
{
    capture();
    wb_log(WB_DEBUG, "quiet", "a=%d", 1);
    wb_log_set_level(WB_DEBUG);
    wb_log(WB_DEBUG, "loud", "a=%d", 1);
    wb_log_set_level(WB_INFO);
    release();
    ck_assert_ptr_null(strstr(text, "quiet"));
    ck_assert_ptr_nonnull(strstr(text, "\"level\":\"debug\",\"event\":\"loud\""));
}
END_TEST

/* Whatever fills the line, it stays one line of JSON within 4 KiB. */
START_TEST(test_long)
{
    char fill[5001], last[2] = {0};
    size_t longest = 0;

    next_second();
    for (size_t i = 0; i < 18; i++) {
        size_t len = i < 17 ? 3940 + 4 * i + (size_t)_i % 2 : 5000;
        wb_json *json = NULL;
        const char *line;

        memset(fill, _i == 0 ? 'x' : _i == 1 ? '"' : '\xc3', len);
        for (size_t k = 1; _i == 2 && k < len; k += 2)
            fill[k] = '\xa9';
        fill[len] = '\0';
        last[0] = (char)('a' + len % 26);
        capture();
        wb_log(WB_INFO, "long", "why='%s' n=%d last=%s", fill, 12345, last);
        line = release();
        ck_assert_uint_le(strlen(line), 4096);
        longest = strlen(line) > longest ? strlen(line) : longest;
        ck_assert_uint_eq(count_lines(line), 1);
        json = wb_json_new();
        ck_assert_msg(wb_json_parse(json, (wb_view){line, strlen(line) - 1}, NULL) == WB_OK, "%s",
                      line);
        wb_json_destroy(&json);
    }
    ck_assert_uint_ge(longest, 4085); /* some were cut */
}
END_TEST

START_TEST(test_rate)
{
    next_second();
    capture();
    wb_log(WB_ERROR, "first", "a=%d", 1); /* and what other cases kept back */
    release();
    capture();
    for (int i = 0; i < 1000; i++)
        wb_log(WB_ERROR, "flood", "i=%d", i);
    wb_log(WB_ERROR, "other", "a=%d", 1);
    ck_assert_uint_eq(count_lines(release()), 21);
    next_second();
    capture();
    wb_log(WB_INFO, "other", "a=%d", 2);
    release();
    ck_assert_uint_eq(count_lines(text), 2);
    ck_assert_ptr_nonnull(strstr(text, "\"event\":\"log.kept_back\""));
    ck_assert_ptr_nonnull(strstr(text, "\"of\":\"flood\",\"count\":980}"));
    capture();
    wb_log(WB_INFO, "flood", "i=%d", 1);
    ck_assert_uint_eq(count_lines(release()), 1);
}
END_TEST

START_TEST(test_text_form)
{
    setenv("WB_LOG_FORM", "text", 1);
    setenv("WB_LOG", "error", 1);
    wb_log_init("poller-2");
    capture();
    wb_log(WB_WARN, "silent", "a=%d", 1);
    wb_log(WB_ERROR, "told", "a=%s", "1\n\x1b[2Jforged");
    release();
    ck_assert_ptr_null(strstr(text, "silent"));
    ck_assert_ptr_nonnull(strstr(text, " error poller-2: told a=1??[2Jforged\n"));
    ck_assert_uint_eq(count_lines(text), 1);
    setenv("WB_LOG_FORM", "json", 1);
    setenv("WB_LOG", "info", 1);
    wb_log_init("mapper-1");
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_members,     0               },
        {test_values,      WB_COUNT(values)},
        {test_other_forms, 0               },
        {test_level,       0               },
        {test_long,        3               },
        {test_rate,        0               },
        {test_text_form,   0               },
        {NULL,             0               },
    };

    setenv("WB_LOG_FORM", "json", 1);
    setenv("WB_LOG", "info", 1);
    wb_log_init("mapper-1");
    return wb_suite_run("runtime.log", rows);
}
