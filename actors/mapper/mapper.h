/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapper - the inside of the mapper, for its own files alone
 *
 *   life.c     its parts, opened and closed
 *   routes.c   which account's records go where
 *   raw.c      raw bytes to an observation, judged by the state of its record, in one transaction
 *   merge.c    the rule: what an observation makes of a record
 *   targets.c  the accounts that records go to, each opened when it is first needed
 *   want.c     what a change makes wanted, and where (want.h)
 *   skus.c     which goods of the ERP is a SKU of a shop (skus.h)
 *   stock/stock.c  what listings should show, joined from stock (stock.h)
 *   stock/stock_ways.c  ... over the ways that routes make
 *   stock/supply.c  ... by the rule of each route (supply.h)
 *   stock/catalogue.c  ... and what of it is wanted
 *   stock/reserve.c  what open orders take of the stock before the ERP says so (reserve.h)
 *   stock/taken.c  ... and the rows by which that is found
 *   stock/pace.c  ... and when: how often a listing is told, and a shop that is told nothing
 *   stock/differs.c  a listing that shows another number than it was told
 *   stock/guard.c  many listings that would be sold out at once (guard.h)
 *   stock/stopped.c  shops that are told no stock: shown and released
 *   stock/swept.c  what a list that tells all there is does not name is there no more
 *   stock/rejoin.c  all of them once more, when what the join depends on has changed
 *   rules/     what the configuration's rules make of a record (rules/rules.h)
 *   ruled.c    ... when it leaves; what they keep back (ruled.h), which ruled_walk.c looks at again
 *   parts.c    what shares the lines of one order
 *   masters.c  ... and is told by the SKUs of an ERP
 *   moved.c    what would go elsewhere than its ERP has shipped it
 *   withdrawn.c  what its ERP will not ship, and its channel waits for
 *   apart.c    what may not leave yet: its order is not known, or not delivered
 *   outbox.c   wanted states on their way to the pushers (runtime/holder.h), and their receipts
 *   invoices.c invoices that are made of shipped orders (invoices.h), as invoice_of.c says
 *   marks.c    what pushers settled later
 *   putback.c  what a lost pusher's store held goes into the outbox once more
 *   age.c      what has grown old leaves
 *   redo.c     parked raw messages that are tried again
 *   show.c     what an operator asks about records
 *   plan.c     how much is on its way to a target
 */
#ifndef WB_ACTORS_MAPPER_MAPPER_H
#define WB_ACTORS_MAPPER_MAPPER_H

#include "actors/mapper/stock/stock.h"
#include "actors/mapper/want.h"
#include "actors/runtime/actor/actor.h"
#include "actors/runtime/custody/holder.h"
#include "actors/runtime/custody/losses.h"
#include "actors/runtime/custody/tend.h"
#include "protocol/base/map.h"
#include "protocol/records/facts.h"
#include "protocol/waits.h"
#include "storage/age.h"
#include "storage/outbox.h"
#include "storage/parked.h"
#include "storage/records.h"

typedef struct wb_mapper wb_mapper;

/* A target: its rows in the outbox, and those on their way. */
typedef struct wb_target {
    wb_mapper *mapper;
    wb_account *account;
    wb_way way;                 /* of rows (revision, record key) */
    struct wb_putback *putback; /* under way; NULL = none */
    uint64_t life;              /* our incarnation: rows that it did not make may have been sent */
    bool looks;                 /* rows were put that nobody gave: after the commit they are read */
} wb_target;

/* Where records of a kind go. */
typedef struct {
    wb_record_kind kind;
    wb_target *target; /* NULL: the account that the record's root order came from */
    const wb_route_conf *conf;
} wb_mapper_route;

/* Where records of an account go: to WB_SOURCE_TARGETS_MAX targets at most, the configuration sees
 * to it. */
typedef struct wb_mapper_routes {
    wb_account *account;
    wb_mapper_route *routes;
    size_t route_count;
} wb_mapper_routes;

struct wb_mapper {
    wb_ctx *ctx;
    wb_mapper_routes *routes; /* by account of the configuration */
    size_t route_count;
    wb_map *routes_of; /* "tenant/account" -> wb_mapper_routes */
    wb_map *reach;     /* "tenant/account" -> wb_account: all that a route may lead to */
    bool reached[WB_RECORD_KIND_COUNT]; /* the accounts that take this kind are all in `reach` */
    wb_target **targets;                /* those that were needed so far */
    size_t target_count, target_cap;
    wb_map *target_of; /* "tenant/account" -> wb_target */
    bool looks;        /* some of them have wb_target.looks */
    wb_stock *stock;
    uint16_t *catalogues; /* shards of ours that have one whose shops are fed */
    size_t catalogue_count;
    bool reserves_elsewhere; /* that was told */
    struct wb_pace *pace;
    struct wb_differs *differs;
    struct wb_rejoin *rejoin;
    wb_link swept; /* lists whose records are walked (stock/swept.c) */
    struct wb_ruled *ruled;
    wb_holder *holder;
    wb_losses *losses;
    wb_age age;      /* where the walk over old records stands */
    wb_write review; /* of what that walk met that lies apart: its keys, packed */
    bool reviewing;
    wb_buf review_keys;
    wb_buf gone_keys; /* of what leaves in this step: shard, order, key */
    int64_t review_utc_us;
    wb_buf packed; /* scratch */
    uint64_t outcomes[WB_OUTCOME_COUNT];
    uint64_t left_out, repaired; /* records that were read with fields left out, or repaired */
};

/* life.c: `ctx` is filled. */
wb_rc wb_mapper_open(wb_mapper *mapper, wb_err *err);
void wb_mapper_close(wb_mapper *mapper);

/* routes.c */
void wb_routes_open(wb_mapper *mapper); /* opens the targets that it names, too */
void wb_routes_close(wb_mapper *mapper);
/* Those of the account that a message was read from, by "tenant/account"; NULL: it is not
 * configured. */
const wb_mapper_routes *wb_routes_of(const wb_mapper *mapper, wb_view account);
/* Where route number `index` leads a record to; NULL: nowhere, for it is of another kind or
 * type, or its origin takes none of it, or is reached by another route already. */
wb_target *wb_route_target(wb_mapper *mapper, const wb_mapper_routes *routes, size_t index,
                           const wb_record_row *row);
/* Does any route of that account lead the record to that target? */
bool wb_routes_lead_to(const wb_mapper_routes *self, const wb_record_row *row,
                       const wb_target *target);

/* The route by which it goes there; NULL = none. `self` may be NULL. */
const wb_route_conf *wb_routes_conf(const wb_mapper_routes *self, const wb_record_row *row,
                                    wb_view target);

/* targets.c */
void wb_targets_open(wb_mapper *mapper);
void wb_targets_close(wb_mapper *mapper);
/* What is in the outbox goes on, for every target that has a row there: at the start, ... */
WB_MUST_CHECK wb_rc wb_targets_resume(wb_mapper *mapper, wb_err *err);
/* ... and when rows were put back that this life did not make. */
WB_MUST_CHECK wb_rc wb_targets_reread(wb_mapper *mapper, wb_err *err);
/* Those that got rows in the transactions that are committed now. */
void wb_targets_look(wb_mapper *mapper);
/* One that was needed before; NULL = not yet. */
wb_target *wb_target_find(const wb_mapper *mapper, wb_view key);
/* Opened, if need be. NULL: the configuration does not name it, or it only gives. */
wb_target *wb_target_of(wb_mapper *mapper, wb_view key);

/* stock/catalogue.c */
WB_MUST_CHECK wb_rc wb_catalogue_open(wb_mapper *mapper, wb_err *err);
void wb_catalogue_close(wb_mapper *mapper);
/* Of stock and listings, whose row is about to be put: the indices follow, and a listing that
 * should show another number is *wanted at its own channel; wb_catalogue_wanted then notes it in
 * the row, after all else is wanted of it. `canonical`: as of wb_stock_want. */
WB_MUST_CHECK wb_rc wb_catalogue_put(const wb_want *want, const wb_buf *former_sku,
                                     wb_buf *canonical, bool *wanted, wb_txn *txn, wb_err *err);
void wb_catalogue_wanted(wb_record_row *row);
/* After stock was put: its listings. *how rises to LEAVES when one of them is wanted. */
WB_MUST_CHECK wb_rc wb_catalogue_join(const wb_want *want, const wb_buf *former_sku,
                                      wb_wanted_how *how, wb_txn *txn, wb_err *err);

/* A listing of one of our shops, whose row is known and did not change: what it should show now.
 * *wanted: that is another number, it was put so, and leaves after the commit
 * (wb_targets_look). */
WB_MUST_CHECK wb_rc wb_catalogue_rejoin(wb_mapper *mapper, const wb_stock_change *listing,
                                        bool *wanted, wb_txn *txn, wb_err *err);

/* The same of one that was heard of again: where it shows what it is wanted to, nothing is joined.
 */
WB_MUST_CHECK wb_rc wb_catalogue_look(wb_mapper *mapper, const wb_stock_change *listing,
                                      bool *wanted, wb_txn *txn, wb_err *err);

/* The listings of a SKU in all our shops, likewise; *wanted is how many. */
WB_MUST_CHECK wb_rc wb_catalogue_rejoin_sku(wb_mapper *mapper, const wb_stock_named *named,
                                            size_t *wanted, wb_txn *txn, wb_err *err);

/* The listings of goods of an ERP, likewise. */
WB_MUST_CHECK wb_rc wb_catalogue_rejoin_goods(wb_mapper *mapper, const wb_stock_goods *goods,
                                              wb_txn *txn, wb_err *err);
/* The root of all that stock of a shop's tenant hangs on. */
WB_MUST_CHECK wb_rc wb_catalogue_root(const wb_mapper *mapper, wb_view shop, wb_buf *out,
                                      wb_err *err);
/* The shard of a shop's catalogue; `shop` is "tenant/account". */
WB_MUST_CHECK wb_rc wb_catalogue_shard(const wb_mapper *mapper, wb_view shop, uint16_t *out,
                                       wb_err *err);

/* stock/pace.c: behind the catalogue. */
WB_MUST_CHECK wb_rc wb_pace_open(wb_mapper *mapper, wb_err *err);
void wb_pace_close(wb_mapper *mapper);
/* Inside the transaction: may the listing be told the number that it lacks, now? If not, it is
 * noted for the time when it may. `row->wanted`: when it was told last. */
WB_MUST_CHECK wb_rc wb_pace_ask(wb_mapper *mapper, const wb_stock_change *listing,
                                const wb_stock_claim *claim, bool *now, wb_txn *txn, wb_err *err);
/* So long what an account tells may lack what it has just been given. */
int64_t wb_pace_settle_us(const wb_account *account);
/* Noted for that time. */
WB_MUST_CHECK wb_rc wb_pace_note(wb_mapper *mapper, const wb_stock_change *listing,
                                 int64_t due_utc_us, wb_txn *txn, wb_err *err);
/* Why it has not got its number yet, as members of an open object. */
void wb_pace_explain(wb_mapper *mapper, wb_txn *txn, const wb_stock_change *listing,
                     const wb_stock_claim *claim, wb_json_writer *out);

/* stock/differs.c: behind the catalogue. */
void wb_differs_open(wb_mapper *mapper);
void wb_differs_close(wb_mapper *mapper);
void wb_differs_told(wb_mapper *mapper, wb_view record); /* a listing has what it was told */
/* Inside the transaction, of a listing that lacks no number: is it to be told it once more, now? It
 * counts, then. If later, it is noted. */
WB_MUST_CHECK wb_rc wb_differs_ask(wb_mapper *mapper, const wb_stock_change *listing,
                                   const wb_stock_claim *claim, bool *again, wb_txn *txn,
                                   wb_err *err);
/* As wb_pace_explain; false: it does not wait for that. */
bool wb_differs_explain(const wb_mapper *mapper, wb_txn *txn, const wb_stock_change *listing,
                        const wb_stock_claim *claim, wb_json_writer *out);

/* stock/stopped.c: WB_KIND_CALL_STOCK */
wb_rc wb_mapper_stock(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
/* Shops that are told no stock, as a member of an open object; none = nothing is written. */
void wb_stopped_status(wb_mapper *mapper, wb_json_writer *out);

/* stock/rejoin.c: behind the catalogue and the targets. */
WB_MUST_CHECK wb_rc wb_rejoin_open(wb_mapper *mapper, wb_err *err);
void wb_rejoin_close(wb_mapper *mapper);
/* Inside a transaction: all listings are joined anew, from its commit on. */
WB_MUST_CHECK wb_rc wb_rejoin_all(wb_mapper *mapper, wb_txn *txn, wb_err *err);
void wb_rejoin_status(const wb_mapper *mapper, wb_json_writer *out);

/* stock/swept.c: WB_KIND_SWEPT */
wb_rc wb_mapper_swept(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
void wb_swept_open(wb_mapper *mapper);
void wb_swept_close(wb_mapper *mapper);

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
    bool back;       /* the origin is not the record's own: it tells what became of it there */
} wb_observation;

typedef struct {
    wb_outcome outcome;
    bool touch;
} wb_judged;

/* What that origin said last; NULL = nothing. */
const wb_record_observation *wb_mapper_heard(const wb_record_row *row, wb_view origin);

/* Judge an observation against the row that is known (`found` false: none), inside a transaction.
 * The group that is told back is nobody's but of those who tell it back, who have no other: of a
 * record that is not known they tell nothing (FILTERED, and not put).
 *
 * HANDED_ON  accepted: *row is what has to be put; `merged` holds its canonical bytes when groups
 *            that the observation does not cover came from the old one
 * UNCHANGED  says nothing new; `touch` when the row has to be put all the same, because the
 *            newest observation moves on
 * STALE      older than what is known; `touch` likewise
 *
 * WB_REJECT  contradicts what is known (a shipped order cannot be created)
 */
wb_rc wb_mapper_judge(const wb_observation *said, bool found, wb_record_row *row, wb_buf *merged,
                      wb_judged *out, wb_err *err);

/* A change that is accepted is a new revision: the time in µs, and at least one more than before.
 * What comes behind us compares revisions alone, so they rise also where a clock was set back. */
void wb_mapper_revise(wb_record_row *row);

/* parts.c: inside the transaction that puts a record; beside wb_want_body. `order`: its root. */
WB_MUST_CHECK wb_rc wb_parts_note(uint16_t shard, wb_view record, const wb_record_row *row,
                                  wb_txn *txn, wb_err *err);
/* Those that share an order's lines, as a member "parts": [{"record", "kind", "status"}] of an open
 * object; of at most WB_PARTS_TOLD_MAX. */
#define WB_PARTS_TOLD_MAX 100
void wb_parts_tell(uint16_t shard, wb_view order, wb_txn *txn, wb_json_writer *out);
WB_MUST_CHECK wb_rc wb_parts_forget(uint16_t shard, wb_view record, wb_view order, wb_txn *txn,
                                    wb_err *err);
/* What came before it of its kind, and does not come from where it goes, has its goods. */
WB_MUST_CHECK wb_rc wb_parts_take(const wb_leaving *what, const wb_record_row *order,
                                  wb_facts *facts, wb_txn *txn, wb_err *err);

/* masters.c: the next goods are told by the account `from`, "tenant/account". The parts that its
 * table says of the lines of their order are added, once. Without a table nothing is looked at. */
void wb_masters_tell(const wb_leaving *what, const wb_record_row *order, wb_view from,
                     wb_fill *fill);

/* apart.c: what lies apart, and the transactions that take it up again */

#define WB_ORPHAN_KEPT_US (30 * INT64_C(86400) * WB_US_PER_S) /* then its order does not come */

/* A record while it is decided where it may go. */
typedef struct {
    const wb_want *want;
    wb_record_row root; /* in `room`: what is put for one target moves the store's */
    wb_buf room;
    bool found;  /* its root is known */
    wb_buf note; /* its cause, packed at the first need */
    char reasons[2][WB_REASON_MAX + 1];
    size_t count;
    wb_record_delivery deliveries[WB_RECORD_DELIVERIES_MAX];
} wb_apart;

WB_MUST_CHECK wb_rc wb_apart_begin(wb_apart *self, wb_txn *txn, wb_err *err); /* `want` is filled */
void wb_apart_fini(wb_apart *self);
/* Lies it apart for this target? Then it is noted. */
WB_MUST_CHECK wb_rc wb_apart_put(wb_apart *self, wb_target *target, bool *waits, wb_txn *txn,
                                 wb_err *err);
void wb_apart_tell(wb_apart *self); /* the exceptions go into the row */

/* Why a delivery lies apart: ORPHAN, AFTER, or by a rule (ruled.h); COUNT = it does not. */
wb_wait wb_apart_wait(const wb_record_delivery *delivery);
bool wb_apart_any(const wb_record_row *row);

/* After the first row of an order was put: what waited for it. */
WB_MUST_CHECK wb_rc wb_apart_take(wb_mapper *mapper, wb_txn *txn, uint16_t shard, wb_view root,
                                  wb_err *err);
/* What became of an order at a target was written: what waited for that, if it need not any more.
 */
typedef struct {
    uint16_t shard;
    wb_view target, order;
} wb_apart_way;
WB_MUST_CHECK wb_rc wb_apart_free(wb_mapper *mapper, wb_txn *txn, const wb_apart_way *way,
                                  wb_err *err);
/* moved.c: an order that is wanted with another address than its target was told. Noted with what
 * is wanted; judged when it leaves, into the verdict; over when the target has it, or a person
 * releases it (wb_want.released). */
WB_MUST_CHECK wb_rc wb_moved_note(const wb_want *want, wb_view target, wb_txn *txn, wb_err *err);
WB_MUST_CHECK wb_rc wb_moved_judge(const wb_leaving *what, wb_verdict *out, wb_txn *txn,
                                   wb_err *err);
WB_MUST_CHECK wb_rc wb_moved_there(const wb_apart_way *way, uint64_t revision, bool *over,
                                   wb_txn *txn, wb_err *err);
/* ruled.c: the same, and what lies apart for its address is judged anew. */
WB_MUST_CHECK wb_rc wb_ruled_there(wb_mapper *mapper, const wb_apart_way *way, uint64_t revision,
                                   wb_txn *txn, wb_err *err);
WB_MUST_CHECK wb_rc wb_moved_forget(uint16_t shard, wb_view order, wb_txn *txn, wb_err *err);
/* withdrawn.c: into the verdict, when it leaves for the ERP that stopped it. */
WB_MUST_CHECK wb_rc wb_withdrawn_judge(const wb_leaving *what, wb_verdict *out, wb_err *err);
/* Now and then: an orphan that is too old is told and let go; what waits for nothing any more is
 * freed. */
typedef struct {
    uint16_t shard;
    wb_view record;
    int64_t now_utc_us;
} wb_apart_look;
WB_MUST_CHECK wb_rc wb_apart_review(wb_mapper *mapper, const wb_apart_look *look, wb_write *write,
                                    wb_txn *txn, wb_err *err);

/* outbox.c */
extern const wb_holder_actor wb_outbox_holder;
/* The wanted state of a record for a target, from the observation that made it; `env` keeps views
 * into its arguments. */
void wb_target_envelope(const wb_target *self, const wb_envelope *cause, uint64_t revision,
                        wb_view canonical, wb_envelope *env);
/* After its commit: down the lane now, or from the store later. Consumes env. */
void wb_target_feed(wb_target *self, wb_envelope **env_p);
/* Has the target the record, by what its pusher says? */
bool wb_mapper_is_there(wb_outcome outcome);
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
/* A chunk of what is old at that time leaves, and what lies apart is queued for a review;
 * mapper->age says where the walk stands. */
wb_rc wb_mapper_age(wb_mapper *mapper, int64_t now_utc_us, wb_txn *txn, wb_err *err);
void wb_mapper_age_begin(wb_mapper *mapper); /* now and then, from here on */

/* marks.c: WB_KIND_MARK */
wb_rc wb_mapper_mark(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

/* plan.c: call.plan */
wb_rc wb_mapper_plan(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

/* show.c */
wb_rc wb_mapper_record(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);
wb_rc wb_mapper_records(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

#endif
