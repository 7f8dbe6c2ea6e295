/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/mapper/mapper_kit.h"

#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/mapper/ruled.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/mark.h"
#include "storage/events.h"
#include "storage/parked.h"
#include "tests/unit/folder.h"

#define INCARNATION 7
#define PASS_MS 20000 /* for all that is noted for a later time */

wb_link kit_sent;
size_t kit_sent_count, kit_room;
wb_outcome kit_outcome[KIT_MESSAGES_MAX];
size_t kit_settled_times[KIT_MESSAGES_MAX];
wb_buf kit_last_reply;
static const wb_envelope *last_sent;
static wb_txn *looking;
static uint64_t incarnation;

/* --- lanes, as the test plays them --- */

void
wb_delivery_settle(wb_lanes *self, wb_delivery **delivery_p, wb_outcome outcome)
{
    wb_delivery *delivery = wb_take(delivery_p);
    size_t n = (size_t)delivery->env->sequence;

    (void)self;
    kit_outcome[n] = outcome;
    kit_settled_times[n]++;
    wb_envelope_destroy(&delivery->env);
    wb_free(&delivery);
}

void
wb_delivery_drop(wb_lanes *self, wb_delivery **delivery_p)
{
    wb_delivery *delivery = wb_take(delivery_p);

    (void)self;
    wb_envelope_destroy(&delivery->env);
    wb_free(&delivery);
}

uint64_t
wb_lanes_incarnation(const wb_lanes *self)
{
    (void)self;
    return incarnation;
}

size_t
wb_lanes_room(wb_lanes *self, wb_stage stage, wb_view account)
{
    (void)self;
    (void)stage;
    (void)account;
    return kit_room;
}

size_t
wb_lanes_room_shared(wb_lanes *self, wb_stage stage, wb_view account)
{
    return wb_lanes_room(self, stage, account);
}

size_t
wb_lanes_room_kept(wb_lanes *self, wb_stage stage, wb_view account)
{
    (void)self;
    (void)stage;
    (void)account;
    return 1;
}

wb_rc
wb_lanes_send(wb_lanes *self, wb_outgoing *outgoing, wb_stage stage, wb_view key, wb_view account,
              wb_err *err)
{
    (void)self;
    (void)stage;
    (void)key;
    (void)account;
    if (!kit_room)
        return wb_fail(err, WB_FULL, "no room");
    kit_room--;
    kit_sent_count++;
    last_sent = outgoing->env;
    wb_list_append(&kit_sent, &outgoing->link);
    return WB_OK;
}

void
wb_lanes_cancel(wb_lanes *self, wb_outgoing *outgoing)
{
    (void)self;
    wb_list_remove(&outgoing->link);
}

void
wb_lanes_on_room(wb_lanes *self, wb_lanes_room_ready ready, void *arg)
{
    (void)self;
    (void)ready;
    (void)arg;
}

void
wb_lanes_reply(wb_lanes *self, const wb_envelope *call, wb_view body, bool last)
{
    (void)self;
    (void)call;
    (void)last;
    wb_buf_clear(&kit_last_reply);
    wb_buf_add_view(&kit_last_reply, body);
}

/* --- who is lost says the test --- */

static wb_losses_conf losses;

wb_rc
wb_losses_new(wb_losses **out, const wb_losses_conf *conf, wb_err *err)
{
    (void)out;
    (void)err;
    losses = *conf;
    return WB_OK;
}

void
kit_lose_pusher(kit *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    kit_done();
    ck_assert(!wb_txn_begin(&txn, self->ctx.store, true, &err));
    ck_assert(!losses.lost(losses.arg, WB_STAGE_PUSH, 0, "test", txn, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    losses.noted(losses.arg);
    kit_flush(self);
    kit_look(self);
}

wb_rc
wb_losses_watch(wb_losses *self, wb_stage stage, uint16_t shard, wb_err *err)
{
    (void)self;
    (void)stage;
    (void)shard;
    (void)err;
    return WB_OK;
}

void
wb_losses_look(wb_losses *self)
{
    (void)self;
}

void
wb_losses_destroy(wb_losses **self_p)
{
    (void)self_p;
}

/* --- when tables are changed says the test --- */

static struct {
    wb_ctx_tables_changed changed;
    void *arg;
} on_tables[8];
static size_t on_tables_count;

void
wb_ctx_on_tables(wb_ctx *ctx, wb_ctx_tables_changed changed, void *arg)
{
    (void)ctx;
    ck_assert_uint_lt(on_tables_count, WB_COUNT(on_tables));
    on_tables[on_tables_count].changed = changed;
    on_tables[on_tables_count++].arg = arg;
}

const wb_tables *
wb_ctx_tables(wb_ctx *ctx)
{
    return wb_config_tables(ctx->config);
}

/* --- open and close --- */

static void
open_parts(kit *self)
{
    wb_ctx *ctx = &self->ctx;
    wb_store_conf conf;
    wb_err err = {0};

    wb_store_conf_default(&conf);
    conf.path = self->dir;
    conf.deployment = "test";
    conf.map_bytes = INT64_C(1) << 30;
    conf.intake_free_bytes = conf.calls_free_bytes = 1;
    wb_list_init(&kit_sent);
    last_sent = NULL;
    on_tables_count = 0;
    incarnation++;
    ck_assert_msg(!wb_loop_new(&ctx->loop, &err), "%s", err.text);
    ck_assert_msg(!wb_store_open(&ctx->store, &conf, &err), "%s", err.text);
    ck_assert_msg(!wb_commit_new(&ctx->commit, ctx->loop, ctx->store, &err), "%s", err.text);
    wb_actor_aside_open(ctx);
    ctx->instance = "mapper-1";
    ctx->lanes = (wb_lanes *)ctx;
    ctx->claim_count = 1; /* all is shard 0 */
    ctx->owned[0] = true;
    ctx->accounts = wb_accounts_new(ctx->config);
    ctx->json = wb_json_new();
    ctx->state = &self->mapper;
    self->mapper = (wb_mapper){.ctx = ctx};
    ck_assert_msg(!wb_mapper_open(&self->mapper, &err), "%s", err.text);
}

static void
close_parts(kit *self)
{
    wb_ctx *ctx = &self->ctx;

    kit_done();
    wb_mapper_close(&self->mapper);
    wb_accounts_destroy(&ctx->accounts);
    wb_actor_aside_close(ctx);
    wb_commit_destroy(&ctx->commit);
    wb_store_close(&ctx->store);
    wb_loop_destroy(&ctx->loop);
    wb_json_destroy(&ctx->json);
}

static wb_config *
read_config(const char *yaml)
{
    const wb_connector *known[16];
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_config *config = NULL;
    size_t count = 0;
    wb_err err = {0};

    for (size_t i = 0; kit_connectors[i]; i++)
        known[count++] = kit_connectors[i];
    for (size_t i = 0; i == 0 || wb_connectors[i - 1]; i++)
        known[count++] = wb_connectors[i];
    wb_buf_init(&text, 1 << 20);
    wb_buf_addf(&text, "shards: 1\naccounts:\n%s", yaml);
    ck_assert_msg(!wb_config_parse(&config, wb_buf_view(&text), "/tmp", known, NULL, &err), "%s",
                  err.text);
    return config;
}

void
kit_open(kit *self, const char *yaml)
{
    *self = (kit){0};
    wb_buf_init(&kit_last_reply, WB_BODY_MAX);
    self->ctx.config = read_config(yaml);
    snprintf(self->dir, sizeof self->dir, "/tmp/wb-mapper-XXXXXX");
    ck_assert(folder_make(self->dir) != NULL);
    memset(kit_outcome, 0, sizeof kit_outcome);
    memset(kit_settled_times, 0, sizeof kit_settled_times);
    kit_sent_count = 0;
    kit_room = 1024;
    incarnation = INCARNATION;
    open_parts(self);
}

void
kit_restart_as(kit *self, const char *yaml)
{
    close_parts(self);
    wb_config_destroy(&self->ctx.config);
    self->ctx.config = read_config(yaml);
    open_parts(self);
}

void
kit_reload_tables(kit *self, const char *yaml)
{
    WB_AUTO(wb_config_destroy) wb_config *fresh = read_config(yaml);

    ck_assert_int_eq(wb_config_compare(self->ctx.config, fresh), WB_CONFIG_TABLES);
    wb_config_take_tables(self->ctx.config, fresh);
    for (size_t i = 0; i < on_tables_count; i++)
        on_tables[i].changed(on_tables[i].arg, wb_config_tables(fresh),
                             wb_config_tables(self->ctx.config));
}

void
kit_restart(kit *self)
{
    close_parts(self);
    open_parts(self);
}

void
kit_close(kit *self)
{
    close_parts(self);
    wb_config_destroy(&self->ctx.config);
    wb_buf_fini(&kit_last_reply);
    folder_remove(self->dir);
}

void
kit_flush(kit *self)
{
    wb_err err = {0};

    while (wb_commit_queued(self->ctx.commit))
        ck_assert_msg(!wb_commit_flush(self->ctx.commit, &err), "%s", err.text);
}

/* --- what goes out, and what comes back --- */

static wb_outgoing *
next_to(const char *target)
{
    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next) {
        wb_outgoing *out = WB_CONTAINER(link, wb_outgoing, link);

        if (!target || wb_view_is(out->env->target, target))
            return out;
    }
    return NULL;
}

void
kit_receipt(kit *self, const char *target, wb_outcome outcome)
{
    wb_outgoing *out = next_to(target);
    wb_err err = {0};

    ck_assert_msg(out != NULL, "nothing is on its way to %s", target ? target : "anyone");
    wb_list_remove(&out->link);
    kit_room++;
    last_sent = NULL;
    out->settled(out, outcome);
    ck_assert_msg(!wb_loop_turn(self->ctx.loop, 0, &err), "%s", err.text);
    kit_flush(self);
}

void
kit_look(kit *self)
{
    wb_err err = {0};

    for (int i = 0; i < 20; i++)
        ck_assert_msg(!wb_loop_turn(self->ctx.loop, 1, &err), "%s", err.text);
}

size_t
kit_waiting(const char *target)
{
    size_t count = 0;

    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next)
        count += !target || wb_view_is(WB_CONTAINER(link, wb_outgoing, link)->env->target, target);
    return count;
}

size_t
kit_arrive(kit *self, const char *target, wb_outcome outcome)
{
    size_t count = 0;

    kit_done();
    kit_look(self);
    for (; kit_waiting(target); count++)
        kit_receipt(self, target, outcome);
    return count;
}

void
kit_pass(kit *self)
{
    int64_t end_ms = wb_now_ms() + PASS_MS;
    wb_err err = {0};

    while (kit_rows(self, WB_DB_DUE)) {
        kit_done();
        ck_assert_int_lt(wb_now_ms(), end_ms);
        ck_assert_msg(!wb_loop_turn(self->ctx.loop, 20, &err), "%s", err.text);
        kit_flush(self);
    }
}

const wb_envelope *
kit_last_sent(void)
{
    ck_assert_msg(last_sent != NULL, "nothing was sent since");
    return last_sent;
}

void
kit_mark(kit *self, const char *target, const char *record, uint64_t revision, wb_outcome outcome)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_mark mark = {
        .record = wb_view_of(record),
        .target = wb_view_of(target),
        .revision = revision,
        .outcome = outcome,
        .reason = outcome == WB_OUTCOME_PARKED ? WB_VIEW_LIT("refused: no") : (wb_view){NULL, 0}
    };
    wb_envelope env = {.kind = WB_KIND_MARK, .record = mark.record};
    wb_err err = {0};

    wb_buf_init(&body, 65536);
    wb_pack_array(&body, 1);
    wb_mark_pack(&body, &mark);
    env.body = wb_buf_view(&body);
    ck_assert_msg(!wb_mapper_mark(&self->ctx, kit_delivery(&env, 0), &err), "%s", err.text);
    kit_flush(self);
}

void
kit_call(kit *self, wb_kind kind, const char *body)
{
    wb_envelope env = {.kind = kind, .body = wb_view_of(body)};
    wb_delivery *delivery = kit_delivery(&env, 0);
    wb_err err = {0};

    wb_buf_clear(&kit_last_reply);
    if (kind == WB_KIND_CALL_PARKED)
        wb_mapper_parked(&self->ctx, delivery);
    else if (kind == WB_KIND_CALL_HELD)
        ck_assert(!wb_mapper_held(&self->ctx, delivery, &err));
    else if (kind == WB_KIND_CALL_STOCK)
        ck_assert(!wb_mapper_stock(&self->ctx, delivery, &err));
    else
        ck_assert(!wb_mapper_record(&self->ctx, delivery, &err));
    kit_flush(self);
}

/* --- looking --- */

void
kit_done(void)
{
    wb_txn_abort(&looking);
}

static bool
find(kit *self, const char *record, wb_record_row *out)
{
    bool found = false;
    wb_err err = {0};

    kit_done();
    ck_assert(!wb_txn_begin(&looking, self->ctx.store, false, &err));
    ck_assert_msg(!wb_records_get(looking, 0, wb_view_of(record), out, &found, &err), "%s",
                  err.text);
    return found;
}

const wb_record_row *
kit_record(kit *self, const char *record)
{
    static wb_record_row row;

    ck_assert_msg(find(self, record, &row), "no record %s", record);
    return &row;
}

bool
kit_has(kit *self, const char *record)
{
    wb_record_row row;
    bool found = find(self, record, &row);

    kit_done();
    return found;
}

size_t
kit_rows(kit *self, wb_db db)
{
    wb_store_stats stats;
    wb_err err = {0};

    kit_done();
    ck_assert_msg(!wb_store_stat(self->ctx.store, &stats, &err), "%s", err.text);
    return (size_t)stats.rows[db];
}

uint64_t
kit_parked(kit *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint64_t count = 0;
    wb_err err = {0};

    kit_done();
    ck_assert(!wb_txn_begin(&txn, self->ctx.store, false, &err));
    ck_assert(!wb_parked_count(txn, &count, &err));
    return count;
}

typedef struct {
    const char *what;
    size_t count;
} event_count;

/* A name is a text of its own in the packed map: its length stands before it. */
static wb_rc
count_events(void *arg, uint64_t sequence, wb_view batch, wb_err *err)
{
    event_count *self = arg;
    char packed[64];
    size_t len = strlen(self->what) + 1;

    (void)sequence;
    (void)err;
    snprintf(packed, sizeof packed, "%c%s", (char)(0xa0 | (len - 1)), self->what);
    for (size_t at = 0; at + len <= batch.len; at++)
        self->count += memcmp(batch.data + at, packed, len) == 0;
    return WB_OK;
}

size_t
kit_events(kit *self, const char *what)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    event_count count = {.what = what};
    wb_err err = {0};

    kit_done();
    ck_assert(!wb_txn_begin(&txn, self->ctx.store, false, &err));
    ck_assert(!wb_events_read(txn, WB_TOPIC_RECORD, 0, count_events, &count, &err));
    return count.count;
}
