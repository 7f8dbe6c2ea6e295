/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/map.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "tests/unit/suite.h"

#define KEYS 3000

static wb_view
key_of(char *text, size_t size, uint64_t i)
{
    int len = snprintf(text, size, "key-%llu", (unsigned long long)i);

    return (wb_view){text, (size_t)len};
}

START_TEST(test_basics)
{
    WB_AUTO(wb_map_destroy) wb_map *map = wb_map_new();
    char key[] = "one";
    int a = 1, b = 2;

    ck_assert_ptr_null(wb_map_find(map, WB_VIEW_LIT("one")));
    ck_assert_ptr_null(wb_map_remove(map, WB_VIEW_LIT("one")));
    ck_assert_ptr_null(wb_map_put(map, (wb_view){key, 3}, &a));
    key[0] = 'X'; /* keys are copied in */
    ck_assert_ptr_eq(wb_map_find(map, WB_VIEW_LIT("one")), &a);
    ck_assert_ptr_eq(wb_map_put(map, WB_VIEW_LIT("one"), &b), &a);
    ck_assert_uint_eq(wb_map_count(map), 1);
    ck_assert_ptr_null(wb_map_put(map, (wb_view){0}, &a)); /* the empty key is one */
    ck_assert_ptr_eq(wb_map_find(map, WB_VIEW_LIT("")), &a);
    ck_assert_ptr_null(wb_map_put(map, WB_VIEW_LIT("o\0e"), &a));
    ck_assert_ptr_null(wb_map_find(map, WB_VIEW_LIT("o")));
    ck_assert_ptr_eq(wb_map_remove(map, WB_VIEW_LIT("one")), &b);
    ck_assert_ptr_null(wb_map_find(map, WB_VIEW_LIT("one")));
    ck_assert_uint_eq(wb_map_count(map), 2);
}
END_TEST

/* Random puts and removes, beside a plain array that knows the truth. */
START_TEST(test_against_truth)
{
    WB_AUTO(wb_map_destroy) wb_map *map = wb_map_new();
    static int values[KEYS];
    static void *truth[KEYS];
    wb_rng rng = {7};
    size_t count = 0;
    char text[32];

    for (int step = 0; step < 100000; step++) {
        uint64_t i = wb_rng_below(&rng, KEYS);
        wb_view key = key_of(text, sizeof text, i);
        bool put = wb_rng_below(&rng, 2);
        void *was = put ? wb_map_put(map, key, &values[i]) : wb_map_remove(map, key);

        ck_assert_ptr_eq(was, truth[i]);
        count += put && !was;
        count -= !put && was;
        truth[i] = put ? &values[i] : NULL;
        ck_assert_uint_eq(wb_map_count(map), count);
    }
    for (uint64_t i = 0; i < KEYS; i++)
        ck_assert_ptr_eq(wb_map_find(map, key_of(text, sizeof text, i)), truth[i]);
}
END_TEST

/* A walk sees each entry once, also when it removes what it sees. */
START_TEST(test_walk)
{
    WB_AUTO(wb_map_destroy) wb_map *map = wb_map_new();
    static int seen[KEYS];
    char text[32];
    wb_view key;
    int *value;

    for (uint64_t i = 0; i < KEYS; i++)
        ck_assert_ptr_null(wb_map_put(map, key_of(text, sizeof text, i), &seen[i]));
    for (size_t at = 0; (value = wb_map_next(map, &at, &key));) {
        (*value)++;
        ck_assert(wb_view_eq(key, key_of(text, sizeof text, (uint64_t)(value - seen))));
        if ((value - seen) % 2)
            ck_assert_ptr_eq(
                wb_map_remove(map, key_of(text, sizeof text, (uint64_t)(value - seen))), value);
    }
    for (size_t i = 0; i < KEYS; i++)
        ck_assert_int_eq(seen[i], 1);
    ck_assert_uint_eq(wb_map_count(map), KEYS / 2);
    for (size_t at = 0; (value = wb_map_next(map, &at, NULL));)
        ck_assert_int_eq((value - seen) % 2, 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_basics,        0},
        {test_against_truth, 0},
        {test_walk,          0},
        {NULL,               0}
    };

    return wb_suite_run("protocol.base.map", rows);
}
