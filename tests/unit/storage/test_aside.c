/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside: one row that cannot be read does not stop what is behind it; it is parked with its bytes
 */
#include "storage/aside.h"

#include "storage/marks.h"
#include "storage/records.h"
#include "storage/runs.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ACCOUNT WB_VIEW_LIT("t/shop")
#define NEWER WB_VIEW_LIT("\x63of a newer release")

static rig r;
static size_t seen, told;
static wb_parked_row last; /* told; its views are gone */
static char last_reason[200];

static void
setup(void)
{
    wb_txn *txn;

    rig_init(&r);
    seen = told = 0;
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_shards_claim(txn, 3, 1, &r.err));
    rig_commit(&r, &txn);
}

static void
teardown(void)
{
    rig_fini(&r);
}

/* --- rows of each table that is walked: two good ones, and what stands between them --- */

static void
put_job(wb_txn *txn, const char *name)
{
    wb_job_row row = {.shard = 3, .account = ACCOUNT, .name = wb_view_of(name), .due_utc_us = 1};

    row.envelope = WB_VIEW_LIT("message");
    rig_ok(&r, wb_jobs_put(txn, &row, &r.err));
}

static void
put_want(wb_txn *txn, const char *name)
{
    wb_outbox_row row = {.shard = 3, .target = ACCOUNT, .record = wb_view_of(name), .revision = 1};

    rig_ok(&r, wb_outbox_put(txn, &row, &r.err));
}

static void
put_letter(wb_txn *txn, const char *name)
{
    wb_parked_row row = {.shard = 3, .account = ACCOUNT, .reason = WB_VIEW_LIT("why")};

    memset(row.id.bytes, name[0], sizeof row.id.bytes);
    rig_ok(&r, wb_parked_put(txn, &row, &r.err));
}

static void
put_run(wb_txn *txn, const char *name)
{
    wb_run_row row = {.shard = 3, .account = ACCOUNT, .stream = WB_VIEW_LIT("s")};

    memset(row.id.bytes, name[0], sizeof row.id.bytes);
    rig_ok(&r, wb_runs_put(txn, &row, &r.err));
}

static wb_rc
see_job(void *arg, const wb_job_row *row, wb_err *err)
{
    (void)arg, (void)row, (void)err;
    seen++;
    return WB_OK;
}

static wb_rc
see_want(void *arg, const wb_outbox_row *row, wb_err *err)
{
    (void)arg, (void)row, (void)err;
    seen++;
    return WB_OK;
}

static wb_rc
see_letter(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)err;
    if (!arg || wb_view_is(row->reason, "why"))
        seen++;
    return WB_OK;
}

static wb_rc
see_run(void *arg, const wb_run_row *row, wb_err *err)
{
    (void)arg, (void)row, (void)err;
    seen++;
    return WB_OK;
}

static wb_rc
scan_jobs(wb_txn *txn)
{
    return wb_jobs_scan(txn, (wb_row_name){3, ACCOUNT, (wb_view){0}}, see_job, NULL, &r.err);
}

static wb_rc
scan_due(wb_txn *txn)
{
    return wb_jobs_due(txn, ACCOUNT, 5, see_job, NULL, &r.err);
}

static wb_rc
scan_wants(wb_txn *txn)
{
    return wb_outbox_scan(txn, (wb_outbox_key){ACCOUNT, 0, (wb_view){0}}, see_want, NULL, &r.err);
}

static wb_rc
scan_letters(wb_txn *txn)
{
    return wb_parked_scan(txn, 3, NULL, see_letter, &r, &r.err);
}

static wb_rc
scan_runs(wb_txn *txn)
{
    return wb_runs_scan(txn, 3, see_run, NULL, &r.err);
}

static const struct {
    wb_db db;
    const char *table, *account, *record;
    void (*put)(wb_txn *txn, const char *name);
    wb_rc (*scan)(wb_txn *txn);
} walks[] = {
    {WB_DB_JOBS,   "jobs",   "t/shop", "b/b/order/a-long-name", put_job,    scan_jobs   },
    {WB_DB_JOBS,   "jobs",   "t/shop", "b/b/order/a-long-name", put_job,    scan_due    },
    {WB_DB_OUTBOX, "outbox", "t/shop", "b/b/order/a-long-name", put_want,   scan_wants  },
    {WB_DB_PARKED, "parked", "",       "",                      put_letter, scan_letters},
    {WB_DB_RUNS,   "runs",   "",       "",                      put_run,    scan_runs   },
};

/* The key of the row in the middle, whatever the table's keys are. */
static wb_rc
take_key(void *arg, wb_view key, wb_view value, wb_err *err)
{
    wb_buf *keys = arg;

    (void)value, (void)err;
    if (seen++ == 1) {
        wb_buf_clear(keys);
        wb_buf_add_view(keys, key);
    }
    return WB_OK;
}

static void
damage_the_second(int at, wb_buf *key)
{
    wb_txn *txn = rig_begin(&r, true);

    walks[at].put(txn, "a/a/order/1");
    walks[at].put(txn, "b/b/order/a-long-name");
    walks[at].put(txn, "c/c/order/3");
    wb_buf_init(key, 1024);
    rig_ok(&r, wb_kv_scan(txn, walks[at].db, (wb_kv_range){0}, take_key, key, &r.err));
    rig_ok(&r, wb_kv_put(txn, walks[at].db, wb_buf_view(key), NEWER, &r.err));
    rig_commit(&r, &txn);
    seen = 0;
}

static wb_rc
tell(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)arg, (void)err;
    told++;
    last = *row;
    snprintf(last_reason, sizeof last_reason, "%.*s", WB_VIEW_ARG(row->reason));
    return WB_OK;
}

static void
set_aside(void)
{
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_aside_park(txn, tell, NULL, &r.err));
    wb_txn_abort(&txn); /* a full map lets it run twice */
    told = 0;
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_aside_park(txn, tell, NULL, &r.err));
    rig_commit(&r, &txn);
    wb_aside_parked(r.store);
}

/* What is parked is the table's name, the key, the value. */
static void
check_letter(int at, wb_view key)
{
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_txn *txn = rig_begin(&r, false);
    wb_parked_row row;
    bool found = false;

    wb_buf_init(&scratch, 4096);
    rig_ok(&r, wb_parked_get(txn, (wb_parked_place){3, last.id}, &scratch, &row, &found, &r.err));
    ck_assert(found);
    ck_assert(wb_view_is(row.account, walks[at].account));
    ck_assert(wb_view_is(row.record, walks[at].record));
    ck_assert_ptr_nonnull(memmem(row.envelope.data, row.envelope.len, NEWER.data, NEWER.len));
    ck_assert_ptr_nonnull(memmem(row.envelope.data, row.envelope.len, key.data, key.len));
    wb_txn_abort(&txn);
}

START_TEST(a_row_that_cannot_be_read_is_passed_over_and_parked)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_txn *txn;

    damage_the_second(_i, &key);
    txn = rig_begin(&r, false);
    rig_ok(&r, walks[_i].scan(txn));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 2);
    ck_assert(wb_aside_noted(r.store));
    set_aside();
    ck_assert_uint_eq(told, 1);
    ck_assert_ptr_eq(strstr(last_reason, WB_ASIDE_DAMAGED ": "), last_reason);
    ck_assert_ptr_nonnull(strstr(last_reason, walks[_i].table));
    check_letter(_i, wb_buf_view(&key));
    ck_assert(!wb_aside_noted(r.store));
    txn = rig_begin(&r, false);
    seen = 0;
    rig_ok(&r, walks[_i].scan(txn));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 2);
    ck_assert(!wb_aside_noted(r.store)); /* gone, and its ready row */
}
END_TEST

/* Each receipt asked for it, and ended the process. */
START_TEST(what_is_asked_for_by_name_is_not_there_and_may_be_written_over)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_txn *txn;
    wb_job_row row;
    bool found = true;

    damage_the_second(0, &key);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_jobs_get(txn, (wb_row_name){3, ACCOUNT, WB_VIEW_LIT("b/b/order/a-long-name")},
                           &row, &found, &r.err));
    ck_assert(!found);
    put_job(txn, "b/b/order/a-long-name");
    rig_ok(&r, wb_jobs_get(txn, (wb_row_name){3, ACCOUNT, WB_VIEW_LIT("b/b/order/a-long-name")},
                           &row, &found, &r.err));
    ck_assert(found);
    rig_commit(&r, &txn);
    set_aside();
    ck_assert_uint_eq(told, 1);
    check_letter(0, wb_buf_view(&key));
    txn = rig_begin(&r, true);
    rig_ok(&r, scan_jobs(txn));
    ck_assert_uint_eq(seen, 3); /* the new one stays */
    rig_ok(&r, wb_jobs_delete(txn, (wb_row_name){3, ACCOUNT, WB_VIEW_LIT("b/b/order/a-long-name")},
                              &r.err));
    rig_commit(&r, &txn);
}
END_TEST

/* The second of three young jobs; `whole`: its key. */
static void
damage_a_young_job(bool wholly, wb_buf *whole)
{
    WB_AUTO(wb_buf_fini) wb_buf at = {0};
    WB_AUTO(wb_buf_fini) wb_buf value = {0};
    wb_view found = {NULL, 0};
    wb_txn *txn;
    size_t len;

    r.conf.young_jobs = true;
    rig_reopen(&r);
    txn = rig_begin(&r, true);
    put_job(txn, "a/a/order/1");
    put_job(txn, "b/b/order/a-long-name");
    put_job(txn, "c/c/order/3");
    wb_buf_init(&at, 64);
    wb_buf_init(&value, 1024);
    wb_buf_init(whole, 1024);
    rig_ok(&r, wb_kv_scan(txn, WB_DB_JOBS_YOUNG, (wb_kv_range){0}, take_key, &at, &r.err));
    rig_ok(&r, wb_kv_get(txn, WB_DB_JOBS_YOUNG, wb_buf_view(&at), &found, &r.err));
    len = (uint8_t)found.data[found.len - 1];
    wb_buf_add(whole, found.data + found.len - 2 - len, len);
    wb_buf_add_view(&value, NEWER);
    if (!wholly)
        wb_buf_add(&value, found.data + found.len - 2 - len, len + 2);
    rig_ok(&r, wb_kv_put(txn, WB_DB_JOBS_YOUNG, wb_buf_view(&at), wb_buf_view(&value), &r.err));
    rig_commit(&r, &txn);
    seen = 0;
}

START_TEST(a_young_job_that_cannot_be_read_is_parked)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_txn *txn;

    damage_a_young_job(false, &key);
    txn = rig_begin(&r, false);
    rig_ok(&r, walks[_i].scan(txn));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 2);
    set_aside();
    ck_assert_uint_eq(told, 1);
    ck_assert_ptr_nonnull(strstr(last_reason, "jobs"));
    check_letter(0, wb_buf_view(&key));
    txn = rig_begin(&r, false);
    seen = 0;
    rig_ok(&r, walks[_i].scan(txn));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 2);
    ck_assert(!wb_aside_noted(r.store)); /* gone */
}
END_TEST

/* Nobody knows whose it was; the next start says so. */
START_TEST(a_young_job_that_lost_its_key_is_parked_at_the_start)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_txn *txn;

    damage_a_young_job(true, &key);
    rig_reopen(&r);
    ck_assert(wb_aside_noted(r.store));
    set_aside();
    ck_assert_uint_eq(told, 1);
    ck_assert_ptr_nonnull(strstr(last_reason, "jobs.young"));
    rig_reopen(&r);
    ck_assert(!wb_aside_noted(r.store));
    txn = rig_begin(&r, false);
    rig_ok(&r, scan_jobs(txn));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 2);
}
END_TEST

START_TEST(a_mark_that_cannot_be_read_may_have_left)
{
    wb_txn *txn = rig_begin(&r, true);
    wb_mark_row row = {.revision = 7, .outcome = WB_OUTCOME_HANDED_ON};
    bool found = false;

    rig_ok(&r, wb_kv_put(txn, WB_DB_MARKS, WB_VIEW_LIT("\0\3\6t/shopt/shop/order/the-mark"), NEWER,
                         &r.err));
    rig_commit(&r, &txn);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){3, ACCOUNT, WB_VIEW_LIT("t/shop/order/the-mark")},
                            &row, &found, &r.err));
    ck_assert(found);
    ck_assert_uint_eq(row.revision, 0);
    ck_assert_uint_gt(row.left_revision, 0);
    row.revision = 9;
    row.left_revision = 0;
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, ACCOUNT, WB_VIEW_LIT("t/shop/order/the-mark")},
                            &row, &r.err));
    rig_commit(&r, &txn);
    set_aside();
    ck_assert_uint_eq(told, 1);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){3, ACCOUNT, WB_VIEW_LIT("t/shop/order/the-mark")},
                            &row, &found, &r.err));
    ck_assert_uint_eq(row.revision, 9);
    wb_txn_abort(&txn);
    ck_assert(!wb_aside_noted(r.store));
}
END_TEST

START_TEST(a_record_that_cannot_be_read_is_parked_before_it_is_written_anew)
{
    wb_txn *txn = rig_begin(&r, true);
    wb_record_row row = {0};
    bool found = true;

    rig_ok(&r, wb_kv_put(txn, WB_DB_RECORDS, WB_VIEW_LIT("\0\3t/shop/order/the-record"), NEWER,
                         &r.err));
    rig_ok(&r,
           wb_records_get(txn, 3, WB_VIEW_LIT("t/shop/order/the-record"), &row, &found, &r.err));
    ck_assert(!found);
    row.revision = 5;
    rig_ok(&r, wb_records_put(txn, 3, WB_VIEW_LIT("t/shop/order/the-record"), &row, &r.err));
    rig_commit(&r, &txn);
    set_aside();
    ck_assert_uint_eq(told, 1);
    ck_assert_ptr_nonnull(strstr(last_reason, "records"));
    txn = rig_begin(&r, false);
    rig_ok(&r,
           wb_records_get(txn, 3, WB_VIEW_LIT("t/shop/order/the-record"), &row, &found, &r.err));
    ck_assert(found && row.revision == 5);
    wb_txn_abort(&txn);
}
END_TEST

/* Their notes stay for a life, and behind the last one nothing was parked any more. */
START_TEST(however_many_records_cannot_be_read_each_is_parked_before_it_is_written_anew)
{
    wb_record_row row = {0};
    bool found = true;
    wb_txn *txn;
    wb_store_stats stats;

    for (int i = 0; i < 300; i++) {
        char key[40];
        size_t len = (size_t)snprintf(key + 2, sizeof key - 2, "t/shop/order/number-%d", i) + 2;

        key[0] = 0, key[1] = 3;
        txn = rig_begin(&r, true);
        rig_ok(&r, wb_kv_put(txn, WB_DB_RECORDS, (wb_view){key, len}, NEWER, &r.err));
        rig_ok(&r, wb_records_get(txn, 3, (wb_view){key + 2, len - 2}, &row, &found, &r.err));
        ck_assert(!found);
        rig_ok(&r, wb_records_put(txn, 3, (wb_view){key + 2, len - 2}, &row, &r.err));
        rig_commit(&r, &txn);
    }
    set_aside();
    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    ck_assert_uint_eq(stats.rows[WB_DB_PARKED], 300);
}
END_TEST

START_TEST(a_cursor_that_cannot_be_read_begins_anew)
{
    wb_txn *txn = rig_begin(&r, true);
    wb_cursor_row row;
    bool found = true;

    rig_ok(&r,
           wb_kv_put(txn, WB_DB_CURSORS, WB_VIEW_LIT("\0\3\6t/shoporders.sync"), NEWER, &r.err));
    rig_commit(&r, &txn);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_cursors_get(txn, (wb_row_name){3, ACCOUNT, WB_VIEW_LIT("orders.sync")}, &row,
                              &found, &r.err));
    ck_assert(!found);
    wb_txn_abort(&txn);
    set_aside();
    ck_assert_uint_eq(told, 1);
    ck_assert_ptr_nonnull(strstr(last_reason, "cursors"));
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_row_that_cannot_be_read_is_passed_over_and_parked,                          WB_COUNT(walks)},
        {what_is_asked_for_by_name_is_not_there_and_may_be_written_over,               0              },
        {a_young_job_that_cannot_be_read_is_parked,                                    2              },
        {a_young_job_that_lost_its_key_is_parked_at_the_start,                         0              },
        {a_mark_that_cannot_be_read_may_have_left,                                     0              },
        {a_record_that_cannot_be_read_is_parked_before_it_is_written_anew,             0              },
        {however_many_records_cannot_be_read_each_is_parked_before_it_is_written_anew, 0              },
        {a_cursor_that_cannot_be_read_begins_anew,                                     0              },
        {NULL,                                                                         0              },
    };

    return wb_suite_run_in("storage.aside", cases, setup, teardown);
}
