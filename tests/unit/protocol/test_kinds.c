/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/kinds.h"

#include "protocol/base/own.h"
#include "protocol/lanes.h"
#include "protocol/topics.h"
#include "protocol/waits.h"
#include "tests/unit/suite.h"

START_TEST(test_kinds)
{
    ck_assert_str_eq(wb_kind_name(WB_KIND_NOTICE), "notice");
    ck_assert_str_eq(wb_kind_name(WB_KIND_CALL_DIRECTORY), "call.directory");
    ck_assert_str_eq(wb_kind_name(WB_KIND_SWEPT), "swept");
    ck_assert_str_eq(wb_kind_name((wb_kind)6), "?");
    ck_assert(wb_kind_known(64) && !wb_kind_known(0) && !wb_kind_known(UINT64_MAX));
    ck_assert(!wb_kind_known(UINT64_C(0x100000001)));
}
END_TEST

START_TEST(test_waits)
{
    for (int wait = WB_WAIT_NONE; wait < WB_WAIT_COUNT; wait++) {
        ck_assert_int_eq(wb_wait_find(wb_view_of(wb_wait_name((wb_wait)wait))), wait);
        ck_assert_uint_gt(strlen(wb_wait_means((wb_wait)wait)), 0);
        ck_assert_uint_gt(strlen(wb_wait_who((wb_wait)wait)), 0);
    }
    ck_assert_str_eq(wb_wait_name(WB_WAIT_LANE), "lane");
    ck_assert_int_eq(wb_wait_find(WB_VIEW_LIT("another release's")), WB_WAIT_COUNT);
    ck_assert_str_eq(wb_wait_means(WB_WAIT_COUNT), "?");
}
END_TEST

START_TEST(test_records)
{
    for (int kind = WB_RECORD_ORDER; kind <= WB_RECORD_METRIC; kind++)
        ck_assert_int_eq(wb_record_kind_find(wb_view_of(wb_record_kind_name((wb_record_kind)kind))),
                         kind);
    ck_assert_int_eq(wb_record_kind_find(WB_VIEW_LIT("?")), WB_RECORD_NONE);
    ck_assert_int_eq(wb_record_kind_find(WB_VIEW_LIT("")), WB_RECORD_NONE);
    ck_assert_str_eq(wb_record_kind_name(WB_RECORD_RETURN), "return");
    ck_assert_str_eq(wb_record_kind_name((wb_record_kind)WB_RECORD_KIND_COUNT), "?");
    ck_assert_int_eq(wb_record_kind_find(WB_VIEW_LIT("orders")),
                     WB_RECORD_NONE); /* keys: one way */
    ck_assert_int_eq(wb_record_kind_word(WB_VIEW_LIT("orders")), WB_RECORD_ORDER);
    ck_assert_int_eq(wb_record_kind_word(WB_VIEW_LIT("listing")), WB_RECORD_LISTING);
}
END_TEST

START_TEST(test_outcomes)
{
    ck_assert_str_eq(wb_outcome_name(WB_OUTCOME_HANDED_ON), "handed_on");
    ck_assert_str_eq(wb_outcome_name(WB_OUTCOME_PARKED), "parked");
    ck_assert_str_eq(wb_outcome_name(WB_OUTCOME_FULL), "full");
    ck_assert_str_eq(wb_outcome_name(WB_OUTCOME_COUNT), "?");
}
END_TEST

START_TEST(test_stages)
{
    for (int stage = WB_STAGE_PULL; stage < WB_STAGE_COUNT; stage++)
        ck_assert_int_eq(wb_stage_find(wb_view_of(wb_stage_name((wb_stage)stage))), stage);
    ck_assert_int_eq(wb_stage_find(WB_VIEW_LIT("?")), WB_STAGE_NONE);
    ck_assert_str_eq(wb_stage_name(WB_STAGE_NONE), "?");
}
END_TEST

/* Stored state hangs on the shard of a key. */
START_TEST(test_shards)
{
    ck_assert_uint_eq(wb_shard_of(WB_VIEW_LIT("acme/shop-1"), 64), 44);
    ck_assert_uint_eq(wb_shard_of(WB_VIEW_LIT("acme/shop-1/order/111-2222222-3333333"), 64), 48);
    ck_assert_uint_eq(wb_shard_of(WB_VIEW_LIT("acme/shop-1"), 1), 0);
}
END_TEST

START_TEST(test_topics)
{
    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++)
        ck_assert_int_eq(wb_topic_find(wb_view_of(wb_topic_name((wb_topic)topic))), topic);
    ck_assert_int_eq(wb_topic_find(WB_VIEW_LIT("records")), WB_TOPIC_COUNT);
    ck_assert_str_eq(wb_topic_name(WB_TOPIC_COUNT), "?");
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_kinds,    0},
        {test_waits,    0},
        {test_records,  0},
        {test_outcomes, 0},
        {test_stages,   0},
        {test_shards,   0},
        {test_topics,   0},
        {NULL,          0},
    };

    return wb_suite_run("protocol.kinds", rows);
}
