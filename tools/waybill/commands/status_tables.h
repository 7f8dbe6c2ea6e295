/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_tables - the tables of the configuration, as the processes have them
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_STATUS_TABLES_H
#define WB_TOOLS_WAYBILL_COMMANDS_STATUS_TABLES_H

#include "tools/waybill/commands/session.h"

/* How many tables are not the same in all processes. `show`: print them, when there are any. */
size_t wb_status_tables(wb_session *session, const wb_ask *ask, bool show);

/* "3d 4h", "12m", "8s"; "-" of 0. */
const char *wb_ago(char *dst, size_t size, int64_t utc_us);

#endif
