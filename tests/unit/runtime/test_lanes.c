/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes: messages flow and are receipted; windows; owners that are not known, or not the owner
 */
#include "actors/runtime/lanes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lanes_kit.h"
#include "protocol/base/own.h"

static kit in;
static node a, b, c;

static const node_conf poller = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static const node_conf mapper = {
    .instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 1, .store = 2};

static void
setup(void)
{
    kit_open(&in);
}

static void
teardown(void)
{
    node_close(&a);
    node_close(&b);
    node_close(&c);
    kit_close(&in);
}

START_TEST(every_message_gets_its_receipt)
{
    size_t sent = 0;
    batch all = {messages_new(0, 1000, 200), 1000};

    node_open(&a, &in, &poller);
    node_open(&b, &in, &mapper);
    messages_send(&a, all.messages, all.count, &sent, WB_STAGE_MAP);
    ck_assert_uint_eq(sent, 1000);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 1000);
    kit_until(&in, batch_settled, &all, "1000 receipts");
    for (size_t i = 0; i < all.count; i++) {
        ck_assert_int_eq(all.messages[i].outcome, WB_OUTCOME_HANDED_ON);
        ck_assert_uint_eq(all.messages[i].times, 1);
    }
    ck_assert_uint_eq(b.taken, 1000);
    ck_assert_uint_eq(b.again, 0);
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 0);
    messages_free(&all.messages, all.count);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lanes");
    TCase *flow = tcase_create("flow");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(flow, setup, teardown);
    tcase_set_timeout(flow, 60);
    tcase_add_test(flow, every_message_gets_its_receipt);
    suite_add_tcase(suite, flow);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
