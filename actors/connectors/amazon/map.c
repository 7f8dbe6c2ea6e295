/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - Amazon's orders as ours, whichever call read them
 *
 *   {"order": {...}}                          getOrder, 2026-01-01
 *   {"orderId": ...}                          an element of searchOrders, 2026-01-01
 *   {"AmazonOrder": {...}, "OrderItems": []}  v0: the order and the pages of its items, joined
 *   {"AmazonOrderId": ...}, {"payload": ...}  v0: an order alone, without its lines
 */
#include "actors/connectors/amazon/map.h"

#include "actors/connectors/amazon/amazon.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

typedef struct {
    wb_json_ref order, order_id, v0_order, v0_items, v0_id, payload;
} root;

static const wb_json_member root_rows[] = {
    WB_MEMBER(root, order, "order", REF),          WB_MEMBER(root, order_id, "orderId", REF),
    WB_MEMBER(root, v0_order, "AmazonOrder", REF), WB_MEMBER(root, v0_items, "OrderItems", REF),
    WB_MEMBER(root, v0_id, "AmazonOrderId", REF),  WB_MEMBER(root, payload, "payload", REF),
};

static wb_rc
map_any(wb_json *json, wb_mapped *out, wb_err *err)
{
    root found;
    wb_rc rc = wb_json_members(json, 0, root_rows, WB_COUNT(root_rows), &found, err);

    if (rc)
        return rc;
    if (wb_json_kind(json, found.order) == WB_JSON_OBJECT)
        return amazon_map_2026(json, found.order, out, err);
    if (found.order_id != WB_JSON_NONE)
        return amazon_map_2026(json, 0, out, err);
    if (wb_json_kind(json, found.v0_order) == WB_JSON_OBJECT)
        return amazon_map_v0(json, found.v0_order, found.v0_items, out, err);
    if (found.v0_id != WB_JSON_NONE)
        return amazon_map_v0(json, 0, WB_JSON_NONE, out, err);
    if (wb_json_kind(json, found.payload) == WB_JSON_OBJECT)
        return amazon_map_v0(json, found.payload, WB_JSON_NONE, out, err);
    return wb_fail(err, WB_REJECT, "not an order of Amazon");
}

wb_rc
amazon_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_mapped mapped = {.kind = WB_RECORD_ORDER};
    wb_rc rc = wb_json_parse_answer(json, raw->body, err);

    if (rc)
        return rc;
    mapped.order.channel = WB_VIEW_LIT("amazon");
    rc = map_any(json, &mapped, err);
    if (!rc && !mapped.order.external_id.len)
        rc = wb_fail(err, WB_REJECT, "an order without id");
    if (!rc)
        rc = wb_json_check(json, err);
    if (rc) {
        wb_canonical_fini(wb_order_fields, &mapped.order);
        return rc;
    }
    mapped.source_utc_us = mapped.order.updated_utc_us;
    *out = mapped;
    return WB_OK;
}
