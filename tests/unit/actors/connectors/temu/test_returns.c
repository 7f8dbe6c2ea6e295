/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After-sales are returns of their order, by their own time.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define ROW(status)                                                                                \
    "{\"parentAfterSalesSn\":\"PO-1-D01\",\"parentOrderSn\":\"PO-1\","                             \
    "\"parentAfterSalesStatus\":" status                                                           \
    ",\"afterSalesType\":2,\"createAt\":1760000000000,\"updateAt\":1760003600000}"

static const struct {
    const char *told;
    int32_t status; /* UNKNOWN = it cannot be read */
} statuses[] = {
    {"1",      WB_RETURN_REQUESTED},
    {"2",      WB_RETURN_SHIPPED  },
    {"3",      WB_RETURN_RECEIVED },
    {"4",      WB_RETURN_APPROVED },
    {"5",      WB_RETURN_REFUNDED },
    {"6",      WB_RETURN_CANCELLED},
    {"7",      WB_RETURN_REJECTED },
    {"8",      WB_RETURN_REQUESTED},
    {"9",      WB_RETURN_APPROVED },
    {"10",     WB_RETURN_REQUESTED},
    {"11",     WB_RETURN_REQUESTED},
    {"12",     WB_RETURN_REQUESTED}, /* nobody knows what that is */
    {"\"5\"",  WB_RETURN_REFUNDED },
    {"null",   WB_RETURN_UNKNOWN  },
    {"0",      WB_RETURN_UNKNOWN  },
    {"\"no\"", WB_RETURN_UNKNOWN  },
};

START_TEST(how_far_it_has_come)
{
    char body[500];
    wb_mapped mapped;
    kit self;
    wb_rc rc;

    temu_start(&self, "returns.list");
    snprintf(body, sizeof body, ROW("%s"), statuses[_i].told);
    rc = temu_say(&self, WB_RECORD_RETURN, wb_view_of(body), &mapped);
    ck_assert_int_eq(rc, statuses[_i].status ? WB_OK : WB_REJECT);
    if (!rc) {
        const wb_return *returned = &mapped.returned;

        ck_assert_msg(returned->status == statuses[_i].status, "%s", statuses[_i].told);
        ck_assert(wb_view_is(returned->external_id, "PO-1-D01"));
        ck_assert(wb_view_is(returned->order_id, "PO-1") && wb_view_is(returned->type, "return"));
        ck_assert(wb_view_is(returned->source, "temu") && returned->source_status.len);
        ck_assert_int_eq(returned->created_utc_us, INT64_C(1760000000) * WB_US_PER_S);
        ck_assert_int_eq(returned->updated_utc_us, INT64_C(1760003600) * WB_US_PER_S);
        ck_assert_int_eq(mapped.source_utc_us, returned->updated_utc_us);
        /* which goods is not told: what is known of them stays */
        ck_assert_uint_eq(mapped.owners, UINT32_C(1) << WB_RETURN_OWNS_HEAD);
        ck_assert(mapped.routed);
    }
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* What it belongs to is named, seconds are as good as milliseconds, and what names no order is set
 * aside alone. */
START_TEST(it_belongs_to_its_order)
{
    static const char body[] = TEMU_OK "{\"total\":4,\"data\":[" ROW(
        "5") ",{\"parentAfterSalesSn\":\"X\",\"updateAt\":1},"
             "{\"parentAfterSalesSn\":\"Y\",\"parentOrderSn\":\"PO-2\",\"updateAt\":1760003600},"
             "{\"parentAfterSalesSn\":\"Z\",\"parentOrderSn\":\"PO-3\",\"updateAt\":null}]}}";
    const wb_item *items;
    kit self;

    temu_start(&self, "returns.list");
    ck_assert_msg(kit_read_text(&self, 200, NULL, body) == WB_OK, "%s", self.err.text);
    items = self.out.items;
    ck_assert_uint_eq(self.out.item_count, 4);
    ck_assert(items[0].kind == WB_KIND_RAW && items[0].record_kind == WB_RECORD_RETURN);
    ck_assert(wb_view_is(items[0].external, "PO-1-D01"));
    ck_assert(wb_view_is(items[0].root.external, "PO-1") && !items[0].root.account.len);
    ck_assert_int_eq(items[0].source_utc_us, INT64_C(1760003600) * WB_US_PER_S);
    ck_assert_int_eq(items[1].outcome, WB_OUTCOME_PARKED);
    ck_assert(items[2].outcome == WB_OUTCOME_NONE && wb_view_is(items[2].external, "Y"));
    ck_assert_int_eq(items[2].source_utc_us, items[0].source_utc_us);
    ck_assert(items[3].outcome == WB_OUTCOME_NONE && items[3].source_utc_us == 0);
    kit_fini(&self);
}
END_TEST

/* In milliseconds, and once a day without: however Temu reads them, all of it is seen. */
START_TEST(what_is_asked)
{
    kit self;

    temu_start(&self, "returns.list");
    self.call.page_max = 50;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"type\":\"bg.aftersales.parentaftersales.list.get\""));
    ck_assert(temu_body_has(&self, ",\"pageNo\":1,\"pageSize\":50,\"updateAtStart\":1759996400000,"
                                   "\"updateAtEnd\":1760000000000}"));
    self.call.full = true;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, ",\"pageNo\":1,\"pageSize\":50}"));
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {how_far_it_has_come,     WB_COUNT(statuses)},
        {it_belongs_to_its_order, 0                 },
        {what_is_asked,           0                 },
        {NULL,                    0                 },
    };

    return wb_suite_run("actors.connectors.temu.returns", rows);
}
