/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live - the one line of `waybill up`: how fast, how much is under way, what stands still
 */
#ifndef WB_TOOLS_WAYBILL_HOST_LIVE_H
#define WB_TOOLS_WAYBILL_HOST_LIVE_H

#include "tools/waybill/host/crew.h"

typedef struct wb_live wb_live;

/* Asks the processes once a second and writes the line to standard output. */
WB_MUST_CHECK wb_rc wb_live_new(wb_live **out, wb_loop *loop, const wb_place *place,
                                const wb_crew *crew, wb_err *err);
void wb_live_destroy(wb_live **self_p);
void wb_live_clear(const wb_live *self); /* an empty line, for something else to be written */

#endif
