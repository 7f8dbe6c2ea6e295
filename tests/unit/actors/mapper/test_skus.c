/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/skus.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "actors/runtime/config/skus.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

#define ROWS_MAX 16

typedef struct {
    const char *account, *sku, *master, *quantity;
} row;

static wb_sheet *
make_sheet(const row *rows, bool all_columns)
{
    wb_sheet *sheet = wb_sheet_new();

    wb_sheet_add_column(sheet, WB_VIEW_LIT(WB_SKUS_MASTER));
    wb_sheet_add_column(sheet, WB_VIEW_LIT(WB_SKUS_SKU));
    if (all_columns) {
        wb_sheet_add_column(sheet, WB_VIEW_LIT(WB_SKUS_QUANTITY));
        wb_sheet_add_column(sheet, WB_VIEW_LIT(WB_SKUS_ACCOUNT));
    }
    for (int i = 0; rows[i].sku; i++) {
        wb_view texts[] = {wb_view_of(rows[i].master), wb_view_of(rows[i].sku),
                           wb_view_of(rows[i].quantity), wb_view_of(rows[i].account)};

        wb_sheet_add_row(sheet, texts, i + 2);
    }
    return sheet;
}

static const row table[] = {
    {"",     "MUG",     "M1",  ""  },
    {"mall", "MUG",     "M2",  ""  },
    {"",     "SIX",     "M1",  "6" },
    {"",     "BOX",     "M1",  ""  },
    {"",     "BOX",     "M3",  "2" },
    {"mall", "BOX",     "M1",  "3" },
    {"",     "EU-*",    "*",   ""  },
    {"",     "EU-DE-*", "D-*", "2" },
    {"mall", "EU-*",    "X-*", ""  },
    {"",     "SET-*",   "S-*", ""  },
    {"",     "SET-*",   "LID", ""  },
    {"",     "SET-*",   "T-*", "4" },
    {"",     "EU-MUG",  "M9",  ""  },
    {"lone", "*",       "Z-*", ""  },
    {NULL,   NULL,      NULL,  NULL},
};

/* What is found, as "MASTERxQUANTITY@LINE ..." */
static const struct {
    const char *account, *sku, *parts;
} finds[] = {
    {"shop", "MUG",     "M1x1@2"                    },
    {"mall", "MUG",     "M2x1@3"                    },
    {"",     "MUG",     "M1x1@2"                    },
    {"shop", "SIX",     "M1x6@4"                    },
    {"shop", "BOX",     "M1x1@5 M3x2@6"             },
    {"mall", "BOX",     "M1x3@7"                    },
    {"shop", "EU-7",    "7x1@8"                     },
    {"mall", "EU-7",    "X-7x1@10"                  },
    {"shop", "EU-DE-7", "D-7x2@9"                   },
    {"mall", "EU-DE-7", "D-7x2@9"                   }, /* the longer beginning is said for all */
    {"mall", "EU-MUG",  "M9x1@14"                   }, /* ... and so is the whole name */
    {"shop", "EU-DE",   "DEx1@8"                    },
    {"shop", "SET-1",   "S-1x1@11 LIDx1@12 T-1x4@13"},
    {"shop", "mug",     ""                          },
    {"shop", "NONE",    ""                          },
    {"shop", "",        ""                          },
    {"lone", "NONE",    "Z-NONEx1@15"               },
    {"lone", "EU-*",    "*x1@8"                     }, /* a SKU that ends in a star is no row's text */
    {"shop", "MUG*",    ""                          },
};

static void
print_parts(wb_buf *out, const wb_sku_parts *parts)
{
    wb_buf_clear(out);
    for (size_t i = 0; i < parts->count; i++)
        wb_buf_addf(out, "%s%.*sx%lld@%d", i ? " " : "", WB_VIEW_ARG(parts->items[i].master),
                    (long long)parts->items[i].quantity, parts->items[i].line);
}

START_TEST(what_is_found)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(table, true);
    WB_AUTO(wb_skus_destroy) wb_skus *skus = wb_skus_new(sheet);
    WB_AUTO(wb_sku_parts_fini) wb_sku_parts parts = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    bool found =
        wb_skus_find(skus, wb_view_of(finds[_i].account), wb_view_of(finds[_i].sku), &parts);

    wb_buf_init(&text, 1024);
    print_parts(&text, &parts);
    ck_assert_str_eq(wb_buf_text(&text), finds[_i].parts);
    ck_assert_int_eq(found, *finds[_i].parts != 0);
}
END_TEST

START_TEST(a_table_of_two_columns_is_about_all_accounts)
{
    static const row rows[] = {
        {NULL, "A",  "M",  NULL},
        {NULL, "B*", "N*", NULL},
        {NULL, NULL, NULL, NULL},
    };
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(rows, false);
    WB_AUTO(wb_skus_destroy) wb_skus *skus = wb_skus_new(sheet);
    WB_AUTO(wb_skus_destroy) wb_skus *none = wb_skus_new(NULL);
    WB_AUTO(wb_sku_parts_fini) wb_sku_parts parts = {0};
    char longest[WB_KEY_MAX + 2];

    ck_assert(wb_skus_find(skus, WB_VIEW_LIT("shop"), WB_VIEW_LIT("A"), &parts));
    ck_assert_int_eq(parts.items[0].quantity, 1);
    ck_assert(wb_skus_find(skus, WB_VIEW_LIT("shop"), WB_VIEW_LIT("B1"), &parts));
    ck_assert(wb_view_is(parts.items[0].master, "N1"));
    memset(longest, 'B', sizeof longest);
    ck_assert(wb_skus_find(skus, WB_VIEW_LIT("s"), (wb_view){longest, WB_KEY_MAX}, &parts));
    ck_assert(!wb_skus_find(skus, WB_VIEW_LIT("s"), (wb_view){longest, WB_KEY_MAX + 1}, &parts));
    ck_assert(!wb_skus_find(none, WB_VIEW_LIT("s"), WB_VIEW_LIT("A"), &parts));
}
END_TEST

/* --- the other way --- */

static wb_rc
print_sku(void *arg, wb_view sku, bool prefix, wb_err *err)
{
    wb_buf *text = arg;

    (void)err;
    wb_buf_addf(text, "%s%.*s%s", text->len ? " " : "", WB_VIEW_ARG(sku), prefix ? "*" : "");
    return WB_OK;
}

static const struct {
    const char *account, *master, *skus;
} ways_back[] = {
    {"shop", "M1",  "MUG SIX BOX EU-M1"    },
    {"mall", "M1",  "MUG SIX BOX BOX EU-M1"}, /* MUG is another there, which the look-up tells */
    {"mall", "M2",  "MUG EU-M2"            },
    {"mall", "X-7", "EU-7 EU-X-7"          },
    {"shop", "X-7", "EU-X-7"               },
    {"shop", "LID", "SET-* EU-LID"         },
    {"shop", "D-7", "EU-DE-7 EU-D-7"       },
    {"lone", "Z-A", "A EU-Z-A"             },
    {NULL,   "M2",  "MUG EU-M2"            },
    {"shop", "",    ""                     },
};

START_TEST(which_skus_have_a_master)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(table, true);
    WB_AUTO(wb_skus_destroy) wb_skus *skus = wb_skus_new(sheet);
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 1024);
    ck_assert(!wb_skus_of(skus, wb_view_of(ways_back[_i].account), wb_view_of(ways_back[_i].master),
                          print_sku, &text, &err));
    ck_assert_str_eq(wb_buf_text(&text), ways_back[_i].skus);
}
END_TEST

/* Whatever has a master is found by it. */
START_TEST(both_ways_agree)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = make_sheet(table, true);
    WB_AUTO(wb_skus_destroy) wb_skus *skus = wb_skus_new(sheet);
    WB_AUTO(wb_sku_parts_fini) wb_sku_parts parts = {0};
    wb_view account = wb_view_of(finds[_i].account);
    wb_err err = {0};

    (void)wb_skus_find(skus, account, wb_view_of(finds[_i].sku), &parts);
    for (size_t i = 0; i < parts.count; i++) {
        WB_AUTO(wb_buf_fini) wb_buf text = {0};
        bool there;

        wb_buf_init(&text, 1024);
        ck_assert(!wb_skus_of(skus, account, parts.items[i].master, print_sku, &text, &err));
        there = strstr(wb_buf_text(&text), finds[_i].sku) != NULL ||
                strstr(wb_buf_text(&text), "SET-*") != NULL;
        ck_assert_msg(there, "%s: %s", finds[_i].sku, wb_buf_text(&text));
    }
}
END_TEST

/* --- two tables --- */

static const struct {
    const char *label;
    row before[ROWS_MAX], now[ROWS_MAX];
    const char *skus;
} changes[] = {
    {"nothing",        {{"", "A", "M", ""}},                      {{"", "A", "M", ""}},                     ""   },
    {"1 is the same",  {{"", "A", "M", ""}},                      {{"", "A", "M", "1"}},                    ""   },
    {"order of rows",
     {{"", "A", "M", ""}, {"", "B", "M", ""}},
     {{"", "B", "M", ""}, {"", "A", "M", ""}},
     ""                                                                                                          },
    {"a row more",     {{"", "A", "M", ""}},                      {{"", "A", "M", ""}, {"", "B", "M", ""}}, "B"  },
    {"a row less",     {{"", "A", "M", ""}, {"", "B*", "M", ""}}, {{"", "A", "M", ""}},                     "B*" },
    {"another master",
     {{"", "A", "M", ""}, {"", "B", "M", ""}},
     {{"", "A", "N", ""}, {"", "B", "M", ""}},
     "A A"                                                                                                       },
    {"a quantity",     {{"", "A", "M", ""}},                      {{"", "A", "M", "2"}},                    "A A"},
    {"an account",     {{"", "A", "M", ""}},                      {{"x", "A", "M", ""}},                    "A A"},
};

START_TEST(what_differs)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *one = make_sheet(changes[_i].before, true);
    WB_AUTO(wb_sheet_destroy) wb_sheet *two = make_sheet(changes[_i].now, true);
    WB_AUTO(wb_skus_destroy) wb_skus *before = wb_skus_new(one);
    WB_AUTO(wb_skus_destroy) wb_skus *now = wb_skus_new(two);
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 1024);
    ck_assert(!wb_skus_differ(before, now, print_sku, &text, &err));
    ck_assert_msg(!strcmp(wb_buf_text(&text), changes[_i].skus), "%s: %s", changes[_i].label,
                  wb_buf_text(&text));
}
END_TEST

/* A column of accounts that comes in, empty, changes nothing. */
START_TEST(what_does_not_differ_by_its_columns)
{
    static const row rows[] = {
        {"",   "A",  "M",  ""  },
        {NULL, NULL, NULL, NULL}
    };
    WB_AUTO(wb_sheet_destroy) wb_sheet *one = make_sheet(rows, false);
    WB_AUTO(wb_sheet_destroy) wb_sheet *two = make_sheet(rows, true);
    WB_AUTO(wb_skus_destroy) wb_skus *before = wb_skus_new(one);
    WB_AUTO(wb_skus_destroy) wb_skus *now = wb_skus_new(two);
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 1024);
    ck_assert(!wb_skus_differ(before, now, print_sku, &text, &err));
    ck_assert(!wb_skus_differ(now, before, print_sku, &text, &err));
    ck_assert_str_eq(wb_buf_text(&text), "");
}
END_TEST

/* An index of 100,000 rows is made, asked for each of them and held against another one in a small
 * part of what a reload may take, sanitizers and all. */
START_TEST(a_large_table)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = wb_sheet_new();
    WB_AUTO(wb_skus_destroy) wb_skus *skus = NULL;
    WB_AUTO(wb_skus_destroy) wb_skus *other = NULL;
    WB_AUTO(wb_sku_parts_fini) wb_sku_parts parts = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    char sku[32], master[32];
    wb_err err = {0};
    clock_t begin;

    wb_buf_init(&text, 1024);
    wb_sheet_add_column(sheet, WB_VIEW_LIT(WB_SKUS_SKU));
    wb_sheet_add_column(sheet, WB_VIEW_LIT(WB_SKUS_MASTER));
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(sku, sizeof sku, "SKU-%d%s", i, i % 1000 ? "" : "*");
        (void)snprintf(master, sizeof master, "M-%d", i / 2);
        wb_sheet_add_row(sheet, (wb_view[]){wb_view_of(sku), wb_view_of(master)}, i + 2);
    }
    begin = clock();
    skus = wb_skus_new(sheet);
    other = wb_skus_new(sheet);
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(sku, sizeof sku, "SKU-%d", i);
        ck_assert(wb_skus_find(skus, WB_VIEW_LIT("shop"), wb_view_of(sku), &parts));
    }
    ck_assert(!wb_skus_differ(skus, other, print_sku, &text, &err));
    ck_assert_int_lt((clock() - begin) / (CLOCKS_PER_SEC / 1000), 2000);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_is_found,                                WB_COUNT(finds)    },
        {a_table_of_two_columns_is_about_all_accounts, 0                  },
        {which_skus_have_a_master,                     WB_COUNT(ways_back)},
        {both_ways_agree,                              WB_COUNT(finds)    },
        {what_differs,                                 WB_COUNT(changes)  },
        {what_does_not_differ_by_its_columns,          0                  },
        {a_large_table,                                0                  },
        {NULL,                                         0                  },
    };

    return wb_suite_run("mapper.skus", tests);
}
