/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poller - asks channels and ERPs what is new, stores what it took, and sends it down the lanes
 *
 *   in     receipts; call.sync, call.parked, call.record
 *   out    notices to the enrichers, whole records to the mappers
 *   keeps  every item until the next holder's receipt; cursors; the ledger of each run
 *   stops  an account on refused credentials; every other failure is retried with back-off
 */
#include <stdio.h>

#include "actors/connectors/all.h"
#include "actors/poller/poller.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

static wb_poller *
state_of(wb_ctx *ctx)
{
    return wb_ctx_state(ctx);
}

/* --- parked items come back --- */

static wb_inbox *
inbox_of(wb_poller *poller, wb_view account)
{
    for (size_t i = 0; i < poller->inbox_count; i++)
        if (wb_view_eq(poller->inboxes[i].account->key_view, account))
            return &poller->inboxes[i];
    return NULL;
}

static wb_rc
revive(void *arg, wb_write *write, wb_txn *txn, const wb_parked_row *row, wb_err *err)
{
    wb_inbox *inbox = inbox_of(arg, row->account);
    wb_arrival name;
    wb_job_row job = {.shard = row->shard,
                      .account = row->account,
                      .due_utc_us = -1, /* as a page stores it: in no queue of what is due */
                      .stored_utc_us = wb_now_utc_us(),
                      .flags = WB_JOB_REVIVED, /* in its run's ledger it stays parked */
                      .envelope = row->envelope};

    (void)write;
    if (!inbox)
        return wb_fail(err, WB_REJECT, "its account is not read by this process");
    if (!row->record.len)
        return wb_fail(err, WB_REJECT,
                       "it names no record, so nothing can be fetched: drop it, or "
                       "let the full sync find its order");
    name = wb_inbox_arrival(inbox);
    job.name = wb_arrival_view(&name);
    return wb_jobs_put(txn, &job, err);
}

/* In its run's ledger it counts as parked: a person has looked. */
static wb_rc
dropping(void *arg, wb_write *write, wb_txn *txn, const wb_retake_dropped *what, wb_err *err)
{
    wb_run_delta delta = {.run = what->env->run, .shard = what->shard};

    if (what->flags & WB_JOB_REVIVED)
        return WB_OK; /* it counted so already */
    delta.counts[WB_OUTCOME_PARKED] = 1;
    return wb_run_count(arg, write, txn, &delta, err);
}

static void
revived(void *arg)
{
    wb_inbox_put_back(arg);
}

static wb_rc
on_parked(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    (void)err;
    wb_ops_parked(
        ctx, delivery,
        &(wb_retake){
            .arg = state_of(ctx), .revive = revive, .revived = revived, .dropping = dropping});
    return WB_OK;
}

/* --- what we know of a record --- */

static wb_rc
tell_record(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    wb_poller *poller = state_of(ctx);
    size_t waiting = 0;
    wb_view record;
    wb_rc rc = wb_ops_record(ctx, call, &record, err);

    if (rc)
        return rc;
    for (size_t i = 0; i < poller->inbox_count; i++)
        waiting += wb_way_count(&poller->inboxes[i].way, record);
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_int(out, "on_their_way", (int64_t)waiting);
    wb_ops_parked_of(ctx, record, out);
    return WB_OK;
}

static wb_rc
on_record(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, tell_record, err);
}

/* --- status --- */

static void
poller_status(wb_ctx *ctx, wb_json_writer *out)
{
    wb_poller *poller = state_of(ctx);

    wb_json_member_int(out, "received", (int64_t)poller->received);
    wb_json_member_int(out, "duplicates", (int64_t)poller->duplicates);
    wb_run_write_status(poller, out);
    wb_show_streams(poller, out);
}

/* --- the actor --- */

static wb_rc
poller_start(wb_ctx *ctx, wb_err *err)
{
    wb_poller *poller = state_of(ctx);
    char folder[520];
    wb_rc rc;

    poller->ctx = ctx;
    wb_buf_init(&poller->scratch, WB_HEADER_MAX + WB_BODY_MAX + 64);
    poller->holder = wb_inbox_holder(poller);
    wb_run_progress_init(poller);
    rc = wb_feeds_open(poller, err);
    snprintf(folder, sizeof folder, "%.500s/spool", wb_ctx_store_dir(ctx));
    if (!rc)
        rc = wb_spooled_open(poller, folder, err);
    if (!rc)
        rc = wb_run_lost_open(poller, err);
    if (!rc)
        rc = wb_run_close_left(poller, err);
    if (!rc)
        rc = wb_heal_open(poller, err);
    if (!rc)
        rc = wb_renewals_open(poller, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < poller->inbox_count; i++)
        wb_way_resume(&poller->inboxes[i].way);
    for (size_t i = 0; i < poller->feed_count; i++)
        wb_feed_look(&poller->feeds[i]);
    wb_prune_begin(poller);
    return WB_OK;
}

static void
poller_drain(wb_ctx *ctx)
{
    wb_poller *poller = state_of(ctx);

    poller->draining = true;
    wb_holder_drain(poller->holder);
    for (size_t i = 0; i < poller->feed_count; i++)
        if (poller->feeds[i].mode->drain)
            poller->feeds[i].mode->drain(&poller->feeds[i]);
    for (size_t i = 0; i < poller->feed_count; i++)
        if (!poller->feeds[i].beginning)
            wb_sync_close(&poller->feeds[i]);
}

static bool
poller_working(wb_ctx *ctx)
{
    wb_poller *poller = state_of(ctx);

    for (size_t i = 0; i < poller->feed_count; i++) {
        const wb_feed *feed = &poller->feeds[i];
        bool untold = feed->ack_count || !wb_list_empty(&feed->acks_later);

        if (feed->acking || (untold && !feed->account->suspended))
            return true;
    }
    return false;
}

static size_t
poller_idle_calls(wb_ctx *ctx)
{
    wb_poller *poller = state_of(ctx);
    size_t count = 0;

    for (size_t i = 0; i < poller->feed_count; i++)
        count += poller->feeds[i].polling;
    return count;
}

static void
poller_stop(wb_ctx *ctx)
{
    wb_poller *poller = state_of(ctx);

    wb_timer_stop(wb_ctx_loop(ctx), &poller->prune_timer);
    wb_run_progress_close(poller);
    wb_renewals_close(poller);
    wb_heal_close(poller);
    wb_run_lost_close(poller);
    wb_feeds_close(poller);
    wb_spooled_close(poller);
    wb_holder_destroy(&poller->holder);
    wb_buf_fini(&poller->scratch);
}

static const wb_handler handlers[] = {
    {WB_KIND_CALL_SYNC,   wb_sync_call},
    {WB_KIND_CALL_PARKED, on_parked   },
    {WB_KIND_CALL_RECORD, on_record   },
    {WB_KIND_NONE,        NULL        },
};

int
main(int argc, char **argv)
{
    static const wb_actor poller = {
        .name = "poller",
        .summary = "asks channels for what is new, stores it, and sends it on",
        .stage = WB_STAGE_PULL,
        .serves_accounts = true,
        .state_size = sizeof(wb_poller),
        .handlers = handlers,
        .start = poller_start,
        .stop = poller_stop,
        .working = poller_working,
        .idle_calls = poller_idle_calls,
        .drain = poller_drain,
        .status = poller_status,
    };

    return wb_actor_main(&poller, wb_connectors, argc, argv);
}
