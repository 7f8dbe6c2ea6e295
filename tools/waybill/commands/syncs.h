/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syncs - when the orders and the products of each account were read to their end, as tables: what
 * a poller says of its accounts, member "syncs" of call.status
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_SYNCS_H
#define WB_TOOLS_WAYBILL_COMMANDS_SYNCS_H

#include "protocol/json.h"
#include "tools/waybill/terminal/table.h"

/* An account a line, times as ages, for a glance: 80 columns for a name of 20. Accounts of which
 * neither is read have none. */
#define WB_SYNCS_AGES "shop\torders\tread\tin full\tproducts\tread\tin full"
void wb_syncs_put_ages(wb_table *table, wb_json *json);

/* A line for the orders and one for the products of an account, with the times: 80 columns for a
 * name of 15. The second heads where one of them says when its credentials end. */
#define WB_SYNCS_TIMES "account\tof\tstatus\tread\tread in full"
#define WB_SYNCS_TIMES_ENDS WB_SYNCS_TIMES "\tcredentials end"
void wb_syncs_put_times(wb_table *table, wb_json *json);
bool wb_syncs_have_ends(wb_json *json);

#endif
