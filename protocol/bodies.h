/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bodies - bodies that come from other processes, read without an effect: receipts, the
 * broker's answer, call.events
 *
 * docs/wire.md, sections 6 and 10. Each body is scanned first; texts are views into it.
 */
#ifndef WB_PROTOCOL_BODIES_H
#define WB_PROTOCOL_BODIES_H

#include "protocol/envelope.h"
#include "protocol/pack.h"
#include "protocol/topics.h"

#define WB_RECEIPTS_RUN_MAX 65536 /* sequences of one run */
#define WB_RECEIPTS_MAX 1048576   /* sequences of one message: each is looked for */

/* The sequences first, first + 1, ... (`count` of them) ended with this outcome. */
typedef struct {
    uint64_t first, count;
    wb_outcome outcome;
} wb_receipt_run;

typedef struct {
    wb_unpack from;
    uint64_t incarnation; /* that is acknowledged */
    uint32_t runs;        /* still to be read */
    uint64_t left;        /* sequences that they may name together */
} wb_receipts;

WB_MUST_CHECK wb_rc wb_receipts_open(wb_receipts *self, wb_view body, wb_err *err);
/* The next of `runs`. WB_REJECT: no run, an unknown outcome, or too many sequences. */
WB_MUST_CHECK wb_rc wb_receipts_next(wb_receipts *self, wb_receipt_run *out, wb_err *err);

/* [commits, [beat, age, flags], ...] */
typedef struct {
    wb_unpack from;
    uint64_t commits; /* the highest that was seen of our store */
    uint32_t members; /* still to be read */
} wb_directory_answer;

WB_MUST_CHECK wb_rc wb_directory_answer_open(wb_directory_answer *self, wb_view body, wb_err *err);
WB_MUST_CHECK wb_rc wb_directory_answer_next(wb_directory_answer *self, wb_view *beat,
                                             int64_t *age_ms, wb_err *err);

/* Which class, and from where on; without `from` it is left alone. WB_REJECT: no such class. */
WB_MUST_CHECK wb_rc wb_events_call_read(wb_view body, wb_topic *topic, uint64_t *from, wb_err *err);

#endif
