/* SPDX-License-Identifier: Apache-2.0 */
/*
 * want - what a change makes wanted: rows of the outbox, and the messages that leave after it
 *
 *   wb_want_put         of a record, at one target
 *   wb_want_everywhere  of a record, at all targets that the routes of its account lead to. What
 *                       has to wait for its order lies apart (apart.c), and so does what a rule
 *                       keeps back (ruled.h)
 *
 * All is written in the caller's transaction. What may leave is gathered in `out` and fed after the
 * commit; without one it is read from the outbox after it (wb_targets_look).
 */
#ifndef WB_ACTORS_MAPPER_WANT_H
#define WB_ACTORS_MAPPER_WANT_H

#include "actors/mapper/rules/rules.h"
#include "protocol/envelope.h"
#include "protocol/key.h"
#include "storage/records.h"

struct wb_mapper;
struct wb_target;
struct wb_mapper_routes;

typedef struct {
    struct wb_target *target;
    wb_envelope *env;
} wb_wanted;

/* Zeroed at first. A transaction that runs again drops what it gathered. */
typedef struct {
    wb_wanted *items;
    size_t count, cap;
} wb_wants;

void wb_wants_drop(wb_wants *self);
void wb_wants_fini(wb_wants *self);
void wb_wants_feed(wb_wants *self); /* after the commit */

/* A record that was changed. */
typedef struct {
    struct wb_mapper *mapper;
    const struct wb_mapper_routes *routes; /* of the account that it was read from */
    uint16_t shard;
    wb_view record;           /* printed key */
    wb_record_row *row;       /* as it will be put, or is; `wanted`: what was wanted before */
    const wb_envelope *cause; /* whose account, trace, hops and priority go along; created_utc_us
                                 is set */
    wb_wants *out;            /* NULL: it leaves from the store */
    bool released;            /* by a person: rules do not hold it */
    wb_view former; /* canonical, before it was changed; {NULL, 0} = it was not, or is new */
} wb_want;

typedef enum {
    WB_WANTED_NOWHERE, /* no route leads anywhere (now), or there is nothing to tell: the row is as
                          it was */
    WB_WANTED_APART,   /* all of it waits */
    WB_WANTED_LEAVES,
} wb_wanted_how;

/* APART: a rule keeps it back; then it lies apart, and the row's exceptions say so (ruled.h).
 * NOWHERE: it has only pieces of what is not whole yet (facts.h), and nothing of it was told. */
WB_MUST_CHECK wb_rc wb_want_put(const wb_want *self, struct wb_target *target, wb_wanted_how *how,
                                wb_txn *txn, wb_err *err);

/* A cause made of the record itself, where nothing that came in is one, or is left; `parts` is its
 * memory. WB_REJECT: its key cannot be read, and it names no account. */
wb_rc wb_want_cause(wb_view record, const wb_record_row *row, wb_key_parts *parts, wb_envelope *out,
                    wb_err *err);

/* Sets `wanted` and the deliveries of the row, which the caller puts. */
WB_MUST_CHECK wb_rc wb_want_everywhere(const wb_want *self, wb_wanted_how *how, wb_txn *txn,
                                       wb_err *err);

/* What leaves, and where to. */
typedef struct {
    struct wb_mapper *mapper;
    wb_verdict *verdict; /* WB_VERDICT_NONE: gets what the rules say of it */
    bool released;
    uint16_t shard;
    wb_view record; /* printed key */
    const wb_record_row *row;
    wb_view target; /* "tenant/account" */
    bool *pieces;   /* gets whether it has only pieces (facts.h); NULL = nobody asks */
} wb_leaving;

/* What a wanted state leaves with: the record, what its order says, and what rules decide, as it is
 * known now. Does a rule keep it back, the verdict's wait says so. `room` is begun here; *body
 * points into it, into the verdict, or into the row. */
WB_MUST_CHECK wb_rc wb_want_body(wb_txn *txn, const wb_leaving *what, wb_buf *room, wb_view *body,
                                 wb_err *err);

#endif
