/* SPDX-License-Identifier: Apache-2.0 */
/*
 * park - a message in hand is put aside, and settled after the commit of that
 */
#include "actors/runtime/actor/inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery;
    char *account;
    char *reason;
    bool unknown;
} park_write;

static wb_rc
park_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    park_write *self = WB_CONTAINER(write, park_write, write);
    const wb_envelope *env = self->delivery->env;
    wb_parking what = {env, env->shard, self->unknown, wb_view_of(self->account), self->reason};
    wb_rc rc = wb_park_envelope(write, txn, &what, err);

    if (!rc && self->unknown && self->ctx->actor->left)
        rc = self->ctx->actor->left(self->ctx, env, txn, err);
    return rc;
}

void
wb_ctx_parked(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason)
{
    ctx->parked++;
    if (!wb_accounts_find(ctx->accounts, account))
        wb_actor_strays_free(ctx);
    wb_log_trace((*delivery_p)->env->trace);
    wb_log(WB_WARN, "parked", "record=%.*s why='%s'", WB_VIEW_ARG((*delivery_p)->env->record),
           reason);
    wb_log_trace(NULL);
    wb_delivery_settle(ctx->lanes, delivery_p, WB_OUTCOME_PARKED);
}

static void
park_done(wb_write *write)
{
    park_write *self = WB_CONTAINER(write, park_write, write);

    wb_ctx_parked(self->ctx, &self->delivery, wb_view_of(self->account), self->reason);
    wb_free(&self->account);
    wb_free(&self->reason);
    wb_free(&self);
}

void
wb_actor_park(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason,
              bool unknown)
{
    park_write *self = wb_alloc(sizeof *self);

    self->ctx = ctx;
    self->delivery = wb_take(delivery_p);
    self->write =
        (wb_write){.apply = park_apply, .done = park_done, .about = &self->delivery->env->id};
    self->account = wb_text_dup_len(account.data ? account.data : "", account.len);
    self->reason = wb_text_dup(reason);
    self->unknown = unknown;
    wb_commit_add(ctx->commit, &self->write);
}

void
wb_ctx_park(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason,
            bool unknown)
{
    wb_actor_park(ctx, delivery_p, account, reason, unknown);
}
