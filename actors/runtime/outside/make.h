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
/* How long an answer may take. */
int64_t wb_exchange_timeout_ms(const wb_account *account, const wb_op *op);
/* WB_REJECT: not a URL that the operation may have, or that we can speak. */
WB_MUST_CHECK wb_rc wb_exchange_check_scheme(const wb_op *op, wb_view url, wb_err *err);
/* Of a list that is asked as a question, for the answer alone: a short slice of it, as any run of
 * it would ask for. Nothing for any other operation. */
void wb_exchange_question(const wb_account *account, wb_call *call);

#endif
