/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of one target: the orders of a shop that has a few do not wait behind another's backlog
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define FLOOD 3000 /* more than is kept in memory */

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

static const char one_at_a_time[] =
    "  erp: {connector: webhook, calls_max: 1, options: {url: 'http://erp/records'}}\n";
static const char batches_of_four[] =
    "  erp: {connector: webhook, calls_max: 1, options: {url: 'http://erp/records', batch: 4}}\n";

/* Message `n` is order `n` of that shop. */
static void
take(kit *self, const char *shop, size_t n)
{
    char record[64];

    snprintf(record, sizeof record, "default/%s/order/%zu", shop, n);
    kit_take(self,
             &(kit_want){.n = n, .target = ERP, .record = record, .revision = 7, .source = shop});
}

static size_t
sent_of(const char *body, const char *shop)
{
    size_t count = 0;

    while ((body = strstr(body, shop))) {
        count++;
        body += strlen(shop);
    }
    return count;
}

static void
answer(void)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = "{}"});
}

/* Requests until one carries `wanted` orders of that shop: how many that takes. */
static size_t
requests_until(kit *self, const char *key, size_t wanted, size_t most)
{
    for (size_t i = 1; i <= most; i++) {
        kit_until(self, kit_next(NULL));
        wanted -= sent_of(kit_next(NULL)->body, key);
        answer();
        if (!wanted)
            return i;
    }
    return most + 1;
}

START_TEST(a_shop_with_one_order_does_not_wait_behind_the_hundreds_of_another)
{
    kit self;

    kit_open(&self, one_at_a_time, connectors);
    for (size_t n = 1; n <= 300; n++)
        take(&self, "big", n);
    kit_until(&self, kit_next(NULL));
    take(&self, "small", 301);
    take(&self, "tiny", 302);
    /* one of each shop at the most before it: */
    ck_assert_uint_le(requests_until(&self, "default/small/order/301\"", 1, 4), 4);
    ck_assert_uint_le(requests_until(&self, "default/tiny/order/302\"", 1, 3), 3);
    kit_close(&self);
}
END_TEST

START_TEST(a_batch_has_records_of_every_shop_that_waits)
{
    kit self;

    kit_open(&self, batches_of_four, connectors);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    for (size_t n = 1; n <= 20; n++)
        take(&self, "big", n);
    take(&self, "small", 21);
    take(&self, "small", 22);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_until(&self, kit_next(NULL));
    ck_assert_uint_eq(sent_of(kit_next(NULL)->body, "\"default/big/"), 2);
    ck_assert_uint_eq(sent_of(kit_next(NULL)->body, "\"default/small/"), 2);
    kit_close(&self);
}
END_TEST

/* What waits is stored; of much of it most is on disk alone. */
START_TEST(a_shop_with_a_few_orders_does_not_wait_behind_a_backlog_on_disk)
{
    kit self;

    kit_stores_soon = true;
    kit_open(&self, one_at_a_time, connectors);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    for (size_t n = 1; n <= FLOOD; n++)
        take(&self, "big", n);
    kit_until(&self, kit_outcome[FLOOD] == WB_OUTCOME_HELD);
    ck_assert_uint_lt(wb_pump_jobs(self.pump), FLOOD);
    for (size_t n = 1; n <= 10; n++)
        take(&self, "small", FLOOD + n);
    kit_until(&self, kit_outcome[FLOOD + 10] == WB_OUTCOME_HELD);
    for (size_t n = 11; n <= 20; n++) /* and behind them the other goes on */
        take(&self, "big", FLOOD + n);
    kit_until(&self, kit_outcome[FLOOD + 20] == WB_OUTCOME_HELD);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    ck_assert_uint_le(requests_until(&self, "\"default/small/", 10, 24), 24);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_shop_with_one_order_does_not_wait_behind_the_hundreds_of_another, 0},
        {a_batch_has_records_of_every_shop_that_waits,                       0},
        {a_shop_with_a_few_orders_does_not_wait_behind_a_backlog_on_disk,    0},
        {NULL,                                                               0},
    };

    return wb_suite_run("actors.pump.fair", rows);
}
