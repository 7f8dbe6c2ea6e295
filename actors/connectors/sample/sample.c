/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - the smallest honest connector: the template to copy, and the tests' stand-in
 *
 * The system it speaks to is made up:
 *
 *   GET {url}/orders?from=TIME&to=TIME&limit=N[&page=TOKEN]
 *       {"orders": [{"id": "1", "updated": TIME}, ...], "next": TOKEN or null}
 *   GET {url}/orders/{id}
 *       {"id", "reference", "created", "updated", "status": open|pending|shipped|cancelled,
 *        "currency", "total", "lines": [{"id", "sku", "quantity", "price"}]}
 *       (reference: the seller's own number; price: of the whole quantity)
 *   PUT {url}/records/{key}   with Idempotency-Key, body {"revision": N, "record": {...}}
 *       {"result": done|unchanged|refused, "reason": TEXT}
 *   GET {url}/records/{key}
 *       {"revision": N}, or 404
 *   GET {url}/account
 *       2xx: whoever asks may do all of the above
 *
 * One file per entity, this one for the table and the account. Start reading at the bottom.
 */
#include "actors/connectors/sample/sample.h"

#include <string.h>

static const wb_option sample_rows[] = {
    WB_TEXT(sample_options, url, NULL, "base URL, without a slash at the end"),
    WB_SECRET(sample_options, token, "", "bearer token; none = no Authorization header"),
    WB_INT(sample_options, page_size, "100", 1, SAMPLE_PAGE_MAX, "orders on one page of the list"),
    WB_END,
};

static const char sample_example[] = "url: https://shop.example/api\n"
                                     "token: ${env:SAMPLE_TOKEN}\n";

static const wb_stream sample_streams[] = {
    {.name = "orders",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .pull = "orders.list",
     .fetch = "orders.get",
     .interval_ms = 60000,
     .slice_ms = INT64_C(86400000),
     .overlap_ms = 60000,
     .first_ms = INT64_C(30) * 86400000,
     .margin_ms = 5000,
     .help = "orders by update time; each is then read whole"},
    {0},
};

static wb_rc
sample_ask_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;

    out->method = "GET";
    out->template = "/account";
    wb_buf_addf(&out->url, "%s/account", options->url);
    return wb_request_check(out, err);
}

static wb_rc
sample_ask_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    return wb_response_usual(call, resp, out, err);
}

static const wb_op sample_ops[] = {
    {.name = "orders.list",
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 10000000, .burst = 20},
     .batch_max = SAMPLE_PAGE_MAX,
     .timeout_ms = 30000,
     .build = sample_list_build,
     .read = sample_list_read},
    {.name = "orders.get",
     .verb = WB_VERB_FETCH,
     .limit = {.rate_micro = 50000000, .burst = 100},
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = sample_get_build,
     .read = sample_get_read},
    {.name = "records.put",
     .verb = WB_VERB_PUSH,
     .limit = {.in_flight = 32, .hold_ms = 10000},
     .batch_max = 1,
     .timeout_ms = 10000,
     .settle_ms = 15000,
     .repeatable = true,
     .compares = true,
     .probe = "records.probe",
     .build = sample_put_build,
     .read = sample_put_read},
    {.name = "records.probe",
     .verb = WB_VERB_PROBE,
     .limit = {.in_flight = 32, .hold_ms = 10000},
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = sample_probe_build,
     .read = sample_probe_read},
    {.name = "account.get",
     .verb = WB_VERB_ASK,
     .limit = {.rate_micro = 1000000, .burst = 10},
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = sample_ask_build,
     .read = sample_ask_read},
    {0},
};

static void
sample_check(const void *options, const wb_complaints *out)
{
    const sample_options *self = options;

    if (!self->url ||
        (strncmp(self->url, "http://", 7) != 0 && strncmp(self->url, "https://", 8) != 0))
        wb_complain(out, WB_ABOUT("url"), "begins with http:// or https://");
}

static int
sample_batch_max(const void *options, const wb_op *op)
{
    return op->verb == WB_VERB_PULL ? (int)((const sample_options *)options)->page_size : 0;
}

static const char *
sample_push_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    (void)want;
    (void)delivered; /* PUT creates and replaces */
    return "records.put";
}

static const char *
sample_ask_op(const void *options, const wb_op *refused)
{
    (void)options;
    (void)refused; /* one token opens all */
    return "account.get";
}

static wb_rc
sample_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    const sample_options *options = call->options;
    wb_buf value;

    (void)token; /* a static token; a connector with WB_VERB_TOKEN gets one here */
    if (!options->token || !*options->token)
        return WB_OK;
    wb_buf_init(&value, WB_HTTP_HEADER_MAX);
    wb_buf_addf(&value, "Bearer %s", options->token);
    wb_request_set_header(request, "Authorization", wb_buf_view(&value), true);
    wb_buf_fini(&value);
    return wb_request_check(request, err);
}

/* What becomes of each member of an order. */
static const wb_coverage sample_coverage[] = {
    {"sample", NULL,             "channel",                "always sample"       },
    {"sample", "id",             "external_id",            NULL                  },
    {"sample", "reference",      "seller_order_id",        NULL                  },
    {"sample", "updated",        "updated_at",             NULL                  },
    {"sample", "status",         "status, channel_status", NULL                  },
    {"sample", "currency",       NULL,                     "of the amounts in it"},
    {"sample", "total",          "total",                  NULL                  },
    {"sample", "lines.id",       "lines[].line_id",        NULL                  },
    {"sample", "lines.sku",      "lines[].sku",            NULL                  },
    {"sample", "lines.quantity", "lines[].quantity",       NULL                  },
    {"sample", "lines.price",    "lines[].price",          NULL                  },
    {NULL,     NULL,             NULL,                     NULL                  },
};

const wb_connector wb_connector_sample = {
    .name = "sample",
    .summary = "a made-up shop and ERP: the template of a connector",
    .options = sample_rows,
    .options_size = sizeof(sample_options),
    .example = sample_example,
    .check = sample_check,
    .streams = sample_streams,
    .ops = sample_ops,
    .push_op = sample_push_op,
    .ask_op = sample_ask_op,
    .batch_max = sample_batch_max,
    .map = sample_map,
    .coverage = sample_coverage,
    .sign = sample_sign,
};
