/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump_revive - what was parked before it was known that all are refused, comes back
 *
 * The first records of a row are parked, as any single one is. When the row is so long that it must
 * be the account, those that were parked since the last good answer wait with the others. To take
 * one too many back does no harm: it is refused and parked once more.
 */
#include <string.h>

#include "actors/runtime/actor.h"
#include "actors/runtime/pump_inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define REVIVE_MAX 64

typedef struct {
    wb_write write;
    pump_account *acct;
    const wb_op *op;
    int64_t since_utc_us;
    wb_id ids[REVIVE_MAX];
    char *records[REVIVE_MAX];
    size_t count;
} revive;

static bool
begins(wb_view text, const char *with)
{
    return text.len >= strlen(with) && memcmp(text.data, with, strlen(with)) == 0;
}

static void
forget(revive *self)
{
    while (self->count)
        wb_free(&self->records[--self->count]);
}

static wb_rc
find(void *arg, const wb_parked_row *row, wb_err *err)
{
    revive *self = arg;

    (void)err;
    if (self->count == REVIVE_MAX)
        return WB_FULL;
    if (row->parked_utc_us < self->since_utc_us || row->unknown || !row->record.len ||
        !wb_view_eq(row->account, self->acct->account->key_view) ||
        !(begins(row->reason, "refused:") || begins(row->reason, "absent:")))
        return WB_OK;
    self->ids[self->count] = row->id;
    self->records[self->count++] = wb_text_dup_len(row->record.data, row->record.len);
    return WB_OK;
}

static wb_rc
take_back(revive *self, wb_txn *txn, const wb_id *id, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_record_event event = {
        .what = "retried", .outcome = WB_OUTCOME_NONE, .before = WB_OUTCOME_PARKED};
    wb_parked_row row = {0};
    uint16_t shard = self->acct->account->shard;
    bool found = false;
    wb_rc rc;

    wb_buf_init(&scratch, PUMP_ROW_MAX);
    rc = wb_parked_get(txn, shard, id, &scratch, &row, &found, err);
    if (rc || !found || wb_envelope_load(&env, row.envelope, err))
        return rc;
    rc = pump_disk_revive(self->acct->pump, &self->write, txn, &row, err);
    if (rc == WB_REJECT)
        return WB_OK; /* cannot be taken back: stays */
    if (!rc)
        rc = wb_parked_delete(txn, shard, id, err);
    if (rc)
        return rc;
    event.env = env;
    wb_event_record(&self->write, &event);
    return WB_OK;
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    revive *self = WB_CONTAINER(write, revive, write);
    wb_rc rc;

    forget(self); /* may run more than once */
    rc = wb_parked_scan(txn, self->acct->account->shard, NULL, find, self, err);
    for (size_t i = 0; !rc && i < self->count; i++)
        rc = take_back(self, txn, &self->ids[i], err);
    return rc;
}

/* They were refused as the others were: none of them is news to look with. */
static void
done(wb_write *write)
{
    revive *self = WB_CONTAINER(write, revive, write);
    pump_account *acct = self->acct;
    wb_pump *pump = acct->pump;

    if (self->count)
        pump_disk_revived(pump);
    for (size_t i = 0; i < self->count; i++) {
        wb_job *job = wb_map_find(acct->records, wb_view_of(self->records[i]));

        if (!job)
            job = pump_disk_find(acct, wb_view_of(self->records[i]));
        if (!job || job->own->refused_at)
            continue;
        job->own->refused_at = wb_gate_stand_of(pump->conf.gate, acct->account, self->op).good + 1;
        job->own->refused_op = self->op;
        job->own->refused_alone = true;
    }
    forget(self);
    wb_pump_run(pump);
    wb_free(&self);
}

void
pump_revive_row(pump_line *line)
{
    pump_account *acct = line->acct;
    wb_pump *pump = acct->pump;
    revive *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = apply, .done = done};
    self->acct = acct;
    self->op = line->op;
    self->since_utc_us = wb_gate_stand_of(pump->conf.gate, acct->account, line->op).good_utc_us;
    wb_commit_add(pump->conf.commit, &self->write);
}
