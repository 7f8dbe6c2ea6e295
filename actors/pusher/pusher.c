/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pusher - delivers wanted states to a target
 *
 *   in     wanted states of the mappers; call.record, call.parked, call.plan, call.apply
 *   out    requests to the target; marks of what had been held, to the mappers
 *   keeps  for each record the newest revision delivered, until it has grown old; what stumbled;
 *          what may have left
 *   stops  an account on refused credentials; every other failure is retried, then parked
 *
 * A write whose outcome is unknown is repeated under its key, or probed first, or parked: by the
 * account's rule.
 */
#include "actors/pusher/mapped.h"

#include "actors/connectors/all.h"
#include "actors/runtime/actor/ops.h"
#include "actors/runtime/custody/tend.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define MARKS_LONGER_MS (INT64_C(30) * 86400000)

static wb_rc
on_want(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_pusher *self = wb_ctx_state(ctx);
    const wb_envelope *env = delivery->env;
    wb_account *account = wb_accounts_find(wb_ctx_accounts(ctx), env->target);

    if (!account)
        return wb_ctx_unknown(ctx, "target", env->target, err);
    if (!account->connector->push_op)
        return wb_fail(err, WB_REJECT, "target: nothing can be pushed to %.*s",
                       WB_VIEW_ARG(env->target));
    if (!env->record.len || !env->revision)
        return wb_fail(err, WB_REJECT, "malformed: a wanted state without record or revision");
    if (!wb_mapped_take(self, delivery, account))
        wb_pump_take(self->pump, delivery, account, env->again);
    wb_kill_point("pusher.taken");
    return WB_OK;
}

static wb_rc
on_parked(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_pusher *self = wb_ctx_state(ctx);

    (void)err;
    wb_ops_parked(ctx, delivery, wb_mapped_retake(self));
    return WB_OK;
}

static const wb_handler handlers[] = {
    {WB_KIND_WANT,        on_want         },
    {WB_KIND_CALL_RECORD, wb_pusher_record},
    {WB_KIND_CALL_PARKED, on_parked       },
    {WB_KIND_CALL_PLAN,   wb_pusher_plan  },
    {WB_KIND_CALL_APPLY,  wb_pusher_apply },
    {WB_KIND_NONE,        NULL            },
};

/* A mark is kept 30 days longer than its record: when the record comes anew, it is known here. */
static wb_rc
age(void *arg, wb_txn *txn, bool *end, wb_err *err)
{
    wb_pusher *self = arg;
    int64_t keep_ms = wb_ctx_config(self->ctx)->keep_records + MARKS_LONGER_MS;
    wb_rc rc = wb_marks_age(txn, &self->age, wb_now_utc_us() - keep_ms * WB_US_PER_MS, err);

    *end = self->age.end;
    return rc;
}

static wb_rc
start(wb_ctx *ctx, wb_err *err)
{
    wb_pusher *self = wb_ctx_state(ctx);
    wb_pump_conf conf = wb_ctx_pump_conf(ctx);

    (void)err;
    self->ctx = ctx;
    wb_tend_age(wb_ctx_tend(ctx), &(wb_tend_aging){.step = age, .arg = self});
    wb_pusher_tell_init(self);
    wb_lanes_on_room(wb_ctx_lanes(ctx), wb_pusher_room, self);
    self->pump = wb_pump_new(&conf, &wb_pusher_actor, self);
    wb_pusher_plans_open(self);
    wb_pusher_mend_begin(self);
    wb_mapped_open(self);
    return WB_OK;
}

static void
stop(wb_ctx *ctx)
{
    wb_pusher *self = wb_ctx_state(ctx);

    wb_pusher_mend_end(self);
    wb_mapped_close(self);
    wb_pusher_plans_close(self);
    wb_pusher_forget(self);
    wb_pump_destroy(&self->pump);
    wb_age_fini(&self->age);
}

static void
drain(wb_ctx *ctx)
{
    wb_pusher *self = wb_ctx_state(ctx);

    wb_pump_drain(self->pump);
    wb_pusher_tell_now(self);
}

/* A count that cannot be read is left out. */
static void
put_unknowns(wb_ctx *ctx, wb_json_writer *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_accounts *accounts = wb_ctx_accounts(ctx);
    wb_pusher_unknowns counts;
    wb_err err = {0};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, &err);

    wb_json_put_key(out, "unknown");
    wb_json_open(out, '[');
    for (size_t i = 0; !rc && i < wb_accounts_count(accounts); i++) {
        const wb_account *account = wb_accounts_at(accounts, i);

        if (!account->connector->push_op || !wb_ctx_owns(ctx, account->shard))
            continue;
        rc = wb_pusher_unknowns_get(txn, account, &counts, &err);
        if (rc)
            break;
        wb_json_open(out, '{');
        wb_json_member_text(out, "target", account->key_view);
        wb_json_member_int(out, "probed", (int64_t)counts.probed);
        wb_json_member_int(out, "resent", (int64_t)counts.resent);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static void
status(wb_ctx *ctx, wb_json_writer *out)
{
    wb_pusher *self = wb_ctx_state(ctx);

    wb_json_member_int(out, "delivered", (int64_t)self->delivered);
    wb_json_member_int(out, "unchanged", (int64_t)self->unchanged);
    put_unknowns(ctx, out);
    wb_mapped_status(self, out);
    wb_pump_status(self->pump, out);
}

int
main(int argc, char **argv)
{
    static const wb_actor actor = {
        .name = "pusher",
        .summary = "delivers wanted states to a target",
        .stage = WB_STAGE_PUSH,
        .serves_accounts = true,
        .state_size = sizeof(wb_pusher),
        .handlers = handlers,
        .start = start,
        .stop = stop,
        .drain = drain,
        .left = wb_pusher_left,
        .status = status,
    };

    return wb_actor_main(&actor, wb_connectors, argc, argv);
}
