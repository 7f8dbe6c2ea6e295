/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored work: put, replace, delete, what is due when; a long random run against a model
 */
#include "storage/jobs.h"

#include "protocol/base/random.h"
#include "storage/decode.h"
#include "storage/strays.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ACCOUNT WB_VIEW_LIT("acme/shop")

static wb_job_row
job(const char *name, wb_priority priority, int64_t due)
{
    return (wb_job_row){
        .shard = 7,
        .account = ACCOUNT,
        .name = wb_view_of(name),
        .priority = priority,
        .due_utc_us = due,
        .stored_utc_us = 1700000000000000,
        .attempts = 3,
        .behind = 4,
        .flags = WB_JOB_LEAVING | WB_JOB_AGAIN,
        .error = WB_VIEW_LIT("timeout"),
        .envelope = WB_VIEW_LIT("envelope bytes"),
    };
}

typedef struct {
    char names[4000];
    int stop_after;
} listed;

static wb_rc
list_name(void *arg, const wb_job_row *row, wb_err *err)
{
    listed *self = arg;
    size_t at = strlen(self->names);

    (void)err;
    snprintf(self->names + at, sizeof self->names - at, "%.*s ", WB_VIEW_ARG(row->name));
    return self->stop_after-- == 1 ? WB_FULL : WB_OK;
}

static void
put(rig *r, wb_txn *txn, const char *name, wb_priority priority, int64_t due)
{
    wb_job_row row = job(name, priority, due);

    rig_ok(r, wb_jobs_put(txn, &row, &r->err));
}

START_TEST(round_trip)
{
    wb_job_row row = job("a/b/order/1", WB_PRIORITY_BACKFILL, 5), out;
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_jobs_put(txn, &row, &r.err));
    rig_commit(&r, &txn);
    rig_reopen(&r);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_jobs_get(txn, (wb_row_name){7, ACCOUNT, row.name}, &out, &found, &r.err));
    ck_assert(found && out.shard == 7 && out.priority == WB_PRIORITY_BACKFILL);
    ck_assert(wb_view_eq(out.account, ACCOUNT) && wb_view_eq(out.name, row.name));
    ck_assert_int_eq(out.due_utc_us, 5);
    ck_assert_int_eq(out.stored_utc_us, row.stored_utc_us);
    ck_assert_uint_eq(out.attempts, 3);
    ck_assert_uint_eq(out.behind, 4);
    ck_assert_uint_eq(out.flags, row.flags);
    ck_assert(wb_view_is(out.error, "timeout") && wb_view_is(out.envelope, "envelope bytes"));
    rig_ok(&r, wb_jobs_get(txn, (wb_row_name){8, ACCOUNT, row.name}, &out, &found, &r.err));
    ck_assert(!found);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* As a release wrote it that did not count answers that were behind. */
START_TEST(an_older_row_decodes)
{
    static const char key[] = "\x00\x07\x09"
                              "acme/shop"
                              "a/b";
    static const char value[] = "\x01\x02\x0a\x14\x03\x07\x07"
                                "timeout"
                                "envelope";
    wb_err err = {0};
    wb_job_row row;

    ck_assert(!wb_jobs_decode((wb_view){key, sizeof key - 1}, (wb_view){value, sizeof value - 1},
                              &row, &err));
    ck_assert_int_eq(row.priority, WB_PRIORITY_INCREMENTAL);
    ck_assert_int_eq(row.due_utc_us, 5);
    ck_assert_uint_eq(row.attempts, 3);
    ck_assert_uint_eq(row.behind, 0);
    ck_assert_uint_eq(row.flags, WB_JOB_LEAVING | WB_JOB_AGAIN | WB_JOB_UNKNOWN);
    ck_assert(wb_view_is(row.error, "timeout") && wb_view_is(row.envelope, "envelope"));
}
END_TEST

START_TEST(due_order)
{
    listed all = {.names = ""}, two = {.names = "", .stop_after = 2};
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    put(&r, txn, "late", WB_PRIORITY_LIVE, 101);
    put(&r, txn, "back", WB_PRIORITY_BACKFILL, 0);
    put(&r, txn, "live2", WB_PRIORITY_LIVE, 60);
    put(&r, txn, "live1", WB_PRIORITY_LIVE, 50);
    put(&r, txn, "inbox", WB_PRIORITY_LIVE, -1);
    put(&r, txn, "hand", WB_PRIORITY_MANUAL, 99);
    put(&r, txn, "hand", WB_PRIORITY_MANUAL, 100); /* replaced: its first ready row goes */
    rig_ok(&r, wb_jobs_due(txn, ACCOUNT, 100, list_name, &all, &r.err));
    ck_assert_str_eq(all.names, "live1 live2 hand back ");
    rig_ok(&r, wb_jobs_due(txn, ACCOUNT, 100, list_name, &two, &r.err));
    ck_assert_str_eq(two.names, "live1 live2 ");
    rig_ok(&r, wb_jobs_delete(txn, (wb_row_name){7, ACCOUNT, WB_VIEW_LIT("back")}, &r.err));
    all.names[0] = '\0';
    rig_ok(&r, wb_jobs_due(txn, ACCOUNT, 100, list_name, &all, &r.err));
    ck_assert_str_eq(all.names, "live1 live2 hand ");
    all.names[0] = '\0';
    rig_ok(&r, wb_jobs_due(txn, WB_VIEW_LIT("acme"), 100, list_name, &all, &r.err));
    ck_assert_str_eq(all.names, "");
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(scan_behind)
{
    listed all = {.names = ""}, behind = {.names = ""}, every = {.names = ""};
    wb_job_row other = job("zz", WB_PRIORITY_LIVE, -1);
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    put(&r, txn, "b", WB_PRIORITY_LIVE, -1);
    put(&r, txn, "a", WB_PRIORITY_LIVE, -1);
    put(&r, txn, "c", WB_PRIORITY_LIVE, 4);
    other.account = WB_VIEW_LIT("acme/shop3");
    rig_ok(&r, wb_jobs_put(txn, &other, &r.err));
    rig_ok(&r, wb_jobs_scan(txn,
                            (wb_row_name){
                                7, ACCOUNT, (wb_view){NULL, 0}
    },
                            list_name, &all, &r.err));
    ck_assert_str_eq(all.names, "a b c ");
    rig_ok(&r, wb_jobs_scan(txn, (wb_row_name){7, ACCOUNT, WB_VIEW_LIT("a")}, list_name, &behind,
                            &r.err));
    ck_assert_str_eq(behind.names, "b c ");
    rig_ok(&r, wb_jobs_all(txn, list_name, &every, &r.err));
    ck_assert_str_eq(every.names, "a b c zz ");
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

enum { NAMES = 60, STEPS = 6000 };

typedef struct {
    bool there;
    wb_priority priority;
    int64_t due;
} model_job;

/* Names of up to the longest record key: the rows of both databases have their keys cut. */
static void
name_of(char *dst, size_t index)
{
    memset(dst, 'n', 1069);
    dst[index % 3 == 0 ? 1069 : 20] = '\0';
    dst[0] = (char)('0' + index / 10);
    dst[1] = (char)('0' + index % 10);
}

static wb_rc
check_due(void *arg, const wb_job_row *row, wb_err *err)
{
    model_job *due = arg;
    size_t index = (size_t)(row->name.data[0] - '0') * 10 + (size_t)(row->name.data[1] - '0');

    (void)err;
    ck_assert(due[index].there && due[index].priority == row->priority);
    ck_assert_int_eq(due[index].due, row->due_utc_us);
    due[index].there = false;
    return WB_OK;
}

static void
check_model(rig *r, wb_txn *txn, const model_job *model, int64_t now)
{
    model_job due[NAMES];

    memcpy(due, model, sizeof due);
    rig_ok(r, wb_jobs_due(txn, ACCOUNT, now, check_due, due, &r->err));
    for (size_t i = 0; i < NAMES; i++)
        ck_assert(!due[i].there || due[i].due > now || due[i].due < 0);
    memcpy(due, model, sizeof due);
    rig_ok(r, wb_jobs_scan(txn,
                           (wb_row_name){
                               7, ACCOUNT, {NULL, 0}
    },
                           check_due, due, &r->err));
    for (size_t i = 0; i < NAMES; i++)
        ck_assert(!due[i].there);
}

/* As one table, wherever its rows are. */
static const struct {
    const char *label;
    bool young;
    int64_t young_max;
    size_t fold; /* rows, now and then */
} worlds[] = {
    {"none is young",                 false, 0,  0},
    {"room for all",                  true,  0,  0},
    {"room for all, some are folded", true,  0,  7},
    {"room for few",                  true,  20, 0},
    {"room for few, some are folded", true,  20, 7},
};

typedef struct {
    rig rig;
    wb_txn *txn;
    wb_rng rng;
    model_job jobs[NAMES], kept[NAMES]; /* now, and as of the last commit */
} world;

/* Commit, or lose all since the last commit as a kill would; sometimes open the store anew. */
static void
turn(world *self, size_t fold)
{
    rig *r = &self->rig;
    size_t moved;

    if (fold)
        rig_ok(r, wb_store_fold(self->txn, fold, &moved, &r->err));
    if (wb_rng_below(&self->rng, 4)) {
        rig_commit(r, &self->txn);
        memcpy(self->kept, self->jobs, sizeof self->kept);
    } else {
        wb_txn_abort(&self->txn);
        memcpy(self->jobs, self->kept, sizeof self->jobs);
    }
    if (wb_rng_below(&self->rng, 8) == 0)
        rig_reopen(r);
    self->txn = rig_begin(r, true);
}

static void
change_one(world *self)
{
    size_t index = wb_rng_below(&self->rng, NAMES);
    model_job *one = &self->jobs[index];
    char name[1100];

    name_of(name, index);
    if (wb_rng_below(&self->rng, 3)) {
        *one = (model_job){true, (wb_priority)wb_rng_below(&self->rng, WB_PRIORITY_COUNT),
                           (int64_t)wb_rng_below(&self->rng, 1000) - 100};
        put(&self->rig, self->txn, name, one->priority, one->due);
    } else {
        rig_ok(&self->rig, wb_jobs_delete(self->txn, (wb_row_name){7, ACCOUNT, wb_view_of(name)},
                                          &self->rig.err));
        one->there = false;
    }
}

START_TEST(model)
{
    static world self;
    rig *r = &self.rig;

    self = (world){.rng = {(uint64_t)_i + 11}};
    rig_folder(r);
    r->conf.young_jobs = worlds[_i].young;
    r->conf.young_rows_max = worlds[_i].young_max;
    rig_open(r);
    self.txn = rig_begin(r, true);
    for (int i = 0; i < STEPS; i++) {
        change_one(&self);
        if (i % 50 == 0) {
            check_model(r, self.txn, self.jobs, (int64_t)wb_rng_below(&self.rng, 1000));
            turn(&self, worlds[_i].fold);
            check_model(r, self.txn, self.jobs, (int64_t)wb_rng_below(&self.rng, 1000));
        }
    }
    wb_txn_abort(&self.txn);
    rig_fini(r);
}
END_TEST

static bool
known(void *arg, wb_view account)
{
    (void)arg;
    return wb_view_eq(account, ACCOUNT);
}

static wb_rc
note_stray(void *arg, wb_view account, wb_view key, wb_view value, wb_err *err)
{
    (void)key, (void)value, (void)err;
    ck_assert(wb_view_is(account, "acme/shop3"));
    ++*(size_t *)arg;
    return WB_OK;
}

/* Of accounts that nobody has, whether they are young or not. */
START_TEST(strays)
{
    wb_job_row other = job("zz", WB_PRIORITY_LIVE, -1);
    size_t count = 0;
    const wb_strays what = {.known = known, .each = note_stray, .arg = &count};
    wb_txn *txn;
    rig r;

    rig_folder(&r);
    r.conf.young_jobs = _i == 1;
    rig_open(&r);
    txn = rig_begin(&r, true);
    put(&r, txn, "b", WB_PRIORITY_LIVE, -1);
    other.account = WB_VIEW_LIT("acme/shop3");
    rig_ok(&r, wb_jobs_put(txn, &other, &r.err));
    rig_ok(&r, wb_strays_scan(txn, WB_DB_JOBS, &what, &r.err));
    ck_assert_uint_eq(count, 1);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(refused)
{
    wb_job_row row = job("x", WB_PRIORITY_COUNT, 0);
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    ck_assert_int_eq(wb_jobs_put(txn, &row, &r.err), WB_REJECT);
    row = job("x", WB_PRIORITY_LIVE, 0);
    row.name = (wb_view){r.home, 70000};
    ck_assert_int_eq(wb_jobs_put(txn, &row, &r.err), WB_REJECT);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {round_trip,           0               },
        {an_older_row_decodes, 0               },
        {due_order,            0               },
        {scan_behind,          0               },
        {model,                WB_COUNT(worlds)},
        {strays,               2               },
        {refused,              0               },
        {NULL,                 0               },
    };

    return wb_suite_run("storage.jobs", cases);
}
