/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tend: young rows are folded when there is time for it, some at a time, and not beside a load
 */
#include "actors/runtime/custody/tend.h"

#include "storage/records.h"
#include "tests/unit/actors/runtime/loop/loop_kit.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define YOUNG 10
#define ROWS 8
#define LOAD_MS 1200    /* longer than it waits between two looks */
#define LOAD_WRITES 256 /* at once: many a second, however slow the disk */

typedef struct {
    wb_write write;
    unsigned first, count;
    int32_t status;
    bool waiting;
} filler;

static rig r;
static wb_commit *commit;
static wb_tend *tend;

static wb_rc
fill_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    filler *self = WB_CONTAINER(write, filler, write);
    wb_record_row row = {.status = self->status, .kind = WB_RECORD_ORDER};
    wb_rc rc = WB_OK;

    for (unsigned i = 0; i < self->count && !rc; i++) {
        char key[32];

        (void)snprintf(key, sizeof key, "a/x/order/%u", self->first + i);
        rc = wb_records_put(txn, 1, wb_view_of(key), &row, err);
    }
    return rc;
}

static void
fill_done(wb_write *write)
{
    WB_CONTAINER(write, filler, write)->waiting = false;
}

static void
begin_fill(filler *self)
{
    self->write = (wb_write){.apply = fill_apply, .done = fill_done};
    self->waiting = true;
    self->status++;
    wb_commit_add(commit, &self->write);
}

static void
fill(filler *self)
{
    begin_fill(self);
    while (self->waiting)
        turn(5);
}

static void
open_all(void)
{
    set_up();
    rig_init(&r);
    ck_assert_int_eq(wb_commit_new(&commit, loop, r.store, &r.err), WB_OK);
    tend = wb_tend_new(loop, r.store, commit);
    wb_tend_rule(tend, YOUNG, ROWS);
}

static void
close_all(void)
{
    wb_tend_destroy(&tend);
    wb_commit_destroy(&commit);
    rig_fini(&r);
    wb_loop_destroy(&loop);
}

static void
wait_folded(uint64_t rows)
{
    int64_t end = wb_now_ms() + DEADLINE_MS;

    while (wb_store_young_rows(r.store) > rows) {
        ck_assert_int_lt(wb_now_ms(), end);
        turn(5);
    }
}

START_TEST(folds_in_rest)
{
    filler some = {.count = 60};
    wb_commit_stats stats;

    fill(&some);
    ck_assert_uint_eq(wb_store_young_rows(r.store), 60);
    wait_folded(YOUNG);
    wb_commit_stat(commit, &stats);
    ck_assert_uint_eq(wb_store_young_rows(r.store), 60 - 7 * ROWS); /* seven folds reach 10 */
    ck_assert_uint_eq(stats.commits, 1 + 7);
}
END_TEST

/* What changes again before it is folded is folded once, with its last state. */
START_TEST(keeps_some_young)
{
    filler few = {.count = YOUNG};

    fill(&few);
    for (int64_t end = wb_now_ms() + LOAD_MS; wb_now_ms() < end;)
        turn(5);
    ck_assert_uint_eq(wb_store_young_rows(r.store), YOUNG);
}
END_TEST

START_TEST(not_beside_a_load)
{
    filler some = {.count = 60}, load[LOAD_WRITES] = {0};

    fill(&some);
    for (int64_t end = wb_now_ms() + LOAD_MS; wb_now_ms() < end;) {
        for (int i = 0; i < LOAD_WRITES; i++)
            begin_fill(&load[i]);
        while (load[LOAD_WRITES - 1].waiting)
            turn(5);
        ck_assert_uint_eq(wb_store_young_rows(r.store), 60);
    }
    wait_folded(YOUNG);
}
END_TEST

/* --- what has grown old --- */

typedef struct {
    size_t chunks, left; /* so far; of the pass */
} aging;

static wb_rc
age_step(void *arg, wb_txn *txn, bool *end, wb_err *err)
{
    aging *self = arg;

    (void)txn;
    (void)err;
    self->chunks++;
    *end = --self->left == 0;
    return WB_OK;
}

static void
wait_chunks(const aging *self, size_t chunks)
{
    int64_t end = wb_now_ms() + DEADLINE_MS;

    while (self->chunks < chunks) {
        ck_assert_int_lt(wb_now_ms(), end);
        turn(5);
    }
}

/* A pass goes chunk after chunk, and rests at its end. */
START_TEST(ages_in_rest)
{
    aging old = {.left = 3};

    wb_tend_age(tend, &(wb_tend_aging){.step = age_step, .arg = &old, .first_ms = 1});
    wait_chunks(&old, 3);
    for (int64_t end = wb_now_ms() + LOAD_MS; wb_now_ms() < end;)
        turn(5);
    ck_assert_uint_eq(old.chunks, 3);
}
END_TEST

START_TEST(does_not_age_beside_a_load)
{
    filler load[LOAD_WRITES] = {0};
    aging old = {.left = SIZE_MAX};
    size_t most = 0;

    wb_tend_age(tend, &(wb_tend_aging){.step = age_step, .arg = &old, .first_ms = LOAD_MS / 4});
    for (int64_t end = wb_now_ms() + LOAD_MS; wb_now_ms() < end;) {
        for (int i = 0; i < LOAD_WRITES; i++)
            begin_fill(&load[i]);
        while (load[LOAD_WRITES - 1].waiting)
            turn(5);
        most = old.chunks;
    }
    ck_assert_uint_eq(most, 0);
    wait_chunks(&old, 1);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {folds_in_rest,              0},
        {keeps_some_young,           0},
        {not_beside_a_load,          0},
        {ages_in_rest,               0},
        {does_not_age_beside_a_load, 0},
        {NULL,                       0},
    };

    return wb_suite_run_in("runtime.tend", tests, open_all, close_all);
}
