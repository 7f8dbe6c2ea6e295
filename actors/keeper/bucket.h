/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket - one limit: a rate with a burst, and places for calls in flight
 *
 * What flows are calls, or, where calls cost points, points: then each grant is of whole calls, and
 * what they really took corrects the level, down to a debt of one whole bucket.
 *
 * Plain record, no I/O; the time is told by the caller. A level is debited before its calls leave.
 * After a restart only what was stored counts: what would have flowed in meanwhile does not, and
 * places that nobody gave back are taken until their longest hold ends.
 *
 * Where nothing is stored, nobody can tell a new account from a store that was lost a moment ago,
 * with the vendor's bucket empty. What is proven is the store's age: no call left since its birth,
 * or there would be a row. So a bucket begins with what flowed in since then, and with one call at
 * least, whose answer tells more (the learnt rate, or that the bucket is empty). Where the operator
 * says that the deployment is new (--first; wb_ctx_is_new), and for an account that is new in an
 * old deployment, the whole burst is there at once; where the keeper's store was lost, after burst
 * / rate.
 */
#ifndef WB_ACTORS_KEEPER_BUCKET_H
#define WB_ACTORS_KEEPER_BUCKET_H

#include "actors/connectors/connector.h"

#define WB_BUCKET_HOLDS 64 /* grants whose places are out; more share the last one's end */

typedef struct {
    int64_t count, until_ms;
} wb_bucket_hold;

typedef struct {
    wb_limit limit;
    int64_t level_micro; /* that may leave now, in millionths; below 0: a debt */
    int64_t at_ms;       /* when that was */
    wb_bucket_hold holds[WB_BUCKET_HOLDS];
    size_t hold_count;
    bool untried; /* no call has left yet: the first one may be any */
} wb_bucket;

/* Nothing is known but that no call left within the last `quiet_ms`. */
void wb_bucket_init(wb_bucket *self, const wb_limit *limit, int64_t quiet_ms, int64_t now_ms);
/* As it was stored: level, learnt rate (0 = none), places out, and for how long from now on they
 * count as taken when nobody reports them. That is known from when they were granted: a keeper that
 * is ended again and again does not begin their hold anew each time. */
typedef struct {
    int64_t level_micro, rate_micro, taken, taken_ms;
} wb_bucket_stored;
void wb_bucket_restore(wb_bucket *self, const wb_bucket_stored *stored, int64_t now_ms);
typedef struct {
    int64_t want;  /* calls, or points */
    int64_t least; /* points of one call; 0 or 1 = calls are counted */
    bool live;
    int64_t ttl_ms;
} wb_bucket_ask;
/* Grant up to `want`; 0: *wait_ms tells when to ask again. What is not live leaves a fifth of the
 * burst for what is; but the first call of all, whose answer tells more, may be any. A call that
 * costs more than the bucket ever holds leaves when it is full, and the rest is a debt. */
int64_t wb_bucket_take(wb_bucket *self, const wb_bucket_ask *ask, int64_t now_ms, int64_t *wait_ms);
/* What did not leave, and the places of calls that ended or did not leave. */
void wb_bucket_give_back(wb_bucket *self, int64_t unused, int64_t places, int64_t now_ms);
/* Calls took so many points more than they were granted; < 0: fewer. */
void wb_bucket_correct(wb_bucket *self, int64_t more, int64_t now_ms);
/* The other side says that no more than this is left. */
void wb_bucket_at_most(wb_bucket *self, int64_t left, int64_t now_ms);
void wb_bucket_empty(wb_bucket *self, int64_t now_ms); /* the vendor said so */
void wb_bucket_learn(wb_bucket *self, int64_t rate_micro, int64_t now_ms);
int64_t wb_bucket_taken(const wb_bucket *self, int64_t now_ms); /* places out */
/* How much of it is used now, in thousandths: of its calls or of its places, whichever is more. */
int64_t wb_bucket_used(wb_bucket *self, int64_t now_ms);
/* For how long the last of them is, when nobody reports it; 0 = none is out. */
int64_t wb_bucket_taken_ms(const wb_bucket *self, int64_t now_ms);

#endif
