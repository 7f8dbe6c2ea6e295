/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue - queue streams: receive, store, then tell the queue
 *
 * Receives follow each other without a pause, unless one is configured (interval_ms); full ones
 * make more of them run side by side. The delete leaves after the commit, in batches of the queue's
 * size: a lost one only brings the same notice again, which is recognised.
 *
 * When the process stops, what was received is stored and deleted; only a receive that waits for a
 * first message is broken off.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"

#define RECEIVERS_MAX 8
#define ACK_WAIT_MS 100 /* for company: one delete carries ten */
#define ACK_FAILED_MS 1000
#define ACK_FAILED_MAX_MS 10000 /* whatever the queue asks for: it gives the message again */
#define ACK_TRIES_MAX 3         /* then the queue gives it again, and it is recognised */
#define ACKS_AT_ONCE 8
#define WAIT_MS 20000

typedef struct {
    wb_link link; /* in feed->calls: what is under way when the process stops */
    wb_feed *feed;
    wb_call call;
    /* acknowledgements: */
    wb_call_item *items;
    wb_link acks;
} queue_call;

static void
call_destroy(queue_call **self_p)
{
    wb_list_remove(&(*self_p)->link);
    wb_free(&(*self_p)->items);
    wb_free(self_p);
}

static queue_call *
call_new(wb_feed *feed)
{
    queue_call *self = wb_alloc(sizeof *self);

    self->feed = feed;
    wb_list_init(&self->acks);
    wb_list_append(&feed->calls, &self->link);
    return self;
}

/* --- receiving --- */

/* Between two receives; 0 = none. */
static int64_t
pause_ms(const wb_feed *self)
{
    return self->conf ? self->conf->interval_ms : 0;
}

/* A full answer says that there is more than one receive can bring. */
static void
adapt(wb_feed *self, const wb_outcomes *out)
{
    size_t most = self->inbox->way.backlog || pause_ms(self) ? 1 : RECEIVERS_MAX;

    if (out->item_count >= (size_t)wb_feed_batch(self, self->pull))
        self->receivers = self->receivers * 2;
    else if (!out->item_count)
        self->receivers = 1;
    if (self->receivers > most)
        self->receivers = most;
}

static void
on_received(void *arg, const wb_exchange_result *result)
{
    queue_call *self = arg;
    wb_feed *feed = self->feed;

    assert(feed->receiving > 0 && feed->polling >= (self->call.wait_ms > 0));
    feed->receiving--;
    feed->polling -= self->call.wait_ms > 0;
    if (result->rc) {
        feed->receivers = 1;
        wb_feed_failed(feed, result->rc, result->err->text,
                       result->out ? result->out->retry_ms : 0);
        call_destroy(&self);
        return;
    }
    wb_feed_fine(feed);
    adapt(feed, result->out);
    if (result->out->item_count) {
        wb_kill_point("poller.received");
        wb_page_store(feed,
                      &(wb_page_input){.out = result->out, .sent_utc_us = result->sent_utc_us});
    }
    call_destroy(&self);
    if (pause_ms(feed))
        wb_feed_again(feed, pause_ms(feed));
    else
        wb_feed_look(feed);
}

static void
receive(wb_feed *self)
{
    queue_call *call = call_new(self);
    wb_err err = {0};
    wb_rc rc;

    call->call.op = self->pull;
    call->call.stream = wb_view_of(self->stream->name);
    call->call.page_max = wb_feed_batch(self, self->pull);
    /* one waits at an empty queue; several are there to empty it */
    call->call.wait_ms = self->receiving || self->receivers > 1 ? 0 : WAIT_MS;
    self->polling += call->call.wait_ms > 0;
    self->receiving++;
    rc = wb_exchange_start(wb_ctx_exchanger(self->poller->ctx), self->account, &call->call,
                           on_received, call, &err);
    if (!rc)
        return;
    self->receiving--;
    self->polling -= call->call.wait_ms > 0;
    call_destroy(&call);
    wb_feed_failed(self, rc, err.text, 0);
}

static void
queue_look(wb_feed *self)
{
    if (wb_timer_running(&self->timer) && (self->at.trouble.failures || pause_ms(self)))
        return; /* backing off, or in the pause */
    while (self->receiving < self->receivers) {
        if (wb_feed_blocked(self) || !wb_feed_enter(self, self->pull))
            return;
        receive(self);
        if (self->at.trouble.failures)
            return;
    }
}

/* --- acknowledging --- */

static void
ack_again(wb_feed *self, wb_ack *ack)
{
    if (++ack->tries >= ACK_TRIES_MAX) {
        wb_free(&ack);
        return;
    }
    wb_list_append(&self->acks_later, &ack->link);
}

static void flush_acks(wb_feed *self);

static void
on_ack_later(wb_timer *timer, void *arg)
{
    wb_feed *self = arg;

    (void)timer;
    for (wb_link *link; (link = wb_list_pop(&self->acks_later)); self->ack_count++)
        wb_list_append(&self->acks, link);
    flush_acks(self);
}

/* What failed waits: to repeat it at once, or with the next that are due, would fail again. */
static void
ack_failed_later(wb_feed *self, const wb_exchange_result *result)
{
    int64_t after_ms = ACK_FAILED_MS;

    if (wb_list_empty(&self->acks_later) || wb_timer_running(&self->later_timer))
        return;
    if (result->rc && result->out && result->out->retry_ms > after_ms)
        after_ms =
            result->out->retry_ms < ACK_FAILED_MAX_MS ? result->out->retry_ms : ACK_FAILED_MAX_MS;
    self->later_timer.fire = on_ack_later;
    self->later_timer.arg = self;
    wb_timer_start(wb_ctx_loop(self->poller->ctx), &self->later_timer, after_ms);
}

static void
on_acked(void *arg, const wb_exchange_result *result)
{
    queue_call *self = arg;
    wb_feed *feed = self->feed;
    size_t at = 0;

    assert(feed->acking > 0);
    feed->acking--;
    for (wb_link *link; (link = wb_list_pop(&self->acks)); at++) {
        wb_ack *ack = WB_CONTAINER(link, wb_ack, link);
        bool done = !result->rc && at < result->out->result_count &&
                    result->out->results[at].code != WB_RESULT_RETRY &&
                    result->out->results[at].code != WB_RESULT_NONE;
        if (done)
            wb_free(&ack);
        else
            ack_again(feed, ack);
    }
    call_destroy(&self);
    ack_failed_later(feed, result);
    if (!result->rc && feed->ack_count >= (size_t)wb_feed_batch(feed, feed->ack))
        flush_acks(feed);
    else if (feed->ack_count && !wb_timer_running(&feed->ack_timer))
        wb_timer_start(wb_ctx_loop(feed->poller->ctx), &feed->ack_timer,
                       result->rc ? ACK_FAILED_MS : ACK_WAIT_MS);
}

static void
ack_some(wb_feed *self)
{
    size_t most = (size_t)wb_feed_batch(self, self->ack), count = 0;
    queue_call *call = call_new(self);
    wb_err err = {0};

    call->items = wb_alloc(most * sizeof *call->items);
    for (wb_link *link; count < most && (link = wb_list_pop(&self->acks)); count++) {
        wb_list_append(&call->acks, link);
        call->items[count].handle = WB_CONTAINER(link, wb_ack, link)->handle;
    }
    assert(count > 0 && count <= self->ack_count);
    self->ack_count -= count;
    self->acking++;
    call->call.op = self->ack;
    call->call.stream = wb_view_of(self->stream->name);
    call->call.items = call->items;
    call->call.item_count = count;
    if (!wb_exchange_start(wb_ctx_exchanger(self->poller->ctx), self->account, &call->call,
                           on_acked, call, &err))
        return;
    on_acked(call, &(wb_exchange_result){.rc = WB_RETRY, .err = &err});
}

static void
drop_acks(wb_link *acks)
{
    for (wb_link *link; (link = wb_list_pop(acks));) {
        wb_ack *ack = WB_CONTAINER(link, wb_ack, link);
        wb_free(&ack);
    }
}

/* Of a stopped account nothing can be told to the queue: it gives them again, one day. */
static void
ack_later(wb_feed *self, wb_wait wait)
{
    if (wait == WB_WAIT_SUSPENDED) {
        drop_acks(&self->acks);
        self->ack_count = 0;
    } else {
        wb_timer_start(wb_ctx_loop(self->poller->ctx), &self->ack_timer, ACK_WAIT_MS);
    }
}

static void
flush_acks(wb_feed *self)
{
    int64_t until_ms;
    wb_wait wait;

    while (self->ack_count && self->acking < ACKS_AT_ONCE) {
        wait = wb_gate_enter(wb_ctx_gate(self->poller->ctx), self->account, self->ack,
                             WB_PRIORITY_LIVE, &until_ms);
        if (wait) {
            ack_later(self, wait);
            return;
        }
        wb_kill_point("poller.acking");
        ack_some(self);
    }
}

static void
on_ack_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    flush_acks(arg);
}

static void
queue_ack(wb_feed *self, wb_view handle)
{
    wb_ack *ack;

    if (!self->ack)
        return;
    ack = wb_alloc(sizeof *ack + handle.len);
    memcpy(ack + 1, handle.data, handle.len);
    ack->handle = (wb_view){(const char *)(ack + 1), handle.len};
    wb_list_append(&self->acks, &ack->link);
    self->ack_count++;
    self->ack_timer.fire = on_ack_timer;
    self->ack_timer.arg = self;
    if (self->ack_count >= (size_t)wb_feed_batch(self, self->ack))
        flush_acks(self);
    else if (!wb_timer_running(&self->ack_timer))
        wb_timer_start(wb_ctx_loop(self->poller->ctx), &self->ack_timer, ACK_WAIT_MS);
}

static void
queue_drain(wb_feed *self)
{
    if (self->ack)
        flush_acks(self);
}

static void
queue_close(wb_feed *self)
{
    wb_timer_stop(wb_ctx_loop(self->poller->ctx), &self->ack_timer);
    wb_timer_stop(wb_ctx_loop(self->poller->ctx), &self->later_timer);
    drop_acks(&self->acks);
    drop_acks(&self->acks_later);
    while (!wb_list_empty(&self->calls)) {
        queue_call *call = WB_CONTAINER(self->calls.next, queue_call, link);
        drop_acks(&call->acks);
        call_destroy(&call);
    }
}

const wb_feed_mode wb_queue_mode = {
    .look = queue_look,
    .taken = queue_ack,
    .drain = queue_drain,
    .close = queue_close,
    .live = true,
    .wait_ms = WAIT_MS,
};
