/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer - what happens later: one heap of moments, monotonic milliseconds
 */
#include "tools/sim/engine/timer.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

void
wb_sim_timers_fini(wb_sim_timers *self)
{
    wb_heap_fini(&self->heap);
}

void
wb_sim_timer_set(wb_sim_timers *self, wb_sim_timer *timer, int64_t at_ms)
{
    wb_heap_put(&self->heap, &timer->node, at_ms);
}

void
wb_sim_timer_stop(wb_sim_timers *self, wb_sim_timer *timer)
{
    wb_heap_remove(&self->heap, &timer->node);
}

int64_t
wb_sim_timers_run(wb_sim_timers *self)
{
    int64_t now_ms = wb_now_ms();
    wb_heap_node *first = NULL;

    while ((first = wb_heap_first(&self->heap)) && first->at <= now_ms) {
        wb_heap_remove(&self->heap, first);
        wb_sim_timer *timer = WB_CONTAINER(first, wb_sim_timer, node);
        timer->fire(timer);
    }
    return first ? first->at - now_ms : -1;
}
