/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spapi - what all calls of the Selling Partner API share: headers, errors, the limit they tell
 */
#include "actors/connectors/amazon/amazon.h"

#include <stdio.h>
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

static void
put_escaped(wb_buf *out, const char *text, const char *special)
{
    for (; text && *text; text++) {
        if (strchr(special, *text))
            wb_buf_add_char(out, '\\');
        wb_buf_add_char(out, *text >= 0x20 && *text < 0x7f ? *text : '?');
    }
}

void
amazon_sp_get(const wb_call *call, const char *path, wb_request *out)
{
    const amazon_options *options = call->options;
    wb_view base = wb_view_of(amazon_endpoint(options));
    WB_AUTO(wb_buf_fini) wb_buf agent = {0};

    while (base.len && base.data[base.len - 1] == '/')
        base.len--;
    wb_buf_add_view(&out->url, base);
    wb_buf_add_text(&out->url, path);
    out->method = "GET";

    wb_buf_init(&agent, AMAZON_USER_AGENT_MAX);
    put_escaped(&agent, options->application, "\\/");
    wb_buf_add_char(&agent, '/');
    put_escaped(&agent, options->application_version, "\\(");
    wb_buf_add_text(&agent, AMAZON_USER_AGENT_REST);
    wb_request_header(out, "User-Agent", wb_buf_view(&agent), false);
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
}

wb_rc
amazon_sp_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    char date[17];

    if (!token.len)
        return wb_fail(err, WB_RETRY, "no access token");
    wb_time_text_compact(date, call->now_utc_us);
    wb_request_set_header(request, "x-amz-access-token", token, true);
    wb_request_set_header(request, "x-amz-date", wb_view_of(date), false);
    return wb_request_check(request, err);
}

void
amazon_request_id(const wb_response *resp, char *dst, size_t size)
{
    wb_view id = wb_response_header(resp, "x-amzn-requestid");
    char tame[80];

    if (!id.len)
        id = wb_response_header(resp, "x-amz-rid");
    wb_text_tame(tame, sizeof tame, id);
    snprintf(dst, size, "%s%s", *tame ? ", request " : "", tame);
}

/* "InvalidInput: Invalid Input" of {"errors": [{"code", "message"}]}, tame. 5xx bodies are HTML or
 * empty, and 403 of the edge have no type: then the exception's name in a header, or "". */
static void
error_text(wb_json *json, const wb_response *resp, char *dst, size_t size)
{
    wb_view code = {NULL, 0}, message = {NULL, 0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_ref first;

    wb_buf_init(&text, 1024);
    if (wb_json_parse_answer(json, resp->body, NULL) == WB_OK) {
        first = wb_json_first(json, wb_json_get(json, 0, "errors"));
        wb_answer_text(json, wb_answer_member(json, first, "code"), &code, "code");
        wb_answer_text(json, wb_answer_member(json, first, "message"), &message, "message");
    }
    if (!code.len)
        code = wb_response_header(resp, "x-amzn-errortype");
    if (code.len || message.len)
        wb_buf_addf(&text, ": %.*s: %.*s", WB_VIEW_ARG(code),
                    message.len < 200 ? (int)message.len : 200, message.data ? message.data : "");
    wb_text_tame(dst, size, wb_buf_view(&text));
}

/* The header is told on 20x, 400 and 404 only. */
static void
learn_rate(const wb_response *resp, wb_outcomes *out)
{
    int64_t micro = 0;
    wb_view text = wb_response_header(resp, "x-amzn-ratelimit-limit");

    if (text.len && wb_rate_parse(&micro, text) && micro > 0)
        out->learnt_rate_micro = micro;
}

wb_rc
amazon_sp_status(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    int status = resp->status;
    const char *name = call->op->name;
    char why[240], id[96];

    learn_rate(resp, out);
    if (status == 200)
        return WB_OK;
    out->retry_ms = wb_response_retry_ms(resp, call->now_utc_us);
    error_text(call->json, resp, why, sizeof why);
    amazon_request_id(resp, id, sizeof id);
    if (status == 401 || status == 403) {
        out->renew_token = true; /* it may only have expired */
        return wb_fail(err, WB_SUSPEND, "%s: access refused (HTTP %d%s)%s", name, status, id, why);
    }
    if (status == 429) {
        out->throttled = true;
        return wb_fail(err, WB_RETRY, "%s: throttled%s", name, why);
    }
    if (status < 400 || status == 408 || status == 425 || status >= 500)
        return wb_fail(err, WB_RETRY, "%s: HTTP %d%s%s", name, status, id, why);
    return wb_fail(err, WB_REJECT, "%s: refused (HTTP %d%s)%s", name, status, id, why);
}

bool
amazon_order_id_ok(wb_view id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return id.len > 0 && id.len <= AMAZON_ORDER_ID_MAX && id.data[0] != '.';
}

bool
amazon_behind(int64_t read_utc_us, int64_t announced_utc_us)
{
    if (read_utc_us == 0 || announced_utc_us == 0)
        return false;
    if (read_utc_us % WB_US_PER_S == 0)
        announced_utc_us -= announced_utc_us % WB_US_PER_S;
    return read_utc_us < announced_utc_us;
}

void
amazon_not_found(const wb_call *call, const wb_envelope *env, wb_result *result)
{
    int64_t since = wb_envelope_hop_at(env, WB_HOP_SOURCE);

    if (!since)
        since = wb_envelope_hop_at(env, WB_HOP_RECEIVED);
    if (since && call->now_utc_us - since > AMAZON_NOT_FOUND_MS * WB_US_PER_MS) {
        wb_result_set(result, WB_RESULT_PARK, "Amazon does not know this order (HTTP 404)");
        return;
    }
    wb_result_set(result, WB_RESULT_RETRY, "the order is not visible yet (HTTP 404)");
    result->retry_ms = AMAZON_NOT_FOUND_AGAIN_MS;
}
