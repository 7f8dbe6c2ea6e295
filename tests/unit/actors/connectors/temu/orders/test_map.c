/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An order's document to the canonical order: each rule a row, and a document that has everything.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define LOCAL(price) "{\"rules\":{\"mode\":\"local\",\"price\":\"" price "\"},\"order\":"
#define HEAD(status) "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\",\"parentOrderStatus\":" status
#define LINE                                                                                       \
    "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":3,\"canceledQuantityBeforeShipment\":1,"       \
    "\"quantity\":2,\"orderStatus\":2,\"skuId\":17,\"productList\":[{\"productSkuId\":18,"         \
    "\"extCode\":\"S\"}]}"
#define ORDER(status) HEAD(status) "},\"orderList\":[" LINE "]}"
#define PRICED ",\"skus\":[{\"skuId\":17,\"price\":\"9.99\",\"currency\":\"USD\"}]"

static void
order_of(const char *body, wb_order *out, wb_mapped *mapped, kit *self)
{
    temu_start(self, "orders.get");
    ck_assert_msg(temu_say(self, WB_RECORD_ORDER, wb_view_of(body), mapped) == WB_OK, "%s",
                  self->err.text);
    *out = mapped->order;
}

static const struct {
    const char *told;
    wb_order_status status;
    bool routed;
} statuses[] = {
    {"1",     WB_ORDER_PENDING,        false},
    {"2",     WB_ORDER_CREATED,        true },
    {"3",     WB_ORDER_CANCELLED,      true },
    {"4",     WB_ORDER_SHIPPED,        true },
    {"5",     WB_ORDER_SHIPPED,        true },
    {"41",    WB_ORDER_PARTLY_SHIPPED, true },
    {"51",    WB_ORDER_SHIPPED,        true },
    {"6",     WB_ORDER_PENDING,        false}, /* nobody knows what that is */
    {"\"2\"", WB_ORDER_CREATED,        true },
};

START_TEST(a_status_is_what_it_says)
{
    char body[1000];
    wb_mapped mapped;
    wb_order order;
    kit self;

    snprintf(body, sizeof body, LOCAL("list") HEAD("%s") "},\"orderList\":[" LINE "]}" PRICED "}",
             statuses[_i].told);
    order_of(body, &order, &mapped, &self);
    ck_assert_msg(order.status == (int32_t)statuses[_i].status, "%s", statuses[_i].told);
    ck_assert(mapped.routed == statuses[_i].routed);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *label, *mode, *line;
    const char *sku;
    int64_t quantity, cancelled, shipped; /* -1 = not told */
} lines[] = {
    {"the seller's own SKU", "local", LINE,                                                    "S",                  3, 1,  -1},
    {"its id",               "local",
     "{\"orderSn\":\"O-1\",\"quantity\":2,\"canceledQuantityBeforeShipment\":0,\"skuId\":17}", "17",
     2,                                                                                                                 0,  -1},
    {"a blank one",          "local",
     "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":2,\"skuId\":17,\"productList\":[{\"extCode\":"
     "\"\"}]}",                                                                                "17",                 2, -1, -1},
    {"of a semi shop",       "semi",
     "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":2,\"skuId\":17,\"productList\":[{"
     "\"productSkuId\":897039159485005824}]}",                                                 "897039159485005824", 2, -1, -1},
    {"an id as a text",      "local",
     "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":2,\"skuId\":\"17\"}",                     "17",                 2, -1, -1},
    {"shipped",              "local",
     "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":3,\"canceledQuantityBeforeShipment\":1,"
     "\"quantity\":2,\"orderStatus\":4,\"skuId\":17}",                                         "17",                 3, 1,  2 },
    {"delivered",            "local",
     "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":2,\"quantity\":2,\"orderStatus\":5,\"skuId\":"
     "17}",                                                                                    "17",                 2, -1, 2 },
    {"cancelled",            "local",
     "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":1,\"canceledQuantityBeforeShipment\":1,"
     "\"quantity\":0,\"orderStatus\":3,\"skuId\":17}",                                         "17",                 1, 1,  -1},
};

static int64_t
value(wb_count count)
{
    return count.known ? count.value : -1;
}

START_TEST(a_line_is_an_order_of_one_sku)
{
    char body[1000];
    const wb_order_line *line;
    wb_mapped mapped;
    wb_order order;
    kit self;

    snprintf(body, sizeof body,
             "{\"rules\":{\"mode\":\"%s\",\"price\":\"zero\"},\"order\":" HEAD(
                 "2") "},"
                      "\"orderList\":[%s]}}",
             lines[_i].mode, lines[_i].line);
    order_of(body, &order, &mapped, &self);
    line = order.lines.items;
    ck_assert_uint_eq(order.lines.count, 1);
    ck_assert_msg(wb_view_is(line->sku, lines[_i].sku), "%s: %.*s", lines[_i].label,
                  WB_VIEW_ARG(line->sku));
    ck_assert_msg(value(line->quantity) == lines[_i].quantity, "%s", lines[_i].label);
    ck_assert_msg(value(line->quantity_cancelled) == lines[_i].cancelled, "%s", lines[_i].label);
    ck_assert_msg(value(line->quantity_shipped) == lines[_i].shipped, "%s", lines[_i].label);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *label, *body;
    bool routed;
    const char *left_out; /* a part of what it says of itself; NULL = nothing */
    const char *price, *designation;
} holds[] = {
    {"a listed price",         LOCAL("list") ORDER("2") PRICED "}",                                     true,  NULL,            "9.99",
     "estimated: the listing's price"                                                                                                                                   },
    {"none is listed",         LOCAL("list") ORDER("2") ",\"skus\":[]}",                                false, "price",         NULL,   NULL                            },
    {"another SKU's",
     LOCAL("list") ORDER("2") ",\"skus\":[{\"skuId\":18,\"price\":\"1\",\"currency\":\"USD\"}]}",
     false,                                                                                                    "price",         NULL,   NULL                            },
    {"hold",                   LOCAL("hold") ORDER("2") "}",                                            false, "price",         NULL,   NULL                            },
    {"hold, cancelled",        LOCAL("hold") ORDER("3") "}",                                            true,  NULL,            NULL,   NULL                            },
    {"shipped, no package",    LOCAL("zero") ORDER("4") "}",                                            true,  "packageSn",     NULL,   NULL                            },
    {"zero, of no region",     LOCAL("zero") ORDER("2") "}",                                            true,  NULL,            NULL,   NULL                            },
    {"zero",                   LOCAL("zero") HEAD("2") ",\"regionId\":100},\"orderList\":[" LINE "]}}", true,  NULL,
     "0",                                                                                                                               "none: Temu does not tell it"   },
    {"a restricted address",
     LOCAL("list") ORDER("2") PRICED ",\"address\":{\"receiptName\":null,\"regionName1\":\"United "
                                     "States\",\"warning\":{\"isRestriction\":true,\"reason\":2}}}",    false, "restricted",    "9.99", "estimated: the listing's price"},
    {"restricted, cancelled",
     LOCAL("list") ORDER("3") ",\"address\":{\"warning\":{\"isRestriction\":true}}}",                   true,  NULL,
     NULL,                                                                                                                              NULL                            },
    {"what was paid",
     LOCAL("amount")
         ORDER("2") ",\"amount\":{\"orderList\":[{\"orderSn\":\"O-1\",\"unitBasePrice\":{"
                    "\"amount\":999,\"currency\":\"USD\"}}]}}",                                         true,  NULL,            "9.99", NULL                            },
    {"paid in yen",
     LOCAL("amount")
         ORDER("2") ",\"amount\":{\"orderList\":[{\"orderSn\":\"O-1\",\"unitBasePrice\":{"
                    "\"amount\":999,\"currency\":\"JPY\"}}]}}",                                         true,  NULL,            "999",  NULL                            },
    {"paid, of another line",
     LOCAL("amount")
         ORDER("2") ",\"amount\":{\"orderList\":[{\"orderSn\":\"O-9\",\"unitBasePrice\":{"
                    "\"amount\":999,\"currency\":\"USD\"}}]}}",                                         true,  NULL,            NULL,   NULL                            },
    {"paid less than nothing",
     LOCAL("amount")
         ORDER("2") ",\"amount\":{\"orderList\":[{\"orderSn\":\"O-1\",\"unitBasePrice\":{"
                    "\"amount\":-1,\"currency\":\"USD\"}}]}}",                                          true,  "unitBasePrice", NULL,   NULL                            },
};

START_TEST(what_holds_an_order_back)
{
    WB_AUTO(wb_buf_fini) wb_buf price = {0};
    const wb_order_line *line;
    wb_mapped mapped;
    wb_order order;
    kit self;

    order_of(holds[_i].body, &order, &mapped, &self);
    line = order.lines.items;
    ck_assert_msg(mapped.routed == holds[_i].routed, "%s", holds[_i].label);
    if (holds[_i].left_out)
        ck_assert_msg(kit_has(order.left_out, holds[_i].left_out), "%s: %.*s", holds[_i].label,
                      WB_VIEW_ARG(order.left_out));
    else
        ck_assert_msg(!order.left_out.len, "%s: %.*s", holds[_i].label,
                      WB_VIEW_ARG(order.left_out));
    wb_buf_init(&price, 100);
    if (*line->unit_price.currency)
        wb_money_text(&price, &line->unit_price);
    ck_assert_msg(holds[_i].price ? !strcmp(wb_buf_text(&price), holds[_i].price) : !price.len,
                  "%s: %s", holds[_i].label, wb_buf_text(&price));
    ck_assert_msg(wb_view_eq(line->price_designation, wb_view_of(holds[_i].designation)) ||
                      (!holds[_i].designation && !line->price_designation.len),
                  "%s", holds[_i].label);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* --- in pieces --- */

#define PIECES(price)                                                                              \
    "{\"rules\":{\"mode\":\"local\",\"price\":\"" price "\",\"pieces\":true},\"order\":"
#define PACKED(status, products)                                                                   \
    HEAD(status)                                                                                   \
    "},\"orderList\":[{\"orderSn\":\"O-1\",\"originalOrderQuantity\":3,"                           \
    "\"canceledQuantityBeforeShipment\":1,\"quantity\":2,\"orderStatus\":" status ",\"skuId\":17," \
    "\"productList\":[" products "]}]}"
#define SIX "{\"soldFactor\":6,\"extCode\":\"S\"}"
#define COSTS(cents)                                                                               \
    ",\"amount\":{\"orderList\":[{\"orderSn\":\"O-1\",\"unitBasePrice\":{\"amount\":" cents        \
    ",\"currency\":\"USD\"}}]}"

static const struct {
    const char *label, *body;
    bool routed;
    int64_t pack, quantity, cancelled, shipped; /* -1 = not told */
    int64_t unit, price;                        /* minor; -1 = not told */
} packs[] = {
    {"sold units",                LOCAL("amount") PACKED("4",  SIX) COSTS("600") "}",                  true,  -1, 3,  1, 2,  600, -1  },
    {"pieces",                    PIECES("amount") PACKED("4", SIX) COSTS("600") "}",                  true,  6,  18, 6, 12, 100, -1  },
    {"a price of no whole cents", PIECES("amount") PACKED("4", SIX) COSTS("999") "}",                  true,  6,  18,
     6,                                                                                                                  12, -1,  2997},
    {"a listed one",              PIECES("list") PACKED("2",   SIX) PRICED "}",                        true,  6,  18, 6, -1, -1,  2997},
    {"one piece each",            PIECES("amount") PACKED("2", "{\"soldFactor\":1}") COSTS("999") "}", true,  1,
     3,                                                                                                               1, -1, 999, -1  },
    {"no factor",                 PIECES("zero") PACKED("2",   "{\"extCode\":\"S\"}") "}",             false, -1, 3,  1, -1, -1,
     -1                                                                                                                               },
    {"none, cancelled",           PIECES("zero") PACKED("3",   "{\"extCode\":\"S\"}") "}",             true,  -1, 3,  1, -1,
     -1,                                                                                                                          -1  },
    {"a factor of none",          PIECES("zero") PACKED("2",   "{\"soldFactor\":0}") "}",              false, -1, 3,  1, -1,
     -1,                                                                                                                          -1  },
    {"no whole one",              PIECES("zero") PACKED("2",   "{\"soldFactor\":1.5}") "}",            false, -1, 3,  1, -1,
     -1,                                                                                                                          -1  },
    {"an absurd one",             PIECES("zero") PACKED("2",   "{\"soldFactor\":1000001}") "}",        false, -1, 3,  1,
     -1,                                                                                                                     -1,  -1  },
    {"a set of products",         PIECES("zero") PACKED("2",   SIX "," SIX) "}",                       false, -1, 3,  1, -1, -1,  -1  },
    {"no products",               PIECES("zero") PACKED("2",   "") "}",                                false, -1, 3,  1, -1, -1,  -1  },
};

static int64_t
minor(const wb_money *money)
{
    return *money->currency ? money->minor : -1;
}

START_TEST(what_is_sold_in_packs)
{
    const wb_order_line *line;
    wb_mapped mapped;
    wb_order order;
    kit self;

    order_of(packs[_i].body, &order, &mapped, &self);
    line = order.lines.items;
    ck_assert_msg(mapped.routed == packs[_i].routed, "%s", packs[_i].label);
    ck_assert(packs[_i].routed || kit_has(order.left_out, "soldFactor"));
    ck_assert_msg(value(line->pack) == packs[_i].pack, "%s", packs[_i].label);
    ck_assert_msg(value(line->quantity) == packs[_i].quantity, "%s", packs[_i].label);
    ck_assert_msg(value(line->quantity_cancelled) == packs[_i].cancelled, "%s", packs[_i].label);
    ck_assert_msg(value(line->quantity_shipped) == packs[_i].shipped, "%s", packs[_i].label);
    ck_assert_msg(minor(&line->unit_price) == packs[_i].unit, "%s: %lld", packs[_i].label,
                  (long long)minor(&line->unit_price));
    ck_assert_msg(minor(&line->price) == packs[_i].price, "%s: %lld", packs[_i].label,
                  (long long)minor(&line->price));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* The document says how its account counted when it was read, whatever the option says by now. */
START_TEST(an_order_says_how_it_is_counted)
{
    for (int on = 0; on < 2; on++) {
        temu_options *options;
        kit self;

        options = temu_start(&self, "orders.get");
        options->pieces = on;
        kit_item(&self, "PO-1");
        ck_assert(kit_read_text(&self, 200, NULL,
                                TEMU_OK "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\","
                                        "\"parentOrderStatus\":3},\"orderList\":[{\"orderSn\":"
                                        "\"O-1\"}]}}") == WB_OK);
        ck_assert_int_eq(self.out.results[0].code, WB_RESULT_DONE);
        ck_assert(kit_has(self.out.results[0].body, "\"pieces\":true") == (on == 1));
        kit_fini(&self);
    }
}
END_TEST

#define ADDRESS_BIT (UINT32_C(1) << WB_ORDER_OWNS_ADDRESS)
#define BUYER_BIT (UINT32_C(1) << WB_ORDER_OWNS_BUYER)

static const struct {
    const char *label, *address;
    bool covered;
    const char *country, *line1, *phone;
} addresses[] = {
    {"a whole one",
     "{\"receiptName\":\"A\",\"regionName1\":\"Brazil\",\"addressLine1\":\"Rua "
     "1\",\"mobile\":\"1\",\"postCode\":\"0\"}",                                                     true,  "BR",     "Rua 1", "1" },
    {"the line of all",
     "{\"receiptName\":\"A\",\"regionName1\":\"Brasil\",\"addressLineAll\":\"Rua "
     "1\",\"backupMobile\":\"2\"}",                                                                  true,  "Brasil", "Rua 1", "2" },
    {"nulls and success",
     "{\"receiptName\":null,\"regionName1\":null,\"addressLine1\":null,\"postCode\":null}",          false,
     NULL,                                                                                                            NULL,    NULL},
    {"a country alone",   "{\"receiptName\":null,\"regionName1\":\"Brazil\",\"addressLine1\":\"\"}",
     false,                                                                                                 NULL,     NULL,    NULL},
    {"none",              "null",                                                                    false, NULL,     NULL,    NULL},
};

static bool
says(wb_view text, const char *expected)
{
    return expected ? wb_view_is(text, expected) : text.len == 0;
}

START_TEST(nulls_take_no_address_away)
{
    char body[2000];
    wb_mapped mapped;
    wb_order order;
    kit self;

    snprintf(body, sizeof body, LOCAL("zero") ORDER("4") ",\"address\":%s}", addresses[_i].address);
    order_of(body, &order, &mapped, &self);
    ck_assert_msg(((mapped.owners & ADDRESS_BIT) != 0) == addresses[_i].covered, "%s",
                  addresses[_i].label);
    ck_assert(((mapped.owners & BUYER_BIT) != 0) == addresses[_i].covered);
    ck_assert_msg(says(order.ship_to.country, addresses[_i].country), "%s", addresses[_i].label);
    ck_assert_msg(says(order.ship_to.line1, addresses[_i].line1), "%s", addresses[_i].label);
    ck_assert_msg(says(order.ship_to.phone, addresses[_i].phone), "%s", addresses[_i].label);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* A package that two lines are in is one, and one that nobody can read is none. */
START_TEST(packages_are_those_that_the_channel_tells)
{
    const wb_order_package *packages;
    wb_mapped mapped;
    wb_order order;
    kit self;

    order_of(LOCAL("zero")
                 HEAD("41") "},\"orderList\":["
                            "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":1,\"packageSnInfo\":[{"
                            "\"packageSn\":"
                            "\"PK-1\",\"packageDeliveryType\":1},{\"packageSn\":null}]},"
                            "{\"orderSn\":\"O-2\",\"originalOrderQuantity\":1,\"packageSnInfo\":[{"
                            "\"packageSn\":"
                            "\"PK-1\",\"packageDeliveryType\":1},{\"packageSn\":\"PK-2\"}]}]}}",
             &order, &mapped, &self);
    packages = order.packages.items;
    ck_assert_uint_eq(order.packages.count, 2);
    ck_assert(wb_view_is(packages[0].package_id, "PK-1") && packages[0].items.count == 2);
    ck_assert(wb_view_is(packages[1].package_id, "PK-2") && packages[1].items.count == 1);
    ck_assert(mapped.owners & UINT32_C(1) << WB_ORDER_OWNS_PACKAGES);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

#define LABEL(sn, tracking, po, line)                                                              \
    "{\"packageSn\":\"" sn "\",\"carrierName\":\"Ex\",\"trackingNumber\":\"" tracking              \
    "\",\"packageDetail\":{\"shippableOrders\":[{\"parentOrderSn\":\"" po "\",\"orderSn\":\"" line \
    "\",\"quantity\":2}]}}"

/* A label says the tracking number of its package, one that the order does not name is one more,
 * and one without a line of this order is another's. */
START_TEST(labels_say_how_a_package_is_tracked)
{
    const wb_order_package *packages;
    const wb_order_package_item *items;
    wb_mapped mapped;
    wb_order order;
    kit self;

    order_of(
        PIECES("zero") HEAD(
            "2") "},\"orderList\":["
                 "{\"orderSn\":\"O-1\",\"originalOrderQuantity\":2,\"productList\":[" SIX
                 "],\"packageSnInfo\":[{\"packageSn\":\"PK-1\",\"packageDeliveryType\":2}]},"
                 "{\"orderSn\":\"O-2\",\"originalOrderQuantity\":2,\"productList\":["
                 "{\"soldFactor\":1}]}]},\"labels\":[" LABEL("PK-1", "T1", "PO-1", "O-1") "," LABEL(
                     "PK-2", "T2", "PO-1",
                     "O-2") "," LABEL("PK-3", "T3", "PO-9",
                                      "O-9") ",7,{\"packageSn\":null},{\"packageSn\":\"PK-4\"}]}",
        &order, &mapped, &self);
    packages = order.packages.items;
    ck_assert_uint_eq(order.packages.count, 2);
    ck_assert(wb_view_is(packages[0].package_id, "PK-1") && wb_view_is(packages[0].tracking, "T1"));
    ck_assert(wb_view_is(packages[0].carrier, "Ex") && wb_view_is(packages[0].status, "2"));
    ck_assert_uint_eq(packages[0].items.count, 1);
    items = packages[0].items.items;
    ck_assert_int_eq(value(items[0].quantity), 12); /* pieces, as the line is */
    ck_assert(wb_view_is(packages[1].package_id, "PK-2") && wb_view_is(packages[1].tracking, "T2"));
    items = packages[1].items.items;
    ck_assert(wb_view_is(items[0].line_id, "O-2") && value(items[0].quantity) == 2);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

START_TEST(the_head_of_an_order)
{
    const wb_order_line *line;
    wb_mapped mapped;
    wb_order order;
    kit self;

    order_of(
        LOCAL("zero") HEAD(
            "2") ",\"regionId\":211,\"parentOrderTime\":1760000000,\"updateTime\":1760000100,"
                 "\"expectShipLatestTime\":1760000200,\"latestDeliveryTime\":1760000300,"
                 "\"orderPaymentType\":\"PPD\",\"shippingMethod\":1,\"parentOrderLabel\":["
                 "{\"name\":\"past_due\",\"value\":1},{\"name\":\"soon_to_be_overdue\",\"value\":0}"
                 ","
                 "{\"name\":\"pending_buyer_cancellation\",\"value\":1}],\"fulfillmentWarning\":["
                 "\"RESTRICT_SELF_SHIPPING\"]},\"orderList\":[{\"orderSn\":\"O-1\",\"goodsId\":5,"
                 "\"goodsName\":\"Case\",\"originalOrderQuantity\":1,\"fulfillmentType\":"
                 "\"fulfillBySeller\"}]}}",
        &order, &mapped, &self);
    line = order.lines.items;
    ck_assert(wb_view_is(order.external_id, "PO-1") && wb_view_is(order.channel, "temu"));
    ck_assert(wb_view_is(order.marketplace, "211"));
    ck_assert(wb_view_is(order.marketplace_name, "United States"));
    ck_assert(
        wb_view_is(order.programs, "past_due,pending_buyer_cancellation,RESTRICT_SELF_SHIPPING"));
    ck_assert(wb_view_is(order.payment_method, "PPD") &&
              wb_view_is(order.fulfilled_by, "merchant"));
    ck_assert_int_eq(order.purchased_utc_us, INT64_C(1760000000) * WB_US_PER_S);
    ck_assert_int_eq(order.ship_by_utc_us, INT64_C(1760000200) * WB_US_PER_S);
    ck_assert_int_eq(order.deliver_by_utc_us, INT64_C(1760000300) * WB_US_PER_S);
    ck_assert_int_eq(mapped.source_utc_us, INT64_C(1760000100) * WB_US_PER_S);
    ck_assert(line->cancel_requested && wb_view_is(line->asin, "5"));
    ck_assert(wb_view_is(line->title, "Case"));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *label, *body, *word;
} refusals[] = {
    {"no status",          LOCAL("list") HEAD("null") "},\"orderList\":[" LINE "]}}",       "parentOrderStatus"},
    {"a status in words",  LOCAL("list") HEAD("\"open\"") "},\"orderList\":[" LINE "]}}",
     "parentOrderStatus"                                                                                       },
    {"no lines",           LOCAL("list") HEAD("2") "},\"orderList\":[]}}",                  "orderList"        },
    {"a line told twice",  LOCAL("list") HEAD("2") "},\"orderList\":[" LINE "," LINE "]}}",
     "one id"                                                                                                  },
    {"no rules",           "{\"rules\":{\"mode\":1},\"order\":{}}",                         "mode"             },
    {"the line is a list", LOCAL("list") HEAD("2") "},\"orderList\":[{\"orderSn\":[]}]}}",
     "orderSn"                                                                                                 },
};

START_TEST(what_cannot_be_an_order)
{
    wb_mapped mapped;
    kit self;

    temu_start(&self, "orders.get");
    ck_assert_msg(temu_say(&self, WB_RECORD_ORDER, wb_view_of(refusals[_i].body), &mapped) ==
                      WB_REJECT,
                  "%s", refusals[_i].label);
    ck_assert_msg(strstr(self.err.text, refusals[_i].word) != NULL, "%s: %s", refusals[_i].label,
                  self.err.text);
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* The vendor's own answers as one document: what the whole chain makes of them. */
START_TEST(the_vendors_answers_make_an_order)
{
    WB_AUTO(wb_free) char *detail = temu_file("order_detail_v2.json");
    WB_AUTO(wb_free) char *address = temu_file("shippinginfo_v2.json");
    WB_AUTO(wb_free) char *skus = temu_file("sku_list.json");
    const char *const answers[] = {detail, address, skus};
    const char *const ops[] = {"orders.get", "orders.address", "orders.prices"};
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    const wb_order_line *line;
    wb_mapped mapped;
    kit self;

    temu_start(&self, "orders.get");
    kit_item(&self, "PO-211-21905452099192793");
    wb_buf_init(&parts, 1000000);
    for (size_t i = 0; i < WB_COUNT(ops); i++) {
        kit_op(&self, ops[i]);
        self.items[0].partial = wb_buf_view(&parts);
        ck_assert_msg(kit_read_text(&self, 200, NULL, answers[i]) == WB_OK, "%s", self.err.text);
        if (i < 2)
            temu_keep(&parts, self.out.results[0].body);
    }
    ck_assert_msg(temu_say(&self, WB_RECORD_ORDER, self.out.results[0].body, &mapped) == WB_OK,
                  "%s", self.err.text);
    ck_assert(wb_view_is(mapped.order.external_id, "PO-211-21905452099192793"));
    ck_assert_int_eq(mapped.order.status, WB_ORDER_PARTLY_SHIPPED);
    ck_assert(wb_view_is(mapped.order.ship_to.country, "BR"));
    ck_assert(wb_view_is(mapped.order.buyer.tax_id, "00000000000"));
    ck_assert_uint_eq(mapped.order.lines.count, 2);
    line = mapped.order.lines.items;
    ck_assert(wb_view_is(line[0].sku, "17592352673535") && value(line[0].quantity_shipped) == 1);
    ck_assert_int_eq(line[0].unit_price.minor, 999);
    ck_assert(value(line[1].quantity_shipped) == -1 && !*line[1].unit_price.currency);
    ck_assert_uint_eq(mapped.order.packages.count, 1);
    ck_assert(!mapped.routed); /* the second SKU is not listed: nobody knows a price */
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_status_is_what_it_says,                                   WB_COUNT(statuses) },
        {a_line_is_an_order_of_one_sku,                              WB_COUNT(lines)    },
        {what_holds_an_order_back,                                   WB_COUNT(holds)    },
        {what_is_sold_in_packs,                                      WB_COUNT(packs)    },
        {an_order_says_how_it_is_counted,                            0                  },
        {nulls_take_no_address_away,                                 WB_COUNT(addresses)},
        {packages_are_those_that_the_channel_tells,                  0                  },
        {labels_say_how_a_package_is_tracked,                        0                  },
        {the_head_of_an_order,                                       0                  },
        {what_cannot_be_an_order,                                    WB_COUNT(refusals) },
        {temu_official() ? the_vendors_answers_make_an_order : NULL, 0                  },
        {NULL,                                                       0                  },
    };

    return wb_suite_run("actors.connectors.temu.orders.map", rows);
}
