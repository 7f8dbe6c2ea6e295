/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way back: what belongs to an order goes to where the order came from, waits for an order that
 * is not known, and does not pass one that is not delivered
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/relations.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define SHOP "default/shop"
#define ERP "default/erp"
#define HOUSE "default/house"
#define ORDER "default/shop/order/1"
#define PARCEL "default/house/shipment/p"
#define DAY_US (INT64_C(86400) * WB_US_PER_S)

/* Back to where the order came from; on to the same target; both. */
#define BACK                                                                                       \
    KIT_SHOP KIT_ERP KIT_WAREHOUSE KIT_DEAF                                                        \
        "routes:\n  - {from: shop, to: house}\n  - {from: house, kind: shipments, to: origin}\n"
#define BEHIND                                                                                     \
    KIT_SHOP KIT_ERP KIT_WAREHOUSE                                                                 \
        "routes:\n  - {from: shop, to: erp}\n  - {from: house, kind: shipment, to: erp}\n"
#define BOTH                                                                                       \
    KIT_SHOP KIT_ERP KIT_WAREHOUSE                                                                 \
        "routes:\n  - {from: shop, to: erp}\n  - {from: shop, to: house}\n"                        \
        "  - {from: house, kind: shipment, to: erp}\n"                                             \
        "  - {from: house, kind: shipment, to: origin}\n"

static kit self;

static void
say_order(size_t n, int updated)
{
    char total[16];

    snprintf(total, sizeof total, "%d.00", updated);
    kit_say(&self, n,
            &(kit_order){.id = "1", .status = "open", .total = total, .updated = updated});
}

static void
say_parcel(size_t n, const char *carrier, int updated)
{
    kit_say_parcel(&self, n,
                   &(kit_parcel){.id = "p", .root = ORDER, .carrier = carrier, .updated = updated});
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_HANDED_ON);
}

/* The exceptions of the parcel: so many, the first with this reason. */
static void
lies(size_t count, const char *reason)
{
    const wb_record_row *row = kit_record(&self, PARCEL);

    ck_assert_uint_eq(row->delivery_count, count);
    if (count) {
        ck_assert_int_eq(row->deliveries[0].outcome, WB_OUTCOME_HELD);
        ck_assert_msg(wb_view_is(row->deliveries[0].reason, reason), "%.*s",
                      WB_VIEW_ARG(row->deliveries[0].reason));
        ck_assert_uint_eq(row->deliveries[0].revision, row->revision);
    }
    kit_done();
}

/* As of so many days from now. */
static void
walk(int days)
{
    wb_txn *txn = NULL;
    wb_err err = {0};

    kit_done();
    do {
        ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
        ck_assert_msg(!wb_mapper_age(&self.mapper, wb_now_utc_us() + days * DAY_US, txn, &err),
                      "%s", err.text);
        ck_assert(!wb_txn_commit(&txn, &err));
        kit_flush(&self);
    } while (!self.mapper.age.end);
}

static void
open_with(const char *yaml)
{
    kit_open(&self, yaml);
}

static void
close_all(void)
{
    kit_close(&self);
}

/* --- the origin --- */

START_TEST(a_shipment_goes_to_where_its_order_came_from)
{
    wb_shipment out;
    wb_err err = {0};

    open_with(BACK);
    say_order(0, 1);
    kit_receipt(&self, HOUSE, WB_OUTCOME_HANDED_ON);
    say_parcel(1, "dhl", 2);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    ck_assert_uint_eq(kit_waiting(NULL), 1);
    ck_assert(wb_view_is(kit_last_sent()->root, ORDER));
    ck_assert(
        !wb_canonical_decode(wb_shipment_fields, kit_last_sent()->body, &out, sizeof out, &err));
    ck_assert(wb_view_is(out.carrier, "dhl"));
    ck_assert(wb_view_is(out.order.external_id, "1"));
    wb_canonical_fini(wb_shipment_fields, &out);
    ck_assert(wb_view_is(kit_record(&self, PARCEL)->root, ORDER));
    kit_done();
    kit_receipt(&self, SHOP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    close_all();
}
END_TEST

/* What the order says is read when the record leaves, also from the store; the record keeps none of
 * it. */
START_TEST(what_leaves_from_the_store_has_the_facts_of_its_order)
{
    wb_shipment out;
    wb_err err = {0};

    open_with(BACK);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    kit_restart(&self);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next) {
        const wb_envelope *env = WB_CONTAINER(link, wb_outgoing, link)->env;
        if (env->record_kind != WB_RECORD_SHIPMENT)
            continue;
        ck_assert(env->again);
        ck_assert(!wb_canonical_decode(wb_shipment_fields, env->body, &out, sizeof out, &err));
        ck_assert(wb_view_is(out.order.external_id, "1"));
        wb_canonical_fini(wb_shipment_fields, &out);
    }
    ck_assert(!wb_canonical_decode(wb_shipment_fields, kit_record(&self, PARCEL)->canonical, &out,
                                   sizeof out, &err));
    ck_assert_uint_eq(out.order.external_id.len, 0);
    wb_canonical_fini(wb_shipment_fields, &out);
    close_all();
}
END_TEST

/* An account that no route names and nothing was handed to costs nothing. */
START_TEST(an_origin_is_opened_when_something_goes_there)
{
    WB_AUTO(wb_buf_fini) wb_buf yaml = {0};

    wb_buf_init(&yaml, 1 << 20);
    wb_buf_add_text(&yaml, KIT_SHOP KIT_ERP KIT_WAREHOUSE);
    for (int i = 0; i < 300; i++)
        wb_buf_addf(&yaml, "  shop%d: {connector: sample, options: {url: 'http://s%d'}}\n", i, i);
    wb_buf_add_text(&yaml, "routes:\n  - {from: '*', to: erp}\n  - {from: shop, to: house}\n"
                           "  - {from: house, kind: shipment, to: origin}\n");
    open_with(wb_buf_text(&yaml));
    ck_assert_uint_eq(self.mapper.target_count, 2);
    say_order(0, 1);
    ck_assert_uint_eq(self.mapper.target_count, 2);
    say_parcel(1, "dhl", 2);
    ck_assert_uint_eq(self.mapper.target_count, 3);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    ck_assert_uint_eq(kit_waiting(ERP), 1); /* the order: that route is none of shipments */
    lies(0, NULL);
    kit_restart(&self);
    ck_assert_uint_eq(self.mapper.target_count, 3);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    close_all();
}
END_TEST

/* A route names the account, and the order came from it: it is one target. */
START_TEST(an_origin_that_a_route_names_too_gets_it_once)
{
    open_with(BACK "  - {from: house, kind: shipments, to: shop}\n");
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    ck_assert_uint_eq(kit_waiting(NULL), 2);
    close_all();
}
END_TEST

/* An order may name an account that nobody configured, or that takes none of it. */
static const struct {
    const char *root;
} nowheres[] = {
    {"default/gone/order/1"},
    {"default/house/order/1"}, /* back to where it was read from */
    {"other/shop/order/1"},
    {"default/deaf/order/1"},
};

START_TEST(what_has_no_origin_here_is_recorded)
{
    open_with(BACK);
    kit_say_parcel(&self, 1, &(kit_parcel){.id = "p", .root = nowheres[_i].root, .updated = 1});
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_FILTERED);
    ck_assert(kit_has(&self, PARCEL));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 0);
    lies(0, NULL);
    close_all();
}
END_TEST

/* --- orphans --- */

START_TEST(an_orphan_waits_for_its_order)
{
    open_with(BACK);
    say_parcel(1, "dhl", 2);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 1);
    ck_assert_uint_eq(kit_events(&self, "mapped"), 1);
    lies(1, "its order is not known (yet)");
    if (_i & 1)
        kit_restart(&self);
    kit_say(&self, 2, &(kit_order){.id = "1", .status = _i & 2 ? "pending" : "open", .updated = 3});
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    ck_assert_uint_eq(kit_waiting(HOUSE), _i & 2 ? 0 : 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 0);
    lies(0, NULL);
    kit_receipt(&self, SHOP, WB_OUTCOME_HANDED_ON);
    say_order(3, 4); /* another row of it: nothing waits any more */
    ck_assert_uint_eq(kit_waiting(SHOP), 0);
    close_all();
}
END_TEST

START_TEST(another_order_takes_no_orphan)
{
    open_with(BACK);
    say_parcel(1, "dhl", 2);
    kit_say(&self, 2, &(kit_order){.id = "11", .status = "open", .updated = 3});
    ck_assert_uint_eq(kit_waiting(SHOP), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 1);
    close_all();
}
END_TEST

START_TEST(a_newer_revision_of_an_orphan_replaces_it)
{
    open_with(BACK);
    say_parcel(1, "dhl", 2);
    say_parcel(2, "ups", 3);
    kit_say_parcel(&self, 3,
                   &(kit_parcel){.id = "p", .root = ORDER, .carrier = "ups", .updated = 3});
    ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 1);
    say_order(4, 4);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    ck_assert_uint_eq(kit_last_sent()->revision, kit_record(&self, PARCEL)->revision);
    kit_done();
    close_all();
}
END_TEST

START_TEST(what_is_not_to_leave_is_no_orphan)
{
    open_with(BACK);
    kit_say_parcel(&self, 1,
                   &(kit_parcel){.id = "p", .status = "planned", .root = ORDER, .updated = 1});
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_FILTERED);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 0);
    close_all();
}
END_TEST

START_TEST(an_orphan_is_let_go_after_a_month_and_told)
{
    open_with(BACK);
    say_parcel(1, "dhl", 2);
    walk(29);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 1);
    ck_assert_uint_eq(kit_events(&self, "mapped"), 1);
    walk(31);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 0);
    ck_assert_uint_eq(kit_events(&self, "mapped"), 2);
    lies(0, NULL);
    walk(31);
    ck_assert_uint_eq(kit_events(&self, "mapped"), 2);
    say_order(2, 3);
    ck_assert_uint_eq(kit_waiting(SHOP), 0);
    close_all();
}
END_TEST

/* --- after --- */

static const struct {
    wb_outcome receipt;
    const char *reason; /* it lies on; NULL = it leaves */
} ends[] = {
    {WB_OUTCOME_HANDED_ON, NULL                              },
    {WB_OUTCOME_UNCHANGED, NULL                              },
    {WB_OUTCOME_FILTERED,  NULL                              },
    {WB_OUTCOME_HELD,      "after " ORDER                    },
    {WB_OUTCOME_PARKED,    "after " ORDER ", which is parked"},
};

START_TEST(a_record_does_not_pass_its_order)
{
    open_with(BEHIND);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 1);
    lies(1, "after " ORDER);
    kit_receipt(&self, ERP, ends[_i].receipt);
    kit_look(&self);
    if (ends[_i].reason) {
        ck_assert_uint_eq(kit_waiting(ERP), 0);
        lies(1, ends[_i].reason);
        kit_restart(&self);
        ck_assert_uint_eq(kit_waiting(ERP), 0);
        kit_mark(&self, ERP, ORDER, kit_record(&self, ORDER)->revision, WB_OUTCOME_HANDED_ON);
    }
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert(wb_view_is(kit_last_sent()->record, PARCEL));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 0);
    lies(0, NULL);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    close_all();
}
END_TEST

/* The mark came first: the receipt ends what waits in the outbox. */
START_TEST(a_mark_before_its_receipt_frees_once)
{
    open_with(BEHIND);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    kit_mark(&self, ERP, ORDER, kit_record(&self, ORDER)->revision, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 1);
    kit_receipt(&self, ERP, WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 0);
    lies(0, NULL);
    close_all();
}
END_TEST

START_TEST(a_restart_loses_nothing_that_lies_apart)
{
    open_with(BEHIND);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    kit_restart(&self);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    lies(1, "after " ORDER);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert(wb_view_is(kit_last_sent()->record, PARCEL));
    kit_restart(&self);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    close_all();
}
END_TEST

START_TEST(a_newer_revision_replaces_what_lies_apart)
{
    open_with(BEHIND);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    say_parcel(2, "ups", 3);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 1);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_last_sent()->revision, kit_record(&self, PARCEL)->revision);
    kit_done();
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 1);
    close_all();
}
END_TEST

START_TEST(an_order_that_is_there_is_waited_for_no_more)
{
    open_with(BEHIND);
    say_order(0, 1);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    say_parcel(1, "dhl", 2);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 0);
    lies(0, NULL);
    close_all();
}
END_TEST

/* The receipt of an older revision is not that of the newer one that waits. */
START_TEST(a_newer_revision_of_the_order_is_waited_for)
{
    open_with(BEHIND);
    say_order(0, 1);
    say_order(1, 2);
    ck_assert_uint_eq(kit_waiting(ERP), 2);
    say_parcel(2, "dhl", 3);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    lies(1, "after " ORDER);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    ck_assert(wb_view_is(kit_last_sent()->record, PARCEL));
    close_all();
}
END_TEST

/* It is on its way there: a newer revision takes its place, whatever the order does meanwhile. */
START_TEST(what_is_on_its_way_is_not_called_back)
{
    open_with(BEHIND);
    say_order(0, 1);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    say_parcel(1, "dhl", 2);
    say_order(2, 3);
    say_parcel(3, "ups", 4);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_AFTERS), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 2);
    close_all();
}
END_TEST

/* Whatever was missed, the daily walk finds it. */
START_TEST(what_waits_for_nothing_is_found)
{
    wb_txn *txn = NULL;
    wb_err err = {0};
    uint64_t revision;

    open_with(BEHIND);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    revision = kit_record(&self, ORDER)->wanted;
    kit_done();
    walk(0);
    lies(1, "after " ORDER);
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_outbox_done(txn, (wb_outbox_key){WB_VIEW_LIT(ERP), revision, WB_VIEW_LIT(ORDER)},
                              &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    walk(0);
    ck_assert_uint_eq(kit_waiting(ERP), 2);
    ck_assert(wb_view_is(kit_last_sent()->record, PARCEL));
    lies(0, NULL);
    close_all();
}
END_TEST

/* One target has the order already, at the other it waits, and its origin never waits. */
START_TEST(each_target_waits_by_itself)
{
    open_with(BOTH);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    lies(1, "after " ORDER);
    kit_receipt(&self, SHOP, WB_OUTCOME_HANDED_ON);
    lies(1, "after " ORDER);
    kit_receipt(&self, HOUSE, WB_OUTCOME_HANDED_ON);
    lies(1, "after " ORDER);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    lies(0, NULL);
    close_all();
}
END_TEST

/* An orphan whose order has to go first: it waits on. */
START_TEST(an_orphan_waits_behind_its_order_when_it_comes)
{
    open_with(BOTH);
    say_parcel(1, "dhl", 2);
    lies(2, "its order is not known (yet)");
    say_order(2, 3);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_ORPHANS), 0);
    ck_assert_uint_eq(kit_waiting(SHOP), 1);
    lies(1, "after " ORDER);
    kit_receipt(&self, ERP, WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    close_all();
}
END_TEST

START_TEST(who_asks_is_told)
{
    open_with(BEHIND);
    say_order(0, 1);
    say_parcel(1, "dhl", 2);
    kit_call(&self, WB_KIND_CALL_RECORD, "{\"record\":\"" PARCEL "\"}");
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), "\"wait\":\"after\"") != NULL, "%s",
                  wb_buf_text(&kit_last_reply));
    close_all();
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {a_shipment_goes_to_where_its_order_came_from,          0                 },
        {what_leaves_from_the_store_has_the_facts_of_its_order, 0                 },
        {an_origin_is_opened_when_something_goes_there,         0                 },
        {an_origin_that_a_route_names_too_gets_it_once,         0                 },
        {what_has_no_origin_here_is_recorded,                   WB_COUNT(nowheres)},
        {an_orphan_waits_for_its_order,                         4                 },
        {another_order_takes_no_orphan,                         0                 },
        {a_newer_revision_of_an_orphan_replaces_it,             0                 },
        {what_is_not_to_leave_is_no_orphan,                     0                 },
        {an_orphan_is_let_go_after_a_month_and_told,            0                 },
        {a_record_does_not_pass_its_order,                      WB_COUNT(ends)    },
        {a_mark_before_its_receipt_frees_once,                  0                 },
        {a_restart_loses_nothing_that_lies_apart,               0                 },
        {a_newer_revision_replaces_what_lies_apart,             0                 },
        {an_order_that_is_there_is_waited_for_no_more,          0                 },
        {a_newer_revision_of_the_order_is_waited_for,           0                 },
        {what_is_on_its_way_is_not_called_back,                 0                 },
        {what_waits_for_nothing_is_found,                       0                 },
        {each_target_waits_by_itself,                           0                 },
        {an_orphan_waits_behind_its_order_when_it_comes,        0                 },
        {who_asks_is_told,                                      0                 },
        {NULL,                                                  0                 },
    };

    return wb_suite_run("actors.mapper.apart", tests);
}
