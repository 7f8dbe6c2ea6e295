/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histogram - durations in microseconds: 64 steps to each doubling, so within 1.6 % of the truth
 */
#include "tools/sim/engine/histogram.h"

#include <stddef.h>

#define STEP_BITS 6

static size_t
step_of(uint64_t us)
{
    if (us < WB_SIM_HISTOGRAM_STEPS)
        return (size_t)us;
    unsigned shift = 63U - (unsigned)__builtin_clzll(us) - STEP_BITS;
    size_t step = (size_t)(shift + 1) * WB_SIM_HISTOGRAM_STEPS +
                  (size_t)((us >> shift) - WB_SIM_HISTOGRAM_STEPS);
    size_t last = sizeof((wb_sim_histogram *)0)->steps / sizeof(uint32_t) - 1;
    return step < last ? step : last;
}

/* The upper end of a step. */
static int64_t
end_of(size_t step)
{
    size_t shift = step / WB_SIM_HISTOGRAM_STEPS;

    if (shift == 0)
        return (int64_t)step;
    uint64_t base = WB_SIM_HISTOGRAM_STEPS + step % WB_SIM_HISTOGRAM_STEPS;
    return (int64_t)(((base + 1) << (shift - 1)) - 1);
}

void
wb_sim_histogram_add(wb_sim_histogram *self, int64_t us)
{
    if (us < 0)
        us = 0;
    self->count++;
    self->steps[step_of((uint64_t)us)]++;
    if (us > self->max_us)
        self->max_us = us;
}

int64_t
wb_sim_histogram_at(const wb_sim_histogram *self, int permille)
{
    uint64_t wanted = (self->count * (uint64_t)permille + 999) / 1000, seen = 0;
    size_t last = sizeof self->steps / sizeof *self->steps - 1;

    if (!self->count)
        return 0;
    for (size_t i = 0; i < last; i++) {
        seen += self->steps[i];
        if (seen >= wanted)
            return end_of(i) < self->max_us ? end_of(i) : self->max_us;
    }
    return self->max_us;
}
