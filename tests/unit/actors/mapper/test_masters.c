/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masters: shipments of an ERP that was told an order by a table of SKUs
 */
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/ruled_kit.h"
#include "tests/unit/suite.h"

#define SHOP "default/shop"
#define ACCOUNTS KIT_SHOP KIT_WAREHOUSE "  barn: {connector: kit_house}\n"
#define WAYS(skus)                                                                                 \
    "routes:\n"                                                                                    \
    "  - {from: shop, to: house" skus "}\n"                                                        \
    "  - {from: shop, to: barn}\n"                                                                 \
    "  - {from: house, kind: shipments, to: origin}\n"                                             \
    "  - {from: house, kind: shipments, to: barn}\n"                                               \
    "  - {from: barn, kind: shipments, to: origin}\n"
#define ROUTES WAYS(", skus: t")
#define SHOP_ALONE                                                                                 \
    "routes: [{from: shop, to: house, skus: t}, {from: house, kind: shipments, to: origin}]\n"
#define CSV "sku,master,quantity\nKIT,M,1\nKIT,N,2\nTEN,M,10\nSAME,SAME,1\n"
#define BUNDLES                                                                                    \
    "[{\"id\":\"1\",\"sku\":\"KIT\",\"quantity\":2},{\"id\":\"2\",\"sku\":\"P\",\"quantity\":3}]"
#define TENS                                                                                       \
    "[{\"id\":\"1\",\"sku\":\"TEN\",\"quantity\":1},"                                              \
    "{\"id\":\"2\",\"sku\":\"TEN\",\"quantity\":2}]"
#define SAMES "[{\"id\":\"1\",\"sku\":\"SAME\",\"quantity\":2}]"

static void
take_receipts(const char *target)
{
    while (kit_waiting(target))
        kit_receipt(&self, target, WB_OUTCOME_HANDED_ON);
}

static void
open_with(const char *rest, const char *lines)
{
    put_table(CSV);
    kit_open(&self, with_table(ACCOUNTS, rest));
    say(0, "1", "open", 1, lines);
    take_receipts(HOUSE);
    take_receipts("default/barn");
}

static void
ship_from(const char *account, size_t n, const char *id, const char *sku, int quantity)
{
    kit_say_parcel(&self, n,
                   &(kit_parcel){.account = account,
                                 .id = id,
                                 .root = ORDER,
                                 .updated = (int)n + 1,
                                 .sku = sku,
                                 .quantity = quantity});
    ck_assert_int_eq(kit_outcome[n], WB_OUTCOME_HANDED_ON);
}

static void
ship(size_t n, const char *id, const char *sku, int quantity)
{
    ship_from(NULL, n, id, sku, quantity);
}

static const wb_envelope *
newest_to(const char *target)
{
    const wb_envelope *out = NULL;

    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next) {
        const wb_envelope *env = WB_CONTAINER(link, wb_outgoing, link)->env;

        if (wb_view_is(env->target, target) && (!out || env->revision > out->revision))
            out = env;
    }
    ck_assert(out != NULL);
    return out;
}

/* What the newest word to `target` says: its goods as "LINE SKU QUANTITY;", and how many of the
 * order's lines others have, as "SHIPPED;". */
static void
check(const char *target, const char *goods, const char *shipped)
{
    WB_AUTO(wb_buf_fini) wb_buf is = {0};
    WB_AUTO(wb_buf_fini) wb_buf had = {0};
    const wb_shipment_line *lines;
    const wb_order_facts_line *facts;
    wb_shipment out;
    wb_err err = {0};

    ck_assert(
        !wb_canonical_decode(wb_shipment_fields, newest_to(target)->body, &out, sizeof out, &err));
    wb_buf_init(&is, 1000);
    wb_buf_init(&had, 1000);
    lines = out.lines.items;
    for (size_t i = 0; i < out.lines.count; i++)
        wb_buf_addf(&is, "%.*s %.*s %lld;", WB_VIEW_ARG(lines[i].line_id),
                    WB_VIEW_ARG(lines[i].sku), (long long)lines[i].quantity.value);
    facts = out.order.lines.items;
    for (size_t i = 0; i < out.order.lines.count; i++)
        wb_buf_addf(&had, "%lld;", (long long)facts[i].shipped.value);
    ck_assert_str_eq(wb_buf_text(&is), goods);
    ck_assert_str_eq(wb_buf_text(&had), shipped);
    wb_canonical_fini(wb_shipment_fields, &out);
}

START_TEST(a_bundle_in_several_shipments)
{
    open_with(ROUTES, BUNDLES);
    ship(1, "a", "M", 2);
    ck_assert_uint_eq(kit_waiting(SHOP), 0); /* nothing of it is whole */
    ck_assert_uint_eq(kit_waiting("default/barn"), 1);
    ship(2, "b", "N", 3);
    check(SHOP, "1 KIT 1;", "0;0;");
    ship(3, "c", "N", 1);
    check(SHOP, "1 KIT 1;", "1;0;");
    ship(4, "d", "P", 3);
    check(SHOP, " P 3;", "2;0;");
    ship(5, "e", "N", 1);
    check(SHOP, " N 1;", "2;3;"); /* nobody ordered it: the shop says so */
    kit_close(&self);
}
END_TEST

/* Pieces are told nobody but the shop, and what was told of goods that are no longer whole is told
 * anew. */
START_TEST(pieces_alone)
{
    open_with(SHOP_ALONE, TENS);
    kit_say_parcel(
        &self, 1, &(kit_parcel){.id = "a", .root = ORDER, .updated = 2, .sku = "M", .quantity = 9});
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_FILTERED);
    ck_assert_uint_eq(kit_waiting(NULL), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    ck_assert_uint_eq(kit_record(&self, HOUSE "/shipment/a")->wanted, 0);
    kit_done();
    ship(2, "b", "M", 1);
    check(SHOP, "1 TEN 1;", "0;0;");
    ship(3, "a", "M", 10);
    check(SHOP, "1 TEN 1;", "0;0;");
    ship(4, "a", "M", 9);
    check(SHOP, "", "0;0;");
    kit_close(&self);
}
END_TEST

START_TEST(two_lines_of_one_sku)
{
    open_with(ROUTES, TENS);
    ship(1, "a", "M", 15);
    check(SHOP, "1 TEN 1;", "0;0;");
    ship(2, "b", "M", 14);
    check(SHOP, "2 TEN 1;", "1;0;");
    ship(3, "c", "M", 1);
    check(SHOP, "2 TEN 1;", "1;1;");
    ship(4, "b", "M", 13); /* a later word of it keeps its place */
    check(SHOP, "2 TEN 1;", "1;0;");
    kit_close(&self);
}
END_TEST

/* Without a table, of a SKU that is itself in it, and where it is called as the line is. */
START_TEST(as_the_line_is_called)
{
    open_with(_i == 0 ? WAYS("") : ROUTES, _i == 1 ? SAMES : BUNDLES);
    ship(1, "a", _i == 1 ? "SAME" : "KIT", 1);
    check(SHOP, _i == 0 ? " KIT 1;" : _i == 1 ? " SAME 1;" : "1 KIT 1;", _i == 1 ? "0;" : "0;0;");
    kit_close(&self);
}
END_TEST

/* Who is not the shop is told them as the ERP told them; what is whole by then is counted. */
START_TEST(elsewhere_it_is_told_as_it_was)
{
    open_with(ROUTES, TENS);
    ship(1, "a", "M", 10);
    check("default/barn", " M 10;", "0;0;");
    ship(2, "b", "M", 4);
    check("default/barn", " M 4;", "1;0;");
    kit_close(&self);
}
END_TEST

/* An ERP whose route has no table tells SKUs of the shop, and the one beside it masters. */
START_TEST(each_by_its_own_table)
{
    open_with(ROUTES, TENS);
    ship_from("barn", 1, "x", "M", 10);
    check(SHOP, " M 10;", "0;0;");
    ship_from("barn", 2, "y", "TEN", 1);
    check(SHOP, " TEN 1;", "0;0;");
    ship(3, "a", "M", 10);
    check(SHOP, "2 TEN 1;", "1;0;");
    ship_from("barn", 4, "z", "TEN", 1);
    check(SHOP, " TEN 1;", "1;1;");
    kit_close(&self);
}
END_TEST

/* The table of today says it, also of what waits. */
START_TEST(another_table)
{
    open_with(ROUTES, TENS);
    kit_room = 0;
    ship(1, "a", "M", 10);
    put_table("sku,master,quantity\nTEN,M,5\n");
    kit_room = 100;
    kit_restart_as(&self, with_table(ACCOUNTS, ROUTES));
    kit_look(&self);
    check(SHOP, "1 TEN 1;2 TEN 1;", "0;0;");
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_bundle_in_several_shipments,  0},
        {pieces_alone,                   0},
        {two_lines_of_one_sku,           0},
        {as_the_line_is_called,          3},
        {elsewhere_it_is_told_as_it_was, 0},
        {each_by_its_own_table,          0},
        {another_table,                  0},
        {NULL,                           0},
    };

    return wb_suite_run_in("actors.mapper.masters", cases, make_table, remove_table);
}
