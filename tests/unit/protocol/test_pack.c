/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/pack.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

static wb_view
bytes_of(wb_buf *buf, const char *hex)
{
    size_t len = strlen(hex) / 2;
    char *room = wb_buf_room(buf, len);

    ck_assert_ptr_nonnull(room);
    ck_assert(wb_unhex(room, len, wb_view_of(hex), NULL) == WB_OK);
    wb_buf_grew(buf, len);
    return wb_buf_view(buf);
}

static const struct {
    const char *label, *hex, *error;
} scans[] = {
    {"nil",                      "c0",                                   NULL       },
    {"map",                      "82a16101a16202",                       NULL       },
    {"all widths",
     "9cccffcdffffceffffffffcfffffffffffffffffd0ffd1ffffd2ffffffffd3ffffffffffffffffca3f000000"
     "cb3fe0000000000000d9016101",                                       NULL       },
    {"exts",
     "97d40110d5011011d601ffffffffd701ffffffffffffffffd801ffffffffffffffffffffffffffffffffc7000"
     "1c8000101aa",                                                      NULL       },
    {"nothing",                  "",                                     "cut short"},
    {"never used byte",          "c1",                                   "malformed"},
    {"two values",               "0102",                                 "behind"   },
    {"cut text",                 "a36161",                               "cut"      },
    {"text longer than all",     "dbffffffff61",                         "cut"      },
    {"bytes longer than all",    "c6ffffffff61",                         "cut"      },
    {"array longer than all",    "ddffffffff01",                         "claims"   },
    {"map longer than all",      "dfffffffff0101",                       "claims"   },
    {"map of half as much",      "df00000003010101",                     "claims"   },
    {"ext without type",         "c700",                                 "cut"      },
    {"fixext cut",               "d801ff",                               "cut"      },
    {"map without last value",   "82010203",                             "claims"   },
    {"depth at the limit",       "919191919191919191919191919191c0",     NULL       },
    {"depth at the limit of 16", "91919191919191919191919191919191c0",   NULL       },
    {"deeper",                   "9191919191919191919191919191919191c0", "deep"     },
};

START_TEST(test_scan)
{
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};
    WB_AUTO(wb_free) char *exact = NULL;
    wb_view bytes;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&buf, 4096);
    bytes = bytes_of(&buf, scans[_i].hex);
    exact = wb_alloc(bytes.len);
    if (bytes.len)
        memcpy(exact, bytes.data, bytes.len);
    rc = wb_pack_scan((wb_view){exact, bytes.len}, WB_PACK_ELEMENTS_MAX, &err);
    if (!scans[_i].error) {
        ck_assert_msg(rc == WB_OK, "%s: %s", scans[_i].label, err.text);
        return;
    }
    ck_assert_msg(rc == WB_REJECT, "%s", scans[_i].label);
    ck_assert_msg(strstr(err.text, scans[_i].error), "%s: %s", scans[_i].label, err.text);
}
END_TEST

START_TEST(test_elements)
{
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};
    wb_view bytes;

    wb_buf_init(&buf, 64);
    bytes = bytes_of(&buf, "93010203");
    ck_assert(wb_pack_scan(bytes, 4, NULL) == WB_OK);
    ck_assert(wb_pack_scan(bytes, 3, NULL) == WB_REJECT);
}
END_TEST

/* The shortest form of each number, at the borders between the forms. */
static const struct {
    int64_t number;
    const char *hex;
} shortest[] = {
    {0,                    "00"                },
    {127,                  "7f"                },
    {128,                  "cc80"              },
    {255,                  "ccff"              },
    {256,                  "cd0100"            },
    {65535,                "cdffff"            },
    {65536,                "ce00010000"        },
    {INT64_C(4294967295),  "ceffffffff"        },
    {INT64_C(4294967296),  "cf0000000100000000"},
    {INT64_MAX,            "cf7fffffffffffffff"},
    {-1,                   "ff"                },
    {-32,                  "e0"                },
    {-33,                  "d0df"              },
    {-128,                 "d080"              },
    {-129,                 "d1ff7f"            },
    {-32768,               "d18000"            },
    {-32769,               "d2ffff7fff"        },
    {INT64_C(-2147483648), "d280000000"        },
    {INT64_C(-2147483649), "d3ffffffff7fffffff"},
    {INT64_MIN,            "d38000000000000000"},
};

START_TEST(test_shortest)
{
    WB_AUTO(wb_buf_fini) wb_buf want = {0};
    WB_AUTO(wb_buf_fini) wb_buf got = {0};
    wb_unpack from;
    int64_t back = 0;

    wb_buf_init(&want, 64);
    wb_buf_init(&got, 64);
    wb_pack_int(&got, shortest[_i].number);
    ck_assert(wb_view_eq(wb_buf_view(&got), bytes_of(&want, shortest[_i].hex)));
    wb_unpack_init(&from, wb_buf_view(&got));
    ck_assert(wb_unpack_int(&from, &back, "it", NULL) == WB_OK);
    ck_assert(back == shortest[_i].number && wb_unpack_done(&from));
    if (shortest[_i].number < 0)
        return;
    wb_buf_clear(&got);
    wb_pack_uint(&got, (uint64_t)shortest[_i].number);
    ck_assert(wb_view_eq(wb_buf_view(&got), wb_buf_view(&want)));
}
END_TEST

static void
check_lengths(void (*put)(wb_buf *, wb_view), const char *const *heads)
{
    static const size_t lengths[] = {0, 31, 32, 255, 256, 65535, 65536};
    WB_AUTO(wb_free) char *text = wb_alloc(65536);

    for (size_t i = 0; i < WB_COUNT(lengths); i++) {
        WB_AUTO(wb_buf_fini) wb_buf got = {0};
        WB_AUTO(wb_buf_fini) wb_buf head = {0};
        wb_view want;

        wb_buf_init(&got, 100000);
        wb_buf_init(&head, 16);
        put(&got, (wb_view){text, lengths[i]});
        want = bytes_of(&head, heads[i]);
        ck_assert_uint_eq(got.len, want.len + lengths[i]);
        ck_assert(memcmp(got.data, want.data, want.len) == 0);
        ck_assert(wb_pack_scan(wb_buf_view(&got), 1, NULL) == WB_OK);
    }
}

START_TEST(test_lengths)
{
    static const char *const texts[] = {"a0",     "bf",     "d920",      "d9ff",
                                        "da0100", "daffff", "db00010000"};
    static const char *const bytes[] = {"c400",   "c41f",   "c420",      "c4ff",
                                        "c50100", "c5ffff", "c600010000"};

    check_lengths(wb_pack_text, texts);
    check_lengths(wb_pack_bytes, bytes);
}
END_TEST

START_TEST(test_counts)
{
    static const struct {
        uint32_t count;
        const char *array, *map;
    } heads[] = {
        {0,     "90",         "80"        },
        {15,    "9f",         "8f"        },
        {16,    "dc0010",     "de0010"    },
        {65535, "dcffff",     "deffff"    },
        {65536, "dd00010000", "df00010000"},
    };

    for (size_t i = 0; i < WB_COUNT(heads); i++) {
        WB_AUTO(wb_buf_fini) wb_buf got = {0};
        WB_AUTO(wb_buf_fini) wb_buf want = {0};

        wb_buf_init(&got, 16);
        wb_buf_init(&want, 16);
        wb_pack_array(&got, heads[i].count);
        wb_pack_map(&got, heads[i].count);
        bytes_of(&want, heads[i].array);
        ck_assert(wb_view_eq(wb_buf_view(&got), bytes_of(&want, heads[i].map)));
    }
}
END_TEST

START_TEST(test_typed)
{
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};
    wb_unpack from;
    wb_err err = {0};
    uint64_t number = 1;
    int64_t integer = 1;
    uint32_t count = 1;
    wb_view text = WB_VIEW_LIT("x"), raw = {0};
    bool flag = true;

    wb_buf_init(&buf, 1024);
    wb_unpack_init(&from, bytes_of(&buf, "cfffffffffffffffffffa161c0c0c0c0c092019202c39a"));
    ck_assert(wb_unpack_int(&from, &integer, "it", &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "it is an integer"));
    ck_assert(wb_unpack_uint(&from, &number, "it", &err) == WB_OK && number == UINT64_MAX);
    ck_assert(wb_unpack_uint(&from, &number, "it", &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "negative"));
    ck_assert(wb_unpack_skip(&from, NULL, &err) == WB_OK);
    ck_assert(wb_unpack_bytes(&from, &text, "it", &err) == WB_REJECT);
    ck_assert(wb_unpack_text(&from, &text, "it", &err) == WB_OK && wb_view_is(text, "a"));
    ck_assert(wb_unpack_text(&from, &text, "it", &err) == WB_OK && text.data == NULL);
    ck_assert(wb_unpack_int(&from, &integer, "it", &err) == WB_OK && integer == 0);
    ck_assert(wb_unpack_uint(&from, &number, "it", &err) == WB_OK && number == 0);
    ck_assert(wb_unpack_bool(&from, &flag, "it", &err) == WB_OK && !flag);
    ck_assert(wb_unpack_array(&from, &count, "it", &err) == WB_OK && count == 0);
    ck_assert(wb_unpack_map(&from, &count, "it", &err) == WB_REJECT);
    ck_assert(wb_unpack_skip(&from, &raw, &err) == WB_OK && raw.len == 5);
    ck_assert(wb_unpack_skip(&from, &raw, &err) == WB_REJECT);
}
END_TEST

START_TEST(test_to_json)
{
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};
    WB_AUTO(wb_buf_fini) wb_buf json = {0};

    wb_buf_init(&buf, 1024);
    wb_buf_init(&json, 1024);
    ck_assert(wb_pack_to_json(&json,
                              bytes_of(&buf, "84a16196c0c3ff"
                                             "cfffffffffffffffff"
                                             "cb3fe8000000000000"
                                             "c403010203"
                                             "0780a16ba122a17892d40110cb7ff8000000000000"),
                              NULL) == WB_OK);
    ck_assert_str_eq(
        wb_buf_text(&json),
        "{\"a\":[null,true,-1,18446744073709551615,0.75,\"AQID\"],\"7\":{},\"k\":\"\\\"\","
        "\"x\":[null,null]}");
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_scan,     WB_COUNT(scans)   },
        {test_elements, 0                 },
        {test_shortest, WB_COUNT(shortest)},
        {test_lengths,  0                 },
        {test_counts,   0                 },
        {test_typed,    0                 },
        {test_to_json,  0                 },
        {NULL,          0                 },
    };

    return wb_suite_run("protocol.pack", rows);
}
