/* SPDX-License-Identifier: Apache-2.0 */
/*
 * online - each account of a configuration is asked the cheapest harmless question, and what is
 * wrong is said in words
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_ONLINE_H
#define WB_TOOLS_WAYBILL_COMMANDS_ONLINE_H

#include "tools/waybill/terminal/command.h"

/* `names`: accounts, alone or as tenant/name; none = all. The exit code. */
int wb_check_online(const char *path, const wb_words *names, bool as_json);

#endif
