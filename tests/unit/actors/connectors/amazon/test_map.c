/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define NEW(status, more)                                                                          \
    "{\"order\":{\"orderId\":\"1-1\",\"createdTime\":\"2026-01-01T00:00:00Z\","                    \
    "\"lastUpdatedTime\":"                                                                         \
    "\"2026-01-01T00:00:01Z\",\"salesChannel\":{\"channelName\":\"AMAZON\"},\"fulfillment\":"      \
    "{\"fulfillmentStatus\":\"" status "\"},\"orderItems\":[{\"orderItemId\":\"i\","               \
    "\"quantityOrdered\":2,\"product\":{\"sellerSku\":\"S\"}}]" more "}}"
#define OLD(status)                                                                                \
    "{\"AmazonOrder\":{\"AmazonOrderId\":\"1-1\",\"OrderStatus\":\"" status "\"},\"OrderItems\":[" \
    "]}"
#define LINE(members)                                                                              \
    "{\"orderId\":\"1\",\"fulfillment\":{\"fulfillmentStatus\":\"UNSHIPPED\"},\"orderItems\":[{"   \
    "\"orderItemId\":\"i\",\"quantityOrdered\":1" members "}]}"
#define USD(amount) "{\"amount\":\"" amount "\",\"currencyCode\":\"USD\"}"

static wb_rc
map(wb_json *json, const char *raw, wb_mapped *out, wb_err *err)
{
    wb_envelope env = {.body = wb_view_of(raw), .record_kind = WB_RECORD_ORDER};

    return wb_connector_map(&wb_connector_amazon, &env, json, out, err);
}

static const struct {
    const char *raw;
    wb_order_status status;
    bool routed;
} statuses[] = {
    {NEW("PENDING",              ""),                  WB_ORDER_PENDING,                          false},
    {NEW("PENDING_AVAILABILITY",                          ""),                     WB_ORDER_PENDING,                                  false},
    {NEW("UNSHIPPED",                     ""),                                         WB_ORDER_CREATED,                                   true},
    {NEW("PARTIALLY_SHIPPED",          ""),WB_ORDER_PARTLY_SHIPPED,true},
    {NEW("SHIPPED",              ""),                          WB_ORDER_SHIPPED,                                                                       true},
    {NEW("CANCELLED",              ""),                  WB_ORDER_CANCELLED,                  true},
    {NEW("UNFULFILLABLE",                          ""),                                WB_ORDER_CANCELLED,                                                         true},
    {NEW("A_WORD_OF_NEXT_YEAR",                      ""),                                          WB_ORDER_PENDING,                                                false},
    {OLD("Pending"),        WB_ORDER_PENDING,false},
    {OLD("PendingAvailability"),  WB_ORDER_PENDING,false},
    {OLD("Unshipped"),             WB_ORDER_CREATED,          true                                                     },
    {OLD("PartiallyShipped"), WB_ORDER_PARTLY_SHIPPED,    true                                                                           },
    {OLD("Shipped"),           WB_ORDER_SHIPPED,   true                              },
    {OLD("InvoiceUnconfirmed"),    WB_ORDER_SHIPPED, true                                  },
    {OLD("Canceled"),             WB_ORDER_CANCELLED,       true                                         },
    {OLD("Unfulfillable"),  WB_ORDER_CANCELLED,   true                                       },
};

START_TEST(test_status)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped out;
    wb_err err = {0};

    ck_assert_msg(map(json, statuses[_i].raw, &out, &err) == WB_OK, "%s", err.text);
    ck_assert_msg(out.order.status == (int32_t)statuses[_i].status, "%s", statuses[_i].raw);
    ck_assert_msg(out.routed == statuses[_i].routed, "%s", statuses[_i].raw);
    ck_assert(out.order.channel_status.len > 0);
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

/* What cannot be an order, and what of it is told. */
static const struct {
    const char *raw, *word;
} refused[] = {
    {"",                                                                                             "JSON"               },
    {"{}",                                                                                           "not an order"       },
    {"[]",                                                                                           "not an order"       },
    {"{\"order\":7}",                                                                                "not an order"       },
    {"{\"order\":{\"orderId\":\"1\"}}",                                                              "FULFILLMENT"        },
    {"{\"orderId\":7,\"fulfillment\":{\"fulfillmentStatus\":\"SHIPPED\"}}",                          "orderId"            },
    {"{\"orderId\":\"\",\"fulfillment\":{\"fulfillmentStatus\":\"SHIPPED\"}}",                       "not an order"       },
    {"{\"orderId\":\"1\",\"orderId\":\"2\"}",                                                        "twice"              },
    {"{\"orderId\":\"1\",\"order\\u0049d\":\"2\",\"fulfillment\":{\"fulfillmentStatus\":"
     "\"SHIPPED\"}}",                                                                           "twice"              },
    {"{\"AmazonOrderId\":\"1\"}",                                                                    "OrderStatus"        },
    {LINE(",\"quantityOrdered\":2"),                                                                 "quantity is missing"},
    {"{\"orderId\":\"1\",\"fulfillment\":{\"fulfillmentStatus\":\"SHIPPED\"},\"orderItems\":[{"
     "\"quantityOrdered\":1.5}]}",                                                              "lines[0]"           },
    {"{\"orderId\":\"1\",\"fulfillment\":{\"fulfillmentStatus\":\"SHIPPED\"},\"orderItems\":\"x\"}",
     "no list"                                                                                                            },
    {"{\"orderId\":\"1\xe7\",\"fulfillment\":{\"fulfillmentStatus\":\"SHIPPED\"}}",                  "no text"            },
};

START_TEST(test_refused)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped out;
    wb_err err = {0};

    wb_rc rc = map(json, refused[_i].raw, &out, &err);

    if (!rc) { /* what is required of every record */
        rc = wb_canonical_check(wb_order_fields, &out.order, &err);
        wb_canonical_fini(wb_order_fields, &out.order);
    }
    ck_assert_msg(rc == WB_REJECT, "%s", refused[_i].raw);
    ck_assert_msg(strstr(err.text, refused[_i].word) != NULL, "%s: %s", refused[_i].raw, err.text);
}
END_TEST

static void
assert_money(const wb_money *money, const char *want)
{
    wb_buf text;

    wb_buf_init(&text, 64);
    if (money->currency[0]) {
        wb_money_text(&text, money);
        wb_buf_addf(&text, " %s", money->currency);
    }
    ck_assert_str_eq(wb_buf_text(&text), want);
    wb_buf_fini(&text);
}

START_TEST(test_money_of_a_line)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped out;
    wb_err err = {0};
    const wb_order_line *line;

    ck_assert_msg(
        map(json,
            LINE(",\"product\":{\"sellerSku\":\"S\",\"price\":{\"unitPrice\":" USD(
                "29.99") "}},"
                         "\"proceeds\":{\"breakdowns\":[{\"type\":\"ITEM\",\"subtotal\":" USD(
                             "89.97") "},"
                                      "{\"type\":\"SHIPPING\",\"subtotal\":" USD(
                                          "10.00") "},"
                                                   "{\"type\":\"DISCOUNT\",\"subtotal\":" USD(
                                                       "-5.00") "},"
                                                                "{\"type\":\"TAX\","
                                                                "\"subtotal\":" USD(
                                                                    "4.00") ",\"detailedBreakdowns"
                                                                            "\":["
                                                                            "{\"subtype\":\"ITEM\","
                                                                            "\"value\":" USD(
                                                                                "3.00") "},"
                                                                                        "{\"subtype"
                                                                                        "\":"
                                                                                        "\"SHIPPING"
                                                                                        "\","
                                                                                        "\"value\""
                                                                                        ":" USD(
                                                                                            "1.00") "}]}]}"),
            &out, &err) == WB_OK,
        "%s", err.text);
    line = out.order.lines.items;
    assert_money(&line->unit_price, "29.99 USD");
    assert_money(&line->price, "89.97 USD");
    assert_money(&line->shipping, "10.00 USD");
    assert_money(&line->tax, "3.00 USD");
    assert_money(&line->shipping_tax, "1.00 USD");
    assert_money(&line->discount, "5.00 USD");
    assert_money(&out.order.item_total, "89.97 USD"); /* nobody told it: the sum of the lines */
    assert_money(&out.order.tax_total, "4.00 USD");
    assert_money(&out.order.discount_total, "5.00 USD");
    assert_money(&out.order.total, "");
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

static const struct {
    const char *amount, *currency, *want;
} moneys[] = {
    {"11.01",               "USD", "11.01 USD"              },
    {"25.99",               "JPY", "25.99 JPY"              }, /* as the vendor's own example has it */
    {"1000",                "JPY", "1000 JPY"               },
    {"10.00",               "JPY", "10 JPY"                 },
    {"0.1",                 "EUR", "0.10 EUR"               },
    {"-3.5",                "EUR", "-3.50 EUR"              },
    {"1.2345",              "USD", "1.2345 USD"             },
    {"9007199254740993.01", "USD", "9007199254740993.01 USD"}, /* beyond a double */
};

START_TEST(test_money_is_exact)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    char raw[512];
    wb_mapped out;
    wb_err err = {0};

    snprintf(raw, sizeof raw,
             "{\"orderId\":\"1\",\"fulfillment\":{\"fulfillmentStatus\":\"SHIPPED\"},\"proceeds\":"
             "{\"grandTotal\":{\"amount\":\"%s\",\"currencyCode\":\"%s\"}}}",
             moneys[_i].amount, moneys[_i].currency);
    ck_assert_msg(map(json, raw, &out, &err) == WB_OK, "%s", err.text);
    assert_money(&out.order.proceeds_total, moneys[_i].want);
    assert_money(&out.order.total, ""); /* what the buyer pays is another thing, and not told */
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

#define COUNTS(done, open) ",\"fulfillment\":{" done open "}"
#define DONE(count) "\"quantityFulfilled\":" count
#define OPEN(count) "\"quantityUnfulfilled\":" count

/* Three were ordered: how many of them are cancelled, and shipped; -1 = not there. */
static const struct {
    const char *members;
    int64_t cancelled, shipped;
} counts[] = {
    {COUNTS(DONE("1"), "," OPEN("0")), 2,             1},
    {COUNTS(DONE("0"), "," OPEN("0")), 3,             0},
    {COUNTS(DONE("0"), "," OPEN("3")), 0,             0},
    {COUNTS(DONE("3"), "," OPEN("0")), 0,             3},
    {"",               -1,             -1           }, /* nobody said */
    {COUNTS("",             ""),             -1,            -1 },
    {COUNTS(DONE("1"),             ""),             -1,             1},
    {COUNTS("",      OPEN("1")),             -1,            -1 },
    {COUNTS(DONE("null"),  "," OPEN("0")),             -1,            -1},
    {COUNTS(DONE("3"),  "," OPEN("1")),             -1,             3 }, /* contradicts */
    {COUNTS(DONE("1"), "," OPEN("-4")),             -1,             1},
    {COUNTS(DONE("-9223372036854775807"),  "," OPEN("0")),             -1, INT64_MIN + 1 },
};

static int64_t
told(wb_count count)
{
    return count.known ? count.value : -1;
}

START_TEST(test_cancelled_goods_are_told_and_nothing_is_invented)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf raw = {0};
    const wb_order_line *line;
    wb_mapped out;
    wb_err err = {0};

    wb_buf_init(&raw, 4096);
    wb_buf_addf(&raw,
                "{\"orderId\":\"1\",\"fulfillment\":{\"fulfillmentStatus\":\"UNSHIPPED\"},"
                "\"orderItems\":[{\"orderItemId\":\"i\",\"quantityOrdered\":3%s}]}",
                counts[_i].members);
    ck_assert_msg(map(json, wb_buf_text(&raw), &out, &err) == WB_OK, "%s", err.text);
    line = out.order.lines.items;
    ck_assert_int_eq(told(line->quantity), 3);
    ck_assert_msg(told(line->quantity_cancelled) == counts[_i].cancelled, "%s: %d",
                  counts[_i].members, (int)told(line->quantity_cancelled));
    ck_assert_msg(told(line->quantity_shipped) == counts[_i].shipped, "%s", counts[_i].members);
    ck_assert(!line->gift && !line->cancel_requested); /* their objects are not there */
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

#define TO(members) NEW("UNSHIPPED", ",\"recipient\":{\"deliveryAddress\":{" members "}}")
#define BY(members) NEW("UNSHIPPED", ",\"buyer\":{" members "}")
#define OLD_TO(members)                                                                            \
    "{\"AmazonOrderId\":\"1\",\"OrderStatus\":\"Shipped\",\"ShippingAddress\":{" members "}}"

/* Which groups the connector says that it covers: by all of what is told, not by some of it. */
static const struct {
    const char *raw;
    bool buyer, address;
} told_groups[] = {
    {NEW("UNSHIPPED", ""),                              false,               false},
    {TO(""),               false,                                          false                                         },
    {TO("\"city\":\"X\",\"stateOrRegion\":\"Y\",\"postalCode\":\"1\",\"countryCode\":\"DE\","
        "\"name\":\"\",\"companyName\":null"),
     false,   false                                                                 },
    {TO("\"companyName\":\"C\""),               false,                     true},
    {TO("\"addressLine2\":\"2\""),               false,                    true                                                                },
    {TO("\"addressLine3\":\"3\""),               false,                    true},
    {TO("\"districtOrCounty\":\"D\""),               false,                true                                                            },
    {TO("\"phone\":\"0\""),               false,                           true},
    {TO("\"name\":\"N\""),               false,                            true                                                             },
    {BY(""),               false,                                          false},
    {BY("\"buyerEmail\":\"e@x\""),               true,                    false                                        },
    {BY("\"buyerPurchaseOrderNumber\":\"P\""),               true,        false},
    {OLD_TO("\"City\":\"X\",\"CountryCode\":\"DE\""),               false, false                                },
    {OLD_TO("\"CompanyName\":\"C\""),               false,                 true},
    {OLD_TO("\"AddressLine2\":\"2\""),               false,                true                               },
};

START_TEST(test_an_address_of_company_and_second_line_alone_is_an_address)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped out;
    wb_err err = {0};

    ck_assert_msg(map(json, told_groups[_i].raw, &out, &err) == WB_OK, "%s", err.text);
    ck_assert_msg((out.owners >> WB_ORDER_OWNS_BUYER & 1) == told_groups[_i].buyer, "%s",
                  told_groups[_i].raw);
    ck_assert_msg((out.owners >> WB_ORDER_OWNS_ADDRESS & 1) == told_groups[_i].address, "%s",
                  told_groups[_i].raw);
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

START_TEST(test_what_is_withheld_covers_nothing)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    const uint32_t address = 1u << WB_ORDER_OWNS_ADDRESS, packages = 1u << WB_ORDER_OWNS_PACKAGES;
    const uint32_t lines = 1u << WB_ORDER_OWNS_LINES, head = 1u << WB_ORDER_OWNS_HEAD;
    wb_mapped out;

    ck_assert(map(json, NEW("UNSHIPPED", ""), &out, NULL) == WB_OK);
    ck_assert_uint_eq(out.owners, head | lines);
    wb_canonical_fini(wb_order_fields, &out.order);
    ck_assert(map(json,
                  NEW("UNSHIPPED", ",\"packages\":[],\"recipient\":{\"deliveryAddress\":{\"city\":"
                                   "\"X\",\"name\":\"\"}}"),
                  &out, NULL) == WB_OK);
    ck_assert_uint_eq(out.owners, head | lines | packages); /* a city alone replaces no address */
    wb_canonical_fini(wb_order_fields, &out.order);
    ck_assert(map(json, NEW("UNSHIPPED", ",\"recipient\":{\"deliveryAddress\":{\"name\":\"N\"}}"),
                  &out, NULL) == WB_OK);
    ck_assert_uint_eq(out.owners, head | lines | address);
    wb_canonical_fini(wb_order_fields, &out.order);
    ck_assert(map(json, "{\"payload\":{\"AmazonOrderId\":\"1\",\"OrderStatus\":\"Shipped\"}}", &out,
                  NULL) == WB_OK);
    ck_assert_uint_eq(out.owners, head); /* v0 without its items */
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

START_TEST(test_members_of_the_newer_api)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped out;
    wb_err err = {0};

    ck_assert_msg(
        map(json,
            NEW("SHIPPED",
                ",\"orderAliases\":[{\"aliasId\":\"X\",\"aliasType\":\"OTHER\"},{\"aliasId\":\"S-"
                "1\","
                "\"aliasType\":\"SELLER_ORDER_ID\"}],\"programs\":[\"PRIME\",\"AMAZON_BUSINESS\"],"
                "\"associatedOrders\":[{\"orderId\":\"0-0\",\"associationType\":"
                "\"REPLACEMENT_ORIGINAL_ID\"}],\"buyer\":{\"buyerEmail\":\"e@x\"},\"payment\":"
                "{\"paymentExecutions\":[{\"paymentMethod\":\"COD\"}]},\"tax\":{"
                "\"taxRegistrations\":"
                "[{\"entityType\":\"BUYER\",\"taxRegistrationNumber\":\"T1\"}]},\"packages\":"
                "[{\"packageReferenceId\":\"1\",\"packageStatus\":{\"status\":\"SHIPPED\"},"
                "\"trackingNumber\":\"Z\",\"shipTime\":\"2026-01-01T00:00:00Z\"}]"),
            &out, &err) == WB_OK,
        "%s", err.text);
    ck_assert(wb_view_is(out.order.seller_order_id, "S-1"));
    ck_assert(wb_view_is(out.order.programs, "PRIME,AMAZON_BUSINESS"));
    ck_assert(out.order.business);
    ck_assert(wb_view_is(out.order.replaces, "0-0"));
    ck_assert(wb_view_is(out.order.buyer.email, "e@x"));
    ck_assert(wb_view_is(out.order.buyer.tax_id, "T1"));
    ck_assert(wb_view_is(out.order.payment_method, "COD"));
    ck_assert_uint_eq(out.order.packages.count, 1);
    ck_assert(wb_view_is(((wb_order_package *)out.order.packages.items)->status, "SHIPPED"));
    ck_assert_int_eq(out.source_utc_us, INT64_C(1767225601000000));
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

START_TEST(test_members_of_v0)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    const wb_order_line *line;
    wb_mapped out;
    wb_err err = {0};

    ck_assert_msg(
        map(json,
            "{\"AmazonOrder\":{\"AmazonOrderId\":\"1-1\",\"OrderStatus\":\"Shipped\",\"IsPrime\":"
            "\"true\",\"IsReplacementOrder\":\"false\",\"IsBusinessOrder\":false,"
            "\"FulfillmentChannel\":\"AFN\",\"ShippingAddress\":{\"City\":\"X\",\"County\":\"Y\"}},"
            "\"OrderItems\":[[{\"OrderItemId\":\"79039765272157999999\",\"SellerSKU\":\"S\","
            "\"QuantityOrdered\":3,\"ItemPrice\":{\"CurrencyCode\":\"USD\",\"Amount\":\"30.00\"},"
            "\"PromotionDiscount\":{\"CurrencyCode\":\"USD\",\"Amount\":\"2.00\"},"
            "\"ShippingDiscount\":{\"CurrencyCode\":\"USD\",\"Amount\":\"1.00\"},\"IsGift\":"
            "\"true\","
            "\"BuyerRequestedCancel\":{\"IsBuyerRequestedCancel\":\"true\"}}],[]]}",
            &out, &err) == WB_OK,
        "%s", err.text);
    line = out.order.lines.items;
    ck_assert_uint_eq(out.order.lines.count, 1);
    ck_assert(wb_view_is(line->line_id, "79039765272157999999"));
    assert_money(&line->unit_price, "10.00 USD");
    assert_money(&line->discount, "3.00 USD");
    ck_assert(line->gift && line->cancel_requested);
    ck_assert(wb_view_is(out.order.programs, "PRIME"));
    ck_assert(wb_view_is(out.order.fulfilled_by, "channel"));
    ck_assert(wb_view_is(out.order.ship_to.district, "Y"));
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

START_TEST(test_more_lines_than_an_order_may_have)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_buf raw;
    wb_mapped out;
    wb_err err = {0};

    wb_buf_init(&raw, WB_BODY_MAX);
    wb_buf_add_text(&raw, "{\"orderId\":\"1\",\"fulfillment\":{\"fulfillmentStatus\":\"SHIPPED\"},"
                          "\"orderItems\":[{}");
    for (int i = 0; i < WB_ORDER_LINES_MAX; i++)
        wb_buf_add_text(&raw, ",{}");
    wb_buf_add_text(&raw, "]}");
    ck_assert(map(json, wb_buf_text(&raw), &out, &err) == WB_REJECT);
    ck_assert(strstr(err.text, "lines") != NULL);
    wb_buf_fini(&raw);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_status,                                                    (int)WB_COUNT(statuses)},
        {test_refused,                                                   (int)WB_COUNT(refused) },
        {test_money_of_a_line,                                           1                      },
        {test_cancelled_goods_are_told_and_nothing_is_invented,          (int)WB_COUNT(counts)  },
        {test_money_is_exact,                                            (int)WB_COUNT(moneys)  },
        {test_an_address_of_company_and_second_line_alone_is_an_address,
         (int)WB_COUNT(told_groups)                                                             },
        {test_what_is_withheld_covers_nothing,                           1                      },
        {test_members_of_the_newer_api,                                  1                      },
        {test_members_of_v0,                                             1                      },
        {test_more_lines_than_an_order_may_have,                         1                      },
        {NULL,                                                           0                      }
    };

    return wb_suite_run("actors.connectors.amazon.map", rows);
}
