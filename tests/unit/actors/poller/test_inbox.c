/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inbox: items that cannot be read do not hold up what is behind them
 */
#include <check.h>

#include "storage/aside.h"
#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

static kit self;
static wb_id run;      /* of all that is put; zeros = none */
static uint32_t flags; /* the same */

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

    ck_assert_msg(!wb_txn_begin(&txn, self.ctx.store, true, &err), "%s", err.text);
    ck_assert_msg(!wb_jobs_put(txn, &row, &err), "%s", err.text);
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
    kit_until(&self, !wb_aside_noted(self.ctx.store));
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
    kit_until(&self, !wb_aside_noted(self.ctx.store));
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

int
main(void)
{
    const wb_suite_row cases[] = {
        {an_item_that_cannot_be_read_is_parked_and_the_others_go,   0},
        {an_item_that_cannot_be_read_is_parked_in_its_run_s_ledger, 0},
        {what_is_set_aside_of_another_table_is_in_no_ledger,        0},
        {an_item_that_came_back_is_in_its_run_s_ledger_once,        0},
        {NULL,                                                      0},
    };

    return wb_suite_run("actors.poller.inbox", cases);
}
