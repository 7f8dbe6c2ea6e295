/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks of records that lack something: made with the end of a fetch, leased, tried, over
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/shelf.h"
#include "tests/unit/suite.h"

#define LOOK_MS 20

static wb_errands_rule rule;

static void
open_all(shelf_taker *self)
{
    wb_pump_conf conf;

    rule = (wb_errands_rule){.look_ms = LOOK_MS, .lease_ms = 300000, .keep_ms = 60000};
    shelf_open(self);
    conf = wb_ctx_pump_conf(&self->kit.ctx);
    self->errands = wb_errands_new(&conf, self->kit.pump, &rule);
}

static void
close_all(shelf_taker *self)
{
    kit_turns(&self->kit, 3 * LOOK_MS); /* what is queued is committed */
    wb_errands_destroy(&self->errands);
    kit_close(&self->kit);
}

static void
restart(shelf_taker *self)
{
    wb_pump_conf conf;

    wb_errands_destroy(&self->errands);
    kit_restart(&self->kit);
    conf = wb_ctx_pump_conf(&self->kit.ctx);
    self->errands = wb_errands_new(&conf, self->kit.pump, &rule);
}

/* "STATUS ATTEMPTS VALUE|ERROR" of the task of a record; "" = it has none. */
static const char *
task(shelf_taker *self, const char *record)
{
    static char text[400];
    const wb_account *account = kit_account(&self->kit, "shop");
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_task_row row;
    bool found = false;
    wb_err err = {0};

    text[0] = 0;
    ck_assert(!wb_txn_begin(&txn, self->kit.ctx.store, false, &err));
    ck_assert(!wb_tasks_get(txn,
                            (wb_row_name){account->shard, account->key_view, wb_view_of(record)},
                            &row, &found, &err));
    if (found)
        (void)snprintf(text, sizeof text, "%s %u %.*s|%.*s", wb_task_status_name(row.status),
                       row.attempts, WB_VIEW_ARG(row.value), WB_VIEW_ARG(row.error));
    return text;
}

static bool
is(shelf_taker *self, const char *record, const char *wanted)
{
    return strcmp(task(self, record), wanted) == 0;
}

static void
answer(shelf_taker *self, const char *word)
{
    kit_until(&self->kit, kit_next(NULL));
    shelf_reply(word);
}

/* A notice whose record lacks its number. */
static void
lack(shelf_taker *self, size_t n, const char *record)
{
    shelf_notice(self, n, record, 0);
    answer(self, "lacks\n");
    kit_until(&self->kit, kit_outcome[n]);
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_HANDED_ON);
}

START_TEST(a_record_that_has_all_makes_no_task)
{
    shelf_taker self;

    open_all(&self);
    shelf_notice(&self, 1, "a", 0);
    answer(&self, "has\n");
    kit_until(&self.kit, kit_outcome[1]);
    shelf_notice(&self, 2, "b", 0);
    answer(&self, "done\n");
    kit_until(&self.kit, kit_outcome[2]);
    kit_turns(&self.kit, 5 * LOOK_MS);
    ck_assert_str_eq(task(&self, "a"), "");
    ck_assert_str_eq(task(&self, "b"), "");
    ck_assert_uint_eq(kit_request_count, 2);
    close_all(&self);
}
END_TEST

START_TEST(what_is_found_completes_its_task)
{
    shelf_taker self;

    open_all(&self);
    lack(&self, 1, "a");
    kit_until(&self.kit, is(&self, "a", "processing 0 |"));
    answer(&self, "has\n");
    kit_until(&self.kit, is(&self, "a", "completed 0 N1,N2|"));
    ck_assert_uint_eq(self.handed, 2); /* it went its way like any other */
    kit_turns(&self.kit, 5 * LOOK_MS);
    ck_assert_uint_eq(kit_request_count, 2);
    close_all(&self);
}
END_TEST

static const struct {
    const char *label, *answer, *error;
} tries[] = {
    {"not told",    "lacks\n",  "its source does not tell it yet"},
    {"again later", "retry\n",  "retry"                          },
    {"refused",     "park\n",   "refused: park"                  },
    {"gone",        "absent\n", "absent: absent"                 },
};

/* Each try is one, later each time, and the last one ends it: nothing is parked. */
START_TEST(attempts_are_counted_to_their_end)
{
    int64_t pause = wb_now_ms();
    char wanted[120];
    shelf_taker self;

    open_all(&self);
    lack(&self, 1, "a");
    for (int i = 1; i <= 3; i++) {
        answer(&self, tries[_i].answer);
        (void)snprintf(wanted, sizeof wanted, "%s %d |%s", i < 3 ? "ing" : "failed", i,
                       tries[_i].error); /* pending, or processing again soon */
        kit_until(&self.kit, strstr(task(&self, "a"), wanted));
    }
    ck_assert_int_ge(wb_now_ms() - pause, 600); /* 200 and 400 ms */
    kit_turns(&self.kit, 5 * LOOK_MS);
    ck_assert_uint_eq(kit_request_count, 4);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 0);
    shelf_notice(&self, 2, "a", 0); /* it is not begun anew by every notice */
    answer(&self, "lacks\n");
    kit_until(&self.kit, kit_outcome[2]);
    ck_assert_str_eq(task(&self, "a"), wanted);
    close_all(&self);
}
END_TEST

/* Found by another way after it was given up, or while it waits. */
START_TEST(a_notice_that_brings_it_completes_the_task)
{
    shelf_taker self;

    open_all(&self);
    lack(&self, 1, "a");
    for (int i = 0; i < (_i ? 3 : 1); i++)
        answer(&self, "park\n");
    self.full = true; /* nothing leaves until the notice has joined */
    kit_until(&self.kit,
              strstr(task(&self, "a"), _i ? "failed 3 |refused: park" : "ing 1 |refused: park"));
    shelf_notice(&self, 2, "a", 0);
    self.full = false;
    wb_pump_run(self.kit.pump);
    answer(&self, "has\n");
    kit_until(&self.kit, kit_outcome[2]);
    kit_until(&self.kit, is(&self, "a", _i ? "completed 3 N1,N2|" : "completed 1 N1,N2|"));
    close_all(&self);
}
END_TEST

START_TEST(what_is_not_awaited_any_more_is_over)
{
    shelf_taker self;

    open_all(&self);
    lack(&self, 1, "a");
    answer(&self, "done\n"); /* it was cancelled */
    kit_until(&self.kit, is(&self, "a", "completed 0 |it is not awaited any more"));
    close_all(&self);
}
END_TEST

/* A notice came while it was read: somebody is owed a receipt, and the try counts for nothing. */
START_TEST(a_notice_that_joins_is_no_attempt)
{
    shelf_taker self;

    open_all(&self);
    lack(&self, 1, "a");
    self.full = true; /* the errand waits for its turn */
    kit_until(&self.kit, is(&self, "a", "processing 0 |"));
    kit_turns(&self.kit, 3 * LOOK_MS);
    shelf_notice(&self, 2, "a", 0);
    self.full = false;
    wb_pump_run(self.kit.pump);
    answer(&self, "lacks\n");
    kit_until(&self.kit, kit_outcome[2]);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_HANDED_ON);
    answer(&self, "has\n");
    kit_until(&self.kit, is(&self, "a", "completed 0 N1,N2|"));
    close_all(&self);
}
END_TEST

/* A process that ends in the middle of it: its next life does it, at once. */
START_TEST(what_was_leased_is_done_after_a_restart)
{
    shelf_taker self;

    open_all(&self);
    lack(&self, 1, "a");
    kit_until(&self.kit, is(&self, "a", "processing 0 |") && kit_next(NULL));
    restart(&self);
    kit_until(&self.kit, kit_request_count == 3 && kit_next(NULL));
    answer(&self, "has\n");
    kit_until(&self.kit, is(&self, "a", "completed 0 N1,N2|"));
    close_all(&self);
}
END_TEST

/* While it is in hand its lease is renewed, and nobody asks twice. */
START_TEST(no_task_is_done_twice_at_once)
{
    shelf_taker self;

    open_all(&self);
    rule.lease_ms = LOOK_MS;
    lack(&self, 1, "a");
    kit_until(&self.kit, kit_next(NULL));
    kit_turns(&self.kit, 10 * LOOK_MS);
    ck_assert_uint_eq(kit_request_count, 2);
    ck_assert_str_eq(task(&self, "a"), "processing 0 |");
    rule.lease_ms = 300000;
    answer(&self, "has\n");
    kit_until(&self.kit, is(&self, "a", "completed 0 N1,N2|"));
    close_all(&self);
}
END_TEST

START_TEST(what_is_over_is_dropped_in_its_time)
{
    shelf_taker self;

    open_all(&self);
    rule.keep_ms = 300;
    lack(&self, 1, "a");
    answer(&self, "has\n");
    kit_until(&self.kit, is(&self, "a", "completed 0 N1,N2|"));
    kit_until(&self.kit, is(&self, "a", ""));
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_TASKS_DUE), 0);
    close_all(&self);
}
END_TEST

START_TEST(of_a_stopped_account_nothing_is_begun)
{
    shelf_taker self;

    open_all(&self);
    lack(&self, 1, "a");
    kit_account(&self.kit, "shop")->suspended = true;
    kit_turns(&self.kit, 5 * LOOK_MS);
    ck_assert_str_eq(task(&self, "a"), "pending 0 |");
    ck_assert_uint_eq(wb_pump_jobs(self.kit.pump), 0);
    close_all(&self);
}
END_TEST

/* One look begins a batch, and so many are in hand at most. */
START_TEST(a_look_begins_no_more_than_a_batch)
{
    char record[16];
    shelf_taker self;

    open_all(&self);
    rule.look_ms = 60000; /* the next looks are the test's */
    kit_turns(&self.kit, 5 * LOOK_MS);
    for (size_t n = 1; n <= 260; n++) {
        (void)snprintf(record, sizeof record, "r%zu", n);
        lack(&self, n, record);
    }
    self.full = true;
    for (size_t i = 1; i <= 6; i++) {
        size_t wanted = i * WB_ERRANDS_BATCH < 200 ? i * WB_ERRANDS_BATCH : 200;

        wb_errands_look(self.errands);
        kit_until(&self.kit, wb_pump_jobs(self.kit.pump) >= wanted);
        kit_turns(&self.kit, 50);
        ck_assert_uint_eq(wb_pump_jobs(self.kit.pump), wanted);
    }
    close_all(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_record_that_has_all_makes_no_task,        0              },
        {what_is_found_completes_its_task,           0              },
        {attempts_are_counted_to_their_end,          WB_COUNT(tries)},
        {a_notice_that_brings_it_completes_the_task, 2              },
        {what_is_not_awaited_any_more_is_over,       0              },
        {a_notice_that_joins_is_no_attempt,          0              },
        {what_was_leased_is_done_after_a_restart,    0              },
        {no_task_is_done_twice_at_once,              0              },
        {what_is_over_is_dropped_in_its_time,        0              },
        {of_a_stopped_account_nothing_is_begun,      0              },
        {a_look_begins_no_more_than_a_batch,         0              },
        {NULL,                                       0              },
    };

    return wb_suite_run("actors.enricher.errands", rows);
}
