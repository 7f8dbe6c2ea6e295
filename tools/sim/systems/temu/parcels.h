/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parcels - what was confirmed, and how it counts at the far end
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_PARCELS_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_PARCELS_H

#include "tools/sim/engine/target.h"
#include "tools/sim/systems/temu/confirm.h"

/* The far end that this mall is, for a call that writes. NULL = it hangs until the client goes. */
wb_sim_target *wb_sim_temu_target(wb_sim_visit *visit, const wb_sim_temu_seller *seller);

/* One more parcel of the order; its tracking number is used from here on. `main`: it is an extra
 * box of that one. */
const wb_sim_temu_parcel *wb_sim_temu_add_parcel(wb_sim_visit *visit, uint32_t order,
                                                 const wb_sim_temu_box *box,
                                                 const int64_t quantity[WB_SIM_LINES_MAX],
                                                 const wb_sim_temu_parcel *main);

/* An order goes its way, in these boxes. */
typedef struct {
    uint32_t order;
    const wb_sim_temu_box *boxes;
    int box_count;
    bool is_wrong; /* it is no shipment of the ERP, whatever numbers they have */
} wb_sim_temu_going;

/* All of the order is on its way. It is the ERP's shipment if the boxes have its tracking numbers.
 * false = the request is answered, and nothing is sent. */
bool wb_sim_temu_count(wb_sim_visit *visit, const wb_sim_temu_seller *seller,
                       const wb_sim_temu_going *going);

/* It is refused for good: whoever counts at the far end finds it parked. */
void wb_sim_temu_note_refused(const wb_sim_visit *visit, uint32_t order);
/* Is its shipment refused for good, by itself? */
bool wb_sim_temu_keeps_back(const wb_sim_visit *visit, uint32_t order);

/* Says so for ever: it was cancelled, or is not to be sent yet. Always false. */
bool wb_sim_temu_not_to_send(const wb_sim_visit *visit, uint32_t order);

#endif
