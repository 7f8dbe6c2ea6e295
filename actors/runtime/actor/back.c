/* SPDX-License-Identifier: Apache-2.0 */
/*
 * back - a store that was turned back (yesterday's in the place of today's) becomes another
 *
 * What it had taken over since is gone, and nobody can tell what that was. So it gets a new
 * identity, in one transaction, before any work is taken; everybody else then sees a store that
 * they do not know at an address that they know, which is what an empty one in the place of a lost
 * one looks like too. What follows is theirs (custody/losses.h); what the store still has counts as
 * handed over before (rows older than its birth).
 *
 *   who knows   our own last beat in the run folder, at the start; a broker, when it is reached;
 *               a person, who brought a whole state folder back: --restored
 *   killed      before the commit: noticed again. After it: the former number belongs to an id
 *               that nobody has any more, so that nothing is noticed twice
 *   never       a store that went back by less than a heartbeat, or whose run folder and brokers
 *               went back with it: for that there is --restored
 *   empty       a store that is new where our last beat tells of another: what the former one held
 *               is gone as well (wb_losses_former); it takes shards by --first alone
 *   a copy      of the store that lives elsewhere is an operator's error, shown as a second claim
 */
#include <string.h>
#include <unistd.h>

#include "actors/runtime/actor/inside.h"
#include "actors/runtime/custody/losses.h"
#include "actors/runtime/lanes/beat.h"
#include "actors/runtime/process/kill_point.h"

static wb_rc
renew(wb_ctx *ctx, uint64_t commits_seen, wb_err *err)
{
    wb_log(WB_ERROR, "store.turned_back",
           "commits=%llu seen=%llu next='it becomes another store, and all of it is again'",
           (unsigned long long)wb_store_commits(ctx->store), (unsigned long long)commits_seen);
    wb_kill_point("store.turned_back");
    return wb_store_renew(ctx->store, err);
}

/* An empty store in the place of a lost one knows nothing of it; our last beat does. */
static wb_rc
note_former(wb_ctx *ctx, uint16_t shards, wb_err *err)
{
    wb_id former;

    if (!wb_beat_store(ctx->run_dir, ctx->instance, shards, &former) ||
        !memcmp(&former, wb_store_id(ctx->store), sizeof former))
        return WB_OK;
    ctx->replaced = true;
    return wb_losses_former(ctx->store, ctx->actor->stage, &former, err);
}

wb_rc
wb_actor_look_back(wb_ctx *ctx, wb_err *err)
{
    uint16_t shards = (uint16_t)wb_config_tree_of(ctx->config)->shards;
    uint64_t seen = wb_beat_commits(ctx->run_dir, wb_store_id(ctx->store), shards);
    wb_rc rc = note_former(ctx, shards, err);

    if (rc || (!ctx->restored && seen <= wb_store_commits(ctx->store)))
        return rc;
    return renew(ctx, seen, err);
}

/* The lanes carry the former id, and peers drop what comes from a store they do not know: the new
 * life begins in this same process. */
void
wb_actor_turned_back(void *arg, uint64_t commits_seen)
{
    wb_ctx *ctx = arg;
    wb_err err = {0};

    if (renew(ctx, commits_seen, &err))
        wb_log(WB_ERROR, "store.not_renewed", "why='%s' next='at the next start'", err.text);
    ctx->reexec = true;
    wb_actor_drain(ctx);
}

/* What a person said of the store holds for one start. */
void
wb_actor_again(char **argv)
{
    char **to = argv;

    for (char **at = argv; *at; at++)
        if (strcmp(*at, "--restored") != 0)
            *to++ = *at;
    *to = NULL;
    execv("/proc/self/exe", argv);
}
