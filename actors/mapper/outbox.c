/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox - wanted states on their way to the pushers: what a holder asks of them
 *
 * A row leaves only at the receipt of the revision that it still wants.
 */
#include "actors/mapper/mapper.h"
#include "actors/mapper/ruled.h"
#include "actors/mapper/stock/reserve.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/aside.h"

#define LATE_US (INT64_C(86400) * WB_US_PER_S) /* a day after the change */

void
wb_target_envelope(const wb_target *self, const wb_envelope *cause, uint64_t revision,
                   wb_view canonical, wb_envelope *env)
{
    *env = *cause;
    env->kind = WB_KIND_WANT;
    env->target = self->account->key_view;
    env->revision = revision;
    env->body = canonical;
    env->again = false;
    env->tries = 0;
    env->sequence = 0;
    env->unknown = (wb_view){0};
    env->unknown_pairs = 0;
}

/* --- receipts --- */

static size_t
find_delivery(const wb_record_row *row, wb_view target)
{
    size_t at = 0;

    while (at < row->delivery_count && !wb_view_eq(row->deliveries[at].target, target))
        at++;
    return at;
}

/* A place for one more. As many as a record can have targets fit; where routes came and went since
 * it was wanted there may be others, and of these the oldest gives way. */
static size_t
place_delivery(wb_record_row *row)
{
    size_t oldest = 0;

    if (row->delivery_count < WB_RECORD_DELIVERIES_MAX)
        return row->delivery_count++;
    for (size_t i = 1; i < row->delivery_count; i++)
        if (row->deliveries[i].revision < row->deliveries[oldest].revision)
            oldest = i;
    return oldest;
}

static bool
is_exception(wb_outcome outcome)
{
    return outcome == WB_OUTCOME_HELD || outcome == WB_OUTCOME_PARKED;
}

bool
wb_mapper_is_there(wb_outcome outcome)
{
    return outcome == WB_OUTCOME_HANDED_ON || outcome == WB_OUTCOME_UNCHANGED ||
           outcome == WB_OUTCOME_STALE;
}

wb_rc
wb_mapper_deliver(wb_txn *txn, wb_view record, uint16_t shard, const wb_record_delivery *delivery,
                  wb_err *err)
{
    bool keep = is_exception(delivery->outcome), found = false, known;
    int64_t now_us = wb_now_utc_us();
    wb_record_row row;
    size_t at;
    wb_rc rc = wb_records_get(txn, shard, record, &row, &found, err);

    if (rc || !found)
        return rc;
    at = find_delivery(&row, delivery->target);
    known = at < row.delivery_count;
    if (keep && delivery->revision < row.wanted)
        return WB_OK; /* a newer one is on its way: it tells */
    if (known ? row.deliveries[at].revision > delivery->revision
              : !keep && now_us - row.changed_utc_us < LATE_US)
        return WB_OK;
    if (keep) {
        row.deliveries[known ? at : place_delivery(&row)] = *delivery;
    } else {
        row.delivered_utc_us = now_us;
        if (known)
            row.deliveries[at] = row.deliveries[--row.delivery_count];
    }
    return wb_records_put(txn, shard, record, &row, err);
}

/* The revision is the time of the change. What is delivered soon after it, as nearly all is, writes
 * nothing into the record. */
static bool
says_nothing(const wb_parcel *parcel)
{
    int64_t changed_us = (int64_t)parcel->row.revision;

    return parcel->ended ||
           (!is_exception(parcel->outcome) && wb_now_utc_us() - changed_us < LATE_US);
}

/* Others may have waited for it, and stock takes its time from there. */
static wb_rc
free_others(wb_mapper *mapper, const wb_parcel *parcel, wb_txn *txn, wb_err *err)
{
    const wb_envelope *env = parcel->env;
    const wb_apart_way way = {env->shard, env->target, env->record};
    wb_rc rc;

    if (env->record_kind != WB_RECORD_ORDER)
        return WB_OK;
    rc = wb_mapper_is_there(parcel->outcome)
             ? wb_reserve_delivered(
                   &(wb_reserve_delivery){mapper, env->record, env->target, wb_now_utc_us()}, txn,
                   err)
             : WB_OK;
    if (!rc && wb_mapper_is_there(parcel->outcome))
        rc = wb_ruled_there(mapper, &way, env->revision, txn, err);
    return rc ? rc : wb_apart_free(mapper, txn, &way, err);
}

static wb_rc
settle_one(wb_mapper *mapper, const wb_parcel *parcel, wb_txn *txn, wb_err *err)
{
    const wb_envelope *env = parcel->env;
    wb_record_delivery delivery = {
        .target = env->target, .outcome = parcel->outcome, .revision = env->revision};
    wb_rc rc =
        wb_outbox_done(txn, (wb_outbox_key){env->target, parcel->row.revision, env->record}, err);

    if (!rc && !says_nothing(parcel))
        rc = wb_mapper_deliver(txn, env->record, env->shard, &delivery, err);
    return rc ? rc : free_others(mapper, parcel, txn, err);
}

static wb_rc
settle(void *owner, const wb_link *receipts, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;

    (void)write;
    for (wb_link *link = receipts->next; !rc && link != receipts; link = link->next)
        rc = settle_one(owner, WB_CONTAINER(link, wb_parcel, link), txn, err);
    return rc;
}

/* Shops share a target: their records take turns. */
static wb_way_row
way_row(uint64_t revision, wb_view record, wb_priority priority)
{
    return (wb_way_row){revision, record, priority, wb_key_account_of(record)};
}

void
wb_target_feed(wb_target *self, wb_envelope **env_p)
{
    wb_way_row row = way_row((*env_p)->revision, (*env_p)->record, (*env_p)->priority);

    wb_way_give(&self->way, &row, env_p);
}

/* After that commit. */
static void
gone(void *owner, const wb_parcel *parcel)
{
    if (parcel->env->record_kind == WB_RECORD_LISTING && wb_mapper_is_there(parcel->outcome))
        wb_differs_told(owner, parcel->env->record);
}

/* --- rows that are not in memory --- */

typedef struct {
    wb_backlog *into;
    wb_txn *txn;
    wb_target *target; /* its life is ours */
} row_visit;

/* The row's header with the record's body; NULL and set aside when one of them cannot be read. A
 * record that has changed since has a newer row. What waited here since it was made was never sent;
 * a former life's may have been. */
static wb_rc
load_want(const row_visit *self, const wb_outbox_row *row, wb_envelope **out, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    WB_AUTO(wb_verdict_fini) wb_verdict verdict = WB_VERDICT_NONE;
    wb_mapper *mapper = self->target->mapper;
    wb_record_row record;
    const wb_leaving what = {.mapper = mapper,
                             .verdict = &verdict,
                             .shard = row->shard,
                             .record = row->record,
                             .row = &record,
                             .target = row->target};
    wb_view body = {0};
    bool found = false;
    wb_rc rc = wb_records_get(self->txn, row->shard, row->record, &record, &found, err);

    if (!rc && found)
        rc = wb_want_body(self->txn, &what, &room, &body, err);
    if (!rc && verdict.wait != WB_WAIT_COUNT) {
        wb_ruled_note(mapper, row);
        return WB_OK;
    }
    if (!rc && (!found || wb_envelope_decode(&env, row->header, body, err))) {
        wb_aside_want(self->txn, row, found ? err->text : "it has no record");
        return WB_OK;
    }
    if (rc)
        return rc;
    env->shard = row->shard;
    env->revision = record.revision;
    env->again = env->again || row->handed || env->incarnation != self->target->life;
    *out = wb_take(&env);
    return WB_OK;
}

static wb_rc
on_row(void *arg, const wb_outbox_row *row, wb_err *err)
{
    const row_visit *self = arg;
    wb_way_row at = way_row(row->revision, row->record, row->priority);
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_rc rc = WB_OK;

    if (wb_backlog_wants(self->into, &at))
        rc = load_want(self, row, &env, err);
    return rc ? rc : wb_backlog_row(self->into, &at, &env);
}

static wb_rc
scan(wb_way *way, const wb_way_row *from, wb_backlog *into, wb_txn *txn, wb_err *err)
{
    row_visit self = {into, txn, WB_CONTAINER(way, wb_target, way)};

    return wb_outbox_scan(txn, (wb_outbox_key){way->account, from->revision, from->name}, on_row,
                          &self, err);
}

static wb_rc
load(wb_way *way, const wb_way_row *row, wb_txn *txn, wb_envelope **out, wb_err *err)
{
    row_visit self = {NULL, txn, WB_CONTAINER(way, wb_target, way)};
    wb_outbox_row there;
    bool found = false;
    wb_rc rc = wb_outbox_get(txn, (wb_outbox_key){way->account, row->revision, row->name}, &there,
                             &found, err);

    return rc || !found ? rc : load_want(&self, &there, out, err);
}

static void
moved(void *mapper)
{
    wb_targets_look(mapper);
    wb_putback_go(mapper);
}

const wb_holder_actor wb_outbox_holder = {
    .name = "outbox",
    .receipt_point = "mapper.receipt",
    .deleted_point = "mapper.deleted",
    .settle = settle,
    .gone = gone,
    .scan = scan,
    .load = load,
    .moved = moved,
};
