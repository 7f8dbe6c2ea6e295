/* SPDX-License-Identifier: Apache-2.0 */
/*
 * take - every message that comes in: to its handler, or aside
 *
 * What ended the process three times within a minute, by the marks that it left
 * (process/process.h), ends it whenever it is touched: it is parked with its bytes. An end names
 * the message whose handler, request, answer, transaction or receipt it was in the middle of. That
 * is enough: nothing else has to wait, and nothing is noted before.
 */
#include "actors/runtime/actor/inside.h"
#include "actors/runtime/actor/ops.h"
#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/own.h"

static const wb_handler *
handler_of(const wb_actor *actor, wb_kind kind)
{
    for (const wb_handler *row = actor->handlers; row->kind != WB_KIND_NONE; row++)
        if (row->kind == kind)
            return row;
    return NULL;
}

/* The account that a message is parked under: its target, or the one that it was read from.
 * `left`: if it is a write, it may have left. */
static void
park_refused(wb_ctx *ctx, wb_delivery *delivery, const char *why, bool left)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};

    wb_ctx_account_key(ctx, delivery->env, &key);
    wb_actor_park(ctx, &delivery,
                  delivery->env->target.len ? delivery->env->target : wb_buf_view(&key), why,
                  left && delivery->env->kind == WB_KIND_WANT);
}

static void
settle_handled(wb_ctx *ctx, wb_delivery *delivery, wb_rc rc, const wb_err *err)
{
    switch (rc) {
    case WB_OK:
        return;
    case WB_REJECT: /* a former life of ours, or another configuration, may have let it leave */
        park_refused(ctx, delivery, err->text, delivery->env->again);
        return;
    case WB_FULL:
        wb_delivery_settle(ctx->lanes, &delivery, WB_OUTCOME_FULL);
        return;
    case WB_RETRY:
    case WB_SUSPEND:
        wb_delivery_drop(ctx->lanes, &delivery);
        return;
    case WB_FATAL:
        wb_log(WB_ERROR, "handler.fatal", "why='%s'", err->text);
        wb_ctx_fail(ctx);
        wb_delivery_drop(ctx->lanes, &delivery);
    }
}

static void
handle(wb_ctx *ctx, wb_delivery *delivery)
{
    const wb_handler *row = handler_of(ctx->actor, delivery->env->kind);
    wb_err err = {0};
    wb_rc rc;

    if (!row && delivery->env->kind == WB_KIND_CALL_PARKED) { /* rows of its store at most */
        wb_ops_parked(ctx, delivery, &(wb_retake){0});
        return;
    }
    if (!row) {
        wb_log(WB_WARN, "message.unexpected", "kind=%s", wb_kind_name(delivery->env->kind));
        wb_delivery_drop(ctx->lanes, &delivery);
        return;
    }
    wb_process_works_on(&delivery->env->id);
    wb_log_trace(delivery->env->trace);
    wb_fault_on_record(delivery->env->record);
    rc = row->handle(ctx, delivery, &err);
    wb_process_works_on(NULL);
    settle_handled(ctx, delivery, rc, &err);
    wb_log_trace(NULL);
}

void
wb_actor_take(void *arg, wb_delivery *delivery)
{
    wb_ctx *ctx = arg;

    ctx->taken++;
    if (wb_actor_call(ctx, delivery))
        return;
    if (ctx->draining && delivery->from) {
        wb_delivery_settle(ctx->lanes, &delivery, WB_OUTCOME_FULL);
        return;
    }
    /* it may have ended the process after its request had left. A call is answered or given up */
    if (delivery->env->sequence && wb_process_ended_by(&delivery->env->id) >= WB_CAREFUL_ENDED_BY)
        park_refused(ctx, delivery, WB_ENDS_THE_PROCESS, true);
    else
        handle(ctx, delivery);
}
