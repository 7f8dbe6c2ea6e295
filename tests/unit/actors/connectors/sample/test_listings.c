/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/actors/connectors/sample/sample_kit.h"

/* What the shop was never told is not 0. */
static const struct {
    const char *body, *sku;
    wb_count shown;
    const char *left_out;
} told[] = {
    {"{\"id\":\"L\",\"sku\":\"S/1\",\"quantity\":7}",        "S/1", {7, true},  ""        },
    {"{\"id\":\"L\",\"sku\":\"S/1\",\"quantity\":null}",     "S/1", {0, false}, ""        },
    {"{\"id\":\"L\",\"sku\":\"S/1\",\"quantity\":0}",        "S/1", {0, true},  ""        },
    {"{\"id\":\"L\",\"sku\":\"S/1\",\"quantity\":\"many\"}", "S/1", {0, false}, "quantity"},
    {"{\"id\":\"L\",\"sku\":\"S\xe7\",\"quantity\":7}",      "",    {7, true},  "sku"     },
};

START_TEST(a_listing_is_mapped)
{
    wb_mapped mapped;
    const wb_listing *listing = &mapped.listing;
    kit self;

    sample_start(&self, "listings.list");
    ck_assert_msg(sample_say(&self, WB_RECORD_LISTING, told[_i].body, &mapped) == WB_OK, "%s",
                  self.err.text);
    ck_assert(mapped.kind == WB_RECORD_LISTING && mapped.routed);
    ck_assert(mapped.owners == WB_LISTING_OBSERVED); /* what it should show says the stock */
    ck_assert(wb_canonical_check(wb_listing_fields, listing, NULL) == WB_OK);
    ck_assert(wb_view_is(listing->external_id, "L") && wb_view_is(listing->channel, "sample"));
    ck_assert(wb_view_is(listing->sku, told[_i].sku) && listing->status == WB_LISTING_ACTIVE);
    ck_assert(listing->shown.quantity.known == told[_i].shown.known);
    ck_assert_int_eq(listing->shown.quantity.value, told[_i].shown.value);
    ck_assert(!listing->wanted.quantity.known);
    ck_assert(wb_view_is(listing->left_out, told[_i].left_out));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

START_TEST(without_an_id_there_is_none)
{
    wb_mapped mapped;
    kit self;

    sample_start(&self, "listings.list");
    ck_assert(sample_say(&self, WB_RECORD_LISTING, "{\"id\":7,\"sku\":\"S\"}", &mapped) ==
              WB_REJECT);
    wb_mapped_fini(&mapped);
    ck_assert(sample_say(&self, WB_RECORD_RETURN, "{\"id\":\"1\"}", &mapped) == WB_REJECT);
    ck_assert_ptr_nonnull(strstr(self.err.text, "kind"));
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* Only what the stock says that it should show is pushed; 0 is a word, no word is none. */
static const struct {
    wb_count wanted;
    const char *op, *body;
} wants[] = {
    {{3, true},  "listings.put", "{\"revision\":7,\"quantity\":3}"},
    {{0, true},  "listings.put", "{\"revision\":7,\"quantity\":0}"},
    {{0, false}, NULL,           NULL                             },
};

START_TEST(the_shop_is_told_what_it_should_show)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_listing listing = {
        .external_id = WB_VIEW_LIT("L/1"),
        .shown.quantity = {9, true},
        .wanted.quantity = wants[_i].wanted
    };
    const char *op;
    kit self;

    wb_buf_init(&packed, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_listing_fields, &listing, &packed, NULL) == WB_OK);
    sample_start(&self, "listings.put");
    kit_item_of(&self, WB_RECORD_LISTING, "L%2F1");
    self.envs[0].revision = 7;
    self.envs[0].body = wb_buf_view(&packed);
    op = wb_connector_sample.push_op(self.options, &self.envs[0], false);
    if (!wants[_i].op) {
        ck_assert_ptr_null(op);
        ck_assert(kit_build(&self) == WB_REJECT);
    } else {
        ck_assert_str_eq(op, wants[_i].op);
        ck_assert(kit_build(&self) == WB_OK);
        ck_assert_str_eq(wb_buf_text(&self.request.body), wants[_i].body);
        ck_assert_str_eq(wb_buf_text(&self.request.url), SAMPLE_URL "/listings/L%2F1");
        ck_assert(wb_view_is(wb_request_find_header(&self.request, "Idempotency-Key"), "idem-0"));
        /* what the shop shows by now is no reason to tell it again */
        ck_assert_uint_eq(self.call.op->reads, 1u << WB_LISTING_OWNS_WANTED);
    }
    self.envs[0].body = WB_VIEW_LIT("\xc1"); /* tried, and parked by its build */
    ck_assert_str_eq(wb_connector_sample.push_op(self.options, &self.envs[0], false),
                     "listings.put");
    ck_assert(kit_build(&self) == WB_REJECT);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_listing_is_mapped,                  WB_COUNT(told) },
        {without_an_id_there_is_none,          1              },
        {the_shop_is_told_what_it_should_show, WB_COUNT(wants)},
        {NULL,                                 0              }
    };

    return wb_suite_run("actors.connectors.sample.listings", rows);
}
