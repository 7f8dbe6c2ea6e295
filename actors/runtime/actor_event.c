/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor_event - what happened to a record, told with the change; parking; telling the bus
 */
#include <string.h>

#include "actors/runtime/actor_ctx.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/pack.h"
#include "storage/parked.h"

#define PUBLISH_MS 100
#define PUBLISH_BYTES (256 * 1024)

/* --- the record event: one packed map, keys as in docs/wire.md --- */

static void
put_text(wb_buf *out, const char *key, wb_view text)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_text(out, text);
}

static void
put_hops(wb_buf *out, const wb_envelope *env)
{
    wb_pack_text(out, WB_VIEW_LIT("hops"));
    wb_pack_array(out, env->hop_count * 2u);
    for (uint8_t i = 0; i < env->hop_count; i++) {
        wb_pack_uint(out, env->hops[i].point);
        wb_pack_int(out, env->hops[i].at_utc_us);
    }
}

void
wb_event_record(wb_write *write, const wb_record_event *event)
{
    static const wb_id none;
    const wb_envelope *env = event->env;
    bool run = memcmp(&env->run, &none, sizeof none) != 0;
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, WB_HEADER_MAX);
    wb_pack_map(&out, 7u + run + (event->text != NULL) + (env->target.len > 0) +
                          (event->before != WB_OUTCOME_NONE));
    put_text(&out, "what", wb_view_of(event->what));
    put_text(&out, "record", env->record);
    wb_pack_text(&out, WB_VIEW_LIT("at"));
    wb_pack_int(&out, wb_now_utc_us());
    wb_pack_text(&out, WB_VIEW_LIT("outcome"));
    wb_pack_uint(&out, event->outcome);
    wb_pack_text(&out, WB_VIEW_LIT("revision"));
    wb_pack_uint(&out, env->revision);
    wb_pack_text(&out, WB_VIEW_LIT("trace"));
    wb_pack_bytes(&out, (wb_view){(const char *)env->trace, sizeof env->trace});
    put_hops(&out, env);
    if (run) {
        wb_pack_text(&out, WB_VIEW_LIT("run"));
        wb_pack_bytes(&out, (wb_view){(const char *)&env->run, sizeof env->run});
    }
    if (event->text)
        put_text(&out, "text", wb_view_of(event->text));
    if (env->target.len)
        put_text(&out, "target", env->target);
    if (event->before != WB_OUTCOME_NONE) {
        wb_pack_text(&out, WB_VIEW_LIT("before"));
        wb_pack_uint(&out, event->before);
    }
    wb_commit_event(write, WB_TOPIC_RECORD, wb_buf_view(&out));
}

/* --- parking --- */

wb_rc
wb_park_envelope(wb_write *write, wb_txn *txn, const wb_parking *what, wb_err *err)
{
    const wb_envelope *env = what->env;
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    wb_record_event event = {
        .what = "parked", .env = env, .outcome = WB_OUTCOME_PARKED, .text = what->reason};
    wb_parked_row row = {.id = env->id,
                         .shard = what->shard,
                         .account = what->account,
                         .record = env->record,
                         .reason = wb_view_of(what->reason),
                         .unknown = what->unknown,
                         .parked_utc_us = wb_now_utc_us(),
                         .attempts = env->tries};
    wb_rc rc;

    wb_buf_init(&bytes, WB_HEADER_MAX + WB_BODY_MAX + 64);
    if (!wb_envelope_store(env, &bytes, err))
        row.envelope = wb_buf_view(&bytes);
    rc = wb_parked_put(txn, &row, err);
    if (!rc)
        wb_event_record(write, &event);
    return rc;
}

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery;
    char *account;
    char *reason;
    bool unknown;
} park_write;

static wb_rc
park_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    park_write *self = WB_CONTAINER(write, park_write, write);
    const wb_envelope *env = self->delivery->env;
    wb_parking what = {env, env->shard, self->unknown, wb_view_of(self->account), self->reason};

    return wb_park_envelope(write, txn, &what, err);
}

static void
park_done(wb_write *write)
{
    park_write *self = WB_CONTAINER(write, park_write, write);

    self->ctx->parked++;
    wb_log(WB_WARN, "parked", "record=%.*s why='%s'", WB_VIEW_ARG(self->delivery->env->record),
           self->reason);
    wb_delivery_settle(self->ctx->lanes, &self->delivery, WB_OUTCOME_PARKED);
    wb_free(&self->account);
    wb_free(&self->reason);
    wb_free(&self);
}

void
wb_ctx_park(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason)
{
    wb_actor_park(ctx, delivery_p, account, reason, false);
}

void
wb_actor_park(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason,
              bool unknown)
{
    park_write *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = park_apply, .done = park_done};
    self->ctx = ctx;
    self->delivery = wb_take(delivery_p);
    self->account = wb_text_dup_len(account.data ? account.data : "", account.len);
    self->reason = wb_text_dup(reason);
    self->unknown = unknown;
    wb_commit_add(ctx->commit, &self->write);
}

/* --- the bus --- */

/* A row of events that is stored and not told yet. */
typedef struct {
    wb_link link;
    wb_topic topic;
    uint64_t sequence;
    size_t len;
    char batch[];
} unpublished;

/* Events are in the log: who listens can wait a moment, and one wake-up of broker and monitor then
 * serves many orders. */
static void
on_publish(void *arg, wb_topic topic, uint64_t sequence, wb_view batch)
{
    wb_ctx *ctx = arg;
    unpublished *row = wb_alloc(sizeof *row + batch.len);

    ctx->event_sequence[topic] = sequence;
    row->topic = topic;
    row->sequence = sequence;
    row->len = batch.len;
    memcpy(row->batch, batch.data, batch.len);
    wb_list_append(&ctx->unpublished, &row->link);
    ctx->unpublished_bytes += batch.len;
    if (ctx->unpublished_bytes >= PUBLISH_BYTES)
        wb_timer_start(ctx->loop, &ctx->publish_timer, 0);
    else if (!wb_timer_running(&ctx->publish_timer))
        wb_timer_start(ctx->loop, &ctx->publish_timer, PUBLISH_MS);
}

static void
publish_all(wb_ctx *ctx)
{
    ctx->unpublished_bytes = 0;
    for (wb_link *link; (link = wb_list_pop(&ctx->unpublished));) {
        unpublished *row = WB_CONTAINER(link, unpublished, link);
        wb_lanes_publish(ctx->lanes, row->topic, row->sequence, (wb_view){row->batch, row->len});
        wb_free(&row);
    }
}

static void
on_publish_time(wb_timer *timer, void *arg)
{
    (void)timer;
    publish_all(arg);
}

wb_rc
wb_actor_events_open(wb_ctx *ctx, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint64_t first;
    wb_rc rc = wb_txn_begin(&txn, ctx->store, false, err);

    wb_list_init(&ctx->unpublished);
    ctx->publish_timer = (wb_timer){.fire = on_publish_time, .arg = ctx};
    wb_commit_on_publish(ctx->commit, on_publish, ctx);
    for (int topic = 0; !rc && topic < WB_TOPIC_COUNT; topic++)
        rc = wb_events_span(txn, (wb_topic)topic, &first, &ctx->event_sequence[topic], err);
    return rc;
}

void
wb_actor_events_flush(wb_ctx *ctx)
{
    wb_timer_stop(ctx->loop, &ctx->publish_timer);
    publish_all(ctx);
}
