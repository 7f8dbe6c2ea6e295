/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hooks - what the shop sends by itself: orders that changed, signed
 *
 *   POST    with  X-Sample-Time: seconds since 1970, X-Sample-Nonce: TEXT,
 *           X-Sample-Signature: hex of HMAC-SHA256(hook_secret, time LF nonce LF body)
 *           and   {"orders": [{"id": "1", "updated": TIME}, ...]}
 *   answer  {"taken": N}, N: orders in it
 *
 * A nonce is text of 8 to 64 bytes. The time is within five minutes of ours; a repeat of what was
 * taken is answered as it was, whenever it comes.
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/sample/sample.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define WINDOW_MS INT64_C(300000)
#define NONCE_MIN 8
#define NONCE_MAX 64
#define SIGNED_MAX ((size_t)WB_BODY_MAX + 256)

static bool
is_signed(const wb_hook *hook, wb_view time, wb_view nonce)
{
    const sample_options *options = hook->options;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    wb_buf_init(&text, SIGNED_MAX);
    wb_buf_addf(&text, "%.*s\n%.*s\n", WB_VIEW_ARG(time), WB_VIEW_ARG(nonce));
    wb_buf_add_view(&text, hook->body);
    wb_hmac_sha256(digest, wb_view_of(options->hook_secret), wb_buf_view(&text));
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return !text.overflow &&
           wb_digest_same(wb_view_of(hex), wb_hook_header(hook, "X-Sample-Signature"));
}

/* Who it is from, and that nobody changed it. */
static bool
is_genuine(const wb_hook *hook, wb_view time, wb_view nonce, wb_hook_answer *out)
{
    const sample_options *options = hook->options;

    if (!options->hook_secret || !*options->hook_secret)
        wb_hook_refuse(out, 404, "the account has no hook_secret");
    else if (!wb_view_is(hook->method, "POST"))
        wb_hook_refuse(out, 405, "a webhook is a POST");
    else if (nonce.len < NONCE_MIN || nonce.len > NONCE_MAX)
        wb_hook_refuse(out, 401, "without a nonce of %d to %d bytes", NONCE_MIN, NONCE_MAX);
    else if (!is_signed(hook, time, nonce))
        wb_hook_refuse(out, 401, "the signature is another one");
    else
        return true;
    return false;
}

static bool
is_in_time(const wb_hook *hook, wb_view time, wb_hook_answer *out)
{
    int64_t seconds = 0;

    if (!wb_text_int(&seconds, time, NULL) && seconds > 0 && seconds < INT64_MAX / WB_US_PER_S &&
        wb_hook_in_time(hook, seconds * WB_US_PER_S, WINDOW_MS))
        return true;
    wb_hook_refuse(out, 401, "it is not of the last five minutes");
    return false;
}

static void
read_body(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items)
{
    wb_json *json = hook->json;
    wb_json_ref rows;
    wb_err err = {0};
    char text[48];

    if (!wb_json_parse_answer(json, hook->body, &err)) {
        rows = wb_json_get(json, 0, "orders");
        if (wb_json_kind(json, rows) == WB_JSON_ARRAY) {
            wb_outcomes_reserve(items, 3 * hook->body.len + sizeof text);
            sample_list_elements(&sample_orders, json, rows, items);
            snprintf(text, sizeof text, "{\"taken\":%zu}", items->item_count);
            out->body = wb_outcomes_keep(items, wb_view_of(text));
            out->verdict = WB_HOOK_TAKEN;
            return;
        }
    }
    wb_hook_refuse(out, 400, "its body is no list of orders");
}

void
sample_verify(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items)
{
    wb_view time = wb_hook_header(hook, "X-Sample-Time");
    wb_view nonce = wb_hook_header(hook, "X-Sample-Nonce");

    if (!is_genuine(hook, time, nonce, out))
        return;
    out->nonce = nonce;
    out->nonce_keep_ms = 2 * WINDOW_MS; /* its time may lie that much ahead */
    if (hook->nonce == WB_NONCE_NEW && !is_in_time(hook, time, out))
        return;
    out->headers[out->header_count++] =
        (wb_header){.name = "Content-Type", .value = WB_VIEW_LIT("application/json")};
    read_body(hook, out, items);
}
