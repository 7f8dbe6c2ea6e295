/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump - a message comes in: it becomes a job, joins one, or waits behind one
 */
#include "actors/runtime/pump/pump.h"

#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

pump_account *
pump_account_of(wb_pump *self, wb_account *account)
{
    wb_view key = {(const char *)&account, sizeof account};
    pump_account *acct = wb_map_find(self->accounts, key);

    if (acct)
        return acct;
    acct = wb_alloc(sizeof *acct);
    acct->pump = self;
    acct->account = account;
    acct->records = wb_map_new();
    acct->sources = wb_map_new();
    acct->sets = wb_map_new();
    wb_map_put(self->accounts, key, acct);
    return acct;
}

bool
pump_in_future(const wb_pump *self, const wb_account *account, int64_t utc_us)
{
    return utc_us >
           wb_loop_utc_us(self->conf.loop) + account->clock_offset_us + WB_CLOCK_AHEAD_MAX_US;
}

int64_t
pump_announced(const wb_pump *self, const wb_account *account, const wb_envelope *env)
{
    return pump_in_future(self, account, env->source_utc_us) ? 0 : env->source_utc_us;
}

static void
raise_priority(wb_job *job, wb_priority priority)
{
    bool ready = wb_list_linked(&job->own->ready);

    if (priority >= job->own->priority)
        return;
    if (ready)
        pump_job_unready(job);
    job->own->priority = priority;
    if (ready)
        pump_job_ready(job, false);
}

static wb_job *
new_job(wb_pump *self, pump_account *acct, wb_delivery *delivery, bool again)
{
    wb_job *job = pump_job_new(self, acct);

    pump_job_env(job, delivery->env, false);
    job->own->priority = delivery->env->priority < WB_PRIORITY_COUNT ? delivery->env->priority
                                                                     : WB_PRIORITY_BACKFILL;
    job->taken_ms = delivery->taken_ms;
    job->source_utc_us = pump_announced(self, acct->account, delivery->env);
    if (again && self->actor.verb == WB_VERB_PUSH)
        job->flags |= WB_JOB_AGAIN;
    if (again)
        pump_job_careful(job);
    pump_job_owe(job, delivery);
    return job;
}

static void
merge_now(wb_pump *self, wb_delivery *delivery, wb_outcome outcome)
{
    wb_delivery_settle(self->conf.custody.lanes, &delivery, outcome);
}

/* --- FETCH: a notice joins a fetch that has not left: of one in parts, whose first has not --- */

static void
join_fetch(wb_pump *self, wb_job *job, wb_delivery *delivery)
{
    int64_t source = pump_announced(self, job->account, delivery->env);

    if (source > job->source_utc_us) {
        job->source_utc_us = source;
        job->behind = 0;
    }
    pump_job_owe(job, delivery);
    raise_priority(job, delivery->env->priority);
    /* a person waits for it; who asks once more only wants to know */
    if (delivery->settled && !delivery->env->again && !wb_list_linked(&job->own->ready))
        pump_job_ready(job, false);
}

static void
take_fetch(wb_pump *self, wb_job *job, wb_delivery *delivery)
{
    if (job->state == WB_JOB_WAITING && !job->own->partial.len) {
        join_fetch(self, job, delivery);
        return;
    }
    raise_priority(job, delivery->env->priority); /* it is waited for */
    if (job->own->next)
        join_fetch(self, job->own->next, delivery);
    else
        job->own->next = new_job(self, job->own->acct, delivery, false);
}

/* --- PUSH: revisions --- */

static void
put_behind(wb_pump *self, wb_job *job, wb_delivery *delivery, bool again)
{
    wb_job *next = job->own->next;

    if (!next) {
        job->own->next = new_job(self, job->own->acct, delivery, again);
    } else if (delivery->env->revision == next->env->revision) {
        pump_job_owe(next, delivery);
    } else if (delivery->env->revision < next->env->revision) {
        merge_now(self, delivery, WB_OUTCOME_MERGED);
    } else {
        wb_link older;

        wb_list_init(&older);
        for (wb_link *link; (link = wb_list_pop(&next->deliveries));)
            wb_list_append(&older, link);
        pump_job_env(next, delivery->env, false);
        pump_job_owe(next, delivery);
        pump_settle_list(self, &older, WB_OUTCOME_MERGED, WB_OUTCOME_MERGED);
    }
}

static void
take_push(wb_pump *self, wb_job *job, wb_delivery *delivery, bool again)
{
    uint64_t revision = delivery->env->revision;

    if (revision < job->env->revision) {
        merge_now(self, delivery, WB_OUTCOME_MERGED); /* the newer one is in hand */
        if (again && job->state == WB_JOB_WAITING && !(job->flags & WB_JOB_AGAIN)) {
            job->flags |= WB_JOB_AGAIN; /* and inherits that the older one may have left */
            pump_job_unready(job);
            pump_job_start(job);
        }
    } else if (revision == job->env->revision) {
        /* a repeat: of one that was told HELD, it is told so again */
        if (job->stored && wb_list_empty(&job->deliveries) && job->state == WB_JOB_WAITING)
            merge_now(self, delivery, WB_OUTCOME_HELD);
        else
            pump_job_owe(job, delivery);
    } else {
        put_behind(self, job, delivery, again);
        if (job->state == WB_JOB_WAITING && pump_job_may_absorb(job))
            pump_job_absorb(job);
    }
}

void
wb_pump_take(wb_pump *self, wb_delivery *delivery, wb_account *account, bool again)
{
    pump_account *acct = pump_account_of(self, account);
    wb_view record = delivery->env->record;
    wb_job *job;

    pump_disk_begin(self); /* it may come in the first turn: what is stored of it comes before */
    job = wb_map_find(acct->records, record);
    if (!job && acct->rows > acct->rows_loaded)
        job = pump_disk_find(acct, record);
    if (!job) {
        job = new_job(self, acct, delivery, again);
        wb_map_put(acct->records, record, job);
        pump_job_start(job);
    } else if (self->actor.verb == WB_VERB_FETCH) {
        take_fetch(self, job, delivery);
    } else {
        take_push(self, job, delivery, again);
    }
}

bool
wb_pump_is_asked(const wb_envelope *env)
{
    static const wb_id none;

    return env->priority == WB_PRIORITY_MANUAL && !memcmp(&env->run, &none, sizeof none);
}

/* --- what the actor says --- */

void
wb_pump_settle(wb_pump *self, wb_job *job, wb_outcome outcome, bool commit)
{
    wb_link owed, *link;

    job->state = WB_JOB_HANDING;
    pump_job_unready(job);
    if (commit || job->stored || job->errand || self->parked) {
        pump_write_settle(job, outcome);
        return;
    }
    wb_list_init(&owed);
    while ((link = wb_list_pop(&job->deliveries)))
        wb_list_append(&owed, link);
    pump_job_end(job, &owed, outcome);
}

void
wb_pump_marked(wb_pump *self, wb_account *account, wb_view record, uint64_t revision)
{
    pump_write_marked(self, pump_account_of(self, account), record, revision);
}

void
wb_pump_run(wb_pump *self)
{
    self->wanted = true;
}

void
wb_pump_drain(wb_pump *self)
{
    self->draining = true;
}

size_t
wb_pump_jobs(const wb_pump *self)
{
    return self->jobs;
}

size_t
wb_pump_stored(const wb_pump *self, const wb_account *account)
{
    const pump_account *acct =
        wb_map_find(self->accounts, (wb_view){(const char *)&account, sizeof account});

    return acct ? acct->rows : 0;
}

wb_job *
wb_pump_find(wb_pump *self, wb_account *account, wb_view record)
{
    return wb_map_find(pump_account_of(self, account)->records, record);
}

const wb_retake *
wb_pump_retake(const wb_pump *self)
{
    return &self->retake;
}

/* What is on disk alone is read back where there is room for it. */
void
wb_pump_released(wb_pump *self, wb_account *account, wb_view record)
{
    pump_account *acct = pump_account_of(self, account);
    wb_job *job = wb_map_find(acct->records, record);

    if (job && job->own->held_back)
        pump_job_ready(job, false);
    acct->load_ms = 0;
    if (!job)
        pump_disk_load(self);
}

/* --- the whole --- */

static void
on_open(void *arg, wb_account *account, const wb_op *op)
{
    wb_pump *self = arg;
    pump_account *acct = pump_account_of(self, account);

    pump_line_of(self, acct, op)->blocked = false;
    for (wb_link *link = self->active.next; link != &self->active; link = link->next) {
        pump_line *line = WB_CONTAINER(link, pump_line, active);

        if (line->acct == acct && account->suspended)
            line->blocked = false; /* what the look goes with may wait in any of them */
    }
    self->wanted = true;
}

static void
on_due(wb_timer *timer, void *arg)
{
    wb_pump *self = arg;
    wb_heap_node *node;

    (void)timer;
    while ((node = wb_heap_first(&self->due)) && node->at <= wb_loop_now_ms(self->conf.loop)) {
        struct wb_job_private *own = WB_CONTAINER(node, struct wb_job_private, due);
        wb_job *job = &WB_CONTAINER(own, pump_job, own)->job;

        wb_heap_remove(&self->due, node);
        pump_job_ready(job, false);
    }
    pump_due_arm(self);
}

static void
on_load(wb_timer *timer, void *arg)
{
    (void)timer;
    pump_disk_load(arg);
}

wb_pump *
wb_pump_new(const wb_pump_conf *conf, const wb_pump_actor *actor, void *arg)
{
    wb_pump *self = wb_alloc(sizeof *self);

    self->conf = *conf;
    self->actor = *actor;
    self->arg = arg;
    self->retake = (wb_retake){.arg = self,
                               .revive = pump_disk_revive,
                               .acceptable = actor->verb == WB_VERB_PUSH ? WB_PUMP_FORGOTTEN : NULL,
                               .accept = pump_disk_accept,
                               .revived = pump_disk_revived,
                               .aside = pump_aside,
                               .dropping = actor->dropping};
    self->accounts = wb_map_new();
    self->lines = wb_map_new();
    wb_list_init(&self->active);
    wb_list_init(&self->holding);
    wb_list_init(&self->calls);
    wb_list_init(&self->sets);
    self->due_timer = (wb_timer){.fire = on_due, .arg = self};
    self->hold_timer = (wb_timer){.fire = pump_hold_fire, .arg = self};
    self->load_timer = (wb_timer){.fire = on_load, .arg = self};
    wb_random_bytes(&self->rng.state, sizeof self->rng.state);
    for (size_t i = 0; i < wb_accounts_count(conf->accounts); i++) {
        wb_account *account = wb_accounts_at(conf->accounts, i);

        account->guarded = pump_release_guards(self, account);
    }
    self->hook = (wb_loop_hook){.rank = -5, .flush = pump_turn, .arg = self};
    wb_loop_hook_add(self->conf.loop, &self->hook);
    wb_gate_on_open(self->conf.gate, on_open, self);
    self->wanted = true; /* the first turn looks at what is stored */
    return self;
}

static void
account_destroy(wb_pump *self, pump_account **acct_p)
{
    pump_account *acct = wb_take(acct_p);
    wb_job *job;

    for (size_t at = 0; (job = wb_map_next(acct->records, &at, NULL));) {
        job->own->writes = 0; /* what is queued is not applied any more */
        if (job->own->next)
            pump_job_free(job->own->next);
        pump_job_free(job);
    }
    (void)self;
    pump_sources_destroy(&acct->sources);
    wb_map_destroy(&acct->records);
    wb_map_destroy(&acct->sets); /* each went with its last job */
    wb_free(&acct);
}

void
wb_pump_destroy(wb_pump **self_p)
{
    wb_pump *self = wb_take(self_p);
    pump_account *acct;
    pump_line *line;
    wb_link *link;

    if (!self)
        return;
    wb_loop_hook_remove(&self->hook);
    wb_gate_on_open(self->conf.gate, NULL, NULL);
    wb_timer_stop(self->conf.loop, &self->due_timer);
    wb_timer_stop(self->conf.loop, &self->hold_timer);
    wb_timer_stop(self->conf.loop, &self->load_timer);
    while ((link = wb_list_pop(&self->calls))) {
        pump_call *call = WB_CONTAINER(link, pump_call, link);

        pump_call_free(&call);
    }
    for (size_t at = 0; (acct = wb_map_next(self->accounts, &at, NULL));)
        account_destroy(self, &acct);
    for (size_t at = 0; (line = wb_map_next(self->lines, &at, NULL));)
        pump_line_destroy(&line);
    wb_map_destroy(&self->accounts);
    wb_map_destroy(&self->lines);
    wb_heap_fini(&self->due);
    wb_free(&self);
}
