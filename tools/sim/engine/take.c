/* SPDX-License-Identifier: Apache-2.0 */
/*
 * take - a record arrives at a target: what becomes of it, and what is said of it
 */
#include "tools/sim/engine/take.h"

#include "protocol/base/clock.h"
#include "tools/sim/engine/works.h"

#include <string.h>

static bool
holds(wb_view key, const char *text)
{
    return key.len && memmem(key.data, key.len, text, strlen(text));
}

/* A refusal is drawn by the number of what comes. */
static wb_sim_subject
subject_of(const wb_sim_taking *self, const wb_sim_arrival *arrival)
{
    return (wb_sim_subject){.at = wb_sim_at(self->visit),
                            .target = self->target->name,
                            .key = arrival->key,
                            .things = self->things,
                            .order = arrival->number,
                            .told = &self->target->told};
}

/* Is this record one of those that a lever is about? */
static bool
is_bad(const wb_sim_target *target, wb_view key)
{
    return !*target->told.bad || holds(key, target->told.bad);
}

/* The word that a lever tells to say; NULL = work. */
static const char *
told_result(const wb_sim_target *target, wb_view key)
{
    if (!*target->result || !strcmp(target->result, WB_SIM_ANSWER_UNREADABLE) ||
        !strcmp(target->result, WB_SIM_ANSWER_SILENT) || !is_bad(target, key))
        return NULL;
    return target->result;
}

/* Said instead of taking it. */
static bool
declined(const wb_sim_taking *self, const wb_sim_arrival *arrival, wb_sim_taken *out)
{
    wb_sim *sim = self->visit->sim;
    wb_sim_subject subject = subject_of(self, arrival);
    wb_sim_refusal refusal;
    const char *word = told_result(self->target, arrival->key);

    if (word) {
        refusal = (wb_sim_refusal){.status = 200, .lasting = *self->target->told.bad != 0};
        if (!strcmp(word, "refused"))
            wb_sim_refusal_note(sim, &subject, &refusal);
        *out = (wb_sim_taken){.word = word, .reason = "told to say so"};
        return true;
    }
    if (!wb_sim_refusal_find(sim, &subject, &refusal))
        return false;
    wb_sim_refusal_note(sim, &subject, &refusal);
    *out = (wb_sim_taken){.word = "refused", .reason = "the record is refused"};
    return true;
}

bool
wb_sim_take_refused(const wb_sim_taking *self, const wb_sim_arrival *arrival, wb_sim_refusal *out)
{
    wb_sim_subject subject = subject_of(self, arrival);

    if (!wb_sim_refusal_find(self->visit->sim, &subject, out) || out->status == 200)
        return false;
    wb_sim_refusal_note(self->visit->sim, &subject, out);
    return true;
}

/* What the ERP does with an order that it took. */
static void
go_on(const wb_sim_taking *self, const wb_sim_arrival *arrival)
{
    const wb_sim *sim = self->visit->sim;

    if (sim->works && self->visit->part == sim->erp && !sim->erp->system->releases &&
        arrival->number != WB_SIM_UNMARKED && self->things == wb_sim_market_things(sim->market))
        wb_sim_works_took(sim->works, arrival);
}

wb_sim_taken
wb_sim_take(const wb_sim_taking *self, wb_sim_arrival *arrival)
{
    const wb_sim_visit *visit = self->visit;
    wb_sim_ledger *ledger = wb_sim_target_ledger(self->target, self->things);
    wb_sim_taken said;

    if (declined(self, arrival, &said))
        return said;
    if (*self->target->only && !holds(arrival->key, self->target->only))
        arrival->number = WB_SIM_UNMARKED;
    if (self->in_batch && wb_sim_strikes(visit->part, WB_SIM_FAULT_REFUSE_PART, visit->place))
        return (wb_sim_taken){.word = "retry", .reason = "refused by chance"};
    bool lags = wb_sim_strikes(visit->part, WB_SIM_FAULT_PROBE_LAG, visit->place);
    wb_sim_effect effect =
        wb_sim_ledger_apply(ledger, arrival, false, lags ? visit->sim->conf.lag : 0);
    if (wb_sim_strikes(visit->part, WB_SIM_FAULT_APPLY_TWICE, visit->place))
        (void)wb_sim_ledger_apply(ledger, arrival, true, 0);
    if (wb_sim_strikes(visit->part, WB_SIM_FAULT_FORGET_KEY, visit->place))
        wb_sim_ledger_forget(ledger, arrival->key);
    if (effect == WB_SIM_APPLIED)
        go_on(self, arrival);
    return (wb_sim_taken){.word = effect == WB_SIM_APPLIED ? "done" : "unchanged",
                          .fresh = effect == WB_SIM_APPLIED};
}

void
wb_sim_take_end(const wb_sim_taking *self, bool fresh)
{
    const wb_sim_visit *visit = self->visit;

    if (fresh) {
        self->target->last_us = wb_now_us();
        if (!self->target->first_us)
            self->target->first_us = self->target->last_us;
    }
    if (wb_sim_strikes(visit->part, WB_SIM_FAULT_LATE, visit->place))
        wb_sim_http_delay(visit->conn, visit->sim->conf.late);
}
