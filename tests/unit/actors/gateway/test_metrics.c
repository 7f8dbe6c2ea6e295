/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: what a scraper reads of what processes say, whatever they say
 */
#include "actors/gateway/metrics.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static wb_buf text;

static void
tell(const char *one, const char *two, bool open)
{
    WB_AUTO(wb_json_destroy) wb_json *first = wb_json_new();
    WB_AUTO(wb_json_destroy) wb_json *second = wb_json_new();
    const wb_metrics_of of[] = {
        {"pusher-1", first              },
        {"pusher-2", two ? second : NULL}
    };

    wb_buf_fini(&text);
    wb_buf_init(&text, 1 << 20);
    ck_assert(!wb_json_parse(first, wb_view_of(one), NULL));
    ck_assert(!two || !wb_json_parse(second, wb_view_of(two), NULL));
    wb_metrics_put(&text, of, 2, open);
    ck_assert(!text.overflow);
    wb_buf_add_char(&text, '\0');
}

static size_t
count(const char *what)
{
    size_t found = 0;

    for (const char *at = text.data; (at = strstr(at, what)); at++)
        found++;
    return found;
}

static const struct {
    const char *label, *status, *line;
} samples[] = {
    {"a number",              "{\"taken\": 7}",                                                              "\nwaybill_messages_taken_total{process=\"pusher-1\"} 7\n"                       },
    {"a truth",               "{\"ready\": true}",                                                           "\nwaybill_process_ready{process=\"pusher-1\"} 1\n"                              },
    {"microseconds",          "{\"cpu_us\": 3000012}",
     "\nwaybill_process_cpu_seconds_total{process=\"pusher-1\"} 3.000012\n"                                                                                                                   },
    {"less than none",        "{\"cpu_us\": -12}",
     "\nwaybill_process_cpu_seconds_total{process=\"pusher-1\"} -0.000012\n"                                                                                                                  },
    {"milliseconds",          "{\"longest_turn_ms\": 49}",
     "\nwaybill_loop_turn_longest_seconds{process=\"pusher-1\"} 0.049\n"                                                                                                                      },
    {"KiB",                   "{\"peak_rss_kib\": 2}",
     "\nwaybill_process_peak_resident_bytes{process=\"pusher-1\"} 2048\n"                                                                                                                     },
    {"a list",
     "{\"pump\": [{\"account\": \"a/x\", \"jobs\": 3}, {\"account\": \"a/y\", \"jobs\": 4}]}",               "\nwaybill_jobs{process=\"pusher-1\",account=\"a/x\"} 3\n"
     "waybill_jobs{process=\"pusher-1\",account=\"a/y\"} 4\n"                                   },
    {"members",               "{\"store\": {\"rows\": {\"jobs\": 5, \"marks.young\": 6}}}",
     "\nwaybill_store_rows{process=\"pusher-1\",table=\"jobs\"} 5\n"
     "waybill_store_rows{process=\"pusher-1\",table=\"marks.young\"} 6\n"                                                                                                                     },
    {"two labels",            "{\"streams\": [{\"account\": \"a/x\", \"stream\": \"s\", \"failures\": 1}]}",
     "\nwaybill_stream_failures{process=\"pusher-1\",account=\"a/x\",stream=\"s\"} 1\n"                                                                                                       },
    {"a label to be escaped",
     "{\"accounts\": [{\"account\": \"a\\\"\\\\\\nx\", \"suspended\": false}]}",                             "\nwaybill_account_suspended{process=\"pusher-1\",account=\"a\\\"\\\\\\nx\"} 0\n"},
    {"who it is",             "{\"actor\": \"pusher\", \"version\": \"1.2\"}",
     "\nwaybill_build_info{process=\"pusher-1\",actor=\"pusher\",version=\"1.2\"} 1\n"                                                                                                        },
    {"who is not there",      "{}",
     "\nwaybill_up{process=\"pusher-1\"} 1\nwaybill_up{process=\"pusher-2\"} 0\n"                                                                                                             },
};

START_TEST(told)
{
    tell(samples[_i].status, NULL, false);
    ck_assert_msg(count(samples[_i].line) == 1, "%s", text.data);
}
END_TEST

/* What is not told, or told as something else, has no sample; the others have. */
static const char *const odd[] = {
    "{\"taken\": \"many\", \"ready\": true}",
    "{\"taken\": 1.5, \"ready\": true}",
    "{\"taken\": null, \"pump\": 7, \"ready\": true}",
    "{\"pump\": [7, null, {\"jobs\": 3}, {\"account\": 4, \"jobs\": 3}], \"ready\": true}",
    "{\"store\": [], \"streams\": {}, \"ready\": true}",
};

START_TEST(what_is_odd_is_left_out)
{
    tell(odd[_i], NULL, false);
    ck_assert_uint_eq(count("\nwaybill_process_ready{"), 1);
    ck_assert_uint_eq(count("\nwaybill_messages_taken_total{"), 0);
    ck_assert_uint_eq(count("\nwaybill_jobs{"), 0);
    ck_assert_uint_eq(count("\nwaybill_stream_failures{"), 0);
}
END_TEST

/* A scraper refuses all of an answer for it. */
START_TEST(a_series_is_told_once)
{
    tell("{\"pump\": [{\"account\": \"a/x\", \"jobs\": 3}, {\"account\": \"a/x\", \"jobs\": 4}]}",
         "{\"pump\": [{\"account\": \"a/x\", \"jobs\": 5}]}", false);
    ck_assert_uint_eq(count("waybill_jobs{process=\"pusher-1\",account=\"a/x\"} 3\n"), 1);
    ck_assert_uint_eq(count("waybill_jobs{process=\"pusher-1\""), 1);
    ck_assert_uint_eq(count("waybill_jobs{process=\"pusher-2\",account=\"a/x\"} 5\n"), 1);
}
END_TEST

START_TEST(both_forms)
{
    tell("{\"taken\": 7}", NULL, false);
    ck_assert_uint_eq(count("# TYPE waybill_messages_taken_total counter\n"), 1);
    ck_assert_uint_eq(count("# EOF"), 0);
    tell("{\"taken\": 7}", NULL, true);
    ck_assert_uint_eq(count("# TYPE waybill_messages_taken counter\n"), 1);
    ck_assert_uint_eq(count("\nwaybill_messages_taken_total{"), 1);
    ck_assert_str_eq(text.data + text.len - 1 - strlen("# EOF\n"), "# EOF\n");
    ck_assert(
        wb_metrics_open(WB_VIEW_LIT("application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1")));
    ck_assert(!wb_metrics_open(WB_VIEW_LIT("text/plain;version=0.0.4")));
    ck_assert(!wb_metrics_open((wb_view){NULL, 0}));
}
END_TEST

static void
teardown(void)
{
    wb_buf_fini(&text);
}

int
main(void)
{
    const wb_suite_row cases[] = {
        {told,                    WB_COUNT(samples)},
        {what_is_odd_is_left_out, WB_COUNT(odd)    },
        {a_series_is_told_once,   0                },
        {both_forms,              0                },
        {NULL,                    0                },
    };

    return wb_suite_run_in("actors.gateway.metrics", cases, NULL, teardown);
}
