/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moved: an address that changes when the ERP has shipped is a conflict for a person; before that
 * it is the channel's. Whatever comes late, twice, or after a kill
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
#define ELSEWHERE "2 Elsewhere"
#define SAID                                                                                       \
    "conflict: the channel has another address; it was shipped to the former one (shipment p): "   \
    "see to the parcel, then release it (an older state of it is there)"

static size_t messages;

static void
order_at(const char *status, const char *line1, const char *city, int updated)
{
    kit_say(&self, messages++,
            &(kit_order){
                .id = "1", .status = status, .line1 = line1, .city = city, .updated = updated});
}

static void
ships(const char *status, int updated)
{
    kit_say_parcel(&self, messages++,
                   &(kit_parcel){.id = "p", .status = status, .root = ORDER, .updated = updated});
}

static void
setup(const char *yaml)
{
    messages = 0;
    kit_open(&self, yaml);
    order_at("created", MAIN, "Springfield", 1);
    while (kit_waiting(NULL))
        kit_arrive(&self, NULL, WB_OUTCOME_HANDED_ON);
}

static void
is_sent_to(const char *line1)
{
    wb_order order;
    wb_err err = {0};

    ck_assert_uint_eq(kit_waiting(HOUSE), 1);
    ck_assert(
        !wb_canonical_decode(wb_order_fields, kit_last_sent()->body, &order, sizeof order, &err));
    ck_assert_msg(wb_view_is(order.ship_to.line1, line1), "%.*s", WB_VIEW_ARG(order.ship_to.line1));
    wb_canonical_fini(wb_order_fields, &order);
}

static void
is_kept_back(void)
{
    ck_assert_uint_eq(kit_waiting(HOUSE), 0);
    lies(ORDER, 1, SAID);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MOVED), 1);
}

static void
is_over(void)
{
    kit_arrive(&self, HOUSE, WB_OUTCOME_HANDED_ON);
    lies(ORDER, 0, NULL);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MOVED), 0);
}

START_TEST(before_it_is_shipped_it_is_the_channels)
{
    setup(WAY);
    if (_i)
        ships("planned", 2);
    order_at("created", ELSEWHERE, "Springfield", 3);
    is_sent_to(ELSEWHERE);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MOVED), 1);
    is_over();
    ships("shipped", 4); /* behind the receipt: it had the new one */
    order_at("shipped", ELSEWHERE, "Springfield", 5);
    is_sent_to(ELSEWHERE);
    is_over();
    kit_close(&self);
}
END_TEST

START_TEST(behind_the_shipment_it_is_a_conflict)
{
    static const char *const told[][2] = {
        {ELSEWHERE, "Springfield"},
        {MAIN,      "Shelbyville"}
    };

    setup(WAY);
    ships(_i ? "delivered" : "shipped", 2);
    order_at("created", told[_i][0], told[_i][1], 3);
    is_kept_back();
    ck_assert_uint_eq(kit_parked(&self), 0);
    kit_restart(&self); /* killed there: it lies on, and the news of it too */
    kit_look(&self);
    is_kept_back();
    order_at("shipped", told[_i][0], told[_i][1], 4); /* no newer state ends it */
    is_kept_back();
    ships(_i ? "delivered" : "shipped", 5); /* the news once more */
    is_kept_back();
    kit_close(&self);
}
END_TEST

/* A person says that it is seen to; once, whatever happens behind it. */
START_TEST(a_person_releases_it)
{
    setup(WAY);
    ships("shipped", 2);
    order_at("created", ELSEWHERE, "Springfield", 3);
    is_kept_back();
    kit_call(&self, WB_KIND_CALL_HELD,
             "{\"record\":\"" ORDER "\",\"release\":\"seen\",\"by\":\"anna\"}");
    is_sent_to(ELSEWHERE);
    if (_i) {
        kit_restart(&self);
        kit_look(&self);
        is_sent_to(ELSEWHERE);
    }
    is_over();
    order_at("shipped", ELSEWHERE, "Springfield", 4);
    is_sent_to(ELSEWHERE);
    is_over();
    kit_close(&self);
}
END_TEST

START_TEST(back_at_the_old_address_it_is_over)
{
    setup(WAY);
    ships("shipped", 2);
    order_at("created", ELSEWHERE, "Springfield", 3);
    order_at("created", "3 Nowhere", "Springfield", 4); /* held against the first */
    is_kept_back();
    order_at("created", MAIN, "Springfield", 5);
    is_sent_to(MAIN);
    is_over();
    kit_close(&self);
}
END_TEST

START_TEST(a_cancelled_one_passes)
{
    setup(WAY);
    ships("shipped", 2);
    order_at("created", ELSEWHERE, "Springfield", 3);
    is_kept_back();
    order_at("cancelled", ELSEWHERE, "Springfield", 4);
    is_sent_to(ELSEWHERE);
    is_over();
    kit_close(&self);
}
END_TEST

/* The new address waits for room when it is heard of the shipment: it is seen when it is read from
 * the store, by this life or the next. */
START_TEST(news_that_come_late_count)
{
    setup(WAY);
    kit_room = 0;
    order_at("created", ELSEWHERE, "Springfield", 3);
    ck_assert_uint_eq(kit_waiting(HOUSE), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 1);
    ships("shipped", 4);
    kit_restart(&self);
    kit_room = 16;
    kit_look(&self);
    kit_flush(&self);
    is_kept_back();
    kit_close(&self);
}
END_TEST

/* What is withheld, or told for the first time, is no other address. */
START_TEST(what_is_not_told_is_no_move)
{
    setup(WAY);
    ships("shipped", 2);
    order_at("created", "", "Springfield", 3);
    is_sent_to("");
    is_over();
    order_at("created", MAIN, "Springfield", 4);
    is_sent_to(MAIN);
    is_over();
    kit_close(&self);
}
END_TEST

/* One that ships nothing takes the address as it is. */
START_TEST(of_two_targets_who_has_shipped)
{
    setup(TWO);
    ships("shipped", 2);
    order_at("created", ELSEWHERE, "Springfield", 3);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MOVED), 2);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    is_kept_back();
    kit_close(&self);
}
END_TEST

/* It was held by the target and settled later: by its mark the target has it. */
START_TEST(a_mark_says_that_it_is_there)
{
    uint64_t revision;

    setup(WAY);
    order_at("created", ELSEWHERE, "Springfield", 3);
    revision = kit_last_sent()->revision;
    kit_receipt(&self, HOUSE, WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MOVED), 1);
    kit_mark(&self, HOUSE, ORDER, _i ? revision - 1 : revision, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MOVED), (size_t)_i); /* an older one is not it */
    kit_close(&self);
}
END_TEST

/* The new address was on its way when the ERP shipped: what lies apart since then goes on when the
 * target says that it has it. */
START_TEST(what_was_on_its_way_ends_it)
{
    uint64_t revision;

    setup(WAY);
    order_at("created", ELSEWHERE, "Springfield", 3);
    revision = kit_last_sent()->revision;
    kit_receipt(&self, HOUSE, WB_OUTCOME_HELD);
    ships("shipped", 4);
    order_at("shipped", ELSEWHERE, "Springfield", 5);
    is_kept_back();
    kit_mark(&self, HOUSE, ORDER, revision, _i ? WB_OUTCOME_PARKED : WB_OUTCOME_HANDED_ON);
    kit_look(&self);
    if (_i) {
        is_kept_back();
    } else {
        is_sent_to(ELSEWHERE);
        is_over();
    }
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {before_it_is_shipped_it_is_the_channels, 2},
        {behind_the_shipment_it_is_a_conflict,    2},
        {a_person_releases_it,                    2},
        {back_at_the_old_address_it_is_over,      0},
        {a_cancelled_one_passes,                  0},
        {news_that_come_late_count,               0},
        {what_is_not_told_is_no_move,             0},
        {of_two_targets_who_has_shipped,          0},
        {a_mark_says_that_it_is_there,            2},
        {what_was_on_its_way_ends_it,             2},
        {NULL,                                    0},
    };

    return wb_suite_run("actors.mapper.moved", rows);
}
