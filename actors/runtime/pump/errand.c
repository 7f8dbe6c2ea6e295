/* SPDX-License-Identifier: Apache-2.0 */
/*
 * errand - jobs that nobody is owed a receipt for: a record that is read anew for what it lacks
 *
 * Who sends one keeps it in a row of its own, which says when it is due again. So the job is in
 * memory alone, has one try, and its end is written by the actor in the transaction of that end.
 */
#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"

bool
wb_pump_errand(wb_pump *self, wb_account *account, wb_envelope **env_p)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = wb_take(env_p);
    pump_account *acct = pump_account_of(self, account);
    wb_job *job;

    pump_disk_begin(self);
    job = wb_map_find(acct->records, env->record);
    if (!job && acct->rows > acct->rows_loaded)
        job = pump_disk_find(acct, env->record);
    if (job || self->draining)
        return false;
    job = pump_job_new(self, acct);
    job->own->priority =
        env->priority < WB_PRIORITY_COUNT ? env->priority : (wb_priority)WB_PRIORITY_BACKFILL;
    job->taken_ms = wb_loop_now_ms(self->conf.loop);
    job->source_utc_us = pump_announced(self, account, env);
    job->errand = true;
    pump_job_env(job, wb_take(&env), true);
    wb_map_put(acct->records, job->env->record, job);
    pump_job_start(job);
    return true;
}
