/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strays - see strays.h
 *
 * Counted when somebody asks, and then not again before something has changed them: nothing is
 * added to them while a process runs, but what it parks.
 */
#include "actors/runtime/actor/inside.h"

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/strays.h"

typedef struct {
    uint64_t jobs, outbox, parked;
} stray_count;

/* --- which --- */

static bool
knows(void *arg, wb_view account)
{
    wb_ctx *ctx = arg;

    return wb_accounts_find(ctx->accounts, account) != NULL;
}

static bool
delivers(void *arg, wb_view target)
{
    wb_ctx *ctx = arg;

    return ctx->actor->delivers ? ctx->actor->delivers(ctx, target) : knows(ctx, target);
}

/* --- counting --- */

typedef struct {
    wb_ctx *ctx;
    wb_map *counts; /* account -> stray_count */
} counting;

static stray_count *
count_of(counting *self, wb_view account)
{
    stray_count *count = wb_map_find(self->counts, account);

    if (!count) {
        count = wb_alloc(sizeof *count);
        wb_map_put(self->counts, account, count);
    }
    return count;
}

static bool
counting_knows(void *arg, wb_view account)
{
    return knows(((counting *)arg)->ctx, account);
}

static bool
counting_delivers(void *arg, wb_view target)
{
    return delivers(((counting *)arg)->ctx, target);
}

static wb_rc
count_job(void *arg, wb_view account, wb_view key, wb_view value, wb_err *err)
{
    (void)key;
    (void)value;
    (void)err;
    count_of(arg, account)->jobs++;
    return WB_OK;
}

static wb_rc
count_wanted(void *arg, wb_view account, wb_view key, wb_view value, wb_err *err)
{
    (void)key;
    (void)value;
    (void)err;
    count_of(arg, account)->outbox++;
    return WB_OK;
}

static wb_rc
count_parked(void *arg, const wb_parked_row *row, wb_err *err)
{
    counting *self = arg;

    (void)err;
    if (row->account.len && !knows(self->ctx, row->account))
        count_of(self, row->account)->parked++;
    return WB_OK;
}

static wb_rc
count_all(counting *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    const wb_strays jobs = {counting_knows, count_job, self};
    const wb_strays outbox = {counting_delivers, count_wanted, self};
    wb_rc rc = wb_txn_begin(&txn, self->ctx->store, false, err);

    if (!rc)
        rc = wb_strays_scan(txn, WB_DB_JOBS, &jobs, err);
    if (!rc)
        rc = wb_strays_scan(txn, WB_DB_OUTBOX, &outbox, err);
    for (size_t i = 0; !rc && i < self->ctx->claim_count; i++)
        rc = wb_parked_scan(txn, self->ctx->claims[i].shard, NULL, count_parked, self, err);
    return rc;
}

void
wb_actor_strays_free(wb_ctx *ctx)
{
    stray_count *count;

    for (size_t at = 0; ctx->strays && (count = wb_map_next(ctx->strays, &at, NULL));)
        wb_free(&count);
    wb_map_destroy(&ctx->strays);
}

void
wb_strays_changed(wb_ctx *ctx)
{
    wb_actor_strays_free(ctx);
}

void
wb_actor_strays_tell(wb_ctx *ctx, wb_json_writer *out)
{
    counting self = {ctx, NULL};
    const stray_count *count;
    wb_err err = {0};
    wb_view account;

    if (!ctx->strays) {
        self.counts = ctx->strays = wb_map_new();
        wb_ignore(count_all(&self, &err), "what was counted is told");
    }
    wb_json_put_key(out, "strays");
    wb_json_open(out, '[');
    for (size_t at = 0; (count = wb_map_next(ctx->strays, &at, &account));) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "account", account);
        wb_json_member_bool(out, "configured", knows(ctx, account));
        wb_json_member_int(out, "stored", (int64_t)count->jobs);
        wb_json_member_int(out, "wanted", (int64_t)count->outbox);
        wb_json_member_int(out, "parked", (int64_t)count->parked);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

/* --- dropping --- */

typedef struct {
    wb_db db;
    uint16_t shard;
    uint64_t revision;
    wb_buf name;
} stray_place;

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery;
    wb_retake back;
    char *account;
    size_t limit;
    /* of one run of apply: */
    wb_txn *txn;
    stray_place *places;
    size_t count;
    bool more;
} stray_drop;

static stray_place *
next_place(stray_drop *self, wb_view account)
{
    if (!wb_view_is(account, self->account))
        return NULL;
    self->more = self->count == self->limit;
    return self->more ? NULL : &self->places[self->count++];
}

static wb_rc
find_job(void *arg, wb_view account, wb_view key, wb_view value, wb_err *err)
{
    stray_drop *self = arg;
    stray_place *place = next_place(self, account);
    wb_job_row row;

    if (!place)
        return self->more ? WB_FULL : WB_OK;
    if (wb_jobs_decode(key, value, &row, err)) {
        self->count--;
        return wb_aside_pass(self->txn, WB_DB_JOBS, key, value, err);
    }
    place->db = WB_DB_JOBS;
    place->shard = row.shard;
    wb_buf_init(&place->name, WB_KEY_MAX);
    wb_buf_add_view(&place->name, row.name);
    return WB_OK;
}

static wb_rc
find_wanted(void *arg, wb_view account, wb_view key, wb_view value, wb_err *err)
{
    stray_drop *self = arg;
    stray_place *place = next_place(self, account);
    wb_outbox_row row;

    if (!place)
        return self->more ? WB_FULL : WB_OK;
    if (wb_outbox_decode(key, value, &row, err)) {
        self->count--;
        return wb_aside_pass(self->txn, WB_DB_OUTBOX, key, value, err);
    }
    place->db = WB_DB_OUTBOX;
    place->revision = row.revision;
    wb_buf_init(&place->name, WB_KEY_MAX);
    wb_buf_add_view(&place->name, row.record);
    return WB_OK;
}

static bool
drop_knows(void *arg, wb_view account)
{
    return knows(((stray_drop *)arg)->ctx, account);
}

static bool
drop_delivers(void *arg, wb_view target)
{
    return delivers(((stray_drop *)arg)->ctx, target);
}

/* What was held moves to parked in its run's ledger: a person has looked. */
static wb_rc
drop_job(stray_drop *self, wb_txn *txn, const stray_place *place, wb_err *err)
{
    wb_view account = wb_view_of(self->account), name = wb_buf_view(&place->name);
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_record_event event = {.what = "dropped"};
    wb_job_row row;
    bool found = false;
    wb_rc rc = wb_jobs_get(txn, (wb_row_name){place->shard, account, name}, &row, &found, err);

    if (rc || !found)
        return rc;
    if (!wb_envelope_load(&env, row.envelope, err) && !(row.flags & WB_JOB_MARKING)) {
        event.env = env;
        event.before = row.due_utc_us < 0           ? WB_OUTCOME_NONE
                       : row.flags & WB_JOB_REVIVED ? WB_OUTCOME_PARKED
                                                    : WB_OUTCOME_HELD;
        event.outcome = row.due_utc_us < 0 ? WB_OUTCOME_NONE : WB_OUTCOME_PARKED;
        wb_event_record(&self->write, &event);
        if (self->back.dropping)
            rc = self->back.dropping(self->back.arg, &self->write, txn,
                                     &(wb_retake_dropped){env, place->shard, row.flags, account},
                                     err);
    }
    return rc ? rc : wb_jobs_delete(txn, (wb_row_name){place->shard, account, name}, err);
}

static wb_rc
drop_one(stray_drop *self, wb_txn *txn, const stray_place *place, wb_err *err)
{
    if (place->db == WB_DB_OUTBOX)
        return wb_outbox_done(
            txn,
            (wb_outbox_key){wb_view_of(self->account), place->revision, wb_buf_view(&place->name)},
            err);
    return drop_job(self, txn, place, err);
}

static void
forget_places(stray_drop *self)
{
    while (self->count)
        wb_buf_fini(&self->places[--self->count].name);
    self->more = false;
}

static wb_rc
drop_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    stray_drop *self = WB_CONTAINER(write, stray_drop, write);
    const wb_strays jobs = {drop_knows, find_job, self};
    const wb_strays outbox = {drop_delivers, find_wanted, self};
    wb_rc rc;

    self->txn = txn;
    forget_places(self); /* may run more than once */
    rc = wb_strays_scan(txn, WB_DB_JOBS, &jobs, err);
    if (!rc && !self->more)
        rc = wb_strays_scan(txn, WB_DB_OUTBOX, &outbox, err);
    for (size_t i = 0; !rc && i < self->count; i++)
        rc = drop_one(self, txn, &self->places[i], err);
    return rc;
}

static void
drop_done(wb_write *write)
{
    stray_drop *self = WB_CONTAINER(write, stray_drop, write);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_actor_strays_free(self->ctx);
    wb_buf_init(&body, 256);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "changed", (int64_t)self->count);
    wb_json_member_bool(&out, "more", self->more);
    wb_json_close(&out, '}');
    wb_lanes_reply(self->ctx->lanes, self->delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(self->ctx->lanes, &self->delivery);
    forget_places(self);
    wb_free(&self->places);
    wb_free(&self->account);
    wb_free(&self);
}

void
wb_strays_drop(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back, const char *account,
               size_t limit)
{
    stray_drop *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = drop_apply, .done = drop_done};
    self->ctx = ctx;
    self->delivery = delivery;
    self->back = *back;
    self->account = wb_text_dup(account);
    self->limit = limit;
    self->places = wb_alloc(limit * sizeof *self->places);
    wb_commit_add(ctx->commit, &self->write);
}
