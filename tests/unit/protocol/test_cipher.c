/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/cipher.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/suite.h"

/* In hex: FIPS 197, C.1; NIST SP 800-38A, F.1.1 and F.2.1 (their first two blocks). Behind what is
 * published stands a block of padding. */
#define FIPS_KEY "000102030405060708090a0b0c0d0e0f"
#define NIST_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define NIST_IV "000102030405060708090a0b0c0d0e0f"
#define NIST_PLAIN "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
#define NIST_ECB "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
#define NIST_CBC "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"

static const struct {
    const char *key, *iv, *plain, *secret;
} vectors[] = {
    {FIPS_KEY, NULL,    "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"},
    {NIST_KEY, NULL,    NIST_PLAIN,                         NIST_ECB                          },
    {NIST_KEY, NIST_IV, NIST_PLAIN,                         NIST_CBC                          },
};

static const uint8_t *
bytes_of(wb_buf *out, const char *hex)
{
    size_t len = strlen(hex) / 2;

    ck_assert(wb_unhex(wb_buf_room(out, len), len, wb_view_of(hex), NULL) == WB_OK);
    wb_buf_grew(out, len);
    return (const uint8_t *)out->data;
}

START_TEST(test_vectors)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    WB_AUTO(wb_buf_fini) wb_buf iv = {0};
    WB_AUTO(wb_buf_fini) wb_buf plain = {0};
    WB_AUTO(wb_buf_fini) wb_buf secret = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_buf *const all[] = {&key, &iv, &plain, &secret, &out};
    wb_aes aes = {0};

    for (size_t i = 0; i < WB_COUNT(all); i++)
        wb_buf_init(all[i], 256);
    aes.key = bytes_of(&key, vectors[_i].key);
    aes.iv = vectors[_i].iv ? bytes_of(&iv, vectors[_i].iv) : NULL;
    bytes_of(&plain, vectors[_i].plain);
    bytes_of(&secret, vectors[_i].secret);
    wb_aes_encrypt(&out, &aes, wb_buf_view(&plain));
    ck_assert_uint_eq(out.len, plain.len + WB_AES_LEN);
    ck_assert(wb_view_eq((wb_view){out.data, plain.len}, wb_buf_view(&secret)));
    wb_buf_clear(&secret);
    ck_assert(wb_aes_decrypt(&secret, &aes, wb_buf_view(&out), NULL) == WB_OK);
    ck_assert(wb_view_eq(wb_buf_view(&secret), wb_buf_view(&plain)));
}
END_TEST

/* Every length around a block, there and back, behind what was there. */
START_TEST(test_lengths)
{
    static const uint8_t key[WB_AES_LEN] = "0123456789abcdef";
    static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    WB_AUTO(wb_buf_fini) wb_buf secret = {0};
    WB_AUTO(wb_buf_fini) wb_buf back = {0};
    wb_aes aes = {key, _i % 2 ? key : NULL};
    size_t len = (size_t)_i / 2;

    wb_buf_init(&secret, 256);
    wb_buf_init(&back, 256);
    wb_buf_add_text(&back, "a:");
    wb_aes_encrypt(&secret, &aes, (wb_view){text, len});
    ck_assert_uint_eq(secret.len, (len / WB_AES_LEN + 1) * WB_AES_LEN);
    ck_assert(wb_aes_decrypt(&back, &aes, wb_buf_view(&secret), NULL) == WB_OK);
    ck_assert_uint_eq(back.len, len + 2);
    ck_assert(memcmp(back.data, "a:", 2) == 0 && memcmp(back.data + 2, text, len) == 0);
}
END_TEST

START_TEST(test_refused)
{
    static const uint8_t key[WB_AES_LEN] = "0123456789abcdef",
                         other[WB_AES_LEN] = "0123456789abcdeF";
    WB_AUTO(wb_buf_fini) wb_buf secret = {0};
    WB_AUTO(wb_buf_fini) wb_buf back = {0};
    wb_aes aes = {key, key};

    wb_buf_init(&secret, 256);
    wb_buf_init(&back, 256);
    wb_aes_encrypt(&secret, &aes, WB_VIEW_LIT("exactly 16 bytes"));
    for (size_t len = 0; len < secret.len; len++)
        ck_assert(wb_aes_decrypt(&back, &aes, (wb_view){secret.data, len}, NULL) == WB_REJECT);
    aes.key = other;
    ck_assert(wb_aes_decrypt(&back, &aes, wb_buf_view(&secret), NULL) == WB_REJECT);
    ck_assert_uint_eq(back.len, 0);
}
END_TEST

/* Without room nothing is written, and the buffer says so. */
START_TEST(test_no_room)
{
    static const uint8_t key[WB_AES_LEN] = "0123456789abcdef";
    WB_AUTO(wb_buf_fini) wb_buf small = {0};
    WB_AUTO(wb_buf_fini) wb_buf secret = {0};
    wb_aes aes = {key, NULL};

    wb_buf_init(&small, 8);
    wb_buf_init(&secret, 256);
    wb_aes_encrypt(&small, &aes, WB_VIEW_LIT("x"));
    ck_assert(small.overflow && small.len == 0);
    wb_aes_encrypt(&secret, &aes, WB_VIEW_LIT("x"));
    wb_buf_clear(&small);
    ck_assert(wb_aes_decrypt(&small, &aes, wb_buf_view(&secret), NULL) != WB_OK);
    ck_assert_uint_eq(small.len, 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_vectors, WB_COUNT(vectors)},
        {test_lengths, 2 * 34           },
        {test_refused, 0                },
        {test_no_room, 0                },
        {NULL,         0                },
    };

    return wb_suite_run("protocol.cipher", rows);
}
