/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox: rows that cannot be used do not hold up what is behind them
 */
#include <string.h>

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

/* A target that is told nothing of an order has no mark of it, and nobody keeps why. */
START_TEST(who_asks_is_told_which_target_is_sent_nothing)
{
    static const char told[] =
        "\"not_sent\":[{\"target\":\"default/deaf\",\"reason\":\"it is gone\"}]";

    kit_open(&self,
             KIT_SHOP KIT_ERP KIT_DEAF "routes: [{from: shop, to: erp}, {from: shop, to: deaf}]\n");
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"default/shop/order/1\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"not_sent\":[]") != NULL, "%s",
                  wb_buf_text(&kit_last_reply));
    kit_say(&self, 1, &(kit_order){.id = "1", .status = "shipped", .updated = 2});
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"default/shop/order/1\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), told) != NULL, "%s",
                  wb_buf_text(&kit_last_reply));
    kit_close(&self);
}
END_TEST

/* What never went anywhere is nobody's to be told. */
START_TEST(what_no_route_takes_is_not_said_to_be_left_out)
{
    kit_open(&self, KIT_SHOP KIT_DEAF "routes: [{from: shop, to: deaf}]\n");
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "pending", .updated = 1});
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"default/shop/order/1\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"not_sent\":[]") != NULL, "%s",
                  wb_buf_text(&kit_last_reply));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_row_that_cannot_be_read_is_parked_and_the_others_go, 2},
        {who_asks_is_told_which_target_is_sent_nothing,         0},
        {what_no_route_takes_is_not_said_to_be_left_out,        0},
        {NULL,                                                  0},
    };

    return wb_suite_run("actors.mapper.outbox", cases);
}
