/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"
#include "tests/unit/suite.h"

static const struct {
    const char *amount, *currency;
    int64_t minor;
    int exponent;
    const char *text;
} good[] = {
    {"11.01",                 "USD", 1101,       2, "11.01"                },
    {"11",                    "USD", 1100,       2, "11.00"                },
    {"-0.05",                 "EUR", -5,         2, "-0.05"                },
    {"0",                     "EUR", 0,          2, "0.00"                 },
    {"-0",                    "EUR", 0,          2, "0.00"                 },
    {"11.010000",             "USD", 1101,       2, "11.01"                },
    {"1500",                  "JPY", 1500,       0, "1500"                 },
    {"1500.00",               "JPY", 1500,       0, "1500"                 },
    {"1.234",                 "KWD", 1234,       3, "1.234"                },
    {"1.2345",                "CLF", 12345,      4, "1.2345"               },
    {"1.5",                   "XXX", 150,        2, "1.50"                 }, /* a currency that we do not know */
    {"007.50",                "USD", 750,        2, "7.50"                 },
    {"1e2",                   "USD", 10000,      2, "100.00"               },
    {"1.25E+1",               "USD", 1250,       2, "12.50"                },
    {"125e-2",                "USD", 125,        2, "1.25"                 },
    {"12.345",                "KWD", 12345,      3, "12.345"               },
    {"-12.34",                "USD", -1234,      2, "-12.34"               },
    {"9223372036854775807",   "JPY", INT64_MAX,  0, "9223372036854775807"  },
    {"123e-1",                "USD", 1230,       2, "12.30"                },
    {"0e99",                  "USD", 0,          2, "0.00"                 },
    {"92233720368547758.07",  "USD", INT64_MAX,  2, "92233720368547758.07" },
    {"-92233720368547758.07", "USD", -INT64_MAX, 2, "-92233720368547758.07"},
};

START_TEST(test_good)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_money money = {0};
    wb_err err = {0};

    ck_assert_msg(wb_money_parse(&money, wb_view_of(good[_i].amount), wb_view_of(good[_i].currency),
                                 &err) == WB_OK,
                  "%s: %s", good[_i].amount, err.text);
    ck_assert_msg(money.minor == good[_i].minor, "%s: %lld", good[_i].amount,
                  (long long)money.minor);
    ck_assert_int_eq(money.exponent, good[_i].exponent);
    ck_assert_str_eq(money.currency, good[_i].currency);
    wb_buf_init(&text, 64);
    wb_money_text(&text, &money);
    ck_assert_str_eq(wb_buf_text(&text), good[_i].text);
}
END_TEST

static const struct {
    const char *amount, *currency;
} bad[] = {
    {"11.015",                    "USD" },
    {"0.5",                       "JPY" },
    {"12.345",                    "JPY" },
    {"12345678901234567890",      "JPY" },
    {"0.12345678901234567890123", "USD" },
    {"9223372036854775808",       "JPY" },
    {"1e-400",                    "USD" },
    {"1E5000",                    "USD" },
    {"1e9999999999999999999",     "USD" },
    {"\xc2\xb2",                  "USD" },
    {"1\n",                       "USD" },
    {"1e-3",                      "USD" },
    {"92233720368547758.08",      "USD" },
    {"1e17",                      "USD" },
    {"1e99",                      "USD" },
    {"1e1000",                    "USD" },
    {"1e",                        "USD" },
    {"1e+",                       "USD" },
    {"1.",                        "USD" },
    {".5",                        "USD" },
    {"",                          "USD" },
    {"-",                         "USD" },
    {"+1",                        "USD" },
    {"1,5",                       "USD" },
    {" 1",                        "USD" },
    {"1 ",                        "USD" },
    {"0x1",                       "USD" },
    {"NaN",                       "USD" },
    {"1",                         ""    },
    {"1",                         "US"  },
    {"1",                         "usd" },
    {"1",                         "USDX"},
    {"99999999999999999999",      "USD" },
    {"1.2.3",                     "USD" },
    {"--1",                       "USD" },
};

START_TEST(test_bad)
{
    wb_money money = {.minor = -77};

    ck_assert_msg(wb_money_parse(&money, wb_view_of(bad[_i].amount), wb_view_of(bad[_i].currency),
                                 NULL) == WB_REJECT,
                  "%s %s", bad[_i].amount, bad[_i].currency);
    ck_assert(money.minor == -77);
}
END_TEST

START_TEST(test_extremes)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_money money = {.minor = INT64_MIN, .currency = "USD", .exponent = 2};

    wb_buf_init(&text, 64);
    wb_money_text(&text, &money);
    ck_assert_str_eq(wb_buf_text(&text), "-92233720368547758.08");
}
END_TEST

/* Two parts into a sum: what it is, and whether it may be told. */
static const struct {
    wb_money first, second;
    int64_t minor;
    bool ok;
} sums[] = {
    {{150, "USD", 2},               {25, "USD", 2},                175,  true },
    {{150, "USD", 2},               {-25, "USD", 2},               125,  true },
    {{150, "USD", 2},               {0},                           150,  true },
    {{0},                           {25, "USD", 2},                25,   true },
    {{0},                           {0},                           0,    true },
    {{150, "USD", 2},               {25, "EUR", 2},                150,  false},
    {{2599, "JPY", 2},              {26, "JPY", 0},                2599, false},
    {{150, "USD", 2},               {.exponent = WB_MONEY_UNREAD}, 150,  false},
    {{.exponent = WB_MONEY_UNREAD}, {25, "USD", 2},                25,   false},
};

START_TEST(test_sums)
{
    wb_money sum = {0};
    bool ok = true;

    wb_money_add(&sum, &sums[_i].first, &ok);
    wb_money_add(&sum, &sums[_i].second, &ok);
    ck_assert_int_eq(sum.minor, sums[_i].minor);
    ck_assert(ok == sums[_i].ok);
}
END_TEST

START_TEST(test_a_sum_beyond_what_fits_is_none)
{
    wb_money sum = {INT64_MAX, "USD", 2}, part = {1, "USD", 2};
    bool ok = true;

    wb_money_add(&sum, &part, &ok);
    ck_assert(!ok);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_good,                           WB_COUNT(good)},
        {test_bad,                            WB_COUNT(bad) },
        {test_extremes,                       0             },
        {test_sums,                           WB_COUNT(sums)},
        {test_a_sum_beyond_what_fits_is_none, 0             },
        {NULL,                                0             }
    };

    return wb_suite_run("protocol.money", rows);
}
