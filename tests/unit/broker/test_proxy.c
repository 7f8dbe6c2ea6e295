/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy: the directory for late-comers, events to whoever subscribes, a second claim, a store that
 * was turned back, and what goes on with no broker
 */
#include "broker/proxy.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/suite.h"

static kit in;
static node a, b, c;
static broker_proxy *broker, *second;
static char base[2][128];

static node_conf poller = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static node_conf mapper = {
    .instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 1, .store = 2};

/* What a subscriber heard. */
static struct {
    size_t events, beats, refused;
    uint64_t last;
    char topic[128];
} heard;

static uint64_t turned_back;

static void
open_broker(broker_proxy **out, size_t number)
{
    broker_conf conf = {
        .base = base[number], .instance = "broker-1", .deployment = "test", .shards = KIT_SHARDS};
    wb_err err = {0};

    ck_assert_msg(broker_proxy_new(out, in.loop, &conf, &err) == WB_OK, "%s", err.text);
}

static void
setup(void)
{
    kit_open(&in);
    snprintf(base[0], sizeof base[0], "ipc://%s/broker", in.run_dir);
    snprintf(base[1], sizeof base[1], "ipc://%s/other", in.run_dir);
    poller.broker = mapper.broker = base[0];
    memset(&heard, 0, sizeof heard);
    turned_back = 0;
    open_broker(&broker, 0);
}

static void
teardown(void)
{
    node_close(&a);
    node_close(&b);
    node_close(&c);
    broker_proxy_destroy(&broker);
    broker_proxy_destroy(&second);
    kit_close(&in);
}

static void
remove_beat_files(void)
{
    kit_remove(&in, ".beat");
}

static bool
knows_mapper(void *arg)
{
    return wb_lanes_owner_known(((node *)arg)->lanes, WB_STAGE_MAP, 3);
}

/* Beat files are taken away: what is known came from the broker. */
START_TEST(a_late_comer_learns_of_everybody_at_once)
{
    node_open(&b, &in, &mapper);
    kit_turns(&in, 150);
    remove_beat_files();
    node_open(&a, &in, &poller);
    kit_until(&in, knows_mapper, &a, "the owner, by call.directory");
}
END_TEST

START_TEST(who_comes_later_is_found_by_who_waits)
{
    size_t sent = 0;
    batch all = {messages_new(0, 10, 10), 10};

    node_open(&a, &in, &poller);
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_turns(&in, 100);
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &all, "receipts of the late mapper");
    messages_free(&all.messages, all.count);
}
END_TEST

/* --- events --- */

static void
on_bus(void *arg, wb_view topic, const wb_envelope *env)
{
    (void)arg;
    snprintf(heard.topic, sizeof heard.topic, "%.*s", WB_VIEW_ARG(topic));
    if (env->kind == WB_KIND_BEAT)
        heard.beats++;
    else if (memmem(env->body.data, env->body.len, "claim_refused", 13))
        heard.refused++;
    else
        heard.events++;
    if (env->kind == WB_KIND_EVENT)
        heard.last = env->sequence;
}

static void
subscribe(node *to, const char *prefix)
{
    wb_err err = {0};

    ck_assert_msg(wb_lanes_subscribe(to->lanes, prefix, on_bus, NULL, &err) == WB_OK, "%s",
                  err.text);
}

static bool
heard_last(void *arg)
{
    return heard.last >= *(uint64_t *)arg;
}

static bool
heard_beats(void *arg)
{
    return heard.beats >= *(size_t *)arg;
}

static bool
heard_refused(void *arg)
{
    (void)arg;
    return heard.refused > 0;
}

/* Publishes until the subscription is there: PUB drops what nobody reads. */
static uint64_t
publish_until_heard(node *from, uint64_t sequence)
{
    for (; heard.last == 0; sequence++) {
        wb_lanes_publish(from->lanes, WB_TOPIC_RECORD, sequence, WB_VIEW_LIT("\x90"));
        kit_turns(&in, 5);
        ck_assert_uint_lt(sequence, 1000);
    }
    return sequence;
}

START_TEST(events_come_to_who_subscribes)
{
    uint64_t sequence, last;

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    subscribe(&b, "record");
    sequence = publish_until_heard(&a, 1);
    ck_assert_str_eq(heard.topic, "record.poller-1");
    heard.events = 0;
    kit_turns(&in, 30);
    heard.events = 0;
    last = sequence + 99;
    for (; sequence <= last; sequence++) {
        wb_lanes_publish(a.lanes, WB_TOPIC_RECORD, sequence, WB_VIEW_LIT("\x90"));
        wb_lanes_publish(a.lanes, WB_TOPIC_RUN, sequence, WB_VIEW_LIT("\x90"));
    }
    kit_until(&in, heard_last, &last, "the last event");
    ck_assert_uint_eq(heard.events, 100); /* not those of runs */
}
END_TEST

START_TEST(beats_come_to_who_subscribes)
{
    size_t some = 3;

    node_open(&a, &in, &poller);
    subscribe(&a, "beat");
    node_open(&b, &in, &mapper);
    for (size_t i = 0; i < 3; i++) {
        b.commits += 1;
        kit_turns(&in, 120);
    }
    kit_until(&in, heard_beats, &some, "three beats");
    ck_assert_ptr_nonnull(strstr(heard.topic, "beat."));
}
END_TEST

/* With two brokers everything comes twice, and is heard once. */
START_TEST(two_brokers_are_heard_once)
{
    uint64_t sequence, last;

    open_broker(&second, 1);
    poller.broker2 = mapper.broker2 = base[1];
    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    poller.broker2 = mapper.broker2 = NULL;
    subscribe(&b, "record");
    sequence = publish_until_heard(&a, 1);
    kit_turns(&in, 50); /* both connections are there */
    heard.events = 0;
    last = sequence + 49;
    for (; sequence <= last; sequence++)
        wb_lanes_publish(a.lanes, WB_TOPIC_RECORD, sequence, WB_VIEW_LIT("\x90"));
    kit_until(&in, heard_last, &last, "the last event");
    kit_turns(&in, 50);
    ck_assert_uint_eq(heard.events, 50);
    heard.events = 0;
    broker_proxy_destroy(&broker); /* one is enough */
    last = sequence + 9;
    for (; sequence <= last; sequence++)
        wb_lanes_publish(a.lanes, WB_TOPIC_RECORD, sequence, WB_VIEW_LIT("\x90"));
    kit_until(&in, heard_last, &last, "the last event, by the other broker");
    ck_assert_uint_eq(heard.events, 10);
}
END_TEST

/* --- claims and stores --- */

START_TEST(a_second_claim_is_refused_and_told)
{
    node_conf other = mapper;

    other.instance = "mapper-2";
    other.store = 3;
    node_open(&a, &in, &poller);
    subscribe(&a, "process");
    node_open(&b, &in, &mapper);
    kit_turns(&in, 100);
    node_open(&c, &in, &other);
    kit_until(&in, heard_refused, NULL, "word of the second claim");
    ck_assert_str_eq(heard.topic, "process.broker-1");
}
END_TEST

static void
on_turned_back(void *arg, uint64_t seen)
{
    const node *self = arg;

    ck_assert_uint_eq(self->taken, 0); /* before any work */
    turned_back = seen;
}

static bool
is_turned_back(void *arg)
{
    (void)arg;
    return turned_back > 0;
}

START_TEST(yesterdays_store_is_told_that_it_was_turned_back)
{
    node_conf renewed = mapper;
    size_t sent = 0;
    batch all = {messages_new(0, 20, 10), 20};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.commits = 500;
    b.keep = true;
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_turns(&in, 300); /* a beat with the 500 */
    node_close(&b);
    node_open(&b, &in, &mapper);
    b.commits = 400;
    wb_lanes_on_turned_back(b.lanes, on_turned_back, &b);
    kit_until(&in, is_turned_back, NULL, "word of the higher number");
    ck_assert_uint_eq(turned_back, 500);
    kit_turns(&in, 300);
    ck_assert_uint_eq(b.taken, 0); /* nor is any taken later: */
    node_close(&b);
    renewed.store = 9; /* it begins anew, as another store */
    node_open(&b, &in, &renewed);
    b.commits = 400;
    wb_lanes_on_turned_back(b.lanes, on_turned_back, &b);
    kit_until(&in, batch_settled, &all, "receipts");
    messages_free(&all.messages, all.count);
}
END_TEST

START_TEST(todays_store_is_told_nothing)
{
    size_t sent = 0;
    batch all = {messages_new(0, 20, 10), 20};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.commits = 500;
    kit_turns(&in, 300);
    node_close(&b);
    node_open(&b, &in, &mapper);
    b.commits = 500;
    wb_lanes_on_turned_back(b.lanes, on_turned_back, &b);
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &all, "receipts");
    ck_assert_uint_eq(turned_back, 0);
    messages_free(&all.messages, all.count);
}
END_TEST

/* What a broker learnt from us in this life is no news to us. */
START_TEST(a_broker_that_is_asked_again_turns_nothing_back)
{
    node_open(&b, &in, &mapper);
    b.commits = 500;
    wb_lanes_on_turned_back(b.lanes, on_turned_back, &b);
    kit_turns(&in, 300);
    b.commits = 900;
    wb_lanes_beat_now(b.lanes);
    kit_turns(&in, 300);
    broker_proxy_destroy(&broker);
    kit_turns(&in, 50);
    open_broker(&broker, 0); /* it is greeted with our beat, and then asked */
    kit_turns(&in, 500);
    wb_lanes_owner_known(b.lanes, WB_STAGE_PUSH, 1); /* nobody: the directory is asked again */
    kit_turns(&in, 300);
    ck_assert_uint_eq(turned_back, 0);
}
END_TEST

/* The first broker knows nothing; the one that comes later does. */
START_TEST(a_broker_that_comes_later_may_know_better)
{
    node_conf both = mapper;
    node_conf former = mapper;

    both.broker2 = base[1];
    former.broker = base[1];
    open_broker(&second, 1);
    node_open(&b, &in, &former);
    b.commits = 500;
    kit_turns(&in, 300);
    node_close(&b);
    node_open(&b, &in, &both);
    b.commits = 400;
    b.keep = true;
    wb_lanes_on_turned_back(b.lanes, on_turned_back, &b);
    kit_until(&in, is_turned_back, NULL, "word of the second broker");
    ck_assert_uint_eq(turned_back, 500);
}
END_TEST

/* --- no broker --- */

START_TEST(with_the_broker_dead_work_goes_on)
{
    size_t sent = 0;
    batch all = {messages_new(0, 200, 10), 200}, half = {all.messages, 100};
    node_conf late = {.instance = "poller-2", .stage = WB_STAGE_PULL, .broker = base[0]};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    messages_send(&a, all.messages, 100, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &half, "receipts");
    broker_proxy_destroy(&broker);
    messages_send(&a, all.messages, 150, &sent, WB_STAGE_MAP);
    node_close(&b); /* even a restart of the peer needs no broker */
    node_open(&b, &in, &mapper);
    messages_send(&a, all.messages, 200, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &all, "receipts without a broker");
    open_broker(&broker, 0);
    remove_beat_files();
    node_open(&c, &in, &late); /* the new broker knows everybody again */
    kit_until(&in, knows_mapper, &c, "the owner, from the restarted broker");
    messages_free(&all.messages, all.count);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_late_comer_learns_of_everybody_at_once,         0},
        {who_comes_later_is_found_by_who_waits,            0},
        {events_come_to_who_subscribes,                    0},
        {beats_come_to_who_subscribes,                     0},
        {two_brokers_are_heard_once,                       0},
        {a_second_claim_is_refused_and_told,               0},
        {yesterdays_store_is_told_that_it_was_turned_back, 0},
        {todays_store_is_told_nothing,                     0},
        {a_broker_that_is_asked_again_turns_nothing_back,  0},
        {a_broker_that_comes_later_may_know_better,        0},
        {with_the_broker_dead_work_goes_on,                0},
        {NULL,                                             0},
    };

    return wb_suite_run_in("broker.proxy", rows, setup, teardown);
}
