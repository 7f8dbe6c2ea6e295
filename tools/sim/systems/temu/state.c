/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state - what every file of this system asks for: its state, its operations, what strikes an order
 */
#include "tools/sim/systems/temu/temu.h"

const char *const wb_sim_temu_types[] = {
#define TYPE(id, place, handler, type) [WB_SIM_TEMU_##id] = type,
    WB_SIM_TEMU_OPS(TYPE)
#undef TYPE
        [WB_SIM_TEMU_OTHER] = "other",
};

wb_sim_temu *
wb_sim_temu_of(const wb_sim_visit *visit)
{
    return visit->part->state;
}

bool
wb_sim_temu_marked(const wb_sim_part *part, int fault, uint32_t order)
{
    int place = part->system->faults[fault].place;

    return wb_sim_faults_marked(&part->sim->faults, part->faults + fault, part->places + place,
                                order);
}
