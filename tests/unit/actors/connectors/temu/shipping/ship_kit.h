/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ship_kit - shipments of an order, written short
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_SHIPPING_SHIP_KIT_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_SHIPPING_SHIP_KIT_H

#include "actors/connectors/temu/shipping/shipping.h"
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define NO(code) "{\"success\":false,\"errorCode\":" code ",\"errorMsg\":\"no\"}"
#define LINE_LEN 4
#define LINES_MAX 4
#define SET_MAX 3

/* Lines as "O1 2" are of the order ("S1" is the SKU of O1), as "S1 2" of a shipment; with commas.
 * Of the order a ? is a quantity that nobody told. */
static wb_count told_before; /* of each line, in other shipments before these */
static wb_count in_packs;    /* pieces of each line in one sold unit */

static inline size_t
ordered_of(const char *text, wb_order_facts_line *out)
{
    static const char *const skus[] = {"S1", "S2", "S3", "S4"};
    size_t count = 0;

    for (; strlen(text) >= LINE_LEN; text += LINE_LEN + (text[LINE_LEN] == ','), count++)
        out[count] = (wb_order_facts_line){
            .line_id = {text,                               2             },
            .sku = wb_view_of(skus[text[1] - '1']),
            .quantity = {text[3] == '?' ? 0 : text[3] - '0', text[3] != '?'},
            .shipped = told_before,
            .pack = in_packs
        };
    return count;
}

static inline size_t
shipped_of(const char *text, wb_shipment_line *out)
{
    size_t count = 0;

    for (; strlen(text) >= LINE_LEN; text += LINE_LEN + (text[LINE_LEN] == ','), count++)
        out[count] = (wb_shipment_line){
            .sku = {text,          2   },
              .quantity = {text[3] - '0', true}
        };
    return count;
}

typedef struct {
    const char *lines, *tracking, *carrier;
    int32_t status;
} parcel;

static inline void
pack(const char *ordered, const parcel *from, const char *more_boxes, wb_buf *out)
{
    wb_order_facts_line facts[LINES_MAX];
    wb_shipment_line lines[LINES_MAX];
    wb_shipment_parcel boxes[] = {{.tracking = wb_view_of(from->tracking)},
                                  {.tracking = wb_view_of(more_boxes)}};
    wb_shipment shipment = {.external_id = WB_VIEW_LIT("WO-1"),
                            .source = WB_VIEW_LIT("erp"),
                            .status = from->status ? from->status : WB_SHIPMENT_SHIPPED,
                            .carrier = wb_view_of(from->carrier),
                            .tracking = wb_view_of(from->tracking)};

    if (more_boxes)
        shipment.parcels = (wb_field_list){boxes, WB_COUNT(boxes)};
    shipment.lines = (wb_field_list){lines, shipped_of(from->lines, lines)};
    shipment.order.lines = (wb_field_list){facts, ordered_of(ordered, facts)};
    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_shipment_fields, &shipment, out, NULL) == WB_OK);
}

typedef struct {
    kit kit;
    wb_buf packed[SET_MAX];
    temu_options *options;
} set_kit;

static inline void
start(set_kit *self, const char *op, const char *ordered, const parcel *parcels, size_t count)
{
    static char dhl[] = "DHL", id[] = "699272611";

    self->options = temu_start(&self->kit, op);
    kit_text(&self->options->warehouse_id, "WH-01");
    kit_rows(&self->kit, "carriers", &(temu_carrier){dhl, id}, 1);
    for (size_t i = 0; i < count; i++) {
        char name[32];

        snprintf(name, sizeof name, "WO-%zu", i);
        pack(ordered, &parcels[i], NULL, &self->packed[i]);
        kit_item_of(&self->kit, WB_RECORD_SHIPMENT, name);
        self->kit.envs[i].root = WB_VIEW_LIT("t/shop/order/PO-1");
        self->kit.envs[i].body = wb_buf_view(&self->packed[i]);
    }
}

static inline void
stop(set_kit *self)
{
    for (size_t i = 0; i < SET_MAX; i++)
        wb_buf_fini(&self->packed[i]);
    kit_fini(&self->kit);
}

#endif
