/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - the last three members of a body: the token, the time, and the MD5 over all but itself
 *
 * The members of the body, sorted by their keys, each as its key and its value with nothing between
 * them: a text without its quotes, all else as its JSON stands in the body. So what is signed are
 * the very bytes that leave, and what is inside a value is never sorted. The secret stands before
 * and behind it all.
 */
#include "actors/connectors/temu/temu.h"

#include <stdlib.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"

typedef struct {
    wb_view key, value;
} member;

static int
by_key(const void *a, const void *b)
{
    return wb_view_cmp(((const member *)a)->key, ((const member *)b)->key);
}

static wb_view
value_of(const wb_json *json, wb_json_ref ref)
{
    wb_view raw = wb_json_raw(json, ref);

    if (wb_json_kind(json, ref) == WB_JSON_STRING)
        raw = (wb_view){raw.data + 1, raw.len - 2};
    return raw;
}

static size_t
take_members(const wb_json *json, member *out)
{
    size_t count = 0;

    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at))
        if (!wb_view_is(wb_json_key(json, at), "sign") && wb_json_kind(json, at) != WB_JSON_NULL)
            out[count++] = (member){wb_json_key(json, at), value_of(json, at)};
    return count;
}

wb_rc
temu_joined(wb_json *json, wb_view body, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_free) member *members = NULL;
    size_t count;
    wb_rc rc = wb_json_parse(json, body, err);

    if (rc)
        return rc;
    if (wb_json_kind(json, 0) != WB_JSON_OBJECT)
        return wb_fail(err, WB_REJECT, "a body that is no object cannot be signed");
    members = wb_alloc((wb_json_count(json, 0) + 1) * sizeof *members);
    count = take_members(json, members);
    qsort(members, count, sizeof *members, by_key);
    for (size_t i = 0; i < count; i++) {
        wb_buf_add_view(out, members[i].key);
        wb_buf_add_view(out, members[i].value);
    }
    return wb_buf_check(out, "what is signed", err);
}

void
temu_digest(char hex[33], const char *app_secret, wb_view joined)
{
    WB_AUTO(wb_buf_wipe) wb_buf text = {0};

    wb_buf_init(&text, (size_t)2 * WB_BODY_MAX);
    wb_buf_add_text(&text, app_secret);
    wb_buf_add_view(&text, joined);
    wb_buf_add_text(&text, app_secret);
    wb_md5_hex(hex, wb_buf_view(&text));
    for (char *at = hex; *at; at++)
        if (*at >= 'a' && *at <= 'f')
            *at = (char)(*at - 'a' + 'A');
}

/* Where what a signature adds begins: the bracket at its end, or the comma before the token of a
 * signature that is there already. */
static wb_rc
unsigned_len(wb_json *json, const wb_buf *body, size_t *out, wb_err *err)
{
    wb_rc rc = wb_json_parse(json, wb_buf_view(body), err);

    if (rc)
        return rc;
    *out = body->len - 1;
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at))
        if (wb_view_is(wb_json_key(json, at), "access_token"))
            *out = (size_t)(wb_json_key(json, at).data - body->data) - 2;
    return WB_OK;
}

wb_rc
temu_sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    const temu_options *options = call->options;
    WB_AUTO(wb_buf_wipe) wb_buf joined = {0};
    wb_json_writer writer = {.out = &request->body, .comma = 2, .depth = 1};
    char sign[33];
    size_t len;
    wb_rc rc = unsigned_len(call->json, &request->body, &len, err);

    (void)token; /* a seller's token is good for a year, and nothing renews it */
    if (rc)
        return rc;
    request->body.len = len;
    wb_json_member_text(&writer, "access_token", wb_view_of(options->access_token));
    wb_json_member_int(&writer, "timestamp", call->now_utc_us / WB_US_PER_S);
    wb_json_close(&writer, '}');
    wb_buf_init(&joined, WB_BODY_MAX);
    rc = temu_joined(call->json, wb_buf_view(&request->body), &joined, err);
    if (rc)
        return rc;
    temu_digest(sign, options->app_secret, wb_buf_view(&joined));
    request->body.len--;
    wb_buf_addf(&request->body, ",\"sign\":\"%s\"}", sign);
    return wb_request_check(request, err);
}
