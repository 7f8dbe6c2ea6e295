/* SPDX-License-Identifier: Apache-2.0 */
/*
 * a chain (create a report, wait for it, get it): each step is a page, by an operation of its own
 */
#include <check.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define RUN "{\"account\":\"shop\",\"stream\":\"reports\"}"

static kit self;

static void
answer(const char *op, const kit_page *page)
{
    kit_answer(&self, op, page);
    kit_settle(&self);
}

static void
ask_for_a_report(void)
{
    kit_open(&self);
    kit_sync(&self, RUN);
    answer("create", &(kit_page){.cursor = "wait 7"});
}

START_TEST(each_step_has_an_operation_of_its_own)
{
    static const kit_item rows[] = {{.id = "1"}, {.id = "2"}, {0}};
    const wb_call *call;

    ask_for_a_report();
    call = kit_next(&self, "wait");
    ck_assert(wb_view_is(call->cursor, "wait 7"));
    ck_assert_int_eq(call->page_max, 1);
    answer("wait", &(kit_page){.cursor = "document 9"});
    call = kit_next(&self, "document");
    ck_assert(wb_view_is(call->cursor, "document 9"));
    ck_assert_int_eq(call->page_max, KIT_PAGE);
    answer("document", &(kit_page){.items = rows});
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 2);
    kit_until(&self, kit_runs(&self, WB_RUN_COMPLETED) == 1);
    ck_assert(!kit_asks("create"));
    kit_close(&self);
}
END_TEST

START_TEST(who_waits_is_asked_again_by_the_same_step)
{
    ask_for_a_report();
    for (int i = 0; i < 3; i++) {
        ck_assert(wb_view_is(kit_next(&self, "wait")->cursor, "wait 7"));
        answer("wait", &(kit_page){.cursor = "wait 7", .again_ms = 1});
    }
    ck_assert(wb_view_is(kit_next(&self, "wait")->cursor, "wait 7"));
    ck_assert_uint_eq(self.reports->at.trouble.anew, 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_restart_goes_on_with_the_step_of_the_cursor)
{
    ask_for_a_report();
    kit_restart(&self);
    kit_look(&self);
    ck_assert(wb_view_is(kit_next(&self, "wait")->cursor, "wait 7"));
    answer("wait", &(kit_page){.cursor = "document 9"});
    kit_restart(&self);
    kit_look(&self);
    ck_assert(wb_view_is(kit_next(&self, "document")->cursor, "document 9"));
    ck_assert(!kit_asks("create"));
    kit_close(&self);
}
END_TEST

/* A document's URL has ended: where it is is asked once more, and no second report is made. */
START_TEST(a_step_may_lead_back)
{
    ask_for_a_report();
    answer("wait", &(kit_page){.cursor = "document 9"});
    answer("document", &(kit_page){.cursor = "wait 9", .status = 410});
    ck_assert(wb_view_is(kit_next(&self, "wait")->cursor, "wait 9"));
    ck_assert(!kit_asks("create"));
    ck_assert_uint_eq(self.reports->at.trouble.failures, 0);
    kit_close(&self);
}
END_TEST

/* Stored by another release, whose chain had more steps. */
START_TEST(a_step_that_nobody_knows_begins_anew)
{
    kit_open(&self);
    kit_sync(&self, RUN);
    answer("create", &(kit_page){.cursor = "gone 7"});
    kit_until(&self, self.reports->at.trouble.anew == 1);
    ck_assert_msg(strstr(self.reports->error, "step") != NULL, "%s", self.reports->error);
    ck_assert_uint_eq(kit_next(&self, "create")->cursor.len, 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_dry_run_shows_the_step_that_comes_next)
{
    ask_for_a_report();
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"reports\",\"dry_run\":true}");
    ck_assert_msg(strstr(wb_buf_text(&kit_reply), "wait") != NULL, "%s", wb_buf_text(&kit_reply));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {each_step_has_an_operation_of_its_own,         0},
        {who_waits_is_asked_again_by_the_same_step,     0},
        {a_restart_goes_on_with_the_step_of_the_cursor, 0},
        {a_step_may_lead_back,                          0},
        {a_step_that_nobody_knows_begins_anew,          0},
        {a_dry_run_shows_the_step_that_comes_next,      0},
        {NULL,                                          0},
    };

    return wb_suite_run("chain", rows);
}
