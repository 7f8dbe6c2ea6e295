/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes by kind: what comes from nowhere, and what nobody could take, is told before the start
 */
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

static const wb_stream shop_streams[] = {
    {.name = "orders",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
    {.name = "listings", .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_LISTING},
    {.name = NULL             },
};
static const wb_record_kind shop_takes[] = {WB_RECORD_SHIPMENT, WB_RECORD_LISTING, WB_RECORD_NONE};
static const wb_connector shop = {
    .name = "shop", .streams = shop_streams, .ops = ops, .takes = shop_takes};

/* Has orders to give, and knows nothing of what comes back. */
static const wb_stream deaf_streams[] = {
    {.name = "orders",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
    {.name = NULL},
};
static const wb_connector deaf = {.name = "deaf", .streams = deaf_streams};

static const wb_stream erp_streams[] = {
    {.name = "shipments",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_SHIPMENT},
    {.name = "stock", .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_INVENTORY},
    {.name = NULL                   },
};
static const wb_record_kind erp_takes[] = {WB_RECORD_ORDER, WB_RECORD_RETURN, WB_RECORD_NONE};
static const wb_connector erp = {
    .name = "erp", .streams = erp_streams, .ops = ops, .takes = erp_takes};

static const wb_stream box_streams[] = {
    {.name = "notices",                 .mode = WB_STREAM_QUEUE, .record_kind = WB_RECORD_PRODUCT},
    {.name = NULL},
};
static const wb_connector box = {.name = "box", .streams = box_streams};

static const wb_connector all = {.name = "all", .ops = ops}; /* takes what has a form */

static const wb_connector *const connectors[] = {&shop, &deaf, &erp, &box, &all, NULL};

#define ACCOUNTS                                                                                   \
    "accounts:\n"                                                                                  \
    "  s: {connector: shop}\n"                                                                     \
    "  d: {connector: deaf}\n"                                                                     \
    "  e: {connector: erp}\n"                                                                      \
    "  f: {connector: erp}\n"                                                                      \
    "  b: {connector: box}\n"                                                                      \
    "  w: {connector: all}\n"                                                                      \
    "tables:\n"                                                                                    \
    "  t: {file: skus.csv}\n"                                                                      \
    "  u: {file: skus.csv}\n"                                                                      \
    "routes:\n"
#define ORDERS "  - {from: s, to: e}\n" /* line 12 */

#define SIXTEEN "0123456789abcdef"

static const struct {
    const char *yaml;
    const char *word; /* of what is told; NULL = it is right */
} rows[] = {
    {ORDERS "  - {from: e, kind: shipment, to: origin}\n",                                       NULL                                           },
    {ORDERS "  - {from: e, kind: shipments, to: origin}\n",                                      NULL                                           },
    {ORDERS "  - {from: '*', kind: shipments, to: origin}\n",                                    NULL                                           },
    {ORDERS "  - {from: e, kind: shipments, to: s}\n",                                           NULL                                           },
    {ORDERS "  - {from: e, kind: shipments, to: w}\n",                                           NULL                                           },
    {ORDERS "  - {from: e, kind: inventory, to: s}\n",                                           NULL                                           },
    {ORDERS "  - {from: e, kind: inventory, to: w}\n",                                           NULL                                           },
    {"  - {from: '*', to: e}\n  - {from: s, kind: listings, to: w}\n",                           NULL                                           },
    {ORDERS "  - {from: e, kind: orders, to: w}\n",                                              "no orders come from 'e'"                      },
    {ORDERS "  - {from: s, kind: shipments, to: w}\n",                                           "no shipments come from 's'"                   },
    {ORDERS "  - {from: e, kind: shipments, to: f}\n",                                           "'f' cannot take shipments"                    },
    {ORDERS "  - {from: e, kind: inventory, to: f}\n",                                           "'f' cannot be told its stock"                 },
    {"  - {from: s, kind: listings, to: e}\n",                                                   "'e' cannot take listings"                     },
    {ORDERS "  - {from: e, kind: inventory, to: origin}\n",                                      "inventory do not"                             },
    {ORDERS "  - {from: f, kind: shipments, to: origin}\n",                                      "no orders go to 'f'"                          },
    {"  - {from: e, kind: shipments, to: origin}\n",                                             "no orders go to 'e'"                          },
    {"  - {from: d, to: e}\n  - {from: e, kind: shipments, to: origin}\n",
     "orders of 'd' go to 'e', and shipments come back: deaf cannot take them"                                                                  },
    {"  - {from: '*', to: e}\n  - {from: e, kind: shipments, to: origin}\n",
     "orders of 'd' go to 'e'"                                                                                                                  },
    {"  - {from: d, to: e}\n  - {from: '*', kind: shipments, to: origin}\n",
     "orders of 'd' go to 'e'"                                                                                                                  },
    {ORDERS "  - {from: e, kind: inventory, to: s, skus: t}\n",                                  NULL                                           },
    {"  - {from: s, to: e, skus: t}\n",                                                          NULL                                           },
    {ORDERS "  - {from: e, kind: inventory, to: s, share: 50, reserve: 1, cap: 9, every: 1m,"
            "     warehouses: [{id: W1, share: 50, reserve: 2}, {id: W2}]}\n",              NULL                                           },
    {ORDERS "  - {from: e, kind: inventory, to: s, warehouses: [{id: W1}, {id: W1}]}\n",
     "warehouses: 'W1' is given twice"                                                                                                          },
    {ORDERS "  - {from: e, kind: inventory, to: s, warehouses: [{share: 1}]}\n",                 "id: is missing"                               },
    {"  - {from: s, to: e, share: 50}\n",                                                        "are of stock that goes into listings"         },
    {"  - {from: s, to: e, warehouses: [{id: W1}]}\n",                                           "are of stock that goes into listings"         },
    {ORDERS "  - {from: e, kind: inventory, to: s, share: 50}\n"
            "  - {from: '*', kind: inventory, to: s}\n",                                    "counts the same stock by other"               },
    {ORDERS "  - {from: e, kind: inventory, to: s, warehouses: [{id: W1}]}\n"
            "  - {from: '*', kind: inventory, to: s, warehouses: [{id: W1, share: 1}]}\n",  "counts the same stock by other"               },
    {ORDERS "  - {from: e, kind: inventory, to: s, warehouses: [{id: W1}]}\n"
            "  - {from: '*', kind: inventory, to: s, warehouses: [{id: W1}]}\n",            NULL                                           },
    {ORDERS "  - {from: e, kind: shipments, to: s, skus: t}\n",                                  "skus: only orders"                            },
    {ORDERS "  - {from: e, kind: inventory, to: s, skus: t}\n"
            "  - {from: '*', kind: inventory, to: s, skus: u}\n",                           "names another table"                          },
    {ORDERS "  - {from: '*', kind: inventory, to: s}\n"
            "  - {from: f, kind: inventory, to: s, skus: t}\n",                             "names another table"                          },
    {ORDERS "  - {from: e, kind: inventory, to: s, skus: t}\n"
            "  - {from: f, kind: inventory, to: s, skus: u}\n",                             NULL                                           },
    {"  - {from: d, to: f}\n  - {from: s, to: e}\n  - {from: e, kind: shipments, to: origin}\n",
     NULL                                                                                                                                       },
    {"  - {from: b, kind: notice, to: w}\n",                                                     NULL                                           },
    {"  - {from: b, kind: notices, type: OFFERS, to: w}\n"
     "  - {from: b, kind: notices, type: STOCK, to: w}\n"
     "  - {from: '*', kind: notice, to: w}\n",                                              NULL                                           },
    {"  - {from: s, kind: notice, to: w}\n",                                                     "no notices come from 's': shop has no queue"  },
    {"  - {from: e, kind: notice, to: w}\n",                                                     "no notices come from 'e': erp has no queue"   },
    {"  - {from: b, kind: notice, to: e}\n",                                                     "'e' cannot take notices"                      },
    {"  - {from: b, kind: notice, to: origin}\n",                                                "only what belongs to an order has an origin"  },
    {"  - {from: b, kind: notice, type: OFFERS, to: w}\n"
     "  - {from: b, kind: notices, type: OFFERS, to: w}\n",                                 "the same route"                               },
    {"  - {from: s, type: OFFERS, to: e}\n",                                                     "only notices have a type, and orders are none"},
    {"  - {from: b, kind: notice, type: '" SIXTEEN SIXTEEN SIXTEEN SIXTEEN "', to: w}\n",        NULL                                           },
    {"  - {from: b, kind: notice, type: '" SIXTEEN SIXTEEN SIXTEEN SIXTEEN "x', to: w}\n",
     "64 bytes at most"                                                                                                                         },
    {"  - {from: s, kind: invoices, to: w}\n",                                                   "no invoices come from 's'"                    },
    {"  - {from: s, kind: invoices, to: w}\n  - {from: '*', kind: invoices, to: e}\n"
     "invoices:\n  - {account: s, since: 2026-01-01}\n",                                    "'e' cannot take invoices"                     },
    {"  - {from: s, kind: invoices, to: w}\n"
     "invoices:\n  - {account: s, since: 2026-01-01}\n",                                    NULL                                           },
    {"  []\ninvoices:\n  - {account: x, since: 2026-01-01}\n",                                   "there is no account 'x'"                      },
    {"  []\ninvoices:\n  - {account: b, since: 2026-01-01}\n",                                   "no orders come from 'b'"                      },
    {"  []\ninvoices:\n  - {account: s, since: 2026-13-01}\n",                                   "'2026-13-01' is no date"                      },
    {"  []\ninvoices:\n  - {account: s, since: 2026-01-01x}\n",                                  "is no date"                                   },
    {"  []\ninvoices:\n  - {account: s}\n",                                                      "since: is missing"                            },
    {"  []\ninvoices:\n  - {account: s, since: 2026-01-01, prefix: A}\n"
     "  - {account: s, since: 2026-01-01, prefix: B}\n",                                    "'s' is named twice"                           },
    {"  []\ninvoices:\n  - {account: s, since: 2026-01-01}\n"
     "  - {account: d, since: 2026-01-01}\n",                                               "the same prefix"                              },
    {"  []\nstages: {mapper: 2}\ninvoices:\n  - {account: s, since: 2026-01-01}\n",
     "given by one mapper"                                                                                                                      },
    {"  []\ninvoices:\n  - {account: s, since: 2026-01-01, prefix: '" SIXTEEN SIXTEEN SIXTEEN
         SIXTEEN "x'}\n",
     "64 bytes at most"                                                                                                                         },
    {"  - {from: '*', kind: metric, to: w}\n",                                                   "no account gives metrics"                     },
};

static char folder[64];

static void
make_folder(void)
{
    WB_AUTO(wb_buf_fini) wb_buf path = {0};
    FILE *file;

    (void)snprintf(folder, sizeof folder, "/tmp/wb-routes-XXXXXX");
    ck_assert(folder_make(folder) != NULL);
    wb_buf_init(&path, 1024);
    wb_buf_addf(&path, "%s/skus.csv", folder);
    file = fopen(wb_buf_text(&path), "w");
    ck_assert(file && fputs("sku,master\nA,M\n", file) >= 0 && !fclose(file));
}

static void
remove_folder(void)
{
    folder_remove(folder);
}

START_TEST(looked_at)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    WB_AUTO(wb_buf_fini) wb_buf yaml = {0};
    const char *word = rows[_i].word;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&yaml, 10000);
    wb_buf_add_text(&yaml, ACCOUNTS);
    wb_buf_add_text(&yaml, rows[_i].yaml);
    rc = wb_config_parse(&config, wb_buf_view(&yaml), folder, connectors, &problems, &err);
    if (!word) {
        ck_assert_msg(rc == WB_OK, "%s-> %s", rows[_i].yaml, err.text);
        return;
    }
    ck_assert_msg(rc == WB_FATAL, "%s", rows[_i].yaml);
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_msg(strstr(problems.rows[0].text, word) != NULL, "%s-> %s", rows[_i].yaml,
                  problems.rows[0].text);
    ck_assert_int_ge(problems.rows[0].line, 12);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {looked_at, WB_COUNT(rows)},
        {NULL,      0             },
    };

    return wb_suite_run_in("runtime.config.routes", tests, make_folder, remove_folder);
}
