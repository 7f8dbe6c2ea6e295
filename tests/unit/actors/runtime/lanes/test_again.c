/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes_again: how many copies a peer gets that hangs and stays connected
 *
 * The waiting times are skipped: what is in flight is made due by hand.
 */
#include <check.h>

#include "actors/runtime/lanes/inside.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/suite.h"

#define COUNT 30

static kit in;
static node a, b;
static batch all;
static size_t want;

static const node_conf poller = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static const node_conf mapper = {
    .instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 1, .store = 2};

static void
setup(void)
{
    kit_open(&in);
    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.keep = true;
    all = (batch){messages_new(0, COUNT, 10), COUNT};
}

static void
teardown(void)
{
    node_close(&b);
    node_close(&a);
    messages_free(&all.messages, all.count);
    kit_close(&in);
}

static bool
b_took(void *arg)
{
    (void)arg;
    return b.taken >= want;
}

static void
until_b_took(size_t count)
{
    want = count;
    kit_until(&in, b_took, NULL, "messages at the receiver");
}

static struct wb_peer_out *
peer_of_b(void)
{
    wb_member *member;

    for (size_t at = 0; (member = wb_map_next(a.lanes->members, &at, NULL));)
        if (member->out)
            return member->out;
    ck_abort_msg("nothing was sent to anybody");
}

/* All that is in flight is due, and looked at. `heard`: the peer has shown since that it lives. */
static void
time_passes(bool heard)
{
    struct wb_peer_out *peer = peer_of_b();
    wb_link *list;

    for (size_t i = 0; (list = lanes_peer_list(peer, i)); i++)
        for (wb_link *link = list->next; link != list; link = link->next) {
            wb_outgoing *one = WB_CONTAINER(link, wb_outgoing, link);
            one->next_ms = wb_loop_now_ms(in.loop);
            one->last_ms = one->next_ms - 1;
        }
    peer->heard_ms = heard ? wb_loop_now_ms(in.loop) : 0;
    peer->round_ms = 0;
    lanes_out_due(&peer->timer, peer);
    kit_turns(&in, 50);
}

static void
send_all(void)
{
    size_t sent = 0;

    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    until_b_took(COUNT);
}

/* It hung for an hour and stayed connected: copies were queued every five seconds. */
START_TEST(a_peer_that_hangs_gets_a_window_of_copies_and_no_more)
{
    send_all();
    for (int i = 0; i < 20; i++)
        time_passes(false);
    ck_assert_uint_eq(b.taken, 2 * COUNT);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), COUNT);
}
END_TEST

/* It gives messages up, and shows that it lives: each time it does they come again. */
START_TEST(one_that_lives_is_asked_again_and_again)
{
    send_all();
    time_passes(false);
    time_passes(false);
    lanes_out_heard(peer_of_b());
    for (size_t times = 3; times < 12; times++) {
        time_passes(true);
        until_b_took(times * COUNT);
    }
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, batch_settled, &all, "receipts");
}
END_TEST

/* What waited for a word of it goes on a new connection, in its order, once. */
START_TEST(its_successor_gets_all_at_once_and_in_order)
{
    send_all();
    time_passes(false);
    time_passes(false);
    node_close(&b);
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &all, "receipts of the successor");
    ck_assert_uint_eq(b.taken, COUNT);
    ck_assert_uint_eq(b.again, COUNT);
    ck_assert_uint_eq(b.older, 0);
}
END_TEST

/* --- what bounds it --- */

static size_t told;

static void
on_room(void *arg, wb_stage stage, wb_view account)
{
    (void)arg;
    told += stage == WB_STAGE_PUSH && wb_view_is(account, "default/other");
}

/* What all have under way together was not given back, or those that waited because of the others
 * were not told: an account stood still for good. */
START_TEST(who_waits_for_the_bytes_of_others_is_told_when_they_are_given_back)
{
    batch other = {messages_new(COUNT, 1, 10), 1};
    wb_view account = WB_VIEW_LIT("default/other");
    wb_err err = {0};

    told = 0;
    wb_lanes_on_room(a.lanes, on_room, NULL);
    ck_assert_int_eq(
        wb_lanes_send(a.lanes, &other.messages[0].out, WB_STAGE_PUSH, account, account, &err),
        WB_OK); /* nobody is there to take it */
    send_all();
    ck_assert_uint_eq(a.lanes->window_bytes, (COUNT + 1) * 10);
    a.lanes->window_bytes += WB_WINDOWS_BYTES_MAX;
    ck_assert_uint_eq(wb_lanes_room(a.lanes, WB_STAGE_PUSH, account), 0);
    a.lanes->window_bytes -= WB_WINDOWS_BYTES_MAX;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, batch_settled, &all, "receipts");
    kit_turns(&in, 20);
    ck_assert_uint_eq(a.lanes->window_bytes, 10);
    ck_assert_uint_eq(told, 1);
    wb_lanes_cancel(a.lanes, &other.messages[0].out);
    ck_assert_uint_eq(a.lanes->window_bytes, 0);
    messages_free(&other.messages, 1);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_peer_that_hangs_gets_a_window_of_copies_and_no_more,              0},
        {one_that_lives_is_asked_again_and_again,                            0},
        {its_successor_gets_all_at_once_and_in_order,                        0},
        {who_waits_for_the_bytes_of_others_is_told_when_they_are_given_back, 0},
        {NULL,                                                               0},
    };

    return wb_suite_run_in("runtime.lanes_again", cases, setup, teardown);
}
