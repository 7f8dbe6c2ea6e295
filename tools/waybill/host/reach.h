/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reach - the processes of a deployment, to be asked from this host
 */
#ifndef WB_TOOLS_WAYBILL_HOST_REACH_H
#define WB_TOOLS_WAYBILL_HOST_REACH_H

#include "actors/ask/client.h"
#include "tools/waybill/host/place.h"

/* Who is ready here is known from the run folder, who should be from the configuration. `place`
 * outlives the client; `loop` as in wb_client_new. */
WB_MUST_CHECK wb_rc wb_reach(wb_client **out, wb_loop *loop, const wb_place *place, wb_err *err);

#endif
