/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_lost - items whose rows cannot be read any more are parked in the ledger of their run
 *
 * Such a row does not tell its run, and nobody would ever answer for it: the run stayed open. So
 * the ledgers are held against what is there: what a run has open, and no row of it is left, was in
 * the rows that were set aside. Ledger and rows change in the same transactions, so that this is
 * exact. A row that came back from what was parked is in its ledger already.
 */
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/own.h"

#define RUNS_MAX 256 /* with something open, of one account: the others are looked at next time */

typedef struct {
    const wb_account *account;
    wb_id runs[RUNS_MAX];
    uint64_t open[RUNS_MAX]; /* less what its rows account for */
    size_t count;
} held_against;

static uint64_t *
open_of(held_against *self, const wb_id *run)
{
    for (size_t i = 0; i < self->count; i++)
        if (!memcmp(&self->runs[i], run, sizeof *run))
            return &self->open[i];
    return NULL;
}

static wb_rc
on_run(void *arg, const wb_run_row *row, wb_err *err)
{
    held_against *self = arg;
    uint64_t open = wb_run_open_items(row);

    (void)err;
    if (!open || !wb_view_eq(row->account, self->account->key_view))
        return WB_OK;
    self->runs[self->count] = row->id;
    self->open[self->count++] = open;
    return self->count == RUNS_MAX ? WB_FULL : WB_OK;
}

static wb_rc
on_item(void *arg, const wb_job_row *row, wb_err *err)
{
    held_against *self = arg;
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    uint64_t *open;

    (void)err;
    if (row->flags & WB_JOB_REVIVED || wb_envelope_load(&env, row->envelope, NULL))
        return WB_OK; /* what cannot be read is set aside as well */
    open = open_of(self, &env->run);
    if (open && *open)
        (*open)--;
    return WB_OK;
}

static wb_rc
settle_account(wb_poller *poller, const wb_account *account, wb_write *write, wb_txn *txn,
               wb_err *err)
{
    WB_AUTO(wb_free) held_against *self = wb_alloc(sizeof *self);
    wb_rc rc;

    self->account = account;
    rc = wb_runs_scan(txn, account->shard, on_run, self, err);
    if (!rc && self->count)
        rc = wb_jobs_scan(txn, account->shard, account->key_view, (wb_view){0}, on_item, self, err);
    for (size_t i = 0; !rc && i < self->count; i++) {
        wb_run_delta delta = {.run = self->runs[i], .shard = account->shard};

        delta.counts[WB_OUTCOME_PARKED] = self->open[i];
        if (self->open[i])
            rc = wb_run_count(poller, write, txn, &delta, err);
    }
    return rc;
}

wb_rc
wb_run_settle_lost(void *arg, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_poller *poller = arg;
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < poller->inbox_count; i++)
        rc = settle_account(poller, poller->inboxes[i].account, write, txn, err);
    return rc;
}
