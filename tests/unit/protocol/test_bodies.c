/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes_read: receipts, the broker's answer, call.events; what strangers send is refused
 */
#include "protocol/bodies.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

#define NUMBERS_MAX 8

static const struct {
    const char *label;
    uint64_t numbers[NUMBERS_MAX];
    size_t count;
    size_t runs; /* read before the end or the refusal */
    const char *error;
} receipts[] = {
    {"none",                {7},                                  1, 0, NULL         },
    {"two runs",            {7, 1, 3, 1, 9, 65536, 6},            7, 2, NULL         },
    {"the last sequence",   {7, UINT64_MAX - 1, 1, 1},            4, 1, NULL         },
    {"nobody acknowledged", {0},                                  0, 0, "incarnation"},
    {"a run cut short",     {7, 1, 3},                            3, 0, "no receipts"},
    {"beyond all numbers",  {7, UINT64_MAX - 1, 3, 1},            4, 0, "3 receipts" },
    {"a run too long",      {7, 1, 65537, 1},                     4, 0, "65537"      },
    {"outcome 0",           {7, 1, 1, 1, 5, 1, WB_OUTCOME_NONE},  7, 1, "outcome 0"  },
    {"an unknown outcome",  {7, 1, 1, 1, 5, 1, WB_OUTCOME_COUNT}, 7, 1, "outcome 10" },
};

static void
pack_numbers(wb_buf *out, const uint64_t *numbers, size_t count)
{
    wb_buf_init(out, 1 << 20);
    wb_pack_array(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        wb_pack_uint(out, numbers[i]);
}

START_TEST(test_receipts)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_receipts self;
    wb_receipt_run run;
    size_t runs = 0;
    wb_err err = {0};
    wb_rc rc;

    pack_numbers(&body, receipts[_i].numbers, receipts[_i].count);
    rc = wb_receipts_open(&self, wb_buf_view(&body), &err);
    while (!rc && self.runs) {
        rc = wb_receipts_next(&self, &run, &err);
        runs += !rc;
    }
    ck_assert_msg(rc == (receipts[_i].error ? WB_REJECT : WB_OK), "%s: %s", receipts[_i].label,
                  err.text);
    ck_assert_msg(!rc || strstr(err.text, receipts[_i].error), "%s: %s", receipts[_i].label,
                  err.text);
    ck_assert_uint_eq(runs, receipts[_i].runs);
}
END_TEST

/* Twenty bytes a run, each naming 65,536 sequences: the receiver was busy with one message until
 * its watchdog ended it. */
START_TEST(test_one_message_names_no_end_of_sequences)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_receipts self;
    wb_receipt_run run;
    uint64_t named = 0;
    wb_rc rc;

    wb_buf_init(&body, 1 << 20);
    wb_pack_array(&body, 1 + 3 * 30000);
    wb_pack_uint(&body, 7);
    for (int i = 0; i < 30000; i++) {
        wb_pack_uint(&body, 1);
        wb_pack_uint(&body, WB_RECEIPTS_RUN_MAX);
        wb_pack_uint(&body, 1);
    }
    rc = wb_receipts_open(&self, wb_buf_view(&body), NULL);
    while (!rc && self.runs) {
        rc = wb_receipts_next(&self, &run, NULL);
        named += rc ? 0 : run.count;
    }
    ck_assert_int_eq(rc, WB_REJECT);
    ck_assert_uint_eq(named, WB_RECEIPTS_MAX);
}
END_TEST

START_TEST(test_directory)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_directory_answer self;
    wb_view beat = {0};
    int64_t age_ms = 0;
    wb_err err = {0};

    wb_buf_init(&body, 1024);
    wb_pack_array(&body, 4);
    wb_pack_uint(&body, UINT64_MAX);
    wb_pack_array(&body, 4);
    wb_pack_bytes(&body, WB_VIEW_LIT("one"));
    wb_pack_uint(&body, 1500);
    wb_pack_uint(&body, 3);
    wb_pack_nil(&body); /* of a newer release */
    wb_pack_array(&body, 2);
    wb_pack_bytes(&body, WB_VIEW_LIT(""));
    wb_pack_uint(&body, UINT64_MAX);
    wb_pack_array(&body, 1);
    wb_pack_bytes(&body, WB_VIEW_LIT("no age"));
    ck_assert(wb_directory_answer_open(&self, wb_buf_view(&body), &err) == WB_OK);
    ck_assert(self.commits == UINT64_MAX && self.members == 3);
    ck_assert(wb_directory_answer_next(&self, &beat, &age_ms, &err) == WB_OK);
    ck_assert(wb_view_is(beat, "one") && age_ms == 1500);
    ck_assert(wb_directory_answer_next(&self, &beat, &age_ms, &err) == WB_OK);
    ck_assert(beat.len == 0 && age_ms >= 0);
    ck_assert(wb_directory_answer_next(&self, &beat, &age_ms, &err) == WB_REJECT);
}
END_TEST

/* "A key that a reader does not know is skipped": a newer monitor got no answer. */
START_TEST(test_call_events_of_a_newer_release)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_topic topic = WB_TOPIC_COUNT;
    uint64_t from = 1;
    wb_err err = {0};

    wb_buf_init(&body, 1024);
    wb_pack_map(&body, 3);
    wb_pack_text(&body, WB_VIEW_LIT("shape"));
    wb_pack_text(&body, WB_VIEW_LIT("round"));
    wb_pack_text(&body, WB_VIEW_LIT("topic"));
    wb_pack_text(&body, WB_VIEW_LIT("run"));
    wb_pack_text(&body, WB_VIEW_LIT("from"));
    wb_pack_uint(&body, 9);
    ck_assert_msg(!wb_events_call_read(wb_buf_view(&body), &topic, &from, &err), "%s", err.text);
    ck_assert(topic == WB_TOPIC_RUN && from == 9);
    wb_buf_clear(&body);
    wb_pack_map(&body, 1);
    wb_pack_text(&body, WB_VIEW_LIT("topic"));
    wb_pack_text(&body, WB_VIEW_LIT("runs"));
    ck_assert(wb_events_call_read(wb_buf_view(&body), &topic, &from, &err) == WB_REJECT);
    ck_assert(topic == WB_TOPIC_RUN);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_receipts,                              WB_COUNT(receipts)},
        {test_one_message_names_no_end_of_sequences, 0                 },
        {test_directory,                             0                 },
        {test_call_events_of_a_newer_release,        0                 },
        {NULL,                                       0                 },
    };

    return wb_suite_run("runtime.lanes_read", rows);
}
