/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox: rows that cannot be used do not hold up what is behind them
 */
#include "protocol/base/own.h"
#include "storage/aside.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define ROUTE "routes:\n  - {from: shop, to: erp}\n"

static kit self;

/* Order 1's row as a newer release, or a broken disk, may have written it. */
static void
damage(wb_view record, bool with_record)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_outbox_row row = {.target = WB_VIEW_LIT(ERP),
                         .record = record,
                         .revision = kit_record(&self, "default/shop/order/1")->revision,
                         .header = WB_VIEW_LIT("\x63 no header")};
    wb_err err = {0};

    kit_done();
    ck_assert_msg(!wb_txn_begin(&txn, self.ctx.store, true, &err), "%s", err.text);
    if (!with_record)
        row.revision = 5;
    ck_assert_msg(!wb_outbox_put(txn, &row, &err), "%s", err.text);
    ck_assert_msg(!wb_txn_commit(&txn, &err), "%s", err.text);
}

/* The mapper ended at each start: nothing left it any more. */
START_TEST(a_row_that_cannot_be_read_is_parked_and_the_others_go)
{
    kit_open(&self, KIT_SHOP KIT_ERP ROUTE);
    kit_room = 0;
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    kit_say(&self, 1, &(kit_order){.id = "2", .status = "open", .updated = 1});
    damage(_i ? WB_VIEW_LIT("default/shop/order/gone") : WB_VIEW_LIT("default/shop/order/1"), !_i);
    kit_room = 100;
    kit_restart(&self);
    for (wb_err err = {0}; wb_aside_noted(self.ctx.store);)
        ck_assert_msg(!wb_loop_turn(self.ctx.loop, 5, &err), "%s", err.text);
    ck_assert_uint_eq(kit_waiting(ERP), _i ? 2 : 1);
    ck_assert(wb_view_is(kit_last_sent()->record, "default/shop/order/2"));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), _i ? 2 : 1);
    ck_assert_uint_eq(kit_parked(&self), 1);
    ck_assert_uint_eq(kit_events(&self, "parked"), 1);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_row_that_cannot_be_read_is_parked_and_the_others_go, 2},
        {NULL,                                                  0},
    };

    return wb_suite_run("actors.mapper.outbox", cases);
}
