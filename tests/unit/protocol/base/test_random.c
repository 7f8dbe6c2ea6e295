/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/random.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

/* Stores and shards hang on these: a change of any is a break of format. */
static const struct {
    const char *text;
    uint64_t seed, hash;
} hashes[] = {
    {"",            0, UINT64_C(0xefd01f60ba992926)},
    {"a",           0, UINT64_C(0x82a2a958a9bece5b)},
    {"acme/shop-1", 0, UINT64_C(0xc3d29bc90a1393ac)},
    {"acme/shop-1", 1, UINT64_C(0x0845ba050f4201c8)},
};

START_TEST(test_hash)
{
    uint64_t hash = wb_hash64(hashes[_i].text, strlen(hashes[_i].text), hashes[_i].seed);

    ck_assert_msg(hash == hashes[_i].hash, "%s: %#llx", hashes[_i].text, (unsigned long long)hash);
}
END_TEST

/* Keys that differ in one digit spread over the shards. */
START_TEST(test_spread)
{
    int counts[64] = {0};
    char key[32];

    for (int i = 0; i < 64000; i++) {
        int len = snprintf(key, sizeof key, "acme/shop/order/%d", i);

        counts[wb_hash64(key, (size_t)len, 0) % 64]++;
    }
    for (int i = 0; i < 64; i++)
        ck_assert_msg(counts[i] > 850 && counts[i] < 1150, "shard %d: %d", i, counts[i]);
}
END_TEST

START_TEST(test_rng)
{
    wb_rng a = {42}, b = {42}, c = {43};
    int seen[10] = {0};

    ck_assert(wb_rng_next(&(wb_rng){0}) == UINT64_C(0xe220a8397b1dcdaf)); /* splitmix64's own */
    for (int i = 0; i < 100; i++)
        ck_assert(wb_rng_next(&a) == wb_rng_next(&b));
    ck_assert(wb_rng_next(&a) != wb_rng_next(&c));
    for (int i = 0; i < 10000; i++)
        seen[wb_rng_below(&a, 10)]++;
    for (int i = 0; i < 10; i++)
        ck_assert_msg(seen[i] > 850 && seen[i] < 1150, "%d: %d", i, seen[i]);
    ck_assert(wb_rng_below(&a, 1) == 0);
}
END_TEST

START_TEST(test_bytes)
{
    unsigned char a[1000] = {0}, b[1000] = {0};
    int zeros = 0;

    wb_random_bytes(a, sizeof a);
    wb_random_bytes(b, sizeof b);
    ck_assert(memcmp(a, b, sizeof a) != 0);
    for (size_t i = 0; i < sizeof a; i++)
        zeros += a[i] == 0;
    ck_assert_int_lt(zeros, 100);
    wb_random_bytes(a, 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_hash,   WB_COUNT(hashes)},
        {test_spread, 0               },
        {test_rng,    0               },
        {test_bytes,  0               },
        {NULL,        0               },
    };

    return wb_suite_run("protocol.base.random", rows);
}
