/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists by token: each word of the search to its end, and no end that the total does not bear out;
 * and SKUs that are told without their stock, completed.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define TOLD "{\"skuId\":\"17\"}"
#define NEXT(token) "\"pagination\":{\"nextToken\":" token "}"

static const temu_page pages[] = {
    {"a first page",                 NULL,                "{\"total\":3,\"skuList\":[" TOLD "]," NEXT("\"t1\"") "}", WB_OK,
     "ACTIVE 1/3 t1",                                                                                                                            1},
    {"behind it",                    "ACTIVE 1/3 t1",     "{\"total\":3,\"skuList\":[" TOLD "]," NEXT("\"t2\"") "}", WB_OK,
     "ACTIVE 2/3 t2",                                                                                                                            1},
    {"the last one of a word",       "ACTIVE 2/3 t2",
     "{\"total\":3,\"skuList\":[" TOLD "]," NEXT("null") "}",                                                        WB_OK,     "INACTIVE 0/0 ", 1},
    {"all of a word on a page",      NULL,                "{\"total\":1,\"skuList\":[" TOLD "]," NEXT("\"\"") "}",
     WB_OK,                                                                                                                     "INACTIVE 0/0 ", 1},
    {"none, as a null",              NULL,                "{\"total\":0,\"skuList\":null," NEXT("null") "}",         WB_OK,
     "INACTIVE 0/0 ",                                                                                                                            0},
    {"a null of some",               NULL,                "{\"total\":2,\"skuList\":null," NEXT("null") "}",         WB_RETRY,  NULL,            0},
    {"without pagination",           NULL,                "{\"total\":1,\"skuList\":[" TOLD "]}",                    WB_OK,     "INACTIVE 0/0 ", 1},
    {"none of the last word",        "INACTIVE 0/0 ",     "{\"total\":0,\"skuList\":[]}",                            WB_OK,     NULL,            0},
    {"the last page of all",         "INACTIVE 4/5 t9",   "{\"total\":5,\"skuList\":[" TOLD "]}",                    WB_OK,     NULL,
     1                                                                                                                                            },
    {"a total that nobody tells",    NULL,                "{\"skuList\":[" TOLD "]," NEXT("\"t1\"") "}",             WB_OK,
     "ACTIVE 1/0 t1",                                                                                                                            1},
    {"and its end",                  "INACTIVE 1/0 t1",   "{\"skuList\":[" TOLD "]}",                                WB_OK,     NULL,            1},
    {"said, and not given",          NULL,                "{\"total\":905,\"skuList\":[" TOLD "]}",                  WB_RETRY,  NULL,            0},
    {"the same behind a page",       "ACTIVE 100/905 t1", "{\"total\":905,\"skuList\":[" TOLD "]}",
     WB_REJECT,                                                                                                                 NULL,            0},
    {"one is listed meanwhile",      "INACTIVE 2/3 t2",   "{\"total\":4,\"skuList\":[" TOLD "]}",                    WB_OK,
     NULL,                                                                                                                                       1},
    {"one is gone meanwhile",        "INACTIVE 1/3 t2",   "{\"total\":2,\"skuList\":[" TOLD "]}",                    WB_OK,
     NULL,                                                                                                                                       1},
    {"a token that leads to itself", "ACTIVE 1/3 t1",
     "{\"total\":3,\"skuList\":[" TOLD "]," NEXT("\"t1\"") "}",                                                      WB_REJECT, NULL,            0},
    {"a token that is none",         NULL,                "{\"total\":3,\"skuList\":[" TOLD "]," NEXT("7") "}",      WB_RETRY,
     NULL,                                                                                                                                       0},
    {"an object for a token",        NULL,                "{\"total\":3,\"skuList\":[" TOLD "]," NEXT("{}") "}",     WB_RETRY,
     NULL,                                                                                                                                       0},
    {"an empty page that goes on",   NULL,                "{\"total\":3,\"skuList\":[]," NEXT("\"t1\"") "}",         WB_OK,
     "ACTIVE 0/3 t1",                                                                                                                            0},
    {"no list",                      NULL,                "{\"total\":1}",                                           WB_RETRY,  NULL,            0},
    {"a row that is none",           NULL,                "{\"total\":2,\"skuList\":[7," TOLD "]}",                  WB_OK,     "INACTIVE 0/0 ",
     2                                                                                                                                            },
    {"wrapped twice",                NULL,                "{\"result\":{\"total\":1,\"skuList\":[" TOLD "]}}",       WB_OK,
     "INACTIVE 0/0 ",                                                                                                                            1},
    {"a cursor of the other list",   "4/100",             "{\"total\":1,\"skuList\":[" TOLD "]}",                    WB_REJECT, NULL,
     0                                                                                                                                            },
    {"a word that nobody knows",     "DRAFT 0/0 ",        "{\"total\":1,\"skuList\":[" TOLD "]}",                    WB_REJECT,
     NULL,                                                                                                                                       0},
    {"rows that are no number",      "ACTIVE x/0 ",       "{\"total\":1,\"skuList\":[" TOLD "]}",                    WB_REJECT,
     NULL,                                                                                                                                       0},
    {"fewer than none",              "ACTIVE -1/0 ",      "{\"total\":1,\"skuList\":[" TOLD "]}",                    WB_REJECT, NULL,            0},
};

START_TEST(which_page_is_next)
{
    kit self;

    temu_read_page(&self, "listings.retrieve", &pages[_i]);
    kit_fini(&self);
}
END_TEST

START_TEST(what_they_ask)
{
    kit self;

    temu_start(&self, "listings.retrieve");
    self.call.page_max = 50;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"type\":\"temu.local.sku.list.retrieve\""));
    ck_assert(temu_body_has(&self, ",\"pageSize\":50,\"skuSearchType\":\"ACTIVE\"}"));
    kit_cursor(&self, WB_VIEW_LIT("INACTIVE 100/905 eyJvIjoxfQ=="));
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, ",\"pageToken\":\"eyJvIjoxfQ==\",\"pageSize\":50,"
                                   "\"skuSearchType\":\"INACTIVE\"}"));
    kit_cursor(&self, WB_VIEW_LIT("4/100"));
    ck_assert(kit_build(&self) == WB_REJECT);
    kit_cursor(&self, (wb_view){NULL, 0});
    kit_op(&self, "products.retrieve");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"type\":\"temu.local.goods.list.retrieve\""));
    ck_assert(temu_body_has(&self, ",\"pageSize\":50,\"goodsSearchType\":\"ALL\"}"));
    kit_op(&self, "products.list"); /* and a token is no page of the other list */
    kit_cursor(&self, WB_VIEW_LIT("ALL 100/905 t"));
    ck_assert(kit_build(&self) == WB_REJECT);
    kit_fini(&self);
}
END_TEST

/* The option names the list, of goods and SKUs alone. */
START_TEST(which_list_is_read)
{
    static const struct {
        const char *stream, *query, *retrieve;
    } rows[] = {
        {"orders.sync",   "orders.list",   "orders.list"      },
        {"listings.sync", "listings.list", "listings.retrieve"},
        {"products.sync", "products.list", "products.retrieve"},
    };
    const wb_connector *temu = &wb_connector_temu;
    temu_options *options;
    kit self;

    options = temu_start(&self, "orders.list");
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        const wb_stream *stream = wb_connector_stream(temu, wb_view_of(rows[i].stream));

        options->goods_lists = TEMU_GOODS_QUERY;
        ck_assert_str_eq(wb_connector_pull(temu, options, stream)->name, rows[i].query);
        options->goods_lists = TEMU_GOODS_RETRIEVE;
        ck_assert_str_eq(wb_connector_pull(temu, options, stream)->name, rows[i].retrieve);
    }
    kit_fini(&self);
}
END_TEST

/* --- with their stock --- */

static void
announce(kit *self, const char *id, const char *row)
{
    kit_item_of(self, WB_RECORD_LISTING, id);
    self->envs[self->call.item_count - 1].body = wb_view_of(row);
}

START_TEST(stock_is_asked_for_many)
{
    static const char answer[] =
        TEMU_OK "{\"stockList\":["
                "{\"goodsId\":6,\"skuStockInfoList\":[{\"skuId\":18,\"selfOrdinaryStock\":"
                "{\"stock\":3}},{\"skuId\":\"17\",\"selfOrdinaryStock\":{\"stock\":25},"
                "\"selfPreSaleStock\":{\"stock\":9}}]}]}}";
    static const int64_t shown[] = {25, 3, -1};
    wb_view bodies[3];
    kit self;

    temu_start(&self, "listings.stock");
    announce(&self, "17", "{\"skuId\":\"17\",\"outSkuSn\":\"S\",\"skuStatus\":\"Active\"}");
    announce(&self, "18", "{\"skuId\":\"18\",\"outSkuSn\":\"\",\"skuStatus\":\"InActive\"}");
    announce(&self, "19", "{\"skuId\":\"19\",\"skuStatus\":\"DELETED\",\"goodsId\":\"6\"}");
    ck_assert_msg(kit_build(&self) == WB_OK, "%s", self.err.text);
    ck_assert(temu_body_has(&self, "\"type\":\"temu.local.goods.sku.stock.query\""));
    ck_assert(temu_body_has(&self, ",\"skuIdList\":[17,18,19]}"));
    ck_assert_msg(kit_read_text(&self, 200, NULL, answer) == WB_OK, "%s", self.err.text);
    for (size_t i = 0; i < 3; i++)
        bodies[i] = self.out.results[i].body;
    for (size_t i = 0; i < 3; i++) {
        static const int32_t statuses[] = {WB_LISTING_ACTIVE, WB_LISTING_INACTIVE,
                                           WB_LISTING_DELETED};
        static const char *const skus[] = {"S", "18", "19"};
        WB_AUTO(wb_free) char *body = wb_text_dup_len(bodies[i].data, bodies[i].len);
        wb_mapped mapped;

        ck_assert_int_eq(self.out.results[i].code, WB_RESULT_DONE);
        ck_assert_msg(temu_say(&self, WB_RECORD_LISTING, wb_view_of(body), &mapped) == WB_OK, "%s",
                      self.err.text);
        ck_assert(wb_view_is(mapped.listing.sku, skus[i]));
        ck_assert_int_eq(mapped.listing.status, statuses[i]);
        ck_assert_int_eq(mapped.listing.shown.quantity.known ? mapped.listing.shown.quantity.value
                                                             : -1,
                         shown[i]);
        /* what nobody tells is nobody's: what was known of it stays */
        ck_assert_uint_eq(mapped.owners,
                          shown[i] < 0 ? UINT32_C(1) << WB_LISTING_OWNS_HEAD : WB_LISTING_OBSERVED);
        ck_assert(shown[i] >= 0 || wb_view_is(mapped.listing.left_out, "stock"));
        wb_mapped_fini(&mapped);
    }
    kit_fini(&self);
}
END_TEST

/* Of many one may be why: they are asked in halves. Alone it is refused. */
START_TEST(one_that_is_refused_holds_up_no_other)
{
    static const char no[] = "{\"success\":false,\"errorCode\":150010003,\"errorMsg\":\"no\"}";
    static const char later[] = "{\"success\":false,\"errorCode\":150010005,\"errorMsg\":\"x\"}";
    kit self;

    temu_start(&self, "listings.stock");
    announce(&self, "17", "{\"skuId\":\"17\"}");
    announce(&self, "18", "{\"skuId\":\"18\"}");
    ck_assert(kit_read_text(&self, 200, NULL, no) == WB_OK && self.out.refused_whole);
    ck_assert(kit_read_text(&self, 200, NULL, later) == WB_RETRY && !self.out.refused_whole);
    self.call.item_count = 1;
    ck_assert(kit_read_text(&self, 200, NULL, no) == WB_REJECT && !self.out.refused_whole);
    kit_fini(&self);
}
END_TEST

/* Of either list, and of a SKU that the account sells in packs alone. */
START_TEST(a_listing_says_its_pack)
{
    static const char list[] = TEMU_OK
        "{\"total\":2,\"skuList\":[{\"skuId\":17,\"skuSn\":\"S\",\"stock\":4,\"price\":\"9\","
        "\"currency\":\"USD\"},{\"skuId\":18,\"skuSn\":\"T\",\"stock\":5}]}}";
    static const char stock[] = TEMU_OK
        "{\"stockList\":[{\"skuStockInfoList\":[{\"skuId\":17,\"selfOrdinaryStock\":{\"stock\":4}},"
        "{\"skuId\":18,\"selfOrdinaryStock\":{\"stock\":5}}]}]}}";
    static char sku[] = "S";

    for (int told = 0; told < 2; told++) {
        wb_view bodies[2];
        kit self;

        temu_start(&self, told ? "listings.stock" : "listings.list");
        kit_rows(&self, "packs", &(temu_pack){sku, 6}, 1);
        if (told) {
            announce(&self, "17", "{\"skuId\":\"17\",\"outSkuSn\":\"S\"}");
            announce(&self, "18", "{\"skuId\":\"18\",\"outSkuSn\":\"T\"}");
        }
        ck_assert(kit_read_text(&self, 200, NULL, told ? stock : list) == WB_OK);
        for (size_t i = 0; i < 2; i++)
            bodies[i] = told ? self.out.results[i].body : self.out.items[i].body;
        for (size_t i = 0; i < 2; i++) {
            WB_AUTO(wb_free) char *body = wb_text_dup_len(bodies[i].data, bodies[i].len);
            wb_mapped mapped;

            ck_assert_msg(temu_say(&self, WB_RECORD_LISTING, wb_view_of(body), &mapped) == WB_OK,
                          "%s", self.err.text);
            ck_assert_int_eq(mapped.listing.pack.known ? mapped.listing.pack.value : 1, i ? 1 : 6);
            ck_assert_int_eq(mapped.listing.shown.quantity.value, i ? 5 : 4);
            ck_assert(wb_view_is(mapped.listing.sku, i ? "T" : "S"));
            ck_assert(!*mapped.listing.price.currency == (told || i));
            wb_mapped_fini(&mapped);
        }
        kit_fini(&self);
    }
}
END_TEST

START_TEST(goods_are_a_product)
{
    static const char body[] =
        "{\"goodsId\":\"601099548666279\",\"goodsName\":\"Case\",\"goodsCreateTime\":1754793163000,"
        "\"goodsStatusChangeTime\":1754793164000,\"goodsStatus\":\"%s\",\"skuInfoList\":["
        "{\"skuId\":17,\"skuSn\":\"S\"},{\"skuId\":\"18\",\"outSkuSn\":\"T\"}]}";
    static const struct {
        const char *word;
        int32_t status;
    } rows[] = {
        {"Active",   WB_PRODUCT_ACTIVE  },
        {"InActive", WB_PRODUCT_INACTIVE},
        {"deleted",  WB_PRODUCT_DELETED },
        {"Draft",    WB_PRODUCT_INACTIVE},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        const wb_product_sku *skus;
        wb_mapped mapped;
        char text[500];
        kit self;

        temu_start(&self, "products.retrieve");
        snprintf(text, sizeof text, body, rows[i].word);
        ck_assert(temu_say(&self, WB_RECORD_PRODUCT, wb_view_of(text), &mapped) == WB_OK);
        skus = mapped.product.skus.items;
        ck_assert(wb_view_is(mapped.product.external_id, "601099548666279"));
        ck_assert_int_eq(mapped.product.status, rows[i].status);
        ck_assert(wb_view_is(mapped.product.source_status, rows[i].word));
        ck_assert_int_eq(mapped.product.created_utc_us, INT64_C(1754793163) * WB_US_PER_S);
        ck_assert_int_eq(mapped.product.updated_utc_us, INT64_C(1754793164) * WB_US_PER_S);
        ck_assert_uint_eq(mapped.product.skus.count, 2);
        ck_assert(wb_view_is(skus[0].sku, "S") && wb_view_is(skus[0].variant_id, "17"));
        ck_assert(wb_view_is(skus[1].sku, "T") && wb_view_is(skus[1].variant_id, "18"));
        wb_mapped_fini(&mapped);
        kit_fini(&self);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {which_page_is_next,                    WB_COUNT(pages)},
        {what_they_ask,                         0              },
        {which_list_is_read,                    0              },
        {stock_is_asked_for_many,               0              },
        {one_that_is_refused_holds_up_no_other, 0              },
        {a_listing_says_its_pack,               0              },
        {goods_are_a_product,                   0              },
        {NULL,                                  0              },
    };

    return wb_suite_run("actors.connectors.temu.tokens", rows);
}
