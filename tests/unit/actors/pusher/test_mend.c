/* SPDX-License-Identifier: Apache-2.0 */
/* When is a target asked again about what it refused? */
#include "actors/pusher/pusher.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define HOUR_US (INT64_C(3600) * WB_US_PER_S)
#define PARKED_US (1000 * HOUR_US)

static const struct {
    const char *reason;
    uint32_t times;
    int64_t every_ms, during_ms, later_us;
    bool due;
} rows[] = {
    {"refused: unmet: no such SKU", 1,  3600000, 36000000, HOUR_US,     true },
    {"refused: unmet: no such SKU", 1,  3600000, 36000000, HOUR_US - 1, false},
    {"refused: unmet: no such SKU", 10, 3600000, 36000000, HOUR_US,     true },
    {"refused: unmet: no such SKU", 11, 3600000, 36000000, HOUR_US,     false},
    {"refused: unmet: no such SKU", 1,  0,       36000000, HOUR_US,     false},
    {"refused: unmet: no such SKU", 1,  3600000, 0,        HOUR_US,     false},
    {"refused: unmet",              1,  3600000, 36000000, HOUR_US,     false},
    {"refused: no such SKU",        1,  3600000, 36000000, HOUR_US,     false},
    {"outcome unknown: unmet: x",   1,  3600000, 36000000, HOUR_US,     false},
};

START_TEST(due)
{
    const wb_retry_conf conf = {rows[_i].every_ms, rows[_i].during_ms};
    const wb_parked_row row = {
        .reason = wb_view_of(rows[_i].reason), .times = rows[_i].times, .parked_utc_us = PARKED_US};

    ck_assert(wb_mend_is_due(&row, &conf, PARKED_US + rows[_i].later_us) == rows[_i].due);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {due,  WB_COUNT(rows)},
        {NULL, 0             },
    };

    return wb_suite_run("actors.pusher.mend", tests);
}
