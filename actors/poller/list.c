/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list - list streams: a schedule starts a run, a run is made of slices, a slice of pages
 *
 * Slices are time ranges, oldest first (slice.c). The next run starts where the vendor said that it
 * had told everything, minus the overlap: never at "now". A run that somebody wants begun anew ends
 * as failed, in the transaction that begins the next.
 */
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define FULL_OFF "off"
#define LOOK_MAX_MS                                                                                \
    (3600 * WB_MS_PER_S) /* a clock may jump: look at the schedule at least hourly */

static int64_t
setting(int64_t configured, int64_t fallback)
{
    return configured >= 0 ? configured : fallback;
}

static int64_t
first_us(const wb_feed *self)
{
    return setting(self->conf ? self->conf->first_ms : -1, self->stream->first_ms) * WB_US_PER_MS;
}

/* Of a full run; 0 = as far as the first one. */
static int64_t
full_us(const wb_feed *self)
{
    int64_t full =
        setting(self->conf ? self->conf->full_ms : -1, self->stream->full_ms) * WB_US_PER_MS;

    return full ? full : first_us(self);
}

static int64_t
overlap_us(const wb_feed *self)
{
    return setting(self->conf ? self->conf->overlap_ms : -1, self->stream->overlap_ms) *
           WB_US_PER_MS;
}

int64_t
wb_list_margin_us(const wb_feed *self)
{
    return setting(self->conf ? self->conf->margin_ms : -1, self->stream->margin_ms) * WB_US_PER_MS;
}

static wb_view
stream_name(const wb_feed *self)
{
    return wb_view_of(self->stream->name);
}

/* --- the schedule --- */

/* When such a schedule comes true after `after_utc_us`; 0 = never. */
static int64_t
next_of(const wb_feed *self, const char *cron, int64_t after_utc_us)
{
    const char *zone =
        self->conf && *self->conf->zone ? self->conf->zone : wb_ctx_config(self->poller->ctx)->zone;
    int64_t at = 0;
    wb_err err = {0};

    if (wb_cron_next(cron, zone, after_utc_us, &at, &err))
        wb_log(WB_ERROR, "schedule.bad", "account=%s stream=%s why='%s'", self->account->key,
               self->stream->name, err.text);
    return at;
}

/* When the next full run is due; 0 = on demand only. */
static int64_t
next_full(const wb_feed *self, int64_t after_utc_us)
{
    const char *cron =
        self->conf && *self->conf->full_cron ? self->conf->full_cron : self->stream->full_cron;

    return cron && strcmp(cron, FULL_OFF) != 0 ? next_of(self, cron, after_utc_us) : 0;
}

/* The same of an ordinary one. */
static int64_t
next_ordinary(const wb_feed *self, int64_t after_utc_us)
{
    const char *cron = self->conf && *self->conf->cron ? self->conf->cron : self->stream->cron;
    int64_t interval_ms = self->conf ? self->conf->interval_ms : 0;

    if (!interval_ms && !(self->conf && *self->conf->cron))
        interval_ms = self->stream->interval_ms;
    if (interval_ms)
        return after_utc_us + interval_ms * WB_US_PER_MS;
    return cron ? next_of(self, cron, after_utc_us) : 0;
}

static int64_t
next_start(const wb_feed *self, int64_t after_utc_us)
{
    int64_t full = next_full(self, after_utc_us), ordinary = next_ordinary(self, after_utc_us);

    return full && (!ordinary || full < ordinary) ? full : ordinary;
}

/* Has a full run come due since the last run began, of whatever kind? So it is known after a
 * restart as well, and a run that was late, or that a person asked for, takes none away. */
static bool
full_is_due(const wb_feed *self)
{
    int64_t since = self->at.last_start_utc_us, at = since ? next_full(self, since) : 0;

    return at && at <= wb_now_utc_us();
}

/* The scheduled run, or a full sync that is due before it; 0 = neither. */
static int64_t
next_look(const wb_feed *self)
{
    int64_t heal_us = wb_heal_at(self);

    return heal_us && (!self->next_utc_us || heal_us < self->next_utc_us) ? heal_us
                                                                          : self->next_utc_us;
}

static void
schedule(wb_feed *self)
{
    int64_t now_us = wb_now_utc_us(), latest_us, at_us, left_ms;

    if (!self->next_utc_us)
        self->next_utc_us =
            next_start(self, self->at.last_start_utc_us ? self->at.last_start_utc_us : now_us);
    /* a last start that lies ahead was written by a clock that has been set back */
    latest_us = next_start(self, now_us);
    if (self->next_utc_us > latest_us)
        self->next_utc_us = latest_us;
    at_us = next_look(self);
    if (!at_us)
        return;
    left_ms = (at_us - now_us) / WB_US_PER_MS + 1;
    if (left_ms < 1)
        left_ms = 1;
    wb_feed_again(self, left_ms < LOOK_MAX_MS ? left_ms : LOOK_MAX_MS);
}

/* --- a run begins --- */

typedef struct {
    wb_write write;
    wb_feed *feed;
    wb_run_row row;
    wb_id left; /* the run that was under way; zero = none */
    bool whole; /* it reads all that a full sync reads */
} begin_write;

/* A person did not want to wait for it. What it has read is kept. */
static wb_rc
leave_run(begin_write *self, wb_txn *txn, wb_err *err)
{
    uint16_t shard = self->feed->account->shard;
    wb_rc rc;

    if (!wb_run_is(&self->left))
        return WB_OK;
    rc = wb_run_close(&self->write, txn, shard, &self->left, "begun anew by hand", err);
    return rc ? rc : wb_heal_left(self->feed, &self->left, txn, err);
}

static wb_rc
begin_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    begin_write *self = WB_CONTAINER(write, begin_write, write);
    wb_feed *feed = self->feed;
    wb_rc rc = leave_run(self, txn, err);

    if (!rc)
        rc = wb_run_begin(write, txn, &self->row, err);
    wb_kill_point("poller.run_begins");
    if (!rc && self->whole)
        rc = wb_heal_begun(feed, &self->row, txn, err);
    return rc ? rc
              : wb_cursors_put(
                    txn,
                    (wb_row_name){feed->account->shard, feed->account->key_view, stream_name(feed)},
                    &feed->at, err);
}

static void
begin_done(wb_write *write)
{
    begin_write *self = WB_CONTAINER(write, begin_write, write);
    wb_feed *feed = self->feed;

    wb_log(WB_INFO, "run.begin", "account=%s stream=%s full=%d", feed->account->key,
           feed->stream->name, feed->at.full);
    feed->reading = feed->beginning = false;
    wb_sync_begun(feed);
    wb_heal_reload(feed);
    wb_free(&self);
    wb_feed_look(feed);
}

/* By the vendor's clock, as far as it is known. */
static int64_t
newest_us(const wb_feed *self)
{
    return wb_now_utc_us() + self->account->clock_offset_us - wb_list_margin_us(self);
}

/* A full run reads at least what an ordinary one would: after a long silence, more than first_ms.
 */
void
wb_list_range(const wb_feed *self, const wb_list_ask *ask, wb_list_slice *out)
{
    const wb_cursor_row *at = &self->at;
    int64_t newest = newest_us(self);

    out->full = ask->full || (!at->complete_utc_us && !ask->from_utc_us);
    out->from_utc_us = newest - (ask->full ? full_us(self) : first_us(self));
    if (at->complete_utc_us &&
        (!out->full || at->complete_utc_us - overlap_us(self) < out->from_utc_us))
        out->from_utc_us = at->complete_utc_us - overlap_us(self);
    if (ask->from_utc_us)
        out->from_utc_us = ask->from_utc_us;
    out->bound_utc_us = ask->to_utc_us && ask->to_utc_us < newest ? ask->to_utc_us : newest;
    if (out->from_utc_us > out->bound_utc_us)
        out->from_utc_us = out->bound_utc_us;
    out->to_utc_us = out->bound_utc_us;
    if (wb_slice_us(self) && out->from_utc_us + wb_slice_us(self) < out->bound_utc_us)
        out->to_utc_us = out->from_utc_us + wb_slice_us(self);
}

static void
begin_run(wb_feed *self)
{
    begin_write *begin = wb_alloc(sizeof *begin);
    int64_t now_us = wb_now_utc_us();
    wb_cursor_row *at = &self->at;
    wb_list_slice first;

    self->full_due = self->full_due || full_is_due(self);
    if (!self->asked)
        self->ask.full = self->full_due;
    wb_list_range(self, &self->ask, &first);
    if (first.full && !self->ask.from_utc_us && !self->ask.to_utc_us)
        self->full_due = false;
    begin->left = at->run;
    at->full = first.full;
    at->run = wb_run_is(&self->ask.run) ? self->ask.run : wb_id_run(now_us);
    at->last_start_utc_us = now_us;
    at->bound_utc_us = first.bound_utc_us;
    at->cursor = (wb_view){0};
    wb_spooled_drop(self);
    at->slice_from_utc_us = first.from_utc_us;
    at->slice_to_utc_us = first.to_utc_us;
    at->trouble = (wb_stream_trouble){0};
    self->error[0] = '\0';
    wb_pages_forget(self);
    self->run = at->run;
    self->run_start_utc_us = now_us;
    begin->whole = at->full && !self->ask.from_utc_us && !self->ask.to_utc_us;
    self->asked = false;
    self->ask = (wb_list_ask){0};
    self->next_utc_us = 0;
    begin->write = (wb_write){.apply = begin_apply, .done = begin_done};
    begin->feed = self;
    begin->row = (wb_run_row){.id = at->run,
                              .shard = self->account->shard,
                              .account = self->account->key_view,
                              .stream = stream_name(self),
                              .status = WB_RUN_RUNNING,
                              .full = at->full,
                              .from_utc_us = first.from_utc_us,
                              .to_utc_us = first.bound_utc_us,
                              .start_utc_us = now_us};
    self->reading = self->beginning = true;
    wb_commit_add(wb_ctx_commit(self->poller->ctx), &begin->write);
}

/* --- a run ends --- */

typedef struct {
    wb_write write;
    wb_feed *feed;
    wb_id run;
    wb_cursor_row at;
    int64_t before_utc_us, reached_utc_us; /* complete until here before, and by this run */
    int64_t swept_utc_us;                  /* it proves what was there no more then; 0 = nothing */
} end_write;

/* A run that was asked for may begin behind what was read last: then something lies between, which
 * the next ordinary run still has to read. */
static bool
leaves_a_gap(const end_write *self, const wb_run_row *row)
{
    if (self->before_utc_us)
        return row->from_utc_us > self->before_utc_us;
    return row->from_utc_us > row->to_utc_us - first_us(self->feed);
}

static wb_rc
end_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    end_write *self = WB_CONTAINER(write, end_write, write);
    const wb_account *account = self->feed->account;
    const wb_run_delta run = {.run = self->run, .shard = account->shard};
    wb_run_row row;
    bool found = false;
    wb_rc rc = wb_runs_get(txn, account->shard, &self->run, &row, &found, err);

    self->at.complete_utc_us = self->before_utc_us;
    if (!rc && self->reached_utc_us > self->before_utc_us && !(found && leaves_a_gap(self, &row)))
        self->at.complete_utc_us = self->reached_utc_us;
    if (!rc && found)
        rc = wb_sweep_note(self->feed, &row, self->swept_utc_us, txn, err);
    if (!rc)
        rc = wb_run_close(write, txn, account->shard, &self->run, NULL, err);
    if (!rc)
        rc = wb_sweep_complete(self->feed->poller, &run, txn, err);
    if (!rc)
        rc = wb_heal_ended(self->feed, &self->run, txn, err);
    return rc ? rc
              : wb_cursors_put(
                    txn, (wb_row_name){account->shard, account->key_view, stream_name(self->feed)},
                    &self->at, err);
}

static void
end_done(wb_write *write)
{
    end_write *self = WB_CONTAINER(write, end_write, write);
    wb_feed *feed = self->feed;

    wb_log(WB_INFO, "run.read", "account=%s stream=%s", feed->account->key, feed->stream->name);
    feed->at.complete_utc_us = self->at.complete_utc_us;
    feed->reading = false;
    wb_heal_reload(feed);
    wb_free(&self);
    wb_feed_look(feed);
}

static void
end_run(wb_feed *self, int64_t reached_utc_us)
{
    end_write *end = wb_alloc(sizeof *end);
    wb_cursor_row *at = &self->at;

    end->write = (wb_write){.apply = end_apply, .done = end_done};
    end->feed = self;
    end->run = at->run;
    if (!reached_utc_us || reached_utc_us > at->bound_utc_us)
        reached_utc_us = at->bound_utc_us;
    /* the end that our clock set is not believed when the clock turns out to have been ahead */
    if (reached_utc_us > newest_us(self))
        reached_utc_us = newest_us(self);
    end->before_utc_us = at->complete_utc_us;
    end->swept_utc_us = wb_sweep_end(self);
    end->reached_utc_us = reached_utc_us;
    at->last_end_utc_us = at->synced_utc_us = wb_now_utc_us();
    if (at->full)
        at->full_synced_utc_us = at->synced_utc_us;
    at->run = (wb_id){0};
    at->cursor = (wb_view){0};
    at->slice_from_utc_us = at->slice_to_utc_us = at->bound_utc_us = 0;
    at->full = false;
    self->run = at->run;
    end->at = *at;
    self->reading = true;
    wb_commit_add(wb_ctx_commit(self->poller->ctx), &end->write);
}

/* --- called from outside --- */

static void
page_stored(wb_feed *self, bool slice_done, int64_t reached_utc_us)
{
    wb_kill_point("poller.page");
    self->reading = false;
    if (slice_done && self->at.slice_from_utc_us >= self->at.bound_utc_us)
        end_run(self, reached_utc_us);
    else if (self->asked || !wb_timer_running(&self->timer))
        wb_feed_look(self);
}

static void
list_look(wb_feed *self)
{
    if (self->reading || self->poller->draining)
        return;
    if (wb_run_is(&self->at.run) && !(self->asked && self->ask.restart)) {
        wb_slice_read(self);
        return;
    }
    if (!self->asked && self->full_due)
        self->asked = self->ask.full = true; /* a run that was asked for came before it */
    if (!self->asked && wb_heal_at(self) && wb_now_utc_us() >= wb_heal_at(self))
        self->asked = self->ask.full = true;
    if (self->asked || (self->next_utc_us && wb_now_utc_us() >= self->next_utc_us)) {
        begin_run(self);
        return;
    }
    schedule(self);
}

wb_view
wb_list_next_text(wb_feed *self, char *dst, size_t size)
{
    char text[WB_TIME_TEXT_MAX + 1] = "";
    int64_t at_us = next_look(self);

    if (at_us)
        wb_time_text(text, at_us, false);
    snprintf(dst, size, "%s", text);
    return wb_view_of(dst);
}

static void
list_close(wb_feed *self)
{
    wb_slice_close(self);
    wb_sync_close(self);
}

const wb_feed_mode wb_list_mode = {
    .look = list_look,
    .stored = page_stored,
    .close = list_close,
    .ranged = true,
};
