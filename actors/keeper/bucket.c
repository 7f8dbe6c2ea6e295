/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket - a level that flows in by the rate, and places that come back
 */
#include "actors/keeper/bucket.h"

#define MICRO INT64_C(1000000)
#define CHUNKS_PER_S 20 /* at a high rate, so many grants a second and no more */
#define JITTER_MS 20
#define ARRIVAL_MS 3000 /* a lease was used, and its call has arrived */
#define FLOWS_MS 5
#define PLACE_WAIT_MS 10
#define WAIT_MAX_MS (10 * 60 * 1000)

/* Calls bunch up on their way: what was granted over JITTER_MS may arrive at once, and the vendor
 * begins to refill when a call arrives, not when it was granted. So our burst is smaller by that
 * much, and by one, but not by more than half. Where one takes longer to flow in than a call to
 * arrive, what flows in meanwhile is enough: a whole one would be minutes of a list's time. At a
 * very high rate more than the burst flows in while a grant is on its way. */
static int64_t
full(const wb_bucket *self)
{
    int64_t burst = self->limit.burst > 0 ? self->limit.burst : 1, rate = self->limit.rate_micro;
    int64_t whole = 1 + rate / MICRO * JITTER_MS / 1000, flows = rate / MICRO * FLOWS_MS / 1000;
    int64_t margin = rate < MICRO * 1000 / ARRIVAL_MS ? rate * ARRIVAL_MS / 1000 : whole * MICRO;

    if (margin > burst / 2 * MICRO)
        margin = burst / 2 * MICRO;
    burst = burst * MICRO - margin;
    return flows * MICRO > burst ? flows * MICRO : burst;
}

static void
flow(wb_bucket *self, int64_t now_ms)
{
    int64_t passed = now_ms - self->at_ms, most = full(self), missing = most - self->level_micro;

    if (passed <= 0)
        return;
    self->at_ms = now_ms;
    if (self->limit.rate_micro <= 0 || missing <= 0)
        return;
    /* no product of large numbers: is it full anyway? */
    if (passed / 1000 > missing / self->limit.rate_micro)
        self->level_micro = most;
    else
        self->level_micro += self->limit.rate_micro * passed / 1000;
    if (self->level_micro > most)
        self->level_micro = most;
}

static void
hold(wb_bucket *self, int64_t count, int64_t until_ms)
{
    wb_bucket_hold *last;

    if (self->hold_count < WB_BUCKET_HOLDS) {
        self->holds[self->hold_count++] = (wb_bucket_hold){count, until_ms};
        return;
    }
    last = &self->holds[WB_BUCKET_HOLDS - 1];
    last->count += count;
    if (until_ms > last->until_ms)
        last->until_ms = until_ms;
}

void
wb_bucket_init(wb_bucket *self, const wb_limit *limit, int64_t quiet_ms, int64_t now_ms)
{
    if (quiet_ms < 0)
        quiet_ms = 0; /* a clock that was set back proves nothing */
    *self = (wb_bucket){.limit = *limit, .at_ms = now_ms - quiet_ms, .untried = true};
    flow(self, now_ms);
    if (self->level_micro < MICRO)
        self->level_micro = MICRO;
    if (limit->in_flight > 1 && quiet_ms < limit->hold_ms)
        hold(self, limit->in_flight - 1, now_ms + limit->hold_ms - quiet_ms);
}

void
wb_bucket_restore(wb_bucket *self, const wb_bucket_stored *stored, int64_t now_ms)
{
    int64_t level = stored->level_micro;

    self->untried = false;
    if (stored->rate_micro > 0 && self->limit.learnt)
        self->limit.rate_micro = stored->rate_micro;
    self->level_micro = level < -full(self) ? -full(self) : level;
    if (self->level_micro > full(self))
        self->level_micro = full(self);
    self->at_ms = now_ms;
    self->hold_count = 0;
    if (stored->taken > 0 && stored->taken_ms > 0 && self->limit.in_flight > 0)
        hold(self, stored->taken, now_ms + stored->taken_ms);
}

static void
drop_empty(wb_bucket *self)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->hold_count; i++)
        if (self->holds[i].count > 0)
            self->holds[kept++] = self->holds[i];
    self->hold_count = kept;
}

/* Places that nobody reported are free again after their longest hold. */
static void
expire(wb_bucket *self, int64_t now_ms)
{
    for (size_t i = 0; i < self->hold_count; i++)
        if (self->holds[i].until_ms <= now_ms)
            self->holds[i].count = 0;
    drop_empty(self);
}

int64_t
wb_bucket_taken(const wb_bucket *self, int64_t now_ms)
{
    int64_t taken = 0;

    for (size_t i = 0; i < self->hold_count; i++)
        if (self->holds[i].until_ms > now_ms)
            taken += self->holds[i].count;
    return taken;
}

int64_t
wb_bucket_taken_ms(const wb_bucket *self, int64_t now_ms)
{
    int64_t longest = 0;

    for (size_t i = 0; i < self->hold_count; i++)
        if (self->holds[i].count > 0 && self->holds[i].until_ms - now_ms > longest)
            longest = self->holds[i].until_ms - now_ms;
    return longest;
}

static int64_t
reserve_micro(const wb_bucket *self, bool live)
{
    int64_t fifth = full(self) / MICRO / 5;

    if (live || self->limit.burst <= 1)
        return 0;
    return (fifth > 0 ? fifth : 1) * MICRO;
}

static int64_t
wait_for(const wb_bucket *self, int64_t want, int64_t least, int64_t reserve)
{
    int64_t chunk = self->limit.rate_micro / MICRO / CHUNKS_PER_S, wait, missing;

    if (chunk > want)
        chunk = want;
    if (chunk < least || chunk * MICRO + reserve > full(self))
        chunk = least;
    missing = chunk * MICRO + reserve - self->level_micro;
    wait = missing > INT64_MAX / 1000 ? WAIT_MAX_MS : missing * 1000 / self->limit.rate_micro + 1;
    return wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS;
}

static int64_t
points_of(const wb_bucket_ask *ask)
{
    return ask->least > 1 ? ask->least : 1;
}

/* What must be there for one call: of one that costs more than the bucket ever holds, all of it. */
static int64_t
least_of(const wb_bucket *self, const wb_bucket_ask *ask)
{
    int64_t most = full(self) / MICRO, points = points_of(ask);

    return points > most && most > 0 ? most : points;
}

/* Calls of the flow; 0: *wait_ms is set. */
static int64_t
take_flow(wb_bucket *self, const wb_bucket_ask *ask, int64_t calls, int64_t *wait_ms)
{
    int64_t least = least_of(self, ask), reserve = reserve_micro(self, ask->live), there;

    if (reserve > 0 && least * MICRO + reserve > full(self))
        reserve = full(self) - least * MICRO;
    if (self->untried && self->level_micro < least * MICRO + reserve) {
        if (self->level_micro < least * MICRO && self->level_micro >= MICRO)
            self->level_micro = least * MICRO; /* the first may be any, whatever it costs */
        reserve = 0;
        calls = 1;
    }
    there = (self->level_micro - reserve) / MICRO / least;
    if (there < 1) {
        *wait_ms = wait_for(self, calls * least, least, reserve);
        return 0;
    }
    return there < calls ? there : calls;
}

/* A debt is no deeper than the bucket. */
static void
take_points(wb_bucket *self, int64_t points)
{
    int64_t most = full(self) / MICRO;

    points = points > 2 * most ? 2 * most : points < -2 * most ? -2 * most : points;
    self->level_micro -= points * MICRO;
    if (self->level_micro > full(self))
        self->level_micro = full(self);
    if (self->level_micro < -full(self))
        self->level_micro = -full(self);
}

int64_t
wb_bucket_take(wb_bucket *self, const wb_bucket_ask *ask, int64_t now_ms, int64_t *wait_ms)
{
    int64_t points = points_of(ask), calls = ask->want / points, there;

    flow(self, now_ms);
    expire(self, now_ms);
    *wait_ms = 0;
    if (calls < 1)
        calls = 1;
    if (self->limit.rate_micro > 0)
        calls = take_flow(self, ask, calls, wait_ms);
    if (calls && self->limit.in_flight > 0) {
        there = self->limit.in_flight - wb_bucket_taken(self, now_ms);
        if (there < 1) {
            *wait_ms = PLACE_WAIT_MS;
            return 0;
        }
        calls = there < calls ? there : calls;
        hold(self, calls, now_ms + ask->ttl_ms + self->limit.hold_ms);
    }
    if (calls && self->limit.rate_micro > 0)
        take_points(self, calls * points);
    self->untried = self->untried && !calls;
    return calls * points;
}

void
wb_bucket_correct(wb_bucket *self, int64_t more, int64_t now_ms)
{
    flow(self, now_ms);
    take_points(self, more);
}

void
wb_bucket_at_most(wb_bucket *self, int64_t left, int64_t now_ms)
{
    flow(self, now_ms);
    if (left < full(self) / MICRO && self->level_micro > left * MICRO)
        self->level_micro = left > 0 ? left * MICRO : 0;
}

void
wb_bucket_give_back(wb_bucket *self, int64_t unused, int64_t places, int64_t now_ms)
{
    flow(self, now_ms);
    if (unused > 0 && self->limit.rate_micro > 0)
        self->level_micro =
            unused < full(self) / MICRO ? self->level_micro + unused * MICRO : full(self);
    if (self->level_micro > full(self))
        self->level_micro = full(self);
    for (size_t i = 0; i < self->hold_count && places > 0; i++) {
        int64_t freed = self->holds[i].count < places ? self->holds[i].count : places;

        self->holds[i].count -= freed;
        places -= freed;
    }
    drop_empty(self);
}

void
wb_bucket_empty(wb_bucket *self, int64_t now_ms)
{
    flow(self, now_ms);
    if (self->level_micro > 0)
        self->level_micro = 0;
}

void
wb_bucket_learn(wb_bucket *self, int64_t rate_micro, int64_t now_ms)
{
    flow(self, now_ms); /* what has flowed in came by the old rate */
    if (self->limit.learnt && rate_micro > 0)
        self->limit.rate_micro = rate_micro;
}

int64_t
wb_bucket_used(wb_bucket *self, int64_t now_ms)
{
    int64_t most = full(self), calls = 0, places = 0;

    flow(self, now_ms);
    if (self->limit.rate_micro > 0 && self->level_micro < most)
        calls = (most - (self->level_micro > 0 ? self->level_micro : 0)) / (most / 1000);
    if (self->limit.in_flight > 1) /* one place that is taken says only that it is at work */
        places = wb_bucket_taken(self, now_ms) * 1000 / self->limit.in_flight;
    calls = calls > places ? calls : places;
    return calls > 1000 ? 1000 : calls;
}
