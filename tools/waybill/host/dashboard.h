/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dashboard - where its pages are, and a code that opens them once
 */
#ifndef WB_TOOLS_WAYBILL_HOST_DASHBOARD_H
#define WB_TOOLS_WAYBILL_HOST_DASHBOARD_H

#include "actors/ask/api_keys.h"
#include "tools/waybill/host/place.h"

#define WB_DASHBOARD_SIZE 400

/* "http://127.0.0.1:8420/#code=...": who opens it within a minute has this role there. Where the
 * gateway listens to other machines, too, there are no codes: the address alone.
 *
 * WB_RETRY   no gateway is ready on this host
 * WB_FATAL   the state folder cannot be written
 */
WB_MUST_CHECK wb_rc wb_dashboard_address(char dst[WB_DASHBOARD_SIZE], const wb_place *place,
                                         wb_role role, wb_err *err);

#endif
