/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket - a token bucket, as nearly every API keeps one for each (account, operation)
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

typedef struct {
    int64_t rate_micro; /* millionths of a token a second */
    int64_t burst;      /* tokens */
} wb_sim_rate;

/* Take `cost` tokens, all or none. */
bool wb_sim_bucket_take(wb_sim_bucket *self, const wb_sim_rate *rate, int64_t cost, int64_t now_us);

#endif
