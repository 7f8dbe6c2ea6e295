/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - checks a request's Signature Version 4 as the queue service does
 *
 * Written apart from the signer that is tested with it: both follow the published rules, neither
 * knows the other.
 */
#include "tools/sim/systems/amazon/sign.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "tools/sim/systems/amazon/seller.h"

#include <stdio.h>
#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256 "
#define SKEW_MAX_US (300 * WB_US_PER_S)
#define HEADER_NAME_MAX 64

typedef struct {
    wb_view access_key, scope, day, region, service, signed_headers, signature, date, token;
} sig;

static void
fault(wb_sim_sign_fault *out, const char *code, const char *message)
{
    out->code = code;
    (void)snprintf(out->message, sizeof out->message, "%s", message);
}

/* The value behind `name=` in the Authorization header, up to a comma. */
static wb_view
part(wb_view text, const char *name)
{
    const char *at = memmem(text.data, text.len, name, strlen(name));

    if (!at)
        return (wb_view){NULL, 0};
    at += strlen(name);
    const char *end = text.data + text.len;
    const char *comma = memchr(at, ',', (size_t)(end - at));
    return (wb_view){at, (size_t)((comma ? comma : end) - at)};
}

/* Up to the next slash; moves `rest` behind it. */
static wb_view
split(wb_view *rest)
{
    const char *slash = rest->len ? memchr(rest->data, '/', rest->len) : NULL;
    size_t len = slash ? (size_t)(slash - rest->data) : rest->len;
    wb_view first = {rest->data, len};

    rest->data += len + (slash ? 1 : 0);
    rest->len -= len + (slash ? 1 : 0);
    return first;
}

static bool
claim_read(sig *out, const wb_sim_request *request)
{
    wb_view text = wb_sim_request_header(request, "authorization");

    if (text.len < sizeof ALGORITHM || memcmp(text.data, ALGORITHM, sizeof ALGORITHM - 1) != 0)
        return false;
    wb_view rest = part(text, "Credential=");
    out->signed_headers = part(text, "SignedHeaders=");
    out->signature = part(text, "Signature=");
    out->date = wb_sim_request_header(request, "x-amz-date");
    out->token = wb_sim_request_header(request, "x-amz-security-token");
    if (!rest.len || !out->signed_headers.len || out->signature.len != 2 * WB_SHA256_LEN)
        return false;
    out->access_key = split(&rest);
    out->scope = rest;
    out->day = split(&rest);
    out->region = split(&rest);
    out->service = split(&rest);
    return wb_view_is(rest, "aws4_request") && out->day.len == 8 && out->date.len == 16;
}

/* "20260102T030405Z" */
static bool
date_read(wb_view text, int64_t *out_utc_us)
{
    char iso[21];
    const char *d = text.data;

    (void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", d, d + 4, d + 6, d + 9,
                   d + 11, d + 13);
    return !wb_time_parse(out_utc_us, wb_view_of(iso), NULL);
}

static bool
clock_check(const sig *claim, wb_sim_sign_fault *out)
{
    int64_t now_utc_us = wb_now_utc_us(), date_utc_us = 0;
    char now[17];

    if (!date_read(claim->date, &date_utc_us) ||
        memcmp(claim->date.data, claim->day.data, 8) != 0) {
        fault(out, "IncompleteSignature", "Date in Credential scope does not match X-Amz-Date.");
        return false;
    }
    wb_time_text_compact(now, now_utc_us);
    if (date_utc_us < now_utc_us - SKEW_MAX_US) {
        out->code = "InvalidSignatureException";
        (void)snprintf(out->message, sizeof out->message,
                       "Signature expired: %.*s is now earlier than %s - 5 min.",
                       WB_VIEW_ARG(claim->date), now);
        return false;
    }
    if (date_utc_us > now_utc_us + SKEW_MAX_US) {
        out->code = "InvalidSignatureException";
        (void)snprintf(out->message, sizeof out->message,
                       "Signature not yet current: %.*s is still later than %s + 5 min.",
                       WB_VIEW_ARG(claim->date), now);
        return false;
    }
    return true;
}

static bool
is_signed(const sig *claim, const char *name)
{
    wb_view rest = claim->signed_headers;
    size_t len = strlen(name);

    while (rest.len >= len) {
        if (!memcmp(rest.data, name, len) && (rest.len == len || rest.data[len] == ';'))
            return true;
        const char *next = memchr(rest.data, ';', rest.len);
        if (!next)
            return false;
        rest.len -= (size_t)(next + 1 - rest.data);
        rest.data = next + 1;
    }
    return false;
}

/* Runs of blanks inside a value count as one. */
static void
add_collapsed(wb_buf *out, wb_view value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] != ' ' || (i > 0 && value.data[i - 1] != ' '))
            wb_buf_add_char(out, value.data[i]);
}

static void
add_headers(wb_buf *out, const sig *claim, const wb_sim_request *request)
{
    const char *at = claim->signed_headers.data, *end = at + claim->signed_headers.len;

    while (at < end) {
        const char *next = memchr(at, ';', (size_t)(end - at));
        size_t len = (size_t)((next ? next : end) - at);
        char name[HEADER_NAME_MAX + 1] = "";
        if (len <= HEADER_NAME_MAX)
            memcpy(name, at, len);
        wb_buf_add(out, at, len);
        wb_buf_add_char(out, ':');
        add_collapsed(out, wb_sim_request_header(request, name));
        wb_buf_add_char(out, '\n');
        at += len + 1;
    }
}

static void
add_sha256(wb_buf *out, wb_view data)
{
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    wb_sha256(digest, data);
    wb_hex(hex, digest, sizeof digest);
    wb_buf_add(out, hex, sizeof hex - 1);
}

static const uint8_t *
signing_key(wb_sim_seller *seller, const sig *claim)
{
    char secret[64];

    if (wb_view_is(claim->scope, seller->scope))
        return seller->signing_key;
    (void)snprintf(secret, sizeof secret, "AWS4%s", seller->secret_key);
    uint8_t *key = seller->signing_key;
    wb_view last = {(const char *)key, WB_SHA256_LEN};
    wb_hmac_sha256(key, wb_view_of(secret), claim->day);
    wb_hmac_sha256(key, last, claim->region);
    wb_hmac_sha256(key, last, claim->service);
    wb_hmac_sha256(key, last, WB_VIEW_LIT("aws4_request"));
    wb_ignore(wb_text_set(seller->scope, sizeof seller->scope, claim->scope, NULL),
              "a longer scope is computed again each time");
    return key;
}

static bool
signature_same(wb_sim_seller *seller, const sig *claim, const wb_sim_request *request,
               wb_buf *scratch)
{
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    wb_buf_clear(scratch);
    wb_buf_add_view(scratch, request->method);
    wb_buf_add_char(scratch, '\n');
    wb_buf_add_view(scratch, request->path);
    wb_buf_add_char(scratch, '\n');
    wb_buf_add_view(scratch, request->query);
    wb_buf_add_char(scratch, '\n');
    add_headers(scratch, claim, request);
    wb_buf_add_char(scratch, '\n');
    wb_buf_add_view(scratch, claim->signed_headers);
    wb_buf_add_char(scratch, '\n');
    add_sha256(scratch, request->body);
    size_t canonical = scratch->len;
    wb_buf_add_text(scratch, "AWS4-HMAC-SHA256\n");
    wb_buf_add_view(scratch, claim->date);
    wb_buf_add_char(scratch, '\n');
    wb_buf_add_view(scratch, claim->scope);
    wb_buf_add_char(scratch, '\n');
    size_t to_sign = canonical;
    wb_sha256(digest, (wb_view){scratch->data, canonical});
    wb_hex(hex, digest, sizeof digest);
    wb_buf_add(scratch, hex, sizeof hex - 1);
    wb_view key = {(const char *)signing_key(seller, claim), WB_SHA256_LEN};
    wb_hmac_sha256(digest, key, (wb_view){scratch->data + to_sign, scratch->len - to_sign});
    wb_hex(hex, digest, sizeof digest);
    return wb_digest_same(wb_view_of(hex), claim->signature);
}

void
wb_sim_sign_check(const wb_sim_amazon *amazon, const wb_sim_request *request, wb_buf *scratch,
                  wb_sim_sign_fault *out)
{
    sig claim = {0};

    if (!wb_sim_request_header(request, "authorization").data) {
        fault(out, "MissingAuthenticationToken", "Request is missing Authentication Token");
        return;
    }
    if (!claim_read(&claim, request) || !is_signed(&claim, "host") ||
        !is_signed(&claim, "x-amz-date")) {
        fault(out, "IncompleteSignature",
              "Authorization header lacks a part, or does not sign "
              "host and x-amz-date.");
        return;
    }
    wb_sim_seller *seller = wb_sim_seller_by_access_key(amazon, claim.access_key);
    if (!seller || (claim.token.data && (!wb_view_is(claim.token, seller->session_token) ||
                                         !is_signed(&claim, "x-amz-security-token")))) {
        fault(out, "UnrecognizedClientException",
              "The security token included in the request is invalid.");
        return;
    }
    if (!clock_check(&claim, out))
        return;
    if (!wb_view_is(claim.service, "sqs") || !signature_same(seller, &claim, request, scratch))
        fault(out, "SignatureDoesNotMatch",
              "The request signature we calculated does not match the signature you provided.");
}
