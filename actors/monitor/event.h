/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event - what the monitor reads of the events of other processes
 */
#ifndef WB_ACTORS_MONITOR_EVENT_H
#define WB_ACTORS_MONITOR_EVENT_H

#include "protocol/pack.h"
#include "storage/runs.h"

/* The members of an event that we look at. */
typedef struct {
    wb_view what, record, target, text;
    wb_view run; /* 16 bytes; absent = none */
    int64_t at_utc_us;
    uint64_t outcome, before, revision;
} wb_seen_event;

/* Read one event map of scanned bytes; `raw` is the whole of it. Texts are views into it.
 * WB_REJECT: no map, or a member of another type. */
WB_MUST_CHECK wb_rc wb_seen_event_read(wb_unpack *in, wb_seen_event *out, wb_view *raw,
                                       wb_err *err);
/* The event of a run, whole. */
WB_MUST_CHECK wb_rc wb_seen_run_read(wb_view raw, wb_run_row *out, wb_err *err);

#endif
