/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace - when a listing is told another number: now, when its route's time is over, or not before a
 * person says so
 *
 * Between two numbers that a listing is told lies the longest `every` of the routes that feed its
 * shop. What comes in between is not stored: the listing is noted for the time when it may be told,
 * and joined anew then, by what the stock is by then.
 *
 *   stored   relation DUE: time -> listings, in the transaction of the stock that changed; when a
 *            listing was told last says the revision that was wanted last
 *   killed   the rows are there; the first are looked at when the next life begins
 *   twice    the time follows from the last number: the same row
 *   stopped  by the guard (guard.h): nothing is noted, for its release joins all listings anew
 */
#include <stdio.h>
#include <string.h>

#include "actors/mapper/mapper.h"
#include "actors/mapper/stock/guard.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/relations.h"

#define CHUNK 256    /* listings of a transaction */
#define FULL_MS 1000 /* until a full store is looked at again */
#define DUE_SIZE 17  /* of a time's text */

typedef struct wb_pace {
    wb_write write;
    wb_mapper *mapper;
    wb_timer timer;
    int64_t next_utc_us; /* the first that is noted; 0 = none */
    bool queued;
} pace;

/* --- the timer --- */

static void
wait_for(pace *self, int64_t due_utc_us)
{
    int64_t left_ms = (due_utc_us - wb_now_utc_us()) / WB_US_PER_MS + 1;

    self->next_utc_us = due_utc_us;
    wb_timer_start(wb_ctx_loop(self->mapper->ctx), &self->timer, left_ms > 0 ? left_ms : 1);
}

static void
note_next(pace *self, int64_t due_utc_us)
{
    if (!self->next_utc_us || due_utc_us < self->next_utc_us)
        wait_for(self, due_utc_us);
}

/* --- asking --- */

/* How long what it tells may lack an order that it has just been given. */
int64_t
wb_pace_settle_us(const wb_account *account)
{
    const wb_connector *connector = account->connector;
    int64_t most_ms = connector->settle_ms ? connector->settle_ms(account->options) : 0;

    for (const wb_op *op = connector->ops; !most_ms && op && op->name; op++)
        if (op->verb == WB_VERB_PUSH && op->settle_ms > most_ms)
            most_ms = op->settle_ms;
    return most_ms * WB_US_PER_MS;
}

static int64_t
every_us(const wb_mapper *mapper, wb_view shop)
{
    size_t count = 0;
    const wb_stock_way *ways = wb_stock_ways_to(mapper->stock, shop, &count);
    int64_t every_ms = 0;

    for (size_t i = 0; i < count; i++)
        if (ways[i].route->every > every_ms)
            every_ms = ways[i].route->every;
    return every_ms * WB_US_PER_MS;
}

/* When it may be told another number; 0 = now. The revision is the time at which it was told; where
 * a clock was set back, no longer than `every` from now. */
static int64_t
due_of(const wb_mapper *mapper, const wb_stock_change *listing, int64_t now_us)
{
    int64_t every = every_us(mapper, wb_key_account_of(listing->record));
    int64_t last = (int64_t)listing->row->wanted;

    last = last < now_us ? last : now_us;
    return every && last && last + every > now_us ? last + every : 0;
}

wb_rc
wb_pace_note(wb_mapper *mapper, const wb_stock_change *listing, int64_t due_us, wb_txn *txn,
             wb_err *err)
{
    char name[DUE_SIZE];
    wb_relation_key key = {
        listing->shard, WB_RELATION_DUE, {name, DUE_SIZE - 1}
    };

    (void)snprintf(name, sizeof name, "%016llx", (unsigned long long)due_us);
    note_next(mapper->pace, due_us);
    return wb_relations_put(txn, &key, listing->record, (wb_view){NULL, 0}, err);
}

static wb_guard
guard_of(const wb_mapper *mapper, uint16_t shard, wb_view shop)
{
    const wb_account *account = wb_accounts_find(wb_ctx_accounts(mapper->ctx), shop);

    return (wb_guard){shard, shop, account ? account->conf->zero_guard_percent : 0,
                      account ? account->conf->zero_guard_ms : 1, wb_now_utc_us()};
}

wb_rc
wb_pace_ask(wb_mapper *mapper, const wb_stock_change *listing, const wb_stock_claim *claim,
            bool *now, wb_txn *txn, wb_err *err)
{
    wb_view shop = wb_key_account_of(listing->record);
    wb_guard guard = guard_of(mapper, listing->shard, shop);
    int64_t due_us = due_of(mapper, listing, guard.now_utc_us);
    bool tripped = false;
    wb_rc rc;

    *now = false;
    if (due_us)
        return wb_pace_note(mapper, listing, due_us, txn, err);
    rc = wb_guard_ask(&guard, txn, claim, now, &tripped, err);
    if (tripped)
        wb_log(WB_ERROR, "stock.stopped",
               "account=%.*s why='too many of its listings would be sold out at once' "
               "next='waybill stock release %.*s'",
               WB_VIEW_ARG(shop), WB_VIEW_ARG(shop));
    return rc;
}

/* --- what is due --- */

/* The first time that is noted in a shard, into `out`; empty = none. */
static wb_rc
first_name(void *arg, wb_view name, wb_err *err)
{
    wb_buf *out = arg;

    (void)err;
    wb_buf_clear(out);
    wb_buf_add_view(out, name);
    return WB_FULL;
}

/* Of a name; 0 = none. */
static int64_t
read_due(wb_view name)
{
    uint8_t bytes[sizeof(int64_t)];
    uint64_t due = 0;

    if (!name.len)
        return 0;
    if (wb_unhex(bytes, sizeof bytes, name, NULL))
        return 1; /* not ours: it is looked at, and goes */
    for (size_t i = 0; i < sizeof bytes; i++)
        due = due << 8 | bytes[i];
    return due ? (int64_t)due : 1;
}

static wb_rc
first_due(uint16_t shard, wb_buf *name, int64_t *due_us, wb_txn *txn, wb_err *err)
{
    const wb_relation_key all = {
        shard, WB_RELATION_DUE, {NULL, 0}
    };
    wb_rc rc;

    wb_buf_clear(name);
    *due_us = 0;
    rc = wb_relations_names(txn, &all, first_name, name, err);
    if (rc && rc != WB_FULL)
        return rc;
    *due_us = read_due(wb_buf_view(name));
    return WB_OK;
}

static wb_rc
join_due(pace *self, uint16_t shard, wb_view record, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_record_row row;
    wb_stock_change listing = {
        shard, record, &row, {NULL, 0}
    };
    wb_err why = {0};
    bool found = false, wanted = false;
    wb_rc rc = wb_records_take(txn, shard, record, (wb_record_into){&room, &row}, &found, err);

    if (rc || !found)
        return rc;
    rc = wb_catalogue_rejoin(self->mapper, &listing, &wanted, txn, &why);
    return rc && rc != WB_REJECT ? wb_fail(err, rc, "%s", why.text) : WB_OK;
}

/* Of a shard, at most `*room`; the first that is left decides when the next look is. */
static wb_rc
take_shard(pace *self, uint16_t shard, size_t *room, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0}, record = {0}, note = {0};
    int64_t now_us = wb_now_utc_us(), due_us = 0;
    wb_rc rc = WB_OK;

    wb_buf_init(&name, DUE_SIZE + 1);
    wb_buf_init(&record, WB_KEY_MAX);
    wb_buf_init(&note, WB_KEY_MAX);
    for (;;) {
        wb_relation_key key = {
            shard, WB_RELATION_DUE, {NULL, 0}
        };
        bool found = false;

        rc = first_due(shard, &name, &due_us, txn, err);
        if (rc || !due_us || due_us > now_us || !*room)
            break;
        key.name = wb_buf_view(&name);
        wb_buf_clear(&record);
        rc = wb_relations_next(txn, &key, &record, &note, &found, err);
        if (!rc && found)
            rc = wb_relations_delete(txn, &key, wb_buf_view(&record), err);
        if (!rc && found)
            rc = join_due(self, shard, wb_buf_view(&record), txn, err);
        if (rc || !found)
            break;
        --*room;
    }
    if (!rc && due_us)
        note_next(self, due_us);
    return rc;
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    pace *self = WB_CONTAINER(write, pace, write);
    const wb_mapper *mapper = self->mapper;
    size_t room = CHUNK;
    wb_rc rc = WB_OK;

    self->next_utc_us = 0;
    for (size_t i = 0; !rc && i < mapper->catalogue_count; i++)
        rc = take_shard(self, mapper->catalogues[i], &room, txn, err);
    return rc;
}

static void
done(wb_write *write)
{
    pace *self = WB_CONTAINER(write, pace, write);

    self->queued = false;
    wb_targets_look(self->mapper);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    pace *self = arg;

    if (wb_store_pressure(wb_ctx_store(self->mapper->ctx), NULL, 0) != WB_PRESSURE_NONE) {
        wb_timer_start(wb_ctx_loop(self->mapper->ctx), timer, FULL_MS);
        return;
    }
    if (self->queued)
        return;
    self->queued = true;
    wb_commit_add(wb_ctx_commit(self->mapper->ctx), &self->write);
}

/* What a former life noted. */
static wb_rc
find_first(pace *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    const wb_mapper *mapper = self->mapper;
    int64_t due_us = 0;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(mapper->ctx), false, err);

    wb_buf_init(&name, DUE_SIZE + 1);
    for (size_t i = 0; !rc && i < mapper->catalogue_count; i++) {
        rc = first_due(mapper->catalogues[i], &name, &due_us, txn, err);
        if (!rc && due_us)
            note_next(self, due_us);
    }
    return rc;
}

wb_rc
wb_pace_open(wb_mapper *mapper, wb_err *err)
{
    pace *self = wb_alloc(sizeof *self);

    self->mapper = mapper;
    self->write = (wb_write){.apply = apply, .done = done};
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    mapper->pace = self;
    return find_first(self, err);
}

void
wb_pace_close(wb_mapper *mapper)
{
    if (mapper->pace)
        wb_timer_stop(wb_ctx_loop(mapper->ctx), &mapper->pace->timer);
    wb_free(&mapper->pace);
}

/* --- for people --- */

void
wb_pace_explain(wb_mapper *mapper, wb_txn *txn, const wb_stock_change *listing,
                const wb_stock_claim *claim, wb_json_writer *out)
{
    wb_view shop = wb_key_account_of(listing->record);
    int64_t due_us = due_of(mapper, listing, wb_now_utc_us());
    wb_guard_state state;
    wb_err err = {0};

    if (!wb_stock_lacks(claim))
        return;
    if (!wb_guard_get(txn, shop, &state, &err) && state.stopped_utc_us) {
        wb_json_member_text(out, "wait", wb_view_of(wb_wait_name(WB_WAIT_ZEROS)));
        wb_json_put_key(out, "since");
        wb_json_put_time(out, state.stopped_utc_us);
    } else if (due_us) {
        wb_json_member_text(out, "wait", wb_view_of(wb_wait_name(WB_WAIT_PACE)));
        wb_json_put_key(out, "due");
        wb_json_put_time(out, due_us);
    }
}
