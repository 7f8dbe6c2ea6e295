/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit - so many calls in any second: the strictest reading of "20 requests a second"
 *
 * A bucket, a calendar second and a sliding second are all kept by who keeps this one.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_LIMIT_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define WB_SIM_TEMU_SLOTS 20 /* of 50 ms each: the window moves by that */

/* Zeroed before its first use. */
typedef struct {
    int64_t slot; /* the newest, since the clock began */
    uint32_t calls[WB_SIM_TEMU_SLOTS];
} wb_sim_temu_window;

/* How many calls are in the window now. */
uint32_t wb_sim_temu_window_calls(wb_sim_temu_window *self, int64_t now_us);
/* One more; after wb_sim_temu_window_calls of the same moment. */
void wb_sim_temu_window_add(wb_sim_temu_window *self);

#endif
