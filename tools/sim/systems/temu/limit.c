/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit - so many calls in any second
 */
#include "tools/sim/systems/temu/limit.h"

#include <string.h>

#define SLOT_US (1000000 / WB_SIM_TEMU_SLOTS)

uint32_t
wb_sim_temu_window_calls(wb_sim_temu_window *self, int64_t now_us)
{
    int64_t slot = now_us / SLOT_US;
    uint32_t sum = 0;

    if (slot - self->slot >= WB_SIM_TEMU_SLOTS) {
        memset(self->calls, 0, sizeof self->calls);
        self->slot = slot;
    }
    while (self->slot < slot)
        self->calls[++self->slot % WB_SIM_TEMU_SLOTS] = 0;
    for (int i = 0; i < WB_SIM_TEMU_SLOTS; i++)
        sum += self->calls[i];
    return sum;
}

void
wb_sim_temu_window_add(wb_sim_temu_window *self)
{
    self->calls[self->slot % WB_SIM_TEMU_SLOTS]++;
}
