/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqs - the queue service: queues by name, and those who wait for messages
 */
#include "tools/sim/systems/amazon/inside.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "tools/sim/systems/amazon/body.h"

#include <stdio.h>
#include <string.h>

#define BATCH_MAX 10
#define WAIT_MAX_S 20

/* Somebody who waits for a message. */
typedef struct {
    wb_link link;
    wb_sim_timer end;
    wb_sim_sqs_queue *queue;
    wb_sim_conn *conn;
    int64_t most, visibility_ms;
} waiter;

void
wb_sim_sqs_refuse(const wb_sim_sqs_call *call, const char *code, const char *message)
{
    wb_sim_refuse(call->visit, 400, code, message);
}

bool
wb_sim_sqs_number(const wb_sim_sqs_call *call, wb_json_ref at, const char *name, int64_t max,
                  int64_t *value)
{
    wb_json *json = call->visit->sim->json;

    if (!wb_json_int(json, wb_json_get(json, at, name), value, name, NULL) && *value >= 0 &&
        *value <= max)
        return true;
    wb_sim_sqs_refuse(call, "InvalidParameterValue", name);
    return false;
}

static void
news(wb_sim_sqs_queue *queue)
{
    if (!wb_list_linked(&queue->news) && !wb_list_empty(&queue->waiters) &&
        wb_sim_queue_visible(queue->queue))
        wb_list_append(&queue->sqs->news, &queue->news);
}

void
wb_sim_sqs_rearm(wb_sim_sqs_queue *queue)
{
    int64_t next_ms = wb_sim_queue_due(queue->queue, wb_now_ms());

    if (next_ms >= 0)
        wb_sim_timer_set(&queue->sqs->sim->timers, &queue->due, next_ms);
    news(queue);
}

static void
on_due(wb_sim_timer *timer)
{
    wb_sim_sqs_rearm(WB_CONTAINER(timer, wb_sim_sqs_queue, due));
}

uint64_t
wb_sim_sqs_put(wb_sim_sqs_queue *queue, const wb_sim_content *content, int64_t delay_ms, bool front)
{
    uint64_t number = wb_sim_queue_put(queue->queue, content, wb_now_ms(), delay_ms, front);

    queue->sqs->sent++;
    if (delay_ms > 0)
        wb_sim_sqs_rearm(queue);
    news(queue);
    return number;
}

static void
add_hex12(wb_buf *out, uint64_t number)
{
    static const char digits[] = "0123456789abcdef";
    char text[12];

    for (int i = 11; i >= 0; i--, number >>= 4)
        text[i] = digits[number & 15];
    wb_buf_add(out, text, sizeof text);
}

static void
add_decimal(wb_buf *out, uint64_t number)
{
    char text[20], *at = text + sizeof text;

    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    wb_buf_add(out, at, (size_t)(text + sizeof text - at));
}

/* The body into sim->body, as a JSON text; its MD5 is given back. A notice needs no writer: the
 * same template is filled twice. */
static void
add_body(wb_sim *sim, const wb_sim_message *message, char md5[33])
{
    const wb_sim_content *content = &message->content;
    wb_json_writer writer;

    if (content->text.data) {
        wb_json_writer_init(&writer, &sim->body);
        wb_json_put_text(&writer, content->text);
        wb_md5_hex(md5, content->text);
        return;
    }
    wb_buf_clear(&sim->scratch);
    wb_buf_add_char(&sim->body, '"');
    wb_sim_body_notice(&sim->scratch, &sim->body, sim->market, content->order, content->version);
    wb_buf_add_char(&sim->body, '"');
    wb_md5_hex(md5, wb_buf_view(&sim->scratch));
}

/* By hand, some thousand times a second: nothing but the body could need an escape. */
static void
add_message(wb_sim *sim, const wb_sim_message *message)
{
    wb_buf *out = &sim->body;
    char md5[33];

    wb_buf_add_text(out, "{\"MessageId\":\"5afe0000-0000-4000-8000-");
    add_hex12(out, message->number);
    wb_buf_add_text(out, "\",\"ReceiptHandle\":\"");
    wb_buf_add_text(out, message->handle);
    wb_buf_add_text(out, "\",\"Body\":");
    add_body(sim, message, md5);
    wb_buf_add_text(out, ",\"MD5OfBody\":\"");
    wb_buf_add(out, md5, 32);
    wb_buf_add_text(out, "\",\"Attributes\":{\"ApproximateReceiveCount\":\"");
    add_decimal(out, message->receives);
    wb_buf_add_text(out, "\",\"SentTimestamp\":\"");
    add_decimal(out, (uint64_t)(message->sent_utc_us / WB_US_PER_MS));
    wb_buf_add_text(out, "\",\"ApproximateFirstReceiveTimestamp\":\"");
    add_decimal(out, (uint64_t)(message->first_utc_us / WB_US_PER_MS));
    wb_buf_add_text(out, "\"}}");
}

/* Answer with what is visible, at most `most`. */
static void
deliver(wb_sim_sqs_queue *queue, wb_sim_conn *conn, int64_t most, int64_t visibility_ms)
{
    wb_sim *sim = queue->sqs->sim;
    wb_sim_message message;
    int64_t now_ms = wb_now_ms(), count = 0;

    wb_buf_clear(&sim->body);
    wb_buf_add_char(&sim->body, '{');
    while (count < most && wb_sim_queue_take(queue->queue, now_ms, visibility_ms, &message)) {
        wb_buf_add_text(&sim->body, count++ ? "," : "\"Messages\":[");
        add_message(sim, &message);
        if (!message.content.text.data && !wb_sim_is_foreign(message.content.order))
            wb_sim_market_received(sim->market, message.content.order, message.content.version,
                                   wb_now_utc_us());
    }
    wb_buf_add_text(&sim->body, count ? "]}" : "}");
    queue->sqs->received += (uint64_t)count;
    wb_sim_sqs_rearm(queue);
    wb_sim_answer_aws(conn, 200, wb_buf_view(&sim->body));
}

static void
waiter_end(waiter *self)
{
    wb_sim_timer_stop(&self->queue->sqs->sim->timers, &self->end);
    wb_list_remove(&self->link);
    self->queue->sqs->waiting--;
    wb_free(&self);
}

static void
on_gone(void *owner)
{
    waiter_end(owner);
}

static void
on_wait_over(wb_sim_timer *timer)
{
    waiter *self = WB_CONTAINER(timer, waiter, end);
    waiter copy = *self;

    waiter_end(self);
    deliver(copy.queue, copy.conn, copy.most, copy.visibility_ms);
}

static void
wait_for(const wb_sim_sqs_call *call, int64_t wait_s, int64_t most, int64_t visibility_ms)
{
    waiter *self = wb_alloc(sizeof *self);

    *self = (waiter){.queue = call->queue,
                     .conn = call->visit->conn,
                     .most = most,
                     .visibility_ms = visibility_ms,
                     .end = {.fire = on_wait_over}};
    wb_list_append(&call->queue->waiters, &self->link);
    call->queue->sqs->waiting++;
    wb_sim_timer_set(&call->visit->sim->timers, &self->end, wb_now_ms() + wait_s * WB_MS_PER_S);
    wb_sim_http_hold(call->visit->conn, self, on_gone);
}

void
wb_sim_sqs_receive(const wb_sim_sqs_call *call)
{
    wb_sim_sqs_queue *queue = call->queue;
    int64_t most = 1, wait_s = 0, visibility_s = queue->visibility_ms / WB_MS_PER_S;

    if (!wb_sim_sqs_number(call, 0, "MaxNumberOfMessages", BATCH_MAX, &most) ||
        !wb_sim_sqs_number(call, 0, "WaitTimeSeconds", WAIT_MAX_S, &wait_s) ||
        !wb_sim_sqs_number(call, 0, "VisibilityTimeout", WB_SIM_VISIBILITY_MAX_S, &visibility_s))
        return;
    if (most < 1) {
        wb_sim_sqs_refuse(call, "InvalidParameterValue", "MaxNumberOfMessages");
        return;
    }
    if (wb_sim_queue_in_flight(queue->queue) >= WB_SIM_IN_FLIGHT_MAX && !wait_s) {
        wb_sim_sqs_refuse(call, "OverLimit", "Too many messages in flight.");
        return;
    }
    if (wait_s && !wb_sim_queue_visible(queue->queue))
        wait_for(call, wait_s, most, visibility_s * WB_MS_PER_S);
    else
        deliver(queue, call->visit->conn, most, visibility_s * WB_MS_PER_S);
}

void
wb_sim_sqs_wake(wb_sim_sqs *self)
{
    wb_link *link;

    while ((link = wb_list_pop(&self->news))) {
        wb_sim_sqs_queue *queue = WB_CONTAINER(link, wb_sim_sqs_queue, news);
        while (!wb_list_empty(&queue->waiters) && wb_sim_queue_visible(queue->queue)) {
            waiter *first = WB_CONTAINER(queue->waiters.next, waiter, link);
            waiter copy = *first;
            waiter_end(first);
            deliver(copy.queue, copy.conn, copy.most, copy.visibility_ms);
        }
    }
}

wb_sim_sqs_queue *
wb_sim_sqs_find(const wb_sim_sqs *self, wb_view name)
{
    return wb_map_find(self->by_name, name);
}

wb_sim_sqs_queue *
wb_sim_sqs_make(wb_sim_sqs *self, wb_view name, int64_t visibility_ms)
{
    wb_sim_sqs_queue *queue = wb_sim_sqs_find(self, name);

    if (queue)
        return queue;
    queue = wb_alloc(sizeof *queue);
    queue->sqs = self;
    queue->queue = wb_sim_queue_new();
    queue->visibility_ms = visibility_ms;
    queue->due.fire = on_due;
    wb_list_init(&queue->waiters);
    wb_ignore(wb_text_set(queue->name, sizeof queue->name, name, NULL), "checked by the caller");
    queue->next = self->first;
    self->first = queue;
    wb_map_put(self->by_name, name, queue);
    return queue;
}

wb_sim_sqs *
wb_sim_sqs_new(wb_sim *sim)
{
    wb_sim_sqs *self = wb_alloc(sizeof *self);

    self->sim = sim;
    self->by_name = wb_map_new();
    wb_list_init(&self->news);
    return self;
}

void
wb_sim_sqs_destroy(wb_sim_sqs **self_p)
{
    wb_sim_sqs *self = *self_p;

    while (self && self->first) {
        wb_sim_sqs_queue *queue = self->first;
        self->first = queue->next;
        wb_sim_timer_stop(&self->sim->timers, &queue->due);
        wb_sim_queue_destroy(&queue->queue);
        wb_free(&queue);
    }
    if (self)
        wb_map_destroy(&self->by_name);
    wb_free(self_p);
}

uint64_t
wb_sim_sqs_backlog(const wb_sim_sqs *self)
{
    return self->sent > self->received ? self->sent - self->received : 0;
}

void
wb_sim_sqs_stats_of(const wb_sim_sqs *self, wb_sim_sqs_stats *out)
{
    *out = (wb_sim_sqs_stats){.sent = self->sent,
                              .received = self->received,
                              .deleted = self->deleted,
                              .deleted_late = self->deleted_late,
                              .waiting = self->waiting};
    for (const wb_sim_sqs_queue *at = self->first; at; at = at->next) {
        out->visible += wb_sim_queue_visible(at->queue);
        out->in_flight += wb_sim_queue_in_flight(at->queue);
        out->delayed += wb_sim_queue_delayed(at->queue);
    }
}
