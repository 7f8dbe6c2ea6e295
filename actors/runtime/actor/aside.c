/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside - rows of our store that cannot be used go to what is parked, and are told
 *
 * Whoever met one has noted it (storage/aside.h). Looked at at the end of each turn: it costs a
 * comparison.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "storage/aside.h"

#define HOOK_RANK (-4) /* before the commit of the turn */

/* On the bus, class process (docs/wire.md, section 9): whose store, not which record. */
static void
tell_process(wb_write *write, const wb_parked_row *row)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, 4096);
    wb_pack_map(&out, 4);
    wb_pack_member_text(&out, "what", WB_VIEW_LIT("row_damaged"));
    wb_pack_member_text(&out, "text", row->reason);
    wb_pack_member_text(&out, "account", row->account);
    wb_pack_member_int(&out, "at", wb_now_utc_us());
    wb_commit_event(write, WB_TOPIC_PROCESS, wb_buf_view(&out));
}

/* What an enricher held counts as held in its run, until somebody says what became of it. */
static bool
was_held(wb_write *write, const wb_parked_row *row)
{
    const wb_ctx *ctx = WB_CONTAINER(write, wb_ctx, aside_write);

    return ctx->actor && ctx->actor->stage == WB_STAGE_FETCH && row->envelope.len;
}

static bool
is_job(const wb_parked_row *row)
{
    static const char begin[] = WB_ASIDE_DAMAGED ": jobs:";

    return row->reason.len >= sizeof begin - 1 &&
           !memcmp(row->reason.data, begin, sizeof begin - 1);
}

static wb_rc
tell(void *arg, const wb_parked_row *row, wb_err *err)
{
    wb_ctx *ctx = WB_CONTAINER((wb_write *)arg, wb_ctx, aside_write);
    char reason[200];
    wb_envelope env = {0};
    wb_record_event event = {
        .what = "parked", .env = &env, .outcome = WB_OUTCOME_PARKED, .text = reason};

    (void)err;
    ctx->aside_jobs = ctx->aside_jobs || is_job(row);
    if (was_held(arg, row)) {
        wb_ignore(!wb_envelope_glean(&env, row->envelope), "what is there of it will do");
        event.before = WB_OUTCOME_HELD;
    }
    env.record = row->record;
    snprintf(reason, sizeof reason, "%.*s", WB_VIEW_ARG(row->reason));
    wb_log(WB_ERROR, "row.damaged", "account=%.*s record=%.*s why='%s' next='parked'",
           WB_VIEW_ARG(row->account), WB_VIEW_ARG(row->record), reason);
    if (row->record.len)
        wb_event_record(arg, &event);
    else
        tell_process(arg, row);
    return WB_OK;
}

static wb_rc
aside_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_ctx *ctx = WB_CONTAINER(write, wb_ctx, aside_write);
    wb_rc rc;

    ctx->aside_jobs = false; /* may run more than once */
    rc = wb_aside_park(txn, tell, write, err);
    if (rc || !ctx->aside_jobs || !ctx->aside_took)
        return rc;
    return ctx->aside_took(ctx->aside_arg, write, txn, err);
}

static void
aside_done(wb_write *write)
{
    wb_ctx *ctx = WB_CONTAINER(write, wb_ctx, aside_write);

    wb_aside_parked(ctx->store);
    ctx->aside_queued = false;
}

static bool
look(void *arg)
{
    wb_ctx *ctx = arg;

    if (ctx->aside_queued || !wb_aside_noted(ctx->store))
        return false;
    ctx->aside_queued = true;
    ctx->aside_write = (wb_write){.apply = aside_apply, .done = aside_done};
    wb_commit_add(ctx->commit, &ctx->aside_write);
    return true;
}

void
wb_ctx_on_aside(wb_ctx *ctx, wb_ctx_aside took, void *arg)
{
    ctx->aside_took = took;
    ctx->aside_arg = arg;
}

void
wb_actor_aside_open(wb_ctx *ctx)
{
    ctx->aside_hook = (wb_loop_hook){.rank = HOOK_RANK, .flush = look, .arg = ctx};
    wb_loop_hook_add(ctx->loop, &ctx->aside_hook);
}

void
wb_actor_aside_close(wb_ctx *ctx)
{
    if (ctx->aside_hook.flush)
        wb_loop_hook_remove(&ctx->aside_hook);
}
