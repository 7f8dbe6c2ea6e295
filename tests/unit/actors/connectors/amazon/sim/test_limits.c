/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/own.h"
#include "tests/unit/suite.h"
#include "tools/sim/systems/amazon/amazon.h"

#include <string.h>

#define S INT64_C(1000000)

/* The limits as they are published, asked a hundred times a second: what a client may have in so
 * long is a number that does not depend on how often it asks. */
static const struct {
    const char *op;
    int64_t rate_micro, burst;
    int64_t seconds;
    int most; /* burst + seconds * rate */
} published[] = {
    {"orders.searchOrders",     5600,   20, 5000, 48  },
    {"orders.getOrder",         500000, 30, 5000, 2530},
    {"orders.v0.getOrders",     16700,  20, 5000, 103 },
    {"orders.v0.getOrder",      500000, 30, 5000, 2530},
    {"orders.v0.getOrderItems", 500000, 30, 5000, 2530},
};

START_TEST(test_published_limits_are_exact)
{
    const int64_t step_us = 9999; /* no divisor of anything here */
    const wb_sim_op *row = NULL;
    wb_sim_bucket bucket = {0};
    int taken = 0;

    for (const wb_sim_op *at = wb_sim_system_amazon.ops; at->name; at++)
        if (!strcmp(at->name, published[_i].op))
            row = at;
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(row->rate_micro, published[_i].rate_micro);
    ck_assert_int_eq(row->burst, published[_i].burst);
    wb_sim_rate rate = {.rate_micro = row->rate_micro, .burst = row->burst};
    for (int64_t at_us = 0; at_us < published[_i].seconds * S; at_us += step_us) {
        if (!wb_sim_bucket_take(&bucket, &rate, 1, S + at_us))
            continue;
        int64_t due_us = ++taken <= row->burst ? 0 : (taken - row->burst) * S * S / row->rate_micro;
        ck_assert_int_ge(at_us, due_us);
        ck_assert(taken <= row->burst || at_us < due_us + step_us + 1);
    }
    ck_assert_int_ge(taken, published[_i].most - 1); /* the last is due in the last moment */
    ck_assert_int_le(taken, published[_i].most);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_published_limits_are_exact, WB_COUNT(published)},
        {NULL,                            0                  },
    };

    return wb_suite_run("actors.connectors.amazon.sim.limits", tests);
}
