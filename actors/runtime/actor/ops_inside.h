/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops_inside - what ops.c (the call, what is listed and shown) and ops_change.c (what is changed)
 * share
 */
#ifndef WB_ACTORS_RUNTIME_ACTOR_OPS_INSIDE_H
#define WB_ACTORS_RUNTIME_ACTOR_OPS_INSIDE_H

#include "actors/runtime/actor/ops.h"

#define OPS_NAME_MAX 64 /* of a person */
#define OPS_BY_SIZE (sizeof "by , request " + OPS_NAME_MAX + WB_ID_TEXT_MAX)

typedef struct {
    uint16_t shard;
    wb_id id;
} ops_place;

typedef struct {
    char account[WB_KEY_MAX + 1], reason[64], record[WB_KEY_MAX + 1];
    const char *acceptable; /* only what begins so, whatever else is asked for; NULL = all */
    bool one;
    wb_id id;
    int64_t limit;
} ops_filter;

/* A scan under way: rows that match are listed (out) or remembered (places). */
typedef struct {
    const ops_filter *filter;
    wb_json_writer *out;
    ops_place *places;
    size_t count;
    bool more;
} ops_scan;

typedef enum { OPS_RETRY, OPS_DROP, OPS_ACCEPT } ops_action;

/* What a call asks to be changed. */
typedef struct {
    ops_filter filter;
    ops_action action;
    char by[OPS_BY_SIZE];
} ops_order;

/* ops.c: the rows of all our shards that match. */
WB_MUST_CHECK wb_rc ops_scan_all(wb_ctx *ctx, wb_txn *txn, ops_scan *scan, wb_err *err);
/* ops_change.c: what fits is found now, and changed in a transaction that answers. Takes the
 * delivery over when it is WB_OK. */
WB_MUST_CHECK wb_rc ops_change_start(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back,
                                     const ops_order *order, wb_err *err);

#endif
