/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what an ERP tells of the orders that it was given: kept, and no news where it is as it was
 * wanted; one that it will not ship while its channel waits for it is a conflict for a person.
 * Whatever comes late, twice, or after a kill
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/records/order.h"
#include "tests/unit/actors/mapper/ruled_kit.h"
#include "tests/unit/suite.h"

#define WAY KIT_MALL KIT_WAREHOUSE "routes: [{from: shop, to: house}]\n"
#define TWO                                                                                        \
    KIT_MALL KIT_WAREHOUSE KIT_ERP "routes: [{from: shop, to: house}, {from: shop, to: erp}]\n"
#define MAIN "1 Main Street"
#define SAID                                                                                       \
    "conflict: the ERP has it as not to be shipped (103), and its channel has it open: have it "   \
    "shipped there, or cancel it at the channel; or release it (an older state of it is there)"

static size_t messages;

static void
order_is(const char *status, const char *line1, int updated)
{
    kit_say(
        &self, messages++,
        &(kit_order){.id = "1", .status = status, .line1 = line1, .city = "X", .updated = updated});
}

static wb_outcome
house_has(const char *state, int read)
{
    kit_read_back(&self, messages,
                  &(kit_back){.id = "1", .number = "103", .state = state, .read = read});
    return kit_outcome[messages++];
}

static void
setup(const char *yaml)
{
    messages = 0;
    kit_open(&self, yaml);
    order_is("created", MAIN, 1);
    while (kit_waiting(NULL))
        kit_arrive(&self, NULL, WB_OUTCOME_HANDED_ON);
}

static uint64_t
revision(void)
{
    uint64_t is = kit_record(&self, ORDER)->revision;

    kit_done();
    return is;
}

/* The record has this of it, and all else as its channel said. */
static void
is_kept(const char *state, const char *by, int32_t status)
{
    const wb_record_row *row = kit_record(&self, ORDER);
    const wb_order_handled *part;
    wb_order order;
    wb_err err = {0};

    ck_assert(!wb_canonical_decode(wb_order_fields, row->canonical, &order, sizeof order, &err));
    ck_assert_uint_eq(order.handled.count, 1);
    part = order.handled.items;
    ck_assert(wb_view_is(part->number, "103"));
    ck_assert_str_eq(wb_order_handled_statuses[part->status], state);
    ck_assert(wb_view_eq(order.stopped_by, wb_view_of(by)));
    ck_assert(wb_view_is(order.channel, "kit_mall") && wb_view_is(order.ship_to.line1, MAIN));
    ck_assert_int_eq(order.status, status);
    ck_assert_int_eq(row->status, status);
    wb_canonical_fini(wb_order_fields, &order);
    kit_done();
}

static void
is_kept_back(void)
{
    ck_assert_uint_eq(kit_waiting(HOUSE), 0);
    lies(ORDER, 1, SAID);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    ck_assert_uint_eq(kit_parked(&self), 0);
}

static void
leaves(void)
{
    ck_assert_uint_eq(kit_waiting(HOUSE), 1);
    kit_arrive(&self, HOUSE, WB_OUTCOME_HANDED_ON);
    lies(ORDER, 0, NULL);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
}

START_TEST(what_is_as_it_was_wanted_is_no_news)
{
    static const char *const states[] = {"taken_in", "to_approve", "to_ship", "shipped"};
    uint64_t before;

    setup(WAY);
    before = revision();
    for (size_t i = 0; i < WB_COUNT(states); i++) {
        ck_assert_int_eq(house_has(states[i], 10 + (int)i), WB_OUTCOME_UNCHANGED);
        is_kept(states[i], "", WB_ORDER_CREATED);
    }
    ck_assert_int_eq(house_has("shipped", 20), WB_OUTCOME_UNCHANGED); /* twice */
    kit_restart(&self);
    is_kept("shipped", "", WB_ORDER_CREATED);
    ck_assert_uint_eq(revision(), before);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    kit_close(&self);
}
END_TEST

START_TEST(stopped_there_and_open_here_is_a_conflict)
{
    setup(WAY);
    ck_assert_int_eq(house_has("to_ship", 10), WB_OUTCOME_UNCHANGED);
    ck_assert_int_eq(house_has("stopped", 11), WB_OUTCOME_HANDED_ON);
    is_kept_back();
    is_kept("stopped", "house", WB_ORDER_CREATED);
    ck_assert_int_eq(house_has("stopped", 12), WB_OUTCOME_UNCHANGED);
    kit_restart(&self); /* killed there */
    kit_look(&self);
    is_kept_back();
    order_is("created", MAIN, 13); /* its channel says the same again: nothing of the ERP's goes */
    is_kept_back();
    is_kept("stopped", "house", WB_ORDER_CREATED);
    kit_close(&self);
}
END_TEST

/* The channel changes it meanwhile: it is as much a conflict as before. */
START_TEST(no_newer_state_of_an_open_one_ends_it)
{
    setup(WAY);
    house_has("stopped", 11);
    order_is("partly_shipped", MAIN, 12);
    is_kept_back();
    is_kept("stopped", "house", WB_ORDER_PARTLY_SHIPPED);
    kit_close(&self);
}
END_TEST

START_TEST(the_erp_has_it_again)
{
    setup(WAY);
    house_has("stopped", 11);
    ck_assert_int_eq(house_has("to_approve", 12), WB_OUTCOME_HANDED_ON);
    leaves();
    is_kept("to_approve", "", WB_ORDER_CREATED);
    kit_close(&self);
}
END_TEST

START_TEST(nothing_is_open_at_its_channel_any_more)
{
    static const char *const ends[] = {"cancelled", "shipped"};

    setup(WAY);
    house_has("stopped", 11);
    order_is(ends[_i], MAIN, 12);
    leaves();
    kit_close(&self);
}
END_TEST

/* What we asked for ourselves comes back: it is noted, and nobody is told. */
START_TEST(our_own_cancellation_is_no_news)
{
    uint64_t before;

    setup(WAY);
    order_is("cancelled", MAIN, 2);
    leaves();
    before = revision();
    ck_assert_int_eq(house_has("stopped", 11), WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(revision(), before);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    is_kept("stopped", "house", WB_ORDER_CANCELLED);
    kit_close(&self);
}
END_TEST

START_TEST(a_person_releases_it)
{
    setup(WAY);
    house_has("stopped", 11);
    kit_call(&self, WB_KIND_CALL_HELD,
             "{\"record\":\"" ORDER "\",\"release\":\"seen\",\"by\":\"anna\"}");
    if (_i) {
        kit_restart(&self);
        kit_look(&self);
    }
    leaves();
    ck_assert_int_eq(house_has("stopped", 12), WB_OUTCOME_UNCHANGED);
    lies(ORDER, 0, NULL);
    order_is("partly_shipped", MAIN, 13); /* the next revision is judged anew */
    is_kept_back();
    kit_close(&self);
}
END_TEST

/* It waits for room when it is heard of the stop: it is seen when it is read from the store. */
START_TEST(news_that_come_late_count)
{
    setup(WAY);
    kit_room = 0;
    order_is("partly_shipped", MAIN, 2);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 1);
    house_has("stopped", 11);
    kit_restart(&self);
    kit_room = 16;
    kit_look(&self);
    kit_flush(&self);
    is_kept_back();
    kit_close(&self);
}
END_TEST

/* An older reading that comes behind a newer one changes nothing. */
START_TEST(an_older_reading_is_stale)
{
    setup(WAY);
    house_has("to_ship", 12);
    ck_assert_int_eq(house_has("stopped", 11), WB_OUTCOME_STALE);
    is_kept("to_ship", "", WB_ORDER_CREATED);
    lies(ORDER, 0, NULL);
    kit_close(&self);
}
END_TEST

/* Another ERP of it is told what is known, and does as it does. */
START_TEST(of_two_targets_who_stopped_it)
{
    setup(TWO);
    house_has("stopped", 11);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    is_kept_back();
    kit_restart_as(&self, TWO "rules: {holds: [{reason: look at it, sku: NONE}]}\n");
    walk(); /* what lies is looked at again, though the other one has this revision */
    is_kept_back();
    kit_close(&self);
}
END_TEST

/* Made there by hand, or of a shop that is configured no more. */
START_TEST(what_is_none_of_ours_is_left_alone)
{
    messages = 0;
    if (_i) {
        setup(WAY);
        kit_restart_as(&self, KIT_WAREHOUSE);
    } else {
        kit_open(&self, WAY);
    }
    ck_assert_int_eq(house_has("stopped", 11), WB_OUTCOME_FILTERED);
    ck_assert(kit_has(&self, ORDER) == (_i == 1));
    ck_assert_uint_eq(kit_parked(&self), 0);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    kit_close(&self);
}
END_TEST

/* Though it says that it covers all of the order. */
START_TEST(a_channel_never_covers_what_is_told_back)
{
    setup(WAY);
    house_has("to_ship", 11);
    order_is("partly_shipped", MAIN, 12);
    leaves();
    is_kept("to_ship", "", WB_ORDER_PARTLY_SHIPPED);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_is_as_it_was_wanted_is_no_news,       0},
        {stopped_there_and_open_here_is_a_conflict, 0},
        {no_newer_state_of_an_open_one_ends_it,     0},
        {the_erp_has_it_again,                      0},
        {nothing_is_open_at_its_channel_any_more,   2},
        {our_own_cancellation_is_no_news,           0},
        {a_person_releases_it,                      2},
        {news_that_come_late_count,                 0},
        {an_older_reading_is_stale,                 0},
        {of_two_targets_who_stopped_it,             0},
        {what_is_none_of_ours_is_left_alone,        2},
        {a_channel_never_covers_what_is_told_back,  0},
        {NULL,                                      0},
    };

    return wb_suite_run("actors.mapper.withdrawn", rows);
}
