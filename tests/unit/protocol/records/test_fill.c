/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fill: goods into the lines of their order; told by the SKU of a line, or by masters of which the
 * line is made
 */
#include "protocol/records/fill.h"

#include <check.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/suite.h"

#define LINES 3
#define STEPS 5

static const int first_table, second_table;

/* `line`, master, pieces in one. */
typedef struct {
    size_t line;
    const char *master;
    int64_t each;
    bool second;
} part;

/* Goods, and what is whole after them of each line. */
typedef struct {
    const char *line_id, *sku;
    int64_t quantity;
    int64_t whole[LINES];
    int64_t rest;
    bool second;
} told;

typedef struct {
    const char *label;
    const char *skus[LINES]; /* NULL = no such line */
    int64_t ordered[LINES];  /* 0 = nobody told */
    part parts[4];
    told steps[STEPS];
} play;

#define BUNDLE                                                                                     \
    {                                                                                              \
        {0, "A", 1, false},                                                                        \
        {                                                                                          \
            0, "B", 2, false                                                                       \
        }                                                                                          \
    }

static const play rows[] = {
    {"no table",
     {"X", "Y"},
     {2, 1},
     {{0}},
     {{"", "X", 1, {1}, 0, false}, {"", "X", 3, {2}, 2, false}, {"", "Y", 1, {2, 1}, 0, false}}                            },
    {"another name",
     {"X"},
     {2},
     {{0, "A", 1, false}},
     {{"", "A", 1, {1}, 0, false}, {"", "A", 2, {2}, 1, false}}                                                            },
    {"a factor",
     {"X"},
     {2},
     {{0, "A", 2, false}},
     {{"", "A", 3, {1}, 0, false}, {"", "A", 1, {2}, 0, false}, {"", "A", 1, {2}, 1, false}}                               },
    {"a bundle in one",
     {"X"},
     {2},
     BUNDLE,                                                     {{"", "B", 4, {0}, 0, false}, {"", "A", 2, {2}, 0, false}}},
    {"a bundle in parts",
     {"X"},
     {2},
     BUNDLE,                                                     {{"", "A", 1, {0}, 0, false},
      {"", "B", 1, {0}, 0, false},
      {"", "B", 2, {1}, 0, false},
      {"", "A", 2, {1}, 1, false},
      {"", "B", 1, {2}, 0, false}}                                                                             },
    {"one part alone",                     {"X"}, {1}, BUNDLE,   {{"", "A", 2, {0}, 1, false}}                             },
    {"two lines of one SKU",
     {"X", "X"},
     {1, 2},
     {{0, "A", 2, false}, {1, "A", 2, false}},
     {{"", "A", 2, {1}, 0, false}, {"", "A", 3, {1, 1}, 0, false}, {"", "A", 1, {1, 2}, 0, false}}                         },
    {"a piece of several lines",
     {"X", "A"},
     {1, 1},
     BUNDLE,                                                     {{"", "A", 1, {0}, 0, false},
      {"", "B", 2, {1}, 0, false},
      {"", "A", 1, {1, 1}, 0, false},
      {"", "A", 1, {1, 1}, 1, false}}                                                                          },
    {"called as the line is",
     {"X"},
     {3},
     BUNDLE,                                                     {{"", "X", 1, {1}, 0, false},
      {"", "A", 1, {1}, 0, false},
      {"", "X", 2, {2}, 1, false},
      {"", "B", 2, {3}, 0, false}}                                                                             },
    {"a master called as another line is",
     {"X", "Y"},
     {1, 1},
     {{0, "Y", 1, false}, {1, "X", 1, false}},
     {{"", "X", 1, {0, 1}, 0, false}, {"", "Y", 1, {1, 1}, 0, false}}                                                      },
    {"its own name, and more of it",
     {"X"},
     {1},
     {{0, "X", 3, false}},
     {{"", "X", 2, {0}, 0, false}, {"", "X", 2, {1}, 1, false}}                                                            },
    {"the line is told",
     {"X", "X"},
     {1, 1},
     {{0, "A", 2, false}, {1, "A", 2, false}},
     {{"l2", "A", 2, {0, 1}, 0, false},
      {"l2", "A", 2, {0, 2}, 0, false},
      {"", "A", 3, {1, 2}, 1, false}}                                                                                      },
    {"the line is told, and pieces",
     {"X"},
     {2},
     BUNDLE,                                                     {{"l1", "A", 1, {0}, 0, false},
      {"l1", "B", 2, {1}, 0, false},
      {"l1", "X", 1, {2}, 0, false},
      {"l1", "?", 1, {3}, 0, false}}                                                                           },
    {"nobody told how many",
     {"X"},
     {0},
     {{0, "A", 2, false}},
     {{"", "A", INT64_MAX, {INT64_MAX / 2}, 0, false}, {"", "A", 7, {INT64_MAX / 2}, 7, false}}                            },
    {"more of it than there are numbers",
     {"X"},
     {1},
     {{0, "A", 1, false}},
     {{"l1", "A", INT64_MAX, {INT64_MAX}, 0, false},
      {"l1", "A", 1, {INT64_MAX}, 0, false},
      {"", "A", 1, {INT64_MAX}, 1, false}}                                                                                 },
    {"what no line names",
     {"X", ""},
     {1, 2},
     {{0, "A", 2, false}},
     {{"", "A", 3, {1, 1}, 0, false}, {"", "C", 2, {1, 2}, 1, false}}                                                      },
    {"two tables",
     {"X"},
     {3},
     {{0, "A", 2, false}, {0, "C", 1, true}, {0, "D", 1, true}},
     {{"", "A", 3, {1}, 0, false},
      {"", "A", 1, {1}, 1, true},
      {"", "C", 2, {1}, 1, true},
      {"", "D", 1, {2}, 0, true},
      {"", "A", 9, {3}, 8, false}}                                                                                         },
};

static const void *
table_of(bool second)
{
    return second ? &second_table : &first_table;
}

static void
count(void *arg, size_t index, int64_t quantity)
{
    int64_t *whole = arg;

    ck_assert_int_gt(quantity, 0);
    ck_assert_int_le(quantity, INT64_MAX - whole[index]);
    whole[index] += quantity;
}

static void
go(wb_fill *fill, const play *row, const told *step, int64_t *whole)
{
    wb_shipment_line goods = {
        .line_id = wb_view_of(step->line_id),
        .sku = wb_view_of(step->sku),
        .quantity = {step->quantity, true}
    };
    int64_t rest;

    fill->source = table_of(step->second);
    rest = wb_fill_goods(fill, &goods, count, whole);
    ck_assert_msg(rest == step->rest, "%s: %lld of %s are left", row->label, (long long)rest,
                  step->sku);
    for (size_t i = 0; i < LINES; i++)
        ck_assert_msg(whole[i] == step->whole[i], "%s, %s: %lld of line %zu", row->label, step->sku,
                      (long long)whole[i], i);
}

START_TEST(filled)
{
    const play *row = &rows[_i];
    wb_order_facts_line lines[LINES] = {{.line_id = WB_VIEW_LIT("l1")},
                                        {.line_id = WB_VIEW_LIT("l2")},
                                        {.line_id = WB_VIEW_LIT("l3")}};
    WB_AUTO(wb_fill_close) wb_fill fill = {0};
    int64_t whole[LINES] = {0};
    size_t n = 0;

    for (; n < LINES && row->skus[n]; n++) {
        lines[n].sku = wb_view_of(row->skus[n]);
        lines[n].quantity = (wb_count){row->ordered[n], row->ordered[n] > 0};
    }
    wb_fill_open(&fill, lines, n);
    for (size_t i = 0; i < WB_COUNT(row->parts) && row->parts[i].master; i++) {
        fill.source = table_of(row->parts[i].second);
        wb_fill_part_of(&fill, row->parts[i].line, wb_view_of(row->parts[i].master),
                        row->parts[i].each);
    }
    for (size_t i = 0; i < STEPS && row->steps[i].sku; i++)
        go(&fill, row, &row->steps[i], whole);
}
END_TEST

/* Whose table is known, and whether goods went to a line that has parts. */
START_TEST(told_of)
{
    wb_order_facts_line lines[] = {
        {.line_id = WB_VIEW_LIT("l1"), .sku = WB_VIEW_LIT("X"), .quantity = {1, true}},
        {.line_id = WB_VIEW_LIT("l2"), .sku = WB_VIEW_LIT("Y"), .quantity = {2, true}},
    };
    wb_shipment_line plain = {
        .sku = WB_VIEW_LIT("Y"), .quantity = {1, true}
    };
    wb_shipment_line piece = {
        .sku = WB_VIEW_LIT("A"), .quantity = {1, true}
    };
    WB_AUTO(wb_fill_close) wb_fill fill = {0};
    int64_t whole[LINES] = {0};

    wb_fill_open(&fill, lines, WB_COUNT(lines));
    fill.source = &first_table;
    ck_assert(!wb_fill_parts_known(&fill));
    wb_fill_part_of(&fill, 0, WB_VIEW_LIT("A"), 2);
    ck_assert(wb_fill_parts_known(&fill));
    fill.source = &second_table;
    ck_assert(!wb_fill_parts_known(&fill));
    fill.source = &first_table;
    ck_assert_int_eq(wb_fill_goods(&fill, &plain, count, whole), 0);
    ck_assert(!fill.parted);
    ck_assert_int_eq(wb_fill_goods(&fill, &piece, count, whole), 0);
    ck_assert(fill.parted && whole[0] == 0 && whole[1] == 1);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {filled,  WB_COUNT(rows)},
        {told_of, 0             },
        {NULL,    0             },
    };

    return wb_suite_run("protocol.records.fill", tests);
}
