/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login_codes - codes that open the dashboard once, from the machine on which it runs
 *
 * Who may write the state folder makes one: a file in <run>/codes, named by the code's SHA-256,
 * whose content is the role's name. It is good for WB_LOGIN_CODE_MS, and once: taking it removes
 * the file, and of two who take it at one moment one gets it, also of two gateways. The code itself
 * is stored nowhere. A file that is older is removed by whoever makes the next.
 */
#ifndef WB_ACTORS_ASK_LOGIN_CODES_H
#define WB_ACTORS_ASK_LOGIN_CODES_H

#include "actors/ask/api_keys.h"

#define WB_LOGIN_CODE_MS 60000
#define WB_LOGIN_CODE_LEN 64 /* hex digits */

/* `run`: the deployment's run folder. WB_FATAL: it cannot be written. */
WB_MUST_CHECK wb_rc wb_login_code_make(const char *run, wb_role role,
                                       char code[WB_LOGIN_CODE_LEN + 1], wb_err *err);
/* True: it was good, and is no more; *out is its role. */
bool wb_login_code_take(const char *run, wb_view code, wb_role *out);

#endif
