/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw - raw bytes to a record: mapped at once, judged and stored in the next group commit
 *
 * Record, revision and outbox change in one transaction; the receipt and the wanted states leave
 * after it.
 */
#include <stdio.h>
#include <string.h>

#include "actors/mapper/invoices.h"
#include "actors/mapper/mapper.h"
#include "actors/mapper/stock/reserve.h"
#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/pool.h"
#include "storage/jobs.h"
#include "storage/parked.h"

typedef struct {
    wb_write write;
    wb_mapper *mapper;
    wb_envelope *env;               /* the delivery's, or our own when it comes from the store */
    wb_delivery *delivery;          /* NULL: from the store, its row goes with the outcome */
    const wb_mapper_routes *routes; /* of who says it */
    const wb_mapper_routes *ways;   /* of the record's account; NULL = it is ours no more */
    wb_key_parts owner;             /* ... when that is another: cause.account's memory */
    wb_envelope cause;              /* of what it makes wanted */
    wb_buf origin;                  /* said.origin's memory */
    wb_observation said;
    char *canonical; /* said.canonical's memory */
    char *meaning;   /* said.meaning's */
    wb_outcome outcome;
    bool known; /* the store has had the record before */
    bool contradicts;
    bool refused; /* from the store, and still not to be read: parked again */
    char reason[200];
    wb_buf merged;
    wb_buf was;     /* the memory of the record's row: what is put for it moves the store's */
    wb_view former; /* canonical, of what it changes; in `was` */
    wb_buf former_sku, shows; /* of stock and listings: the SKU before, and what a listing shows */
    wb_wants wants;
} raw_write;

static void
raw_destroy(raw_write **self_p)
{
    wb_wants_fini(&(*self_p)->wants);
    if (!(*self_p)->delivery)
        wb_envelope_destroy(&(*self_p)->env);
    wb_buf_fini(&(*self_p)->merged);
    wb_buf_fini(&(*self_p)->was);
    wb_buf_fini(&(*self_p)->former_sku);
    wb_buf_fini(&(*self_p)->shows);
    wb_buf_fini(&(*self_p)->origin);
    wb_pool_give(&(*self_p)->canonical);
    wb_free(&(*self_p)->meaning);
    wb_pool_give(self_p);
}

static wb_view
id_view(const wb_envelope *env)
{
    return (wb_view){(const char *)env->id.bytes, sizeof env->id.bytes};
}

/* --- inside the transaction --- */

/* Set aside, in the place where what is newer of this record finds it. */
static wb_rc
park(raw_write *self, wb_txn *txn, wb_err *err)
{
    wb_parking what = {self->env, self->env->shard, false, self->said.origin, self->reason};

    return wb_park_envelope(&self->write, txn, &what, err);
}

/* The pusher tells what became of what leaves: its event has this moment among its hops. */
static void
tell(const raw_write *self, const wb_record_row *row, wb_write *write)
{
    wb_envelope told = *self->env;
    wb_record_event event = {.what = "mapped", .env = &told, .outcome = self->outcome};

    told.revision = row->revision;
    if (self->outcome == WB_OUTCOME_HANDED_ON)
        event.text = wb_wait_means(wb_apart_wait(&row->deliveries[0]));
    wb_event_record(write, &event);
}

static bool
in_catalogue(const raw_write *self)
{
    return wb_record_def_of(self->said.kind)->root == WB_ROOT_CATALOGUE;
}

/* The ERP tells stock of these goods: what orders took of it before is in it. */
static wb_rc
end_reserved(const raw_write *self, wb_view sku, size_t *ended, wb_txn *txn, wb_err *err)
{
    const wb_stock_goods goods = {self->env->shard, self->said.origin, sku};

    return wb_reserve_told(&goods, self->said.observed_utc_us, ended, txn, err);
}

/* ... though its number is the same, and so is its SKU. The row that was read of it is gone: it was
 * put. */
static wb_rc
hear_again(const raw_write *self, wb_txn *txn, wb_err *err)
{
    const wb_stock_goods goods = {self->env->shard, self->said.origin,
                                  wb_buf_view(&self->former_sku)};
    size_t ended = 0;
    wb_rc rc = end_reserved(self, goods.master, &ended, txn, err);

    return rc || !ended ? rc : wb_catalogue_rejoin_goods(self->mapper, &goods, txn, err);
}

/* A listing shows what it showed before, which may not be what it was told. */
static wb_rc
look_again(const raw_write *self, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_record_row row;
    const wb_stock_change listing = {
        self->env->shard, self->said.record, &row, {NULL, 0}
    };
    bool found = false, wanted = false;
    wb_rc rc = wb_records_take(txn, listing.shard, listing.record, (wb_record_into){&room, &row},
                               &found, err);

    return rc || !found ? rc : wb_catalogue_look(self->mapper, &listing, &wanted, txn, err);
}

/* Of stock that was put: what orders took, and the listings. */
static wb_rc
join_stock(const raw_write *self, const wb_want *want, wb_wanted_how *how, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf sku = {0};
    size_t ended = 0;
    wb_rc rc;

    wb_buf_init(&sku, WB_KEY_MAX);
    rc = wb_stock_sku(want->row, &sku, err);
    rc = rc ? rc : end_reserved(self, wb_buf_view(&sku), &ended, txn, err);
    return rc ? rc : wb_catalogue_join(want, &self->former_sku, how, txn, err);
}

/* What comes of the record, which is then put. */
static wb_rc
put_wanted(raw_write *self, const wb_want *want, wb_wanted_how *how, wb_txn *txn, wb_err *err)
{
    bool joins = in_catalogue(self), wanted = false;
    wb_rc rc = WB_OK;

    if (joins)
        rc = wb_catalogue_put(want, &self->former_sku, &self->shows, &wanted, txn, err);
    if (!rc && (self->said.back ? want->row->routed : self->said.routed))
        rc = wb_want_everywhere(want, how, txn, err);
    if (wanted) {
        wb_catalogue_wanted(want->row);
        *how = WB_WANTED_LEAVES;
    }
    if (!rc)
        rc = wb_records_put(txn, want->shard, want->record, want->row, err);
    if (!rc && want->row->kind == WB_RECORD_INVENTORY)
        rc = join_stock(self, want, how, txn, err);
    return rc;
}

static wb_want
want_of(raw_write *self, wb_record_row *row)
{
    return (wb_want){.mapper = self->mapper,
                     .routes = self->ways,
                     .shard = self->env->shard,
                     .record = self->said.record,
                     .row = row,
                     .cause = &self->cause,
                     .former = self->former,
                     .out = &self->wants};
}

/* It says nothing new, and was read later. An order that was shipped before there was a rule for
 * its invoice is heard so. */
static wb_rc
touch(raw_write *self, wb_record_row *row, wb_txn *txn, wb_err *err)
{
    const wb_want want = want_of(self, row);
    wb_rc rc = wb_records_put(txn, want.shard, want.record, row, err);

    return rc ? rc : wb_invoices_make(&want, false, &self->write, txn, err);
}

static wb_rc
put_record(raw_write *self, wb_record_row *row, wb_write *write, wb_txn *txn, wb_err *err)
{
    const wb_want want = want_of(self, row);
    wb_wanted_how how = WB_WANTED_NOWHERE;
    wb_rc rc;

    row->root = self->env->root;
    rc = wb_parts_note(want.shard, want.record, row, txn, err);
    rc = rc ? rc : put_wanted(self, &want, &how, txn, err);
    if (rc)
        return rc;
    if (how == WB_WANTED_NOWHERE)
        self->outcome = WB_OUTCOME_FILTERED; /* recorded, and nobody wants it (yet) */
    if (how != WB_WANTED_LEAVES)
        tell(self, row, write);
    if (row->kind != WB_RECORD_ORDER)
        return WB_OK;
    rc = wb_reserve_take(&(wb_reserve_order){self->mapper, self->said.record, row}, txn, err);
    rc = rc ? rc : wb_invoices_make(&want, true, write, txn, err);
    return rc || self->known
               ? rc
               : wb_apart_take(self->mapper, txn, self->env->shard, self->said.record, err);
}

/* This is the newest word of its origin: what was parked of an older one is settled by it. */
static wb_rc
settle_parked(const raw_write *self, wb_txn *txn, wb_err *err)
{
    uint64_t parked = 0;
    size_t settled = 0;
    wb_rc rc = wb_parked_count(txn, &parked, err);

    if (rc || !parked)
        return rc;
    return wb_parked_settle_read(
        txn, (wb_row_name){self->env->shard, self->said.origin, self->said.record},
        self->said.observed_utc_us, &settled, err);
}

static wb_rc
raw_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    raw_write *self = WB_CONTAINER(write, raw_write, write);
    uint16_t shard = self->env->shard;
    wb_err why = {0};
    wb_record_row row;
    wb_judged judged;
    bool found = false;
    wb_rc rc;

    wb_wants_drop(&self->wants); /* a full map may have made this run before */
    wb_buf_clear(&self->merged);
    if (!self->delivery) {
        rc = wb_jobs_delete(txn, (wb_row_name){shard, self->said.origin, id_view(self->env)}, err);
        if (rc || self->refused)
            return rc ? rc : park(self, txn, err);
    }
    rc = wb_records_take(txn, shard, self->said.record, (wb_record_into){&self->was, &row}, &found,
                         err);
    if (rc)
        return rc;
    self->former = found ? row.canonical : (wb_view){NULL, 0};
    if (found && in_catalogue(self))
        rc = wb_stock_sku(&row, &self->former_sku, err);
    if (rc)
        return rc;
    rc = wb_mapper_judge(&self->said, found && self->ways, &row, &self->merged, &judged, &why);
    self->outcome = judged.outcome;
    if (self->said.back)
        self->cause.created_utc_us = found ? row.created_utc_us : 0;
    self->known = found;
    self->contradicts = rc != WB_OK;
    if (rc) {
        snprintf(self->reason, sizeof self->reason, "%.190s", why.text);
        return park(self, txn, err);
    }
    if (self->outcome == WB_OUTCOME_HANDED_ON)
        rc = put_record(self, &row, write, txn, err);
    else if (judged.touch)
        rc = touch(self, &row, txn, err);
    else
        return WB_OK;
    if (rc || self->outcome == WB_OUTCOME_STALE)
        return rc; /* it was named, and tells nothing */
    if (judged.touch && row.kind == WB_RECORD_INVENTORY)
        rc = hear_again(self, txn, err);
    if (!rc && judged.touch && row.kind == WB_RECORD_LISTING)
        rc = look_again(self, txn, err);
    return rc ? rc : settle_parked(self, txn, err);
}

/* --- after it --- */

static void
settle(raw_write *self)
{
    wb_delivery *delivery = self->delivery;

    if (delivery)
        wb_delivery_settle(wb_ctx_lanes(self->mapper->ctx), &delivery, self->outcome);
}

static void
raw_done(wb_write *write)
{
    raw_write *self = WB_CONTAINER(write, raw_write, write);
    wb_mapper *mapper = self->mapper;

    wb_kill_point("mapper.committed");
    if (self->contradicts) {
        wb_delivery *delivery = self->delivery;
        if (delivery)
            wb_ctx_parked(mapper->ctx, &delivery, self->said.origin, self->reason);
        raw_destroy(&self);
        return;
    }
    mapper->outcomes[self->outcome]++;
    wb_wants_feed(&self->wants);
    wb_targets_look(mapper);
    settle(self);
    wb_kill_point("mapper.receipted");
    raw_destroy(&self);
}

/* --- before it --- */

/* A record that was not read whole says so, which is nothing new of it. */
static wb_rc
note_reading(raw_write *self, wb_mapper *mapper, const wb_record_def *def, const void *record,
             wb_err *err)
{
    bool left_out = wb_record_left_out(def, record).len > 0;
    bool repaired = wb_record_repaired(def, record).len > 0;
    wb_rc rc;

    mapper->left_out += left_out;
    mapper->repaired += repaired;
    if (!left_out && !repaired)
        return WB_OK;
    wb_buf_clear(&mapper->packed);
    rc = wb_canonical_meaning(def->fields, record, &mapper->packed, err);
    if (rc)
        return rc;
    self->meaning = wb_text_dup_len(mapper->packed.data, mapper->packed.len);
    self->said.meaning = (wb_view){self->meaning, mapper->packed.len};
    return WB_OK;
}

static wb_rc
encode(raw_write *self, wb_mapper *mapper, wb_mapped *mapped, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(mapped->kind);
    const void *record = wb_mapped_record(mapped);
    uint32_t back = def->told_back ? UINT32_C(1) << def->told_back : 0;
    wb_rc rc = wb_canonical_check(def->fields, record, err);
    int64_t created_utc_us = wb_record_created(def, record);

    wb_buf_clear(&mapper->packed);
    if (!rc)
        rc = wb_canonical_encode(def->fields, record, &mapper->packed, err);
    if (!rc)
        rc = wb_buf_check(&mapper->packed, "the canonical record", err);
    if (rc)
        return rc;
    self->canonical = wb_pool_take(mapper->packed.len);
    memcpy(self->canonical, mapper->packed.data, mapper->packed.len);
    self->said.canonical = (wb_view){self->canonical, mapper->packed.len};
    self->said.kind = mapped->kind;
    self->said.status = wb_record_status(def, record);
    self->said.routed = mapped->routed;
    self->said.owners = mapped->owners & (self->said.back ? back : ~back);
    self->said.source_utc_us = mapped->source_utc_us;
    /* A source that does not tell it has had the record no later than it changed it. */
    self->env->created_utc_us = created_utc_us > 0 ? created_utc_us : mapped->source_utc_us;
    self->cause.created_utc_us = self->env->created_utc_us;
    return note_reading(self, mapper, def, record, err);
}

static wb_rc
map_body(raw_write *self, wb_mapper *mapper, const wb_envelope *env, wb_err *err)
{
    const wb_connector *connector = self->routes->account->connector;
    wb_mapped mapped = {0};
    wb_rc rc = wb_connector_map(connector, env, wb_ctx_json(mapper->ctx), &mapped, err);

    if (!rc && mapped.kind != env->record_kind)
        rc = wb_fail(err, WB_REJECT, "it is of kind %s, and its key says %s",
                     wb_record_kind_name(mapped.kind), wb_record_kind_name(env->record_kind));
    if (!rc)
        rc = encode(self, mapper, &mapped, err);
    wb_mapped_fini(&mapped);
    return rc;
}

/* Another account than the record's own tells what became of it there: what comes of that goes the
 * ways of the record. */
static wb_rc
find_ways(raw_write *self, wb_mapper *mapper, wb_err *err)
{
    const wb_envelope *env = self->env;
    const wb_record_def *def = wb_record_def_of(env->record_kind);
    wb_view owner = wb_key_account_of(env->record);
    wb_rc rc;

    self->ways = self->routes;
    self->said.back = def && def->told_back && !wb_view_eq(owner, wb_buf_view(&self->origin));
    if (!self->said.back)
        return WB_OK;
    self->ways = wb_routes_of(mapper, owner);
    rc = wb_key_parse(&self->owner, env->record, err);
    if (rc)
        return rc;
    self->cause.account = wb_view_of(self->owner.account);
    if (self->ways)
        self->cause.connector = wb_view_of(self->ways->account->connector->name);
    return WB_OK;
}

/* What is said, or why not; `ends`: its bytes ended the process before. */
static wb_rc
read_raw(raw_write *self, wb_mapper *mapper, bool ends, wb_err *err)
{
    wb_rc rc;

    self->routes = wb_routes_of(mapper, wb_buf_view(&self->origin));
    if (!self->routes)
        return wb_ctx_unknown(mapper->ctx, "account", wb_buf_view(&self->origin), err);
    if (ends)
        return wb_fail(err, WB_REJECT, WB_ENDS_THE_PROCESS);
    rc = find_ways(self, mapper, err);
    if (rc)
        return rc;
    rc = map_body(self, mapper, self->env, err);
    return rc == WB_REJECT ? wb_note(err, rc, "malformed") : rc;
}

/* Where a message comes from. */
typedef struct {
    wb_envelope *env;
    wb_delivery *delivery; /* NULL: from the store */
    bool accepted;         /* a person takes its word */
} raw_source;

/* Fill and queue. A delivery that is refused stays the caller's; what comes from the store is
 * queued all the same, to be parked again. */
static wb_rc
take(wb_mapper *mapper, const raw_source *source, wb_err *err)
{
    raw_write *self = wb_pool_take(sizeof *self);
    wb_envelope *env = source->env;
    wb_delivery *delivery = source->delivery;
    bool ends = !delivery && wb_process_ended_by(&env->id) >= WB_CAREFUL_ENDED_BY;
    wb_rc rc;

    *self = (raw_write){.mapper = mapper, .env = env, .delivery = delivery};
    wb_ctx_account_key(mapper->ctx, env, &self->origin);
    wb_envelope_hop(env, WB_HOP_MAP, wb_loop_utc_us(wb_ctx_loop(mapper->ctx)));
    self->cause = *env;
    self->write = (wb_write){.apply = raw_apply, .done = raw_done, .about = &env->id};
    wb_buf_init(&self->merged, WB_ORDER_MAX);
    wb_buf_init(&self->former_sku, WB_KEY_MAX);
    wb_buf_init(&self->shows, WB_ORDER_MAX);
    rc = read_raw(self, mapper, ends, err);
    if (rc && delivery) {
        raw_destroy(&self);
        return rc;
    }
    self->refused = self->contradicts = rc != WB_OK;
    if (rc)
        snprintf(self->reason, sizeof self->reason, "%.190s", err->text);
    self->said.record = env->record;
    self->said.origin = wb_buf_view(&self->origin);
    self->said.observed_utc_us = env->observed_utc_us;
    self->said.accepted = source->accepted;
    wb_commit_add(wb_ctx_commit(mapper->ctx), &self->write);
    return WB_OK;
}

wb_rc
wb_mapper_raw(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_rc rc;

    if (wb_store_pressure(wb_ctx_store(ctx), NULL, 0) != WB_PRESSURE_NONE) {
        wb_delivery_settle(wb_ctx_lanes(ctx), &delivery, WB_OUTCOME_FULL);
        return WB_OK; /* its sender keeps it, and asks again in a second */
    }
    rc = take(wb_ctx_state(ctx), &(raw_source){delivery->env, delivery, false}, err);
    wb_kill_point("mapper.taken");
    return rc;
}

void
wb_mapper_raw_stored(wb_mapper *mapper, wb_envelope **env_p, bool accepted)
{
    const raw_source source = {wb_take(env_p), NULL, accepted};
    wb_err err = {0};

    wb_ignore(take(mapper, &source, &err), "what cannot be read is parked again");
}
