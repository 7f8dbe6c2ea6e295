/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lwa - access tokens of Login with Amazon: by the seller's grant, or without one
 *
 * Source: the vendor's page "Connecting to the Selling Partner API"; errors by RFC 6749, 5.2.
 */
#include "actors/connectors/amazon/amazon.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

static void
put_field(wb_buf *body, const char *name, const char *value)
{
    if (body->len)
        wb_buf_add_char(body, '&');
    wb_buf_addf(body, "%s=", name);
    wb_percent(body, wb_view_of(value), NULL); /* `+`, `/` and `|` occur in grants */
}

static wb_rc
finish(const amazon_options *options, wb_request *out, wb_err *err)
{
    put_field(&out->body, "client_id", options->client_id);
    put_field(&out->body, "client_secret", options->client_secret);
    out->method = "POST";
    out->template = AMAZON_LWA_PATH;
    amazon_lwa_url(options, &out->url);
    wb_request_header(out, "Content-Type",
                      WB_VIEW_LIT("application/x-www-form-urlencoded;charset=UTF-8"), false);
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
    return wb_request_check(out, err);
}

wb_rc
amazon_refresh_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const amazon_options *options = call->options;

    put_field(&out->body, "grant_type", "refresh_token");
    put_field(&out->body, "refresh_token", options->refresh_token);
    return finish(options, out, err);
}

wb_rc
amazon_grantless_build(const wb_call *call, wb_request *out, wb_err *err)
{
    put_field(&out->body, "grant_type", "client_credentials");
    put_field(&out->body, "scope", AMAZON_NOTIFICATIONS_SCOPE);
    return finish(call->options, out, err);
}

/* Nothing of the answer but its error code is told: a description may quote the grant. */
static const struct {
    const char *code;
    wb_rc rc;
    const char *why;
} errors[] = {
    {"invalid_grant",           WB_SUSPEND, "the seller's grant is revoked or unknown: authorise again"},
    {"invalid_client",          WB_SUSPEND, "client id or secret is wrong or expired"                  },
    {"unauthorized_client",     WB_SUSPEND, "client id or secret is wrong or expired"                  },
    {"invalid_request",         WB_SUSPEND, "a credential is malformed"                                },
    {"invalid_scope",           WB_SUSPEND, "the application may not use this scope"                   },
    {"unsupported_grant_type",  WB_SUSPEND, "this kind of grant is not offered"                        },
    {"access_denied",           WB_SUSPEND, "access denied"                                            },
    {"ServerError",             WB_RETRY,   "the token service failed"                                 },
    {"server_error",            WB_RETRY,   "the token service failed"                                 },
    {"temporarily_unavailable", WB_RETRY,   "the token service is not available"                       },
};

static wb_rc
refused(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_view code = {NULL, 0};
    char word[48];
    bool readable;

    out->retry_ms = wb_response_retry_ms(resp, call->now_utc_us);
    out->throttled = resp->status == 429;
    readable = wb_json_parse_answer(call->json, resp->body, NULL) == WB_OK &&
               wb_json_text(call->json, wb_json_get(call->json, 0, "error"), &code, "error",
                            NULL) == WB_OK;
    for (size_t i = 0; readable && i < WB_COUNT(errors); i++)
        if (wb_view_is(code, errors[i].code))
            return wb_fail(err, errors[i].rc, "login: %s (%s)", errors[i].why, errors[i].code);
    wb_text_tame(word, sizeof word, code);
    if (resp->status >= 400 && resp->status < 500 && resp->status != 429 && resp->status != 408 &&
        code.len)
        return wb_fail(err, WB_SUSPEND, "login refused: %s (HTTP %d)", word, resp->status);
    /* no code: not the token service but something before it */
    return wb_fail(err, WB_RETRY, "login: HTTP %d", resp->status);
}

wb_rc
amazon_token_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_view token = {NULL, 0};
    wb_count ttl_s = {AMAZON_LWA_TTL_S, true};

    if (resp->status != 200)
        return refused(call, resp, out, err);
    if (wb_json_parse_answer(json, resp->body, NULL) ||
        wb_json_text(json, wb_json_get(json, 0, "access_token"), &token, "access_token", NULL) ||
        wb_json_check(json, NULL) || !token.len)
        return wb_fail(err, WB_RETRY, "login: the answer is unreadable");
    wb_answer_count(json, wb_answer_member(json, 0, "expires_in"), &ttl_s, "expires_in");
    /* of a life that cannot be read, or that none has, it is the usual one; and a token that is
       refused before is fetched anew */
    if (ttl_s.value <= 0 || ttl_s.value > AMAZON_LWA_TTL_MAX_S)
        ttl_s.value = AMAZON_LWA_TTL_S;
    wb_buf_add_view(&out->token, token);
    out->token_ttl_ms = ttl_s.value * WB_MS_PER_S;
    return wb_buf_check(&out->token, "the access token", err);
}
