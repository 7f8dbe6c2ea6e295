/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctx - what an actor may ask its runtime for
 */
#include "actors/runtime/actor/inside.h"

void *
wb_ctx_state(wb_ctx *ctx)
{
    return ctx->state;
}

wb_loop *
wb_ctx_loop(wb_ctx *ctx)
{
    return ctx->loop;
}

const char *
wb_ctx_store_dir(const wb_ctx *ctx)
{
    return ctx->store_dir;
}

bool
wb_ctx_is_new(const wb_ctx *ctx)
{
    return ctx->claimed && !ctx->replaced;
}

wb_store *
wb_ctx_store(wb_ctx *ctx)
{
    return ctx->store;
}

wb_commit *
wb_ctx_commit(wb_ctx *ctx)
{
    return ctx->commit;
}

static void
fail(void *ctx)
{
    wb_ctx_fail(ctx);
}

wb_custody
wb_ctx_custody(wb_ctx *ctx)
{
    return (wb_custody){.lanes = ctx->lanes,
                        .store = ctx->store,
                        .commit = ctx->commit,
                        .instance = ctx->instance,
                        .fail = fail,
                        .arg = ctx};
}

wb_pump_conf
wb_ctx_pump_conf(wb_ctx *ctx)
{
    return (wb_pump_conf){.custody = wb_ctx_custody(ctx),
                          .loop = ctx->loop,
                          .gate = ctx->gate,
                          .exchanger = ctx->exchanger,
                          .accounts = ctx->accounts,
                          .hold_ms = wb_config_tree_of(ctx->config)->hold_ms};
}

wb_tend *
wb_ctx_tend(wb_ctx *ctx)
{
    return ctx->tend;
}

wb_lanes *
wb_ctx_lanes(wb_ctx *ctx)
{
    return ctx->lanes;
}

wb_gate *
wb_ctx_gate(wb_ctx *ctx)
{
    return ctx->gate;
}

wb_exchanger *
wb_ctx_exchanger(wb_ctx *ctx)
{
    return ctx->exchanger;
}

wb_accounts *
wb_ctx_accounts(wb_ctx *ctx)
{
    return ctx->accounts;
}

const wb_config_tree *
wb_ctx_config(wb_ctx *ctx)
{
    return wb_config_tree_of(ctx->config);
}

const char *
wb_ctx_instance(wb_ctx *ctx)
{
    return ctx->instance;
}

bool
wb_ctx_owns(wb_ctx *ctx, uint16_t shard)
{
    return shard < WB_SHARDS_MAX && ctx->owned[shard];
}

const wb_shard_claim *
wb_ctx_claims(wb_ctx *ctx, size_t *count)
{
    *count = ctx->claim_count;
    return ctx->claims;
}

wb_json *
wb_ctx_json(wb_ctx *ctx)
{
    return ctx->json;
}

void
wb_ctx_fail(wb_ctx *ctx)
{
    ctx->failed = true;
    wb_loop_stop(ctx->loop);
}
