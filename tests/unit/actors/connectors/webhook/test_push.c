/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/webhook/webhook.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

static wb_buf packed; /* a canonical order */

static webhook_options *
start(kit *self, int records)
{
    webhook_options *options;

    kit_init(self, &wb_connector_webhook);
    options = self->options;
    kit_text(&options->url, "https://erp.example/hook?k=1");
    kit_op(self, "records.push");
    for (int i = 0; i < records; i++)
        kit_item(self, i == 0 ? "1-1" : i == 1 ? "2-2" : "3-3");
    for (int i = 0; i < records; i++) {
        self->envs[i].kind = WB_KIND_WANT;
        self->envs[i].body = wb_buf_view(&packed);
    }
    return options;
}

START_TEST(test_one_record)
{
    kit self;
    webhook_options *options = start(&self, 1);

    kit_texts(&options->headers, "X-Api-Key:  k1");
    ck_assert_msg(kit_build(&self) == WB_OK, "%s", self.err.text);
    ck_assert_str_eq(wb_buf_text(&self.request.url), "https://erp.example/hook?k=1");
    ck_assert_str_eq(wb_buf_text(&self.request.body),
                     "{\"key\":\"t/a/order/1-1\",\"kind\":\"order\",\"revision\":1767322800000000,"
                     "\"idempotency_key\":\"idem-0\",\"record\":{\"external_id\":\"1-1\","
                     "\"channel\":\"shop\",\"status\":\"created\"}}");
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "Idempotency-Key"), "idem-0"));
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "X-Waybill-Revision"),
                         "1767322800000000"));
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "traceparent"),
                         "00-010203ab000000000000000000000000-0908070000000000-01"));
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "x-api-key"), "k1"));
    ck_assert(!wb_request_find_header(&self.request, "X-Waybill-Signature").data);
    options->style = WEBHOOK_STYLE_BARE;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.body),
                     "{\"external_id\":\"1-1\",\"channel\":\"shop\",\"status\":\"created\"}");
    ck_assert(wb_view_is(wb_request_find_header(&self.request, "X-Waybill-Key"), "t/a/order/1-1"));
    self.envs[0].record_kind = WB_RECORD_METRIC; /* not known here */
    ck_assert(kit_build(&self) == WB_REJECT);
    kit_fini(&self);
}
END_TEST

START_TEST(test_batch)
{
    kit self;
    webhook_options *options = start(&self, 2);

    options->batch = 10;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_buf_view(&self.request.body), "{\"records\":[{\"key\":\"t/a/order/1-1\""));
    ck_assert(kit_has(wb_buf_view(&self.request.body), "}},{\"key\":\"t/a/order/2-2\""));
    ck_assert(!wb_request_find_header(&self.request, "Idempotency-Key").data);
    self.call.item_count = 1; /* one record of a batching account has the same form */
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(kit_has(wb_buf_view(&self.request.body), "{\"records\":[{"));
    kit_fini(&self);
}
END_TEST

START_TEST(test_signature)
{
    kit self;
    webhook_options *options = start(&self, 1);
    wb_view none = {NULL, 0};

    kit_text(&options->secret, "s3cret");
    ck_assert(kit_build(&self) == WB_OK);
    wb_buf_clear(&self.request.body);
    wb_buf_add_text(&self.request.body, "{}");
    ck_assert(wb_connector_webhook.sign(&self.call, none, &self.request, &self.err) == WB_OK);
    /* computed apart: HMAC-SHA256("s3cret", "1767322800.{}") */
    ck_assert(wb_view_is(
        wb_request_find_header(&self.request, "X-Waybill-Signature"),
        "t=1767322800,v1=40c6690bbc67133314413cf0081ccc5e33f207169868ffe9f8eb897a1e29998c"));
    kit_fini(&self);
}
END_TEST

/* What an answer to one record means: docs/webhook.md, row by row. */
static const struct {
    int status;
    bool results;
    const char *headers, *body;
    wb_rc rc;
    wb_result_code code; /* rc OK */
    bool effect_free;
} single[] = {
    {200, false, NULL,                 "",                                                                     WB_OK,      WB_RESULT_DONE,      false},
    {201, false, NULL,                 "<html>",                                                               WB_OK,      WB_RESULT_DONE,      false},
    {204, false, NULL,                 "",                                                                     WB_OK,      WB_RESULT_DONE,      false},
    {200, false, NULL,                 "{\"results\":[{\"status\":\"refused\"}]}",                             WB_OK,      WB_RESULT_DONE,      false},
    {200, true,  NULL,                 "{\"results\":[{\"status\":\"done\"}]}",                                WB_OK,      WB_RESULT_DONE,      false},
    {200, true,  NULL,                 "{\"results\":[{\"key\":\"t/a/order/1-1\",\"status\":\"unchanged\"}]}", WB_OK,
     WB_RESULT_UNCHANGED,                                                                                                                       false},
    {200, true,  NULL,                 "{\"results\":[{\"key\":\"t/a/order/1-1\",\"status\":\"retry\"}]}",     WB_OK,
     WB_RESULT_RETRY,                                                                                                                           false},
    {200, true,  NULL,
     "{\"results\":[{\"key\":\"t/a/order/1-1\",\"status\":\"refused\",\"reason\":\"no such "
     "SKU\"}]}",                                                                                               WB_OK,      WB_RESULT_PARK,      false},
    {200, true,  NULL,                 "{\"results\":[{\"key\":\"t/a/order/1-1\",\"status\":\"maybe\"}]}",     WB_OK,
     WB_RESULT_UNKNOWN,                                                                                                                         false},
    {200, true,  NULL,                 "{\"results\":[{\"key\":\"another\",\"status\":\"done\"}]}",            WB_OK,
     WB_RESULT_UNKNOWN,                                                                                                                         false},
    {200, true,  NULL,                 "{\"results\":[{\"key\":\"t/a/order/1-1\",\"status\":7}]}",             WB_OK,
     WB_RESULT_UNKNOWN,                                                                                                                         false},
    {200, true,  NULL,                 "{\"results\":[{\"status\":\"done\"},{\"status\":\"refused\"}]}",       WB_OK,
     WB_RESULT_DONE,                                                                                                                            false},
    {200, true,  NULL,                 "{\"results\":[]}",                                                     WB_OK,      WB_RESULT_UNKNOWN,   false},
    {200, true,  NULL,                 "{}",                                                                   WB_OK,      WB_RESULT_UNKNOWN,   false},
    {200, true,  NULL,                 "{\"results\":[{\"status\":\"do",                                       WB_OK,      WB_RESULT_UNKNOWN,   false},
    {200, true,  NULL,                 "",                                                                     WB_OK,      WB_RESULT_UNKNOWN,   false},
    {300, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {301, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {302, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {304, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {305, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {308, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {399, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {400, false, NULL,                 "",                                                                     WB_OK,      WB_RESULT_PARK,      true },
    {400, true,  NULL,                 "{\"results\":[{\"status\":\"refused\",\"reason\":\"x\"}]}",            WB_OK,
     WB_RESULT_PARK,                                                                                                                            true },
    {401, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {403, true,  NULL,                 "{\"results\":[{\"status\":\"done\"}]}",                                WB_SUSPEND, 0,                   true },
    {404, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {405, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {408, false, NULL,                 "",                                                                     WB_RETRY,   0,                   true },
    {409, false, NULL,                 "",                                                                     WB_OK,      WB_RESULT_PARK,      true },
    {409, true,  NULL,                 "{\"results\":[{\"status\":\"unchanged\"}]}",                           WB_OK,      WB_RESULT_UNCHANGED,
     true                                                                                                                                            },
    {409, true,  NULL,                 "conflict",                                                             WB_OK,      WB_RESULT_PARK,      true },
    {410, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {413, false, NULL,                 "",                                                                     WB_OK,      WB_RESULT_PARK,      true },
    {415, false, NULL,                 "",                                                                     WB_SUSPEND, 0,                   true },
    {418, false, NULL,                 "",                                                                     WB_OK,      WB_RESULT_PARK,      true },
    {422, false, NULL,                 "",                                                                     WB_OK,      WB_RESULT_PARK,      true },
    {425, false, NULL,                 "",                                                                     WB_RETRY,   0,                   true },
    {429, false, "Retry-After: 5\r\n", "",                                                                     WB_RETRY,   0,                   true },
    {500, false, NULL,                 "",                                                                     WB_RETRY,   0,                   false},
    {502, false, NULL,                 "<html>",                                                               WB_RETRY,   0,                   false},
    {503, false, NULL,                 "",                                                                     WB_RETRY,   0,                   false},
    {503, false, "Retry-After: 5\r\n", "",                                                                     WB_RETRY,   0,                   true },
    {504, false, NULL,                 "",                                                                     WB_RETRY,   0,                   false},
};

START_TEST(test_single_answer)
{
    kit self;
    wb_response resp = {.status = single[_i].status, .headers = wb_view_of(single[_i].headers)};

    start(&self, 1)->results = single[_i].results;
    ck_assert_msg(kit_read_text(&self, single[_i].status, single[_i].headers, single[_i].body) ==
                      single[_i].rc,
                  "%d %s", single[_i].status, single[_i].body);
    if (single[_i].rc == WB_OK)
        ck_assert_msg(self.out.results[0].code == single[_i].code, "%d %s: %d", single[_i].status,
                      single[_i].body, (int)self.out.results[0].code);
    ck_assert(!self.out.refused_whole);
    ck_assert(self.out.throttled == (single[_i].status == 429));
    ck_assert_int_eq(self.out.retry_ms, single[_i].headers ? 5000 : 0);
    if (single[_i].status >= 300)
        ck_assert_msg(self.call.op->effect_free(&resp) == single[_i].effect_free, "%d",
                      single[_i].status);
    kit_fini(&self);
}
END_TEST

/* One letter a record: d done, n unchanged, r retry, p park, u unknown; W: refused as a whole. */
static const struct {
    int status;
    bool results;
    const char *body, *codes;
} batches[] = {
    {200, false, "",                                                                                  "ddd"},
    {200, true,
     "{\"results\":[{\"key\":\"t/a/order/3-3\",\"status\":\"refused\"},{\"key\":\"t/a/order/"
     "1-1\",\"status\":\"done\",\"id\":\"R7\"}]}",                                                    "dup"},
    {200, true,  "{\"results\":[{\"status\":\"done\"},{\"status\":\"done\"},{\"status\":\"done\"}]}",
     "uuu"                                                                                                 },
    {200, true,  "half {",                                                                            "uuu"},
    {207, true,  "{\"results\":[{\"key\":\"t/a/order/2-2\",\"status\":\"unchanged\"}]}",              "unu"},
    {400, false, "",                                                                                  "W"  },
    {413, false, "",                                                                                  "W"  },
    {422, true,  "",                                                                                  "W"  },
    {422, true,  "{\"results\":[{\"key\":\"t/a/order/2-2\",\"status\":\"refused\"}]}",                "upu"},
};

START_TEST(test_batch_answer)
{
    static const char letters[] = {[WB_RESULT_DONE] = 'd',
                                   [WB_RESULT_UNCHANGED] = 'n',
                                   [WB_RESULT_RETRY] = 'r',
                                   [WB_RESULT_PARK] = 'p',
                                   [WB_RESULT_UNKNOWN] = 'u'};
    kit self;
    webhook_options *options = start(&self, 3);

    options->batch = 10;
    options->results = batches[_i].results;
    ck_assert(kit_read_text(&self, batches[_i].status, NULL, batches[_i].body) == WB_OK);
    ck_assert(self.out.refused_whole == (batches[_i].codes[0] == 'W'));
    for (size_t i = 0; !self.out.refused_whole && i < 3; i++)
        ck_assert_msg(letters[self.out.results[i].code] == batches[_i].codes[i], "%s: %zu",
                      batches[_i].body, i);
    if (strstr(batches[_i].body, "R7"))
        ck_assert(wb_view_is(self.out.results[0].remote_id, "R7"));
    kit_fini(&self);
}
END_TEST

START_TEST(test_options)
{
    static const struct {
        const char *url, *probe, *rate, *header;
        int64_t after, batch, style;
        const char *word; /* NULL: accepted */
    } rows[] = {
        {"https://h/x", NULL,             NULL,   NULL,                        0,                1, 0,                  NULL            },
        {"http://h",    "http://h/{key}", "0.5",  "A: b",                      WB_UNKNOWN_PROBE, 5, 0,                  NULL            },
        {"ftp://h",     NULL,             NULL,   NULL,                        0,                1, 0,                  "url"           },
        {"http:///x",   NULL,             NULL,   NULL,                        0,                1, 0,                  "url"           },
        {"http://h x",  NULL,             NULL,   NULL,                        0,                1, 0,                  "url"           },
        {"http://h",    "http://h/key",   NULL,   NULL,                        0,                1, 0,                  "{key}"         },
        {"http://h",    NULL,             NULL,   NULL,                        WB_UNKNOWN_PROBE, 1, 0,                  "probe_url"     },
        {"http://h",    NULL,             "0",    NULL,                        0,                1, 0,                  "rate"          },
        {"http://h",    NULL,             "fast", NULL,                        0,                1, 0,                  "rate"          },
        {"http://h",    NULL,             NULL,   "no colon",                  0,                1, 0,                  "headers"       },
        {"http://h",    NULL,             NULL,   "A: b\r\nC: d",              0,                1, 0,                  "line break"    },
        {"http://h",    NULL,             NULL,   "Idempotency-Key: mine",     0,                1, 0,                  "set by waybill"},
        {"http://h",    NULL,             NULL,   "x-waybill-signature: mine", 0,                1, 0,                  "set by waybill"},
        {"http://h",    NULL,             NULL,   NULL,                        0,                2, WEBHOOK_STYLE_BARE, "bare"          },
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        kit self;
        webhook_options *options = start(&self, 1);
        wb_rc rc;

        kit_text(&options->url, rows[i].url);
        kit_text(&options->probe_url, rows[i].probe);
        kit_text(&options->rate, rows[i].rate);
        if (rows[i].header)
            kit_texts(&options->headers, rows[i].header);
        options->after_unknown = rows[i].after;
        options->batch = rows[i].batch;
        options->style = rows[i].style;
        rc = kit_check(&self);
        ck_assert_msg(rc == (rows[i].word ? WB_FATAL : WB_OK), "%zu: %s", i, self.err.text);
        ck_assert(!rows[i].word || strstr(self.err.text, rows[i].word));
        kit_fini(&self);
    }
}
END_TEST

START_TEST(test_limit_by_option)
{
    const wb_op *op = wb_connector_op(&wb_connector_webhook, "records.push");
    wb_limit limit = op->limit;
    kit self;
    webhook_options *options = start(&self, 1);

    wb_connector_webhook.limit(options, op, &limit);
    ck_assert(limit.rate_micro == 0 && limit.in_flight == 0); /* needs no lease */
    kit_text(&options->rate, "2.5");
    options->burst = 7;
    options->in_flight = 3;
    wb_connector_webhook.limit(options, op, &limit);
    ck_assert(limit.rate_micro == 2500000 && limit.burst == 7 && limit.in_flight == 3);
    ck_assert(limit.hold_ms == options->timeout);
    ck_assert_int_eq(wb_connector_webhook.after_unknown(options), WB_UNKNOWN_RESEND);
    ck_assert_int_eq(wb_connector_webhook.batch_max(options, op), 1);
    kit_fini(&self);
}
END_TEST

static void
pack_order(void)
{
    wb_order order = {.external_id = WB_VIEW_LIT("1-1"),
                      .channel = WB_VIEW_LIT("shop"),
                      .status = WB_ORDER_CREATED};

    wb_buf_init(&packed, WB_ORDER_MAX);
    if (wb_canonical_encode(wb_order_fields, &order, &packed, NULL))
        packed.len = 0;
}

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_one_record,      1                     },
        {test_batch,           1                     },
        {test_signature,       1                     },
        {test_single_answer,   (int)WB_COUNT(single) },
        {test_batch_answer,    (int)WB_COUNT(batches)},
        {test_options,         1                     },
        {test_limit_by_option, 1                     },
        {NULL,                 0                     }
    };
    int code;

    pack_order();
    code = wb_suite_run("actors.connectors.webhook.push", rows);
    wb_buf_fini(&packed);
    return code;
}
