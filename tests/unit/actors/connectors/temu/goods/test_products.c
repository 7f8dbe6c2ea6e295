/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goods and SKUs to products and listings.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

static const struct {
    const char *label, *body;
    const char *sku, *price;
    wb_listing_status status;
    int64_t shown; /* -1 = not told */
} listings[] = {
    {"of its own number",
     "{\"skuId\":17,\"skuSn\":\"S\",\"goodsId\":5,\"stock\":25,\"price\":\"9.99\",\"currency\":"
     "\"USD\",\"status4VO\":1}",                                                                     "S",  "9.99",  WB_LISTING_ACTIVE,   25},
    {"without one",       "{\"skuId\":17,\"skuSn\":\"\",\"goodsId\":5,\"stock\":0,\"status4VO\":3}", "17",
     NULL,                                                                                                          WB_LISTING_INACTIVE, 0 },
    {"a retail price",
     "{\"skuId\":\"17\",\"goodsId\":\"5\",\"retailPrice\":{\"amount\":\"12.50\",\"currency\":"
     "\"EUR\"}}",                                                                                    "17", "12.50", WB_LISTING_ACTIVE,   -1},
    {"no currency",       "{\"skuId\":17,\"goodsId\":5,\"price\":\"9.99\"}",                         "17", NULL,
     WB_LISTING_ACTIVE,                                                                                                                  -1},
};

START_TEST(a_sku_is_a_listing)
{
    WB_AUTO(wb_buf_fini) wb_buf price = {0};
    const wb_listing *listing;
    wb_mapped mapped;
    kit self;

    temu_start(&self, "listings.list");
    ck_assert_msg(temu_say(&self, WB_RECORD_LISTING, wb_view_of(listings[_i].body), &mapped) ==
                      WB_OK,
                  "%s", self.err.text);
    listing = &mapped.listing;
    wb_buf_init(&price, 100);
    if (*listing->price.currency)
        wb_money_text(&price, &listing->price);
    ck_assert(wb_view_is(listing->external_id, "17") && wb_view_is(listing->product_id, "5"));
    ck_assert_msg(wb_view_is(listing->sku, listings[_i].sku), "%s", listings[_i].label);
    ck_assert_msg(!strcmp(wb_buf_text(&price), listings[_i].price ? listings[_i].price : ""),
                  "%s: %s", listings[_i].label, wb_buf_text(&price));
    ck_assert_int_eq(listing->status, (int32_t)listings[_i].status);
    ck_assert_int_eq(listing->shown.quantity.known ? listing->shown.quantity.value : -1,
                     listings[_i].shown);
    ck_assert_uint_eq(mapped.owners, WB_LISTING_OBSERVED);
    ck_assert(mapped.routed && mapped.source_utc_us == 0); /* as new as its reading */
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

START_TEST(goods_are_a_product)
{
    static const char body[] =
        "{\"goodsId\":601099548666279,\"goodsName\":\"Case\",\"crtTime\":1754793163000,"
        "\"goodsStatusChangeTime\":\"1754793164000\",\"status4VO\":1,\"skuInfoList\":["
        "{\"skuId\":17,\"skuSn\":\"S\"},{\"skuId\":18,\"skuSn\":\"\"},{\"skuId\":null}]}";
    const wb_product_sku *skus;
    wb_mapped mapped;
    kit self;

    temu_start(&self, "products.list");
    ck_assert_msg(temu_say(&self, WB_RECORD_PRODUCT, wb_view_of(body), &mapped) == WB_OK, "%s",
                  self.err.text);
    skus = mapped.product.skus.items;
    ck_assert(wb_view_is(mapped.product.external_id, "601099548666279"));
    ck_assert(wb_view_is(mapped.product.title, "Case"));
    ck_assert_int_eq(mapped.product.status, WB_PRODUCT_ACTIVE);
    ck_assert_int_eq(mapped.product.created_utc_us, INT64_C(1754793163) * WB_US_PER_S);
    ck_assert_int_eq(mapped.product.updated_utc_us, INT64_C(1754793164) * WB_US_PER_S);
    ck_assert_uint_eq(mapped.product.skus.count, 2); /* the third is known by nothing */
    ck_assert(wb_view_is(skus[0].sku, "S") && wb_view_is(skus[0].variant_id, "17"));
    ck_assert(wb_view_is(skus[1].sku, "18"));
    ck_assert(wb_view_is(mapped.product.left_out, "skuInfoList[]"));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* An id is 64 bits, or a text; never what a double would make of it. */
START_TEST(an_id_is_as_it_is_written)
{
    static const struct {
        const char *told;
        bool taken;
    } rows[] = {
        {"897039159485005824",     true },
        {"\"897039159485005824\"", true },
        {"8.9e17",                 false},
        {"-1",                     false},
        {"0",                      false},
        {"1.0",                    false},
        {"99999999999999999999",   false},
        {"true",                   false},
        {"[]",                     false},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_mapped mapped;
        char body[100];
        kit self;

        temu_start(&self, "listings.list");
        snprintf(body, sizeof body, "{\"skuId\":%s}", rows[i].told);
        ck_assert_msg((temu_say(&self, WB_RECORD_LISTING, wb_view_of(body), &mapped) == WB_OK) ==
                          rows[i].taken,
                      "%s", rows[i].told);
        if (rows[i].taken)
            ck_assert(wb_view_is(mapped.listing.external_id, "897039159485005824"));
        wb_mapped_fini(&mapped);
        kit_fini(&self);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_sku_is_a_listing,        WB_COUNT(listings)},
        {goods_are_a_product,       0                 },
        {an_id_is_as_it_is_written, 0                 },
        {NULL,                      0                 },
    };

    return wb_suite_run("actors.connectors.temu.goods.products", rows);
}
