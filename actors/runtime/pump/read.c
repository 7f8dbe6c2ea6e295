/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read - what an answer means for each job of its call
 *
 *   all of it                 nothing left, or it proves that nothing took effect -> again later
 *                             a write that may have taken effect                  -> unknown
 *                             refused for ever                                    -> parked
 *                             refused, it or its account                   -> refused.c
 *   each                      done, unchanged, retry, park, unknown, absent, more, behind, accepted
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/log.h"
#include "actors/runtime/process/process.h"
#include "actors/runtime/pump/inside.h"
#include "protocol/base/text.h"

#define BEHIND_MS 1000

/* Is a failed call an attempt of this record? Not while the other side as a whole may be down: when
 * the breaker is open, or when so many failed in a row, be it this one alone. */
static bool
counts(wb_job *job, const wb_op *op)
{
    wb_gate_health health = wb_gate_health_of(job->own->pump->conf.gate, job->account, op);

    job->own->fails++;
    return !health.looking && health.row < WB_CONTROLLER_FAILURES;
}

/* --- one result --- */

/* It is there. Who sends again before it is known what became of a write relies on the target to
 * know it again. A refusal is its word on that request alone: a firewall in front of it never saw
 * the one before. */
static void
known(wb_job *job)
{
    job->flags &= ~PUMP_DOUBTS;
    job->left_revision = 0;
    job->own->left_ms = 0;
}

void
pump_job_delivered(wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    wb_pump *self = job->own->pump;

    job->state = WB_JOB_HANDING;
    known(job);
    self->actor.done(self->arg, job, result, sent_utc_us);
}

/* The source has not caught up with its own announcement. Counted with the stored job: after so
 * many answers it is taken, whatever restarts and evictions lay between them. */
static void
behind(wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    int64_t most = job->account->conf->backoff_max_ms, after;
    wb_result taken = *result;

    pump_job_afresh(job); /* how new it is, the first part says */
    if (++job->behind < PUMP_BEHIND_MAX) {
        after = BEHIND_MS << (job->behind - 1);
        pump_job_retry(job, after < most ? after : most, false, "source behind");
        return;
    }
    taken.code = WB_RESULT_DONE;
    pump_job_delivered(job, &taken, sent_utc_us);
}

static void
keep_part(wb_job *job, const wb_result *result)
{
    struct wb_job_private *own = job->own;
    size_t len = result->body.len;
    uint8_t head[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                       (uint8_t)len};

    wb_buf_add(&own->partial, head, sizeof head);
    wb_buf_add_view(&own->partial, result->body);
    wb_buf_clear(&own->cursor);
    wb_buf_add_view(&own->cursor, result->cursor);
    if (own->partial.overflow || own->cursor.overflow || !own->cursor.len)
        pump_write_park(job, false, "oversized: the parts of the record");
    else
        pump_job_ready(job, true);
}

/* A part is refused: its cursor may have ended. From the first part on it will show. */
static bool
read_anew(wb_job *job, const char *why)
{
    if (!job->own->cursor.len)
        return false;
    pump_job_afresh(job);
    pump_job_retry(job, 0, true, why);
    return true;
}

static void
parked(wb_job *job, const char *word, const wb_result *result)
{
    char reason[sizeof result->reason + 32];

    if (read_anew(job, result->reason))
        return;
    snprintf(reason, sizeof reason, "%s: %s", word, result->reason);
    pump_write_refused(job, false, reason);
}

/* A person named it, and there is none: that is the answer. What a source told of, and does not
 * have, has to be looked at. */
static void
absent(wb_job *job, const wb_result *result)
{
    char why[sizeof job->error];

    if (!job->asked) {
        parked(job, "absent", result);
    } else if (!read_anew(job, result->reason)) {
        snprintf(why, sizeof why, "absent: %.150s", result->reason);
        wb_text_tame_words(job->error, sizeof job->error, wb_view_of(why));
        job->gone = true;
        pump_write_settle(job, WB_OUTCOME_FILTERED);
    }
}

/* Older than announced; or of a time that is nobody's clock, which proves nothing. */
static bool
is_behind(const wb_job *job, const wb_result *result)
{
    return result->source_utc_us && job->source_utc_us &&
           (result->source_utc_us < job->source_utc_us ||
            pump_in_future(job->own->pump, job->account, result->source_utc_us));
}

/* What the answer says that the record awaits, kept with the job. */
static void
keep_awaited(wb_job *job, const wb_awaited *awaited)
{
    wb_buf *text = &job->own->awaited;
    size_t parts = awaited->parts.len;

    if (!job->own->cursor.len) /* its first part, read anew perhaps */
        job->awaited = (wb_awaited){0};
    if (!awaited->name.len)
        return;
    if (!text->max)
        wb_buf_init(text, WB_BODY_MAX);
    wb_buf_clear(text);
    wb_buf_add_view(text, awaited->parts);
    wb_buf_add_view(text, awaited->value);
    job->awaited.name = awaited->name;
    job->awaited.parts = (wb_view){text->data, parts};
    job->awaited.value = (wb_view){text->data + parts, text->len - parts};
}

static void
read_fetch(wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    keep_awaited(job, &result->awaited);
    switch (result->code) {
    case WB_RESULT_DONE:
    case WB_RESULT_UNCHANGED:
        if (is_behind(job, result))
            behind(job, result, sent_utc_us);
        else
            pump_job_delivered(job, result, sent_utc_us);
        return;
    case WB_RESULT_BEHIND:
        behind(job, result, sent_utc_us);
        return;
    case WB_RESULT_MORE:
        keep_part(job, result);
        wb_kill_point(job->own->acct->pump->actor.points.part);
        return;
    case WB_RESULT_PARK:
        parked(job, "refused", result);
        return;
    case WB_RESULT_ABSENT:
        absent(job, result);
        return;
    case WB_RESULT_NONE:
    case WB_RESULT_RETRY:
    case WB_RESULT_UNKNOWN:
    case WB_RESULT_ACCEPTED:
        pump_job_retry(job, result->retry_ms, true,
                       *result->reason ? result->reason : "the answer does not name it");
    }
}

/* What is shown asks for a write: it goes on at once. */
static void
write_it(wb_job *job, const wb_result *result)
{
    wb_buf *cursor = &job->own->cursor;

    wb_buf_add_view(cursor, result->cursor);
    if (cursor->overflow || !cursor->len)
        pump_write_park(job, false, "oversized: what is to be written");
    else
        pump_job_ready(job, true);
}

static void
read_push(wb_job *job, const wb_op *op, const wb_result *result, int64_t sent_utc_us)
{
    if (result->code == WB_RESULT_MORE && op->more) {
        write_it(job, result);
        return;
    }
    switch (result->code) {
    case WB_RESULT_DONE:
    case WB_RESULT_UNCHANGED:
        pump_job_delivered(job, result, sent_utc_us);
        return;
    case WB_RESULT_RETRY:
        pump_job_retry(job, result->retry_ms, true, result->reason);
        return;
    case WB_RESULT_PARK:
        parked(job, "refused", result);
        return;
    case WB_RESULT_ABSENT:
        parked(job, "absent", result);
        return;
    case WB_RESULT_NONE:
    case WB_RESULT_UNKNOWN:
    case WB_RESULT_MORE:
    case WB_RESULT_BEHIND:
        pump_job_unknown(job, true,
                         *result->reason ? result->reason : "the answer does not name it");
        return;
    case WB_RESULT_ACCEPTED:
        pump_ticket_accepted(job, result);
    }
}

/* Is what the probe found what we wanted there? Without a revision it is, unless the write in
 * question was an older one, or of a time that we do not remember. */
static bool
found_ours(const wb_job *job, const wb_result *result)
{
    uint64_t left = job->left_revision;

    if (result->revision)
        return result->revision >= job->env->revision;
    return !pump_job_only_forgotten(job) && (!left || left >= job->env->revision);
}

static void
probe_refused(wb_job *job, const char *why)
{
    char reason[sizeof WB_PUMP_PROBE_REFUSED + sizeof((wb_result *)NULL)->reason];

    (void)snprintf(reason, sizeof reason, "%s%s", WB_PUMP_PROBE_REFUSED,
                   *why ? why : "it does not say why");
    pump_write_refused(job, true, reason);
}

static void
read_probe(wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    job->probed |= result->code == WB_RESULT_DONE || result->code == WB_RESULT_UNCHANGED ||
                   result->code == WB_RESULT_ABSENT;
    switch (result->code) {
    case WB_RESULT_DONE:
    case WB_RESULT_UNCHANGED:
        job->there = true;
        if (found_ours(job, result)) {
            job->probing = false;
            pump_job_delivered(job, result, sent_utc_us);
        } else {
            pump_job_resolved(job);
        }
        return;
    case WB_RESULT_ABSENT:
        pump_job_resolved(job); /* only asked after the settle time: it counts */
        return;
    case WB_RESULT_PARK:
        probe_refused(job, result->reason);
        return;
    case WB_RESULT_NONE:
    case WB_RESULT_RETRY:
    case WB_RESULT_UNKNOWN:
    case WB_RESULT_MORE:
    case WB_RESULT_BEHIND:
    case WB_RESULT_ACCEPTED:
        pump_job_retry(job, result->retry_ms, true,
                       *result->reason ? result->reason : "the probe's answer says nothing");
    }
}

static void
read_one(const pump_call *call, wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    if (call->line->op->verb == WB_VERB_FETCH)
        read_fetch(job, result, sent_utc_us);
    else if (call->line->op->verb == WB_VERB_PROBE)
        read_probe(job, result, sent_utc_us);
    else
        read_push(job, call->line->op, result, sent_utc_us);
}

/* --- all of it --- */

static void
refused_for_ever(const pump_call *call, wb_job *job, const wb_exchange_result *result)
{
    char reason[sizeof job->error + 16];

    if (result->says != WB_SAYS_DECLINED && read_anew(job, result->err->text))
        return;
    if (call->line->op->verb == WB_VERB_PROBE ||
        (call->line->op->verb == WB_VERB_FETCH && result->status >= 200 && result->status < 300 &&
         result->says != WB_SAYS_DECLINED)) {
        /* an answer that cannot be read may be half of a good one */
        pump_job_retry(job, 0, true, result->err->text);
        return;
    }
    if (!result->status && call->count > 1 && !call->set) { /* not built: one of them is why */
        job->own->batch_limit = 1;
        pump_job_ready(job, false);
        return;
    }
    if (result->says == WB_SAYS_DECLINED && pump_declined(job, result->err->text))
        return;
    if (read_anew(job, result->err->text))
        return;
    snprintf(reason, sizeof reason, "refused: %.150s", result->err->text);
    if (result->status)
        pump_write_refused(job, false, reason);
    else
        pump_write_park(job, false, reason); /* nothing was asked */
}

int64_t
pump_asked_pause_ms(const wb_outcomes *out)
{
    return out->later_ms > out->retry_ms ? out->later_ms : out->retry_ms;
}

static void
read_whole(const pump_call *call, wb_job *job, const wb_exchange_result *result)
{
    const char *error = result->err ? result->err->text : "no outcome";
    bool refused = result->rc == WB_SUSPEND || result->out->throttled; /* the account, not this */
    bool attempt = !refused && counts(job, call->line->op) && result->left;

    if (result->rc == WB_SUSPEND)
        wb_gate_suspend(job->own->pump->conf.gate, job->account, error);
    if (attempt && call->count > 1 && !call->set) { /* one of them is why, and soon stands alone */
        job->own->batch_limit = (int)(call->count / 2);
        attempt = false;
    }
    if (result->effect_possible)
        pump_job_unknown(job, attempt, error);
    else if (refused)
        pump_job_ready(job, true); /* the gate says when; no attempt was made */
    else if (result->rc == WB_REJECT)
        refused_for_ever(call, job, result);
    else
        pump_job_retry(job, pump_asked_pause_ms(result->out), attempt, error);
}

static void
halve(wb_job *job, size_t count)
{
    job->own->batch_limit = count > 1 ? (int)(count / 2) : 1;
    job->flags &= ~(uint32_t)WB_JOB_LEAVING;
    pump_job_ready(job, false);
}

/* Refused by a 4xx, as it may be with all others now. */
static bool
waits_with_all(const pump_call *call, wb_job *job, const wb_result *one,
               const wb_exchange_result *result)
{
    return result->says == WB_SAYS_DECLINED && call->line->op->verb != WB_VERB_PROBE &&
           (one->code == WB_RESULT_PARK || one->code == WB_RESULT_ABSENT) &&
           pump_declined(job, one->reason);
}

static void
read_each(const pump_call *call, wb_job *job, size_t index, const wb_exchange_result *result)
{
    const wb_outcomes *out = result->out;
    wb_result refused = {.code = WB_RESULT_PARK};
    static const wb_result none;
    const wb_result *one = index < out->result_count ? &out->results[index] : &none;

    if (!out->refused_whole || one->code != WB_RESULT_NONE) {
        if (!waits_with_all(call, job, one, result))
            read_one(call, job, one, result->sent_utc_us);
    } else if (call->count > 1 && !call->set) {
        halve(job, call->count);
    } else {
        snprintf(refused.reason, sizeof refused.reason, "%s",
                 *one->reason ? one->reason : "the target refuses it, alone as well");
        if (!waits_with_all(call, job, &refused, result))
            read_one(call, job, &refused, result->sent_utc_us);
    }
}

/* Those of one call are of one kind. */
static wb_view
record_of(const pump_call *call)
{
    return call->jobs[0]->env->record;
}

void
pump_call_done(void *arg, const wb_exchange_result *result)
{
    pump_call *call = arg;
    wb_pump *self = call->pump;
    bool innocent = call->jobs[0]->own->on_trial && result->says == WB_SAYS_GOOD;

    if (call->line->op->verb == self->actor.verb) {
        wb_kill_point_of(self->actor.points.answered, record_of(call));
        if (result->rc == WB_OK)
            wb_kill_point(self->actor.points.fetched);
    }
    for (size_t i = 0; i < call->count; i++)
        call->jobs[i]->own->item = NULL;
    if (call->line->op->look)
        pump_ticket_answered(call);
    if (result->says == WB_SAYS_REFUSED)
        pump_refused(call, result);
    for (size_t i = 0; i < call->count && call->line->op->verb == WB_VERB_PUSH; i++)
        pump_job_afresh(call->jobs[i]); /* a write that was not done is asked about anew */
    for (size_t i = 0; i < call->count && result->says != WB_SAYS_REFUSED; i++) {
        wb_process_works_on(&call->jobs[i]->env->id);
        wb_log_trace(call->jobs[i]->env->trace);
        if (call->line->op->verb == WB_VERB_LOOK)
            pump_ticket_read(call, call->jobs[i], i, result);
        else if (result->rc == WB_OK)
            read_each(call, call->jobs[i], i, result);
        else
            read_whole(call, call->jobs[i], result);
    }
    wb_process_works_on(NULL);
    wb_log_trace(NULL);
    pump_trial_look(call->line->acct, innocent);
    pump_streak_look(call->line);
    pump_call_free(&call);
    wb_pump_run(self);
}
