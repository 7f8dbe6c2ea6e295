/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder_order - in which order stored messages leave: what is urgent before what is not, accounts
 * in turn, and what is of one kind in the order in which it came, over a restart, too
 */
#include <check.h>

#include "tests/unit/actors/runtime/custody/holder_kit.h"
#include "tests/unit/suite.h"

#define LONG 700 /* more than a source's line remembers */

/* A first import waits for its target; an order that changes now goes first, whoever tells of it,
 * and what is by hand. Lists are all that some shops have: theirs waited for the whole import. */
START_TEST(what_is_urgent_overtakes_what_waits)
{
    size_t window = 14;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window + 2);
    priority = WB_PRIORITY_BACKFILL;
    store_and_give(0, ROWS);
    kit_until(&in, b_took, &window, "what the others may use");
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, window);
    priority = (wb_priority)_i;     /* live, by hand, told by a list since it was read */
    store_and_give(ROWS, ROWS + 3); /* one too many */
    window += 2;
    kit_until(&in, b_took, &window, "those that are urgent");
    ck_assert(b.seen[ROWS] && b.seen[ROWS + 1]);
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(b.taken, ROWS + 3);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* What a list told waits, before a backlog; what is live goes before both, and each in its order.
 */
START_TEST(what_is_live_passes_what_a_list_told)
{
    size_t window = 16;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window);
    priority = WB_PRIORITY_BACKFILL;
    store_and_give(0, ROWS);
    priority = WB_PRIORITY_INCREMENTAL;
    store_and_give(ROWS, 2 * ROWS);
    kit_until(&in, b_took, &window, "as many as may be under way");
    priority = WB_PRIORITY_LIVE;
    store_and_give(2 * ROWS, 2 * ROWS + 10);
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, window);
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    window = 2 * window;
    kit_until(&in, b_took, &window, "what goes next");
    for (size_t n = 2 * ROWS; n < 2 * ROWS + 10; n++)
        ck_assert(b.seen[n]);
    ck_assert(b.seen[ROWS + 2] && !b.seen[2 * ROWS - 1] && !b.seen[ROWS - 1]);
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(b.taken, 2 * ROWS + 10);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* A target has the orders of many shops; all of them are live. */
START_TEST(a_backlog_of_one_source_does_not_hold_up_another)
{
    size_t window = 16, small = 3;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window);
    priority = WB_PRIORITY_LIVE;
    source = "big";
    store_and_give(0, ROWS);
    kit_until(&in, b_took, &window, "as many as may be under way");
    source = "small";
    store_and_give(ROWS, ROWS + small);
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, window);
    node_settle_held(&b, WB_OUTCOME_HANDED_ON); /* room: for both */
    window = 2 * window - 2;
    kit_until(&in, b_took, &window, "what goes next");
    ck_assert(b.seen[ROWS] && b.seen[ROWS + 1]); /* its share of this window is two */
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(b.taken, ROWS + small);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* New ones, while room comes and goes: each behind all that were before it. */
static void
store_and_give_new(size_t first)
{
    size_t end = first + 30;

    store_all(first, end);
    new_next = first;
    new_end = end;
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(new_next, end);
    ck_assert_uint_eq(b.taken, end);
    ck_assert_uint_eq(b.older, 0);
    ck_assert_uint_eq(b.repeated, 0);
}

/* Two hundred thousand live orders of one shop at once: those that found no room in the window
 * waited for the whole burst, while newer ones went past them into each place that became free. */
START_TEST(what_is_new_does_not_pass_what_waits)
{
    size_t window = 16;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window);
    priority = WB_PRIORITY_LIVE;
    store_and_give(0, LONG);
    kit_until(&in, b_took, &window, "a window of messages");
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    store_and_give_new(LONG);
}
END_TEST

/* The same behind a restart: what is new does not pass what the former life left of its kind. */
START_TEST(a_restart_keeps_the_order)
{
    priority = WB_PRIORITY_LIVE;
    store_all(0, LONG);
    wb_lanes_window(a.lanes, ACCOUNT, 16);
    wb_way_resume(&way);
    node_open(&b, &in, &receiver);
    store_and_give_new(LONG);
}
END_TEST

/* A former life's live orders, in the middle of its import: they go first, in their order. */
START_TEST(after_a_restart_live_work_passes_a_backfill)
{
    size_t window = 14; /* of 16: the rest is for what comes */

    priority = WB_PRIORITY_BACKFILL;
    store_all(0, LONG);
    priority = WB_PRIORITY_LIVE;
    store_all(LONG, LONG + 10);
    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window + 2);
    wb_way_resume(&way);
    kit_until(&in, b_took, &window, "a window of messages");
    for (size_t n = LONG; n < LONG + 10; n++)
        ck_assert(b.seen[n]);
    ck_assert(b.seen[0] && b.seen[3] && !b.seen[4]);
    priority = WB_PRIORITY_LIVE;
    store_and_give(LONG + 10, LONG + 12); /* no others of its kind wait: the eighth is theirs */
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* Several shops, each with more than is remembered of it: each one's own are first in, first out.
 */
START_TEST(each_source_of_a_way_is_first_in_first_out)
{
    static const char *const shops[] = {"big", "small", "other"};
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;

    node_open(&b, &in, &receiver);
    b.by = WB_COUNT(shops);
    wb_lanes_window(a.lanes, ACCOUNT, 24);
    priority = WB_PRIORITY_LIVE;
    txn = rig_begin(&disk, true);
    for (size_t n = 0; n < 3 * LONG; n++) {
        source = shops[n % WB_COUNT(shops)];
        put(txn, n);
    }
    rig_commit(&disk, &txn);
    for (size_t n = 0; n < 3 * LONG; n++) {
        source = shops[n % WB_COUNT(shops)];
        give(n, 0);
        if (n % 50 == 0)
            kit_turn(&in);
    }
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(b.taken, 3 * LONG);
    ck_assert_uint_eq(b.older, 0);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {what_is_live_passes_what_a_list_told,             0},
        {what_is_urgent_overtakes_what_waits,              3},
        {a_backlog_of_one_source_does_not_hold_up_another, 0},
        {what_is_new_does_not_pass_what_waits,             0},
        {a_restart_keeps_the_order,                        0},
        {after_a_restart_live_work_passes_a_backfill,      0},
        {each_source_of_a_way_is_first_in_first_out,       0},
        {NULL,                                             0},
    };

    return wb_suite_run_in("runtime.holder_order", cases, holder_setup, holder_teardown);
}
