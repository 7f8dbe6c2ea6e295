/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bus_publisher - an instance of the map stage that publishes events until it is asked to stop
 *
 *   bus_publisher RUN_DIR BROKER...
 *
 * Batches of class record with two events each, one every 5 ms, numbered from 1; every tenth turn a
 * batch of class run.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/runtime/lanes/lanes.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/pack.h"

#define EVERY_MS 5

typedef struct {
    wb_loop *loop;
    wb_lanes *lanes;
    wb_timer timer;
    uint64_t records, runs;
} publisher;

static void
put_text(wb_buf *out, const char *key, const char *value)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_text(out, wb_view_of(value));
}

static void
put_event(wb_buf *out, uint64_t number)
{
    char record[64];

    snprintf(record, sizeof record, "default/shop/order/%llu", (unsigned long long)number);
    wb_pack_map(out, 3);
    put_text(out, "what", "mapped");
    put_text(out, "record", record);
    wb_pack_text(out, WB_VIEW_LIT("revision"));
    wb_pack_uint(out, UINT64_MAX - number);
}

static void
on_tick(wb_timer *timer, void *arg)
{
    publisher *self = arg;
    WB_AUTO(wb_buf_fini) wb_buf batch = {0};

    wb_buf_init(&batch, 1024);
    wb_pack_array(&batch, 2);
    self->records++;
    put_event(&batch, 2 * self->records);
    put_event(&batch, 2 * self->records + 1);
    wb_lanes_publish(self->lanes, WB_TOPIC_RECORD, self->records, wb_buf_view(&batch));
    if (self->records % 10 == 0)
        wb_lanes_publish(self->lanes, WB_TOPIC_RUN, ++self->runs, WB_VIEW_LIT("\x90"));
    wb_timer_start(self->loop, timer, EVERY_MS);
}

static void
on_beat(void *arg, wb_beat_state *out)
{
    const publisher *self = arg;

    out->commits = self->records;
    out->events[WB_TOPIC_RECORD] = self->records;
    out->events[WB_TOPIC_RUN] = self->runs;
    out->ready = true;
    snprintf(out->note, sizeof out->note, "running");
}

static void
on_signal(void *arg, int signo)
{
    (void)signo;
    wb_loop_stop(arg);
}

static wb_rc
run(publisher *self, const char *run_dir, char **brokers, wb_err *err)
{
    static const wb_shard_claim claims[] = {
        {1, 3},
        {3, 3},
        {5, 3},
        {6, 4},
    };
    wb_lanes_conf conf = {
        .run_dir = run_dir,
        .instance = "mapper-1",
        .deployment = "waybill",
        .shards = 64,
        .stage = WB_STAGE_MAP,
        .claims = claims,
        .claim_count = WB_COUNT(claims),
        .brokers = (const char *const *)brokers,
        .heartbeat_ms = 100,
    };
    wb_rc rc = wb_loop_new(&self->loop, err);

    wb_random_bytes(conf.store.bytes, sizeof conf.store.bytes);
    if (!rc)
        rc = wb_loop_signals(self->loop, on_signal, self->loop, err);
    if (!rc)
        rc = wb_lanes_new(&self->lanes, self->loop, &conf, err);
    if (rc)
        return rc;
    wb_lanes_on_beat(self->lanes, on_beat, self);
    self->timer = (wb_timer){.fire = on_tick, .arg = self};
    wb_timer_start(self->loop, &self->timer, EVERY_MS);
    return wb_loop_run(self->loop, err);
}

int
main(int argc, char **argv)
{
    publisher self = {0};
    wb_err err = {0};
    wb_rc rc;

    if (argc < 3)
        return EXIT_FAILURE;
    rc = run(&self, argv[1], argv + 2, &err);
    if (rc)
        fprintf(stderr, "bus_publisher: %s\n", err.text);
    wb_lanes_destroy(&self.lanes);
    wb_loop_destroy(&self.loop);
    return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
