/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes_calls: who is asked, chunks, deadlines, and answers that come to nobody
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/runtime/lanes/lanes.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/suite.h"

static kit in;
static node a, keeper;

static const node_conf asker = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static const node_conf answerer = {
    .instance = "keeper-1", .stage = WB_STAGE_KEEP, .generation = 1, .store = 2};

/* What came back. */
static struct {
    size_t chunks, bytes, ends;
    wb_rc rc;
} got;

static void
setup(void)
{
    kit_open(&in);
    memset(&got, 0, sizeof got);
}

static void
teardown(void)
{
    node_close(&a);
    node_close(&keeper);
    kit_close(&in);
}

static void
on_reply(void *arg, const wb_envelope *reply, wb_rc rc)
{
    (void)arg;
    got.rc = rc;
    if (rc) {
        ck_assert_ptr_null(reply);
        got.ends++;
        return;
    }
    got.chunks++;
    got.bytes += reply->body.len;
    got.ends += reply->last;
}

static bool
has_ended(void *arg)
{
    return got.ends >= *(size_t *)arg;
}

static bool
was_called(void *arg)
{
    return keeper.calls >= *(size_t *)arg;
}

static uint64_t
ask(const char *to, wb_stage stage, int64_t timeout_ms)
{
    wb_call_spec spec = {
        .to = to,
        .stage = stage,
        .key = WB_VIEW_LIT("default/shop"),
        .kind = WB_KIND_CALL_TOKEN,
        .body = WB_VIEW_LIT("the question"),
        .timeout_ms = timeout_ms,
    };
    uint64_t call = 0;
    wb_err err = {0};

    ck_assert_msg(wb_lanes_call(a.lanes, &spec, on_reply, NULL, &call, &err) == WB_OK, "%s",
                  err.text);
    ck_assert_uint_ne(call, 0);
    return call;
}

/* Answers the oldest call in hand with `chunks` chunks of `len` bytes. */
static void
answer(size_t chunks, size_t len)
{
    WB_AUTO(wb_free) char *body = wb_alloc(len + 1);
    wb_link *link = wb_list_pop(&keeper.held);
    wb_delivery *delivery;

    ck_assert_ptr_nonnull(link);
    delivery = WB_CONTAINER(link, wb_delivery, link);
    ck_assert(wb_view_is(delivery->env->body, "the question"));
    for (size_t i = 0; i < chunks; i++)
        wb_lanes_reply(keeper.lanes, delivery->env, (wb_view){body, len}, i + 1 == chunks);
    wb_delivery_drop(keeper.lanes, &delivery);
}

/* How the callee is named. */
static const struct {
    const char *to; /* "work": its endpoint */
    wb_stage stage;
    size_t chunks;
} ways[] = {
    {NULL,        WB_STAGE_KEEP, 1 },
    {"@keeper-1", WB_STAGE_NONE, 1 },
    {"work",      WB_STAGE_NONE, 1 },
    {NULL,        WB_STAGE_KEEP, 50},
};

START_TEST(a_call_is_answered)
{
    char work[256];
    const char *to = ways[_i].to;
    size_t one = 1;

    snprintf(work, sizeof work, "ipc://%s/keeper-1.work", in.run_dir);
    if (to && !strcmp(to, "work"))
        to = work;
    node_open(&a, &in, &asker);
    node_open(&keeper, &in, &answerer);
    ask(to, ways[_i].stage, 5000);
    kit_until(&in, was_called, &one, "the call");
    answer(ways[_i].chunks, 10000);
    kit_until(&in, has_ended, &one, "the answer");
    ck_assert_int_eq(got.rc, WB_OK);
    ck_assert_uint_eq(got.chunks, ways[_i].chunks);
    ck_assert_uint_eq(got.bytes, 10000 * ways[_i].chunks);
}
END_TEST

START_TEST(a_callee_not_known_yet_is_waited_for)
{
    size_t one = 1, two = 2;

    node_open(&a, &in, &asker);
    ask(NULL, WB_STAGE_KEEP, 5000);
    ask("@keeper-1", WB_STAGE_NONE, 5000);
    kit_turns(&in, 100);
    node_open(&keeper, &in, &answerer);
    kit_until(&in, was_called, &two, "both calls");
    answer(1, 1);
    kit_until(&in, has_ended, &one, "the answer");
    ck_assert_int_eq(got.rc, WB_OK);
}
END_TEST

START_TEST(no_answer_in_time_ends_the_call_once)
{
    size_t one = 1, two = 2;
    int64_t begin_ms;

    node_open(&a, &in, &asker);
    node_open(&keeper, &in, &answerer);
    ask(NULL, WB_STAGE_KEEP, 5000); /* they know each other from here on */
    kit_until(&in, was_called, &one, "the first call");
    answer(1, 10);
    kit_until(&in, has_ended, &one, "its answer");
    begin_ms = wb_now_ms();
    ask(NULL, WB_STAGE_KEEP, 200);
    kit_until(&in, has_ended, &two, "the end of the call");
    ck_assert_int_eq(got.rc, WB_RETRY);
    ck_assert_int_ge(wb_now_ms() - begin_ms, 190);
    kit_until(&in, was_called, &two, "the call at the keeper");
    answer(1, 10); /* too late: comes to nobody */
    kit_turns(&in, 50);
    ck_assert_uint_eq(got.ends, 2);
    ck_assert_uint_eq(got.chunks, 1);
}
END_TEST

START_TEST(a_call_to_nobody_ends_in_time)
{
    size_t one = 1;

    node_open(&a, &in, &asker);
    ask(NULL, WB_STAGE_WATCH, 150);
    kit_until(&in, has_ended, &one, "the end of the call");
    ck_assert_int_eq(got.rc, WB_RETRY);
}
END_TEST

START_TEST(a_cancelled_call_says_nothing)
{
    size_t one = 1;
    uint64_t call;

    node_open(&a, &in, &asker);
    node_open(&keeper, &in, &answerer);
    call = ask(NULL, WB_STAGE_KEEP, 60000);
    kit_until(&in, was_called, &one, "the call");
    wb_lanes_call_cancel(a.lanes, call);
    wb_lanes_call_cancel(a.lanes, call);
    answer(3, 10);
    call = ask(NULL, WB_STAGE_WATCH, 100); /* nobody answers it, nor tells that it is late */
    wb_lanes_call_cancel(a.lanes, call);
    kit_turns(&in, 200);
    ck_assert_uint_eq(got.ends + got.chunks, 0);
}
END_TEST

/* Answers to calls of a former incarnation mean nothing to the new one. */
START_TEST(an_answer_to_a_former_incarnation_comes_to_nobody)
{
    size_t one = 1;

    node_open(&a, &in, &asker);
    node_open(&keeper, &in, &answerer);
    ask(NULL, WB_STAGE_KEEP, 5000);
    kit_until(&in, was_called, &one, "the call");
    node_close(&a);
    node_open(&a, &in, &asker);
    ask(NULL, WB_STAGE_WATCH, 5000); /* has a number, too */
    answer(1, 10);
    kit_turns(&in, 200);
    ck_assert_uint_eq(got.ends + got.chunks, 0);
}
END_TEST

/* A tool has an inlet of its own for as long as it lives, and leaves nothing behind. */
START_TEST(a_tool_asks_and_leaves_nothing_behind)
{
    node_conf tool = {.instance = "waybill", .stage = WB_STAGE_NONE};
    size_t one = 1;

    node_open(&a, &in, &tool);
    node_open(&keeper, &in, &answerer);
    ask("@keeper-1", WB_STAGE_NONE, 5000);
    kit_until(&in, was_called, &one, "the call");
    answer(1, 10);
    kit_until(&in, has_ended, &one, "the answer");
    node_close(&a);
    kit_turns(&in, 50);
    ck_assert_uint_eq(kit_files(&in, "tool-"), 0);
}
END_TEST

typedef struct {
    wb_outcome outcome;
    size_t told, in_hand;
} made;

static void
on_settled(void *arg, wb_outcome outcome)
{
    made *self = arg;

    self->outcome = outcome;
    self->told++;
    self->in_hand = wb_lanes_in_hand(a.lanes); /* it is out of hand by then */
}

/* What nobody has sent is in hand like a message, and its end is told here, once. */
START_TEST(what_was_made_here_is_settled_here)
{
    static const wb_outcome ends[] = {WB_OUTCOME_HANDED_ON, WB_OUTCOME_NONE};
    wb_envelope env = {.kind = WB_KIND_NOTICE, .record = WB_VIEW_LIT("r"), .sequence = 7};
    wb_envelope *copy = wb_envelope_copy(&env);
    wb_delivery *delivery;
    made end = {.in_hand = 9};

    node_open(&a, &in, &asker);
    delivery = wb_delivery_make(a.lanes, &copy, on_settled, &end);
    ck_assert_ptr_null(copy);
    ck_assert_uint_eq(wb_lanes_in_hand(a.lanes), 1);
    if (_i)
        wb_delivery_drop(a.lanes, &delivery);
    else
        wb_delivery_settle(a.lanes, &delivery, ends[_i]);
    ck_assert_ptr_null(delivery);
    ck_assert_int_eq(end.outcome, ends[_i]);
    ck_assert_uint_eq(end.told, 1);
    ck_assert_uint_eq(end.in_hand, 0);
    copy = wb_envelope_copy(&env); /* the place that it had is as new */
    delivery = wb_delivery_make(a.lanes, &copy, NULL, NULL);
    wb_delivery_settle(a.lanes, &delivery, WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(end.told, 1);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_call_is_answered,                                WB_COUNT(ways)},
        {a_callee_not_known_yet_is_waited_for,              0             },
        {no_answer_in_time_ends_the_call_once,              0             },
        {a_call_to_nobody_ends_in_time,                     0             },
        {a_cancelled_call_says_nothing,                     0             },
        {an_answer_to_a_former_incarnation_comes_to_nobody, 0             },
        {a_tool_asks_and_leaves_nothing_behind,             0             },
        {what_was_made_here_is_settled_here,                2             },
        {NULL,                                              0             },
    };

    return wb_suite_run_in("runtime.lanes_calls", rows, setup, teardown);
}
