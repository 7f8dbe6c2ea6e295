/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what has grown old leaves in chunks, wherever it lies: written lately or long ago, and nothing
 * else leaves with it
 */
#include "storage/age.h"

#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ROWS 2500 /* more than two chunks */
#define TARGET WB_VIEW_LIT("acme/erp")
#define OLD 100
#define YOUNG 900
#define BEFORE 500

static rig r;

static void
setup(void)
{
    rig_init(&r);
}

static void
teardown(void)
{
    rig_fini(&r);
}

static wb_view
name_of(char *dst, size_t size, unsigned n)
{
    return (wb_view){dst, (size_t)snprintf(dst, size, "acme/shop/order/%u", n)};
}

/* Every third is old; those of an even number are folded into the table of all keys. */
static bool
is_old(unsigned n)
{
    return n % 3 == 0;
}

static uint16_t
shard_of(unsigned n)
{
    return (uint16_t)(n % 7);
}

static void
put_mark(wb_txn *txn, unsigned n, int64_t at)
{
    char name[40];
    wb_mark_row row = {.revision = n + 1, .outcome = WB_OUTCOME_HANDED_ON, .at_utc_us = at};

    rig_ok(&r, wb_marks_put(txn, (wb_row_name){shard_of(n), TARGET, name_of(name, sizeof name, n)},
                            &row, &r.err));
}

static void
put_record(wb_txn *txn, unsigned n, int64_t at)
{
    char name[40];
    wb_record_row row = {.revision = n + 1,
                         .kind = WB_RECORD_ORDER,
                         .changed_utc_us = at,
                         .canonical = WB_VIEW_LIT("bytes")};

    rig_ok(&r, wb_records_put(txn, shard_of(n), name_of(name, sizeof name, n), &row, &r.err));
}

static void
fold(void)
{
    size_t moved = 0;
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_store_fold(txn, 2 * ROWS, &moved, &r.err));
    rig_commit(&r, &txn);
}

static void
fill(void (*put)(wb_txn *txn, unsigned n, int64_t at))
{
    for (unsigned odd = 0; odd < 2; odd++) {
        wb_txn *txn = rig_begin(&r, true);

        for (unsigned n = odd; n < ROWS; n += 2)
            put(txn, n, is_old(n) ? OLD : YOUNG);
        rig_commit(&r, &txn);
        if (!odd)
            fold();
    }
}

static wb_rc
old_record(void *arg, wb_txn *txn, const wb_age_record *record, bool *out, wb_err *err)
{
    (void)arg;
    (void)txn;
    (void)err;
    *out = record->row->changed_utc_us < BEFORE;
    return WB_OK;
}

/* Passes until nothing is dropped; how many were. A chunk that is not committed is done again. */
static size_t
age_all(bool records)
{
    wb_age at = {0};
    size_t dropped = 0, chunks = 0;

    do {
        wb_txn *txn = rig_begin(&r, true);

        rig_ok(&r, records ? wb_records_age(txn, &at, old_record, NULL, &r.err)
                           : wb_marks_age(txn, &at, BEFORE, &r.err));
        ck_assert_uint_le(at.looked, WB_STORE_CHUNK_MAX);
        ck_assert_uint_lt(++chunks, 20);
        dropped += at.dropped;
        rig_commit(&r, &txn);
    } while (!at.end);
    wb_age_fini(&at);
    return dropped;
}

static bool
there(wb_txn *txn, bool records, unsigned n)
{
    char name[40];
    wb_record_row record;
    wb_mark_row mark;
    bool found = false;

    rig_ok(&r, records ? wb_records_get(txn, shard_of(n), name_of(name, sizeof name, n), &record,
                                        &found, &r.err)
                       : wb_marks_get(
                             txn, (wb_row_name){shard_of(n), TARGET, name_of(name, sizeof name, n)},
                             &mark, &found, &r.err));
    return found;
}

START_TEST(what_is_old_leaves_and_nothing_else)
{
    bool records = _i;
    wb_txn *txn;

    fill(records ? put_record : put_mark);
    ck_assert_uint_eq(age_all(records), (ROWS + 2) / 3);
    ck_assert_uint_eq(age_all(records), 0);
    rig_reopen(&r);
    txn = rig_begin(&r, false);
    for (unsigned n = 0; n < ROWS; n++)
        ck_assert_msg(there(txn, records, n) == !is_old(n), "%u", n);
    wb_txn_abort(&txn);
}
END_TEST

/* Old in the table of all keys, and written again since: the young one counts. */
START_TEST(what_was_written_again_stays)
{
    wb_txn *txn = rig_begin(&r, true);

    put_record(txn, 1, OLD);
    put_record(txn, 2, OLD);
    rig_commit(&r, &txn);
    fold();
    txn = rig_begin(&r, true);
    put_record(txn, 1, YOUNG);
    rig_commit(&r, &txn);
    ck_assert_uint_eq(age_all(true), 1);
    txn = rig_begin(&r, false);
    ck_assert(there(txn, true, 1) && !there(txn, true, 2));
    wb_txn_abort(&txn);
}
END_TEST

/* A write of which nobody knows the outcome may have left later than what was delivered. */
START_TEST(a_mark_is_as_young_as_what_may_have_left)
{
    wb_mark_row row = {.at_utc_us = OLD, .left_revision = 9, .left_utc_us = YOUNG};
    char name[40];
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_marks_put(txn, (wb_row_name){1, TARGET, name_of(name, sizeof name, 1)}, &row,
                            &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(age_all(false), 0);
}
END_TEST

START_TEST(an_aborted_chunk_drops_nothing)
{
    wb_age at = {0};
    wb_txn *txn;

    fill(put_record);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_records_age(txn, &at, old_record, NULL, &r.err));
    ck_assert_uint_gt(at.dropped, 0);
    wb_txn_abort(&txn);
    wb_age_fini(&at);
    ck_assert_uint_eq(age_all(true), (ROWS + 2) / 3);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_is_old_leaves_and_nothing_else,      2},
        {what_was_written_again_stays,             0},
        {a_mark_is_as_young_as_what_may_have_left, 0},
        {an_aborted_chunk_drops_nothing,           0},
        {NULL,                                     0},
    };

    return wb_suite_run_in("storage.age", tests, setup, teardown);
}
