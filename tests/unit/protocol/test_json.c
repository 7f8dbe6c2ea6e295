/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/json.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

static const struct {
    const char *label, *text, *error; /* error NULL: accepted */
} forms[] = {
    {"object",                          "{\"a\":1}",                             NULL            },
    {"blanks",                          " \t\r\n[ 1 , 2 ] \n",                   NULL            },
    {"root scalar",                     "-0.5e+10",                              NULL            },
    {"empty containers",                "[{},[],\"\"]",                          NULL            },
    {"all escapes",                     "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", NULL            },
    {"pair of surrogates",              "\"\\ud83c\\udf7a\"",                    NULL            },
    {"NUL in a text",                   "\"\\u0000\"",                           NULL            },
    {"two members of one name, unread", "{\"a\":1,\"a\":2}",                     NULL            },
    {"beyond 64 bits, unread",          "123456789012345678901234567890",        NULL            },
    {"empty",                           "",                                      "1 to"          },
    {"blanks only",                     "  ",                                    "a value is due"},
    {"two values",                      "1 2",                                   "behind"        },
    {"trailing comma",                  "[1,]",                                  "number"        },
    {"comma in object",                 "{\"a\":1,}",                            "key"           },
    {"no colon",                        "{\"a\" 1}",                             "colon"         },
    {"bare key",                        "{a:1}",                                 "key"           },
    {"mixed brackets",                  "[1}",                                   "comma"         },
    {"cut in a string",                 "\"abc",                                 "string"        },
    {"cut in an escape",                "\"abc\\",                               "string"        },
    {"cut in a unit",                   "\"\\u12",                               "string"        },
    {"cut in an array",                 "[1",                                    "cut short"     },
    {"cut in a word",                   "tru",                                   "word"          },
    {"wrong word",                      "nul1",                                  "word"          },
    {"NaN",                             "NaN",                                   "number"        },
    {"leading zero",                    "01",                                    "behind"        },
    {"no digit behind the point",       "1.",                                    "number"        },
    {"no digit before the point",       ".5",                                    "number"        },
    {"plus",                            "+1",                                    "number"        },
    {"no exponent",                     "1e",                                    "number"        },
    {"lone minus",                      "-",                                     "number"        },
    {"control byte",                    "\"a\nb\"",                              "string"        },
    {"control byte far in",             "\"abcdefghijklmnop\x01qrstuvwxyz\"",    "string"        },
    {"unknown escape",                  "\"\\x41\"",                             "string"        },
    {"lone high surrogate",             "\"\\ud83c\"",                           "string"        },
    {"lone low surrogate",              "\"\\udf7a\"",                           "string"        },
    {"two high surrogates",             "\"\\ud83c\\ud83c\"",                    "string"        },
    {"overlong UTF-8",                  "\"\xc0\xaf\"",                          "string"        },
    {"surrogate in UTF-8",              "\"\xed\xa0\x80\"",                      "string"        },
    {"cut UTF-8",                       "\"\xe2\x82\"",                          "string"        },
    {"byte order mark",                 "\xef\xbb\xbf{}",                        "number"        },
    {"NUL in a key",                    "{\"a\\u0000b\":1}",                     "NUL in a key"  },
    {"quote in the eighth byte",        "\"1234567\\\"\"",                       NULL            },
};

START_TEST(test_form)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    /* Exactly as long as the text, so that the sanitizer sees a byte read too far. */
    WB_AUTO(wb_free) char *text = wb_alloc(strlen(forms[_i].text));
    wb_view view = {text, strlen(forms[_i].text)};
    wb_err err = {0};
    wb_rc rc;

    memcpy(text, forms[_i].text, view.len);
    rc = wb_json_parse(json, view, &err);
    if (forms[_i].error) {
        ck_assert_msg(rc == WB_REJECT, "%s: accepted", forms[_i].label);
        ck_assert_msg(strstr(err.text, forms[_i].error), "%s: %s", forms[_i].label, err.text);
        ck_assert_int_eq(wb_json_kind(json, 0), WB_JSON_ABSENT);
    } else {
        ck_assert_msg(rc == WB_OK, "%s: %s", forms[_i].label, err.text);
        ck_assert(wb_view_eq(wb_json_raw(json, 0), view) || forms[_i].text[0] == ' ');
    }
}
END_TEST

static wb_json *
parsed(const char *text)
{
    wb_json *json = wb_json_new();
    wb_err err = {0};

    ck_assert_msg(wb_json_parse(json, wb_view_of(text), &err) == WB_OK, "%s", err.text);
    return json;
}

START_TEST(test_walk)
{
    WB_AUTO(wb_json_destroy)
    wb_json *json = parsed("{\"a\":[1,[2,3],{\"x\":4}],\"b\":{\"c\":{\"d\":\"e\"}},\"f\":null}");
    wb_json_ref list = wb_json_get(json, 0, "a"), item = wb_json_first(json, list);
    int64_t number = 0;

    ck_assert_uint_eq(wb_json_count(json, 0), 3);
    ck_assert_uint_eq(wb_json_count(json, list), 3);
    ck_assert(wb_view_is(wb_json_raw(json, item), "1"));
    item = wb_json_next(json, item);
    ck_assert(wb_view_is(wb_json_raw(json, item), "[2,3]"));
    item = wb_json_next(json, item);
    ck_assert_int_eq(wb_json_kind(json, item), WB_JSON_OBJECT);
    ck_assert(wb_json_int(json, wb_json_get(json, item, "x"), &number, "x", NULL) == WB_OK);
    ck_assert_int_eq(number, 4);
    ck_assert_uint_eq(wb_json_next(json, item), WB_JSON_NONE);
    ck_assert(wb_view_is(wb_json_raw(json, wb_json_at(json, 0, "b.c.d")), "\"e\""));
    ck_assert_uint_eq(wb_json_at(json, 0, "b.x.d"), WB_JSON_NONE);
    ck_assert_uint_eq(wb_json_at(json, 0, "a.x"), WB_JSON_NONE);
    ck_assert_uint_eq(wb_json_get(json, WB_JSON_NONE, "a"), WB_JSON_NONE);
    ck_assert_uint_eq(wb_json_next(json, 0), WB_JSON_NONE);
    ck_assert_int_eq(wb_json_kind(json, wb_json_get(json, 0, "f")), WB_JSON_NULL);
    item = wb_json_first(json, 0);
    ck_assert(wb_view_is(wb_json_key(json, item), "a"));
    item = wb_json_next(json, item);
    ck_assert(wb_view_is(wb_json_key(json, item), "b"));
    item = wb_json_next(json, item);
    ck_assert(wb_view_is(wb_json_key(json, item), "f"));
    ck_assert_uint_eq(wb_json_next(json, item), WB_JSON_NONE);
    ck_assert(wb_json_check(json, NULL) == WB_OK);
}
END_TEST

START_TEST(test_keys)
{
    WB_AUTO(wb_json_destroy)
    wb_json *json = parsed("{\"\\u0041b\":1,\"Payload\":2,\"payloads\":3,\"Ab2\":4}");

    ck_assert(wb_view_is(wb_json_raw(json, wb_json_get(json, 0, "Ab")), "1"));
    ck_assert(wb_view_is(wb_json_raw(json, wb_json_get_nocase(json, 0, "pAYLOAD")), "2"));
    ck_assert_uint_eq(wb_json_get(json, 0, "payload"), WB_JSON_NONE);
    ck_assert(wb_json_check(json, NULL) == WB_OK);
}
END_TEST

START_TEST(test_twice)
{
    WB_AUTO(wb_json_destroy)
    wb_json *json = parsed("{\"a\":1,\"b\":{\"x\":1,\"\\u0078\":2},\"a\":3}");
    wb_err err = {0};

    ck_assert(wb_json_get(json, 0, "b") != WB_JSON_NONE);
    ck_assert(wb_json_check(json, &err) == WB_OK);
    ck_assert(wb_view_is(wb_json_raw(json, wb_json_get(json, 0, "a")), "1"));
    ck_assert(wb_json_check(json, &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "member a"));
    ck_assert(wb_json_parse(json, WB_VIEW_LIT("{\"b\":{\"x\":1,\"\\u0078\":2}}"), NULL) == WB_OK);
    ck_assert(wb_json_check(json, &err) == WB_OK);
    ck_assert(wb_json_at(json, 0, "b.x") != WB_JSON_NONE);
    ck_assert(wb_json_check(json, &err) == WB_REJECT);
}
END_TEST

START_TEST(test_depth)
{
    char text[2 * (WB_JSON_DEPTH_MAX + 1)];
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    size_t depth = WB_JSON_DEPTH_MAX;
    wb_err err = {0};

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    ck_assert(wb_json_parse(json, (wb_view){text, 2 * depth}, &err) == WB_OK);
    depth++;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    ck_assert(wb_json_parse(json, (wb_view){text, 2 * depth}, &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "deep"));
}
END_TEST

/* Each byte at each place: texts are looked through in blocks. */
START_TEST(test_every_byte_at_every_place)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    unsigned byte = (unsigned)_i;
    bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

    for (size_t at = 1; at <= 20; at++) {
        char text[22];

        memset(text, 'a', sizeof text);
        text[0] = text[21] = '"';
        text[at] = (char)byte;
        ck_assert_msg((wb_json_parse(json, (wb_view){text, sizeof text}, NULL) == WB_OK) == plain,
                      "byte %#x at %zu", byte, at);
    }
}
END_TEST

START_TEST(test_too_many_values)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_free) char *text = wb_alloc(2 * WB_JSON_NODES_MAX + 2);
    size_t len = 0;
    wb_err err = {0};

    text[len++] = '[';
    for (int i = 0; i < WB_JSON_NODES_MAX - 1; i++) {
        text[len++] = '1';
        text[len++] = ',';
    }
    text[len - 1] = ']';
    ck_assert_msg(wb_json_parse(json, (wb_view){text, len}, &err) == WB_OK, "%s", err.text);
    memcpy(text + len - 1, ",1]", 3);
    ck_assert(wb_json_parse(json, (wb_view){text, len + 2}, &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "too many"));
    ck_assert(wb_json_parse(json, WB_VIEW_LIT("1"), &err) == WB_OK);
}
END_TEST

/* Cut anywhere, or with any one byte changed, a document is refused or read: never a wild read. */
START_TEST(test_cut_and_bent)
{
    static const char whole[] = "{\"k\\u00e9y\":[1.5e3,true,null,\"\\ud83c\\udf7a \xe2\x82\xac\"]}";
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();

    for (size_t len = 1; len < sizeof whole - 1; len++) {
        WB_AUTO(wb_free) char *text = wb_text_dup_len(whole, len);

        text = wb_realloc(text, len);
        ck_assert(wb_json_parse(json, (wb_view){text, len}, NULL) == WB_REJECT);
        for (int byte = 0; byte < 256; byte++) {
            text[len - 1] = (char)byte;
            wb_ignore(wb_json_parse(json, (wb_view){text, len}, NULL), "either will do");
        }
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_form,                      WB_COUNT(forms)},
        {test_walk,                      0              },
        {test_keys,                      0              },
        {test_twice,                     0              },
        {test_depth,                     0              },
        {test_every_byte_at_every_place, 256            },
        {test_too_many_values,           0              },
        {test_cut_and_bent,              0              },
        {NULL,                           0              },
    };

    return wb_suite_run("protocol.json", rows);
}
