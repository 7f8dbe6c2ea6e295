/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refused - a refusal: the record's own, or its account's
 *
 * A 403 for one order may be a firewall's opinion of that order, or the end of a contract; a 400
 * may be the order's content, or a broken release at the other side. One answer does not tell, so
 * what counts is what others are told in between (outside/gate.h). A record is refused for good
 *
 *   - by a 401, 403, 404 ...: when it was refused, and refused again on trial (trial.c)
 *   - by another 4xx: at once, unless WB_GATE_ROW different ones were in a row with nothing served;
 *     then, when something was served and it gets one again
 *
 * and everything else waits. What waits is found out again after a restart; what was parked in a
 * row is counted on (streak.c).
 */
#include "actors/runtime/pump/inside.h"
#include "protocol/base/text.h"

/* Did it get a 4xx before, and something was served in between? Of any other refusal that tells
 * nothing. */
static bool
is_proven(const wb_job *job, const wb_gate_stand *stand)
{
    const struct wb_job_private *own = job->own;

    return !stand->stopped && own->declined && own->refused_at && own->refused_op == job->op &&
           own->refused_at <= stand->good;
}

/* Is it news that this one is refused? In the company of a batch it may have been another's doing.
 */
static bool
is_fresh(const wb_job *job, const wb_gate_stand *stand, size_t count)
{
    const struct wb_job_private *own = job->own;

    return own->refused_op != job->op || own->refused_at != stand->good + 1 ||
           (count == 1 && !own->refused_alone);
}

static wb_gate_stand
stand_of(const wb_job *job)
{
    return wb_gate_stand_of(job->own->pump->conf.gate, job->account, job->op);
}

/* It waits for what its account turns out to be. The parts that were read of it are of now, and it
 * may be a cursor that was refused. */
static void
put_back(wb_job *job, uint64_t good, size_t count, const char *why)
{
    struct wb_job_private *own = job->own;

    own->refused_alone = count == 1 || (own->refused_at == good + 1 && own->refused_alone);
    own->refused_at = good + 1;
    own->refused_op = job->op;
    own->declined = own->tried = false;
    own->fails++;
    if (count > 1)
        own->batch_limit = (int)(count / 2);
    wb_text_tame_words(job->error, sizeof job->error, wb_view_of(why));
    pump_job_afresh(job);
    pump_job_ready(job, false);
    if (job->stored && job->state == WB_JOB_WAITING)
        pump_write_update(job); /* it has not left: a restart need not ask */
}

void
pump_refused(pump_call *call, const wb_exchange_result *result)
{
    wb_account *account = call->line->acct->account;
    wb_gate_stand stand = stand_of(call->jobs[0]);
    size_t count = call->set ? 1 : call->count; /* a set is as one: it is never called in parts */
    wb_gate_refusal refusal = {.op = call->line->op,
                               .why = result->err->text,
                               .record = call->jobs[0]->env->record,
                               .batch = count > 1};

    for (size_t i = 0; i < call->count; i++)
        refusal.fresh |= is_fresh(call->jobs[i], &stand, count);
    if (wb_gate_doubt(call->pump->conf.gate, account, &refusal) == WB_GATE_ALL)
        pump_revive_row(call->line);
    for (size_t i = 0; i < call->count; i++) {
        wb_job *job = call->jobs[i];
        bool tried = (job->own->on_trial && !stand.late) ||
                     (job->own->tried && stand.good < job->own->refused_at);

        if (result->effect_possible) {
            pump_job_unknown(job, false, refusal.why);
            continue;
        }
        put_back(job, stand.good, count, refusal.why);
        if (tried && count == 1)
            pump_trial_refused(job);
    }
}

bool
pump_declined(wb_job *job, const char *why)
{
    wb_gate *gate = job->own->pump->conf.gate;
    wb_gate_stand stand = stand_of(job);
    wb_gate_refusal refusal = {
        .op = job->op, .why = why, .record = job->env->record, .fresh = is_fresh(job, &stand, 1)};
    wb_gate_verdict verdict;

    if (is_proven(job, &stand))
        return false;
    verdict = wb_gate_declined(gate, job->account, &refusal);
    if (verdict == WB_GATE_RECORD)
        return false;
    if (verdict == WB_GATE_ALL)
        pump_revive_row(job->own->line);
    put_back(job, stand.good, 1, why);
    job->own->declined = true;
    return true;
}
