/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer - what happens later: one heap of moments, monotonic milliseconds
 */
#ifndef WB_TOOLS_SIM_ENGINE_TIMER_H
#define WB_TOOLS_SIM_ENGINE_TIMER_H

#include "protocol/base/heap.h"

typedef struct wb_sim_timer wb_sim_timer;

/* Lives in its owner, zeroed before its first use. `fire` may set it again or free its owner. */
struct wb_sim_timer {
    wb_heap_node node;
    void (*fire)(wb_sim_timer *self);
};

typedef struct {
    wb_heap heap;
} wb_sim_timers;

void wb_sim_timers_fini(wb_sim_timers *self);
void wb_sim_timer_set(wb_sim_timers *self, wb_sim_timer *timer, int64_t at_ms);
void wb_sim_timer_stop(wb_sim_timers *self, wb_sim_timer *timer); /* no-op when not set */
/* Fire all that are due. Returns the wait to the next, or -1 when there is none. */
int64_t wb_sim_timers_run(wb_sim_timers *self);

#endif
