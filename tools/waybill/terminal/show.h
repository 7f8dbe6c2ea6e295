/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - JSON for people: one member a line, indented
 */
#ifndef WB_TOOLS_WAYBILL_TERMINAL_SHOW_H
#define WB_TOOLS_WAYBILL_TERMINAL_SHOW_H

#include <stdio.h>

#include "protocol/json.h"

void wb_show_json(FILE *out, wb_json *json, wb_json_ref ref);

#endif
