/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked - a record that a person names is read now: call.fetch (docs/wire.md, section 14)
 *
 * It is a notice that no source has told of, and goes the way of one. Who asks is answered when it
 * is through, or when it is stored: nothing is promised before. A record that its source does not
 * have ends there; the timeline says so, and nothing is parked.
 */
#ifndef WB_ACTORS_ENRICHER_ASKED_H
#define WB_ACTORS_ENRICHER_ASKED_H

#include "actors/runtime/actor/actor.h"
#include "actors/runtime/pump/pump.h"

typedef struct wb_asked wb_asked;

/* Both are borrowed. */
wb_asked *wb_asked_new(wb_ctx *ctx, wb_pump *pump);
void wb_asked_destroy(wb_asked **self_p); /* behind the pump, which gives up what was asked for */

/* Consumes the delivery. */
WB_MUST_CHECK wb_rc wb_asked_call(wb_asked *self, wb_delivery *delivery, wb_err *err);
/* A wb_pump_actor.gone. */
void wb_asked_gone(void *asked, const char *why);
/* In wb_pump_actor.apply: of a job that is gone, its event. */
void wb_asked_tell(const wb_job *job, wb_write *write);

#endif
