/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish - committed events are told to the bus
 *
 * They are in the log: who listens can wait a moment, and one wake-up of broker and monitor then
 * serves many orders.
 */
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/own.h"

#define PUBLISH_MS 100
#define PUBLISH_BYTES (64 * 1024)

/* A row of events that is stored and not told yet. */
typedef struct {
    wb_link link;
    wb_topic topic;
    uint64_t sequence;
    size_t len;
    char batch[];
} unpublished;

static void
on_publish(void *arg, wb_topic topic, uint64_t sequence, wb_view batch)
{
    wb_ctx *ctx = arg;
    unpublished *row = wb_alloc(sizeof *row + batch.len);

    ctx->event_sequence[topic] = sequence;
    row->topic = topic;
    row->sequence = sequence;
    row->len = batch.len;
    memcpy(row->batch, batch.data, batch.len);
    wb_list_append(&ctx->unpublished, &row->link);
    ctx->unpublished_bytes += batch.len;
    if (ctx->unpublished_bytes >= PUBLISH_BYTES)
        wb_timer_start(ctx->loop, &ctx->publish_timer, 0);
    else if (!wb_timer_running(&ctx->publish_timer))
        wb_timer_start(ctx->loop, &ctx->publish_timer, PUBLISH_MS);
}

static void
publish_all(wb_ctx *ctx)
{
    ctx->unpublished_bytes = 0;
    for (wb_link *link; (link = wb_list_pop(&ctx->unpublished));) {
        unpublished *row = WB_CONTAINER(link, unpublished, link);
        wb_lanes_publish(ctx->lanes, row->topic, row->sequence, (wb_view){row->batch, row->len});
        wb_free(&row);
    }
}

static void
on_publish_time(wb_timer *timer, void *arg)
{
    (void)timer;
    publish_all(arg);
}

wb_rc
wb_actor_events_open(wb_ctx *ctx, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint64_t first;
    wb_rc rc = wb_txn_begin(&txn, ctx->store, false, err);

    wb_list_init(&ctx->unpublished);
    ctx->publish_timer = (wb_timer){.fire = on_publish_time, .arg = ctx};
    wb_commit_on_publish(ctx->commit, on_publish, ctx);
    for (int topic = 0; !rc && topic < WB_TOPIC_COUNT; topic++)
        rc = wb_events_span(txn, (wb_topic)topic, &first, &ctx->event_sequence[topic], err);
    return rc;
}

void
wb_actor_events_flush(wb_ctx *ctx)
{
    wb_timer_stop(ctx->loop, &ctx->publish_timer);
    publish_all(ctx);
}
