/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/digest.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

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

/* A digest over some parts. Looking an algorithm up by name costs more than hashing a short text:
 * it is done once, and its context is used again and again (one thread a process). */
typedef struct {
    const char *name;
    EVP_MD *algorithm;
    EVP_MD_CTX *context;
} hasher;

static void
hash_parts(hasher *self, const wb_view *parts, size_t count, unsigned char *out)
{
    if (!self->context) {
        self->algorithm = EVP_MD_fetch(NULL, self->name, NULL);
        self->context = EVP_MD_CTX_new();
    }
    must(self->algorithm && self->context);
    must(EVP_DigestInit_ex2(self->context, self->algorithm, NULL) == 1);
    for (size_t i = 0; i < count; i++)
        if (parts[i].len)
            must(EVP_DigestUpdate(self->context, parts[i].data, parts[i].len) == 1);
    must(EVP_DigestFinal_ex(self->context, out, NULL) == 1);
}

struct wb_hasher {
    EVP_MD_CTX *context;
};

wb_hasher *
wb_hasher_new(void)
{
    wb_hasher *self = wb_alloc(sizeof *self);

    self->context = EVP_MD_CTX_new();
    must(self->context && EVP_DigestInit_ex2(self->context, EVP_sha256(), NULL) == 1);
    return self;
}

void
wb_hasher_add(wb_hasher *self, wb_view data)
{
    if (data.len)
        must(EVP_DigestUpdate(self->context, data.data, data.len) == 1);
}

void
wb_hasher_end(wb_hasher *self, uint8_t out[WB_SHA256_LEN])
{
    must(EVP_DigestFinal_ex(self->context, out, NULL) == 1);
}

void
wb_hasher_destroy(wb_hasher **self_p)
{
    wb_hasher *self = wb_take(self_p);

    if (!self)
        return;
    EVP_MD_CTX_free(self->context);
    wb_free(&self);
}

static hasher sha256 = {.name = "SHA256"};
static hasher md5 = {.name = "MD5"};

void
wb_sha256(uint8_t out[WB_SHA256_LEN], wb_view data)
{
    hash_parts(&sha256, &data, 1, out);
}

#define HMAC_BLOCK 64

/* RFC 2104. */
void
wb_hmac_sha256(uint8_t out[WB_SHA256_LEN], wb_view key, wb_view data)
{
    uint8_t inner[HMAC_BLOCK], outer[HMAC_BLOCK], hashed[WB_SHA256_LEN];
    wb_view parts[2] = {
        {(const char *)inner, sizeof inner},
        data
    };

    if (key.len > HMAC_BLOCK) {
        wb_sha256(hashed, key);
        key = (wb_view){(const char *)hashed, sizeof hashed};
    }
    for (size_t i = 0; i < HMAC_BLOCK; i++) {
        uint8_t byte = i < key.len ? (uint8_t)key.data[i] : 0;
        inner[i] = byte ^ 0x36;
        outer[i] = byte ^ 0x5c;
    }
    hash_parts(&sha256, parts, 2, out);
    memcpy(hashed, out, sizeof hashed);
    parts[0].data = (const char *)outer;
    parts[1] = (wb_view){(const char *)hashed, sizeof hashed};
    hash_parts(&sha256, parts, 2, out);
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
    OPENSSL_cleanse(hashed, sizeof hashed);
}

void
wb_md5_hex(char out[33], wb_view data)
{
    unsigned char digest[16];

    hash_parts(&md5, &data, 1, digest);
    wb_hex(out, digest, sizeof digest);
}

bool
wb_digest_same(wb_view a, wb_view b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.data, b.data, a.len) == 0);
}

void
wb_scrypt(uint8_t out[WB_SCRYPT_LEN], wb_view secret, const uint8_t salt[WB_SCRYPT_SALT_LEN])
{
    must(EVP_PBE_scrypt(secret.len ? secret.data : "", secret.len, salt, WB_SCRYPT_SALT_LEN,
                        1 << 14, 8, 1, 32 << 20, out, WB_SCRYPT_LEN) == 1);
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
