/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/clock.h"

#include <string.h>
#include <time.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define S WB_US_PER_S

static const struct {
    const char *text;
    int64_t utc_us; /* -1: refused */
} times[] = {
    {"1970-01-01T00:00:00Z",           0                      },
    {"1970-01-01T00:00:00.000001Z",    1                      },
    {"2026-01-02T03:04:05Z",           1767323045 * S         },
    {"2026-01-02t03:04:05z",           1767323045 * S         },
    {"2026-01-02T03:04:05.5Z",         1767323045 * S + 500000},
    {"2026-01-02T03:04:05.123456789Z", 1767323045 * S + 123456},
    {"2026-01-02T03:04:05+00:00",      1767323045 * S         },
    {"2026-01-02T05:34:05.250+02:30",  1767323045 * S + 250000},
    {"2026-01-01T22:04:05-05:00",      1767323045 * S         },
    {"2000-02-29T00:00:00Z",           951782400 * S          },
    {"2024-02-29T23:59:59Z",           1709251199 * S         },
    {"2016-12-31T23:59:60Z",           1483228800 * S         },
    {"2999-12-31T23:59:59Z",           32503679999 * S        },
    {"2023-02-29T00:00:00Z",           -1                     },
    {"2100-02-29T00:00:00Z",           -1                     },
    {"1969-12-31T23:59:59Z",           -1                     },
    {"3000-01-01T00:00:00Z",           -1                     },
    {"2026-13-01T00:00:00Z",           -1                     },
    {"2026-00-01T00:00:00Z",           -1                     },
    {"2026-01-32T00:00:00Z",           -1                     },
    {"2026-01-00T00:00:00Z",           -1                     },
    {"2026-01-02T24:00:00Z",           -1                     },
    {"2026-01-02T03:60:00Z",           -1                     },
    {"2026-01-02T03:04:61Z",           -1                     },
    {"2016-12-31T23:59:60.999Z",       1483228800 * S + 999000},
    {"2026-01-02T03:04:05.678-00:00",  1767323045 * S + 678000},
    {"2026-01-02T03:04:05+23:59",      1767236705 * S         },
    {"2026-01-02T03:04:05+0200",       -1                     },
    {"2026-01-02T03:04:05+24:00",      -1                     },
    {"2026-01-02T03:04:05.",           -1                     },
    {"2026-01-02T03:04:05,5Z",         -1                     },
    {"20260102T030405Z",               -1                     },
    {"+2026-01-02T03:04:05Z",          -1                     },
    {"12026-01-02T03:04:05Z",          -1                     },
    {"2026-01-02T03:04:05",            -1                     },
    {"2026-01-02 03:04:05Z",           -1                     },
    {"2026-01-02T03:04:05.Z",          -1                     },
    {"2026-01-02T03:04:05+2:00",       -1                     },
    {"2026-01-02T03:04:05+02:60",      -1                     },
    {"2026-01-02T03:04:05Zx",          -1                     },
    {"2026-1-02T03:04:05ZZZ",          -1                     },
    {"2026-01-02T-3:04:05Z",           -1                     },
    {"2026-01-02",                     -1                     },
    {"",                               -1                     },
};

START_TEST(test_parse)
{
    int64_t got = -77;
    wb_err err = {0};
    wb_rc rc = wb_time_parse(&got, wb_view_of(times[_i].text), &err);

    if (times[_i].utc_us < 0)
        ck_assert_msg(rc == WB_REJECT && got == -77, "%s", times[_i].text);
    else
        ck_assert_msg(rc == WB_OK && got == times[_i].utc_us, "%s: %lld", times[_i].text,
                      (long long)got);
}
END_TEST

START_TEST(test_texts)
{
    char text[WB_TIME_TEXT_MAX + 1];
    int64_t at = 1767323045 * S + 7;

    wb_time_text(text, at, false);
    ck_assert_str_eq(text, "2026-01-02T03:04:05Z");
    wb_time_text(text, at, true);
    ck_assert_str_eq(text, "2026-01-02T03:04:05.000007Z");
    wb_time_text_compact(text, at);
    ck_assert_str_eq(text, "20260102T030405Z");
    wb_time_text_http(text, at);
    ck_assert_str_eq(text, "Fri, 02 Jan 2026 03:04:05 GMT");
    wb_time_text(text, -1, true);
    ck_assert_str_eq(text, "1969-12-31T23:59:59.999999Z");
}
END_TEST

/* Every third day from 1970 to 2999, at ever another time of day, against the C library. */
START_TEST(test_every_day)
{
    char text[WB_TIME_TEXT_MAX + 1], want[64];
    int64_t back;

    for (int64_t day = 0; day < 376200; day += 3) {
        time_t at = (time_t)(day * 86400 + day % 86400);
        struct tm parts;

        gmtime_r(&at, &parts);
        strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &parts);
        wb_time_text(text, (int64_t)at * S, false);
        ck_assert_str_eq(text, want);
        ck_assert(wb_time_parse(&back, wb_view_of(text), NULL) == WB_OK && back == (int64_t)at * S);
        strftime(want, sizeof want, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        wb_time_text_http(text, (int64_t)at * S);
        ck_assert_str_eq(text, want);
        ck_assert(wb_time_parse_http(&back, wb_view_of(text), NULL) == WB_OK);
        ck_assert(back == (int64_t)at * S);
    }
}
END_TEST

START_TEST(test_bad_http)
{
    static const char *const bad[] = {
        "Sun, 06 Nov 1994 08:49:37",     "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",      "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 0a:49:37 GMT", "",
    };
    int64_t got = -77;

    for (size_t i = 0; i < WB_COUNT(bad); i++)
        ck_assert(wb_time_parse_http(&got, wb_view_of(bad[i]), NULL) == WB_REJECT && got == -77);
    ck_assert(wb_time_parse_http(&got, WB_VIEW_LIT("Sun, 06 Nov 1994 08:49:37 GMT"), NULL) ==
              WB_OK);
    ck_assert(got == 784111777 * S);
}
END_TEST

START_TEST(test_now)
{
    int64_t wall = wb_now_utc_us(), ms = wb_now_ms(), us = wb_now_us();

    ck_assert(wall > 1700000000 * S && wall < 32503679999 * S);
    ck_assert(wb_now_us() >= us && wb_now_ms() >= ms && us / 1000 - ms <= 1000);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_parse,     WB_COUNT(times)},
        {test_texts,     0              },
        {test_every_day, 0              },
        {test_bad_http,  0              },
        {test_now,       0              },
        {NULL,           0              },
    };

    return wb_suite_run("protocol.base.clock", rows);
}
