/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper - the one place for access tokens and quotas
 *
 *   in     call.token, call.lease, call.feedback
 *   out    token requests to the vendors
 *   keeps  tokens and what lets us ask for them, sealed; the level of each limit, debited before
 *          its calls leave; learnt rates
 *   stops  nothing: refused credentials are told to who asked, and tried again later
 */
#include "actors/keeper/keeper.h"

#include "actors/connectors/all.h"

static const wb_handler handlers[] = {
    {WB_KIND_CALL_TOKEN,    wb_keeper_token   },
    {WB_KIND_CALL_LEASE,    wb_keeper_lease   },
    {WB_KIND_CALL_FEEDBACK, wb_keeper_feedback},
    {WB_KIND_NONE,          NULL              },
};

static wb_rc
start(wb_ctx *ctx, wb_err *err)
{
    wb_keeper *self = wb_ctx_state(ctx);

    self->ctx = ctx;
    self->tokens = wb_map_new();
    self->buckets = wb_map_new();
    return wb_keeper_grants_load(self, err);
}

static void
stop(wb_ctx *ctx)
{
    wb_keeper *self = wb_ctx_state(ctx);

    wb_keeper_tokens_fini(self);
    wb_keeper_buckets_fini(self);
}

static bool
working(wb_ctx *ctx)
{
    wb_keeper *self = wb_ctx_state(ctx);

    return self->refreshing > 0;
}

static void
status(wb_ctx *ctx, wb_json_writer *out)
{
    wb_keeper *self = wb_ctx_state(ctx);

    wb_json_member_int(out, "tokens_refreshed", (int64_t)self->refreshed);
    wb_json_member_int(out, "tokens_refused", (int64_t)self->refused);
    wb_json_member_int(out, "calls_granted", (int64_t)self->granted);
    wb_json_member_int(out, "leases_denied", (int64_t)self->denied);
    wb_json_member_int(out, "throttled", (int64_t)self->throttled);
    wb_keeper_buckets_tell(self, out);
    wb_keeper_grants_tell(self, out);
}

int
main(int argc, char **argv)
{
    static const wb_actor actor = {
        .name = "keeper",
        .summary = "the one place for access tokens and quotas",
        .stage = WB_STAGE_KEEP,
        .serves_accounts = true,
        .state_size = sizeof(wb_keeper),
        .handlers = handlers,
        .start = start,
        .stop = stop,
        .working = working,
        .status = status,
    };

    return wb_actor_main(&actor, wb_connectors, argc, argv);
}
