/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line - one live line that tells how a run goes, on a terminal alone
 */
#ifndef WB_TOOLS_WAYBILL_TRIAL_LINE_H
#define WB_TOOLS_WAYBILL_TRIAL_LINE_H

#include "tools/waybill/trial/tally.h"

typedef struct {
    bool live;
    int64_t shown_ms, shown_versions; /* what the rate is counted from */
    double rate;
} wb_line;

void wb_line_show(wb_line *self, const wb_tally *tally, int64_t running_ms, unsigned restarts,
                  bool ending);

#endif
