/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat - our own beats: to each broker's inlet, and as a file in the run folder
 *
 * Every heartbeat while something changes, every third while nothing does: an idle deployment
 * costs next to nothing. Each new connection to a broker is greeted with call.directory, which
 * carries our beat, so that a restarted broker knows everybody at once and we know what it knows.
 */
#include <string.h>

#include "actors/runtime/lanes/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"

#define QUIET_MAX 4

static void
know_state(wb_lanes *self)
{
    self->self.state = (wb_beat_state){0};
    if (self->fill)
        self->fill(self->fill_arg, &self->self.state);
    if (self->self.state.commits > self->told_commits)
        self->told_commits = self->self.state.commits;
}

/* The file remembers how far our store came: with it a store that was turned back is known at its
 * next start, brokers or not. Not flushed to the disk: an older one only knows less. */
static void
save(wb_lanes *self, wb_view packed)
{
    wb_err err = {0};

    if (self->saved && self->saved_ready == self->self.state.ready &&
        self->saved_commits == self->self.state.commits)
        return;
    self->saved = true;
    self->saved_ready = self->self.state.ready;
    self->saved_commits = self->self.state.commits;
    if (wb_beat_save(self->run_dir, self->instance, packed, &err))
        wb_log(WB_WARN, "beat.file", "why='%s'", err.text);
}

static void
beat(wb_lanes *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_envelope env;

    self->self.number++;
    self->quiet = 0;
    self->told = self->self.state;
    wb_buf_init(&body, WB_BEAT_MAX);
    wb_beat_pack(&self->self, &body);
    save(self, wb_buf_view(&body));
    lanes_identify(self, &env, WB_KIND_BEAT);
    if (!lanes_encode(self, &env))
        return;
    for (size_t i = 0; i < self->broker_count; i++) /* a new connection is greeted anyway */
        wb_wire_send(self->brokers[i].inlet, wb_buf_view(&self->header), wb_buf_view(&body));
}

static bool
is_tool(const wb_lanes *self)
{
    return self->self.stage == WB_STAGE_NONE;
}

static bool
same_state(const wb_beat_state *a, const wb_beat_state *b)
{
    return a->commits == b->commits && a->ready == b->ready &&
           memcmp(a->events, b->events, sizeof a->events) == 0 && strcmp(a->note, b->note) == 0;
}

static void
on_beat(wb_timer *timer, void *arg)
{
    wb_lanes *self = arg;
    uint64_t jitter;
    int64_t next_ms;

    know_state(self);
    if (!self->self.number || self->quiet + 2 >= QUIET_MAX ||
        !same_state(&self->told, &self->self.state))
        beat(self);
    else
        self->quiet += 2; /* nothing happens: look half as often */
    next_ms = self->quiet ? 2 * self->heartbeat_ms : self->heartbeat_ms;
    wb_wires_sweep(self->wires);
    wb_random_bytes(&jitter, sizeof jitter);
    wb_timer_start(self->loop, timer,
                   next_ms - (int64_t)(jitter % (uint64_t)(self->heartbeat_ms / 8 + 1)));
}

static void
on_sweep(wb_timer *timer, void *arg)
{
    wb_lanes *self = arg;

    wb_wires_sweep(self->wires);
    wb_timer_start(self->loop, timer, self->heartbeat_ms);
}

static void
on_broker(void *arg)
{
    broker_link *broker = arg;

    directory_greet(broker->home, broker);
}

wb_rc
heartbeat_open(wb_lanes *self, const char *const *brokers, wb_err *err)
{
    char endpoint[WB_ENDPOINT_MAX + 1];
    wb_rc rc;

    for (size_t i = 0; brokers && brokers[i]; i++) {
        broker_link *broker = &self->brokers[i];
        if (i == BROKERS_MAX)
            return wb_fail(err, WB_FATAL, "more than %d brokers", BROKERS_MAX);
        rc = wb_broker_endpoint(endpoint, sizeof endpoint, brokers[i], "inlet", err);
        if (!rc)
            rc = wb_wires_get(self->wires, &broker->inlet, wb_view_of(endpoint), err);
        if (rc)
            return rc;
        broker->home = self;
        wb_wire_hold(broker->inlet);
        wb_wire_on_up(broker->inlet, on_broker, broker);
        self->broker_count++;
    }
    self->state_now = know_state;
    self->self.every_ms = QUIET_MAX * self->heartbeat_ms;
    self->beat_timer = (wb_timer){.fire = is_tool(self) ? on_sweep : on_beat, .arg = self};
    wb_timer_start(self->loop, &self->beat_timer, 0);
    return WB_OK;
}

/* What was committed since the last beat is remembered as well. */
static void
save_last(wb_lanes *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    if (is_tool(self) || !self->self.number)
        return;
    know_state(self);
    self->self.number++;
    wb_buf_init(&body, WB_BEAT_MAX);
    wb_beat_pack(&self->self, &body);
    save(self, wb_buf_view(&body));
}

void
heartbeat_close(wb_lanes *self)
{
    wb_timer_stop(self->loop, &self->beat_timer);
    save_last(self);
}

void
wb_lanes_on_beat(wb_lanes *self, wb_beat_fill fill, void *arg)
{
    self->fill = fill;
    self->fill_arg = arg;
}

void
wb_lanes_beat_now(wb_lanes *self)
{
    if (is_tool(self))
        return;
    know_state(self);
    beat(self);
}
