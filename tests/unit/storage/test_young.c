/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young: rows in two tables read as rows in one, whatever was folded, refused or killed in between
 */
#include "protocol/limits.h"
#include "storage/jobs.h"
#include "storage/marks.h"
#include "storage/records.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define TARGET WB_VIEW_LIT("t/erp")
#define KEYS 300
#define STEPS 6000

/* --- against a plain array --- */

typedef struct {
    rig rig;
    wb_txn *txn;
    uint32_t seed;
    int32_t status[KEYS], kept[KEYS]; /* now, and as of the last commit; 0 = no such record */
    uint64_t marks[KEYS], kept_marks[KEYS];
} world;

static uint32_t
draw(world *self, uint32_t below)
{
    self->seed = self->seed * 1664525U + 1013904223U;
    return (self->seed >> 8) % below;
}

/* Every tenth key is longer than LMDB takes. */
static wb_view
key_of(unsigned number)
{
    static char key[WB_KEY_MAX];
    int len = snprintf(key, sizeof key, "a/x/order/%03u", number);

    if (number % 10 == 0) {
        memset(key + len, 'z', 600);
        len += 600;
    }
    return (wb_view){key, (size_t)len};
}

static void
put_one(world *self)
{
    unsigned i = draw(self, KEYS);
    wb_record_row row = {.status = (int32_t)draw(self, 1000) + 1, .kind = WB_RECORD_ORDER};
    wb_mark_row mark = {.revision = draw(self, 1000) + 1, .outcome = WB_OUTCOME_HANDED_ON};

    rig_ok(&self->rig, wb_records_put(self->txn, 1, key_of(i), &row, &self->rig.err));
    self->status[i] = row.status;
    rig_ok(&self->rig,
           wb_marks_put(self->txn, (wb_row_name){1, TARGET, key_of(i)}, &mark, &self->rig.err));
    if (mark.revision > self->marks[i]) /* revisions only rise */
        self->marks[i] = mark.revision;
}

static void
check_one(world *self)
{
    unsigned i = draw(self, KEYS);
    wb_record_row row;
    wb_mark_row mark;
    bool found = true;

    rig_ok(&self->rig, wb_records_get(self->txn, 1, key_of(i), &row, &found, &self->rig.err));
    ck_assert_int_eq(found ? row.status : 0, self->status[i]);
    rig_ok(&self->rig, wb_marks_get(self->txn, (wb_row_name){1, TARGET, key_of(i)}, &mark, &found,
                                    &self->rig.err));
    ck_assert_uint_eq(found ? mark.revision : 0, self->marks[i]);
}

typedef struct {
    const world *world;
    unsigned next; /* the number that comes at the earliest */
    size_t left;   /* of those that are wanted */
} listing;

static wb_rc
list_one(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    listing *self = arg;

    (void)err;
    while (!self->world->status[self->next])
        self->next++;
    ck_assert(wb_view_eq(record, key_of(self->next)));
    ck_assert_int_eq(row->status, self->world->status[self->next++]);
    return WB_OK;
}

/* All rows behind one, each once, in order. */
static void
check_all(world *self)
{
    listing list = {self, draw(self, KEYS - 1), 0};
    WB_AUTO(wb_buf_fini) wb_buf from = {0};

    wb_buf_init(&from, WB_KEY_MAX);
    wb_buf_add_view(&from, key_of(list.next++));
    rig_ok(&self->rig,
           wb_records_scan(self->txn, 1,
                           (wb_kv_range){.prefix = WB_VIEW_LIT("a/x/"), .from = wb_buf_view(&from)},
                           list_one, &list, &self->rig.err));
    while (list.next < KEYS)
        ck_assert_int_eq(self->status[list.next++], 0);
}

static wb_rc
list_some(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    listing *self = arg;

    if (self->left-- == 0)
        return WB_FULL;
    return list_one(self, record, row, err);
}

/* The first few behind one; who has enough ends it. */
static void
check_some(world *self)
{
    listing list = {self, draw(self, KEYS - 1), draw(self, 5)};
    WB_AUTO(wb_buf_fini) wb_buf from = {0};

    wb_buf_init(&from, WB_KEY_MAX);
    wb_buf_add_view(&from, key_of(list.next++));
    rig_ok(&self->rig,
           wb_records_scan(self->txn, 1,
                           (wb_kv_range){.prefix = WB_VIEW_LIT("a/x/"), .from = wb_buf_view(&from)},
                           list_some, &list, &self->rig.err));
}

static void
fold(world *self)
{
    size_t rows = draw(self, 40), moved = 0;

    rig_ok(&self->rig, wb_store_fold(self->txn, rows, &moved, &self->rig.err));
    ck_assert_uint_le(moved, rows);
}

/* Commit, or lose all since the last commit as a kill would; sometimes open the store anew. */
static void
turn(world *self)
{
    if (draw(self, 4) == 0) {
        wb_txn_abort(&self->txn);
        memcpy(self->status, self->kept, sizeof self->status);
        memcpy(self->marks, self->kept_marks, sizeof self->marks);
    } else {
        rig_commit(&self->rig, &self->txn);
        memcpy(self->kept, self->status, sizeof self->status);
        memcpy(self->kept_marks, self->marks, sizeof self->marks);
    }
    if (draw(self, 8) == 0)
        rig_reopen(&self->rig);
    self->txn = rig_begin(&self->rig, false); /* a reader scans more than once */
    check_all(self);
    check_all(self);
    wb_txn_abort(&self->txn);
    self->txn = rig_begin(&self->rig, true);
    check_all(self); /* a writer's scans each begin anew */
    check_some(self);
}

static const struct {
    const char *label;
    int64_t young_max;
    unsigned fold_every; /* steps; 0 = never */
} worlds[] = {
    {"room for all, never folded",  0,  0 },
    {"room for all, folded",        0,  20},
    {"room for few, never folded",  25, 0 },
    {"room for few, folded",        25, 20},
    {"room for one, folded always", 1,  1 },
};

START_TEST(as_one_table)
{
    world self = {.seed = (uint32_t)_i + 7};
    unsigned every = worlds[_i].fold_every;

    rig_folder(&self.rig);
    self.rig.conf.young_rows_max = worlds[_i].young_max;
    rig_open(&self.rig);
    self.txn = rig_begin(&self.rig, true);
    for (unsigned step = 1; step <= STEPS; step++) {
        put_one(&self);
        check_one(&self);
        if (every && step % every == 0)
            fold(&self);
        if (step % 97 == 0)
            check_all(&self);
        if (step % 50 == 0)
            turn(&self);
    }
    wb_txn_abort(&self.txn);
    rig_fini(&self.rig);
}
END_TEST

/* --- where rows go --- */

static void
put_records(rig *self, unsigned from, unsigned end, bool ascending)
{
    wb_record_row row = {.status = 1, .kind = WB_RECORD_ORDER};
    wb_txn *txn = rig_begin(self, true);

    if (ascending)
        wb_txn_ascending(txn);
    for (unsigned i = from; i < end; i++)
        rig_ok(self, wb_records_put(txn, 1, key_of(i), &row, &self->err));
    rig_commit(self, &txn);
}

static size_t
fold_rows(rig *self, size_t rows)
{
    size_t moved = 0;
    wb_txn *txn = rig_begin(self, true);

    rig_ok(self, wb_store_fold(txn, rows, &moved, &self->err));
    rig_commit(self, &txn);
    return moved;
}

START_TEST(where_rows_go)
{
    rig r;

    rig_folder(&r);
    r.conf.young_rows_max = 20;
    rig_open(&r);
    put_records(&r, 0, 30, true); /* loaded: nothing of it is young */
    ck_assert_uint_eq(wb_store_young_rows(r.store), 0);
    put_records(&r, 0, 15, false);
    ck_assert_uint_eq(wb_store_young_rows(r.store), 15);
    rig_reopen(&r);
    ck_assert_uint_eq(wb_store_young_rows(r.store), 15);
    put_records(&r, 10, 40, false); /* five are young, five find room, the others don't */
    ck_assert_uint_eq(wb_store_young_rows(r.store), 20);
    put_records(&r, 0, 1, false); /* no room: its young row leaves */
    ck_assert_uint_eq(wb_store_young_rows(r.store), 19);
    ck_assert_uint_eq(fold_rows(&r, 8), 8);
    ck_assert_uint_eq(wb_store_young_rows(r.store), 11);
    ck_assert_uint_eq(fold_rows(&r, 100), 11);
    ck_assert_uint_eq(fold_rows(&r, 100), 0);
    ck_assert_uint_eq(wb_store_young_rows(r.store), 0);
    rig_fini(&r);
}
END_TEST

static wb_rc
note_sequence(void *arg, wb_view key, wb_view value, wb_err *err)
{
    wb_buf *sequences = arg;

    (void)value, (void)err;
    wb_buf_add_view(sequences, key);
    return WB_OK;
}

static void
put_jobs(rig *self, unsigned count, uint32_t flags, wb_buf *sequences)
{
    wb_job_row row = {.shard = 1, .account = TARGET, .flags = flags};
    wb_txn *txn = rig_begin(self, true);

    for (unsigned i = 0; i < count; i++) {
        row.name = key_of(i);
        rig_ok(self, wb_jobs_put(txn, &row, &self->err));
    }
    rig_commit(self, &txn);
    wb_buf_init(sequences, 4096);
    txn = rig_begin(self, false);
    rig_ok(self, wb_kv_scan(txn, WB_DB_JOBS_YOUNG, (wb_kv_range){0}, note_sequence, sequences,
                            &self->err));
    wb_txn_abort(&txn);
}

/* Neighbours of a job change with it: it does not move to the end. */
START_TEST(where_jobs_go)
{
    WB_AUTO(wb_buf_fini) wb_buf first = {0};
    WB_AUTO(wb_buf_fini) wb_buf then = {0};
    wb_store_stats stats;
    rig r;

    rig_folder(&r);
    r.conf.young_jobs = _i == 1;
    rig_open(&r);
    put_jobs(&r, 12, 0, &first);
    put_jobs(&r, 12, WB_JOB_LEAVING, &then);
    ck_assert_uint_eq(first.len, _i == 1 ? 12 * sizeof(uint64_t) : 0);
    ck_assert(wb_view_eq(wb_buf_view(&first), wb_buf_view(&then)));
    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    ck_assert_uint_eq(stats.rows[WB_DB_JOBS], 12);
    rig_fini(&r);
}
END_TEST

/* Counted as one table for status; a row in both counts twice until it is folded. */
START_TEST(counted)
{
    wb_store_stats stats;
    rig r;

    rig_init(&r);
    put_records(&r, 0, 10, false);
    fold_rows(&r, 4);
    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    ck_assert_uint_eq(stats.rows[WB_DB_RECORDS], 10);
    ck_assert_uint_eq(stats.rows[WB_DB_RECORDS_YOUNG], 6);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {as_one_table,  WB_COUNT(worlds)},
        {where_rows_go, 0               },
        {where_jobs_go, 2               },
        {counted,       0               },
        {NULL,          0               },
    };

    return wb_suite_run("storage.young", tests);
}
