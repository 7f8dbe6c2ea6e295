/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hooks - what Temu sends by itself: that an order, its address or its after-sales changed
 *
 *   POST    {"eventData": base64 of AES-128-CBC(JSON)}, key and vector: the first 16 bytes of
 *           app_secret
 *   headers x-tm-app-key, x-tm-event-code, x-tm-timestamp (ms), x-tm-ext-param (may be missing),
 *           x-tm-signature: hex of HMAC-SHA256 by the whole app_secret over the names and values
 *           of the others and of eventData, sorted by name, with nothing between them
 *   answer  {"result": {}} within half a second
 *
 * What is signed of eventData is the text inside; a test of the vendor's console may come as it is,
 * and is then signed so. The header of extra parameters is signed when it is not blank; whoever
 * leaves it out of the signature is taken as well. An event is a hint: the order is fetched, and
 * what it says counts.
 */
#include "actors/connectors/temu/temu.h"

#include <string.h>

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/cipher.h"
#include "protocol/digest.h"

#define SIGNATURE_LEN (2 * WB_SHA256_LEN)
#define SIGNED_MAX ((size_t)WB_BODY_MAX + WB_HTTP_HEADER_MAX)

typedef struct {
    wb_view app_key, code, time, extra, signature;
    wb_buf raw;   /* eventData as it came */
    wb_buf plain; /* decrypted; empty = it is not encrypted, or not for us */
    wb_view text; /* what was signed of it */
} event;

static const char *const order_events[] = {
    "bg_order_status_change_event",
    "bg_trade_logistics_address_changed",
    "bg_aftersales_status_change",
    "bg_cancel_order_status_change",
};

static bool
is_blank(wb_view text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != ' ' && text.data[i] != '\t')
            return false;
    return true;
}

static bool
signed_by(const temu_options *options, const event *self, wb_view data, bool extra)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char hex[SIGNATURE_LEN + 1];

    wb_buf_init(&text, SIGNED_MAX);
    wb_buf_add_text(&text, "eventData");
    wb_buf_add_view(&text, data);
    wb_buf_addf(&text, "x-tm-app-key%.*sx-tm-event-code%.*s", WB_VIEW_ARG(self->app_key),
                WB_VIEW_ARG(self->code));
    if (extra)
        wb_buf_addf(&text, "x-tm-ext-param%.*s", WB_VIEW_ARG(self->extra));
    wb_buf_addf(&text, "x-tm-timestamp%.*s", WB_VIEW_ARG(self->time));
    wb_hmac_sha256(digest, wb_view_of(options->app_secret), wb_buf_view(&text));
    wb_hex(hex, digest, sizeof digest);
    return !text.overflow && wb_digest_same(wb_view_of(hex), self->signature);
}

/* Which of the forms is signed; false = none. */
static bool
find_signed(const temu_options *options, event *self)
{
    wb_view forms[] = {wb_buf_view(&self->plain), wb_buf_view(&self->raw)};
    bool extra = !is_blank(self->extra);

    for (size_t i = 0; i < WB_COUNT(forms); i++) {
        self->text = forms[i];
        if (forms[i].len && ((extra && signed_by(options, self, forms[i], true)) ||
                             signed_by(options, self, forms[i], false)))
            return true;
    }
    return false;
}

static void
decrypt(const temu_options *options, event *self)
{
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    const uint8_t *key = (const uint8_t *)options->app_secret;
    const wb_aes aes = {key, key};

    wb_buf_init(&self->plain, WB_BODY_MAX + TEMU_SECRET_MIN);
    wb_buf_init(&bytes, WB_BODY_MAX + TEMU_SECRET_MIN);
    if (wb_unbase64(&bytes, wb_buf_view(&self->raw), NULL) ||
        wb_aes_decrypt(&self->plain, &aes, wb_buf_view(&bytes), NULL))
        wb_buf_clear(&self->plain);
}

static void
read_headers(const wb_hook *hook, event *out)
{
    out->app_key = wb_hook_header(hook, "x-tm-app-key");
    out->code = wb_hook_header(hook, "x-tm-event-code");
    out->time = wb_hook_header(hook, "x-tm-timestamp");
    out->extra = wb_hook_header(hook, "x-tm-ext-param");
    out->signature = wb_hook_header(hook, "x-tm-signature");
}

static bool
read_data(const wb_hook *hook, event *out)
{
    wb_json *json = hook->json;
    wb_view data = {NULL, 0};

    wb_buf_init(&out->raw, WB_BODY_MAX);
    if (wb_json_parse_answer(json, hook->body, NULL) ||
        wb_json_text(json, wb_json_get(json, 0, "eventData"), &data, "eventData", NULL) ||
        wb_json_check(json, NULL))
        return false;
    wb_buf_add_view(&out->raw, data);
    return out->raw.len > 0;
}

/* Who it is from, and that nobody changed it. */
static bool
is_genuine(const wb_hook *hook, event *self, wb_hook_answer *out)
{
    const temu_options *options = hook->options;

    read_headers(hook, self);
    if (!options->app_secret || strlen(options->app_secret) < TEMU_SECRET_MIN)
        wb_hook_refuse(out, 404, "the account has no app_secret of 16 bytes");
    else if (!wb_view_is(hook->method, "POST"))
        wb_hook_refuse(out, 405, "a webhook is a POST");
    else if (self->signature.len != SIGNATURE_LEN)
        wb_hook_refuse(out, 401, "without a signature");
    else if (!read_data(hook, self))
        wb_hook_refuse(out, 400, "its body has no eventData");
    else if (decrypt(options, self), !find_signed(options, self))
        wb_hook_refuse(out, 401, "the signature is another one");
    else
        return true;
    return false;
}

static bool
is_in_time(const wb_hook *hook, wb_view time, wb_hook_answer *out)
{
    int64_t ms = 0;

    if (!wb_text_int(&ms, time, NULL) && ms > 0 && ms < INT64_MAX / WB_US_PER_MS &&
        wb_hook_in_time(hook, ms * WB_US_PER_MS, TEMU_HOOK_WINDOW_MS))
        return true;
    wb_hook_refuse(out, 401, "it is not of the last twelve hours");
    return false;
}

static bool
is_of_an_order(wb_view code)
{
    for (size_t i = 0; i < WB_COUNT(order_events); i++)
        if (wb_view_is(code, order_events[i]))
            return true;
    return false;
}

/* The order is fetched, whatever the event says of it. Two events may say the same: what makes it
 * one is its signature. */
static void
take_order(wb_json *json, const event *self, wb_outcomes *items)
{
    wb_item *item = wb_outcomes_item(items);
    wb_view id = {NULL, 0};

    item->kind = WB_KIND_NOTICE;
    item->record_kind = WB_RECORD_ORDER;
    item->what = wb_outcomes_keep(items, self->signature);
    item->body = wb_outcomes_keep(items, self->text);
    if (wb_json_text(json, wb_json_get(json, 0, "parentOrderSn"), &id, "parentOrderSn", NULL) ||
        wb_json_check(json, NULL) || !id.len || id.len > WB_EXTERNAL_ID_MAX) {
        wb_item_park(item, "an event of an order without a usable parentOrderSn");
        return;
    }
    item->external = wb_outcomes_keep(items, id);
}

static void
read_event(const wb_hook *hook, const event *self, wb_hook_answer *out, wb_outcomes *items)
{
    const temu_options *options = hook->options;
    wb_json *json = hook->json;
    wb_view mall = {NULL, 0};

    out->body = WB_VIEW_LIT("{\"result\":{}}");
    out->verdict = WB_HOOK_TAKEN;
    if (!is_of_an_order(self->code))
        return; /* a test, or what nobody here works on */
    wb_outcomes_reserve(items, 2 * self->text.len + self->signature.len + 3);
    if (wb_json_parse_answer(json, self->text, NULL)) {
        wb_hook_refuse(out, 400, "what it holds is no JSON");
        return;
    }
    temu_answer_id(json, wb_answer_member(json, 0, "mallId"), &mall, "mallId");
    if (options->mall_id && *options->mall_id && mall.len && !wb_view_is(mall, options->mall_id)) {
        out->verdict = WB_HOOK_ELSEWHERE;
        return;
    }
    take_order(json, self, items);
}

static void
event_fini(event *self)
{
    wb_buf_fini(&self->raw);
    wb_buf_fini(&self->plain);
}

void
temu_verify(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items)
{
    WB_AUTO(event_fini) event self = {0};

    if (!is_genuine(hook, &self, out))
        return;
    out->nonce = self.signature;
    out->nonce_keep_ms = 2 * TEMU_HOOK_WINDOW_MS; /* its time may lie that much ahead */
    if (hook->nonce == WB_NONCE_NEW && !is_in_time(hook, self.time, out))
        return;
    out->headers[out->header_count++] =
        (wb_header){.name = "Content-Type", .value = WB_VIEW_LIT("application/json")};
    read_event(hook, &self, out, items);
}
