/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.sync: a run begins, or nothing does and why; a run that is under way can be begun anew
 */
#include <check.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define SYNC(more) "{\"account\":\"shop\",\"stream\":\"orders\"" more "}"

static kit self;

static void
check_reply(size_t count, bool ok, const char *word)
{
    kit_until(&self, kit_reply_count >= count);
    ck_assert_uint_eq(kit_reply_count, count);
    ck_assert_msg(strstr(wb_buf_text(&kit_reply), ok ? "\"ok\":true" : "\"ok\":false") != NULL,
                  "%s", wb_buf_text(&kit_reply));
    ck_assert_msg(strstr(wb_buf_text(&kit_reply), word) != NULL, "%s", wb_buf_text(&kit_reply));
}

static void
begin(void)
{
    kit_open(&self);
    kit_sync(&self, SYNC(",\"full\":true"));
    check_reply(1, true, "begins");
    kit_next(&self, "list");
}

START_TEST(what_starts_nothing_says_so)
{
    begin();
    kit_sync(&self, SYNC(",\"full\":true"));
    check_reply(2, false, "is under way already: --restart");
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_RUNNING), 1);
    kit_close(&self);
}
END_TEST

START_TEST(two_who_ask_at_once_start_one_run)
{
    kit_open(&self);
    kit_sync(&self, SYNC(""));
    kit_sync(&self, SYNC(""));
    check_reply(2, false, "is under way already");
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_RUNNING), 1);
    kit_close(&self);
}
END_TEST

static const struct {
    const char *label, *body, *word;
} refused[] = {
    {"a queue",             "{\"account\":\"shop\",\"stream\":\"notices\"}", "is a queue"    },
    {"no such stream",      "{\"account\":\"shop\",\"stream\":\"orderz\"}",  "owns no stream"},
    {"a stopped account",   SYNC(""),                                        "is stopped"    },
    {"a process that ends", SYNC(""),                                        "is ending"     },
};

START_TEST(refused_with_the_reason)
{
    kit_open(&self);
    self.list->account->suspended = !strcmp(refused[_i].label, "a stopped account");
    self.poller.draining = !strcmp(refused[_i].label, "a process that ends");
    kit_sync(&self, refused[_i].body);
    check_reply(1, false, refused[_i].word);
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_RUNNING), 0);
    kit_close(&self);
}
END_TEST

/* A run that is stuck at a page: nothing led out of it. */
START_TEST(a_run_that_is_stuck_is_begun_anew_when_asked)
{
    wb_id stuck;

    begin();
    stuck = self.list->at.run;
    kit_answer(&self, "list",
               &(kit_page){
                   .items = (kit_item[]){{.id = "1"}, {0}},
                     .cursor = "p2"
    });
    kit_answer(&self, "list", &(kit_page){.rc = WB_RETRY, .status = 503, .error = "503"});
    kit_settle(&self);
    kit_sync(&self, SYNC(",\"full\":true,\"restart\":true"));
    check_reply(2, true, "begins");
    ck_assert_uint_eq(kit_next(&self, "list")->cursor.len, 0);
    ck_assert(memcmp(&stuck, &self.list->at.run, sizeof stuck) != 0);
    ck_assert_int_eq(kit_run(&self, &stuck).status, WB_RUN_FAILED);
    ck_assert(wb_view_is(kit_run(&self, &stuck).error, "begun anew by hand"));
    ck_assert_uint_eq(self.list->at.trouble.failures, 0);
    ck_assert_str_eq(self.list->error, "");
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1); /* what it read is counted where it was read */
    kit_settle(&self);
    ck_assert_uint_eq(kit_run(&self, &stuck).outcomes[WB_OUTCOME_HANDED_ON], 1);
    ck_assert_int_eq(kit_run(&self, &stuck).status, WB_RUN_FAILED);
    kit_close(&self);
}
END_TEST

/* While a page is under way it is waited for: what it brings is kept. */
START_TEST(begun_anew_behind_the_page_under_way)
{
    wb_id before;

    begin();
    before = self.list->at.run;
    kit_sync(&self, SYNC(",\"restart\":true"));
    kit_settle(&self);
    ck_assert_uint_eq(kit_reply_count, 1);
    kit_answer(&self, "list",
               &(kit_page){
                   .items = (kit_item[]){{.id = "1"}, {0}},
                     .cursor = "p2"
    });
    check_reply(2, true, "begins");
    ck_assert_uint_eq(kit_next(&self, "list")->cursor.len, 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    ck_assert_int_eq(kit_run(&self, &before).status, WB_RUN_FAILED);
    kit_close(&self);
}
END_TEST

START_TEST(begun_anew_while_it_backs_off)
{
    kit_open(&self);
    kit_sync(&self, SYNC(""));
    kit_answer(&self, "list", &(kit_page){.rc = WB_RETRY, .error = "503"});
    wb_timer_start(self.ctx.loop, &self.list->timer, 3600000);
    kit_sync(&self, SYNC(",\"restart\":true"));
    check_reply(2, true, "begins");
    kit_next(&self, "list");
    kit_close(&self);
}
END_TEST

START_TEST(restart_without_a_run_begins_one)
{
    kit_open(&self);
    kit_sync(&self, SYNC(",\"restart\":true"));
    check_reply(1, true, "begins");
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_RUNNING), 1);
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_FAILED), 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_dry_run_starts_nothing)
{
    begin();
    kit_sync(&self, SYNC(",\"full\":true,\"dry_run\":true"));
    check_reply(2, true, "\"request\":\"list from ");
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_RUNNING), 1);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_starts_nothing_says_so,                  0                     },
        {two_who_ask_at_once_start_one_run,            0                     },
        {refused_with_the_reason,                      (int)WB_COUNT(refused)},
        {a_run_that_is_stuck_is_begun_anew_when_asked, 0                     },
        {begun_anew_behind_the_page_under_way,         0                     },
        {begun_anew_while_it_backs_off,                0                     },
        {restart_without_a_run_begins_one,             0                     },
        {a_dry_run_starts_nothing,                     0                     },
        {NULL,                                         0                     },
    };

    return wb_suite_run("sync", rows);
}
