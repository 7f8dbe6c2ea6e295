/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - call.timeline {"record": KEY, "days": N} and call.runs {"account", "stream", "limit"}
 * or {"runs": [ID, ...]}
 */
#include "actors/monitor/monitor.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define EVENTS_MAX 2000
#define DAYS_DEFAULT 30
#define DAY_US (INT64_C(86400) * WB_US_PER_S)
#define RUNS_DEFAULT 100
#define RUNS_OF_MAX 100 /* that are asked for by their ids */

typedef struct {
    wb_json_writer *out;
    wb_buf scratch;
    size_t shown;
} timeline;

static wb_rc
timeline_row(void *arg, wb_view raw, wb_err *err)
{
    timeline *self = arg;

    (void)err;
    if (self->shown++ >= EVENTS_MAX)
        return WB_FULL;
    wb_buf_clear(&self->scratch);
    if (!wb_pack_to_json(&self->scratch, raw, err))
        wb_json_put_raw(self->out, wb_buf_view(&self->scratch));
    return WB_OK;
}

static wb_rc
tell_timeline(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_json *json = wb_ctx_json(ctx);
    timeline self = {.out = out};
    int64_t days = DAYS_DEFAULT;
    wb_view record = {0};
    wb_rc rc = wb_ops_record(ctx, call, &record, err);

    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "days"), &days, "days", err);
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (rc)
        return rc;
    wb_buf_init(&self.scratch, WB_OPS_ANSWER_MAX);
    wb_json_member_text(out, "record", record);
    wb_json_put_key(out, "events");
    wb_json_open(out, '[');
    wb_ignore(
        wb_timeline_read(txn, record, wb_now_utc_us() - days * DAY_US, timeline_row, &self, err),
        "shown as far as it was read");
    wb_json_close(out, ']');
    wb_buf_fini(&self.scratch);
    return WB_OK;
}

wb_rc
wb_monitor_timeline(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, tell_timeline, err);
}

/* --- runs --- */

typedef struct {
    wb_json_writer *out;
    wb_view account, stream;
    int64_t limit, seen, skipped; /* of those that fit, all but the newest are not shown */
    uint64_t read, open, lost, outcomes[WB_OUTCOME_COUNT];
    wb_id ids[RUNS_OF_MAX]; /* asked for by these */
    size_t id_count;
    bool by_id;
} runs;

static void
write_ledger(wb_json_writer *out, uint64_t read, uint64_t open, uint64_t lost,
             const uint64_t *outcomes)
{
    wb_json_member_int(out, "read", (int64_t)read);
    wb_json_member_int(out, "open", (int64_t)open);
    wb_json_member_int(out, "lost", (int64_t)lost);
    for (int i = WB_OUTCOME_HANDED_ON; i <= WB_OUTCOME_HELD; i++)
        wb_json_member_int(out, wb_outcome_name((wb_outcome)i), (int64_t)outcomes[i]);
}

static bool
fits(const runs *self, const wb_run_row *row)
{
    return (!self->account.len || wb_view_eq(self->account, row->account)) &&
           (!self->stream.len || wb_view_eq(self->stream, row->stream));
}

static uint64_t
open_of(const wb_watched_run *run)
{
    return wb_run_open_items(&run->row) - run->lost;
}

static wb_rc
count_row(void *arg, const wb_watched_run *run, wb_err *err)
{
    runs *self = arg;

    (void)err;
    if (!fits(self, &run->row))
        return WB_OK;
    self->seen++;
    self->read += run->row.read;
    self->open += open_of(run);
    self->lost += run->lost;
    for (int i = 0; i < WB_OUTCOME_COUNT; i++)
        self->outcomes[i] += run->row.outcomes[i];
    return WB_OK;
}

/* Rows come oldest first. */
static wb_rc
runs_row(void *arg, const wb_watched_run *run, wb_err *err)
{
    runs *self = arg;
    const wb_run_row *row = &run->row;
    char id[WB_ID_TEXT_MAX + 1];

    (void)err;
    if (!fits(self, row) || (!self->by_id && self->skipped++ < self->seen - self->limit))
        return WB_OK;
    wb_id_text(id, &row->id);
    wb_json_open(self->out, '{');
    wb_json_member_text(self->out, "run", wb_view_of(id));
    wb_json_member_text(self->out, "account", row->account);
    wb_json_member_text(self->out, "stream", row->stream);
    wb_json_member_text(self->out, "status", wb_view_of(wb_run_status_name(row->status)));
    wb_json_member_bool(self->out, "full", row->full);
    wb_json_member_time(self->out, "start", row->start_utc_us);
    wb_json_member_time(self->out, "end", row->end_utc_us);
    wb_json_member_time(self->out, "from", row->from_utc_us);
    wb_json_member_time(self->out, "to", row->to_utc_us);
    write_ledger(self->out, row->read, open_of(run), run->lost, row->outcomes);
    wb_json_member_text(self->out, "error", row->error);
    wb_json_close(self->out, '}');
    return WB_OK;
}

static wb_rc
read_ids(wb_json *json, runs *out, wb_err *err)
{
    wb_json_ref list = wb_json_get(json, 0, "runs");
    wb_view text = {NULL, 0};
    wb_rc rc = WB_OK;

    out->by_id = list != WB_JSON_NONE;
    for (wb_json_ref at = wb_json_first(json, list); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (out->id_count == RUNS_OF_MAX)
            return wb_fail(err, WB_REJECT, "runs: %d at most", RUNS_OF_MAX);
        rc = wb_json_text(json, at, &text, "runs", err);
        rc = rc ? rc : wb_id_parse(&out->ids[out->id_count++], text, err);
    }
    return rc;
}

static wb_rc
read_request(wb_ctx *ctx, const wb_envelope *call, runs *out, wb_err *err)
{
    wb_json *json = wb_ctx_json(ctx);
    wb_rc rc = wb_json_parse(json, call->body, err);

    out->limit = RUNS_DEFAULT;
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &out->account, "account", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "stream"), &out->stream, "stream", err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &out->limit, "limit", err);
    return rc ? rc : read_ids(json, out, err);
}

static wb_rc
tell_runs(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint16_t shards = (uint16_t)wb_ctx_config(ctx)->shards;
    runs self = {.out = out};
    wb_rc rc = read_request(ctx, call, &self, err);

    if (!rc)
        rc = wb_commit_flush(wb_ctx_commit(ctx), err); /* what was told is answered */
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (rc)
        return rc;
    wb_json_put_key(out, "runs");
    wb_json_open(out, '[');
    if (self.by_id)
        rc = wb_watch_runs_of(&(wb_watch_ids){txn, shards, self.ids, self.id_count}, runs_row,
                              &self, err);
    else
        rc = wb_watch_runs(txn, shards, count_row, &self, err);
    if (!rc && !self.by_id)
        rc = wb_watch_runs(txn, shards, runs_row, &self, err);
    wb_json_close(out, ']');
    if (self.by_id)
        return rc;
    wb_json_put_key(out, "total");
    wb_json_open(out, '{');
    write_ledger(out, self.read, self.open, self.lost, self.outcomes);
    wb_json_close(out, '}');
    return rc;
}

/* What is asked of runs: a list, without a word; the logs of one; an account forgotten. */
wb_rc
wb_monitor_runs(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_json *json = wb_ctx_json(ctx);
    wb_view action = {0}, account = {0};
    wb_rc rc = wb_json_parse(json, delivery->env->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "action"), &action, "action", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &account, "account", err);
    if (!rc && wb_view_is(action, "logs"))
        return wb_ops_answer(ctx, delivery, wb_monitor_logs, err);
    if (!rc && !wb_view_is(action, "forget"))
        return wb_ops_answer(ctx, delivery, tell_runs, err);
    if (!rc && (!account.len || account.len > WB_ACCOUNT_KEY_MAX))
        rc = wb_fail(err, WB_REJECT, "forget wants an account");
    if (rc)
        wb_ops_refuse(ctx, delivery, err->text);
    else
        wb_monitor_forget(ctx, delivery, account);
    return WB_OK;
}
