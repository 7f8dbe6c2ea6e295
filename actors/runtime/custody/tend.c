/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/custody/tend.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define READERS_MS 10000
#define REST_MS 50
#define BESIDE_MS 500
#define BUSY_WRITES 500 /* a second */

struct wb_tend {
    wb_loop *loop;
    wb_store *store;
    wb_commit *commit;
    wb_timer readers, fold;
    wb_loop_hook hook;
    wb_write write;
    bool writing;
    uint64_t young;
    size_t rows, moved;
    uint64_t own, writes_seen; /* our own writes; those of others */
    int64_t looked_ms;         /* how long the last wait was */
    wb_tend_aging aging;
    wb_timer age;
    wb_write age_write;
    bool pass_ended;
    uint64_t age_writes_seen;
};

static void
on_readers(wb_timer *timer, void *arg)
{
    wb_tend *self = arg;

    wb_store_tend(self->store);
    wb_timer_start(self->loop, timer, READERS_MS);
}

static wb_rc
fold_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_tend *self = WB_CONTAINER(write, wb_tend, write);

    return wb_store_fold(txn, self->rows, &self->moved, err);
}

static void
fold_done(wb_write *write)
{
    wb_tend *self = WB_CONTAINER(write, wb_tend, write);

    self->writing = false;
    self->own++;
}

/* Writes of others since the last look, which was `ago_ms` ago, a second. */
static int64_t
writes_a_second(wb_tend *self, uint64_t *seen, int64_t ago_ms)
{
    wb_commit_stats stats;
    uint64_t writes;

    wb_commit_stat(self->commit, &stats);
    writes = stats.writes - self->own - *seen;
    *seen += writes;
    return (int64_t)writes * WB_MS_PER_S / ago_ms;
}

static void
wait(wb_tend *self, int64_t ms)
{
    self->looked_ms = ms;
    wb_timer_start(self->loop, &self->fold, ms);
}

/* A full store is not rearranged: what room is left is for marks, receipts and deletes. */
static void
on_fold(wb_timer *timer, void *arg)
{
    wb_tend *self = arg;
    int64_t busy = writes_a_second(self, &self->writes_seen, self->looked_ms);

    (void)timer;
    if (busy >= BUSY_WRITES || (busy && self->looked_ms < BESIDE_MS) ||
        wb_store_pressure(self->store, NULL, 0) != WB_PRESSURE_NONE) {
        wait(self, BESIDE_MS);
        return;
    }
    self->write = (wb_write){.apply = fold_apply, .done = fold_done};
    self->writing = true;
    wb_commit_add(self->commit, &self->write);
    wb_commit_soon(self->commit);
    self->looked_ms = busy ? BESIDE_MS : REST_MS;
}

/* --- what has grown old --- */

static wb_rc
age_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_tend *self = WB_CONTAINER(write, wb_tend, age_write);

    return self->aging.step(self->aging.arg, txn, &self->pass_ended, err);
}

static void
age_done(wb_write *write)
{
    wb_tend *self = WB_CONTAINER(write, wb_tend, age_write);

    self->own++;
    wb_timer_start(self->loop, &self->age, self->pass_ended ? self->aging.passes_ms : BESIDE_MS);
}

static void
on_age(wb_timer *timer, void *arg)
{
    wb_tend *self = arg;

    if (writes_a_second(self, &self->age_writes_seen, BESIDE_MS) >= BUSY_WRITES) {
        wb_timer_start(self->loop, timer, BESIDE_MS);
        return;
    }
    self->age_write = (wb_write){.apply = age_apply, .done = age_done};
    wb_commit_add(self->commit, &self->age_write);
    wb_commit_soon(self->commit);
}

void
wb_tend_age(wb_tend *self, const wb_tend_aging *aging)
{
    self->aging = *aging;
    if (!self->aging.first_ms)
        self->aging.first_ms = WB_TEND_FIRST_MS;
    if (!self->aging.passes_ms)
        self->aging.passes_ms = WB_TEND_PASSES_MS;
    wb_timer_start(self->loop, &self->age, self->aging.first_ms);
}

/* Commits are where young rows come from: no need to look at other times. */
static bool
on_turn_end(void *arg)
{
    wb_tend *self = arg;

    if (!self->writing && !wb_timer_running(&self->fold) &&
        wb_store_young_rows(self->store) > self->young)
        wait(self, self->looked_ms);
    return false;
}

wb_tend *
wb_tend_new(wb_loop *loop, wb_store *store, wb_commit *commit)
{
    wb_tend *self = wb_alloc(sizeof *self);

    self->loop = loop;
    self->store = store;
    self->commit = commit;
    self->young = WB_TEND_YOUNG;
    self->rows = WB_TEND_ROWS;
    self->looked_ms = BESIDE_MS;
    self->readers = (wb_timer){.fire = on_readers, .arg = self};
    self->fold = (wb_timer){.fire = on_fold, .arg = self};
    self->age = (wb_timer){.fire = on_age, .arg = self};
    self->hook = (wb_loop_hook){.rank = 5, .flush = on_turn_end, .arg = self};
    wb_loop_hook_add(loop, &self->hook);
    wb_timer_start(loop, &self->readers, READERS_MS);
    return self;
}

void
wb_tend_destroy(wb_tend **self_p)
{
    wb_tend *self = *self_p;

    if (!self)
        return;
    wb_timer_stop(self->loop, &self->readers);
    wb_timer_stop(self->loop, &self->fold);
    wb_timer_stop(self->loop, &self->age);
    wb_loop_hook_remove(&self->hook);
    wb_free(self_p);
}

void
wb_tend_rule(wb_tend *self, uint64_t young, size_t rows)
{
    self->young = young;
    self->rows = rows;
}
