/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_kit - an order of two of TEA-250, as it is wanted of this connector
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_ORDER_KIT_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_ORDER_KIT_H

#include "tests/unit/actors/connectors/lingxing/lingxing_kit.h"

typedef struct {
    wb_order order;
    wb_order_line lines[3];
    wb_buf packed;
} wanted;

static inline wb_money
usd(int64_t minor)
{
    return (wb_money){.minor = minor, .currency = "USD", .exponent = 2};
}

static inline void
order_begin(wanted *self)
{
    memset(self, 0, sizeof *self);
    self->order = (wb_order){
        .external_id = WB_VIEW_LIT("PO-1"),
        .channel = WB_VIEW_LIT("shop"),
        .status = WB_ORDER_CREATED,
        .purchased_utc_us = KIT_NOW_US,
        .total = usd(2598),
        .shipping_total = usd(600),
        .ship_to = {.name = WB_VIEW_LIT("Zoë \"Z\" Buyer"),
                    .line1 = WB_VIEW_LIT("1 Main Street"),
                    .city = WB_VIEW_LIT("Springfield"),
                    .postal_code = WB_VIEW_LIT("12345"),
                    .country = WB_VIEW_LIT("US")},
        .lines = {self->lines,     1         }
    };
    self->lines[0] = (wb_order_line){
        .line_id = WB_VIEW_LIT("PO-1-1"),
        .sku = WB_VIEW_LIT("TEA-250"),
        .quantity = {2, true},
        .price = usd(1998)
    };
}

/* As an item of the kit's call; the record's account is "a". */
static inline wb_call_item *
order_item(kit *it, wanted *self, const char *external)
{
    wb_call_item *item = kit_item(it, external);

    wb_buf_fini(&self->packed);
    wb_buf_init(&self->packed, WB_ORDER_MAX);
    ck_assert_int_eq(wb_canonical_encode(wb_order_fields, &self->order, &self->packed, &it->err),
                     WB_OK);
    it->envs[item - it->items].body = wb_buf_view(&self->packed);
    return item;
}

#endif
