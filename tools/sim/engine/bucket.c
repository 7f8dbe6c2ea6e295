/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket - a token bucket, as nearly every API keeps one for each (account, operation)
 */
#include "tools/sim/engine/bucket.h"

#define TOKEN (INT64_C(1000000) * 1000000) /* microseconds times millionths a second */

bool
wb_sim_bucket_take(wb_sim_bucket *self, const wb_sim_rate *rate, int64_t cost, int64_t now_us)
{
    int64_t full = rate->burst * TOKEN;
    __int128 gained = (__int128)(now_us - self->filled_at_us) * rate->rate_micro;

    if (!self->filled_at_us || gained > full - self->level)
        self->level = full;
    else
        self->level += (int64_t)gained;
    self->filled_at_us = now_us;
    if (self->level < cost * TOKEN)
        return false;
    self->level -= cost * TOKEN;
    return true;
}
