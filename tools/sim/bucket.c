/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket - a token bucket as the selling-partner API keeps one for each (seller, operation)
 */
#include "tools/sim/bucket.h"

#define MICRO INT64_C(1000000)

bool
wb_sim_bucket_take(wb_sim_bucket *self, int64_t rate_micro, int64_t burst, int64_t now_us)
{
    int64_t full = burst * MICRO;
    int64_t elapsed_us = now_us - self->filled_at_us;

    if (!self->filled_at_us || elapsed_us > full / (rate_micro ? rate_micro : 1) * MICRO + MICRO) {
        self->level_micro = full;
        self->filled_at_us = now_us;
    } else {
        /* Whole millionths only: what is cut here stays in the time that was not counted yet. */
        int64_t gained = elapsed_us * rate_micro / MICRO;
        if (gained > 0) {
            self->level_micro += gained;
            self->filled_at_us += gained * MICRO / (rate_micro ? rate_micro : 1);
        }
    }
    if (self->level_micro > full)
        self->level_micro = full;
    if (self->level_micro < MICRO)
        return false;
    self->level_micro -= MICRO;
    return true;
}
