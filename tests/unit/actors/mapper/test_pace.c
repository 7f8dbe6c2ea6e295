/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace: how often a listing is told, and a shop many of whose listings would be sold out at once
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define FAIR "default/fair"
#define STALLS(settings)                                                                           \
    KIT_STALL("barn")                                                                              \
    "  fair: {connector: kit_stall" settings "}\n" KIT_STALL("market") "routes:\n"
#define PACED(every) STALLS("") "  - {from: barn, kind: inventory, to: fair, every: " every "}\n"
#define GUARDED(settings) STALLS(settings) "  - {from: barn, kind: inventory, to: fair}\n"
#define LISTINGS 20

static kit self;

static void
tell_stock(int n, const char *sku, int64_t count)
{
    kit_tell(
        &self, (size_t)n % KIT_MESSAGES_MAX,
        &(kit_word){.account = "barn", .id = sku, .sku = sku, .number = count, .updated = n + 1});
}

static void
tell_listing(int n, const char *id, const char *sku)
{
    kit_tell(
        &self, (size_t)n % KIT_MESSAGES_MAX,
        &(kit_word){.account = "fair", .id = id, .sku = sku, .listing = true, .updated = n + 1});
}

static int64_t
wanted(const char *id)
{
    char key[64];
    wb_listing listing;
    wb_err err = {0};

    snprintf(key, sizeof key, FAIR "/listing/%s", id);
    const wb_record_row *row = kit_record(&self, key);
    ck_assert(
        !wb_canonical_decode(wb_listing_fields, row->canonical, &listing, sizeof listing, &err));
    return listing.wanted.quantity.known ? listing.wanted.quantity.value : KIT_UNTOLD;
}

static bool
walks(void)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    wb_buf_init(&text, 1024);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_rejoin_status(&self.mapper, &out);
    wb_json_close(&out, '}');
    return text.len > 2;
}

/* What is on its way arrives; how much that is. */
static size_t
arrive(void)
{
    wb_err err = {0};

    kit_done();
    while (walks())
        ck_assert_msg(!wb_loop_turn(self.ctx.loop, 5, &err), "%s", err.text);
    return kit_arrive(&self, FAIR, WB_OUTCOME_HANDED_ON);
}

/* --- how often --- */

START_TEST(the_latest_goes_when_its_time_comes)
{
    kit_open(&self, PACED("700ms"));
    tell_listing(0, "L1", "A");
    tell_stock(1, "A", 5);
    ck_assert_uint_eq(arrive(), 1);
    tell_stock(2, "A", 6);
    tell_stock(3, "A", 7);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_DUE), 1);
    ck_assert_uint_eq(arrive(), 0);
    ck_assert_int_eq(wanted("L1"), 5);
    if (_i)
        kit_restart(&self); /* as if killed: it is noted */
    kit_pass(&self);
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L1"), 7);
    kit_close(&self);
}
END_TEST

START_TEST(what_comes_back_before_its_time_is_not_told)
{
    kit_open(&self, PACED("700ms"));
    tell_listing(0, "L1", "A");
    tell_stock(1, "A", 5);
    ck_assert_uint_eq(arrive(), 1);
    tell_stock(2, "A", 6);
    tell_stock(3, "A", 5);
    kit_pass(&self);
    ck_assert_uint_eq(arrive(), 0);
    ck_assert_int_eq(wanted("L1"), 5);
    kit_close(&self);
}
END_TEST

START_TEST(a_shorter_time_counts_at_the_next_start)
{
    kit_open(&self, PACED("1h"));
    tell_listing(0, "L1", "A");
    tell_stock(1, "A", 5);
    ck_assert_uint_eq(arrive(), 1);
    tell_stock(2, "A", 6);
    ck_assert_uint_eq(arrive(), 0);
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"" FAIR "/listing/L1\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"wait\":\"pace\",\"due\":"), "%s",
                  wb_buf_text(&kit_last_reply));
    kit_restart_as(&self, PACED("0"));
    tell_stock(3, "A", 8);
    ck_assert_uint_eq(arrive(), 1);
    ck_assert_int_eq(wanted("L1"), 8);
    kit_close(&self);
}
END_TEST

/* --- many that are sold out --- */

static void
tell_stock_of(int n, int listing, int64_t count)
{
    char sku[16];

    snprintf(sku, sizeof sku, "S%d", listing);
    tell_stock(n, sku, count);
}

/* Each of them has five. */
static void
open_with(const char *yaml, int listings)
{
    char id[16], sku[16];

    kit_open(&self, yaml);
    for (int i = 0; i < listings; i++) {
        snprintf(id, sizeof id, "L%d", i);
        snprintf(sku, sizeof sku, "S%d", i);
        tell_listing(2 * i, id, sku);
        tell_stock_of(2 * i + 1, i, 5);
    }
    ck_assert_int_eq((int)arrive(), listings);
}

static bool
is_stopped(void)
{
    kit_call(&self, WB_KIND_CALL_STOCK, "{\"action\":\"list\"}");
    return strstr(wb_buf_text(&kit_last_reply), "\"account\":\"" FAIR "\"") != NULL;
}

/* Six of twenty are as many as may be; the seventh stops the shop, and a person lets it go on. */
START_TEST(too_many_at_once)
{
    open_with(GUARDED(""), LISTINGS);
    for (int i = 0; i < 6; i++)
        tell_stock_of(100 + i, i, 0);
    ck_assert_uint_eq(arrive(), 6);
    ck_assert(!is_stopped());
    tell_stock_of(110, 6, 0);
    tell_stock_of(111, 19, 4); /* whatever the number: it is not believed */
    ck_assert_uint_eq(arrive(), 0);
    ck_assert(is_stopped());
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"zeros\":7,\"listings\":20"), "%s",
                  wb_buf_text(&kit_last_reply));
    kit_restart(&self);
    ck_assert(is_stopped());
    tell_stock_of(112, 7, 0);
    ck_assert_uint_eq(arrive(), 0);
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"" FAIR "/listing/L7\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"wait\":\"zeros\",\"since\":"), "%s",
                  wb_buf_text(&kit_last_reply));
    kit_call(&self, WB_KIND_CALL_STOCK, "{\"action\":\"release\",\"account\":\"" FAIR "\"}");
    ck_assert(strstr(wb_buf_text(&kit_last_reply), "\"ok\":true"));
    ck_assert_uint_eq(arrive(), 3);
    ck_assert_int_eq(wanted("L6"), 0);
    ck_assert_int_eq(wanted("L19"), 4);
    kit_call(&self, WB_KIND_CALL_STOCK, "{\"action\":\"release\",\"account\":\"" FAIR "\"}");
    ck_assert(strstr(wb_buf_text(&kit_last_reply), "\"ok\":false"));
    for (int i = 8; i < 18; i++) /* the person has seen it: not twice in a time */
        tell_stock_of(120 + i, i, 0);
    ck_assert_uint_eq(arrive(), 10);
    kit_close(&self);
}
END_TEST

START_TEST(few_listings_may_all_be_sold_out)
{
    open_with(GUARDED(""), LISTINGS - 1);
    for (int i = 0; i < LISTINGS - 1; i++)
        tell_stock_of(100 + i, i, 0);
    ck_assert_uint_eq(arrive(), LISTINGS - 1);
    kit_close(&self);
}
END_TEST

/* What comes and goes is counted once, and what was sold out before is not. */
START_TEST(back_and_forth)
{
    open_with(GUARDED(""), LISTINGS);
    for (int i = 0; i < 20; i++)
        tell_stock_of(100 + i, 0, i % 2 ? 5 : 0);
    ck_assert_uint_ge(arrive(), 1);
    ck_assert(!is_stopped());
    for (int i = 0; i < 6; i++)
        tell_stock_of(130 + i, i, 0);
    ck_assert_uint_eq(arrive(), 6);
    ck_assert(!is_stopped());
    tell_stock_of(140, 6, 0);
    ck_assert(is_stopped());
    kit_close(&self);
}
END_TEST

START_TEST(without_a_guard)
{
    open_with(GUARDED(", zero_guard_percent: 0"), LISTINGS);
    for (int i = 0; i < LISTINGS; i++)
        tell_stock_of(100 + i, i, 0);
    ck_assert_uint_eq(arrive(), LISTINGS);
    kit_close(&self);
}
END_TEST

START_TEST(what_cannot_be_released)
{
    kit_open(&self, GUARDED(""));
    kit_call(&self, WB_KIND_CALL_STOCK, "{\"action\":\"release\",\"account\":\"default/market\"}");
    ck_assert(strstr(wb_buf_text(&kit_last_reply), "no stock is routed to default/market"));
    kit_call(&self, WB_KIND_CALL_STOCK, "{\"action\":\"drop\"}");
    ck_assert(strstr(wb_buf_text(&kit_last_reply), "action is list or release"));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {the_latest_goes_when_its_time_comes,         2},
        {what_comes_back_before_its_time_is_not_told, 0},
        {a_shorter_time_counts_at_the_next_start,     0},
        {too_many_at_once,                            0},
        {few_listings_may_all_be_sold_out,            0},
        {back_and_forth,                              0},
        {without_a_guard,                             0},
        {what_cannot_be_released,                     0},
        {NULL,                                        0},
    };

    return wb_suite_run("actors.mapper.pace", cases);
}
