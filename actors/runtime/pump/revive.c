/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revive - what was parked before it was known that all are refused, comes back
 *
 * The first records of a row are parked, as any single one is. When the row is so long that it must
 * be the account, those that were parked of it wait with the others, those of a former life too
 * (streak.c). To take one too many back does no harm: it is refused and parked once more.
 */
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

typedef struct {
    wb_write write;
    pump_line *line;
    wb_gate_row row;                /* all of them, those that were not parked as well */
    char *records[PUMP_STREAK_MAX]; /* that came back */
    size_t count;
} revive;

static void
forget(revive *self)
{
    while (self->count)
        wb_free(&self->records[--self->count]);
}

/* Since then a person may have tried it again, or set it aside. */
static bool
is_refused(const wb_parked_row *row)
{
    return row->record.len && (wb_view_begins(row->reason, WB_VIEW_LIT("refused:")) ||
                               wb_view_begins(row->reason, WB_VIEW_LIT("absent:")) ||
                               wb_view_begins(row->reason, WB_VIEW_LIT(WB_PUMP_PROBE_REFUSED)));
}

static wb_rc
take_back(revive *self, wb_txn *txn, const wb_id *id, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_record_event event = {
        .what = "retried", .outcome = WB_OUTCOME_NONE, .before = WB_OUTCOME_PARKED};
    wb_parked_row row = {0};
    const pump_account *acct = self->line->acct;
    bool found = false;
    wb_rc rc;

    wb_buf_init(&scratch, PUMP_ROW_MAX);
    rc = wb_parked_get(txn, (wb_parked_place){acct->account->shard, *id}, &scratch, &row, &found,
                       err);
    if (rc || !found || !is_refused(&row) || wb_envelope_load(&env, row.envelope, err))
        return rc;
    rc = pump_disk_revive(acct->pump, &self->write, txn, &row, err);
    if (rc == WB_REJECT)
        return WB_OK; /* cannot be taken back: stays */
    if (!rc)
        rc = wb_parked_delete(txn, (wb_parked_place){acct->account->shard, *id}, err);
    if (rc)
        return rc;
    self->records[self->count++] = wb_text_dup_len(env->record.data, env->record.len);
    event.env = env;
    wb_event_record(&self->write, &event);
    return WB_OK;
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    static const wb_id none;
    revive *self = WB_CONTAINER(write, revive, write);
    pump_streak streak;
    wb_rc rc;

    forget(self); /* may run more than once */
    rc = pump_streak_get(txn, self->line, &self->row, &streak, err);
    for (size_t i = 0; !rc && i < streak.count; i++)
        if (memcmp(&streak.at[i].parked, &none, sizeof none))
            rc = take_back(self, txn, &streak.at[i].parked, err);
    return rc ? rc : pump_streak_full(txn, self->line, &self->row, err);
}

/* They were refused as the others were: none of them is news to look with. */
static void
done(wb_write *write)
{
    revive *self = WB_CONTAINER(write, revive, write);
    pump_account *acct = self->line->acct;
    const wb_op *op = self->line->op;
    wb_pump *pump = acct->pump;

    if (self->count)
        pump_disk_revived(pump);
    for (size_t i = 0; i < self->count; i++) {
        wb_job *job = wb_map_find(acct->records, wb_view_of(self->records[i]));

        if (!job)
            job = pump_disk_find(acct, wb_view_of(self->records[i]));
        if (!job || job->own->refused_at)
            continue;
        job->own->refused_at = wb_gate_stand_of(pump->conf.gate, acct->account, op).good + 1;
        job->own->refused_op = op;
        job->own->refused_alone = true;
    }
    forget(self);
    wb_pump_run(pump);
    wb_free(&self);
}

void
pump_revive_row(pump_line *line)
{
    wb_pump *pump = line->acct->pump;
    revive *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = apply, .done = done};
    self->line = line;
    self->row = wb_gate_row_of(pump->conf.gate, line->acct->account, line->op);
    line->streak = true;
    wb_commit_add(pump->conf.custody.commit, &self->write);
}
