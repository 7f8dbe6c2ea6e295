/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make - the request of a call, as the exchange makes it: for whoever shows it without sending it
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_MAKE_H
#define WB_ACTORS_RUNTIME_OUTSIDE_MAKE_H

#include "actors/runtime/outside/account.h"

/* What a call is given of its account. */
void wb_exchange_fill(wb_account *account, wb_call *call, wb_json *json);
/* Built and signed. */
WB_MUST_CHECK wb_rc wb_exchange_make(wb_account *account, wb_call *call, wb_view token,
                                     wb_request *out, wb_err *err);

#endif
