/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - what is asked of an enricher's tasks: call.enrich (docs/wire.md, section 14)
 */
#ifndef WB_ACTORS_ENRICHER_SHOW_H
#define WB_ACTORS_ENRICHER_SHOW_H

#include "actors/enricher/errands.h"
#include "actors/runtime/actor/actor.h"

/* Answers, and consumes the delivery. */
WB_MUST_CHECK wb_rc wb_enrich_call(wb_ctx *ctx, wb_errands *errands, wb_delivery *delivery,
                                   wb_err *err);
/* For call.record: a member "tasks" of an open object. */
void wb_enrich_tell_record(wb_ctx *ctx, wb_view record, wb_json_writer *out);

#endif
