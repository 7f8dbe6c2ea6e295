/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what the monitor stores and cannot read: a batch, a ledger, an event of a timeline
 */
#include <string.h>

#include "actors/monitor/monitor.h"
#include "protocol/base/clock.h"
#include "storage/aside.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define RECORD "t/shop/order/1"

static rig r;
static size_t seen, told;
static uint64_t last_read;
static wb_source source = {.topic = WB_TOPIC_RECORD, .instance = "mapper-1"};

static void
setup(void)
{
    wb_txn *txn;

    rig_init(&r);
    seen = told = 0;
    last_read = 0;
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_shards_claim(txn, 0, 1, &r.err));
    rig_commit(&r, &txn);
}

static void
teardown(void)
{
    rig_fini(&r);
}

static size_t
rows_of(wb_db db)
{
    wb_store_stats stats;

    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    return (size_t)stats.rows[db];
}

static void
put_event(wb_buf *out)
{
    wb_pack_map(out, 3);
    wb_pack_member_text(out, "what", WB_VIEW_LIT("taken"));
    wb_pack_member_text(out, "record", WB_VIEW_LIT(RECORD));
    wb_pack_member_int(out, "at", wb_now_utc_us());
}

static void
take(uint64_t sequence, wb_view batch)
{
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_batch_apply(txn, &source, sequence, batch, &r.err));
    rig_commit(&r, &txn);
}

/* The events behind the first that could not be read were lost, and so were its bytes. */
START_TEST(an_event_that_cannot_be_read_does_not_take_its_batch_with_it)
{
    WB_AUTO(wb_buf_fini) wb_buf batch = {0};

    wb_buf_init(&batch, 4096);
    wb_pack_array(&batch, 3);
    put_event(&batch);
    wb_pack_uint(&batch, 7);
    put_event(&batch);
    take(1, wb_buf_view(&batch));
    ck_assert_uint_eq(rows_of(WB_DB_TIMELINE), 2);
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 1);
}
END_TEST

/* What stands behind such a key was taken for the next event, and the last one was not read. */
START_TEST(an_event_with_a_key_that_is_no_text_does_not_shift_the_others)
{
    WB_AUTO(wb_buf_fini) wb_buf batch = {0};

    wb_buf_init(&batch, 4096);
    wb_pack_array(&batch, 2);
    wb_pack_map(&batch, 1);
    wb_pack_uint(&batch, 7);
    wb_pack_uint(&batch, 8);
    put_event(&batch);
    take(1, wb_buf_view(&batch));
    ck_assert_uint_eq(rows_of(WB_DB_TIMELINE), 1);
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 1);
}
END_TEST

/* However many come, they do not fill the store. */
START_TEST(batches_that_cannot_be_read_are_kept_in_bounds)
{
    for (uint64_t sequence = 1; sequence < 100; sequence++)
        take(sequence, WB_VIEW_LIT("\xc1 no msgpack"));
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 16);
}
END_TEST

/* --- an account is forgotten, and it alone --- */

static void
put_event_of(const char *record)
{
    WB_AUTO(wb_buf_fini) wb_buf batch = {0};

    wb_buf_init(&batch, 4096);
    wb_pack_array(&batch, 1);
    wb_pack_map(&batch, 3);
    wb_pack_member_text(&batch, "what", WB_VIEW_LIT("taken"));
    wb_pack_member_text(&batch, "record", wb_view_of(record));
    wb_pack_member_int(&batch, "at", wb_now_utc_us());
    take(1, wb_buf_view(&batch));
}

static wb_rc
count_event(void *arg, wb_view key, wb_view raw, wb_err *err)
{
    (void)arg, (void)key, (void)raw, (void)err;
    seen++;
    return WB_OK;
}

START_TEST(what_happened_to_an_account_is_forgotten_alone)
{
    static const char *const records[] = {"t/shop/order/1", "t/shop/order/2", "t/shop2/order/1",
                                          "u/shop/order/1"};
    size_t dropped = 0;
    wb_txn *txn;

    for (size_t i = 0; i < WB_COUNT(records); i++)
        put_event_of(records[i]);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_timeline_forget(txn, WB_VIEW_LIT("t/shop"), wb_now_utc_us() - WB_US_PER_S,
                                  &dropped, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(dropped, 2);
    ck_assert_uint_eq(rows_of(WB_DB_TIMELINE), 2);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_timeline_walk(txn, wb_now_utc_us() - WB_US_PER_S, (wb_view){NULL, 0}, count_event,
                                NULL, &r.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 2);
}
END_TEST

/* --- ledgers --- */

static const wb_id run = {
    {1, 2, 3}
};

static int64_t begun_utc_us; /* 0 = it is not told */

static void
put_run(wb_buf *out, uint64_t read)
{
    wb_pack_map(out, begun_utc_us ? 4 : 3);
    if (begun_utc_us)
        wb_pack_member_uint(out, "start", (uint64_t)begun_utc_us);
    wb_pack_member_bytes(out, "run", (wb_view){(const char *)&run, sizeof run});
    wb_pack_member_text(out, "account", WB_VIEW_LIT("t/shop"));
    wb_pack_member_uint(out, "read", read);
}

static void
tell_run(uint64_t read)
{
    WB_AUTO(wb_buf_fini) wb_buf event = {0};
    wb_txn *txn = rig_begin(&r, true);

    wb_buf_init(&event, 4096);
    put_run(&event, read);
    rig_ok(&r, wb_watch_run(txn, &source.store, wb_buf_view(&event), &r.err));
    rig_commit(&r, &txn);
}

static wb_rc
see_run(void *arg, const wb_watched_run *row, wb_err *err)
{
    (void)arg, (void)err;
    seen++;
    last_read = row->row.read;
    return WB_OK;
}

static wb_rc
tell(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)arg, (void)row, (void)err;
    told++;
    return WB_OK;
}

static void
set_aside(void)
{
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_aside_park(txn, tell, NULL, &r.err));
    rig_commit(&r, &txn);
    wb_aside_parked(r.store);
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 1);
}

static void
spoil_run(const wb_id *id)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_txn *txn = rig_begin(&r, true);

    wb_buf_init(&key, 64);
    wb_store_key_shard(&key, 0);
    wb_buf_add(&key, id, sizeof *id);
    rig_ok(&r, wb_kv_put(txn, WB_DB_RUNS, wb_buf_view(&key), WB_VIEW_LIT("\xc1newer"), &r.err));
    rig_commit(&r, &txn);
}

START_TEST(the_runs_of_an_account_are_forgotten_alone)
{
    size_t dropped = 7;
    wb_txn *txn;

    tell_run(5);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_watch_forget(txn, 4, WB_VIEW_LIT("t/shop2"), &dropped, &r.err));
    ck_assert_uint_eq(dropped, 0);
    rig_ok(&r, wb_watch_forget(txn, 4, WB_VIEW_LIT("t/shop"), &dropped, &r.err));
    ck_assert_uint_eq(dropped, 1);
    rig_commit(&r, &txn);
    ck_assert_uint_eq(rows_of(WB_DB_RUNS), 0);
    tell_run(6); /* its end, told a moment late */
    ck_assert_uint_eq(rows_of(WB_DB_RUNS), 0);
    begun_utc_us = wb_now_utc_us() + 1; /* the account has come again */
    tell_run(7);
    begun_utc_us = 0;
    ck_assert_uint_eq(rows_of(WB_DB_RUNS), 1);
}
END_TEST

/* `waybill ledger` failed as a whole, and so did the forgetting of old ones. */
START_TEST(a_ledger_that_cannot_be_read_does_not_hide_the_others)
{
    const wb_id broken = {
        {0, 7}
    };
    size_t dropped = 0;
    wb_txn *txn;

    tell_run(5);
    spoil_run(&broken);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_watch_runs(txn, 4, see_run, NULL, &r.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 1);
    set_aside();
    ck_assert_uint_eq(rows_of(WB_DB_RUNS), 1);
    spoil_run(&broken);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_watch_prune(txn, 4, wb_now_utc_us(), &dropped, &r.err));
    rig_commit(&r, &txn);
}
END_TEST

/* All that was told of the run since was taken for malformed. */
START_TEST(a_ledger_that_cannot_be_read_begins_anew)
{
    wb_txn *txn;

    spoil_run(&run);
    tell_run(9);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_watch_runs(txn, 4, see_run, NULL, &r.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(last_read, 9);
    set_aside();
    ck_assert_uint_eq(rows_of(WB_DB_RUNS), 1);
}
END_TEST

/* --- the timeline --- */

static wb_rc
see_event(void *arg, wb_view raw, wb_err *err)
{
    (void)arg, (void)raw, (void)err;
    seen++;
    return WB_OK;
}

START_TEST(an_event_of_a_timeline_that_cannot_be_read_is_set_aside)
{
    const wb_seen_event event = {.record = WB_VIEW_LIT(RECORD), .at_utc_us = wb_now_utc_us()};
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_timeline_put(txn, &event, WB_VIEW_LIT("\xc1"), 1, &r.err));
    rig_ok(&r, wb_timeline_put(txn, &event, WB_VIEW_LIT("\x80"), 2, &r.err));
    rig_commit(&r, &txn);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_timeline_read(txn, event.record, 0, see_event, NULL, &r.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 1);
    set_aside();
    ck_assert_uint_eq(rows_of(WB_DB_TIMELINE), 1);
}
END_TEST

/* A key too short for a day was the first of all: nothing old left any more. */
START_TEST(old_days_leave_past_a_key_that_has_none)
{
    const wb_seen_event old = {.record = WB_VIEW_LIT(RECORD), .at_utc_us = 1};
    size_t dropped = 0;
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_timeline_put(txn, &old, WB_VIEW_LIT("\x80"), 1, &r.err));
    rig_ok(&r, wb_kv_put(txn, WB_DB_TIMELINE, (wb_view){"\0", 1}, WB_VIEW_LIT("x"), &r.err));
    rig_ok(&r, wb_timeline_prune(txn, wb_now_utc_us(), &dropped, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(dropped, 1);
    set_aside();
    ck_assert_uint_eq(rows_of(WB_DB_TIMELINE), 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {an_event_that_cannot_be_read_does_not_take_its_batch_with_it,  0},
        {an_event_with_a_key_that_is_no_text_does_not_shift_the_others, 0},
        {what_happened_to_an_account_is_forgotten_alone,                0},
        {the_runs_of_an_account_are_forgotten_alone,                    0},
        {batches_that_cannot_be_read_are_kept_in_bounds,                0},
        {a_ledger_that_cannot_be_read_does_not_hide_the_others,         0},
        {a_ledger_that_cannot_be_read_begins_anew,                      0},
        {an_event_of_a_timeline_that_cannot_be_read_is_set_aside,       0},
        {old_days_leave_past_a_key_that_has_none,                       0},
        {NULL,                                                          0},
    };

    return wb_suite_run_in("actors.monitor.rows", cases, setup, teardown);
}
