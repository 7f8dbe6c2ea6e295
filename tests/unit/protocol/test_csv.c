/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/csv.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static const struct {
    const char *text;
    char separator;
    const char *records; /* line[cell|cell] */
} goods[] = {
    {"",                          ',',  ""                            },
    {"\n\r\n\n",                  ',',  ""                            },
    {"a,b\n1,2\n",                ',',  "1[a|b]2[1|2]"                },
    {"a,b\r\n1,2",                ',',  "1[a|b]2[1|2]"                },
    {"\xef\xbb\xbf"
     "a\n1\n",               ',',  "1[a]2[1]"                    },
    {"a,b\n\n1,2\n",              ',',  "1[a|b]3[1|2]"                },
    {",\n",                       ',',  "1[|]"                        },
    {"a,\n",                      ',',  "1[a|]"                       },
    {"\"\"\n",                    ',',  "1[]"                         },
    {" a , b\n",                  ',',  "1[ a | b]"                   },
    {"\"a,b\",\"c\nd\"\n1,2\n",   ',',  "1[a,b|c\nd]3[1|2]"           },
    {"\"say \"\"hi\"\"\"\n",      ',',  "1[say \"hi\"]"               },
    {"a;b,c\n",                   ';',  "1[a|b,c]"                    },
    {"a\tb c\n",                  '\t', "1[a|b c]"                    },
    {"\xe5\xba\x97,\xe8\xb4\xa7", ',',  "1[\xe5\xba\x97|\xe8\xb4\xa7]"},
    {"\"a\"",                     ',',  "1[a]"                        },
    {"\"a\r\nb\"\r\nc",           ',',  "1[a\r\nb]3[c]"               },
};

START_TEST(records_cells_and_their_lines)
{
    wb_csv csv;
    WB_AUTO(wb_buf_fini) wb_buf said = {0};
    bool found = true;
    wb_err err = {0};

    wb_buf_init(&said, 1024);
    wb_csv_init(&csv, wb_view_of(goods[_i].text), goods[_i].separator);
    while (found) {
        ck_assert_msg(!wb_csv_next(&csv, &found, &err), "%d: %s", _i, err.text);
        for (size_t i = 0; found && i < csv.count; i++) {
            if (!i)
                wb_buf_addf(&said, "%d[", csv.line);
            wb_buf_addf(&said, "%.*s%s", WB_VIEW_ARG(csv.cells[i].text),
                        i + 1 < csv.count ? "|" : "]");
        }
    }
    ck_assert_str_eq(wb_buf_text(&said), goods[_i].records);
    wb_csv_fini(&csv);
}
END_TEST

#define BYTES(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    wb_view text;
    int line, column;
    const char *word;
} bads[] = {
    {BYTES("a\n\"b\nc"),             2, 1, "never closed"           },
    {BYTES("a,b\nc,\"d\"e\n"),       2, 6, "behind a cell's closing"},
    {BYTES("a,b\nc,d\"e\n"),         2, 4, "does not begin with one"},
    {BYTES("a\rb\n"),                1, 2, "carriage return"        },
    {BYTES("a,\0b\n"),               1, 3, "NUL"                    },
    {BYTES("a,\"\0b\"\n"),           1, 4, "NUL"                    },
    {BYTES("\xe5\xba\x97,\xb5\xea"), 1, 3, "not UTF-8"              },
    {BYTES("a,\"\xe5\"\n"),          1, 3, "not UTF-8"              },
};

START_TEST(what_is_wrong_is_told_where_it_stands)
{
    wb_csv csv;
    bool found = true;
    wb_err err = {0};
    wb_rc rc = WB_OK;

    wb_csv_init(&csv, bads[_i].text, ',');
    while (!rc && found)
        rc = wb_csv_next(&csv, &found, &err);
    ck_assert_int_eq(rc, WB_REJECT);
    ck_assert_msg(strstr(err.text, bads[_i].word) && csv.at_line == bads[_i].line &&
                      csv.at_column == bads[_i].column,
                  "%d: %d:%d: %s", _i, csv.at_line, csv.at_column, err.text);
    wb_csv_fini(&csv);
}
END_TEST

static const struct {
    size_t cells, bytes;
    const char *word; /* NULL = it is taken */
} sizes[] = {
    {WB_CSV_CELLS_MAX,     0,                     NULL           },
    {WB_CSV_CELLS_MAX + 1, 0,                     "256 cells"    },
    {1,                    WB_CSV_RECORD_MAX,     NULL           },
    {1,                    WB_CSV_RECORD_MAX + 1, "1048576 bytes"},
};

START_TEST(a_record_is_limited)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_csv csv;
    bool found = false;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&text, 2 * WB_CSV_RECORD_MAX);
    for (size_t i = 1; i < sizes[_i].cells; i++)
        wb_buf_add_char(&text, ',');
    for (size_t i = 0; i < sizes[_i].bytes; i++)
        wb_buf_add_char(&text, 'x');
    wb_csv_init(&csv, wb_buf_view(&text), ',');
    rc = wb_csv_next(&csv, &found, &err);
    ck_assert_int_eq(rc, sizes[_i].word ? WB_REJECT : WB_OK);
    ck_assert_msg(!sizes[_i].word || strstr(err.text, sizes[_i].word), "%s", err.text);
    ck_assert(rc || csv.count == sizes[_i].cells);
    wb_csv_fini(&csv);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {records_cells_and_their_lines,         WB_COUNT(goods)},
        {what_is_wrong_is_told_where_it_stands, WB_COUNT(bads) },
        {a_record_is_limited,                   WB_COUNT(sizes)},
        {NULL,                                  0              }
    };

    return wb_suite_run("protocol.csv", rows);
}
