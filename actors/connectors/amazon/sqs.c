/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqs - receive, delete and release messages by the AWS JSON 1.0 protocol
 *
 * The request goes to the endpoint, path "/"; the queue is named in the body. 200 to a batch does
 * not mean that every entry was done: `Failed` is read, and an entry that nothing is said about is
 * done again.
 */
#include "actors/connectors/amazon/amazon.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/connectors/amazon/sigv4.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

static wb_rc
begin(const wb_call *call, wb_request *out, const char *target, wb_json_writer *writer, wb_err *err)
{
    const amazon_options *options = call->options;

    if (!options->queue_url || !*options->queue_url)
        return wb_fail(err, WB_REJECT, "queue_url is not set");
    out->method = "POST";
    out->template = "/";
    amazon_sqs_url(options, &out->url);
    wb_request_header(out, "Content-Type", WB_VIEW_LIT("application/x-amz-json-1.0"), false);
    wb_request_header(out, "X-Amz-Target", wb_view_of(target), false);
    wb_json_writer_init(writer, &out->body);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "QueueUrl", wb_view_of(options->queue_url));
    return WB_OK;
}

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

wb_rc
amazon_receive_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const char *const attributes[] = {"SentTimestamp", "ApproximateReceiveCount",
                                             "MessageGroupId"};
    const amazon_options *options = call->options;
    int64_t wait_ms = least(call->wait_ms, options->wait);
    int64_t count = call->page_max > 0 ? least(call->page_max, options->batch) : options->batch;
    wb_json_writer writer;
    wb_rc rc = begin(call, out, "AmazonSQS.ReceiveMessage", &writer, err);

    if (rc)
        return rc;
    wb_json_member_int(&writer, "MaxNumberOfMessages", count);
    wb_json_member_int(&writer, "WaitTimeSeconds", wait_ms / WB_MS_PER_S);
    wb_json_member_int(&writer, "VisibilityTimeout", options->visibility / WB_MS_PER_S);
    wb_json_put_key(&writer, "MessageSystemAttributeNames");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < WB_COUNT(attributes); i++)
        wb_json_put_text(&writer, wb_view_of(attributes[i]));
    wb_json_close(&writer, ']');
    wb_json_close(&writer, '}');
    out->long_poll_ms = wait_ms;
    return wb_request_check(out, err);
}

/* One message as it came. Texts are kept in the arena: the document goes with the next parse. */
typedef struct {
    wb_view id, handle, body, md5;
    int64_t sent_ms, receives;
} message;

/* False: the body, its handle or its digest is no text, is broken, or is there twice. The rest only
 * helps: an id that cannot be read is none, as is a time. */
static bool
read_message(wb_json *json, wb_json_ref ref, message *out)
{
    const struct {
        const char *name;
        wb_view *value;
    } texts[] = {
        {"ReceiptHandle", &out->handle},
        {"Body",          &out->body  },
        {"MD5OfBody",     &out->md5   }
    };
    wb_json_ref attributes = wb_answer_member(json, ref, "Attributes");
    wb_count sent = {0}, receives = {0};
    bool sound = true;

    for (size_t i = 0; i < WB_COUNT(texts); i++)
        sound &= !wb_json_text(json, wb_json_get(json, ref, texts[i].name), texts[i].value,
                               texts[i].name, NULL);
    sound &= !wb_json_check(json, NULL);
    wb_json_forgive(json);
    wb_answer_code(json, wb_answer_member(json, ref, "MessageId"), &out->id, "MessageId");
    /* they only measure the delay, and say how often a damaged one came */
    wb_answer_count(json, wb_answer_member(json, attributes, "SentTimestamp"), &sent,
                    "SentTimestamp");
    wb_answer_count(json, wb_answer_member(json, attributes, "ApproximateReceiveCount"), &receives,
                    "ApproximateReceiveCount");
    out->sent_ms = sent.value;
    out->receives = receives.value;
    return sound;
}

/* Did the body arrive as it was sent? */
static bool
intact(const message *self)
{
    char hex[33];

    if (!self->md5.len)
        return true;
    wb_md5_hex(hex, self->body);
    return wb_text_same_nocase(self->md5, wb_view_of(hex));
}

/* A message that came damaged comes again, until it is clear that it always will be so. One without
 * a handle cannot be acknowledged, and comes again as well. */
static void
take_message(wb_json *json, wb_json_ref ref, wb_outcomes *out)
{
    message one = {0};
    bool sound = read_message(json, ref, &one), same = sound && intact(&one);
    wb_item *item;

    if (!one.handle.len || (!same && one.receives < AMAZON_DAMAGED_MAX))
        return;
    item = wb_outcomes_item(out);
    item->kind = WB_KIND_NOTICE;
    item->record_kind = WB_RECORD_ORDER;
    item->handle = wb_outcomes_keep(out, one.handle);
    item->body = wb_outcomes_keep(out, sound && one.body.len ? one.body : wb_json_raw(json, ref));
    item->what =
        one.id.len ? wb_outcomes_keep(out, one.id) : item->handle; /* or the notice's own */
    if (one.sent_ms > 0 && one.sent_ms < INT64_MAX / WB_US_PER_MS)
        item->available_utc_us = one.sent_ms * WB_US_PER_MS;
    if (!sound)
        wb_item_park(item, "the message cannot be read");
    else if (!same)
        wb_item_park(item, "the message is not what its MD5 says");
    else if (!one.body.len)
        wb_item_park(item, "the message is empty");
}

wb_rc
amazon_receive_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const amazon_options *options = call->options;
    wb_json *json = call->json;
    wb_json_ref list;

    if (resp->status != 200)
        return amazon_sqs_refusal(call, resp, out, err);
    if (!resp->body.len) /* operations without output may answer nothing at all */
        return WB_OK;
    if (wb_json_parse_answer(json, resp->body, err))
        return wb_note(err, WB_RETRY, "sqs.receive: the answer is unreadable");
    wb_outcomes_reserve(out, 5 * resp->body.len + 64); /* texts, and what notices keep */
    list = wb_json_get(json, 0, "Messages");           /* absent: the queue is empty */
    if (wb_json_check(json, err))
        return wb_note(err, WB_RETRY, "sqs.receive: the answer is unreadable");
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        take_message(json, at, out);
    for (size_t i = 0; i < out->item_count; i++)
        if (out->items[i].outcome == WB_OUTCOME_NONE)
            amazon_notice_read(json, wb_view_of(options->seller_id), out, &out->items[i]);
    return WB_OK;
}

static wb_rc
batch_build(const wb_call *call, wb_request *out, const char *target, bool release, wb_err *err)
{
    wb_json_writer writer;
    char id[24];
    wb_rc rc = begin(call, out, target, &writer, err);

    if (rc)
        return rc;
    wb_json_put_key(&writer, "Entries");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < call->item_count; i++) {
        snprintf(id, sizeof id, "m%zu", i);
        wb_json_open(&writer, '{');
        wb_json_member_text(&writer, "Id", wb_view_of(id));
        wb_json_member_text(&writer, "ReceiptHandle", call->items[i].handle);
        if (release)
            wb_json_member_int(&writer, "VisibilityTimeout", 0);
        wb_json_close(&writer, '}');
    }
    wb_json_close(&writer, ']');
    wb_json_close(&writer, '}');
    return wb_request_check(out, err);
}

wb_rc
amazon_delete_build(const wb_call *call, wb_request *out, wb_err *err)
{
    return batch_build(call, out, "AmazonSQS.DeleteMessageBatch", false, err);
}

wb_rc
amazon_release_build(const wb_call *call, wb_request *out, wb_err *err)
{
    return batch_build(call, out, "AmazonSQS.ChangeMessageVisibilityBatch", true, err);
}

/* The result that an entry's Id names; NULL = not one of ours. */
static wb_result *
entry_result(wb_json *json, wb_json_ref entry, wb_outcomes *out)
{
    wb_view id = {NULL, 0};
    int64_t index = 0;

    if (wb_json_text(json, wb_json_get(json, entry, "Id"), &id, "Id", NULL) || id.len < 2 ||
        id.data[0] != 'm' || wb_text_int(&index, (wb_view){id.data + 1, id.len - 1}, NULL) ||
        index < 0 || (size_t)index >= out->result_count)
        return NULL;
    return &out->results[index];
}

/* Nothing is left to do for a message that went back to the queue: it comes again, with a handle
 * of its own, and is known by its notice id. */
static bool
gone_back(wb_view code)
{
    static const char *const codes[] = {"ReceiptHandleIsInvalid", "InvalidIdFormat",
                                        "MessageNotInflight"};

    for (size_t i = 0; i < WB_COUNT(codes); i++)
        if (code.len >= strlen(codes[i]) && memmem(code.data, code.len, codes[i], strlen(codes[i])))
            return true;
    return false;
}

static void
read_failed(wb_json *json, wb_json_ref entry, wb_outcomes *out)
{
    wb_result *result = entry_result(json, entry, out);
    wb_view code = {NULL, 0};
    char word[64];

    if (!result)
        return;
    wb_ignore(wb_json_text(json, wb_json_get(json, entry, "Code"), &code, "Code", NULL),
              "without it the entry is done again");
    wb_text_tame(word, sizeof word, code);
    wb_result_set(result, gone_back(code) ? WB_RESULT_DONE : WB_RESULT_RETRY, "%s", word);
}

wb_rc
amazon_batch_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref list;

    if (resp->status != 200)
        return amazon_sqs_refusal(call, resp, out, err);
    if (wb_json_parse_answer(json, resp->body, err))
        return wb_note(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    list = wb_json_get(json, 0, "Successful");
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_result *result = entry_result(json, at, out);

        if (result)
            result->code = WB_RESULT_DONE;
    }
    list = wb_json_get(json, 0, "Failed"); /* after: who is in both lists was not done */
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        read_failed(json, at, out);
    assert(out->results || !out->result_count);
    for (size_t i = 0; i < out->result_count; i++)
        if (out->results[i].code == WB_RESULT_NONE)
            wb_result_set(&out->results[i], WB_RESULT_RETRY, "the answer does not name the entry");
    return WB_OK;
}

wb_rc
amazon_sqs_sign(const wb_call *call, wb_request *request, wb_err *err)
{
    const amazon_options *options = call->options;
    const amazon_signing signing = {
        .access_key_id = wb_view_of(options->aws_access_key_id),
        .secret = wb_view_of(options->aws_secret_access_key),
        .session_token = wb_view_of(options->aws_session_token),
        .region = amazon_sqs_region(options),
        .service = WB_VIEW_LIT("sqs"),
        .utc_us = call->now_utc_us,
    };

    if (!signing.access_key_id.len || !signing.secret.len)
        return wb_fail(err, WB_SUSPEND, "no AWS access key for the queue");
    return amazon_sigv4(&signing, request, err);
}
