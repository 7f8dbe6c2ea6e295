/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A job's ticket: comes with the job's row, goes with it, and with a row that has none any more
 */
#include "storage/tickets.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/jobs.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ACCOUNT WB_VIEW_LIT("acme/erp")
#define NAME WB_VIEW_LIT("acme/shop/order/1")

static rig r;

static wb_job_row
job(uint32_t flags)
{
    wb_job_row row = {.shard = 7,
                      .account = ACCOUNT,
                      .name = NAME,
                      .due_utc_us = 5,
                      .flags = flags,
                      .envelope = WB_VIEW_LIT("envelope bytes")};

    if (flags & WB_JOB_TICKET)
        row.ticket = (wb_ticket){.op = WB_VIEW_LIT("records.put"),
                                 .ticket = WB_VIEW_LIT("t-1"),
                                 .number = 300,
                                 .revision = UINT64_C(1) << 50,
                                 .since_utc_us = 1700000000000000,
                                 .doubted = true};
    row.ticket.attempt.bytes[15] = 9;
    return row;
}

static void
put(const wb_job_row *row)
{
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_jobs_put(txn, row, &r.err));
    rig_commit(&r, &txn);
}

static size_t
tickets(void)
{
    wb_store_stats stats;

    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    return (size_t)stats.rows[WB_DB_TICKETS];
}

START_TEST(it_comes_with_its_job)
{
    wb_job_row row = job(WB_JOB_TICKET | WB_JOB_UNKNOWN), out;
    bool found = false;
    wb_txn *txn;

    rig_init(&r);
    put(&row);
    rig_reopen(&r);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_jobs_get(txn, (wb_row_name){7, ACCOUNT, NAME}, &out, &found, &r.err));
    ck_assert(found && out.flags == (WB_JOB_TICKET | WB_JOB_UNKNOWN));
    ck_assert(wb_view_is(out.ticket.op, "records.put") && wb_view_is(out.ticket.ticket, "t-1"));
    ck_assert_uint_eq(out.ticket.attempt.bytes[15], 9);
    ck_assert_uint_eq(out.ticket.number, 300);
    ck_assert_uint_eq(out.ticket.revision, UINT64_C(1) << 50);
    ck_assert_int_eq(out.ticket.since_utc_us, 1700000000000000);
    ck_assert(out.ticket.doubted);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(it_goes_with_a_row_that_has_none)
{
    wb_job_row with = job(WB_JOB_TICKET), without = job(WB_JOB_AGAIN), copied = with;

    rig_init(&r);
    put(&with);
    put(&with); /* over itself */
    ck_assert_uint_eq(tickets(), 1);
    copied.ticket = (wb_ticket){0}; /* as a scan gives it */
    put(&copied);
    ck_assert_uint_eq(tickets(), 1);
    put(&without);
    ck_assert_uint_eq(tickets(), 0);
    put(&without);
    rig_fini(&r);
}
END_TEST

START_TEST(it_goes_with_its_job)
{
    wb_job_row row = job(WB_JOB_TICKET);
    wb_txn *txn;

    rig_init(&r);
    put(&row);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_jobs_delete(txn, (wb_row_name){7, ACCOUNT, NAME}, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(tickets(), 0);
    rig_fini(&r);
}
END_TEST

static wb_rc
see_due(void *arg, const wb_job_row *row, wb_err *err)
{
    (void)err;
    *(bool *)arg = wb_view_is(row->ticket.ticket, "t-1");
    return WB_OK;
}

START_TEST(what_is_due_has_it)
{
    wb_job_row row = job(WB_JOB_TICKET);
    bool seen = false;
    wb_txn *txn;

    rig_init(&r);
    put(&row);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_jobs_due(txn, ACCOUNT, 10, see_due, &seen, &r.err));
    ck_assert(seen);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Its job is as good as before: only nobody can be asked by the ticket. */
START_TEST(one_that_cannot_be_read_is_none)
{
    static const char key[] = "\x00\x07\x08"
                              "acme/erp"
                              "acme/shop/order/1";
    wb_job_row row = job(WB_JOB_TICKET), out;
    bool found = false;
    wb_txn *txn;

    rig_init(&r);
    put(&row);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_kv_put(txn, WB_DB_TICKETS, (wb_view){key, sizeof key - 1},
                         WB_VIEW_LIT("\x01\x7f"), &r.err));
    rig_commit(&r, &txn);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_jobs_get(txn, (wb_row_name){7, ACCOUNT, NAME}, &out, &found, &r.err));
    ck_assert(found && !out.ticket.op.len && wb_view_is(out.envelope, "envelope bytes"));
    wb_txn_abort(&txn);
    ck_assert(wb_aside_noted(r.store));
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {it_comes_with_its_job,            0},
        {it_goes_with_a_row_that_has_none, 0},
        {it_goes_with_its_job,             0},
        {what_is_due_has_it,               0},
        {one_that_cannot_be_read_is_none,  0},
        {NULL,                             0},
    };

    return wb_suite_run("storage.tickets", cases);
}
