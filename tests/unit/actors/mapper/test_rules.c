/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules make of an order and a shipment on their way to a target: decisions, texts that are
 * told in another way, and what is kept back
 */
#include "actors/mapper/rules/rules.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"

static const wb_op ops[] = {
    {.name = "push", .verb = WB_VERB_PUSH},
    {.name = NULL             },
};
static const wb_stream streams[] = {
    {.name = "orders",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
    {.name = NULL},
};
static const wb_connector all = {.name = "all", .streams = streams, .ops = ops};
static const wb_connector *const connectors[] = {&all, NULL};

#define ACCOUNTS "accounts: {shop: {connector: all}, erp: {connector: all}}\n"
#define HOUR_US (INT64_C(3600) * WB_US_PER_S)
#define BOUGHT_US (1000 * HOUR_US)

#define EUR(cents)                                                                                 \
    {                                                                                              \
        cents, "EUR", 2                                                                            \
    }

/* An order of two lines, 2 x 10.00 and 5.00, 4.00 of shipping, 29.00 in all. */
static wb_order_line lines[2];
static wb_order order;
static wb_shipment_parcel parcels[2];
static wb_shipment shipment;

static wb_config *config;
static wb_rules *rules;
static wb_sheet *sheet;
static wb_skus *skus;
static wb_verdict verdict;
static wb_rules_case what;
static wb_buf packed, why;
static wb_json_writer json;

static void
start(void)
{
    lines[0] = (wb_order_line){
        .line_id = WB_VIEW_LIT("l1"),
        .sku = WB_VIEW_LIT("A"),
        .quantity = {2, true},
        .price = EUR(2000)
    };
    lines[1] = (wb_order_line){
        .line_id = WB_VIEW_LIT("l2"),
        .sku = WB_VIEW_LIT("B"),
        .quantity = {1, true},
        .price = EUR(500)
    };
    order = (wb_order){
        .external_id = WB_VIEW_LIT("o-1"),
        .channel = WB_VIEW_LIT("all"),
        .status = WB_ORDER_CREATED,
        .purchased_utc_us = BOUGHT_US,
        .total = EUR(2900),
        .shipping_total = EUR(400),
        .programs = WB_VIEW_LIT("PRIME,B2B"),
        .seller_order_id = WB_VIEW_LIT("S-7"),
        .ship_to = {.country = WB_VIEW_LIT("DE"), .postal_code = WB_VIEW_LIT("10115")},
        .buyer = {.name = WB_VIEW_LIT("Ann")  },
        .lines = {lines,                           2                                   }
    };
    parcels[0] =
        (wb_shipment_parcel){.parcel_id = WB_VIEW_LIT("p1"), .carrier = WB_VIEW_LIT("DHL Paket")};
    parcels[1] = (wb_shipment_parcel){.parcel_id = WB_VIEW_LIT("p2")};
    shipment = (wb_shipment){.external_id = WB_VIEW_LIT("s-1"),
                             .source = WB_VIEW_LIT("all"),
                             .status = WB_SHIPMENT_SHIPPED,
                             .carrier = WB_VIEW_LIT("UPS")};
    what = (wb_rules_case){.kind = WB_RECORD_ORDER,
                           .from = WB_VIEW_LIT("shop"),
                           .shop = WB_VIEW_LIT("shop"),
                           .to = WB_VIEW_LIT("erp"),
                           .known_utc_us = BOUGHT_US + HOUR_US,
                           .now_utc_us = BOUGHT_US + 2 * HOUR_US};
    verdict = (wb_verdict)WB_VERDICT_NONE;
    wb_buf_init(&packed, WB_ORDER_MAX);
    wb_buf_init(&why, 65536);
}

static void
end(void)
{
    wb_verdict_fini(&verdict);
    wb_rules_destroy(&rules);
    wb_config_destroy(&config);
    wb_skus_destroy(&skus);
    wb_sheet_destroy(&sheet);
    wb_buf_fini(&packed);
    wb_buf_fini(&why);
}

static void
rules_are(const char *yaml)
{
    char text[2048];
    wb_err err = {0};

    (void)snprintf(text, sizeof text, ACCOUNTS "rules: {%s}\n", yaml);
    ck_assert_msg(!wb_config_parse(&config, wb_view_of(text), NULL, connectors, NULL, &err), "%s",
                  err.text);
    rules = wb_rules_make(wb_config_tree_of(config), wb_config_tables(config));
}

static void
skus_are(const char *const *cells, size_t rows)
{
    static const char *const names[] = {"sku", "master", "quantity"};

    sheet = wb_sheet_new();
    for (size_t i = 0; i < 3; i++)
        wb_sheet_add_column(sheet, wb_view_of(names[i]));
    for (size_t i = 0; i < rows; i++) {
        const wb_view row[] = {wb_view_of(cells[3 * i]), wb_view_of(cells[3 * i + 1]),
                               wb_view_of(cells[3 * i + 2])};

        wb_sheet_add_row(sheet, row, (int)i + 2);
    }
    skus = wb_skus_new(sheet);
    what.skus = skus;
}

static void
pack(wb_record_kind kind, const void *record)
{
    wb_err err = {0};

    wb_buf_clear(&packed);
    ck_assert(!wb_canonical_encode(wb_record_def_of(kind)->fields, record, &packed, &err));
}

static void
judge(void)
{
    wb_err err = {0};

    wb_json_writer_init(&json, &why);
    wb_json_open(&json, '[');
    verdict.why = &json;
    ck_assert_msg(!wb_rules_judge(rules, &what, &verdict, &err), "%s", err.text);
    wb_json_close(&json, ']');
}

/* What leaves, read; ended by the caller. */
static void
judge_order(wb_order *out)
{
    wb_err err = {0};

    pack(WB_RECORD_ORDER, &order);
    what.kind = WB_RECORD_ORDER;
    what.canonical = wb_buf_view(&packed);
    judge();
    ck_assert(!wb_canonical_decode(wb_order_fields,
                                   verdict.body.len ? wb_buf_view(&verdict.body) : what.canonical,
                                   out, sizeof *out, &err));
}

static wb_wait
waits_by(const char *yaml)
{
    wb_order out;

    rules_are(yaml);
    judge_order(&out);
    wb_canonical_fini(wb_order_fields, &out);
    return verdict.wait;
}

#define TOLD(text) ck_assert_msg(strstr(wb_buf_text(&why), text) != NULL, "%s", wb_buf_text(&why))
#define REASON(text)                                                                               \
    ck_assert_msg(strstr(wb_buf_text(&verdict.reason), text) != NULL, "%s",                        \
                  wb_buf_text(&verdict.reason))

/* --- decisions --- */

START_TEST(decided)
{
    wb_order out;

    rules_are("warehouses: [{country: FR, warehouse: W1}, {country: DE, warehouse: W2}, "
              "{warehouse: W3}], logistics: [{above: 29 EUR, logistics: EXPRESS}], "
              "taxes: [{below: 29 EUR, tax: T1}, {tag: B2B, tax: T2}]");
    judge_order(&out);
    ck_assert_int_eq(verdict.wait, WB_WAIT_COUNT);
    ck_assert(wb_view_is(out.decided.warehouse, "W2"));
    ck_assert(wb_view_is(out.decided.logistics, "EXPRESS"));
    ck_assert(wb_view_is(out.decided.tax, "T2"));
    ck_assert(wb_view_is(out.external_id, "o-1") && out.lines.count == 2);
    TOLD("{\"what\":\"warehouse\",\"is\":\"W2\",\"by\":\"rule 2: country = DE\"}");
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

/* As it is, byte for byte: what has no rule leaves as before there were any. */
START_TEST(nothing_decided)
{
    wb_order out;

    rules_are("warehouses: [{country: FR, warehouse: W1}]");
    judge_order(&out);
    ck_assert_uint_eq(verdict.body.len, 0);
    ck_assert_int_eq(verdict.wait, WB_WAIT_COUNT);
    ck_assert_str_eq(wb_buf_text(&why), "[]");
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

/* A tag is for the rules that follow, those of tags among them. */
START_TEST(tags)
{
    const wb_decided_tag *got;
    wb_order out;

    rules_are("tags: [{country: DE, add: eu}, {tag: eu, add: near}, {tag: far, add: never}, "
              "{tag: PRIME, add: fast}], warehouses: [{tag: near, warehouse: W1}]");
    judge_order(&out);
    got = out.decided.tags.items;
    ck_assert_uint_eq(out.decided.tags.count, 3);
    ck_assert(wb_view_is(got[0].value, "eu") && wb_view_is(got[1].value, "near"));
    ck_assert(wb_view_is(got[2].value, "fast"));
    ck_assert(wb_view_is(out.decided.warehouse, "W1"));
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

START_TEST(fields)
{
    wb_order out;

    rules_are("warehouses: [{warehouse: W1}], fields: [{field: buyer.company, set: ACME}, "
              "{field: buyer.name, country: FR, set: x}, {field: buyer.name, prefix: 'Ms '}, "
              "{field: payment_method, copy: buyer.name}, {field: service_level, prefix: P-}, "
              "{field: supply_source, copy: service_level}, {field: replaces, country: FR, set: "
              "x}]");
    judge_order(&out);
    ck_assert(wb_view_is(out.buyer.company, "ACME"));
    ck_assert(wb_view_is(out.buyer.name, "Ms Ann"));
    ck_assert(wb_view_is(out.payment_method, "Ann")); /* what the order says */
    ck_assert(!out.service_level.len && !out.supply_source.len && !out.replaces.len);
    ck_assert(wb_view_is(out.decided.warehouse, "W1")); /* beside them */
    ck_assert_int_eq(out.total.minor, 2900);
    ck_assert(!strstr(wb_buf_text(&why), "Ann"));
    TOLD("\"what\":\"buyer.name\",\"is\":\"***\"");
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

/* The first that matches decides of a text, though it makes nothing of it. */
START_TEST(the_first_of_a_field)
{
    wb_order out;

    rules_are("fields: [{field: buyer.name, country: DE, set: X}, {field: buyer.name, set: Y}, "
              "{field: buyer.email, country: DE, prefix: a}, {field: buyer.email, set: Z}]");
    judge_order(&out);
    ck_assert(wb_view_is(out.buyer.name, "X"));
    ck_assert(!out.buyer.email.len);
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

/* --- SKUs --- */

START_TEST(goods)
{
    static const char *const cells[] = {"A", "M-1", "3", "A", "M-2", "", "B*", "N-*", ""};
    const wb_decided_line *got;
    wb_order out;

    skus_are(cells, 3);
    lines[1].sku = WB_VIEW_LIT("B77");
    what.strict = true;
    judge_order(&out);
    got = out.decided.lines.items;
    ck_assert_int_eq(verdict.wait, WB_WAIT_COUNT);
    ck_assert_uint_eq(out.decided.lines.count, 3);
    ck_assert(wb_view_is(got[0].line_id, "l1") && wb_view_is(got[0].sku, "M-1"));
    ck_assert_int_eq(got[0].quantity.value, 6);
    ck_assert(wb_view_is(got[1].sku, "M-2") && got[1].quantity.value == 2);
    ck_assert(wb_view_is(got[2].line_id, "l2") && wb_view_is(got[2].sku, "N-77"));
    TOLD("\"what\":\"sku\",\"is\":\"M-1\"");
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

START_TEST(a_sku_that_is_not_known)
{
    static const char *const cells[] = {"A", "M-1", ""};
    wb_order out;

    skus_are(cells, 1);
    order.status = _i == 2 ? WB_ORDER_CANCELLED : WB_ORDER_CREATED;
    what.strict = _i != 1;
    what.passed = true; /* a conflict stops what was handed on before, too */
    judge_order(&out);
    ck_assert_int_eq(verdict.wait, _i == 0 ? WB_WAIT_CONFLICT : WB_WAIT_COUNT);
    if (_i == 0)
        REASON("conflict: the table of SKUs does not know B: add a row for it");
    ck_assert_uint_eq(out.decided.lines.count, 1);
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

/* --- carriers --- */

static void
judge_shipment(wb_shipment *out)
{
    WB_AUTO(wb_buf_fini) wb_buf root = {0};
    wb_err err = {0};

    pack(WB_RECORD_ORDER, &order);
    wb_buf_init(&root, WB_ORDER_MAX);
    wb_buf_add_view(&root, wb_buf_view(&packed));
    pack(WB_RECORD_SHIPMENT, &shipment);
    what.kind = WB_RECORD_SHIPMENT;
    what.canonical = wb_buf_view(&packed);
    what.order = wb_buf_view(&root);
    what.from = WB_VIEW_LIT("erp");
    what.to = WB_VIEW_LIT("shop");
    judge();
    what.order = (wb_view){NULL, 0};
    ck_assert(!wb_canonical_decode(wb_shipment_fields,
                                   verdict.body.len ? wb_buf_view(&verdict.body) : what.canonical,
                                   out, sizeof *out, &err));
}

#define CARRIERS                                                                                   \
    "carriers: [{to: shop, carrier: 'dhl*', id: '7'}, {to: shop, country: DE, carrier: UPS, id: "  \
    "'8'}, {to: shop, country: FR, id: '9'}]"

START_TEST(carriers)
{
    const wb_decided_parcel *got;
    wb_shipment out;

    shipment.parcels = (wb_field_list){parcels, 2};
    rules_are(CARRIERS);
    judge_shipment(&out);
    ck_assert_int_eq(verdict.wait, WB_WAIT_COUNT);
    ck_assert(wb_view_is(out.decided.carrier, "8"));
    got = out.decided.parcels.items;
    ck_assert_uint_eq(out.decided.parcels.count, 1);
    ck_assert(wb_view_is(got[0].parcel_id, "p1") && wb_view_is(got[0].carrier, "7"));
    wb_canonical_fini(wb_shipment_fields, &out);
}
END_TEST

static const struct {
    const char *carrier;
    wb_shipment_status status;
    wb_wait wait;
} unknown_carriers[] = {
    {"DPD", WB_SHIPMENT_SHIPPED,   WB_WAIT_CONFLICT},
    {"",    WB_SHIPMENT_SHIPPED,   WB_WAIT_CONFLICT},
    {"DPD", WB_SHIPMENT_CANCELLED, WB_WAIT_COUNT   },
    {"ups", WB_SHIPMENT_SHIPPED,   WB_WAIT_COUNT   },
};

START_TEST(a_carrier_that_no_rule_knows)
{
    wb_shipment out;

    shipment.carrier = wb_view_of(unknown_carriers[_i].carrier);
    shipment.status = (int32_t)unknown_carriers[_i].status;
    rules_are(CARRIERS);
    judge_shipment(&out);
    ck_assert_int_eq(verdict.wait, unknown_carriers[_i].wait);
    if (verdict.wait == WB_WAIT_CONFLICT && shipment.carrier.len)
        REASON("conflict: no rule knows the carrier 'DPD': add one for it, or a default");
    wb_canonical_fini(wb_shipment_fields, &out);
}
END_TEST

/* Rules for other targets say nothing of this one. */
START_TEST(carriers_of_another_target)
{
    wb_shipment out;

    rules_are("carriers: [{to: erp, carrier: DHL, id: '7'}]");
    judge_shipment(&out);
    ck_assert_int_eq(verdict.wait, WB_WAIT_COUNT);
    ck_assert(!out.decided.carrier.len);
    wb_canonical_fini(wb_shipment_fields, &out);
}
END_TEST

/* --- holds --- */

START_TEST(held)
{
    ck_assert_int_eq(waits_by("holds: [{country: FR, reason: no}, {country: DE, reason: look}]"),
                     WB_WAIT_RULE_HOLD);
    REASON("rule hold: look (rule 2: country = DE)");
    ck_assert_int_eq(verdict.due_utc_us, 0);
}
END_TEST

START_TEST(held_until_it_is_old_enough)
{
    ck_assert_int_eq(waits_by("holds: [{age: 1h, reason: over}, {country: DE, age: 3h, reason: "
                              "wait}]"),
                     WB_WAIT_RULE_HOLD);
    REASON("rule hold: wait");
    ck_assert_int_eq(verdict.due_utc_us, BOUGHT_US + 3 * HOUR_US);
}
END_TEST

/* To the microsecond; and of an order without a time since it is known. */
START_TEST(the_end_of_a_hold)
{
    static const struct {
        int64_t bought_us, now_us;
        wb_wait wait;
    } times[] = {
        {BOUGHT_US, BOUGHT_US + 3 * HOUR_US - 1, WB_WAIT_RULE_HOLD},
        {BOUGHT_US, BOUGHT_US + 3 * HOUR_US,     WB_WAIT_COUNT    },
        {0,         BOUGHT_US + 4 * HOUR_US - 1, WB_WAIT_RULE_HOLD},
        {0,         BOUGHT_US + 4 * HOUR_US,     WB_WAIT_COUNT    },
    };

    order.purchased_utc_us = times[_i].bought_us;
    what.now_utc_us = times[_i].now_us;
    ck_assert_int_eq(waits_by("holds: [{age: 3h, reason: wait}]"), times[_i].wait);
}
END_TEST

static const struct {
    wb_order_status status;
    bool passed;
    const char *rules;
    wb_wait wait;
} passing[] = {
    {WB_ORDER_CREATED,   false, "holds: [{reason: a}]",                 WB_WAIT_RULE_HOLD},
    {WB_ORDER_CANCELLED, false, "holds: [{reason: a}]",                 WB_WAIT_COUNT    },
    {WB_ORDER_RETURNED,  false, "holds: [{reason: a}]",                 WB_WAIT_COUNT    },
    {WB_ORDER_SHIPPED,   false, "holds: [{reason: a}]",                 WB_WAIT_RULE_HOLD},
    {WB_ORDER_CREATED,   true,  "holds: [{reason: a}]",                 WB_WAIT_COUNT    },
    {WB_ORDER_CREATED,   false, "holds: [{kind: shipment, reason: a}]", WB_WAIT_COUNT    },
    {WB_ORDER_CREATED,   false, "holds: [{enabled: false, reason: a}]", WB_WAIT_COUNT    },
    {WB_ORDER_CREATED,   false, "totals: [{tolerance: 0}]",             WB_WAIT_COUNT    },
};

START_TEST(passes)
{
    order.status = (int32_t)passing[_i].status;
    what.passed = passing[_i].passed;
    ck_assert_int_eq(waits_by(passing[_i].rules), passing[_i].wait);
}
END_TEST

/* --- totals --- */

START_TEST(what_does_not_add_up_is_held)
{
    order.total.minor = 3900;
    ck_assert_int_eq(waits_by("totals: [{}]"), WB_WAIT_TOTALS);
    REASON("totals: lines 25.00 + shipping 4.00 is not the total 39.00 EUR");
}
END_TEST

START_TEST(or_flagged)
{
    wb_order out;

    order.total.minor = 3900;
    rules_are("totals: [{country: FR}, {check: flag}]");
    judge_order(&out);
    ck_assert_int_eq(verdict.wait, WB_WAIT_COUNT);
    ck_assert(wb_view_is(out.decided.flagged, "lines 25.00 + shipping 4.00 is not the total 39.00 "
                                              "EUR"));
    wb_canonical_fini(wb_order_fields, &out);
}
END_TEST

START_TEST(or_not_looked_at)
{
    order.total.minor = 3900;
    ck_assert_int_eq(waits_by("totals: [{country: DE, check: 'off'}, {}]"), WB_WAIT_COUNT);
}
END_TEST

START_TEST(not_checkable_without_money)
{
    order.total = (wb_money){0};
    ck_assert_int_eq(waits_by("totals: [{}]"), WB_WAIT_COUNT);
    TOLD("\"is\":\"not checkable\"");
}
END_TEST

START_TEST(what_cannot_be_read)
{
    wb_err err = {0};

    rules_are("totals: [{}]");
    what.canonical = WB_VIEW_LIT("\x81\x01");
    ck_assert_int_eq(wb_rules_judge(rules, &what, &verdict, &err), WB_REJECT);
    what.kind = WB_RECORD_SHIPMENT;
    ck_assert_int_eq(wb_rules_judge(rules, &what, &verdict, &err), WB_REJECT);
}
END_TEST

START_TEST(kinds)
{
    for (int kind = 1; kind <= WB_RECORD_KIND_MAX; kind++)
        ck_assert(wb_rules_judged((wb_record_kind)kind) == wb_decided_any((wb_record_kind)kind));
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {decided,                      0                         },
        {nothing_decided,              0                         },
        {tags,                         0                         },
        {fields,                       0                         },
        {the_first_of_a_field,         0                         },
        {goods,                        0                         },
        {a_sku_that_is_not_known,      3                         },
        {carriers,                     0                         },
        {a_carrier_that_no_rule_knows, WB_COUNT(unknown_carriers)},
        {carriers_of_another_target,   0                         },
        {held,                         0                         },
        {held_until_it_is_old_enough,  0                         },
        {the_end_of_a_hold,            4                         },
        {passes,                       WB_COUNT(passing)         },
        {what_does_not_add_up_is_held, 0                         },
        {or_flagged,                   0                         },
        {or_not_looked_at,             0                         },
        {not_checkable_without_money,  0                         },
        {what_cannot_be_read,          0                         },
        {kinds,                        0                         },
        {NULL,                         0                         },
    };

    return wb_suite_run_in("actors.mapper.rules", tests, start, end);
}
