/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - checks a request's Signature Version 4 as the queue service does
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_SIGN_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_SIGN_H

#include "tools/sim/systems/amazon/amazon.h"

/* What the service says to a wrong signature; code NULL = it is right. */
typedef struct {
    const char *code;
    char message[160];
} wb_sim_sign_fault;

/* Known key, known session token, clock within 5 minutes, signed headers complete, signature
 * recomputed. `scratch` is used up. */
void wb_sim_sign_check(const wb_sim_amazon *amazon, const wb_sim_request *request, wb_buf *scratch,
                       wb_sim_sign_fault *out);

#endif
