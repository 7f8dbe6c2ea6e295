/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/canonical.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "protocol/records/order.h"
#include "tests/unit/protocol/golden.h"
#include "tests/unit/suite.h"

#define T0 INT64_C(1767323045000000)
#define USD(amount) ((wb_money){.minor = (amount), .currency = "USD", .exponent = 2})
#define V(text) WB_VIEW_LIT(text)

#define TEXTS(list) ((wb_field_list){list, WB_COUNT(list)})
static wb_order_text programs[] = {{V("SUBSCRIBE_AND_SAVE")}};
static wb_order_text promotions[] = {{V("PROMO-1")}, {V("PROMO-2")}};
static wb_order_text serials[] = {{V("SN-1")}};
static wb_order_relation services[] = {
    {V("111-2222222-3333333"), V("L2"), V("VALUE_ADD_SERVICE")}
};
static wb_order_relation related[] = {
    {V("000-0000000-0000000"), V("L0"), V("EXCHANGE_ORIGINAL_ID")}
};
static wb_order_payment payments[] = {
    {V("Pix"), USD(2900), V("00.000.000/0001-00"), V("Visa"), V("A-1")},
};
static wb_decided_parcel decided_parcels[] = {
    {V("P1"), V("7")}
};
static wb_decided_line decided_lines[] = {
    {V("L1"), V("M-1"), {4, true}}
};
static wb_decided_tag decided_tags[] = {{V("gift")}};
static wb_order_package_item inside[] = {
    {V("L1"), {1, true}}
};

static wb_order_line lines[] = {
    {.line_id = V("L1"),
     .sku = V("SKU-1"),
     .asin = V("B00"),
     .title = V("A thing"),
     .condition = V("New"),
     .quantity = {2, true},
     .quantity_shipped = {1, true},
     .quantity_cancelled = {0, true},
     .unit_price = USD(1101),
     .price = USD(2202),
     .tax = USD(176),
     .discount = USD(100),
     .shipping = USD(499),
     .shipping_tax = USD(40),
     .gift_wrap = USD(250),
     .gift = true,
     .cancel_requested = true,
     .gift_message = V("Well done"),
     .cod_fee = USD(10),
     .other = USD(20),
     .gift_wrap_tax = USD(3),
     .other_tax = USD(4),
     .discount_tax = USD(5),
     .proceeds = USD(2900),
     .price_designation = V("BUSINESS_PRICE"),
     .condition_detail = V("Mint"),
     .condition_note = V("as new"),
     .gift_wrap_level = V("Classic"),
     .cancel_reason = V("found it cheaper"),
     .cancelled_by = V("MERCHANT"),
     .cancelled_reason = V("sold out"),
     .programs = TEXTS(programs),
     .promotions = TEXTS(promotions),
     .serials = TEXTS(serials),
     .related = TEXTS(services),
     .customization_url = V("https://example.com/zip"),
     .points = {10, true},
     .points_value = USD(100),
     .measure = V("1.5"),
     .measure_unit = V("POUNDS"),
     .ioss_number = V("IM0"),
     .tax_scheme = V("IOSS"),
     .tax_model = V("MARKETPLACE_FACILITATOR"),
     .tax_party = V("Amazon"),
     .deliver_after_utc_us = T0 + 3,
     .deliver_by_utc_us = T0 + 4,
     .signature_required = true,
     .identity_check = true,
     .age_check = true,
     .pallet = true,
     .cash_on_delivery = true,
     .serial_required = true,
     .pack = {6, true}},
    {.line_id = V("L2"),
     .sku = V("SKU-2"),
     .quantity = {0, true},
     .quantity_shipped = {0, true},
     .quantity_cancelled = {0, true},
     .price = {.minor = 1500, .currency = "JPY", .exponent = 0} },
};
static wb_order_package packages[] = {
    {.package_id = V("P1"),
     .carrier = V("UPS"),
     .service = V("Ground"),
     .tracking = V("1Z"),
     .status = V("IN_TRANSIT"),
     .shipped_utc_us = T0 + 60,
     .created_utc_us = T0 + 50,
     .detail = V("OUT_FOR_DELIVERY"),
     .items = TEXTS(inside)},
};

static wb_order_handled handled[] = {
    {.number = V("103"),
     .status = WB_HANDLED_TO_SHIP,
     .erp_status = V("5"),
     .warehouse = V("25"),
     .shared = true,
     .updated_utc_us = T0 + 70},
};

#define ADDRESS                                                                                    \
    {                                                                                              \
        V("Ada"), V("Engines"), V("1 Main St"), V("Apt 2"), V("c/o B"), V("London"),               \
            V("Westminster"), V("Greater London"), V("SW1"), V("GB"), V("+44 1"), V("Main St"),    \
            V("1"), V("Apt"), V("Centre"), V("Middlesex"), V("City of W"), V("RESIDENTIAL"),       \
            V("ring twice"), V("PORCH")                                                            \
    }

/* Every field set. */
static wb_order
full(void)
{
    return (wb_order){
        .external_id = V("111-2222222-3333333"),
        .seller_order_id = V("S-1"),
        .channel = V("amazon"),
        .marketplace = V("ATVPDKIKX0DER"),
        .marketplace_name = V("Amazon.com"),
        .status = WB_ORDER_PARTLY_SHIPPED,
        .channel_status = V("PARTIALLY_SHIPPED"),
        .purchased_utc_us = T0 - 2000000,
        .updated_utc_us = T0,
        .ship_by_utc_us = T0 + 1,
        .deliver_by_utc_us = T0 + 2,
        .fulfilled_by = V("merchant"),
        .service_level = V("Standard"),
        .payment_method = V("Other"),
        .programs = V("PRIME,AMAZON_BUSINESS"),
        .replaces = V("000-0000000-0000000"),
        .business = true,
        .total = USD(3001),
        .proceeds_total = USD(2900),
        .tax_total = USD(216),
        .shipping_total = USD(499),
        .discount_total = USD(100),
        .item_total = USD(2202),
        .buyer = {V("Ada"),      V("a@example.com"), V("Engines"), V("PO-1"), V("T-1"), V("VAT"),
                  V("Office 7"), V("GB"), V("Engines Ltd"), V("Surrey"), V("BUSINESS")},
        .ship_to = ADDRESS,
        .invoice_to = ADDRESS,
        .gift_wrap_total = USD(250),
        .cod_fee_total = USD(10),
        .tip_total = USD(500),
        .tip_status = V("FINALIZED"),
        .other_total = USD(20),
        .ship_after_utc_us = T0 - 1,
        .deliver_after_utc_us = T0 - 2,
        .sales_channel = V("AMAZON"),
        .order_type = V("StandardOrder"),
        .service_category = V("Expedited"),
        .supply_source = V("SRC-1"),
        .invoice_status = V("NOT_REQUIRED"),
        .related = TEXTS(related),
        .payments = TEXTS(payments),
        .decided = {V("W-1"),    V("S-1"),              V("T-1"), V("C-1"), TEXTS(decided_parcels),
                  TEXTS(decided_lines), TEXTS(decided_tags), V("30.01 is not 30.02")},
        .lines = {lines, WB_COUNT(lines)           },
        .packages = {packages,  WB_COUNT(packages)      },
        .left_out = V("deliverByWindow,IsPrime"),
        .repaired = V("title"),
        .stopped_by = V("erp"),
        .handled = TEXTS(handled),
    };
}

static wb_order
minimal(void)
{
    return (wb_order){.external_id = V("1"), .channel = V("amazon"), .status = WB_ORDER_CREATED};
}

static void
encode(const wb_order *order, wb_buf *out)
{
    wb_err err = {0};

    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert_msg(wb_canonical_encode(wb_order_fields, order, out, &err) == WB_OK, "%s", err.text);
    ck_assert(wb_pack_scan(wb_buf_view(out), WB_RECORD_ELEMENTS_MAX, NULL) == WB_OK);
}

START_TEST(test_golden)
{
    wb_order orders[] = {minimal(), full()};
    static const char *const names[] = {"order-minimal", "order-full"};

    for (size_t i = 0; i < WB_COUNT(orders); i++) {
        WB_AUTO(wb_buf_fini) wb_buf out = {0};

        encode(&orders[i], &out);
        golden_check(names[i], wb_buf_view(&out));
    }
}
END_TEST

/* What the first mapping wrote of the same order: read, and taken as the same. */
START_TEST(test_a_record_of_the_first_mapping)
{
    wb_order order = full();
    WB_AUTO(wb_buf_fini) wb_buf old = {0};
    WB_AUTO(wb_buf_fini) wb_buf now = {0};
    wb_mixture from = {.owners = UINT32_MAX};
    wb_err err = {0};
    bool same = false;

    wb_buf_init(&old, WB_ORDER_MAX);
    golden_read("order-full-0", &old);
    encode(&order, &now);
    from.said = wb_buf_view(&now);
    from.old = wb_buf_view(&old);
    ck_assert(wb_canonical_same(WB_RECORD_ORDER, &from, &same, &err) == WB_OK && same);
    from.mapping = WB_MAPPING_NOW;
    ck_assert(wb_canonical_same(WB_RECORD_ORDER, &from, &same, &err) == WB_OK && !same);
    from.mapping = 0;
    order.ship_to.line3 = V("c/o C");
    wb_buf_clear(&now);
    ck_assert(wb_canonical_encode(wb_order_fields, &order, &now, &err) == WB_OK);
    from.said = wb_buf_view(&now);
    ck_assert(wb_canonical_same(WB_RECORD_ORDER, &from, &same, &err) == WB_OK && !same);
}
END_TEST

START_TEST(test_round_trip)
{
    wb_order orders[] = {minimal(), full()}, back;
    wb_err err = {0};

    for (size_t i = 0; i < WB_COUNT(orders); i++) {
        WB_AUTO(wb_buf_fini) wb_buf once = {0};
        WB_AUTO(wb_buf_fini) wb_buf twice = {0};

        encode(&orders[i], &once);
        memset(&back, 0xff, sizeof back);
        ck_assert_msg(wb_canonical_decode(wb_order_fields, wb_buf_view(&once), &back, sizeof back,
                                          &err) == WB_OK,
                      "%s", err.text);
        encode(&back, &twice);
        ck_assert(wb_view_eq(wb_buf_view(&once), wb_buf_view(&twice)));
        ck_assert(wb_view_eq(back.ship_to.city, orders[i].ship_to.city));
        ck_assert_uint_eq(back.lines.count, orders[i].lines.count);
        if (back.lines.count) {
            const wb_order_line *line = back.lines.items;

            ck_assert(line[0].quantity.value == 2 && line[0].gift &&
                      line[0].unit_price.minor == 1101);
            ck_assert_str_eq(line[1].price.currency, "JPY");
        }
        wb_canonical_fini(wb_order_fields, &back);
        ck_assert(back.lines.items == NULL && back.lines.count == 0);
    }
}
END_TEST

/* 0 is told; what is not told is not there, and does not become 0 on the way. */
START_TEST(test_a_number_that_nobody_told_is_not_there)
{
    wb_order order = minimal(), back;
    wb_order_line line = {
        .line_id = V("L"), .quantity = {0, true}
    };
    const wb_order_line *read;
    WB_AUTO(wb_buf_fini) wb_buf once = {0};
    WB_AUTO(wb_buf_fini) wb_buf json = {0};
    wb_err err = {0};

    order.lines = (wb_field_list){&line, 1};
    encode(&order, &once);
    wb_buf_init(&json, WB_ORDER_MAX);
    ck_assert(wb_canonical_json(wb_order_fields, wb_buf_view(&once), 0, &json, &err) == WB_OK);
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&json), "[{\"line_id\":\"L\",\"quantity\":0}]"));
    ck_assert(wb_canonical_decode(wb_order_fields, wb_buf_view(&once), &back, sizeof back, &err) ==
              WB_OK);
    read = back.lines.items;
    ck_assert(read->quantity.known && !read->quantity_shipped.known &&
              !read->quantity_cancelled.known);
    wb_canonical_fini(wb_order_fields, &back);
    line.quantity.known = false;
    ck_assert(wb_canonical_check(wb_order_fields, &order, &err) == WB_REJECT);
    ck_assert_str_eq(err.text, "lines[0].quantity is missing");
    /* nil, of whoever writes it, is no 0 */
    ck_assert(wb_canonical_decode(wb_order_fields, V("\x81\x19\x91\x81\x08\xc0"), &back,
                                  sizeof back, &err) == WB_OK);
    ck_assert(!((const wb_order_line *)back.lines.items)->quantity_cancelled.known);
    wb_canonical_fini(wb_order_fields, &back);
}
END_TEST

/* Every row is written and read: a record with that field alone gives it back. */
static void
check_numbers(const wb_field *fields)
{
    uint64_t seen[4] = {0};

    for (; fields->type; fields++) {
        ck_assert_msg(!(seen[fields->number / 64] >> fields->number % 64 & 1),
                      "%s: number %d twice", fields->name, fields->number);
        seen[fields->number / 64] |= UINT64_C(1) << fields->number % 64;
        ck_assert(fields->number > 0 && fields->help && fields->name);
        ck_assert((fields->sub != NULL) ==
                  (fields->type == WB_FIELD_GROUP || fields->type == WB_FIELD_LIST));
        ck_assert((fields->names != NULL) == (fields->type == WB_FIELD_ENUM));
        if (fields->sub)
            check_numbers(fields->sub);
    }
}

START_TEST(test_table)
{
    check_numbers(wb_order_fields);
    ck_assert_ptr_eq(wb_canonical_fields(WB_RECORD_ORDER), wb_order_fields);
    ck_assert_uint_eq(wb_canonical_size(WB_RECORD_ORDER), sizeof(wb_order));
    ck_assert_ptr_null(wb_canonical_fields(WB_RECORD_NONE));
    for (const wb_field *field = wb_order_fields; field->type; field++)
        ck_assert_msg(field->owner != 0, "%s belongs to no group", field->name);
}
END_TEST

START_TEST(test_unknown_numbers)
{
    static const char packed[] = "\x85\x01\xa1"
                                 "A\xcc\xc8\x92\x01\x80\xa0\x06\x02\x03\xa1"
                                 "c";
    static const char newer[] = "\x84\x01\xa1"
                                "A\xcc\xc8\x92\x01\x80\xcd\x01\x90\xc0\x06\x02";
    wb_order back;
    wb_err err = {0};

    ck_assert(wb_canonical_decode(wb_order_fields, (wb_view){packed, sizeof packed - 1}, &back,
                                  sizeof back, &err) == WB_REJECT);
    ck_assert_msg(wb_canonical_decode(wb_order_fields, (wb_view){newer, sizeof newer - 1}, &back,
                                      sizeof back, &err) == WB_OK,
                  "%s", err.text);
    ck_assert(wb_view_is(back.external_id, "A") && back.status == WB_ORDER_CREATED);
    wb_canonical_fini(wb_order_fields, &back);
}
END_TEST

static const struct {
    const char *label, *hex, *error;
} bad[] = {
    {"no map",                "01",                                 "record"                   },
    {"cut",                   "8101",                               "claims"                   },
    {"text expected",         "810105",                             "external_id is an integer"},
    {"field twice",           "8201a14101a142",                     "twice"                    },
    {"money of two",          "8112920163",                         "total is no amount"       },
    {"money's currency",      "81129301a2555302",                   "total is no amount"       },
    {"money's exponent",
     "81129301a3555344"
     "0a",                                                          "total is no amount"       },
    {"money's minor",         "811293cfffffffffffffffffa355534402", "integer"                  },
    {"status below 0",        "8106ff",                             "status is out of range"   },
    {"lines with a bad line",
     "811992"
     "8101a14c"
     "8101c3",                                                      "line_id is a boolean"     },
    {"lines twice",           "8219918101a14c19918101a14c",         "twice"                    },
};

START_TEST(test_refused)
{
    char bytes[128];
    size_t len = strlen(bad[_i].hex) / 2;
    wb_order back;
    wb_err err = {0};

    ck_assert(wb_unhex(bytes, len, wb_view_of(bad[_i].hex), NULL) == WB_OK);
    ck_assert_msg(wb_canonical_decode(wb_order_fields, (wb_view){bytes, len}, &back, sizeof back,
                                      &err) == WB_REJECT,
                  "%s", bad[_i].label);
    ck_assert_msg(strstr(err.text, bad[_i].error), "%s: %s", bad[_i].label, err.text);
    ck_assert(back.lines.items == NULL);
}
END_TEST

START_TEST(test_too_long_a_list)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_order order = minimal();
    wb_err err = {0};

    wb_buf_init(&out, WB_ORDER_MAX);
    order.lines.count = WB_RECORD_LIST_MAX + 1;
    order.lines.items = wb_alloc(order.lines.count * sizeof(wb_order_line));
    ck_assert(wb_canonical_encode(wb_order_fields, &order, &out, &err) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "lines: 2001 items"));
    wb_buf_clear(&out);
    wb_buf_add(&out, "\x81\x19", 2);
    wb_pack_array(&out, WB_RECORD_LIST_MAX + 1);
    for (int i = 0; i <= WB_RECORD_LIST_MAX; i++)
        wb_pack_map(&out, 0);
    wb_canonical_fini(wb_order_fields, &order);
    ck_assert(wb_canonical_decode(wb_order_fields, wb_buf_view(&out), &order, sizeof order, &err) ==
              WB_REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "lines: 2001 items"));
}
END_TEST

START_TEST(test_check)
{
    wb_order order = full();
    wb_order_line two[2] = {lines[0], lines[1]};
    wb_err err = {0};

    ck_assert(wb_canonical_check(wb_order_fields, &order, &err) == WB_OK);
    order.lines.items = two;
    two[1].line_id = (wb_view){0};
    ck_assert(wb_canonical_check(wb_order_fields, &order, &err) == WB_REJECT);
    ck_assert_str_eq(err.text, "lines[1].line_id is missing");
    order.status = WB_ORDER_UNKNOWN;
    ck_assert(wb_canonical_check(wb_order_fields, &order, &err) == WB_REJECT);
    ck_assert_str_eq(err.text, "status is missing");
}
END_TEST

START_TEST(test_json)
{
    wb_order order = full();
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf json = {0};

    encode(&order, &packed);
    wb_buf_init(&json, WB_ORDER_MAX);
    ck_assert(wb_canonical_json(wb_order_fields, wb_buf_view(&packed), 0, &json, NULL) == WB_OK);
    golden_check("order-full-json", wb_buf_view(&json));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&json), "\"status\":\"partly_shipped\""));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&json), "\"price\":{\"amount\":\"22.02\",\"currency\":"
                                                     "\"USD\"}"));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&json), "\"price\":{\"amount\":\"1500\",\"currency\":"
                                                     "\"JPY\"}"));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&json), "\"updated_at\":\"2026-01-02T03:04:05Z\""));
    wb_buf_clear(&json);
    ck_assert(wb_canonical_json(wb_order_fields, wb_buf_view(&packed), WB_FIELD_PERSONAL, &json,
                                NULL) == WB_OK);
    ck_assert_ptr_null(strstr(wb_buf_text(&json), "Ada"));
    ck_assert_ptr_null(strstr(wb_buf_text(&json), "Well done"));
    ck_assert_ptr_null(strstr(wb_buf_text(&json), "a@example.com"));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&json), "\"name\":\"***\""));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&json), "\"country\":\"GB\""));
    wb_buf_clear(&json);
    ck_assert(wb_canonical_json(wb_order_fields, V("\x81\x06\x63"), 0, &json, NULL) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&json), "{\"status\":99}");
}
END_TEST

START_TEST(test_cut_and_bent)
{
    wb_order order = full(), back;
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_buf_fini) wb_buf json = {0};

    encode(&order, &out);
    wb_buf_init(&json, WB_ORDER_MAX);
    for (size_t at = 0; at < out.len; at++) {
        char was = out.data[at];

        ck_assert(wb_canonical_decode(wb_order_fields, (wb_view){out.data, at}, &back, sizeof back,
                                      NULL) == WB_REJECT);
        for (int flip = 1; flip < 256; flip <<= 1) {
            out.data[at] = (char)(was ^ flip);
            wb_buf_clear(&json);
            if (wb_canonical_decode(wb_order_fields, wb_buf_view(&out), &back, sizeof back, NULL) ==
                WB_OK)
                wb_canonical_fini(wb_order_fields, &back);
            wb_ignore(wb_canonical_json(wb_order_fields, wb_buf_view(&out), 0, &json, NULL),
                      "either will do");
        }
        out.data[at] = was;
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_golden,                                 0            },
        {test_a_record_of_the_first_mapping,          0            },
        {test_round_trip,                             0            },
        {test_a_number_that_nobody_told_is_not_there, 0            },
        {test_table,                                  0            },
        {test_unknown_numbers,                        0            },
        {test_refused,                                WB_COUNT(bad)},
        {test_too_long_a_list,                        0            },
        {test_check,                                  0            },
        {test_json,                                   0            },
        {test_cut_and_bent,                           0            },
        {NULL,                                        0            },
    };

    return wb_suite_run("protocol.canonical", rows);
}
