/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/digest.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/suite.h"

static void
check_hex(const uint8_t *digest, const char *want)
{
    char hex[2 * WB_SHA256_LEN + 1];

    wb_hex(hex, digest, WB_SHA256_LEN);
    ck_assert_str_eq(hex, want);
}

/* Published vectors: FIPS 180-2, RFC 4231 case 2, RFC 1321. */
START_TEST(test_vectors)
{
    uint8_t digest[WB_SHA256_LEN];
    char md5[33];

    wb_sha256(digest, WB_VIEW_LIT("abc"));
    check_hex(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    wb_sha256(digest, (wb_view){0});
    check_hex(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    wb_hmac_sha256(digest, WB_VIEW_LIT("Jefe"), WB_VIEW_LIT("what do ya want for nothing?"));
    check_hex(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    wb_hmac_sha256(digest, (wb_view){0}, (wb_view){0});
    check_hex(digest, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    wb_md5_hex(md5, WB_VIEW_LIT("abc"));
    ck_assert_str_eq(md5, "900150983cd24fb0d6963f7d28e17f72");
    wb_md5_hex(md5, (wb_view){0});
    ck_assert_str_eq(md5, "d41d8cd98f00b204e9800998ecf8427e");
}
END_TEST

START_TEST(test_same)
{
    ck_assert(wb_digest_same(WB_VIEW_LIT("abc"), WB_VIEW_LIT("abc")));
    ck_assert(!wb_digest_same(WB_VIEW_LIT("abc"), WB_VIEW_LIT("abd")));
    ck_assert(!wb_digest_same(WB_VIEW_LIT("abc"), WB_VIEW_LIT("ab")));
    ck_assert(wb_digest_same((wb_view){0}, (wb_view){0}));
}
END_TEST

static void
seal_and_check(wb_view plain, wb_view aad)
{
    static const uint8_t key[32] = {1, 2, 3}, other[32] = {1, 2, 4};
    WB_AUTO(wb_buf_fini) wb_buf sealed = {0};
    WB_AUTO(wb_buf_fini) wb_buf again = {0};
    WB_AUTO(wb_buf_fini) wb_buf back = {0};

    wb_buf_init(&sealed, 4096);
    wb_buf_init(&again, 4096);
    wb_buf_init(&back, 4096);
    wb_seal(&sealed, key, aad, plain);
    wb_seal(&again, key, aad, plain);
    ck_assert_uint_eq(sealed.len, plain.len + WB_SEAL_OVERHEAD);
    ck_assert(!wb_view_eq(wb_buf_view(&sealed), wb_buf_view(&again))); /* a nonce of its own */
    ck_assert(wb_unseal(&back, key, aad, wb_buf_view(&sealed), NULL) == WB_OK);
    ck_assert(wb_view_eq(wb_buf_view(&back), plain));
    wb_buf_clear(&back);
    ck_assert(wb_unseal(&back, other, aad, wb_buf_view(&sealed), NULL) == WB_REJECT);
    ck_assert(wb_unseal(&back, key, WB_VIEW_LIT("elsewhere"), wb_buf_view(&sealed), NULL) ==
              WB_REJECT);
    for (size_t at = 0; at < sealed.len; at++) {
        sealed.data[at] ^= 1;
        ck_assert(wb_unseal(&back, key, aad, wb_buf_view(&sealed), NULL) == WB_REJECT);
        sealed.data[at] ^= 1;
        ck_assert(wb_unseal(&back, key, aad, (wb_view){sealed.data, at}, NULL) == WB_REJECT);
    }
    ck_assert_uint_eq(back.len, 0);
}

START_TEST(test_seal)
{
    seal_and_check(WB_VIEW_LIT("a secret of some length, longer than a block"),
                   WB_VIEW_LIT("token"));
    seal_and_check((wb_view){0}, (wb_view){0});
    seal_and_check(WB_VIEW_LIT("x"), (wb_view){0});
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_vectors, 0},
        {test_same,    0},
        {test_seal,    0},
        {NULL,         0}
    };

    return wb_suite_run("protocol.digest", rows);
}
