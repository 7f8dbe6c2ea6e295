/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk - stored work: what stumbled is kept on disk, and read back when it is due
 */
#include <assert.h>
#include <string.h>

#include "actors/runtime/process/process.h"
#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/aside.h"

#define LOAD_EVERY_MS 1000

/* --- holding: memory first, disk when it stumbles --- */

static void
arm_hold(wb_pump *self)
{
    struct wb_job_private *own;
    int64_t now_ms = wb_loop_now_ms(self->conf.loop);

    if (wb_list_empty(&self->holding)) {
        wb_timer_stop(self->conf.loop, &self->hold_timer);
        return;
    }
    own = WB_CONTAINER(self->holding.next, struct wb_job_private, hold);
    wb_timer_start(self->conf.loop, &self->hold_timer,
                   own->hold_ms > now_ms ? own->hold_ms - now_ms : 0);
}

void
pump_hold(wb_job *job)
{
    struct wb_job_private *own = job->own;
    wb_pump *self = own->pump;

    if (wb_list_linked(&own->hold))
        return;
    own->hold_ms = wb_loop_now_ms(self->conf.loop) + self->conf.hold_ms;
    wb_list_append(&self->holding, &own->hold);
    if (!wb_timer_running(&self->hold_timer))
        arm_hold(self);
}

/* At the cap of its account, or with a full map, a job's receipts stay owed: its source waits. */
static bool
may_store(wb_job *job)
{
    const pump_account *acct = job->own->acct;
    const wb_account_conf *conf = acct->account->conf;
    wb_pump *self = job->own->pump;

    if (job->state == WB_JOB_HANDING && self->actor.verb == WB_VERB_PUSH)
        return false; /* its mark is being committed */
    if (wb_store_pressure(self->conf.custody.store, NULL, 0) != WB_PRESSURE_NONE)
        return false;
    return job->stored ||
           ((int64_t)(acct->rows - acct->tickets) < conf->held_rows &&
            (int64_t)(acct->bytes - acct->ticket_bytes + job->env->body.len) < conf->held_bytes);
}

void
pump_hold_fire(wb_timer *timer, void *arg)
{
    wb_pump *self = arg;
    int64_t now_ms = wb_loop_now_ms(self->conf.loop);

    (void)timer;
    while (!wb_list_empty(&self->holding)) {
        struct wb_job_private *own = WB_CONTAINER(self->holding.next, struct wb_job_private, hold);
        wb_job *job = &WB_CONTAINER(own, pump_job, own)->job;

        if (own->hold_ms > now_ms)
            break;
        wb_list_remove(&own->hold);
        if (wb_list_empty(&job->deliveries))
            continue;
        if (may_store(job) && wb_map_find(own->acct->records, job->env->record) == job)
            pump_write_store(job);
        else
            pump_hold(job); /* looked at again after as long; what waits behind is not stored */
    }
    arm_hold(self);
}

/* --- reading back --- */

/* Is there no room for it in memory? What waits for its ticket has nothing to do there, and leaves
 * before it keeps others from being read back. */
static bool
over_share(const wb_job *job)
{
    return pump_source_over_share(job) ||
           ((job->flags & WB_JOB_TICKET) && job->own->acct->jobs > PUMP_MEMORY_JOBS / 2);
}

void
pump_disk_evict(wb_job *job)
{
    pump_account *acct = job->own->acct;

    if (job->state != WB_JOB_WAITING || job->own->writes || job->own->next ||
        !wb_list_empty(&job->deliveries) || job->own->told || job->own->refused_at ||
        job->own->set || !over_share(job))
        return;
    assert(acct->rows_loaded > 0);
    wb_map_remove(acct->records, job->env->record);
    acct->rows_loaded--;
    pump_job_free(job);
    if (!wb_timer_running(&acct->pump->load_timer))
        wb_timer_start(acct->pump->conf.loop, &acct->pump->load_timer, LOAD_EVERY_MS);
}

static int64_t
due_of(wb_pump *self, const wb_account *account, int64_t due_utc_us)
{
    int64_t after = (due_utc_us - wb_loop_utc_us(self->conf.loop)) / WB_US_PER_MS;

    if (after > account->conf->backoff_max_ms)
        after = account->conf->backoff_max_ms; /* a clock that jumped must not stop it */
    return after > 0 ? after : 0;
}

/* Of a store that was turned back, all that it holds is `again`: it may have left since. */
static bool
of_former_life(const wb_pump *self, int64_t stored_utc_us)
{
    return self->actor.verb == WB_VERB_PUSH &&
           stored_utc_us < wb_store_birth_utc_us(self->conf.custody.store);
}

/* A row that is on disk alone, in its account's numbers. */
static void
count(pump_account *acct, const wb_job_row *row)
{
    acct->rows++;
    acct->bytes += row->envelope.len;
    if (!(row->flags & WB_JOB_TICKET))
        return;
    acct->tickets++;
    acct->ticket_bytes += row->envelope.len;
}

static void
uncount(pump_account *acct, const wb_job_row *row)
{
    acct->rows--;
    acct->bytes -= row->envelope.len;
    if (!(row->flags & WB_JOB_TICKET))
        return;
    acct->tickets--;
    acct->ticket_bytes -= row->envelope.len;
}

static wb_job *
job_of_row(pump_account *acct, const wb_job_row *row, wb_txn *txn)
{
    wb_pump *self = acct->pump;
    wb_envelope *env = NULL;
    wb_err err = {0};
    wb_job *job;

    if (wb_envelope_load(&env, row->envelope, &err)) {
        if (wb_aside_job(txn, row, err.text))
            uncount(acct, row);
        return NULL;
    }
    job = pump_job_new(self, acct);
    pump_job_env(job, env, true);
    job->own->priority = row->priority;
    job->taken_ms = wb_loop_now_ms(self->conf.loop);
    job->source_utc_us = pump_announced(self, acct->account, env);
    job->attempts = job->own->fails = row->attempts;
    job->behind = row->behind;
    job->flags = row->flags & ~(uint32_t)WB_JOB_LEAVING;
    if ((row->flags & WB_JOB_LEAVING) || of_former_life(self, row->stored_utc_us)) {
        job->flags |= WB_JOB_AGAIN | WB_JOB_UNKNOWN;
        job->left_revision = env->revision;
    }
    wb_text_tame_words(job->error, sizeof job->error, row->error);
    job->stored = true;
    job->asked = self->actor.verb == WB_VERB_FETCH && wb_pump_is_asked(env);
    job->own->bytes = row->envelope.len;
    if (row->flags & WB_JOB_TICKET) {
        job->own->ticket_bytes = row->envelope.len;
        pump_ticket_load(job, &row->ticket);
    }
    pump_job_careful(job);
    acct->rows_loaded++;
    wb_map_put(acct->records, env->record, job);
    return job;
}

static void
start_loaded(wb_pump *self, wb_job *job, int64_t after_ms)
{
    bool settled;

    if (wb_process_ended_by(&job->env->id) >= WB_CAREFUL_ENDED_BY) {
        pump_write_park(job, false, WB_ENDS_THE_PROCESS);
        return;
    }
    if (job->flags & WB_JOB_TICKET) {
        pump_ticket_resume(job, after_ms);
        return;
    }
    job->op = self->actor.choose(self->arg, job); /* its mark may know of a write that left */
    pump_set_join(job);
    settled = !(job->flags & PUMP_DOUBTS);
    /* a write that may have left is not due: it is probed first, where that is the rule */
    if (after_ms > 0 && (settled || self->actor.verb != WB_VERB_PUSH ||
                         self->actor.after_unknown(self->arg, job) == WB_UNKNOWN_RESEND)) {
        job->due_ms = wb_loop_now_ms(self->conf.loop) + after_ms;
        wb_heap_put(&self->due, &job->own->due, job->due_ms);
        pump_due_arm(self);
        return;
    }
    pump_job_start(job);
}

wb_job *
pump_disk_find(pump_account *acct, wb_view record)
{
    wb_pump *self = acct->pump;
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_job_row row;
    wb_job *job = NULL;
    int64_t after_ms = 0;
    bool found = false;
    wb_err err = {0};

    if (wb_txn_begin(&txn, self->conf.custody.store, false, &err) ||
        wb_jobs_get(txn, (wb_row_name){acct->account->shard, acct->account->key_view, record}, &row,
                    &found, &err))
        return NULL; /* as if it were not there: its row is judged when it is read back */
    if (found && !(row.flags & WB_JOB_MARKING)) {
        after_ms = due_of(self, acct->account, row.due_utc_us);
        job = job_of_row(acct, &row, txn);
    }
    wb_txn_abort(&txn);
    if (job)
        start_loaded(self, job, after_ms);
    return job;
}

typedef struct {
    wb_pump *pump;
    pump_account *acct;
    wb_txn *txn;
    wb_job *jobs[PUMP_LOAD_ROWS];
    int64_t after_ms[PUMP_LOAD_ROWS];
    size_t count;
    bool full; /* there is more than may be in memory now */
} disk_load;

static wb_rc
load_row(void *arg, const wb_job_row *row, wb_err *err)
{
    disk_load *self = arg;
    wb_job *job;

    (void)err;
    self->full =
        self->count == PUMP_LOAD_ROWS || self->acct->body_bytes >= pump_bytes_share(self->pump);
    if (self->full)
        return WB_FULL;
    if ((row->flags & WB_JOB_MARKING) || wb_map_find(self->acct->records, row->name))
        return WB_OK;
    job = job_of_row(self->acct, row, self->txn);
    if (!job)
        return WB_OK;
    self->after_ms[self->count] = due_of(self->pump, self->acct->account, row->due_utc_us);
    self->jobs[self->count++] = job;
    return WB_OK;
}

/* A clock that jumped must not stop what lies beyond the longest back-off: due_of cuts it. */
static wb_rc
load_rows(disk_load *self, wb_err *err)
{
    wb_pump *pump = self->pump;
    const wb_account *account = self->acct->account;
    int64_t now_us = wb_loop_utc_us(pump->conf.loop);
    int64_t most_us = account->conf->backoff_max_ms * WB_US_PER_MS;
    wb_rc rc;

    if (pump_release_guards(pump, account))
        return pump_release_rows(self->txn, account, load_row, self, err);
    rc = wb_jobs_due(self->txn, account->key_view, now_us, load_row, self, err);
    return rc ? rc
              : wb_jobs_beyond(self->txn, account->key_view, now_us + most_us, load_row, self, err);
}

static wb_rc
load_account(wb_pump *self, pump_account *acct, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    disk_load load = {.pump = self, .acct = acct};
    int64_t now_ms = wb_loop_now_ms(self->conf.loop);
    wb_rc rc = wb_txn_begin(&txn, self->conf.custody.store, false, err);

    load.txn = txn;
    if (!rc)
        rc = load_rows(&load, err);
    wb_txn_abort(&txn);
    for (size_t i = 0; i < load.count; i++)
        start_loaded(self, load.jobs[i], load.after_ms[i]);
    acct->load_ms = load.full ? now_ms : now_ms + LOAD_EVERY_MS;
    return rc == WB_FULL ? WB_OK : rc;
}

/* Those that take part in the work: a set waits whole, and what is held back for a person. */
static size_t
working(const pump_account *acct)
{
    size_t others = acct->gathered + acct->held_back;

    return acct->jobs > others ? acct->jobs - others : 0;
}

/* When it wants to be looked at again: INT64_MAX = it has nothing on disk alone. */
static int64_t
load_some(wb_pump *self, pump_account *acct, int64_t now_ms)
{
    wb_err err = {0};

    if (acct->rows <= acct->rows_loaded)
        return INT64_MAX;
    if (working(acct) < PUMP_MEMORY_JOBS / 2 && acct->body_bytes <= pump_bytes_share(self) / 2 &&
        now_ms >= acct->load_ms)
        wb_ignore(load_account(self, acct, &err), "looked at again in a second");
    if (acct->rows <= acct->rows_loaded)
        return INT64_MAX;
    return acct->load_ms > now_ms ? acct->load_ms : now_ms + LOAD_EVERY_MS / 20;
}

void
pump_disk_load(wb_pump *self)
{
    pump_account *acct;
    int64_t now_ms = wb_loop_now_ms(self->conf.loop), next_ms = INT64_MAX, wanted_ms;

    for (size_t at = 0; !self->draining && (acct = wb_map_next(self->accounts, &at, NULL));) {
        wanted_ms = load_some(self, acct, now_ms);
        next_ms = wanted_ms < next_ms ? wanted_ms : next_ms;
    }
    if (next_ms != INT64_MAX)
        wb_timer_start(self->conf.loop, &self->load_timer, next_ms > now_ms ? next_ms - now_ms : 1);
}

/* --- start --- */

static wb_rc
count_row(void *arg, const wb_job_row *row, wb_err *err)
{
    wb_pump *self = arg;
    wb_account *account = wb_accounts_find(self->conf.accounts, row->account);
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    if (!account)
        return WB_OK; /* not configured any more: kept */
    if (row->flags & WB_JOB_MARKING) {
        if (self->actor.marking && !wb_envelope_load(&env, row->envelope, err))
            self->actor.marking(self->arg, account, env, row->error);
        return WB_OK;
    }
    count(pump_account_of(self, account), row);
    return WB_OK;
}

static wb_rc
look_through(wb_pump *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_rc rc = wb_txn_begin(&txn, self->conf.custody.store, false, err);

    if (!rc)
        rc = wb_jobs_all(txn, count_row, self, err);
    if (!rc)
        rc = wb_parked_count(txn, &self->parked, err);
    return rc ? rc : pump_streak_start(self, txn, err);
}

void
pump_disk_begin(wb_pump *self)
{
    wb_err err = {0};

    if (self->started)
        return;
    self->started = true;
    wb_ignore(look_through(self, &err), "asked again with the next load");
    pump_disk_load(self);
}

/* --- what was parked comes back --- */

/* Is what waits of that record older than what would come back? */
static bool
is_older(const wb_job_row *there, const wb_parked_row *row)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_err err = {0};

    return !wb_envelope_load(&env, there->envelope, &err) && env->revision < row->revision;
}

static wb_rc
revive(wb_pump *self, wb_txn *txn, const wb_parked_row *row, const char *by, wb_err *err)
{
    wb_account *account = wb_accounts_find(self->conf.accounts, row->account);
    wb_job_row job = {.shard = row->shard,
                      .account = row->account,
                      .name = row->record,
                      .priority = WB_PRIORITY_MANUAL,
                      .due_utc_us = wb_now_utc_us(),
                      .stored_utc_us = wb_now_utc_us(),
                      .flags = WB_JOB_REVIVED | (by ? (uint32_t)WB_JOB_ACCEPTED : 0),
                      .error = wb_view_of(by ? by : ""),
                      .envelope = row->envelope};
    wb_job_row there;
    bool found = false;
    wb_rc rc;

    if (!account || !row->record.len)
        return wb_fail(err, WB_REJECT, "its account is not configured");
    if (row->unknown || of_former_life(self, row->parked_utc_us))
        job.flags |= WB_JOB_AGAIN | WB_JOB_UNKNOWN;
    wb_process_forgive(&row->id);
    rc =
        wb_jobs_get(txn, (wb_row_name){row->shard, row->account, row->record}, &there, &found, err);
    if (rc)
        return rc;
    if (found && !(there.flags & WB_JOB_MARKING))
        return is_older(&there, row) ? wb_fail(err, WB_REJECT, "an older state of it is under way")
                                     : WB_OK; /* what waits already is newer, or the same */
    return wb_jobs_put(txn, &job, err);
}

wb_rc
pump_disk_revive(void *pump, wb_write *write, wb_txn *txn, const wb_parked_row *row, wb_err *err)
{
    (void)write;
    return revive(pump, txn, row, NULL, err);
}

wb_rc
pump_disk_accept(void *pump, wb_txn *txn, const wb_parked_row *row, const char *by, wb_err *err)
{
    return revive(pump, txn, row, by, err);
}

static wb_rc
recount_row(void *arg, const wb_job_row *row, wb_err *err)
{
    wb_pump *self = arg;
    wb_account *account = wb_accounts_find(self->conf.accounts, row->account);
    pump_account *acct = account ? pump_account_of(self, account) : NULL;
    const wb_job *job = acct ? wb_map_find(acct->records, row->name) : NULL;

    (void)err;
    if (acct && !(row->flags & WB_JOB_MARKING) && !(job && job->stored))
        count(acct, row);
    return WB_OK;
}

/* Those in memory are counted as they are here: a write of theirs may be queued. */
static void
recount_loaded(pump_account *acct)
{
    const wb_job *job;

    acct->rows = acct->rows_loaded;
    acct->bytes = acct->tickets = acct->ticket_bytes = 0;
    for (size_t at = 0; (job = wb_map_next(acct->records, &at, NULL));) {
        acct->bytes += job->stored ? job->own->bytes : 0;
        acct->tickets += job->own->ticket_bytes > 0;
        acct->ticket_bytes += job->own->ticket_bytes;
    }
}

void
pump_disk_revived(void *pump)
{
    wb_pump *self = pump;
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    pump_account *acct;
    wb_err err = {0};

    for (size_t at = 0; (acct = wb_map_next(self->accounts, &at, NULL));)
        recount_loaded(acct);
    if (wb_txn_begin(&txn, self->conf.custody.store, false, &err) ||
        wb_jobs_all(txn, recount_row, self, &err) || wb_parked_count(txn, &self->parked, &err))
        return;
    wb_txn_abort(&txn);
    for (size_t at = 0; (acct = wb_map_next(self->accounts, &at, NULL));)
        acct->load_ms = 0;
    pump_disk_load(self);
}
