/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redo - parked raw messages that an operator sends again, or whose word is taken
 *
 * One transaction makes the parked row a job; from there it is judged as if it came in now. A
 * process that ends in between finds the job at its next start.
 */
#include "actors/mapper/mapper.h"
#include "actors/runtime/actor/ops.h"
#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/aside.h"

wb_rc
wb_mapper_revive(wb_mapper *mapper, wb_txn *txn, const wb_parked_row *row, const char *by,
                 wb_err *err)
{
    wb_job_row job = {
        .shard = row->shard,
        .account = row->account,
        .name = {(const char *)row->id.bytes, sizeof row->id.bytes},
        .due_utc_us = -1,
        .stored_utc_us = wb_now_utc_us(),
        .flags = WB_JOB_REVIVED | (by ? (uint32_t)WB_JOB_ACCEPTED : 0),
        .error = wb_view_of(by ? by : ""),
        .envelope = row->envelope
    };

    (void)mapper;
    wb_process_forgive(&row->id);
    return wb_jobs_put(txn, &job, err);
}

static wb_rc
revive(void *arg, wb_write *write, wb_txn *txn, const wb_parked_row *row, wb_err *err)
{
    (void)write;
    return wb_mapper_revive(arg, txn, row, NULL, err);
}

static wb_rc
accept(void *arg, wb_txn *txn, const wb_parked_row *row, const char *by, wb_err *err)
{
    return wb_mapper_revive(arg, txn, row, by, err);
}

static void
revived(void *arg)
{
    wb_mapper *mapper = arg;
    wb_err err = {0};

    if (wb_mapper_redo(arg, &err))
        wb_log(WB_ERROR, "redo.failed", "why='%s' next='at the next start'", err.text);
    if (wb_targets_reread(mapper, &err))
        wb_log(WB_ERROR, "redo.failed", "why='%s' next='at the next start'", err.text);
}

void
wb_mapper_parked(wb_ctx *ctx, wb_delivery *delivery)
{
    wb_ops_parked(ctx, delivery,
                  &(wb_retake){.arg = wb_ctx_state(ctx),
                               .revive = revive,
                               .acceptable = "contradiction", /* as merge.c says it */
                               .accept = accept,
                               .revived = revived});
}

typedef struct {
    wb_mapper *mapper;
    wb_txn *txn;
} redoing;

static wb_rc
redo_row(void *arg, const wb_job_row *row, wb_err *err)
{
    const redoing *self = arg;
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    if (wb_envelope_load(&env, row->envelope, err)) {
        wb_aside_job(self->txn, row, err->text);
        return WB_OK;
    }
    env->shard = row->shard;
    wb_process_works_on(&env->id);
    wb_fault_on_record(env->record);
    wb_mapper_raw_stored(self->mapper, &env, (row->flags & WB_JOB_ACCEPTED) != 0);
    wb_process_works_on(NULL);
    return WB_OK;
}

wb_rc
wb_mapper_redo(wb_mapper *mapper, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    redoing self = {.mapper = mapper};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(mapper->ctx), false, err);

    self.txn = txn;
    return rc ? rc : wb_jobs_all(txn, redo_row, &self, err);
}
