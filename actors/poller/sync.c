/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - call.sync: start a run of a stream now, or show the next request without sending it
 *
 * Body: JSON {"account","stream","full","from","to","dry_run"}; times RFC 3339. The reply is JSON
 * {"ok","text","request"}.
 */
#include <stdio.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define REPLY_MAX (256 * 1024)

typedef struct {
    wb_view account, stream;
    bool full, dry_run;
    int64_t from_utc_us, to_utc_us;
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
        rc = wb_json_bool(json, wb_json_get(json, 0, "full"), &out->full, "full", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "dry_run"), &out->dry_run, "dry_run", err);
    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, 0, "from"), &out->from_utc_us, "from", err);
    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, 0, "to"), &out->to_utc_us, "to", err);
    return rc;
}

/* The request that would leave next, signed, with secrets masked. */
static wb_rc
dry_run(wb_feed *feed, const sync_request *request, wb_buf *out, wb_err *err)
{
    wb_gate *gate = wb_ctx_gate(feed->poller->ctx);
    int64_t now_us = wb_now_utc_us() + feed->account->clock_offset_us;
    wb_call call = {.op = feed->pull,
                    .stream = wb_view_of(feed->stream->name),
                    .cursor = feed->at.cursor,
                    .from_utc_us = feed->at.slice_from_utc_us,
                    .to_utc_us = feed->at.slice_to_utc_us,
                    .page_max = feed->pull->batch_max,
                    .wait_ms = feed->stream->mode == WB_STREAM_QUEUE ? 20000 : 0,
                    .full = request->full};
    wb_view token;

    if (feed->stream->mode == WB_STREAM_LIST && !call.to_utc_us) {
        call.to_utc_us = now_us - feed->stream->margin_ms * WB_US_PER_MS;
        call.from_utc_us = feed->at.complete_utc_us && !request->full
                               ? feed->at.complete_utc_us - wb_list_overlap_us(feed)
                               : call.to_utc_us - wb_list_first_us(feed);
    }
    if (request->from_utc_us)
        call.from_utc_us = request->from_utc_us;
    if (request->to_utc_us)
        call.to_utc_us = request->to_utc_us;
    token = wb_gate_token(gate, feed->account, feed->pull);
    if (!token.len && feed->pull->needs_token)
        token = WB_VIEW_LIT("none yet"); /* masked like a real one: nothing leaves */
    return wb_exchange_dry(feed->account, &call, token, out, err);
}

/* A run moves the mark up to which all was read. One that begins behind that mark would leave a gap
 * that nobody reads any more. */
static wb_rc
check_gap(const wb_feed *feed, const sync_request *request, wb_err *err)
{
    int64_t read_us = feed->at.complete_utc_us;
    char text[40];

    if (!read_us)
        read_us = wb_now_utc_us() - wb_list_first_us(feed);
    if (request->from_utc_us <= read_us)
        return WB_OK;
    wb_time_text(text, read_us, false);
    return wb_fail(err, WB_REJECT,
                   "what %s has since %s was not read yet, and a run from later on would leave a "
                   "gap: begin there, or leave `from` out",
                   feed->stream->name, text);
}

static wb_rc
ask(wb_feed *feed, const sync_request *request, char *text, size_t size, wb_err *err)
{
    if (feed->stream->mode != WB_STREAM_LIST)
        return wb_fail(err, WB_REJECT,
                       "%s is a queue: it is read all the time, there is nothing "
                       "to start",
                       feed->stream->name);
    if (feed->account->suspended)
        return wb_fail(err, WB_REJECT, "%s is stopped: %s", feed->account->key,
                       feed->account->reason);
    if (feed->asked || wb_run_is(&feed->at.run)) {
        snprintf(text, size, "a run of %.120s %.64s is under way already", feed->account->key,
                 feed->stream->name);
        return WB_OK;
    }
    if (check_gap(feed, request, err))
        return WB_REJECT;
    feed->asked = true;
    feed->asked_full = request->full;
    feed->asked_from_utc_us = request->from_utc_us;
    feed->asked_to_utc_us = request->to_utc_us;
    wb_feed_look(feed);
    snprintf(text, size, "a run of %.120s %.64s begins", feed->account->key, feed->stream->name);
    return WB_OK;
}

static void
answer(wb_ctx *ctx, const wb_envelope *call, wb_rc rc, const char *text, wb_view request)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, REPLY_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_bool(&out, "ok", rc == WB_OK);
    wb_json_member_text(&out, "text", wb_view_of(text));
    if (request.len)
        wb_json_member_text(&out, "request", request);
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(ctx), call, wb_buf_view(&body), true);
}

wb_rc
wb_sync_call(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf shown = {0};
    sync_request request = {0};
    char text[300] = "";
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
    if (!rc && request.dry_run)
        rc = dry_run(feed, &request, &shown, err);
    else if (!rc)
        rc = ask(feed, &request, text, sizeof text, err);
    answer(ctx, delivery->env, rc, rc ? err->text : text, wb_buf_view(&shown));
    wb_delivery_drop(wb_ctx_lanes(ctx), &delivery);
    return WB_OK;
}
