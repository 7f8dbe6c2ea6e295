/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll - receive ten notices, commit them, delete them from the queue, hand them on
 */
#include "tools/floor/floor.h"

#include "protocol/base/own.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <zmq.h>

#define BATCH 10

typedef struct {
    wb_buf ready;        /* committed with the next commit: sequence and id, one after another */
    floor_call *deletes; /* batches to delete once it is committed */
    long receiving;
    struct curl_slist *receive_headers, *delete_headers;
} poller;

typedef struct {
    char bytes[8 + FLOOR_ID_MAX + 1];
} notice;

static struct curl_slist *
headers_of(const char *target)
{
    struct curl_slist *list = curl_slist_append(NULL, target);

    return curl_slist_append(list, "Content-Type: application/x-amz-json-1.0");
}

static void
sign(const floor_proc *self, floor_call *call)
{
    curl_easy_setopt(call->easy, CURLOPT_AWS_SIGV4, "aws:amz:us-east-1:sqs");
    curl_easy_setopt(call->easy, CURLOPT_USERNAME, self->conf->access_key);
    curl_easy_setopt(call->easy, CURLOPT_PASSWORD, self->conf->secret_key);
    wb_buf_add_text(&call->url, self->conf->url);
    wb_buf_add_char(&call->url, '/');
}

static void
on_deleted(floor_proc *self, floor_call *call)
{
    (void)self;
    if (call->status != 200)
        floor_die("a delete was refused");
}

/* One notice: remember it, and its handle for the delete. */
static void
take_notice(floor_proc *self, const cJSON *message, floor_call *delete, int index)
{
    poller *own = self->own;
    const char *body = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, "Body"));
    cJSON *root = cJSON_Parse(body);
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(root, "Payload");
    const cJSON *change = cJSON_GetObjectItemCaseSensitive(payload, "OrderChangeNotification");
    const char *id =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(change, "AmazonOrderId"));
    notice it = {{0}};

    if (!id || strlen(id) > FLOOR_ID_MAX)
        floor_die("a notice without an order");
    uint64_t big = __builtin_bswap64(++self->sequence);
    memcpy(it.bytes, &big, sizeof big);
    memcpy(it.bytes + 8, id, strlen(id));
    floor_put(self, self->sequence, wb_view_of(id));
    wb_buf_add(&own->ready, &it, sizeof it);
    wb_buf_addf(&delete->body, "%s{\"Id\":\"m%d\",\"ReceiptHandle\":\"%s\"}", index ? "," : "",
                index,
                cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, "ReceiptHandle")));
    cJSON_Delete(root);
}

static void
on_received(floor_proc *self, floor_call *call)
{
    poller *own = self->own;
    int count = 0;

    own->receiving--;
    if (call->status != 200)
        floor_die("a receive was refused");
    cJSON *root = cJSON_ParseWithLength(call->answer.data, call->answer.len);
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(root, "Messages"), *message;
    floor_call *delete = cJSON_GetArraySize(messages) ? floor_call_new(self) : NULL;
    if (delete) {
        wb_buf_addf(&delete->body, "{\"QueueUrl\":\"%s/0/%s\",\"Entries\":[", self->conf->url,
                    self->conf->queue);
        cJSON_ArrayForEach(message, messages) take_notice(self, message, delete, count++);
        wb_buf_add_text(&delete->body, "]}");
        delete->next = own->deletes;
        own->deletes = delete;
    }
    self->more = count == BATCH;
    cJSON_Delete(root);
}

static void
on_committed(floor_proc *self)
{
    poller *own = self->own;

    for (size_t at = 0; at < own->ready.len; at += sizeof(notice)) {
        floor_send(self->out, (wb_view){own->ready.data + at, sizeof(notice)});
        self->unacked++;
    }
    wb_buf_clear(&own->ready);
    while (own->deletes) {
        floor_call *call = own->deletes;
        own->deletes = call->next;
        call->headers = own->delete_headers;
        call->done = on_deleted;
        sign(self, call);
        floor_call_start(self, call);
    }
}

static void
on_turn(floor_proc *self)
{
    poller *own = self->own;

    while (own->receiving < self->conf->receives && self->unacked < FLOOR_WINDOW) {
        floor_call *call = floor_call_new(self);
        call->headers = own->receive_headers;
        call->done = on_received;
        sign(self, call);
        wb_buf_addf(&call->body,
                    "{\"QueueUrl\":\"%s/0/%s\",\"MaxNumberOfMessages\":10,\"WaitTimeSeconds\":20,"
                    "\"VisibilityTimeout\":120}",
                    self->conf->url, self->conf->queue);
        floor_call_start(self, call);
        own->receiving++;
    }
}

void
floor_poll(floor_proc *self)
{
    poller own = {.receive_headers = headers_of("X-Amz-Target: AmazonSQS.ReceiveMessage"),
                  .delete_headers = headers_of("X-Amz-Target: AmazonSQS.DeleteMessageBatch")};

    wb_buf_init(&own.ready, SIZE_MAX / 2);
    self->own = &own;
    self->out = floor_socket(self, ZMQ_PUSH, "notices", true);
    self->ack_in = floor_socket(self, ZMQ_PULL, "notices.acks", true);
    self->on_committed = on_committed;
    self->on_turn = on_turn;
    floor_run(self);
}
