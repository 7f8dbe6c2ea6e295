/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/mapper/mapper_kit.h"

#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/mark.h"
#include "storage/events.h"
#include "storage/parked.h"
#include "tests/unit/folder.h"

#define DAY "2026-01-02T"
#define INCARNATION 7

wb_link kit_sent;
size_t kit_sent_count, kit_room;
wb_outcome kit_outcome[KIT_MESSAGES_MAX];
size_t kit_settled_times[KIT_MESSAGES_MAX];
wb_buf kit_last_reply;
static const wb_envelope *last_sent;
static wb_txn *looking;
static uint64_t incarnation;

/* --- a connector whose records belong to orders --- */

static const wb_stream house_streams[] = {
    {.name = "shipments", .record_kind = WB_RECORD_SHIPMENT},
    {.name = NULL                  },
};
static const wb_op house_ops[] = {
    {.name = "push", .verb = WB_VERB_PUSH},
    {.name = NULL             },
};

/* Bytes: id, status, carrier, each with a NUL behind it. */
static wb_rc
house_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    const char *id = raw->body.data, *status = id + strlen(id) + 1;
    const char *carrier = status + strlen(status) + 1;
    static const char *const *names = wb_shipment_statuses;

    (void)json;
    (void)err;
    out->kind = WB_RECORD_SHIPMENT;
    out->owners =
        1u << WB_SHIPMENT_OWNS_HEAD | 1u << WB_SHIPMENT_OWNS_LINES | 1u << WB_SHIPMENT_OWNS_PARCELS;
    out->routed = strcmp(status, "planned") != 0;
    out->source_utc_us = raw->source_utc_us;
    out->shipment = (wb_shipment){.external_id = wb_view_of(id),
                                  .source = WB_VIEW_LIT("kit_house"),
                                  .carrier = wb_view_of(carrier),
                                  .updated_utc_us = raw->source_utc_us};
    for (int32_t i = 1; names[i]; i++)
        if (!strcmp(names[i], status))
            out->shipment.status = i;
    return WB_OK;
}

static const wb_connector kit_house = {
    .name = "kit_house", .streams = house_streams, .ops = house_ops, .map = house_map};

static const wb_record_kind deaf_takes[] = {WB_RECORD_ORDER, WB_RECORD_NONE};
static const wb_connector kit_deaf = {.name = "kit_deaf", .ops = house_ops, .takes = deaf_takes};

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

/* --- nobody is lost here --- */

wb_rc
wb_losses_new(wb_losses **out, const wb_losses_conf *conf, wb_err *err)
{
    (void)out;
    (void)conf;
    (void)err;
    return WB_OK;
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

void
kit_open(kit *self, const char *yaml)
{
    const wb_connector *known[16] = {&kit_house, &kit_deaf};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    for (size_t i = 0; wb_connectors[i]; i++)
        known[i + 2] = wb_connectors[i];
    *self = (kit){0};
    wb_buf_init(&text, 1 << 20);
    wb_buf_init(&kit_last_reply, WB_BODY_MAX);
    wb_buf_addf(&text, "shards: 1\naccounts:\n%s", yaml);
    ck_assert_msg(
        !wb_config_parse(&self->ctx.config, wb_buf_view(&text), "/tmp", known, NULL, &err), "%s",
        err.text);
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

/* --- what comes in --- */

static void
write_order(wb_buf *out, const kit_order *order)
{
    wb_buf_init(out, 4096);
    if (order->broken) {
        wb_buf_add_text(out, "{\"id\":");
        return;
    }
    wb_buf_addf(out, "{\"id\":\"%s\",\"status\":\"%s\",\"updated\":\"" DAY "00:%02d:%02dZ\"",
                order->id, order->status, order->updated / 60, order->updated % 60);
    if (order->created)
        wb_buf_addf(out, ",\"created\":\"%s\"", order->created);
    wb_buf_addf(out, ",\"currency\":\"EUR\",\"total\":\"%s\"}",
                order->total ? order->total : "10.00");
}

static int64_t
second_of_day(int second)
{
    int64_t day = 0;
    wb_err err = {0};

    ck_assert(!wb_time_parse(&day, WB_VIEW_LIT(DAY "00:00:00Z"), &err));
    return day + second * WB_US_PER_S;
}

static wb_delivery *
delivery_of(const wb_envelope *env, size_t n)
{
    wb_delivery *delivery = wb_alloc(sizeof *delivery);

    delivery->env = wb_envelope_copy(env);
    delivery->env->sequence = n;
    kit_outcome[n] = WB_OUTCOME_NONE;
    return delivery;
}

/* What the runtime does with a delivery that its handler refused. */
static void
park(kit *self, wb_delivery *delivery, const char *why)
{
    WB_AUTO(wb_buf_fini) wb_buf account = {0};

    wb_ctx_account_key(&self->ctx, delivery->env, &account);
    wb_ctx_park(&self->ctx, &delivery, wb_buf_view(&account), why);
}

void
kit_say(kit *self, size_t n, const kit_order *order)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    char record[80];
    int seen = order->observed ? order->observed : order->updated;
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("sample"),
                       .account = WB_VIEW_LIT("shop"),
                       .record_kind = WB_RECORD_ORDER,
                       .observed_utc_us = second_of_day(seen)};
    wb_delivery *delivery;
    wb_err err = {0};

    snprintf(record, sizeof record, "default/shop/order/%s", order->id);
    env.record = wb_view_of(record);
    env.id = wb_id_make(0, env.record, (wb_view){(const char *)&n, sizeof n});
    write_order(&body, order);
    env.body = wb_buf_view(&body);
    delivery = delivery_of(&env, n);
    if (wb_mapper_raw(&self->ctx, delivery, &err))
        park(self, delivery, err.text);
    kit_flush(self);
}

void
kit_say_parcel(kit *self, size_t n, const kit_parcel *parcel)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const char *account = parcel->account ? parcel->account : "house";
    char record[80];
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("kit_house"),
                       .account = wb_view_of(account),
                       .record_kind = WB_RECORD_SHIPMENT,
                       .root = wb_view_of(parcel->root),
                       .source_utc_us = second_of_day(parcel->updated),
                       .observed_utc_us = second_of_day(parcel->updated)};
    wb_delivery *delivery;
    wb_err err = {0};

    snprintf(record, sizeof record, "default/%s/shipment/%s", account, parcel->id);
    env.record = wb_view_of(record);
    env.id = wb_id_make(0, env.record, (wb_view){(const char *)&n, sizeof n});
    wb_buf_init(&body, 4096);
    wb_buf_add(&body, parcel->id, strlen(parcel->id) + 1);
    wb_buf_add(&body, parcel->status ? parcel->status : "shipped",
               strlen(parcel->status ? parcel->status : "shipped") + 1);
    wb_buf_add(&body, parcel->carrier ? parcel->carrier : "",
               strlen(parcel->carrier ? parcel->carrier : "") + 1);
    env.body = wb_buf_view(&body);
    delivery = delivery_of(&env, n);
    if (wb_mapper_raw(&self->ctx, delivery, &err))
        park(self, delivery, err.text);
    kit_flush(self);
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
    ck_assert_msg(!wb_mapper_mark(&self->ctx, delivery_of(&env, 0), &err), "%s", err.text);
    kit_flush(self);
}

void
kit_call(kit *self, wb_kind kind, const char *body)
{
    wb_envelope env = {.kind = kind, .body = wb_view_of(body)};
    wb_delivery *delivery = delivery_of(&env, 0);
    wb_err err = {0};

    wb_buf_clear(&kit_last_reply);
    if (kind == WB_KIND_CALL_PARKED)
        wb_mapper_parked(&self->ctx, delivery);
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
