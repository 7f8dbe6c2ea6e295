/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what goes wrong with a stream: how often, since when and why is known after a restart, too, and
 * forgotten when all is well
 */
#include <check.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

static const kit_page failure = {.rc = WB_RETRY, .status = 503, .error = "503: not now"};

static kit self;
static wb_feed *feed;
static const char *op;

/* Of a list (0) and of a queue (1). */
static void
choose(int which)
{
    feed = which ? self.queue : self.list;
    op = which ? "receive" : "list";
}

static void
open_stream(int which)
{
    kit_open(&self);
    choose(which);
    if (which)
        wb_feed_look(feed);
    else
        kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"orders\"}");
    kit_next(&self, op);
}

static void
restart(int which)
{
    kit_restart(&self);
    choose(which);
    wb_feed_look(feed);
}

static void
fails(int times)
{
    for (int i = 0; i < times; i++) {
        kit_answer(&self, op, &failure);
        kit_settle(&self);
    }
}

static void
check(uint64_t failures, int64_t since_utc_us, const char *error)
{
    char stored[200] = "";
    wb_cursor_row row = {0};

    ck_assert(kit_stored(&self, feed, &row, stored, sizeof stored));
    ck_assert_uint_eq(row.trouble.failures, failures);
    ck_assert_int_eq(row.trouble.since_utc_us, since_utc_us);
    ck_assert_str_eq(stored, error);
    ck_assert_uint_eq(feed->at.trouble.failures, failures);
    ck_assert_str_eq(feed->error, error);
}

START_TEST(counted_over_restarts)
{
    int64_t since;

    open_stream(_i);
    fails(2);
    since = feed->at.trouble.since_utc_us;
    ck_assert_int_gt(since, 0);
    check(2, since, failure.error);
    restart(_i);
    check(2, since, failure.error);
    fails(3);
    check(5, since, failure.error);
    kit_close(&self);
}
END_TEST

START_TEST(forgotten_when_all_is_well)
{
    open_stream(_i);
    fails(2);
    restart(_i);
    kit_answer(&self, op, &(kit_page){.cursor = _i ? NULL : "p2"});
    kit_settle(&self);
    check(0, 0, "");
    restart(_i);
    check(0, 0, "");
    kit_close(&self);
}
END_TEST

/* The next pause is as long as the tries so far want it, also after a restart. */
START_TEST(the_pause_grows_over_restarts)
{
    int64_t longest = 0;

    open_stream(_i);
    fails(1);
    feed->at.trouble.failures = 20;
    wb_feed_store_trouble(feed);
    kit_settle(&self);
    restart(_i);
    for (int i = 0; i < 200; i++) {
        int64_t ms = wb_feed_backoff_ms(feed, 0);

        longest = ms > longest ? ms : longest;
        ck_assert_int_ge(ms, 1);
        ck_assert_int_le(ms, 8); /* backoff_max_ms */
    }
    ck_assert_int_gt(longest, 2); /* backoff_min_ms: the first one's most */
    ck_assert_int_eq(wb_feed_backoff_ms(feed, 5000), 5000); /* as the other side wishes */
    kit_close(&self);
}
END_TEST

START_TEST(nothing_is_asked_while_it_backs_off)
{
    open_stream(_i);
    fails(1);
    wb_timer_start(self.ctx.loop, &feed->timer, 3600000);
    wb_feed_look(feed);
    ck_assert(!kit_asks(op));
    ck_assert(wb_feed_backs_off(feed));
    kit_close(&self);
}
END_TEST

/* Refused credentials are the account's, not a failure of this stream. */
START_TEST(a_stopped_account_is_no_failure)
{
    open_stream(_i);
    kit_answer(&self, op, &(kit_page){.rc = WB_SUSPEND, .status = 401, .error = "401"});
    kit_settle(&self);
    ck_assert(feed->account->suspended);
    ck_assert_uint_eq(feed->at.trouble.failures, 0);
    ck_assert_str_eq(feed->error, "401");
    kit_close(&self);
}
END_TEST

/* What stands beside it in the row of a list stays. */
START_TEST(the_place_of_a_list_stays)
{
    wb_cursor_row before, after;

    open_stream(0);
    kit_answer(&self, op, &(kit_page){.cursor = "p2"});
    kit_settle(&self);
    ck_assert(kit_stored(&self, feed, &before, NULL, 0));
    fails(2);
    ck_assert(kit_stored(&self, feed, &after, NULL, 0));
    ck_assert_uint_eq(after.trouble.failures, 2);
    ck_assert_int_eq(after.slice_from_utc_us, before.slice_from_utc_us);
    ck_assert_int_eq(after.slice_to_utc_us, before.slice_to_utc_us);
    ck_assert_int_eq(after.bound_utc_us, before.bound_utc_us);
    ck_assert_mem_eq(&after.run, &before.run, sizeof after.run);
    restart(0);
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "p2"));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {counted_over_restarts,               2},
        {forgotten_when_all_is_well,          2},
        {the_pause_grows_over_restarts,       2},
        {nothing_is_asked_while_it_backs_off, 2},
        {a_stopped_account_is_no_failure,     2},
        {the_place_of_a_list_stays,           0},
        {NULL,                                0},
    };

    return wb_suite_run("trouble", rows);
}
