/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list streams: what a run reads, where the next one goes on, when it begins, and what a run does
 * to the place until which all was read
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define NEAR_US (5 * WB_US_PER_S) /* of now, on a machine that is busy */
#define SYNC "{\"account\":\"shop\",\"stream\":\"orders\"}"

static kit self;

static int64_t
newest(void)
{
    return wb_now_utc_us() - KIT_MARGIN_US;
}

static void
check_near(const char *label, int64_t got, int64_t wanted)
{
    int64_t off = got > wanted ? got - wanted : wanted - got;

    ck_assert_msg(off < NEAR_US, "%s: off by %lld s", label, (long long)(off / WB_US_PER_S));
}

/* A run read to its end, slice by slice without items. */
static void
read_all(const char *request, int64_t reached_utc_us)
{
    size_t before = kit_runs(&self, WB_RUN_COMPLETED);

    kit_sync(&self, request);
    kit_until(&self, kit_asks("list"));
    while (kit_runs(&self, WB_RUN_COMPLETED) == before) {
        if (kit_asks("list"))
            kit_answer(&self, "list", &(kit_page){.reached_utc_us = reached_utc_us});
        kit_turn(&self);
    }
}

static void
sync_range(char *dst, size_t size, int64_t from_utc_us, int64_t to_utc_us)
{
    char from[WB_TIME_TEXT_MAX + 1], to[WB_TIME_TEXT_MAX + 1];

    wb_time_text(from, from_utc_us, true);
    wb_time_text(to, to_utc_us, true);
    snprintf(dst, size,
             "{\"account\":\"shop\",\"stream\":\"orders\",\"from\":\"%s\",\"to\":\"%s\"}", from,
             to);
}

/* --- what is read: in minutes before the newest that may be asked for --- */

static const struct {
    const char *label;
    bool full;
    int64_t complete, ask_from, ask_to; /* 0 = none */
    bool is_full;
    int64_t from, to;
} ranges[] = {
    {"the first run",                        false, 0,   0,   0,  true,  180, 0 },
    {"an ordinary run reads its overlap",    false, 60,  0,   0,  false, 70,  0 },
    {"a full run",                           true,  60,  0,   0,  true,  180, 0 },
    {"a full run after a long silence",      true,  300, 0,   0,  true,  310, 0 },
    {"an ordinary run after a long silence", false, 300, 0,   0,  false, 310, 0 },
    {"a range",                              false, 60,  100, 90, false, 100, 90},
    {"a range before the first run",         false, 0,   100, 90, false, 100, 90},
    {"a range that is to end in the future", false, 60,  100, -9, false, 100, 0 },
    {"a range of what may not be asked for", false, 60,  -1,  -9, false, 0,   0 },
};

static int64_t
before(int64_t now_us, int64_t minutes)
{
    return minutes ? now_us - minutes * KIT_MINUTE_US : 0;
}

START_TEST(what_a_run_reads)
{
    wb_list_slice out;
    wb_list_ask ask = {.full = ranges[_i].full};
    int64_t at = newest();

    kit_open_with(&self, "    streams: {orders: {slice_ms: 0}}\n");
    self.list->at.complete_utc_us = before(at, ranges[_i].complete);
    ask.from_utc_us = before(at, ranges[_i].ask_from);
    ask.to_utc_us = before(at, ranges[_i].ask_to);
    wb_list_range(self.list, &ask, &out);
    ck_assert_msg(out.full == ranges[_i].is_full, "%s", ranges[_i].label);
    check_near(ranges[_i].label, out.from_utc_us, at - ranges[_i].from * KIT_MINUTE_US);
    check_near(ranges[_i].label, out.bound_utc_us, at - ranges[_i].to * KIT_MINUTE_US);
    ck_assert_int_eq(out.to_utc_us, out.bound_utc_us);
    kit_close(&self);
}
END_TEST

START_TEST(by_the_vendors_clock)
{
    wb_list_slice out;

    kit_open(&self);
    self.list->account->clock_offset_us = -KIT_HOUR_US;
    wb_list_range(self.list, &(wb_list_ask){.full = true}, &out);
    check_near("an hour behind", out.bound_utc_us, newest() - KIT_HOUR_US);
    kit_close(&self);
}
END_TEST

/* --- where the next one goes on --- */

START_TEST(the_next_run_reads_the_overlap_again)
{
    int64_t complete;

    kit_open(&self);
    read_all(SYNC, 0);
    complete = self.list->at.complete_utc_us;
    check_near("complete", complete, newest());
    kit_restart(&self); /* it is in the store */
    kit_sync(&self, SYNC);
    ck_assert_int_eq(kit_next(&self, "list")->from_utc_us, complete - KIT_OVERLAP_US);
    ck_assert(!kit_next(&self, "list")->full);
    kit_close(&self);
}
END_TEST

START_TEST(until_where_the_vendor_has_told_everything)
{
    int64_t reached = newest() - 20 * KIT_MINUTE_US;

    kit_open(&self);
    read_all(SYNC, reached);
    ck_assert_int_eq(self.list->at.complete_utc_us, reached);
    read_all(SYNC, newest() + KIT_HOUR_US); /* more than was asked for is not believed */
    ck_assert_int_le(self.list->at.complete_utc_us, newest());
    kit_close(&self);
}
END_TEST

START_TEST(a_range_apart_moves_nothing)
{
    char range[200];
    int64_t complete;

    kit_open(&self);
    read_all(SYNC, newest() - 60 * KIT_MINUTE_US);
    complete = self.list->at.complete_utc_us;
    sync_range(range, sizeof range, newest() - 30 * KIT_MINUTE_US, newest());
    read_all(range, 0);
    ck_assert_int_eq(self.list->at.complete_utc_us, complete); /* half an hour lies between */
    sync_range(range, sizeof range, newest() - 70 * KIT_MINUTE_US, newest());
    read_all(range, 0);
    ck_assert_int_gt(self.list->at.complete_utc_us, complete);
    kit_close(&self);
}
END_TEST

START_TEST(a_range_before_anything_was_read_is_no_first_run)
{
    char range[200];

    kit_open(&self);
    sync_range(range, sizeof range, newest() - 30 * KIT_MINUTE_US, newest());
    read_all(range, 0);
    ck_assert_int_eq(self.list->at.complete_utc_us, 0);
    kit_close(&self);
}
END_TEST

START_TEST(nothing_goes_back)
{
    char range[200];
    int64_t complete;

    kit_open(&self);
    read_all(SYNC, 0);
    complete = self.list->at.complete_utc_us;
    sync_range(range, sizeof range, newest() - 90 * KIT_MINUTE_US, newest() - 30 * KIT_MINUTE_US);
    read_all(range, 0);
    ck_assert_int_eq(self.list->at.complete_utc_us, complete);
    kit_close(&self);
}
END_TEST

/* Our clock ran ahead when the run began: its end is not believed when that is known. */
START_TEST(an_end_that_a_clock_ahead_has_set)
{
    kit_open(&self);
    kit_sync(&self, SYNC);
    kit_next(&self, "list");
    self.list->account->clock_offset_us = -KIT_HOUR_US;
    while (kit_runs(&self, WB_RUN_COMPLETED) == 0) {
        if (kit_asks("list"))
            kit_answer(&self, "list", &(kit_page){0});
        kit_turn(&self);
    }
    check_near("complete", self.list->at.complete_utc_us, newest() - KIT_HOUR_US);
    kit_close(&self);
}
END_TEST

/* --- when it begins --- */

START_TEST(a_stream_without_a_schedule_waits_to_be_asked)
{
    kit_open(&self);
    kit_look(&self);
    kit_settle(&self);
    ck_assert(!kit_asks("list"));
    ck_assert(!wb_timer_running(&self.list->timer));
    kit_close(&self);
}
END_TEST

START_TEST(an_interval_begins_runs_by_itself)
{
    kit_open_with(&self, "    streams: {orders: {interval_ms: 50ms}}\n");
    kit_look(&self);
    for (size_t runs = 1; runs <= 3; runs++) {
        while (kit_runs(&self, WB_RUN_COMPLETED) < runs) {
            kit_turn(&self);
            if (kit_asks("list"))
                kit_answer(&self, "list", &(kit_page){0});
        }
    }
    kit_close(&self);
}
END_TEST

/* A last start that lies ahead: the clock was set back since. */
START_TEST(a_clock_that_was_set_back_does_not_hold_it_up)
{
    kit_open_with(&self, "    streams: {orders: {interval_ms: 50ms}}\n");
    self.list->at.last_start_utc_us = wb_now_utc_us() + 1000 * KIT_HOUR_US;
    kit_look(&self);
    kit_next(&self, "list");
    kit_close(&self);
}
END_TEST

/* The stream is read each hour, and all of it, the last five hours, at such times. */
static const struct {
    const char *label, *conf;
    int64_t last_start; /* in minutes before now */
    bool full;
    int64_t from; /* in minutes before the newest; 0 = it is not full */
} schedules[] = {
    {"it is due",           "interval_ms: 1h, full_cron: '* * * * *', full_ms: 5h", 3,  true,  300},
    {"as far as the first", "interval_ms: 1h, full_cron: '* * * * *'",              3,  true,  180},
    {"both are due",        "interval_ms: 1h, full_cron: '*/30 * * * *'",           70, true,  180},
    {"it is not",           "interval_ms: 1h, full_cron: '0 0 29 2 *'",             70, false, 0  },
    {"no full runs",        "interval_ms: 1h, full_cron: 'off'",                    70, false, 0  },
    {"no others",           "full_cron: '* * * * *'",                               3,  true,  180},
};

START_TEST(all_of_it_at_times_of_its_own)
{
    char yaml[200];

    (void)snprintf(yaml, sizeof yaml, "    streams: {orders: {slice_ms: 0, %s}}\n",
                   schedules[_i].conf);
    kit_open_with(&self, yaml);
    self.list->at.complete_utc_us = newest();
    self.list->at.last_start_utc_us = wb_now_utc_us() - schedules[_i].last_start * KIT_MINUTE_US;
    kit_look(&self);
    ck_assert_msg(kit_next(&self, "list")->full == schedules[_i].full, "%s", schedules[_i].label);
    if (schedules[_i].full)
        check_near(schedules[_i].label, kit_next(&self, "list")->from_utc_us,
                   newest() - schedules[_i].from * KIT_MINUTE_US);
    kit_close(&self);
}
END_TEST

/* A person asked for a range when it was due: it follows. */
START_TEST(a_range_takes_no_full_run_away)
{
    char range[200];
    int64_t at = newest();

    kit_open_with(&self, "    streams: {orders: {slice_ms: 0, full_cron: '0 * * * *'}}\n");
    self.list->at.complete_utc_us = at;
    self.list->at.last_start_utc_us = wb_now_utc_us() - 61 * KIT_MINUTE_US;
    sync_range(range, sizeof range, at - 30 * KIT_MINUTE_US, at - 20 * KIT_MINUTE_US);
    kit_sync(&self, range);
    ck_assert(!kit_next(&self, "list")->full);
    kit_answer(&self, "list", &(kit_page){0});
    kit_until(&self, kit_asks("list"));
    ck_assert(kit_next(&self, "list")->full);
    kit_answer(&self, "list", &(kit_page){0});
    kit_until(&self, kit_runs(&self, WB_RUN_COMPLETED) == 2);
    kit_settle(&self);
    ck_assert(!kit_asks("list"));
    kit_close(&self);
}
END_TEST

START_TEST(a_drain_begins_nothing)
{
    kit_open_with(&self, "    streams: {orders: {interval_ms: 1ms}}\n");
    self.poller.draining = true;
    kit_look(&self);
    kit_settle(&self);
    ck_assert(!kit_asks("list"));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_a_run_reads,                                 (int)WB_COUNT(ranges)},
        {by_the_vendors_clock,                             0                    },
        {the_next_run_reads_the_overlap_again,             0                    },
        {until_where_the_vendor_has_told_everything,       0                    },
        {a_range_apart_moves_nothing,                      0                    },
        {a_range_before_anything_was_read_is_no_first_run, 0                    },
        {nothing_goes_back,                                0                    },
        {an_end_that_a_clock_ahead_has_set,                0                    },
        {a_stream_without_a_schedule_waits_to_be_asked,    0                    },
        {an_interval_begins_runs_by_itself,                0                    },
        {all_of_it_at_times_of_its_own,                    WB_COUNT(schedules)  },
        {a_range_takes_no_full_run_away,                   0                    },
        {a_clock_that_was_set_back_does_not_hold_it_up,    0                    },
        {a_drain_begins_nothing,                           0                    },
        {NULL,                                             0                    },
    };

    return wb_suite_run("list", rows);
}
