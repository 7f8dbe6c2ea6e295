/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damaged - a message whose header cannot be read: parked with its bytes, and its sender told
 *
 * A newer release's form, mostly. Without an answer it would be sent for ever. What is parked is
 * header and body as they came: the release that can read them may send it again.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "storage/parked.h"

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery; /* what was gleaned of its header */
    wb_buf stored;         /* as wb_envelope_store would have it */
    wb_buf account;
    char reason[200];
} damaged_write;

static wb_rc
damaged_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    damaged_write *self = WB_CONTAINER(write, damaged_write, write);
    const wb_envelope *env = self->delivery->env;
    wb_record_event event = {
        .what = "parked", .env = env, .outcome = WB_OUTCOME_PARKED, .text = self->reason};
    wb_parked_row row = {.id = env->id,
                         .shard = env->shard,
                         .account = env->target.len ? env->target : wb_buf_view(&self->account),
                         .record = env->record,
                         .reason = wb_view_of(self->reason),
                         /* what was sent before may have been written by a former life of ours */
                         .unknown = env->again && env->kind == WB_KIND_WANT,
                         .parked_utc_us = wb_now_utc_us(),
                         .envelope = wb_buf_view(&self->stored)};
    wb_rc rc = wb_parked_put(txn, &row, err);

    if (!rc && row.unknown && self->ctx->actor->left)
        rc = self->ctx->actor->left(self->ctx, env, txn, err);
    if (!rc && env->record.len)
        wb_event_record(write, &event);
    return rc;
}

static void
damaged_done(wb_write *write)
{
    damaged_write *self = WB_CONTAINER(write, damaged_write, write);

    self->ctx->parked++;
    wb_log(WB_WARN, "parked", "record=%.*s from=%.*s why='%s'",
           WB_VIEW_ARG(self->delivery->env->record), WB_VIEW_ARG(self->delivery->env->instance),
           self->reason);
    wb_delivery_settle(self->ctx->lanes, &self->delivery, WB_OUTCOME_PARKED);
    wb_buf_fini(&self->stored);
    wb_buf_fini(&self->account);
    wb_free(&self);
}

void
wb_actor_damaged(void *arg, wb_delivery *delivery, wb_view header, const char *why)
{
    static const wb_id none;
    wb_ctx *ctx = arg;
    damaged_write *self;

    if (ctx->draining) {
        wb_delivery_settle(ctx->lanes, &delivery, WB_OUTCOME_FULL);
        return;
    }
    self = wb_alloc(sizeof *self);
    self->ctx = ctx;
    self->delivery = delivery;
    if (!memcmp(&delivery->env->id, &none, sizeof none))
        delivery->env->id = wb_id_make(0, delivery->env->instance, header);
    wb_ctx_account_key(ctx, delivery->env, &self->account);
    wb_buf_init(&self->stored, header.len + delivery->env->body.len + 32);
    wb_pack_array(&self->stored, 2);
    wb_pack_bytes(&self->stored, header);
    wb_pack_bytes(&self->stored, delivery->env->body);
    snprintf(self->reason, sizeof self->reason, "malformed: header: %.150s", why);
    self->write =
        (wb_write){.apply = damaged_apply, .done = damaged_done, .about = &self->delivery->env->id};
    wb_commit_add(ctx->commit, &self->write);
}
