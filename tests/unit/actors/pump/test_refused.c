/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a refusal stops, for how long, and who pays for it: the record or its account
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define LOOK_MS 400

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

#define ACCOUNT(options)                                                                           \
    "  erp: {connector: webhook, backoff_min_ms: 5ms, backoff_max_ms: 20ms, attempts_max: 3, "     \
    "stopped_look_ms: 400ms, options: {url: 'http://erp/records', " options "}}\n"

static void
take(kit *self, size_t n)
{
    char record[64];

    snprintf(record, sizeof record, "default/shop/order/n%zux", n);
    kit_take(self, &(kit_want){.n = n, .target = ERP, .record = record, .revision = 7});
}

static void
reply(int status)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = status});
}

static int64_t
looked_at_in_ms(kit *self)
{
    wb_gate_view view = {0};

    wb_gate_look(self->ctx.gate, kit_account(self, "erp"),
                 wb_connector_op(&wb_connector_webhook, "records.push"), &view);
    ck_assert_int_eq(view.wait, WB_WAIT_SUSPENDED);
    return view.until_ms - wb_loop_now_ms(self->ctx.loop);
}

/* A batch and eight calls under way: the pause was doubled for each of them, to an hour. */
START_TEST(one_refusal_of_many_jobs_is_one_pause)
{
    static const char *const accounts[] = {ACCOUNT(""), ACCOUNT("batch: 8")};
    kit self;

    kit_open(&self, accounts[_i], connectors);
    for (size_t i = 1; i <= 8; i++)
        take(&self, i);
    kit_until(&self, kit_request_count == (_i ? 1 : WB_CONTROLLER_START));
    while (kit_next(NULL))
        reply(401);
    ck_assert_int_le(looked_at_in_ms(&self), LOOK_MS);
    kit_until(&self, kit_next(NULL));
    ck_assert_ptr_eq(kit_requests.next, kit_requests.prev); /* one looks */
    reply(401);
    ck_assert_int_gt(looked_at_in_ms(&self), LOOK_MS);
    ck_assert_int_le(looked_at_in_ms(&self), 2 * LOOK_MS);
    kit_close(&self);
}
END_TEST

/* It tells of then: refused credentials were tried again and again. */
START_TEST(what_left_before_the_account_was_stopped_lets_it_not_go_on)
{
    kit self;
    kit_request *look;

    kit_open(&self, ACCOUNT(""), connectors);
    for (size_t i = 1; i <= 10; i++)
        take(&self, i);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    reply(401);
    reply(200); /* before the look */
    ck_assert(kit_account(&self, "erp")->suspended);
    kit_until(&self, kit_request_count == WB_CONTROLLER_START + 1);
    reply(200); /* while it is on its way */
    ck_assert(kit_account(&self, "erp")->suspended);
    look = WB_CONTAINER(kit_requests.prev, kit_request, link);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .with = look->body});
    ck_assert(!kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {one_refusal_of_many_jobs_is_one_pause,                      2},
        {what_left_before_the_account_was_stopped_lets_it_not_go_on, 0},
        {NULL,                                                       0},
    };

    return wb_suite_run("actors.pump.refused", rows);
}
