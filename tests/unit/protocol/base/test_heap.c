/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/heap.h"

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "tests/unit/suite.h"

#define NODES 500

/* The least `at` of what is in; false = nothing is. */
static bool
least(const wb_heap_node *nodes, int64_t *out)
{
    bool any = false;

    for (size_t i = 0; i < NODES; i++) {
        if (!nodes[i].place || (any && nodes[i].at >= *out))
            continue;
        *out = nodes[i].at;
        any = true;
    }
    return any;
}

/* Random inserts, moves and removals: the first is always the least. */
START_TEST(test_random)
{
    static wb_heap_node nodes[NODES];
    wb_heap heap = {0};
    wb_rng rng = {11};
    int64_t want = 0;

    for (int step = 0; step < 20000; step++) {
        wb_heap_node *node = &nodes[wb_rng_below(&rng, NODES)];

        if (wb_rng_below(&rng, 3))
            wb_heap_put(&heap, node, (int64_t)wb_rng_below(&rng, 1000) - 500);
        else
            wb_heap_remove(&heap, node);
        if (least(nodes, &want))
            ck_assert(wb_heap_first(&heap)->at == want);
        else
            ck_assert_ptr_null(wb_heap_first(&heap));
    }
    wb_heap_fini(&heap);
    for (size_t i = 0; i < NODES; i++)
        ck_assert_uint_eq(nodes[i].place, 0);
}
END_TEST

START_TEST(test_order)
{
    wb_heap_node nodes[NODES] = {{0}};
    wb_heap heap = {0};
    wb_rng rng = {3};
    int64_t last = INT64_MIN;

    ck_assert_ptr_null(wb_heap_first(&heap));
    for (size_t i = 0; i < NODES; i++)
        wb_heap_put(&heap, &nodes[i], (int64_t)wb_rng_next(&rng));
    for (size_t i = 0; i < NODES; i++) {
        wb_heap_node *first = wb_heap_first(&heap);

        ck_assert(first->at >= last);
        last = first->at;
        wb_heap_remove(&heap, first);
        wb_heap_remove(&heap, first); /* out already: nothing happens */
    }
    ck_assert_ptr_null(wb_heap_first(&heap));
    wb_heap_fini(&heap);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_random, 0},
        {test_order,  0},
        {NULL,        0}
    };

    return wb_suite_run("protocol.base.heap", rows);
}
