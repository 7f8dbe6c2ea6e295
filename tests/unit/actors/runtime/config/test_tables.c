/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/tables.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

/* A connector whose accounts name tables: one that is needed, with a key, and one that may be
 * left out. */
typedef struct {
    wb_sheet_ref skus, shops;
} shop_options;

static const char *const sku_columns[] = {"sku", "master", NULL};
static const char *const shop_columns[] = {"shop", NULL};
static const wb_option shop_rows[] = {
    WB_KEYED_TABLE(shop_options, skus, NULL, sku_columns, "SKUs"),
    WB_TABLE(shop_options, shops, "", shop_columns, "shops"),
    WB_END,
};

static const char *master_of_a; /* what the connector's own check saw */

static void
look(const void *options, const wb_complaints *out)
{
    const shop_options *self = options;
    size_t row = wb_sheet_find(self->skus.sheet, WB_SHEET_BY("sku"), (wb_view[]){WB_VIEW_LIT("A")});

    (void)out;
    master_of_a = row == WB_SHEET_NONE ? "none" : "there";
}

static const wb_connector shop = {
    .name = "shop", .options = shop_rows, .options_size = sizeof(shop_options), .check = look};
static const wb_connector *const connectors[] = {&shop, NULL};
static char folder[64];

static void
make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/wb-tables-XXXXXX");
    ck_assert_ptr_nonnull(folder_make(folder));
}

static void
remove_folder(void)
{
    folder_remove(folder);
}

static void
put_bytes(const char *name, const char *bytes, size_t len)
{
    char path[128];
    WB_AUTO(wb_fd_close) int fd = -1;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
}

static void
put_file(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static wb_rc
load(wb_config **out, wb_problems *problems, wb_err *err)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/w.yaml", folder);
    return wb_config_load(out, path, connectors, problems, err);
}

#define ACCOUNT "accounts: {s: {connector: shop, options: {skus: skus}}}\n"
#define SKUS "tables: {skus: {file: skus.csv}}\n"

/* What a file of a table holds, as column|column/cell|cell/... */
static const struct {
    const char *label, *file, *conf, *text, *sheet;
} goods[] = {
    {"CSV",                       "t.csv",  "",                       "sku,master\nA,M1\nB,M2\n",  "sku|master/A|M1/B|M2"                },
    {"as saved by a spreadsheet", "t.csv",  "separator: semicolon, ",
     "\xef\xbb\xbfsku;master\r\nA;\"M;1\"\r\n",                                                    "sku|master/A|M;1"                    },
    {"tabs",                      "t.TSV",  "separator: tab, ",       "sku\tmaster\nA\tM 1\n",     "sku|master/A|M 1"                    },
    {"columns alone",             "t.csv",  "",                       "sku,master",                "sku|master"                          },
    {"a YAML list",               "t.yaml", "",
     "- {sku: A, master: M1}\n- {sku: 007, master: ~}\n- {master: 1.50, sku: C, note: x}\n",       "sku|master|note/A|M1|/007||/C|1.50|x"},
    {"an empty list",             "t.yml",  "",                       "",                          ""                                    },
    {"with a key",                "t.csv",  "key: sku, ",             "sku,m\nA,1\nB,1\n",         "sku|m/A|1/B|1"                       },
    {"a key of two columns",      "t.csv",  "key: [shop, sku], ",     "shop,sku\n1,A\n2,A\n1,B\n",
     "shop|sku/1|A/2|A/1|B"                                                                                                              },
};

START_TEST(what_a_table_holds)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf said = {0};
    const wb_sheet *sheet;
    char conf[256];
    wb_err err = {0};

    (void)snprintf(conf, sizeof conf, "tables: {t: {%sfile: %s}}\n", goods[_i].conf,
                   goods[_i].file);
    put_file("w.yaml", conf);
    put_file(goods[_i].file, goods[_i].text);
    ck_assert_msg(!load(&config, NULL, &err), "%s: %s", goods[_i].label, err.text);
    ck_assert_uint_eq(wb_tables_count(wb_config_tables(config)), 1);
    ck_assert_str_eq(wb_tables_name(wb_config_tables(config), 0), "t");
    sheet = wb_tables_sheet(wb_config_tables(config), "t");
    ck_assert_ptr_eq(sheet, wb_tables_at(wb_config_tables(config), 0));
    ck_assert_ptr_null(wb_tables_sheet(wb_config_tables(config), "u"));
    wb_buf_init(&said, 1024);
    for (size_t i = 0; i < wb_sheet_columns(sheet); i++)
        wb_buf_addf(&said, "%s%s", i ? "|" : "", wb_sheet_column_name(sheet, i));
    for (size_t row = 0; row < wb_sheet_rows(sheet); row++)
        for (size_t i = 0; i < wb_sheet_columns(sheet); i++)
            wb_buf_addf(&said, "%s%.*s", i ? "|" : "/", WB_VIEW_ARG(wb_sheet_at(sheet, row, i)));
    ck_assert_str_eq(wb_buf_text(&said), goods[_i].sheet);
}
END_TEST

static const struct {
    const char *conf, *name, *text; /* w.yaml, and one file beside it */
    const char *file;               /* that the problem is in */
    int line, column;
    const char *word;
} bads[] = {
    {"tables: {t: {file: no.csv}}\n",                  NULL,       NULL,                     "w.yaml",   1, 10, "no.csv cannot be opened" },
    {"tables: {t: {file: .}}\n",                       NULL,       NULL,                     "w.yaml",   1, 10, "is no file"              },
    {"tables: {t: {file: t.xls}}\n",                   "t.xls",    "a\n",                    "w.yaml",   1, 10, "ends in none of"         },
    {"tables: {t: {}}\n",                              NULL,       NULL,                     "w.yaml",   1, 10, "file: is missing"        },
    {"tables: {t: {file: t.csv, sep: x}}\n",           "t.csv",    "a\n",                    "w.yaml",   1, 27, "unknown key 'sep'"       },
    {"tables: {'': {file: t.csv}}\n",                  "t.csv",    "a\n",                    "w.yaml",   1, 10, "1 to 64 bytes"           },
    {"tables: {t: {file: t.csv, separator: x}}\n",     "t.csv",    "a\n",                    "w.yaml",   1, 27,
     "none of comma"                                                                                                                      },
    {"tables: {t: {file: t.csv, key: b}}\n",           "t.csv",    "a\n",                    "w.yaml",   1, 10, "no column 'b'"           },
    {"tables: {t: {file: t.csv, key: skus}}\n",        "t.csv",    "sku\n",                  "w.yaml",   1, 10,
     "is 'sku' meant?"                                                                                                                    },
    {"tables: {t: {file: t.csv, key: [a,b,c,d,e]}}\n", "t.csv",    "a\n",                    "w.yaml",   1, 10,
     "more than 4 columns"                                                                                                                },
    {"tables: {t: {file: t.csv}}\n",                   "t.csv",    "",                       "t.csv",    0, 0,  "the first line names"    },
    {"tables: {t: {file: t.csv}}\n",                   "t.csv",    "a,b,a\n",                "t.csv",    1, 5,  "two columns"             },
    {"tables: {t: {file: t.csv}}\n",                   "t.csv",    "a,,c\n",                 "t.csv",    1, 3,  "needs a name"            },
    {"tables: {t: {file: t.csv}}\n",                   "t.csv",    "a,b\n1,2\n3\n",          "t.csv",    3, 1,  "1 cells, where"          },
    {"tables: {t: {file: t.csv}}\n",                   "t.csv",    "a,b\n1,2,3\n",           "t.csv",    2, 1,
     "3 cells, where the first line names 2"                                                                                              },
    {"tables: {t: {file: t.csv}}\n",                   "t.csv",    "a,b\n1,\"2\n",           "t.csv",    2, 3,  "never closed"            },
    {"tables: {t: {file: t.csv}}\n",                   "t.csv",    "a,b\n1,\xff\n",          "t.csv",    2, 3,  "not UTF-8"               },
    {"tables: {t: {file: t.csv, key: a}}\n",           "t.csv",    "a,b\n1,2\n,3\n",         "t.csv",    3, 1,
     "a is empty, and a key"                                                                                                              },
    {"tables: {t: {file: t.csv, key: a}}\n",           "t.csv",    "a\n1\n2\n1\n",           "t.csv",    4, 1,
     "a '1' is given twice (first in line 2)"                                                                                             },
    {"tables: {t: {file: t.csv, key: [a, b]}}\n",      "t.csv",    "a,b\n1,2\n1,2\n",        "t.csv",    3, 1,
     "b, with the rest of its key, '2'"                                                                                                   },
    {"tables: {t: {file: t.yaml}}\n",                  "t.yaml",   "a: b\n",                 "t.yaml",   1, 1,  "must be a list"          },
    {"tables: {t: {file: t.yaml}}\n",                  "t.yaml",   "- a\n",                  "t.yaml",   1, 3,  "mapping of columns"      },
    {"tables: {t: {file: t.yaml}}\n",                  "t.yaml",   "- {a: [1]}\n",           "t.yaml",   1, 7,  "single value"            },
    {"tables: {t: {file: t.yaml}}\n",                  "t.yaml",   "- {a: 1, a: 2}\n",       "t.yaml",   1, 10,
     "'a' is given twice"                                                                                                                 },
    {"tables: {t: {file: t.yaml}}\n",                  "t.yaml",   "- [\n",                  "t.yaml",   2, 1,  "not YAML"                },
    {"tables: {t: {file: t.yaml, key: a}}\n",          "t.yaml",   "- {a: 1}\n- {a: 1}\n",   "t.yaml",   2, 1,
     "first in line 1"                                                                                                                    },
    {ACCOUNT,                                          NULL,       NULL,                     "w.yaml",   1, 43, "there is no table 'skus'"},
    {ACCOUNT "tables: {sku: {file: t.csv}}\n",         "t.csv",    "sku,master\n",           "w.yaml",   1, 43,
     "did you mean 'sku'?"                                                                                                                },
    {ACCOUNT SKUS,                                     "skus.csv", "sku,Master\n",           "w.yaml",   1, 43,
     "options.skus has no column 'master': is 'Master' meant?"                                                                            },
    {ACCOUNT SKUS,                                     "skus.csv", "sku,master\nA,1\nA,2\n", "skus.csv", 3, 1,
     "sku 'A' is given twice"                                                                                                             },
    {"accounts: {s: {connector: shop}}\n",             NULL,       NULL,                     "w.yaml",   1, 12, "options.skus: is missing"},
};

START_TEST(what_is_wrong_with_a_table_is_told_where_it_stands)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    char file[128], text[WB_PROBLEM_TEXT_SIZE] = "";
    bool found = false;
    wb_err err = {0};

    put_file("w.yaml", bads[_i].conf);
    if (bads[_i].name)
        put_file(bads[_i].name, bads[_i].text);
    ck_assert_int_eq(load(&config, &problems, &err), WB_FATAL);
    (void)snprintf(file, sizeof file, "%s/%s", folder, bads[_i].file);
    for (size_t i = 0; i < problems.count; i++) {
        const wb_problem *row = &problems.rows[i];

        wb_problem_text(text, sizeof text, row);
        found = found || (!strcmp(row->file, file) && row->line == bads[_i].line &&
                          row->column == bads[_i].column && strstr(row->text, bads[_i].word));
    }
    ck_assert_msg(found, "%d: %s: %zu problems, the last: %s", _i, bads[_i].word, problems.count,
                  text);
}
END_TEST

START_TEST(problems_of_one_table_end_after_twenty)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 65536);
    wb_buf_add_text(&text, "a,b\n");
    for (int i = 0; i < 1000; i++)
        wb_buf_add_text(&text, "1\n");
    put_file("w.yaml", "tables: {t: {file: t.csv}}\n");
    put_file("t.csv", wb_buf_text(&text));
    ck_assert_int_eq(load(&config, &problems, &err), WB_FATAL);
    ck_assert_uint_eq(problems.count, 20);
    ck_assert_msg(strstr(problems.rows[19].text, "and so on"), "%s", problems.rows[19].text);
}
END_TEST

static const struct {
    size_t columns, rows, cell;
    const char *word; /* NULL = it is taken */
} sizes[] = {
    {WB_TABLE_COLUMNS_MAX,     2,                     1,                     NULL            },
    {WB_TABLE_COLUMNS_MAX + 1, 2,                     1,                     "64 columns"    },
    {1,                        1,                     WB_TABLE_CELL_MAX,     NULL            },
    {1,                        1,                     WB_TABLE_CELL_MAX + 1, "4096 bytes"    },
    {1,                        WB_TABLE_ROWS_MAX + 1, 1,                     "1000000 rows"  },
    {1,                        17000,                 4000,                  "67108864 bytes"},
};

START_TEST(a_table_is_limited)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&text, 2 * (size_t)WB_TABLE_MAX);
    for (size_t i = 0; i < sizes[_i].columns; i++)
        wb_buf_addf(&text, "%sc%zu", i ? "," : "", i);
    for (size_t row = 0; row < sizes[_i].rows; row++) {
        wb_buf_add_text(&text, "\n");
        for (size_t i = 1; i < sizes[_i].columns; i++)
            wb_buf_add_text(&text, ",");
        for (size_t i = 0; i < sizes[_i].cell; i++)
            wb_buf_add_char(&text, 'x');
    }
    put_file("w.yaml", "tables: {t: {file: t.csv}}\n");
    put_bytes("t.csv", text.data, text.len);
    rc = load(&config, NULL, &err);
    ck_assert_msg(rc == (sizes[_i].word ? WB_FATAL : WB_OK), "%s", err.text);
    ck_assert_msg(!sizes[_i].word || strstr(err.text, sizes[_i].word), "%s", err.text);
}
END_TEST

/* --- another reading of the same files --- */

static const char *
master_in(const wb_config *config)
{
    const shop_options *options = wb_config_options_of(config, 0);
    size_t row =
        wb_sheet_find(options->skus.sheet, WB_SHEET_BY("sku"), (wb_view[]){WB_VIEW_LIT("A")});
    static char text[16];

    if (row == WB_SHEET_NONE)
        return "";
    (void)snprintf(text, sizeof text, "%.*s",
                   WB_VIEW_ARG(wb_sheet_text(options->skus.sheet, row, "master")));
    return text;
}

static void
put_first(void)
{
    put_file("w.yaml", "include: more.yaml\n" ACCOUNT
                       "tables: {skus: {file: skus.csv}, rest: {file: rest.csv}}\nca_file: ca\n");
    put_file("more.yaml", "deployment: ${file:name}\n");
    put_file("name", "here\n");
    put_file("ca", "one\n");
    put_file("skus.csv", "sku,master\nA,M1\n");
    put_file("rest.csv", "a\n1\n");
}

static const struct {
    const char *label, *name, *text;
    wb_config_change change;
} changes[] = {
    {"nothing",                   "w2",        "",                                     WB_CONFIG_SAME  },
    {"a row",                     "skus.csv",  "sku,master\nA,M2\n",                   WB_CONFIG_TABLES},
    {"a table nobody names",      "rest.csv",  "a\n2\n",                               WB_CONFIG_TABLES},
    {"the same once more",        "skus.csv",  "sku,master\nA,M1\n",                   WB_CONFIG_SAME  },
    {"an included file",          "more.yaml", "deployment: there\n",                  WB_CONFIG_OTHER },
    {"a comment",                 "more.yaml", "deployment: ${file:name} #\n",         WB_CONFIG_OTHER },
    {"what a reference leads to", "name",      "there\n",                              WB_CONFIG_OTHER },
    {"authorities",               "ca",        "two\n",                                WB_CONFIG_OTHER },
    {"which file a table is",     "w.yaml",
     "include: more.yaml\n" ACCOUNT "tables: {skus: {file: skus.csv}}\nca_file: ca\n",
     WB_CONFIG_OTHER                                                                                   },
};

START_TEST(what_has_changed)
{
    WB_AUTO(wb_config_destroy) wb_config *now = NULL;
    WB_AUTO(wb_config_destroy) wb_config *fresh = NULL;
    wb_err err = {0};

    put_first();
    ck_assert_msg(!load(&now, NULL, &err), "%s", err.text);
    put_file(changes[_i].name, changes[_i].text);
    ck_assert_msg(!load(&fresh, NULL, &err), "%s", err.text);
    ck_assert_msg(wb_config_compare(now, fresh) == changes[_i].change, "%s", changes[_i].label);
}
END_TEST

START_TEST(both_change_at_once)
{
    WB_AUTO(wb_config_destroy) wb_config *now = NULL;
    WB_AUTO(wb_config_destroy) wb_config *fresh = NULL;
    wb_err err = {0};

    put_first();
    ck_assert_msg(!load(&now, NULL, &err), "%s", err.text);
    put_file("skus.csv", "sku,master\nA,M2\n");
    put_file("name", "there");
    ck_assert_msg(!load(&fresh, NULL, &err), "%s", err.text);
    ck_assert_int_eq(wb_config_compare(now, fresh), WB_CONFIG_OTHER);
}
END_TEST

START_TEST(new_tables_take_the_place_of_the_old_ones)
{
    WB_AUTO(wb_config_destroy) wb_config *now = NULL;
    WB_AUTO(wb_config_destroy) wb_config *fresh = NULL;
    int64_t rest_loaded, skus_loaded;
    wb_err err = {0};

    put_first();
    ck_assert_msg(!load(&now, NULL, &err), "%s", err.text);
    ck_assert_str_eq(master_of_a, "there"); /* a connector's check sees its tables */
    ck_assert_str_eq(master_in(now), "M1");
    skus_loaded = wb_tables_loaded_utc_us(wb_config_tables(now), 0);
    rest_loaded = wb_tables_loaded_utc_us(wb_config_tables(now), 1);
    put_file("skus.csv", "sku,master\nA,M2\n");
    ck_assert_msg(!load(&fresh, NULL, &err), "%s", err.text);
    wb_config_take_tables(now, fresh);
    ck_assert_str_eq(master_in(now), "M2");
    ck_assert_int_gt(wb_tables_loaded_utc_us(wb_config_tables(now), 0), skus_loaded);
    ck_assert_int_eq(wb_tables_loaded_utc_us(wb_config_tables(now), 1), rest_loaded);
    ck_assert(
        wb_view_is(wb_sheet_text(wb_tables_sheet(wb_config_tables(fresh), "skus"), 0, "master"),
                   "M1")); /* who is told can still compare */
    wb_config_destroy(&fresh);
    ck_assert_str_eq(master_in(now), "M2");
}
END_TEST

START_TEST(a_bad_new_table_leaves_the_old_one)
{
    WB_AUTO(wb_config_destroy) wb_config *now = NULL;
    WB_AUTO(wb_config_destroy) wb_config *fresh = NULL;
    wb_err err = {0};

    put_first();
    ck_assert_msg(!load(&now, NULL, &err), "%s", err.text);
    put_file("skus.csv", "sku,master\nA,M2\nA,M3\n");
    ck_assert_int_eq(load(&fresh, NULL, &err), WB_FATAL);
    ck_assert_msg(strstr(err.text, "skus.csv:3:1: sku 'A' is given twice"), "%s", err.text);
    ck_assert_ptr_null(fresh);
    ck_assert_str_eq(master_in(now), "M1");
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_a_table_holds,                                 WB_COUNT(goods)  },
        {what_is_wrong_with_a_table_is_told_where_it_stands, WB_COUNT(bads)   },
        {problems_of_one_table_end_after_twenty,             0                },
        {a_table_is_limited,                                 WB_COUNT(sizes)  },
        {what_has_changed,                                   WB_COUNT(changes)},
        {both_change_at_once,                                0                },
        {new_tables_take_the_place_of_the_old_ones,          0                },
        {a_bad_new_table_leaves_the_old_one,                 0                },
        {NULL,                                               0                }
    };

    return wb_suite_run_in("actors.runtime.config.tables", rows, make_folder, remove_folder);
}
