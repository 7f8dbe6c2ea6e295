/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slice - the pages of a run: a slice is a time range, its pages follow each other by a cursor
 *
 * Slices lie one behind the other, oldest first, and their seams overlap. The cursor is stored with
 * the items behind it, in one transaction, so that it never moves over a gap. It chooses the next
 * page's operation, too: of a chain (create a report, wait, get it) each step is a page.
 *
 *   refused    a cursor is tried three times, over restarts; then the slice begins anew without it.
 *              One that its connector gives up (too old to be taken) is not tried at all
 *   repeats    a page with just the records of an earlier one: asked for again, as if refused
 *   no end     pages whose cursors lead nowhere (pages.c): the slice begins anew
 *   anew       at half its length and after a back-off: a shorter one has fewer pages, in the end a
 *              single one. Stored before it is tried, told by log, status and the run. What was
 *              complete before stays so; what was read is kept, and recognised when it comes again
 *   grows      every slice that was read to its end doubles the length, up to the stream's own
 */
#include <stdio.h>

#include "actors/poller/poller.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"

#define SEAM_US (60 * WB_US_PER_S) /* neighbouring slices of a run read this twice */
#define SHORTEST_US WB_US_PER_S    /* channels are asked by whole seconds */
#define REFUSALS_MAX 3
#define ROOM_AGAIN_MS 10000

typedef struct {
    wb_feed *feed;
    wb_call call;
} page_call;

/* --- lengths --- */

static int64_t
own_us(const wb_feed *self)
{
    int64_t configured = self->conf ? self->conf->slice_ms : -1;

    return (configured >= 0 ? configured : self->stream->slice_ms) * WB_US_PER_MS;
}

int64_t
wb_slice_us(const wb_feed *self)
{
    int64_t own = own_us(self), shorter = self->at.slice_us;

    return shorter && (!own || shorter < own) ? shorter : own;
}

static int64_t
halved_us(const wb_feed *self)
{
    int64_t half = (self->at.slice_to_utc_us - self->at.slice_from_utc_us) / 2;

    return half > SHORTEST_US ? half : SHORTEST_US;
}

/* After a slice that was read to its end; 0 = as the stream has it. */
static int64_t
grown_us(const wb_feed *self)
{
    int64_t own = own_us(self), twice = 2 * self->at.slice_us;
    int64_t all = own ? own : self->at.bound_utc_us - self->at.slice_from_utc_us;

    return twice >= all ? 0 : twice;
}

/* The row behind the last page of a slice: the next one begins a seam earlier, at most half of what
 * was read. A longer seam leads back to where this one began, and the next, which is longer, may be
 * too long: the same would be read for ever. */
static void
next_slice(wb_feed *self, wb_cursor_row *next)
{
    int64_t len, half = (self->at.slice_to_utc_us - self->at.slice_from_utc_us) / 2;
    int64_t seam = half < SEAM_US ? half : SEAM_US;

    next->slice_us = self->at.slice_us = grown_us(self);
    len = wb_slice_us(self);
    next->cursor = (wb_view){0};
    next->slice_from_utc_us = self->at.slice_to_utc_us - seam;
    next->slice_to_utc_us = self->at.slice_to_utc_us + len;
    if (next->slice_to_utc_us > next->bound_utc_us || !len)
        next->slice_to_utc_us = next->bound_utc_us;
}

/* --- anew --- */

typedef struct {
    wb_write write;
    wb_feed *feed;
    int64_t after_ms;
} anew_write;

static wb_rc
anew_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    anew_write *self = WB_CONTAINER(write, anew_write, write);
    const wb_feed *feed = self->feed;
    const wb_account *account = feed->account;
    wb_run_delta run = {.run = feed->at.run, .shard = account->shard};
    wb_rc rc = wb_run_trouble(write, txn, &run, feed->error, err);

    return rc ? rc
              : wb_cursors_put(txn,
                               (wb_row_name){account->shard, account->key_view,
                                             wb_view_of(feed->stream->name)},
                               &feed->at, err);
}

static void
anew_done(wb_write *write)
{
    anew_write *self = WB_CONTAINER(write, anew_write, write);
    wb_feed *feed = self->feed;

    feed->reading = false;
    wb_feed_again(feed, self->after_ms);
    wb_free(&self);
    if (feed->asked)
        wb_feed_look(feed);
}

void
wb_slice_anew(wb_feed *self, const char *why)
{
    anew_write *anew = wb_alloc(sizeof *anew);
    wb_cursor_row *at = &self->at;

    wb_spooled_drop(self);
    at->trouble.anew++;
    at->trouble.refused = 0;
    anew->after_ms = wb_feed_backoff_ms(self, 0);
    at->slice_us = halved_us(self);
    if (at->slice_from_utc_us + at->slice_us < at->slice_to_utc_us)
        at->slice_to_utc_us = at->slice_from_utc_us + at->slice_us;
    at->cursor = (wb_view){0};
    wb_buf_clear(&self->cursor);
    wb_pages_forget(self);
    snprintf(self->anew_why, sizeof self->anew_why, "the slice begins anew (%llu): %s",
             (unsigned long long)at->trouble.anew, why);
    wb_feed_note(self, self->anew_why);
    wb_log(WB_WARN, "slice.anew",
           "account=%s stream=%s why='%s' times=%llu slice_s=%lld next=retry in_ms=%lld",
           self->account->key, self->stream->name, why, (unsigned long long)at->trouble.anew,
           (long long)(at->slice_us / WB_US_PER_S), (long long)anew->after_ms);
    anew->write = (wb_write){.apply = anew_apply, .done = anew_done};
    anew->feed = self;
    self->reading = true;
    wb_commit_add(wb_ctx_commit(self->poller->ctx), &anew->write);
}

/* --- a page --- */

/* The same request would be refused for ever, and what is wrong with it can only be its cursor:
 * the slice's first page was answered. */
static void
refused(wb_feed *self, bool given_up, const char *why, int64_t retry_ms)
{
    if (given_up || ++self->at.trouble.refused >= REFUSALS_MAX)
        wb_slice_anew(self, why);
    else
        wb_feed_failed(self, WB_REJECT, why, retry_ms);
}

/* Our disk is full, or the spool: nobody failed. */
static void
wait_for_room(wb_feed *self, const char *why)
{
    self->wait = WB_WAIT_PRESSURE;
    wb_log(WB_WARN, "spool.full", "account=%s stream=%s why='%s' next=retry in_ms=%d",
           self->account->key, self->stream->name, why, ROOM_AGAIN_MS);
    wb_feed_again(self, ROOM_AGAIN_MS);
}

static void
page_failed(wb_feed *self, const wb_exchange_result *result)
{
    int64_t retry_ms = result->out ? result->out->retry_ms : 0;

    self->reading = false;
    if (result->rc == WB_FULL)
        wait_for_room(self, result->err->text);
    else if (result->rc == WB_REJECT && result->end == WB_HTTP_ANSWERED && self->at.cursor.len)
        refused(self, false, result->err->text, retry_ms);
    else
        wb_feed_failed(self, result->rc, result->err->text, retry_ms);
    if (self->asked)
        wb_feed_look(self);
}

/* What should be here was not told: asked for once more, like a cursor that is refused. */
static void
repeated(wb_feed *self)
{
    self->reading = false;
    refused(self, false, "its pages have no end: one has just what an earlier one had", 0);
    if (self->asked)
        wb_feed_look(self);
}

/* A page that was read. */
static void
page_came(wb_feed *self, const wb_exchange_result *result)
{
    const char *nowhere;

    if (wb_pages_repeat(self, result->out)) {
        repeated(self);
        return;
    }
    nowhere = wb_pages_take(self, result->out);
    if (nowhere)
        wb_slice_anew(self, nowhere);
    else
        wb_slice_store(self, result->out, &(wb_page_input){.sent_utc_us = result->sent_utc_us});
}

/* The cursor row behind this page. */
static void
step(wb_feed *self, const wb_outcomes *out, wb_page_input *page, wb_cursor_row *next)
{
    page->out = out;
    page->reached_utc_us = out->reached_utc_us;
    page->cursor = next;
    if (out->total > 0 && self->at.slice_to_utc_us > self->at.slice_from_utc_us) {
        self->told_items = out->total;
        self->told_span_us = self->at.slice_to_utc_us - self->at.slice_from_utc_us;
    }
    if (out->cursor.len || out->again_ms) {
        *next = self->at;
        next->cursor = out->cursor;
        return;
    }
    page->slice_done = true;
    self->at.trouble.anew = 0;
    wb_feed_fine(self);
    wb_pages_forget(self);
    *next = self->at;
    next_slice(self, next);
}

void
wb_slice_store(wb_feed *feed, const wb_outcomes *out, wb_page_input *page)
{
    wb_cursor_row next;

    wb_feed_fine(feed);
    wb_sweep_page(feed, out, page->sent_utc_us);
    step(feed, out, page, &next);
    feed->at.cursor = (wb_view){0};
    wb_buf_clear(&feed->cursor);
    wb_buf_add_view(&feed->cursor, next.cursor);
    wb_page_store(feed, page);
    page->cursor = NULL; /* ours */
    if (next.cursor.len)
        next.cursor = wb_buf_view(&feed->cursor);
    if (page->slice_done && feed->at.slice_to_utc_us >= feed->at.bound_utc_us)
        next.slice_from_utc_us = next.slice_to_utc_us = feed->at.bound_utc_us;
    feed->at = next;
    if (out->again_ms)
        wb_feed_again(feed, out->again_ms);
}

static void
on_page(void *arg, const wb_exchange_result *result)
{
    page_call *self = arg;
    wb_feed *feed = self->feed;

    wb_kill_point("poller.answered");
    feed->page = NULL;
    wb_free(&self);
    if (!result->rc) /* an eighth of the new one each time */
        feed->page_took_us += (result->took_us - feed->page_took_us) / (feed->page_took_us ? 8 : 1);
    if (result->rc)
        page_failed(feed, result);
    else if (result->spooled)
        wb_spooled_store(feed, result);
    else
        page_came(feed, result);
}

void
wb_slice_read(wb_feed *self)
{
    const wb_op *op;
    page_call *call;
    wb_err err = {0};
    wb_rc rc;

    if (wb_feed_backs_off(self) || wb_feed_blocked(self))
        return;
    if (self->at.spooled) {
        wb_spooled_read(self);
        return;
    }
    op = wb_feed_page_op(self, self->at.cursor);
    if (!op) {
        refused(self, true, "its cursor is of a step that is not known any more", 0);
        return;
    }
    if (!wb_feed_enter(self, op))
        return;
    /* what it waited for before (the next scheduled run) must not hold up this one's next page */
    wb_timer_stop(wb_ctx_loop(self->poller->ctx), &self->timer);
    call = wb_alloc(sizeof *call);
    call->feed = self;
    call->call.op = op;
    call->call.stream = wb_view_of(self->stream->name);
    call->call.cursor = self->at.cursor;
    call->call.from_utc_us = self->at.slice_from_utc_us;
    call->call.to_utc_us = self->at.slice_to_utc_us;
    call->call.page_max = wb_feed_batch(self, op);
    call->call.full = self->at.full;
    self->page = call;
    self->reading = true;
    rc = wb_exchange_start(wb_ctx_exchanger(self->poller->ctx), self->account, &call->call, on_page,
                           call, &err);
    if (!rc)
        return;
    self->reading = false;
    wb_free(&self->page);
    if (rc == WB_REJECT && self->at.cursor.len)
        refused(self, true, err.text, 0);
    else
        wb_feed_failed(self, rc, err.text, 0);
}

void
wb_slice_close(wb_feed *self)
{
    wb_free(&self->page);
    wb_pages_forget(self);
    wb_sweep_forget(self);
}
