/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - the ledger: read = handed on + unchanged + stale + merged + filtered + parked + held
 *
 * The row changes in the transactions that change what it counts. A run's progress is told at most
 * once a second, by the row as it stands then; its end at once.
 */
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"

#define PROGRESS_MS 1000

bool
wb_run_is(const wb_id *run)
{
    static const wb_id none;

    return memcmp(run, &none, sizeof none) != 0;
}

/* --- the event: {"run","account","stream","status","full","read","outcomes","start","end",
 * "from","to","slices","error"} --- */

static void
tell(wb_write *write, const wb_run_row *row)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, 4096);
    wb_pack_map(&out, 13);
    wb_pack_member_bytes(&out, "run", (wb_view){(const char *)&row->id, sizeof row->id});
    wb_pack_member_text(&out, "account", row->account);
    wb_pack_member_text(&out, "stream", row->stream);
    wb_pack_member_text(&out, "status", wb_view_of(wb_run_status_name(row->status)));
    wb_pack_member_int(&out, "full", row->full);
    wb_pack_member_int(&out, "read", (int64_t)row->read);
    wb_pack_text(&out, WB_VIEW_LIT("outcomes"));
    wb_pack_array(&out, WB_OUTCOME_COUNT);
    for (int i = 0; i < WB_OUTCOME_COUNT; i++)
        wb_pack_uint(&out, row->outcomes[i]);
    wb_pack_member_int(&out, "start", row->start_utc_us);
    wb_pack_member_int(&out, "end", row->end_utc_us);
    wb_pack_member_int(&out, "from", row->from_utc_us);
    wb_pack_member_int(&out, "to", row->to_utc_us);
    wb_pack_member_int(&out, "slices", (int64_t)row->slices);
    wb_pack_member_text(&out, "error", row->error);
    wb_commit_event(write, WB_TOPIC_RUN, wb_buf_view(&out));
}

/* --- inside transactions --- */

wb_rc
wb_run_begin(wb_write *write, wb_txn *txn, const wb_run_row *row, wb_err *err)
{
    wb_rc rc = wb_runs_put(txn, row, err);

    if (!rc)
        tell(write, row);
    return rc;
}

/* A run that is read to its end and has nothing open is through; `held` ones are settled later, by
 * events of those who hold them. */
static bool
complete(wb_run_row *row)
{
    if (row->status != WB_RUN_SETTLING || wb_run_open_items(row))
        return false;
    row->status = WB_RUN_COMPLETED;
    row->end_utc_us = wb_now_utc_us();
    return true;
}

static void
make_dirty(wb_poller *poller, const wb_run_delta *delta)
{
    wb_view key = {(const char *)&delta->run, sizeof delta->run};
    wb_run_delta *dirty;

    if (wb_map_find(poller->dirty_runs, key))
        return;
    dirty = wb_alloc(sizeof *dirty);
    *dirty = *delta;
    wb_map_put(poller->dirty_runs, key, dirty);
    if (!wb_timer_running(&poller->progress_timer))
        wb_timer_start(wb_ctx_loop(poller->ctx), &poller->progress_timer, PROGRESS_MS);
}

wb_rc
wb_run_count(wb_poller *poller, wb_write *write, wb_txn *txn, const wb_run_delta *delta,
             wb_err *err)
{
    wb_run_row row;
    bool found = false, through;
    wb_rc rc;

    if (!wb_run_is(&delta->run))
        return WB_OK;
    rc = wb_runs_get(txn, delta->shard, &delta->run, &row, &found, err);
    if (rc || !found)
        return rc;
    row.read += delta->read;
    for (int i = 0; i < WB_OUTCOME_COUNT; i++)
        row.outcomes[i] += delta->counts[i];
    row.updated_utc_us = wb_now_utc_us();
    through = complete(&row);
    if (through)
        tell(write, &row);
    else
        make_dirty(poller, delta);
    rc = wb_runs_put(txn, &row, err);
    return rc || !through ? rc : wb_sweep_complete(poller, delta, txn, err);
}

wb_rc
wb_run_close(wb_write *write, wb_txn *txn, uint16_t shard, const wb_id *run, const char *error,
             wb_err *err)
{
    wb_run_row row;
    bool found = false;
    wb_rc rc = wb_runs_get(txn, shard, run, &row, &found, err);

    if (rc || !found || row.status > WB_RUN_RUNNING)
        return rc;
    row.status = error ? WB_RUN_FAILED : WB_RUN_SETTLING;
    row.error = wb_view_of(error);
    row.updated_utc_us = wb_now_utc_us();
    if (error)
        row.end_utc_us = row.updated_utc_us;
    complete(&row);
    tell(write, &row);
    return wb_runs_put(txn, &row, err);
}

wb_rc
wb_run_trouble(wb_write *write, wb_txn *txn, const wb_run_delta *run, const char *error,
               wb_err *err)
{
    wb_run_row row;
    bool found = false;
    wb_rc rc = wb_runs_get(txn, run->shard, &run->run, &row, &found, err);

    if (rc || !found || row.status > WB_RUN_RUNNING)
        return rc;
    row.error = wb_view_of(error);
    row.updated_utc_us = wb_now_utc_us();
    tell(write, &row);
    return wb_runs_put(txn, &row, err);
}

/* --- progress --- */

typedef struct {
    wb_write write;
    wb_poller *poller;
} progress_write;

static wb_rc
progress_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    progress_write *self = WB_CONTAINER(write, progress_write, write);
    wb_run_delta *dirty;
    wb_run_row row;
    bool found = false;
    wb_rc rc = WB_OK;

    for (size_t at = 0; !rc && (dirty = wb_map_next(self->poller->dirty_runs, &at, NULL));) {
        rc = wb_runs_get(txn, dirty->shard, &dirty->run, &row, &found, err);
        if (!rc && found)
            tell(write, &row);
    }
    return rc;
}

static void
dirty_clear(wb_poller *poller)
{
    wb_run_delta *dirty;

    for (size_t at = 0; (dirty = wb_map_next(poller->dirty_runs, &at, NULL));)
        wb_free(&dirty);
    wb_map_destroy(&poller->dirty_runs);
}

static void
progress_done(wb_write *write)
{
    progress_write *self = WB_CONTAINER(write, progress_write, write);

    dirty_clear(self->poller);
    self->poller->dirty_runs = wb_map_new();
    wb_free(&self);
}

static void
on_progress(wb_timer *timer, void *arg)
{
    wb_poller *poller = arg;
    progress_write *self = wb_alloc(sizeof *self);

    (void)timer;
    self->write = (wb_write){.apply = progress_apply, .done = progress_done};
    self->poller = poller;
    wb_commit_add(wb_ctx_commit(poller->ctx), &self->write);
}

void
wb_run_progress_init(wb_poller *poller)
{
    poller->dirty_runs = wb_map_new();
    poller->progress_timer = (wb_timer){.fire = on_progress, .arg = poller};
}

void
wb_run_progress_close(wb_poller *poller)
{
    wb_timer_stop(wb_ctx_loop(poller->ctx), &poller->progress_timer);
    if (poller->dirty_runs)
        dirty_clear(poller);
}

/* --- what a former process left --- */

typedef struct {
    wb_write write;
    wb_poller *poller;
    wb_txn *txn; /* of the scan */
    wb_run_delta *left;
    size_t count, cap;
} left_runs;

/* A run with an end goes on at its cursor, be it when its account is configured again. */
static wb_rc
goes_on(const left_runs *self, const wb_run_row *row, bool *out, wb_err *err)
{
    const wb_feed *feed = wb_feed_find(self->poller, row->account, row->stream);
    wb_cursor_row at;
    bool found = false;
    wb_rc rc;

    *out = feed && feed->mode->ranged;
    if (feed)
        return WB_OK;
    rc = wb_cursors_get(self->txn, (wb_row_name){row->shard, row->account, row->stream}, &at,
                        &found, err);
    *out = !rc && found && memcmp(&at.run, &row->id, sizeof row->id) == 0;
    return rc;
}

static wb_rc
left_row(void *arg, const wb_run_row *row, wb_err *err)
{
    left_runs *self = arg;
    bool on = true;
    wb_rc rc = row->status > WB_RUN_RUNNING ? WB_OK : goes_on(self, row, &on, err);

    if (rc || on)
        return rc;
    if (self->count == self->cap) {
        self->cap = self->cap ? self->cap * 2 : 16;
        self->left = wb_realloc(self->left, self->cap * sizeof *self->left);
    }
    self->left[self->count++] = (wb_run_delta){.run = row->id, .shard = row->shard};
    return WB_OK;
}

static wb_rc
left_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    left_runs *self = WB_CONTAINER(write, left_runs, write);
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->count; i++)
        rc = wb_run_close(write, txn, self->left[i].shard, &self->left[i].run, NULL, err);
    return rc;
}

static void
left_done(wb_write *write)
{
    left_runs *self = WB_CONTAINER(write, left_runs, write);

    wb_free(&self->left);
    wb_free(&self);
}

wb_rc
wb_run_close_left(wb_poller *poller, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    left_runs *self = wb_alloc(sizeof *self);
    const wb_shard_claim *claims;
    size_t count;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(poller->ctx), false, err);

    self->write = (wb_write){.apply = left_apply, .done = left_done};
    self->poller = poller;
    self->txn = txn;
    claims = wb_ctx_claims(poller->ctx, &count);
    for (size_t i = 0; !rc && i < count; i++)
        rc = wb_runs_scan(txn, claims[i].shard, left_row, self, err);
    self->txn = NULL;
    if (rc) {
        left_done(&self->write);
        return rc;
    }
    wb_commit_add(wb_ctx_commit(poller->ctx), &self->write);
    return WB_OK;
}

/* --- status --- */

typedef struct {
    uint64_t runs, open, read, outcomes[WB_OUTCOME_COUNT];
} run_sums;

static wb_rc
sum_row(void *arg, const wb_run_row *row, wb_err *err)
{
    run_sums *sums = arg;

    (void)err;
    sums->runs++;
    sums->open += wb_run_open_items(row);
    sums->read += row->read;
    for (int i = 0; i < WB_OUTCOME_COUNT; i++)
        sums->outcomes[i] += row->outcomes[i];
    return WB_OK;
}

void
wb_run_write_status(wb_poller *poller, wb_json_writer *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    const wb_shard_claim *claims;
    run_sums sums = {0};
    wb_err err = {0};
    size_t count;

    claims = wb_ctx_claims(poller->ctx, &count);
    if (wb_txn_begin(&txn, wb_ctx_store(poller->ctx), false, &err))
        return;
    for (size_t i = 0; i < count; i++)
        wb_ignore(wb_runs_scan(txn, claims[i].shard, sum_row, &sums, &err), "shown as far as read");
    wb_json_put_key(out, "ledger");
    wb_json_open(out, '{');
    wb_json_member_int(out, "runs", (int64_t)sums.runs);
    wb_json_member_int(out, "open", (int64_t)sums.open);
    wb_json_member_int(out, "read", (int64_t)sums.read);
    for (int i = WB_OUTCOME_HANDED_ON; i <= WB_OUTCOME_HELD; i++)
        wb_json_member_int(out, wb_outcome_name((wb_outcome)i), (int64_t)sums.outcomes[i]);
    wb_json_close(out, '}');
}
