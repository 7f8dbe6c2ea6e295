/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "actors/runtime/config/config.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

/* Two shops and what they lead to. LAND is what other programs are told by as well. */
typedef struct {
    char *id, *secret, *land;
} shop_options;

static const wb_option shop_rows[] = {
    WB_TEXT(shop_options, id, NULL, "who"),
    WB_SECRET(shop_options, secret, "", "its secret"),
    WB_TEXT(shop_options, land, "", "where"),
    WB_END,
};
static const wb_stream orders[] = {
    {.name = "orders",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
    {0},
};
static const wb_stream stock[] = {
    {.name = "stock",                     .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_INVENTORY},
    {0},
};
static const wb_variable shop_variables[] = {
    {"id",     {"WB_T_SHOP_ID", "WB_T_ID"}, true, false, "who"},
    {"secret",    {"WB_T_SHOP_SECRET", NULL}, true, false, "its secret"},
    {"land",   {"WB_T_LAND", NULL}, false, true, "where"},
    {0},
};
static const wb_environment shop_env = {"shop", WB_RECORD_NONE, shop_variables};
static const wb_variable depot_variables[] = {
    {"id",   {"WB_T_DEPOT_ID", NULL}, true, false, "who"},
    {"secret",  {"WB_T_DEPOT_SECRET", NULL}, true, false, "its secret"},
    {0},
};
static const wb_environment depot_env = {"depot", WB_RECORD_NONE, depot_variables};
static const wb_variable erp_variables[] = {
    {"id",   {"WB_T_ERP_ID", NULL}, true, false, "who"},
    {"secret",  {"WB_T_ERP_SECRET", NULL}, false, false, "its secret"},
    {0},
};
static const wb_environment erp_env = {"erp", WB_RECORD_ORDER, erp_variables};

static const wb_op put[] = {
    {.name = "put", .verb = WB_VERB_PUSH},
    {0            }
};

#define CONNECTOR(...)                                                                             \
    {                                                                                              \
        .summary = "made up", .options = shop_rows, .options_size = sizeof(shop_options),          \
        __VA_ARGS__                                                                                \
    }
static const wb_connector shop = CONNECTOR(.name = "shop", .streams = orders, .env = &shop_env);
static const wb_connector depot = CONNECTOR(.name = "depot", .streams = stock, .env = &depot_env);
static const wb_connector quiet = CONNECTOR(.name = "quiet", .streams = orders);
static const wb_connector erp = CONNECTOR(.name = "erp", .env = &erp_env, .ops = put);
static const wb_connector *const connectors[] = {&shop, &depot, &quiet, &erp, NULL};

#define SHOP "WB_T_SHOP_ID=i,WB_T_SHOP_SECRET=s,"
#define DEPOT "WB_T_DEPOT_ID=i,WB_T_DEPOT_SECRET=s,"

/* What is set, and what comes of it: a configuration, or the word of an error. */
static const struct {
    const char *set, *made, *missing;
} rows[] = {
    {SHOP,
     "accounts:\n  shop:\n    connector: shop\n    options:\n      id: ${env:WB_T_SHOP_ID}\n"
     "      secret: ${env:WB_T_SHOP_SECRET}\n",                                                              NULL                                                                           },
    {"WB_T_ID=i,WB_T_SHOP_ID=,WB_T_SHOP_SECRET=s,WB_T_LAND=x,WB_T_ERP_ID=e,",
     "accounts:\n  shop:\n    connector: shop\n    options:\n      id: ${env:WB_T_ID}\n"
     "      secret: ${env:WB_T_SHOP_SECRET}\n      land: ${env:WB_T_LAND}\n"
     "  erp:\n    connector: erp\n    options:\n      id: ${env:WB_T_ERP_ID}\n"
     "routes:\n  - from: shop\n    kind: order\n    to: erp\n",                                              NULL                                                                           },
    {DEPOT "WB_T_ERP_ID=e,",                                                  /* it has no orders to be routed */
     "accounts:\n  depot:\n    connector: depot\n    options:\n      id: ${env:WB_T_DEPOT_ID}\n"
     "      secret: ${env:WB_T_DEPOT_SECRET}\n"
     "  erp:\n    connector: erp\n    options:\n      id: ${env:WB_T_ERP_ID}\n", NULL                                                                           },
    {SHOP "WB_T_DEPOT_ID=i,",                                                 NULL,                          "WB_T_DEPOT_SECRET"                                                            },
    {SHOP "WB_T_ERP_SECRET=s,",                                               NULL,                          "WB_T_ERP_ID"                                                                  },
    {"WB_T_ID=i,",                                                            NULL,                          "WB_T_SHOP_SECRET"                                                             },
 /* nothing to read from: whatever could be */
    {"",                                                                      NULL,                          "WB_T_SHOP_ID (or WB_T_ID), WB_T_SHOP_SECRET, WB_T_DEPOT_ID, WB_T_DEPOT_SECRET"},
    {"WB_T_LAND=x,",                                                          NULL,
     "WB_T_SHOP_ID (or WB_T_ID), WB_T_SHOP_SECRET, WB_T_DEPOT_ID, WB_T_DEPOT_SECRET"                                                                                                        },
    {"WB_T_ERP_ID=e,",                                                        NULL,
     "WB_T_SHOP_ID (or WB_T_ID), WB_T_SHOP_SECRET, WB_T_DEPOT_ID, WB_T_DEPOT_SECRET"                                                                                                        },
};

/* "NAME=value," of `set` into the environment; without `set` all that are ours leave it. */
static void
set_variables(const char *set)
{
    static const char *const ours[] = {"WB_T_SHOP_ID", "WB_T_ID",        "WB_T_SHOP_SECRET",
                                       "WB_T_LAND",    "WB_T_DEPOT_ID",  "WB_T_DEPOT_SECRET",
                                       "WB_T_ERP_ID",  "WB_T_ERP_SECRET"};

    for (size_t i = 0; i < WB_COUNT(ours); i++)
        (void)unsetenv(ours[i]);
    while (set && *set) {
        const char *equals = strchr(set, '='), *end = strchr(set, ',');
        WB_AUTO(wb_free) char *name = wb_text_dup_len(set, (size_t)(equals - set));
        WB_AUTO(wb_free) char *value = wb_text_dup_len(equals + 1, (size_t)(end - equals - 1));

        (void)setenv(name, value, 1);
        set = end + 1;
    }
}

START_TEST(test_made)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&out, 8192);
    set_variables(rows[_i].set);
    rc = wb_config_from_env(&out, connectors, NULL, &err);
    if (rows[_i].missing) {
        ck_assert_int_eq(WB_FATAL, rc);
        ck_assert_msg(strncmp(err.text, "environment variables not set: ", 31) == 0, "%s",
                      err.text);
        ck_assert_str_eq(err.text + 31, rows[_i].missing);
        return;
    }
    ck_assert_msg(!rc, "%s", err.text);
    ck_assert_str_eq(strchr(wb_buf_text(&out), '\n') + 1, rows[_i].made);
    rc = wb_config_parse(&config, wb_buf_view(&out), "/tmp", connectors, NULL, &err);
    ck_assert_msg(!rc, "%s", err.text);
    set_variables(NULL);
}
END_TEST

START_TEST(test_a_file_that_cannot_be_read_is_told)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};

    wb_buf_init(&out, 8192);
    ck_assert_int_eq(WB_FATAL, wb_config_from_env(&out, connectors, "/nowhere/.env", &err));
    ck_assert_msg(strstr(err.text, "/nowhere/.env") != NULL, "%s", err.text);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_made,                               WB_COUNT(rows)},
        {test_a_file_that_cannot_be_read_is_told, 0             },
        {NULL,                                    0             },
    };

    return wb_suite_run("actors.runtime.config.environment", suite);
}
