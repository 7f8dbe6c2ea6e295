/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - the smallest honest connector: the template to copy, and the tests' stand-in
 *
 * The system it speaks to is made up, and an account of it is a shop, an ERP or both:
 *
 *   GET {url}/NAME?from=TIME&to=TIME&limit=N[&page=TOKEN]
 *       {"NAME": [...], "next": TOKEN or null}: by update time; each element has its "updated"
 *
 *   the shop
 *   GET {url}/orders          [{"id", "updated"}]
 *   GET {url}/orders/{id}
 *       {"id", "reference", "created", "updated", "status": open|pending|shipped|cancelled,
 *        "currency", "total", "lines": [{"id", "sku", "quantity", "price"}]}
 *       (reference: the seller's own number; price: of the whole quantity)
 *   GET {url}/listings        [{"id", "sku", "quantity", "updated"}]; quantity null = never told
 *   PUT {url}/listings/{id}   with Idempotency-Key, body {"revision": N, "quantity": N}
 *   PUT {url}/orders/{id}/shipments/{id}   with Idempotency-Key, body
 *       {"revision": N, "reference", "carrier", "tracking", "lines": [{"line", "sku", "quantity"}]}
 *       (line: the id of the order's line)
 *       both: {"result": done|unchanged|refused, "reason": TEXT}, 404: there is no such thing
 *
 *   the ERP
 *   PUT {url}/records/{key}   with Idempotency-Key, body {"revision": N, "record": {...}}
 *       {"result": done|unchanged|refused, "reason": TEXT}
 *   GET {url}/records/{key}
 *       {"revision": N}, or 404
 *   PUT {url}/later/{key}, GET {url}/tickets   the same, done later: tickets.c
 *   GET {url}/shipments       [{"id", "reference", "account", "order", "carrier", "tracking",
 *                               "shipped", "updated", "lines": [{"sku", "quantity"}]}]
 *       (account, order: of the key of the record that we gave)
 *   GET {url}/stock           [{"sku", "warehouse", "quantity", "updated"}]
 *
 *   both, opened by a grant
 *   POST {url}/reports        what was sold, day by day: a report is made, and its document got
 *                             (reports.c, rows.c)
 *   POST {url}/token          an access token for that: tokens.c
 *
 *   GET {url}/account
 *       2xx: whoever asks may do all of the above
 *   It sends orders that changed as well, signed: hooks.c.
 *
 * One file per entity, this one for the table and the account. Start reading at the bottom.
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/base/own.h"

static const wb_option sample_rows[] = {
    WB_TEXT(sample_options, url, NULL, "base URL, without a slash at the end"),
    WB_SECRET(sample_options, token, "", "bearer token; none = no Authorization header"),
    WB_SECRET(sample_options, grant, "",
              "gets the tokens that open the reports, and is replaced by what they bring"),
    WB_MS(sample_options, report_wait, "2h", 1000, INT64_C(604800000),
          "a report that is not done by then is given up"),
    WB_BOOL(sample_options, async, "false", "records are given to be done later, and asked about"),
    WB_SECRET(sample_options, hook_secret, "",
              "signs what the shop sends; none = nothing is taken"),
    WB_INT(sample_options, page_size, "100", 1, SAMPLE_PAGE_MAX, "orders on one page of the list"),
    WB_END,
};

static const char sample_example[] = "url: https://shop.example/api\n"
                                     "token: ${env:SAMPLE_TOKEN}\n";

#define DAY_MS INT64_C(86400000)

/* Lists of a day at most in one piece, which go back a month, and up to five seconds before now. */
#define LIST                                                                                       \
    .mode = WB_STREAM_LIST, .interval_ms = 60000, .slice_ms = INT64_C(86400000),                   \
    .overlap_ms = 60000, .first_ms = INT64_C(30) * 86400000, .margin_ms = 5000

/* Orders are what an account is for; the rest is asked where the account says that it is there. */
static const wb_stream sample_streams[] = {
    {.name = "orders",
     .record_kind = WB_RECORD_ORDER,
     .pull = "orders.list",
     .fetch = "orders.get",
     .single = true,
     .help = "orders by update time; each is then read whole",
     LIST},
    {.name = "listings",
     .record_kind = WB_RECORD_LISTING,
     .pull = "listings.list",
     .optional = true,
     .help = "what the shop offers, and how many of it it shows, by update time",
     LIST},
    {.name = "shipments",
     .record_kind = WB_RECORD_SHIPMENT,
     .pull = "shipments.list",
     .optional = true,
     .help = "what the ERP has shipped, by update time",
     LIST},
    {.name = "stock",
     .record_kind = WB_RECORD_INVENTORY,
     .pull = "stock.list",
     .optional = true,
     .help = "what the ERP holds of a SKU in a warehouse, by update time",
     LIST},
 /* What was sold may still be refunded days later: months are read again by their first days. */
    {.name = "metrics",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_METRIC,
     .pull = "reports.create",
     .optional = true,
     .interval_ms = INT64_C(21600000),
     .slice_ms = 31 * DAY_MS,
     .overlap_ms = 3 * DAY_MS,
     .first_ms = 31 * DAY_MS,
     .help = "what was sold of a SKU, day by day, by a report"},
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

/* An operation that reads a page of a list. */
#define PULL                                                                                       \
    .verb = WB_VERB_PULL, .limit = {.rate_micro = 10000000, .burst = 20},                          \
    .batch_max = SAMPLE_PAGE_MAX

/* A step towards a document: one thing, and no items. */
#define STEP .verb = WB_VERB_PULL, .batch_max = 1, .timeout_ms = 30000, .needs_token = true

/* An operation that writes: the other side keeps the newest revision of each thing, so a write may
 * be sent again, and a newer one may overtake it. Shipments and listings need no probe for that. */
#define PUT                                                                                        \
    .verb = WB_VERB_PUSH, .limit = {.in_flight = 32, .hold_ms = 10000}, .batch_max = 1,            \
    .repeatable = true, .compares = true

static const wb_op sample_ops[] = {
    {.name = "orders.list",
     .urls = {"url"},
     .timeout_ms = 30000,
     .build = sample_list_build,
     .read = sample_list_read,
     PULL},
    {.name = "listings.list",
     .urls = {"url"},
     .timeout_ms = 30000,
     .build = sample_list_build,
     .read = sample_list_read,
     PULL},
    {.name = "shipments.list",
     .urls = {"url"},
     .timeout_ms = 30000,
     .build = sample_list_build,
     .read = sample_list_read,
     PULL},
    {.name = "stock.list",
     .urls = {"url"},
     .timeout_ms = 30000,
     .build = sample_list_build,
     .read = sample_list_read,
     PULL},
    {.name = "reports.create",
     .urls = {"url"},
     .limit = {.rate_micro = 1000000, .burst = 10},
     .build = sample_create_build,
     .read = sample_create_read,
     STEP},
    {.name = "reports.get",
     .urls = {"url"},
     .limit = {.rate_micro = 5000000, .burst = 20},
     .build = sample_wait_build,
     .read = sample_wait_read,
     STEP},
    {.name = "reports.document",
     .urls = {"url"},
     .limit = {.rate_micro = 5000000, .burst = 20},
     .build = sample_document_build,
     .read = sample_document_read,
     STEP},
    {.name = "reports.rows",                      /* from wherever the answer before said: nothing of ours opens it */
     .verb = WB_VERB_PULL,
     .batch_max = SAMPLE_PAGE_MAX,
     .timeout_ms = 30000,
     .build = sample_rows_build,
     .read = sample_rows_read,
     .slice = sample_rows_slice},
    {.name = "token.get",
     .urls = {"url"},
     .verb = WB_VERB_TOKEN,
     .batch_max = 1,
     .timeout_ms = 15000,
     .grant = "grant",
     .build = sample_token_build,
     .read = sample_token_read},
    {.name = "orders.get",
     .urls = {"url"},
     .verb = WB_VERB_FETCH,
     .limit = {.rate_micro = 50000000, .burst = 100},
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = sample_get_build,
     .read = sample_get_read},
    {.name = "records.put",
     .urls = {"url"},
     .timeout_ms = 10000,
     .settle_ms = 15000,
     .probe = "records.probe",
     .build = sample_put_build,
     .read = sample_put_read,
     PUT},
    {.name = "records.probe",
     .urls = {"url"},
     .verb = WB_VERB_PROBE,
     .limit = {.in_flight = 32, .hold_ms = 10000},
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = sample_probe_build,
     .read = sample_probe_read},
    {.name = "shipments.put",
     .urls = {"url"},
     .timeout_ms = 10000,
     .settle_ms = 15000,
     .build = sample_ship_build,
     .read = sample_put_read,
     PUT},
    {.name = "listings.put",
     .urls = {"url"},
     .timeout_ms = 10000,
     .reads = UINT32_C(1) << WB_LISTING_OWNS_WANTED,
     .build = sample_show_build,
     .read = sample_put_read,
     PUT},
    {.name = "records.later",
     .urls = {"url"},
     .verb = WB_VERB_PUSH,
     .limit = {.in_flight = 32, .hold_ms = 10000},
     .batch_max = 1,
     .timeout_ms = 10000,
     .settle_ms = 2000,
     .look = "tickets.get",
     .look_by_attempt = true,
     .build = sample_later_build,
     .read = sample_later_read},
    {.name = "tickets.get",
     .urls = {"url"},
     .verb = WB_VERB_LOOK,
     .limit = {.rate_micro = 10000000, .burst = 20},
     .batch_max = 100,
     .timeout_ms = 10000,
     .build = sample_tickets_build,
     .read = sample_tickets_read},
    {.name = "account.get",
     .urls = {"url"},
     .verb = WB_VERB_ASK,
     .limit = {.rate_micro = 1000000, .burst = 10},
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = sample_ask_build,
     .read = sample_ask_read},
    {0                                            },
};

static int
sample_batch_max(const void *options, const wb_op *op)
{
    return op->verb == WB_VERB_PULL && op->batch_max > 1
               ? (int)((const sample_options *)options)->page_size
               : 0;
}

static const char *
sample_push_op(const void *options, const wb_envelope *want, bool delivered)
{
    const sample_options *self = options;

    (void)delivered; /* PUT creates and replaces */
    if (want->record_kind == WB_RECORD_SHIPMENT)
        return "shipments.put";
    if (want->record_kind == WB_RECORD_LISTING)
        return sample_listing_wants(want) ? "listings.put" : NULL;
    return self->async ? "records.later" : "records.put"; /* the ERP takes what it is given */
}

/* Of all else something is sent, whatever it is. */
static const char *
sample_not_sent(const void *options, const wb_envelope *want)
{
    (void)options;
    (void)want;
    return "no number is wanted of it";
}

static const char *
sample_ask_op(const void *options, const wb_op *refused)
{
    (void)options;
    (void)refused; /* one token opens all */
    return "account.get";
}

/* A document stands at a URL that opens it alone, at a host that the answer named: nobody there is
 * told what opens the account. */
static wb_rc
sample_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    const sample_options *options = call->options;
    wb_view opens = token.len ? token : wb_view_of(options->token);
    wb_buf value;

    if (!opens.len || call->op->slice || call->op->verb == WB_VERB_TOKEN)
        return WB_OK;
    wb_buf_init(&value, WB_HTTP_HEADER_MAX);
    wb_buf_addf(&value, "Bearer %.*s", WB_VIEW_ARG(opens));
    wb_request_set_header(request, "Authorization", wb_buf_view(&value), true);
    wb_buf_fini(&value);
    return wb_request_check(request, err);
}

static wb_rc
sample_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    static const wb_map_row rows[] = {
        {WB_RECORD_ORDER,     sample_map_order   },
        {WB_RECORD_LISTING,   sample_map_listing },
        {WB_RECORD_SHIPMENT,  sample_map_shipment},
        {WB_RECORD_INVENTORY, sample_map_stock   },
        {WB_RECORD_METRIC,    sample_map_metric  },
        {WB_RECORD_NONE,      NULL               },
    };
    wb_rc rc = wb_map_by_kind(rows, raw, json, out, err);

    if (!rc && !out->source_utc_us) /* where the record tells none, the time of what told it */
        out->source_utc_us = raw->source_utc_us;
    return rc;
}

const wb_connector wb_connector_sample = {
    .name = "sample",
    .summary = "a made-up shop and ERP: the template of a connector",
    .options = sample_rows,
    .options_size = sizeof(sample_options),
    .example = sample_example,
    .streams = sample_streams,
    .ops = sample_ops,
    .page_op = sample_page_op,
    .push_op = sample_push_op,
    .not_sent = sample_not_sent,
    .ask_op = sample_ask_op,
    .batch_max = sample_batch_max,
    .map = sample_map,
    .coverage = sample_coverage,
    .sign = sample_sign,
    .verify = sample_verify,
};
