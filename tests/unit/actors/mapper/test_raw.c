/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw: what comes in becomes a record and wanted states, in one transaction; what is told later of
 * their delivery is kept for each target
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/order.h"
#include "storage/parked.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define ONE "default/shop/order/1"
#define ERP "default/erp"
#define ROUTE "routes:\n  - {from: shop, to: erp}\n"

static kit self;

/* --- many targets --- */

#define MANY 40

/* A shop whose orders go to `count` targets. */
static void
open_many(size_t count)
{
    WB_AUTO(wb_buf_fini) wb_buf yaml = {0};

    wb_buf_init(&yaml, 1 << 20);
    wb_buf_add_text(&yaml, KIT_SHOP);
    for (size_t i = 0; i < count; i++)
        wb_buf_addf(&yaml, "  t%zu: {connector: webhook, options: {url: 'http://t%zu'}}\n", i, i);
    wb_buf_add_text(&yaml, "routes:\n");
    for (size_t i = 0; i < count; i++)
        wb_buf_addf(&yaml, "  - {from: shop, to: t%zu}\n", i);
    kit_open(&self, wb_buf_text(&yaml));
}

START_TEST(the_seventeenth_target_gets_it_as_the_first_does)
{
    char target[32];

    open_many(WB_SOURCE_TARGETS_MAX);
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    ck_assert_int_eq(kit_outcome[0], WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), WB_SOURCE_TARGETS_MAX);
    for (size_t i = 0; i < WB_SOURCE_TARGETS_MAX; i++) {
        snprintf(target, sizeof target, "default/t%zu", i);
        ck_assert_uint_eq(kit_waiting(target), 1);
    }
    kit_close(&self);
}
END_TEST

/* A record is synced when nothing is said against it: one exception that is dropped says so
 * wrongly, for ever. */
START_TEST(no_delivery_vanishes_beyond_sixteen_targets)
{
    const wb_record_row *row;
    char target[32];

    open_many(MANY);
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    for (size_t i = 0; i < MANY; i++)
        kit_receipt(&self, NULL, i % 2 ? WB_OUTCOME_HELD : WB_OUTCOME_PARKED);
    row = kit_record(&self, ONE);
    ck_assert_uint_eq(row->delivery_count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(target, sizeof target, "default/t%zu", i);
        ck_assert(wb_view_is(row->deliveries[i].target, target));
    }
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"" ONE "\"}");
    for (size_t i = 0; i < MANY; i++) {
        snprintf(target, sizeof target, "{\"target\":\"default/t%zu\"", i);
        ck_assert_ptr_nonnull(strstr(wb_buf_text(&kit_last_reply), target));
    }
    for (size_t i = 0; i < MANY; i++) {
        snprintf(target, sizeof target, "default/t%zu", i);
        kit_mark(&self, target, ONE, kit_record(&self, ONE)->revision, WB_OUTCOME_HANDED_ON);
    }
    ck_assert_uint_eq(kit_record(&self, ONE)->delivery_count, 0);
    kit_close(&self);
}
END_TEST

START_TEST(two_routes_to_one_target_are_one)
{
    kit_open(&self,
             KIT_SHOP KIT_ERP "routes:\n  - {from: '*', to: erp}\n  - {from: shop, to: erp}\n");
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    ck_assert_uint_eq(kit_sent_count, 1);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {the_seventeenth_target_gets_it_as_the_first_does, 0},
        {no_delivery_vanishes_beyond_sixteen_targets,      0},
        {two_routes_to_one_target_are_one,                 0},
        {NULL,                                             0},
    };

    return wb_suite_run("actors.mapper.raw", tests);
}
