/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts: shipments of one order, told by SKUs, are told what of its lines the others have
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define SHOP "default/shop"
#define HOUSE "default/house"
#define ORDER "default/shop/order/1"
#define DAY_US (INT64_C(86400) * WB_US_PER_S)
#define BACK                                                                                       \
    KIT_SHOP KIT_WAREHOUSE "  barn: {connector: kit_house}\n"                                      \
                           "routes:\n"                                                             \
                           "  - {from: shop, to: house}\n"                                         \
                           "  - {from: shop, to: barn}\n"                                          \
                           "  - {from: house, kind: shipments, to: origin}\n"                      \
                           "  - {from: barn, kind: shipments, to: house}\n"
#define TWO_LINES                                                                                  \
    "[{\"id\":\"1\",\"sku\":\"A\",\"quantity\":1},"                                                \
    "{\"id\":\"2\",\"sku\":\"A\",\"quantity\":1}]"

static kit self;

static void
say_order(size_t n)
{
    kit_say(&self, n, &(kit_order){.id = "1", .status = "open", .updated = 1, .lines = TWO_LINES});
    while (kit_waiting(HOUSE))
        kit_receipt(&self, HOUSE, WB_OUTCOME_HANDED_ON);
    while (kit_waiting("default/barn"))
        kit_receipt(&self, "default/barn", WB_OUTCOME_HANDED_ON);
}

static void
say(size_t n, const char *account, const char *id, const char *status)
{
    kit_say_parcel(&self, n,
                   &(kit_parcel){.account = account,
                                 .id = id,
                                 .status = status,
                                 .root = ORDER,
                                 .updated = (int)n + 1,
                                 .sku = "A",
                                 .quantity = 1});
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_HANDED_ON);
}

/* What the newest word on its way says that others have of each line. */
static void
check_shipped(const wb_envelope *env, const char *record, int64_t first, int64_t second)
{
    const wb_order_facts_line *lines;
    wb_shipment out;
    wb_err err = {0};

    ck_assert_msg(wb_view_is(env->record, record), "%.*s", WB_VIEW_ARG(env->record));
    ck_assert_msg(!wb_canonical_decode(wb_shipment_fields, env->body, &out, sizeof out, &err), "%s",
                  err.text);
    ck_assert_uint_eq(out.order.lines.count, 2);
    lines = out.order.lines.items;
    ck_assert_int_eq(lines[0].shipped.value, first);
    ck_assert_int_eq(lines[1].shipped.value, second);
    wb_canonical_fini(wb_shipment_fields, &out);
}

START_TEST(who_came_first_has_the_first_line)
{
    kit_open(&self, BACK);
    say_order(0);
    say(1, NULL, "q", NULL);
    check_shipped(kit_last_sent(), HOUSE "/shipment/q", 0, 0);
    say(2, NULL, "p", NULL);
    check_shipped(kit_last_sent(), HOUSE "/shipment/p", 1, 0);
    say(3, NULL, "q", "delivered"); /* a later word of it keeps its place */
    check_shipped(kit_last_sent(), HOUSE "/shipment/q", 0, 0);
    say(4, NULL, "p", "delivered");
    check_shipped(kit_last_sent(), HOUSE "/shipment/p", 1, 0);
    kit_close(&self);
}
END_TEST

START_TEST(what_was_called_back_has_none)
{
    kit_open(&self, BACK);
    say_order(0);
    say(1, NULL, "p", NULL);
    say(2, NULL, "p", "cancelled");
    say(3, NULL, "q", NULL);
    check_shipped(kit_last_sent(), HOUSE "/shipment/q", 0, 0);
    kit_close(&self);
}
END_TEST

/* From the store, at a start, and when both waited for their order. */
START_TEST(what_waited_has_it_too)
{
    kit_open(&self, BACK);
    if (!_i)
        say_order(0);
    kit_room = 0;
    say(1, NULL, "p", NULL);
    say(2, NULL, "q", NULL);
    if (_i)
        kit_say(&self, 0,
                &(kit_order){.id = "1", .status = "open", .updated = 1, .lines = TWO_LINES});
    kit_room = 100;
    kit_restart(&self);
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(SHOP), 2);
    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next) {
        const wb_envelope *env = WB_CONTAINER(link, wb_outgoing, link)->env;

        if (wb_view_is(env->record, HOUSE "/shipment/p"))
            check_shipped(env, HOUSE "/shipment/p", 0, 0);
        else if (wb_view_is(env->target, SHOP))
            check_shipped(env, HOUSE "/shipment/q", 1, 0);
    }
    kit_close(&self);
}
END_TEST

/* A shipment that the target itself told is no other one to it. */
START_TEST(what_the_target_told_does_not_count)
{
    kit_open(&self, BACK);
    say_order(0);
    say(1, NULL, "p", NULL);
    say(2, "barn", "b", NULL);
    check_shipped(kit_last_sent(), "default/barn/shipment/b", 0, 0);
    kit_close(&self);
}
END_TEST

/* What has grown old leaves no row behind. */
START_TEST(it_grows_old)
{
    wb_txn *txn = NULL;
    wb_err err = {0};

    kit_open(&self, BACK);
    say_order(0);
    say(1, NULL, "p", NULL);
    say(2, NULL, "q", NULL);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARTS), 2);
    kit_receipt(&self, SHOP, WB_OUTCOME_HANDED_ON); /* of p; the other waits */
    do {
        ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
        ck_assert_msg(!wb_mapper_age(&self.mapper, wb_now_utc_us() + 500 * DAY_US, txn, &err), "%s",
                      err.text);
        ck_assert(!wb_txn_commit(&txn, &err));
    } while (!self.mapper.age.end);
    ck_assert(!kit_has(&self, HOUSE "/shipment/p"));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARTS), 1);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {who_came_first_has_the_first_line,   0},
        {what_was_called_back_has_none,       0},
        {what_waited_has_it_too,              2},
        {what_the_target_told_does_not_count, 0},
        {it_grows_old,                        0},
        {NULL,                                0},
    };

    return wb_suite_run("actors.mapper.parts", cases);
}
