/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inbox: items that cannot be read do not hold up what is behind them
 */
#include <check.h>
#include <stdio.h>

#include "storage/aside.h"
#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

static kit self;
static wb_id run;      /* of all that is put; zeros = none */
static uint32_t flags; /* the same */

static wb_txn *many; /* the transaction of many rows; NULL = each has its own */

static void
put(const char *name, size_t len, wb_view envelope)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_job_row row = {
        .account = self.list->account->key_view,
        .name = {name, len},
        .priority = WB_PRIORITY_LIVE,
        .due_utc_us = -1,
        .flags = flags,
        .envelope = envelope
    };
    wb_err err = {0};

    if (!many)
        ck_assert_msg(!wb_txn_begin(&txn, self.ctx.store, true, &err), "%s", err.text);
    ck_assert_msg(!wb_jobs_put(many ? many : txn, &row, &err), "%s", err.text);
    if (!many)
        ck_assert_msg(!wb_txn_commit(&txn, &err), "%s", err.text);
}

static void
put_good(const char *name)
{
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = self.list->account->tenant,
                       .account = self.list->account->name,
                       .connector = WB_VIEW_LIT("kit"),
                       .record_kind = WB_RECORD_ORDER,
                       .record = WB_VIEW_LIT("default/shop/order/1"),
                       .observed_utc_us = 1,
                       .body = WB_VIEW_LIT("x")};
    wb_err err = {0};

    env.id.bytes[0] = 1;
    env.run = run;
    wb_buf_init(&bytes, 4096);
    ck_assert_msg(!wb_envelope_store(&env, &bytes, &err), "%s", err.text);
    put(name, 8, wb_buf_view(&bytes));
}

static size_t
sent(void)
{
    size_t count = 0;

    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next)
        count++;
    return count;
}

/* The poller ended at each start: nothing was read any more. */
START_TEST(an_item_that_cannot_be_read_is_parked_and_the_others_go)
{
    kit_open(&self);
    put_good("1234567a");
    put("1234567b", 8, WB_VIEW_LIT("no message"));
    put("short", 5, WB_VIEW_LIT("no arrival"));
    put_good("1234567c");
    kit_restart(&self);
    wb_way_resume(&self.list->inbox->way);
    ck_assert_uint_eq(sent(), 2);
    ck_assert_uint_eq(wb_inbox_stored(self.list->inbox), 2);
    kit_until(&self, !wb_aside_noted(self.ctx.store));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 2);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 2);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(wb_inbox_stored(self.list->inbox), 0);
    kit_close(&self);
}
END_TEST

static void
put_run(wb_id id, uint64_t read)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_run_row row = {.id = id,
                      .shard = self.list->account->shard,
                      .account = self.list->account->key_view,
                      .stream = WB_VIEW_LIT("orders"),
                      .status = WB_RUN_SETTLING,
                      .read = read,
                      .outcomes = {[WB_OUTCOME_FILTERED] = 1}};
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert_msg(!wb_runs_put(txn, &row, &err), "%s", err.text);
    ck_assert(!wb_txn_commit(&txn, &err));
}

static wb_run_row
run_now(wb_id id)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_run_row row = {0};
    bool found = false;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self.ctx.store, false, &err));
    ck_assert(!wb_runs_get(txn, self.list->account->shard, &id, &row, &found, &err) && found);
    return row;
}

/* Nobody could tell whose it was, and its run stayed open for ever. The other run's items are all
 * there. */
START_TEST(an_item_that_cannot_be_read_is_parked_in_its_run_s_ledger)
{
    const wb_id one = {{1}}, other = {{2}};

    kit_open(&self);
    run = other;
    put_good("1234567a");
    run = one;
    put_good("1234567b");
    put("1234567c", 8, WB_VIEW_LIT("no message"));
    put("short", 5, WB_VIEW_LIT("no arrival"));
    put_run(one, 4);
    put_run(other, 2);
    kit_restart(&self);
    wb_way_resume(&self.list->inbox->way);
    kit_until(&self, run_now(one).outcomes[WB_OUTCOME_PARKED] > 0);
    ck_assert_uint_eq(run_now(one).outcomes[WB_OUTCOME_PARKED], 2);
    ck_assert_int_eq(run_now(one).status, WB_RUN_SETTLING);
    ck_assert_uint_eq(run_now(other).outcomes[WB_OUTCOME_PARKED], 0);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 2);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_int_eq(run_now(one).status, WB_RUN_COMPLETED);
    ck_assert_uint_eq(run_now(one).outcomes[WB_OUTCOME_HANDED_ON], 1);
    ck_assert_int_eq(run_now(other).status, WB_RUN_COMPLETED);
    kit_close(&self);
    run = (wb_id){{0}};
}
END_TEST

/* A notice's id that cannot be read is no item: all that is stored was read through for each one.
 */
START_TEST(what_is_set_aside_of_another_table_is_in_no_ledger)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    const wb_id one = {{1}};
    wb_err err = {0};

    kit_open(&self);
    put_run(one, 2);
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_kv_put(txn, WB_DB_SEEN, WB_VIEW_LIT("an id"), WB_VIEW_LIT("no time"), &err));
    ck_assert(wb_aside_note(txn, WB_DB_SEEN, WB_VIEW_LIT("an id"), "no time"));
    ck_assert(!wb_txn_commit(&txn, &err));
    kit_until(&self, !wb_aside_noted(self.ctx.store));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 1);
    ck_assert(!self.poller.lost.walking);
    ck_assert_uint_eq(run_now(one).outcomes[WB_OUTCOME_PARKED], 0);
    kit_close(&self);
}
END_TEST

/* It was counted twice, and more was settled than was read; and it stood for one that was lost. */
START_TEST(an_item_that_came_back_is_in_its_run_s_ledger_once)
{
    const wb_id one = {{1}};

    kit_open(&self);
    run = one;
    put_good("1234567a");
    put("1234567b", 8, WB_VIEW_LIT("no message"));
    flags = WB_JOB_REVIVED;
    put_good("1234567c");
    put_run(one, 3);
    kit_restart(&self);
    wb_way_resume(&self.list->inbox->way);
    kit_until(&self, run_now(one).outcomes[WB_OUTCOME_PARKED] > 0);
    ck_assert_uint_eq(run_now(one).outcomes[WB_OUTCOME_PARKED], 1);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 2);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_int_eq(run_now(one).status, WB_RUN_COMPLETED);
    ck_assert_uint_eq(run_now(one).outcomes[WB_OUTCOME_HANDED_ON], 1);
    ck_assert_uint_eq(run_now(one).outcomes[WB_OUTCOME_PARKED], 1);
    kit_close(&self);
    run = (wb_id){{0}};
    flags = 0;
}
END_TEST

/* --- an inbox of more rows than a turn looks at --- */

#define ROWS 2500

static void
put_row(size_t row, bool good)
{
    char name[9];

    snprintf(name, sizeof name, "%08zu", row);
    if (good)
        put_good(name);
    else
        put(name, 8, WB_VIEW_LIT("no message"));
}

/* Row 0 cannot be read. All are of `run`, which has read one more, and left it. */
static void
open_many(void)
{
    wb_err err = {0};

    run = (wb_id){{1}};
    kit_open(&self);
    ck_assert(!wb_txn_begin(&many, self.ctx.store, true, &err));
    for (size_t i = 0; i <= ROWS; i++)
        put_row(i, i > 0);
    ck_assert(!wb_txn_commit(&many, &err));
    put_run(run, ROWS + 2);
    kit_restart(&self);
}

static uint64_t
lost(void)
{
    return run_now(run).outcomes[WB_OUTCOME_PARKED];
}

/* Row 0 is met, and a thousand rows are looked at: 1 to 1000. */
static void
look_at_some(void)
{
    wb_way_resume(&self.list->inbox->way);
    kit_until(&self, self.poller.lost.last.len > 0 || lost());
    ck_assert(wb_view_is(wb_buf_view(&self.poller.lost.last), "00001000"));
    ck_assert_uint_eq(lost(), 0);
}

static void
look_at_all(void)
{
    kit_until(&self, !self.poller.lost.walking && !self.poller.lost.writing);
}

/* All that is stored leaves; the ledger then tells whether every item was counted once. */
static void
hand_on_all(void)
{
    while (kit_rows(&self, WB_DB_JOBS)) {
        wb_way_look(&self.list->inbox->way);
        kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, sent());
        kit_settle(&self);
    }
    ck_assert_int_eq(run_now(run).status, WB_RUN_COMPLETED);
}

static void
close_many(void)
{
    kit_close(&self);
    run = (wb_id){{0}};
}

/* It took them all in one transaction, and the watchdog ended it, at each start. */
START_TEST(what_is_lost_is_found_a_thousand_rows_at_a_time)
{
    open_many();
    look_at_some();
    kit_turn(&self);
    ck_assert(wb_view_is(wb_buf_view(&self.poller.lost.last), "00002000"));
    ck_assert_uint_eq(lost(), 0);
    look_at_all();
    ck_assert_uint_eq(lost(), 1);
    hand_on_all();
    close_many();
}
END_TEST

/* Of what is sent, rows 501 to 1010 are settled: ten of them were not looked at yet. */
START_TEST(items_that_are_settled_meanwhile_are_not_lost_nor_hide_one)
{
    open_many();
    look_at_some();
    for (int i = 0; i < 500; i++)
        wb_list_append(&kit_sent, wb_list_pop(&kit_sent));
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 510);
    kit_settle(&self); /* nothing turns: the walk stands */
    ck_assert(wb_view_is(wb_buf_view(&self.poller.lost.last), "00001000"));
    look_at_all();
    ck_assert_uint_eq(run_now(run).outcomes[WB_OUTCOME_HANDED_ON], 510);
    ck_assert_uint_eq(lost(), 1);
    hand_on_all();
    close_many();
}
END_TEST

/* Two items of a list come when some rows were looked at; `behind`: under names that were passed
 * already. */
START_TEST(items_that_come_meanwhile_are_not_lost)
{
    const kit_item rows[] = {{.id = "1"}, {.id = "2"}, {0}};
    bool behind = _i;
    wb_id other;

    open_many();
    look_at_some();
    if (behind)
        self.list->inbox->last_arrival = 0;
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"orders\",\"full\":true}");
    kit_settle(&self); /* nothing turns: the walk stands */
    wb_feed_look(self.list);
    ck_assert(kit_asks("list"));
    kit_answer(&self, "list", &(kit_page){.items = rows, .cursor = "p2"});
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), ROWS + 2);
    other = self.list->run;
    ck_assert(self.poller.lost.walking);
    look_at_all();
    ck_assert_uint_eq(kit_run(&self, &other).read, 2);
    ck_assert_uint_eq(kit_run(&self, &other).outcomes[WB_OUTCOME_PARKED], 0);
    ck_assert_uint_eq(lost(), 1);
    hand_on_all();
    ck_assert_uint_eq(kit_run(&self, &other).outcomes[WB_OUTCOME_HANDED_ON], 2);
    close_many();
}
END_TEST

/* A row that was set aside is put back under its own name, behind what was looked at: in the ledger
 * it is parked, once. */
START_TEST(an_item_that_is_put_back_meanwhile_is_parked_once)
{
    open_many();
    look_at_some();
    flags = WB_JOB_REVIVED;
    put_row(0, true);
    flags = 0;
    look_at_all();
    ck_assert_uint_eq(lost(), 1);
    hand_on_all();
    close_many();
}
END_TEST

/* One that was looked at, and could be read then, is set aside as well. */
START_TEST(what_is_set_aside_meanwhile_is_lost_too)
{
    open_many();
    kit_room = 10;
    look_at_some();
    put_row(500, false);
    kit_room = 1024;
    wb_way_look(&self.list->inbox->way);
    kit_until(&self, kit_rows(&self, WB_DB_PARKED) == 2);
    look_at_all();
    ck_assert_uint_eq(lost(), 2);
    hand_on_all();
    close_many();
}
END_TEST

/* ... in one transaction with what was found, before it or behind it: by another walk, be it that
 * of another life. */
START_TEST(what_is_set_aside_at_the_walk_s_end_is_found_by_another)
{
    bool before = _i;

    open_many();
    kit_room = 10;
    look_at_some();
    wb_commit_rule(self.ctx.commit, 60 * WB_US_PER_S, 256);
    if (!before)
        kit_until(&self, self.poller.lost.writing);
    put_row(500, false);
    kit_room = 1024;
    wb_way_look(&self.list->inbox->way);
    kit_turn(&self);
    kit_until(&self, self.poller.lost.writing);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 1);
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 2);
    ck_assert_uint_eq(lost(), 1);
    ck_assert(self.poller.lost.walking);
    kit_restart(&self);
    look_at_all();
    ck_assert_uint_eq(lost(), 2);
    hand_on_all();
    close_many();
}
END_TEST

/* What was set aside is not met any more: its run would have stayed open. */
START_TEST(killed_meanwhile_it_begins_anew_until_it_was_counted)
{
    open_many();
    look_at_some();
    kit_restart(&self);
    ck_assert_uint_eq(lost(), 0);
    ck_assert(self.poller.lost.walking);
    look_at_all();
    ck_assert_uint_eq(lost(), 1);
    kit_restart(&self);
    ck_assert(!self.poller.lost.walking);
    hand_on_all();
    close_many();
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {an_item_that_cannot_be_read_is_parked_and_the_others_go,    0},
        {an_item_that_cannot_be_read_is_parked_in_its_run_s_ledger,  0},
        {what_is_set_aside_of_another_table_is_in_no_ledger,         0},
        {an_item_that_came_back_is_in_its_run_s_ledger_once,         0},
        {what_is_lost_is_found_a_thousand_rows_at_a_time,            0},
        {items_that_are_settled_meanwhile_are_not_lost_nor_hide_one, 0},
        {items_that_come_meanwhile_are_not_lost,                     2},
        {an_item_that_is_put_back_meanwhile_is_parked_once,          0},
        {what_is_set_aside_meanwhile_is_lost_too,                    0},
        {what_is_set_aside_at_the_walk_s_end_is_found_by_another,    2},
        {killed_meanwhile_it_begins_anew_until_it_was_counted,       0},
        {NULL,                                                       0},
    };

    return wb_suite_run("actors.poller.inbox", cases);
}
