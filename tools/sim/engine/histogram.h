/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histogram - durations in microseconds: 64 steps to each doubling, so within 1.6 % of the truth
 */
#ifndef WB_TOOLS_SIM_ENGINE_HISTOGRAM_H
#define WB_TOOLS_SIM_ENGINE_HISTOGRAM_H

#include <stdint.h>

#define WB_SIM_HISTOGRAM_STEPS 64
#define WB_SIM_HISTOGRAM_DOUBLINGS 34

typedef struct {
    uint64_t count;
    int64_t max_us;
    uint32_t steps[WB_SIM_HISTOGRAM_DOUBLINGS * WB_SIM_HISTOGRAM_STEPS];
} wb_sim_histogram;

void wb_sim_histogram_add(wb_sim_histogram *self, int64_t us);
/* The duration that `permille` of all do not exceed; 0 when there are none. */
int64_t wb_sim_histogram_at(const wb_sim_histogram *self, int permille);

#endif
