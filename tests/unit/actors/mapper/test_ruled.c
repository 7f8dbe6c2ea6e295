/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled: what a rule keeps back lies apart, and leaves when rules, tables, the time or a person let
 * it; whatever ends in between
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/ruled_kit.h"
#include "tests/unit/suite.h"

/* --- a hold --- */

START_TEST(held)
{
    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    ck_assert_int_eq(kit_outcome[0], WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1);
    ck_assert_uint_eq(kit_parked(&self), 0);
    lies(ORDER, 1, "rule hold: look at it (rule 1: always)");
    ck_assert_uint_eq(kit_record(&self, ORDER)->wanted, 0);
    ck_assert_uint_eq(kit_events(&self, "mapped"), 1);
    kit_close(&self);
}
END_TEST

/* At a start that meets other rules; once, and never again. */
START_TEST(leaves_when_the_rule_goes)
{
    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    kit_restart_as(&self, _i ? OTHER : PLAIN);
    ck_assert(walks());
    walk();
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert(wb_view_is(kit_last_sent()->record, ORDER));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    lies(ORDER, 0, NULL);
    kit_restart_as(&self, HELD); /* what was delivered is not looked at */
    walk();
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_close(&self);
}
END_TEST

START_TEST(stays_while_the_rule_does)
{
    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    kit_restart(&self);
    ck_assert(!walks());
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    lies(ORDER, 1, "rule hold: look at it (rule 1: always)");
    kit_restart_as(&self, OTHER_WORDS);
    walk();
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    lies(ORDER, 1, "rule hold: look again (rule 1: always)");
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1);
    kit_close(&self);
}
END_TEST

/* Without rules nothing lies, and nothing is looked at. */
START_TEST(nothing_without_rules)
{
    kit_open(&self, PLAIN);
    ck_assert(!walks());
    say(0, "1", "open", 1, NULL);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_restart_as(&self, HELD);
    ck_assert(!walks()); /* nothing lies: the digest alone is new */
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_revision_replaces_it)
{
    uint64_t first;

    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    first = kit_record(&self, ORDER)->revision;
    say(1, "1", "open", 2, "[{\"id\":\"l\",\"sku\":\"A\",\"quantity\":1}]");
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1);
    lies(ORDER, 1, "rule hold: look at it (rule 1: always)");
    ck_assert_uint_gt(kit_record(&self, ORDER)->deliveries[0].revision, first);
    kit_restart_as(&self, PLAIN);
    walk();
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_last_sent()->revision, kit_record(&self, ORDER)->revision);
    kit_close(&self);
}
END_TEST

/* The target has to know of a cancellation. */
START_TEST(a_cancelled_one_passes)
{
    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    say(1, "1", "cancelled", 2, NULL);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    lies(ORDER, 0, NULL);
    kit_close(&self);
}
END_TEST

/* What was handed on is not held. */
START_TEST(what_passed_is_not_held)
{
    kit_open(&self, PLAIN);
    say(0, "1", "open", 1, NULL);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    kit_restart_as(&self, HELD);
    say(1, "1", "shipped", 2, NULL);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_close(&self);
}
END_TEST

/* One target has it, the other waits; and each goes its own way. */
START_TEST(of_two_targets)
{
    kit_open(&self,
             KIT_SHOP KIT_ERP KIT_DEAF "routes: [{from: shop, to: erp}, {from: shop, to: deaf}]\n"
                                       "rules: {holds: [{to: deaf, reason: no}]}\n");
    say(0, "1", "open", 1, NULL);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_waiting(DEAF), 0);
    lies(ORDER, 1, "rule hold: no (rule 1: to = deaf)");
    say(1, "1", "shipped", 2, NULL);
    ck_assert_uint_eq(kit_waiting(DEAF), 0);
    lies(ORDER, 1, "rule hold: no (rule 1: to = deaf)");
    kit_restart_as(&self, KIT_SHOP KIT_ERP KIT_DEAF
                   "routes: [{from: shop, to: erp}, {from: shop, to: deaf}]\n");
    walk();
    ck_assert_uint_eq(kit_waiting(DEAF), 1);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    lies(ORDER, 0, NULL);
    kit_close(&self);
}
END_TEST

/* A route that is switched off leads nowhere; what lies waits for it. */
START_TEST(a_route_that_is_switched_off)
{
    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    kit_restart_as(&self, KIT_SHOP KIT_ERP "routes: [{from: shop, to: erp, enabled: false}]\n");
    walk();
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1);
    lies(ORDER, 1, "rule hold: look at it (rule 1: always)");
    say(1, "2", "open", 1, NULL);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_FILTERED);
    kit_restart_as(&self, OTHER);
    walk();
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    kit_close(&self);
}
END_TEST

/* --- its time --- */

START_TEST(leaves_when_it_is_old_enough)
{
    wb_err err = {0};

    kit_open(&self, PLAIN "rules: {holds: [{reason: wait, age: 1s}]}\n");
    say(0, "1", "open", 1, NULL);
    say(1, "2", "open", 1, NULL);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 2);
    if (_i)
        kit_restart(&self);
    for (int i = 0; i < 1000 && kit_waiting(ERP) < 2; i++)
        ck_assert_msg(!wb_loop_turn(self.ctx.loop, 10, &err), "%s", err.text);
    ck_assert_uint_eq(kit_waiting(ERP), 2);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_close(&self);
}
END_TEST

/* --- a person --- */

#define RELEASE "{\"record\":\"" ORDER "\",\"release\":\"seen\",\"by\":\"ann\"}"

START_TEST(released)
{
    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    kit_call(&self, WB_KIND_CALL_HELD, RELEASE);
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"found\":true,\"released\":1}"), "%s",
                  wb_buf_text(&kit_last_reply));
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    ck_assert_uint_eq(kit_events(&self, "released"), 1);
    kit_call(&self, WB_KIND_CALL_HELD, RELEASE); /* twice is once */
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"found\":true,\"released\":0}"), "%s",
                  wb_buf_text(&kit_last_reply));
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    say(1, "1", "shipped", 2, NULL); /* for good */
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_close(&self);
}
END_TEST

static const struct {
    const char *body, *answer;
} calls[] = {
    {"{\"record\":\"default/shop/order/9\",\"release\":\"x\",\"by\":\"ann\"}", "\"found\":false"   },
    {"{\"record\":\"" ORDER "\",\"release\":\"x\"}",                           "\"error\":\"by: "  },
    {"{\"release\":\"x\",\"by\":\"ann\"}",                                     "\"error\":\"record"},
    {"{\"limit\":0}",                                                          "\"error\":\"limit" },
    {"{\"limit\":1}",                                                          "\"more\":1"        },
    {"{}",                                                                     "{\"record\":\"" ORDER "\",\"target\":\"" ERP "\",\"wait\":\"rule hold\",\"reason\":"
           "\"rule hold: look at it (rule 1: always)\"}"                                 },
};

START_TEST(asked)
{
    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    say(1, "2", "open", 1, NULL);
    kit_call(&self, WB_KIND_CALL_HELD, calls[_i].body);
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), calls[_i].answer), "%s",
                  wb_buf_text(&kit_last_reply));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 2);
    kit_close(&self);
}
END_TEST

START_TEST(told_of_a_record)
{
    kit_open(&self, PLAIN "rules: {warehouses: [{sku: A, warehouse: W1}], holds: [{reason: x}]}\n");
    say(0, "1", "open", 1, "[{\"id\":\"l\",\"sku\":\"A\",\"quantity\":1}]");
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"" ORDER "\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply),
                         "\"decided\":[{\"target\":\"" ERP "\",\"rules\":[{\"what\":\"warehouse\","
                         "\"is\":\"W1\",\"by\":\"rule 1: sku = A\"}"),
                  "%s", wb_buf_text(&kit_last_reply));
    ck_assert(strstr(wb_buf_text(&kit_last_reply), "\"held\":\"rule hold: x"));
    kit_close(&self);
}
END_TEST

/* --- conflicts --- */

#define SKUS "routes: [{from: shop, to: erp, skus: t}]\n"
#define LINES(sku) "[{\"id\":\"l\",\"sku\":\"" sku "\",\"quantity\":2}]"
#define NOT_KNOWN "conflict: the table of SKUs does not know A: add a row for it"

static void
sent_goods(const char *sku, int64_t quantity)
{
    const wb_decided_line *lines;
    wb_order order;
    wb_err err = {0};

    ck_assert(
        !wb_canonical_decode(wb_order_fields, kit_last_sent()->body, &order, sizeof order, &err));
    ck_assert_uint_eq(order.decided.lines.count, 1);
    lines = order.decided.lines.items;
    ck_assert(wb_view_is(lines[0].sku, sku));
    ck_assert_int_eq(lines[0].quantity.value, quantity);
    wb_canonical_fini(wb_order_fields, &order);
}

/* An order is kept back until the table knows its goods; a reload does it, without a drain. */
START_TEST(a_sku_comes)
{
    put_table("sku,master,quantity\nB,M,1\n");
    kit_open(&self, with_table(KIT_SHOP KIT_ERP, SKUS));
    say(0, "1", "open", 1, LINES("A"));
    say(1, "2", "open", 1, LINES("B"));
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    lies(ORDER, 1, NOT_KNOWN);
    kit_call(&self, WB_KIND_CALL_HELD, RELEASE); /* nobody can let it go */
    ck_assert_msg(
        strstr(wb_buf_text(&kit_last_reply), "\"released\":0,\"kept\":\"" ERP ": conflict"), "%s",
        wb_buf_text(&kit_last_reply));
    reload(KIT_SHOP KIT_ERP, "sku,master,quantity\nB,M,1\nA,N,3\n", SKUS);
    ck_assert_uint_eq(kit_waiting(ERP), 2);
    sent_goods("N", 6);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_close(&self);
}
END_TEST

/* What the target has stays there; what is new of it waits, and is not held afterwards. */
START_TEST(a_conflict_of_what_passed)
{
    put_table("sku,master\nA,M\n");
    kit_open(&self, with_table(KIT_SHOP KIT_ERP, SKUS));
    say(0, "1", "open", 1, LINES("A"));
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    reload(KIT_SHOP KIT_ERP, "sku,master\nB,M\n", SKUS);
    ck_assert_uint_eq(kit_waiting(ERP), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0); /* delivered: it is not looked at */
    say(1, "1", "shipped", 2, LINES("A"));
    lies(ORDER, 1, NOT_KNOWN " (an older state of it is there)");
    kit_call(&self, WB_KIND_CALL_HELD, RELEASE); /* which does not make it another's */
    lies(ORDER, 1, NOT_KNOWN " (an older state of it is there)");
    put_table("sku,master\nA,N\n");
    kit_restart_as(&self, with_table(KIT_SHOP KIT_ERP, SKUS "rules: {holds: [{reason: no}]}\n"));
    walk();
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    lies(ORDER, 0, NULL);
    kit_close(&self);
}
END_TEST

/* It waits in the outbox for a target that takes nothing; in the meantime its table changes. */
START_TEST(out_of_the_outbox)
{
    put_table("sku,master\nA,M\n");
    kit_open(&self, with_table(KIT_SHOP KIT_ERP, SKUS));
    kit_room = 0;
    say(0, "1", "open", 1, LINES("A"));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 1);
    put_table("sku,master\nB,M\n");
    kit_restart_as(&self, with_table(KIT_SHOP KIT_ERP, SKUS));
    kit_room = 1024;
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(ERP), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1);
    lies(ORDER, 1, NOT_KNOWN " (an older state of it is there)");
    reload(KIT_SHOP KIT_ERP, "sku,master\nA,N\n", SKUS);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    sent_goods("N", 2);
    kit_close(&self);
}
END_TEST

/* --- shipments --- */

#define BACK                                                                                       \
    "routes:\n  - {from: shop, to: erp}\n  - {from: house, kind: shipments, to: erp}\n"            \
    "rules: {carriers: [{table: t}]}\n"
#define YARD KIT_SHOP KIT_ERP KIT_WAREHOUSE

static void
say_parcel(size_t n, const char *carrier, int updated)
{
    kit_say_parcel(&self, n,
                   &(kit_parcel){.id = "p", .root = ORDER, .carrier = carrier, .updated = updated});
}

/* A carrier that nobody knows; its order waits at the same target when it is known. */
START_TEST(a_carrier_comes)
{
    put_table("carrier,id\nDHL,7\n");
    kit_open(&self, with_table(YARD, BACK));
    say(0, "1", "open", 1, NULL);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    say_parcel(1, "UPS", 1);
    lies(PARCEL, 1, "conflict: no rule knows the carrier 'UPS': add one for it, or a default");
    if (_i)
        say(2, "1", "shipped", 3, NULL);
    reload(YARD, "carrier,id\nDHL,7\n*,9\n", BACK);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    if (_i) {
        lies(PARCEL, 1, "after " ORDER);
        kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
        kit_look(&self);
    }
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert(wb_view_is(kit_last_sent()->record, PARCEL));
    lies(PARCEL, 0, NULL);
    kit_close(&self);
}
END_TEST

/* Freed by its order, a rule keeps it back then. */
START_TEST(after_its_order_a_rule)
{
    put_table("carrier,id\nDHL,7\n");
    kit_open(&self, with_table(YARD, BACK));
    say(0, "1", "open", 1, NULL);
    say_parcel(1, "UPS", 1);
    lies(PARCEL, 1, "after " ORDER);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting(ERP), 0);
    lies(PARCEL, 1, "conflict: no rule knows the carrier 'UPS': add one for it, or a default");
    ck_assert_uint_eq(kit_record(&self, PARCEL)->wanted, 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 0);
    kit_done();
    say_parcel(2, "dhl", 2);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {held,                         0              },
        {leaves_when_the_rule_goes,    2              },
        {stays_while_the_rule_does,    0              },
        {nothing_without_rules,        0              },
        {a_newer_revision_replaces_it, 0              },
        {a_cancelled_one_passes,       0              },
        {what_passed_is_not_held,      0              },
        {of_two_targets,               0              },
        {a_route_that_is_switched_off, 0              },
        {leaves_when_it_is_old_enough, 2              },
        {released,                     0              },
        {asked,                        WB_COUNT(calls)},
        {told_of_a_record,             0              },
        {a_sku_comes,                  0              },
        {a_conflict_of_what_passed,    0              },
        {out_of_the_outbox,            0              },
        {a_carrier_comes,              2              },
        {after_its_order_a_rule,       0              },
        {NULL,                         0              },
    };

    return wb_suite_run_in("actors.mapper.ruled", tests, make_table, remove_table);
}
