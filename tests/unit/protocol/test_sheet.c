/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/sheet.h"
#include "tests/unit/suite.h"

#define TEXTS(...) ((const wb_view[]){__VA_ARGS__})
#define T(literal) WB_VIEW_LIT(literal)

/* Two shops that have some SKUs in common, one cell left out. */
static wb_sheet *
skus(void)
{
    wb_sheet *self = wb_sheet_new();

    wb_sheet_add_column(self, T("account"));
    wb_sheet_add_column(self, T("sku"));
    wb_sheet_add_column(self, T("master"));
    wb_sheet_add_row(self, TEXTS(T("north"), T("A-1"), T("M1")), 2);
    wb_sheet_add_row(self, TEXTS(T("south"), T("A-1"), T("M2")), 3);
    wb_sheet_add_row(self, TEXTS(T("north"), T("B-2"), {NULL, 0}), 4);
    wb_sheet_add_row(self, TEXTS(T("north"), T("C-3"), T("M1")), 6);
    return self;
}

static const struct {
    const char *label;
    const char *by[WB_SHEET_KEYS_MAX];
    const char *texts[WB_SHEET_KEYS_MAX];
    const char *rows; /* that are found, in their order */
} lookups[] = {
    {"one column, one row",           {"sku"},            {"B-2"},          "2"  },
    {"one column, rows in order",     {"sku"},            {"A-1"},          "01" },
    {"many rows of one key",          {"account"},        {"north"},        "023"},
    {"apart in the file",             {"master"},         {"M1"},           "03" },
    {"nothing",                       {"sku"},            {"D-4"},          ""   },
    {"a part of a text is not it",    {"sku"},            {"A"},            ""   },
    {"two columns together",          {"account", "sku"}, {"south", "A-1"}, "1"  },
    {"in the other order",            {"sku", "account"}, {"A-1", "south"}, "1"  },
    {"texts do not run together",     {"account", "sku"}, {"southA", "-1"}, ""   },
    {"a cell that was left out",      {"master"},         {""},             "2"  },
    {"case is part of it",            {"sku"},            {"a-1"},          ""   },
    {"no such column",                {"price"},          {"M1"},           ""   },
    {"one of two columns is missing", {"sku", "price"},   {"A-1", ""},      ""   },
};

START_TEST(test_rows_are_found_by_their_texts_in_the_order_of_the_file)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = skus();
    wb_view texts[WB_SHEET_KEYS_MAX] = {
        {NULL, 0}
    };
    char found[16] = "";
    size_t count = 0;

    for (size_t i = 0; i < WB_SHEET_KEYS_MAX && lookups[_i].by[i]; i++)
        texts[i] = wb_view_of(lookups[_i].texts[i]);
    for (size_t round = 0; round < 2; round++) { /* the second finds the index that is there */
        count = 0;
        for (size_t row = wb_sheet_find(sheet, lookups[_i].by, texts); row != WB_SHEET_NONE;
             row = wb_sheet_next(sheet, lookups[_i].by, row))
            found[count++] = (char)('0' + row);
        found[count] = '\0';
        ck_assert_msg(!strcmp(found, lookups[_i].rows), "%s: %s", lookups[_i].label, found);
    }
}
END_TEST

START_TEST(test_cells_are_read_by_column)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = skus();

    ck_assert_uint_eq(wb_sheet_rows(sheet), 4);
    ck_assert_uint_eq(wb_sheet_columns(sheet), 3);
    ck_assert_str_eq(wb_sheet_column_name(sheet, 2), "master");
    ck_assert(wb_view_is(wb_sheet_text(sheet, 1, "master"), "M2"));
    ck_assert_uint_eq(wb_sheet_text(sheet, 2, "master").len, 0);
    ck_assert_ptr_nonnull(wb_sheet_text(sheet, 2, "master").data);
    ck_assert_ptr_null(wb_sheet_text(sheet, 0, "price").data);
    ck_assert_int_eq(wb_sheet_line(sheet, 3), 6);
}
END_TEST

START_TEST(test_a_table_that_is_not_there_is_an_empty_one)
{
    static const uint8_t zero[WB_SHA256_LEN];

    ck_assert_uint_eq(wb_sheet_rows(NULL), 0);
    ck_assert_uint_eq(wb_sheet_columns(NULL), 0);
    ck_assert_uint_eq(wb_sheet_find(NULL, WB_SHEET_BY("sku"), TEXTS(T("A-1"))), WB_SHEET_NONE);
    ck_assert_mem_eq(wb_sheet_digest(NULL), zero, sizeof zero);
}
END_TEST

START_TEST(test_each_of_many_rows_is_found_in_one_look)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = wb_sheet_new();
    char sku[16], group[16];

    wb_sheet_add_column(sheet, T("sku"));
    wb_sheet_add_column(sheet, T("group"));
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(sku, sizeof sku, "S%d", i);
        (void)snprintf(group, sizeof group, "G%d", i % 7);
        wb_sheet_add_row(sheet, TEXTS(wb_view_of(sku), wb_view_of(group)), i + 2);
    }
    for (size_t i = 0; i < 20000; i++) {
        size_t row, next = i + 7 < 20000 ? i + 7 : WB_SHEET_NONE;

        (void)snprintf(sku, sizeof sku, "S%zu", i);
        row = wb_sheet_find(sheet, WB_SHEET_BY("sku"), TEXTS(wb_view_of(sku)));
        ck_assert_uint_eq(row, i);
        ck_assert_uint_eq(wb_sheet_next(sheet, WB_SHEET_BY("sku"), row), WB_SHEET_NONE);
        ck_assert_uint_eq(wb_sheet_next(sheet, WB_SHEET_BY("group"), row), next);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_rows_are_found_by_their_texts_in_the_order_of_the_file, WB_COUNT(lookups)},
        {test_cells_are_read_by_column,                               0                },
        {test_a_table_that_is_not_there_is_an_empty_one,              0                },
        {test_each_of_many_rows_is_found_in_one_look,                 0                },
        {NULL,                                                        0                }
    };

    return wb_suite_run("protocol.sheet", rows);
}
