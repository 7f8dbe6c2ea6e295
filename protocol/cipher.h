/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cipher - AES-128 in the modes that vendors sign and wrap with: ECB and CBC, PKCS #5 padding
 *
 * Neither mode tells that bytes were changed: what came in this way is believed by its signature
 * alone. What we keep ourselves is sealed (digest.h).
 */
#ifndef WB_PROTOCOL_CIPHER_H
#define WB_PROTOCOL_CIPHER_H

#include "protocol/base/buf.h"

#define WB_AES_LEN 16 /* bytes of a block, and of an AES-128 key */

typedef struct {
    const uint8_t *key; /* WB_AES_LEN bytes */
    const uint8_t *iv;  /* WB_AES_LEN bytes: CBC that begins with it; NULL: ECB */
} wb_aes;

/* Appends 1..WB_AES_LEN bytes more than `plain` has: a multiple of the block. */
void wb_aes_encrypt(wb_buf *out, const wb_aes *self, wb_view plain);
/* Appends the plain bytes. WB_REJECT: not a whole number of blocks, or the padding is none (another
 * key, or damaged); `out` is as it was. */
WB_MUST_CHECK wb_rc wb_aes_decrypt(wb_buf *out, const wb_aes *self, wb_view secret, wb_err *err);

#endif
