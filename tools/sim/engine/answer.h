/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - an answer as the bytes of HTTP/1.1
 */
#ifndef WB_TOOLS_SIM_ENGINE_ANSWER_H
#define WB_TOOLS_SIM_ENGINE_ANSWER_H

#include "tools/sim/engine/http.h"

/* What is said beside the answer itself. */
typedef struct {
    const char *date;
    bool closing; /* the connection ends behind it */
    bool gzip;    /* the body is packed */
} wb_sim_how;

void wb_sim_answer_write(wb_buf *out, const wb_sim_answer *answer, const wb_sim_how *how);

#endif
