/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket - a token bucket as the selling-partner API keeps one for each (seller, operation)
 */
#include "tools/sim/engine/bucket.h"

#define TOKEN (INT64_C(1000000) * 1000000) /* microseconds times millionths a second */

bool
wb_sim_bucket_take(wb_sim_bucket *self, int64_t rate_micro, int64_t burst, int64_t now_us)
{
    int64_t full = burst * TOKEN;
    __int128 gained = (__int128)(now_us - self->filled_at_us) * rate_micro;

    if (!self->filled_at_us || gained > full - self->level)
        self->level = full;
    else
        self->level += (int64_t)gained;
    self->filled_at_us = now_us;
    if (self->level < TOKEN)
        return false;
    self->level -= TOKEN;
    return true;
}
