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

bool
wb_sim_temu_withheld(const wb_sim_part *part, uint32_t order)
{
    return wb_sim_temu_marked(part, WB_SIM_TEMU_RESTRICTED, order);
}

bool
wb_sim_temu_told(const wb_sim_part *part, uint32_t order)
{
    return ((const wb_sim_temu *)part->state)->sent[order].told;
}

bool
wb_sim_temu_untold(const wb_sim_part *part, uint32_t order)
{
    const wb_sim_temu *self = part->state;
    const wb_sim_market *market = part->sim->market;

    return wb_sim_case_of(market, order) == WB_SIM_CASE_MOVED_ADDRESS &&
           wb_sim_market_newest(market, order) == wb_sim_market_conf_of(market)->changes + 1 &&
           self->sent[order].shipped_utc_us && !self->sent[order].told;
}
