/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks: found by record, and by when they are due
 */
#include "storage/tasks.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ACCOUNT WB_VIEW_LIT("acme/shop")

static rig r;

static wb_task_row
task(const char *record, int64_t due_utc_us)
{
    return (wb_task_row){.shard = 300,
                         .account = ACCOUNT,
                         .record = wb_view_of(record),
                         .status = WB_TASK_FAILED,
                         .attempts = 5,
                         .created_utc_us = 1700000000000000,
                         .updated_utc_us = 1700000000000001,
                         .due_utc_us = due_utc_us,
                         .name = WB_VIEW_LIT("number"),
                         .value = WB_VIEW_LIT("P-1"),
                         .parts = WB_VIEW_LIT("L-1,L-2"),
                         .error = WB_VIEW_LIT("not told"),
                         .envelope = WB_VIEW_LIT("envelope bytes")};
}

static void
put(const char *record, int64_t due_utc_us)
{
    wb_task_row row = task(record, due_utc_us);
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_tasks_put(txn, &row, &r.err));
    rig_commit(&r, &txn);
}

static uint64_t
rows_of(wb_db db)
{
    wb_store_stats stats;

    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    return stats.rows[db];
}

static wb_rc
note_record(void *arg, const wb_task_row *row, wb_err *err)
{
    wb_buf *names = arg;

    (void)err;
    wb_buf_addf(names, "%.*s ", WB_VIEW_ARG(row->record));
    return WB_OK;
}

static const char *
due_at(int64_t now_utc_us)
{
    static wb_buf names;
    wb_txn *txn = rig_begin(&r, false);

    wb_buf_fini(&names);
    wb_buf_init(&names, 4096);
    rig_ok(&r, wb_tasks_due(txn, now_utc_us, note_record, &names, &r.err));
    wb_txn_abort(&txn);
    return wb_buf_text(&names);
}

START_TEST(it_is_what_was_put)
{
    wb_task_row out;
    bool found = false;
    wb_txn *txn;

    rig_init(&r);
    put("a", 7);
    rig_reopen(&r);
    txn = rig_begin(&r, false);
    rig_ok(&r,
           wb_tasks_get(txn, (wb_row_name){300, ACCOUNT, WB_VIEW_LIT("a")}, &out, &found, &r.err));
    ck_assert(found && out.status == WB_TASK_FAILED && out.attempts == 5 && out.due_utc_us == 7);
    ck_assert_int_eq(out.created_utc_us, 1700000000000000);
    ck_assert_int_eq(out.updated_utc_us, 1700000000000001);
    ck_assert(wb_view_is(out.name, "number") && wb_view_is(out.value, "P-1"));
    ck_assert(wb_view_is(out.parts, "L-1,L-2") && wb_view_is(out.error, "not told"));
    ck_assert(wb_view_is(out.envelope, "envelope bytes"));
    rig_ok(&r,
           wb_tasks_get(txn, (wb_row_name){300, ACCOUNT, WB_VIEW_LIT("b")}, &out, &found, &r.err));
    ck_assert(!found);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(the_longest_due_comes_first_and_none_before_its_time)
{
    rig_init(&r);
    put("late", 30);
    put("soon", 10);
    put("mid", 20);
    ck_assert_str_eq(due_at(9), "");
    ck_assert_str_eq(due_at(20), "soon mid ");
    put("soon", 25); /* another time: it is there once */
    ck_assert_str_eq(due_at(30), "mid soon late ");
    ck_assert_uint_eq(rows_of(WB_DB_TASKS_DUE), 3);
    rig_fini(&r);
}
END_TEST

START_TEST(what_is_deleted_is_due_no_more)
{
    wb_txn *txn;

    rig_init(&r);
    put("a", 1);
    put("b", 2);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_tasks_delete(txn, (wb_row_name){300, ACCOUNT, WB_VIEW_LIT("a")}, &r.err));
    rig_ok(&r, wb_tasks_delete(txn, (wb_row_name){300, ACCOUNT, WB_VIEW_LIT("x")}, &r.err));
    rig_commit(&r, &txn);
    ck_assert_str_eq(due_at(9), "b ");
    ck_assert_uint_eq(rows_of(WB_DB_TASKS) + rows_of(WB_DB_TASKS_DUE), 2);
    rig_fini(&r);
}
END_TEST

/* One that cannot be read stops itself alone. */
START_TEST(a_damaged_one_is_passed_over)
{
    wb_row_key key;
    wb_txn *txn;

    rig_init(&r);
    put("a", 1);
    put("b", 2);
    wb_row_key_of(&key, (wb_row_name){300, ACCOUNT, WB_VIEW_LIT("a")});
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_kv_put(txn, WB_DB_TASKS, wb_row_key_view(&key), WB_VIEW_LIT("\1\3"), &r.err));
    rig_commit(&r, &txn);
    ck_assert_str_eq(due_at(9), "b ");
    ck_assert(wb_aside_noted(r.store));
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {it_is_what_was_put,                                   0},
        {the_longest_due_comes_first_and_none_before_its_time, 0},
        {what_is_deleted_is_due_no_more,                       0},
        {a_damaged_one_is_passed_over,                         0},
        {NULL,                                                 0},
    };

    return wb_suite_run("storage.tasks", rows);
}
