/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is there is not dropped: amounts of every category, a second one of the same, the orders
 * that an order belongs to, and where a person's wish stands.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define USD(amount) "{\"amount\":\"" amount "\",\"currencyCode\":\"USD\"}"
#define OLD_USD(amount) "{\"Amount\":\"" amount "\",\"CurrencyCode\":\"USD\"}"
#define PART(type, amount) "{\"type\":\"" type "\",\"subtotal\":" USD(amount) "}"
#define PARTS(list) ",\"proceeds\":{\"breakdowns\":[" list "]}"
#define DETAIL(type, amount) "{\"subtype\":\"" type "\",\"value\":" USD(amount) "}"
#define ORDER(members)                                                                             \
    "{\"orderId\":\"1\",\"fulfillment\":{\"fulfillmentStatus\":\"UNSHIPPED\"}" members "}"
#define LINE(members)                                                                              \
    ORDER(",\"orderItems\":[{\"orderItemId\":\"i\",\"quantityOrdered\":1" members "}]")
#define OLD_LINE(members)                                                                          \
    "{\"AmazonOrder\":{\"AmazonOrderId\":\"1\",\"OrderStatus\":\"Shipped\"},\"OrderItems\":[[{"    \
    "\"OrderItemId\":\"i\",\"QuantityOrdered\":1" members "}]]}"

static void
map(kit *self, const char *raw, wb_mapped *out)
{
    wb_envelope env = {.body = wb_view_of(raw), .record_kind = WB_RECORD_ORDER};

    ck_assert_msg(wb_connector_amazon.map(&env, self->json, out, &self->err) == WB_OK, "%s: %s",
                  self->err.text, raw);
}

/* What is told, and where it is found: of the first line, or else of the order. */
typedef struct {
    const char *raw;
    bool of_line;
    size_t offset;
    const char *want;
} money_row;

#define AT_LINE(field) true, offsetof(wb_order_line, field)
#define AT_ORDER(field) false, offsetof(wb_order, field)

/* clang-format off */
static const money_row moneys[] = {
    /* a category that no total named before */
    {LINE(PARTS(PART("GIFT_WRAP", "2.50"))), AT_LINE(gift_wrap), "2.50"},
    {LINE(PARTS(PART("GIFT_WRAP", "2.50"))), AT_ORDER(gift_wrap_total), "2.50"},
    {LINE(PARTS(PART("COD_FEE", "3.00"))), AT_LINE(cod_fee), "3.00"},
    {LINE(PARTS(PART("COD_FEE", "3.00"))), AT_ORDER(cod_fee_total), "3.00"},
    {LINE(PARTS(PART("OTHER", "0.10"))), AT_LINE(other), "0.10"},
    {LINE(PARTS(PART("A_WORD_OF_NEXT_YEAR", "0.10"))), AT_LINE(other), "0.10"},
    {ORDER(PARTS(PART("A_WORD_OF_NEXT_YEAR", "0.10"))), AT_ORDER(other_total), "0.10"},
    {ORDER(PARTS(PART("DELIVERY_TIP", "5.00"))), AT_ORDER(tip_total), "5.00"},
    {ORDER(PARTS(PART("GIFT_WRAP", "1.00"))), AT_ORDER(gift_wrap_total), "1.00"},
    {ORDER(PARTS(PART("COD_FEE", "1.00"))), AT_ORDER(cod_fee_total), "1.00"},
    /* a second one of the same category */
    {LINE(PARTS(PART("ITEM", "1.00") "," PART("ITEM", "2.00"))), AT_LINE(price), "3.00"},
    {LINE(PARTS(PART("DISCOUNT", "-1.00") "," PART("DISCOUNT", "-2.00"))), AT_LINE(discount), "3.00"},
    {LINE(PARTS(PART("DISCOUNT", "-3.00") "," PART("DISCOUNT", "1.00"))), AT_LINE(discount), "2.00"},
    {ORDER(PARTS(PART("TAX", "1.00") "," PART("TAX", "2.00"))), AT_ORDER(tax_total), "3.00"},
    {ORDER(PARTS(PART("SHIPPING", "1.00") "," PART("SHIPPING", "2.00"))), AT_ORDER(shipping_total), "3.00"},
    {LINE(PARTS("{\"type\":\"TAX\",\"subtotal\":" USD("9.00") ",\"detailedBreakdowns\":["
                DETAIL("SHIPPING", "1.00") "," DETAIL("SHIPPING", "2.00") "]}")), AT_LINE(shipping_tax), "3.00"},
    /* two currencies: nobody knows the sum, and half of it is no sum */
    {LINE(PARTS(PART("ITEM", "1.00") ",{\"type\":\"ITEM\",\"subtotal\":{\"amount\":\"1\",\"currencyCode\":"
                "\"EUR\"}}")), AT_LINE(price), ""},
    /* taxes of each charge, and the rest of them on the price */
#define TAXED LINE(PARTS("{\"type\":\"TAX\",\"subtotal\":" USD("10.00") ",\"detailedBreakdowns\":["                \
                   DETAIL("ITEM", "4.00") "," DETAIL("SHIPPING", "1.00") "," DETAIL("GIFT_WRAP", "2.00") ","  \
                   DETAIL("COD_FEE", "0.50") "," DETAIL("OTHER", "3.50") "," DETAIL("DISCOUNT", "-1.00") "]}"))
    {TAXED, AT_LINE(tax), "3.00"},
    {TAXED, AT_LINE(shipping_tax), "1.00"},
    {TAXED, AT_LINE(gift_wrap_tax), "2.00"},
    {TAXED, AT_LINE(other_tax), "4.00"},
    {TAXED, AT_ORDER(tax_total), "10.00"},
    {LINE(",\"proceeds\":{\"proceedsTotal\":" USD("7.00") "}"), AT_LINE(proceeds), "7.00"},
    /* v0 */
#define CHARGED OLD_LINE(",\"ItemPrice\":" OLD_USD("20.00") ",\"CODFee\":" OLD_USD("10.00")                        \
                         ",\"CODFeeDiscount\":" OLD_USD("1.00") ",\"PromotionDiscount\":" OLD_USD("2.00")          \
                         ",\"ShippingDiscount\":" OLD_USD("-4.00") ",\"ItemTax\":" OLD_USD("3.00")                 \
                         ",\"PromotionDiscountTax\":" OLD_USD("0.25") ",\"ShippingDiscountTax\":" OLD_USD("0.50")  \
                         ",\"BuyerInfo\":{\"GiftWrapPrice\":" OLD_USD("1.99") ",\"GiftWrapTax\":" OLD_USD("0.19") "}")
    {CHARGED, AT_LINE(cod_fee), "10.00"},
    {CHARGED, AT_LINE(discount), "7.00"},
    {CHARGED, AT_LINE(discount_tax), "0.75"},
    {CHARGED, AT_LINE(gift_wrap_tax), "0.19"},
    {CHARGED, AT_ORDER(gift_wrap_total), "1.99"},
    {CHARGED, AT_ORDER(cod_fee_total), "10.00"},
    {CHARGED, AT_ORDER(tax_total), "2.44"},
    {CHARGED, AT_ORDER(total), ""},
    {CHARGED, AT_ORDER(proceeds_total), ""},
};
/* clang-format on */

START_TEST(test_no_amount_is_dropped)
{
    const money_row *row = &moneys[_i];
    const wb_money *money;
    wb_mapped out;
    wb_buf text;
    kit self;

    kit_init(&self, &wb_connector_amazon);
    map(&self, row->raw, &out);
    money = (const void *)((row->of_line ? (const char *)out.order.lines.items
                                         : (const char *)&out.order) +
                           row->offset);
    wb_buf_init(&text, 64);
    if (money->currency[0])
        wb_money_text(&text, money);
    ck_assert_msg(wb_view_is(wb_buf_view(&text), row->want), "row %d: %s, wanted %s", _i,
                  wb_buf_text(&text), row->want);
    wb_buf_fini(&text);
    wb_canonical_fini(wb_order_fields, &out.order);
    kit_fini(&self);
}
END_TEST

#define RELATED(list) ORDER(",\"associatedOrders\":[" list "]")
#define OTHER(id, relation) "{\"orderId\":\"" id "\",\"associationType\":\"" relation "\"}"

static const struct {
    const char *raw, *replaces;
    size_t related;
} associated[] = {
    {RELATED(OTHER("7",         "EXCHANGE_ORIGINAL_ID")), "7",                         1},
    {RELATED(OTHER("7",                         "REPLACEMENT_ORIGINAL_ID")),                                 "7",         1},
    {RELATED(OTHER("6",                        "NEXT_YEAR") "," OTHER("7",                                                "EXCHANGE_ORIGINAL_ID")),                                                   "7", 2},
    {RELATED(OTHER("6", "NEXT_YEAR")),"",1},
    {RELATED(OTHER("7",         "EXCHANGE_ORIGINAL_ID") "," OTHER("8",                    "EXCHANGE_ORIGINAL_ID")),                                                                       "7", 2},
    {RELATED(""),                         "",                                 0              },
};

START_TEST(test_an_exchange_names_its_original)
{
    const wb_order_relation *related;
    wb_mapped out;
    kit self;

    kit_init(&self, &wb_connector_amazon);
    map(&self, associated[_i].raw, &out);
    ck_assert_msg(wb_view_is(out.order.replaces, associated[_i].replaces), "%s",
                  associated[_i].raw);
    ck_assert_uint_eq(out.order.related.count, associated[_i].related);
    related = out.order.related.items;
    for (size_t i = 0; i < out.order.related.count; i++)
        ck_assert(related[i].external_id.len && related[i].relation.len);
    wb_canonical_fini(wb_order_fields, &out.order);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_no_amount_is_dropped,           (int)WB_COUNT(moneys)    },
        {test_an_exchange_names_its_original, (int)WB_COUNT(associated)},
        {NULL,                                0                        }
    };

    return wb_suite_run("actors.connectors.amazon.map_parts", rows);
}
