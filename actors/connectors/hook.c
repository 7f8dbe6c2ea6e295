/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook - a request that came in: the connector says which nonce it is, the memory whether it was
 * here before, and the connector what becomes of it
 *
 * Nothing is taken by mistake: what verify does not take is refused, what it takes before the
 * memory was asked is not taken yet, and what is refused, or was here before, leaves no items.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "actors/connectors/connector.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

wb_view
wb_hook_header(const wb_hook *self, const char *name)
{
    return wb_response_header(&(wb_response){.headers = self->headers}, name);
}

wb_view
wb_hook_query(const wb_hook *self, const char *name)
{
    size_t name_len = strlen(name), at = 0;

    while (at < self->query.len) {
        const char *part = self->query.data + at;
        const char *end = memchr(part, '&', self->query.len - at);
        size_t len = end ? (size_t)(end - part) : self->query.len - at;

        if (len > name_len && part[name_len] == '=' && memcmp(part, name, name_len) == 0)
            return (wb_view){part + name_len + 1, len - name_len - 1};
        at += len + 1;
    }
    return (wb_view){NULL, 0};
}

bool
wb_hook_in_time(const wb_hook *self, int64_t sent_utc_us, int64_t window_ms)
{
    int64_t earliest = self->now_utc_us - window_ms * WB_US_PER_MS;
    int64_t latest = self->now_utc_us + window_ms * WB_US_PER_MS;

    return sent_utc_us >= earliest && sent_utc_us <= latest;
}

void
wb_hook_refuse(wb_hook_answer *self, int status, const char *fmt, ...)
{
    char text[sizeof self->reason];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    self->verdict = WB_HOOK_REFUSED;
    self->status = status;
    self->header_count = 0; /* nothing of an answer that was prepared before */
    self->body = (wb_view){NULL, 0};
    wb_text_tame(self->reason, sizeof self->reason, wb_view_of(text)); /* it may quote a stranger */
}

/* --- the two questions --- */

static void
ask(const wb_connector *connector, const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items)
{
    *out = (wb_hook_answer){0};
    wb_outcomes_clear(items, 0);
    connector->verify(hook, out, items);
}

static wb_nonce
remembered(const wb_hook *hook, wb_view nonce, const wb_nonce_memory *memory)
{
    uint8_t digest[WB_SHA256_LEN];
    wb_nonce known;

    if (!nonce.len)
        return WB_NONCE_NEW;
    wb_sha256(digest, hook->body);
    known = memory->known(memory->arg, nonce, digest);
    return known == WB_NONCE_UNASKED ? WB_NONCE_OTHER : known; /* a memory that does not know */
}

void
wb_hook_take(const wb_connector *connector, wb_hook *hook, const wb_nonce_memory *memory,
             wb_hook_answer *out, wb_outcomes *items)
{
    *out = (wb_hook_answer){0};
    wb_outcomes_clear(items, 0);
    hook->nonce = WB_NONCE_UNASKED;
    if (!connector->verify) {
        wb_hook_refuse(out, 404, "%s takes no webhooks", connector->name);
        return;
    }
    ask(connector, hook, out, items);
    if (out->verdict == WB_HOOK_TAKEN) {
        hook->nonce = remembered(hook, out->nonce, memory);
        ask(connector, hook, out, items);
    }
    if (out->verdict == WB_HOOK_TAKEN && hook->nonce == WB_NONCE_OTHER)
        wb_hook_refuse(out, 409, "its nonce was used for another body");
    if (out->verdict != WB_HOOK_TAKEN || hook->nonce != WB_NONCE_NEW)
        wb_outcomes_clear(items, 0);
    if (!out->status)
        out->status = out->verdict == WB_HOOK_TAKEN ? 200 : 401;
}
