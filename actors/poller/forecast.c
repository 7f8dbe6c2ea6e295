/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecast - how long the limits make a run take, and how far the one under way is
 *
 * Pages of a list follow one another; what completes their items goes beside them, by what is left
 * of its limit. So a run takes as long as the operation that needs longest for its calls. How many
 * items there are is known by what a first page of a slice told, or by what former runs have read.
 */
#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define PAGE_US 500000  /* where none was measured */
#define LEFT_PERCENT 80 /* the keeper leaves the rest to what is live */
#define STEPS_MAX 16    /* of one record that is read in parts */
#define LITTLE 20       /* thousandths: too little to go by */
#define MICRO INT64_C(1000000)

/* --- how many items --- */

typedef struct {
    const wb_feed *feed;
    int64_t items, span_us;
} history;

static wb_rc
add_run(void *arg, const wb_run_row *row, wb_err *err)
{
    history *self = arg;

    (void)err;
    if (row->status < WB_RUN_SETTLING || row->status == WB_RUN_FAILED ||
        !wb_view_eq(row->account, self->feed->account->key_view) ||
        !wb_view_is(row->stream, self->feed->stream->name))
        return WB_OK;
    self->items += (int64_t)row->read;
    self->span_us += row->to_utc_us - row->from_utc_us;
    return WB_OK;
}

/* `span` x items / their span, without losing either end. */
static int64_t
scaled(int64_t items, int64_t span_us, int64_t of_span_us)
{
    __extension__ typedef __int128 wide;

    return (int64_t)(((wide)items * span_us + of_span_us - 1) / of_span_us);
}

static wb_rc
expect_items(const wb_feed *self, int64_t span_us, wb_forecast *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    history past = {.feed = self};
    wb_rc rc;

    if (self->told_span_us > 0) {
        out->items = scaled(self->told_items, span_us, self->told_span_us);
        out->counted = "as many as the source said of its last slice";
        return WB_OK;
    }
    rc = wb_txn_begin(&txn, wb_ctx_store(self->poller->ctx), false, err);
    if (!rc)
        rc = wb_runs_scan(txn, self->account->shard, add_run, &past, err);
    if (rc)
        return rc;
    out->items = past.span_us > 0 ? scaled(past.items, span_us, past.span_us) : -1;
    out->counted =
        past.span_us > 0 ? "as many as former runs have read" : "nothing is known of counts";
    return WB_OK;
}

/* --- how long --- */

/* Calls a second in millionths that a backfill may have; 0 = no limit. */
static int64_t
rate_of(wb_feed *self, const wb_op *op, int64_t call_us)
{
    const wb_connector *connector = self->account->connector;
    wb_limit limit = op->limit;
    int64_t learnt = wb_gate_learnt_rate(wb_ctx_gate(self->poller->ctx), self->account, op);
    int64_t rate, in_flight;

    if (!self->account->conf->limits)
        return 0;
    if (connector->limit)
        connector->limit(self->account->options, op, &limit);
    rate = learnt > 0 ? learnt : limit.rate_micro;
    if (op->verb != WB_VERB_PULL)
        rate = rate * LEFT_PERCENT / 100;
    if (rate && op->cost)
        rate = rate / wb_connector_cost(self->account->options, op,
                                        wb_connector_batch(connector, self->account->options, op));
    in_flight = limit.in_flight ? limit.in_flight * MICRO / call_us * MICRO : 0;
    return in_flight && (!rate || in_flight < rate) ? in_flight : rate;
}

static void
take_longest(wb_forecast *out, const char *name, int64_t us)
{
    int64_t seconds = (us + WB_US_PER_S - 1) / WB_US_PER_S;

    if (seconds < out->seconds && out->bound)
        return;
    out->seconds = seconds;
    out->bound = name;
}

static void
add_calls(wb_feed *self, const wb_op *op, int64_t calls, wb_forecast *out)
{
    int64_t call_us = self->page_took_us ? self->page_took_us : PAGE_US;
    int64_t rate = rate_of(self, op, call_us);
    int64_t us = rate ? scaled(calls, MICRO * MICRO, rate) : 0;

    if (op->verb == WB_VERB_PULL && us < calls * call_us) /* one after another */
        us = calls * call_us;
    take_longest(out, op->name, us);
}

/* Each part of a record is a call of its own: at most so many as the chain is long. */
static void
add_fetches(wb_feed *self, wb_forecast *out)
{
    const wb_connector *connector = self->account->connector;
    const wb_op *op = wb_connector_fetch(connector, self->account->options, self->stream);

    for (int step = 0; op && out->items > 0 && step < STEPS_MAX; step++) {
        int64_t batch = wb_connector_batch(connector, self->account->options, op);
        int64_t calls = (out->items + batch - 1) / batch;

        out->fetches += calls;
        add_calls(self, op, calls, out);
        op = op->more ? wb_connector_op(connector, op->more) : NULL;
    }
}

wb_rc
wb_forecast_of(wb_feed *self, int64_t from_utc_us, int64_t to_utc_us, wb_forecast *out, wb_err *err)
{
    int64_t span_us = to_utc_us - from_utc_us, slice_us = wb_slice_us(self);
    const wb_op *op = wb_feed_page_op(self, (wb_view){NULL, 0});
    int64_t page;
    wb_rc rc;

    *out = (wb_forecast){.slices = slice_us ? (span_us + slice_us - 1) / slice_us : 1};
    if (!op)
        return wb_fail(err, WB_REJECT, "its list is read by no operation that is known");
    if (out->slices < 1)
        out->slices = 1;
    rc = expect_items(self, span_us, out, err);
    if (rc)
        return rc;
    page = wb_feed_batch(self, op);
    out->pages = out->slices;
    if (out->items > 0 && (out->items + page - 1) / page > out->pages)
        out->pages = (out->items + page - 1) / page;
    add_calls(self, op, out->pages, out);
    add_fetches(self, out);
    return WB_OK;
}

/* --- how far --- */

bool
wb_forecast_progress(wb_feed *self, wb_txn *txn, int64_t *permille, int64_t *ends_utc_us)
{
    const wb_cursor_row *at = &self->at;
    int64_t now_us = wb_now_utc_us(), span_us, read_us;
    wb_forecast rest;
    wb_run_row row;
    bool found = false;
    wb_err err = {0};

    *permille = *ends_utc_us = 0;
    if (!self->mode->ranged || !wb_run_is(&at->run) ||
        wb_runs_get(txn, self->account->shard, &at->run, &row, &found, &err) || !found)
        return false;
    span_us = row.to_utc_us - row.from_utc_us;
    read_us = at->slice_from_utc_us - row.from_utc_us;
    if (span_us > 0)
        *permille = read_us >= span_us ? 1000 : read_us > 0 ? scaled(1000, read_us, span_us) : 0;
    if (*permille >= LITTLE && now_us > row.start_utc_us)
        *ends_utc_us = now_us + (now_us - row.start_utc_us) * (1000 - *permille) / *permille;
    else if (!wb_forecast_of(self, at->slice_from_utc_us, row.to_utc_us, &rest, &err))
        *ends_utc_us = now_us + rest.seconds * WB_US_PER_S;
    return true;
}
