/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: what the monitor reads of a record's and of a run's event, and what it leaves
 */
#include "actors/monitor/event.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static void
put(wb_buf *out, const char *key, const char *text)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_text(out, wb_view_of(text));
}

static void
put_number(wb_buf *out, const char *key, uint64_t number)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_uint(out, number);
}

START_TEST(test_record)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_seen_event event;
    wb_view raw = {0};
    wb_unpack in;
    wb_err err = {0};

    wb_buf_init(&body, 1024);
    wb_pack_map(&body, 5);
    put(&body, "what", "parked");
    put(&body, "record", "t/a/order/1");
    put_number(&body, "revision", UINT64_MAX);
    put(&body, "colour", "of a newer release");
    put_number(&body, "before", 7);
    wb_pack_text(&body, WB_VIEW_LIT("the next one"));
    wb_unpack_init(&in, wb_buf_view(&body));
    ck_assert_msg(!wb_seen_event_read(&in, &event, &raw, &err), "%s", err.text);
    ck_assert(wb_view_is(event.what, "parked") && wb_view_is(event.record, "t/a/order/1"));
    ck_assert(event.revision == UINT64_MAX && event.before == 7 && !event.target.len);
    ck_assert(wb_unpack_text(&in, &raw, "it", NULL) == WB_OK && wb_view_is(raw, "the next one"));
}
END_TEST

/* "A key that a reader does not know is skipped": the run of a newer poller was not counted. */
START_TEST(test_run_of_a_newer_release)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_run_row run;
    wb_err err = {0};

    wb_buf_init(&body, 1024);
    wb_pack_map(&body, 6);
    wb_pack_text(&body, WB_VIEW_LIT("run"));
    wb_pack_bytes(&body, WB_VIEW_LIT("0123456789abcdef"));
    put(&body, "status", "running");
    put(&body, "mood", "of a newer release");
    put_number(&body, "read", 12);
    put_number(&body, "full", 1);
    wb_pack_text(&body, WB_VIEW_LIT("outcomes"));
    wb_pack_array(&body, WB_OUTCOME_COUNT + 1);
    for (uint64_t i = 0; i <= WB_OUTCOME_COUNT; i++)
        wb_pack_uint(&body, i);
    ck_assert_msg(!wb_seen_run_read(wb_buf_view(&body), &run, &err), "%s", err.text);
    ck_assert(!memcmp(&run.id, "0123456789abcdef", sizeof run.id));
    ck_assert(run.status == WB_RUN_RUNNING && run.read == 12 && run.full);
    ck_assert_uint_eq(run.outcomes[WB_OUTCOME_COUNT - 1], WB_OUTCOME_COUNT - 1);
}
END_TEST

START_TEST(test_refused)
{
    static const char *const bodies[] = {"\x05", "\x90", "\x81\x01\x02", "\x81\xa4read\xa1x",
                                         "\x81\xa3run\x01"};
    wb_run_row run;
    wb_err err = {0};

    for (size_t i = 0; i < WB_COUNT(bodies); i++)
        ck_assert_msg(wb_seen_run_read(wb_view_of(bodies[i]), &run, &err) == WB_REJECT, "%zu", i);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_record,                 0},
        {test_run_of_a_newer_release, 0},
        {test_refused,                0},
        {NULL,                        0},
    };

    return wb_suite_run("actors.monitor.event", rows);
}
