/* SPDX-License-Identifier: Apache-2.0 */
/*
 * the ledger: every item that was read is counted once, a run ends when it is read to its end and
 * nothing is open, and what a former process left is closed, or goes on
 */
#include <check.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

static kit self;
static wb_id run;

/* The ledger changes inside a write: a write of the test's own. */
typedef struct {
    wb_write write;
    wb_rc (*change)(wb_write *write, wb_txn *txn, wb_err *err);
    bool done;
} test_write;

static size_t events;

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    return WB_CONTAINER(write, test_write, write)->change(write, txn, err);
}

static void
done(wb_write *write)
{
    WB_CONTAINER(write, test_write, write)->done = true;
}

static void
change(wb_rc (*what)(wb_write *write, wb_txn *txn, wb_err *err))
{
    test_write it = {
        .write = {.apply = apply, .done = done},
          .change = what
    };

    wb_commit_add(self.ctx.commit, &it.write);
    kit_settle(&self);
    ck_assert(it.done);
}

static wb_rc
begin(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_run_row row = {.id = run,
                      .account = self.list->account->key_view,
                      .stream = WB_VIEW_LIT("orders"),
                      .status = WB_RUN_RUNNING,
                      .start_utc_us = 1};

    return wb_run_begin(write, txn, &row, err);
}

static wb_rc
read_three(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_run_delta delta = {.run = run, .read = 3, .counts = {[WB_OUTCOME_FILTERED] = 1}};

    return wb_run_count(&self.poller, write, txn, &delta, err);
}

static wb_rc
settle_one(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_run_delta delta = {.run = run, .counts = {[WB_OUTCOME_HANDED_ON] = 1}};

    return wb_run_count(&self.poller, write, txn, &delta, err);
}

static wb_rc
count_unknown(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_run_delta none = {.read = 3};
    wb_run_delta other = {.run = {{7}}, .read = 3};
    wb_rc rc = wb_run_count(&self.poller, write, txn, &none, err);

    return rc ? rc : wb_run_count(&self.poller, write, txn, &other, err);
}

static wb_rc
close_read(wb_write *write, wb_txn *txn, wb_err *err)
{
    return wb_run_close(write, txn, 0, &run, NULL, err);
}

static wb_rc
close_failed(wb_write *write, wb_txn *txn, wb_err *err)
{
    return wb_run_close(write, txn, 0, &run, "it broke", err);
}

static wb_rc
trouble(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_run_delta delta = {.run = run};

    return wb_run_trouble(write, txn, &delta, "refused", err);
}

static void
on_publish(void *arg, wb_topic topic, uint64_t sequence, wb_view batch)
{
    (void)arg;
    (void)sequence;
    (void)batch;
    events += topic == WB_TOPIC_RUN;
}

static void
open_run(void)
{
    kit_open(&self);
    run = wb_id_run(wb_now_utc_us());
    events = 0;
    wb_commit_on_publish(self.ctx.commit, on_publish, NULL);
    change(begin);
    ck_assert_uint_eq(events, 1);
}

START_TEST(through_when_it_is_read_and_nothing_is_open)
{
    open_run();
    change(read_three);
    change(settle_one);
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_RUNNING);
    change(close_read);
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_SETTLING); /* one is open */
    ck_assert_int_eq(kit_run(&self, &run).end_utc_us, 0);
    change(settle_one);
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_COMPLETED);
    ck_assert_int_gt(kit_run(&self, &run).end_utc_us, 0);
    ck_assert_uint_eq(kit_run(&self, &run).read, 3);
    ck_assert_uint_eq(kit_run(&self, &run).outcomes[WB_OUTCOME_HANDED_ON], 2);
    ck_assert_uint_eq(kit_run(&self, &run).outcomes[WB_OUTCOME_FILTERED], 1);
    ck_assert_uint_eq(events, 3); /* its beginning, read, and its end, at once */
    kit_close(&self);
}
END_TEST

START_TEST(not_through_before_it_is_read)
{
    open_run();
    change(read_three);
    change(settle_one);
    change(settle_one);
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_RUNNING);
    change(close_read);
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_COMPLETED);
    kit_close(&self);
}
END_TEST

START_TEST(one_that_failed_stays_so)
{
    open_run();
    change(read_three);
    change(close_failed);
    change(settle_one);
    change(settle_one);
    change(close_read);
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_FAILED);
    ck_assert(wb_view_is(kit_run(&self, &run).error, "it broke"));
    ck_assert_uint_eq(kit_run(&self, &run).outcomes[WB_OUTCOME_HANDED_ON], 2);
    kit_close(&self);
}
END_TEST

START_TEST(trouble_is_told_and_forgotten_at_its_end)
{
    open_run();
    change(trouble);
    ck_assert(wb_view_is(kit_run(&self, &run).error, "refused"));
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_RUNNING);
    ck_assert_uint_eq(events, 2);
    change(close_read);
    ck_assert_uint_eq(kit_run(&self, &run).error.len, 0);
    ck_assert_int_eq(kit_run(&self, &run).status, WB_RUN_COMPLETED);
    change(trouble); /* late: it is over */
    ck_assert_uint_eq(kit_run(&self, &run).error.len, 0);
    kit_close(&self);
}
END_TEST

START_TEST(items_of_no_run_are_nobodys)
{
    open_run();
    change(count_unknown);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RUNS), 1);
    ck_assert_uint_eq(kit_run(&self, &run).read, 0);
    kit_close(&self);
}
END_TEST

START_TEST(progress_is_told_once_a_second)
{
    open_run();
    for (int i = 0; i < 5; i++)
        change(read_three);
    ck_assert_uint_eq(events, 1);
    kit_until(&self, events == 2);
    ck_assert_uint_eq(wb_map_count(self.poller.dirty_runs), 0);
    kit_close(&self);
}
END_TEST

/* --- what a former process left --- */

START_TEST(a_run_of_a_queue_ends_with_its_process)
{
    const kit_item rows[] = {
        {.id = "1", .seen = "n1"},
        {0        }
    };
    wb_id before;

    kit_open(&self);
    wb_feed_look(self.queue);
    kit_answer(&self, "receive", &(kit_page){.items = rows});
    kit_settle(&self);
    before = self.queue->run;
    kit_restart(&self);
    kit_settle(&self);
    ck_assert_int_eq(kit_run(&self, &before).status, WB_RUN_SETTLING);
    ck_assert(!wb_run_is(&self.queue->run));
    kit_close(&self);
}
END_TEST

START_TEST(a_run_of_a_list_goes_on_at_its_cursor)
{
    wb_id before;

    kit_open(&self);
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"orders\",\"full\":true}");
    kit_answer(&self, "list", &(kit_page){.cursor = "p2"});
    kit_settle(&self);
    before = self.list->run;
    kit_restart(&self);
    kit_settle(&self);
    ck_assert_mem_eq(&self.list->run, &before, sizeof before);
    ck_assert_int_eq(kit_run(&self, &before).status, WB_RUN_RUNNING);
    kit_close(&self);
}
END_TEST

/* --- ids --- */

START_TEST(ids_are_in_the_order_of_their_start)
{
    wb_id a = wb_id_run(INT64_C(1700000000) * WB_US_PER_S);
    wb_id b = wb_id_run(INT64_C(1700000001) * WB_US_PER_S);
    wb_id none = {{0}};

    ck_assert_int_lt(memcmp(&a, &b, sizeof a), 0);
    ck_assert(wb_run_is(&a) && !wb_run_is(&none));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {through_when_it_is_read_and_nothing_is_open, 0},
        {not_through_before_it_is_read,               0},
        {one_that_failed_stays_so,                    0},
        {trouble_is_told_and_forgotten_at_its_end,    0},
        {items_of_no_run_are_nobodys,                 0},
        {progress_is_told_once_a_second,              0},
        {a_run_of_a_queue_ends_with_its_process,      0},
        {a_run_of_a_list_goes_on_at_its_cursor,       0},
        {ids_are_in_the_order_of_their_start,         0},
        {NULL,                                        0},
    };

    return wb_suite_run("run", rows);
}
