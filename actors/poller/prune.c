/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prune - old notice ids and ledgers leave: a shard and a thousand rows at a time
 *
 * Each transaction goes on where the one before ended, soon while there is something to drop: what
 * leaves must keep up with what comes. A pass that has seen all shards rests a minute.
 */
#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/seen.h"

#define REST_MS 60000
#define NEXT_MS 200

typedef struct {
    wb_write write;
    wb_poller *poller;
    size_t at, dropped;
} prune_write;

static int64_t
before_us(int64_t keep_ms)
{
    return wb_now_utc_us() - keep_ms * WB_US_PER_MS;
}

/* From the shard on that has the turn, until one has something to drop. */
static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    prune_write *self = WB_CONTAINER(write, prune_write, write);
    const wb_config_tree *conf = wb_ctx_config(self->poller->ctx);
    size_t count;
    const wb_shard_claim *claims = wb_ctx_claims(self->poller->ctx, &count);
    wb_rc rc = WB_OK;

    self->dropped = 0;
    for (self->at = self->poller->prune_at; !rc && self->at < count; self->at++) {
        uint16_t shard = claims[self->at].shard;
        rc = wb_seen_prune(txn, shard, before_us(conf->keep_seen_ms), &self->dropped, err);
        if (!rc && !self->dropped)
            rc = wb_runs_prune(txn, shard, before_us(conf->keep_runs_ms), &self->dropped, err);
        if (self->dropped)
            break;
    }
    return rc;
}

static void
done(wb_write *write)
{
    prune_write *self = WB_CONTAINER(write, prune_write, write);
    wb_poller *poller = self->poller;

    poller->prune_at = self->dropped ? self->at : 0;
    wb_timer_start(wb_ctx_loop(poller->ctx), &poller->prune_timer,
                   self->dropped ? NEXT_MS : REST_MS);
    wb_free(&self);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    prune_write *self = wb_alloc(sizeof *self);

    (void)timer;
    self->write = (wb_write){.apply = apply, .done = done};
    self->poller = arg;
    wb_commit_add(wb_ctx_commit(self->poller->ctx), &self->write);
}

void
wb_prune_begin(wb_poller *poller)
{
    poller->prune_timer = (wb_timer){.fire = on_timer, .arg = poller};
    wb_timer_start(wb_ctx_loop(poller->ctx), &poller->prune_timer, NEXT_MS);
}
