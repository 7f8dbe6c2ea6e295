/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes - their life, and what a turn of the loop ends with
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "actors/runtime/lanes/endpoint.h"
#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"

#define HOOK_RANK 10
#define SOCKETS_MAX 4096
#define LINGER_MS 100 /* the last receipts may leave */

static bool
end_turn(void *arg)
{
    wb_lanes *self = arg;
    bool more = lanes_window_tell(self);

    lanes_out_flush(self);
    lanes_in_flush(self, false);
    return more; /* who was told may have queued a commit */
}

static wb_rc
name_inlets(wb_lanes *self, wb_err *err)
{
    char name[WB_INSTANCE_MAX + 32];
    uint32_t salt;
    wb_rc rc;

    wb_random_bytes(&salt, sizeof salt);
    if (self->self.stage == WB_STAGE_NONE)
        snprintf(name, sizeof name, "tool-%ld-%08x", (long)getpid(), salt);
    else
        snprintf(name, sizeof name, "%s", self->instance);
    rc = wb_inlet_endpoint(self->self.work, sizeof self->self.work, self->run_dir, name, "work",
                           err);
    if (!rc)
        rc = wb_inlet_endpoint(self->self.receipts, sizeof self->self.receipts, self->run_dir, name,
                               "receipts", err);
    self->receipts_view = wb_view_of(self->self.receipts);
    return rc;
}

static wb_rc
take_conf(wb_lanes *self, const wb_lanes_conf *conf, wb_err *err)
{
    wb_rc rc = wb_text_set(self->instance, sizeof self->instance, wb_view_of(conf->instance), err);

    if (!rc)
        rc = wb_text_set(self->deployment, sizeof self->deployment, wb_view_of(conf->deployment),
                         err);
    if (!rc && (!conf->shards || conf->shards > WB_SHARDS_MAX))
        rc = wb_fail(err, WB_FATAL, "%u shards; 1 to %d are possible", conf->shards, WB_SHARDS_MAX);
    if (rc)
        return rc;
    self->instance_view = wb_view_of(self->instance);
    self->deployment_view = wb_view_of(self->deployment);
    self->run_dir = wb_text_dup(conf->run_dir);
    self->shards = conf->shards;
    self->heartbeat_ms = conf->heartbeat_ms > 0 ? conf->heartbeat_ms : 1000;
    self->owned = wb_alloc(self->shards * sizeof *self->owned);
    for (size_t i = 0; i < conf->claim_count; i++) {
        assert(conf->claims[i].shard < self->shards);
        self->owned[conf->claims[i].shard] = conf->claims[i].generation;
    }
    memcpy(self->self.instance, self->instance, sizeof self->instance);
    memcpy(self->self.deployment, self->deployment, sizeof self->deployment);
    memcpy(self->self.version, WB_VERSION, sizeof WB_VERSION);
    self->self.stage = conf->stage;
    self->self.pid = getpid();
    self->self.store = conf->store;
    self->self.started_utc_us = wb_loop_utc_us(self->loop);
    wb_beat_set_claims(&self->self, conf->claims, conf->claim_count);
    while (!self->self.incarnation)
        wb_random_bytes(&self->self.incarnation, sizeof self->self.incarnation);
    return WB_OK;
}

static wb_rc
open_parts(wb_lanes *self, const wb_lanes_conf *conf, wb_err *err)
{
    wb_rc rc = wb_run_dir_open(self->run_dir, err);

    if (!rc)
        rc = name_inlets(self, err);
    if (rc)
        return rc;
    self->zmq = zmq_ctx_new();
    if (!self->zmq || zmq_ctx_set(self->zmq, ZMQ_MAX_SOCKETS, SOCKETS_MAX))
        return wb_fail(err, WB_FATAL, "no ZeroMQ context: %s", zmq_strerror(zmq_errno()));
    self->wires = wb_wires_new(self->loop, self->zmq);
    self->senders = wb_map_new();
    self->windows = wb_map_new();
    self->limits = wb_map_new();
    calls_open(self);
    if (self->self.stage == WB_STAGE_NONE)
        wb_run_dir_sweep(self->run_dir);
    self->held_back = self->self.stage != WB_STAGE_NONE && conf->brokers && conf->brokers[0];
    rc = lanes_in_open(self, err);
    if (!rc)
        rc = bus_open(self, conf->brokers, err);
    if (rc)
        return rc;
    directory_open(self);
    return heartbeat_open(self, conf->brokers, err);
}

wb_rc
wb_lanes_new(wb_lanes **out, wb_loop *loop, const wb_lanes_conf *conf, wb_err *err)
{
    WB_AUTO(wb_lanes_destroy) wb_lanes *self = wb_alloc(sizeof *self);
    wb_rc rc;

    self->loop = loop;
    wb_buf_init(&self->header, WB_HEADER_MAX);
    wb_buf_init(&self->body, WB_BODY_MAX);
    wb_list_init(&self->dirty);
    wb_list_init(&self->spare);
    wb_list_init(&self->ready);
    wb_list_init(&self->unresolved);
    wb_list_init(&self->listeners);
    self->hook = (wb_loop_hook){.rank = HOOK_RANK, .flush = end_turn, .arg = self};
    wb_loop_hook_add(loop, &self->hook);
    rc = take_conf(self, conf, err);
    if (!rc)
        rc = open_parts(self, conf, err);
    if (rc)
        return rc;
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_lanes_destroy(wb_lanes **self_p)
{
    wb_lanes *self = *self_p;

    if (!self)
        return;
    if (self->wires && self->members) { /* what the last turn owes */
        lanes_out_flush(self);
        lanes_in_flush(self, true);
    }
    wb_loop_hook_remove(&self->hook);
    heartbeat_close(self);
    calls_close(self);
    directory_close(self);
    bus_close(self);
    lanes_in_close(self);
    lanes_window_close(self);
    wb_wires_destroy(&self->wires, LINGER_MS);
    if (self->zmq)
        zmq_ctx_term(self->zmq);
    wb_beat_fini(&self->self);
    wb_buf_fini(&self->header);
    wb_buf_fini(&self->body);
    wb_free(&self->owned);
    wb_free(&self->run_dir);
    wb_free(self_p);
}

uint64_t
wb_lanes_incarnation(const wb_lanes *self)
{
    return self->self.incarnation;
}
