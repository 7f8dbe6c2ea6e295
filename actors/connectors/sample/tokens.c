/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokens - what opens the reports: an access token for an hour, got by a grant for a year, which
 * each answer replaces
 *
 *   POST {url}/token   {"grant": TEXT}
 *       {"token", "expires_in": seconds, "grant", "grant_expires_in": seconds}
 *       400: the grant is none (any more)
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/clock.h"

wb_rc
sample_token_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    wb_json_writer writer;

    if (!call->grant.len)
        return wb_fail(err, WB_REJECT, "reports are opened by a grant: set it");
    out->method = "POST";
    out->template = "/token";
    wb_buf_addf(&out->url, "%s/token", options->url);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "grant", call->grant);
    wb_json_close(&writer, '}');
    wb_request_header(out, "Content-Type", WB_VIEW_LIT("application/json"), false);
    return wb_request_check(out, err);
}

/* Seconds as milliseconds; 0 = not told. */
static int64_t
seconds_of(wb_json *json, const char *member)
{
    wb_count told = {0};

    wb_answer_count(json, wb_answer_member(json, 0, member), &told, member);
    return told.known && told.value > 0 && told.value < SAMPLE_SECONDS_MAX
               ? told.value * WB_MS_PER_S
               : 0;
}

wb_rc
sample_token_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_view token = {NULL, 0}, grant = {NULL, 0};
    wb_rc rc;

    if (resp->status == 400)
        return wb_fail(err, WB_SUSPEND, "the grant is refused");
    rc = wb_response_usual(call, resp, out, err);
    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err) ||
        wb_json_text(json, wb_json_get(json, 0, "token"), &token, "token", err) ||
        wb_json_check(json, err) || !token.len)
        return wb_fail(err, WB_RETRY, "the answer has no token");
    wb_answer_code(json, wb_answer_member(json, 0, "grant"), &grant, "grant");
    wb_buf_add_view(&out->token, token);
    wb_buf_add_view(&out->grant, grant);
    out->token_ttl_ms = seconds_of(json, "expires_in");
    if (!out->token_ttl_ms)
        out->token_ttl_ms = SAMPLE_TOKEN_MS;
    out->grant_ttl_ms = seconds_of(json, "grant_expires_in");
    return WB_OK;
}
