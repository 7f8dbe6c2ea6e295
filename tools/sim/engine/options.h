/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the simulator's command line: the world's own table, then that of each system
 */
#ifndef WB_TOOLS_SIM_ENGINE_OPTIONS_H
#define WB_TOOLS_SIM_ENGINE_OPTIONS_H

#include "tools/sim/engine/sim.h"

/* Fill `out` from --name value and --name=value, after the defaults. `systems` ends with NULL.
 * WB_REJECT: --help was asked for (printed); WB_FATAL: an unknown option or a bad value, named in
 * err. */
WB_MUST_CHECK wb_rc wb_sim_options(wb_sim_settings *out, const wb_sim_system *const *systems,
                                   char **argv, wb_err *err);
void wb_sim_options_fini(wb_sim_settings *self);

#endif
