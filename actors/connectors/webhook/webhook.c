/* SPDX-License-Identifier: Apache-2.0 */
/*
 * webhook - any HTTP endpoint as a target: one POST per record, or per batch of them
 *
 * docs/webhook.md is the receiver's side: bodies, headers, what each status means. Start reading
 * at the bottom.
 */
#include "actors/connectors/webhook/webhook.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

static const wb_op webhook_ops[] = {
    {.name = "records.push",
     .urls = {"url"},
     .verb = WB_VERB_PUSH,
     .batch_max = WEBHOOK_BATCH_MAX, /* the option decides */
     .timeout_ms = 10000,
     .settle_ms = 15000,
     .repeatable = true,
     .compares = true,
     .probe = "records.probe",
     .build = webhook_push_build,
     .read = webhook_push_read,
     .effect_free = webhook_effect_free},
    {.name = "records.probe",
     .urls = {"probe_url"},
     .verb = WB_VERB_PROBE,
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = webhook_probe_build,
     .read = webhook_probe_read},
    {.name = "account.ask",
     .urls = {"ask_url"},
     .verb = WB_VERB_ASK,
     .batch_max = 1,
     .timeout_ms = 10000,
     .build = webhook_ask_build,
     .read = webhook_ask_read},
    {0      },
};

static const char *
webhook_push_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    (void)want;
    (void)delivered; /* the receiver creates or replaces by key */
    return "records.push";
}

static const char *
webhook_ask_op(const void *options, const wb_op *refused)
{
    const char *url = ((const webhook_options *)options)->ask_url;

    (void)refused; /* the same headers open all of it */
    return url && *url ? "account.ask" : NULL;
}

static int
webhook_after_unknown(const void *options)
{
    return (int)((const webhook_options *)options)->after_unknown;
}

static int64_t
webhook_settle_ms(const void *options)
{
    return ((const webhook_options *)options)->settle;
}

static int64_t
webhook_timeout_ms(const void *options, const wb_op *op)
{
    (void)op;
    return ((const webhook_options *)options)->timeout;
}

static int
webhook_batch_max(const void *options, const wb_op *op)
{
    return op->verb == WB_VERB_PUSH ? (int)((const webhook_options *)options)->batch : 1;
}

static void
webhook_limit(const void *options, const wb_op *op, wb_limit *out)
{
    const webhook_options *self = options;

    (void)op;
    if (self->rate && *self->rate && wb_rate_parse(&out->rate_micro, wb_view_of(self->rate)))
        out->burst = self->burst;
    out->in_flight = self->in_flight;
    out->hold_ms = self->in_flight ? self->timeout : 0;
}

/* X-Waybill-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">. */
static wb_rc
webhook_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    const webhook_options *options = call->options;
    long long unix_s = (long long)(call->now_utc_us / WB_US_PER_S);
    uint8_t mac[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];
    wb_buf text;

    (void)token;
    if (!options->secret || !*options->secret)
        return WB_OK;
    wb_buf_init(&text, WB_BODY_MAX + 64);
    wb_buf_addf(&text, "%lld.", unix_s);
    wb_buf_add_view(&text, wb_buf_view(&request->body));
    wb_hmac_sha256(mac, wb_view_of(options->secret), wb_buf_view(&text));
    wb_hex(hex, mac, sizeof mac);
    wb_buf_clear(&text);
    wb_buf_addf(&text, "t=%lld,v1=%s", unix_s, hex);
    wb_request_set_header(request, "X-Waybill-Signature", wb_buf_view(&text), false);
    wb_buf_fini(&text);
    return wb_request_check(request, err);
}

const wb_connector wb_connector_webhook = {
    .name = "webhook",
    .summary = "records posted as JSON to any HTTP endpoint",
    .options = webhook_rows,
    .options_size = sizeof(webhook_options),
    .example = webhook_example,
    .env = &webhook_env,
    .check = webhook_check,
    .ops = webhook_ops,
    .push_op = webhook_push_op,
    .ask_op = webhook_ask_op,
    .after_unknown = webhook_after_unknown,
    .settle_ms = webhook_settle_ms,
    .batch_max = webhook_batch_max,
    .timeout_ms = webhook_timeout_ms,
    .limit = webhook_limit,
    .sign = webhook_sign,
};
