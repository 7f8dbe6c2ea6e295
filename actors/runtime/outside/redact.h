/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact - what another system answers may hold what we sent: our secrets, a buyer's name
 *
 * Reasons go into logs, events, timelines and lists. So before an answer is told on, every value
 * that may not show is replaced in its texts: by value, whatever the other side wrote around it.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_REDACT_H
#define WB_ACTORS_RUNTIME_OUTSIDE_REDACT_H

#include "actors/runtime/outside/account.h"

/* Replaces each occurrence of `value` in `text` by "***", without regard to case, also where the
 * text ends within it, and where it is percent-encoded. Values of fewer than 4 bytes stay. */
void wb_redact_value(char *text, wb_view value);

/* The account's secrets in what is shown of a request, and the token. */
void wb_redact_secrets(char *text, const wb_account *account, wb_view token);

/* The personal texts of a canonical record, whole, and word by word where a word has 4 letters or
 * more and stands alone. */
void wb_redact_record(char *text, wb_record_kind kind, wb_view canonical);

/* All texts of an answer: secrets of the account's options and of the request, a token that came,
 * and of each item that was sent its own personal data. `err` may be NULL. */
void wb_redact_answer(const wb_account *account, const wb_call *call, const wb_request *request,
                      wb_outcomes *out, wb_err *err);

#endif
