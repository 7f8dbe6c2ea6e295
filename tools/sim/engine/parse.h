/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse - the bytes of a connection to one HTTP/1.1 request
 */
#ifndef WB_TOOLS_SIM_ENGINE_PARSE_H
#define WB_TOOLS_SIM_ENGINE_PARSE_H

#include "tools/sim/engine/http.h"

typedef struct {
    wb_sim_request request;
    size_t used; /* bytes of the whole request; 0 = not complete yet */
    int refuse;  /* status to answer with and close; 0 = fine so far */
    bool close;  /* the client wants the connection closed behind the answer */
    bool wants_continue;
} wb_sim_parsed;

/* Look at the bytes got so far. `out` is zeroed by the caller. */
void wb_sim_parse(wb_sim_parsed *out, wb_view bytes);

#endif
