/* SPDX-License-Identifier: Apache-2.0 */
/*
 * renewal: credentials that end are asked for when, and people are told once for each mark passed
 */
#include <check.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define DAY_US (INT64_C(86400) * WB_US_PER_S)

static const struct {
    int64_t left_us;
    int level;
} levels[] = {
    {31 * DAY_US,     0},
    {30 * DAY_US + 1, 0},
    {30 * DAY_US,     1},
    {7 * DAY_US + 1,  1},
    {7 * DAY_US,      2},
    {DAY_US + 1,      2},
    {DAY_US,          3},
    {1,               3},
    {0,               4},
    {-DAY_US,         4},
};

START_TEST(a_level_is_reached_in_time)
{
    int64_t now_us = wb_now_utc_us();

    ck_assert_int_eq(wb_renewal_level(now_us + levels[_i].left_us, now_us), levels[_i].level);
    ck_assert_int_eq(wb_renewal_level(0, now_us), 0); /* nobody told */
}
END_TEST

START_TEST(many_are_asked_one_after_another)
{
    ck_assert_int_eq(wb_renewal_first_ms(1), 60000);
    ck_assert_int_eq(wb_renewal_first_ms(1000), 360000);
    ck_assert_int_eq(wb_renewal_first_ms(10000), 3600000);
    ck_assert_int_eq(wb_renewal_first_ms(1000000), 3600000); /* and no later */
}
END_TEST

static kit self;

static void
begin(void)
{
    wb_err err = {0};

    ck_assert_msg(!wb_renewals_open(&self.poller, &err), "%s", err.text);
    ck_assert_uint_eq(self.poller.renewal_count, 1);
    ck_assert(wb_timer_running(&self.poller.renewals[0].timer));
}

/* Its time has come: it is asked. */
static void
ask(void)
{
    wb_timer *timer = &self.poller.renewals[0].timer;

    wb_timer_stop(self.ctx.loop, timer);
    timer->fire(timer, timer->arg);
}

static void
ends_in(int64_t days)
{
    ask();
    kit_answer(&self, "ask", &(kit_page){.ends_utc_us = wb_now_utc_us() + days * DAY_US});
    kit_settle(&self);
    ck_assert(wb_timer_running(&self.poller.renewals[0].timer));
}

static void
close_all(void)
{
    wb_renewals_close(&self.poller);
    kit_close(&self);
}

static size_t
told(void)
{
    return kit_rows(&self, WB_DB_EVENTS);
}

START_TEST(each_mark_is_told_once)
{
    kit_open(&self);
    begin();
    ends_in(300);
    ck_assert_uint_eq(told(), 0);
    ends_in(20);
    ck_assert_uint_eq(told(), 1);
    ends_in(19);
    ck_assert_uint_eq(told(), 1);
    wb_renewals_close(&self.poller);
    kit_restart(&self);
    begin(); /* what was told is remembered */
    ends_in(18);
    ck_assert_uint_eq(told(), 1);
    ends_in(5);
    ck_assert_uint_eq(told(), 2);
    ends_in(-1);
    ck_assert_uint_eq(told(), 3);
    ends_in(365); /* they were renewed */
    ck_assert_uint_eq(told(), 3);
    ends_in(25);
    ck_assert_uint_eq(told(), 4);
    close_all();
}
END_TEST

START_TEST(what_is_not_answered_is_asked_again)
{
    kit_open(&self);
    begin();
    ask();
    kit_answer(&self, "ask", &(kit_page){.rc = WB_RETRY, .status = 503});
    ck_assert(wb_timer_running(&self.poller.renewals[0].timer));
    kit_gate = WB_WAIT_SUSPENDED;
    ask();
    ck_assert(!kit_asks("ask"));
    ck_assert(wb_timer_running(&self.poller.renewals[0].timer));
    kit_gate = WB_WAIT_NONE;
    kit_start_rc = WB_REJECT;
    ask();
    ck_assert(!kit_asks("ask"));
    ck_assert(wb_timer_running(&self.poller.renewals[0].timer));
    ck_assert_uint_eq(told(), 0);
    close_all();
}
END_TEST

/* Asked lately: not again before a day has passed. */
START_TEST(a_restart_does_not_ask_at_once)
{
    kit_open(&self);
    begin();
    ends_in(300);
    wb_renewals_close(&self.poller);
    kit_restart(&self);
    begin();
    ck_assert_int_gt(self.poller.renewals[0].timer.node.at,
                     wb_loop_now_ms(self.ctx.loop) * WB_US_PER_MS + DAY_US - KIT_HOUR_US);
    close_all();
}
END_TEST

START_TEST(who_asks_is_told_when_and_by_whom)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    kit_open(&self);
    begin();
    ends_in(20);
    wb_buf_init(&text, 65536);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_show_streams(&self.poller, &out);
    wb_json_close(&out, '}');
    ck_assert_msg(strstr(wb_buf_text(&text), "\"credentials_end\":\"20"), "%s", wb_buf_text(&text));
    ck_assert_msg(strstr(wb_buf_text(&text), "days: the seller signs again"), "%s",
                  wb_buf_text(&text));
    close_all();
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_level_is_reached_in_time,          WB_COUNT(levels)},
        {many_are_asked_one_after_another,    1               },
        {each_mark_is_told_once,              0               },
        {what_is_not_answered_is_asked_again, 0               },
        {a_restart_does_not_ask_at_once,      0               },
        {who_asks_is_told_when_and_by_whom,   0               },
        {NULL,                                0               },
    };

    return wb_suite_run("actors.poller.renewal", cases);
}
