/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of SKUs: what is wrong with a row of one that a route names is told by file and line
 */
#include "actors/runtime/config/skus.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/config.h"
#include "protocol/base/own.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

static const wb_op ops[] = {
    {.name = "push", .verb = WB_VERB_PUSH},
    {.name = NULL             },
};
static const wb_stream streams[] = {
    {.name = "orders",                  .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
    {.name = "listings",   .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_LISTING},
    {.name = "stock",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_INVENTORY},
    {.name = NULL},
};

static int64_t
pack_of(const void *options, wb_view sku)
{
    (void)options;
    return !sku.len || wb_view_is(sku, "SIX") ? 6 : 1;
}

static const wb_connector all = {.name = "all", .streams = streams, .ops = ops, .pack = pack_of};
static const wb_connector *const connectors[] = {&all, NULL};

#define NAMED                                                                                      \
    "accounts: {shop: {connector: all}, mall: {connector: all}, erp: {connector: all}}\n"          \
    "tables: {t: {file: skus.csv}}\n"                                                              \
    "routes:\n"                                                                                    \
    "  - {from: shop, kind: order, to: erp, skus: t}\n"                                            \
    "  - {from: erp, kind: inventory, to: shop, skus: t}\n"

static const struct {
    const char *text;
    int line;
    const char *word; /* NULL = it is right */
} rows[] = {
    {"sku,master\nA,M\nB,M\n",                                              0, NULL                                                       },
    {"sku,master\nA,M\nA,N\n",                                              0, NULL                                                       },
    {"sku,master,account\nA,M,\nA,M,shop\nA,M,mall\n",                      0, NULL                                                       },
    {"sku,master,quantity\nA,M,6\nA*,M,\n*,*,1\n",                          0, NULL                                                       },
    {"sku,master,quantity\nA,M,1000000\n",                                  0, NULL                                                       },
    {"sku,master\n2*A,M*2\n",                                               0, NULL                                                       },
    {"sku,master\nA*,N*\nA*,M\n",                                           0, NULL                                                       },
    {"sku,master\nA,M\nB,M\nA,M\n",                                         4, "sku 'A' with this master is given twice (first in line 2)"},
    {"sku,master\nA*,M\nA*,M\n",                                            3, "sku 'A*' with this master is given twice"                 },
    {"sku,master,quantity\nA,M,1\nA,M,2\n",                                 3, "given twice"                                              },
    {"sku,master,account\nA,M,shop\nA,M,\nA,M,shop\n",                      4, "(first in line 2)"                                        },
    {"sku,master\n,M\n",                                                    2, "sku is empty"                                             },
    {"sku,master\nA,\n",                                                    2, "master is empty"                                          },
    {"sku,master\nA,M*\n",                                                  2, "there is nothing to copy"                                 },
    {"sku,master\nA**,M\n",                                                 2, "sku 'A**': one star"                                      },
    {"sku,master\nA*,M**\n",                                                2, "master 'M**': one star"                                   },
    {"sku,master,quantity\nA,M,0\n",                                        2, "quantity '0' is no whole number"                          },
    {"sku,master,quantity\nA,M,-1\n",                                       2, "quantity '-1'"                                            },
    {"sku,master,quantity\nA,M,1.5\n",                                      2, "quantity '1.5'"                                           },
    {"sku,master,quantity\nA,M,1000001\n",                                  2, "from 1 to 1000000"                                        },
    {"sku,master,account\nA,M,shop\nB,M,shpo\n",                            3, "account: there is no account 'shpo'"                      },
    {"sku,master,quantity\nA,M,6\nSIX,M,6\n",                               3,
     "account 'shop' counts sku 'SIX' in pieces already, 6 in"                                                                            },
    {"sku,master,quantity\nSIX,M,1\nSIX,N,12\n",                            3, "quantity 12: account 'shop'"                              },
    {"sku,master,quantity,account\nSIX,M,6,shop\n",                         2, "the row says what one piece is"                           },
    {"sku,master,quantity\nSIX,M,4\nSIX,N,1\n",                             0, NULL                                                       },
    {"sku,master,quantity\nSIX*,M,6\n",                                     0, NULL                                                       },
    {"sku,master,quantity,account\nSIX,M,6,mall\nSIX,M,6,\nSIX,M,1,shop\n", 0, NULL                                                       },
};

static char folder[64];

static void
make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/wb-skus-XXXXXX");
    ck_assert(folder_make(folder) != NULL);
}

static void
remove_folder(void)
{
    folder_remove(folder);
}

static void
put(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
}

static void
put_table(const char *text)
{
    put("skus.csv", text);
}

START_TEST(looked_at)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};
    wb_rc rc;

    put_table(rows[_i].text);
    rc = wb_config_parse(&config, wb_view_of(NAMED), folder, connectors, &problems, &err);
    if (!rows[_i].word) {
        ck_assert_msg(rc == WB_OK, "%s-> %s", rows[_i].text, err.text);
        return;
    }
    ck_assert_msg(rc == WB_FATAL, "%s", rows[_i].text);
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_msg(strstr(problems.rows[0].text, rows[_i].word) != NULL, "%s-> %s", rows[_i].text,
                  problems.rows[0].text);
    ck_assert_msg(strstr(problems.rows[0].file, "skus.csv") != NULL, "%s", problems.rows[0].file);
    ck_assert_int_eq(problems.rows[0].line, rows[_i].line);
}
END_TEST

/* A table that no route names is somebody else's: its columns mean what they mean there. */
START_TEST(a_table_for_another_purpose_is_not_looked_at)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    wb_err err = {0};

    put_table("sku,master\nA,M\nA,M\n,\n");
    ck_assert_msg(!wb_config_parse(&config,
                                   WB_VIEW_LIT("accounts: {shop: {connector: all}}\n"
                                               "tables: {t: {file: skus.csv}}\n"),
                                   folder, connectors, NULL, &err),
                  "%s", err.text);
}
END_TEST

/* `extra` parts more than a bundle may have. */
static size_t
problems_of_bundle(int extra)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 65536);
    wb_buf_add_text(&text, "sku,master\nB,M\n");
    for (int i = 0; i < WB_SKUS_PARTS_MAX + extra; i++)
        wb_buf_addf(&text, "A,M%d\n", i);
    put_table(wb_buf_text(&text));
    if (!wb_config_parse(&config, wb_view_of(NAMED), folder, connectors, &problems, &err))
        return 0;
    ck_assert_msg(strstr(problems.rows[0].text, "more than 256 parts"), "%s",
                  problems.rows[0].text);
    ck_assert_int_eq(problems.rows[0].line, 3);
    return problems.count;
}

START_TEST(a_bundle_is_limited)
{
    ck_assert_uint_eq(problems_of_bundle(0), 0);
    ck_assert_uint_eq(problems_of_bundle(1), 1);
}
END_TEST

/* Whose goods go by it: orders that leave by it, stock that is told by it; nobody else's. */
START_TEST(who_counts_in_packs)
{
    static const char *const routes[] = {
        "{from: shop, kind: order, to: erp, skus: t}",
        "{from: '*', kind: order, to: erp, skus: t}",
        "{from: erp, kind: inventory, to: shop, skus: t}",
        "{from: shop, kind: order, to: erp, skus: o}, {from: mall, kind: order, to: erp, skus: t}",
    };

    for (size_t i = 0; i < WB_COUNT(routes); i++) {
        WB_AUTO(wb_config_destroy) wb_config *config = NULL;
        char text[500];
        wb_err err = {0};

        put_table("sku,master,quantity,account\nSIX,M,6,shop\n");
        (void)snprintf(
            text, sizeof text,
            "accounts: {shop: {connector: all}, mall: {connector: all}, erp: {connector: "
            "all}}\ntables: {t: {file: skus.csv}, o: {file: other.csv}}\n"
            "routes: [%s]\n",
            routes[i]);
        put("other.csv", "sku,master\nA,M\n");
        ck_assert_msg((wb_config_parse(&config, wb_view_of(text), folder, connectors, NULL, &err) ==
                       WB_OK) == (i == 3),
                      "%s: %s", routes[i], err.text);
    }
}
END_TEST

START_TEST(problems_of_one_table_end_after_twenty)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 65536);
    wb_buf_add_text(&text, "sku,master\n");
    for (int i = 0; i < 100; i++)
        wb_buf_add_text(&text, "A,\n");
    put_table(wb_buf_text(&text));
    ck_assert_int_eq(
        wb_config_parse(&config, wb_view_of(NAMED), folder, connectors, &problems, &err), WB_FATAL);
    ck_assert_uint_eq(problems.count, 20);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {looked_at,                                    WB_COUNT(rows)},
        {a_table_for_another_purpose_is_not_looked_at, 0             },
        {a_bundle_is_limited,                          0             },
        {who_counts_in_packs,                          0             },
        {problems_of_one_table_end_after_twenty,       0             },
        {NULL,                                         0             },
    };

    return wb_suite_run_in("runtime.config.skus", tests, make_folder, remove_folder);
}
