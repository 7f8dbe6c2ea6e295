/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync - call.sync: start a run of a stream now, or show the next request without sending it
 *
 * Body: JSON {"account","stream","full","from","to","restart","dry_run","forecast","run"}; times
 * RFC 3339. The reply is JSON {"ok","busy","owns","text","run","request"}: ok when a run begins;
 * busy when it may be asked again; of a forecast, "forecast" instead.
 *
 * `run` is the id that the run is to have: who asks chooses it, remembers it first, and asks with
 * it as often as he likes. It begins once; from then on the answer is ok, and tells its ledger.
 */
#include <stdio.h>
#include <string.h>

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

/* What is said beside the text. */
typedef struct {
    bool busy, owns;
    wb_view run;    /* as it was asked for; {NULL, 0} = by no id */
    wb_view ledger; /* of that run, JSON */
    wb_view shown;  /* the request of a dry run, or, as JSON, a forecast */
} sync_said;

static wb_rc
read_run(wb_json *json, wb_id *out, wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "run"), &text, "run", err);

    rc = rc || !text.len ? rc : wb_id_parse(out, text, err);
    if (!rc && text.len && !wb_run_is(out))
        rc = wb_fail(err, WB_REJECT, "run: no id is all zeros");
    return rc;
}

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
    return rc ? rc : read_run(json, &out->ask.run, err);
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

/* --- a run that has its id from who asked --- */

static void
put_ledger(wb_feed *feed, wb_txn *txn, const wb_run_row *row, wb_buf *out)
{
    int64_t permille = 0, ends_utc_us = 0;
    wb_json_writer writer;

    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "status", wb_view_of(wb_run_status_name(row->status)));
    wb_json_member_time(&writer, "start", row->start_utc_us);
    wb_json_member_time(&writer, "end", row->end_utc_us);
    wb_json_member_int(&writer, "read", (int64_t)row->read);
    for (int i = WB_OUTCOME_HANDED_ON; i <= WB_OUTCOME_HELD; i++)
        wb_json_member_int(&writer, wb_outcome_name((wb_outcome)i), (int64_t)row->outcomes[i]);
    wb_json_member_text(&writer, "error", row->error);
    if (memcmp(&row->id, &feed->at.run, sizeof row->id) == 0 &&
        wb_forecast_progress(feed, txn, &permille, &ends_utc_us)) {
        wb_json_member_int(&writer, "progress", permille / 10);
        wb_json_member_time(&writer, "estimated_end", ends_utc_us);
    }
    wb_json_close(&writer, '}');
}

/* Appends nothing when there is no such run (yet). */
static wb_rc
find_run(wb_feed *feed, const wb_id *run, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_run_row row;
    bool found = false;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(feed->poller->ctx), false, err);

    if (!rc)
        rc = wb_runs_get(txn, feed->account->shard, run, &row, &found, err);
    if (rc || !found)
        return rc;
    if (!wb_view_eq(row.account, feed->account->key_view) ||
        !wb_view_is(row.stream, feed->stream->name))
        return wb_fail(err, WB_REJECT, "run: another list has a run of this id");
    put_ledger(feed, txn, &row, out);
    return WB_OK;
}

/* --- a run begins --- */

static void
say(char *dst, size_t size, const wb_feed *feed, const char *what)
{
    snprintf(dst, size, "a run of %.120s %.64s %s", feed->account->key, feed->stream->name, what);
}

/* Answered when the run is in our store: who was told of it can rely on it. */
static wb_rc
ask(wb_feed *feed, const sync_request *request, wb_delivery **delivery_p, bool *busy, wb_err *err)
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
    *busy = true;
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

static void
answer(wb_ctx *ctx, const wb_envelope *call, wb_rc rc, const char *text, const sync_said *said)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, REPLY_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_bool(&out, "ok", rc == WB_OK);
    wb_json_member_bool(&out, "busy", said->busy);
    wb_json_member_bool(&out, "owns", said->owns);
    wb_json_member_text(&out, "text", wb_view_of(text));
    if (said->run.len)
        wb_json_member_text(&out, "run", said->run);
    if (said->ledger.len) {
        wb_json_put_key(&out, "ledger");
        wb_json_put_raw(&out, said->ledger);
    }
    if (said->shown.len && *said->shown.data == '{') {
        wb_json_put_key(&out, "forecast");
        wb_json_put_raw(&out, said->shown);
    } else if (said->shown.len) {
        wb_json_member_text(&out, "request", said->shown);
    }
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(ctx), call, wb_buf_view(&body), true);
}

/* Those who came later than the first are told that one is under way. */
static void
answer_waiting(wb_feed *self, wb_rc rc, const char *text)
{
    wb_ctx *ctx = self->poller->ctx;
    char run[WB_ID_TEXT_MAX + 1];
    wb_link *link;

    wb_id_text(run, &self->at.run);
    while ((link = wb_list_pop(&self->syncs))) {
        wb_delivery *delivery = WB_CONTAINER(link, wb_delivery, link);
        bool begins = self->sync_begins && !rc;
        sync_said said = {.busy = !begins, .owns = true};
        char begun[300];

        if (begins)
            said.run = wb_view_of(run);
        say(begun, sizeof begun, self, self->sync_begins ? "begins" : ALREADY);
        answer(ctx, delivery->env, rc || self->sync_begins ? rc : WB_REJECT, rc ? text : begun,
               &said);
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

/* Not answered here: `delivery_p` is NULL then. */
static wb_rc
answer_to(wb_feed *feed, const sync_request *request, wb_delivery **delivery_p, sync_said *said,
          wb_buf *told, wb_err *err)
{
    bool named = wb_run_is(&request->ask.run);
    wb_rc rc = WB_OK;

    said->owns = true;
    if (request->forecast || request->dry_run) {
        rc = request->forecast ? forecast(feed, request, told, err)
                               : dry_run(feed, request, told, err);
        said->shown = wb_buf_view(told);
        return rc;
    }
    if (named)
        rc = find_run(feed, &request->ask.run, told, err);
    said->ledger = wb_buf_view(told);
    return rc || told->len ? rc : ask(feed, request, delivery_p, &said->busy, err);
}

wb_rc
wb_sync_call(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf told = {0};
    char run[WB_ID_TEXT_MAX + 1];
    sync_request request = {0};
    sync_said said = {0};
    wb_feed *feed = NULL;
    wb_rc rc = read_request(wb_ctx_json(ctx), delivery->env->body, &request, err);

    wb_buf_init(&told, REPLY_MAX / 2);
    if (!rc) {
        feed = wb_feed_find(wb_ctx_state(ctx), request.account, request.stream);
        if (!feed)
            rc = wb_fail(err, WB_REJECT, "%s owns no stream %.*s of account %.*s",
                         wb_ctx_instance(ctx), WB_VIEW_ARG(request.stream),
                         WB_VIEW_ARG(request.account));
    }
    if (!rc)
        rc = answer_to(feed, &request, &delivery, &said, &told, err);
    if (!delivery)
        return WB_OK;
    if (wb_run_is(&request.ask.run)) {
        wb_id_text(run, &request.ask.run);
        said.run = wb_view_of(run);
    }
    answer(ctx, delivery->env, rc, rc ? err->text : "", &said);
    wb_delivery_drop(wb_ctx_lanes(ctx), &delivery);
    return WB_OK;
}
