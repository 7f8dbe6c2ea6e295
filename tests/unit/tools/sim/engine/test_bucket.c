/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/bucket.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"
#include "tools/sim/engine/sim.h"

#include <string.h>

#define S INT64_C(1000000)

/* rate in millionths, burst, first ask at 1 s: a burst at once, then by the rate */
static const struct {
    int64_t rate_micro, burst;
    int64_t wait_us; /* after the burst, until the next is there */
} rows[] = {
    {500000,    30, 2 * S  },
    {5600,      20, 179 * S},
    {16700,     20, 60 * S },
    {500000000, 30, 2000   },
    {1000000,   1,  S      },
};

START_TEST(test_burst_then_rate)
{
    wb_sim_bucket bucket = {0};
    int64_t now_us = S;

    for (int64_t i = 0; i < rows[_i].burst; i++)
        ck_assert(wb_sim_bucket_take(&bucket, rows[_i].rate_micro, rows[_i].burst, now_us));
    ck_assert(!wb_sim_bucket_take(&bucket, rows[_i].rate_micro, rows[_i].burst, now_us));
    now_us += rows[_i].wait_us - rows[_i].wait_us / 100;
    ck_assert(!wb_sim_bucket_take(&bucket, rows[_i].rate_micro, rows[_i].burst, now_us));
    now_us += rows[_i].wait_us / 50;
    ck_assert(wb_sim_bucket_take(&bucket, rows[_i].rate_micro, rows[_i].burst, now_us));
}
END_TEST

/* Asked every millisecond for 100 s at 0.5 a second: the burst and 50 more, not one else. */
START_TEST(test_nothing_is_lost_by_asking_often)
{
    wb_sim_bucket bucket = {0};
    int taken = 0;

    for (int64_t now_us = S; now_us <= 101 * S; now_us += 1000)
        taken += wb_sim_bucket_take(&bucket, 500000, 30, now_us);
    ck_assert_int_eq(taken, 80);
}
END_TEST

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
    const wb_sim_op_row *row = NULL;
    wb_sim_bucket bucket = {0};
    int taken = 0;

    for (int op = 0; op < WB_SIM_OP_COUNT; op++)
        if (!strcmp(wb_sim_op_rows[op].name, published[_i].op))
            row = &wb_sim_op_rows[op];
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(row->rate_micro, published[_i].rate_micro);
    ck_assert_int_eq(row->burst, published[_i].burst);
    for (int64_t at_us = 0; at_us < published[_i].seconds * S; at_us += step_us) {
        if (!wb_sim_bucket_take(&bucket, row->rate_micro, row->burst, S + at_us))
            continue;
        int64_t due_us = ++taken <= row->burst ? 0 : (taken - row->burst) * S * S / row->rate_micro;
        ck_assert_int_ge(at_us, due_us);
        ck_assert(taken <= row->burst || at_us < due_us + step_us + 1);
    }
    ck_assert_int_ge(taken, published[_i].most - 1); /* the last is due in the last moment */
    ck_assert_int_le(taken, published[_i].most);
}
END_TEST

START_TEST(test_never_above_the_burst)
{
    wb_sim_bucket bucket = {0};
    int taken = 0;

    ck_assert(wb_sim_bucket_take(&bucket, 500000, 30, S));
    for (int i = 0; i < 40; i++)
        taken += wb_sim_bucket_take(&bucket, 500000, 30, S * 1000000);
    ck_assert_int_eq(taken, 30);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_burst_then_rate,                 WB_COUNT(rows)     },
        {test_nothing_is_lost_by_asking_often, 0                  },
        {test_published_limits_are_exact,      WB_COUNT(published)},
        {test_never_above_the_burst,           0                  },
        {NULL,                                 0                  },
    };

    return wb_suite_run("tools.sim.engine.bucket", tests);
}
