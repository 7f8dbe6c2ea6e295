/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The finalizer of MurmurHash3's 64-bit form: every input bit moves every output bit. */
static uint64_t
avalanche(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static void
from_kernel(void *dst, size_t len)
{
    unsigned char *at = dst;
    ssize_t got;

    while (len > 0) {
        got = getrandom(at, len, 0);
        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            at += got;
            len -= (size_t)got;
        }
    }
}

#define POOL_LEN 1024

/* Ids are drawn for every order: a system call for each would cost more than the id. What was
 * handed out is wiped. Children are started by exec, so that no two processes share a pool. */
void
wb_random_bytes(void *dst, size_t len)
{
    static unsigned char pool[POOL_LEN];
    static size_t left;

    if (len > POOL_LEN / 4) {
        from_kernel(dst, len);
        return;
    }
    if (left < len) {
        from_kernel(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= len;
    memcpy(dst, pool + left, len);
    memset(pool + left, 0, len);
}

uint64_t
wb_rng_next(wb_rng *self)
{
    uint64_t x = self->state += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t
wb_rng_below(wb_rng *self, uint64_t bound)
{
    /* The high half of a 128-bit product: no division, a bias below 2^-64 * bound. */
    return (uint64_t)((unsigned __int128)wb_rng_next(self) * bound >> 64);
}

uint64_t
wb_hash64(const void *data, size_t len, uint64_t seed)
{
    const unsigned char *at = data;
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;

    for (size_t i = 0; i < len; i++) {
        hash ^= at[i];
        hash *= UINT64_C(0x100000001b3);
    }
    return avalanche(hash);
}
