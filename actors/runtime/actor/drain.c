/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drain - an orderly end: SIGTERM, SIGINT, or a reload that starts anew
 *
 * Nothing new is taken: who sends is told FULL, which takes back that it was sent, so that nobody
 * wonders later whether it had an effect. What is in flight is waited for up to drain_ms; the rest
 * is held upstream or in the store.
 */
#include <signal.h>

#include "actors/runtime/actor/inside.h"

#define DRAIN_LOOK_MS 5

static bool
still_working(wb_ctx *ctx)
{
    size_t idle = ctx->actor->idle_calls ? ctx->actor->idle_calls(ctx) : 0;

    return wb_lanes_in_hand(ctx->lanes) || wb_commit_queued(ctx->commit) ||
           (ctx->gate && wb_gate_in_flight(ctx->gate) > idle) ||
           (ctx->actor->working && ctx->actor->working(ctx));
}

static void
on_look(wb_timer *timer, void *arg)
{
    wb_ctx *ctx = arg;

    (void)timer;
    if (still_working(ctx) && wb_loop_now_ms(ctx->loop) < ctx->drain_until_ms)
        wb_timer_start(ctx->loop, &ctx->drain_timer, DRAIN_LOOK_MS);
    else
        wb_loop_stop(ctx->loop);
}

void
wb_actor_drain(wb_ctx *ctx)
{
    if (ctx->draining)
        return;
    ctx->draining = true;
    ctx->drain_until_ms = wb_loop_now_ms(ctx->loop) + wb_config_tree_of(ctx->config)->drain_ms;
    wb_log(WB_INFO, "drain", "in_hand=%zu", wb_lanes_in_hand(ctx->lanes));
    if (ctx->gate)
        wb_gate_drain(ctx->gate);
    if (ctx->actor->drain)
        ctx->actor->drain(ctx);
    wb_lanes_beat_now(ctx->lanes);
    wb_timer_start(ctx->loop, &ctx->drain_timer, 0);
}

void
wb_actor_signal(void *arg, int signo)
{
    wb_ctx *ctx = arg;

    if (signo == SIGHUP) {
        wb_actor_reload(ctx);
        return;
    }
    ctx->reexec = false;
    wb_actor_drain(ctx);
}

void
wb_actor_drain_init(wb_ctx *ctx)
{
    ctx->drain_timer = (wb_timer){.fire = on_look, .arg = ctx};
}
