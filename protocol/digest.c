/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/digest.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"

#define NONCE_LEN 12
#define TAG_LEN 16

static void
context_free(EVP_CIPHER_CTX **context_p)
{
    EVP_CIPHER_CTX_free(*context_p);
    *context_p = NULL;
}

/* OpenSSL fails here only when memory runs out or it was built without the algorithm. */
static void
must(bool done)
{
    assert(done);
}

void
wb_sha256(uint8_t out[WB_SHA256_LEN], wb_view data)
{
    SHA256((const unsigned char *)(data.data ? data.data : ""), data.len, out);
}

void
wb_hmac_sha256(uint8_t out[WB_SHA256_LEN], wb_view key, wb_view data)
{
    must(HMAC(EVP_sha256(), key.data ? key.data : "", (int)key.len,
              (const unsigned char *)(data.data ? data.data : ""), data.len, out, NULL) != NULL);
}

void
wb_md5_hex(char out[33], wb_view data)
{
    unsigned char digest[16];
    unsigned len = sizeof digest;

    must(EVP_Digest(data.data ? data.data : "", data.len, digest, &len, EVP_md5(), NULL) == 1);
    wb_hex(out, digest, sizeof digest);
}

bool
wb_digest_same(wb_view a, wb_view b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.data, b.data, a.len) == 0);
}

void
wb_seal(wb_buf *out, const uint8_t key[32], wb_view aad, wb_view plain)
{
    WB_AUTO(context_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char *room = (unsigned char *)wb_buf_room(out, plain.len + WB_SEAL_OVERHEAD);
    unsigned char *text = room + NONCE_LEN;
    int len;

    if (!room)
        return;
    must(context != NULL);
    wb_random_bytes(room, NONCE_LEN);
    must(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, room) == 1);
    if (aad.len)
        must(EVP_EncryptUpdate(context, NULL, &len, (const unsigned char *)aad.data,
                               (int)aad.len) == 1);
    if (plain.len)
        must(EVP_EncryptUpdate(context, text, &len, (const unsigned char *)plain.data,
                               (int)plain.len) == 1);
    must(EVP_EncryptFinal_ex(context, text + plain.len, &len) == 1);
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_LEN, text + plain.len) == 1);
    wb_buf_grew(out, plain.len + WB_SEAL_OVERHEAD);
}

/* What was decrypted lies behind `out`'s end and is counted only when the tag was right. */
wb_rc
wb_unseal(wb_buf *out, const uint8_t key[32], wb_view aad, wb_view sealed, wb_err *err)
{
    WB_AUTO(context_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const unsigned char *from = (const unsigned char *)sealed.data;
    unsigned char tag[TAG_LEN], *room;
    size_t text_len;
    int len;

    if (sealed.len < WB_SEAL_OVERHEAD || sealed.len > INT32_MAX)
        return wb_fail(err, WB_REJECT, "sealed bytes are damaged");
    text_len = sealed.len - WB_SEAL_OVERHEAD;
    room = (unsigned char *)wb_buf_room(out, text_len);
    if (!room)
        return wb_buf_check(out, "unsealed text", err);
    must(context != NULL);
    for (size_t i = 0; i < TAG_LEN; i++)
        tag[i] = from[NONCE_LEN + text_len + i];
    must(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, from) == 1);
    if (aad.len)
        must(EVP_DecryptUpdate(context, NULL, &len, (const unsigned char *)aad.data,
                               (int)aad.len) == 1);
    if (text_len)
        must(EVP_DecryptUpdate(context, room, &len, from + NONCE_LEN, (int)text_len) == 1);
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1);
    if (EVP_DecryptFinal_ex(context, room + text_len, &len) != 1) {
        OPENSSL_cleanse(room, text_len);
        return wb_fail(err, WB_REJECT, "sealed bytes are damaged, or belong elsewhere");
    }
    wb_buf_grew(out, text_len);
    return WB_OK;
}
