/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bus - what every process tells: in order, without gaps, acknowledged when stored
 *
 * PUB/SUB loses what nobody reads in time. Each batch has a sequence by store and class; a beat
 * tells the last one. What is missing is asked for with call.events, which also acknowledges what
 * is stored here: until then its sender keeps it.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/monitor/monitor.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/vault.h"

#define ACK_MS 2000
#define CALL_MS 5000
#define REST_US (500 * WB_US_PER_MS) /* nobody waits for us: gather, then commit */
#define REST_WRITES 2000
/* An event is a page of its own in a large timeline, and LMDB keeps the memory of the largest
 * transaction that it ever made. */
#define REST_BYTES ((size_t)64 * 1024)

typedef struct {
    wb_write write;
    wb_monitor *monitor;
    wb_source *source;
    uint64_t sequence;
    wb_buf batch; /* empty: a gap up to this sequence */
} batch_write;

/* --- sources --- */

static void
source_key(char *dst, const wb_id *store, wb_topic topic)
{
    memcpy(dst, store->bytes, sizeof store->bytes);
    dst[sizeof store->bytes] = (char)topic;
}

#define SOURCE_KEY_LEN (sizeof(wb_id) + 1)

static void
position_name(char *dst, size_t size, const wb_id *store, wb_topic topic)
{
    char id[WB_ID_TEXT_MAX + 1];

    wb_id_text(id, store);
    snprintf(dst, size, "read/%s/%s", id, wb_topic_name(topic));
}

/* How far a former life of ours had read. */
static uint64_t
load_position(wb_monitor *monitor, const wb_id *store, wb_topic topic)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint64_t position = 0;
    bool found = false;
    char name[80];
    wb_err err = {0};

    position_name(name, sizeof name, store, topic);
    if (wb_txn_begin(&txn, wb_ctx_store(monitor->ctx), false, &err) ||
        wb_meta_get_exact(txn, wb_view_of(name), &position, sizeof position, &found, &err))
        wb_log(WB_ERROR, "monitor.unreadable", "why='%s'", err.text);
    return position;
}

static wb_source *
source_of(wb_monitor *monitor, const wb_id *store, wb_topic topic, wb_view instance)
{
    char key[SOURCE_KEY_LEN];
    wb_source *source;
    wb_err err = {0};

    source_key(key, store, topic);
    source = wb_map_find(monitor->sources, (wb_view){key, sizeof key});
    if (!source) {
        source = wb_alloc(sizeof *source);
        source->store = *store;
        source->topic = topic;
        source->stored = source->queued = load_position(monitor, store, topic);
        wb_map_put(monitor->sources, (wb_view){key, sizeof key}, source);
    }
    wb_ignore(wb_text_set(source->instance, sizeof source->instance, instance, &err),
              "the decoder has bounded it");
    return source;
}

/* --- storing --- */

/* What is lost stays known, over our own restarts as well. */
static wb_rc
count_gap(wb_txn *txn, wb_err *err)
{
    uint64_t gaps = 0;
    bool found = false;
    wb_rc rc = wb_meta_get_exact(txn, WB_VIEW_LIT("gaps"), &gaps, sizeof gaps, &found, err);

    if (rc)
        return rc;
    gaps++;
    return wb_meta_put(txn, WB_VIEW_LIT("gaps"), (wb_view){(const char *)&gaps, sizeof gaps}, err);
}

static wb_rc
batch_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    batch_write *self = WB_CONTAINER(write, batch_write, write);
    char name[80];
    wb_rc rc = self->batch.len ? wb_batch_apply(txn, self->source, self->sequence,
                                                wb_buf_view(&self->batch), err)
                               : count_gap(txn, err);

    position_name(name, sizeof name, &self->source->store, self->source->topic);
    return rc ? rc
              : wb_meta_put(txn, wb_view_of(name),
                            (wb_view){(const char *)&self->sequence, sizeof self->sequence}, err);
}

static void
batch_done(wb_write *write)
{
    batch_write *self = WB_CONTAINER(write, batch_write, write);

    self->source->stored = self->sequence;
    self->monitor->batches++;
    assert(self->monitor->waiting_bytes >= self->batch.len);
    self->monitor->waiting_bytes -= self->batch.len;
    wb_buf_fini(&self->batch);
    wb_free(&self);
}

static void
acknowledge_soon(wb_monitor *monitor)
{
    if (!wb_timer_running(&monitor->ack_timer))
        wb_timer_start(wb_ctx_loop(monitor->ctx), &monitor->ack_timer, ACK_MS);
}

static void
queue_batch(wb_monitor *monitor, wb_source *source, uint64_t sequence, wb_view batch)
{
    batch_write *self = wb_alloc(sizeof *self);

    source->queued = sequence;
    self->write = (wb_write){.apply = batch_apply, .done = batch_done};
    self->monitor = monitor;
    self->source = source;
    self->sequence = sequence;
    wb_buf_init(&self->batch, batch.len + 1);
    wb_buf_add_view(&self->batch, batch);
    wb_commit_add(wb_ctx_commit(monitor->ctx), &self->write);
    monitor->waiting_bytes += batch.len;
    if (monitor->waiting_bytes >= REST_BYTES)
        wb_commit_soon(wb_ctx_commit(monitor->ctx));
    acknowledge_soon(monitor);
}

/* --- asking for what was missed, and acknowledging --- */

typedef struct {
    wb_monitor *monitor;
    wb_source *source;
    uint64_t from;
} events_call;

static void ask(wb_monitor *monitor, wb_source *source);

static wb_rc
read_rows(events_call *call, wb_unpack *in, wb_err *err)
{
    uint32_t count = 0;
    uint64_t sequence = 0;
    wb_view batch;
    wb_rc rc = wb_unpack_array(in, &count, "rows", err);

    for (uint32_t i = 0; !rc && i + 1 < count; i += 2) {
        rc = wb_unpack_uint(in, &sequence, "sequence", err);
        if (!rc)
            rc = wb_unpack_bytes(in, &batch, "batch", err);
        if (!rc && sequence > call->source->queued)
            queue_batch(call->monitor, call->source, sequence, batch);
    }
    return rc;
}

/* Rows that are gone before we read them: their log was full, or it was another store of ours that
 * had acknowledged them. */
static void
see_gap(const events_call *call, uint64_t first, uint64_t gap)
{
    wb_source *source = call->source;
    bool full = gap > source->queued;

    if (first <= call->from || first <= source->queued + 1)
        return;
    call->monitor->gaps++;
    wb_log(WB_ERROR, "events.gap", "instance=%s topic=%s from=%llu to=%llu why='%s'",
           source->instance, wb_topic_name(source->topic), (unsigned long long)source->queued + 1,
           (unsigned long long)first - 1,
           full ? "its log was full before we read it"
                : "they were told to a store that is not here any more");
    queue_batch(call->monitor, source, first - 1, (wb_view){0});
}

static wb_rc
read_reply(events_call *call, wb_view body, wb_err *err)
{
    wb_source *source = call->source;
    uint32_t pairs = 0;
    uint64_t first = 0, gap = 0;
    wb_unpack in;
    wb_view key;
    wb_rc rc = wb_pack_scan(body, 100000, err);

    if (rc)
        return rc;
    wb_unpack_init(&in, body);
    rc = wb_unpack_map(&in, &pairs, "events", err);
    for (uint32_t i = 0; !rc && i < pairs; i++) {
        rc = wb_unpack_text(&in, &key, "key", err);
        if (rc)
            break;
        if (wb_view_is(key, "first"))
            rc = wb_unpack_uint(&in, &first, "first", err);
        else if (wb_view_is(key, "last"))
            rc = wb_unpack_uint(&in, &source->seen, "last", err);
        else if (wb_view_is(key, "gap"))
            rc = wb_unpack_uint(&in, &gap, "gap", err);
        else if (wb_view_is(key, "rows")) {
            see_gap(call, first, gap);
            rc = read_rows(call, &in, err);
        } else
            rc = wb_unpack_skip(&in, NULL, err);
    }
    return rc;
}

/* What came is stored before more is asked for: the question acknowledges, and what it does not
 * acknowledge comes again. Without any progress the next beat asks. */
static void
go_on(wb_monitor *monitor, wb_source *source, uint64_t queued_before)
{
    wb_err err = {0};

    if (source->seen <= source->queued || source->queued == queued_before)
        return;
    if (wb_commit_flush(wb_ctx_commit(monitor->ctx), &err)) {
        wb_log(WB_ERROR, "commit.failed", "why='%s' next=restart", err.text);
        wb_ctx_fail(monitor->ctx);
        return;
    }
    ask(monitor, source);
}

static void
on_reply(void *arg, const wb_envelope *reply, wb_rc rc)
{
    events_call *call = arg;
    wb_source *source = call->source;
    uint64_t queued = source->queued;
    wb_err err = {0};

    source->asking = false;
    if (!rc && reply) {
        source->acked = call->from - 1;
        if (read_reply(call, reply->body, &err))
            wb_log(WB_WARN, "events.unreadable", "instance=%s why='%s'", source->instance,
                   err.text);
        else
            go_on(call->monitor, source, queued);
    }
    wb_free(&call);
}

static void
ask(wb_monitor *monitor, wb_source *source)
{
    char to[WB_INSTANCE_MAX + 2];
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    events_call *call;
    wb_err err = {0};

    wb_buf_init(&body, 128);
    if (source->asking)
        return;
    call = wb_alloc(sizeof *call);
    call->monitor = monitor;
    call->source = source;
    call->from = source->stored + 1;
    snprintf(to, sizeof to, "@%s", source->instance);
    wb_pack_map(&body, 2);
    wb_pack_member_text(&body, "topic", wb_view_of(wb_topic_name(source->topic)));
    wb_pack_member_uint(&body, "from", call->from);
    source->asking = true;
    if (!wb_lanes_call(wb_ctx_lanes(monitor->ctx),
                       &(wb_call_spec){.to = to,
                                       .kind = WB_KIND_CALL_EVENTS,
                                       .body = wb_buf_view(&body),
                                       .timeout_ms = CALL_MS},
                       on_reply, call, &(uint64_t){0}, &err))
        return;
    source->asking = false;
    wb_free(&call);
}

static void
on_ack(wb_timer *timer, void *arg)
{
    wb_monitor *monitor = arg;
    wb_source *source;

    (void)timer;
    for (size_t at = 0; (source = wb_map_next(monitor->sources, &at, NULL));)
        if (source->stored > source->acked)
            ask(monitor, source);
}

/* --- what comes in --- */

static void
on_event(void *arg, wb_view topic, const wb_envelope *env)
{
    wb_monitor *monitor = arg;
    wb_view class = topic;
    const char *dot = memchr(topic.data, '.', topic.len);
    wb_source *source;
    wb_topic known;

    if (dot)
        class.len = (size_t)(dot - topic.data);
    known = wb_topic_find(class);
    if (env->kind != WB_KIND_EVENT || known == WB_TOPIC_COUNT)
        return;
    source = source_of(monitor, &env->store, known, env->instance);
    monitor->events++;
    if (env->sequence > source->seen)
        source->seen = env->sequence;
    if (env->sequence == source->queued + 1)
        queue_batch(monitor, source, env->sequence, env->body);
    else if (env->sequence > source->queued)
        ask(monitor, source);
}

/* A beat tells the last sequences: a lost tail shows. What is stored and not acknowledged by now
 * was not stored yet when it was time to, was asked about just then, or is of a former life. */
static void
on_peer(void *arg, const wb_peer_info *info)
{
    wb_monitor *monitor = arg;

    if (!strcmp(info->instance, wb_ctx_instance(monitor->ctx)))
        return;
    wb_losses_look(monitor->losses);
    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++) {
        wb_source *source;
        if (!info->state.events[topic])
            continue;
        source = source_of(monitor, &info->store, (wb_topic)topic, wb_view_of(info->instance));
        if (info->state.events[topic] > source->seen)
            source->seen = info->state.events[topic];
        if (source->seen > source->queued)
            ask(monitor, source);
        else if (source->stored > source->acked)
            acknowledge_soon(monitor);
    }
}

static wb_rc
load_gaps(wb_monitor *monitor, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    bool found = false;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(monitor->ctx), false, err);

    return rc ? rc
              : wb_meta_get_exact(txn, WB_VIEW_LIT("gaps"), &monitor->gaps, sizeof monitor->gaps,
                                  &found, err);
}

wb_rc
wb_bus_open(wb_monitor *monitor, wb_err *err)
{
    wb_lanes *lanes = wb_ctx_lanes(monitor->ctx);
    wb_rc rc = WB_OK;

    rc = load_gaps(monitor, err);
    monitor->sources = wb_map_new();
    monitor->ack_timer = (wb_timer){.fire = on_ack, .arg = monitor};
    wb_commit_rule(wb_ctx_commit(monitor->ctx), REST_US, REST_WRITES);
    wb_lanes_on_peer(lanes, on_peer, monitor);
    for (int topic = 0; !rc && topic < WB_TOPIC_COUNT; topic++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "%s.", wb_topic_name((wb_topic)topic));
        rc = wb_lanes_subscribe(lanes, prefix, on_event, monitor, err);
    }
    return rc ? rc : wb_lanes_subscribe(lanes, "beat.", on_event, monitor, err);
}

void
wb_bus_close(wb_monitor *monitor)
{
    wb_source *source;

    wb_timer_stop(wb_ctx_loop(monitor->ctx), &monitor->ack_timer);
    for (size_t at = 0; (source = wb_map_next(monitor->sources, &at, NULL));)
        wb_free(&source);
    wb_map_destroy(&monitor->sources);
}
