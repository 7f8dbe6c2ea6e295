/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/config.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static const struct {
    const char *cron, *zone, *after, *next;
} nexts[] = {
    {"* * * * *",        "UTC",                 "2026-03-01T10:00:00Z", "2026-03-01T10:01:00Z"},
    {"* * * * *",        "UTC",                 "2026-03-01T10:00:59Z", "2026-03-01T10:01:00Z"},
    {"*/15 * * * *",     "UTC",                 "2026-03-01T10:46:00Z", "2026-03-01T11:00:00Z"},
    {"5-20/5 3 * * *",   "UTC",                 "2026-03-01T03:10:00Z", "2026-03-01T03:15:00Z"},
    {"50/5 3 * * *",     "UTC",                 "2026-03-01T03:51:00Z", "2026-03-01T03:55:00Z"},
    {"0 0 29 2 *",       "UTC",                 "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"},
    {"0 0 29 2 *",       "UTC",                 "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
    {"0 12 * * mon-fri", "UTC",                 "2026-03-06T12:00:00Z", "2026-03-09T12:00:00Z"},
    {"0 12 * * 7",       "UTC",                 "2026-03-06T12:00:00Z", "2026-03-08T12:00:00Z"},
    {"0 0 13 * FRI",     "UTC",                 "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z"},
    {"0 0 */2 * fri",    "UTC",                 "2026-03-01T00:00:00Z", "2026-03-13T00:00:00Z"},
    {"0 0 1 jan,JUL *",  "UTC",                 "2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z"},
    {"@daily",           "UTC",                 "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"},
    {"0 8 * * *",        "Asia/Shanghai",       "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"},
    {"0 8 * * *",        "Asia/Kolkata",        "2026-03-01T00:00:00Z", "2026-03-01T02:30:00Z"},
    {"0 8 * * *",        "America/New_York",    "2026-03-07T14:00:00Z", "2026-03-08T12:00:00Z"},
 /* Berlin skips 02:00-03:00 on 29 March 2026: what falls there fires at the gap's end, once */
    {"30 2 * * *",       "Europe/Berlin",       "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
    {"30 2 * * *",       "Europe/Berlin",       "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
    {"10,30,50 2 * * *", "Europe/Berlin",       "2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z"},
    {"10,30,50 2 * * *", "Europe/Berlin",       "2026-03-29T01:00:00Z", "2026-03-30T00:10:00Z"},
    {"0 * * * *",        "Europe/Berlin",       "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
    {"0 * * * *",        "Europe/Berlin",       "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
 /* and repeats 02:00-03:00 on 25 October: the first of the two */
    {"30 2 * * *",       "Europe/Berlin",       "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
    {"30 2 * * *",       "Europe/Berlin",       "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
    {"30 2 * * *",       "Europe/Berlin",       "2026-10-25T01:15:00Z", "2026-10-26T01:30:00Z"},
    {"0 3 * * *",        "Europe/Berlin",       "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"},
    {"15 * * * *",       "Europe/Berlin",       "2026-10-25T00:16:00Z", "2026-10-25T02:15:00Z"},
 /* half an hour of daylight saving */
    {"15 2 * * *",       "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z"},
};

START_TEST(next)
{
    char text[WB_TIME_TEXT_MAX + 1];
    int64_t after = 0, got = 0;
    wb_err err = {0};

    ck_assert_int_eq(WB_OK, wb_time_parse(&after, wb_view_of(nexts[_i].after), &err));
    ck_assert_msg(!wb_cron_next(nexts[_i].cron, nexts[_i].zone, after, &got, &err), "%s", err.text);
    wb_time_text(text, got, false);
    ck_assert_msg(strcmp(text, nexts[_i].next) == 0, "%s %s after %s: %s, not %s", nexts[_i].cron,
                  nexts[_i].zone, nexts[_i].after, text, nexts[_i].next);
}
END_TEST

static const struct {
    const char *cron, *zone, *word;
} bads[] = {
    {"",             "UTC",              "five fields" },
    {"* * * *",      "UTC",              "five fields" },
    {"* * * * * *",  "UTC",              "five fields" },
    {"60 * * * *",   "UTC",              "minute"      },
    {"* 24 * * *",   "UTC",              "hour"        },
    {"* * 0 * *",    "UTC",              "day of month"},
    {"* * * 13 *",   "UTC",              "month"       },
    {"* * * * 8",    "UTC",              "day of week" },
    {"* * * * mo",   "UTC",              "'mo'"        },
    {"*/0 * * * *",  "UTC",              "step"        },
    {"5-1 * * * *",  "UTC",              "backwards"   },
    {"1,,2 * * * *", "UTC",              "minute"      },
    {"1- * * * *",   "UTC",              "minute"      },
    {"0 0 30 2 *",   "UTC",              "never"       },
    {"@often",       "UTC",              "five fields" },
    {"* * * * *",    "Europe/Atlantis",  "time zone"   },
    {"* * * * *",    "../../etc/passwd", "time zone"   },
    {"* * * * *",    "/etc/localtime",   "time zone"   },
    {"* * * * *",    "",                 "time zone"   },
};

START_TEST(refused)
{
    wb_err err = {0};

    ck_assert_int_eq(WB_FATAL, wb_cron_check(bads[_i].cron, bads[_i].zone, &err));
    ck_assert_msg(strstr(err.text, bads[_i].word) != NULL, "%s", err.text);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {next,    (int)WB_COUNT(nexts)},
        {refused, (int)WB_COUNT(bads) },
        {NULL,    0                   },
    };

    return wb_suite_run("cron", rows);
}
