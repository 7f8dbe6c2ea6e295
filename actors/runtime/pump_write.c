/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump_write - everything that the pump commits
 *
 * A write captures what it needs when it is queued; writes of one job are applied in the order in
 * which they were queued. Receipts leave after the commit. Start reading at the bottom.
 */
#include <assert.h>
#include <string.h>

#include "actors/runtime/actor.h"
#include "actors/runtime/pump_inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

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
    wb_job *job = self->job;
    wb_outcome before = job->flags & WB_JOB_REVIVED ? WB_OUTCOME_PARKED : WB_OUTCOME_HELD;

    if (job->own->told)
        tell(self, "settled", job->own->told, WB_OUTCOME_MERGED, before);
    else
        tell(self, "settled", job->env, outcome, before);
}

static wb_rc
apply_store(pump_write *self, wb_txn *txn, wb_err *err)
{
    wb_rc rc = wb_jobs_put(txn, &self->row, err);

    if (!rc && (self->row.flags & WB_JOB_UNKNOWN))
        rc = actors_part(self, WB_OUTCOME_NONE, txn, err);
    if (rc || self->kind != PUMP_STORE)
        return rc;
    if (self->told)
        tell(self, "settled", self->told, WB_OUTCOME_MERGED, WB_OUTCOME_HELD);
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
    wb_rc rc =
        wb_jobs_get(txn, job->shard, job->account->key_view, job->env->record, &row, &found, err);

    wb_buf_init(&bytes, PUMP_ROW_MAX);
    if (rc || !found)
        return rc;
    /* the views of a row die with the put that replaces it */
    wb_buf_add_view(&bytes, row.envelope);
    row.account = job->account->key_view;
    row.name = job->env->record;
    row.error = wb_view_of(job->error);
    row.envelope = wb_buf_view(&bytes);
    row.flags |= WB_JOB_LEAVING;
    return wb_jobs_put(txn, &row, err);
}

static wb_rc
apply_leave(pump_write *self, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;

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
    return wb_jobs_delete(txn, job->shard, job->account->key_view, job->env->record, err);
}

static wb_rc
apply_settle(pump_write *self, wb_txn *txn, wb_err *err)
{
    const wb_job *job = self->job;
    wb_rc rc = actors_part(self, self->outcome, txn, err);

    if (!rc)
        rc = end_row(self, txn, err);
    if (!rc && self->pump->parked)
        rc = wb_parked_settle(txn, job->shard, job->account->key_view, job->env->record,
                              job->env->revision, &self->unparked, err);
    if (!rc && self->had_row)
        tell_settled(self, self->outcome);
    return rc;
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
                         .envelope = wb_buf_view(&self->bytes)};
    wb_rc rc = wb_parked_put(txn, &row, err);

    if (!rc)
        rc = actors_part(self, WB_OUTCOME_PARKED, txn, err);
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
    wb_rc rc = wb_jobs_get(txn, shard, account, name, &row, &found, err);

    if (rc || !found || !(row.flags & WB_JOB_MARKING))
        return rc;
    rc = wb_envelope_load(&env, row.envelope, err);
    if (rc == WB_OK && env->revision > self->revision)
        return WB_OK;
    return wb_jobs_delete(txn, shard, account, name, err);
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
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
    /* what it was stored as before is settled: that was told in this commit */
    if (self->told && self->told == job->own->told)
        wb_envelope_destroy(&job->own->told);
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
    bool push = pump->actor.verb == WB_VERB_PUSH;

    assert(job);
    if (push)
        wb_kill_point("pusher.committed");
    if (self->kind == PUMP_PARK)
        pump->parked++;
    else
        pump->parked -= self->unparked < pump->parked ? self->unparked : pump->parked;
    if (self->had_row && pump->actor.marking)
        pump->actor.marking(pump->arg, job->account, job->env, wb_view_of(self->error));
    pump_job_end(job, &self->deliveries, self->outcome);
    if (push)
        wb_kill_point("pusher.receipted");
}

static void
done_leave(pump_write *self)
{
    for (size_t i = 0; i < self->call->count; i++)
        if (self->call->jobs[i]->stored)
            self->call->jobs[i]->flags |= WB_JOB_LEAVING;
    pump_call_leave(self->call);
}

static void
done(wb_write *write)
{
    pump_write *self = WB_CONTAINER(write, pump_write, write);

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
        done_end(self);
        break;
    case PUMP_MARKED:
        break;
    }
    wb_buf_fini(&self->bytes);
    wb_free(&self->name);
    wb_free(&self);
}

/* --- queueing --- */

static pump_write *
new_write(wb_pump *pump, pump_write_kind kind, wb_job *job)
{
    pump_write *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = apply, .done = done};
    self->kind = kind;
    self->pump = pump;
    self->job = job;
    wb_list_init(&self->deliveries);
    wb_buf_init(&self->bytes, PUMP_ROW_MAX);
    if (job) {
        job->own->writes++;
        self->had_row = job->stored;
    }
    return self;
}

static void
take_deliveries(pump_write *self)
{
    wb_link *link;

    while ((link = wb_list_pop(&self->job->deliveries)))
        wb_list_append(&self->deliveries, link);
    wb_list_remove(&self->job->own->hold);
}

/* A notice that joined may have announced a newer state than the one that is stored: whoever reads
 * it back must not be content with less. */
static void
fill_bytes(pump_write *self)
{
    const wb_job *job = self->job;
    wb_envelope env = *job->env;
    wb_err err = {0};

    if (self->pump->actor.verb == WB_VERB_FETCH && job->source_utc_us > 0)
        env.source_utc_us = job->source_utc_us;
    wb_ignore(wb_envelope_store(&env, &self->bytes, &err), "it was decoded under the same limits");
}

static void
fill_row(pump_write *self, uint32_t flags, bool ready)
{
    wb_job *job = self->job;
    wb_pump *pump = self->pump;
    int64_t now_utc = wb_loop_utc_us(pump->conf.loop), now_ms = wb_loop_now_ms(pump->conf.loop);
    int64_t due = job->due_ms > now_ms ? (job->due_ms - now_ms) * WB_US_PER_MS : 0;

    fill_bytes(self);
    wb_ignore(wb_text_set(self->error, sizeof self->error, wb_view_of(job->error), NULL),
              "both are as long");
    self->row = (wb_job_row){.shard = job->shard,
                             .account = job->account->key_view,
                             .name = job->env->record,
                             .priority = job->own->priority,
                             .due_utc_us = ready ? now_utc + due : -1,
                             .stored_utc_us = now_utc,
                             .attempts = job->attempts,
                             .behind = job->behind,
                             .flags = flags,
                             .error = wb_view_of(self->error),
                             .envelope = wb_buf_view(&self->bytes)};
}

/* What the row will say, and the job with it: who leaves next must see what is committed. */
static uint32_t
flags_now(wb_job *job)
{
    bool leaving = job->state == WB_JOB_CALLING && job->op && job->op->verb == WB_VERB_PUSH;

    job->flags &= ~(uint32_t)WB_JOB_LEAVING;
    if (leaving)
        job->flags |= WB_JOB_LEAVING;
    return job->flags;
}

static void
count_row(wb_job *job, size_t bytes)
{
    pump_account *acct = job->own->acct;

    if (!job->stored) {
        acct->rows++;
        acct->rows_loaded++;
    }
    acct->bytes += bytes - job->own->bytes;
    job->own->bytes = bytes;
    job->stored = true;
}

void
pump_write_store(wb_job *job)
{
    pump_write *self = new_write(job->own->pump, PUMP_STORE, job);

    if (!job->own->env_owned) { /* its delivery goes with the receipt */
        job->env = wb_envelope_copy(job->env);
        job->own->env_owned = true;
        if (job->own->item)
            job->own->item->env = job->env;
    }
    fill_row(self, flags_now(job), true);
    self->env = job->env;
    self->told = job->own->told;
    self->outcome = job->stored && !job->own->told ? WB_OUTCOME_MERGED : WB_OUTCOME_HELD;
    self->others = WB_OUTCOME_MERGED;
    take_deliveries(self);
    count_row(job, self->bytes.len);
    wb_commit_add(job->own->pump->conf.commit, &self->write);
}

void
pump_write_update(wb_job *job)
{
    pump_write *self = new_write(job->own->pump, PUMP_UPDATE, job);

    fill_row(self, flags_now(job), true);
    wb_commit_add(job->own->pump->conf.commit, &self->write);
}

void
pump_write_leave(pump_call *call)
{
    pump_write *self = new_write(call->pump, PUMP_LEAVE, NULL);

    self->call = call;
    wb_commit_add(call->pump->conf.commit, &self->write);
}

static void
uncount_row(wb_job *job)
{
    pump_account *acct = job->own->acct;

    if (!job->stored)
        return;
    acct->rows--;
    acct->rows_loaded--;
    acct->bytes -= job->own->bytes;
}

static void
queue_end(pump_write *self, wb_outcome outcome)
{
    wb_job *job = self->job;

    job->state = WB_JOB_HANDING;
    pump_job_unready(job);
    self->outcome = outcome;
    self->others = WB_OUTCOME_MERGED;
    take_deliveries(self);
    uncount_row(job);
    wb_commit_add(self->pump->conf.commit, &self->write);
}

void
pump_write_settle(wb_job *job, wb_outcome outcome)
{
    pump_write *self = new_write(job->own->pump, PUMP_SETTLE, job);

    if (job->stored && self->pump->actor.marking)
        fill_row(self, WB_JOB_MARKING, false);
    self->error[0] = 0;
    queue_end(self, outcome);
}

void
pump_write_park(wb_job *job, bool unknown, const char *reason)
{
    pump_write *self = new_write(job->own->pump, PUMP_PARK, job);

    wb_text_tame(job->error, sizeof job->error, wb_view_of(reason));
    self->unknown = unknown;
    if (unknown) {
        job->flags |= WB_JOB_UNKNOWN;
        if (!job->left_revision)
            job->left_revision = job->env->revision;
    }
    fill_row(self, WB_JOB_MARKING, false);
    queue_end(self, WB_OUTCOME_PARKED);
}

void
pump_write_marked(wb_pump *pump, pump_account *acct, wb_view record, uint64_t revision)
{
    pump_write *self = new_write(pump, PUMP_MARKED, NULL);

    self->acct = acct;
    self->name = wb_text_dup_len(record.data, record.len);
    self->revision = revision;
    wb_commit_add(pump->conf.commit, &self->write);
}
