/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops - what an operator asks of any process: look at what is parked, send it again, drop it
 *
 * The body of call.parked is one JSON object (docs/wire.md, section "parked"):
 *
 *   {"action": "list|show|retry|drop|accept|aside", "id": HEX, "account": KEY, "reason": WORD,
 *    "record": KEY, "limit": N, "body": true, "stray": true, "by": NAME, "request": HEX}
 *
 * `stray` with `drop`: not what is parked, but what is stored of `account` (runtime/strays.h).
 * `aside`, of a record (at an account): what waits of it is parked. `accept`, with the name of the
 * person: what only a person can decide is decided as the message says (a contradiction). `id`
 * names one row; the others are a filter (`reason` is how the reason begins). A change is answered
 * after its commit; repeated, it finds nothing left to change and does nothing.
 */
#ifndef WB_ACTORS_RUNTIME_OPS_H
#define WB_ACTORS_RUNTIME_OPS_H

#include "actors/runtime/actor.h"
#include "storage/parked.h"

/* Stored work that an operator drops, its account not being configured. */
typedef struct {
    const wb_envelope *env;
    uint16_t shard;
    uint32_t flags; /* WB_JOB_* */
    wb_view account;
} wb_ops_dropped;

/* How an actor takes parked work back. */
typedef struct {
    void *arg;
    /* Inside the transaction: make the row work again (a row in jobs). The row's envelope is
     * unsealed. Its parked row is deleted by the caller. NULL = this actor cannot. */
    wb_rc (*revive)(void *arg, wb_write *write, wb_txn *txn, const wb_parked_row *row, wb_err *err);
    /* How the reason begins of what a person can decide; NULL = nothing here. And the same as
     * revive, for a row of that reason: its word is taken, `by` ("by NAME") says whose decision. */
    const char *acceptable;
    wb_rc (*accept)(void *arg, wb_txn *txn, const wb_parked_row *row, const char *by, wb_err *err);
    /* Park what waits of a record, at one account or ("") at all; answers the call after the commit
     * and consumes the delivery. NULL = nothing waits for a call here. */
    void (*aside)(void *arg, wb_delivery *delivery, const char *account, wb_view record);
    /* After the commit, when at least one came back: look at the stored work. */
    void (*revived)(void *arg);
    /* Inside the transaction that drops it: what has to be known of it later. NULL = nothing. */
    wb_rc (*dropping)(void *arg, wb_write *write, wb_txn *txn, const wb_ops_dropped *what,
                      wb_err *err);
} wb_ops_back;

/* Answer call.parked. Consumes the delivery. `back` is copied. */
void wb_ops_parked(wb_ctx *ctx, wb_delivery *delivery, const wb_ops_back *back);

/* What a call has changed: so many rows; `more` could be; `kept` could not, the first because
 * `why`. */
typedef struct {
    size_t changed, kept;
    bool more;
    const char *why; /* NULL or "" = none is kept */
} wb_ops_change;
/* Answer the call; consumes the delivery. */
void wb_ops_changed(wb_ctx *ctx, wb_delivery **delivery_p, const wb_ops_change *change);

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
