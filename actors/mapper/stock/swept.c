/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swept - a list that tells all there is was read to its end: what it did not name is there no more
 *
 * Of its account and kind, that is what nobody has told of since the list was begun. Each row has
 * its receipt by now, so what was told of is in this store, or was parked here. What becomes of the
 * others the kind says (wb_record_def.unlisted): of stock there is none. For all that follows,
 * their source has said so, at the begin of the list: what it told before is older, what it tells
 * later newer, though it be what it told before.
 *
 *   nothing   is there no more when this store is younger than the run: it may have had the rows,
 *             and has lost them. The next run tells
 *   parked    since the list was begun: it was named, and stays as it was
 *   a chunk   looks at some records, and changes them, in one transaction
 *   killed    the message is in the poller's store until its receipt, which is given at the end:
 *             it comes again, and finds the first records changed
 *   twice     both find nothing more
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "actors/mapper/stock/reserve.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "storage/parked.h"

#define LOOKS 1000   /* records of a transaction that are looked at, */
#define CHANGES 256  /* ... and changed */
#define BETWEEN_MS 1 /* two of them */
#define FULL_MS 1000 /* until a full store is looked at again */

typedef struct wb_swept {
    wb_write write;
    wb_link link; /* mapper->swept */
    wb_timer timer;
    wb_mapper *mapper;
    wb_delivery *delivery;
    const wb_record_def *def;
    const wb_mapper_routes *routes;
    wb_buf origin, prefix;
    wb_buf at, next;               /* looked at up to there; after the commit that is under way */
    size_t looked, fallen;         /* so far */
    size_t looked_now, fallen_now; /* in that commit */
    bool more;
} sweep;

static void
destroy(sweep **self_p)
{
    sweep *self = *self_p;

    wb_timer_stop(wb_ctx_loop(self->mapper->ctx), &self->timer);
    wb_list_remove(&self->link);
    wb_buf_fini(&self->origin);
    wb_buf_fini(&self->prefix);
    wb_buf_fini(&self->at);
    wb_buf_fini(&self->next);
    wb_free(self_p);
}

static int64_t
begun_us(const sweep *self)
{
    return self->delivery->env->observed_utc_us;
}

/* --- one record --- */

/* What is said of it. */
typedef struct {
    wb_observation said;
    wb_record_row *row;         /* it is large */
    wb_buf was, packed, merged; /* their memory */
    wb_buf sku;
} record_change;

static void
record_change_init(record_change *self)
{
    wb_buf_init(&self->packed, WB_ORDER_MAX);
    wb_buf_init(&self->merged, WB_ORDER_MAX);
    wb_buf_init(&self->sku, WB_KEY_MAX);
}

static void
record_change_fini(record_change *self)
{
    wb_buf_fini(&self->was);
    wb_buf_fini(&self->packed);
    wb_buf_fini(&self->merged);
    wb_buf_fini(&self->sku);
}

/* A source that tells no time of its own has said it at the begin of the list. */
static wb_rc
say(const sweep *self, const wb_record_observation *heard, record_change *out, wb_err *err)
{
    const wb_record_def *def = self->def;
    WB_AUTO(wb_free) void *record = wb_alloc(def->size);
    bool timeless = heard->source_utc_us == heard->observed_utc_us || !heard->source_utc_us;
    wb_rc rc = wb_canonical_decode(def->fields, out->row->canonical, record, def->size, err);

    if (rc)
        return rc;
    def->unlisted(record);
    wb_buf_clear(&out->packed);
    rc = wb_canonical_encode(def->fields, record, &out->packed, err);
    out->said = (wb_observation){.record = out->said.record,
                                 .origin = wb_buf_view(&self->origin),
                                 .kind = def->kind,
                                 .owners = heard->owners,
                                 .source_utc_us = timeless ? begun_us(self) : heard->source_utc_us,
                                 .observed_utc_us = begun_us(self),
                                 .status = out->row->status,
                                 .canonical = wb_buf_view(&out->packed),
                                 .routed = out->row->routed};
    return rc ? rc : wb_buf_check(&out->packed, "the canonical record", err);
}

/* What orders took of these goods before is in it. */
static wb_rc
end_reserved(const sweep *self, const record_change *is, size_t *ended, wb_txn *txn, wb_err *err)
{
    const wb_stock_goods goods = {self->delivery->env->shard, wb_buf_view(&self->origin),
                                  wb_buf_view(&is->sku)};

    return wb_reserve_told(&goods, begun_us(self), ended, txn, err);
}

/* It was so before. */
static wb_rc
hear_again(sweep *self, record_change *is, wb_txn *txn, wb_err *err)
{
    const wb_stock_goods goods = {self->delivery->env->shard, wb_buf_view(&self->origin),
                                  wb_buf_view(&is->sku)};
    size_t ended = 0;
    wb_rc rc = wb_records_put(txn, goods.shard, is->said.record, is->row, err);

    rc = rc ? rc : end_reserved(self, is, &ended, txn, err);
    return rc || !ended ? rc : wb_catalogue_rejoin_goods(self->mapper, &goods, txn, err);
}

static void
tell(sweep *self, const wb_envelope *cause, const wb_record_row *row)
{
    wb_envelope told = *cause;

    told.revision = row->revision;
    wb_event_record(&self->write,
                    &(wb_record_event){.what = "swept",
                                       .env = &told,
                                       .outcome = WB_OUTCOME_HANDED_ON,
                                       .text = "its source tells all there is, and not this"});
}

static wb_rc
put_change(sweep *self, record_change *is, wb_txn *txn, wb_err *err)
{
    const wb_envelope *env = self->delivery->env;
    WB_AUTO(wb_buf_fini) wb_buf shows = {0};
    wb_wanted_how how = WB_WANTED_NOWHERE;
    wb_key_parts parts;
    wb_envelope cause;
    const wb_want want = {.mapper = self->mapper,
                          .routes = self->routes,
                          .shard = env->shard,
                          .record = is->said.record,
                          .row = is->row,
                          .cause = &cause};
    size_t ended = 0;
    bool wanted = false;
    wb_rc rc = wb_want_cause(want.record, want.row, &parts, &cause, err);

    if (rc)
        return rc;
    wb_buf_init(&shows, WB_ORDER_MAX);
    cause.connector = env->connector;
    cause.stream = env->stream;
    tell(self, &cause, want.row);
    rc = wb_catalogue_put(&want, &is->sku, &shows, &wanted, txn, err);
    if (!rc && want.row->routed)
        rc = wb_want_everywhere(&want, &how, txn, err);
    rc = rc ? rc : wb_records_put(txn, want.shard, want.record, want.row, err);
    rc = rc ? rc : end_reserved(self, is, &ended, txn, err);
    return rc ? rc : wb_catalogue_join(&want, &is->sku, &how, txn, err);
}

/* Has nothing been told of it since the list was begun? */
static bool
is_unheard(const sweep *self, const wb_record_row *row)
{
    const wb_record_observation *heard = wb_mapper_heard(row, wb_buf_view(&self->origin));

    return heard && heard->observed_utc_us < begun_us(self);
}

static wb_rc
change_record(sweep *self, record_change *is, wb_txn *txn, wb_err *err)
{
    wb_judged judged;
    wb_rc rc = wb_stock_sku(is->row, &is->sku, err);

    rc = rc ? rc : say(self, wb_mapper_heard(is->row, wb_buf_view(&self->origin)), is, err);
    rc = rc ? rc : wb_mapper_judge(&is->said, true, is->row, &is->merged, &judged, err);
    if (rc)
        return rc;
    if (judged.outcome != WB_OUTCOME_HANDED_ON)
        return judged.touch ? hear_again(self, is, txn, err) : WB_OK;
    self->fallen_now++;
    return put_change(self, is, txn, err);
}

static wb_rc
sweep_one(sweep *self, wb_view record, wb_txn *txn, wb_err *err)
{
    wb_record_row row;
    WB_AUTO(record_change_fini)
    record_change is = {.said.record = record, .row = &row};
    uint16_t shard = self->delivery->env->shard;
    bool found = false, parked = false;
    wb_err why = {0};
    wb_rc rc;

    record_change_init(&is);
    rc = wb_records_take(txn, shard, record, (wb_record_into){&is.was, &row}, &found, err);
    if (rc || !found)
        return rc;
    rc = wb_parked_since(txn, (wb_row_name){shard, wb_buf_view(&self->origin), record},
                         begun_us(self), &parked, err);
    if (rc || parked)
        return rc;
    rc = change_record(self, &is, txn, &why);
    if (rc == WB_REJECT) { /* one that cannot be read stops itself alone */
        wb_log(WB_WARN, "swept.unreadable", "record=%.*s why='%s' next='the others'",
               WB_VIEW_ARG(record), why.text);
        return WB_OK;
    }
    return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
}

/* --- a chunk --- */

/* Keys: what is found must not write. */
typedef struct {
    sweep *sweep;
    wb_buf keys; /* each with a NUL behind it, which no key has */
    size_t count;
} found_keys;

static wb_rc
on_record(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    found_keys *found = arg;
    sweep *self = found->sweep;

    (void)err;
    if (self->looked_now == LOOKS || found->count == CHANGES)
        return WB_FULL;
    self->looked_now++;
    wb_buf_clear(&self->next);
    wb_buf_add_view(&self->next, record);
    if (!is_unheard(self, row))
        return WB_OK;
    wb_buf_add_view(&found->keys, record);
    wb_buf_add_char(&found->keys, 0);
    found->count++;
    return WB_OK;
}

static wb_rc
find_keys(sweep *self, found_keys *out, wb_txn *txn, wb_err *err)
{
    const wb_kv_range range = {.prefix = wb_buf_view(&self->prefix),
                               .from = wb_buf_view(&self->at)};
    wb_rc rc;

    wb_buf_init(&out->keys, CHANGES * (WB_KEY_MAX + 1));
    wb_buf_clear(&self->next);
    rc = wb_records_scan(txn, self->delivery->env->shard, range, on_record, out, err);
    self->more = self->looked_now == LOOKS || out->count == CHANGES;
    return rc;
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    sweep *self = WB_CONTAINER(write, sweep, write);
    found_keys found = {.sweep = self};
    const char *key, *end;
    wb_rc rc;

    self->looked_now = self->fallen_now = 0;
    rc = find_keys(self, &found, txn, err);
    key = found.keys.data;
    end = key + found.keys.len;
    for (; !rc && key < end; key += strlen(key) + 1)
        rc = sweep_one(self, wb_view_of(key), txn, err);
    wb_buf_fini(&found.keys);
    return rc;
}

/* --- its life --- */

static void
over(sweep *self)
{
    wb_mapper *mapper = self->mapper;
    wb_delivery *delivery = self->delivery;

    wb_log(WB_INFO, "swept", "account=%.*s stream=%.*s looked=%zu gone=%zu",
           WB_VIEW_ARG(wb_buf_view(&self->origin)), WB_VIEW_ARG(delivery->env->stream),
           self->looked, self->fallen);
    wb_delivery_settle(wb_ctx_lanes(mapper->ctx), &delivery,
                       self->fallen ? WB_OUTCOME_HANDED_ON : WB_OUTCOME_UNCHANGED);
    destroy(&self);
}

static void
done(wb_write *write)
{
    sweep *self = WB_CONTAINER(write, sweep, write);

    wb_kill_point("mapper.swept");
    self->looked += self->looked_now;
    self->fallen += self->fallen_now;
    wb_buf_clear(&self->at);
    wb_buf_add_view(&self->at, wb_buf_view(&self->next));
    wb_targets_look(self->mapper);
    if (self->more)
        wb_timer_start(wb_ctx_loop(self->mapper->ctx), &self->timer, BETWEEN_MS);
    else
        over(self);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    sweep *self = arg;

    if (wb_store_pressure(wb_ctx_store(self->mapper->ctx), NULL, 0) != WB_PRESSURE_NONE)
        wb_timer_start(wb_ctx_loop(self->mapper->ctx), timer, FULL_MS);
    else
        wb_commit_add(wb_ctx_commit(self->mapper->ctx), &self->write);
}

static void
begin(wb_mapper *mapper, wb_delivery *delivery, const wb_mapper_routes *routes)
{
    sweep *self = wb_alloc(sizeof *self);
    const wb_envelope *env = delivery->env;

    self->mapper = mapper;
    self->delivery = delivery;
    self->routes = routes;
    self->def = wb_record_def_of(env->record_kind);
    self->write = (wb_write){.apply = apply, .done = done, .about = &env->id};
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    wb_ctx_account_key(mapper->ctx, env, &self->origin);
    wb_buf_init(&self->prefix, WB_KEY_MAX);
    wb_buf_addf(&self->prefix, "%.*s/%s/", WB_VIEW_ARG(wb_buf_view(&self->origin)),
                self->def->name);
    wb_buf_init(&self->at, WB_KEY_MAX);
    wb_buf_init(&self->next, WB_KEY_MAX);
    wb_list_append(&mapper->swept, &self->link);
    wb_commit_add(wb_ctx_commit(mapper->ctx), &self->write);
}

wb_rc
wb_mapper_swept(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf origin = {0};
    wb_mapper *mapper = wb_ctx_state(ctx);
    const wb_envelope *env = delivery->env;
    const wb_record_def *def = wb_record_def_of(env->record_kind);
    const wb_mapper_routes *routes;

    if (!def || !def->unlisted || env->observed_utc_us <= 0)
        return wb_fail(err, WB_REJECT, "malformed: it does not say of what, or since when");
    wb_ctx_account_key(ctx, env, &origin);
    routes = wb_routes_of(mapper, wb_buf_view(&origin));
    if (!routes)
        return wb_ctx_unknown(ctx, "account", wb_buf_view(&origin), err);
    if (wb_store_pressure(wb_ctx_store(ctx), NULL, 0) != WB_PRESSURE_NONE)
        wb_delivery_settle(wb_ctx_lanes(ctx), &delivery, WB_OUTCOME_FULL);
    else if (env->source_utc_us < wb_store_birth_utc_us(wb_ctx_store(ctx)))
        wb_delivery_settle(wb_ctx_lanes(ctx), &delivery, WB_OUTCOME_STALE);
    else
        begin(mapper, delivery, routes);
    return WB_OK;
}

void
wb_swept_open(wb_mapper *mapper)
{
    wb_list_init(&mapper->swept);
}

void
wb_swept_close(wb_mapper *mapper)
{
    while (mapper->swept.next && !wb_list_empty(&mapper->swept)) {
        sweep *self = WB_CONTAINER(mapper->swept.next, sweep, link);

        wb_delivery_drop(wb_ctx_lanes(mapper->ctx), &self->delivery);
        destroy(&self);
    }
}
