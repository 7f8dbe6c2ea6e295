/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - call.sync: start a run of a stream now, or show the next request without sending it
 *
 * Body: JSON {"account","stream","full","from","to","restart","dry_run","forecast"}; times RFC
 * 3339. The reply is JSON {"ok","text","request"}: ok when a run begins; of a forecast, "forecast"
 * instead.
 */
#include <stdio.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define REPLY_MAX (256 * 1024)
#define ALREADY "is under way already: --restart ends it and begins anew"
#define ENDING "the process is ending: ask again"

typedef struct {
    wb_view account, stream;
    wb_list_ask ask;
    bool dry_run, forecast;
} sync_request;

static wb_rc
read_request(wb_json *json, wb_view body, sync_request *out, wb_err *err)
{
    wb_rc rc = wb_json_parse(json, body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &out->account, "account", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "stream"), &out->stream, "stream", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "full"), &out->ask.full, "full", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "restart"), &out->ask.restart, "restart", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "dry_run"), &out->dry_run, "dry_run", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "forecast"), &out->forecast, "forecast", err);
    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, 0, "from"), &out->ask.from_utc_us, "from", err);
    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, 0, "to"), &out->ask.to_utc_us, "to", err);
    return rc;
}

/* The request that would leave next, signed, with secrets masked. */
static wb_rc
dry_run(wb_feed *feed, const sync_request *request, wb_buf *out, wb_err *err)
{
    wb_gate *gate = wb_ctx_gate(feed->poller->ctx);
    const wb_list_ask *ask = &request->ask;
    wb_call call = {.stream = wb_view_of(feed->stream->name),
                    .cursor = feed->at.cursor,
                    .from_utc_us = feed->at.slice_from_utc_us,
                    .to_utc_us = feed->at.slice_to_utc_us,
                    .wait_ms = feed->mode->wait_ms,
                    .full = feed->at.full};
    wb_list_slice first;
    wb_view token;

    if (feed->mode->ranged &&
        (!wb_run_is(&feed->at.run) || ask->full || ask->from_utc_us || ask->to_utc_us)) {
        wb_list_range(feed, ask, &first); /* not of the run under way, but of the next */
        call.cursor = (wb_view){0};
        call.from_utc_us = first.from_utc_us;
        call.to_utc_us = first.to_utc_us;
        call.full = first.full;
    }
    call.op = wb_feed_page_op(feed, call.cursor);
    if (!call.op)
        return wb_fail(err, WB_REJECT, "the cursor is of a step that is not known any more");
    call.page_max = wb_feed_batch(feed, call.op);
    token = wb_gate_token(gate, feed->account, call.op);
    if (!token.len && call.op->needs_token)
        token = WB_VIEW_LIT("none yet"); /* masked like a real one: nothing leaves */
    return wb_exchange_dry(feed->account, &call, token, out, err);
}

/* "forecast": {...} instead of a run. */
static wb_rc
forecast(wb_feed *feed, const sync_request *request, wb_buf *out, wb_err *err)
{
    wb_list_slice first;
    wb_forecast told;
    wb_json_writer writer;
    wb_rc rc;

    if (!feed->mode->ranged)
        return wb_fail(err, WB_REJECT, "%s is a queue: nobody knows what will come",
                       feed->stream->name);
    wb_list_range(feed, &request->ask, &first);
    rc = wb_forecast_of(feed, first.from_utc_us, first.bound_utc_us, &told, err);
    if (rc)
        return rc;
    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "from");
    wb_json_put_time(&writer, first.from_utc_us);
    wb_json_put_key(&writer, "to");
    wb_json_put_time(&writer, first.bound_utc_us);
    wb_json_member_int(&writer, "slices", told.slices);
    wb_json_member_int(&writer, "pages", told.pages);
    wb_json_put_key(&writer, "items");
    if (told.items < 0)
        wb_json_put_null(&writer);
    else
        wb_json_put_int(&writer, told.items);
    wb_json_member_text(&writer, "counted", wb_view_of(told.counted));
    wb_json_member_int(&writer, "fetches", told.fetches);
    wb_json_member_int(&writer, "seconds", told.seconds);
    wb_json_member_text(&writer, "bound_by", wb_view_of(told.bound));
    wb_json_close(&writer, '}');
    return WB_OK;
}

static void
say(char *dst, size_t size, const wb_feed *feed, const char *what)
{
    snprintf(dst, size, "a run of %.120s %.64s %s", feed->account->key, feed->stream->name, what);
}

/* Answered when the run is in our store: who was told of it can rely on it. */
static wb_rc
ask(wb_feed *feed, const sync_request *request, wb_delivery **delivery_p, wb_err *err)
{
    char text[300];

    if (!feed->mode->ranged)
        return wb_fail(err, WB_REJECT,
                       "%s is a queue: it is read all the time, there is nothing "
                       "to start",
                       feed->stream->name);
    if (feed->account->suspended)
        return wb_fail(err, WB_REJECT, "%s is stopped: %s", feed->account->key,
                       feed->account->reason);
    if (feed->poller->draining)
        return wb_fail(err, WB_REJECT, ENDING);
    if (!feed->asked && !feed->beginning && wb_run_is(&feed->at.run) && !request->ask.restart) {
        say(text, sizeof text, feed, ALREADY);
        return wb_fail(err, WB_REJECT, "%s", text);
    }
    wb_list_append(&feed->syncs, &(*delivery_p)->link);
    *delivery_p = NULL;
    if (feed->asked || feed->beginning)
        return WB_OK;
    feed->asked = feed->sync_begins = true;
    feed->ask = request->ask;
    wb_feed_look(feed);
    return WB_OK;
}

/* `shown`: the request of a dry run, or, as JSON, a forecast. */
static void
answer(wb_ctx *ctx, const wb_envelope *call, wb_rc rc, const char *text, wb_view shown)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, REPLY_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_bool(&out, "ok", rc == WB_OK);
    wb_json_member_text(&out, "text", wb_view_of(text));
    if (shown.len && *shown.data == '{') {
        wb_json_put_key(&out, "forecast");
        wb_json_put_raw(&out, shown);
    } else if (shown.len) {
        wb_json_member_text(&out, "request", shown);
    }
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(ctx), call, wb_buf_view(&body), true);
}

static void
answer_waiting(wb_feed *self, wb_rc rc, const char *text)
{
    wb_ctx *ctx = self->poller->ctx;
    wb_link *link;

    while ((link = wb_list_pop(&self->syncs))) {
        wb_delivery *delivery = WB_CONTAINER(link, wb_delivery, link);
        char begun[300];

        say(begun, sizeof begun, self, self->sync_begins ? "begins" : ALREADY);
        answer(ctx, delivery->env, rc || self->sync_begins ? rc : WB_REJECT, rc ? text : begun,
               (wb_view){0});
        wb_delivery_drop(wb_ctx_lanes(ctx), &delivery);
        self->sync_begins = false;
    }
}

void
wb_sync_begun(wb_feed *self)
{
    answer_waiting(self, WB_OK, NULL);
}

void
wb_sync_close(wb_feed *self)
{
    answer_waiting(self, WB_REJECT, ENDING);
}

wb_rc
wb_sync_call(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf shown = {0};
    sync_request request = {0};
    wb_feed *feed = NULL;
    wb_rc rc = read_request(wb_ctx_json(ctx), delivery->env->body, &request, err);

    wb_buf_init(&shown, REPLY_MAX / 2);
    if (!rc) {
        feed = wb_feed_find(wb_ctx_state(ctx), request.account, request.stream);
        if (!feed)
            rc = wb_fail(err, WB_REJECT, "%s owns no stream %.*s of account %.*s",
                         wb_ctx_instance(ctx), WB_VIEW_ARG(request.stream),
                         WB_VIEW_ARG(request.account));
    }
    if (!rc && request.forecast)
        rc = forecast(feed, &request, &shown, err);
    else if (!rc && request.dry_run)
        rc = dry_run(feed, &request, &shown, err);
    else if (!rc)
        rc = ask(feed, &request, &delivery, err);
    if (!delivery)
        return WB_OK;
    answer(ctx, delivery->env, rc, rc ? err->text : "", wb_buf_view(&shown));
    wb_delivery_drop(wb_ctx_lanes(ctx), &delivery);
    return WB_OK;
}
