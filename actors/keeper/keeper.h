/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper - what its files share
 */
#ifndef WB_ACTORS_KEEPER_KEEPER_H
#define WB_ACTORS_KEEPER_KEEPER_H

#include "actors/runtime/actor/actor.h"
#include "protocol/base/map.h"
#include "protocol/keep.h"

typedef struct {
    wb_ctx *ctx;
    wb_map *tokens, *buckets; /* by scope#operation */
    size_t refreshing;
    uint64_t refreshed, refused, granted, denied, throttled;
    uint64_t grants_told; /* that their end is near */
} wb_keeper;

/* The account and the operation that a call names. WB_REJECT: not configured, or no such one. */
WB_MUST_CHECK wb_rc wb_keeper_find(wb_keeper *self, const wb_keep *keep, wb_account **account,
                                   const wb_op **op, wb_err *err);
/* "scope#operation" */
void wb_keeper_key(wb_buf *out, const wb_keep *keep);
/* Answer a call and drop its delivery. */
void wb_keeper_reply(wb_keeper *self, wb_delivery **delivery_p, const wb_keep *keep);

/* tokens.c: handlers, and the end. */
wb_rc wb_keeper_token(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
/* At the start: what is stored of the accounts' grants, whose end is watched from then on. */
WB_MUST_CHECK wb_rc wb_keeper_grants_load(wb_keeper *self, wb_err *err);
void wb_keeper_tokens_fini(wb_keeper *self);
void wb_keeper_grants_tell(wb_keeper *self, wb_json_writer *out);
/* buckets.c */
wb_rc wb_keeper_lease(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
wb_rc wb_keeper_feedback(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
void wb_keeper_buckets_fini(wb_keeper *self);
void wb_keeper_buckets_tell(wb_keeper *self, wb_json_writer *out);

#endif
