/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slices: their seams, pages that follow each other over restarts, cursors that are refused, pages
 * that lead nowhere, and slices that begin anew, shorter
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define FULL "{\"account\":\"shop\",\"stream\":\"orders\",\"full\":true}"

static const kit_item three[] = {{.id = "1"}, {.id = "2"}, {.id = "3"}, {0}};
static const kit_page refusal = {
    .rc = WB_REJECT, .status = 400, .error = "400: the token you have submitted is not valid"};

static kit self;

static void
open_at_first_page(void)
{
    kit_open(&self);
    kit_sync(&self, FULL);
    kit_next(&self, "list");
}

static void
page(const kit_item *items, const char *cursor)
{
    kit_answer(&self, "list", &(kit_page){.items = items, .cursor = cursor});
    kit_settle(&self);
}

static void
refuse(int times)
{
    for (int i = 0; i < times; i++) {
        kit_answer(&self, "list", &refusal);
        kit_settle(&self);
    }
}

static wb_cursor_row
stored(char *error, size_t size)
{
    wb_cursor_row row;

    ck_assert(kit_stored(&self, self.list, &row, error, size));
    return row;
}

/* --- ranges --- */

START_TEST(slices_overlap_by_a_seam_and_leave_nothing_out)
{
    int64_t begin, end;
    const wb_call *call;

    kit_open(&self);
    kit_sync(&self, FULL);
    call = kit_next(&self, "list");
    ck_assert_int_eq(call->page_max, KIT_PAGE);
    begin = call->from_utc_us;
    end = self.list->at.bound_utc_us;
    ck_assert_int_eq(end - begin, KIT_FIRST_US);
    for (int i = 1; i <= 3; i++) {
        call = kit_next(&self, "list");
        ck_assert_int_eq(call->from_utc_us,
                         begin + (i - 1) * KIT_SLICE_US - (i > 1 ? KIT_SEAM_US : 0));
        ck_assert_int_eq(call->to_utc_us, i < 3 ? begin + i * KIT_SLICE_US : end);
        ck_assert_uint_eq(call->cursor.len, 0);
        page(NULL, NULL);
    }
    kit_until(&self, kit_runs(&self, WB_RUN_COMPLETED) == 1);
    ck_assert_int_eq(self.list->at.complete_utc_us, end);
    kit_close(&self);
}
END_TEST

START_TEST(a_page_goes_on_behind_the_last_one_after_a_restart)
{
    int64_t from, to;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    to = self.list->at.slice_to_utc_us;
    page(three, "p2");
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "p2"));
    kit_restart(&self);
    kit_look(&self);
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "p2"));
    ck_assert_int_eq(kit_next(&self, "list")->from_utc_us, from);
    ck_assert_int_eq(kit_next(&self, "list")->to_utc_us, to);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 3);
    kit_close(&self);
}
END_TEST

/* --- cursors that are refused --- */

static void
check_anew(int64_t from, int64_t length, uint64_t times, const char *word)
{
    const wb_call *call = kit_next(&self, "list");
    char error[200] = "";
    wb_cursor_row row = stored(error, sizeof error);

    ck_assert_uint_eq(call->cursor.len, 0);
    ck_assert_int_eq(call->from_utc_us, from);
    ck_assert_int_eq(call->to_utc_us - call->from_utc_us, length);
    ck_assert_uint_eq(row.trouble.anew, times);
    ck_assert_uint_eq(row.trouble.refused, 0);
    ck_assert_uint_eq(row.cursor.len, 0);
    ck_assert_int_eq(row.slice_us, length);
    ck_assert_msg(strstr(error, word) != NULL, "%s", error);
    ck_assert_msg(strstr(self.list->error, word) != NULL, "%s", self.list->error);
    ck_assert(wb_view_eq(kit_run(&self, &row.run).error, wb_view_of(error)));
    ck_assert_int_eq(kit_run(&self, &row.run).status, WB_RUN_RUNNING);
}

START_TEST(a_cursor_that_is_refused_three_times_is_left)
{
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    page(three, "tok+/=en%20d");
    refuse(2);
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "tok+/=en%20d"));
    ck_assert_uint_eq(stored(NULL, 0).trouble.refused, 2);
    refuse(1);
    check_anew(from, KIT_SLICE_US / 2, 1, "not valid");
    kit_close(&self);
}
END_TEST

START_TEST(refusals_are_counted_over_a_restart)
{
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    page(three, "p2");
    for (int i = 0; i < 2; i++) {
        refuse(1);
        kit_restart(&self);
        kit_look(&self);
    }
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "p2"));
    ck_assert_str_eq(self.list->error, refusal.error);
    refuse(1);
    check_anew(from, KIT_SLICE_US / 2, 1, "not valid");
    kit_restart(&self);
    kit_look(&self);
    check_anew(from, KIT_SLICE_US / 2, 1, "not valid");
    kit_close(&self);
}
END_TEST

static const struct {
    const char *label;
    kit_page answer;
} patience[] = {
    {"no answer",  {.rc = WB_RETRY, .status = 503, .error = "503"}      },
    {"throttled",  {.rc = WB_RETRY, .status = 429, .error = "throttled"}},
    {"unreadable", {.rc = WB_RETRY, .status = 200, .error = "no JSON"}  },
};

START_TEST(what_is_no_refusal_of_the_cursor_leaves_it)
{
    open_at_first_page();
    page(three, "p2");
    for (int i = 0; i < 8; i++) {
        kit_answer(&self, "list", &patience[_i].answer);
        kit_settle(&self);
    }
    ck_assert_msg(wb_view_is(kit_next(&self, "list")->cursor, "p2"), "%s", patience[_i].label);
    ck_assert_uint_eq(stored(NULL, 0).trouble.failures, 8);
    ck_assert_uint_eq(stored(NULL, 0).trouble.refused, 0);
    ck_assert_int_eq(stored(NULL, 0).slice_us, 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_first_page_that_is_refused_has_no_cursor_to_leave)
{
    open_at_first_page();
    refuse(5);
    kit_next(&self, "list");
    ck_assert_uint_eq(stored(NULL, 0).trouble.failures, 5);
    ck_assert_uint_eq(stored(NULL, 0).trouble.anew, 0);
    ck_assert_int_eq(self.list->at.slice_to_utc_us - self.list->at.slice_from_utc_us, KIT_SLICE_US);
    kit_close(&self);
}
END_TEST

START_TEST(a_cursor_that_its_connector_gives_up_is_not_tried)
{
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    kit_start_rc = WB_REJECT;
    page(three, "p2"); /* the next page cannot be asked for */
    check_anew(from, KIT_SLICE_US / 2, 1, "cannot be asked for");
    kit_close(&self);
}
END_TEST

/* A token that is good for nothing: each time the slice is shorter, in the end one page has all. */
START_TEST(refused_again_and_again_it_says_so_and_gets_shorter)
{
    int64_t from, length = KIT_SLICE_US;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    for (uint64_t times = 1; times <= 14; times++) {
        page(three, "p2");
        refuse(3);
        length = length / 2 > WB_US_PER_S ? length / 2 : WB_US_PER_S;
        check_anew(from, length, times, "not valid");
        ck_assert(self.list->at.complete_utc_us == 0);
    }
    ck_assert_int_eq(length, WB_US_PER_S);
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_RUNNING), 1);
    kit_close(&self);
}
END_TEST

START_TEST(slices_grow_again_when_they_are_read_to_their_end)
{
    static const int64_t lengths[] = {KIT_SLICE_US / 4, KIT_SLICE_US / 2, KIT_SLICE_US};
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    for (int i = 0; i < 3; i++) {
        page(three, "p2");
        refuse(3);
    }
    check_anew(from, KIT_SLICE_US / 8, 3, "not valid");
    from += KIT_SLICE_US / 8;
    for (size_t i = 0; i < WB_COUNT(lengths); i++) {
        const wb_call *call;

        page(NULL, NULL);
        call = kit_next(&self, "list");
        ck_assert_int_eq(call->from_utc_us, from - KIT_SEAM_US);
        ck_assert_int_eq(call->to_utc_us, from + lengths[i]);
        ck_assert_uint_eq(self.list->at.trouble.anew, 0);
        ck_assert_str_eq(self.list->error, "");
        from += lengths[i];
    }
    ck_assert_int_eq(self.list->at.slice_us, 0);
    kit_close(&self);
}
END_TEST

/* Where only what is shorter than the seam can be read: the next slice begins behind the last. */
START_TEST(slices_no_longer_than_the_seam_lead_on)
{
    int64_t from;

    open_at_first_page();
    for (int i = 0; i < 7; i++) {
        page(three, "p2");
        refuse(3);
    }
    from = self.list->at.slice_from_utc_us;
    ck_assert_int_lt(self.list->at.slice_to_utc_us - from, KIT_SEAM_US);
    for (int i = 0; i < 5; i++) {
        page(NULL, NULL);
        ck_assert_int_gt(kit_next(&self, "list")->from_utc_us, from);
        from = self.list->at.slice_from_utc_us;
        page(three, "p2"); /* the next one is longer again: too long */
        refuse(3);
    }
    kit_close(&self);
}
END_TEST

/* A failure between tells of itself, and then what is wrong with the slice is told again. */
START_TEST(why_it_was_begun_anew_is_told_to_its_end)
{
    open_at_first_page();
    page(three, "p2");
    refuse(3);
    kit_answer(&self, "list", &(kit_page){.rc = WB_RETRY, .status = 503, .error = "503"});
    kit_settle(&self);
    ck_assert_str_eq(self.list->error, "503");
    page(three, "p2");
    ck_assert(strstr(self.list->error, "not valid") != NULL);
    page(NULL, NULL);
    ck_assert_str_eq(self.list->error, "");
    kit_close(&self);
}
END_TEST

/* --- pages that lead nowhere --- */

static const kit_item first_two[] = {{.id = "1"}, {.id = "2"}, {0}};
static const kit_item last_two[] = {{.id = "2"}, {.id = "3"}, {0}};
static const kit_item others[] = {{.id = "7"}, {.id = "8"}, {0}};
static const kit_item changed[] = {
    {.id = "2", .version = 1},
    {.id = "1"        },
    {.id = "3"},
    {0        }
};

START_TEST(pages_that_never_end_are_left)
{
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    page(three, "a");
    page(first_two, "b");
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "b"));
    page(last_two, "c");
    check_anew(from, KIT_SLICE_US / 2, 1, "what it had before");
    ck_assert_int_eq(self.list->at.complete_utc_us, 0);
    page(three, "d"); /* what the slice brought before it began anew does not count */
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "d"));
    kit_close(&self);
}
END_TEST

START_TEST(a_page_that_leads_to_itself_is_left)
{
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    page(three, "a");
    page(NULL, "a");
    check_anew(from, KIT_SLICE_US / 2, 1, "no end");
    kit_close(&self);
}
END_TEST

START_TEST(records_that_changed_meanwhile_are_new)
{
    static const kit_item nine[] = {{.id = "1"}, {.id = "2"}, {.id = "3"}, {.id = "4"}, {.id = "5"},
                                    {.id = "6"}, {.id = "7"}, {.id = "8"}, {.id = "9"}, {0}};
    char cursor[16];

    open_at_first_page();
    page(nine, "p0");
    for (int i = 1; i < 10; i++) {
        const kit_item rows[] = {
            {.id = nine[i - 1].id, .version = 1},
            {.id = "10",                    .version = i},
            {0}
        };

        snprintf(cursor, sizeof cursor, "p%d", i);
        page(rows, cursor);
    }
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, cursor));
    ck_assert_uint_eq(self.list->at.trouble.anew, 0);
    kit_close(&self);
}
END_TEST

START_TEST(one_page_of_what_was_there_is_no_end)
{
    open_at_first_page();
    page(three, "a");
    page(first_two, "b");
    page(others, "c");
    page(last_two, "d");
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "d"));
    page(NULL, NULL);
    ck_assert_int_gt(kit_next(&self, "list")->from_utc_us, self.list->at.slice_from_utc_us - 1);
    ck_assert_uint_eq(self.list->at.trouble.anew, 0);
    kit_close(&self);
}
END_TEST

/* The first page, whatever was asked for: also behind others, at the end, and with a record that
 * changed in between. `next`: what it says comes then. */
static const struct {
    const char *label;
    const kit_item *again;
    const char *next;
    bool others;
} repeats[] = {
    {"the page before",         three,   "b",  false},
    {"as the last page",        three,   NULL, false},
    {"an earlier page",         three,   "b",  true },
    {"an earlier one, at last", three,   NULL, true },
    {"one of them changed",     changed, NULL, true },
};

START_TEST(a_page_that_repeats_is_asked_for_again)
{
    bool behind = repeats[_i].others;
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    page(three, "a");
    if (behind)
        page(others, "o");
    for (int i = 0; i < 2; i++) {
        page(repeats[_i].again, repeats[_i].next);
        ck_assert_msg(wb_view_is(kit_next(&self, "list")->cursor, behind ? "o" : "a"), "%s",
                      repeats[_i].label);
        ck_assert(strstr(self.list->error, "an earlier one") != NULL);
    }
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), behind ? 5 : 3);
    page(last_two, "z"); /* the page that was meant */
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "z"));
    ck_assert_str_eq(self.list->error, "");
    for (int i = 0; i < 3; i++)
        page(repeats[_i].again, repeats[_i].next);
    check_anew(from, KIT_SLICE_US / 2, 1, "an earlier one");
    kit_close(&self);
}
END_TEST

START_TEST(a_page_that_is_read_once_more_on_purpose_is_none)
{
    open_at_first_page();
    page(three, "a");
    page(others, "b");
    kit_answer(&self, "list", &(kit_page){.items = three, .reread = true});
    kit_settle(&self);
    ck_assert_int_gt(kit_next(&self, "list")->from_utc_us, self.list->at.slice_from_utc_us - 1);
    ck_assert_uint_eq(kit_next(&self, "list")->cursor.len, 0);
    ck_assert_str_eq(self.list->error, "");
    kit_close(&self);
}
END_TEST

/* Of records that are others each time, or none: nothing but the cursors tells of it. */
START_TEST(cursors_in_a_circle_are_left_after_two_rounds)
{
    static const char *const circle[] = {"a", "b", "c"};
    char id[16];
    int64_t from;

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    for (int i = 0; i < 6; i++) {
        const kit_item rows[] = {{.id = id}, {0}};

        snprintf(id, sizeof id, "%d", i);
        page(_i ? rows : NULL, circle[i % 3]);
        ck_assert(wb_view_is(kit_next(&self, "list")->cursor, circle[i % 3]));
    }
    ck_assert_uint_eq(self.list->at.trouble.anew, 0);
    page(NULL, "a");
    check_anew(from, KIT_SLICE_US / 2, 1, "circle");
    kit_close(&self);
}
END_TEST

/* Two records of one id: both go on, in the order of the page; who is newer is said by themselves.
 */
START_TEST(two_of_one_id_go_on_in_their_order)
{
    static const kit_item both[] = {
        {.id = "1",     .body = "first"},
        {.id = "1",             .version = 1, .body = "second"},
        {0}
    };

    open_at_first_page();
    page(both, NULL);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 2);
    ck_assert_uint_eq(self.list->at.trouble.anew, 0);
    kit_close(&self);
}
END_TEST

START_TEST(pages_without_anything_end_after_a_hundred)
{
    int64_t from;
    char cursor[16];

    open_at_first_page();
    from = self.list->at.slice_from_utc_us;
    for (int i = 1; i < 100; i++) {
        snprintf(cursor, sizeof cursor, "p%d", i);
        page(NULL, cursor);
    }
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "p99"));
    page(NULL, "p100");
    check_anew(from, KIT_SLICE_US / 2, 1, "no end");
    kit_close(&self);
}
END_TEST

START_TEST(patience_that_was_asked_for_is_no_page)
{
    open_at_first_page();
    for (int i = 0; i < 120; i++) {
        kit_answer(&self, "list", &(kit_page){.cursor = "report", .again_ms = 1});
        kit_settle(&self);
    }
    ck_assert(wb_view_is(kit_next(&self, "list")->cursor, "report"));
    ck_assert_uint_eq(self.list->at.trouble.anew, 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {slices_overlap_by_a_seam_and_leave_nothing_out,      0                      },
        {slices_no_longer_than_the_seam_lead_on,              0                      },
        {a_page_goes_on_behind_the_last_one_after_a_restart,  0                      },
        {a_cursor_that_is_refused_three_times_is_left,        0                      },
        {refusals_are_counted_over_a_restart,                 0                      },
        {what_is_no_refusal_of_the_cursor_leaves_it,          (int)WB_COUNT(patience)},
        {a_first_page_that_is_refused_has_no_cursor_to_leave, 0                      },
        {a_cursor_that_its_connector_gives_up_is_not_tried,   0                      },
        {refused_again_and_again_it_says_so_and_gets_shorter, 0                      },
        {slices_grow_again_when_they_are_read_to_their_end,   0                      },
        {why_it_was_begun_anew_is_told_to_its_end,            0                      },
        {pages_that_never_end_are_left,                       0                      },
        {a_page_that_leads_to_itself_is_left,                 0                      },
        {records_that_changed_meanwhile_are_new,              0                      },
        {one_page_of_what_was_there_is_no_end,                0                      },
        {a_page_that_repeats_is_asked_for_again,              (int)WB_COUNT(repeats) },
        {a_page_that_is_read_once_more_on_purpose_is_none,    0                      },
        {cursors_in_a_circle_are_left_after_two_rounds,       2                      },
        {two_of_one_id_go_on_in_their_order,                  0                      },
        {pages_without_anything_end_after_a_hundred,          0                      },
        {patience_that_was_asked_for_is_no_page,              0                      },
        {NULL,                                                0                      },
    };

    return wb_suite_run("slice", rows);
}
