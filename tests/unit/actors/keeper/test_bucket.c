/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/keeper/bucket.h"

#include "protocol/base/random.h"

#include "tests/unit/suite.h"

#define TTL_MS 2000
#define LONG_MS (INT64_C(1000) * 60 * 60 * 24 * 400)

static wb_bucket bucket;
static int64_t now_ms, wait_ms;

static void
open_bucket(int64_t rate_micro, int64_t burst, int64_t in_flight)
{
    wb_limit limit = {.rate_micro = rate_micro,
                      .burst = burst,
                      .in_flight = in_flight,
                      .hold_ms = in_flight ? 10000 : 0,
                      .learnt = true};

    now_ms = 1000;
    wb_bucket_init(&bucket, &limit, LONG_MS, now_ms);
}

static int64_t
take(int64_t want, bool live)
{
    return wb_bucket_take(&bucket, &(wb_bucket_ask){.want = want, .live = live, .ttl_ms = TTL_MS},
                          now_ms, &wait_ms);
}

static int64_t
take_points(int64_t want, int64_t least, bool live)
{
    return wb_bucket_take(
        &bucket, &(wb_bucket_ask){.want = want, .least = least, .live = live, .ttl_ms = TTL_MS},
        now_ms, &wait_ms);
}

/* Whatever is asked for and whenever: never more than the vendor's own bucket would give. */
static const struct {
    int64_t rate_micro, burst;
} limits[] = {
    {16700,     20},
    {500000,    30},
    {5600,      20},
    {1000000,   1 },
    {2000000,   10},
    {500000000, 30},
};

START_TEST(never_more_than_burst_and_rate)
{
    int64_t granted = 0, from;
    wb_rng rng = {.state = (uint64_t)_i + 1};

    open_bucket(limits[_i].rate_micro, limits[_i].burst, 0);
    from = now_ms;
    for (int i = 0; i < 20000; i++) {
        now_ms += (int64_t)wb_rng_below(&rng, 50);
        granted += take(1 + (int64_t)wb_rng_below(&rng, 40), wb_rng_below(&rng, 2));
        ck_assert_int_le((granted - limits[_i].burst) * 1000000,
                         limits[_i].rate_micro * (now_ms - from) / 1000);
    }
    /* and what is allowed is used, where it is asked for often enough */
    if (limits[_i].burst >= 10 && limits[_i].rate_micro <= 2000000)
        ck_assert_int_ge((granted + 1) * 1000000,
                         limits[_i].rate_micro * (now_ms - from) / 1000 * 99 / 100);
}
END_TEST

START_TEST(tells_when_to_come_again)
{
    open_bucket(500000, 30, 0);
    while (take(100, true) > 0)
        ;
    ck_assert_int_gt(wait_ms, 0);
    ck_assert_int_le(wait_ms, 2001);
    now_ms += wait_ms;
    ck_assert_int_ge(take(1, true), 1);
}
END_TEST

START_TEST(what_is_not_live_leaves_a_share)
{
    open_bucket(500000, 31, 0);
    ck_assert_int_eq(take(100, false), 24);
    ck_assert_int_eq(take(1, false), 0);
    ck_assert_int_gt(wait_ms, 0);
    ck_assert_int_eq(take(100, true), 6);
}
END_TEST

/* Twenty pages at once, and no list waits three minutes for one that was kept back. At a rate at
 * which one flows in within seconds it is kept back: a call may take as long to arrive. */
static const struct {
    int64_t rate_micro, burst, at_once, within_3s;
} bursts[] = {
    {5600,   20, 19, 20},
    {16700,  20, 19, 20},
    {500000, 30, 29, 30},
};

START_TEST(the_whole_burst_of_a_slow_rate)
{
    open_bucket(bursts[_i].rate_micro, bursts[_i].burst, 0);
    ck_assert_int_eq(take(100, true), bursts[_i].at_once);
    now_ms += 3001;
    ck_assert_int_eq(bursts[_i].at_once + take(100, true), bursts[_i].within_3s);
}
END_TEST

/* A new deployment's first list waited for a fifth of a burst: hours, at the published rate. */
START_TEST(the_first_call_of_a_new_store_may_be_any)
{
    wb_limit limit = {.rate_micro = 5600, .burst = 20};

    wb_bucket_init(&bucket, &limit, 0, now_ms);
    ck_assert_int_eq(take(20, false), 1);
    ck_assert_int_eq(take(1, false), 0);
    wb_bucket_init(&bucket, &limit, 0, now_ms);
    wb_bucket_restore(&bucket, &(wb_bucket_stored){.level_micro = 3000000}, now_ms);
    ck_assert_int_eq(take(1, false), 0);
}
END_TEST

START_TEST(given_back_counts_and_an_emptied_bucket_is_empty)
{
    open_bucket(500000, 11, 0);
    ck_assert_int_eq(take(10, true), 10);
    ck_assert_int_eq(take(1, true), 0);
    wb_bucket_give_back(&bucket, 4, 10, now_ms);
    ck_assert_int_eq(take(10, true), 4);
    now_ms += 100000;
    wb_bucket_empty(&bucket, now_ms);
    ck_assert_int_eq(take(1, true), 0);
}
END_TEST

START_TEST(a_learnt_rate_beats_the_published_one)
{
    open_bucket(500000, 30, 0);
    while (take(100, true) > 0)
        ;
    wb_bucket_learn(&bucket, 5000000, now_ms);
    now_ms += 2000;
    ck_assert_int_eq(take(100, true), 10);
}
END_TEST

/* Nearly full, and less than a second goes by: it is full then, and no more. */
START_TEST(never_fuller_than_full)
{
    open_bucket(5000000, 10, 0);
    ck_assert_int_eq(take(1, true), 1);
    now_ms += 999;
    ck_assert_int_eq(take(100, true), 9); /* the burst, less one kept back */
}
END_TEST

/* A new rate counts from when it was told. */
START_TEST(what_flowed_in_before_came_by_the_old_rate)
{
    open_bucket(500000, 30, 0);
    while (take(100, true) > 0)
        ;
    now_ms += 2000;
    wb_bucket_learn(&bucket, 5000000, now_ms);
    ck_assert_int_eq(take(100, true), 1);
}
END_TEST

START_TEST(places_come_back_when_told_or_after_their_longest_hold)
{
    open_bucket(0, 0, 4);
    ck_assert_int_eq(take(10, true), 4);
    ck_assert_int_eq(take(1, true), 0);
    ck_assert_int_gt(wait_ms, 0);
    wb_bucket_give_back(&bucket, 0, 1, now_ms);
    ck_assert_int_eq(take(10, true), 1);
    now_ms += TTL_MS + 10001;
    ck_assert_int_eq(wb_bucket_taken(&bucket, now_ms), 0);
    ck_assert_int_eq(take(10, true), 4);
}
END_TEST

START_TEST(after_a_restart_only_what_was_stored_counts)
{
    open_bucket(500000, 30, 0);
    wb_bucket_restore(&bucket, &(wb_bucket_stored){3000000, 1000000, 0, 0}, now_ms);
    ck_assert_int_eq(take(100, true), 3);
    now_ms += 2000;
    ck_assert_int_eq(take(100, true), 2); /* by the learnt rate */
    open_bucket(0, 0, 4);
    wb_bucket_restore(&bucket, &(wb_bucket_stored){.taken = 3, .taken_ms = 10000}, now_ms);
    ck_assert_int_eq(take(10, true), 1);
    now_ms += 10001;
    ck_assert_int_eq(take(10, true), 3);
}
END_TEST

/* A keeper that is ended every four seconds: what its first life granted, and nobody reports, is
 * free after its longest hold all the same. */
START_TEST(places_come_back_through_any_number_of_restarts)
{
    open_bucket(0, 0, 4);
    ck_assert_int_eq(take(10, true), 4);
    for (int i = 0; i < 2; i++) {
        wb_bucket_stored stored = {.taken = wb_bucket_taken(&bucket, now_ms),
                                   .taken_ms = wb_bucket_taken_ms(&bucket, now_ms) - 4000};

        ck_assert_int_eq(stored.taken, 4);
        now_ms += 4000;
        open_bucket(0, 0, 4);
        wb_bucket_restore(&bucket, &stored, now_ms);
        ck_assert_int_eq(take(10, true), 0);
    }
    now_ms += TTL_MS + 10001 - 8000;
    ck_assert_int_eq(wb_bucket_taken_ms(&bucket, now_ms), 0);
    ck_assert_int_eq(take(10, true), 4);
}
END_TEST

/* A store that was lost: the vendor may have nothing left for us. */
static const struct {
    int64_t quiet_ms, calls, in_flight, places;
} quiet[] = {
    {-5000,   1,  4, 1},
    {0,       1,  4, 1},
    {1000,    1,  4, 1},
    {4000,    2,  4, 1},
    {9999,    4,  4, 1},
    {10000,   5,  4, 4},
    {58000,   29, 4, 4},
    {LONG_MS, 29, 4, 4},
};

START_TEST(nothing_stored_proves_no_more_than_the_age_of_the_store)
{
    wb_limit rate = {.rate_micro = 500000, .burst = 30};
    wb_limit places = {.in_flight = quiet[_i].in_flight, .hold_ms = 10000};

    now_ms = 1000;
    wb_bucket_init(&bucket, &rate, quiet[_i].quiet_ms, now_ms);
    ck_assert_int_eq(take(100, true), quiet[_i].calls);
    wb_bucket_init(&bucket, &places, quiet[_i].quiet_ms, now_ms);
    ck_assert_int_eq(take(100, true), quiet[_i].places);
    now_ms += 10000;
    ck_assert_int_eq(take(100, true), quiet[_i].in_flight - quiet[_i].places);
}
END_TEST

/* --- points --- */

/* A bucket of 1000 points, of which 50 flow in each second; two are kept back. */
static const struct {
    const char *label;
    int64_t want, least;
    bool live;
    int64_t granted;
} asks[] = {
    {"whole calls of what is there",       2000,  300,  true,  900 },
    {"no more than was asked for",         650,   300,  true,  600 },
    {"one, when less than one is wanted",  10,    300,  true,  300 },
    {"a fifth is left to what is live",    2000,  100,  false, 700 },
    {"one that leaves no fifth goes, too", 2000,  900,  false, 900 },
    {"one that costs more than there is",  50000, 5000, true,  5000},
};

START_TEST(points_are_granted_for_whole_calls)
{
    open_bucket(50000000, 1000, 0);
    ck_assert_int_eq(take_points(asks[_i].want, asks[_i].least, asks[_i].live), asks[_i].granted);
}
END_TEST

/* Not only as the first of a store, which may be any. */
START_TEST(a_call_that_leaves_no_fifth_waits_for_a_full_bucket)
{
    open_bucket(50000000, 1000, 0);
    ck_assert_int_eq(take_points(10, 10, true), 10);
    ck_assert_int_eq(take_points(995, 995, false), 0);
    now_ms += 1000;
    ck_assert_int_eq(take_points(995, 995, false), 995);
}
END_TEST

/* As if the vendor took them all: the next call waits until they have flowed in. */
START_TEST(a_call_beyond_the_bucket_leaves_a_debt)
{
    open_bucket(50000000, 1000, 0);
    ck_assert_int_eq(take_points(5000, 1500, true), 1500);
    ck_assert_int_eq(bucket.level_micro / 1000000, 998 - 1500);
    ck_assert_int_eq(take_points(1, 1, true), 0);
    now_ms += 11000;
    ck_assert_int_eq(take_points(1, 1, true), 1);
}
END_TEST

START_TEST(a_call_waits_until_its_points_have_flowed_in)
{
    open_bucket(50000000, 1000, 0);
    ck_assert_int_eq(take_points(900, 900, true), 900);
    ck_assert_int_eq(take_points(900, 300, true), 0);
    ck_assert_int_ge(wait_ms, 4000); /* 202 are missing */
    ck_assert_int_le(wait_ms, 4100);
    now_ms += wait_ms;
    ck_assert_int_eq(take_points(900, 300, true), 300);
}
END_TEST

START_TEST(what_calls_really_took_corrects_the_level)
{
    open_bucket(50000000, 1000, 0);
    ck_assert_int_eq(take_points(300, 300, true), 300);
    wb_bucket_correct(&bucket, -200, now_ms);
    ck_assert_int_eq(bucket.level_micro / 1000000, 898);
    wb_bucket_correct(&bucket, 700, now_ms);
    ck_assert_int_eq(bucket.level_micro / 1000000, 198);
    wb_bucket_correct(&bucket, 400, now_ms);
    ck_assert_int_eq(bucket.level_micro / 1000000, -202); /* a debt */
    now_ms += 5000;
    ck_assert_int_eq(take_points(1, 1, true), 1);
    wb_bucket_correct(&bucket, INT64_MAX, now_ms);
    wb_bucket_correct(&bucket, INT64_MAX, now_ms);
    ck_assert_int_eq(bucket.level_micro / 1000000, -998); /* and no deeper */
    wb_bucket_correct(&bucket, INT64_MIN, now_ms);
    wb_bucket_correct(&bucket, INT64_MIN, now_ms);
    ck_assert_int_eq(bucket.level_micro / 1000000, 998);
}
END_TEST

START_TEST(what_the_other_side_says_is_left_counts_when_it_is_less)
{
    open_bucket(50000000, 1000, 0);
    wb_bucket_at_most(&bucket, 5000, now_ms);
    ck_assert_int_eq(bucket.level_micro / 1000000, 998);
    wb_bucket_at_most(&bucket, 120, now_ms);
    ck_assert_int_eq(take_points(1000, 50, true), 100);
    wb_bucket_at_most(&bucket, 500, now_ms);
    ck_assert_int_eq(take_points(1000, 50, true), 0);
}
END_TEST

/* A new store, and the first call costs more than anybody can prove to be there. */
START_TEST(the_first_call_may_be_any_whatever_it_costs)
{
    wb_limit limit = {.rate_micro = 50000000, .burst = 1000};

    wb_bucket_init(&bucket, &limit, 0, now_ms);
    ck_assert_int_eq(take_points(2000, 400, false), 400);
    ck_assert_int_eq(take_points(400, 400, true), 0);
}
END_TEST

START_TEST(places_are_calls_where_points_flow)
{
    open_bucket(50000000, 1000, 3);
    ck_assert_int_eq(take_points(900, 100, true), 300);
    ck_assert_int_eq(wb_bucket_taken(&bucket, now_ms), 3);
    wb_bucket_give_back(&bucket, 100, 1, now_ms);
    ck_assert_int_eq(take_points(900, 100, true), 100);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {never_more_than_burst_and_rate,                          sizeof limits / sizeof *limits},
        {the_whole_burst_of_a_slow_rate,                          sizeof bursts / sizeof *bursts},
        {tells_when_to_come_again,                                0                             },
        {what_is_not_live_leaves_a_share,                         0                             },
        {the_first_call_of_a_new_store_may_be_any,                0                             },
        {given_back_counts_and_an_emptied_bucket_is_empty,        0                             },
        {a_learnt_rate_beats_the_published_one,                   0                             },
        {never_fuller_than_full,                                  0                             },
        {what_flowed_in_before_came_by_the_old_rate,              0                             },
        {places_come_back_when_told_or_after_their_longest_hold,  0                             },
        {places_come_back_through_any_number_of_restarts,         0                             },
        {nothing_stored_proves_no_more_than_the_age_of_the_store, sizeof quiet / sizeof *quiet  },
        {after_a_restart_only_what_was_stored_counts,             0                             },
        {points_are_granted_for_whole_calls,                      sizeof asks / sizeof *asks    },
        {a_call_that_leaves_no_fifth_waits_for_a_full_bucket,     0                             },
        {a_call_beyond_the_bucket_leaves_a_debt,                  0                             },
        {a_call_waits_until_its_points_have_flowed_in,            0                             },
        {what_calls_really_took_corrects_the_level,               0                             },
        {what_the_other_side_says_is_left_counts_when_it_is_less, 0                             },
        {the_first_call_may_be_any_whatever_it_costs,             0                             },
        {places_are_calls_where_points_flow,                      0                             },
        {NULL,                                                    0                             },
    };

    return wb_suite_run("actors.keeper.bucket", rows);
}
