/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep - a list that tells all there is (wb_stream.whole) was read from its first page to its end:
 * what it did not name is there no more
 *
 *   proves    nothing, when it was not read in one life, a row of it could not be read, was lost
 *             here or is held somewhere, its pages told different totals or fewer rows than these,
 *             or when it has no row at all: that is more likely a fault
 *   begins    with the earliest request of its pages. What was heard of later than that was named
 *   told      when each of its rows has its receipt, so behind all of them, whatever lanes do: an
 *             item of its own, kind `swept`, in the transaction that completes the run's ledger
 *   stored    meta "sweep/account/stream", with the end of the run that it was; it goes with that
 *             item. The next run that proves something takes the place of one that still settles
 *   killed    while it is read: it proves nothing, the next one does. Behind that: as the rows say
 */
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "storage/vault.h"

/* Of a run that proves what is there no more, until its ledger is complete. */
typedef struct {
    wb_id run;
    int64_t begun_utc_us; /* by the vendor's clock */
    int64_t start_utc_us; /* of the run, by ours */
} noted;

static bool
is_sweep(const wb_feed *feed)
{
    const wb_record_def *def = wb_record_def_of(feed->stream->record_kind);

    return feed->stream->whole && def && def->unlisted;
}

/* --- what its pages bring --- */

void
wb_sweep_forget(wb_feed *feed)
{
    wb_map_destroy(&feed->sweep.rows);
    feed->sweep = (wb_sweep){0};
}

void
wb_sweep_spoil(wb_feed *feed, const char *why)
{
    if (!feed->sweep.why)
        feed->sweep.why = why;
}

static void
add_row(wb_sweep *self, const wb_item *item)
{
    uint64_t hash = wb_hash64(item->external.data, item->external.len, 0);

    (void)wb_map_put(self->rows, (wb_view){(const char *)&hash, sizeof hash}, self);
}

void
wb_sweep_page(wb_feed *feed, const wb_outcomes *out, int64_t sent_utc_us)
{
    wb_sweep *self = &feed->sweep;

    if (!is_sweep(feed))
        return;
    if (!feed->at.cursor.len) {
        wb_sweep_forget(feed);
        self->rows = wb_map_new();
        self->begun_utc_us = sent_utc_us;
        self->total = out->total;
    }
    if (!self->rows)
        return; /* its first page was read by a former life */
    if (sent_utc_us < self->begun_utc_us)
        self->begun_utc_us = sent_utc_us; /* what is known of the vendor's clock is better now */
    if (out->total != self->total)
        wb_sweep_spoil(feed, "its total changed while it was read");
    for (size_t i = 0; i < out->item_count; i++)
        add_row(self, &out->items[i]);
}

/* Why what was read proves nothing; NULL = it does. */
static const char *
why_not(const wb_sweep *self)
{
    if (!self->rows)
        return "it was not read in one life of the process";
    if (self->why)
        return self->why;
    if (!wb_map_count(self->rows))
        return "it has no row at all";
    if (self->total && wb_map_count(self->rows) != (size_t)self->total)
        return "it has not as many rows as it says";
    return NULL;
}

/* --- the end of its run --- */

static void
name_of(wb_buf *out, const wb_feed *feed)
{
    wb_buf_init(out, 4 * WB_KEY_MAX);
    wb_buf_addf(out, "sweep/%s/%s", feed->account->key, feed->stream->name);
}

int64_t
wb_sweep_end(wb_feed *feed)
{
    const char *why = is_sweep(feed) ? why_not(&feed->sweep) : NULL;
    int64_t begun_utc_us = why ? 0 : feed->sweep.begun_utc_us;

    if (why)
        wb_log(WB_WARN, "sweep.unproven", "account=%s stream=%s why='%s' next='the next run'",
               feed->account->key, feed->stream->name, why);
    if (is_sweep(feed)) {
        feed->unswept = why;
        wb_sweep_forget(feed);
    }
    return begun_utc_us;
}

wb_rc
wb_sweep_note(const wb_feed *feed, const wb_run_row *run, int64_t begun_utc_us, wb_txn *txn,
              wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    const noted row = {run->id, begun_utc_us, run->start_utc_us};

    if (!begun_utc_us)
        return WB_OK;
    name_of(&name, feed);
    return wb_meta_put(txn, wb_buf_view(&name), (wb_view){(const char *)&row, sizeof row}, err);
}

/* --- it is told --- */

static wb_rc
store(const wb_feed *feed, const wb_envelope *env, wb_txn *txn, wb_err *err)
{
    const wb_account *account = feed->account;
    wb_buf *bytes = &feed->poller->scratch;
    wb_arrival name = wb_inbox_arrival(feed->inbox);
    wb_job_row job = {.shard = account->shard,
                      .account = account->key_view,
                      .name = wb_arrival_view(&name),
                      .priority = env->priority,
                      .due_utc_us = -1, /* as a page stores it */
                      .stored_utc_us = wb_now_utc_us()};
    wb_rc rc;

    wb_buf_clear(bytes);
    rc = wb_envelope_store(env, bytes, err);
    job.envelope = wb_buf_view(bytes);
    return rc ? rc : wb_jobs_put(txn, &job, err);
}

/* Of no run: it is no row of the list. */
static wb_rc
put_item(const wb_feed *feed, const noted *sweep, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf root = {0};
    const wb_account *account = feed->account;
    const wb_root_name unnamed = {0};
    wb_envelope env = {.kind = WB_KIND_SWEPT,
                       .tenant = account->tenant,
                       .account = account->name,
                       .connector = wb_view_of(account->connector->name),
                       .record_kind = feed->stream->record_kind,
                       .stream = wb_view_of(feed->stream->name),
                       .source_utc_us = sweep->start_utc_us,
                       .observed_utc_us = sweep->begun_utc_us,
                       .priority = wb_feed_priority(feed, false)};
    wb_rc rc;

    wb_buf_init(&root, WB_KEY_MAX);
    rc = wb_root_print(&root, env.tenant, env.account, env.record_kind, &unnamed, err);
    if (rc)
        return rc;
    env.root = wb_buf_view(&root);
    env.id = wb_id_make(sweep->begun_utc_us, account->key_view, env.stream);
    wb_envelope_new_trace(&env);
    wb_envelope_hop(&env, WB_HOP_RECEIVED, wb_now_utc_us());
    return store(feed, &env, txn, err);
}

static wb_rc
take_note(const wb_feed *feed, const wb_id *run, noted *out, bool *found, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_rc rc;

    name_of(&name, feed);
    rc = wb_meta_get_exact(txn, wb_buf_view(&name), out, sizeof *out, found, err);
    *found = !rc && *found && memcmp(&out->run, run, sizeof *run) == 0;
    return *found ? wb_meta_delete(txn, wb_buf_view(&name), err) : rc;
}

/* A row that is held had been given to nobody who knows it: it may be named and not heard of. */
wb_rc
wb_sweep_complete(wb_poller *poller, const wb_run_delta *run, wb_txn *txn, wb_err *err)
{
    wb_run_row row;
    noted sweep = {0};
    bool found = false;
    wb_rc rc = wb_runs_get(txn, run->shard, &run->run, &row, &found, err);
    const wb_feed *feed = !rc && found ? wb_feed_find(poller, row.account, row.stream) : NULL;
    bool held = feed && row.outcomes[WB_OUTCOME_HELD] > 0;

    if (!feed || row.status != WB_RUN_COMPLETED || !is_sweep(feed))
        return rc;
    rc = take_note(feed, &run->run, &sweep, &found, txn, err);
    if (rc || !found || held)
        return rc;
    rc = put_item(feed, &sweep, txn, err);
    wb_kill_point("poller.swept");
    wb_inbox_put_back(poller);
    return rc;
}

wb_rc
wb_sweep_lost(wb_poller *poller, const wb_run_delta *run, wb_txn *txn, wb_err *err)
{
    wb_run_row row;
    noted sweep;
    bool found = false;
    wb_rc rc = wb_runs_get(txn, run->shard, &run->run, &row, &found, err);
    const wb_feed *feed = !rc && found ? wb_feed_find(poller, row.account, row.stream) : NULL;

    return feed && is_sweep(feed) ? take_note(feed, &run->run, &sweep, &found, txn, err) : rc;
}
