/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder: stored messages travel, and their rows leave with their receipts; a kill on either side
 * of each step loses nothing, and repeats only what may have been lost
 */
#include <check.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/custody/holder_kit.h"
#include "tests/unit/suite.h"

#define COMMIT_NEVER_US (INT64_C(1) << 60)

START_TEST(a_row_leaves_with_its_receipt)
{
    node_open(&b, &in, &receiver);
    b.outcome = WB_OUTCOME_UNCHANGED;
    store_and_give(0, ROWS);
    ck_assert_uint_eq(wb_way_count(&way, WB_VIEW_LIT("default/shop/order/7")), ROWS / 10);
    ck_assert_uint_eq(rows(), ROWS);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(told[WB_OUTCOME_UNCHANGED], ROWS);
    ck_assert_uint_eq(way.given, ROWS);
    ck_assert_uint_eq(way.settled, ROWS);
    ck_assert_uint_eq(b.repeated + b.again, 0);
    ck_assert_uint_eq(wb_way_count(&way, WB_VIEW_LIT("default/shop/order/7")), 0);
}
END_TEST

START_TEST(what_has_no_room_is_read_again_and_travels_once)
{
    size_t window = 7;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window);
    store_and_give(0, ROWS);
    ck_assert(way.backlog);
    kit_until(&in, b_took, &window, "a window of messages");
    ck_assert_uint_eq(rows(), ROWS);
    window = 14;
    wb_lanes_window(a.lanes, ACCOUNT, window + 1); /* there is room again, but not for this one: */
    store_and_give(ROWS, ROWS + 1);
    kit_until(&in, b_took, &window, "as many again");
    for (size_t n = 0; n <= ROWS; n++) /* the oldest first */
        ck_assert_int_eq(b.seen[n], n < window);
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "the backlog");
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, ROWS + 1);
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS + 1);
    ck_assert(!way.backlog);
}
END_TEST

START_TEST(rows_of_a_former_life_travel_as_again)
{
    for (size_t n = 0; n < ROWS; n++)
        store(n);
    node_open(&b, &in, &receiver);
    wb_way_resume(&way);
    wb_way_look(&way); /* what is on its way is not sent twice */
    kit_until(&in, no_rows, NULL, "what was left");
    ck_assert_uint_eq(b.taken, ROWS);
    ck_assert_uint_eq(b.again, ROWS);
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(way.given, 0);
    ck_assert_uint_eq(way.settled, ROWS);
}
END_TEST

START_TEST(a_row_before_those_that_were_seen_is_found)
{
    node_open(&b, &in, &receiver);
    for (size_t n = 20; n < 40; n++)
        store(n);
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "the first rows");
    store(3); /* by a clock that was set back */
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "the row before them");
    ck_assert(b.seen[3]);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* --- kills --- */

START_TEST(killed_before_a_receipt_all_travel_again)
{
    size_t all = ROWS;

    node_open(&b, &in, &receiver);
    b.keep = true;
    store_and_give(0, ROWS);
    kit_until(&in, b_took, &all, "messages");
    die();
    ck_assert_uint_eq(rows(), ROWS);
    b.keep = false;
    live();
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(b.repeated, ROWS);
    ck_assert_uint_eq(b.again, ROWS);
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS);
}
END_TEST

START_TEST(killed_between_receipt_and_commit_all_travel_again)
{
    node_open(&b, &in, &receiver);
    wb_commit_rule(custody.commit, COMMIT_NEVER_US, 1000);
    store_and_give(0, ROWS);
    kit_until(&in, settle_queued, NULL, "receipts");
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], 0);
    die();
    ck_assert_uint_eq(rows(), ROWS);
    live();
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS);
}
END_TEST

START_TEST(killed_after_the_commit_nothing_travels_again)
{
    size_t taken;

    node_open(&b, &in, &receiver);
    store_and_give(0, ROWS);
    kit_until(&in, no_rows, NULL, "rows to leave");
    taken = b.taken;
    die();
    live();
    wb_way_look(&way);
    kit_turns(&in, 50);
    ck_assert_uint_eq(b.taken, taken);
}
END_TEST

/* An operator has parked items sent again while receipts wait for their commit: rows on their way
 * were once freed under the list of those receipts. */
START_TEST(rows_are_looked_at_while_their_receipts_wait)
{
    node_open(&b, &in, &receiver);
    wb_commit_rule(custody.commit, COMMIT_NEVER_US, 1000);
    store_and_give(0, ROWS);
    kit_until(&in, settle_queued, NULL, "receipts");
    store(ROWS);
    wb_way_look(&way);
    rig_ok(&disk, wb_commit_flush(custody.commit, &disk.err));
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS);
    wb_commit_rule(custody.commit, 2000, 256);
    kit_until(&in, no_rows, NULL, "the row that came back");
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(b.taken, ROWS + 1);
}
END_TEST

START_TEST(a_way_that_is_closed_takes_its_receipts_along)
{
    node_open(&b, &in, &receiver);
    wb_commit_rule(custody.commit, COMMIT_NEVER_US, 1000);
    store_and_give(0, ROWS);
    kit_until(&in, settle_queued, NULL, "receipts");
    wb_way_close(&way);
    rig_ok(&disk, wb_commit_flush(custody.commit, &disk.err));
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], 0);
    ck_assert_uint_eq(rows(), ROWS);
}
END_TEST

/* --- rows that are replaced, and an orderly end --- */

START_TEST(the_newest_of_a_name_is_the_one_on_its_way)
{
    size_t two = 2;

    node_open(&b, &in, &receiver);
    b.keep = true;
    store(5);
    give(5, 70);
    give(5, 80);
    kit_until(&in, b_took, &two, "both");
    node_settle_held(&b, WB_OUTCOME_MERGED);
    kit_until(&in, no_rows, NULL, "the row to leave");
    ck_assert_uint_eq(told[WB_OUTCOME_MERGED], 2);
    ck_assert_uint_eq(way.settled, 2);
    store(5); /* nothing of it is remembered: a later row travels */
    b.keep = false;
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "the later row");
}
END_TEST

/* Out of the store, too: an older one on its way does not stand for it. */
START_TEST(a_newer_revision_in_the_store_is_sent_while_an_older_one_is_on_its_way)
{
    size_t two = 2;
    char name[8];

    node_open(&b, &in, &receiver);
    b.keep = true;
    store(5);
    give(5, 70);
    revision_there = 80;
    wb_way_look(&way);
    ck_assert_uint_eq(wb_way_find(&way, row_name(name, 5))->row.revision, 80);
    wb_way_look(&way);
    kit_until(&in, b_took, &two, "both");
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, two);
    node_settle_held(&b, WB_OUTCOME_MERGED);
    kit_until(&in, no_rows, NULL, "the row to leave");
}
END_TEST

START_TEST(drained_it_reads_no_more_from_the_store)
{
    node_open(&b, &in, &receiver);
    wb_holder_drain(holder);
    store(1);
    store(2);
    give(2, 0);
    wb_way_look(&way);
    kit_until(&in, one_row, NULL, "what was given");
    ck_assert(b.seen[2] && !b.seen[1]);
}
END_TEST

/* A message too large for a lane ended the process: its source was asked of what was gone. */
START_TEST(what_the_lane_refuses_is_read_again_with_its_source)
{
    WB_AUTO(wb_free) char *body = wb_alloc(WB_BODY_MAX + 1);
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL, *large = NULL;
    char name[8];
    wb_way_row row = {0, row_name(name, 0), WB_PRIORITY_LIVE, WB_VIEW_LIT("big")};

    node_open(&b, &in, &receiver);
    priority = WB_PRIORITY_LIVE;
    source = "big";
    env = message_of(0);
    env->body = (wb_view){body, WB_BODY_MAX + 1};
    large = wb_envelope_copy(env);
    wb_way_give(&way, &row, &large);
    ck_assert_ptr_null(large);
    ck_assert_ptr_null(wb_way_find(&way, row.name));
}
END_TEST

/* Of a sender that was away, receipts come all at once. */
START_TEST(a_transaction_deletes_a_chunk_at_most)
{
    size_t count = 2 * WB_STORE_CHUNK_MAX + 50;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, 2 * count);
    wb_commit_rule(custody.commit, COMMIT_NEVER_US, count);
    store_and_give(0, count);
    kit_until(&in, b_took, &count, "all");
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, settle_queued, NULL, "all receipts");
    most = 0;
    wb_commit_rule(custody.commit, 0, 1);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(most, WB_STORE_CHUNK_MAX);
    ck_assert_uint_eq(way.settled, count);
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], count);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_row_leaves_with_its_receipt,                                          0},
        {what_has_no_room_is_read_again_and_travels_once,                        0},
        {rows_of_a_former_life_travel_as_again,                                  0},
        {a_row_before_those_that_were_seen_is_found,                             0},
        {killed_before_a_receipt_all_travel_again,                               0},
        {killed_between_receipt_and_commit_all_travel_again,                     0},
        {killed_after_the_commit_nothing_travels_again,                          0},
        {rows_are_looked_at_while_their_receipts_wait,                           0},
        {a_way_that_is_closed_takes_its_receipts_along,                          0},
        {the_newest_of_a_name_is_the_one_on_its_way,                             0},
        {a_newer_revision_in_the_store_is_sent_while_an_older_one_is_on_its_way, 0},
        {drained_it_reads_no_more_from_the_store,                                0},
        {a_transaction_deletes_a_chunk_at_most,                                  0},
        {what_the_lane_refuses_is_read_again_with_its_source,                    0},
        {NULL,                                                                   0},
        {NULL,                                                                   0},
    };

    return wb_suite_run_in("runtime.holder", cases, holder_setup, holder_teardown);
}
