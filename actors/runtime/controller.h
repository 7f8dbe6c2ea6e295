/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controller - how many calls of one operation may be in flight, learnt from how they go
 *
 * Grows by one for each good answer while all that is allowed is used (doubling in a round trip)
 * until the first trouble, from then on by one in a round trip; halves on a failure or a refusal
 * for speed, at most once in a round trip. After enough failures in a row nothing is allowed: an
 * open breaker, probed by one call after a pause that grows up to two seconds.
 *
 * Plain record: no I/O, the time is told by the caller.
 */
#ifndef WB_ACTORS_RUNTIME_CONTROLLER_H
#define WB_ACTORS_RUNTIME_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/base/random.h"

#define WB_CONTROLLER_SAMPLES 128
#define WB_CONTROLLER_START 8
#define WB_CONTROLLER_FAILURES 5 /* in a row: the breaker opens */
#define WB_BREAKER_MIN_MS 500
#define WB_BREAKER_MAX_MS 2000 /* one call: back soon after the other side is */

typedef struct {
    int64_t cap, allowed, in_flight;
    bool steady;    /* had trouble: grows slowly */
    bool pressed;   /* all that is allowed was in use lately */
    int64_t grown;  /* good answers since the last step, when steady */
    int64_t cut_ms; /* the last cut */
    bool open, probing;
    int64_t probe_ms;                        /* open: when one call may look */
    int64_t pause_ms;                        /* open: the last pause */
    uint32_t failures;                       /* in a row */
    int64_t mean_us;                         /* of good answers, slowly moving; 0 = none yet */
    uint32_t samples[WB_CONTROLLER_SAMPLES]; /* ring of took_us */
    uint32_t sample_count, sample_at;
    uint64_t calls, errors, throttled;
    wb_rng rng;
} wb_controller;

typedef enum {
    WB_CALL_OK,        /* answered sensibly */
    WB_CALL_FAILED,    /* no answer, or one that says that the other side is broken */
    WB_CALL_THROTTLED, /* too fast */
    WB_CALL_NOTHING,   /* never left, by our own doing: says nothing */
} wb_call_end;

typedef enum { WB_MAY_GO, WB_MAY_NOT_SLOT, WB_MAY_NOT_BREAKER } wb_may;

void wb_controller_init(wb_controller *self, int64_t cap, uint64_t seed);
/* May one more call leave? *until_ms: when a closed breaker may be tried; untouched else. */
wb_may wb_controller_may(const wb_controller *self, int64_t now_ms, int64_t *until_ms);
void wb_controller_enter(wb_controller *self, int64_t now_ms);
void wb_controller_leave(wb_controller *self, wb_call_end end, int64_t took_us, int64_t now_ms);
/* The time that `percent` of the last good answers took at most, us; 0 = none yet. */
int64_t wb_controller_took_us(const wb_controller *self, int percent);

#endif
