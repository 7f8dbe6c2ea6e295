/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest - SHA-256, HMAC-SHA-256, MD5 (where a vendor wants it) and AES-256-GCM, on OpenSSL
 */
#ifndef WB_PROTOCOL_DIGEST_H
#define WB_PROTOCOL_DIGEST_H

#include "protocol/base/buf.h"

#define WB_SHA256_LEN 32
#define WB_SEAL_OVERHEAD 28 /* 12 bytes nonce in front, 16 bytes tag behind */

void wb_sha256(uint8_t out[WB_SHA256_LEN], wb_view data);
/* The same of bytes that come piece by piece; it ends once. */
typedef struct wb_hasher wb_hasher;
wb_hasher *wb_hasher_new(void);
void wb_hasher_add(wb_hasher *self, wb_view data);
void wb_hasher_end(wb_hasher *self, uint8_t out[WB_SHA256_LEN]);
void wb_hasher_destroy(wb_hasher **self_p);
void wb_hmac_sha256(uint8_t out[WB_SHA256_LEN], wb_view key, wb_view data);
/* Lower-case hex MD5 (33 bytes with NUL): some vendors name bodies or sign by it. */
void wb_md5_hex(char out[33], wb_view data);
/* Takes as long for a wrong guess as for a right one. */
bool wb_digest_same(wb_view a, wb_view b);

/* What a password or a key is stored as: scrypt (RFC 7914) with N = 2^14, r = 8, p = 1: 16 MiB and
 * some 40 ms, so that who steals what is stored does not get what it was made of. */
#define WB_SCRYPT_LEN 32
#define WB_SCRYPT_SALT_LEN 16
void wb_scrypt(uint8_t out[WB_SCRYPT_LEN], wb_view secret, const uint8_t salt[WB_SCRYPT_SALT_LEN]);

/* AES-256-GCM: out = nonce | ciphertext | tag. `aad` binds it to its place. */
void wb_seal(wb_buf *out, const uint8_t key[32], wb_view aad, wb_view plain);
/* WB_REJECT: damaged, wrong key or wrong place. */
WB_MUST_CHECK wb_rc wb_unseal(wb_buf *out, const uint8_t key[32], wb_view aad, wb_view sealed,
                              wb_err *err);

#endif
