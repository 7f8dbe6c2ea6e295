/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost - stores of pollers and enrichers that are gone, and the runs that end with them
 *
 * What a run had open in a lost poller's store, and what was held in a lost enricher's, is settled
 * by nobody: another run reads it again. A note by stage and shard says since when and why, and the
 * runs that it concerns are found when they are told. Meta: "lost/" stage "/" shard -> note.
 */
#include <stdio.h>
#include <string.h>

#include "actors/monitor/monitor.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/lanes.h"
#include "storage/vault.h"

#define NAME_SIZE 32

struct wb_lost {
    uint16_t shards;
    wb_lost_note notes[]; /* of pollers by shard, then of enrichers */
};

static wb_view
name_of(char *dst, wb_stage stage, uint16_t shard)
{
    snprintf(dst, NAME_SIZE, "lost/%d/%u", (int)stage, shard);
    return wb_view_of(dst);
}

/* --- noting --- */

static wb_rc
on_lost(void *arg, wb_stage stage, uint16_t shard, const char *why, wb_txn *txn, wb_err *err)
{
    wb_monitor *monitor = arg;
    wb_lost_note note = {.at_utc_us = wb_now_utc_us()};
    wb_lanes_owner owner;
    char name[NAME_SIZE];

    if (wb_lanes_owner_of(wb_ctx_lanes(monitor->ctx), stage, shard, &owner))
        note.now = owner.store;
    snprintf(note.why, sizeof note.why, "%s", why);
    return wb_meta_put(txn, name_of(name, stage, shard),
                       (wb_view){(const char *)&note, sizeof note}, err);
}

static void
on_noted(void *arg)
{
    (void)arg; /* it is seen at the next question */
}

wb_rc
wb_lost_open(wb_monitor *monitor, wb_err *err)
{
    wb_ctx *ctx = monitor->ctx;
    uint16_t shards = (uint16_t)wb_ctx_config(ctx)->shards;
    wb_losses_conf conf = {.custody = wb_ctx_custody(ctx),
                           .quiet = true,
                           .stage = WB_STAGE_WATCH,
                           .lost = on_lost,
                           .noted = on_noted,
                           .arg = monitor};
    wb_rc rc = wb_losses_new(&monitor->losses, &conf, err);

    for (uint16_t shard = 0; !rc && shard < shards; shard++) {
        rc = wb_losses_watch(monitor->losses, WB_STAGE_PULL, shard, err);
        if (!rc)
            rc = wb_losses_watch(monitor->losses, WB_STAGE_FETCH, shard, err);
    }
    return rc;
}

/* --- what is noted --- */

static wb_rc
load(wb_lost_note *out, wb_txn *txn, wb_stage stage, uint16_t shard, wb_err *err)
{
    char name[NAME_SIZE];
    bool found = false;

    return wb_meta_get_exact(txn, name_of(name, stage, shard), out, sizeof *out, &found, err);
}

wb_rc
wb_lost_load(wb_lost **out, wb_txn *txn, uint16_t shards, wb_err *err)
{
    wb_lost *self = wb_alloc(sizeof *self + 2u * shards * sizeof self->notes[0]);
    wb_rc rc = WB_OK;

    self->shards = shards;
    for (uint16_t shard = 0; !rc && shard < shards; shard++) {
        rc = load(&self->notes[shard], txn, WB_STAGE_PULL, shard, err);
        if (!rc)
            rc = load(&self->notes[shards + shard], txn, WB_STAGE_FETCH, shard, err);
    }
    *out = self;
    return rc;
}

void
wb_lost_destroy(wb_lost **self_p)
{
    wb_free(self_p);
}

static void
end_run(wb_watched_run *run, uint64_t lost, const wb_lost_note *note)
{
    run->lost = lost;
    run->row.status = WB_RUN_FAILED;
    run->row.error = wb_view_of(note->why);
    if (!run->row.end_utc_us)
        run->row.end_utc_us = note->at_utc_us;
}

/* A poller's: all that it had not settled, unless the store that came after it still tells of the
 * run. An enricher's: what is held of a run that its poller has done with. */
void
wb_lost_apply(const wb_lost *self, const wb_id *teller, wb_watched_run *run)
{
    uint16_t shard = wb_shard_of(run->row.account, self->shards);
    const wb_lost_note *poller = &self->notes[shard], *enricher = &poller[self->shards];
    uint64_t *held = &run->row.outcomes[WB_OUTCOME_HELD], lost;

    if (poller->at_utc_us > run->row.start_utc_us && run->row.status < WB_RUN_COMPLETED &&
        memcmp(teller, &poller->now, sizeof *teller) != 0) {
        lost = wb_run_open_items(&run->row) + *held;
        *held = 0;
        end_run(run, lost, poller);
    } else if (enricher->at_utc_us > run->row.start_utc_us && *held &&
               run->row.status == WB_RUN_COMPLETED) {
        lost = *held;
        *held = 0;
        end_run(run, lost, enricher);
    }
}
