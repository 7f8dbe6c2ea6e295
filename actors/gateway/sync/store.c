/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - an open task, written as it changes: one write under way, and one more behind it
 */
#include "actors/gateway/sync/tasks.h"

#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

void
wb_task_close(wb_task **self_p)
{
    wb_task *self = wb_take(self_p);

    for (size_t i = 0; i < self->row.part_count; i++)
        wb_ask_destroy(&self->parts[i].ask);
    wb_list_remove(&self->link);
    self->tasks->open_count--;
    wb_free(&self);
}

static void store(wb_task *self);

static wb_rc
store_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_task *self = WB_CONTAINER(write, wb_task, write);

    self->row.note = wb_view_of(self->note);
    for (size_t i = 0; i < self->row.part_count; i++)
        self->row.parts[i].error = wb_view_of(self->parts[i].error);
    return self->forgotten ? wb_syncs_delete(txn, self->row.id, err)
                           : wb_syncs_put(txn, &self->row, err);
}

static void
store_done(wb_write *write)
{
    wb_task *self = WB_CONTAINER(write, wb_task, write);
    bool over = wb_sync_is_over(wb_sync_status_of(&self->row));

    wb_kill_point(over ? "gateway.task_over" : "gateway.task_stored");
    self->writing = false;
    if (self->changed)
        store(self);
    else if (over || self->forgotten)
        wb_task_close(&self);
}

static void
store(wb_task *self)
{
    self->writing = true;
    self->changed = false;
    self->write = (wb_write){.apply = store_apply, .done = store_done};
    wb_commit_add(wb_ctx_commit(self->tasks->gateway->ctx), &self->write);
}

void
wb_task_changed(wb_task *self)
{
    self->row.updated_utc_us = wb_now_utc_us();
    self->changed = true;
    if (!self->writing)
        store(self);
}
