/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four lists: what is asked, what an element is known by, and what becomes of one that nobody
 * can use.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/connectors/sample/sample_kit.h"

#define AT "2026-01-01T00:00:00Z"
#define AT_US INT64_C(1767225600000000)

static const struct {
    const char *op, *path, *member;
    wb_kind kind;
    wb_record_kind record_kind;
    const char *element, *external;
} lists[] = {
    {"orders.list",    "/orders",    "orders",    WB_KIND_NOTICE, WB_RECORD_ORDER,
     "{\"id\":\"o/1\",\"updated\":\"" AT "\"}",                                        "o/1"      },
    {"listings.list",  "/listings",  "listings",  WB_KIND_RAW,    WB_RECORD_LISTING,
     "{\"id\":\"l1\",\"sku\":\"S\",\"quantity\":null,\"updated\":\"" AT "\"}",         "l1"       },
    {"shipments.list", "/shipments", "shipments", WB_KIND_RAW,    WB_RECORD_SHIPMENT,
     "{\"id\":\"s1\",\"account\":\"shop1\",\"order\":\"o/1\",\"updated\":\"" AT "\"}", "s1"       },
    {"stock.list",     "/stock",     "stock",     WB_KIND_RAW,    WB_RECORD_INVENTORY,
     "{\"warehouse\":\"W/1\",\"sku\":\"S/2\",\"quantity\":3,\"updated\":\"" AT "\"}",  "W%2F1/S/2"},
};

START_TEST(a_page_is_asked_for_and_read)
{
    char body[400];
    const wb_item *item;
    kit self;

    sample_start(&self, lists[_i].op);
    self.call.from_utc_us = AT_US;
    self.call.to_utc_us = AT_US + INT64_C(86400000000);
    self.call.cursor = WB_VIEW_LIT("p&2");
    ck_assert(kit_build(&self) == WB_OK);
    snprintf(body, sizeof body,
             SAMPLE_URL "%s?from=2026-01-01T00:00:00.000000Z&to=2026-01-02T00:00:00.000000Z"
                        "&limit=100&page=p%%262",
             lists[_i].path);
    ck_assert_str_eq(wb_buf_text(&self.request.url), body);
    snprintf(body, sizeof body, "{\"%s\":[%s],\"next\":\"x\"}", lists[_i].member,
             lists[_i].element);
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert_uint_eq(self.out.item_count, 1);
    item = &self.out.items[0];
    ck_assert(item->kind == lists[_i].kind && item->record_kind == lists[_i].record_kind);
    ck_assert(item->outcome == WB_OUTCOME_NONE);
    ck_assert(wb_view_is(item->external, lists[_i].external));
    ck_assert(wb_view_is(item->body, lists[_i].element));
    ck_assert_int_eq(item->source_utc_us, AT_US);
    ck_assert(wb_view_is(self.out.cursor, "x"));
    kit_fini(&self);
}
END_TEST

START_TEST(the_last_page_has_no_next)
{
    char body[100];
    kit self;

    sample_start(&self, lists[_i].op);
    snprintf(body, sizeof body, "{\"%s\":[],\"next\":null}", lists[_i].member);
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert(!self.out.cursor.len && self.out.item_count == 0);
    snprintf(body, sizeof body, "{\"%s\":[],\"next\":7}", lists[_i].member);
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_RETRY);
    ck_assert(kit_read_text(&self, 200, NULL, "{\"next\":null}") == WB_RETRY);
    ck_assert(kit_read_text(&self, 403, NULL, "") == WB_SUSPEND);
    kit_fini(&self);
}
END_TEST

/* Set aside with its own bytes, by a reason; the element behind it goes on. */
static const struct {
    size_t list;
    const char *element, *reason;
} unusable[] = {
    {0, "{}",                                                               "order"           },
    {0, "{\"id\":\"1\xe7\"}",                                               "order"           },
    {0, "{\"id\":\"1\",\"id\":\"2\"}",                                      "order"           },
    {0, "7",                                                                "order"           },
    {1, "{\"id\":\"\",\"sku\":\"S\"}",                                      "listing"         },
    {1, "{\"id\":5}",                                                       "listing"         },
    {2, "{\"account\":\"shop1\",\"order\":\"1\"}",                          "usable id"       },
    {2, "{\"id\":\"s\",\"account\":\"shop1\",\"order\":7}",                 "cannot be read"  },
    {2, "{\"id\":\"s\",\"account\":\"\xe7\",\"order\":\"1\"}",              "cannot be read"  },
    {2, "{\"id\":\"s\",\"account\":\"a\",\"order\":\"1\",\"order\":\"2\"}", "cannot be read"  },
    {3, "{\"warehouse\":\"W\"}",                                            "warehouse or SKU"},
    {3, "{\"sku\":\"S\"}",                                                  "warehouse or SKU"},
    {3, "{\"sku\":\"S\",\"warehouse\":[]}",                                 "warehouse or SKU"},
};

START_TEST(what_nobody_can_use_is_set_aside_alone)
{
    size_t list = unusable[_i].list;
    char body[600];
    kit self;

    sample_start(&self, lists[list].op);
    snprintf(body, sizeof body, "{\"%s\":[%s,%s],\"next\":null}", lists[list].member,
             unusable[_i].element, lists[list].element);
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    ck_assert_uint_eq(self.out.item_count, 2);
    ck_assert(self.out.items[0].outcome == WB_OUTCOME_PARKED);
    ck_assert_ptr_nonnull(strstr(self.out.items[0].reason, unusable[_i].reason));
    ck_assert(wb_view_is(self.out.items[0].body, unusable[_i].element));
    ck_assert(self.out.items[1].outcome == WB_OUTCOME_NONE);
    ck_assert(wb_view_is(self.out.items[1].external, lists[list].external));
    kit_fini(&self);
}
END_TEST

/* The account is the one that we named to the ERP; whoever names no order names no root, and never
 * one of the ERP's own account. */
static const struct {
    const char *members, *account, *order;
} roots[] = {
    {"\"account\":\"shop1\",\"order\":\"o/1\"", "shop1", "o/1"},
    {"\"account\":\"shop1\"",                   "",      ""   },
    {"\"order\":\"o/1\"",                       "",      ""   },
    {"\"account\":null,\"order\":\"o/1\"",      "",      ""   },
    {"\"account\":\"shop1\",\"order\":\"\"",    "",      ""   },
};

START_TEST(a_shipment_belongs_to_the_order_that_it_names)
{
    char body[200];
    const wb_item *item;
    kit self;

    sample_start(&self, "shipments.list");
    snprintf(body, sizeof body, "{\"shipments\":[{\"id\":\"s\",%s}]}", roots[_i].members);
    ck_assert(kit_read_text(&self, 200, NULL, body) == WB_OK);
    item = &self.out.items[0];
    ck_assert(item->outcome == WB_OUTCOME_NONE);
    ck_assert(wb_view_is(item->root.account, roots[_i].account));
    ck_assert(wb_view_is(item->root.external, roots[_i].order));
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_page_is_asked_for_and_read,                  WB_COUNT(lists)   },
        {the_last_page_has_no_next,                     WB_COUNT(lists)   },
        {what_nobody_can_use_is_set_aside_alone,        WB_COUNT(unusable)},
        {a_shipment_belongs_to_the_order_that_it_names, WB_COUNT(roots)   },
        {NULL,                                          0                 }
    };

    return wb_suite_run("actors.connectors.sample.lists", rows);
}
