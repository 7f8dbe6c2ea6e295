/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret - what an application proves itself with
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_LINGXING_SECRET_H
#define WB_TOOLS_SIM_SYSTEMS_LINGXING_SECRET_H

#define WB_SIM_LINGXING_SECRET_MAX 96

/* Of the target of this name. */
void wb_sim_lingxing_secret(char out[WB_SIM_LINGXING_SECRET_MAX], const char *name);

#endif
