/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job - a job's life: ready, waiting, replaced by a newer one, ended
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/runtime/process/process.h"
#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

wb_job *
pump_job_new(wb_pump *self, pump_account *acct)
{
    pump_job *both = wb_alloc(sizeof *both);
    wb_job *job = &both->job;

    job->own = &both->own;
    job->own->pump = self;
    job->own->acct = acct;
    job->account = acct->account;
    job->shard = acct->account->shard;
    job->state = WB_JOB_WAITING;
    wb_list_init(&job->deliveries);
    wb_buf_init(&job->own->partial, WB_BODY_MAX);
    wb_buf_init(&job->own->cursor, WB_URL_MAX);
    self->jobs++;
    acct->jobs++;
    return job;
}

void
pump_job_free(wb_job *job)
{
    wb_pump *self = job->own->pump;
    pump_job *both = WB_CONTAINER(job, pump_job, job);
    wb_link *link;

    job->state = WB_JOB_GONE;
    pump_job_unready(job);
    pump_set_leave(job);
    wb_list_remove(&job->own->hold);
    if (job->own->writes > 0)
        return; /* the last write frees it */
    while ((link = wb_list_pop(&job->deliveries))) {
        wb_delivery *delivery = WB_CONTAINER(link, wb_delivery, link);

        wb_delivery_drop(self->conf.custody.lanes, &delivery);
    }
    if (self->actor.release)
        self->actor.release(self->arg, job);
    if (job->own->env_owned)
        wb_envelope_destroy(&job->env);
    wb_envelope_destroy(&job->own->told);
    pump_ticket_destroy(&job->own->ticket);
    wb_buf_fini(&job->own->partial);
    wb_buf_fini(&job->own->cursor);
    wb_buf_fini(&job->own->awaited);
    pump_source_leave(job);
    assert(self->jobs > 0 && job->own->acct->jobs > 0);
    self->jobs--;
    job->own->acct->jobs--;
    wb_free(&both);
}

void
pump_job_careful(wb_job *job)
{
    if (wb_process_careful(wb_loop_now_ms(job->own->pump->conf.loop)))
        job->own->batch_limit = 1;
}

void
pump_job_env(wb_job *job, wb_envelope *env, bool owned)
{
    struct wb_job_private *own = job->own;

    if (job->env && own->env_owned) {
        if (job->stored && !own->told)
            own->told = job->env; /* what its run was told about */
        else
            wb_envelope_destroy(&job->env);
    }
    job->env = env;
    own->env_owned = owned;
    pump_source_join(job);
    own->idempotency[0] = 0;
    pump_job_afresh(job);
}

void
pump_job_afresh(wb_job *job)
{
    job->own->partial.len = job->own->cursor.len = 0;
}

void
pump_job_owe(wb_job *job, wb_delivery *delivery)
{
    bool alone = wb_list_empty(&job->deliveries) && !job->stored;

    job->asked = delivery->settled && (alone || job->asked);
    wb_list_append(&job->deliveries, &delivery->link);
    job->errand = false;
    pump_hold(job);
}

void
pump_settle_list(wb_pump *self, wb_link *deliveries, wb_outcome first, wb_outcome others)
{
    wb_outcome outcome = first;
    wb_link *link;

    while ((link = wb_list_pop(deliveries))) {
        wb_delivery *delivery = WB_CONTAINER(link, wb_delivery, link);

        /* a person wants to know what became of it, and not with whom it was read */
        wb_delivery_settle(self->conf.custody.lanes, &delivery,
                           delivery->settled ? first : outcome);
        outcome = others;
    }
}

/* --- ready and waiting --- */

void
pump_due_arm(wb_pump *self)
{
    wb_heap_node *first = wb_heap_first(&self->due);
    int64_t now_ms = wb_loop_now_ms(self->conf.loop);

    if (!first)
        wb_timer_stop(self->conf.loop, &self->due_timer);
    else
        wb_timer_start(self->conf.loop, &self->due_timer,
                       first->at > now_ms ? first->at - now_ms : 0);
}

static const wb_op *
op_of(wb_job *job)
{
    wb_pump *self = job->own->pump;
    const wb_op *op;

    if (job->flags & WB_JOB_TICKET)
        return pump_ticket_op(job);
    op = self->actor.choose(self->arg, job);
    if (op && job->probing)
        return op->probe ? wb_connector_op(job->account->connector, op->probe) : NULL;
    return op ? wb_connector_more(job->account->connector, op, wb_buf_view(&job->own->cursor))
              : NULL;
}

void
pump_job_ready(wb_job *job, bool first)
{
    struct wb_job_private *own = job->own;
    wb_pump *self = own->pump;

    pump_job_unready(job);
    job->state = WB_JOB_WAITING;
    job->wait = WB_WAIT_NONE;
    job->due_ms = 0;
    job->op = op_of(job);
    if (!job->op) {
        if (job->probing)
            pump_write_park(job, true, "outcome unknown: the target cannot be asked");
        else if (job->untold)
            pump_write_park(job, false, job->untold);
        else
            wb_pump_settle(self, job, WB_OUTCOME_UNCHANGED, false);
        return;
    }
    pump_set_join(job);
    if (!pump_release_holds(job) && !pump_set_ready(job))
        pump_job_line_up(job, first);
}

void
pump_job_line_up(wb_job *job, bool first)
{
    struct wb_job_private *own = job->own;
    wb_pump *self = own->pump;

    own->line = pump_line_of(self, own->acct, job->op);
    pump_line_put(job, first);
    if (own->line->blocked &&
        (own->priority < own->line->blocked_class ||
         (!own->refused_at && wb_gate_look_due(self->conf.gate, job->account))))
        own->line->blocked = false;
    self->wanted = true;
}

void
pump_job_set_due(wb_job *job, int64_t due_ms)
{
    wb_pump *self = job->own->pump;

    pump_job_unready(job);
    job->state = WB_JOB_WAITING;
    job->due_ms = due_ms;
    wb_heap_put(&self->due, &job->own->due, due_ms);
    pump_due_arm(self);
}

void
pump_job_wait(wb_job *job, int64_t due_ms)
{
    pump_job_set_due(job, due_ms);
    if (job->stored)
        pump_write_update(job);
}

int64_t
pump_backoff_ms(wb_pump *self, const wb_account *account, uint32_t attempts)
{
    int64_t most = account->conf->backoff_max_ms, ceiling = account->conf->backoff_min_ms;

    for (uint32_t i = 1; i < attempts && ceiling < most; i++)
        ceiling *= 2;
    if (ceiling > most)
        ceiling = most;
    /* full jitter; never quite at once */
    return 1 + (int64_t)wb_rng_below(&self->rng, (uint64_t)(ceiling > 0 ? ceiling : 1));
}

int64_t
pump_settle_ms(const wb_job *job, const wb_op *op)
{
    const wb_connector *connector = job->account->connector;
    int64_t own = connector->settle_ms ? connector->settle_ms(job->account->options) : 0;

    return own > 0 || !op ? own : op->settle_ms;
}

/* A person has to look at the target: the reason says so, and what was heard last. */
static void
park_unknown(wb_job *job)
{
    char reason[sizeof job->error + 32];

    snprintf(reason, sizeof reason, "outcome unknown: %s",
             *job->error ? job->error : "it may have left");
    pump_write_park(job, true, reason);
}

bool
pump_job_only_forgotten(const wb_job *job)
{
    return (job->flags & WB_JOB_FORGOTTEN) && !(job->flags & (WB_JOB_UNKNOWN | WB_JOB_AGAIN));
}

/* It may have been written before the time that we remember, and nobody can ask the target. */
static void
park_forgotten(wb_job *job)
{
    char reason[sizeof job->error], created[WB_TIME_TEXT_MAX + 1];

    wb_time_text(created, job->env->created_utc_us, false);
    snprintf(reason, sizeof reason,
             WB_PUMP_FORGOTTEN ": created %s, and the target cannot be asked", created);
    pump_write_park(job, false, reason);
}

/* A write may have left. With a ticket the target can be asked what became of it; else nobody knows
 * more, and it goes by the account's rule. What is only older than our memory left long ago: there
 * is nothing that the target may still be working off. */
static void
settle_first(wb_job *job, int64_t after_ms)
{
    wb_pump *self = job->own->pump;
    int64_t now_ms = wb_loop_now_ms(self->conf.loop);

    if (job->flags & WB_JOB_TICKET) {
        pump_ticket_wait(job);
        return;
    }
    switch (self->actor.after_unknown(self->arg, job)) {
    case WB_UNKNOWN_RESEND:
        if (after_ms)
            pump_job_wait(job, now_ms + after_ms);
        else
            pump_job_ready(job, false);
        return;
    case WB_UNKNOWN_PROBE:
        job->probing = true;
        if (!job->own->left_ms)
            job->own->left_ms = now_ms;
        pump_job_wait(job, pump_job_only_forgotten(job)
                               ? now_ms
                               : job->own->left_ms + pump_settle_ms(job, job->op));
        return;
    case WB_UNKNOWN_PARK:
        if (pump_job_only_forgotten(job))
            park_forgotten(job);
        else
            park_unknown(job);
        return;
    }
}

/* Where nothing leaves but as a stored attempt, we know better than its sender what may have left:
 * nothing that we have no row and no mark of. Unless it is older than our store, whose former may
 * have had them. */
static bool
is_hearsay(const wb_job *job)
{
    int64_t birth_us = wb_store_birth_utc_us(job->own->pump->conf.custody.store);

    return job->op && job->op->look_by_attempt && job->env->revision > (uint64_t)birth_us &&
           !(job->flags & WB_JOB_UNKNOWN);
}

void
pump_job_start(wb_job *job)
{
    wb_pump *self = job->own->pump;

    job->op = self->actor.choose(self->arg, job);
    if ((job->flags & WB_JOB_AGAIN) && is_hearsay(job))
        job->flags &= ~(uint32_t)WB_JOB_AGAIN;
    pump_set_join(job);
    if (job->op && (job->flags & PUMP_DOUBTS))
        settle_first(job, 0);
    else
        pump_job_ready(job, false);
}

/* --- newer and older --- */

/* May what is newer take this one's place? When it may leave before this one's outcome is known, or
 * waits for its ticket as this one does. */
bool
pump_job_may_absorb(wb_job *job)
{
    wb_pump *self = job->own->pump;
    const wb_op *op = job->op;

    if (!(job->flags & (WB_JOB_UNKNOWN | WB_JOB_AGAIN)) || (job->flags & WB_JOB_TICKET))
        return true;
    if (job->probing)
        op = self->actor.choose(self->arg, job);
    return op && op->compares && op->repeatable &&
           self->actor.after_unknown(self->arg, job) == WB_UNKNOWN_RESEND;
}

/* What was read of it so far is older than what joins. */
static void
absorb_fetch(wb_job *job, wb_job *next)
{
    wb_link *link;

    pump_job_afresh(job);
    while ((link = wb_list_pop(&next->deliveries)))
        pump_job_owe(job, WB_CONTAINER(link, wb_delivery, link));
    if (next->source_utc_us > job->source_utc_us) {
        job->source_utc_us = next->source_utc_us;
        job->behind = 0;
    }
}

static void
absorb_push(wb_job *job, wb_job *next)
{
    wb_link older, *link;

    wb_list_init(&older);
    while ((link = wb_list_pop(&job->deliveries)))
        wb_list_append(&older, link);
    pump_job_env(job, next->env, false);
    while ((link = wb_list_pop(&next->deliveries)))
        pump_job_owe(job, WB_CONTAINER(link, wb_delivery, link));
    job->flags |= next->flags;
    job->attempts = job->own->fails = 0; /* another content may fare better */
    job->own->refused_at = 0;
    job->own->refused_alone = job->own->declined = job->own->tried = false;
    job->own->batch_limit = next->own->batch_limit;
    job->probing = false;
    /* the sender holds the newer one */
    pump_settle_list(job->own->pump, &older, WB_OUTCOME_MERGED, WB_OUTCOME_MERGED);
}

/* What waits behind gives its receipts, and (PUSH) its state. */
static void
take_over(wb_job *job)
{
    wb_job *next = wb_take(&job->own->next);

    if (next->own->priority < job->own->priority)
        job->own->priority = next->own->priority;
    if (job->own->pump->actor.verb == WB_VERB_FETCH)
        absorb_fetch(job, next);
    else
        absorb_push(job, next);
    pump_job_free(next);
}

static bool
given_up(wb_job *job, bool unknown, const char *error)
{
    char reason[sizeof job->error + 32];

    if (job->attempts < job->account->conf->attempts_max)
        return false;
    if (unknown) {
        park_unknown(job);
        return true;
    }
    snprintf(reason, sizeof reason, "attempts: %s", error);
    pump_write_park(job, false, reason);
    return true;
}

static void
note(wb_job *job, bool attempt, const char *error)
{
    wb_text_tame_words(job->error, sizeof job->error, wb_view_of(error));
    if (attempt)
        job->attempts++;
    if (job->own->fails < job->attempts)
        job->own->fails = job->attempts;
}

void
pump_job_retry(wb_job *job, int64_t after_ms, bool attempt, const char *error)
{
    wb_pump *self = job->own->pump;
    bool unknown = (job->flags & (WB_JOB_AGAIN | WB_JOB_UNKNOWN)) != 0;

    if (pump_write_stumbled(job, error))
        return;
    note(job, attempt, error);
    job->state = WB_JOB_WAITING;
    if (job->own->next && self->actor.verb == WB_VERB_FETCH) {
        take_over(job); /* it waits all the same */
    } else if (job->own->next && pump_job_may_absorb(job)) {
        pump_job_absorb(job);
        return;
    }
    if (attempt && given_up(job, unknown, job->error))
        return;
    if (!after_ms)
        after_ms = pump_backoff_ms(self, job->account, job->attempts);
    pump_job_wait(job, wb_loop_now_ms(self->conf.loop) + after_ms);
}

void
pump_job_doubt(wb_job *job, bool attempt, const char *error)
{
    wb_pump *self = job->own->pump;

    note(job, attempt, error);
    job->state = WB_JOB_WAITING;
    job->flags |= WB_JOB_UNKNOWN | WB_JOB_AGAIN;
    job->settled = 0;
    job->own->left_ms = wb_loop_now_ms(self->conf.loop);
    pump_ticket_missed(job);
    if (job->own->next && pump_job_may_absorb(job)) {
        pump_job_absorb(job);
        return;
    }
    if (!(job->flags & WB_JOB_TICKET) && given_up(job, true, job->error))
        return;
    settle_first(job, pump_backoff_ms(self, job->account, job->attempts));
}

void
pump_job_unknown(wb_job *job, bool attempt, const char *error)
{
    job->left_revision = job->env->revision;
    pump_job_doubt(job, attempt, error);
}

/* --- the end --- */

void
pump_job_absorb(wb_job *job)
{
    take_over(job);
    pump_job_start(job);
}

/* What was unknown did not take effect: it may be written, or what is newer. */
void
pump_job_resolved(wb_job *job)
{
    job->probing = false;
    job->flags &= ~PUMP_DOUBTS;
    job->left_revision = 0;
    job->own->left_ms = 0;
    job->state = WB_JOB_WAITING;
    if (job->own->next)
        pump_job_absorb(job);
    else
        pump_job_ready(job, true);
}

void
pump_job_end(wb_job *job, wb_link *deliveries, wb_outcome outcome)
{
    wb_pump *self = job->own->pump;
    wb_job *next = wb_take(&job->own->next);
    uint32_t inherited = job->flags & (WB_JOB_UNKNOWN | WB_JOB_AGAIN);

    /* the envelope may go with its receipt: nothing reads it below */
    wb_map_remove(job->own->acct->records, job->env->record);
    if (next) {
        next->flags |= inherited;
        next->left_revision = job->left_revision;
        next->own->left_ms = job->own->left_ms;
        wb_map_put(job->own->acct->records, next->env->record, next);
    }
    pump_settle_list(self, deliveries, outcome, WB_OUTCOME_MERGED);
    pump_settle_list(self, &job->deliveries, WB_OUTCOME_MERGED, WB_OUTCOME_MERGED);
    pump_job_free(job);
    if (next)
        pump_job_start(next);
}
