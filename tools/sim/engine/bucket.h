/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket - a token bucket as the selling-partner API keeps one for each (seller, operation)
 */
#ifndef WB_TOOLS_SIM_ENGINE_BUCKET_H
#define WB_TOOLS_SIM_ENGINE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* In millionths of millionths of a token: nothing is rounded, however often it is asked. */
typedef struct {
    int64_t level;
    int64_t filled_at_us; /* monotonic; 0 = never used: full */
} wb_sim_bucket;

/* Take one token. rate_micro: millionths of a call a second; burst: whole calls. */
bool wb_sim_bucket_take(wb_sim_bucket *self, int64_t rate_micro, int64_t burst, int64_t now_us);

#endif
