/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/text.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

START_TEST(test_set)
{
    char id[5] = "was";

    ck_assert(wb_text_set(id, sizeof id, WB_VIEW_LIT("12345"), NULL) == WB_REJECT);
    ck_assert(wb_text_set(id, sizeof id,
                          WB_VIEW_LIT("1\0"
                                      "2"),
                          NULL) == WB_REJECT);
    ck_assert_str_eq(id, "was");
    ck_assert(wb_text_set(id, sizeof id, WB_VIEW_LIT("1234"), NULL) == WB_OK);
    ck_assert_str_eq(id, "1234");
    ck_assert(wb_text_set(id, sizeof id, (wb_view){0}, NULL) == WB_OK);
    ck_assert_str_eq(id, "");
}
END_TEST

/* What a field of six bytes makes of foreign text. */
static const struct {
    wb_view text;
    const char *tame;
} foreign[] = {
    {{"abcde", 5},        "abcde"},
    {{"abcdef", 6},       "abcde"},
    {{"a\nb\tc", 5},      "a?b?c"},
    {{"a\0b\x1b\x7f", 5}, "a?b??"},
    {{"a\xc3\xa9~ ", 5},  "a??~ "},
    {{NULL, 0},           ""     },
};

START_TEST(test_tame)
{
    char dst[6];

    wb_text_tame(dst, sizeof dst, foreign[_i].text);
    ck_assert_str_eq(dst, foreign[_i].tame);
}
END_TEST

static const struct {
    const char *text;
    bool is_int, is_uint;
    int64_t number;
    uint64_t unsigned_number;
} numbers[] = {
    {"0",                       true,  true,  0,         0                            },
    {"-0",                      true,  false, 0,         0                            },
    {"007",                     true,  true,  7,         7                            },
    {"9223372036854775807",     true,  true,  INT64_MAX, INT64_MAX                    },
    {"9223372036854775808",     false, true,  0,         UINT64_C(9223372036854775808)},
    {"18446744073709551615",    false, true,  0,         UINT64_MAX                   },
    {"18446744073709551616",    false, false, 0,         0                            },
    {"99999999999999999999999", false, false, 0,         0                            },
    {"-9223372036854775808",    true,  false, INT64_MIN, 0                            },
    {"-9223372036854775809",    false, false, 0,         0                            },
    {"",                        false, false, 0,         0                            },
    {"-",                       false, false, 0,         0                            },
    {"+1",                      false, false, 0,         0                            },
    {" 1",                      false, false, 0,         0                            },
    {"1 ",                      false, false, 0,         0                            },
    {"--1",                     false, false, 0,         0                            },
    {"1.0",                     false, false, 0,         0                            },
};

START_TEST(test_numbers)
{
    wb_view text = wb_view_of(numbers[_i].text);
    int64_t number = -77;
    uint64_t unsigned_number = 77;

    ck_assert((wb_text_int(&number, text, NULL) == WB_OK) == numbers[_i].is_int);
    ck_assert((wb_text_uint(&unsigned_number, text, NULL) == WB_OK) == numbers[_i].is_uint);
    ck_assert(number == (numbers[_i].is_int ? numbers[_i].number : -77));
    ck_assert(unsigned_number == (numbers[_i].is_uint ? numbers[_i].unsigned_number : 77));
}
END_TEST

static const struct {
    const char *text;
    bool good;
} utf8[] = {
    {"",                                  true },
    {"plain",                             true },
    {"\xc2\x80 \xdf\xbf",                 true },
    {"\xe0\xa0\x80 \xef\xbf\xbf",         true },
    {"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", true },
    {"\x80",                              false},
    {"\xc1\xbf",                          false},
    {"\xe0\x9f\xbf",                      false},
    {"\xed\xa0\x80",                      false},
    {"\xf0\x8f\xbf\xbf",                  false},
    {"\xf4\x90\x80\x80",                  false},
    {"\xf5\x80\x80\x80",                  false},
    {"a\xe2\x82",                         false},
    {"\xe2\x28\xa1",                      false},
    {"\xff",                              false},
};

START_TEST(test_utf8)
{
    ck_assert(wb_text_is_utf8(wb_view_of(utf8[_i].text)) == utf8[_i].good);
}
END_TEST

START_TEST(test_nocase)
{
    ck_assert(wb_text_same_nocase(WB_VIEW_LIT("PayLoad"), WB_VIEW_LIT("pAYlOAD")));
    ck_assert(!wb_text_same_nocase(WB_VIEW_LIT("a"), WB_VIEW_LIT("ab")));
    ck_assert(!wb_text_same_nocase(WB_VIEW_LIT("@"), WB_VIEW_LIT("`")));
    ck_assert(!wb_text_same_nocase(WB_VIEW_LIT("\xc3\x84"), WB_VIEW_LIT("\xc3\xa4")));
}
END_TEST

START_TEST(test_hex)
{
    char text[9];
    unsigned char bytes[4] = {9, 9, 9, 9};

    wb_hex(text, "\x00\x7f\xab\xff", 4);
    ck_assert_str_eq(text, "007fabff");
    ck_assert(wb_unhex(bytes, 4, WB_VIEW_LIT("007FabfF"), NULL) == WB_OK);
    ck_assert(memcmp(bytes, "\x00\x7f\xab\xff", 4) == 0);
    ck_assert(wb_unhex(bytes, 4, WB_VIEW_LIT("007fabf"), NULL) == WB_REJECT);
    ck_assert(wb_unhex(bytes, 4, WB_VIEW_LIT("11111g11"), NULL) == WB_REJECT);
    ck_assert(memcmp(bytes, "\x00\x7f\xab\xff", 4) == 0);
}
END_TEST

static const struct {
    const char *text, *base64, *percent;
} encodings[] = {
    {"",                 "",             ""            },
    {"f",                "Zg==",         "f"           },
    {"fo",               "Zm8=",         "fo"          },
    {"foo",              "Zm9v",         "foo"         },
    {"foobar",           "Zm9vYmFy",     "foobar"      },
    {"\xff\xfe\xfd",     "//79",         "%FF%FE%FD"   },
    {"a b/c~%",          "YSBiL2N+JQ==", "a%20b/c~%25" },
    {"\x01\xe2\x82\xac", "AeKCrA==",     "%01%E2%82%AC"},
};

START_TEST(test_encodings)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_buf_fini) wb_buf back = {0};
    wb_view text = wb_view_of(encodings[_i].text);

    wb_buf_init(&out, 100);
    wb_buf_init(&back, 100);
    wb_base64(&out, text);
    ck_assert_str_eq(wb_buf_text(&out), encodings[_i].base64);
    ck_assert(wb_unbase64(&back, wb_buf_view(&out), NULL) == WB_OK);
    ck_assert(wb_view_eq(wb_buf_view(&back), text));
    wb_buf_clear(&back);
    wb_buf_clear(&out);
    wb_percent(&out, text, "/");
    ck_assert_str_eq(wb_buf_text(&out), encodings[_i].percent);
    ck_assert(wb_unpercent(&back, wb_buf_view(&out), NULL) == WB_OK);
    ck_assert(wb_view_eq(wb_buf_view(&back), text));
}
END_TEST

/* At most 11 bytes. */
static const struct {
    const char *text, *tame;
} words[] = {
    {"no such SKU",                                      "no such SKU"                         },
    {"\xe5\xba\x93\xe5\xad\x98\xe4\xb8\x8d\xe8\xb6\xb3", "\xe5\xba\x93\xe5\xad\x98\xe4\xb8\x8d"},
    {"na\xc3\xafve",                                     "na\xc3\xafve"                        },
    {"a\nb\x1b[\x7f",                                    "a?b?[?"                              },
    {"\xc2\x85\xc2\xa0",                                 "?\xc2\xa0"                           },
    {"x\xe2\x80\xaey",                                   "x?y"                                 },
    {"x\xe2\x81\xa6y",                                   "x?y"                                 },
    {"\xef\xbb\xbf!",                                    "?!"                                  },
    {"\xff\xe5\xba",                                     "???"                                 },
    {"12345678901234",                                   "12345678901"                         },
    {"",                                                 ""                                    },
};

START_TEST(test_tame_words)
{
    char dst[12];

    wb_text_tame_words(dst, sizeof dst, wb_view_of(words[_i].text));
    ck_assert_str_eq(dst, words[_i].tame);
}
END_TEST

START_TEST(test_bad_base64)
{
    static const char *const bad[] = {
        "Z",      "Zg",       "Zg=",      "Z===", "====", "Zg==Zg==", "Zm=v",    "Zh==", "Zm9=",
        "Zm9v\n", "Zm9vZm 9", "Zm9v-_==", "=",    "==",   "Zm9vZg=a", "Zm9\xff", "Z=9v"};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, 100);
    for (size_t i = 0; i < WB_COUNT(bad); i++)
        ck_assert_msg(wb_unbase64(&out, wb_view_of(bad[i]), NULL) == WB_REJECT, "%s", bad[i]);
    ck_assert_uint_eq(out.len, 0);
    ck_assert(wb_unbase64(&out, WB_VIEW_LIT("+/+/AAA="), NULL) == WB_OK);
    ck_assert(out.len == 5 && memcmp(out.data, "\xfb\xff\xbf\0\0", 5) == 0);
}
END_TEST

START_TEST(test_bad_percent)
{
    static const char *const bad[] = {"%", "a%1", "%g0", "%0g", "100%"};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, 100);
    for (size_t i = 0; i < WB_COUNT(bad); i++)
        ck_assert(wb_unpercent(&out, wb_view_of(bad[i]), NULL) == WB_REJECT);
    ck_assert(wb_unpercent(&out, WB_VIEW_LIT("%2f%2F"), NULL) == WB_OK);
}
END_TEST

START_TEST(test_nearest)
{
    static const char *const names[] = {"state_dir", "interval_ms", "accounts", NULL};
    char giant[100];

    ck_assert_str_eq(wb_text_nearest(WB_VIEW_LIT("state_dri"), names), "state_dir");
    ck_assert_str_eq(wb_text_nearest(WB_VIEW_LIT("ACCOUNT"), names), "accounts");
    ck_assert_str_eq(wb_text_nearest(WB_VIEW_LIT("interval"), names), "interval_ms");
    ck_assert_ptr_null(wb_text_nearest(WB_VIEW_LIT("zebra"), names));
    ck_assert_ptr_null(wb_text_nearest(WB_VIEW_LIT(""), names));
    memset(giant, 'a', sizeof giant);
    ck_assert_ptr_null(wb_text_nearest((wb_view){giant, sizeof giant}, names));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_set,         0                  },
        {test_tame,        WB_COUNT(foreign)  },
        {test_numbers,     WB_COUNT(numbers)  },
        {test_utf8,        WB_COUNT(utf8)     },
        {test_nocase,      0                  },
        {test_hex,         0                  },
        {test_encodings,   WB_COUNT(encodings)},
        {test_tame_words,  WB_COUNT(words)    },
        {test_bad_base64,  0                  },
        {test_bad_percent, 0                  },
        {test_nearest,     0                  },
        {NULL,             0                  },
    };

    return wb_suite_run("protocol.base.text", rows);
}
