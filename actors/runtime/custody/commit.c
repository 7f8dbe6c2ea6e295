/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/custody/commit.h"

#include <assert.h>
#include <stdlib.h>

#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/log.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

#define EXIT_STAYS_DOWN 100 /* as an actor's main ends */
#define EXIT_RESTART 111
#define BATCH_MAX                                                                                  \
    (16 * 1024 * 1024) /* events of one transaction; a group is at most 256 writes                 \
                        */

/* The events of one class in the transaction under way. */
typedef struct {
    wb_buf maps; /* packed maps, one behind the other */
    uint32_t count;
    wb_buf batch; /* the row: an array of them */
    uint64_t sequence;
} event_batch;

struct wb_commit {
    wb_loop *loop;
    wb_store *store;
    wb_link queue; /* wb_write */
    size_t queued;
    int64_t wait_us;
    size_t writes_max;
    int64_t first_us, last_us; /* first write of the group; end of the last commit */
    wb_timer timer;
    bool due;
    wb_loop_hook hook;
    wb_commit_publish publish;
    void *publish_arg;
    int64_t event_limit;
    event_batch events[WB_TOPIC_COUNT];
    wb_commit_stats stats;
};

static void
events_clear(wb_commit *self)
{
    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++) {
        wb_buf_clear(&self->events[topic].maps);
        self->events[topic].count = 0;
    }
}

static wb_rc
events_append(wb_commit *self, wb_txn *txn, wb_err *err)
{
    wb_rc rc;

    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++) {
        event_batch *events = &self->events[topic];
        if (!events->count)
            continue;
        wb_buf_clear(&events->batch);
        wb_pack_array(&events->batch, events->count);
        wb_buf_add_view(&events->batch, wb_buf_view(&events->maps));
        rc = wb_events_append(txn, (wb_topic)topic, wb_buf_view(&events->batch), self->event_limit,
                              &events->sequence, err);
        if (rc)
            return rc;
    }
    return WB_OK;
}

static void
events_publish(wb_commit *self)
{
    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++) {
        event_batch *events = &self->events[topic];
        if (events->count && self->publish)
            self->publish(self->publish_arg, (wb_topic)topic, events->sequence,
                          wb_buf_view(&events->batch));
    }
    events_clear(self);
}

/* One transaction over the first `count` writes of the queue, which stay queued. */
static wb_rc
apply_first(wb_commit *self, size_t count, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_link *link = self->queue.next;
    wb_rc rc;

    events_clear(self);
    rc = wb_txn_begin(&txn, self->store, true, err);
    for (size_t i = 0; !rc && i < count; i++, link = link->next) {
        wb_write *write = WB_CONTAINER(link, wb_write, link);
        wb_process_works_on(write->about);
        rc = write->apply(write, txn, err);
    }
    wb_process_works_on(NULL);
    if (!rc)
        rc = events_append(self, txn, err);
    wb_fault_on_commit(self->stats.commits);
    return rc ? rc : wb_txn_commit(&txn, err);
}

static void
tell_first(wb_commit *self, size_t count)
{
    wb_link done;

    assert(count <= self->queued);
    wb_list_init(&done);
    for (size_t i = 0; i < count; i++)
        wb_list_append(&done, wb_list_pop(&self->queue));
    self->queued -= count;
    events_publish(self);
    for (wb_link *link; (link = wb_list_pop(&done));) {
        wb_write *write = WB_CONTAINER(link, wb_write, link);

        wb_process_works_on(write->about);
        write->done(write);
    }
    wb_process_works_on(NULL);
}

/* A full map halves the group; a single write that does not fit makes the map grow. */
static wb_rc
commit_some(wb_commit *self, size_t count, wb_err *err)
{
    int64_t start_us = wb_now_us();
    wb_rc rc = apply_first(self, count, err);

    while (rc == WB_FULL) {
        if (count > 1)
            count = (count + 1) / 2;
        else if ((rc = wb_store_grow(self->store, err)))
            return rc;
        rc = apply_first(self, count, err);
    }
    if (rc)
        return rc;
    self->last_us = wb_now_us();
    if (self->last_us - start_us > self->stats.longest_us)
        self->stats.longest_us = self->last_us - start_us;
    self->stats.commits++;
    self->stats.writes += count;
    tell_first(self, count);
    return WB_OK;
}

wb_rc
wb_commit_flush(wb_commit *self, wb_err *err)
{
    size_t count;
    wb_rc rc;

    wb_timer_stop(self->loop, &self->timer);
    self->due = false;
    while (self->queued) {
        count = self->queued < self->writes_max ? self->queued : self->writes_max;
        rc = commit_some(self, count, err);
        if (rc)
            return rc;
    }
    return WB_OK;
}

/* Nobody was told anything: the work is durable upstream, and a restart takes it up again. But a
 * damaged store is not mended by that: a person is asked. */
static void
flush_or_die(wb_commit *self)
{
    wb_err err = {0};
    bool damaged;

    if (!wb_commit_flush(self, &err))
        return;
    damaged = wb_store_is_damaged(self->store);
    wb_log(WB_ERROR, "commit.failed", "why='%s' next='%s'", err.text,
           damaged ? "it stays down" : "restart");
    exit(damaged ? EXIT_STAYS_DOWN : EXIT_RESTART);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_commit *self = arg;

    (void)timer;
    self->due = true;
}

static bool
alone(const wb_commit *self)
{
    return self->queued == 1 && self->first_us - self->last_us > self->wait_us;
}

static bool
on_turn_end(void *arg)
{
    wb_commit *self = arg;
    int64_t left_us;

    if (!self->queued)
        return false;
    left_us = self->first_us + self->wait_us - wb_now_us();
    if (self->due || alone(self) || self->queued >= self->writes_max || left_us <= 0) {
        flush_or_die(self);
        return self->queued > 0;
    }
    if (!wb_timer_running(&self->timer))
        wb_timer_start_us(self->loop, &self->timer, left_us);
    return false;
}

wb_rc
wb_commit_new(wb_commit **out, wb_loop *loop, wb_store *store, wb_err *err)
{
    wb_commit *self = wb_alloc(sizeof *self);

    (void)err;
    self->loop = loop;
    self->store = store;
    self->wait_us = 2000;
    self->writes_max = 256;
    self->event_limit = 64 * 1024 * 1024;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    self->hook = (wb_loop_hook){.rank = 0, .flush = on_turn_end, .arg = self};
    wb_list_init(&self->queue);
    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++) {
        wb_buf_init(&self->events[topic].maps, BATCH_MAX);
        wb_buf_init(&self->events[topic].batch, BATCH_MAX);
    }
    wb_loop_hook_add(loop, &self->hook);
    *out = self;
    return WB_OK;
}

void
wb_commit_destroy(wb_commit **self_p)
{
    wb_commit *self = *self_p;

    if (!self)
        return;
    wb_timer_stop(self->loop, &self->timer);
    wb_loop_hook_remove(&self->hook);
    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++) {
        wb_buf_fini(&self->events[topic].maps);
        wb_buf_fini(&self->events[topic].batch);
    }
    wb_free(self_p);
}

void
wb_commit_rule(wb_commit *self, int64_t wait_us, size_t writes_max)
{
    self->wait_us = wait_us;
    self->writes_max = writes_max;
}

void
wb_commit_add(wb_commit *self, wb_write *write)
{
    assert(write->apply && write->done);
    write->commit = self;
    if (!self->queued)
        self->first_us = wb_now_us();
    wb_list_append(&self->queue, &write->link);
    self->queued++;
}

void
wb_commit_soon(wb_commit *self)
{
    self->due = self->queued > 0;
}

size_t
wb_commit_queued(const wb_commit *self)
{
    return self->queued;
}

void
wb_commit_event(wb_write *write, wb_topic topic, wb_view packed)
{
    event_batch *events = &write->commit->events[topic];

    wb_buf_add_view(&events->maps, packed);
    events->count++;
}

void
wb_commit_on_publish(wb_commit *self, wb_commit_publish publish, void *arg)
{
    self->publish = publish;
    self->publish_arg = arg;
}

void
wb_commit_event_limit(wb_commit *self, int64_t bytes)
{
    self->event_limit = bytes;
}

void
wb_commit_stat(const wb_commit *self, wb_commit_stats *out)
{
    *out = self->stats;
}
