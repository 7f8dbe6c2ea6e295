/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes: messages flow and are receipted; windows; owners that are not known, or not the owner
 */
#include "actors/runtime/lanes/lanes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/suite.h"

static kit in;
static node a, b, c;

static const node_conf poller = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static const node_conf mapper = {
    .instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 1, .store = 2};

static const node_conf enricher = {
    .instance = "enricher-1", .stage = WB_STAGE_FETCH, .generation = 1, .store = 4};

static void
setup(void)
{
    kit_open(&in);
}

static void
teardown(void)
{
    node_close(&a);
    node_close(&b);
    node_close(&c);
    kit_close(&in);
}

START_TEST(every_message_gets_its_receipt)
{
    size_t sent = 0;
    batch all = {messages_new(0, 500, 200), 500};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    ck_assert_uint_eq(sent, 500);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 500);
    kit_until(&in, batch_settled, &all, "500 receipts");
    for (size_t i = 0; i < all.count; i++) {
        ck_assert_int_eq(all.messages[i].outcome, WB_OUTCOME_HANDED_ON);
        ck_assert_uint_eq(all.messages[i].times, 1);
    }
    ck_assert_uint_eq(b.taken, 500);
    ck_assert_uint_eq(b.again, 0);
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 0);
    messages_free(&all.messages, all.count);
}
END_TEST

/* --- windows --- */

static size_t room_told;

static void
on_room(void *arg, wb_stage stage, wb_view account)
{
    (void)arg;
    ck_assert_int_eq(stage, WB_STAGE_MAP);
    ck_assert(wb_view_is(account, "default/shop"));
    room_told++;
}

static bool
was_told(void *arg)
{
    (void)arg;
    return room_told > 0;
}

static bool
b_has_ten(void *arg)
{
    (void)arg;
    return b.taken == 10;
}

static const size_t four_mib = 4 * 1024 * 1024;

static bool
b_has_eight(void *arg)
{
    (void)arg;
    return b.taken == 8;
}

START_TEST(large_messages_fill_a_window_by_their_bytes)
{
    size_t sent = 0;
    batch all = {messages_new(0, 20, four_mib), 20};

    room_told = 0;
    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.keep = true;
    wb_lanes_on_room(a.lanes, on_room, NULL);
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    ck_assert_uint_eq(sent, WB_WINDOW_BYTES_MAX / four_mib);
    ck_assert_uint_eq(wb_lanes_room(a.lanes, WB_STAGE_MAP, WB_VIEW_LIT("default/shop")), 0);
    ck_assert_uint_gt(wb_lanes_room(a.lanes, WB_STAGE_MAP, WB_VIEW_LIT("default/other")), 0);
    kit_until(&in, b_has_eight, NULL, "eight messages");
    kit_turns(&in, 30);
    ck_assert_uint_eq(b.taken, 8);
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_UNCHANGED);
    kit_until(&in, was_told, NULL, "word of room");
    while (sent < all.count) {
        messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
        kit_turns(&in, 5);
    }
    kit_until(&in, batch_settled, &all, "all of them");
    messages_free(&all.messages, all.count);
}
END_TEST

START_TEST(a_window_bounds_what_is_under_way)
{
    size_t sent = 0;
    batch all = {messages_new(0, 25, 10), 25};
    wb_err err = {0};

    room_told = 0;
    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.keep = true;
    wb_lanes_window(a.lanes, WB_VIEW_LIT("default/shop"), 10);
    wb_lanes_on_room(a.lanes, on_room, NULL);
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    ck_assert_uint_eq(sent, 10);
    ck_assert_uint_eq(wb_lanes_room(a.lanes, WB_STAGE_MAP, WB_VIEW_LIT("default/shop")), 0);
    /* another account, and the same account on another lane, have their own */
    ck_assert_uint_eq(wb_lanes_room(a.lanes, WB_STAGE_MAP, WB_VIEW_LIT("default/other")), 512);
    ck_assert_uint_eq(wb_lanes_room(a.lanes, WB_STAGE_FETCH, WB_VIEW_LIT("default/shop")), 10);
    ck_assert_int_eq(wb_lanes_send(a.lanes, &all.messages[10].out, WB_STAGE_MAP, WB_VIEW_LIT("k"),
                                   WB_VIEW_LIT("default/shop"), &err),
                     WB_FULL);
    kit_until(&in, b_has_ten, NULL, "ten messages");
    kit_turns(&in, 30);
    ck_assert_uint_eq(room_told, 0);
    node_settle_held(&b, WB_OUTCOME_UNCHANGED);
    kit_until(&in, was_told, NULL, "word of room");
    ck_assert_uint_eq(room_told, 1); /* once for the ten */
    b.keep = false;
    while (sent < all.count) {
        messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
        kit_turns(&in, 5);
    }
    kit_until(&in, batch_settled, &all, "25 receipts");
    messages_free(&all.messages, all.count);
}
END_TEST

START_TEST(a_cancelled_message_gives_its_place_back)
{
    size_t sent = 0;
    batch all = {messages_new(0, 20, 10), 20}, rest = {all.messages + 2, 18};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.keep = true;
    wb_lanes_window(a.lanes, WB_VIEW_LIT("default/shop"), 10);
    messages_send(&a, all.messages, 20, &sent, WB_STAGE_MAP);
    ck_assert_uint_eq(sent, 10);
    wb_lanes_cancel(a.lanes, &all.messages[0].out); /* not on the wire yet */
    messages_send(&a, all.messages, 20, &sent, WB_STAGE_MAP);
    ck_assert_uint_eq(sent, 11);
    kit_until(&in, b_has_ten, NULL, "ten messages");
    wb_lanes_cancel(a.lanes, &all.messages[1].out); /* at the receiver: its receipt means nothing */
    messages_send(&a, all.messages, 20, &sent, WB_STAGE_MAP);
    ck_assert_uint_eq(sent, 12);
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    while (sent < all.count) {
        messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
        kit_turns(&in, 5);
    }
    kit_until(&in, batch_settled, &rest, "receipts of the rest");
    ck_assert_uint_eq(messages_settled(all.messages, 2), 0);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 0);
    messages_free(&all.messages, all.count);
}
END_TEST

/* --- owners --- */

static bool
b_has_some(void *arg)
{
    (void)arg;
    return b.taken > 0;
}

START_TEST(an_owner_not_known_is_waited_for_and_blocks_nobody)
{
    size_t to_map = 0, to_fetch = 0;
    batch map = {messages_new(0, 50, 10), 50}, fetch = {messages_new(100, 50, 10), 50};

    node_open(&a, &in, &poller);
    node_open(&c, &in, &enricher);
    messages_send(&a, map.messages, map.count, &to_map, WB_STAGE_MAP);
    messages_send(&a, fetch.messages, fetch.count, &to_fetch, WB_STAGE_FETCH);
    kit_until(&in, batch_settled, &fetch, "receipts of the enricher");
    ck_assert_uint_eq(messages_settled(map.messages, map.count), 0);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), map.count);
    ck_assert(!wb_lanes_owner_known(a.lanes, WB_STAGE_MAP, 0));
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &map, "receipts of the late mapper");
    ck_assert(wb_lanes_owner_known(a.lanes, WB_STAGE_MAP, 0));
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 0);
    messages_free(&map.messages, map.count);
    messages_free(&fetch.messages, fetch.count);
}
END_TEST

START_TEST(two_mappers_share_the_shards)
{
    size_t sent = 0;
    batch all = {messages_new(0, 400, 10), 400};
    node_conf even = mapper, odd = mapper;

    even.step = odd.step = 2;
    odd.first = 1;
    odd.instance = "mapper-2";
    odd.store = 3;
    node_open(&a, &in, &poller);
    node_open(&b, &in, &even);
    node_open(&c, &in, &odd);
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &all, "400 receipts");
    ck_assert_uint_eq(b.taken + c.taken, 400);
    ck_assert_uint_gt(b.taken, 100);
    ck_assert_uint_gt(c.taken, 100);
    messages_free(&all.messages, all.count);
}
END_TEST

/* The sender believes that one mapper owns all; it starts anew with half, another has the rest. */
START_TEST(not_mine_sends_the_message_to_the_owner)
{
    size_t sent = 0;
    batch first = {messages_new(0, 1, 10), 1}, all = {messages_new(10, 400, 10), 400};
    node_conf even = mapper, odd = mapper;

    even.step = odd.step = 2;
    odd.first = 1;
    odd.instance = "mapper-2";
    odd.store = 3;
    odd.generation = 2;
    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    messages_send(&a, first.messages, 1, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &first, "the first receipt");
    node_close(&b);
    node_open(&b, &in, &even);
    node_open(&c, &in, &odd);
    sent = 0;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &all, "receipts of both");
    ck_assert_uint_gt(b.taken, 100);
    ck_assert_uint_gt(c.taken, 100);
    ck_assert_uint_eq(b.taken + c.taken - b.repeated - c.repeated, 400);
    messages_free(&first.messages, first.count);
    messages_free(&all.messages, all.count);
}
END_TEST

/* What is under way to an owner of a lower generation goes to the one of the higher. */
START_TEST(the_higher_generation_wins)
{
    size_t sent = 0;
    batch all = {messages_new(0, 100, 10), 100}, more = {messages_new(200, 1, 10), 1};
    node_conf newer = mapper;

    newer.instance = "mapper-2";
    newer.store = 3;
    newer.generation = 2;
    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.keep = true;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, b_has_some, NULL, "messages at the first owner");
    node_open(&c, &in, &newer);
    kit_turns(&in, 50); /* the file of the newer one is there */
    node_settle_held(&b, WB_OUTCOME_NOT_MINE);
    kit_until(&in, batch_settled, &all, "receipts of the newer owner");
    ck_assert_uint_eq(c.taken, 100);
    sent = 0;
    messages_send(&a, more.messages, 1, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &more, "one more receipt");
    ck_assert_uint_eq(c.taken, 101);
    messages_free(&all.messages, all.count);
    messages_free(&more.messages, more.count);
}
END_TEST

START_TEST(of_two_claims_the_one_that_gave_a_receipt_is_used)
{
    size_t sent = 0;
    batch first = {messages_new(0, 8, 10), 8}, all = {messages_new(10, 200, 10), 200};
    batch nobody = {messages_new(300, 1, 10), 1};
    node_conf other = mapper;

    other.instance = "mapper-2";
    other.store = 3;
    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    messages_send(&a, first.messages, first.count, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &first, "the first receipts");
    node_open(&c, &in, &other);
    kit_turns(&in, 50);
    sent = 0; /* a stage that nobody serves: the sender looks around, and finds the second claim */
    messages_send(&a, nobody.messages, 1, &sent, WB_STAGE_PUSH);
    kit_turns(&in, 50);
    sent = 0;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &all, "receipts");
    ck_assert_uint_eq(b.taken, 208);
    ck_assert_uint_eq(c.taken, 0);
    wb_lanes_cancel(a.lanes, &nobody.messages[0].out);
    messages_free(&nobody.messages, 1);
    messages_free(&first.messages, first.count);
    messages_free(&all.messages, all.count);
}
END_TEST

static size_t heard;

static void
on_heard(void *arg, const wb_peer_info *info)
{
    (void)arg;
    heard += strncmp(info->instance, "mapper-", 7) == 0;
}

static bool
heard_enough(void *arg)
{
    return heard >= *(size_t *)arg;
}

/* Nothing was sent to the stage before: whose claim came first was forgotten, and now and then the
 * order of a table made the younger one the owner. */
START_TEST(of_two_claims_the_first_one_known_is_used)
{
    size_t sent = 0, one = 1, more;
    batch all = {messages_new(0, 100, 10), 100}, nobody = {messages_new(300, 1, 10), 1};
    char name[16];
    node_conf other = mapper;

    snprintf(name, sizeof name, "mapper-%d", 2 + _i);
    other.instance = name;
    other.store = 3;
    heard = 0;
    node_open(&a, &in, &poller);
    wb_lanes_on_peer(a.lanes, on_heard, NULL);
    node_open(&b, &in, &mapper);
    messages_send(&a, nobody.messages, 1, &sent, WB_STAGE_PUSH); /* so that it looks around */
    kit_until(&in, heard_enough, &one, "the first mapper");
    more = heard + 1;
    node_open(&c, &in, &other);
    kit_until(&in, heard_enough, &more, "the second one");
    sent = 0;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &all, "receipts");
    ck_assert_uint_eq(b.taken, 100);
    ck_assert_uint_eq(c.taken, 0);
    wb_lanes_cancel(a.lanes, &nobody.messages[0].out);
    messages_free(&nobody.messages, 1);
    messages_free(&all.messages, all.count);
}
END_TEST

START_TEST(a_receiver_without_room_is_asked_again)
{
    size_t sent = 0;
    batch all = {messages_new(0, 10, 10), 10};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.outcome = WB_OUTCOME_FULL;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, b_has_ten, NULL, "ten messages");
    kit_turns(&in, 100);
    ck_assert_uint_eq(b.taken, 10); /* not at once */
    ck_assert_uint_eq(messages_settled(all.messages, all.count), 0);
    b.outcome = WB_OUTCOME_HELD;
    kit_until(&in, batch_settled, &all, "receipts after all");
    ck_assert_int_eq(all.messages[0].outcome, WB_OUTCOME_HELD);
    ck_assert_uint_eq(b.again, 0); /* nobody had it: nothing has to be looked at twice */
    messages_free(&all.messages, all.count);
}
END_TEST

static bool
b_has_twenty_five(void *arg)
{
    (void)arg;
    return b.taken >= 25;
}

/* Newer ones of the same account found room at once, and went past those that wait a second. */
START_TEST(what_is_newer_waits_behind_what_found_no_room)
{
    size_t sent = 0;
    batch all = {messages_new(0, 15, 10), 15};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.outcome = WB_OUTCOME_FULL;
    messages_send(&a, all.messages, 10, &sent, WB_STAGE_MAP);
    kit_until(&in, b_has_ten, NULL, "ten messages");
    kit_turns(&in, 100);
    b.outcome = WB_OUTCOME_HANDED_ON;
    b.next[0] = 0; /* from here on in their order */
    messages_send(&a, all.messages, 15, &sent, WB_STAGE_MAP);
    kit_until(&in, b_has_twenty_five, NULL, "all of them");
    kit_until(&in, batch_settled, &all, "receipts");
    ck_assert_uint_eq(b.older, 0);
    messages_free(&all.messages, all.count);
}
END_TEST

/* A receiver that drains has no room. Its successor gets all at once, and as if for the first
 * time; but what was sent twice may be in somebody's hands. */
START_TEST(what_a_receiver_refused_before_it_went_its_successor_gets_at_once)
{
    size_t sent = 0;
    batch all = {messages_new(0, 10, 10), 10};
    int64_t begin_ms;

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.outcome = WB_OUTCOME_FULL;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, b_has_ten, NULL, "ten messages");
    kit_turns(&in, 100);
    node_close(&b);
    begin_ms = wb_now_ms();
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &all, "receipts of the successor");
    ck_assert_int_lt(wb_now_ms() - begin_ms, 800);
    ck_assert_uint_eq(b.again, 0);
    messages_free(&all.messages, all.count);
}
END_TEST

START_TEST(what_was_sent_twice_may_have_been_taken_though_the_last_one_was_refused)
{
    size_t sent = 0;
    batch all = {messages_new(0, 10, 10), 10};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.outcome = WB_OUTCOME_NONE;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, b_has_ten, NULL, "ten messages");
    node_close(&b);
    node_open(&b, &in, &mapper);
    b.outcome = WB_OUTCOME_FULL;
    kit_until(&in, b_has_ten, NULL, "ten messages again");
    kit_turns(&in, 100);
    b.outcome = WB_OUTCOME_HANDED_ON;
    kit_until(&in, batch_settled, &all, "receipts");
    ck_assert_uint_eq(b.again, 20);
    messages_free(&all.messages, all.count);
}
END_TEST

/* --- start --- */

START_TEST(a_path_too_long_for_a_socket_is_refused)
{
    WB_AUTO(wb_lanes_destroy) wb_lanes *lanes = NULL;
    char run_dir[128];
    wb_lanes_conf conf = {.run_dir = run_dir,
                          .instance = "a-rather-long-instance-name-for-a-socket",
                          .deployment = "test",
                          .shards = 8,
                          .stage = WB_STAGE_MAP};
    wb_err err = {0};

    snprintf(run_dir, sizeof run_dir, "%s/%0*d", in.run_dir, 50, 0);
    ck_assert_int_eq(wb_lanes_new(&lanes, in.loop, &conf, &err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "107"));
    ck_assert_ptr_nonnull(strstr(err.text, "shorter path"));
    rmdir(run_dir);
}
END_TEST

START_TEST(an_inlet_in_use_is_not_taken_away)
{
    WB_AUTO(wb_lanes_destroy) wb_lanes *lanes = NULL;
    wb_lanes_conf conf = {.run_dir = in.run_dir,
                          .instance = "mapper-1",
                          .deployment = "test",
                          .shards = 8,
                          .stage = WB_STAGE_MAP};
    wb_err err = {0};

    node_open(&b, &in, &mapper);
    ck_assert_int_eq(wb_lanes_new(&lanes, in.loop, &conf, &err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "in use"));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {every_message_gets_its_receipt,                                          0},
        {large_messages_fill_a_window_by_their_bytes,                             0},
        {a_window_bounds_what_is_under_way,                                       0},
        {a_cancelled_message_gives_its_place_back,                                0},
        {an_owner_not_known_is_waited_for_and_blocks_nobody,                      0},
        {two_mappers_share_the_shards,                                            0},
        {not_mine_sends_the_message_to_the_owner,                                 0},
        {the_higher_generation_wins,                                              0},
        {of_two_claims_the_one_that_gave_a_receipt_is_used,                       0},
        {of_two_claims_the_first_one_known_is_used,                               8},
        {a_receiver_without_room_is_asked_again,                                  0},
        {what_is_newer_waits_behind_what_found_no_room,                           0},
        {what_a_receiver_refused_before_it_went_its_successor_gets_at_once,       0},
        {what_was_sent_twice_may_have_been_taken_though_the_last_one_was_refused, 0},
        {a_path_too_long_for_a_socket_is_refused,                                 0},
        {an_inlet_in_use_is_not_taken_away,                                       0},
        {NULL,                                                                    0},
    };

    return wb_suite_run_in("runtime.lanes", rows, setup, teardown);
}
