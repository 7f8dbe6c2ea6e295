/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside - rows that cannot be used: damaged, or in a newer release's form
 *
 * One such row must not stop what is behind it, nor end the process at each start. Who meets it in
 * a read or a scan passes over it and notes it, in memory; the owner of the store makes a write of
 * the notes: the row goes out of its table and to what is parked, its key and bytes under the
 * table's name, once. Killed before that commit, it is met again.
 *
 *   jobs, outbox, runs, cursors, parked   as above; what is asked for by name is not there
 *   ready      it is only an index: the row goes
 *   tickets    as if there were none: its job is of unknown outcome
 *   records    as if nothing had been known of it, as the next observation writes it anew; its
 *              bytes are parked before
 *   marks      as if a write may have left: it is probed or parked as the account says, never
 *              created a second time without a question
 *   ...young   the same; a mark whose record cannot be told any more makes the store younger:
 *              what is older is asked for before its first write
 *   seen       not seen: the notice is taken once more, and what it leads to is compared with what
 *              is known, so that nothing is lost and nothing done twice
 *   tasks      as if nothing had been lacking: what is read of the record the next time says so
 *   vault      as if there were none: the token is fetched anew
 *   events     as if it had not been told; its place in the sequence is a hole
 *   timeline   not shown
 *   meta       of values that are kept under a name, as if there were none; of claims and identity
 *              the store is damaged (store.h)
 */
#ifndef WB_STORAGE_ASIDE_H
#define WB_STORAGE_ASIDE_H

#include "storage/jobs.h"
#include "storage/outbox.h"
#include "storage/parked.h"

#define WB_ASIDE_DAMAGED "damaged"

/* Pass over this row. False: that was noted before. `why` is copied. */
bool wb_aside_note(wb_txn *txn, wb_db db, wb_view key, const char *why);
/* The same for a row that was asked for by its key and cannot be decoded; `err` says why, and says
 * nothing any more. In a write its bytes are parked at once: it may be written over. */
WB_MUST_CHECK wb_rc wb_aside_pass(wb_txn *txn, wb_db db, wb_view key, wb_view value, wb_err *err);
/* Rows whose message cannot be read. */
bool wb_aside_job(wb_txn *txn, const wb_job_row *row, const char *why);
bool wb_aside_want(wb_txn *txn, const wb_outbox_row *row, const char *why);
/* Inside a write: what was parked of a row (its letter's bytes) goes back into its table.
 *
 * WB_REJECT  this release cannot read it either; something newer stands in its place; or rows of
 *            this table are made up for by themselves. The text says what to do
 */
WB_MUST_CHECK wb_rc wb_aside_restore(wb_txn *txn, wb_view letter, wb_err *err);
/* Is anything noted that is not parked? Costs nothing. */
bool wb_aside_noted(const wb_store *self);
/* Inside a write: park and take out what is noted. `each` is told of each one that was parked; its
 * reason begins with WB_ASIDE_DAMAGED; for an envelope it has the header alone of a job's message,
 * where that can be found. Applied twice, it is the same. */
WB_MUST_CHECK wb_rc wb_aside_park(wb_txn *txn, wb_parked_each each, void *arg, wb_err *err);
/* Behind that commit. */
void wb_aside_parked(wb_store *self);

#endif
