/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the simulator's command line, as a table
 */
#ifndef WB_TOOLS_SIM_ENGINE_OPTIONS_H
#define WB_TOOLS_SIM_ENGINE_OPTIONS_H

#include "tools/sim/engine/sim.h"

/* Fill `conf` from --name value and --name=value, after the defaults. WB_REJECT: --help was asked
 * for (printed); WB_FATAL: an unknown option or a bad value, named in err. */
WB_MUST_CHECK wb_rc wb_sim_options(wb_sim_conf *conf, int argc, char **argv, wb_err *err);
void wb_sim_options_fini(wb_sim_conf *conf);

#endif
