/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports - what the shop keeps of the reports that it was asked for, and what opens them
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_SAMPLE_REPORTS_H
#define WB_TOOLS_SIM_SYSTEMS_SAMPLE_REPORTS_H

#include "tools/sim/systems/sample/sample.h"

/* A report, from when it was asked for. What goes wrong with it is settled then. */
typedef struct {
    unsigned seller;
    char from[8], to[8]; /* months, both included */
    int64_t made_utc_us, ready_us;
    int fate;   /* a fault of its own, or -1: it is never done, fatal, cancelled, empty */
    int broken; /* which kind of broken row stands in it; 0 = none */
} wb_sim_sample_report;

/* Appends the document's lines: what the seller has sold of each of the goods in these months, day
 * by day, up to yesterday. The same for ever. */
void wb_sim_sample_document(const wb_sim *sim, const wb_sim_sample_report *report, wb_buf *out);

#endif
