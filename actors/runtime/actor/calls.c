/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls - the calls that every actor answers: status, a reload, the events that somebody missed
 */
#include <sys/resource.h>
#include <unistd.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/bodies.h"
#include "protocol/pack.h"

#define STATUS_MAX (4 * 1024 * 1024)
#define EVENTS_REPLY_MAX (1024 * 1024)
#define EVENTS_ROWS_MAX 512

/* --- call.status --- */

static void
status_store(wb_ctx *ctx, wb_json_writer *out)
{
    wb_store_stats stats = {0};
    char why[160] = "";
    wb_err err = {0};

    wb_ignore(wb_store_stat(ctx->store, &stats, &err), "zeroes are told");
    wb_json_put_key(out, "store");
    wb_json_open(out, '{');
    wb_json_member_int(out, "used_bytes", stats.used_bytes);
    wb_json_member_int(out, "map_bytes", stats.map_bytes);
    wb_json_member_int(out, "disk_free_bytes", stats.disk_free_bytes);
    wb_json_member_int(out, "commits", (int64_t)stats.commits);
    wb_json_member_int(out, "pressure", wb_store_pressure(ctx->store, why, sizeof why));
    wb_json_member_text(out, "pressure_why", wb_view_of(why));
    wb_json_put_key(out, "rows");
    wb_json_open(out, '{');
#define WB_DB(name, text, what) wb_json_member_int(out, text, (int64_t)stats.rows[WB_DB_##name]);
#include "storage/databases.def"
#undef WB_DB
    wb_json_close(out, '}');
    wb_json_close(out, '}');
}

static void
status_process(wb_ctx *ctx, wb_json_writer *out)
{
    struct rusage use = {0};
    wb_commit_stats commits;
    wb_loop_stats loop;

    getrusage(RUSAGE_SELF, &use);
    wb_commit_stat(ctx->commit, &commits);
    wb_loop_stat(ctx->loop, &loop);
    wb_json_member_int(out, "pid", getpid());
    wb_json_member_int(out, "started_utc_us", ctx->started_utc_us);
    wb_json_member_bool(out, "ready", ctx->ready);
    wb_json_member_bool(out, "draining", ctx->draining);
    wb_json_member_int(out, "cpu_us",
                       (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * WB_US_PER_S +
                           use.ru_utime.tv_usec + use.ru_stime.tv_usec);
    wb_json_member_int(out, "peak_rss_kib", use.ru_maxrss);
    wb_json_member_int(out, "taken", (int64_t)ctx->taken);
    wb_json_member_int(out, "in_hand", (int64_t)wb_lanes_in_hand(ctx->lanes));
    wb_json_member_int(out, "outstanding", (int64_t)wb_lanes_outstanding(ctx->lanes));
    wb_json_member_int(out, "commit_groups", (int64_t)commits.commits);
    wb_json_member_int(out, "commit_writes", (int64_t)commits.writes);
    wb_json_member_int(out, "longest_commit_us", commits.longest_us);
    wb_json_member_int(out, "longest_turn_ms", loop.longest_turn_ms);
    wb_json_member_int(out, "turns", (int64_t)loop.turns);
    wb_json_member_int(out, "shards", (int64_t)ctx->claim_count);
    wb_json_member_int(out, "unreadable", (int64_t)ctx->stray_count);
}

static void
status_accounts(wb_ctx *ctx, wb_json_writer *out)
{
    wb_json_put_key(out, "accounts");
    wb_json_open(out, '[');
    for (size_t i = 0; ctx->actor->serves_accounts && i < wb_accounts_count(ctx->accounts); i++) {
        const wb_account *account = wb_accounts_at(ctx->accounts, i);
        if (!ctx->owned[account->shard])
            continue;
        wb_json_open(out, '{');
        wb_json_member_text(out, "account", account->key_view);
        wb_json_member_text(out, "connector", wb_view_of(account->connector->name));
        wb_json_member_bool(out, "suspended", account->suspended);
        wb_json_member_text(out, "reason", wb_view_of(account->reason));
        wb_json_member_text(out, "suspect", wb_view_of(account->suspect));
        wb_json_member_int(out, "since_utc_us", account->since_utc_us);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

void
wb_ctx_status(wb_ctx *ctx, wb_buf *body)
{
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "instance", wb_view_of(ctx->instance));
    wb_json_member_text(&out, "actor", wb_view_of(ctx->actor->name));
    wb_json_member_text(&out, "stage", wb_view_of(wb_stage_name(ctx->actor->stage)));
    wb_json_member_text(&out, "version", WB_VIEW_LIT(WB_VERSION));
    status_process(ctx, &out);
    status_store(ctx, &out);
    status_accounts(ctx, &out);
    wb_actor_unknown_tell(ctx, &out);
    wb_actor_strays_tell(ctx, &out);
    wb_actor_tables_tell(ctx, &out);
    if (ctx->actor->status)
        ctx->actor->status(ctx, &out);
    wb_json_close(&out, '}');
}

static void
answer_status(wb_ctx *ctx, const wb_envelope *call)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    wb_buf_init(&body, STATUS_MAX);
    wb_ctx_status(ctx, &body);
    wb_lanes_reply(ctx->lanes, call, wb_buf_view(&body), true);
}

/* --- call.events: body {"topic": text, "from": sequence}; the reply is a map {"topic", "first",
 * "last", "gap", "rows": [sequence, batch, ...]}. Asking from a sequence acknowledges all before
 * it. ---
 */

typedef struct {
    wb_buf rows;
    uint32_t count;
} events_reply;

static wb_rc
add_row(void *arg, uint64_t sequence, wb_view batch, wb_err *err)
{
    events_reply *self = arg;

    (void)err;
    /* a row alone goes, however large: else nobody would ever get behind it */
    if (self->count >= EVENTS_ROWS_MAX ||
        (self->count && self->rows.len + batch.len > EVENTS_REPLY_MAX))
        return WB_FULL;
    wb_pack_uint(&self->rows, sequence);
    wb_pack_bytes(&self->rows, batch);
    self->count++;
    return WB_OK;
}

typedef struct {
    wb_write write;
    wb_topic topic;
    uint64_t through;
} events_trim;

static wb_rc
trim_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    events_trim *self = WB_CONTAINER(write, events_trim, write);
    size_t dropped;

    return wb_events_trim(txn, self->topic, self->through, &dropped, err);
}

static void
trim_done(wb_write *write)
{
    events_trim *self = WB_CONTAINER(write, events_trim, write);

    wb_free(&self);
}

static void
trim_events(wb_ctx *ctx, wb_topic topic, uint64_t through)
{
    events_trim *trim = wb_alloc(sizeof *trim);

    trim->write = (wb_write){.apply = trim_apply, .done = trim_done};
    trim->topic = topic;
    trim->through = through;
    wb_commit_add(ctx->commit, &trim->write);
}

static wb_rc
answer_events(wb_ctx *ctx, const wb_envelope *call, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_buf_fini) wb_buf rows = {0};
    events_reply reply = {0};
    wb_topic topic = WB_TOPIC_COUNT;
    uint64_t from = 1, first = 0, last = 0, gap = 0;
    wb_rc rc;

    wb_buf_init(&body, WB_BODY_MAX);
    wb_buf_init(&rows, WB_BODY_MAX - 1024);
    rc = wb_events_call_read(call->body, &topic, &from, err);
    if (!rc)
        rc = wb_txn_begin(&txn, ctx->store, false, err);
    if (!rc)
        rc = wb_events_span(txn, topic, &first, &last, err);
    if (!rc)
        rc = wb_events_gap(txn, topic, &gap, err);
    reply.rows = rows;
    if (!rc)
        rc = wb_events_read(txn, topic, from, add_row, &reply, err);
    rows = reply.rows;
    if (rc)
        return rc;
    wb_pack_map(&body, 5);
    wb_pack_member_text(&body, "topic", wb_view_of(wb_topic_name(topic)));
    wb_pack_member_uint(&body, "first", first);
    wb_pack_member_uint(&body, "last", last);
    wb_pack_member_uint(&body, "gap", gap);
    wb_pack_text(&body, WB_VIEW_LIT("rows"));
    wb_pack_array(&body, reply.count * 2);
    wb_buf_add_view(&body, wb_buf_view(&rows));
    wb_lanes_reply(ctx->lanes, call, wb_buf_view(&body), true);
    if (from > first && from <= last + 1) /* beyond it: this store was turned back */
        trim_events(ctx, topic, from - 1);
    return WB_OK;
}

bool
wb_actor_call(wb_ctx *ctx, wb_delivery *delivery)
{
    wb_err err = {0};

    if (delivery->env->kind == WB_KIND_CALL_RELOAD) {
        wb_actor_reload_call(ctx, delivery);
        return true;
    }
    if (delivery->env->kind == WB_KIND_CALL_STATUS)
        answer_status(ctx, delivery->env);
    else if (delivery->env->kind != WB_KIND_CALL_EVENTS)
        return false;
    else if (answer_events(ctx, delivery->env, &err))
        wb_log(WB_WARN, "call.refused", "kind=call.events why='%s'", err.text);
    wb_delivery_drop(ctx->lanes, &delivery);
    return true;
}
