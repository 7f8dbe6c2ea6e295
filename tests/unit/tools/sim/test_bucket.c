/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/bucket.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

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
    ck_assert_int_ge(taken, 79);
    ck_assert_int_le(taken, 80);
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
        {test_burst_then_rate,                 WB_COUNT(rows)},
        {test_nothing_is_lost_by_asking_often, 0             },
        {test_never_above_the_burst,           0             },
        {NULL,                                 0             },
    };

    return wb_suite_run("tools.sim.bucket", tests);
}
