/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learn - what an account's names stand for, asked in the background by its question
 *
 * A call whose build wants them says so (wb_request.wants_names), and goes on or comes again: it
 * waits for nothing here. The question is asked with all of its parts, each through the gate as any
 * call is, so limits count them. What is read whole takes the place of what was there; what fails
 * leaves it. It is asked at most once a minute, however many calls want it.
 *
 * In memory alone: who begins anew asks when names are first needed.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_LEARN_H
#define WB_ACTORS_RUNTIME_OUTSIDE_LEARN_H

#include "actors/runtime/outside/exchange.h"

#define WB_LEARN_EVERY_MS 60000

typedef struct wb_learner wb_learner;

/* How it calls: wb_exchange_start of whoever has it. */
typedef wb_rc wb_learn_call(wb_exchanger *by, wb_account *account, wb_call *call,
                            wb_exchange_done done, void *arg, wb_err *err);

wb_learner *wb_learner_new(wb_loop *loop, wb_gate *gate, wb_learn_call *call, wb_exchanger *by);
void wb_learner_destroy(wb_learner **self_p); /* behind its calls */

/* Asked for, unless it is on its way, was just done, or the connector has no question. */
void wb_learner_want(wb_learner *self, wb_account *account);

#endif
