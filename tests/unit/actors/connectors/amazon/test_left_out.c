/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot be read of an order is left out and told, and does not hold it; what can mean one
 * thing only is read, whatever its spelling.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define NEW(more)                                                                                  \
    "{\"orderId\":\"1-1\",\"fulfillment\":{\"fulfillmentStatus\":\"UNSHIPPED\"},\"orderItems\":[{" \
    "\"orderItemId\":\"i\",\"quantityOrdered\":2}]" more "}"
#define LINE(more)                                                                                 \
    "{\"orderId\":\"1-1\",\"fulfillment\":{\"fulfillmentStatus\":\"UNSHIPPED\"},\"orderItems\":[{" \
    "\"orderItemId\":\"i\"" more "}]}"
#define ITEM(amount)                                                                               \
    LINE(",\"quantityOrdered\":2,\"proceeds\":{\"breakdowns\":[{\"type\":\"ITEM\","                \
         "\"subtotal\":" amount "}]}")
#define OLD(more, item)                                                                            \
    "{\"AmazonOrder\":{\"AmazonOrderId\":\"1-1\",\"OrderStatus\":\"Unshipped\"" more "},"          \
    "\"OrderItems\":[[{\"OrderItemId\":\"i\",\"QuantityOrdered\":2" item "}]]}"

/* `has`: what the record has, as it is written. */
static const struct {
    const char *raw, *left_out, *repaired, *has;
} rows[] = {
  /* booleans, numbers, times */
    {OLD(",\"IsPrime\":\"True\"",                              ""),                                        "",                                                               "","\"programs\":\"PRIME\""},
    {OLD(",\"IsBusinessOrder\":\"TRUE\"",                                                        ""),                                                                "",                                                                      "","\"business\":true"},
    {OLD(",\"IsBusinessOrder\":\"sim\"",                                     ""),                                                                               "IsBusinessOrder",                                                                                                              "",                                                                   NULL},
    {OLD("",                                                      ",\"QuantityShipped\":\"1.0\""),                                                                                            "",                                               "","\"quantity_shipped\":1"},
    {OLD("",                                                      ",\"QuantityShipped\":1.5"),   "QuantityShipped","",                      NULL},
    {LINE(",\"quantityOrdered\":2.0"),"","",                                                                 "\"quantity\":2"},
    {NEW(",\"createdTime\":\"2026-02-28T10:00Z\""),                         "",                                                                                          "",
     "\"purchased_at\":\"2026-02-28T10:00:00Z\""},
    {NEW(",\"createdTime\":\"2026-02-28\""),            "createdTime",                            "", NULL},
    {NEW(",\"createdTime\":{}"),                   "",                                     "",                                                                        NULL},
    {NEW(",\"lastUpdatedTime\":[1]"),                               "lastUpdatedTime",                                                     "",                                                                               NULL},
    {OLD(",\"IsBusinessOrder\":true,\"IsBusinessOrder\":true",                          ""),                     "",                               "","\"business\":true"},
    {OLD(",\"IsBusinessOrder\":true,\"IsBusinessOrder\":false", ""),               "IsBusinessOrder",                                                         "",NULL},
 /* money */
    {ITEM("{\"currencyCode\":\"USD\"}"),                                                        "",                                          "",                                                                                                       NULL},
    {ITEM("{\"amount\":\"\",\"currencyCode\":\"USD\"}"),                                                    "",                                                                                              "",                                                                                                                             NULL                                           },
    {ITEM("{\"amount\":null,\"currencyCode\":\"USD\"}"),                                                    "",                                                                                              "",       NULL},
    {ITEM("{\"amount\":1,\"currencyCode\":\"USD\"}"),                                                    "",                                                                                              "","\"price\":{\"amount\":\"1.00\""},
    {ITEM("{\"amount\":\"x\",\"currencyCode\":\"USD\"}"),                                                    "subtotal",                                                                                              "",                                                                                                          NULL},
    {ITEM("{\"amount\":\"1.00\"}"),                        "subtotal",                                                                  "",                                                                                                NULL                                                                                                                                                  },
    {ITEM("{\"amount\":\"1.00\",\"currencyCode\":\"usd\"}"),                                                    "subtotal",                                                                                              "",                         NULL},
    {ITEM("{\"amount\":\"1.00\",\"currencyCode\":\"U$D\"}"),                                                    "subtotal",                                                                                              "",          NULL},
    {ITEM("{\"amount\":\"1.005\",\"currencyCode\":\"\xc3\xa9"
          "A\"}"),
     "subtotal",                                                                                              "",                                                                                 NULL},
    {ITEM("{\"amount\":\"1\",\"amount\":\"2\",\"currencyCode\":\"USD\"}"),                                                    "subtotal",                                                                                              "",                                                                                                                                     NULL},
    {ITEM("\"1.00\""),                                                    "subtotal",                                                                                              "",           NULL},
    {OLD(",\"OrderTotal\":{\"CurrencyCode\":\"USD\"}",                                                    ",\"ItemPrice\":{\"CurrencyCode\":\"USD\"}"),
     "",           "",NULL},
    {OLD(",\"OrderTotal\":{\"CurrencyCode\":\"usd\",\"Amount\":\"9.99\"}",                                                    ""),                                                                                              "OrderTotal",                                                                                                     "",
     NULL},
 /* text */
    {LINE(",\"quantityOrdered\":2,\"product\":{\"title\":\"Fun\xe7\xe3o\",\"sellerSku\":\"S\"}"),
     "",                                                                                            "title",                                                                                                                                                  "\"title\":\"Fun\xef\xbf\xbd\xef\xbf\xbdo\""                                                                    },
    {LINE(",\"quantityOrdered\":2,\"product\":{\"title\":\"a\\ud83d\"}"),                                            "","title",
     "\"title\":\"a\xef\xbf\xbd\""},
    {LINE(",\"quantityOrdered\":2,\"product\":{\"sellerSku\":\"S\xe7\"}"),                                                       "sellerSku","",NULL},
    {LINE(",\"quantityOrdered\":2,\"product\":{\"sellerSku\":7}"),           "",                                                        "",                                                                                                                                          "\"sku\":\"7\""},
 /* groups */
    {NEW(",\"salesChannel\":\"AMAZON\""),"",                                 NULL,                                                                                                                                                                                                                            NULL                                                                                                                                                                                                                                                                                                                                                                                                                              },
    {NEW(",\"buyer\":[]"),                                            "",                             "",NULL},
    {NEW(",\"unheard\":{\"of\":\"\xe7\"}"),                                                                "",                                                                      "",NULL},
};

START_TEST(test_left_out)
{
    wb_envelope env = {.body = wb_view_of(rows[_i].raw), .record_kind = WB_RECORD_ORDER};
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const char *raw = rows[_i].raw;
    wb_mapped out;
    wb_err err = {0};

    wb_buf_init(&packed, WB_ORDER_MAX);
    wb_buf_init(&text, WB_ORDER_MAX);
    ck_assert_msg(!wb_connector_map(&wb_connector_amazon, &env, json, &out, &err), "%s: %s", raw,
                  err.text);
    ck_assert_msg(!wb_canonical_check(wb_order_fields, &out.order, &err), "%s: %s", raw, err.text);
    if (rows[_i].repaired) {
        ck_assert_msg(wb_view_is(out.order.left_out, rows[_i].left_out), "%s: %.*s", raw,
                      WB_VIEW_ARG(out.order.left_out));
        ck_assert_msg(wb_view_is(out.order.repaired, rows[_i].repaired), "%s: %.*s", raw,
                      WB_VIEW_ARG(out.order.repaired));
    } else { /* by the name of what is in it */
        ck_assert_msg(out.order.left_out.len > 0, "%s", raw);
    }
    ck_assert(!wb_canonical_encode(wb_order_fields, &out.order, &packed, &err));
    wb_canonical_fini(wb_order_fields, &out.order);
    ck_assert(!wb_canonical_json(wb_order_fields, wb_buf_view(&packed), 0, &text, &err));
    if (rows[_i].has)
        ck_assert_msg(strstr(wb_buf_text(&text), rows[_i].has) != NULL, "%s: %s", raw,
                      wb_buf_text(&text));
    else
        ck_assert_msg(!strstr(wb_buf_text(&text), "\"amount\":") &&
                          !strstr(wb_buf_text(&text), "\"business\":") &&
                          !strstr(wb_buf_text(&text), "\"quantity_shipped\":") &&
                          !strstr(wb_buf_text(&text), "\"sku\":") &&
                          !strstr(wb_buf_text(&text), "\"gift\":") &&
                          !strstr(wb_buf_text(&text), "\"cancel_requested\":") &&
                          !strstr(wb_buf_text(&text), "ed_at\":"),
                      "invented: %s", wb_buf_text(&text));
}
END_TEST

/* A part that could not be read made a sum of the others, which passed for the whole. */
START_TEST(test_no_total_over_an_amount_that_is_unread)
{
    wb_envelope env = {
        .body =
            wb_view_of("{\"AmazonOrder\":{\"AmazonOrderId\":\"1-1\",\"OrderStatus\":\"Shipped\"},"
                       "\"OrderItems\":[[{\"OrderItemId\":\"i\",\"QuantityOrdered\":1,"
                       "\"ItemPrice\":{\"CurrencyCode\":\"USD\",\"Amount\":\"1.00\"},"
                       "\"ItemTax\":{\"CurrencyCode\":\"USD\",\"Amount\":\"0.10\"}},"
                       "{\"OrderItemId\":\"j\",\"QuantityOrdered\":1,"
                       "\"ItemPrice\":{\"CurrencyCode\":\"usd\",\"Amount\":\"5.00\"}}]]}"),
        .record_kind = WB_RECORD_ORDER};
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_mapped out;
    wb_err err = {0};

    ck_assert_msg(!wb_connector_map(&wb_connector_amazon, &env, json, &out, &err), "%s", err.text);
    ck_assert(!out.order.item_total.currency[0]);
    ck_assert_int_eq(out.order.tax_total.minor, 10);
    ck_assert(wb_view_is(out.order.left_out, "ItemPrice"));
    wb_canonical_fini(wb_order_fields, &out.order);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_left_out,                               WB_COUNT(rows)},
        {test_no_total_over_an_amount_that_is_unread, 0             },
        {NULL,                                        0             },
    };

    return wb_suite_run("actors.connectors.amazon.left_out", suite);
}
