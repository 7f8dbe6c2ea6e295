/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tests/unit/suite.h"

/* Each reader on each spelling: what it gives, or a word of the refusal. UNTOUCHED: OK, and the
 * value from before is still there. */
#define UNTOUCHED "(untouched)"

static const struct {
    const char *text;
    const char *as_text, *as_int, *as_bool, *as_decimal, *as_time;
} cases[] = {
    {"null",                                                         UNTOUCHED,                   UNTOUCHED,              UNTOUCHED,    UNTOUCHED,              UNTOUCHED         },
    {"\"\"",                                                         "",                          UNTOUCHED,              UNTOUCHED,    UNTOUCHED,              UNTOUCHED         },
    {"7",                                                            "!a number",                 "7",                    "!a number",  "7",                    "!a number"       },
    {"-0",                                                           "!a number",                 "0",                    "!",          "-0",                   "!"               },
    {"\"12\"",                                                       "12",                        "12",                   "!a text",    "12",                   "!not an ISO"     },
    {"11.010",                                                       "!",                         "!whole",               "!",          "11.010",               "!"               },
    {"\"-11.01\"",                                                   "-11.01",                    "!whole",               "!",          "-11.01",               "!"               },
    {"1e2",                                                          "!",                         "!whole",               "!",          "1e2",                  "!"               },
    {"9223372036854775807",                                          "!",                         "9223372036854775807",  "!",          "9223372036854775807",  "!"               },
    {"-9223372036854775808",                                         "!",                         "-9223372036854775808", "!",          "-9223372036854775808", "!"               },
    {"9223372036854775808",                                          "!",                         "!range",               "!",          "9223372036854775808",  "!"               },
    {"\"9223372036854775808\"",                                      "9223372036854775808",       "!range",               "!",          "9223372036854775808",  "!"               },
    {"true",                                                         "!true",                     "!true",                "true",       "!true",                "!true"           },
    {"\"false\"",                                                    "false",                     "!whole",               "false",      "!no decimal",          "!"               },
    {"\"True\"",                                                     "True",                      "!",                    "!",          "!",                    "!"               },
    {"\"1,5\"",                                                      "1,5",                       "!",                    "!",          "!no decimal",          "!"               },
    {"\"\\u0031\"",                                                  "1",                         "!whole",               "!",          "!no decimal",          "!"               },
    {"\"2026-01-02T03:04:05.5Z\"",                                   "2026-01-02T03:04:05.5Z",    "!",                    "!",          "!",                    "1767323045500000"},
    {"\"2026-01-02T03:04:05+02:00\"",                                "2026-01-02T03:04:05+02:00", "!",                    "!",          "!",
     "1767315845000000"                                                                                                                                                           },
    {"\"a\\n\\\"\\\\\\/\\b\\f\\r\\t\\u00e9\\u20ac\\ud83c\\udf7ab\"",
     "a\n\"\\/\b\f\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x8d\xba"
     "b",                                                                                         "!",                    "!",          "!",                    "!"               },
    {"[]",                                                           "!an array",                 "!an array",            "!an array",  "!an array",            "!an array"       },
    {"{}",                                                           "!an object",                "!an object",           "!an object", "!an object",           "!an object"      },
};

static void
check(const char *text, const char *want, wb_rc rc, wb_view got, const wb_err *err)
{
    if (want[0] != '!') {
        ck_assert_msg(rc == WB_OK, "%s: %s", text, err->text);
        ck_assert_msg(wb_view_is(got, want), "%s: %.*s", text, WB_VIEW_ARG(got));
        return;
    }
    ck_assert_msg(rc == WB_REJECT, "%s: accepted", text);
    ck_assert_msg(strstr(err->text, want + 1) != NULL, "%s: %s", text, err->text);
    ck_assert_msg(strncmp(err->text, "it", 2) == 0, "%s: %s", text, err->text);
}

static wb_view
number_text(wb_buf *buf, int64_t number)
{
    wb_buf_clear(buf);
    if (number == INT64_C(-77))
        return WB_VIEW_LIT(UNTOUCHED);
    wb_buf_addf(buf, "%lld", (long long)number);
    return wb_buf_view(buf);
}

START_TEST(test_readers)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};
    const char *text = cases[_i].text;
    wb_view as_text = WB_VIEW_LIT(UNTOUCHED), as_decimal = as_text;
    int64_t as_int = -77, as_time = -77;
    bool as_true = true, as_false = false;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&buf, 64);
    ck_assert(wb_json_parse(json, wb_view_of(text), &err) == WB_OK);
    rc = wb_json_text(json, 0, &as_text, "it", &err);
    check(text, cases[_i].as_text, rc, as_text, &err);
    rc = wb_json_int(json, 0, &as_int, "it", &err);
    check(text, cases[_i].as_int, rc, number_text(&buf, as_int), &err);
    rc = wb_json_decimal(json, 0, &as_decimal, "it", &err);
    check(text, cases[_i].as_decimal, rc, as_decimal, &err);
    rc = wb_json_time(json, 0, &as_time, "it", &err);
    check(text, cases[_i].as_time, rc, number_text(&buf, as_time), &err);
    rc = wb_json_bool(json, 0, &as_true, "it", &err);
    ck_assert(wb_json_bool(json, 0, &as_false, "it", NULL) == rc);
    check(text, cases[_i].as_bool, rc,
          wb_view_of(as_true != as_false ? UNTOUCHED
                     : as_true           ? "true"
                                         : "false"),
          &err);
}
END_TEST

START_TEST(test_absent)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_view text = {0};
    int64_t number = 5;
    bool flag = true;

    ck_assert(wb_json_parse(json, WB_VIEW_LIT("{}"), NULL) == WB_OK);
    ck_assert(wb_json_text(json, WB_JSON_NONE, &text, "it", NULL) == WB_OK);
    ck_assert(wb_json_int(json, WB_JSON_NONE, &number, "it", NULL) == WB_OK);
    ck_assert(wb_json_time(json, WB_JSON_NONE, &number, "it", NULL) == WB_OK);
    ck_assert(wb_json_decimal(json, WB_JSON_NONE, &text, "it", NULL) == WB_OK);
    ck_assert(wb_json_bool(json, WB_JSON_NONE, &flag, "it", NULL) == WB_OK);
    ck_assert(text.data == NULL && number == 5 && flag);
}
END_TEST

/* Views into the arena stay good while more strings are undone, and a second read gives the same.
 */
START_TEST(test_arena)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_view first = {0}, got = {0};
    wb_json_ref ref;

    wb_buf_init(&text, 1 << 20);
    for (int round = 1; round < 50; round += 24) {
        wb_buf_clear(&text);
        wb_buf_add_text(&text, "[\"\\u0041first\"");
        for (int i = 0; i < 100 * round; i++)
            wb_buf_add_text(&text, ",\"\\n\"");
        wb_buf_add_char(&text, ']');
        ck_assert(wb_json_parse(json, wb_buf_view(&text), NULL) == WB_OK);
        ref = wb_json_first(json, 0);
        ck_assert(wb_json_text(json, ref, &first, "it", NULL) == WB_OK);
        for (; ref != WB_JSON_NONE; ref = wb_json_next(json, ref))
            ck_assert(wb_json_text(json, ref, &got, "it", NULL) == WB_OK);
        ck_assert(wb_view_is(got, "\n"));
        ck_assert(wb_view_is(first, "Afirst"));
        ck_assert(wb_json_text(json, wb_json_first(json, 0), &got, "it", NULL) == WB_OK);
        ck_assert_ptr_eq(got.data, first.data);
        ck_assert(wb_view_is(wb_json_raw(json, wb_json_first(json, 0)), "\"\\u0041first\""));
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_readers, WB_COUNT(cases)},
        {test_absent,  0              },
        {test_arena,   0              },
        {NULL,         0              },
    };

    return wb_suite_run("protocol.json_read", rows);
}
