/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/connectors/sample/sample_kit.h"

/* A number that cannot be read is not 0: that would take the goods from sale. */
static const struct {
    const char *body, *external_id, *warehouse, *sku;
    wb_count available;
    const char *left_out;
} told[] = {
    {"{\"warehouse\":\"W\",\"sku\":\"S\",\"quantity\":3}",         "W/S", "W",   "S", {3, true},  ""},
    {"{\"warehouse\":\"W/1\",\"sku\":\"S/2\",\"quantity\":\"0\"}",
     "W%2F1/S/2",                                                         "W/1",
     "S/2",                                                                           {0, true},
     ""                                                                                             },
    {"{\"warehouse\":\"W\",\"sku\":\"S\",\"quantity\":null}",      "W/S", "W",   "S", {0, false}, ""},
    {"{\"warehouse\":\"W\",\"sku\":\"S\"}",                        "W/S", "W",   "S", {0, false}, ""},
    {"{\"warehouse\":\"W\",\"sku\":\"S\",\"quantity\":2.5}",
     "W/S",                                                               "W",
     "S",                                                                             {0, false},
     "quantity"                                                                                     },
    {"{\"warehouse\":\"W\",\"sku\":\"S\",\"quantity\":-4}",        "W/S", "W",   "S", {-4, true}, ""},
};

START_TEST(stock_is_mapped)
{
    wb_mapped mapped;
    const wb_inventory *inventory = &mapped.inventory;
    kit self;

    sample_start(&self, "stock.list");
    ck_assert_msg(sample_say(&self, WB_RECORD_INVENTORY, told[_i].body, &mapped) == WB_OK, "%s",
                  self.err.text);
    ck_assert(mapped.kind == WB_RECORD_INVENTORY && mapped.routed);
    ck_assert(mapped.owners == 1u << WB_INVENTORY_OWNS_HEAD);
    ck_assert(wb_canonical_check(wb_inventory_fields, inventory, NULL) == WB_OK);
    ck_assert(wb_view_is(inventory->external_id, told[_i].external_id));
    ck_assert(wb_view_is(inventory->warehouse, told[_i].warehouse));
    ck_assert(wb_view_is(inventory->sku, told[_i].sku) && wb_view_is(inventory->source, "sample"));
    ck_assert(inventory->available.known == told[_i].available.known);
    ck_assert_int_eq(inventory->available.value, told[_i].available.value);
    ck_assert(!inventory->on_hand.known);
    ck_assert(wb_view_is(inventory->left_out, told[_i].left_out));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

START_TEST(its_time_is_its_own)
{
    wb_mapped mapped;
    kit self;

    sample_start(&self, "stock.list");
    ck_assert(sample_say(&self, WB_RECORD_INVENTORY,
                         "{\"warehouse\":\"W\",\"sku\":\"S\",\"updated\":\"2026-01-01T00:00:00Z\"}",
                         &mapped) == WB_OK);
    ck_assert_int_eq(mapped.source_utc_us, INT64_C(1767225600000000));
    wb_mapped_fini(&mapped);
    ck_assert(sample_say(&self, WB_RECORD_INVENTORY, "{\"warehouse\":\"W\",\"sku\":7}", &mapped) ==
              WB_REJECT);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {stock_is_mapped,     WB_COUNT(told)},
        {its_time_is_its_own, 1             },
        {NULL,                0             }
    };

    return wb_suite_run("actors.connectors.sample.stock", rows);
}
