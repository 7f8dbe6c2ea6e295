/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - the signature of a call, from its body as it came
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_SIGN_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_SIGN_H

#include "protocol/json.h"

#define WB_SIM_TEMU_SIGN_LEN 32

/* What is signed of a body that stands in `json`: every member of it but `sign` and those that are
 * null, in the order of their names, name and value without anything between. false = it has more
 * members than anybody sends. */
bool wb_sim_temu_signed_text(wb_json *json, wb_buf *out);
/* The signature of a text: upper-case hex of its MD5 with the secret before and behind it. */
void wb_sim_temu_sign(char out[WB_SIM_TEMU_SIGN_LEN + 1], wb_view text, const char *secret);
/* The first member of a name: of two the first counts. */
wb_json_ref wb_sim_temu_member(const wb_json *json, const char *name);

#endif
