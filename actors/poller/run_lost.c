/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_lost - items whose rows cannot be read any more are parked in the ledger of their run
 *
 * Such a row does not tell its run, and nobody would ever answer for it: the run stayed open. So
 * the ledgers are held against what is there: what a run has open, and no row of it is left, was in
 * the rows that were set aside. Ledger and rows change in the same transactions, so that this is
 * exact. A row that came back from what was parked is in its ledger already.
 *
 * Only the rows themselves tell that: an index by run would cost a write for each item, for what
 * hardly ever happens. But there may be a million of them: a turn looks at a thousand, in the order
 * of their names, in a transaction that only reads. The sum is what is left, now, of the rows up to
 * the last one that was looked at; with the last chunk it is held against the ledgers of the same
 * snapshot.
 * What happens meanwhile:
 *
 *   a row leaves behind us      it is taken out of the sum after that commit (wb_run_lost_gone)
 *   a row leaves before us      it is not met, and its ledger says so by then
 *   a row comes before us       it is met: arrivals rise. One that comes behind us all the same
 *                               (overtaken on its way to its commit) begins the walk anew
 *   a row is put back           it counts for none, wherever it stands
 *   more is set aside           the walk begins anew
 *
 * What was found lost stays so: it is counted in a write of its own, whatever was committed until
 * then.
 *
 *   stored    meta "run_lost", in the transaction that sets rows aside; it goes in the one that
 *             counts them. Killed between the two, the walk begins at the next start.
 *   in memory the walk
 */
#include "actors/poller/poller.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "storage/vault.h"

static const wb_view mark = WB_VIEW_LIT("run_lost");

/* --- what is left of each run --- */

static wb_view
key_of(const wb_id *run)
{
    return (wb_view){(const char *)run, sizeof *run};
}

static void
forget_rows(wb_lost_walk *self)
{
    uint64_t *left;

    for (size_t at = 0; (left = wb_map_next(self->left, &at, NULL));)
        wb_free(&left);
    wb_map_destroy(&self->left);
    self->left = wb_map_new();
    wb_buf_clear(&self->last);
}

static void
count_row(wb_lost_walk *self, const wb_id *run)
{
    uint64_t *left = wb_map_find(self->left, key_of(run));

    if (!left) {
        left = wb_alloc(sizeof *left);
        wb_map_put(self->left, key_of(run), left);
    }
    (*left)++;
}

static bool
is_behind(const wb_inbox *inbox, wb_view name)
{
    const wb_lost_walk *self = &inbox->poller->lost;

    return self->walking && inbox == &inbox->poller->inboxes[self->at] &&
           wb_view_cmp(name, wb_buf_view(&self->last)) <= 0;
}

/* --- what is lost, in the ledgers --- */

/* Set aside before us, in the same transaction even: the mark stays for the next walk. */
static wb_rc
count_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_lost_walk *self = WB_CONTAINER(write, wb_lost_walk, write);
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->found; i++) {
        rc = wb_sweep_lost(self->poller, &self->lost[i], txn, err);
        rc = rc ? rc : wb_run_count(self->poller, write, txn, &self->lost[i], err);
    }
    return rc || self->again ? rc : wb_meta_delete(txn, mark, err);
}

static void
begin(wb_lost_walk *self)
{
    self->again = self->writing; /* what is found is counted first, else it would be found twice */
    if (self->writing)
        return;
    forget_rows(self);
    self->at = self->found = 0;
    self->walking = true;
    wb_timer_start(wb_ctx_loop(self->poller->ctx), &self->timer, 0);
}

static void
count_done(wb_write *write)
{
    wb_lost_walk *self = WB_CONTAINER(write, wb_lost_walk, write);

    self->writing = false;
    if (self->again)
        begin(self);
}

static void
count_lost(wb_lost_walk *self)
{
    for (size_t i = 0; i < self->poller->feed_count; i++)
        wb_sweep_spoil(&self->poller->feeds[i], "a row of it was lost here");
    self->walking = false;
    self->writing = true;
    self->write = (wb_write){.apply = count_apply, .done = count_done};
    wb_commit_add(wb_ctx_commit(self->poller->ctx), &self->write);
}

/* --- the walk --- */

static const wb_account *
account_of(const wb_lost_walk *self)
{
    return self->poller->inboxes[self->at].account;
}

/* More than a thousand: the others are found by another walk. */
static wb_rc
on_run(void *arg, const wb_run_row *row, wb_err *err)
{
    wb_lost_walk *self = arg;
    const uint64_t *left = wb_map_find(self->left, key_of(&row->id));
    int64_t lost = (int64_t)wb_run_open_items(row) - (int64_t)(left ? *left : 0);
    wb_run_delta delta = {.run = row->id, .shard = row->shard};

    (void)err;
    if (lost <= 0 || !wb_view_eq(row->account, account_of(self)->key_view))
        return WB_OK;
    self->again = self->found == WB_STORE_CHUNK_MAX;
    if (self->again)
        return WB_FULL;
    delta.counts[WB_OUTCOME_PARKED] = (uint64_t)lost;
    self->lost[self->found++] = delta;
    return WB_OK;
}

static wb_rc
on_item(void *arg, const wb_job_row *row, wb_err *err)
{
    wb_lost_walk *self = arg;
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    (void)err;
    wb_buf_clear(&self->last);
    wb_buf_add_view(&self->last, row->name);
    if (!(row->flags & WB_JOB_REVIVED) && !wb_envelope_load(&env, row->envelope, NULL))
        count_row(self, &env->run); /* what cannot be read is set aside as well */
    return ++self->looked == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

/* The next rows of the inbox whose turn it is; behind its last one, its ledgers. */
static wb_rc
look_on(wb_lost_walk *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf from = {0};
    const wb_account *account = account_of(self);
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->poller->ctx), false, err);

    wb_buf_init(&from, WB_KEY_MAX); /* our own moves on under way */
    wb_buf_add_view(&from, wb_buf_view(&self->last));
    self->looked = 0;
    if (!rc)
        rc = wb_jobs_scan(txn, (wb_row_name){account->shard, account->key_view, wb_buf_view(&from)},
                          on_item, self, err);
    if (rc || self->looked == WB_STORE_CHUNK_MAX)
        return rc;
    rc = wb_runs_scan(txn, account->shard, on_run, self, err);
    forget_rows(self);
    self->at++;
    return rc;
}

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_lost_walk *self = arg;
    wb_err err = {0};

    if (self->at < self->poller->inbox_count && look_on(self, &err)) {
        wb_log(WB_ERROR, "inbox.unreadable", "why='%s'", err.text);
        wb_ctx_fail(self->poller->ctx);
        return;
    }
    if (self->at == self->poller->inbox_count)
        count_lost(self);
    else
        wb_timer_start(wb_ctx_loop(self->poller->ctx), timer, 0);
}

/* --- what happens meanwhile --- */

/* As wb_ctx_aside. When this transaction fails, and is tried again, it was a walk too many. */
static wb_rc
on_aside(void *arg, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_poller *poller = arg;

    (void)write;
    begin(&poller->lost);
    return wb_meta_put(txn, mark, WB_VIEW_LIT("1"), err);
}

void
wb_run_lost_gone(const wb_parcel *parcel)
{
    const wb_inbox *inbox = WB_CONTAINER(parcel->way, wb_inbox, way);
    uint64_t *left = wb_map_find(inbox->poller->lost.left, key_of(&parcel->env->run));

    if (left && *left && is_behind(inbox, parcel->row.name))
        (*left)--;
}

void
wb_run_lost_came(const wb_inbox *inbox, wb_view name)
{
    if (is_behind(inbox, name))
        begin(&inbox->poller->lost);
}

/* --- open and close --- */

wb_rc
wb_run_lost_open(wb_poller *poller, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_lost_walk *self = &poller->lost;
    wb_view found = {0};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(poller->ctx), false, err);

    self->poller = poller;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    self->left = wb_map_new();
    self->lost = wb_alloc(WB_STORE_CHUNK_MAX * sizeof *self->lost);
    wb_buf_init(&self->last, WB_KEY_MAX);
    wb_ctx_on_aside(poller->ctx, on_aside, poller);
    if (!rc)
        rc = wb_meta_get(txn, mark, &found, err);
    if (!rc && found.len)
        begin(self);
    return rc;
}

void
wb_run_lost_close(wb_poller *poller)
{
    wb_lost_walk *self = &poller->lost;

    if (!self->poller)
        return;
    wb_ctx_on_aside(poller->ctx, NULL, NULL);
    wb_timer_stop(wb_ctx_loop(poller->ctx), &self->timer);
    forget_rows(self);
    wb_map_destroy(&self->left);
    wb_buf_fini(&self->last);
    wb_free(&self->lost);
}
