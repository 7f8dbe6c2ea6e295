/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops - what an operator asks of any process: look at what is parked, send it again, drop it
 *
 * The body of call.parked is one JSON object (docs/wire.md, section "parked"):
 *
 *   {"action": "list|count|show|retry|drop|accept|aside", "id": HEX, "account": KEY,
 *    "reason": WORD, "record": KEY, "until": TIME, "limit": N, "body": true, "stray": true,
 *    "by": NAME, "request": HEX}
 *
 * `count`: how much fits, by account and what reasons have in common (ops_count.c).
 * `stray` with `drop`: not what is parked, but what is stored of `account` (runtime/strays.h).
 * `aside`, of a record (at an account): what waits of it is parked. `accept`, with the name of the
 * person: what only a person can decide is decided as the message says (a contradiction). `id`
 * names one row; the others are a filter (`reason` is how the reason begins; `until`: what was
 * parked later does not fit). A change is answered after its commit; repeated, it finds nothing
 * left to change and does nothing.
 */
#ifndef WB_ACTORS_RUNTIME_ACTOR_OPS_H
#define WB_ACTORS_RUNTIME_ACTOR_OPS_H

#include "actors/runtime/actor/actor.h"
#include "actors/runtime/custody/retake.h"

/* Answer call.parked. Consumes the delivery. `back` is copied. */
void wb_ops_parked(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back);

#define WB_OPS_ANSWER_MAX (WB_BODY_MAX - 1024)

/* Answer a call with one JSON object, to which `tell` appends members; an error of it is the
 * answer instead, and so is an object that is too large. Consumes the delivery; WB_OK. */
typedef wb_rc (*wb_ops_tell)(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out,
                             wb_err *err);
WB_MUST_CHECK wb_rc wb_ops_answer(wb_ctx *ctx, wb_delivery *delivery, wb_ops_tell tell,
                                  wb_err *err);
/* Answer any call with {"error": text} in JSON and drop the delivery. */
void wb_ops_refuse(wb_ctx *ctx, wb_delivery *delivery, const char *why);
/* The record key of a call.record: body {"record": KEY}; a view into the document of wb_ctx_json,
 * good until its next parse. */
WB_MUST_CHECK wb_rc wb_ops_record(wb_ctx *ctx, const wb_envelope *call, wb_view *out, wb_err *err);
/* Append what is parked of a record at this process: a member "parked": [...] of an open object. */
void wb_ops_parked_of(wb_ctx *ctx, wb_view record, wb_json_writer *out);

#endif
