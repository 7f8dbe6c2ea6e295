/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tests/unit/suite.h"

START_TEST(test_document)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_json_writer writer;

    wb_buf_init(&out, 1024);
    wb_json_writer_init(&writer, &out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "t", WB_VIEW_LIT("x"));
    wb_json_member_int(&writer, "min", INT64_MIN);
    wb_json_put_key(&writer, "list");
    wb_json_open(&writer, '[');
    wb_json_put_uint(&writer, UINT64_MAX);
    wb_json_put_null(&writer);
    wb_json_open(&writer, '{');
    wb_json_close(&writer, '}');
    wb_json_put_raw(&writer, WB_VIEW_LIT("11.01"));
    wb_json_close(&writer, ']');
    wb_json_member_bool(&writer, "b", false);
    wb_json_put_key(&writer, "at");
    wb_json_put_time(&writer, INT64_C(1767323045500000));
    wb_json_put_key(&writer, "on");
    wb_json_put_time(&writer, INT64_C(1767323045000000));
    wb_json_close(&writer, '}');
    ck_assert_str_eq(wb_buf_text(&out),
                     "{\"t\":\"x\",\"min\":-9223372036854775808,\"list\":[18446744073709551615,"
                     "null,{},11.01],\"b\":false,\"at\":\"2026-01-02T03:04:05.500000Z\","
                     "\"on\":\"2026-01-02T03:04:05Z\"}");
}
END_TEST

static const struct {
    const char *text, *want;
} texts[] = {
    {"plain",                        "\"plain\""                            },
    {"",                             "\"\""                                 },
    {"q\" b\\ s/",                   "\"q\\\" b\\\\ s/\""                   },
    {"\b\f\n\r\t\x01\x1f\x7f",       "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
    {"\xe2\x82\xac\xf0\x9f\x8d\xba", "\"\xe2\x82\xac\xf0\x9f\x8d\xba\""     },
    {"a\xff"
     "b",                       "\"a\xef\xbf\xbd"
     "b\""                                                    },
    {"cut \xe2\x82",                 "\"cut \xef\xbf\xbd\xef\xbf\xbd\""     },
};

/* What is written reads back as it was, also every single byte. */
START_TEST(test_texts)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_json_writer writer;

    wb_buf_init(&out, 1024);
    wb_json_writer_init(&writer, &out);
    wb_json_put_text(&writer, wb_view_of(texts[_i].text));
    ck_assert_str_eq(wb_buf_text(&out), texts[_i].want);
}
END_TEST

START_TEST(test_round_trip)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_json_writer writer;
    char text[128];
    wb_view back = {0};

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    wb_buf_init(&out, 4096);
    wb_json_writer_init(&writer, &out);
    wb_json_put_text(&writer, (wb_view){text, sizeof text});
    ck_assert(wb_json_parse(json, wb_buf_view(&out), NULL) == WB_OK);
    ck_assert(wb_json_text(json, 0, &back, "it", NULL) == WB_OK);
    ck_assert(wb_view_eq(back, (wb_view){text, sizeof text}));
}
END_TEST

START_TEST(test_ceiling)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_json_writer writer;

    wb_buf_init(&out, 8);
    wb_json_writer_init(&writer, &out);
    wb_json_open(&writer, '[');
    for (int i = 0; i < 10; i++)
        wb_json_put_int(&writer, 123456);
    wb_json_close(&writer, ']');
    ck_assert(wb_buf_check(&out, "out", NULL) == WB_REJECT);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_document,   0              },
        {test_texts,      WB_COUNT(texts)},
        {test_round_trip, 0              },
        {test_ceiling,    0              },
        {NULL,            0              },
    };

    return wb_suite_run("protocol.json_write", rows);
}
