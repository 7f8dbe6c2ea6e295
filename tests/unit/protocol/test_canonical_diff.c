/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two records held against each other; and JSON read back into one
 */
#include "protocol/canonical.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/records/order.h"
#include "protocol/records/record.h"
#include "tests/unit/suite.h"

#define V(text) WB_VIEW_LIT(text)

static wb_buf said;

static void
tell(void *arg, const wb_field_change *change)
{
    (void)arg;
    wb_buf_addf(&said, "%.*s:%.*s>%.*s%s\n", WB_VIEW_ARG(change->path), WB_VIEW_ARG(change->from),
                WB_VIEW_ARG(change->to), change->hidden ? "!" : "");
}

/* An order of JSON, packed. */
static void
pack(wb_buf *out, const char *text)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_err err = {0};

    wb_buf_init(out, WB_BODY_MAX);
    ck_assert_msg(!wb_json_parse(json, wb_view_of(text), &err), "%s", err.text);
    ck_assert_msg(!wb_canonical_from_json(WB_RECORD_ORDER, json, 0, out, &err), "%s", err.text);
}

#define HEAD "{\"external_id\":\"A\",\"channel\":\"x\",\"status\":\"created\""
#define LINES(inside) HEAD ",\"lines\":[" inside "]}"
#define LINE(id, quantity) "{\"line_id\":\"" id "\",\"sku\":\"S\",\"quantity\":" quantity "}"

static const struct {
    const char *label, *from, *to, *said;
    unsigned hide;
} differences[] = {
    {"the same",          LINES(LINE("L1",                                       "1")),                                 LINES(LINE("L1",                                                                     "1")),                      "", 0},
    {"a number",                  LINES(LINE("L1",                                                                       "1")),                                                                                                   LINES(LINE("L1",                                                                                                                                                      "\"2\"")),                                                                                                     "lines[L1].quantity:1>2\n", 0},
    {"items that changed their places",          LINES(LINE("L1",                                     "1") "," LINE("L2",                                                                         "2")),
     LINES(LINE("L2","2") "," LINE("L1", "1")), "", 0},
    {"one that went, one that came", LINES(LINE("L1",             "1")),                                                                                                   LINES(LINE("L2",                                                                                                                                                                    "1")),
     "lines[L2].line_id:>\"L2\"\nlines[L2].sku:>\"S\"\nlines[L2].quantity:>1\n"
     "lines[L1].line_id:\"L1\">\nlines[L1].sku:\"S\">\nlines[L1].quantity:1>\n", 0},
    {"two of one key",                  LINES(LINE("L1",                                                                       "1")),                                                                               LINES(LINE("L1",                                                                                                                                                   "1") "," LINE("L1",                                                                                                                                                            "1")),
     "lines[1].line_id:>\"L1\"\nlines[1].sku:>\"S\"\nlines[1].quantity:>1\n", 0},
    {"an amount",              HEAD ",\"total\":{\"amount\":\"1.00\",\"currency\":\"USD\"}}",
     HEAD ",\"total\":{\"amount\":\"1\",\"currency\":\"EUR\"}}",
     "total:{\"amount\":\"1.00\",\"currency\":\"USD\"}>{\"amount\":\"1.00\",\"currency\":\"EUR\"}"
     "\n",                                                                                                                        0                                                                                                                                  },
    {"who may not see it is told that it differs",              HEAD ",\"buyer\":{\"name\":\"Ann\"}}",
     HEAD ",\"buyer\":{\"name\":\"Bob\"}}","buyer.name:\"***\">\"***\"!\n",WB_FIELD_PERSONAL                                                                                                                                                           },
    {"what came to be",                   HEAD "}",                                                              HEAD ",\"buyer\":{\"name\":\"Bob\"}}",                         "buyer.name:>\"***\"!\n",
     WB_FIELD_PERSONAL                                                                                                                                                                                                                              },
};

START_TEST(a_difference)
{
    WB_AUTO(wb_buf_fini) wb_buf from = {0};
    WB_AUTO(wb_buf_fini) wb_buf to = {0};
    wb_diff what = {.hide = differences[_i].hide};
    wb_err err = {0};

    pack(&from, differences[_i].from);
    pack(&to, differences[_i].to);
    what.from = wb_buf_view(&from);
    what.to = wb_buf_view(&to);
    wb_buf_init(&said, 65536);
    ck_assert(!wb_canonical_diff(wb_canonical_fields(WB_RECORD_ORDER), &what, tell, NULL, &err));
    ck_assert_msg(wb_view_is(wb_buf_view(&said), differences[_i].said), "%s: %.*s",
                  differences[_i].label, WB_VIEW_ARG(wb_buf_view(&said)));
    wb_buf_fini(&said);
}
END_TEST

START_TEST(against_nothing_all_that_it_says_differs)
{
    WB_AUTO(wb_buf_fini) wb_buf to = {0};
    wb_diff what = {0};
    wb_err err = {0};

    pack(&to, HEAD "}");
    what.to = wb_buf_view(&to);
    wb_buf_init(&said, 65536);
    ck_assert(!wb_canonical_diff(wb_canonical_fields(WB_RECORD_ORDER), &what, tell, NULL, &err));
    ck_assert(strstr((const char *)said.data, "external_id:>\"A\"\n"));
    ck_assert(strstr((const char *)said.data, "status:>\"created\"\n"));
    wb_buf_fini(&said);
}
END_TEST

static const struct {
    const char *label, *text, *why;
} refusals[] = {
    {"no object",                                                         "[]",                                              "it is no object"                                },
    {"a field of no kind",                                                HEAD ",\"price\":1}",                              "price is no field"                              },
    {"inside of a list",                                                  LINES("{\"line_id\":\"L\",\"quantity\":\"two\"}"),
     "lines[0].quantity is no whole number"                                                                                                                                   },
    {"a fraction",                                                        LINES(LINE("L1",                                   "1.5")),                                           "lines[0].quantity is no whole number"},
    {"an empty number",                                                                   LINES(LINE("L1",                                                                                                    "\"\"")),                                                                    "lines[0].quantity is no whole number"},
    {"beyond 64 bits",                             LINES(LINE("L1",                                                                              "\"9223372036854775808\"")),
     "lines[0].quantity is no whole number"},
    {"a text that is none",                                        "{\"external_id\":7}",                                                                                 "external_id is no text"                                                                                                                                 },
    {"a word of no status",       "{\"external_id\":\"A\",\"channel\":\"x\",\"status\":\"gone\"}",
     "status is no value"},
    {"a list that is none",HEAD ",\"lines\":{}}",                                                                                                   "lines is no list"                                                                                                                                                                                                                                                                                    },
    {"an item that is none",                                                 LINES("7"),"lines[0] is no object"},
    {"a time that is none",         HEAD ",\"purchased_at\":\"yesterday\"}",                                                      "purchased_at is no time"                                                                                                                                                                                                                                                                                                                                                            },
    {"half an amount",                    HEAD ",\"total\":{\"amount\":\"1.00\"}}","total is no amount"},
    {"more than an amount",        HEAD ",\"total\":{\"amount\":\"1\",\"currency\":\"USD\",\"x\":1}}",
     "total is no amount"                                                                                                                                                                                                                                                                                                                                                                                                                    },
    {"digits that are lost",HEAD ",\"total\":{\"amount\":\"1.005\",\"currency\":\"USD\"}}",
     "total is no amount"},
    {"a member twice",            HEAD ",\"external_id\":\"B\"}",                                                                                                   "twice"                                                                                                                                                                                                                                                                                                                                                                                                                    },
    {"without its id",                          "{\"channel\":\"x\",\"status\":\"created\"}","external_id is missing"},
    {"an item without it",LINES("{\"sku\":\"S\"}"),                                                      "line_id is missing"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        },
};

START_TEST(a_refusal)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};

    wb_buf_init(&out, WB_BODY_MAX);
    ck_assert(!wb_json_parse(json, wb_view_of(refusals[_i].text), &err));
    ck_assert_msg(wb_canonical_from_json(WB_RECORD_ORDER, json, 0, &out, &err) == WB_REJECT, "%s",
                  refusals[_i].label);
    ck_assert_msg(strstr(err.text, refusals[_i].why), "%s: %s", refusals[_i].label, err.text);
}
END_TEST

/* Every field of every kind goes out and comes back as the same bytes. */
static void
fill(const wb_field *fields, void *record)
{
    static int64_t n = INT64_C(9007199254740993); /* a double would round it */

    for (; fields->type; fields++) {
        void *at = (char *)record + fields->offset;

        switch (fields->type) {
        case WB_FIELD_TEXT:
            *(wb_view *)at = wb_view_of(fields->name);
            break;
        case WB_FIELD_INT:
            *(wb_count *)at = (wb_count){n++, true};
            break;
        case WB_FIELD_BOOL:
            *(bool *)at = true;
            break;
        case WB_FIELD_TIME:
            *(int64_t *)at = INT64_C(1767323045000001) + n++ % 1000;
            break;
        case WB_FIELD_MONEY:
            *(wb_money *)at = (wb_money){.minor = n++, .currency = "KWD", .exponent = 3};
            break;
        case WB_FIELD_ENUM:
            *(int32_t *)at = 1;
            break;
        case WB_FIELD_GROUP:
            fill(fields->sub, at);
            break;
        case WB_FIELD_LIST:
            ((wb_field_list *)at)->items = wb_alloc(2 * fields->sub_size);
            ((wb_field_list *)at)->count = 2;
            fill(fields->sub, ((wb_field_list *)at)->items);
            fill(fields->sub, (char *)((wb_field_list *)at)->items + fields->sub_size);
            break;
        case WB_FIELD_END:
            break;
        }
    }
}

START_TEST(each_field_of_each_kind_comes_back)
{
    wb_record_kind kind = (wb_record_kind)(_i + 1);
    const wb_field *fields = wb_canonical_fields(kind);
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    WB_AUTO(wb_buf_fini) wb_buf back = {0};
    void *record;
    wb_err err = {0};

    if (!fields)
        return;
    wb_buf_init(&packed, WB_BODY_MAX);
    wb_buf_init(&text, WB_BODY_MAX);
    wb_buf_init(&back, WB_BODY_MAX);
    record = wb_alloc(wb_canonical_size(kind));
    fill(fields, record);
    ck_assert(!wb_canonical_encode(fields, record, &packed, &err));
    ck_assert(!wb_canonical_json_exact(fields, wb_buf_view(&packed), &text, &err));
    ck_assert(!wb_json_parse(json, wb_buf_view(&text), &err));
    ck_assert_msg(!wb_canonical_from_json(kind, json, 0, &back, &err), "%s", err.text);
    ck_assert(wb_view_eq(wb_buf_view(&packed), wb_buf_view(&back)));
    wb_canonical_fini(fields, record);
    wb_free(&record);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_difference,                             WB_COUNT(differences)},
        {against_nothing_all_that_it_says_differs, 0                    },
        {a_refusal,                                WB_COUNT(refusals)   },
        {each_field_of_each_kind_comes_back,       16                   },
        {NULL,                                     0                    },
    };

    return wb_suite_run("canonical_diff", rows);
}
