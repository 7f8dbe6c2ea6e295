/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids - the number of an order as the id that the marketplace shows, and back
 *
 * Four Feistel rounds over two halves of seven digits: a permutation of 10^14 numbers, so every id
 * is another one and leads back to its order without a table.
 */
#include "tools/sim/engine/ids.h"

#include "protocol/base/random.h"

#include <string.h>

#define HALF UINT64_C(10000000)
#define ROUNDS 4
#define RISING_PREFIX 111

static uint64_t
round_of(uint64_t half, uint64_t seed, unsigned round)
{
    return wb_hash64(&half, sizeof half, seed + round) % HALF;
}

/* Spread as well, over all that three digits can say. */
static uint64_t
prefix_of(uint64_t seed, bool rising, uint32_t number)
{
    uint64_t thing = number;

    return rising ? RISING_PREFIX : wb_hash64(&thing, sizeof thing, seed + ROUNDS) % 1000;
}

static void
put_digits(char *dst, uint64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        dst[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

static bool
get_digits(const char *src, int count, uint64_t *out)
{
    *out = 0;
    for (int i = 0; i < count; i++) {
        if (src[i] < '0' || src[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(src[i] - '0');
    }
    return true;
}

void
wb_sim_id(char *dst, uint64_t seed, bool rising, uint32_t number)
{
    uint64_t left = number / HALF, right = number % HALF;

    for (unsigned round = 0; !rising && round < ROUNDS; round++) {
        uint64_t next = (left + round_of(right, seed, round)) % HALF;
        left = right;
        right = next;
    }
    put_digits(dst, prefix_of(seed, rising, number), 3);
    dst[3] = '-';
    put_digits(dst + 4, left, 7);
    dst[11] = '-';
    put_digits(dst + 12, right, 7);
    dst[WB_SIM_ID_LEN] = '\0';
}

uint32_t
wb_sim_id_number(wb_view id, uint64_t seed, bool rising)
{
    uint64_t prefix, left, right;

    if (id.len != WB_SIM_ID_LEN || id.data[3] != '-' || id.data[11] != '-' ||
        !get_digits(id.data, 3, &prefix) || !get_digits(id.data + 4, 7, &left) ||
        !get_digits(id.data + 12, 7, &right))
        return WB_SIM_NO_ORDER;
    for (unsigned round = ROUNDS; !rising && round-- > 0;) {
        uint64_t before = (right + HALF - round_of(left, seed, round)) % HALF;
        right = left;
        left = before;
    }
    uint64_t number = left * HALF + right;
    if (number >= WB_SIM_NO_ORDER || prefix != prefix_of(seed, rising, (uint32_t)number))
        return WB_SIM_NO_ORDER;
    return (uint32_t)number;
}
