/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool: blocks are whole, apart, and come again
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/pool.h"
#include "tests/unit/suite.h"

static const size_t sizes[] = {0, 1, 511, 512, 513, 4096, 8191, 8192, 8193, 1000000};

static bool
is_all(const unsigned char *bytes, unsigned char value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

START_TEST(blocks_are_whole)
{
    void *first = wb_pool_take(sizes[_i]);
    void *second = wb_pool_take(sizes[_i]);

    memset(first, 0xa5, sizes[_i]);
    memset(second, 0x5a, sizes[_i]);
    ck_assert(is_all(first, 0xa5, sizes[_i]));
    wb_pool_give(&first);
    ck_assert_ptr_null(first);
    wb_pool_give(&first); /* twice is harmless */
    ck_assert(is_all(second, 0x5a, sizes[_i]));
    wb_pool_give(&second);
}
END_TEST

START_TEST(many_at_once)
{
    void *blocks[1000];

    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < WB_COUNT(blocks); i++) {
            blocks[i] = wb_pool_take(700 + i);
            memcpy(blocks[i], &i, sizeof i);
        }
        for (size_t i = 0; i < WB_COUNT(blocks); i++) {
            ck_assert(memcmp(blocks[i], &i, sizeof i) == 0);
            wb_pool_give(&blocks[i]);
        }
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {blocks_are_whole, WB_COUNT(sizes)},
        {many_at_once,     0              },
        {NULL,             0              },
    };

    return wb_suite_run("protocol.base.pool", rows);
}
