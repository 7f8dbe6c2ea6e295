/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controller - how many calls of one operation may be in flight, learnt from how they go
 *
 * Grows by one for each good answer while all that is allowed is used (doubling in a round trip)
 * until the first trouble, from then on by one in a round trip; halves on a refusal for speed, or
 * from the second failure in a row on, at most once in a round trip.
 *
 * The breaker tells a dead account from a bad record. Each failure has a subject, the record that
 * the call was about: one that fails again and again is in trouble itself, and counts once. When
 * WB_CONTROLLER_FAILURES different ones failed in a row, with no good answer between, the account
 * is what is broken: the breaker opens. A call about no record, and one that found no connection,
 * can only be the account's: each counts.
 *
 *   open       nothing leaves until a pause is over: 0.5 s, doubled to 2 s, half of it drawn
 *   half-open  one call looks (the caller sends what was tried least: a bad record proves nothing);
 *              it fails: open again; it is answered: closed, and all that waits may follow
 *   closed     one call, then two, four, ...: as before the first trouble
 *
 * A call that left before the breaker turned tells of then, not of now: its good answer does not
 * close it, but the next look comes at once; its failure is no news, also when it is closed again.
 *
 * Plain record: no I/O, the time is told by the caller.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_CONTROLLER_H
#define WB_ACTORS_RUNTIME_OUTSIDE_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/base/random.h"

#define WB_CONTROLLER_SAMPLES 128
#define WB_CONTROLLER_START 8
#define WB_CONTROLLER_FAILURES 5 /* subjects in a row: the breaker opens */
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
    int64_t look_ms;                         /* probing: when it left */
    int64_t closed_ms;                       /* when it closed last */
    int64_t pause_ms;                        /* open: the last pause */
    uint32_t row;                            /* failures in a row */
    uint64_t failed[WB_CONTROLLER_FAILURES]; /* their subjects */
    uint32_t failed_count;
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

typedef struct {
    wb_call_end end;
    uint64_t subject;   /* FAILED: the record that it was about, as a number; 0 = none */
    int64_t started_ms; /* by the clock of wb_controller_enter, not before it */
    int64_t took_us;
} wb_call_report;

typedef enum { WB_MAY_GO, WB_MAY_NOT_SLOT, WB_MAY_NOT_BREAKER } wb_may;
typedef enum { WB_BREAKER_CLOSED, WB_BREAKER_OPEN, WB_BREAKER_HALF_OPEN } wb_breaker;

void wb_controller_init(wb_controller *self, int64_t cap, uint64_t seed);
/* May one more call leave? *until_ms: when an open breaker may be tried; untouched else. */
wb_may wb_controller_may(const wb_controller *self, int64_t now_ms, int64_t *until_ms);
void wb_controller_enter(wb_controller *self, int64_t now_ms);
void wb_controller_leave(wb_controller *self, const wb_call_report *report, int64_t now_ms);
wb_breaker wb_controller_breaker(const wb_controller *self);
/* The time that `percent` of the last good answers took at most, us; 0 = none yet. */
int64_t wb_controller_took_us(const wb_controller *self, int percent);

#endif
