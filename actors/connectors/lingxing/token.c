/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token - access tokens, by appId and appSecret
 *
 * The refresh token of an answer is not used: it lives as long as the access token that it comes
 * with, is good once, and whoever has lost it needs the appSecret all the same. One way that always
 * works stands here; tokens of an appId belong to one scope, so that the keeper asks for one at a
 * time, and nobody's is taken away by another's.
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define TOKEN_TTL_S 7199
#define TOKEN_TTL_MAX_S (30 * 86400)

static void
put_part(wb_buf *body, const char *boundary, const char *name, const char *value)
{
    wb_buf_addf(body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary,
                name, value);
}

/* A boundary that is in neither value: made of both, as nobody makes a secret. */
wb_rc
lingxing_token_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const lingxing_options *options = call->options;
    WB_AUTO(wb_buf_wipe) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char boundary[2 * 16 + 1], type[80];

    lingxing_post(call, "/api/auth-server/oauth/access-token", out);
    wb_buf_init(&text, WB_HTTP_HEADER_MAX);
    wb_buf_addf(&text, "%s\n%s", options->app_id, options->app_secret);
    wb_sha256(digest, wb_buf_view(&text));
    wb_hex(boundary, digest, 16);
    snprintf(type, sizeof type, "multipart/form-data; boundary=%s", boundary);
    wb_request_set_header(out, "Content-Type", wb_view_of(type), false);
    put_part(&out->body, boundary, "appId", options->app_id);
    put_part(&out->body, boundary, "appSecret", options->app_secret);
    wb_buf_addf(&out->body, "--%s--\r\n", boundary);
    return wb_request_check(out, err);
}

/* Its code is the text 200, and no 0. */
static bool
is_granted(const wb_call *call, const wb_response *resp)
{
    return resp->status == 200 && !wb_json_parse_answer(call->json, resp->body, NULL) &&
           wb_json_kind(call->json, 0) == WB_JSON_OBJECT &&
           (wb_view_is(lingxing_code(call->json), "200") ||
            wb_view_is(lingxing_code(call->json), "0"));
}

wb_rc
lingxing_token_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_view token = {NULL, 0};
    wb_count ttl_s = {0};
    wb_json_ref data;
    wb_rc rc;

    if (!is_granted(call, resp)) {
        rc = lingxing_answer(call, resp, out, err);
        out->renew_token = false; /* that is what this was for */
        return rc ? rc : wb_fail(err, WB_RETRY, "the answer is unreadable");
    }
    data = wb_answer_member(json, 0, "data");
    if (!lingxing_name(json, data, "access_token", &token) ||
        wb_json_kind(json, wb_json_get(json, data, "access_token")) != WB_JSON_STRING)
        return wb_fail(err, WB_RETRY, "no access_token in the answer");
    wb_answer_count(json, wb_answer_member(json, data, "expires_in"), &ttl_s, "expires_in");
    /* of a life that cannot be read it is the usual one: one that is refused before is fetched anew
     */
    if (ttl_s.value <= 0 || ttl_s.value > TOKEN_TTL_MAX_S)
        ttl_s.value = TOKEN_TTL_S;
    wb_buf_add_view(&out->token, token);
    out->token_ttl_ms = ttl_s.value * WB_MS_PER_S;
    return wb_buf_check(&out->token, "the access token", err);
}
