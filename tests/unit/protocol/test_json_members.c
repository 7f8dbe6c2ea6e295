/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/json_members.h"
#include "protocol/limits.h"
#include "protocol/records/order.h"
#include "tests/unit/suite.h"

typedef struct {
    wb_view name;
    wb_count count;
} part;

/* One field of each type, at the names that the documents below use. */
typedef struct {
    wb_view id, text, code, decimal;
    wb_count count;
    bool flag, there;
    int64_t time_utc_us;
    wb_money money;
    wb_json_ref ref, inner_ref;
    wb_field_list texts, parts;
    part inner;
    wb_view beside;
} thing;

static const wb_json_member part_rows[] = {
    WB_MEMBER(part, name, "name", TEXT),
    WB_MEMBER(part, count, "count", INT),
};

static const wb_json_member beside_rows[] = {
    WB_MEMBER(thing, beside, "text", TEXT),
    WB_MEMBER(thing, inner_ref, "ref", REF),
};

static const wb_json_member rows[] = {
    WB_MEMBER(thing, id, "id", ID),
    WB_MEMBER(thing, text, "text", TEXT),
    WB_MEMBER(thing, code, "code", CODE),
    WB_MEMBER(thing, decimal, "decimal", DECIMAL),
    WB_MEMBER(thing, count, "int", INT),
    WB_MEMBER(thing, flag, "flag", BOOL),
    WB_MEMBER(thing, there, "there", THERE),
    WB_MEMBER(thing, time_utc_us, "time", TIME),
    WB_MEMBER(thing, money, "money", MONEY),
    WB_MEMBER(thing, ref, "ref", REF),
    WB_MEMBER(thing, texts, "texts", TEXTS),
    WB_MEMBERS(thing, inner, "inner", part_rows),
    WB_MEMBERS_INSIDE("beside", beside_rows),
    WB_MEMBERS_LIST(thing, parts, "parts", part_rows, part),
};

static void
thing_fini(thing *self)
{
    wb_free(&self->texts.items);
    wb_free(&self->parts.items);
}

static wb_rc
read_thing(wb_json *json, const char *text, thing *out, wb_err *err)
{
    ck_assert(wb_json_parse_answer(json, wb_view_of(text), NULL) == WB_OK);
    return wb_json_members(json, 0, rows, WB_COUNT(rows), out, err);
}

START_TEST(test_each_type)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(thing_fini) thing it = {0};
    const wb_order_text *texts;
    const part *parts;

    ck_assert(!read_thing(json,
                          "{\"id\":\"i\",\"text\":\"t\",\"code\":\"c\",\"decimal\":1.50,\"int\":7,"
                          "\"flag\":true,\"there\":\"MANDATORY\",\"time\":\"2026-01-02T03:04:05Z\","
                          "\"money\":{\"amount\":\"1.50\",\"currencyCode\":\"USD\"},\"ref\":[1,2],"
                          "\"texts\":[\"a\",\"\",{},\"b\"],\"inner\":{\"count\":2,\"name\":\"n\"},"
                          "\"beside\":{\"text\":\"u\",\"ref\":{\"x\":1}},\"unheard\":[{\"id\":1}],"
                          "\"parts\":[{\"name\":\"p\"},{\"name\":\"q\",\"count\":0}]}",
                          &it, NULL));
    ck_assert(wb_view_is(it.id, "i") && wb_view_is(it.text, "t") && wb_view_is(it.code, "c"));
    ck_assert(wb_view_is(it.decimal, "1.50") && it.count.known && it.count.value == 7);
    ck_assert(it.flag && it.there && it.time_utc_us == INT64_C(1767323045000000));
    ck_assert(it.money.minor == 150 && !strcmp(it.money.currency, "USD"));
    ck_assert(wb_json_count(json, it.ref) == 2 && wb_json_count(json, it.inner_ref) == 1);
    texts = it.texts.items;
    ck_assert(it.texts.count == 2 && wb_view_is(texts[1].value, "b"));
    ck_assert(wb_view_is(it.inner.name, "n") && it.inner.count.value == 2);
    ck_assert(wb_view_is(it.beside, "u"));
    parts = it.parts.items;
    ck_assert(it.parts.count == 2 && wb_view_is(parts[0].name, "p") && !parts[0].count.known);
    ck_assert(wb_view_is(parts[1].name, "q") && parts[1].count.known);
    ck_assert(!wb_answer_left_out(json).len);
}
END_TEST

/* Documents that say nothing of a field, and of what cannot be read: it stays, and its name is
 * noted. */
static const struct {
    const char *text, *left_out;
} nothing[] = {
    {"{}",                                                      ""     },
    {"null",                                                    ""     },
    {"[]",                                                      ""     },
    {"[1]",                                                     "id"   }, /* no object */
    {"{\"id\":\"\",\"text\":null,\"int\":[],\"there\":false}",  ""     },
    {"{\"ref\":null,\"inner\":null,\"beside\":\"\"}",           ""     },
    {"{\"ID\":\"x\",\"Text\":\"x\"}",                           ""     }, /* other names */
    {"{\"text\":{\"a\":1}}",                                    "text" },
    {"{\"code\":\"S\xe7\"}",                                    "code" },
    {"{\"int\":1.5}",                                           "int"  },
    {"{\"flag\":\"yes\"}",                                      "flag" },
    {"{\"time\":\"2026-01-02\"}",                               "time" },
    {"{\"money\":{\"amount\":1}}",                              "money"},
    {"{\"texts\":\"a\"}",                                       "texts"},
    {"{\"inner\":7}",                                           "inner"},
    {"{\"parts\":{\"name\":\"p\"}}",                            "parts"},
    {"{\"parts\":[7]}",                                         "parts"},
    {"{\"text\":\"a\",\"text\":\"b\"}",                         "text" }, /* which of them? */
    {"{\"int\":1,\"int\":2}",                                   "int"  },
    {"{\"money\":{\"amount\":1,\"currencyCode\":\"USD\"},"
     "\"money\":{\"amount\":2,\"currencyCode\":\"USD\"}}", "money"},
};

START_TEST(test_what_says_nothing)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(thing_fini) thing it = {.ref = 77, .inner_ref = 77};
    bool money_unread = !strcmp(nothing[_i].left_out, "money");
    wb_err err = {0};

    ck_assert_msg(!read_thing(json, nothing[_i].text, &it, &err), "%s: %s", nothing[_i].text,
                  err.text);
    ck_assert_msg(wb_view_is(wb_answer_left_out(json), nothing[_i].left_out), "%s: %.*s",
                  nothing[_i].text, WB_VIEW_ARG(wb_answer_left_out(json)));
    ck_assert(it.ref == WB_JSON_NONE && it.inner_ref == WB_JSON_NONE);
    ck_assert(!it.id.len && !it.text.len && !it.code.len && !it.count.known && !it.flag);
    ck_assert(!it.there && !it.time_utc_us && !it.texts.count && !it.parts.count);
    ck_assert(!it.money.currency[0] && (it.money.exponent == WB_MONEY_UNREAD) == money_unread);
    ck_assert(!it.inner.name.len && !it.beside.len);
}
END_TEST

/* Of what identifies, and of a group, nobody guesses. */
static const struct {
    const char *text, *word; /* NULL: read, once */
} twice[] = {
    {"{\"id\":\"a\",\"id\":\"b\"}",                               "id is there twice"   },
    {"{\"inner\":{\"name\":\"a\"},\"inner\":{\"name\":\"b\"}}",   "inner is there twice"},
    {"{\"parts\":[],\"parts\":[{}]}",                             "parts is there twice"},
    {"{\"texts\":[\"a\"],\"texts\":[\"b\"]}",                     "texts is there twice"},
    {"{\"ref\":[1],\"ref\":[2]}",                                 "ref is there twice"  },
    {"{\"i\\u0064\":\"a\",\"id\":\"b\"}",                         "id is there twice"   },
    {"{\"id\":\"S\xe7\"}",                                        "id has bytes"        },
    {"{\"id\":{}}",                                               "id"                  },
    {"{\"id\":\"a\",\"id\":\"a\",\"parts\":[{}],\"parts\":[{}]}", NULL                  },
    {"{\"i\\u0064\":\"a\"}",                                      NULL                  },
};

START_TEST(test_what_refuses_the_record)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(thing_fini) thing it = {0};
    wb_err err = {0};
    wb_rc rc = read_thing(json, twice[_i].text, &it, &err);

    ck_assert_msg(rc == (twice[_i].word ? WB_REJECT : WB_OK), "%s", twice[_i].text);
    if (twice[_i].word)
        ck_assert_msg(strstr(err.text, twice[_i].word) != NULL, "%s: %s", twice[_i].text, err.text);
    else
        ck_assert(wb_view_is(it.id, "a"));
}
END_TEST

START_TEST(test_lists_are_bounded)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf doc = {0};
    WB_AUTO(thing_fini) thing most = {0};
    WB_AUTO(thing_fini) thing more = {0};

    wb_buf_init(&doc, 1 << 20);
    wb_buf_add_text(&doc, "{\"parts\":[{}");
    for (int i = 1; i < WB_RECORD_LIST_MAX; i++)
        wb_buf_add_text(&doc, ",{}");
    wb_buf_add_text(&doc, "]}");
    ck_assert(!read_thing(json, wb_buf_text(&doc), &most, NULL));
    ck_assert(most.parts.count == WB_RECORD_LIST_MAX);
    doc.len -= 2;
    wb_buf_add_text(&doc, ",{}]}");
    ck_assert(read_thing(json, wb_buf_text(&doc), &more, NULL) == WB_REJECT);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_each_type,               0                },
        {test_what_says_nothing,       WB_COUNT(nothing)},
        {test_what_refuses_the_record, WB_COUNT(twice)  },
        {test_lists_are_bounded,       0                },
        {NULL,                         0                },
    };

    return wb_suite_run("protocol.json_members", suite);
}
