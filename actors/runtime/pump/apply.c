/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply - what a queued write of the pump does: inside its transaction, and after the commit
 *
 * It finds what it writes in itself (write.c): a job that waits may have another envelope by
 * now. Only that of a job which is in a call or in the actor's hands stays what it was. Start
 * reading at the bottom.
 */
#include <assert.h>

#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

/* --- apply: inside the transaction, may run more than once --- */

static wb_rc
actors_part(pump_write *self, wb_outcome outcome, wb_txn *txn, wb_err *err)
{
    wb_pump *pump = self->pump;

    if (!pump->actor.apply)
        return WB_OK;
    return pump->actor.apply(pump->arg, self->job, outcome, &self->write, txn, err);
}

static void
tell(pump_write *self, const char *what, const wb_envelope *env, wb_outcome outcome,
     wb_outcome before)
{
    wb_record_event event = {.what = what, .env = env, .outcome = outcome, .before = before};

    if (*self->error)
        event.text = self->error;
    wb_event_record(&self->write, &event);
}

/* Who was told HELD hears the end: with the run's id of what was stored. */
static void
tell_settled(pump_write *self, wb_outcome outcome)
{
    if (self->told)
        tell(self, "settled", self->told, WB_OUTCOME_MERGED, self->before);
    else
        tell(self, "settled", self->job->env, outcome, self->before);
}

static wb_rc
apply_store(pump_write *self, wb_txn *txn, wb_err *err)
{
    wb_rc rc = wb_jobs_put(txn, &self->row, err);

    if (!rc && ((self->row.flags & WB_JOB_UNKNOWN) || self->job->settled))
        rc = actors_part(self, WB_OUTCOME_NONE, txn, err);
    if (rc || self->kind != PUMP_STORE)
        return rc;
    if (self->told)
        tell_settled(self, WB_OUTCOME_MERGED);
    if (!self->had_row || self->told)
        tell(self, "held", self->env, WB_OUTCOME_HELD, WB_OUTCOME_NONE);
    return WB_OK;
}

static wb_rc
mark_leaving(const wb_job *job, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    wb_job_row row;
    bool found = false;
    wb_rc rc = wb_jobs_get(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                           &row, &found, err);

    wb_buf_init(&bytes, PUMP_ROW_MAX);
    if (rc || !found)
        return rc;
    /* the views of a row die with the put that replaces it */
    wb_buf_add_view(&bytes, row.envelope);
    row.account = job->account->key_view;
    row.name = job->env->record;
    row.error = wb_view_of(job->error);
    row.envelope = wb_buf_view(&bytes);
    row.flags = (row.flags | WB_JOB_LEAVING) & ~(uint32_t)WB_JOB_TICKET; /* that of a former */
    return wb_jobs_put(txn, &row, err);
}

static wb_rc
apply_leave(pump_write *self, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;

    if (self->call->line->op->look_by_attempt)
        return WB_OK; /* stored anew, with the attempt */
    for (size_t i = 0; !rc && i < self->call->count; i++)
        if (self->call->jobs[i]->stored)
            rc = mark_leaving(self->call->jobs[i], txn, err);
    return rc;
}

static wb_rc
end_row(pump_write *self, wb_txn *txn, wb_err *err)
{
    const wb_job *job = self->job;

    if (!self->had_row)
        return WB_OK;
    if (self->pump->actor.marking)
        return wb_jobs_put(txn, &self->row, err);
    return wb_jobs_delete(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                          err);
}

/* Where both ends know it and differ, only what one of them says ends it. */
static wb_rc
settle_parked(pump_write *self, wb_txn *txn, wb_err *err)
{
    const wb_job *job = self->job;
    const wb_parked_until until = {
        .revision = job->env->revision,
        .but = job->silent ? WB_VIEW_LIT(WB_PUMP_REFUSED WB_REASON_CONFLICT) : (wb_view){NULL, 0}
    };

    return wb_parked_settle(txn,
                            (wb_row_name){job->shard, job->account->key_view, job->env->record},
                            until, &self->unparked, err);
}

static wb_rc
apply_settle(pump_write *self, wb_txn *txn, wb_err *err)
{
    const wb_job *job = self->job;
    uint64_t parked = 0; /* not by the pump alone: its process parks what it refuses, too */
    wb_rc rc = actors_part(self, self->outcome, txn, err);

    if (!rc)
        rc = pump_release_end(job, txn, err);
    if (!rc)
        rc = end_row(self, txn, err);
    if (!rc)
        rc = wb_parked_count(txn, &parked, err);
    if (!rc && parked)
        rc = settle_parked(self, txn, err);
    if (!rc && self->had_row)
        tell_settled(self, self->outcome);
    return rc;
}

/* Of what a person has to accept, or to see to, only the newest is of use: it takes the place of
 * the others. */
static wb_rc
replace_parked(pump_write *self, wb_txn *txn, wb_err *err)
{
    const wb_job *job = self->job;

    if (!(job->flags & WB_JOB_FORGOTTEN) && !job->untold)
        return WB_OK;
    return wb_parked_settle(
        txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
        (wb_parked_until){.revision = job->env->revision - 1}, &self->unparked, err);
}

static wb_rc
apply_park(pump_write *self, wb_txn *txn, wb_err *err)
{
    const wb_job *job = self->job;
    wb_parked_row row = {.id = job->env->id,
                         .shard = job->shard,
                         .account = job->account->key_view,
                         .record = job->env->record,
                         .reason = wb_view_of(self->error),
                         .unknown = self->unknown,
                         .parked_utc_us = wb_now_utc_us(),
                         .attempts = job->attempts,
                         .envelope = self->row.envelope};
    wb_rc rc = replace_parked(self, txn, err);

    if (!rc)
        rc = wb_parked_put(txn, &row, err);
    if (!rc && self->streak)
        rc = pump_streak_park(txn, self->streak, &self->in_row, job->env, err);
    if (!rc)
        rc = actors_part(self, WB_OUTCOME_PARKED, txn, err);
    if (!rc)
        rc = pump_release_end(job, txn, err);
    if (!rc)
        rc = end_row(self, txn, err);
    if (rc)
        return rc;
    tell(self, "parked", job->env, WB_OUTCOME_PARKED, WB_OUTCOME_NONE);
    if (self->had_row)
        tell_settled(self, WB_OUTCOME_PARKED);
    return WB_OK;
}

static wb_rc
apply_marked(pump_write *self, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_view account = self->acct->account->key_view, name = wb_view_of(self->name);
    uint16_t shard = self->acct->account->shard;
    wb_job_row row;
    bool found = false;
    wb_rc rc = wb_jobs_get(txn, (wb_row_name){shard, account, name}, &row, &found, err);

    if (rc || !found || !(row.flags & WB_JOB_MARKING))
        return rc;
    rc = wb_envelope_load(&env, row.envelope, err);
    if (rc == WB_OK && env->revision > self->revision)
        return WB_OK;
    return wb_jobs_delete(txn, (wb_row_name){shard, account, name}, err);
}

wb_rc
pump_write_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    pump_write *self = WB_CONTAINER(write, pump_write, write);

    switch (self->kind) {
    case PUMP_STORE:
    case PUMP_UPDATE:
        return apply_store(self, txn, err);
    case PUMP_LEAVE:
        return apply_leave(self, txn, err);
    case PUMP_SETTLE:
        return apply_settle(self, txn, err);
    case PUMP_PARK:
        return apply_park(self, txn, err);
    case PUMP_STUMBLE:
        return actors_part(self, self->outcome, txn, err);
    case PUMP_MARKED:
        return apply_marked(self, txn, err);
    }
    return WB_OK;
}

/* --- done: after the commit --- */

static void
done_store(pump_write *self)
{
    wb_job *job = self->job;

    assert(job);
    if (self->accepted)
        wb_kill_point(self->pump->actor.points.accepted);
    pump_settle_list(self->pump, &self->deliveries, self->outcome, self->others);
    if (job->own->writes == 0 && job->state == WB_JOB_GONE)
        pump_job_free(job);
    else if (self->kind == PUMP_STORE)
        pump_disk_evict(job);
}

static void
done_end(pump_write *self)
{
    wb_job *job = self->job;
    wb_pump *pump = self->pump;

    assert(job);
    wb_kill_point(pump->actor.points.committed);
    if (self->kind == PUMP_PARK)
        pump->parked++;
    pump->parked -= self->unparked < pump->parked ? self->unparked : pump->parked;
    if (self->had_row && pump->actor.marking)
        pump->actor.marking(pump->arg, job->account, job->env, wb_view_of(self->error));
    pump_job_end(job, &self->deliveries, self->outcome);
    wb_kill_point(pump->actor.points.receipted);
}

static void
done_leave(pump_write *self)
{
    for (size_t i = 0; i < self->call->count; i++)
        if (self->call->jobs[i]->stored)
            self->call->jobs[i]->flags |= WB_JOB_LEAVING;
    pump_call_leave(self->call);
}

void
pump_write_done(wb_write *write)
{
    pump_write *self = WB_CONTAINER(write, pump_write, write);

    assert(!self->job || self->job->own->writes > 0);
    if (self->job)
        self->job->own->writes--;
    switch (self->kind) {
    case PUMP_STORE:
    case PUMP_UPDATE:
        done_store(self);
        break;
    case PUMP_LEAVE:
        done_leave(self);
        break;
    case PUMP_SETTLE:
    case PUMP_PARK:
    case PUMP_STUMBLE:
        done_end(self);
        break;
    case PUMP_MARKED:
        break;
    }
    wb_buf_fini(&self->bytes);
    wb_envelope_destroy(&self->env);
    wb_envelope_destroy(&self->told);
    wb_free(&self->name);
    wb_free(&self);
}
