/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/connectors/sample/sample_kit.h"

#define HEAD "{\"id\":\"SHP-1\",\"account\":\"shop1\",\"order\":\"1-1\","
#define LINES "\"lines\":[{\"sku\":\"S\",\"quantity\":2},{\"sku\":\"T\",\"quantity\":\"1\"}]}"

START_TEST(a_shipment_is_mapped)
{
    wb_mapped mapped;
    const wb_shipment *shipment = &mapped.shipment;
    const wb_shipment_line *lines;
    kit self;

    sample_start(&self, "shipments.list");
    ck_assert(sample_say(&self, WB_RECORD_SHIPMENT,
                         HEAD "\"reference\":\"MARK\",\"carrier\":\"Post\",\"tracking\":\"T1\","
                              "\"shipped\":\"2026-01-01T00:00:00Z\","
                              "\"updated\":\"2026-01-01T00:00:01Z\"," LINES,
                         &mapped) == WB_OK);
    ck_assert(mapped.kind == WB_RECORD_SHIPMENT && mapped.routed);
    ck_assert(wb_canonical_check(wb_shipment_fields, shipment, NULL) == WB_OK);
    ck_assert(wb_view_is(shipment->external_id, "SHP-1") && wb_view_is(shipment->order_id, "1-1"));
    ck_assert(wb_view_is(shipment->reference, "MARK") && wb_view_is(shipment->source, "sample"));
    ck_assert(wb_view_is(shipment->carrier, "Post") && wb_view_is(shipment->tracking, "T1"));
    ck_assert(shipment->status == WB_SHIPMENT_SHIPPED);
    ck_assert_int_eq(shipment->shipped_utc_us, INT64_C(1767225600000000));
    ck_assert_int_eq(mapped.source_utc_us, INT64_C(1767225601000000));
    ck_assert_uint_eq(shipment->lines.count, 2);
    lines = shipment->lines.items;
    ck_assert(wb_view_is(lines[0].sku, "S") && lines[0].quantity.value == 2);
    ck_assert(wb_view_is(lines[1].sku, "T") && lines[1].quantity.value == 1);
    /* no parcels are told here, and nothing of the order is */
    ck_assert_uint_eq(mapped.owners, 1u << WB_SHIPMENT_OWNS_HEAD | 1u << WB_SHIPMENT_OWNS_LINES);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *body, *left_out, *repaired;
} dented[] = {
    {HEAD "\"carrier\":[1]," LINES,                            "carrier",         ""       },
    {HEAD "\"carrier\":\"P\xe7\"," LINES,                      "",                "carrier"},
    {HEAD "\"tracking\":\"P\xe7\"," LINES,                     "tracking",        ""       },
    {HEAD "\"shipped\":\"now\",\"updated\":\"2026\"," LINES,   "shipped,updated", ""       },
    {HEAD "\"reference\":\"a\",\"reference\":\"b\"," LINES,    "reference",       ""       },
    {HEAD "\"lines\":[{\"sku\":\"S\",\"quantity\":\"two\"}]}", "quantity",        ""       },
};

START_TEST(a_field_that_nobody_can_read_holds_no_shipment)
{
    wb_mapped mapped;
    kit self;

    sample_start(&self, "shipments.list");
    ck_assert_msg(sample_say(&self, WB_RECORD_SHIPMENT, dented[_i].body, &mapped) == WB_OK, "%s",
                  self.err.text);
    ck_assert(wb_view_is(mapped.shipment.left_out, dented[_i].left_out));
    ck_assert(wb_view_is(mapped.shipment.repaired, dented[_i].repaired));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *body, *why;
} refused[] = {
    {"{\"id\":7," LINES,                             "id"         },
    {HEAD "\"lines\":null}",                         "lines"      },
    {HEAD "\"lines\":[]}",                           "lines"      },
    {HEAD "\"lines\":{\"sku\":\"S\"}}",              "lines"      },
    {HEAD "\"lines\":[{\"quantity\":1}]}",           "lines[].sku"},
    {HEAD "\"lines\":[{\"sku\":7,\"quantity\":1}]}", "lines[].sku"},
    {HEAD "\"lines\":[7]}",                          "lines[].sku"},
    {"[]",                                           "lines"      },
    {"{",                                            "JSON"       },
};

START_TEST(without_what_it_is_known_by_there_is_none)
{
    wb_mapped mapped;
    kit self;

    sample_start(&self, "shipments.list");
    ck_assert(sample_say(&self, WB_RECORD_SHIPMENT, refused[_i].body, &mapped) == WB_REJECT);
    ck_assert_msg(strstr(self.err.text, refused[_i].why) != NULL, "%s", self.err.text);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_shipment_is_mapped,                           1                },
        {a_field_that_nobody_can_read_holds_no_shipment, WB_COUNT(dented) },
        {without_what_it_is_known_by_there_is_none,      WB_COUNT(refused)},
        {NULL,                                           0                }
    };

    return wb_suite_run("actors.connectors.sample.shipments", rows);
}
