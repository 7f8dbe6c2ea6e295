/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logs - call.runs with an action: "logs" of one run, and "forget" an account
 *
 * A log row is an event of the run's records, as far as the timeline keeps them: who got nothing
 * new leaves no event, and no row. A thousand runs have one timeline: it is walked a piece at a
 * time, and `next` goes on where the answer ended.
 */
#include <string.h>

#include "actors/monitor/monitor.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define LOOK_ROWS 20000 /* of one answer: some ten milliseconds */
#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000
#define DAY_US (INT64_C(86400) * WB_US_PER_S)

typedef struct {
    wb_json_writer *out;
    wb_txn *txn;
    wb_id run;
    int64_t start_utc_us; /* 0 = there is no such run */
    int64_t limit, shown;
    size_t looked;
    bool more;
    wb_buf last; /* the row that was looked at last */
} logs;

static int64_t
oldest_us(void)
{
    return wb_now_utc_us() - WB_MONITOR_KEEP_DAYS * DAY_US;
}

/* --- what became of it --- */

typedef struct {
    int64_t before_utc_us;
    bool found;
} earlier;

static wb_rc
look_earlier(void *arg, wb_view raw, wb_err *err)
{
    earlier *self = arg;
    wb_seen_event event;
    wb_unpack in;
    wb_view whole;

    wb_unpack_init(&in, raw);
    if (wb_seen_event_read(&in, &event, &whole, err))
        return WB_OK;
    self->found = event.at_utc_us < self->before_utc_us && event.revision;
    return self->found ? WB_FULL : WB_OK;
}

/* The first revision that we remember is taken for the record's creation. */
static const char *
action_of(const logs *self, const wb_seen_event *event)
{
    earlier before = {.before_utc_us = event->at_utc_us};
    wb_err err = {0};

    if (event->outcome == WB_OUTCOME_UNCHANGED || event->outcome == WB_OUTCOME_STALE)
        return "unchanged";
    wb_ignore(wb_timeline_read(self->txn, event->record, oldest_us(), look_earlier, &before, &err),
              "then it counts as created");
    return before.found ? "update" : "create";
}

static bool
is_told(const wb_seen_event *event)
{
    return wb_view_is(event->what, "delivered") || wb_view_is(event->what, "mapped") ||
           wb_view_is(event->what, "parked");
}

static void
put_log(logs *self, const wb_seen_event *event)
{
    wb_json_writer *out = self->out;
    bool failed = wb_view_is(event->what, "parked");
    wb_key_parts key = {0};
    wb_err err = {0};

    wb_ignore(wb_key_parse(&key, event->record, &err), "shown without its parts");
    wb_json_open(out, '{');
    wb_json_member_text(out, "item_type", wb_view_of(wb_record_kind_name(key.kind)));
    wb_json_member_text(out, "item_id", wb_view_of(key.external));
    wb_json_member_text(out, "record", event->record);
    wb_json_member_text(out, "target", event->target);
    wb_json_member_text(out, "action", wb_view_of(action_of(self, event)));
    wb_json_member_text(out, "status", wb_view_of(failed ? "failed" : "success"));
    wb_json_member_text(out, "error_message", failed ? event->text : (wb_view){NULL, 0});
    wb_json_put_key(out, "created_at");
    wb_json_put_time(out, event->at_utc_us);
    wb_json_close(out, '}');
}

static wb_rc
log_row(void *arg, wb_view key, wb_view raw, wb_err *err)
{
    logs *self = arg;
    wb_seen_event event;
    wb_unpack in;
    wb_view whole;

    self->more = self->shown == self->limit || self->looked == LOOK_ROWS;
    if (self->more)
        return WB_FULL;
    self->looked++;
    wb_buf_clear(&self->last);
    wb_buf_add_view(&self->last, key);
    wb_unpack_init(&in, raw);
    if (wb_seen_event_read(&in, &event, &whole, err) || event.run.len != sizeof self->run ||
        memcmp(event.run.data, &self->run, sizeof self->run) != 0 || !is_told(&event))
        return WB_OK;
    put_log(self, &event);
    self->shown++;
    return WB_OK;
}

/* --- the call --- */

static wb_rc
find_run(void *arg, const wb_watched_run *run, wb_err *err)
{
    logs *self = arg;

    (void)err;
    if (memcmp(&run->row.id, &self->run, sizeof self->run) != 0)
        return WB_OK;
    self->start_utc_us = run->row.start_utc_us;
    return WB_FULL;
}

static wb_rc
read_request(wb_json *json, logs *out, wb_buf *behind, wb_err *err)
{
    wb_view id = {0}, next = {0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "run"), &id, "run", err);

    out->limit = LIMIT_DEFAULT;
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "after"), &next, "after", err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &out->limit, "limit", err);
    if (!rc && (out->limit < 1 || out->limit > LIMIT_MAX))
        rc = wb_fail(err, WB_REJECT, "limit: 1 to %d", LIMIT_MAX);
    if (!rc)
        rc = wb_id_parse(&out->run, id, err);
    return rc || !next.len ? rc : wb_unbase64(behind, next, err);
}

static void
put_next(const logs *self)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, 8192);
    if (self->more)
        wb_base64(&text, wb_buf_view(&self->last));
    wb_json_member_text(self->out, "next", wb_buf_view(&text));
}

wb_rc
wb_monitor_logs(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf behind = {0};
    uint16_t shards = (uint16_t)wb_ctx_config(ctx)->shards;
    logs self = {.out = out};
    wb_rc rc;

    (void)call;
    wb_buf_init(&behind, 8192);
    rc = read_request(wb_ctx_json(ctx), &self, &behind, err);
    if (!rc)
        rc = wb_commit_flush(wb_ctx_commit(ctx), err);
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (!rc)
        rc = wb_watch_runs(txn, shards, find_run, &self, err);
    if (!rc && !self.start_utc_us)
        rc = wb_fail(err, WB_REJECT, "there is no such task");
    if (rc)
        return rc;
    self.txn = txn;
    wb_buf_init(&self.last, 8192);
    wb_json_put_key(out, "logs");
    wb_json_open(out, '[');
    rc = wb_timeline_walk(txn, self.start_utc_us, wb_buf_view(&behind), log_row, &self, err);
    wb_json_close(out, ']');
    put_next(&self);
    wb_buf_fini(&self.last);
    return rc;
}

/* --- an account is forgotten --- */

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery;
    char account[WB_ACCOUNT_KEY_MAX + 1];
    size_t runs, events;
    int64_t total_runs, total_events;
} forget_write;

static wb_rc
forget_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    forget_write *self = WB_CONTAINER(write, forget_write, write);
    uint16_t shards = (uint16_t)wb_ctx_config(self->ctx)->shards;
    wb_view account = wb_view_of(self->account);
    wb_rc rc = wb_watch_forget(txn, shards, account, &self->runs, err);

    self->events = 0;
    if (!rc && !self->runs)
        rc = wb_timeline_forget(txn, account, oldest_us(), &self->events, err);
    return rc;
}

static void
forget_done(wb_write *write)
{
    forget_write *self = WB_CONTAINER(write, forget_write, write);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    self->total_runs += (int64_t)self->runs;
    self->total_events += (int64_t)self->events;
    if (self->runs || self->events) { /* a thousand at a time, beside other work */
        wb_commit_add(wb_ctx_commit(self->ctx), &self->write);
        return;
    }
    wb_buf_init(&body, 1024);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "runs", self->total_runs);
    wb_json_member_int(&out, "events", self->total_events);
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(self->ctx), self->delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(wb_ctx_lanes(self->ctx), &self->delivery);
    wb_free(&self);
}

void
wb_monitor_forget(wb_ctx *ctx, wb_delivery *delivery, wb_view account)
{
    forget_write *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = forget_apply, .done = forget_done};
    self->ctx = ctx;
    self->delivery = delivery;
    wb_ignore(wb_text_set(self->account, sizeof self->account, account, NULL),
              "its caller has measured it");
    wb_commit_add(wb_ctx_commit(ctx), &self->write);
}
