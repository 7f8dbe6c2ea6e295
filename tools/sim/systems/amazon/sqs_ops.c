/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqs_ops - the queue service's operations beside receiving
 */
#include "tools/sim/systems/amazon/inside.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"

#include <stdio.h>
#include <string.h>

#define ENTRIES_MAX 10
#define ENTRY_ID_MAX 80
#define QUEUE_NAME_MAX 80
#define DELAY_MAX_S 900

/* What became of one handle: a code, or NULL when it is done. */
typedef const char *entry_fn(const wb_sim_sqs_call *call, wb_json_ref entry, wb_view handle);

static wb_view
text_of(const wb_sim_sqs_call *call, wb_json_ref at, const char *name)
{
    wb_json *json = call->visit->sim->json;
    wb_view text = {NULL, 0};

    wb_ignore(wb_json_text(json, wb_json_get(json, at, name), &text, name, NULL),
              "what is no text counts as missing");
    return text;
}

static void
answer_empty(const wb_sim_sqs_call *call)
{
    wb_sim_answer_aws(call->visit->conn, 200, WB_VIEW_LIT("{}"));
}

static const char *
delete_entry(const wb_sim_sqs_call *call, wb_json_ref entry, wb_view handle)
{
    (void)entry;
    switch (wb_sim_queue_delete(call->queue->queue, handle)) {
    case WB_SIM_HANDLE_OK:
        call->queue->sqs->deleted++;
        return NULL;
    case WB_SIM_HANDLE_OLD:
    case WB_SIM_HANDLE_VISIBLE:
        call->queue->sqs->deleted_late++;
        return NULL;
    case WB_SIM_HANDLE_INVALID:
        break;
    }
    return "ReceiptHandleIsInvalid";
}

static const char *
visibility_entry(const wb_sim_sqs_call *call, wb_json_ref entry, wb_view handle)
{
    wb_json *json = call->visit->sim->json;
    int64_t seconds = -1;

    if (wb_json_int(json, wb_json_get(json, entry, "VisibilityTimeout"), &seconds, "time", NULL) ||
        seconds < 0 || seconds > WB_SIM_VISIBILITY_MAX_S)
        return "InvalidParameterValue";
    switch (
        wb_sim_queue_visibility(call->queue->queue, handle, wb_now_ms(), seconds * WB_MS_PER_S)) {
    case WB_SIM_HANDLE_OK:
        wb_sim_sqs_rearm(call->queue);
        return NULL;
    case WB_SIM_HANDLE_OLD:
    case WB_SIM_HANDLE_VISIBLE:
        return "MessageNotInflight";
    case WB_SIM_HANDLE_INVALID:
        break;
    }
    return "ReceiptHandleIsInvalid";
}

static void
single(const wb_sim_sqs_call *call, entry_fn *run)
{
    const char *code = run(call, 0, text_of(call, 0, "ReceiptHandle"));

    if (code)
        wb_sim_sqs_refuse(call, code, "The request was refused.");
    else
        answer_empty(call);
}

void
wb_sim_sqs_delete(const wb_sim_sqs_call *call)
{
    single(call, delete_entry);
}

void
wb_sim_sqs_visibility(const wb_sim_sqs_call *call)
{
    single(call, visibility_entry);
}

static bool
id_is_good(wb_view id)
{
    if (id.len < 1 || id.len > ENTRY_ID_MAX)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return true;
}

/* NULL = the batch may run. */
static const char *
batch_fault(const wb_sim_sqs_call *call, wb_json_ref entries, wb_view *ids)
{
    wb_json *json = call->visit->sim->json;
    size_t count = wb_json_count(json, entries), i = 0;

    if (wb_json_kind(json, entries) != WB_JSON_ARRAY || count == 0)
        return "EmptyBatchRequest";
    if (count > ENTRIES_MAX)
        return "TooManyEntriesInBatchRequest";
    for (wb_json_ref at = wb_json_first(json, entries); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        ids[i] = text_of(call, at, "Id");
        if (!id_is_good(ids[i]))
            return "InvalidBatchEntryId";
        for (size_t j = 0; j < i; j++)
            if (wb_view_eq(ids[i], ids[j]))
                return "BatchEntryIdsNotDistinct";
        i++;
    }
    return NULL;
}

static void
batch_write(const wb_sim_sqs_call *call, const wb_view *ids, const char *const *codes, size_t count)
{
    wb_json_writer writer;

    wb_buf_clear(&call->visit->sim->body);
    wb_json_writer_init(&writer, &call->visit->sim->body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "Successful");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < count; i++) {
        if (codes[i])
            continue;
        wb_json_open(&writer, '{');
        wb_json_member_text(&writer, "Id", ids[i]);
        wb_json_close(&writer, '}');
    }
    wb_json_close(&writer, ']');
    wb_json_put_key(&writer, "Failed");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < count; i++) {
        if (!codes[i])
            continue;
        wb_json_open(&writer, '{');
        wb_json_member_text(&writer, "Id", ids[i]);
        wb_json_member_bool(&writer, "SenderFault", strcmp(codes[i], "InternalError") != 0);
        wb_json_member_text(&writer, "Code", wb_view_of(codes[i]));
        wb_json_member_text(&writer, "Message", WB_VIEW_LIT("The entry was refused."));
        wb_json_close(&writer, '}');
    }
    wb_json_close(&writer, ']');
    wb_json_close(&writer, '}');
    wb_sim_answer_aws(call->visit->conn, 200, wb_buf_view(&call->visit->sim->body));
}

static void
batch(const wb_sim_sqs_call *call, entry_fn *run)
{
    wb_json *json = call->visit->sim->json;
    wb_json_ref entries = wb_json_get(json, 0, "Entries");
    wb_view ids[ENTRIES_MAX] = {0};
    const char *codes[ENTRIES_MAX] = {NULL};
    size_t count = 0;

    const char *wrong = batch_fault(call, entries, ids);
    if (wrong) {
        wb_sim_sqs_refuse(call, wrong, "The batch was refused.");
        return;
    }
    for (wb_json_ref at = wb_json_first(json, entries); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (wb_sim_strikes_own(call->visit->part, WB_SIM_FAULT_DELETE_PART))
            codes[count++] = "InternalError";
        else
            codes[count++] = run(call, at, text_of(call, at, "ReceiptHandle"));
    }
    batch_write(call, ids, codes, count);
}

void
wb_sim_sqs_delete_batch(const wb_sim_sqs_call *call)
{
    batch(call, delete_entry);
}

void
wb_sim_sqs_visibility_batch(const wb_sim_sqs_call *call)
{
    batch(call, visibility_entry);
}

void
wb_sim_sqs_send(const wb_sim_sqs_call *call)
{
    wb_sim_content content = {.text = text_of(call, 0, "MessageBody")};
    int64_t delay_s = 0;
    char md5[33];

    if (!wb_sim_sqs_number(call, 0, "DelaySeconds", DELAY_MAX_S, &delay_s))
        return;
    if (!content.text.len) {
        wb_sim_sqs_refuse(call, "InvalidMessageContents", "MessageBody");
        return;
    }
    wb_md5_hex(md5, content.text);
    uint64_t number = wb_sim_sqs_put(call->queue, &content, delay_s * WB_MS_PER_S, false);
    wb_buf_clear(&call->visit->sim->body);
    wb_buf_addf(&call->visit->sim->body,
                "{\"MD5OfMessageBody\":\"%s\",\"MessageId\":\"5afe0000-0000-4000-8000-%012llx\"}",
                md5, (unsigned long long)number);
    wb_sim_answer_aws(call->visit->conn, 200, wb_buf_view(&call->visit->sim->body));
}

static void
answer_url(const wb_sim_sqs_call *call, const wb_sim_sqs_queue *queue)
{
    wb_buf_clear(&call->visit->sim->body);
    wb_buf_addf(&call->visit->sim->body, "{\"QueueUrl\":\"http://%s:%d/000000000000/%s\"}",
                call->visit->sim->conf.host, call->visit->sim->port, queue->name);
    wb_sim_answer_aws(call->visit->conn, 200, wb_buf_view(&call->visit->sim->body));
}

/* "VisibilityTimeout" of the Attributes member, whose values are texts. */
static void
read_attributes(const wb_sim_sqs_call *call, int64_t *visibility_ms)
{
    wb_json *json = call->visit->sim->json;
    wb_json_ref attributes = wb_json_get(json, 0, "Attributes");
    int64_t seconds = *visibility_ms / WB_MS_PER_S;

    wb_ignore(wb_json_int(json, wb_json_get(json, attributes, "VisibilityTimeout"), &seconds,
                          "VisibilityTimeout", NULL),
              "a bad value leaves the old one");
    if (seconds >= 0 && seconds <= WB_SIM_VISIBILITY_MAX_S)
        *visibility_ms = seconds * WB_MS_PER_S;
}

void
wb_sim_sqs_create(const wb_sim_sqs_call *call)
{
    wb_view name = text_of(call, 0, "QueueName");
    int64_t visibility_ms = wb_sim_amazon_of(call->visit)->conf->visibility;

    read_attributes(call, &visibility_ms);
    if (name.len > QUEUE_NAME_MAX || !id_is_good(name)) {
        wb_sim_sqs_refuse(call, "InvalidParameterValue", "QueueName");
        return;
    }
    answer_url(call, wb_sim_sqs_make(wb_sim_amazon_of(call->visit)->sqs, name, visibility_ms));
}

void
wb_sim_sqs_set(const wb_sim_sqs_call *call)
{
    read_attributes(call, &call->queue->visibility_ms);
    answer_empty(call);
}

void
wb_sim_sqs_url(const wb_sim_sqs_call *call)
{
    wb_sim_sqs_queue *queue =
        wb_sim_sqs_find(wb_sim_amazon_of(call->visit)->sqs, text_of(call, 0, "QueueName"));

    if (queue)
        answer_url(call, queue);
    else
        wb_sim_sqs_refuse(call, "QueueDoesNotExist", "The specified queue does not exist.");
}

static bool
wants(const wb_sim_sqs_call *call, const char *name)
{
    wb_json *json = call->visit->sim->json;
    wb_json_ref names = wb_json_get(json, 0, "AttributeNames");
    wb_view text = {NULL, 0};

    for (wb_json_ref at = wb_json_first(json, names); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (!wb_json_text(json, at, &text, "name", NULL) &&
            (wb_view_is(text, "All") || wb_view_is(text, name)))
            return true;
    return false;
}

void
wb_sim_sqs_attributes(const wb_sim_sqs_call *call)
{
    const wb_sim_queue *queue = call->queue->queue;
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {
        {"ApproximateNumberOfMessages",           (int64_t)wb_sim_queue_visible(queue)    },
        {"ApproximateNumberOfMessagesNotVisible", (int64_t)wb_sim_queue_in_flight(queue)  },
        {"ApproximateNumberOfMessagesDelayed",    (int64_t)wb_sim_queue_delayed(queue)    },
        {"VisibilityTimeout",                     call->queue->visibility_ms / WB_MS_PER_S},
        {"DelaySeconds",                          0                                       },
        {"ReceiveMessageWaitTimeSeconds",         0                                       },
        {"MaximumMessageSize",                    1048576                                 },
        {"MessageRetentionPeriod",                345600                                  },
    };
    wb_json_writer writer;
    char text[24];

    wb_buf_clear(&call->visit->sim->body);
    wb_json_writer_init(&writer, &call->visit->sim->body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "Attributes");
    wb_json_open(&writer, '{');
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        (void)snprintf(text, sizeof text, "%lld", (long long)rows[i].value);
        if (wants(call, rows[i].name))
            wb_json_member_text(&writer, rows[i].name, wb_view_of(text));
    }
    wb_buf_clear(&call->visit->sim->scratch);
    wb_buf_addf(&call->visit->sim->scratch, "arn:aws:sqs:us-east-1:000000000000:%s",
                call->queue->name);
    if (wants(call, "QueueArn"))
        wb_json_member_text(&writer, "QueueArn", wb_buf_view(&call->visit->sim->scratch));
    wb_json_close(&writer, '}');
    wb_json_close(&writer, '}');
    wb_sim_answer_aws(call->visit->conn, 200, wb_buf_view(&call->visit->sim->body));
}
