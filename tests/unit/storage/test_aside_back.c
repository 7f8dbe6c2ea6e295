/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside_back: a row that was set aside goes back when this release can read it, and only then
 */
#include "protocol/pack.h"
#include "storage/aside.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define SHOP WB_VIEW_LIT("t/shop")

static rig r;
static size_t seen;

static void
setup(void)
{
    rig_init(&r);
    seen = 0;
}

static void
teardown(void)
{
    rig_fini(&r);
}

static void
good_job(wb_job_row *row, wb_buf *envelope)
{
    wb_envelope env = {.kind = WB_KIND_RAW, .id = {{1}}, .body = WB_VIEW_LIT("x")};

    env.tenant = WB_VIEW_LIT("t");
    env.account = WB_VIEW_LIT("shop");
    env.connector = WB_VIEW_LIT("kit");
    env.record_kind = WB_RECORD_ORDER;
    env.record = WB_VIEW_LIT("t/shop/order/1");
    env.observed_utc_us = 1;
    wb_buf_init(envelope, 4096);
    rig_ok(&r, wb_envelope_store(&env, envelope, &r.err));
    *row = (wb_job_row){.shard = 3, .account = SHOP, .name = env.record, .due_utc_us = 1};
    row->flags = WB_JOB_LEAVING;
    row->envelope = wb_buf_view(envelope);
}

static wb_rc
keep_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    wb_buf *letter = arg;

    (void)err;
    wb_pack_array(letter, 3);
    wb_pack_text(letter, WB_VIEW_LIT("jobs"));
    wb_pack_bytes(letter, key);
    wb_pack_bytes(letter, value);
    return WB_FULL;
}

/* A letter as the former release parked it: what it could not read, this one can. */
static void
letter_of_job(wb_buf *letter)
{
    WB_AUTO(wb_buf_fini) wb_buf envelope = {0};
    wb_txn *txn = rig_begin(&r, true);
    wb_job_row row;

    good_job(&row, &envelope);
    wb_buf_init(letter, 8192);
    rig_ok(&r, wb_jobs_put(txn, &row, &r.err));
    rig_ok(&r, wb_kv_scan(txn, WB_DB_JOBS, (wb_kv_range){0}, keep_row, letter, &r.err));
    rig_ok(&r, wb_jobs_delete(txn, (wb_row_name){3, SHOP, row.name}, &r.err));
    rig_commit(&r, &txn);
}

static wb_rc
see_due(void *arg, const wb_job_row *row, wb_err *err)
{
    (void)arg, (void)err;
    ck_assert_uint_eq(row->flags, WB_JOB_REVIVED | WB_JOB_LEAVING | WB_JOB_AGAIN | WB_JOB_UNKNOWN);
    seen++;
    return WB_OK;
}

START_TEST(a_row_that_can_be_read_after_an_upgrade_goes_back)
{
    WB_AUTO(wb_buf_fini) wb_buf letter = {0};
    wb_txn *txn;

    letter_of_job(&letter);
    r.conf.young_jobs = _i == 1;
    rig_reopen(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_aside_restore(txn, wb_buf_view(&letter), &r.err));
    rig_ok(&r, wb_jobs_due(txn, SHOP, 5, see_due, NULL, &r.err));
    ck_assert_uint_eq(seen, 1); /* and may have left */
    ck_assert_int_eq(wb_aside_restore(txn, wb_buf_view(&letter), &r.err), WB_REJECT);
    ck_assert_ptr_nonnull(strstr(r.err.text, "newer"));
    rig_commit(&r, &txn);
}
END_TEST

static const struct {
    wb_view letter;
    const char *says;
} no_way_back[] = {
    {WB_VIEW_LIT("\x93\xa4jobs\xc4\x0a\0\3\6t/shopx\xc4\2\x63\x63"), "release that wrote it"},
    {WB_VIEW_LIT("\x93\xa4seen\xc4\x01k\xc4\1v"),                    "made up for"          },
    {WB_VIEW_LIT("\x93\xaajobs.young\xc4\x01k\xc4\1v"),              "which job it was"     },
    {WB_VIEW_LIT("\xc1"),                                            "drop it"              },
    {{NULL, 0},                                                      "drop it"              },
};

START_TEST(a_row_that_cannot_go_back_is_refused_with_what_to_do)
{
    wb_txn *txn = rig_begin(&r, true);

    ck_assert_int_eq(wb_aside_restore(txn, no_way_back[_i].letter, &r.err), WB_REJECT);
    ck_assert_msg(strstr(r.err.text, no_way_back[_i].says), "%s", r.err.text);
    ck_assert_msg(strstr(r.err.text, "drop it"), "%s", r.err.text);
    rig_commit(&r, &txn);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_row_that_can_be_read_after_an_upgrade_goes_back,    2                    },
        {a_row_that_cannot_go_back_is_refused_with_what_to_do, WB_COUNT(no_way_back)},
        {NULL,                                                 0                    },
    };

    return wb_suite_run_in("storage.aside_back", cases, setup, teardown);
}
