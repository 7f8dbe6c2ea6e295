/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differs: a listing that shows another number than it was told is told once more, some times, and
 * not for what was read before it was told
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define FAIR "default/fair"
#define YAML(retell)                                                                               \
    KIT_STALL("barn")                                                                              \
    "  fair: {connector: kit_stall, retell_ms: " retell "}\n"                                      \
    "routes:\n"                                                                                    \
    "  - {from: barn, kind: inventory, to: fair}\n"
#define LATER (60 * WB_US_PER_S)

static kit self;
static int said;

static void
tell_stock(int64_t count)
{
    size_t n = (size_t)said++;

    kit_tell(&self, n,
             &(kit_word){
                 .account = "barn", .id = "A", .sku = "A", .number = count, .updated = (int)n + 1});
}

/* As the shop shows it, asked for so long from now. */
static void
read_listing(int64_t shows, int64_t at_us)
{
    size_t n = (size_t)said++;

    kit_observed_utc_us = wb_now_utc_us() + at_us;
    kit_timeless = true;
    kit_shows = shows + 1;
    kit_tell(&self, n, &(kit_word){.account = "fair", .id = "L", .sku = "A", .listing = true});
    kit_timeless = false;
    kit_observed_utc_us = 0;
}

/* What is on its way arrives; how much that is. */
static size_t
arrive(wb_outcome outcome)
{
    return kit_arrive(&self, FAIR, outcome);
}

/* What arrives when the time of all that was noted has come. */
static size_t
pass(void)
{
    kit_pass(&self);
    return arrive(WB_OUTCOME_HANDED_ON);
}

static int64_t
wanted(void)
{
    wb_listing is;
    wb_err err = {0};
    const wb_record_row *row = kit_record(&self, FAIR "/listing/L");

    ck_assert(!wb_canonical_decode(wb_listing_fields, row->canonical, &is, sizeof is, &err));
    kit_done();
    return is.wanted.quantity.value;
}

/* Five are there, and the shop was told so. */
static void
open_fair(const char *yaml)
{
    said = 0;
    kit_open(&self, yaml);
    tell_stock(5);
    read_listing(0, -2 * LATER);
    ck_assert_uint_eq(arrive(WB_OUTCOME_HANDED_ON), 1);
    ck_assert_int_eq(wanted(), 5);
}

START_TEST(told_once_more)
{
    open_fair(YAML("200ms"));
    read_listing(_i ? 0 : 4, LATER); /* what it showed before, too */
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DIFFERS), 1);
    ck_assert_uint_eq(arrive(WB_OUTCOME_HANDED_ON), 0); /* not at once */
    ck_assert_uint_eq(pass(), 1);
    ck_assert_int_eq(wanted(), 5);
    read_listing(5, 2 * LATER);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DIFFERS), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DUE), 0);
    kit_close(&self);
}
END_TEST

START_TEST(killed_while_it_waits)
{
    open_fair(YAML("200ms"));
    read_listing(4, LATER);
    kit_restart(&self);
    ck_assert_uint_eq(pass(), 1);
    kit_close(&self);
}
END_TEST

/* Read before it was told, by what is known of that. */
START_TEST(read_before)
{
    open_fair(YAML("1ms"));
    if (_i)
        kit_restart(&self); /* nobody knows when it was told: before that */
    read_listing(4, -WB_US_PER_S);
    read_listing(3, WB_US_PER_S);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DIFFERS), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DUE), 0);
    read_listing(3, LATER);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DIFFERS), 1);
    kit_close(&self);
}
END_TEST

START_TEST(on_its_way_or_refused)
{
    open_fair(YAML("1ms"));
    tell_stock(6);
    read_listing(5, LATER);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DIFFERS), 0);
    ck_assert_uint_eq(arrive(_i ? WB_OUTCOME_PARKED : WB_OUTCOME_HELD), 1);
    read_listing(4, 2 * LATER);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DIFFERS), 0);
    ck_assert_uint_eq(pass(), 0);
    kit_close(&self);
}
END_TEST

/* A sale: the order comes while it waits, and is in what is shown. */
START_TEST(it_becomes_right_while_it_waits)
{
    open_fair(YAML("300ms"));
    read_listing(4, LATER);
    tell_stock(4);
    ck_assert_uint_eq(arrive(WB_OUTCOME_HANDED_ON), 1);
    ck_assert_uint_eq(pass(), 0);
    ck_assert_int_eq(wanted(), 4);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DIFFERS), 0);
    kit_close(&self);
}
END_TEST

/* The channel caps what it is told. */
START_TEST(not_for_ever)
{
    int64_t begun_ms = wb_now_ms();

    open_fair(YAML("20ms"));
    for (int i = 1; i <= 5; i++) {
        read_listing(4, i * LATER);
        ck_assert_msg(pass() == 1, "time %d", i);
    }
    ck_assert_int_ge(wb_now_ms() - begun_ms, 20 * (1 + 2 + 4 + 8 + 16));
    read_listing(4, 6 * LATER);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DUE), 0);
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"" FAIR "/listing/L\"}");
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&kit_last_reply), "\"wait\":\"differs\""));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&kit_last_reply), "\"told_again\":5"));
    tell_stock(9); /* another number is another matter */
    ck_assert_uint_eq(arrive(WB_OUTCOME_HANDED_ON), 1);
    read_listing(4, 7 * LATER);
    ck_assert_uint_eq(pass(), 1);
    kit_close(&self);
}
END_TEST

START_TEST(switched_off)
{
    open_fair(YAML("0ms"));
    read_listing(4, LATER);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DUE), 0);
    ck_assert_uint_eq(pass(), 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {told_once_more,                  2},
        {killed_while_it_waits,           0},
        {read_before,                     2},
        {on_its_way_or_refused,           2},
        {it_becomes_right_while_it_waits, 0},
        {not_for_ever,                    0},
        {switched_off,                    0},
        {NULL,                            0},
    };

    return wb_suite_run("actors.mapper.differs", rows);
}
