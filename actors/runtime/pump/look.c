/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look - who looks whether a stopped account is served again
 *
 * Whoever was refused proves nothing by being refused again. So it is, in this order: who is on
 * trial, right after another was served (trial.c); a record that
 * was never refused; one that was refused only in the company of a batch, now alone; the
 * connector's harmless question; and last, with long pauses, what has waited longest of those that
 * were refused.
 */
#include "actors/runtime/outside/make.h"
#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

enum { NEVER_REFUSED, IN_COMPANY, REFUSED };

static int
rank(const wb_job *job)
{
    const struct wb_job_private *own = job->own;

    return !own->refused_at ? NEVER_REFUSED : own->refused_alone ? REFUSED : IN_COMPANY;
}

static bool
better(const wb_job *job, const wb_job *than)
{
    if (rank(job) != rank(than))
        return rank(job) < rank(than);
    if (job->own->tried != than->own->tried)
        return job->own->tried; /* nobody else of those could prove it */
    if ((job->own->cursor.len > 0) != (than->own->cursor.len > 0))
        return job->own->cursor.len > 0; /* a look that has begun is brought to its end */
    return job->own->fails < than->own->fails;
}

wb_job *
pump_look_with(pump_account *acct, bool *another)
{
    wb_job *best = pump_trial_next(acct);

    *another = best != NULL;
    if (best)
        return best;
    best = pump_account_best(acct, better);
    *another = best && rank(best) != REFUSED;
    return best;
}

/* --- the question --- */

static void
answered(void *arg, const wb_exchange_result *result)
{
    pump_account *acct = arg;
    wb_gate *gate = acct->pump->conf.gate;

    acct->asking = false;
    acct->unanswered = result->says != WB_SAYS_GOOD;
    if (result->rc == WB_SUSPEND)
        wb_gate_suspend(gate, acct->account, result->err->text);
    else if (result->says != WB_SAYS_GOOD)
        wb_gate_alone(gate, acct->account); /* no answer to this question: somebody should look */
    pump_trial_look(acct, false);
    wb_pump_run(acct->pump);
}

void
pump_look_ask(pump_account *acct, const wb_job *look)
{
    const wb_op *refused = look->own->refused_op;
    wb_pump *self = acct->pump;
    wb_account *account = acct->account;
    const wb_op *op = wb_connector_ask(account->connector, account->options, refused);
    wb_err err = {0};

    if (acct->asking || !wb_gate_stand_of(self->conf.gate, account, refused).may_ask)
        return;
    if (acct->unanswered) { /* by turns: a question that is broken must not have all looks */
        acct->unanswered = false;
        return;
    }
    if (!op && look->own->tried)
        return; /* its own answer decides, and soon */
    if (!op) {
        wb_gate_alone(self->conf.gate, account);
        return;
    }
    if (wb_gate_enter_another(self->conf.gate, account, op, WB_PRIORITY_LIVE, NULL))
        return; /* tried again when the gate opens */
    acct->question = (wb_call){.op = op};
    wb_exchange_question(account, &acct->question);
    acct->asking = true;
    if (!wb_exchange_start(self->conf.exchanger, account, &acct->question, answered, acct, &err))
        return;
    acct->asking = false;
    wb_gate_alone(self->conf.gate, account);
}
