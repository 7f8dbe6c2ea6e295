/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controller - additive increase, multiplicative decrease, and a breaker
 */
#include "actors/runtime/outside/controller.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"

/* A round trip is never taken for shorter: on loopback, cuts would else come in bursts. */
#define ROUND_MIN_MS 10

void
wb_controller_init(wb_controller *self, int64_t cap, uint64_t seed)
{
    *self = (wb_controller){.cap = cap > 0 ? cap : 1, .rng = {.state = seed}};
    self->allowed = self->cap < WB_CONTROLLER_START ? self->cap : WB_CONTROLLER_START;
    self->cut_ms = self->closed_ms = INT64_MIN / 2;
}

wb_may
wb_controller_may(const wb_controller *self, int64_t now_ms, int64_t *until_ms)
{
    if (self->open) {
        if (self->probing)
            return WB_MAY_NOT_BREAKER;
        if (now_ms >= self->probe_ms)
            return WB_MAY_GO;
        *until_ms = self->probe_ms;
        return WB_MAY_NOT_BREAKER;
    }
    return self->in_flight < self->allowed ? WB_MAY_GO : WB_MAY_NOT_SLOT;
}

void
wb_controller_enter(wb_controller *self, int64_t now_ms)
{
    self->in_flight++;
    if (self->open) {
        self->probing = true;
        self->look_ms = now_ms;
    } else if (self->in_flight >= self->allowed) {
        self->pressed = true;
    }
}

wb_breaker
wb_controller_breaker(const wb_controller *self)
{
    if (!self->open)
        return WB_BREAKER_CLOSED;
    return self->probing ? WB_BREAKER_HALF_OPEN : WB_BREAKER_OPEN;
}

static int64_t
round_ms(const wb_controller *self)
{
    int64_t mean_ms = self->mean_us / WB_US_PER_MS;

    return mean_ms > ROUND_MIN_MS ? mean_ms : ROUND_MIN_MS;
}

static void
learn(wb_controller *self, int64_t took_us)
{
    self->samples[self->sample_at] = took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
    self->sample_at = (self->sample_at + 1) % WB_CONTROLLER_SAMPLES;
    if (self->sample_count < WB_CONTROLLER_SAMPLES)
        self->sample_count++;
    self->mean_us = self->mean_us ? self->mean_us + (took_us - self->mean_us) / 16 : took_us;
}

static void
grow(wb_controller *self)
{
    if (self->allowed >= self->cap)
        return;
    self->grown++;
    if (self->steady && self->grown < self->allowed)
        return;
    self->grown = 0;
    self->allowed++;
}

static void
cut(wb_controller *self, int64_t now_ms)
{
    self->steady = true;
    self->grown = 0;
    if (now_ms - self->cut_ms < round_ms(self))
        return;
    self->cut_ms = now_ms;
    self->allowed = self->allowed > 1 ? self->allowed / 2 : 1;
}

static void
close_breaker(wb_controller *self, int64_t now_ms)
{
    self->open = false;
    self->closed_ms = now_ms;
    self->pause_ms = 0;
    self->allowed = 1;
    self->steady = false; /* what was before the outage may be so again soon */
    self->grown = 0;
}

/* Pauses double up to their cap; half of one is drawn, so that many processes do not knock at once.
 */
static void
open_breaker(wb_controller *self, int64_t now_ms)
{
    int64_t pause = self->pause_ms ? self->pause_ms * 2 : WB_BREAKER_MIN_MS;

    self->open = true;
    self->pause_ms = pause > WB_BREAKER_MAX_MS ? WB_BREAKER_MAX_MS : pause;
    self->probe_ms = now_ms + self->pause_ms / 2 +
                     (int64_t)wb_rng_below(&self->rng, (uint64_t)self->pause_ms / 2 + 1);
}

/* It answers, whatever it says. */
static void
answered(wb_controller *self, bool look, int64_t now_ms)
{
    self->row = self->failed_count = 0;
    if (!self->open)
        return;
    if (look)
        close_breaker(self, now_ms);
    else if (!self->probing && self->probe_ms > now_ms)
        self->probe_ms = now_ms;
}

static void
went_well(wb_controller *self, int64_t took_us, bool look, int64_t now_ms)
{
    bool was_open = self->open;

    learn(self, took_us);
    answered(self, look, now_ms);
    if (!was_open && self->pressed)
        grow(self);
}

/* Is this failure another one's than those before it? */
static bool
another(wb_controller *self, uint64_t subject)
{
    for (uint32_t i = 0; subject && i < self->failed_count; i++)
        if (self->failed[i] == subject)
            return false;
    if (self->failed_count < WB_CONTROLLER_FAILURES)
        self->failed[self->failed_count++] = subject;
    return true;
}

static void
went_wrong(wb_controller *self, const wb_call_report *report, bool look, int64_t now_ms)
{
    self->errors++;
    if (self->open && look)
        open_breaker(self, now_ms);
    if (self->open || report->started_ms < self->closed_ms)
        return;
    self->row++;
    if (!another(self, report->subject))
        return;
    if (self->failed_count >= WB_CONTROLLER_FAILURES)
        open_breaker(self, now_ms);
    else if (self->failed_count > 1)
        cut(self, now_ms);
}

void
wb_controller_leave(wb_controller *self, const wb_call_report *report, int64_t now_ms)
{
    bool look = self->open && self->probing && report->started_ms >= self->look_ms;

    if (self->in_flight > 0)
        self->in_flight--;
    if (self->in_flight == 0 || look)
        self->probing = false;
    if (report->end != WB_CALL_NOTHING)
        self->calls++;
    switch (report->end) {
    case WB_CALL_OK:
        went_well(self, report->took_us, look, now_ms);
        break;
    case WB_CALL_FAILED:
        went_wrong(self, report, look, now_ms);
        break;
    case WB_CALL_THROTTLED:
        self->throttled++;
        answered(self, look, now_ms);
        cut(self, now_ms);
        break;
    case WB_CALL_NOTHING:
        break;
    }
    if (self->in_flight * 4 < self->allowed)
        self->pressed = false; /* a trickle: more than is allowed is not wanted */
}

static int
by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

int64_t
wb_controller_took_us(const wb_controller *self, int percent)
{
    uint32_t sorted[WB_CONTROLLER_SAMPLES];
    size_t count = self->sample_count, at;

    if (!count)
        return 0;
    memcpy(sorted, self->samples, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    at = (count * (size_t)percent + 99) / 100;
    return sorted[at ? at - 1 : 0];
}
