/* SPDX-License-Identifier: Apache-2.0 */
/*
 * errands - records that lack something are asked for again, a few times, in the background
 *
 * A task is a row of the store (storage/tasks.h), made in the transaction that moves the custody of
 * a record which lacks what it should have (wb_awaited). Every look takes the tasks that are due, a
 * batch at a time, leases them, and sends an errand for each (pump.h): the record is read anew and
 * goes its way like any other. Found: completed. Not found, or not answered: once more later, twice
 * as long each time, until the account's attempts are used up: failed. What is over is kept a day.
 *
 * No task is done twice at once: its lease is in the row, and lasts while its errand is in hand. A
 * process that starts takes back what its former life had leased; nobody else has this store.
 */
#ifndef WB_ACTORS_ENRICHER_ERRANDS_H
#define WB_ACTORS_ENRICHER_ERRANDS_H

#include "actors/runtime/pump/pump.h"
#include "storage/tasks.h"

#define WB_ERRANDS_BATCH 50 /* tasks that one look begins */

typedef struct {
    int64_t look_ms;  /* between two looks */
    int64_t lease_ms; /* how long a task is its errand's */
    int64_t keep_ms;  /* after the end */
} wb_errands_rule;

extern const wb_errands_rule wb_errands_usual; /* 5 s, 5 min, 24 h */

typedef struct wb_errands wb_errands;

/* `pump`, `rule` and what `conf` has are borrowed. */
wb_errands *wb_errands_new(const wb_pump_conf *conf, wb_pump *pump, const wb_errands_rule *rule);
void wb_errands_destroy(wb_errands **self_p); /* before the pump */

/* What was fetched is handed on: has its task to be written with the end of the job? */
bool wb_errands_concern(wb_errands *self, const wb_job *job);
/* As wb_pump_actor.apply: of a job that ends, its task. */
WB_MUST_CHECK wb_rc wb_errands_apply(wb_errands *self, const wb_job *job, wb_outcome outcome,
                                     wb_txn *txn, wb_err *err);
/* As wb_pump_actor.release. */
void wb_errands_released(wb_errands *self, const wb_job *job);
/* Tasks were changed by hand: look now. */
void wb_errands_look(wb_errands *self);
/* Once more, from the first attempt on. Inside a write. */
WB_MUST_CHECK wb_rc wb_errands_again(const wb_task_row *row, wb_txn *txn, wb_err *err);

#endif
