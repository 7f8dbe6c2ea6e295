/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor - where a list goes on: the place, and a seal over it and the list that it is of
 *
 * The seal is made with the key of the state folder, so that a cursor of another list, another
 * deployment, or made up is told from one that we gave.
 */
#include <string.h>

#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define SEAL_LEN 16
#define SEALED_MAX (64 * 1024)

static void
seal(const wb_gateway *gateway, wb_view of, wb_view where, uint8_t out[WB_SHA256_LEN])
{
    WB_AUTO(wb_buf_fini) wb_buf all = {0};

    wb_buf_init(&all, SEALED_MAX);
    wb_buf_addf(&all, "cursor %zu:", of.len);
    wb_buf_add_view(&all, of);
    wb_buf_add_view(&all, where);
    wb_hmac_sha256(out,
                   (wb_view){(const char *)wb_store_key(wb_ctx_store(gateway->ctx)), WB_SHA256_LEN},
                   wb_buf_view(&all));
}

static void
exchange(wb_buf *text, const char *from, const char *to)
{
    for (size_t i = 0; i < text->len; i++)
        for (size_t k = 0; from[k]; k++)
            if (text->data[i] == from[k]) {
                text->data[i] = to[k];
                break;
            }
}

void
wb_page_cursor_put(const wb_gateway *gateway, wb_view of, wb_view where, wb_buf *out)
{
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    uint8_t mac[WB_SHA256_LEN];

    wb_buf_init(&bytes, WB_CURSOR_TEXT_MAX);
    seal(gateway, of, where, mac);
    wb_buf_add(&bytes, mac, SEAL_LEN);
    wb_buf_add_view(&bytes, where);
    wb_base64(out, wb_buf_view(&bytes));
    exchange(out, "+/=", "-_.");
}

bool
wb_page_cursor_read(const wb_gateway *gateway, wb_view of, const char *text, wb_buf *out)
{
    WB_AUTO(wb_buf_fini) wb_buf plain = {0};
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    uint8_t mac[WB_SHA256_LEN];
    wb_view where;

    wb_buf_init(&plain, WB_CURSOR_TEXT_MAX);
    wb_buf_init(&bytes, WB_CURSOR_TEXT_MAX);
    wb_buf_add_text(&plain, text);
    if (plain.overflow || strpbrk(text, "+/="))
        return false;
    exchange(&plain, "-_.", "+/=");
    if (wb_unbase64(&bytes, wb_buf_view(&plain), NULL) || bytes.len < SEAL_LEN)
        return false;
    where = (wb_view){bytes.data + SEAL_LEN, bytes.len - SEAL_LEN};
    seal(gateway, of, where, mac);
    if (!wb_digest_same((wb_view){(const char *)mac, SEAL_LEN}, (wb_view){bytes.data, SEAL_LEN}))
        return false;
    wb_buf_add_view(out, where);
    return !out->overflow;
}

int64_t
wb_sync_number(wb_view what)
{
    uint8_t digest[WB_SHA256_LEN];
    uint64_t number = 0;

    wb_sha256(digest, what);
    for (int i = 0; i < 7; i++)
        number = number << 8 | digest[i];
    number >>= 3;
    return number ? (int64_t)number : 1;
}
