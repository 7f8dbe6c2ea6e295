/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial - a record that was refused is called for again, and is parked
 *
 * An account may be refused for a moment, and again a moment later: two refusals of a record with
 * good answers between them prove nothing, when others were refused as well each time. So the
 * second call is made when the account has just been seen to be served, it alone and at once; and
 * what it is told counts when the next one is served, and nobody else was refused in between:
 *
 *     refused -> another is served -> refused again -> another is served: parked
 *
 * The last three have a second together: a lease that is late, or an answer, would leave room for a
 * trouble of the account that begins and ends between them. Else it begins anew.
 *
 * What is served on trial was not to blame, and neither need be the others that were refused with
 * it: the account goes on, and they with it, unless they are few. What is refused on trial with
 * nobody there who could look behind it is called for once more, a second later, and parked by
 * that: on a quiet account the next order may be a day away.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/pump/inside.h"

#define FEW 8 /* so many are tried one by one: nothing is held up by that */

enum { NOBODY, IN_COMPANY, ALONE, BEGUN, PROVEN };

/* Of the operation that was refused: it may be that of a later part, and the job be read anew. */
static wb_gate_stand
stand_of(const wb_job *job)
{
    return wb_gate_stand_of(job->own->pump->conf.gate, job->account, job->own->refused_op);
}

static const wb_op *
trial_of(const pump_account *acct)
{
    return wb_gate_trial_of(acct->pump->conf.gate, acct->account);
}

/* The call that is next leads to what was refused: a part of it, be it by way of those before. */
static bool
leads_to(const wb_job *job)
{
    return wb_connector_leads(job->account->connector, job->op, job->own->refused_op);
}

/* In the company of a batch it may have been another's doing: those come last. */
static int
verdict(const wb_job *job)
{
    const struct wb_job_private *own = job->own;
    wb_gate_stand stand;

    if (!own->refused_at || own->refused_op != trial_of(own->acct) || !leads_to(job))
        return NOBODY;
    stand = stand_of(job);
    if (own->refused_at > stand.good)
        return NOBODY; /* nothing was served since */
    if (own->tried && own->refused_at == stand.lone)
        return PROVEN;
    if (own->on_trial && own->cursor.len)
        return BEGUN; /* a part of it was served: the rest will tell */
    return own->refused_alone ? ALONE : IN_COMPANY;
}

static bool
worse(const wb_job *job, const wb_job *than)
{
    int mine = verdict(job), other = verdict(than);

    if (mine != other)
        return mine > other;
    return job->own->fails > than->own->fails;
}

wb_job *
pump_trial_next(pump_account *acct)
{
    wb_job *worst = trial_of(acct) ? pump_account_best(acct, worse) : NULL;

    return worst && verdict(worst) != NOBODY ? worst : NULL;
}

static void
park(wb_job *job)
{
    char why[sizeof job->error], reason[sizeof job->error + 48];
    wb_verb verb = job->op->verb;

    (void)snprintf(why, sizeof why, "%s", job->error);
    (void)snprintf(reason, sizeof reason, "%s%s",
                   verb == WB_VERB_PROBE ? WB_PUMP_PROBE_REFUSED : WB_PUMP_REFUSED, why);
    job->own->refused_at = 0;
    job->own->refused_alone = job->own->tried = false;
    if (verb == WB_VERB_LOOK)
        pump_ticket_lost(job, why); /* it is called for in another way */
    else
        pump_write_refused(job, verb == WB_VERB_PROBE, reason);
}

/* Nobody else was refused since the good answer before it, and nobody can look: there is no record
 * that was not refused, and no question. */
static bool
is_last_word(pump_account *acct, const wb_job *job)
{
    const wb_account *account = acct->account;
    bool another = false;

    if (stand_of(job).several || job->state != WB_JOB_WAITING)
        return false;
    wb_ignore(pump_look_with(acct, &another), "who it would be does not matter");
    return !another &&
           !wb_connector_ask(account->connector, account->options, job->own->refused_op);
}

void
pump_trial_refused(wb_job *job)
{
    pump_account *acct = job->own->acct;

    job->own->tried = true;
    if (!is_last_word(acct, job))
        return;
    if (job->own->on_trial) {
        wb_gate_look_soon(acct->pump->conf.gate, acct->account);
        return;
    }
    park(job);
    if (!pump_look_with(acct, &(bool){false}))
        wb_gate_resume(acct->pump->conf.gate, acct->account);
}

void
pump_trial_look(pump_account *acct, bool innocent)
{
    wb_gate *gate = acct->pump->conf.gate;
    wb_job *worst;

    if (!trial_of(acct))
        return;
    while ((worst = pump_trial_next(acct)) && verdict(worst) == PROVEN)
        park(worst);
    if (!worst || (innocent && pump_account_ready(acct) > FEW))
        wb_gate_resume(gate, acct->account);
}
