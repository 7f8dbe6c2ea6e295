/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trouble - what goes wrong with a stream: counted, told, and stored with its cursor
 *
 * A stream that fails waits ever longer. How often it failed in a row, since when, and why, lies in
 * the row of its cursor, so that a restart neither begins counting anew nor hides it.
 *
 *   killed before the commit   one try too few is counted
 *   a page is stored           its row has the trouble as it is by then: none, in most cases
 *   a good answer of a queue   what was stored is taken out, once
 */
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"

#define BACKOFF_DOUBLINGS_MAX 10

/* Exponential, full jitter; the other side's wish counts when it is longer. A slice that was begun
 * anew has failed as well, though its first pages may be good ones. */
int64_t
wb_feed_backoff_ms(const wb_feed *self, int64_t retry_ms)
{
    const wb_account_conf *conf = self->account->conf;
    const wb_stream_trouble *trouble = &self->at.trouble;
    uint64_t doublings = trouble->failures > trouble->anew ? trouble->failures : trouble->anew;
    int64_t most;
    uint64_t drawn;

    most = conf->backoff_min_ms << (doublings < BACKOFF_DOUBLINGS_MAX ? doublings
                                                                      : BACKOFF_DOUBLINGS_MAX);
    if (most > conf->backoff_max_ms)
        most = conf->backoff_max_ms;
    wb_random_bytes(&drawn, sizeof drawn);
    most = 1 + (int64_t)(drawn % (uint64_t)(most > 0 ? most : 1));
    return most > retry_ms ? most : retry_ms;
}

bool
wb_feed_backs_off(const wb_feed *self)
{
    return (self->at.trouble.failures || self->at.trouble.anew) && wb_timer_running(&self->timer);
}

static void
set_error(wb_feed *self, const char *why)
{
    snprintf(self->error, sizeof self->error, "%s", why);
    self->at.trouble.error = wb_view_of(self->error);
}

void
wb_feed_note(wb_feed *self, const char *why)
{
    wb_stream_trouble *trouble = &self->at.trouble;

    set_error(self, why);
    trouble->failures++;
    if (!trouble->since_utc_us)
        trouble->since_utc_us = wb_now_utc_us();
}

/* --- in the store --- */

typedef struct {
    wb_write write;
    wb_feed *feed;
    wb_cursor_row at;
    char error[200];
} trouble_write;

/* The rest of the row may have moved on since, or be another's to change: it stays. */
static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    trouble_write *self = WB_CONTAINER(write, trouble_write, write);
    const wb_account *account = self->feed->account;
    wb_view stream = wb_view_of(self->feed->stream->name);
    wb_cursor_row row = {0};
    bool found = false;
    wb_rc rc = wb_cursors_get(txn, (wb_row_name){account->shard, account->key_view, stream}, &row,
                              &found, err);

    row.trouble = self->at.trouble;
    return rc ? rc
              : wb_cursors_put(txn, (wb_row_name){account->shard, account->key_view, stream}, &row,
                               err);
}

static void
done(wb_write *write)
{
    trouble_write *self = WB_CONTAINER(write, trouble_write, write);

    wb_free(&self);
}

void
wb_feed_store_trouble(wb_feed *self)
{
    trouble_write *store = wb_alloc(sizeof *store);

    store->write = (wb_write){.apply = apply, .done = done};
    store->feed = self;
    store->at = self->at;
    memcpy(store->error, self->error, sizeof store->error);
    if (self->at.trouble.error.len)
        store->at.trouble.error = wb_view_of(store->error);
    self->trouble_stored = self->at.trouble.failures > 0;
    wb_commit_add(wb_ctx_commit(self->poller->ctx), &store->write);
}

wb_rc
wb_feed_load(wb_feed *self, wb_txn *txn, wb_err *err)
{
    const wb_account *account = self->account;
    bool found = false;
    wb_rc rc = wb_cursors_get(
        txn, (wb_row_name){account->shard, account->key_view, wb_view_of(self->stream->name)},
        &self->at, &found, err);

    if (rc || !found)
        return rc;
    wb_buf_add_view(&self->cursor, self->at.cursor);
    if (self->at.cursor.len)
        self->at.cursor = wb_buf_view(&self->cursor);
    if (self->at.trouble.error.len) {
        snprintf(self->error, sizeof self->error, "%.*s", WB_VIEW_ARG(self->at.trouble.error));
        self->at.trouble.error = wb_view_of(self->error);
    }
    if (self->at.trouble.anew)
        snprintf(self->anew_why, sizeof self->anew_why, "%s", self->error);
    self->trouble_stored = self->at.trouble.failures > 0;
    self->run = self->at.run;
    return WB_OK;
}

/* --- an answer --- */

void
wb_feed_failed(wb_feed *self, wb_rc rc, const char *why, int64_t retry_ms)
{
    int64_t after_ms;

    if (rc == WB_SUSPEND) {
        set_error(self, why);
        wb_gate_suspend(wb_ctx_gate(self->poller->ctx), self->account, why);
        wb_feed_again(self, 1); /* the gate says when one call looks again */
        return;
    }
    after_ms = wb_feed_backoff_ms(self, retry_ms);
    wb_feed_note(self, why);
    wb_feed_store_trouble(self);
    wb_log(WB_WARN, "pull.failed", "account=%s stream=%s why='%s' tries=%llu next=retry in_ms=%lld",
           self->account->key, self->stream->name, why,
           (unsigned long long)self->at.trouble.failures, (long long)after_ms);
    wb_feed_again(self, after_ms);
}

void
wb_feed_fine(wb_feed *self)
{
    wb_stream_trouble *trouble = &self->at.trouble;

    trouble->failures = trouble->refused = 0;
    if (trouble->anew) { /* that holds until its end */
        set_error(self, self->anew_why);
        return;
    }
    *trouble = (wb_stream_trouble){0};
    self->error[0] = '\0';
    if (self->trouble_stored && !self->mode->stored) /* no row of a cursor says it */
        wb_feed_store_trouble(self);
}
