/* SPDX-License-Identifier: Apache-2.0 */
/*
 * push - wanted states as one POST, and what each answer means
 *
 * One record: {"key", "kind", "revision", "idempotency_key", "record": {...}}; a batch is
 * {"records": [...]} of such. The table of statuses is in docs/webhook.md; its decision in code is
 * `statuses` below.
 */
#include "actors/connectors/webhook/webhook.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

static wb_rc
put_record(const wb_call_item *item, wb_buf *out, wb_err *err)
{
    const wb_field *fields = wb_canonical_fields(item->env->record_kind);

    if (!fields)
        return wb_fail(err, WB_REJECT, "records of this kind are not known");
    return wb_canonical_json(fields, item->env->body, 0, out, err);
}

static wb_rc
put_enveloped(const wb_call_item *item, wb_buf *out, wb_err *err)
{
    wb_json_writer writer;
    wb_rc rc;

    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "key", item->env->record);
    wb_json_member_text(&writer, "kind", wb_view_of(wb_record_kind_name(item->env->record_kind)));
    wb_json_put_key(&writer, "revision");
    wb_json_put_uint(&writer, item->env->revision);
    wb_json_member_text(&writer, "idempotency_key", item->idempotency);
    wb_json_put_key(&writer, "record");
    rc = put_record(item, out, err);
    wb_json_close(&writer, '}');
    return rc;
}

static bool
batched(const webhook_options *options)
{
    return options->batch >
           1; /* by the setting, not by how many there are: a receiver sees one form */
}

static wb_rc
put_body(const wb_call *call, wb_buf *out, wb_err *err)
{
    const webhook_options *options = call->options;
    wb_rc rc = WB_OK;

    if (options->style == WEBHOOK_STYLE_BARE)
        return put_record(&call->items[0], out, err);
    if (!batched(options))
        return put_enveloped(&call->items[0], out, err);
    wb_buf_add_text(out, "{\"records\":[");
    for (size_t i = 0; !rc && i < call->item_count; i++) {
        if (i)
            wb_buf_add_char(out, ',');
        rc = put_enveloped(&call->items[i], out, err);
    }
    wb_buf_add_text(out, "]}");
    return rc;
}

/* What only a request of one record can say in headers. */
static void
single_headers(const wb_call *call, wb_request *out)
{
    const webhook_options *options = call->options;
    const wb_envelope *env = call->items[0].env;
    char trace[33], span[17], number[24];
    wb_buf text;

    wb_buf_init(&text, 64);
    wb_buf_addf(&text, "%llu", (unsigned long long)env->revision);
    wb_text_tame(number, sizeof number, wb_buf_view(&text));
    wb_request_header(out, "Idempotency-Key", call->items[0].idempotency, false);
    wb_request_header(out, "X-Waybill-Revision", wb_view_of(number), false);
    wb_hex(trace, env->trace, sizeof env->trace);
    wb_hex(span, env->span, sizeof env->span);
    wb_buf_clear(&text);
    wb_buf_addf(&text, "00-%s-%s-01", trace, span);
    wb_request_header(out, "traceparent", wb_buf_view(&text), false);
    wb_buf_fini(&text);
    if (options->style != WEBHOOK_STYLE_BARE)
        return;
    wb_request_header(out, "X-Waybill-Key", env->record, false);
    wb_request_header(out, "X-Waybill-Kind", wb_view_of(wb_record_kind_name(env->record_kind)),
                      false);
}

wb_rc
webhook_push_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const webhook_options *options = call->options;
    wb_rc rc;

    out->method = "POST";
    out->template = "{url}";
    wb_buf_add_text(&out->url, options->url);
    rc = put_body(call, &out->body, err);
    if (rc)
        return rc;
    wb_request_header(out, "Content-Type", WB_VIEW_LIT("application/json"), false);
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
    wb_request_header(out, "User-Agent", WB_VIEW_LIT("waybill/" WB_VERSION), false);
    if (!batched(options))
        single_headers(call, out);
    webhook_own_headers(options, out);
    return wb_request_check(out, err);
}

/* What a status that is no success means; not in the table: any 3xx says that this is not the
 * endpoint (nothing is followed, so nothing was taken), 4xx refuses the record, 5xx nobody knows.
 */
static const struct {
    int status;
    wb_rc rc;
    const char *why;
} statuses[] = {
    {401, WB_SUSPEND, "access refused"                                   },
    {402, WB_SUSPEND, "access refused"                                   },
    {403, WB_SUSPEND, "access refused"                                   },
    {404, WB_SUSPEND, "not found: the endpoint, or what the record names"},
    {405, WB_SUSPEND, "the endpoint takes no POST"                       },
    {407, WB_SUSPEND, "the proxy refused access"                         },
    {408, WB_RETRY,   "the request came too slowly"                      },
    {410, WB_SUSPEND, "gone: the endpoint, or what the record names"     },
    {415, WB_SUSPEND, "the endpoint takes no JSON"                       },
    {421, WB_SUSPEND, "the wrong host"                                   },
    {425, WB_RETRY,   "too early"                                        },
    {429, WB_RETRY,   "throttled"                                        },
};

wb_rc
webhook_refusal(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    out->retry_ms = wb_response_retry_ms(resp, call->now_utc_us);
    out->throttled = resp->status == 429;
    for (size_t i = 0; i < WB_COUNT(statuses); i++)
        if (statuses[i].status == resp->status)
            return wb_fail(err, statuses[i].rc, "%s (HTTP %d)", statuses[i].why, resp->status);
    if (resp->status >= 300 && resp->status < 400)
        return wb_fail(err, WB_SUSPEND, "the endpoint has moved (HTTP %d)", resp->status);
    if (resp->status >= 400 && resp->status < 500)
        return wb_fail(err, WB_REJECT, "the endpoint refused it (HTTP %d)", resp->status);
    return wb_fail(err, WB_RETRY, "HTTP %d", resp->status);
}

/* 5xx may have taken effect, except a 503 that says when to come again. */
bool
webhook_effect_free(const wb_response *resp)
{
    if (resp->status == 503)
        return wb_response_header(resp, "retry-after").len > 0;
    return resp->status >= 300 && resp->status < 500;
}

static wb_rc
read_success(const wb_call *call, const wb_response *resp, wb_outcomes *out)
{
    const webhook_options *options = call->options;
    wb_err err = {0};

    if (!options->results) {
        for (size_t i = 0; i < out->result_count; i++)
            out->results[i].code = WB_RESULT_DONE;
        return WB_OK;
    }
    if (webhook_results(call, resp->body, out, &err) == WB_OK)
        return WB_OK;
    for (size_t i = 0; i < out->result_count; i++) /* it said yes, but not to what */
        wb_result_set(&out->results[i], WB_RESULT_UNKNOWN, "HTTP %d, but %.120s", resp->status,
                      err.text);
    return WB_OK;
}

/* Is it the content that was refused? Then the answer may say for each record why. */
static bool
about_records(int status)
{
    return status == 400 || status == 409 || status == 413 || status == 422;
}

wb_rc
webhook_push_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const webhook_options *options = call->options;
    wb_rc rc;

    if (resp->status >= 200 && resp->status < 300)
        return read_success(call, resp, out);
    if (options->results && about_records(resp->status) &&
        webhook_results(call, resp->body, out, NULL) == WB_OK)
        return WB_OK;
    rc = webhook_refusal(call, resp, out, err);
    if (rc != WB_REJECT)
        return rc;
    if (call->item_count > 1) {
        out->refused_whole = true; /* some of them are bad: halve it until they stand alone */
        return WB_OK;
    }
    wb_result_set(&out->results[0], WB_RESULT_PARK, "the endpoint refused it (HTTP %d)",
                  resp->status);
    return WB_OK;
}
