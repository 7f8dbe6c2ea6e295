/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

/* Each spelling by each reader: the value, SAME (there is none), or OUT (left out, and noted). */
#define SAME "(same)"
#define OUT "(left out)"

static const struct {
    const char *text;
    const char *as_text, *as_int, *as_bool, *as_time, *as_amount;
} cases[] = {
    {"null",                              SAME,                            SAME,                  SAME,    SAME,               SAME               },
    {"\"\"",                              SAME,                            SAME,                  SAME,    SAME,               SAME               },
    {"[]",                                SAME,                            SAME,                  SAME,    SAME,               SAME               },
    {"{}",                                SAME,                            SAME,                  SAME,    SAME,               SAME               },
    {"[1]",                               OUT,                             OUT,                   OUT,     OUT,                OUT                },
    {"{\"a\":1}",                         OUT,                             OUT,                   OUT,     OUT,                OUT                },
    {"7",                                 "7",                             "7",                   OUT,     OUT,                "7.00 USD"         },
    {"0",                                 "0",                             "0",                   OUT,     OUT,                "0.00 USD"         },
    {"2.0",                               "2.0",                           "2",                   OUT,     OUT,                "2.00 USD"         },
    {"\"2.0\"",                           "2.0",                           "2",                   OUT,     OUT,                "2.00 USD"         },
    {"2e1",                               "2e1",                           "20",                  OUT,     OUT,                "20.00 USD"        },
    {"2.5",                               "2.5",                           OUT,                   OUT,     OUT,                "2.50 USD"         },
    {"-3",                                "-3",                            "-3",                  OUT,     OUT,                "-3.00 USD"        },
    {"9223372036854775807",               "9223372036854775807",           "9223372036854775807", OUT,     OUT,                OUT                },
    {"9223372036854775808",               "9223372036854775808",           OUT,                   OUT,     OUT,                OUT                },
    {"\"1,50\"",                          "1,50",                          OUT,                   OUT,     OUT,                OUT                },
    {"\"1.005\"",                         "1.005",                         OUT,                   OUT,     OUT,                "1.005 USD"        },
    {"true",                              OUT,                             OUT,                   "true",  OUT,                OUT                },
    {"false",                             OUT,                             OUT,                   "false", OUT,                OUT                },
    {"\"True\"",                          "True",                          OUT,                   "true",  OUT,                OUT                },
    {"\"FALSE\"",                         "FALSE",                         OUT,                   "false", OUT,                OUT                },
    {"\"yes\"",                           "yes",                           OUT,                   OUT,     OUT,                OUT                },
    {"\"2026-01-02T03:04:05Z\"",          "2026-01-02T03:04:05Z",          OUT,                   OUT,     "1767323045000000", OUT                },
    {"\"2026-01-02T03:04Z\"",             "2026-01-02T03:04Z",             OUT,                   OUT,     "1767323040000000", OUT                },
    {"\"2026-01-02 03:04:05Z\"",          "2026-01-02 03:04:05Z",          OUT,                   OUT,     "1767323045000000", OUT                },
    {"\"2026-01-02T03:04:05+0200\"",      "2026-01-02T03:04:05+0200",      OUT,                   OUT,     "1767315845000000", OUT                },
    {"\"2026-01-02T03:04:05.5-07\"",      "2026-01-02T03:04:05.5-07",      OUT,                   OUT,     "1767348245500000", OUT                },
    {"\"2026-01-02T03:04+02:00\"",        "2026-01-02T03:04+02:00",        OUT,                   OUT,     "1767315840000000", OUT                },
    {"\"2026-01-02T03:04:05\"",           "2026-01-02T03:04:05",           OUT,                   OUT,     OUT,                OUT                }, /* of which zone? */
    {"\"2026-01-02T03:04\"",              "2026-01-02T03:04",              OUT,                   OUT,     OUT,                OUT                },
    {"\"2026-01-02\"",                    "2026-01-02",                    OUT,                   OUT,     OUT,                OUT                },
    {"\"2026-13-02T03:04Z\"",             "2026-13-02T03:04Z",             OUT,                   OUT,     OUT,                OUT                },
    {"\"0000000000000000000000000000+\"", "0000000000000000000000000000+", OUT,                   OUT,     OUT,                OUT                },
    {"1767323045",                        "1767323045",                    "1767323045",          OUT,     OUT,                "1767323045.00 USD"},
};

typedef struct {
    wb_json *json;
    wb_buf buf;
    const char *text;
} reader;

static void
reader_fini(reader *self)
{
    wb_json_destroy(&self->json);
    wb_buf_fini(&self->buf);
}

static void
parse(reader *self, const char *text)
{
    wb_err err = {0};

    if (!self->json)
        self->json = wb_json_new();
    if (!self->buf.max)
        wb_buf_init(&self->buf, 4096);
    self->text = text;
    ck_assert_msg(wb_json_parse_answer(self->json, wb_view_of(text), &err) == WB_OK, "%s",
                  err.text);
}

static void
expect(reader *self, const char *want, wb_view got)
{
    wb_view out = wb_answer_left_out(self->json);

    if (strcmp(want, OUT) == 0) {
        ck_assert_msg(wb_view_is(out, "it"), "%s: not noted: %.*s", self->text, WB_VIEW_ARG(got));
        ck_assert_msg(wb_view_is(got, SAME), "%s: %.*s", self->text, WB_VIEW_ARG(got));
    } else {
        ck_assert_msg(!out.len, "%s: noted: %.*s", self->text, WB_VIEW_ARG(out));
        ck_assert_msg(wb_view_is(got, want), "%s: %.*s", self->text, WB_VIEW_ARG(got));
    }
    ck_assert(!wb_answer_repaired(self->json).len);
    parse(self, self->text); /* forgets the notes */
}

static wb_view
number_text(reader *self, int64_t number)
{
    wb_buf_clear(&self->buf);
    if (number == -77)
        return WB_VIEW_LIT(SAME);
    wb_buf_addf(&self->buf, "%lld", (long long)number);
    return wb_buf_view(&self->buf);
}

static wb_view
money_text(reader *self, const wb_money *money)
{
    wb_buf_clear(&self->buf);
    if (!money->currency[0])
        return WB_VIEW_LIT(SAME);
    wb_money_text(&self->buf, money);
    wb_buf_addf(&self->buf, " %s", money->currency);
    return wb_buf_view(&self->buf);
}

START_TEST(test_spellings)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_view text = WB_VIEW_LIT(SAME);
    wb_count number = {-77, false};
    int64_t time = -77;
    bool yes = true, no = false;
    wb_money money = {0};

    parse(&self, cases[_i].text);
    wb_answer_text(self.json, 0, &text, "it");
    expect(&self, cases[_i].as_text, text);
    wb_answer_count(self.json, 0, &number, "it");
    ck_assert(number.known == (number.value != -77));
    expect(&self, cases[_i].as_int, number_text(&self, number.value));
    wb_answer_time(self.json, 0, &time, "it");
    expect(&self, cases[_i].as_time, number_text(&self, time));
    wb_answer_amount(self.json, 0, WB_VIEW_LIT("USD"), &money, "it");
    ck_assert((money.exponent == WB_MONEY_UNREAD) == !strcmp(cases[_i].as_amount, OUT));
    expect(&self, cases[_i].as_amount, money_text(&self, &money));
    wb_answer_bool(self.json, 0, &no, "it");
    parse(&self, cases[_i].text); /* asked twice, noted once */
    wb_answer_bool(self.json, 0, &yes, "it");
    expect(&self, cases[_i].as_bool, wb_view_of(yes != no ? SAME : yes ? "true" : "false"));
}
END_TEST

static const struct {
    const char *amount, *currency, *want;
} amounts[] = {
    {"\"11.01\"",        "USD",  "11.01 USD" },
    {"\"25.99\"",        "JPY",  "25.99 JPY" }, /* the digits that it came with */
    {"\"26\"",           "JPY",  "26 JPY"    },
    {"\"26.00\"",        "JPY",  "26 JPY"    },
    {"1.2345",           "KWD",  "1.2345 KWD"},
    {"\"11.01\"",        "usd",  OUT         },
    {"\"11.01\"",        "U$D",  OUT         },
    {"\"11.01\"",
     "\xc3\xa9"
     "A",                        OUT         },
    {"\"11.01\"",        "",     OUT         },
    {"\"11.01\"",        "USDT", OUT         },
    {"\"usd\"",          "USD",  OUT         },
    {"null",             "usd",  SAME        },
    {"\"\"",             "",     SAME        },
    {"\"1.0123456789\"", "JPY",  OUT         },
};

START_TEST(test_amounts)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_money money = {0};

    parse(&self, amounts[_i].amount);
    wb_answer_amount(self.json, 0, wb_view_of(amounts[_i].currency), &money, "it");
    expect(&self, amounts[_i].want, money_text(&self, &money));
}
END_TEST

/* An object with an amount; the same said twice is the same. */
static const struct {
    const char *object, *want;
} moneys[] = {
    {"{\"amount\":\"1.50\",\"currencyCode\":\"USD\"}",                   "1.50 USD"},
    {"{\"Amount\":1.5,\"CurrencyCode\":\"USD\"}",                        "1.50 USD"},
    {"{\"currencyCode\":\"USD\",\"amount\":\"1.50\",\"more\":[1]}",      "1.50 USD"},
    {"{\"amount\":1,\"amount\":1,\"currencyCode\":\"USD\"}",             "1.00 USD"},
    {"{\"amount\":1,\"Amount\":2,\"currencyCode\":\"USD\"}",             OUT       },
    {"{\"amount\":1,\"currencyCode\":\"USD\",\"CURRENCYCODE\":\"EUR\"}", OUT       },
    {"{\"amount\":1}",                                                   OUT       },
    {"{\"amount\":1,\"currencyCode\":7}",                                OUT       },
    {"{\"amount\":\"\",\"currencyCode\":\"USD\"}",                       SAME      },
    {"{\"currencyCode\":\"USD\"}",                                       SAME      },
    {"{}",                                                               SAME      },
    {"null",                                                             SAME      },
    {"[{\"amount\":1,\"currencyCode\":\"USD\"}]",                        OUT       },
    {"\"1.50\"",                                                         OUT       },
};

START_TEST(test_moneys)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_money money = {0};

    parse(&self, moneys[_i].object);
    wb_answer_money(self.json, 0, &money, "it");
    ck_assert((money.exponent == WB_MONEY_UNREAD) == !strcmp(moneys[_i].want, OUT));
    expect(&self, moneys[_i].want, money_text(&self, &money));
}
END_TEST

/* Text with bytes that are no UTF-8 or half of a pair: U+FFFD and a note; what identifies has to be
 * whole. */
#define FFFD "\xef\xbf\xbd"

static const struct {
    const char *text, *want;
    bool broken;
} texts[] = {
    {"\"Fun\xe7\xe3o\"",                 "Fun" FFFD FFFD "o",                true }, /* Latin-1 */
    {"\"a\\ud83d\"",                     "a" FFFD,                           true }, /* half an emoji */
    {"\"\\udf7ab\"",                     FFFD "b",                           true },
    {"\"\\ud83d\\n\"",                   FFFD "\n",                          true },
    {"\"\\ud83d\\ud83c\\udf7a\"",        FFFD "\xf0\x9f\x8d\xba",            true }, /* half, then whole */
    {"\"\xf0\x9f\x8d\"",                 FFFD FFFD FFFD,                     true }, /* cut in a sequence */
    {"\"\xff\xff\xff\xff\xff\xff\xff\"", FFFD FFFD FFFD FFFD FFFD FFFD FFFD, true },
    {"\"a\tb\"",                         "a\tb",                             false},
    {"\"\xc3\xa9\\u00e9\"",              "\xc3\xa9\xc3\xa9",                 false},
    {"\xef\xbb\xbf\"mark\"",             "mark",                             false},
};

/* What identifies is a whole number of 64 bits, where it is one: no double's spelling of it. */
static const struct {
    const char *text, *want; /* NULL = left out */
} codes[] = {
    {"897039159485005824",     "897039159485005824" },
    {"9223372036854775807",    "9223372036854775807"},
    {"9223372036854775808",    NULL                 },
    {"8.97039159485005824e17", NULL                 },
    {"5.0",                    NULL                 },
    {"\"5.0\"",                "5.0"                },
    {"\"1e5\"",                "1e5"                },
    {"0",                      "0"                  },
    {"-7",                     "-7"                 },
};

START_TEST(test_codes)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_view code = {NULL, 0};

    parse(&self, codes[_i].text);
    wb_answer_code(self.json, 0, &code, "it");
    ck_assert_msg(codes[_i].want ? wb_view_is(code, codes[_i].want) : !code.data, "%s",
                  codes[_i].text);
    ck_assert(wb_view_is(wb_answer_left_out(self.json), codes[_i].want ? "" : "it"));
}
END_TEST

START_TEST(test_broken_text)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_view text = {NULL, 0}, code = {NULL, 0}, id = WB_VIEW_LIT(SAME);
    wb_err err = {0};
    wb_rc rc;

    parse(&self, texts[_i].text);
    wb_answer_text(self.json, 0, &text, "it");
    ck_assert_msg(wb_view_is(text, texts[_i].want), "%d: %.*s", _i, WB_VIEW_ARG(text));
    ck_assert(wb_view_is(wb_answer_repaired(self.json), texts[_i].broken ? "it" : ""));
    ck_assert(!wb_answer_left_out(self.json).len);
    wb_answer_code(self.json, 0, &code, "it");
    if (texts[_i].broken)
        ck_assert(!code.data && wb_view_is(wb_answer_left_out(self.json), "it"));
    else
        ck_assert(wb_view_eq(code, text) && !wb_answer_left_out(self.json).len);
    rc = wb_json_text(self.json, 0, &id, "it", &err);
    if (texts[_i].broken) {
        ck_assert(rc == WB_REJECT && wb_view_is(id, SAME));
        ck_assert_str_eq(err.text, "it has bytes that are no text");
        ck_assert(wb_json_parse(self.json, wb_view_of(texts[_i].text), NULL) == WB_REJECT);
    } else {
        ck_assert(rc == WB_OK && wb_view_eq(id, text));
    }
}
END_TEST

START_TEST(test_a_broken_key_names_nothing)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_view text = {NULL, 0};

    parse(
        &self,
        "{\"i\\ud83dd\": \"a\", \"id\": \"b\", \"id\xe7\": \"c\", \"\\ud83d\": 1, \"\\u0000\": 2}");
    ck_assert(wb_json_count(self.json, 0) == 5);
    ck_assert(wb_json_text(self.json, wb_json_get(self.json, 0, "id"), &text, "id", NULL) == WB_OK);
    ck_assert(wb_view_is(text, "b"));
    ck_assert(wb_json_check(self.json, NULL) == WB_OK);
}
END_TEST

/* Texts that grow when they are repaired, beside others, all of them at once. */
START_TEST(test_many_broken_texts)
{
    WB_AUTO(reader_fini) reader self = {0};
    WB_AUTO(wb_buf_fini) wb_buf doc = {0};
    wb_view first = {NULL, 0}, text = {NULL, 0};

    wb_buf_init(&doc, 1 << 20);
    wb_buf_add_text(&doc, "[\"\\ud83d\"");
    for (int i = 0; i < 5000; i++)
        wb_buf_add_text(&doc, i % 2 ? ",\"\xff\"" : ",\"\\n\"");
    wb_buf_add_char(&doc, ']');
    parse(&self, wb_buf_text(&doc));
    wb_answer_text(self.json, wb_json_first(self.json, 0), &first, "first");
    for (wb_json_ref at = wb_json_first(self.json, 0); at != WB_JSON_NONE;
         at = wb_json_next(self.json, at))
        wb_answer_text(self.json, at, &text, "rest");
    ck_assert(wb_view_is(first, FFFD) && wb_view_is(text, FFFD));
    ck_assert(wb_view_is(wb_answer_repaired(self.json), "first,rest"));
}
END_TEST

START_TEST(test_names_are_bounded)
{
    WB_AUTO(reader_fini) reader self = {0};
    char name[32];
    wb_view told;

    parse(&self, "{}");
    ck_assert(!wb_answer_left_out(self.json).data);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 200; i++) {
            snprintf(name, sizeof name, "aFieldOfTheVendor%d", i);
            wb_answer_leave_out(self.json, name);
        }
    told = wb_answer_left_out(self.json);
    ck_assert(told.len <= WB_ANSWER_NAMES_MAX && told.len > WB_ANSWER_NAMES_MAX - 32);
    ck_assert(memcmp(told.data, "aFieldOfTheVendor0,aFieldOfTheVendor1,", 38) == 0);
    ck_assert(memcmp(told.data + told.len - 4, ",...", 4) == 0);
    ck_assert(!memmem(told.data, told.len - 4, "...", 3));
    parse(&self, "{}");
    ck_assert(!wb_answer_left_out(self.json).data);
}
END_TEST

START_TEST(test_a_member_that_is_there_twice)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_view text = {NULL, 0};

    parse(&self, "{\"a\":\"x\",\"b\":1,\"a\":\"x\",\"b\":2,\"c\":[1],\"c\":[1]}");
    wb_answer_text(self.json, wb_answer_member(self.json, 0, "a"), &text, "a");
    ck_assert(wb_view_is(text, "x") && !wb_answer_left_out(self.json).len);
    ck_assert(wb_json_count(self.json, wb_answer_member(self.json, 0, "c")) == 1);
    ck_assert(wb_answer_member(self.json, 0, "b") == WB_JSON_NONE);
    ck_assert(wb_view_is(wb_answer_left_out(self.json), "b"));
    ck_assert(wb_answer_member(self.json, 0, "d") == WB_JSON_NONE);
    ck_assert(wb_json_check(self.json, NULL) == WB_OK); /* that is for what identifies */
    ck_assert(wb_json_get(self.json, 0, "b") != WB_JSON_NONE);
    ck_assert(wb_answer_member(self.json, 0, "a") != WB_JSON_NONE);
    ck_assert(wb_json_check(self.json, NULL) == WB_REJECT); /* and is not forgotten by the others */
}
END_TEST

START_TEST(test_absent)
{
    WB_AUTO(reader_fini) reader self = {0};
    wb_view text = WB_VIEW_LIT(SAME);
    wb_count count = {5, true};
    int64_t number = 5;
    wb_money money = {.minor = 3, .currency = "USD"};
    bool flag = true;

    parse(&self, "{}");
    wb_answer_text(self.json, WB_JSON_NONE, &text, "it");
    wb_answer_count(self.json, WB_JSON_NONE, &count, "it");
    wb_answer_time(self.json, WB_JSON_NONE, &number, "it");
    wb_answer_bool(self.json, WB_JSON_NONE, &flag, "it");
    wb_answer_amount(self.json, WB_JSON_NONE, WB_VIEW_LIT("usd"), &money, "it");
    ck_assert(wb_view_is(text, SAME) && count.value == 5 && number == 5 && flag &&
              money.minor == 3);
    ck_assert(!wb_answer_left_out(self.json).data);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_spellings,                    WB_COUNT(cases)  },
        {test_amounts,                      WB_COUNT(amounts)},
        {test_moneys,                       WB_COUNT(moneys) },
        {test_codes,                        WB_COUNT(codes)  },
        {test_broken_text,                  WB_COUNT(texts)  },
        {test_a_broken_key_names_nothing,   0                },
        {test_many_broken_texts,            0                },
        {test_names_are_bounded,            0                },
        {test_a_member_that_is_there_twice, 0                },
        {test_absent,                       0                },
        {NULL,                              0                },
    };

    return wb_suite_run("protocol.answer", rows);
}
