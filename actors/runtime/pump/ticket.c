/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket - accepted is not done: what became of it is asked for
 *
 * - left: the attempt has an id; where the target can be asked by it, it is stored before
 * - accepted: the ticket is stored with the job, which waits: no attempt, no slot, outside the cap
 * - looked at: many tickets in one call, each with all of its records
 *     - done: as if the answer had said so; of an older revision: what is newer leaves
 *     - not ready: again after a while, until the ticket is too old
 *     - refused: parked, and nothing took effect
 *     - absent: nothing took effect; it is sent again
 *     - unknown, or too old: the account's rule decides, as for any unknown outcome
 *
 * What came before the attempt and may have left is not settled by it, but for "done". Start
 * reading at the bottom.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define TICKET_AGE_MS INT64_C(86400000)

void
pump_ticket_destroy(pump_ticket **self_p)
{
    pump_ticket *self = wb_take(self_p);

    if (!self)
        return;
    wb_free(&self->text);
    wb_free(&self);
}

/* It is settled, or will be in another way. */
static void
drop(wb_job *job)
{
    pump_ticket_destroy(&job->own->ticket);
    job->own->cursor.len = 0;
    job->flags &= ~(uint32_t)WB_JOB_TICKET;
}

/* --- it leaves --- */

void
pump_ticket_begin(pump_call *call)
{
    int64_t now_utc_us = wb_loop_utc_us(call->pump->conf.loop);
    pump_ticket *first = NULL;

    for (size_t i = 0; i < call->count; i++) {
        wb_job *job = call->jobs[i];
        pump_ticket *it = wb_alloc(sizeof *it);

        drop(job);
        job->own->ticket = it;
        it->op = call->line->op;
        if (first)
            it->attempt = first->attempt;
        else
            wb_random_bytes(&it->attempt, sizeof it->attempt);
        wb_id_text(it->attempt_text, &it->attempt);
        it->number = (uint32_t)i;
        it->revision = job->env->revision;
        it->since_utc_us = now_utc_us;
        it->doubted = (job->flags & (WB_JOB_AGAIN | WB_JOB_UNKNOWN)) != 0;
        if (it->op->look_by_attempt)
            job->flags |= WB_JOB_TICKET; /* what is stored now says so */
        pump_ticket_fill(job->own->item, job);
        first = first ? first : it;
    }
}

void
pump_ticket_answered(pump_call *call)
{
    for (size_t i = 0; i < call->count; i++)
        call->jobs[i]->flags &= ~(uint32_t)WB_JOB_TICKET;
}

void
pump_ticket_missed(wb_job *job)
{
    pump_ticket *it = job->own->ticket;
    int64_t now_ms = wb_loop_now_ms(job->own->pump->conf.loop);

    if (!it || !it->op->look_by_attempt || it->text || it->revision != job->left_revision)
        return;
    job->flags |= WB_JOB_TICKET;
    it->look_ms = now_ms + pump_settle_ms(job, it->op); /* before, "not there" would not count */
}

/* --- it waits --- */

/* What is due at about the same time is looked at together. */
static int64_t
in_company(int64_t now_ms, int64_t after_ms)
{
    int64_t step = after_ms / 8 > 1000 ? 1000 : after_ms / 8 > 1 ? after_ms / 8 : 1;

    return (now_ms + after_ms + step - 1) / step * step;
}

/* When to look: never later than the longest pause of the account. */
static void
plan_look(wb_job *job, int64_t after_ms)
{
    pump_ticket *it = job->own->ticket;
    wb_pump *self = job->own->pump;
    int64_t most_ms = job->account->conf->backoff_max_ms;

    it->looks++;
    if (after_ms <= 0)
        after_ms = pump_backoff_ms(self, job->account, it->looks);
    it->look_ms =
        in_company(wb_loop_now_ms(self->conf.loop), after_ms < most_ms ? after_ms : most_ms);
}

void
pump_ticket_wait(wb_job *job)
{
    const pump_ticket *it = job->own->ticket;

    if (it->look_ms > wb_loop_now_ms(job->own->pump->conf.loop))
        pump_job_wait(job, it->look_ms);
    else
        pump_job_ready(job, false);
}

void
pump_ticket_resume(wb_job *job, int64_t after_ms)
{
    pump_ticket *it = job->own->ticket;
    int64_t settle_ms = it->text ? 0 : pump_settle_ms(job, it->op);

    it->look_ms =
        wb_loop_now_ms(job->own->pump->conf.loop) + (after_ms > settle_ms ? after_ms : settle_ms);
    pump_job_set_due(job, it->look_ms); /* its row says so already */
}

void
pump_ticket_accepted(wb_job *job, const wb_result *result)
{
    pump_ticket *it = job->own->ticket;

    if (!it || !result->ticket.len || result->ticket.len > WB_TICKET_MAX) {
        pump_job_unknown(job, true, "accepted without a ticket to ask by");
        return;
    }
    it->text = wb_text_dup_len(result->ticket.data, result->ticket.len);
    job->flags |= WB_JOB_TICKET | WB_JOB_UNKNOWN | WB_JOB_AGAIN;
    job->left_revision = it->revision;
    job->settled = 0;
    job->state = WB_JOB_WAITING;
    wb_text_tame_words(job->error, sizeof job->error, wb_view_of(result->reason));
    plan_look(job, result->again_ms);
    pump_job_set_due(job, it->look_ms);
    pump_write_accepted(job);
    if (job->own->next)
        pump_job_absorb(job); /* it waits with it */
}

/* --- it is looked at --- */

const wb_op *
pump_ticket_op(const wb_job *job)
{
    const wb_connector *connector = job->account->connector;
    const wb_op *look = wb_connector_op(connector, job->own->ticket->op->look);

    return look ? wb_connector_more(connector, look, wb_buf_view(&job->own->cursor)) : NULL;
}

void
pump_ticket_fill(wb_call_item *item, const wb_job *job)
{
    const pump_ticket *it = job->own->ticket;

    item->attempt = wb_view_of(it->attempt_text);
    item->number = it->number;
    item->revision = it->revision;
    if (it->text)
        item->ticket = wb_view_of(it->text);
}

/* Several jobs of one attempt have one ticket. */
static bool
same_ticket(const wb_job *a, const wb_job *b)
{
    const pump_ticket *x = a->own->ticket, *y = b->own->ticket;

    if (!x->text || !y->text)
        return !x->text && !y->text && memcmp(&x->attempt, &y->attempt, sizeof x->attempt) == 0;
    return strcmp(x->text, y->text) == 0;
}

static bool
has_ticket_of(const pump_call *call, const wb_job *job)
{
    for (size_t i = call->count; i > 0; i--)
        if (same_ticket(call->jobs[i - 1], job))
            return true;
    return false;
}

void
pump_ticket_gather(pump_call *call, const pump_line *line, size_t max)
{
    wb_job *jobs[PUMP_LOOK_RECORDS];
    size_t count = pump_line_jobs(line, jobs, PUMP_LOOK_RECORDS), tickets = 0;

    for (size_t i = 0; i < count; i++) {
        bool alone = jobs[i]->own->batch_limit > 0, known = has_ticket_of(call, jobs[i]);

        if (call->count && (alone || (!known && tickets == max)))
            continue;
        tickets += !known;
        pump_call_take(call, jobs[i]);
        if (alone)
            return;
    }
}

/* --- what was found --- */

static bool
is_newest(const wb_job *job)
{
    return job->own->ticket->revision >= job->env->revision;
}

void
pump_ticket_lost(wb_job *job, const char *why)
{
    job->left_revision = job->own->ticket->revision;
    drop(job);
    pump_job_doubt(job, true, why);
}

static void
done(wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    uint64_t revision = job->own->ticket->revision;
    bool newest = is_newest(job);

    drop(job);
    if (newest) {
        pump_job_delivered(job, result, sent_utc_us);
        return;
    }
    job->there = true;
    job->settled = revision;
    pump_job_resolved(job);
}

/* What left had no effect. True: nothing else may have left. */
static bool
clear(wb_job *job)
{
    uint64_t revision = job->own->ticket->revision;
    bool doubted = job->own->ticket->doubted;

    job->left_revision = doubted ? revision : 0;
    drop(job);
    if (doubted)
        return false;
    job->flags &= ~PUMP_DOUBTS;
    job->settled = revision;
    return true;
}

static void
refused(wb_job *job, const wb_result *result)
{
    char reason[sizeof result->reason + 32];
    bool newest = is_newest(job), clean = clear(job);

    snprintf(reason, sizeof reason, "refused: %s", result->reason);
    if (newest)
        pump_write_refused(job, false, reason);
    else if (clean)
        pump_job_resolved(job);
    else
        pump_job_doubt(job, false, "an older state was refused");
}

static void
absent(wb_job *job, const wb_result *result)
{
    bool answered = job->own->ticket->text != NULL, newest = is_newest(job);
    const char *why = *result->reason ? result->reason : "the target does not know its ticket";

    if (!clear(job))
        pump_job_doubt(job, answered, why);
    else if (answered && newest)
        pump_job_retry(job, result->retry_ms, true, why);
    else
        pump_job_resolved(job); /* the attempt was counted when its answer did not come */
}

static void
look_again(wb_job *job, int64_t after_ms, const char *why)
{
    const pump_ticket *it = job->own->ticket;
    wb_pump *self = job->own->pump;
    int64_t age_ms = (wb_loop_utc_us(self->conf.loop) - it->since_utc_us) / WB_US_PER_MS;
    int64_t most_ms = it->op->ticket_max_ms > 0 ? it->op->ticket_max_ms : TICKET_AGE_MS;
    char reason[sizeof job->error];

    if (age_ms >= most_ms) {
        snprintf(reason, sizeof reason, "its ticket has no outcome after %lld s%s%.100s",
                 (long long)(age_ms / WB_MS_PER_S), *why ? ": " : "", why);
        pump_ticket_lost(job, reason);
        return;
    }
    wb_text_tame_words(job->error, sizeof job->error, wb_view_of(why));
    job->state = WB_JOB_WAITING;
    job->own->cursor.len = 0;
    plan_look(job, after_ms);
    if (job->own->next)
        pump_job_absorb(job);
    else
        pump_ticket_wait(job);
}

static void
next_step(wb_job *job, const wb_result *result)
{
    wb_buf *cursor = &job->own->cursor;

    wb_buf_clear(cursor);
    wb_buf_add_view(cursor, result->cursor);
    if (cursor->overflow || !cursor->len)
        look_again(job, 0, "the look's answer does not say how to go on");
    else
        pump_job_ready(job, true);
}

/* The reasons of an older state may hold what its record said then: they are not shown. */
static void
read_result(wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    const char *why = is_newest(job) ? result->reason : "";

    job->own->batch_limit = 0;
    switch (result->code) {
    case WB_RESULT_DONE:
    case WB_RESULT_UNCHANGED:
        done(job, result, sent_utc_us);
        return;
    case WB_RESULT_PARK:
        refused(job, result);
        return;
    case WB_RESULT_ABSENT:
        absent(job, result);
        return;
    case WB_RESULT_UNKNOWN:
        pump_ticket_lost(job, why);
        return;
    case WB_RESULT_MORE:
        next_step(job, result);
        return;
    case WB_RESULT_NONE:
    case WB_RESULT_RETRY:
    case WB_RESULT_BEHIND:
    case WB_RESULT_ACCEPTED:
        look_again(job, result->retry_ms, why);
    }
}

/* The look as a whole went wrong. That tells nothing of the tickets, but in company one of them may
 * be why. */
static void
read_failure(const pump_call *call, wb_job *job, const wb_exchange_result *result)
{
    const char *why = result->err ? result->err->text : "no outcome";
    bool waits = result->rc == WB_SUSPEND || result->out->throttled;

    if (result->rc == WB_SUSPEND)
        wb_gate_suspend(job->own->pump->conf.gate, job->account, why);
    if (waits) {
        pump_job_ready(job, true); /* the gate says when */
        return;
    }
    job->own->fails++;
    if (call->count > 1)
        job->own->batch_limit = 1;
    else if (result->rc == WB_REJECT && !result->status) {
        pump_ticket_lost(job, why); /* it cannot be asked for */
        return;
    }
    look_again(job, pump_asked_pause_ms(result->out), why);
}

void
pump_ticket_read(const pump_call *call, wb_job *job, size_t index, const wb_exchange_result *result)
{
    static const wb_result none;

    if (result->rc != WB_OK)
        read_failure(call, job, result);
    else
        read_result(job, index < result->out->result_count ? &result->out->results[index] : &none,
                    result->sent_utc_us);
}

/* --- from the store, and for people --- */

void
pump_ticket_load(wb_job *job, const wb_ticket *row)
{
    char name[64];
    const wb_op *op = NULL;
    pump_ticket *it;

    job->flags &= ~(uint32_t)WB_JOB_TICKET;
    if (!wb_text_set(name, sizeof name, row->op, NULL))
        op = wb_connector_op(job->account->connector, name);
    if (!op || !op->look)
        return; /* damaged, or a release that asks in another way: by the account's rule */
    it = job->own->ticket = wb_alloc(sizeof *it);
    it->op = op;
    if (row->ticket.len)
        it->text = wb_text_dup_len(row->ticket.data, row->ticket.len);
    it->attempt = row->attempt;
    wb_id_text(it->attempt_text, &it->attempt);
    it->number = row->number;
    it->revision = row->revision;
    it->since_utc_us = row->since_utc_us;
    it->doubted = row->doubted;
    job->flags |= WB_JOB_TICKET | WB_JOB_UNKNOWN | WB_JOB_AGAIN;
    job->left_revision = it->revision;
}

bool
pump_ticket_tell(const wb_job *job, wb_json_writer *out)
{
    const pump_ticket *it = job->own->ticket;

    if (!(job->flags & WB_JOB_TICKET) || !it->text)
        return false;
    wb_json_member_text(out, "ticket", wb_view_of(it->text));
    wb_json_member_int(out, "ticket_revision", (int64_t)it->revision);
    wb_json_put_key(out, "ticket_since");
    wb_json_put_time(out, it->since_utc_us);
    return true;
}
