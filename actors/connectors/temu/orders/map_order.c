/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_order - an order's document (join.c) to the canonical order: its head
 *
 * What holds an order back here is what nobody could ship or book: an address that only a label of
 * Temu's may be bought for, and goods whose price is not known where the account demands one. It is
 * recorded, names the field that is withheld among those left out, and is not handed on.
 */
#include "actors/connectors/temu/orders/orders.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"

static const struct {
    int64_t told;
    wb_order_status status;
} statuses[] = {
    {1,  WB_ORDER_PENDING       },
    {2,  WB_ORDER_CREATED       },
    {3,  WB_ORDER_CANCELLED     },
    {4,  WB_ORDER_SHIPPED       },
    {5,  WB_ORDER_SHIPPED       }, /* delivered */
    {41, WB_ORDER_PARTLY_SHIPPED},
    {51, WB_ORDER_SHIPPED       }, /* all is on its way, a part of it
  delivered */
};

/* A number that nobody knows yet is recorded as pending, and nobody ships it. */
static int32_t
status_of(int64_t told)
{
    for (size_t i = 0; i < WB_COUNT(statuses); i++)
        if (statuses[i].told == told)
            return (int32_t)statuses[i].status;
    return (int32_t)WB_ORDER_PENDING;
}

static wb_rc
open_document(wb_json *json, temu_document *out, wb_err *err)
{
    wb_json_ref rules = wb_json_get(json, 0, "rules");
    wb_view mode = {NULL, 0}, price = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, rules, "mode"), &mode, "rules.mode", err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, rules, "price"), &price, "rules.price", err);
    if (rc)
        return rc;
    out->mode = wb_view_is(mode, "semi") ? TEMU_SEMI : TEMU_LOCAL;
    out->money = wb_view_is(price, "amount");
    out->price = wb_view_is(price, "zero")   ? TEMU_PRICE_ZERO
                 : wb_view_is(price, "hold") ? TEMU_PRICE_HOLD
                                             : TEMU_PRICE_LIST;
    out->pieces = wb_json_kind(json, wb_json_get(json, rules, "pieces")) == WB_JSON_TRUE;
    out->order = wb_json_get(json, 0, "order");
    out->parent = wb_json_get(json, out->order, "parentOrderMap");
    out->lines = wb_json_get(json, out->order, "orderList");
    out->labels = wb_json_get(json, 0, "labels");
    out->address = wb_json_get(json, 0, "address");
    out->amount = wb_json_get(json, 0, "amount");
    out->skus = wb_json_get(json, 0, "skus");
    return WB_OK;
}

static void
map_region(wb_json *json, wb_json_ref parent, wb_order *order)
{
    wb_json_ref ref = wb_answer_member(json, parent, "regionId");
    const temu_region *region;
    wb_count id = {0};

    wb_answer_count(json, ref, &id, "regionId");
    if (!id.known)
        return;
    wb_answer_text(json, ref, &order->marketplace, "regionId");
    region = temu_region_of(id.value);
    if (region)
        order->marketplace_name = wb_view_of(region->name);
}

/* Who ships it: all lines, or the cooperative warehouse all of them. */
static void
map_fulfilment(wb_json *json, wb_json_ref lines, wb_order *order)
{
    bool channel = false, merchant = false;

    for (wb_json_ref at = wb_json_first(json, lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view word = {NULL, 0};

        wb_answer_text(json, wb_answer_member(json, at, "fulfillmentType"), &word,
                       "fulfillmentType");
        channel |= wb_view_is(word, "fulfillByCooperativeWarehouse");
        merchant |= wb_view_is(word, "fulfillBySeller");
    }
    if (channel || merchant)
        order->fulfilled_by = merchant ? WB_VIEW_LIT("merchant") : WB_VIEW_LIT("channel");
}

/* "1", "2": one of two ways; the words are those of the documentation. */
static void
map_service(wb_json *json, wb_json_ref parent, wb_order *order)
{
    wb_count method = {0};

    wb_answer_count(json, wb_answer_member(json, parent, "shippingMethod"), &method,
                    "shippingMethod");
    if (method.known && method.value == 1)
        order->service_level = WB_VIEW_LIT("standard");
    else if (method.known && method.value == 2)
        order->service_level = WB_VIEW_LIT("store delivery");
}

static bool
is_on(wb_json *json, wb_json_ref label)
{
    wb_count value = {0};

    wb_answer_count(json, wb_answer_member(json, label, "value"), &value, "parentOrderLabel");
    return value.known && value.value == 1;
}

/* Names of the labels that are on, and of the warnings, joined. */
static void
map_programs(wb_json *json, wb_json_ref parent, wb_mapped *out)
{
    wb_json_ref labels = wb_answer_member(json, parent, "parentOrderLabel");
    wb_json_ref warnings = wb_answer_member(json, parent, "fulfillmentWarning");
    WB_AUTO(wb_buf_fini) wb_buf joined = {0};
    wb_view word;

    wb_buf_init(&joined, WB_ANSWER_NAMES_MAX);
    for (wb_json_ref at = wb_json_first(json, labels); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        word = (wb_view){NULL, 0};
        wb_answer_code(json, wb_answer_member(json, at, "name"), &word, "parentOrderLabel");
        if (word.len && is_on(json, at))
            wb_buf_addf(&joined, "%s%.*s", joined.len ? "," : "", WB_VIEW_ARG(word));
    }
    for (wb_json_ref at = wb_json_first(json, warnings); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        word = (wb_view){NULL, 0};
        wb_answer_code(json, at, &word, "fulfillmentWarning");
        if (word.len)
            wb_buf_addf(&joined, "%s%.*s", joined.len ? "," : "", WB_VIEW_ARG(word));
    }
    if (joined.overflow)
        wb_answer_leave_out(json, "fulfillmentWarning");
    if (!joined.len)
        return;
    out->made = wb_text_dup_len(joined.data, joined.len);
    out->order.programs = wb_view_of(out->made);
}

static void
map_head(wb_json *json, const temu_document *doc, wb_mapped *out)
{
    wb_order *order = &out->order;
    wb_json_ref parent = doc->parent;

    temu_answer_seconds(json, wb_answer_member(json, parent, "parentOrderTime"),
                        &order->purchased_utc_us, "parentOrderTime");
    temu_answer_seconds(json, wb_answer_member(json, parent, "updateTime"), &order->updated_utc_us,
                        "updateTime");
    temu_answer_seconds(json, wb_answer_member(json, parent, "parentConfirmTime"),
                        &order->ship_after_utc_us, "parentConfirmTime");
    temu_answer_seconds(json, wb_answer_member(json, parent, "expectShipLatestTime"),
                        &order->ship_by_utc_us, "expectShipLatestTime");
    temu_answer_seconds(json, wb_answer_member(json, parent, "latestDeliveryTime"),
                        &order->deliver_by_utc_us, "latestDeliveryTime");
    wb_answer_code(json, wb_answer_member(json, parent, "orderPaymentType"), &order->payment_method,
                   "orderPaymentType");
    map_region(json, parent, order);
    map_service(json, parent, order);
    map_fulfilment(json, doc->lines, order);
    map_programs(json, parent, out);
}

static wb_rc
map_status(wb_json *json, wb_json_ref parent, wb_order *order, wb_err *err)
{
    wb_json_ref ref = wb_json_get(json, parent, "parentOrderStatus");
    int64_t told = 0;
    wb_rc rc = wb_json_int(json, ref, &told, "parentOrderStatus", err);

    if (rc)
        return rc;
    if (told == 0)
        return wb_fail(err, WB_REJECT, "parentOrderStatus is missing");
    order->status = status_of(told);
    wb_answer_text(json, ref, &order->channel_status, "parentOrderStatus");
    return WB_OK;
}

/* Does a line that has to be shipped have no price? */
static bool
price_missing(const wb_order *order)
{
    const wb_order_line *lines = order->lines.items;

    for (size_t i = 0; i < order->lines.count; i++)
        if (!*lines[i].unit_price.currency && !*lines[i].price.currency)
            return true;
    return false;
}

/* ... or is it not known how many pieces it is? */
static bool
pieces_missing(const wb_order *order)
{
    const wb_order_line *lines = order->lines.items;

    for (size_t i = 0; i < order->lines.count; i++)
        if (!lines[i].pack.known)
            return true;
    return false;
}

static bool
is_held(wb_json *json, const temu_document *doc, const wb_order *order)
{
    if (order->status == WB_ORDER_CANCELLED)
        return false;
    if (temu_restricted(json, doc)) {
        wb_answer_leave_out(json, "address: restricted, buy a label at Temu");
        return true;
    }
    if (doc->pieces && pieces_missing(order)) {
        wb_answer_leave_out(json, "soldFactor: not known, and pieces");
        return true;
    }
    if (!doc->money && doc->price != TEMU_PRICE_ZERO && price_missing(order)) {
        wb_answer_leave_out(json, "price: not known, and price_without_money");
        return true;
    }
    return false;
}

wb_rc
temu_map_order(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_order *order = &out->order;
    temu_document doc = {0};
    wb_rc rc = open_document(json, &doc, err);

    order->channel = WB_VIEW_LIT("temu");
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, doc.parent, "parentOrderSn"), &order->external_id,
                          "parentOrderSn", err);
    if (!rc)
        rc = map_status(json, doc.parent, order, err);
    if (rc)
        return rc;
    map_head(json, &doc, out);
    out->source_utc_us = order->updated_utc_us;
    out->owners = UINT32_C(1) << WB_ORDER_OWNS_HEAD | UINT32_C(1) << WB_ORDER_OWNS_LINES;
    rc = temu_map_lines(json, &doc, out, err);
    if (rc)
        return rc;
    temu_map_packages(json, &doc, out);
    temu_map_address(json, &doc, out);
    temu_map_money(json, &doc, out);
    out->routed = order->status > WB_ORDER_PENDING && !is_held(json, &doc, order);
    return WB_OK;
}
