/* SPDX-License-Identifier: Apache-2.0 */
/*
 * all - the subcommands: one row each, each in the file of its name
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_ALL_H
#define WB_TOOLS_WAYBILL_COMMANDS_ALL_H

#include "tools/waybill/terminal/command.h"

extern const wb_command wb_command_accounts, wb_command_api_key, wb_command_enrich,
    wb_command_tasks, wb_command_apply, wb_command_check, wb_command_conflicts,
    wb_command_dashboard, wb_command_ledger, wb_command_map, wb_command_orders, wb_command_parked,
    wb_command_plan, wb_command_records, wb_command_release, wb_command_reload, wb_command_run,
    wb_command_status, wb_command_stock, wb_command_sync, wb_command_tail, wb_command_up,
    wb_command_version, wb_command_why;

#endif
