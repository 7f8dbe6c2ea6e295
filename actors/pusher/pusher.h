/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pusher - what its files share
 */
#ifndef WB_ACTORS_PUSHER_PUSHER_H
#define WB_ACTORS_PUSHER_PUSHER_H

#include "actors/runtime/actor/actor.h"
#include "actors/runtime/pump/pump.h"
#include "protocol/base/map.h"
#include "storage/age.h"
#include "storage/marks.h"
#include "storage/parked.h"

typedef struct {
    wb_ctx *ctx;
    wb_pump *pump;
    wb_link telling; /* marks that gather, or wait for room */
    wb_link told;    /* on their way to the mapper */
    wb_map *open;    /* of telling: by account and shard, which takes more */
    wb_timer tell_timer;
    wb_age age;    /* where the walk over old marks stands */
    wb_link plans; /* call.plan: of those that are asked about at their target */
    wb_loop_hook plan_hook;
    struct wb_mapped *mapped; /* mapped.h */
    uint64_t delivered, unchanged;
    struct wb_mend *mend; /* NULL = no account wants it */
} wb_pusher;

/* deliver.c: what the pump asks. */
extern const wb_pump_actor wb_pusher_actor;
/* As wb_actor.left. */
wb_rc wb_pusher_left(wb_ctx *ctx, const wb_envelope *env, wb_txn *txn, wb_err *err);
/* How many writes of unknown outcome were settled at a target, ever, and how. */
typedef struct {
    uint64_t probed, resent;
} wb_pusher_unknowns;
WB_MUST_CHECK wb_rc wb_pusher_unknowns_get(wb_txn *txn, const wb_account *target,
                                           wb_pusher_unknowns *out, wb_err *err);
/* tell.c: a settled job's mark goes back to the mapper. */
void wb_pusher_tell(void *pusher, wb_account *account, const wb_envelope *env, wb_view error);
void wb_pusher_room(void *pusher, wb_stage stage, wb_view account);
void wb_pusher_tell_now(wb_pusher *self); /* without waiting for company */
void wb_pusher_tell_init(wb_pusher *self);
void wb_pusher_forget(wb_pusher *self);
/* Does a wanted state say nothing to its target that its mark does not, and may nothing else have
 * left since? */
bool wb_pusher_says_nothing(const wb_op *op, const wb_envelope *env, const wb_mark_row *mark);
/* plan.c: call.plan. */
wb_rc wb_pusher_plan(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
void wb_pusher_plans_open(wb_pusher *self);
void wb_pusher_plans_close(wb_pusher *self);
/* A target of ours, by "tenant/account"; NULL = another's, or none. And what is said of that. */
wb_account *wb_pusher_target(wb_ctx *ctx, wb_view key);
wb_rc wb_pusher_not_ours(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err);
/* apply.c: call.apply. */
wb_rc wb_pusher_apply(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
/* mend.c: what was refused for what another system can mend is tried again, each account by its
 * schedule. Behind the pump. */
void wb_pusher_mend_begin(wb_pusher *self);
void wb_pusher_mend_end(wb_pusher *self);
/* Is it time to try that row again? Not parked for such a reason, or often enough: never. */
bool wb_mend_is_due(const wb_parked_row *row, const wb_retry_conf *conf, int64_t now_utc_us);
/* show.c: call.record. */
wb_rc wb_pusher_record(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

#endif
