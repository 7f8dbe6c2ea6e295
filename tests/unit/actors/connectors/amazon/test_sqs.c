/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

static amazon_options *
start(kit *self, const char *op)
{
    amazon_options *options;

    kit_init(self, &wb_connector_amazon);
    options = self->options;
    kit_text(&options->queue_url, "https://sqs.us-east-2.amazonaws.com/123456789012/orders");
    kit_text(&options->aws_access_key_id, "AKID");
    kit_text(&options->aws_secret_access_key, "SECRET");
    kit_op(self, op);
    return options;
}

START_TEST(test_receive_request)
{
    kit self;
    amazon_options *options = start(&self, "sqs.receive");
    wb_view body, auth;

    self.call.wait_ms = 20000;
    self.call.page_max = 7;
    ck_assert_msg(kit_build(&self) == WB_OK, "%s", self.err.text);
    body = wb_buf_view(&self.request.body);
    ck_assert_str_eq(wb_buf_text(&self.request.url), "https://sqs.us-east-2.amazonaws.com/");
    ck_assert_msg(kit_has(body, "\"QueueUrl\":\"https://sqs.us-east-2.amazonaws.com/123456789012/"
                                "orders\",\"MaxNumberOfMessages\":7,\"WaitTimeSeconds\":20,"
                                "\"VisibilityTimeout\":120"),
                  "%.*s", WB_VIEW_ARG(body));
    ck_assert(kit_has(body, "\"SentTimestamp\""));
    ck_assert_int_eq(self.request.long_poll_ms, 20000);
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "x-amz-target"),
                         "AmazonSQS.ReceiveMessage"));
    options->wait = 5000; /* the setting bounds what the runtime asks for */
    self.call.page_max = 100;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_buf_view(&self.request.body),
                      "\"MaxNumberOfMessages\":10,\"WaitTimeSeconds\":5"));
    ck_assert(wb_connector_amazon.sign(&self.call, (wb_view){NULL, 0}, &self.request, &self.err) ==
              WB_OK);
    auth = wb_request_find_header(&self.request, "authorization");
    ck_assert(kit_has(auth, "Credential=AKID/20260102/us-east-2/sqs/aws4_request, "
                            "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "));
    kit_text(&options->aws_session_token, "TOKEN");
    ck_assert(wb_connector_amazon.sign(&self.call, (wb_view){NULL, 0}, &self.request, &self.err) ==
              WB_OK);
    auth = wb_request_find_header(&self.request, "authorization");
    ck_assert(kit_has(auth, "x-amz-date;x-amz-security-token;x-amz-target, "));
    kit_text(&options->aws_secret_access_key, NULL);
    ck_assert(wb_connector_amazon.sign(&self.call, (wb_view){NULL, 0}, &self.request, &self.err) ==
              WB_SUSPEND);
    kit_text(&options->queue_url, NULL);
    ck_assert(kit_build(&self) == WB_REJECT);
    kit_fini(&self);
}
END_TEST

static const char *receives = "1"; /* how often the next message says that it came */

/* One message as SQS answers it. */
static void
put_message(wb_json_writer *writer, const char *id, const char *handle, const char *body,
            const char *md5)
{
    char hex[33];

    wb_md5_hex(hex, wb_view_of(body));
    wb_json_open(writer, '{');
    if (id)
        wb_json_member_text(writer, "MessageId", wb_view_of(id));
    if (handle)
        wb_json_member_text(writer, "ReceiptHandle", wb_view_of(handle));
    wb_json_member_text(writer, "MD5OfBody", wb_view_of(md5 ? md5 : hex));
    wb_json_member_text(writer, "Body", wb_view_of(body));
    wb_json_put_key(writer, "Attributes");
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "SentTimestamp", WB_VIEW_LIT("1767322800123"));
    wb_json_member_text(writer, "ApproximateReceiveCount", wb_view_of(receives));
    wb_json_close(writer, '}');
    wb_json_close(writer, '}');
}

static const char change[] =
    "{\"NotificationType\":\"ORDER_CHANGE\",\"Payload\":{\"OrderChangeNotification\":"
    "{\"AmazonOrderId\":\"123-1\"}},\"NotificationMetadata\":{\"NotificationId\":\"n-1\"}}";

START_TEST(test_receive_answer)
{
    kit self;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;

    start(&self, "sqs.receive");
    wb_buf_init(&body, WB_BODY_MAX);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "Messages");
    wb_json_open(&writer, '[');
    put_message(&writer, "m1", "h1", change, NULL);
    put_message(&writer, "m2", "h2", "no JSON", NULL);
    put_message(&writer, "m3", "h3", change, "00000000000000000000000000000000");
    put_message(&writer, "m4", NULL, change, NULL);
    put_message(&writer, NULL, "h5", "", NULL);
    wb_json_close(&writer, ']');
    wb_json_close(&writer, '}');
    ck_assert_msg(kit_read(&self, 200, NULL, wb_buf_view(&body)) == WB_OK, "%s", self.err.text);
    ck_assert_uint_eq(self.out.item_count, 3); /* not the damaged one, nor one without handle */
    ck_assert(wb_view_is(self.out.items[0].handle, "h1"));
    ck_assert(wb_view_is(self.out.items[0].external, "123-1"));
    ck_assert(wb_view_is(self.out.items[0].what, "n-1"));
    ck_assert(wb_view_is(self.out.items[0].body, change));
    ck_assert_int_eq(self.out.items[0].available_utc_us, INT64_C(1767322800123000));
    ck_assert(self.out.items[1].outcome == WB_OUTCOME_PARKED);
    ck_assert(wb_view_is(self.out.items[1].body, "no JSON"));
    ck_assert(wb_view_is(self.out.items[1].what, "m2"));
    ck_assert(self.out.items[2].outcome == WB_OUTCOME_PARKED);
    ck_assert(wb_view_is(self.out.items[2].what, "h5"));
    kit_fini(&self);
}
END_TEST

/* It used to come back, unseen, until the queue threw it away. */
START_TEST(test_a_message_that_is_damaged_each_time_is_parked)
{
    static const struct {
        const char *receives;
        size_t items;
    } rows[] = {
        {"1",  0},
        {"2",  0},
        {"3",  1},
        {"12", 1},
        {"x",  0},
    };
    kit self;

    start(&self, "sqs.receive");
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        WB_AUTO(wb_buf_fini) wb_buf body = {0};
        wb_json_writer writer;

        receives = rows[i].receives;
        wb_buf_init(&body, WB_BODY_MAX);
        wb_json_writer_init(&writer, &body);
        wb_json_open(&writer, '{');
        wb_json_put_key(&writer, "Messages");
        wb_json_open(&writer, '[');
        put_message(&writer, "m1", "h1", change, "00000000000000000000000000000000");
        wb_json_close(&writer, ']');
        wb_json_close(&writer, '}');
        ck_assert(kit_read(&self, 200, NULL, wb_buf_view(&body)) == WB_OK);
        ck_assert_msg(self.out.item_count == rows[i].items, "received %s times", receives);
        if (!rows[i].items)
            continue;
        ck_assert(self.out.items[0].outcome == WB_OUTCOME_PARKED);
        ck_assert_str_eq(self.out.items[0].reason, "the message is not what its MD5 says");
        ck_assert(wb_view_is(self.out.items[0].handle, "h1")); /* ours now: it is deleted */
        ck_assert(wb_view_is(self.out.items[0].body, change));
    }
    receives = "1";
    kit_fini(&self);
}
END_TEST

START_TEST(test_nothing_received)
{
    static const struct {
        const char *body;
        wb_rc rc;
    } rows[] = {
        {"{}",                  WB_OK   },
        {"",                    WB_OK   },
        {"{\"Messages\":[]}",   WB_OK   },
        {"{\"Messages\":null}", WB_OK   },
        {"<html>",              WB_RETRY},
        {"{\"Messa",            WB_RETRY}
    };
    kit self;

    start(&self, "sqs.receive");
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        ck_assert_msg(kit_read_text(&self, 200, NULL, rows[i].body) == rows[i].rc, "%s",
                      rows[i].body);
        ck_assert_uint_eq(self.out.item_count, 0);
    }
    kit_fini(&self);
}
END_TEST

/* Every way SQS says no. */
static const struct {
    const char *label;
    int status;
    const char *headers, *body;
    wb_rc rc;
    bool throttled;
    const char *word;
} refusals[] = {
    {"the request's id for the support", 400, "x-amzn-RequestId: 5afe-1\r\n",
     "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\"}",                                                                                                 WB_REJECT,  false,
     "QueueDoesNotExist, request 5afe-1"                                                                                                                                                    },
    {"no such queue",                    400, NULL,
     "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"x\"}",                                                                               WB_REJECT,  false,
     "QueueDoesNotExist"                                                                                                                                                                    },
    {"the code in a header",             400, "X-Amzn-ErrorType: OverLimit:http://internal/\r\n", "{}",
     WB_RETRY,                                                                                                                                                           true,  "OverLimit" },
    {"code",                             400, NULL,                                               "{\"code\":\"RequestThrottled\"}",                         WB_RETRY,   true,  "throttled" },
    {"old throttling",                   400, NULL,                                               "{\"__type\":\"ThrottlingException\"}",                    WB_RETRY,   true,
     "throttled"                                                                                                                                                                            },
    {"the key is not known",             403, NULL,                                               "{\"__type\":\"InvalidClientTokenId\",\"Message\":\"y\"}",
     WB_SUSPEND,                                                                                                                                                         false, "access key"},
    {"the signature is wrong",           403, NULL,
     "{\"__type\":\"SignatureDoesNotMatch\",\"message\":\"z\"}",                                                                                             WB_SUSPEND, false, "signature" },
    {"the signature has expired",        403, NULL,
     "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: a is now earlier "
     "than b\"}",                                                                                                                                            WB_RETRY,   false, "clock"     },
    {"not yet current",                  403, NULL,
     "{\"__type\":\"SignatureDoesNotMatch\",\"message\":\"Signature not yet current: a is still "
     "later than b\"}",                                                                                                                                      WB_RETRY,   false, "clock"     },
    {"an hour off by the answer's Date", 403, "Date: Fri, 02 Jan 2026 04:00:00 GMT\r\n",          "<Error/>",
     WB_RETRY,                                                                                                                                                           false, "clock"     },
    {"three minutes off is allowed",     403, "Date: Fri, 02 Jan 2026 03:03:00 GMT\r\n",          "<Error/>",
     WB_SUSPEND,                                                                                                                                                         false, "HTTP 403"  },
    {"the session token is old",         400, NULL,                                               "{\"__type\":\"ExpiredToken\"}",                           WB_SUSPEND, false,
     "session token"                                                                                                                                                                        },
    {"the queue's key is disabled",      400, NULL,                                               "{\"__type\":\"KmsDisabled\"}",                            WB_REJECT,  false,
     "KmsDisabled"                                                                                                                                                                          },
    {"the queue's key is throttled",     400, NULL,                                               "{\"__type\":\"KmsThrottled\"}",                           WB_RETRY,   true,
     "throttled"                                                                                                                                                                            },
    {"a refusal in XML",                 403, NULL,
     "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",                                                                              WB_SUSPEND, false,
     "HTTP 403"                                                                                                                                                                             },
    {"HTML",                             502, NULL,                                               "<html>bad gateway</html>",                                WB_RETRY,   false, "HTTP 502"  },
    {"nothing",                          500, NULL,                                               "",                                                        WB_RETRY,   false, "HTTP 500"  },
    {"service unavailable",              503, NULL,                                               "{\"__type\":\"ServiceUnavailable\"}",                     WB_RETRY,   false,
     "not available"                                                                                                                                                                        },
    {"too many requests",                429, NULL,                                               "",                                                        WB_RETRY,   true,  "HTTP 429"  },
    {"an internal error told as 400",    400, NULL,                                               "{\"__type\":\"InternalFailure\"}",                        WB_RETRY,
     false,                                                                                                                                                                     "failed"    },
    {"our own bug",                      400, NULL,                                               "{\"__type\":\"InvalidParameterValue\"}",                  WB_REJECT,  false,
     "InvalidParameterValue"                                                                                                                                                                },
    {"a code that is no text",           400, NULL,                                               "{\"__type\":[1]}",                                        WB_REJECT,  false, "HTTP 400"  },
    {"a redirect",                       301, NULL,                                               "",                                                        WB_RETRY,   false, "HTTP 301"  },
};

START_TEST(test_refusal)
{
    static const char *const ops[] = {"sqs.receive", "sqs.delete", "sqs.release"};

    for (size_t i = 0; i < WB_COUNT(ops); i++) {
        kit self;

        start(&self, ops[i]);
        ck_assert_msg(kit_read_text(&self, refusals[_i].status, refusals[_i].headers,
                                    refusals[_i].body) == refusals[_i].rc,
                      "%s: %s", refusals[_i].label, self.err.text);
        ck_assert_msg(self.out.throttled == refusals[_i].throttled, "%s", refusals[_i].label);
        ck_assert_msg(!self.out.throttled || self.out.retry_ms > 0, "%s", refusals[_i].label);
        ck_assert_msg(strstr(self.err.text, refusals[_i].word) != NULL, "%s: %s",
                      refusals[_i].label, self.err.text);
        kit_fini(&self);
    }
}
END_TEST

START_TEST(test_batch_request)
{
    kit self;

    start(&self, "sqs.delete");
    kit_item(&self, "1")->handle = WB_VIEW_LIT("h\"1");
    kit_item(&self, "2")->handle = WB_VIEW_LIT("h2");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_buf_view(&self.request.body),
                      "\"Entries\":[{\"Id\":\"m0\",\"ReceiptHandle\":\"h\\\"1\"},"
                      "{\"Id\":\"m1\",\"ReceiptHandle\":\"h2\"}]}"));
    kit_op(&self, "sqs.release");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_buf_view(&self.request.body),
                      "{\"Id\":\"m1\",\"ReceiptHandle\":\"h2\",\"VisibilityTimeout\":0}]}"));
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "X-Amz-Target"),
                         "AmazonSQS.ChangeMessageVisibilityBatch"));
    kit_fini(&self);
}
END_TEST

START_TEST(test_batch_answer)
{
    static const struct {
        const char *body, *codes; /* d done, r retry, of three entries */
    } rows[] = {
        {"{\"Successful\":[{\"Id\":\"m0\"},{\"Id\":\"m1\"},{\"Id\":\"m2\"}],\"Failed\":[]}",        "ddd"},
        {"{\"Successful\":[{\"Id\":\"m0\"},{\"Id\":\"m1\"},{\"Id\":\"m2\"}]}",                      "ddd"},
        {"{\"Successful\":[{\"Id\":\"m2\"}],\"Failed\":[{\"Id\":\"m0\",\"Code\":\"InternalError\","
         "\"SenderFault\":false}]}",                                                       "rrd"},
        {"{\"Failed\":[{\"Id\":\"m0\",\"Code\":\"ReceiptHandleIsInvalid\",\"SenderFault\":true}]}",
         "drr"                                                                                           },
        {"{\"Failed\":[{\"Id\":\"m1\",\"Code\":\"AWS.SimpleQueueService.MessageNotInflight\"}]}",
         "rdr"                                                                                           },
        {"{}",                                                                                      "rrr"},
        {"{\"Successful\":[{\"Id\":\"m9\"},{\"Id\":\"x\"},{\"Id\":7},{}]}",                         "rrr"},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        kit self;

        start(&self, "sqs.delete");
        for (int k = 0; k < 3; k++)
            kit_item(&self, "1");
        ck_assert(kit_read_text(&self, 200, NULL, rows[i].body) == WB_OK);
        for (int k = 0; k < 3; k++)
            ck_assert_msg(self.out.results[k].code ==
                              (rows[i].codes[k] == 'd' ? WB_RESULT_DONE : WB_RESULT_RETRY),
                          "%s: %d", rows[i].body, k);
        ck_assert(kit_read_text(&self, 200, NULL, "half {") == WB_RETRY);
        kit_fini(&self);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_receive_request,                               1                      },
        {test_a_message_that_is_damaged_each_time_is_parked, 1                      },
        {test_receive_answer,                                1                      },
        {test_nothing_received,                              1                      },
        {test_refusal,                                       (int)WB_COUNT(refusals)},
        {test_batch_request,                                 1                      },
        {test_batch_answer,                                  1                      },
        {NULL,                                               0                      }
    };

    return wb_suite_run("actors.connectors.amazon.sqs", rows);
}
