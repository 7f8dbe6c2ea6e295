/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapper - the inside of the mapper, for its own files alone
 *
 *   life.c     its parts, opened and closed
 *   routes.c   which account's records go where
 *   raw.c      raw bytes to an observation, judged by the state of its record, in one transaction
 *   merge.c    the rule: what an observation makes of a record
 *   outbox.c   wanted states on their way to the pushers (runtime/holder.h), and their receipts
 *   marks.c    what pushers settled later
 *   putback.c  what a lost pusher's store held goes into the outbox once more
 *   age.c      what has grown old leaves
 *   redo.c     parked raw messages that are tried again
 *   show.c     what an operator asks about records
 */
#ifndef WB_ACTORS_MAPPER_MAPPER_H
#define WB_ACTORS_MAPPER_MAPPER_H

#include "actors/runtime/actor/actor.h"
#include "actors/runtime/custody/holder.h"
#include "actors/runtime/custody/losses.h"
#include "actors/runtime/custody/tend.h"
#include "protocol/base/map.h"
#include "storage/age.h"
#include "storage/outbox.h"
#include "storage/parked.h"
#include "storage/records.h"

typedef struct wb_mapper wb_mapper;

/* A target: its rows in the outbox, and those on their way. */
typedef struct {
    wb_account *account;
    wb_way way;                 /* of rows (revision, record key) */
    struct wb_putback *putback; /* under way; NULL = none */
    uint64_t life;              /* our incarnation: rows that it did not make may have been sent */
} wb_target;

/* Where records of an account go: WB_SOURCE_TARGETS_MAX at most, the configuration sees to it. */
typedef struct {
    wb_account *account;
    wb_target **targets;
    size_t target_count;
} wb_mapper_routes;

struct wb_mapper {
    wb_ctx *ctx;
    wb_mapper_routes *routes; /* by account of the configuration */
    size_t route_count;
    wb_target *targets;
    size_t target_count;
    wb_holder *holder;
    wb_losses *losses;
    wb_age age;    /* where the walk over old records stands */
    wb_buf packed; /* scratch */
    uint64_t outcomes[WB_OUTCOME_COUNT];
    uint64_t left_out, repaired; /* records that were read with fields left out, or repaired */
};

/* life.c: `ctx` is filled. */
wb_rc wb_mapper_open(wb_mapper *mapper, wb_err *err);
void wb_mapper_close(wb_mapper *mapper);

/* routes.c */
void wb_routes_open(wb_mapper *mapper); /* makes the targets, too */
void wb_routes_close(wb_mapper *mapper);
/* Those of the account that a message was read from; NULL: it is not configured. */
const wb_mapper_routes *wb_routes_of(const wb_mapper *mapper, const wb_envelope *env);
bool wb_routes_lead_to(const wb_mapper_routes *self, const wb_target *target);

/* raw.c: WB_KIND_RAW */
wb_rc wb_mapper_raw(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

/* One from the store (redo.c): its row in `jobs` goes with the outcome. `accepted`: a person takes
 * its word, whatever is known. Consumes env. */
void wb_mapper_raw_stored(wb_mapper *mapper, wb_envelope **env_p, bool accepted);

/* redo.c */
wb_rc wb_mapper_redo(wb_mapper *mapper, wb_err *err);
/* Inside the transaction that takes a row out of what is parked: it is judged anew. `by`: accepted
 * by this person; NULL = tried again. */
wb_rc wb_mapper_revive(wb_mapper *mapper, wb_txn *txn, const wb_parked_row *row, const char *by,
                       wb_err *err);
void wb_mapper_parked(wb_ctx *ctx, wb_delivery *delivery);

/* merge.c */

/* What is said of a record, and by whom. */
typedef struct {
    wb_view record; /* printed key */
    wb_view origin; /* "tenant/account" */
    wb_record_kind kind;
    uint32_t owners;
    int64_t source_utc_us, observed_utc_us;
    int32_t status;
    wb_view canonical; /* packed */
    wb_view meaning; /* what of it makes a revision (wb_canonical_meaning); {NULL, 0} = all of it */
    bool routed;     /* it may go to targets */
    bool accepted;   /* a person takes its word: nothing that is known contradicts it */
} wb_observation;

/* Judge an observation against the row that is known (`found` false: none), inside a transaction.
 *
 * HANDED_ON  accepted: *row is what has to be put; `merged` holds its canonical bytes when groups
 *            that the observation does not cover came from the old one
 * UNCHANGED  says nothing new; `*touch` when the row has to be put all the same, because the
 *            newest observation moves on
 * STALE      older than what is known
 *
 * WB_REJECT  contradicts what is known (a shipped order cannot be created)
 */
wb_rc wb_mapper_judge(const wb_observation *said, bool found, wb_record_row *row, wb_buf *merged,
                      wb_outcome *outcome, bool *touch, wb_err *err);

/* outbox.c */
void wb_targets_open(wb_mapper *mapper);
void wb_targets_close(wb_mapper *mapper);
wb_target *wb_target_find(wb_mapper *mapper, wb_view key);
/* The wanted state of a record for a target, from the observation that made it; `env` keeps views
 * into its arguments. */
void wb_target_envelope(const wb_target *self, const wb_envelope *cause, uint64_t revision,
                        wb_view canonical, wb_envelope *env);
/* After its commit: down the lane now, or from the store later. Consumes env. */
void wb_target_feed(wb_target *self, wb_envelope **env_p);
/* The deliveries of a record are exceptions only: set (HELD, PARKED) or clear (others) one. A
 * delivery long after the change is noted: a record is as old as the later of both. */
wb_rc wb_mapper_deliver(wb_txn *txn, wb_view record, uint16_t shard,
                        const wb_record_delivery *delivery, wb_err *err);

/* putback.c */
wb_rc wb_putback_open(wb_mapper *mapper, wb_err *err);
void wb_putback_close(wb_mapper *mapper);
void wb_putback_go(void *mapper); /* the next chunks, where there is room for them */
void wb_putback_status(const wb_target *target, wb_json_writer *out);

/* Where a walk stands: behind (shard, record), in the claims' order. `looked`, `put`: so far. */
typedef struct {
    uint64_t looked, put;
    uint16_t shard;
    bool end;      /* no shard is left */
    wb_buf record; /* empty = at the shard's beginning */
} wb_putback_at;

/* What a step may do. */
typedef struct {
    const wb_mapper *mapper;
    const wb_shard_claim *claims; /* ours; they ascend */
    size_t claim_count;
    size_t room; /* rows that may be put back */
} wb_putback_bounds;

/* One step inside a transaction: at most WB_STORE_CHUNK_MAX records of one shard are looked at; *at
 * moves on. */
wb_rc wb_putback_step(const wb_target *target, const wb_putback_bounds *bounds, wb_putback_at *at,
                      wb_txn *txn, wb_err *err);

/* age.c */
/* A chunk of what is old at that time leaves; mapper->age says where the walk stands. */
wb_rc wb_mapper_age(wb_mapper *mapper, int64_t now_utc_us, wb_txn *txn, wb_err *err);
void wb_mapper_age_begin(wb_mapper *mapper); /* now and then, from here on */

/* marks.c: WB_KIND_MARK */
wb_rc wb_mapper_mark(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

/* show.c */
wb_rc wb_mapper_record(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
wb_rc wb_mapper_records(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

#endif
