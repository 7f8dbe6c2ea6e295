/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw: what comes in becomes a record and wanted states, in one transaction; what is told later of
 * their delivery is kept for each target
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/records/order.h"
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

/* --- one target --- */

#define OPEN KIT_SHOP KIT_ERP ROUTE

/* What is said of an order, one after the other: what comes of the last. */
static const struct {
    const char *label;
    kit_order said[3];
    wb_outcome outcome;
    size_t sent;
} stories[] = {
    {"new",                            {{.id = "1", .status = "open", .updated = 1}},               WB_OUTCOME_HANDED_ON, 1},
    {"the same once more",
     {{.id = "1", .status = "open", .updated = 1},
      {.id = "1", .status = "open", .updated = 1, .observed = 9}},
     WB_OUTCOME_UNCHANGED,                                                                                                1},
    {"a change",
     {{.id = "1", .status = "open", .updated = 1}, {.id = "1", .status = "shipped", .updated = 2}},
     WB_OUTCOME_HANDED_ON,                                                                                                2},
    {"older than what is known",
     {{.id = "1", .status = "open", .updated = 5},
      {.id = "1", .status = "open", .total = "9.00", .updated = 2}},
     WB_OUTCOME_STALE,                                                                                                    1},
 /* A at 1, A again at 3, then what B was at 2: only the second A tells that B is old */
    {"older than what was said again",
     {{.id = "1", .status = "open", .updated = 1},
      {.id = "1", .status = "open", .updated = 1, .observed = 3},
      {.id = "1", .status = "open", .total = "9.00", .updated = 1, .observed = 2}},
     WB_OUTCOME_STALE,                                                                                                    1},
    {"not paid yet",                   {{.id = "1", .status = "pending", .updated = 1}},            WB_OUTCOME_FILTERED,  0},
    {"paid",
     {{.id = "1", .status = "pending", .updated = 1}, {.id = "1", .status = "open", .updated = 2}},
     WB_OUTCOME_HANDED_ON,                                                                                                1},
    {"unreadable",                     {{.id = "1", .broken = true, .updated = 1}},                 WB_OUTCOME_PARKED,    0},
    {"a contradiction",
     {{.id = "1", .status = "cancelled", .updated = 1},
      {.id = "1", .status = "open", .updated = 2}},
     WB_OUTCOME_PARKED,                                                                                                   1},
};

START_TEST(what_is_said_becomes_what_is_wanted)
{
    size_t last = 0;

    kit_open(&self, OPEN);
    for (size_t i = 0; i < 3 && stories[_i].said[i].id; i++) {
        kit_say(&self, i, &stories[_i].said[i]);
        last = i;
    }
    ck_assert_msg(kit_outcome[last] == stories[_i].outcome, "%s: %s", stories[_i].label,
                  wb_outcome_name(kit_outcome[last]));
    ck_assert_uint_eq(kit_settled_times[last], 1);
    ck_assert_msg(kit_sent_count == stories[_i].sent, "%s", stories[_i].label);
    kit_close(&self);
}
END_TEST

/* The receipt had not left: all of it comes once more, and finds what was committed. */
START_TEST(a_kill_behind_the_commit_changes_nothing_twice)
{
    static const kit_order order = {.id = "1", .status = "open", .updated = 1};
    uint64_t revision;

    kit_open(&self, OPEN);
    kit_say(&self, 0, &order);
    revision = kit_record(&self, ONE)->revision;
    kit_restart(&self);
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(ERP), 1); /* out of the store */
    ck_assert(kit_last_sent()->again && kit_last_sent()->revision == revision);
    kit_say(&self, 1, &order);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    kit_close(&self);
}
END_TEST

/* What waits without room is replaced by what is newer: one row, with the newest state. */
START_TEST(what_waits_is_replaced_by_what_is_newer)
{
    kit_open(&self, OPEN);
    kit_room = 0;
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    kit_say(&self, 1, &(kit_order){.id = "1", .status = "shipped", .updated = 2});
    ck_assert_uint_eq(kit_sent_count, 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 1);
    ck_assert_uint_eq(kit_record(&self, ONE)->wanted, kit_record(&self, ONE)->revision);
    kit_close(&self);
}
END_TEST

/* An exception speaks of the revision that was wanted; what is newer is not held yet. */
START_TEST(a_newer_revision_takes_back_what_was_told_of_the_older)
{
    uint64_t old;

    kit_open(&self, OPEN);
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    old = kit_record(&self, ONE)->revision;
    kit_receipt(&self, ERP, WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_record(&self, ONE)->delivery_count, 1);
    kit_say(&self, 1, &(kit_order){.id = "1", .status = "shipped", .updated = 2});
    ck_assert_uint_eq(kit_record(&self, ONE)->delivery_count, 0);
    kit_mark(&self, ERP, ONE, old, WB_OUTCOME_PARKED); /* late */
    ck_assert_uint_eq(kit_record(&self, ONE)->delivery_count, 0);
    kit_close(&self);
}
END_TEST

/* The receipt "held" waits for company; what became of it may be told before. */
START_TEST(an_end_that_was_told_before_its_receipt_counts)
{
    kit_open(&self, OPEN);
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    kit_mark(&self, ERP, ONE, kit_record(&self, ONE)->revision, WB_OUTCOME_HANDED_ON);
    kit_receipt(&self, ERP, WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_record(&self, ONE)->delivery_count, 0);
    kit_close(&self);
}
END_TEST

static const struct {
    const char *created;
    int updated;
    const char *expected; /* its age, as the pusher hears it */
} ages[] = {
    {"2024-05-01T00:00:00Z", 7, "2024-05-01T00:00:00Z"},
    {NULL,                   7, "2026-01-02T00:00:07Z"},
};

START_TEST(what_is_wanted_says_how_old_the_record_is)
{
    char text[WB_TIME_TEXT_MAX + 1];

    kit_open(&self, OPEN);
    kit_say(
        &self, 0,
        &(kit_order){
            .id = "1", .status = "open", .created = ages[_i].created, .updated = ages[_i].updated});
    for (int life = 0; life < 2; life++) { /* and out of the store */
        wb_time_text(text, kit_last_sent()->created_utc_us, false);
        ck_assert_str_eq(text, ages[_i].expected);
        kit_restart(&self);
        kit_look(&self);
    }
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {the_seventeenth_target_gets_it_as_the_first_does,       0                     },
        {no_delivery_vanishes_beyond_sixteen_targets,            0                     },
        {two_routes_to_one_target_are_one,                       0                     },
        {what_is_said_becomes_what_is_wanted,                    (int)WB_COUNT(stories)},
        {a_kill_behind_the_commit_changes_nothing_twice,         0                     },
        {what_waits_is_replaced_by_what_is_newer,                0                     },
        {a_newer_revision_takes_back_what_was_told_of_the_older, 0                     },
        {an_end_that_was_told_before_its_receipt_counts,         0                     },
        {what_is_wanted_says_how_old_the_record_is,              (int)WB_COUNT(ages)   },
        {NULL,                                                   0                     },
    };

    return wb_suite_run("actors.mapper.raw", tests);
}
