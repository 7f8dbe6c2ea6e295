/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swept: stock that a whole list does not name any more is none; what it named stays, and what is
 * named again is there again
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define YAML                                                                                       \
    KIT_SHOP KIT_STALL("barn") KIT_STALL("loft")                                                   \
        KIT_STALL("fair") "routes:\n"                                                              \
                          "  - {from: shop, to: barn}\n"                                           \
                          "  - {from: barn, kind: inventory, to: shop}\n"                          \
                          "  - {from: barn, kind: inventory, to: fair}\n"

static kit self;
static int said;
static bool timed;     /* stock says when it was changed: long ago */
static int64_t now_us; /* the time of the first that is told; tests count minutes from there */

static int64_t
minute(int64_t at)
{
    return now_us + at * 60 * WB_US_PER_S;
}

static size_t
next(void)
{
    return (size_t)said++ % KIT_MESSAGES_MAX;
}

static void
tell_of(const char *account, const char *sku, int64_t count, int64_t observed_utc_us)
{
    size_t n = next();

    kit_observed_utc_us = observed_utc_us;
    kit_timeless = !timed;
    kit_tell(&self, n,
             &(kit_word){.account = account, .id = sku, .sku = sku, .number = count, .updated = 9});
    kit_observed_utc_us = 0;
}

static void
tell(const char *sku, int64_t count, int64_t at)
{
    tell_of("barn", sku, count, minute(at));
}

static void
offer(const char *sku)
{
    size_t n = next();

    kit_tell(&self, n, &(kit_word){.account = "fair", .id = sku, .sku = sku, .listing = true});
}

static size_t
begin_sweep(int64_t at, int64_t run_utc_us)
{
    size_t n = next();
    const wb_envelope env = {.kind = WB_KIND_SWEPT,
                             .tenant = WB_VIEW_LIT("default"),
                             .connector = WB_VIEW_LIT("kit_stall"),
                             .account = WB_VIEW_LIT("barn"),
                             .record_kind = WB_RECORD_INVENTORY,
                             .root = WB_VIEW_LIT("default/*"),
                             .stream = WB_VIEW_LIT("stock"),
                             .source_utc_us = run_utc_us,
                             .observed_utc_us = minute(at),
                             .id = wb_id_make(at, WB_VIEW_LIT("barn"), WB_VIEW_LIT("stock"))};
    wb_err err = {0};

    ck_assert_msg(!wb_mapper_swept(&self.ctx, kit_delivery(&env, n), &err), "%s", err.text);
    return n;
}

static wb_outcome
sweep(int64_t at)
{
    size_t n = begin_sweep(at, wb_now_utc_us());
    int64_t end = wb_now_ms() + 10000;

    while (!kit_outcome[n] && wb_now_ms() < end) {
        kit_flush(&self);
        kit_look(&self);
    }
    ck_assert(kit_outcome[n] != WB_OUTCOME_NONE);
    return kit_outcome[n];
}

static int64_t
available(const char *account, const char *sku)
{
    char key[64];
    wb_inventory is;
    wb_err err = {0};

    snprintf(key, sizeof key, "default/%s/inventory/%s", account, sku);
    const wb_record_row *row = kit_record(&self, key);
    ck_assert(!wb_canonical_decode(wb_inventory_fields, row->canonical, &is, sizeof is, &err));
    kit_done();
    return is.available.known ? is.available.value : KIT_UNTOLD;
}

static int64_t
wanted(const char *sku)
{
    char key[64];
    wb_listing is;
    wb_err err = {0};

    snprintf(key, sizeof key, "default/fair/listing/%s", sku);
    const wb_record_row *row = kit_record(&self, key);
    ck_assert(!wb_canonical_decode(wb_listing_fields, row->canonical, &is, sizeof is, &err));
    kit_done();
    return is.wanted.quantity.known ? is.wanted.quantity.value : KIT_UNTOLD;
}

static void
open_barn(void)
{
    said = 0;
    kit_open(&self, YAML);
    now_us = wb_now_utc_us();
    offer("A");
    offer("B");
    tell("A", 5, 0);
    tell("B", 7, 0);
    ck_assert_int_eq(wanted("A"), 5);
}

START_TEST(what_is_not_named_is_none)
{
    open_barn();
    tell_of("loft", "A", 3, minute(0));
    tell("A", 5, 2); /* the same number once more */
    ck_assert_int_eq(sweep(1), WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(available("barn", "A"), 5);
    ck_assert_int_eq(available("barn", "B"), 0);
    ck_assert_int_eq(available("loft", "A"), 3); /* of another account */
    ck_assert_int_eq(wanted("A"), 5);
    ck_assert_int_eq(wanted("B"), 0);
    ck_assert_uint_eq(kit_events(&self, "swept"), 1);
    ck_assert_int_eq(sweep(1), WB_OUTCOME_UNCHANGED); /* twice */
    ck_assert_int_eq(sweep(2), WB_OUTCOME_UNCHANGED); /* and another one: A was read just then */
    ck_assert_int_eq(available("barn", "A"), 5);
    ck_assert_uint_eq(kit_events(&self, "swept"), 1);
    kit_close(&self);
}
END_TEST

/* The number that it was, later; one of before, late. */
START_TEST(named_again)
{
    timed = _i;
    open_barn();
    ck_assert_int_eq(sweep(4), WB_OUTCOME_HANDED_ON);
    tell("B", 9, 2);
    ck_assert_int_eq(available("barn", "B"), 0);
    tell("B", 7, 5);
    ck_assert_int_eq(available("barn", "B"), 7);
    ck_assert_int_eq(wanted("B"), 7);
    kit_close(&self);
}
END_TEST

/* What is told is older than what is known, by its source's time: it was named all the same. */
START_TEST(named_by_an_older_word)
{
    timed = true;
    open_barn();
    kit_observed_utc_us = minute(1);
    kit_timeless = false;
    kit_tell(&self, next(),
             &(kit_word){.account = "barn", .id = "B", .sku = "B", .number = 8, .updated = 7});
    kit_observed_utc_us = 0;
    ck_assert_int_eq(kit_outcome[said - 1], WB_OUTCOME_STALE);
    ck_assert_int_eq(available("barn", "B"), 7);
    ck_assert_int_eq(sweep(1), WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(available("barn", "B"), 7);
    ck_assert_int_eq(available("barn", "A"), 0);
    kit_close(&self);
}
END_TEST

/* It was named and could not be read: what it is nobody knows. */
START_TEST(parked_since_then)
{
    wb_delivery *delivery;
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("kit_stall"),
                       .account = WB_VIEW_LIT("barn"),
                       .record_kind = WB_RECORD_INVENTORY,
                       .record = WB_VIEW_LIT("default/barn/inventory/B"),
                       .root = WB_VIEW_LIT("default/*"),
                       .id = {{9}},
                       .body = WB_VIEW_LIT("?")};

    said = 0;
    timed = false;
    kit_open(&self, YAML);
    now_us = wb_now_utc_us() - 10 * 60 * WB_US_PER_S;
    tell("A", 5, 0);
    tell("B", 7, 0);
    delivery = kit_delivery(&env, next());
    wb_actor_park(&self.ctx, &delivery, WB_VIEW_LIT("default/barn"), "malformed: ?", false);
    kit_flush(&self);
    tell("A", 5, 2);
    ck_assert_int_eq(sweep(1), WB_OUTCOME_UNCHANGED); /* begun before it was parked */
    ck_assert_int_eq(available("barn", "B"), 7);
    tell("A", 5, 12);
    ck_assert_int_eq(sweep(11), WB_OUTCOME_HANDED_ON); /* begun later: it was not named */
    ck_assert_int_eq(available("barn", "B"), 0);
    kit_close(&self);
}
END_TEST

/* What orders took of it before is over; what it takes since is not. */
START_TEST(ends_what_was_taken)
{
    open_barn();
    kit_say(&self, next(),
            &(kit_order){.id = "1",
                         .status = "open",
                         .updated = 1,
                         .lines = "[{\"id\":\"1\",\"sku\":\"B\",\"quantity\":2}]"});
    ck_assert_int_eq(wanted("B"), 5);
    ck_assert_int_eq(sweep(1), WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKEN), 1); /* the ERP has not the order */
    kit_done();
    kit_look(&self);
    while (kit_waiting("default/barn"))
        kit_receipt(&self, "default/barn", WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(sweep(90), WB_OUTCOME_UNCHANGED); /* it was none before */
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKEN), 0);
    ck_assert_int_eq(wanted("B"), 0);
    kit_close(&self);
}
END_TEST

/* More than one transaction; killed behind the first, it comes again. */
START_TEST(in_chunks)
{
    char sku[16];

    said = 0;
    kit_open(&self, YAML);
    now_us = wb_now_utc_us();
    for (int i = 0; i < 600; i++) {
        snprintf(sku, sizeof sku, "S%03d", i);
        tell(sku, 1, i % 2 ? 0 : 2);
    }
    if (_i) {
        begin_sweep(1, wb_now_utc_us());
        kit_flush(&self);
        ck_assert_uint_eq(kit_events(&self, "swept"), 256);
        kit_restart(&self);
    }
    ck_assert_int_eq(sweep(1), WB_OUTCOME_HANDED_ON);
    for (int i = 0; i < 600; i++) {
        snprintf(sku, sizeof sku, "S%03d", i);
        ck_assert_int_eq(available("barn", sku), i % 2 ? 0 : 1);
    }
    ck_assert_uint_eq(kit_events(&self, "swept"), 300);
    kit_close(&self);
}
END_TEST

/* This store had the rows of the list, perhaps, and has not any more. */
START_TEST(a_store_that_is_younger)
{
    size_t n;

    open_barn();
    n = begin_sweep(1, wb_store_birth_utc_us(self.ctx.store) - 1);
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_STALE);
    ck_assert_int_eq(available("barn", "A"), 5);
    kit_close(&self);
}
END_TEST

/* Many of them at once: a person is asked. */
START_TEST(the_guard_is_in_the_way)
{
    char sku[16];
    size_t zeros = 0;

    said = 0;
    kit_open(&self, YAML);
    now_us = wb_now_utc_us();
    for (int i = 0; i < 100; i++) {
        snprintf(sku, sizeof sku, "S%03d", i);
        offer(sku);
        tell(sku, 1, 0);
        while (kit_waiting(NULL))
            kit_receipt(&self, NULL, WB_OUTCOME_HANDED_ON);
    }
    ck_assert_int_eq(sweep(1), WB_OUTCOME_HANDED_ON);
    for (int i = 0; i < 100; i++) {
        snprintf(sku, sizeof sku, "S%03d", i);
        ck_assert_int_eq(available("barn", sku), 0);
        zeros += wanted(sku) == 0;
    }
    ck_assert_uint_gt(zeros, 0);
    ck_assert_uint_lt(zeros, 60);
    kit_close(&self);
}
END_TEST

START_TEST(malformed)
{
    wb_envelope env = {.kind = WB_KIND_SWEPT,
                       .tenant = WB_VIEW_LIT("default"),
                       .account = WB_VIEW_LIT("barn"),
                       .record_kind = _i ? WB_RECORD_INVENTORY : WB_RECORD_ORDER,
                       .observed_utc_us = _i ? 0 : 1};
    wb_delivery *delivery;
    wb_err err = {0};

    open_barn();
    delivery = kit_delivery(&env, next());
    ck_assert_int_eq(wb_mapper_swept(&self.ctx, delivery, &err), WB_REJECT);
    wb_delivery_drop(wb_ctx_lanes(&self.ctx), &delivery);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_is_not_named_is_none, 0},
        {named_again,               2},
        {named_by_an_older_word,    0},
        {parked_since_then,         0},
        {ends_what_was_taken,       0},
        {in_chunks,                 2},
        {a_store_that_is_younger,   0},
        {the_guard_is_in_the_way,   0},
        {malformed,                 2},
        {NULL,                      0},
    };

    return wb_suite_run("actors.mapper.swept", rows);
}
