/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A webhook of any bytes, from anybody: nothing outside them is read, and what nobody signed is not
 * taken. Every other input is signed, so that what is behind the signature is reached as well.
 *
 * Input: a byte whose lowest bit says whether it is signed; the body, or headers, LF, LF, body.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/sample/sample.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "tests/contract/kit.h"
#include "tests/fuzz/fuzz.h"

#define NOW "1767322800"
#define NONCE "nonce-0001"

static const char secret[] = "key-of-the-shop";

static wb_nonce
known(void *arg, wb_view nonce, const uint8_t body_sha256[32])
{
    FUZZ_MUST(nonce.len && body_sha256);
    return *(wb_nonce *)arg;
}

static void
sign(wb_buf *out, wb_view body)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];

    wb_buf_init(&text, body.len + 64);
    wb_buf_add_text(&text, NOW "\n" NONCE "\n");
    wb_buf_add_view(&text, body);
    wb_hmac_sha256(digest, wb_view_of(secret), wb_buf_view(&text));
    wb_buf_add_text(out,
                    "X-Sample-Time: " NOW "\r\nX-Sample-Nonce: " NONCE "\r\nX-Sample-Signature: ");
    for (size_t i = 0; i < sizeof digest; i++)
        wb_buf_addf(out, "%02x", digest[i]);
    wb_buf_add_text(out, "\r\n");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static kit self;
    WB_AUTO(wb_buf_fini) wb_buf headers = {0};
    wb_view text = {(const char *)data + 1, size - 1};
    wb_nonce says = WB_NONCE_NEW;
    wb_nonce_memory memory = {known, &says};
    bool is_signed = size && (data[0] & 1);
    const char *gap;
    wb_hook_answer answer;
    wb_hook hook;

    if (!size)
        return 0;
    if (!self.connector) {
        kit_init(&self, &wb_connector_sample);
        kit_text(&((sample_options *)self.options)->hook_secret, secret);
    }
    wb_buf_init(&headers, size + 1024);
    gap = is_signed ? NULL : memmem(text.data, text.len, "\n\n", 2);
    if (gap) {
        wb_buf_add(&headers, text.data, (size_t)(gap + 1 - text.data));
        text.len -= (size_t)(gap + 2 - text.data);
        text.data = gap + 2;
    }
    if (is_signed)
        sign(&headers, text);
    hook = (wb_hook){.options = self.options,
                     .json = self.json,
                     .method = WB_VIEW_LIT("POST"),
                     .headers = wb_buf_view(&headers),
                     .body = text,
                     .now_utc_us = KIT_NOW_US};
    wb_hook_take(&wb_connector_sample, &hook, &memory, &answer, &self.out);
    FUZZ_MUST(answer.verdict != WB_HOOK_TAKEN || is_signed);
    FUZZ_MUST(answer.verdict == WB_HOOK_TAKEN || (!self.out.item_count && answer.reason[0]));
    FUZZ_MUST(answer.verdict != WB_HOOK_TAKEN || answer.status == 200);
    return 0;
}
