/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor - reads the bus: what happened to each record, how far each run is
 *
 *   in     events of every process, in order and complete in spite of PUB/SUB; call.timeline, runs
 *   out    acknowledgements (call.events): what is stored here may go there
 *   keeps  the timeline by record (30 days), the ledger by run
 */
#include "actors/monitor/monitor.h"

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define KEEP_US ((int64_t)WB_MONITOR_KEEP_DAYS * 86400 * WB_US_PER_S)
#define PRUNE_MS (3600 * WB_MS_PER_S)
#define PRUNE_AGAIN_MS 200

typedef struct {
    wb_monitor monitor;
    wb_timer timer;
    wb_write write;
    bool writing;
    size_t dropped;
} monitor_state;

static wb_rc
prune_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    monitor_state *self = WB_CONTAINER(write, monitor_state, write);
    int64_t keep_runs_ms = wb_ctx_config(self->monitor.ctx)->keep_runs_ms;
    wb_rc rc = wb_timeline_prune(txn, wb_now_utc_us() - KEEP_US, &self->dropped, err);

    if (!rc && !self->dropped)
        rc = wb_watch_prune(txn, (uint16_t)wb_ctx_config(self->monitor.ctx)->shards,
                            wb_now_utc_us() - keep_runs_ms * WB_US_PER_MS, &self->dropped, err);
    return rc;
}

static void
prune_done(wb_write *write)
{
    monitor_state *self = WB_CONTAINER(write, monitor_state, write);

    self->writing = false;
    wb_timer_start(wb_ctx_loop(self->monitor.ctx), &self->timer,
                   self->dropped ? PRUNE_AGAIN_MS : PRUNE_MS);
}

static void
on_prune(wb_timer *timer, void *arg)
{
    monitor_state *self = arg;

    (void)timer;
    self->write = (wb_write){.apply = prune_apply, .done = prune_done};
    self->writing = true;
    wb_commit_add(wb_ctx_commit(self->monitor.ctx), &self->write);
}

static wb_rc
monitor_start(wb_ctx *ctx, wb_err *err)
{
    monitor_state *self = wb_ctx_state(ctx);
    wb_rc rc;

    self->monitor.ctx = ctx;
    self->timer = (wb_timer){.fire = on_prune, .arg = self};
    wb_timer_start(wb_ctx_loop(ctx), &self->timer, PRUNE_AGAIN_MS);
    rc = wb_lost_open(&self->monitor, err);
    return rc ? rc : wb_bus_open(&self->monitor, err);
}

static void
monitor_stop(wb_ctx *ctx)
{
    monitor_state *self = wb_ctx_state(ctx);

    wb_timer_stop(wb_ctx_loop(ctx), &self->timer);
    if (self->monitor.sources)
        wb_bus_close(&self->monitor);
    wb_losses_destroy(&self->monitor.losses);
}

static void
monitor_status(wb_ctx *ctx, wb_json_writer *out)
{
    const monitor_state *self = wb_ctx_state(ctx);

    wb_json_member_int(out, "events", (int64_t)self->monitor.events);
    wb_json_member_int(out, "batches", (int64_t)self->monitor.batches);
    wb_json_member_int(out, "gaps", (int64_t)self->monitor.gaps);
}

static const wb_handler handlers[] = {
    {WB_KIND_CALL_TIMELINE, wb_monitor_timeline},
    {WB_KIND_CALL_RUNS,     wb_monitor_runs    },
    {WB_KIND_NONE,          NULL               },
};

int
main(int argc, char **argv)
{
    static const wb_actor monitor = {
        .name = "monitor",
        .summary = "reads the bus: what happened to each record, how far each run is",
        .stage = WB_STAGE_WATCH,
        .state_size = sizeof(monitor_state),
        .handlers = handlers,
        .start = monitor_start,
        .stop = monitor_stop,
        .status = monitor_status,
    };

    return wb_actor_main(&monitor, wb_connectors, argc, argv);
}
