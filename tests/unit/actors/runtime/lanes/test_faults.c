/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes_faults - what a peer may do to us, each a test: gone, slow, doubled, reordered, resumed
 * later in the stream, restarted, foreign, damaged; and receipts that mean nothing
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "actors/runtime/lanes/lanes.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/pack.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/suite.h"

static kit in;
static node a, b;
static void *zmq;

static const node_conf poller = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static const node_conf mapper = {
    .instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 1, .store = 2};

static void
setup(void)
{
    kit_open(&in);
    zmq = zmq_ctx_new();
}

static void
teardown(void)
{
    node_close(&a);
    node_close(&b);
    zmq_ctx_term(zmq);
    kit_close(&in);
}

typedef struct {
    size_t count;
} wanted;

static bool
b_took(void *arg)
{
    return b.taken >= ((wanted *)arg)->count;
}

static void
until_b_took(size_t count)
{
    wanted at = {count};

    kit_until(&in, b_took, &at, "messages at the receiver");
}

/* --- the peer goes and comes --- */

/* Messages of a that b holds: no receipt has left. */
static batch
in_hand(size_t count)
{
    size_t sent = 0;
    batch all = {messages_new(0, count, 100), count};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.keep = true;
    messages_send(&a, all.messages, count, &sent, WB_STAGE_MAP);
    until_b_took(count);
    return all;
}

/* It had taken all and settled none; its successor gets all of them again, marked. */
START_TEST(a_peer_that_is_gone_gets_all_again)
{
    batch all = in_hand(300);

    node_close(&b);
    kit_turns(&in, 50);
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &all, "receipts of the successor");
    ck_assert_uint_eq(b.taken, 300);
    ck_assert_uint_eq(b.again, 300);
    for (size_t i = 0; i < all.count; i++)
        ck_assert_uint_eq(all.messages[i].times, 1);
    messages_free(&all.messages, all.count);
}
END_TEST

/* What was settled stays settled; what was sent while it was away waits; the successor's first
 * message is not the first that is missing. */
START_TEST(a_stream_resumed_later_misses_nothing)
{
    size_t sent = 0;
    batch all = {messages_new(0, 300, 100), 300}, head = {all.messages, 100};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    messages_send(&a, all.messages, 100, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &head, "the first hundred");
    b.keep = true;
    messages_send(&a, all.messages, 200, &sent, WB_STAGE_MAP);
    until_b_took(200);
    node_close(&b);
    messages_send(&a, all.messages, 300, &sent, WB_STAGE_MAP);
    kit_turns(&in, 50);
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &all, "all receipts");
    for (size_t i = 0; i < 300; i++)
        ck_assert_msg(b.seen[i] == (i >= 100), "message %zu", i);
    messages_free(&all.messages, all.count);
}
END_TEST

/* An empty store claims nothing: nothing goes there, and nothing is lost, until the owner is back.
 */
START_TEST(an_empty_store_gets_nothing)
{
    batch all;
    node_conf empty = mapper;

    empty.generation = 0;
    empty.store = 9;
    all = in_hand(50);
    node_close(&b);
    node_open(&b, &in, &empty);
    kit_turns(&in, 300);
    ck_assert_uint_eq(b.taken, 0);
    ck_assert_uint_eq(messages_settled(all.messages, all.count), 0);
    node_close(&b);
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &all, "receipts of the owner");
    messages_free(&all.messages, all.count);
}
END_TEST

/* A new deployment's first store (it claims) at the old one's address. */
START_TEST(another_store_with_the_same_claims_is_believed_once_it_is_known)
{
    batch all;
    node_conf other = mapper;

    other.store = 9;
    all = in_hand(50);
    node_close(&b);
    node_open(&b, &in, &other);
    kit_until(&in, batch_settled, &all, "receipts of the other store");
    messages_free(&all.messages, all.count);
}
END_TEST

/* It gives messages up without a word (or it hung): after 5 s they come again. */
START_TEST(a_silent_peer_is_asked_again_after_five_seconds)
{
    size_t sent = 0;
    batch all = {messages_new(0, 10, 100), 10};
    int64_t begin_ms;

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    b.outcome = WB_OUTCOME_NONE;
    begin_ms = wb_now_ms();
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    until_b_took(10);
    b.outcome = WB_OUTCOME_STALE;
    kit_until(&in, batch_settled, &all, "receipts of the second try");
    ck_assert_int_ge(wb_now_ms() - begin_ms, 4500);
    ck_assert_uint_eq(b.taken, 20);
    ck_assert_uint_eq(b.again, 10);
    messages_free(&all.messages, all.count);
}
END_TEST

/* --- receipts --- */

START_TEST(receipts_in_any_order_and_twice_settle_once)
{
    batch all = in_hand(500);
    wb_delivery *order[500];
    wb_rng rng = {7};
    wb_link *link;
    size_t n = 0;

    while ((link = wb_list_pop(&b.held)))
        order[n++] = WB_CONTAINER(link, wb_delivery, link);
    ck_assert_uint_eq(n, 500);
    for (size_t i = n; i > 1; i--) {
        size_t j = wb_rng_below(&rng, i);
        wb_delivery *swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    for (size_t i = 0; i < n; i++) {
        wb_delivery_settle(b.lanes, &order[i], i % 2 ? WB_OUTCOME_MERGED : WB_OUTCOME_UNCHANGED);
        if (i % 50 == 0)
            kit_turns(&in, 1);
    }
    kit_until(&in, batch_settled, &all, "500 receipts");
    for (size_t i = 0; i < all.count; i++)
        ck_assert_uint_eq(all.messages[i].times, 1);
    messages_free(&all.messages, all.count);
}
END_TEST

static void
send_frames(const char *endpoint, const wb_view *frames, size_t count)
{
    void *socket = zmq_socket(zmq, ZMQ_PUSH);
    int linger = 1000;

    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    ck_assert_int_eq(zmq_connect(socket, endpoint), 0);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_ge(
            zmq_send(socket, frames[i].data, frames[i].len, i + 1 < count ? ZMQ_SNDMORE : 0), 0);
    zmq_close(socket);
}

static const char *
inlet_of(const char *name)
{
    static char endpoint[256];

    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", in.run_dir, name);
    return endpoint;
}

/* A receipt for one sequence, from whoever. */
typedef struct {
    const char *why;
    const char *instance, *deployment;
    uint8_t store;
    bool former; /* names another incarnation of the sender */
    uint64_t first, count, outcome;
} forged;

static const forged forgeries[] = {
    {"of a former incarnation",  "mapper-1", "test",  2, true,  1,              10,         1 },
    {"of another deployment",    "mapper-1", "other", 2, false, 1,              10,         1 },
    {"of another store",         "mapper-1", "test",  7, false, 1,              10,         1 },
    {"of another instance",      "mapper-9", "test",  2, false, 1,              10,         1 },
    {"of no sequence",           "mapper-1", "test",  2, false, 0,              1,          1 },
    {"of sequences never given", "mapper-1", "test",  2, false, 11,             60000,      1 },
    {"at the end of numbers",    "mapper-1", "test",  2, false, UINT64_MAX - 5, 100,        1 },
    {"of too many",              "mapper-1", "test",  2, false, 1,              UINT64_MAX, 1 },
    {"with no outcome",          "mapper-1", "test",  2, false, 1,              10,         0 },
    {"with an unknown outcome",  "mapper-1", "test",  2, false, 1,              10,         77},
};

static void
send_receipt(const forged *one)
{
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_envelope env = {
        .kind = WB_KIND_RECEIPT,
        .deployment = wb_view_of(one->deployment),
        .instance = wb_view_of(one->instance),
        .store = kit_store(one->store),
        .incarnation = 77,
    };
    wb_view frames[2];
    wb_err err = {0};

    wb_buf_init(&header, WB_HEADER_MAX);
    wb_buf_init(&body, 1024);
    ck_assert_msg(wb_envelope_encode(&env, &header, &err) == WB_OK, "%s", err.text);
    wb_pack_array(&body, 4);
    wb_pack_uint(&body, wb_lanes_incarnation(a.lanes) + one->former);
    wb_pack_uint(&body, one->first);
    wb_pack_uint(&body, one->count);
    wb_pack_uint(&body, one->outcome);
    frames[0] = wb_buf_view(&header);
    frames[1] = wb_buf_view(&body);
    send_frames(inlet_of("poller-1.receipts"), frames, 2);
}

START_TEST(a_receipt_that_means_nothing_settles_nothing)
{
    const forged *one = &forgeries[_i];
    const forged honest = {"", "mapper-1", "test", 2, false, 1, 10, WB_OUTCOME_FILTERED};
    batch all = in_hand(10);

    send_receipt(one);
    kit_turns(&in, 60);
    ck_assert_msg(messages_settled(all.messages, all.count) == 0, "settled by one %s", one->why);
    send_receipt(&honest); /* the same way does settle, when all is right */
    send_receipt(&honest);
    kit_until(&in, batch_settled, &all, "the honest receipt");
    for (size_t i = 0; i < all.count; i++)
        ck_assert_uint_eq(all.messages[i].times, 1);
    messages_free(&all.messages, all.count);
}
END_TEST

/* --- foreign and damaged --- */

/* At the receiver's address: a process of another deployment. It refuses, we keep; the right one
 * gets all. */
START_TEST(a_foreign_process_at_the_address_takes_nothing)
{
    batch all;
    node_conf foreign = mapper;

    foreign.deployment = "other";
    all = in_hand(50);
    node_close(&b);
    node_open(&b, &in, &foreign);
    kit_turns(&in, 200);
    ck_assert_uint_eq(b.taken, 0);
    ck_assert_uint_eq(messages_settled(all.messages, all.count), 0);
    node_close(&b);
    node_open(&b, &in, &mapper);
    kit_until(&in, batch_settled, &all, "receipts of ours");
    messages_free(&all.messages, all.count);
}
END_TEST

static const struct {
    const char *why;
    wb_view frames[4];
    size_t count;
} junk[] = {
    {"one frame",       {{"\x81\x01\x01", 3}},                                    1},
    {"empty frames",    {{"", 0}, {"", 0}},                                       2},
    {"three frames",    {{"\x81\x01\x01", 3}, {"b", 1}, {"c", 1}},                3},
    {"no msgpack",      {{"\xc1\xc1\xc1", 3}, {"b", 1}},                          2},
    {"a huge promise",  {{"\xdf\xff\xff\xff\xff", 5}, {"b", 1}},                  2},
    {"another version", {{"\x82\x01\x63\x02\x02", 5}, {"b", 1}},                  2},
    {"no deployment",   {{"\x82\x01\x01\x02\x08", 5}, {"\x91\x01", 2}},           2},
    {"plain text",      {{"GET / HTTP/1.1\r\n", 16}, {"Host: here\r\n\r\n", 14}}, 2},
};

static size_t strays, stray_bytes;

static void
on_stray(void *arg, wb_view header, wb_view body, const char *why)
{
    ck_assert_ptr_eq(arg, &strays);
    ck_assert_uint_gt(strlen(why), 0);
    strays++;
    stray_bytes += header.len + body.len;
}

/* They were a line in the log, their bytes gone. */
START_TEST(damaged_messages_are_handed_over_with_their_bytes)
{
    wb_view const *frames = junk[_i].frames;
    size_t bytes = frames[0].len + frames[1].len;
    bool foreign = strcmp(junk[_i].why, "no deployment") == 0; /* it is somebody else's, and good */

    node_open(&b, &in, &mapper);
    wb_lanes_on_stray(b.lanes, on_stray, &strays);
    strays = stray_bytes = 0;
    send_frames(inlet_of("mapper-1.work"), frames, junk[_i].count);
    kit_turns(&in, 200);
    ck_assert_uint_eq(strays, !foreign);
    ck_assert_uint_eq(stray_bytes, foreign ? 0 : bytes);
}
END_TEST

START_TEST(damaged_messages_are_dropped_and_nothing_stops)
{
    size_t sent = 0;
    batch all = {messages_new(0, 50, 100), 50};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    for (size_t i = 0; i < 20; i++) {
        send_frames(inlet_of("mapper-1.work"), junk[_i].frames, junk[_i].count);
        send_frames(inlet_of("poller-1.receipts"), junk[_i].frames, junk[_i].count);
    }
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    kit_until(&in, batch_settled, &all, "receipts in spite of junk");
    kit_turns(&in, 50);
    ck_assert_uint_eq(b.taken, 50);
    messages_free(&all.messages, all.count);
}
END_TEST

/* --- of a newer release --- */

/* What is changed in a header that is good. */
static const struct {
    const char *why;
    uint64_t key; /* whose value is another */
    uint64_t value;
    wb_outcome outcome; /* that its sender hears; NONE = it cannot be answered */
    wb_kind kind;
} newer[] = {
    {"another version",            1,  9,   WB_OUTCOME_PARKED,   WB_KIND_RAW        },
    {"an unknown kind",            2,  200, WB_OUTCOME_PARKED,   WB_KIND_RAW        },
    {"an id that is a number",     3,  5,   WB_OUTCOME_PARKED,   WB_KIND_RAW        },
    {"a priority beyond the last", 26, 77,  WB_OUTCOME_PARKED,   WB_KIND_RAW        },
    {"a lane of somebody else",    16, 99,  WB_OUTCOME_NOT_MINE, WB_KIND_RAW        },
    {"no sequence",                21, 0,   WB_OUTCOME_NONE,     WB_KIND_RAW        },
    {"a call of another version",  1,  9,   WB_OUTCOME_NONE,     WB_KIND_CALL_STATUS},
};

static void
pack_newer(wb_buf *out, int at, const wb_envelope *env)
{
    const struct {
        uint64_t key, number;
        wb_view bytes;
    } fields[] = {
        {1,  1,                {0}                     },
        {2,  newer[at].kind,   {0}                     },
        {3,  0,                {"0123456789abcdef", 16}},
        {14, WB_STAGE_MAP,     {0}                     },
        {15, 3,                {0}                     },
        {16, 1,                {0}                     },
        {17, 0,                WB_VIEW_LIT("test")     },
        {18, 0,                WB_VIEW_LIT("poller-1") },
        {20, env->incarnation, {0}                     },
        {21, 1,                {0}                     },
        {26, 1,                {0}                     },
        {29, 0,                env->reply_to           },
    };

    wb_pack_map(out, WB_COUNT(fields));
    for (size_t i = 0; i < WB_COUNT(fields); i++) {
        wb_pack_uint(out, fields[i].key);
        if (fields[i].key == newer[at].key)
            wb_pack_uint(out, newer[at].value);
        else if (fields[i].key == 3)
            wb_pack_bytes(out, fields[i].bytes);
        else if (fields[i].bytes.len)
            wb_pack_text(out, fields[i].bytes);
        else
            wb_pack_uint(out, fields[i].number);
    }
}

static size_t damaged;
static wb_outcome last_wanted;

static void
on_damaged(void *arg, wb_delivery *delivery, wb_view header, const char *why)
{
    ck_assert_uint_gt(header.len, 0);
    ck_assert_uint_gt(strlen(why), 0);
    ck_assert(wb_view_is(delivery->env->body, "its body"));
    ck_assert_uint_eq(delivery->env->shard, 3);
    damaged++;
    wb_delivery_settle(arg, &delivery, WB_OUTCOME_PARKED);
}

static bool
answered(void *arg)
{
    char frame[1024];
    int size = zmq_recv(arg, frame, sizeof frame, ZMQ_DONTWAIT);
    static const char run[] = {1, 1}; /* first sequence, count */

    if (size < 0)
        return false;
    size = zmq_recv(arg, frame, sizeof frame, 0);
    ck_assert_int_gt(size, 3);
    ck_assert_mem_eq(frame + size - 3, run, sizeof run);
    ck_assert_int_eq(frame[size - 1], (int)last_wanted);
    return true;
}

/* It was sent for ever, and parked nowhere. */
START_TEST(a_header_that_cannot_be_read_is_answered)
{
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    wb_envelope from = {.incarnation = 77, .reply_to = wb_view_of(inlet_of("other.receipts"))};
    void *inlet = zmq_socket(zmq, ZMQ_PULL);
    wb_view frames[2];

    ck_assert_int_eq(zmq_bind(inlet, inlet_of("other.receipts")), 0);
    node_open(&b, &in, &mapper);
    wb_lanes_on_damaged(b.lanes, on_damaged, b.lanes);
    damaged = 0;
    last_wanted = newer[_i].outcome;
    wb_buf_init(&header, 4096);
    pack_newer(&header, _i, &from);
    frames[0] = wb_buf_view(&header);
    frames[1] = WB_VIEW_LIT("its body");
    send_frames(inlet_of("mapper-1.work"), frames, 2);
    if (last_wanted)
        kit_until(&in, answered, inlet, "a receipt");
    else
        kit_turns(&in, 200);
    ck_assert_uint_eq(damaged, last_wanted == WB_OUTCOME_PARKED);
    zmq_close(inlet);
}
END_TEST

/* A body beyond the limit never leaves. */
START_TEST(a_body_over_the_limit_is_refused_at_the_door)
{
    wb_outgoing out = {0};
    wb_envelope env = {.kind = WB_KIND_RAW};
    message *one = messages_new(0, 1, 1);
    wb_err err = {0};

    node_open(&a, &in, &poller);
    env = *one->out.env;
    env.body.len = WB_BODY_MAX + 1; /* not read */
    out.env = &env;
    out.settled = one->out.settled;
    ck_assert_int_eq(wb_lanes_send(a.lanes, &out, WB_STAGE_MAP, WB_VIEW_LIT("k"),
                                   WB_VIEW_LIT("default/shop"), &err),
                     WB_REJECT);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 0);
    messages_free(&one, 1);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_peer_that_is_gone_gets_all_again,                              0                  },
        {a_stream_resumed_later_misses_nothing,                           0                  },
        {an_empty_store_gets_nothing,                                     0                  },
        {another_store_with_the_same_claims_is_believed_once_it_is_known, 0                  },
        {a_silent_peer_is_asked_again_after_five_seconds,                 0                  },
        {receipts_in_any_order_and_twice_settle_once,                     0                  },
        {a_receipt_that_means_nothing_settles_nothing,                    WB_COUNT(forgeries)},
        {a_foreign_process_at_the_address_takes_nothing,                  0                  },
        {damaged_messages_are_dropped_and_nothing_stops,                  WB_COUNT(junk)     },
        {damaged_messages_are_handed_over_with_their_bytes,               WB_COUNT(junk)     },
        {a_header_that_cannot_be_read_is_answered,                        WB_COUNT(newer)    },
        {a_body_over_the_limit_is_refused_at_the_door,                    0                  },
        {NULL,                                                            0                  },
    };

    return wb_suite_run_in("runtime.lanes_faults", rows, setup, teardown);
}
