/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strays - stored work of an account that the configuration does not name any more
 *
 * It is kept: with the account put back it goes on. Until then status tells of it, and an operator
 * may drop it. At a mapper also what is wanted at a target to which no route leads any more.
 */
#ifndef WB_ACTORS_RUNTIME_ACTOR_STRAYS_H
#define WB_ACTORS_RUNTIME_ACTOR_STRAYS_H

#include "actors/runtime/actor/ops.h"

/* Drop at most `limit` stored rows of the account "tenant/account" and answer {"changed": N,
 * "more": bool} after the commit. What is not stray here is not touched. Consumes the delivery. */
void wb_strays_drop(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back, const char *account,
                    size_t limit);
/* What status tells is counted anew: rows were parked, or sent again. */
void wb_strays_changed(wb_ctx *ctx);

#endif
