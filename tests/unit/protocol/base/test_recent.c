/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/recent.h"

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "tests/unit/suite.h"

#define MOST 1024

static uint64_t
hash_of(uint64_t i)
{
    return wb_hash64(&i, sizeof i, 5);
}

START_TEST(test_basics)
{
    WB_AUTO(wb_recent_destroy) wb_recent *recent = wb_recent_new(MOST);

    ck_assert(!wb_recent_has(recent, 7));
    ck_assert(!wb_recent_note(recent, 7));
    ck_assert(wb_recent_note(recent, 7));
    ck_assert(wb_recent_has(recent, 7));
    ck_assert(!wb_recent_has(recent, 7 + 64)); /* the same place of the first table */
    ck_assert(!wb_recent_note(recent, 7 + 64));
    ck_assert(wb_recent_has(recent, 7));
    ck_assert(!wb_recent_note(recent, 0)); /* no number is special */
    ck_assert(wb_recent_note(recent, 0));
    ck_assert(wb_recent_has(recent, UINT64_MAX) == wb_recent_note(recent, UINT64_MAX));
}
END_TEST

/* However many come: the last half is known for sure, and what is older than all is not. */
START_TEST(test_the_last)
{
    WB_AUTO(wb_recent_destroy) wb_recent *recent = wb_recent_new(MOST);

    for (uint64_t i = 0; i < 20 * MOST; i++) {
        ck_assert(!wb_recent_note(recent, hash_of(i)));
        if (i >= MOST / 2 - 1)
            ck_assert(wb_recent_has(recent, hash_of(i - MOST / 2 + 1)));
        if (i >= MOST)
            ck_assert(!wb_recent_has(recent, hash_of(i - MOST)));
        ck_assert(!wb_recent_has(recent, hash_of(i + 1)));
    }
}
END_TEST

/* What keeps coming is never forgotten. */
START_TEST(test_often)
{
    WB_AUTO(wb_recent_destroy) wb_recent *recent = wb_recent_new(MOST);

    (void)wb_recent_note(recent, 3);
    for (uint64_t i = 0; i < 20 * MOST; i++) {
        (void)wb_recent_note(recent, hash_of(i));
        if (i % 100 == 0)
            ck_assert(wb_recent_note(recent, 3));
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_basics,   0},
        {test_the_last, 0},
        {test_often,    0},
        {NULL,          0},
    };

    return wb_suite_run("protocol.base.recent", suite);
}
