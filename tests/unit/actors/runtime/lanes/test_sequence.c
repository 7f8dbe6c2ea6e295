/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence: the same answers as a plain array, with stragglers that stay for ever
 */
#include "actors/runtime/lanes/inside.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "tests/unit/suite.h"

#define NUMBERS 200000

/* Settled mostly in order: each keeps up to `window` under way, every `straggler`-th stays. */
static const struct {
    const char *why;
    size_t window, straggler;
} rows[] = {
    {"one at a time",      1,       0    },
    {"a window, in order", 1024,    0    },
    {"few stragglers",     1024,    10000},
    {"many stragglers",    1024,    7    },
    {"all of them stay",   NUMBERS, 1    },
};

START_TEST(finds_what_is_under_way_and_nothing_else)
{
    static wb_outgoing outgoing[NUMBERS + 1];
    static bool there[NUMBERS + 1];
    WB_AUTO(sequence_fini) sequence_table table = {0};
    wb_rng rng = {11};
    size_t oldest = 1;

    memset(there, 0, sizeof there);
    for (size_t n = 1; n <= NUMBERS; n++) {
        sequence_put(&table, n, &outgoing[n]);
        there[n] = true;
        for (; n - oldest >= rows[_i].window; oldest++)
            if (!rows[_i].straggler || oldest % rows[_i].straggler) {
                sequence_remove(&table, oldest);
                there[oldest] = false;
            }
        size_t probe = (size_t)wb_rng_below(&rng, NUMBERS) + 1;
        ck_assert_msg(sequence_find(&table, probe) == (there[probe] ? &outgoing[probe] : NULL),
                      "%s: %zu after %zu", rows[_i].why, probe, n);
    }
    for (size_t n = 1; n <= NUMBERS; n++)
        ck_assert_msg(sequence_find(&table, n) == (there[n] ? &outgoing[n] : NULL), "%s: %zu",
                      rows[_i].why, n);
    ck_assert_ptr_null(sequence_find(&table, 0));
    ck_assert_ptr_null(sequence_find(&table, NUMBERS + 1));
    sequence_remove(&table, NUMBERS + 7); /* none: harmless */
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {finds_what_is_under_way_and_nothing_else, WB_COUNT(rows)},
        {NULL,                                     0             },
    };

    return wb_suite_run("runtime.sequence", cases);
}
