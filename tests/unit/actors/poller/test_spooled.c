/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answers in files: read piece by piece, each piece one transaction; a restart goes on behind the
 * last one
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define RUN "{\"account\":\"shop\",\"stream\":\"reports\"}"
#define TEN "id\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

static kit self;

static void
answer(const char *op, const kit_page *page)
{
    kit_answer(&self, op, page);
    kit_settle(&self);
}

static void
open_at_document(void)
{
    kit_open(&self);
    kit_piece_max = 0;
    kit_sync(&self, RUN);
    answer("create", &(kit_page){.cursor = "document 9"});
    kit_next(&self, "document");
}

static size_t
files(void)
{
    char path[80];
    DIR *folder;
    struct dirent *entry;
    size_t count = 0;

    snprintf(path, sizeof path, "%s/spool", self.dir);
    folder = opendir(path);
    while ((entry = readdir(folder)))
        count += *entry->d_name != '.';
    closedir(folder);
    return count;
}

static wb_cursor_row
stored(void)
{
    wb_cursor_row row;

    ck_assert(kit_stored(&self, self.reports, &row, NULL, 0));
    return row;
}

START_TEST(each_row_comes_once_and_the_file_is_removed)
{
    open_at_document();
    kit_answer(&self, "document", &(kit_page){.spooled = TEN});
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 10);
    kit_until(&self, !wb_run_is(&self.reports->at.run));
    ck_assert(!stored().spooled);
    ck_assert_uint_eq(files(), 0);
    ck_assert_uint_eq(self.poller.received, 10);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 10);
    kit_until(&self, kit_runs(&self, WB_RUN_COMPLETED) == 1);
    kit_close(&self);
}
END_TEST

/* Ends behind the one commit that is queued, and goes on. */
static void
end_and_go_on(void)
{
    self.poller.draining = true; /* no further piece */
    kit_restart(&self);
    kit_look(&self);
}

/* However often it is ended: after every single commit. */
START_TEST(a_restart_goes_on_behind_the_last_piece)
{
    int64_t offset = 0;
    int restarts = 0;

    open_at_document();
    kit_answer(&self, "document", &(kit_page){.spooled = TEN});
    for (end_and_go_on(); stored().spooled; end_and_go_on()) {
        ck_assert_int_ge(stored().spool_offset, offset);
        ck_assert_uint_eq(files(), 1);
        offset = stored().spool_offset;
        ck_assert_int_lt(restarts++, 20);
    }
    ck_assert_int_eq(restarts, 5); /* the columns, and ten rows by threes */
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 10);
    ck_assert_uint_eq(files(), 0);
    kit_close(&self);
}
END_TEST

START_TEST(what_no_cursor_names_is_removed_at_the_start)
{
    open_at_document();
    kit_answer(&self, "document", &(kit_page){.spooled = TEN});
    ck_assert_uint_eq(files(), 1); /* killed before the commit that names it: */
    self.reports->at.spooled = false;
    wb_spool_keep(self.poller.spool, NULL, 0);
    ck_assert_uint_eq(files(), 0);
    kit_close(&self);
}
END_TEST

/* A store that was brought to another host without it. */
START_TEST(a_file_that_is_gone_is_asked_for_again)
{
    open_at_document();
    kit_answer(&self, "document", &(kit_page){.spooled = TEN});
    for (int i = 0; i < 3; i++)
        end_and_go_on();
    ck_assert_int_gt(stored().spool_offset, 3);
    self.poller.draining = true;
    wb_spool_keep(self.poller.spool, NULL, 0);
    kit_restart(&self);
    kit_look(&self);
    kit_next(&self, "document");
    ck_assert_uint_eq(self.reports->at.trouble.failures, 1);
    kit_answer(&self, "document", &(kit_page){.spooled = TEN});
    kit_until(&self, !wb_run_is(&self.reports->at.run));
    ck_assert_uint_ge(kit_rows(&self, WB_DB_JOBS), 10); /* some twice: the next holder knows them */
    kit_close(&self);
}
END_TEST

START_TEST(what_cannot_be_read_begins_anew)
{
    static const char *const texts[] = {"id\n1\nbad\n", "id\n1\nno end"};

    open_at_document();
    kit_answer(&self, "document", &(kit_page){.spooled = texts[_i]});
    kit_until(&self, self.reports->at.trouble.anew == 1);
    kit_settle(&self);
    ck_assert(!stored().spooled);
    ck_assert_uint_eq(files(), 0);
    ck_assert_uint_eq(kit_next(&self, "create")->cursor.len, 0);
    kit_close(&self);
}
END_TEST

/* Rows that are longer than a piece: more is read at once, as much as a row may have. */
START_TEST(memory_is_bounded_by_the_piece)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    open_at_document();
    wb_buf_init(&text, 64 * 1024 * 1024);
    wb_buf_add_text(&text, "id\n");
    for (int i = 0; i < 3; i++) {
        wb_buf_addf(&text, "%d", i);
        while (text.len % 1000000)
            wb_buf_add_char(&text, ' ');
        wb_buf_add_char(&text, '\n');
    }
    wb_buf_add(&text, "", 1);
    kit_answer(&self, "document", &(kit_page){.spooled = text.data});
    kit_until(&self, !wb_run_is(&self.reports->at.run));
    ck_assert_uint_eq(self.poller.received, 3);
    ck_assert_uint_le(kit_piece_max, 4 * WB_PIECE_MIN);
    kit_close(&self);
}
END_TEST

START_TEST(a_row_without_an_end_is_left)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    open_at_document();
    wb_buf_init(&text, 64 * 1024 * 1024);
    wb_buf_add_text(&text, "id\n");
    while (text.len < 2 * WB_PIECE_MAX)
        wb_buf_add_text(&text, "0123456789");
    wb_buf_add(&text, "\n", 2);
    kit_answer(&self, "document", &(kit_page){.spooled = text.data});
    kit_until(&self, self.reports->at.trouble.anew == 1);
    ck_assert_msg(strstr(self.reports->error, "more than") != NULL, "%s", self.reports->error);
    ck_assert_uint_le(kit_piece_max, WB_PIECE_MAX);
    kit_close(&self);
}
END_TEST

START_TEST(a_full_disk_waits_and_fails_nobody)
{
    open_at_document();
    kit_answer(&self, "document", &(kit_page){.rc = WB_FULL, .error = "no room"});
    ck_assert_int_eq(self.reports->wait, WB_WAIT_PRESSURE);
    ck_assert_uint_eq(self.reports->at.trouble.failures, 0);
    ck_assert(wb_timer_running(&self.reports->timer));
    kit_close(&self);
}
END_TEST

/* A full inbox stops the reading of a file as it stops calls. */
START_TEST(a_full_inbox_holds_the_next_piece)
{
    kit_open_with(&self, "    held_rows: 4\n");
    kit_sync(&self, RUN);
    answer("create", &(kit_page){.cursor = "document 9"});
    kit_answer(&self, "document", &(kit_page){.spooled = TEN});
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) >= 4);
    kit_settle(&self);
    ck_assert_uint_le(kit_rows(&self, WB_DB_JOBS), 6);
    ck_assert(stored().spooled);
    ck_assert_int_eq(self.reports->wait, WB_WAIT_PRESSURE);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {each_row_comes_once_and_the_file_is_removed,  0},
        {a_restart_goes_on_behind_the_last_piece,      0},
        {what_no_cursor_names_is_removed_at_the_start, 0},
        {a_file_that_is_gone_is_asked_for_again,       0},
        {what_cannot_be_read_begins_anew,              2},
        {memory_is_bounded_by_the_piece,               0},
        {a_row_without_an_end_is_left,                 0},
        {a_full_disk_waits_and_fails_nobody,           0},
        {a_full_inbox_holds_the_next_piece,            0},
        {NULL,                                         0},
    };

    return wb_suite_run("spooled", rows);
}
