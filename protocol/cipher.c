/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/cipher.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "protocol/base/own.h"

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

static EVP_CIPHER_CTX *
begin(const wb_aes *self, bool encrypt)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = self->iv ? EVP_aes_128_cbc() : EVP_aes_128_ecb();

    must(context != NULL);
    must(EVP_CipherInit_ex(context, cipher, NULL, self->key, self->iv, encrypt) == 1);
    return context;
}

void
wb_aes_encrypt(wb_buf *out, const wb_aes *self, wb_view plain)
{
    WB_AUTO(context_free) EVP_CIPHER_CTX *context = begin(self, true);
    unsigned char *room = (unsigned char *)wb_buf_room(out, plain.len + WB_AES_LEN);
    int len = 0, rest = 0;

    if (!room)
        return;
    assert(plain.len <= INT32_MAX - WB_AES_LEN);
    if (plain.len)
        must(EVP_CipherUpdate(context, room, &len, (const unsigned char *)plain.data,
                              (int)plain.len) == 1);
    must(EVP_CipherFinal_ex(context, room + len, &rest) == 1);
    wb_buf_grew(out, (size_t)(len + rest));
}

/* What was decrypted lies behind `out`'s end and is counted only when the padding was one. */
wb_rc
wb_aes_decrypt(wb_buf *out, const wb_aes *self, wb_view secret, wb_err *err)
{
    WB_AUTO(context_free) EVP_CIPHER_CTX *context = begin(self, false);
    unsigned char *room;
    int len = 0, rest = 0;

    if (secret.len == 0 || secret.len % WB_AES_LEN || secret.len > INT32_MAX - WB_AES_LEN)
        return wb_fail(err, WB_REJECT, "%zu encrypted bytes are no whole blocks", secret.len);
    room = (unsigned char *)wb_buf_room(out, secret.len + WB_AES_LEN);
    if (!room)
        return wb_buf_check(out, "decrypted text", err);
    must(EVP_CipherUpdate(context, room, &len, (const unsigned char *)secret.data,
                          (int)secret.len) == 1);
    if (EVP_CipherFinal_ex(context, room + len, &rest) != 1) {
        OPENSSL_cleanse(room, secret.len);
        return wb_fail(err, WB_REJECT, "encrypted bytes are damaged, or of another key");
    }
    wb_buf_grew(out, (size_t)(len + rest));
    return WB_OK;
}
