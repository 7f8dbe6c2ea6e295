/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - the four parameters of every call, in its query
 *
 *   sign = base64(AES-128-ECB(upper-case hex MD5 of the text, key appId)), good for two minutes
 *
 * It covers the body by the very bytes that are sent. Source: ../shared/specs/lingxing.md, 3.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define PARAMS_MAX 64
#define COMMON_MAX 3
#define SIGN_MAX 128
#define TEXT_MAX ((size_t)WB_BODY_MAX + 4096)

static int
by_name(const void *a, const void *b)
{
    const lingxing_param *left = a, *right = b;

    return wb_view_cmp(left->name, right->name);
}

/* How a value is written into the text: a text bare, all else as it stands in the body. */
static wb_rc
value_of(wb_json *json, wb_json_ref ref, wb_view *out, wb_err *err)
{
    if (wb_json_kind(json, ref) == WB_JSON_STRING)
        return wb_json_text(json, ref, out, "a parameter", err);
    *out = wb_json_raw(json, ref);
    return WB_OK;
}

/* What is empty is left out; null is not. */
static wb_rc
read_params(wb_json *json, wb_view text, lingxing_param *out, size_t *count, wb_err *err)
{
    wb_rc rc = wb_json_parse(json, text, err);

    if (!rc && wb_json_kind(json, 0) != WB_JSON_OBJECT)
        return wb_fail(err, WB_REJECT, "parameters are one object");
    if (!rc && wb_json_count(json, 0) > PARAMS_MAX)
        return wb_fail(err, WB_REJECT, "more than %d parameters", PARAMS_MAX);
    for (wb_json_ref at = rc ? WB_JSON_NONE : wb_json_first(json, 0); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view value = {NULL, 0};

        rc = value_of(json, at, &value, err);
        if (!rc && value.len)
            out[(*count)++] = (lingxing_param){wb_json_key(json, at), value};
    }
    return rc;
}

wb_rc
lingxing_sign_text(wb_json *json, wb_view params, const lingxing_param *common, size_t count,
                   wb_buf *out, wb_err *err)
{
    lingxing_param all[PARAMS_MAX + COMMON_MAX];
    size_t sum = 0;
    wb_rc rc = params.len ? read_params(json, params, all, &sum, err) : WB_OK;

    if (rc)
        return rc;
    for (size_t i = 0; i < count && i < COMMON_MAX; i++)
        all[sum++] = common[i];
    qsort(all, sum, sizeof *all, by_name);
    for (size_t i = 0; i < sum; i++) {
        if (i && wb_view_eq(all[i].name, all[i - 1].name))
            return wb_fail(err, WB_REJECT, "parameter %.*s is there twice",
                           WB_VIEW_ARG(all[i].name));
        if (i)
            wb_buf_add_char(out, '&');
        wb_buf_add_view(out, all[i].name);
        wb_buf_add_char(out, '=');
        wb_buf_add_view(out, all[i].value);
    }
    return wb_buf_check(out, "the text to sign", err);
}

void
lingxing_sign_of(wb_view app_id, wb_view text, wb_buf *out)
{
    WB_AUTO(wb_buf_fini) wb_buf secret = {0};
    uint8_t key[WB_AES_LEN];
    char md5[33];

    wb_md5_hex(md5, text);
    for (char *at = md5; *at; at++)
        if (*at >= 'a')
            *at = (char)(*at - 'a' + 'A');
    lingxing_aes_key(key, app_id);
    wb_buf_init(&secret, sizeof md5 + WB_AES_LEN);
    wb_aes_encrypt(&secret, &(wb_aes){key, NULL}, wb_view_of(md5));
    wb_base64(out, wb_buf_view(&secret));
}

static void
add_param(wb_buf *url, const char *name, wb_view value)
{
    wb_buf_add_char(url, memchr(url->data, '?', url->len) ? '&' : '?');
    wb_buf_addf(url, "%s=", name);
    wb_percent(url, value, NULL);
}

/* Run again for each attempt: what a former one put behind the URL is taken off. */
wb_rc
lingxing_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    const lingxing_options *options = call->options;
    WB_AUTO(wb_buf_wipe) wb_buf text = {0};
    WB_AUTO(wb_buf_fini) wb_buf sign = {0};
    char seconds[24];
    lingxing_param common[COMMON_MAX];
    wb_rc rc;

    if (!call->op->needs_token)
        return WB_OK; /* what asks for a token has its secrets in the body */
    if (!token.len)
        return wb_fail(err, WB_RETRY, "no access token");
    snprintf(seconds, sizeof seconds, "%lld", (long long)(call->now_utc_us / WB_US_PER_S));
    common[0] = (lingxing_param){WB_VIEW_LIT("access_token"), token};
    common[1] = (lingxing_param){WB_VIEW_LIT("app_key"), wb_view_of(options->app_id)};
    common[2] = (lingxing_param){WB_VIEW_LIT("timestamp"), wb_view_of(seconds)};
    if (request->url_shown)
        request->url.len = request->url_shown;
    request->url_shown = request->url.len;
    wb_buf_init(&text, TEXT_MAX);
    wb_buf_init(&sign, SIGN_MAX);
    rc =
        lingxing_sign_text(call->json, wb_buf_view(&request->body), common, COMMON_MAX, &text, err);
    if (rc)
        return rc;
    lingxing_sign_of(common[1].value, wb_buf_view(&text), &sign);
    for (size_t i = 0; i < COMMON_MAX; i++)
        add_param(&request->url, common[i].name.data, common[i].value);
    add_param(&request->url, "sign", wb_buf_view(&sign));
    return wb_request_check(request, err);
}
