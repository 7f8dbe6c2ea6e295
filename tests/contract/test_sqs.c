/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our requests and our signer against an SQS server that no one here wrote, with its strict check
 * of signatures. Started by sqs.py, which makes the users and tells of them in the environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "actors/connectors/amazon/sigv4.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/contract/kit_http.h"
#include "tests/unit/suite.h"

/* The account: `who` names its three variables in the environment. */
static amazon_options *
start(kit *self, const char *who, const char *queue)
{
    char name[64], url[256];
    amazon_options *options;

    kit_init(self, &wb_connector_amazon);
    options = self->options;
    self->call.now_utc_us = wb_now_utc_us();
    snprintf(url, sizeof url, "%s/123456789012/%s", getenv("WB_SQS_URL"), queue);
    kit_text(&options->queue_url, url);
    kit_text(&options->sqs_region, "us-east-1");
    snprintf(name, sizeof name, "WB_%s_KEY", who);
    kit_text(&options->aws_access_key_id, getenv(name));
    snprintf(name, sizeof name, "WB_%s_SECRET", who);
    kit_text(&options->aws_secret_access_key, getenv(name));
    snprintf(name, sizeof name, "WB_%s_TOKEN", who);
    kit_text(&options->aws_session_token, getenv(name));
    ck_assert(options->aws_access_key_id && options->aws_secret_access_key);
    return options;
}

/* A request that the connector has no operation for, signed by its signer. */
static void
call_raw(kit *self, const char *target, const char *body)
{
    const amazon_options *options = self->options;
    const amazon_signing signing = {.access_key_id = wb_view_of(options->aws_access_key_id),
                                    .secret = wb_view_of(options->aws_secret_access_key),
                                    .session_token = wb_view_of(options->aws_session_token),
                                    .region = WB_VIEW_LIT("us-east-1"),
                                    .service = WB_VIEW_LIT("sqs"),
                                    .utc_us = self->call.now_utc_us};
    kit_answer got;

    wb_request_clear(&self->request);
    self->request.method = "POST";
    amazon_sqs_url(options, &self->request.url);
    wb_buf_add_text(&self->request.body, body);
    wb_request_header(&self->request, "Content-Type", WB_VIEW_LIT("application/x-amz-json-1.0"),
                      false);
    wb_request_header(&self->request, "X-Amz-Target", wb_view_of(target), false);
    ck_assert(amazon_sigv4(&signing, &self->request, &self->err) == WB_OK);
    kit_exchange(&self->request, &got);
    ck_assert_msg(got.status == 200, "%s: %d %s", target, got.status, wb_buf_text(&got.body));
    kit_answer_fini(&got);
}

static void
send_notice(kit *self, int number, const char *group)
{
    const amazon_options *options = self->options;
    WB_AUTO(wb_buf_fini) wb_buf notice = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;

    wb_buf_init(&notice, WB_NOTICE_MAX);
    wb_buf_init(&body, WB_BODY_MAX);
    wb_buf_addf(&notice,
                "{\"NotificationType\":\"ORDER_CHANGE\",\"Payload\":{\"OrderChangeNotification\":"
                "{\"AmazonOrderId\":\"123-%d\",\"Note\":\"\xc3\xa9 \\\"quoted\\\"\"}},"
                "\"NotificationMetadata\":{\"NotificationId\":\"n-%d\"}}",
                number, number);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "QueueUrl", wb_view_of(options->queue_url));
    wb_json_member_text(&writer, "MessageBody", wb_buf_view(&notice));
    if (group) {
        wb_json_member_text(&writer, "MessageGroupId", wb_view_of(group));
        wb_json_put_key(&writer, "MessageDeduplicationId");
        wb_json_put_text(&writer, wb_view_of(number % 2 ? "one" : "two"));
    }
    wb_json_close(&writer, '}');
    call_raw(self, "AmazonSQS.SendMessage", wb_buf_text(&body));
}

static void
create_queue(kit *self, const char *name, const char *attributes)
{
    char body[256];

    snprintf(body, sizeof body, "{\"QueueName\":\"%s\",\"Attributes\":{%s}}", name, attributes);
    call_raw(self, "AmazonSQS.CreateQueue", body);
}

/* Make items of the call out of what was received: to acknowledge, or to give back. */
static void
take_handles(kit *self, char handles[][1100])
{
    self->call.item_count = 0;
    for (size_t i = 0; i < self->out.item_count; i++) {
        snprintf(handles[i], 1100, "%.*s", WB_VIEW_ARG(self->out.items[i].handle));
        kit_item(self, "x")->handle = wb_view_of(handles[i]);
    }
}

/* Receive once; every message is a good notice. How many. */
static size_t
receive(kit *self, bool *seen, char handles[][1100])
{
    kit_answer got;
    wb_rc rc;

    self->call.item_count = 0;
    rc = kit_call(self, "sqs.receive", (wb_view){NULL, 0}, &got);
    ck_assert_msg(rc == WB_OK, "%s", self->err.text);
    for (size_t i = 0; i < self->out.item_count; i++) {
        const wb_item *item = &self->out.items[i];
        int64_t number = -1;

        ck_assert_msg(item->outcome == WB_OUTCOME_NONE, "%s", item->reason);
        ck_assert(item->available_utc_us > 0);
        ck_assert(wb_text_int(&number, (wb_view){item->external.data + 4, item->external.len - 4},
                              NULL) == WB_OK);
        ck_assert(number >= 0 && number < 64);
        seen[number] = true;
    }
    take_handles(self, handles);
    kit_answer_fini(&got);
    return self->call.item_count;
}

static void
settle(kit *self, const char *op)
{
    kit_answer got;
    wb_rc rc = kit_call(self, op, (wb_view){NULL, 0}, &got);

    ck_assert_msg(rc == WB_OK, "%s", self->err.text);
    for (size_t i = 0; i < self->out.result_count; i++)
        ck_assert_msg(self->out.results[i].code == WB_RESULT_DONE, "%s",
                      self->out.results[i].reason);
    kit_answer_fini(&got);
}

static char handles[AMAZON_SQS_BATCH_MAX][1100];

START_TEST(test_receive_and_delete)
{
    bool seen[64] = {false};
    size_t total = 0, got;
    kit self;

    start(&self, "USER", "orders");
    create_queue(&self, "orders", "\"VisibilityTimeout\":\"120\"");
    for (int i = 0; i < 25; i++)
        send_notice(&self, i, NULL);
    while ((got = receive(&self, seen, handles)) > 0) {
        total += got;
        settle(&self, "sqs.delete");
        ck_assert_uint_le(total, 25);
    }
    ck_assert_uint_eq(total, 25);
    for (int i = 0; i < 25; i++)
        ck_assert(seen[i]);
    kit_fini(&self);
}
END_TEST

START_TEST(test_release)
{
    bool seen[64] = {false};
    kit self;

    start(&self, "USER", "back");
    create_queue(&self, "back", "");
    for (int i = 0; i < 3; i++)
        send_notice(&self, i, NULL);
    ck_assert_uint_eq(receive(&self, seen, handles), 3);
    settle(&self, "sqs.release");
    ck_assert_uint_eq(receive(&self, seen, handles), 3); /* at once, not after the visibility */
    settle(&self, "sqs.delete");
    ck_assert_uint_eq(receive(&self, seen, handles), 0);
    kit_fini(&self);
}
END_TEST

START_TEST(test_fifo)
{
    bool seen[64] = {false};
    kit self;

    start(&self, "USER", "line.fifo");
    create_queue(&self, "line.fifo", "\"FifoQueue\":\"true\"");
    send_notice(&self, 1, "g");
    send_notice(&self, 2, "g");
    ck_assert_uint_ge(receive(&self, seen, handles), 1);
    settle(&self, "sqs.delete");
    if (!seen[2]) {
        ck_assert_uint_eq(receive(&self, seen, handles), 1);
        settle(&self, "sqs.delete");
    }
    ck_assert(seen[1] && seen[2]);
    kit_fini(&self);
}
END_TEST

START_TEST(test_session_token)
{
    bool seen[64] = {false};
    kit self;
    kit_answer got;

    start(&self, "ROLE", "session");
    create_queue(&self, "session", "");
    send_notice(&self, 5, NULL);
    ck_assert_uint_eq(receive(&self, seen, handles), 1);
    settle(&self, "sqs.delete");
    kit_text(&((amazon_options *)self.options)->aws_session_token, "another");
    self.call.item_count = 0;
    ck_assert(kit_call(&self, "sqs.receive", (wb_view){NULL, 0}, &got) == WB_SUSPEND);
    kit_answer_fini(&got);
    kit_fini(&self);
}
END_TEST

/* A wrong secret or an unknown key stops the account; a queue that is not there only its stream. */
START_TEST(test_refused)
{
    static const struct {
        const char *key, *secret, *queue;
        wb_rc rc;
    } rows[] = {
        {NULL,          "wrong", "orders",  WB_SUSPEND},
        {"AKIAUNKNOWN", NULL,    "orders",  WB_SUSPEND},
        {NULL,          NULL,    "nowhere", WB_REJECT }
    };
    kit self;
    amazon_options *options = start(&self, "USER", rows[_i].queue);
    kit_answer got;
    wb_rc rc;

    if (rows[_i].key)
        kit_text(&options->aws_access_key_id, rows[_i].key);
    if (rows[_i].secret)
        kit_text(&options->aws_secret_access_key, rows[_i].secret);
    rc = kit_call(&self, "sqs.receive", (wb_view){NULL, 0}, &got);
    ck_assert_msg(rc == rows[_i].rc, "%d: %s: %d %s", _i, self.err.text, got.status,
                  wb_buf_text(&got.body));
    kit_answer_fini(&got);
    kit_fini(&self);
}
END_TEST

START_TEST(test_an_entry_that_fails)
{
    kit self;
    kit_answer got;
    bool seen[64] = {false};

    start(&self, "USER", "mixed");
    create_queue(&self, "mixed", "");
    send_notice(&self, 7, NULL);
    ck_assert_uint_eq(receive(&self, seen, handles), 1);
    kit_item(&self, "x")->handle = WB_VIEW_LIT("no-such-handle");
    ck_assert_msg(kit_call(&self, "sqs.delete", (wb_view){NULL, 0}, &got) == WB_OK, "%s",
                  self.err.text);
    ck_assert(self.out.results[0].code == WB_RESULT_DONE);
    ck_assert(self.out.results[1].code == WB_RESULT_DONE); /* it comes again by itself */
    kit_answer_fini(&got);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_receive_and_delete,  1},
        {test_release,             1},
        {test_fifo,                1},
        {test_session_token,       1},
        {test_refused,             3},
        {test_an_entry_that_fails, 1},
        {NULL,                     0}
    };

    if (!getenv("WB_SQS_URL")) {
        fprintf(stderr, "started by tests/contract/sqs.py, which starts the server\n");
        return 1;
    }
    return wb_suite_run("contract.sqs", rows);
}
