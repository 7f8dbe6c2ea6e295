/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode - from the bytes of a row to its record, for this folder and for the fuzzer
 *
 * Every decoder is given key and value as they are in the store, reads nothing outside them, and
 * gives views into them. WB_FATAL: damaged.
 */
#ifndef WB_STORAGE_DECODE_H
#define WB_STORAGE_DECODE_H

#include "storage/jobs.h"
#include "storage/marks.h"
#include "storage/outbox.h"
#include "storage/parked.h"
#include "storage/records.h"
#include "storage/runs.h"
#include "storage/syncs.h"
#include "storage/tasks.h"

WB_MUST_CHECK wb_rc wb_jobs_decode(wb_view key, wb_view value, wb_job_row *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_tickets_decode(wb_view value, wb_ticket *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_tasks_decode(wb_view key, wb_view value, wb_task_row *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_syncs_decode(wb_view key, wb_view value, wb_sync_row *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_marks_decode(wb_view value, wb_mark_row *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_outbox_decode(wb_view key, wb_view value, wb_outbox_row *out, wb_err *err);
/* out->envelope is still sealed. */
WB_MUST_CHECK wb_rc wb_parked_decode(wb_view key, wb_view value, wb_parked_row *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_records_decode(wb_view value, wb_record_row *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_cursors_decode(wb_view value, wb_cursor_row *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_runs_decode(wb_view key, wb_view value, wb_run_row *out, wb_err *err);

#endif
