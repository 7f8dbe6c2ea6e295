/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/envelope.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "tests/unit/protocol/golden.h"
#include "tests/unit/suite.h"

#define T0 INT64_C(1767323045000000)

static wb_envelope
minimal(void)
{
    return (wb_envelope){
        .kind = WB_KIND_NOTICE,
        .id = {{0x69, 0x57, 0x37, 0xe5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
        .tenant = WB_VIEW_LIT("acme"),
        .account = WB_VIEW_LIT("shop-1"),
    };
}

/* Every field set. */
static wb_envelope
full(void)
{
    wb_envelope env = minimal();

    env.kind = WB_KIND_WANT;
    env.connector = WB_VIEW_LIT("amazon");
    env.record_kind = WB_RECORD_SHIPMENT;
    env.record = WB_VIEW_LIT("acme/shop-1/shipment/S%2F1");
    env.root = WB_VIEW_LIT("acme/shop-1/order/111-2222222-3333333");
    env.target = WB_VIEW_LIT("acme/erp");
    env.source_utc_us = T0 - 5;
    env.observed_utc_us = T0;
    env.revision = UINT64_C(1767323045000001);
    env.stage = WB_STAGE_PUSH;
    env.shard = 63;
    env.generation = 300;
    env.deployment = WB_VIEW_LIT("prod");
    env.instance = WB_VIEW_LIT("mapper-1");
    memset(env.store.bytes, 0xab, sizeof env.store.bytes);
    env.incarnation = UINT64_C(0xfedcba9876543210);
    env.sequence = 70000;
    memset(env.run.bytes, 0xcd, sizeof env.run.bytes);
    env.stream = WB_VIEW_LIT("orders.queue");
    memset(env.trace, 0x11, sizeof env.trace);
    memset(env.span, 0x22, sizeof env.span);
    env.priority = WB_PRIORITY_BACKFILL;
    env.again = true;
    env.tries = 2;
    env.reply_to = WB_VIEW_LIT("ipc:///run/waybill/cli-1");
    env.call = 9;
    env.deadline_utc_us = T0 + 1000000;
    env.last = true;
    env.created_utc_us = T0 - 7;
    env.type = WB_VIEW_LIT("ANY_OFFER_CHANGED");
    wb_envelope_hop(&env, WB_HOP_SOURCE, T0 - 100);
    wb_envelope_hop(&env, WB_HOP_PUSH, T0);
    env.body = WB_VIEW_LIT("\x81\x01\xa1x");
    return env;
}

static void
encode(const wb_envelope *env, wb_buf *out)
{
    wb_err err = {0};

    wb_buf_init(out, 2 * WB_HEADER_MAX);
    ck_assert_msg(wb_envelope_encode(env, out, &err) == WB_OK, "%s", err.text);
    ck_assert(wb_pack_scan(wb_buf_view(out), 1024, NULL) == WB_OK);
}

START_TEST(test_golden)
{
    wb_envelope envs[] = {minimal(), full()};
    static const char *const names[] = {"envelope-minimal", "envelope-full"};

    for (size_t i = 0; i < WB_COUNT(envs); i++) {
        WB_AUTO(wb_buf_fini) wb_buf out = {0};

        encode(&envs[i], &out);
        golden_check(names[i], wb_buf_view(&out));
    }
}
END_TEST

static void
check_same(const wb_envelope *a, const wb_envelope *b)
{
    WB_AUTO(wb_buf_fini) wb_buf of_a = {0};
    WB_AUTO(wb_buf_fini) wb_buf of_b = {0};

    encode(a, &of_a);
    encode(b, &of_b);
    ck_assert(wb_view_eq(wb_buf_view(&of_a), wb_buf_view(&of_b)));
    ck_assert(wb_view_eq(a->body, b->body));
}

START_TEST(test_round_trip)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *back = NULL;
    WB_AUTO(wb_envelope_destroy) wb_envelope *copy = NULL;
    WB_AUTO(wb_envelope_destroy) wb_envelope *loaded = NULL;
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    WB_AUTO(wb_buf_fini) wb_buf stored = {0};
    wb_envelope env = full();
    wb_err err = {0};

    encode(&env, &header);
    ck_assert_msg(wb_envelope_decode(&back, wb_buf_view(&header), env.body, &err) == WB_OK, "%s",
                  err.text);
    memset(header.data, 0xff, header.len); /* nothing in it points there */
    ck_assert_int_eq(back->kind, WB_KIND_WANT);
    ck_assert(wb_view_is(back->record, "acme/shop-1/shipment/S%2F1"));
    ck_assert(wb_view_is(wb_envelope_root(back), "acme/shop-1/order/111-2222222-3333333"));
    ck_assert_uint_eq(back->incarnation, env.incarnation);
    ck_assert_uint_eq(back->shard, 63);
    ck_assert_int_eq(back->priority, WB_PRIORITY_BACKFILL);
    ck_assert(back->again && back->last && back->tries == 2);
    ck_assert(wb_envelope_hop_at(back, WB_HOP_SOURCE) == T0 - 100);
    ck_assert(wb_envelope_hop_at(back, WB_HOP_MAP) == 0);
    check_same(back, &env);
    copy = wb_envelope_copy(back);
    wb_envelope_destroy(&back);
    check_same(copy, &env);
    wb_buf_init(&stored, WB_BODY_MAX);
    ck_assert(wb_envelope_store(copy, &stored, NULL) == WB_OK);
    ck_assert(wb_envelope_load(&loaded, wb_buf_view(&stored), NULL) == WB_OK);
    check_same(loaded, &env);
    ck_assert(wb_envelope_load(&back, (wb_view){stored.data, stored.len - 1}, NULL) == WB_REJECT);
    ck_assert_ptr_null(back);
}
END_TEST

/* A newer release's fields travel through us, whatever their keys and values are. */
START_TEST(test_unknown)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    WB_AUTO(wb_envelope_destroy) wb_envelope *copy = NULL;
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    WB_AUTO(wb_buf_fini) wb_buf again = {0};
    static const char pairs[] = "\x24\x92\x01\xa2hi\xa3new\xc0\xcd\x01\x00\x80";

    wb_buf_init(&header, 1024);
    wb_pack_map(&header, 5);
    wb_buf_add(&header, "\x24\x92\x01\xa2hi", 6); /* 36: [1, "hi"] */
    wb_buf_add(&header, "\x01\x01", 2);
    wb_buf_add(&header, "\xa3new\xc0", 5); /* "new": nil */
    wb_buf_add(&header, "\x02\x09", 2);
    wb_buf_add(&header, "\xcd\x01\x00\x80", 4); /* 256: {} */
    ck_assert(wb_envelope_decode(&env, wb_buf_view(&header), (wb_view){0}, NULL) == WB_OK);
    ck_assert_int_eq(env->kind, WB_KIND_BEAT);
    ck_assert_uint_eq(env->unknown_pairs, 3);
    ck_assert(wb_view_eq(env->unknown, (wb_view){pairs, sizeof pairs - 1}));
    copy = wb_envelope_copy(env);
    wb_envelope_destroy(&env);
    encode(copy, &again);
    ck_assert(wb_envelope_decode(&env, wb_buf_view(&again), (wb_view){0}, NULL) == WB_OK);
    ck_assert(wb_view_eq(env->unknown, (wb_view){pairs, sizeof pairs - 1}));
}
END_TEST

static const struct {
    const char *label, *hex, *error;
} bad[] = {
    {"no map",                   "93010203",                                         "map"              },
    {"nothing",                  "",                                                 "1 to"             },
    {"no version",               "810209",                                           "version"          },
    {"version 2",
     "820102"
     "0209",                                                                         "version 2"        },
    {"unknown kind",             "82010102ccc8",                                     "unknown kind"     },
    {"kind above all",           "82010102ce00ffffff",                               "at most"          },
    {"no kind",                  "810101",                                           "unknown kind"     },
    {"notice without id",        "8201010201",                                       "notice without id"},
    {"notice without tenant",    "830101020103c41001010101010101010101010101010101", "without tenant"   },
    {"short id",                 "830101020903c40101",                               "id of 1 bytes"    },
    {"text where bytes are due", "830101020903a101",                                 "id is a text"     },
    {"tenant of 33",
     "8301010209"
     "04d921"
     "616161616161616161616161616161616161616161616161616161616161616161",           "tenant of 33"     },
    {"priority 4",               "83010102091a04",                                   "priority is 4"    },
    {"stage 8",                  "83010102090e08",                                   "stage is 8"       },
    {"negative revision",        "83010102090dff",                                   "negative"         },
    {"field twice",
     "8301010209"
     "0209",                                                                         "twice"            },
    {"odd hops",                 "83010102092193010203",                             "pairs"            },
    {"hop 0",
     "8301010209219200"
     "01",                                                                           "hop point 0"      },
    {"a byte behind",            "820101020900",                                     "behind"           },
};

START_TEST(test_refused)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    char bytes[128];
    size_t len = strlen(bad[_i].hex) / 2;
    wb_err err = {0};

    ck_assert_msg(wb_unhex(bytes, len, wb_view_of(bad[_i].hex), NULL) == WB_OK, "%s",
                  bad[_i].label);
    ck_assert_msg(wb_envelope_decode(&env, (wb_view){bytes, len}, (wb_view){0}, &err) == WB_REJECT,
                  "%s", bad[_i].label);
    ck_assert_msg(strstr(err.text, bad[_i].error), "%s: %s", bad[_i].label, err.text);
    ck_assert_ptr_null(env);
}
END_TEST

/* More hops than there is room for are dropped, in memory and from a newer release. */
START_TEST(test_hops)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    WB_AUTO(wb_buf_fini) wb_buf header = {0};

    wb_buf_init(&header, 1024);
    wb_buf_add(&header, "\x83\x01\x01\x02\x09\x21", 6);
    wb_pack_array(&header, 40);
    for (int i = 0; i < 20; i++) {
        wb_pack_uint(&header, 1);
        wb_pack_int(&header, T0 + i);
    }
    ck_assert(wb_envelope_decode(&env, wb_buf_view(&header), (wb_view){0}, NULL) == WB_OK);
    ck_assert_uint_eq(env->hop_count, WB_COUNT(env->hops));
    wb_envelope_hop(env, WB_HOP_PUSH, T0);
    ck_assert_uint_eq(env->hop_count, WB_COUNT(env->hops));
}
END_TEST

START_TEST(test_not_written)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_envelope env = minimal();
    char text[WB_TENANT_MAX + 1];
    wb_err err = {0};

    wb_buf_init(&out, WB_HEADER_MAX);
    memset(text, 'a', sizeof text);
    env.tenant = (wb_view){text, sizeof text};
    ck_assert(wb_envelope_encode(&env, &out, &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "tenant of 33"));
    env = minimal();
    env.account = (wb_view){0};
    ck_assert(wb_envelope_encode(&env, &out, &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "notice without account"));
    env.kind = WB_KIND_NONE;
    ck_assert(wb_envelope_encode(&env, &out, &err) == WB_REJECT);
}
END_TEST

/* The golden bytes cut anywhere, or one byte changed: refused or read, never a wild read. */
START_TEST(test_cut_and_bent)
{
    wb_envelope env = full();
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    encode(&env, &out);
    for (size_t len = 1; len < out.len; len++) {
        WB_AUTO(wb_envelope_destroy) wb_envelope *back = NULL;

        ck_assert(wb_envelope_decode(&back, (wb_view){out.data, len}, env.body, NULL) == WB_REJECT);
    }
    for (size_t at = 0; at < out.len; at++) {
        char was = out.data[at];

        for (int flip = 1; flip < 256; flip++) {
            WB_AUTO(wb_envelope_destroy) wb_envelope *back = NULL;
            WB_AUTO(wb_buf_fini) wb_buf again = {0};

            out.data[at] = (char)(was ^ flip);
            if (wb_envelope_decode(&back, wb_buf_view(&out), env.body, NULL) == WB_OK)
                encode(back, &again);
            else
                wb_buf_init(&again, 1);
        }
        out.data[at] = was;
    }
}
END_TEST

START_TEST(test_trace)
{
    wb_envelope a = minimal(), b = minimal();

    wb_envelope_new_trace(&a);
    wb_envelope_new_trace(&b);
    ck_assert(memcmp(a.trace, b.trace, sizeof a.trace) != 0);
    ck_assert(memcmp(a.span, b.span, sizeof a.span) != 0);
    a.record = WB_VIEW_LIT("t/a/order/1");
    ck_assert(wb_view_is(wb_envelope_root(&a), "t/a/order/1"));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_golden,       0            },
        {test_round_trip,   0            },
        {test_unknown,      0            },
        {test_refused,      WB_COUNT(bad)},
        {test_hops,         0            },
        {test_not_written,  0            },
        {test_cut_and_bent, 0            },
        {test_trace,        0            },
        {NULL,              0            },
    };

    return wb_suite_run("protocol.envelope", rows);
}
