/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_event - an account was stopped or goes on, a breaker turned: logged, and told on the bus
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_ACCOUNT_EVENT_H
#define WB_ACTORS_RUNTIME_OUTSIDE_ACCOUNT_EVENT_H

#include "actors/runtime/custody/commit.h"
#include "actors/runtime/outside/account.h"
#include "actors/runtime/outside/gate.h"

/* Each is one packed map, queued as a write of its own; `arg` is the wb_commit. */

/* A wb_gate_turned: what ("suspended", "resumed"), account, at, text (the reason). */
void wb_event_account_turned(void *arg, wb_account *account);
/* A wb_gate_breaker: what ("breaker_open", "breaker_half_open", "breaker_closed"), account, at,
 * operation, text (open: the failure). */
void wb_event_breaker_turned(void *arg, wb_account *account, const wb_op *op, wb_breaker breaker,
                             const char *why);

/* Its credentials end, or have: what ("credentials_end"), account, at, text (when, and who renews
 * them). */
void wb_event_account_ends(void *arg, const wb_account *account, const char *text);

#endif
