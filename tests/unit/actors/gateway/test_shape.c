/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape: what is wrong with a body or a parameter, and where
 */
#include "actors/gateway/shape.h"

#include <check.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static const wb_member line[] = {
    {.name = "sku",     .type = WB_SHAPE_TEXT, .min = 1, .max = 8, .required = true},
    {.name = "quantity",         .type = WB_SHAPE_INT, .min = 1, .max = 99, .required = true},
    {0},
};
static const wb_member members[] = {
    {.name = "type",               .type = WB_SHAPE_TEXT, .words = "full incremental", .required = true},
    {.name = "from", .type = WB_SHAPE_TIME},
    {.name = "count",                            .type = WB_SHAPE_INT},
    {.name = "now",       .type = WB_SHAPE_BOOL},
    {.name = "lines",              .type = WB_SHAPE_LIST, .members = line},
    {.name = "tags",                            .type = WB_SHAPE_LIST},
    {.name = "more", .type = WB_SHAPE_OBJECT},
    {.name = "end",              .type = WB_SHAPE_TIME, .nullable = true},
    {0            },
};

static const struct {
    const char *body, *errors; /* places, each with a blank behind; "" = nothing is wrong */
} bodies[] = {
    {"{\"type\":\"full\"}",                                                                               ""                                                       },
    {"{\"type\":\"full\",\"from\":\"2026-01-31T12:00:00Z\",\"count\":-5,\"now\":false,"
     "\"lines\":[{\"sku\":\"A\",\"quantity\":1}],\"tags\":[\"a\"],\"more\":{\"x\":1},\"end\":null}", ""                                                       },
    {"{}",                                                                                                "body.type "                                             },
    {"{\"type\":\"half\"}",                                                                               "body.type "                                             },
    {"{\"type\":\"ful\"}",                                                                                "body.type "                                             },
    {"{\"type\":\"\"}",                                                                                   "body.type "                                             },
    {"{\"type\":null}",                                                                                   "body.type "                                             },
    {"{\"type\":7}",                                                                                      "body.type "                                             },
    {"{\"type\":\"full\",\"typo\":1}",                                                                    "body "                                                  },
    {"{\"type\":\"full\",\"from\":\"yesterday\",\"count\":1.5,\"now\":1}",
     "body.from body.count body.now "                                                                                                                              },
    {"{\"type\":\"full\",\"count\":99999999999999999999}",                                                "body.count "                                            },
    {"{\"type\":\"full\",\"from\":null}",                                                                 "body.from "                                             },
    {"{\"type\":\"full\",\"lines\":[{\"sku\":\"A\",\"quantity\":1},{\"sku\":\"\",\"quantity\":100},"
     "7]}",                                                                                          "body.lines[1].sku body.lines[1].quantity body.lines[2] "},
    {"{\"type\":\"full\",\"lines\":{}}",                                                                  "body.lines "                                            },
    {"{\"type\":\"full\",\"tags\":[1]}",                                                                  "body.tags[0] "                                          },
    {"{\"type\":\"full\",\"more\":[]}",                                                                   "body.more "                                             },
    {"[]",                                                                                                "body "                                                  },
    {"7",                                                                                                 "body "                                                  },
};

/* The places in what is told, each with a blank behind. */
static void
places(const wb_shape_errors *errors, wb_buf *out)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf list = {0};
    wb_err err = {0};

    wb_buf_init(&list, 1 << 16);
    wb_buf_addf(&list, "[%.*s]", WB_VIEW_ARG(wb_buf_view(&errors->list)));
    ck_assert_msg(!wb_json_parse(json, wb_buf_view(&list), &err), "%s", err.text);
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_view field = {NULL, 0};

        ck_assert(!wb_json_text(json, wb_json_get(json, at, "field"), &field, "field", &err));
        wb_buf_addf(out, "%.*s ", WB_VIEW_ARG(field));
    }
}

START_TEST(each_wrong_field_is_named)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf told = {0};
    wb_shape_errors errors;
    wb_err err = {0};

    wb_buf_init(&told, 4096);
    wb_shape_errors_init(&errors);
    ck_assert(!wb_json_parse(json, wb_view_of(bodies[_i].body), &err));
    wb_shape_check_body(json, members, &errors);
    places(&errors, &told);
    ck_assert_str_eq(wb_buf_text(&told), bodies[_i].errors);
    wb_shape_errors_fini(&errors);
}
END_TEST

static const struct {
    size_t member;
    const char *value;
    bool good;
} parameters[] = {
    {0, "full",                 true },
    {0, "fuller",               false},
    {0, "",                     false},
    {1, "2026-01-31T12:00:00Z", true },
    {1, "x",                    false},
    {2, "12",                   true },
    {2, "",                     false},
    {2, "1e3",                  false},
    {3, "true",                 true },
    {3, "TRUE",                 false},
    {3, "",                     false},
    {2, "-1",                   true },
};

START_TEST(a_parameter_has_its_shape)
{
    wb_shape_errors errors;

    wb_shape_errors_init(&errors);
    wb_shape_check_text(&members[parameters[_i].member], wb_view_of(parameters[_i].value), "query",
                        &errors);
    ck_assert_int_eq(errors.count == 0, parameters[_i].good);
    wb_shape_errors_fini(&errors);
}
END_TEST

START_TEST(many_errors_are_told_in_part)
{
    WB_AUTO(wb_buf_fini) wb_buf told = {0};
    wb_shape_errors errors;

    wb_buf_init(&told, 4096);
    wb_shape_errors_init(&errors);
    for (int i = 0; i < 100; i++)
        wb_shape_error(&errors, "f", "m");
    places(&errors, &told);
    ck_assert_uint_eq(errors.count, 100);
    ck_assert_uint_eq(told.len, (size_t)2 * WB_SHAPE_ERRORS_MAX);
    wb_shape_errors_fini(&errors);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {each_wrong_field_is_named,    WB_COUNT(bodies)    },
        {a_parameter_has_its_shape,    WB_COUNT(parameters)},
        {many_errors_are_told_in_part, 0                   },
        {NULL,                         0                   },
    };

    return wb_suite_run_in("shape", cases, NULL, NULL);
}
