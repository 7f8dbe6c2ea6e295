/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed - a stream of an account: what it pulls, and what may hold it up
 */
#include <assert.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/own.h"

#define LOOK_AGAIN_MS 1000

static const wb_feed_mode *const modes[] = {
    [WB_STREAM_QUEUE] = &wb_queue_mode,
    [WB_STREAM_LIST] = &wb_list_mode,
};

void
wb_feed_look(wb_feed *self)
{
    self->mode->look(self);
}

wb_priority
wb_feed_priority(const wb_feed *self, bool full)
{
    if (self->mode->live)
        return WB_PRIORITY_LIVE;
    return full ? WB_PRIORITY_BACKFILL : WB_PRIORITY_INCREMENTAL;
}

static void
on_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    wb_feed_look(arg);
}

void
wb_feed_again(wb_feed *self, int64_t after_ms)
{
    wb_timer_start(wb_ctx_loop(self->poller->ctx), &self->timer, after_ms);
}

int
wb_feed_batch(const wb_feed *self, const wb_op *op)
{
    return wb_connector_batch(self->account->connector, self->account->options, op);
}

const wb_op *
wb_feed_page_op(const wb_feed *self, wb_view cursor)
{
    return wb_connector_page(self->account->connector, self->account->options, self->stream,
                             cursor);
}

bool
wb_feed_blocked(wb_feed *self)
{
    self->wait = WB_WAIT_NONE;
    if (self->poller->draining)
        self->wait = WB_WAIT_DRAIN;
    else if (wb_store_pressure(wb_ctx_store(self->poller->ctx), NULL, 0) != WB_PRESSURE_NONE ||
             wb_inbox_stored(self->inbox) >= (size_t)self->account->conf->held_rows)
        self->wait = WB_WAIT_PRESSURE;
    if (self->wait == WB_WAIT_PRESSURE && !wb_timer_running(&self->timer))
        wb_feed_again(self, LOOK_AGAIN_MS);
    return self->wait != WB_WAIT_NONE;
}

bool
wb_feed_enter(wb_feed *self, const wb_op *op)
{
    wb_loop *loop = wb_ctx_loop(self->poller->ctx);
    wb_priority priority = wb_feed_priority(self, self->at.full);
    int64_t until_ms = 0, now_ms = wb_loop_now_ms(loop);

    self->wait =
        wb_gate_enter(wb_ctx_gate(self->poller->ctx), self->account, op, priority, &until_ms);
    self->waiting_gate = self->wait != WB_WAIT_NONE;
    if (self->waiting_gate && until_ms > now_ms)
        wb_feed_again(self, until_ms - now_ms);
    return !self->waiting_gate;
}

wb_feed *
wb_feed_find(wb_poller *poller, wb_view account, wb_view stream)
{
    for (size_t i = 0; i < poller->feed_count; i++) {
        wb_feed *feed = &poller->feeds[i];
        if (wb_view_is(stream, feed->stream->name) &&
            (wb_view_eq(account, feed->account->key_view) ||
             wb_view_eq(account, feed->account->name)))
            return feed;
    }
    return NULL;
}

static void
on_gate_open(void *arg, wb_account *account, const wb_op *op)
{
    wb_poller *poller = arg;

    (void)op;
    for (size_t i = 0; i < poller->feed_count; i++)
        if (poller->feeds[i].waiting_gate && (!account || poller->feeds[i].account == account))
            wb_feed_look(&poller->feeds[i]);
}

/* --- opening --- */

static void
feed_init(wb_feed *self, wb_inbox *inbox, const wb_stream *stream)
{
    const wb_connector *connector = inbox->account->connector;

    self->poller = inbox->poller;
    self->inbox = inbox;
    self->account = inbox->account;
    self->stream = stream;
    assert((size_t)stream->mode < WB_COUNT(modes));
    self->mode = modes[stream->mode];
    self->conf = wb_config_stream(inbox->account->conf, stream->name);
    self->pull = wb_connector_pull(connector, inbox->account->options, stream);
    self->ack = stream->ack ? wb_connector_op(connector, stream->ack) : NULL;
    self->release = stream->release ? wb_connector_op(connector, stream->release) : NULL;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    self->receivers = 1;
    wb_list_init(&self->acks);
    wb_list_init(&self->acks_later);
    wb_list_init(&self->calls);
    wb_list_init(&self->syncs);
    wb_buf_init(&self->cursor, WB_BODY_MAX);
    wb_notice_open(self);
}

static void
open_account(wb_poller *poller, wb_account *account)
{
    const wb_stream *stream = account->connector->streams;
    wb_inbox *inbox = &poller->inboxes[poller->inbox_count++];

    inbox->poller = poller;
    inbox->account = account;
    wb_way_open(&inbox->way, poller->holder, account->key_view);
    for (; stream && stream->name; stream++)
        if (wb_config_reads(account->conf, stream))
            feed_init(&poller->feeds[poller->feed_count++], inbox, stream);
}

static size_t
count_streams(wb_accounts *accounts)
{
    size_t count = 0;

    for (size_t i = 0; i < wb_accounts_count(accounts); i++) {
        const wb_stream *stream = wb_accounts_at(accounts, i)->connector->streams;
        for (; stream && stream->name; stream++)
            count++;
    }
    return count;
}

wb_rc
wb_feeds_open(wb_poller *poller, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_accounts *accounts = wb_ctx_accounts(poller->ctx);
    wb_rc rc = WB_OK;

    poller->inboxes = wb_alloc(wb_accounts_count(accounts) * sizeof *poller->inboxes);
    poller->feeds = wb_alloc(count_streams(accounts) * sizeof *poller->feeds);
    for (size_t i = 0; i < wb_accounts_count(accounts); i++) {
        wb_account *account = wb_accounts_at(accounts, i);
        if (account->connector->streams && wb_ctx_owns(poller->ctx, account->shard))
            open_account(poller, account);
    }
    for (size_t i = 0; !rc && i < poller->inbox_count; i++)
        rc = wb_inbox_load(&poller->inboxes[i], err);
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(poller->ctx), false, err);
    for (size_t i = 0; !rc && i < poller->feed_count; i++)
        rc = wb_feed_load(&poller->feeds[i], txn, err);
    wb_gate_on_open(wb_ctx_gate(poller->ctx), on_gate_open, poller);
    return rc;
}

void
wb_feeds_close(wb_poller *poller)
{
    for (size_t i = 0; i < poller->feed_count; i++) {
        wb_feed *feed = &poller->feeds[i];
        wb_timer_stop(wb_ctx_loop(poller->ctx), &feed->timer);
        feed->mode->close(feed);
        wb_notice_close(feed);
        wb_buf_fini(&feed->cursor);
    }
    wb_timer_stop(wb_ctx_loop(poller->ctx), &poller->put_back_timer);
    for (size_t i = 0; i < poller->inbox_count; i++)
        wb_way_close(&poller->inboxes[i].way);
    wb_free(&poller->feeds);
    wb_free(&poller->inboxes);
}
