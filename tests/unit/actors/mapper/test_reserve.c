/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserve: a sale in one shop lowers what another shows of the same goods, until the ERP says so
 */
#include "actors/mapper/stock/reserve.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define FAIR "default/fair"
#define BARN "default/barn"
#define ACCOUNTS KIT_SHOP KIT_STALL("barn") KIT_STALL("fair") "routes:\n"
#define ORDERS "  - {from: shop, to: barn}\n"
#define STOCK                                                                                      \
    "  - {from: barn, kind: inventory, to: fair}\n"                                                \
    "  - {from: barn, kind: inventory, to: shop}\n"
#define LINE(quantity) "[{\"id\":\"1\",\"sku\":\"A\",\"quantity\":" quantity "}]"

static kit self;
static int said;

static void
tell_stock(const char *sku, int64_t count, int64_t observed_utc_us)
{
    size_t at = (size_t)said++ % KIT_MESSAGES_MAX;

    kit_observed_utc_us = observed_utc_us;
    kit_tell(
        &self, at,
        &(kit_word){.account = "barn", .id = sku, .sku = sku, .number = count, .updated = said});
    kit_observed_utc_us = 0;
}

static void
tell_listing(const char *id, const char *sku)
{
    size_t at = (size_t)said++ % KIT_MESSAGES_MAX;

    kit_tell(
        &self, at,
        &(kit_word){.account = "fair", .id = id, .sku = sku, .listing = true, .updated = said});
}

static void
sell(const char *status, const char *lines)
{
    size_t at = (size_t)said++ % KIT_MESSAGES_MAX;

    kit_say(&self, at, &(kit_order){.id = "1", .status = status, .updated = said, .lines = lines});
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

/* All that is on its way to an account arrives. */
static void
arrive(const char *target)
{
    kit_done();
    kit_look(&self);
    while (kit_waiting(target))
        kit_receipt(&self, target, WB_OUTCOME_HANDED_ON);
}

static const char *
state_of(const char *record)
{
    return wb_reservation_statuses[kit_record(&self, record)->status];
}

/* The fair shows five of A, and the shop sells some of it. */
static void
open_fair(const char *yaml)
{
    said = 0;
    kit_open(&self, yaml);
    tell_listing("L1", "A");
    tell_stock("A", 5, 0);
    arrive(FAIR);
    ck_assert_int_eq(wanted("L1"), 5);
}

static int64_t
later(void)
{
    return wb_now_utc_us() + 60 * WB_US_PER_S;
}

START_TEST(from_its_sale_to_what_the_erp_tells)
{
    open_fair(ACCOUNTS ORDERS STOCK);
    sell("open", LINE("2"));
    ck_assert_int_eq(wanted("L1"), 3);
    ck_assert_str_eq(state_of("default/shop/reservation/1%2F1"), "held");
    ck_assert_uint_eq(kit_waiting(FAIR), 1); /* it was not waited for */
    tell_stock("A", 6, later());             /* the ERP has not the order yet */
    ck_assert_int_eq(wanted("L1"), 4);
    if (_i)
        kit_restart(&self);
    arrive(BARN);
    tell_stock("A", 7, wb_now_utc_us() - 60 * WB_US_PER_S); /* asked before it had it */
    ck_assert_int_eq(wanted("L1"), 5);
    if (_i)
        kit_restart(&self);
    tell_stock("A", 4, later() + 1);
    ck_assert_int_eq(wanted("L1"), 4);
    ck_assert_str_eq(state_of("default/shop/reservation/1%2F1"), "ended");
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKEN), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKES), 0);
    sell("open", LINE("1")); /* what ended does not begin again */
    ck_assert_int_eq(wanted("L1"), 4);
    kit_close(&self);
}
END_TEST

/* Stock that was asked for before the order was there says nothing of it. */
START_TEST(asked_before_it_was_there)
{
    int64_t before_utc_us;

    open_fair(ACCOUNTS ORDERS STOCK);
    before_utc_us = wb_now_utc_us();
    sell("open", LINE("2"));
    arrive(BARN);
    tell_stock("A", 6, before_utc_us);
    ck_assert_int_eq(wanted("L1"), 4);
    tell_stock("A", 6, later()); /* the same number: it has the order in it all the same */
    ck_assert_int_eq(wanted("L1"), 6);
    kit_close(&self);
}
END_TEST

START_TEST(it_is_cancelled)
{
    open_fair(ACCOUNTS ORDERS STOCK);
    sell("open", LINE("2"));
    sell("open", LINE("2")); /* twice is once */
    ck_assert_int_eq(wanted("L1"), 3);
    sell("open", LINE("4"));
    ck_assert_int_eq(wanted("L1"), 1);
    sell("open", LINE("9"));
    ck_assert_int_eq(wanted("L1"), 0);
    sell("cancelled", LINE("9"));
    ck_assert_int_eq(wanted("L1"), 5);
    ck_assert_str_eq(state_of("default/shop/reservation/1%2F1"), "ended");
    kit_close(&self);
}
END_TEST

START_TEST(a_line_goes_and_another_comes)
{
    open_fair(ACCOUNTS ORDERS STOCK);
    tell_listing("L2", "B");
    tell_stock("B", 9, 0);
    sell("open", LINE("2"));
    sell("open", "[{\"id\":\"2\",\"sku\":\"B\",\"quantity\":3}]");
    ck_assert_int_eq(wanted("L1"), 5);
    ck_assert_int_eq(wanted("L2"), 6);
    kit_close(&self);
}
END_TEST

/* It is no more open before the ERP tells its stock again: what was read last is without it, and
 * its listing would rise and fall. */
START_TEST(through_before_the_erp_tells)
{
    static const struct {
        const char *status;
        bool there; /* the ERP has it */
    } rows[] = {
        {"shipped",   true },
        {"cancelled", true },
        {"shipped",   false},
    };

    open_fair(ACCOUNTS ORDERS STOCK);
    sell("open", LINE("2"));
    if (rows[_i].there)
        arrive(BARN);
    arrive(FAIR);
    sell(rows[_i].status, LINE("2"));
    ck_assert_int_eq(wanted("L1"), 3);
    ck_assert_uint_eq(kit_waiting(FAIR), 0);
    tell_stock("A", 3, later());
    ck_assert_int_eq(wanted("L1"), 3);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKEN), 0);
    kit_close(&self);
}
END_TEST

/* What is read for the first time when it is through takes nothing: a backfill lowers no stock. */
START_TEST(what_is_through)
{
    static const char *const states[] = {"shipped", "cancelled"};

    open_fair(ACCOUNTS ORDERS STOCK);
    sell(states[_i], LINE("2"));
    ck_assert_int_eq(wanted("L1"), 5);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKEN), 0);
    kit_close(&self);
}
END_TEST

/* Its ERP never hears of it: nobody would ever end it. */
START_TEST(orders_that_do_not_go_there)
{
    open_fair(ACCOUNTS STOCK);
    sell("open", LINE("2"));
    ck_assert_int_eq(wanted("L1"), 5);
    kit_close(&self);
}
END_TEST

START_TEST(the_pusher_held_it)
{
    const wb_record_row *row;

    open_fair(ACCOUNTS ORDERS STOCK);
    sell("open", LINE("2"));
    kit_receipt(&self, BARN, WB_OUTCOME_HELD);
    tell_stock("A", 6, later());
    ck_assert_int_eq(wanted("L1"), 4);
    row = kit_record(&self, "default/shop/order/1");
    kit_mark(&self, BARN, "default/shop/order/1", row->wanted, WB_OUTCOME_HANDED_ON);
    tell_stock("A", 7, later() + 1);
    ck_assert_int_eq(wanted("L1"), 7);
    kit_close(&self);
}
END_TEST

START_TEST(what_a_table_makes_of_it)
{
    char folder[] = "/tmp/wb-reserve-XXXXXX", yaml[1024], path[64];
    FILE *file;

    ck_assert(folder_make(folder) != NULL);
    snprintf(path, sizeof path, "%s/skus.csv", folder);
    file = fopen(path, "w");
    ck_assert(file && fputs("sku,master,quantity\nA,A,\nA,B,2\n", file) >= 0 && !fclose(file));
    snprintf(yaml, sizeof yaml,
             ACCOUNTS ORDERS "  - {from: barn, kind: inventory, to: fair}\n"
                             "  - {from: barn, kind: inventory, to: shop, skus: skus}\n"
                             "tables: {skus: {file: %s/skus.csv}}\n",
             folder);
    open_fair(yaml);
    tell_listing("L2", "B");
    tell_stock("B", 9, 0);
    sell("open", LINE("2"));
    ck_assert_int_eq(wanted("L1"), 3);
    ck_assert_int_eq(wanted("L2"), 5);
    ck_assert_str_eq(state_of("default/shop/reservation/1%2F1"), "held");
    ck_assert_str_eq(state_of("default/shop/reservation/1%2F1%2F1"), "held");
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"" FAIR "/listing/L2\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"taken\":4,\"pieces\":5"), "%s",
                  wb_buf_text(&kit_last_reply));
    kit_close(&self);
    folder_remove(folder);
}
END_TEST

/* One that nobody ended grows too old with its order: its pieces are there again. */
START_TEST(it_grows_too_old)
{
    int64_t year_us = 401 * INT64_C(86400) * WB_US_PER_S;
    wb_err err = {0};

    open_fair(ACCOUNTS ORDERS STOCK);
    sell("open", LINE("2"));
    arrive(NULL);
    do {
        WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;

        kit_done();
        ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
        ck_assert(!wb_mapper_age(&self.mapper, wb_now_utc_us() + year_us, txn, &err));
        ck_assert(!wb_txn_commit(&txn, &err));
    } while (!self.mapper.age.end);
    ck_assert(!kit_has(&self, "default/shop/reservation/1%2F1"));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKEN), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_TAKES), 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {from_its_sale_to_what_the_erp_tells, 2},
        {asked_before_it_was_there,           0},
        {it_is_cancelled,                     0},
        {a_line_goes_and_another_comes,       0},
        {through_before_the_erp_tells,        3},
        {what_is_through,                     2},
        {orders_that_do_not_go_there,         0},
        {the_pusher_held_it,                  0},
        {what_a_table_makes_of_it,            0},
        {it_grows_too_old,                    0},
        {NULL,                                0},
    };

    return wb_suite_run("actors.mapper.reserve", cases);
}
