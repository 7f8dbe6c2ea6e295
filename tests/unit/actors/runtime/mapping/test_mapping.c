/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's program over records: what it gives, what it may not, and what becomes of one that
 * hangs
 */
#include "actors/runtime/mapping/mapping.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/records/order.h"
#include "protocol/records/record.h"
#include "tests/unit/suite.h"

#define DEADLINE_MS 30000
#define ASKS 16

static wb_loop *loop;
static wb_mapping *mapping;
static size_t answered;
static wb_rc last;
static wb_buf packed;
static char why[1024];
static wb_mapping_ask asks[ASKS];

static void
on_done(void *arg, wb_rc rc, wb_view given, const char *text)
{
    (void)arg;
    answered++;
    last = rc;
    wb_buf_clear(&packed);
    wb_buf_add_view(&packed, given);
    snprintf(why, sizeof why, "%s", text);
}

static void
setup(void)
{
    wb_err err = {0};

    answered = 0;
    wb_buf_init(&packed, WB_BODY_MAX);
    ck_assert(!wb_loop_new(&loop, &err));
}

static void
teardown(void)
{
    wb_mapping_destroy(&mapping);
    wb_loop_destroy(&loop);
    wb_buf_fini(&packed);
}

static void
begin(const char *program)
{
    mapping = wb_mapping_new(loop, &(wb_mapping_conf){.name = "erp.jq",
                                                      .program = wb_view_of(program),
                                                      .executable = WB_BIN_DIR "/waybill-jq"});
}

static void
ask(size_t n)
{
    static wb_order_line lines[] = {
        {.line_id = WB_VIEW_LIT("L1"),
         .sku = WB_VIEW_LIT("S-1"),
         .quantity = {INT64_C(9007199254740993), true}}
    };
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_order order = {.external_id = WB_VIEW_LIT("A"), .channel = WB_VIEW_LIT("x")};
    wb_err err = {0};

    order.status = WB_ORDER_CREATED;
    order.lines = (wb_field_list){lines, 1};
    wb_buf_init(&body, WB_BODY_MAX);
    ck_assert(!wb_canonical_encode(wb_canonical_fields(WB_RECORD_ORDER), &order, &body, &err));
    asks[n] = (wb_mapping_ask){.done = on_done};
    wb_mapping_record(mapping, &asks[n], WB_RECORD_ORDER, wb_buf_view(&body));
}

static void
until(size_t count)
{
    int64_t end = wb_now_ms() + DEADLINE_MS;
    wb_err err = {0};

    while (answered < count && wb_now_ms() < end)
        ck_assert(!wb_loop_turn(loop, 100, &err));
    ck_assert_uint_eq(answered, count);
}

/* What it gave, as JSON. */
static bool
gave(const char *text)
{
    WB_AUTO(wb_buf_fini) wb_buf json = {0};
    wb_err err = {0};

    ck_assert_msg(last == WB_OK, "%s", why);
    wb_buf_init(&json, WB_BODY_MAX);
    ck_assert(!wb_canonical_json(wb_canonical_fields(WB_RECORD_ORDER), wb_buf_view(&packed), 0,
                                 &json, &err));
    return strstr(wb_buf_text(&json), text) != NULL;
}

static const struct {
    const char *label, *program, *gave, *why;
} rows[] = {
    {"as it is, numbers whole",            ".",                                                "\"quantity\":9007199254740993", NULL                                     },
    {"a field is changed",                 ".lines[].sku |= sub(\"S-\"; \"M-\")",              "\"sku\":\"M-1\"",               NULL                                     },
    {"a number as a number",               ".lines[].quantity = 6",                            "\"quantity\":6",                NULL                                     },
    {"a line is gone",                     ".lines = []",                                      "\"external_id\":\"A\"",         NULL                                     },
    {"nothing of ours in its environment", ".channel = ($ENV | length | tostring)",
     "\"channel\":\"0\"",                                                                                                       NULL                                     },
    {"it throws",                          "error(\"no \" + .channel)",                        NULL,                            "mapping erp.jq: no x"                   },
    {"it gives nothing",                   "empty",                                            NULL,                            "it gave nothing"                        },
    {"it gives two",                       "., .",                                             NULL,                            "more than one value"                    },
    {"no record",                          "7",                                                NULL,                            "it is no object"                        },
    {"a field that is none",               ".colour = \"red\"",                                NULL,                            "colour is no field"                     },
    {"a number that is none",              ".lines[0].quantity = \"two\"",                     NULL,
     "lines[0].quantity is no whole number"                                                                                                                              },
    {"what is needed is gone",             "del(.external_id)",                                NULL,                            "external_id is missing"                 },
    {"it does not compile",                ".lines[",                                          NULL,                            "mapping erp.jq: jq: error: syntax error"},
    {"it reads no file",                   "import \"/etc/passwd\" as $secrets; .",            NULL,                            "module not found"                       },
    {"it reads no data",                   "include \"/etc/passwd\"; .",                       NULL,                            "module not found"                       },
    {"it ends itself",                     "halt",                                             NULL,                            "it gave nothing"                        },
    {"memory without an end",              ".channel = reduce range(30) as $i (\"x\"; . + .)", NULL,                            "it ended"                               },
    {"an answer without an end",           ".channel = reduce range(23) as $i (\"x\"; . + .)", NULL,
     "its answer is too large"                                                                                                                                           },
};

START_TEST(a_program)
{
    begin(rows[_i].program);
    ask(0);
    until(1);
    if (rows[_i].gave)
        ck_assert_msg(gave(rows[_i].gave), "%s", rows[_i].label);
    else
        ck_assert_msg(last == WB_REJECT && strstr(why, rows[_i].why), "%s: %s", rows[_i].label,
                      why);
}
END_TEST

/* Where there is one to be read. */
START_TEST(no_file_is_open_to_it)
{
    static const char *const programs[] = {
        "import \"wb-mapping-door\" as door {search: \"/tmp\"}; .channel = door::secret",
        "import \"wb-mapping-door\" as $door {search: \"/tmp\"}; .channel = $door[0]",
    };
    const char *const paths[] = {"/tmp/wb-mapping-door.jq", "/tmp/wb-mapping-door.json"};
    FILE *file = fopen(paths[_i], "w");

    ck_assert_ptr_nonnull(file);
    fprintf(file, "%s", _i ? "\"S\"" : "def secret: \"S\";");
    ck_assert(!fclose(file));
    begin(programs[_i]);
    ask(0);
    until(1);
    ck_assert(!unlink(paths[_i]));
    ck_assert_msg(last == WB_REJECT, "it read a file");
}
END_TEST

START_TEST(the_next_record_is_none_the_worse_for_one_that_is_refused)
{
    begin("if .channel == \"y\" then . else error(\"not that one\") end");
    ask(0);
    ask(1);
    until(2);
    ck_assert_int_eq(last, WB_REJECT);
    ck_assert_uint_eq(wb_mapping_look(mapping).missed, 0);
    ck_assert_str_eq(wb_mapping_look(mapping).off, "");
}
END_TEST

START_TEST(one_that_hangs_is_ended_and_in_the_end_switched_off)
{
    int64_t begun = wb_now_ms();

    begin("def f: f; f");
    ask(0);
    ask(1);
    ask(2);
    until(2);
    ck_assert_msg(strstr(why, "longer than 1000 ms"), "%s", why);
    ck_assert_int_ge(wb_now_ms() - begun, WB_MAPPING_MISSES * WB_MAPPING_MS);
    until(3);
    ck_assert_msg(strstr(why, "it is off: "), "%s", why);
    ck_assert_uint_eq(wb_mapping_look(mapping).missed, WB_MAPPING_MISSES);
    ask(3);
    until(4); /* at once */
    ck_assert_msg(strstr(why, "it is off: "), "%s", why);
}
END_TEST

START_TEST(does_it_compile)
{
    begin(".lines[");
    asks[0] = (wb_mapping_ask){.done = on_done};
    wb_mapping_compile(mapping, &asks[0]);
    until(1);
    ck_assert_int_eq(last, WB_REJECT);
    wb_mapping_destroy(&mapping);
    begin(".");
    asks[0] = (wb_mapping_ask){.done = on_done};
    wb_mapping_compile(mapping, &asks[0]);
    until(2);
    ck_assert_int_eq(last, WB_OK);
}
END_TEST

START_TEST(without_its_child_it_says_so)
{
    mapping = wb_mapping_new(loop, &(wb_mapping_conf){.name = "erp.jq",
                                                      .program = WB_VIEW_LIT("."),
                                                      .executable = "/nowhere/waybill-jq"});
    ask(0);
    until(1);
    ck_assert_msg(strstr(why, "No such file"), "%s", why);
}
END_TEST

START_TEST(who_does_not_wait_any_more_is_not_told)
{
    begin("def f: f; if .channel == \"x\" then f else . end");
    ask(0);
    ask(1);
    while (wb_mapping_look(mapping).missed == 0)
        ck_assert(!wb_loop_turn(loop, 100, &(wb_err){0}));
    wb_mapping_cancel(mapping, &asks[0]);
    wb_mapping_cancel(mapping, &asks[1]);
    wb_mapping_cancel(mapping, &asks[1]);
    ck_assert(!wb_loop_turn(loop, 10, &(wb_err){0}));
    ck_assert_uint_eq(answered, 0);
}
END_TEST

START_TEST(many_go_one_after_the_other)
{
    begin(".");
    for (size_t i = 0; i < ASKS; i++)
        ask(i);
    until(ASKS);
    ck_assert_uint_eq(wb_mapping_look(mapping).mapped, ASKS);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {a_program,                                                 WB_COUNT(rows)},
        {no_file_is_open_to_it,                                     2             },
        {the_next_record_is_none_the_worse_for_one_that_is_refused, 0             },
        {one_that_hangs_is_ended_and_in_the_end_switched_off,       0             },
        {does_it_compile,                                           0             },
        {without_its_child_it_says_so,                              0             },
        {who_does_not_wait_any_more_is_not_told,                    0             },
        {many_go_one_after_the_other,                               0             },
        {NULL,                                                      0             },
    };

    return wb_suite_run_in("actors.mapping", suite, setup, teardown);
}
