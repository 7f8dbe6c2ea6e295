/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep - what is said between a gate and the keeper: call.token, call.lease, call.feedback
 *
 * Every body is one packed map from name to value; zero and empty are not written, unknown names
 * are skipped. call.feedback is a list of such maps. docs/wire.md, section "keeper calls".
 */
#ifndef WB_PROTOCOL_KEEP_H
#define WB_PROTOCOL_KEEP_H

#include "protocol/pack.h"

#define WB_KEEP_MAX (128 * 1024)
#define WB_KEEP_FEEDBACK_MAX 1024 /* maps in one call.feedback */

typedef struct {
    wb_view scope;   /* what the token or the limit belongs to */
    wb_view account; /* "tenant/account" that asks */
    wb_view op;      /* operation of its connector */
    /* call.token: the generation of the token that was refused; 0 = none was */
    int64_t failed;
    wb_view token; /* reply: secret */
    int64_t generation;
    /* call.lease */
    int64_t want;    /* calls; of an operation that costs points: points */
    int64_t least;   /* points of one call, also in feedback; 0 = calls are counted */
    int64_t live;    /* 1: for work that somebody waits for */
    int64_t granted; /* reply */
    int64_t ttl_ms;  /* reply: how long token or lease is good */
    int64_t wait_ms; /* reply: nothing now; ask again after this */
    /* call.feedback */
    int64_t unused;     /* calls, or points, given back */
    int64_t done;       /* calls that ended: their places are free */
    int64_t throttled;  /* 1: the other side says that the bucket is empty */
    int64_t rate_micro; /* the limit that the answer told */
    int64_t taken_more; /* points that calls took beyond what they were estimated at; < 0: fewer */
    int64_t
        left_and_one; /* points that the other side says are left, plus 1; 0 = it does not say */
    /* replies: a wb_rc when refused, and why (no secret) */
    int64_t rc;
    wb_view why;
} wb_keep;

void wb_keep_encode(const wb_keep *self, wb_buf *out);
/* The next map of scanned bytes. Texts are views into them. */
WB_MUST_CHECK wb_rc wb_keep_read(wb_keep *out, wb_unpack *in, wb_err *err);
/* A body that is one map: scanned here. */
WB_MUST_CHECK wb_rc wb_keep_decode(wb_keep *out, wb_view body, wb_err *err);

#endif
