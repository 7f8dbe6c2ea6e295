/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amazon - orders of one Amazon seller: notifications from SQS, the Orders APIs, login
 *
 * Limits are the published ones; a seller's own may differ and are learnt from the answers' header.
 * Start reading at the bottom.
 */
#include "actors/connectors/amazon/amazon.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)

static const wb_stream amazon_streams[] = {
    {.name = "orders.queue",
     .mode = WB_STREAM_QUEUE,
     .record_kind = WB_RECORD_ORDER,
     .pull = "sqs.receive",
     .ack = "sqs.delete",
     .release = "sqs.release",
     .fetch = "orders.get",
     .single = true,
     .help = "notifications of changed orders; each order is then read whole"},
    {.name = "orders.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .pull = "orders.search.2026",
     .cron = "0 1 * * *",
     .slice_ms = 7 * DAY_MS, /* an empty slice is a call as well, and calls are few */
     .overlap_ms = 15 * MINUTE_MS,
     .first_ms = 30 * DAY_MS,
     .margin_ms = AMAZON_MARGIN_MS,
     .help = "orders by update time: the safety net under the notifications"},
    {0           },
};

static const wb_op amazon_ops[] = {
    {.name = "sqs.receive",
     .urls = {"sqs_endpoint", "queue_url"},
     .verb = WB_VERB_PULL,
     .batch_max = AMAZON_SQS_BATCH_MAX,
     .timeout_ms = 10000, /* and the wait */
     .build = amazon_receive_build,
     .read = amazon_receive_read},
    {.name = "sqs.delete",
     .urls = {"sqs_endpoint", "queue_url"},
     .verb = WB_VERB_ACK,
     .batch_max = AMAZON_SQS_BATCH_MAX,
     .timeout_ms = 10000,
     .build = amazon_delete_build,
     .read = amazon_batch_read},
    {.name = "sqs.release",
     .urls = {"sqs_endpoint", "queue_url"},
     .verb = WB_VERB_RELEASE,
     .batch_max = AMAZON_SQS_BATCH_MAX,
     .timeout_ms = 10000,
     .build = amazon_release_build,
     .read = amazon_batch_read},
    {.name = "orders.get",
     .urls = {"endpoint"},
     .verb = WB_VERB_FETCH,
     .limit = {.rate_micro = 500000, .burst = 30, .learnt = true},
     .batch_max = 1,
     .timeout_ms = 30000,
     .needs_token = true,
     .build = amazon_get_build,
     .read = amazon_get_read},
    {.name = "orders.search.2026",
     .urls = {"endpoint"},
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 5600, .burst = 20, .learnt = true},
     .batch_max = AMAZON_PAGE_MAX,
     .timeout_ms = 60000,
     .needs_token = true,
     .build = amazon_search_build,
     .read = amazon_search_read},
    {.name = "orders.search.v0",
     .urls = {"endpoint"},
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 16700, .burst = 20, .learnt = true},
     .batch_max = AMAZON_PAGE_MAX,
     .timeout_ms = 60000,
     .needs_token = true,
     .build = amazon_v0_search_build,
     .read = amazon_v0_search_read},
    {.name = "orders.list50.v0",
     .urls = {"endpoint"},
     .verb = WB_VERB_FETCH,
     .limit = {.rate_micro = 16700, .burst = 20, .learnt = true},
     .batch_max = AMAZON_ORDER_IDS_MAX,
     .timeout_ms = 60000,
     .needs_token = true,
     .more = "orders.items.v0",
     .build = amazon_v0_list_build,
     .read = amazon_v0_list_read},
    {.name = "orders.items.v0",
     .urls = {"endpoint"},
     .verb = WB_VERB_FETCH,
     .limit = {.rate_micro = 500000, .burst = 30, .learnt = true},
     .batch_max = 1,
     .timeout_ms = 30000,
     .needs_token = true,
     .build = amazon_v0_items_build,
     .read = amazon_v0_items_read},
    {.name = "lwa.refresh",
     .urls = {"lwa_endpoint"},
     .verb = WB_VERB_TOKEN,
     .batch_max = 1,
     .timeout_ms = 15000,
     .build = amazon_refresh_build,
     .read = amazon_token_read},
    {.name = "lwa.grantless",
     .urls = {"lwa_endpoint"},
     .verb = WB_VERB_TOKEN,
     .batch_max = 1,
     .timeout_ms = 15000,
     .build = amazon_grantless_build,
     .read = amazon_token_read},
    {0        },
};

static bool
reads_v0(const void *options)
{
    return ((const amazon_options *)options)->orders_api == AMAZON_ORDERS_V0;
}

static const char *
amazon_pull_op(const void *options, const wb_stream *stream)
{
    if (strcmp(stream->name, "orders.sync") == 0 && reads_v0(options))
        return "orders.search.v0";
    return NULL;
}

static const char *
amazon_fetch_op(const void *options, const wb_stream *stream)
{
    (void)stream; /* v0 lists announce like notifications do */
    return reads_v0(options) ? "orders.list50.v0" : NULL;
}

/* A seller may have revoked the right to orders alone: so it is one page of orders, and not what
 * every application may ask. It is asked seldom, and counts for the list's limit. */
static const char *
amazon_ask_op(const void *options, const wb_op *refused)
{
    if (refused->verb != WB_VERB_FETCH)
        return NULL;
    return reads_v0(options) ? "orders.search.v0" : "orders.search.2026";
}

static wb_rc
amazon_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    if (strncmp(call->op->name, "sqs.", 4) == 0)
        return amazon_sqs_sign(call, request, err);
    if (call->op->needs_token)
        return amazon_sp_sign(call, token, request, err);
    return WB_OK; /* login carries its secrets in the body */
}

/* Tokens and limits belong to the pair of seller and application, in one region. */
static void
amazon_scope(const void *options, const wb_op *op, wb_buf *out)
{
    const amazon_options *self = options;
    const char *endpoint = amazon_endpoint(self);
    bool grantless = strcmp(op->name, "lwa.grantless") == 0;
    const char *const parts[] = {self->client_id, grantless ? "" : self->refresh_token,
                                 endpoint ? endpoint : ""};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char hex[33];

    wb_buf_init(&text, WB_HTTP_HEADER_MAX);
    for (size_t i = 0; i < WB_COUNT(parts); i++) {
        wb_buf_add_text(&text, parts[i] ? parts[i] : "");
        wb_buf_add_char(&text, '\n');
    }
    wb_sha256(digest, wb_buf_view(&text));
    wb_hex(hex, digest, 16);
    wb_buf_addf(out, "amazon:%s", hex);
}

static void
amazon_queue(const void *options, const wb_stream *stream, wb_buf *out)
{
    if (stream->mode == WB_STREAM_QUEUE)
        amazon_queue_name(options, out);
}

static const char *
amazon_token_op(const void *options, const wb_op *op)
{
    (void)options;
    (void)op; /* all that is read here belongs to a seller */
    return "lwa.refresh";
}

/* What a receive or a page of a list brings. */
static int
amazon_batch_max(const void *options, const wb_op *op)
{
    const amazon_options *self = options;

    if (op->verb != WB_VERB_PULL)
        return 0;
    return (int)(strcmp(op->name, "sqs.receive") == 0 ? self->batch : self->page_size);
}

const wb_connector wb_connector_amazon = {
    .name = "amazon",
    .summary = "orders of one Amazon seller",
    .options = amazon_rows,
    .options_size = sizeof(amazon_options),
    .example = amazon_example,
    .env = &amazon_env,
    .check = amazon_check,
    .streams = amazon_streams,
    .ops = amazon_ops,
    .pull_op = amazon_pull_op,
    .fetch_op = amazon_fetch_op,
    .batch_max = amazon_batch_max,
    .ask_op = amazon_ask_op,
    .map = amazon_map,
    .coverage = amazon_coverage,
    .sign = amazon_sign,
    .scope = amazon_scope,
    .queue = amazon_queue,
    .token_op = amazon_token_op,
};
