/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refused - a refusal: the record's own, or its account's
 *
 * A 403 for one order may be a firewall's opinion of that order, or the end of a contract; a 400
 * may be the order's content, or a broken release at the other side. One answer does not tell, so
 * what counts is what others are told in between (outside/gate.h). A record is refused for good
 *
 *   - by a 401, 403, 404 ...: when it was refused, something was served, and it is refused again
 *   - by another 4xx: at once, unless WB_GATE_ROW different ones were in a row with nothing served
 *
 * and everything else waits. What waits is found out again after a restart; what was parked in a
 * row is counted on (streak.c).
 */
#include <stdio.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/text.h"

/* Was it refused before, and something was served in between? What falls to the account is
 * pardoned, once: an account that comes and goes must not keep a bad record for ever. */
static bool
is_proven(wb_job *job, const wb_gate_stand *stand)
{
    struct wb_job_private *own = job->own;

    if (stand->stopped || !own->refused_at || own->refused_op != job->op ||
        own->refused_at > stand->good)
        return false;
    if (own->refused_at > stand->pardoned || own->pardoned)
        return true;
    own->pardoned = true;
    return false;
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
    own->fails++;
    if (count > 1)
        own->batch_limit = (int)(count / 2);
    wb_text_tame(job->error, sizeof job->error, wb_view_of(why));
    pump_job_afresh(job);
    pump_job_ready(job, false);
    if (job->stored && job->state == WB_JOB_WAITING)
        pump_write_update(job); /* it has not left: a restart need not ask */
}

static void
refuse(wb_job *job, const wb_op *op, const char *why)
{
    bool probe = op->verb == WB_VERB_PROBE;
    char reason[sizeof job->error + 48];

    if (op->verb == WB_VERB_LOOK) {
        pump_ticket_lost(job, why);
        return;
    }
    (void)snprintf(reason, sizeof reason, "%s%s",
                   probe ? "outcome unknown: the probe was refused: " : "refused: ", why);
    if (probe)
        pump_write_park(job, true, reason);
    else
        pump_write_refused(job, reason);
}

static void
refused_again(pump_call *call, const char *why)
{
    for (size_t i = 0; i < call->count; i++) {
        wb_job *job = call->jobs[i];

        if (call->count == 1)
            refuse(job, call->line->op, why);
        else /* one of them is why: halves of it tell which */
            put_back(job, stand_of(job).good, call->count, why);
    }
}

void
pump_refused(pump_call *call, const wb_exchange_result *result)
{
    wb_account *account = call->line->acct->account;
    wb_gate_stand stand = stand_of(call->jobs[0]);
    wb_gate_refusal refusal = {.op = call->line->op,
                               .why = result->err->text,
                               .record = call->jobs[0]->env->record,
                               .batch = call->count > 1};
    bool proven = !result->effect_possible;

    for (size_t i = 0; i < call->count; i++) {
        refusal.fresh |= is_fresh(call->jobs[i], &stand, call->count);
        proven = is_proven(call->jobs[i], &stand) && proven;
    }
    if (proven) {
        refused_again(call, refusal.why);
        return;
    }
    if (wb_gate_doubt(call->pump->conf.gate, account, &refusal) == WB_GATE_ALL)
        pump_revive_row(call->line);
    for (size_t i = 0; i < call->count; i++) {
        if (result->effect_possible)
            pump_job_unknown(call->jobs[i], false, refusal.why);
        else
            put_back(call->jobs[i], stand.good, call->count, refusal.why);
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
    return true;
}
