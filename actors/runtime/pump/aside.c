/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside - a person sets aside what waits of a record: it is parked, and its account looks at
 * once whether it is served without it
 */
#include <stdio.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"

/* The answer, which leaves after the commit of what it tells. */
typedef struct {
    wb_write write;
    wb_pump *pump;
    wb_delivery *delivery;
    size_t changed;
} aside;

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    (void)write;
    (void)txn;
    (void)err;
    return WB_OK;
}

static void
done(wb_write *write)
{
    aside *self = WB_CONTAINER(write, aside, write);

    wb_retake_changed(self->pump->conf.custody.lanes, &self->delivery,
                      &(wb_retake_change){.changed = self->changed});
    wb_free(&self);
}

/* One that is on its way is not touched: what comes of it is not known yet. */
static bool
set_aside(pump_account *acct, wb_view record)
{
    wb_job *job = wb_map_find(acct->records, record);
    char reason[sizeof job->error + 32];

    if (!job && acct->rows > acct->rows_loaded)
        job = pump_disk_find(acct, record);
    if (!job || job->state != WB_JOB_WAITING)
        return false;
    (void)snprintf(reason, sizeof reason, "set aside by hand%s%s", *job->error ? ": " : "",
                   job->error);
    pump_write_park(job, (job->flags & WB_JOB_UNKNOWN) != 0, reason);
    if (wb_view_is(record, acct->account->suspect))
        wb_gate_look_now(acct->pump->conf.gate, acct->account);
    return true;
}

void
pump_aside(void *pump, wb_delivery *delivery, const char *account, wb_view record)
{
    wb_pump *self = pump;
    aside *answer = wb_alloc(sizeof *answer);
    pump_account *acct;

    pump_disk_begin(self);
    answer->write = (wb_write){.apply = apply, .done = done};
    answer->pump = self;
    answer->delivery = delivery;
    for (size_t at = 0; (acct = wb_map_next(self->accounts, &at, NULL));)
        if (!*account || wb_view_is(acct->account->key_view, account))
            answer->changed += set_aside(acct, record);
    wb_commit_add(self->conf.custody.commit, &answer->write);
}
