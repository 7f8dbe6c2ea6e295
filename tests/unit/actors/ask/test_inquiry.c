/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry: whom a `why` asks, in which order, and what it makes of silence
 */
#include <check.h>
#include <string.h>

#include "actors/ask/why.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/ask/ask_kit.h"
#include "tests/unit/suite.h"

#define ALL "mapper-1 monitor-1 poller-1 pusher-1"
#define KEY "default/shop/order/17"
#define RECORD                                                                                     \
    "{\"records\":[{\"record\":\"" KEY "\",\"status\":\"created\",\"routed\":true,"                \
    "\"waiting_for\":[\"default/erp\"]}]}"

static wb_inquiry *inquiry;
static const wb_why *told;
static bool done;
static size_t times;

static void
setup(void)
{
    told = NULL;
    done = false;
    times = 0;
}

static void
teardown(void)
{
    wb_inquiry_destroy(&inquiry);
    ask_kit_close();
}

static void
on_done(void *arg, const wb_why *why)
{
    ck_assert_ptr_eq(arg, &inquiry);
    told = why;
    done = true;
    times++;
}

static void
ask(const char *record)
{
    wb_inquiry_conf conf = {.record = record, .days = 7, .done = on_done, .arg = &inquiry};

    inquiry = wb_inquiry_start(ask_kit_client(), &conf);
    ck_assert_msg(!done, "told before the loop turned");
    ask_kit_until(&done, "the answer");
    ck_assert_uint_eq(times, 1);
}

static const ask_line script[] = {
    {"mapper-1",  WB_KIND_CALL_RECORD,   "\"" KEY "\"", RECORD                                           },
    {"mapper-1",  WB_KIND_CALL_RECORD,   "\"17\"",      RECORD                                           },
    {"mapper-1",  WB_KIND_CALL_RECORD,   "\"18\"",      "{\"error\":\"the store is damaged\"}"           },
    {"poller-1",  WB_KIND_CALL_STATUS,   "",
     "{\"streams\":[{\"account\":\"default/a\"},{\"account\":\"default/a\"},"
     "{\"account\":\"default/b\"},{\"account\":\"default/c\"}]}"                                         },
    {"monitor-1", WB_KIND_CALL_TIMELINE, KEY,           "{\"events\":[{\"what\":\"received\",\"at\":5}]}"},
    {NULL,        WB_KIND_NONE,          NULL,          NULL                                             },
};

START_TEST(a_whole_key_goes_to_all_who_may_hold_it)
{
    ask_kit_open(ALL, ALL, script);
    ask(KEY);
    ck_assert(told->answered && told->complete && told->known);
    ck_assert_str_eq(told->record, KEY);
    ck_assert_str_eq(told->status, "created");
    ck_assert_uint_eq(told->hold_count, 1);
    ck_assert_uint_eq(told->event_count, 1);
    ck_assert_uint_eq(told->gap_count, 0);
    ck_assert_uint_eq(told->processes->count, 3);
    ck_assert_uint_eq(told->timeline->count, 1);
    ck_assert_uint_eq(ask_kit_asked("mapper-1", WB_KIND_CALL_RECORD, "\"days\":7"), 1);
    ck_assert_uint_eq(ask_kit_asked("poller-1", WB_KIND_CALL_STATUS, ""), 0);
}
END_TEST

START_TEST(a_bare_id_is_a_key_that_the_mapper_knows)
{
    ask_kit_open(ALL, ALL, script);
    ask("17");
    ck_assert(told->complete && told->known);
    ck_assert_str_eq(told->record, KEY);
    ck_assert_uint_eq(ask_kit_asked("pusher-1", WB_KIND_CALL_RECORD, "\"" KEY "\""), 1);
    ck_assert_uint_eq(ask_kit_asked("pusher-1", WB_KIND_CALL_RECORD, ""), 1);
    ck_assert_uint_eq(ask_kit_asked("poller-1", WB_KIND_CALL_STATUS, ""), 0);
}
END_TEST

/* Each account once, in the order told; only the answers about the last one count. */
START_TEST(an_id_is_tried_until_somebody_knows_it)
{
    static const ask_line lines[] = {
        {"poller-1", WB_KIND_CALL_STATUS, "",
         "{\"streams\":[{\"account\":\"default/a\"},{\"account\":\"default/a\"},"
         "{\"account\":\"default/b\"},{\"account\":\"default/c\"}]}"                                 },
        {"pusher-1", WB_KIND_CALL_RECORD, "\"default/b/order/n%2519\"",
         "{\"targets\":[{\"target\":\"default/erp\",\"mark\":{\"revision\":4}}]}"                    },
        {"pusher-1", WB_KIND_CALL_RECORD, "",                           "{\"pressure\":\"too full\"}"},
        {NULL,       WB_KIND_NONE,        NULL,                         NULL                         },
    };

    ask_kit_open(ALL, ALL, lines);
    ask("n%19");
    ck_assert(told->complete && told->known);
    ck_assert_str_eq(told->record, "default/b/order/n%2519");
    ck_assert_uint_eq(told->hold_count, 0);
    ck_assert_uint_eq(ask_kit_asked("pusher-1", WB_KIND_CALL_RECORD, "default/a/"), 1);
    ck_assert_uint_eq(ask_kit_asked("pusher-1", WB_KIND_CALL_RECORD, "default/b/"), 1);
    ck_assert_uint_eq(ask_kit_asked("pusher-1", WB_KIND_CALL_RECORD, "default/c/"), 0);
    ck_assert_uint_eq(ask_kit_asked("monitor-1", WB_KIND_CALL_TIMELINE, "default/b/"), 1);
}
END_TEST

START_TEST(what_nobody_knows_is_told_as_it_was_asked_for)
{
    ask_kit_open(ALL, ALL, script);
    ask("18");
    ck_assert(told->answered && told->complete && !told->known);
    ck_assert_str_eq(told->record, "18");
    ck_assert_uint_eq(ask_kit_asked("pusher-1", WB_KIND_CALL_RECORD, ""), 3);
    ck_assert_uint_eq(told->gap_count, 1);
    ck_assert_int_eq(told->gaps[0].kind, WB_GAP_REFUSED);
    ck_assert_str_eq(told->gaps[0].instance, "mapper-1");
    ck_assert_str_eq(told->gaps[0].text, "the store is damaged");
}
END_TEST

START_TEST(without_anybody_the_answer_is_only_what_is_missing)
{
    ask_kit_open("", NULL, script);
    ask(KEY);
    ck_assert(!told->answered && !told->complete && !told->known);
    ck_assert_uint_eq(told->gap_count, 1);
    ck_assert_int_eq(told->gaps[0].kind, WB_GAP_NOBODY);
    ck_assert_str_eq(told->gaps[0].text,
                     "no process is there to be asked: is `waybill up` running?");
    ck_assert_ptr_null(told->timeline);
}
END_TEST

START_TEST(who_should_be_there_and_is_not_makes_it_incomplete)
{
    ask_kit_open(ALL, ALL " mapper-2", script);
    ask(KEY);
    ck_assert(told->answered && told->known && !told->complete);
    ck_assert_uint_eq(told->gap_count, 1);
    ck_assert_int_eq(told->gaps[0].kind, WB_GAP_ABSENT);
    ck_assert_str_eq(told->gaps[0].instance, "mapper-2");
}
END_TEST

START_TEST(without_a_monitor_the_rest_is_told)
{
    ask_kit_open("mapper-1 poller-1 pusher-1", ALL, script);
    ask(KEY);
    ck_assert(told->answered && told->known && !told->complete);
    ck_assert_uint_eq(told->event_count, 0);
    ck_assert_uint_eq(told->gap_count, 1);
    ck_assert_int_eq(told->gaps[0].kind, WB_GAP_TIMELINE);
    ck_assert_str_eq(told->gaps[0].text,
                     "no monitor is there to be asked: is `waybill up` running?");
}
END_TEST

START_TEST(who_does_not_answer_is_named_and_the_rest_is_told)
{
    static const ask_line lines[] = {
        {"mapper-1", WB_KIND_CALL_RECORD, "",   RECORD},
        {"pusher-1", WB_KIND_CALL_RECORD, "",   NULL  },
        {NULL,       WB_KIND_NONE,        NULL, NULL  },
    };

    ask_kit_open(ALL, ALL, lines);
    ask(KEY);
    ck_assert(told->answered && told->known && !told->complete);
    ck_assert_uint_eq(told->gap_count, 1);
    ck_assert_int_eq(told->gaps[0].kind, WB_GAP_SILENT);
    ck_assert_str_eq(told->gaps[0].instance, "pusher-1");
}
END_TEST

static void
on_done_destroy(void *arg, const wb_why *why)
{
    (void)why;
    wb_inquiry_destroy(arg);
    done = true;
}

START_TEST(it_may_be_destroyed_when_it_is_told_and_before)
{
    wb_inquiry_conf conf = {.record = KEY, .days = 7, .done = on_done_destroy, .arg = &inquiry};
    wb_inquiry *other;

    ask_kit_open(ALL, ALL, script);
    other = wb_inquiry_start(ask_kit_client(), &conf);
    wb_inquiry_destroy(&other);
    inquiry = wb_inquiry_start(ask_kit_client(), &conf);
    ask_kit_until(&done, "the answer");
    ck_assert_ptr_null(inquiry);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_whole_key_goes_to_all_who_may_hold_it,            0},
        {a_bare_id_is_a_key_that_the_mapper_knows,           0},
        {an_id_is_tried_until_somebody_knows_it,             0},
        {what_nobody_knows_is_told_as_it_was_asked_for,      0},
        {without_anybody_the_answer_is_only_what_is_missing, 0},
        {who_should_be_there_and_is_not_makes_it_incomplete, 0},
        {without_a_monitor_the_rest_is_told,                 0},
        {who_does_not_answer_is_named_and_the_rest_is_told,  0},
        {it_may_be_destroyed_when_it_is_told_and_before,     0},
        {NULL,                                               0},
    };

    return wb_suite_run_in("ask.inquiry", rows, setup, teardown);
}
