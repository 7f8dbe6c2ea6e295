/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an order says of what belongs to it
 */
#include "protocol/records/facts.h"

#include <check.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "tests/unit/suite.h"

static void
pack_order(wb_buf *out)
{
    wb_order_line lines[] = {
        {.line_id = WB_VIEW_LIT("l1"),
         .sku = WB_VIEW_LIT("A"),
         .quantity = {3, true},
         .quantity_cancelled = {1, true},
         .pack = {2, true}},
        {.line_id = WB_VIEW_LIT("l2"), .sku = WB_VIEW_LIT("B")      },
    };
    wb_order_package packages[] = {{.package_id = WB_VIEW_LIT("p1")}};
    wb_order order = {
        .external_id = WB_VIEW_LIT("o-1"),
        .marketplace = WB_VIEW_LIT("M"),
        .channel_status = WB_VIEW_LIT("Unshipped"),
        .buyer = {.name = WB_VIEW_LIT("Anna")},
        .lines = { lines,            WB_COUNT(lines)},
        .packages = { packages,         WB_COUNT(packages)}
    };
    wb_err err = {0};

    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert_msg(!wb_canonical_encode(wb_order_fields, &order, out, &err), "%s", err.text);
}

START_TEST(filled)
{
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_shipment shipment = {.external_id = WB_VIEW_LIT("s-1"), .carrier = WB_VIEW_LIT("dhl")};
    const wb_order_facts_line *lines;
    const wb_order_facts_package *packages;
    wb_err err = {0};

    pack_order(&order);
    wb_buf_init(&record, WB_ORDER_MAX);
    wb_buf_init(&out, WB_ORDER_MAX);
    shipment.order.external_id = WB_VIEW_LIT("stale");
    ck_assert(!wb_canonical_encode(wb_shipment_fields, &shipment, &record, &err));
    ck_assert_msg(!wb_facts_open(&facts, wb_buf_view(&order), &err), "%s", err.text);
    ck_assert_msg(!wb_facts_fill(&facts, WB_RECORD_SHIPMENT, wb_buf_view(&record), &out, &err),
                  "%s", err.text);
    ck_assert(!wb_canonical_decode(wb_shipment_fields, wb_buf_view(&out), &shipment,
                                   sizeof shipment, &err));
    ck_assert(wb_view_is(shipment.external_id, "s-1") && wb_view_is(shipment.carrier, "dhl"));
    ck_assert(wb_view_is(shipment.order.external_id, "o-1"));
    ck_assert(wb_view_is(shipment.order.marketplace, "M"));
    ck_assert(wb_view_is(shipment.order.channel_status, "Unshipped"));
    ck_assert_uint_eq(shipment.order.lines.count, 2);
    lines = shipment.order.lines.items;
    ck_assert(wb_view_is(lines[0].line_id, "l1") && wb_view_is(lines[0].sku, "A"));
    ck_assert(lines[0].pack.known && lines[0].pack.value == 2 && !lines[1].pack.known);
    ck_assert(lines[0].quantity.known && lines[0].quantity.value == 2);
    ck_assert(wb_view_is(lines[1].line_id, "l2") && !lines[1].quantity.known);
    ck_assert(!lines[0].shipped.known && !lines[1].shipped.known);
    ck_assert_uint_eq(shipment.order.packages.count, 1);
    packages = shipment.order.packages.items;
    ck_assert(wb_view_is(packages[0].package_id, "p1"));
    wb_canonical_fini(wb_shipment_fields, &shipment);
}
END_TEST

/* Every kind that belongs to an order has them; nobody else. */
START_TEST(kinds)
{
    for (int kind = 1; kind <= WB_RECORD_KIND_MAX; kind++) {
        const wb_record_def *def = wb_record_def_of((wb_record_kind)kind);

        ck_assert_msg(wb_facts_any((wb_record_kind)kind) == (def->root == WB_ROOT_ORDER), "%s",
                      def->name);
    }
    ck_assert(!wb_facts_any(WB_RECORD_NONE));
}
END_TEST

START_TEST(of_an_order_that_cannot_be_read)
{
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_err err = {0};

    ck_assert_int_eq(wb_facts_open(&facts, WB_VIEW_LIT("\x81\x01"), &err), WB_REJECT);
}
END_TEST

static void
take(wb_facts *facts, const char *line_id, const char *sku, int64_t quantity,
     wb_shipment_status status)
{
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    wb_shipment_line line = {
        .line_id = wb_view_of(line_id), .sku = wb_view_of(sku), .quantity = {quantity, true}
    };
    wb_shipment shipment = {
        .external_id = WB_VIEW_LIT("s-0"), .status = (int32_t)status, .lines = {&line, 1}
    };
    wb_err err = {0};

    wb_buf_init(&record, WB_ORDER_MAX);
    ck_assert(!wb_canonical_encode(wb_shipment_fields, &shipment, &record, &err));
    ck_assert(!wb_facts_take(facts, WB_RECORD_SHIPMENT, wb_buf_view(&record), &err));
}

/* What others have is counted on the lines that it fills, and of those that were called back
 * nothing is. */
START_TEST(what_others_have)
{
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_err err = {0};

    pack_order(&order);
    ck_assert(!wb_facts_open(&facts, wb_buf_view(&order), &err));
    take(&facts, "", "A", 1, WB_SHIPMENT_CANCELLED);
    ck_assert(!facts.lines[0].shipped.known);
    take(&facts, "", "A", 1, WB_SHIPMENT_SHIPPED);
    take(&facts, "", "A", 3, WB_SHIPMENT_DELIVERED); /* one of them is left */
    ck_assert(facts.lines[0].shipped.known && facts.lines[0].shipped.value == 2);
    take(&facts, "l2", "?", 7, WB_SHIPMENT_PLANNED);
    take(&facts, "", "B", INT64_MAX, WB_SHIPMENT_SHIPPED);
    ck_assert(facts.lines[1].shipped.known && facts.lines[1].shipped.value == INT64_MAX);
    ck_assert_int_eq(wb_facts_take(&facts, WB_RECORD_SHIPMENT, WB_VIEW_LIT("\x81\x01"), &err),
                     WB_REJECT);
}
END_TEST

/* --- goods that are told by a table --- */

static void
pack_shipment(const wb_shipment_line *goods, size_t count, wb_shipment_status status, wb_buf *out)
{
    wb_shipment shipment = {
        .external_id = WB_VIEW_LIT("s-1"),
        .carrier = WB_VIEW_LIT("dhl"),
        .status = (int32_t)status,
        .lines = {(void *)(uintptr_t)goods, count}
    };
    wb_err err = {0};

    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert(!wb_canonical_encode(wb_shipment_fields, &shipment, out, &err));
}

/* l1 is a bundle of M and two N; `out` is what leaves. */
static void
fill_bundle(wb_facts *facts, wb_view order, wb_view record, bool in_lines, wb_buf *out)
{
    static const int table;
    wb_err err = {0};

    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert(!wb_facts_open(facts, order, &err));
    facts->in_lines = in_lines;
    facts->fill.source = &table;
    wb_fill_part_of(&facts->fill, 0, WB_VIEW_LIT("M"), 1);
    wb_fill_part_of(&facts->fill, 0, WB_VIEW_LIT("N"), 2);
    take(facts, "", "M", 1, WB_SHIPMENT_SHIPPED);
    take(facts, "", "N", 1, WB_SHIPMENT_SHIPPED);
    take(facts, "", "N", 4, WB_SHIPMENT_CANCELLED);
    ck_assert(!facts->lines[0].shipped.known); /* none of it is whole */
    ck_assert_msg(!wb_facts_fill(facts, WB_RECORD_SHIPMENT, record, out, &err), "%s", err.text);
}

static void
check_line(const wb_shipment *shipment, size_t at, const char *line_id, const char *sku,
           int64_t quantity)
{
    const wb_shipment_line *line = &((const wb_shipment_line *)shipment->lines.items)[at];

    ck_assert_uint_gt(shipment->lines.count, at);
    ck_assert_msg(wb_view_is(line->line_id, line_id), "%.*s", WB_VIEW_ARG(line->line_id));
    ck_assert_msg(wb_view_is(line->sku, sku), "%.*s", WB_VIEW_ARG(line->sku));
    ck_assert_int_eq(line->quantity.value, quantity);
}

/* The pieces that came before are of it, too; one that was called back is told in lines as well. */
START_TEST(told_in_lines)
{
    const wb_shipment_line goods[] = {
        {.sku = WB_VIEW_LIT("N"), .quantity = {3, true}},
        {.sku = WB_VIEW_LIT("B"), .quantity = {5, true}},
        {.sku = WB_VIEW_LIT("M"), .quantity = {4, true}},
    };
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_shipment shipment;

    pack_order(&order);
    pack_shipment(goods, WB_COUNT(goods), _i ? WB_SHIPMENT_CANCELLED : WB_SHIPMENT_SHIPPED,
                  &record);
    fill_bundle(&facts, wb_buf_view(&order), wb_buf_view(&record), true, &out);
    ck_assert(!wb_canonical_decode(wb_shipment_fields, wb_buf_view(&out), &shipment,
                                   sizeof shipment, NULL));
    ck_assert(wb_view_is(shipment.carrier, "dhl"));
    ck_assert_uint_eq(shipment.order.lines.count, 2);
    ck_assert_uint_eq(shipment.lines.count, 3);
    check_line(&shipment, 0, "", "M", 3); /* two were ordered, and one had gone */
    check_line(&shipment, 1, "l1", "A", 2);
    check_line(&shipment, 2, "l2", "B", 5);
    wb_canonical_fini(wb_shipment_fields, &shipment);
}
END_TEST

/* What is of no line with parts stays as it was told, and so does what goes anywhere but to the
 * order's channel. */
START_TEST(told_as_it_is)
{
    const wb_shipment_text serial = {WB_VIEW_LIT("no-1")};
    const wb_shipment_line goods[] = {
        {.sku = _i ? WB_VIEW_LIT("M") : WB_VIEW_LIT("B"),
         .quantity = {1, true},
         .serials = {(void *)(uintptr_t)&serial, 1}},
    };
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_shipment shipment;

    pack_order(&order);
    pack_shipment(goods, 1, WB_SHIPMENT_SHIPPED, &record);
    fill_bundle(&facts, wb_buf_view(&order), wb_buf_view(&record), !_i, &out);
    ck_assert(!wb_canonical_decode(wb_shipment_fields, wb_buf_view(&out), &shipment,
                                   sizeof shipment, NULL));
    ck_assert_uint_eq(shipment.lines.count, 1);
    check_line(&shipment, 0, "", _i ? "M" : "B", 1);
    ck_assert_uint_eq(((const wb_shipment_line *)shipment.lines.items)->serials.count, 1);
    wb_canonical_fini(wb_shipment_fields, &shipment);
}
END_TEST

/* Nothing of it is whole: it has no goods yet. */
START_TEST(pieces_alone)
{
    const wb_shipment_line goods[] = {
        {.sku = WB_VIEW_LIT("M"), .quantity = {1, true}}
    };
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_shipment shipment;

    pack_order(&order);
    pack_shipment(goods, 1, WB_SHIPMENT_SHIPPED, &record);
    fill_bundle(&facts, wb_buf_view(&order), wb_buf_view(&record), true, &out);
    ck_assert(!wb_canonical_decode(wb_shipment_fields, wb_buf_view(&out), &shipment,
                                   sizeof shipment, NULL));
    ck_assert_uint_eq(shipment.lines.count, 0);
    wb_canonical_fini(wb_shipment_fields, &shipment);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {filled,                          0},
        {kinds,                           0},
        {of_an_order_that_cannot_be_read, 0},
        {what_others_have,                0},
        {told_in_lines,                   2},
        {told_as_it_is,                   2},
        {pieces_alone,                    0},
        {NULL,                            0},
    };

    return wb_suite_run("protocol.records.facts", tests);
}
