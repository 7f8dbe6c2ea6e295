/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - a parent order as lists and details show it, and the detail of one
 *
 *   bg.order.detail.v2.get   {"parentOrderSn"}
 *   bg.order.combinedshipment.list.get   parent orders that one parcel may hold; null = none may
 *
 * Times are in seconds. There is no price anywhere in it.
 */
#include "tools/sim/systems/temu/orders.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/goods.h"

#include <stdio.h>

#define DELIVER_US (8 * 86400 * WB_US_PER_S)
#define COMBINED_MAX 100

static void
member_time(wb_json_writer *writer, const char *name, int64_t utc_us)
{
    wb_json_put_key(writer, name);
    if (utc_us)
        wb_json_put_int(writer, utc_us / WB_US_PER_S);
    else
        wb_json_put_null(writer);
}

static void
member_null(wb_json_writer *writer, const char *name)
{
    wb_json_put_key(writer, name);
    wb_json_put_null(writer);
}

static void
member_empty(wb_json_writer *writer, const char *name)
{
    wb_json_put_key(writer, name);
    wb_json_open(writer, '[');
    wb_json_close(writer, ']');
}

/* A name and whether it is so: 0 or 1. */
static void
put_label(wb_json_writer *writer, const char *name, bool value)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "name", wb_view_of(name));
    wb_json_member_int(writer, "value", value);
    wb_json_close(writer, '}');
}

static void
put_labels(const wb_sim_temu_facts *facts, wb_json_writer *writer)
{
    wb_json_put_key(writer, "parentOrderLabel");
    wb_json_open(writer, '[');
    put_label(writer, "soon_to_be_overdue", false);
    put_label(writer, "past_due", false);
    put_label(writer, "pending_buyer_cancellation", facts->asks_to_cancel);
    put_label(writer, "pending_buyer_address_change", facts->asks_to_move);
    put_label(writer, "pending_risk_control_alert", false);
    put_label(writer, "signature_required_on_delivery", false);
    wb_json_close(writer, ']');
}

static bool
is_flawed(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, int fault)
{
    return wb_sim_market_flawed(visit->sim->market, fault, WB_SIM_GIVES, facts->order, 0);
}

static void
put_parent(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, bool detail,
           wb_json_writer *writer)
{
    bool nulls = is_flawed(visit, facts, WB_SIM_FAULT_NULLS);
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(visit->sim->market, id, facts->order);
    wb_json_put_key(writer, "parentOrderMap");
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "parentOrderSn", wb_view_of(id));
    wb_json_member_int(writer, "parentOrderStatus", facts->status);
    put_labels(facts, writer);
    wb_json_member_int(writer, "shippingMethod", 1);
    member_time(writer, "parentOrderTime", facts->created_utc_us);
    member_time(writer, "parentOrderPendingFinishTime", wb_sim_temu_confirmed_utc_us(facts));
    member_time(writer, "parentShippingTime", facts->shipped_utc_us);
    member_time(writer, "updateTime", facts->updated_utc_us);
    member_time(writer, "expectShipLatestTime", nulls ? 0 : wb_sim_temu_ship_by_utc_us(facts));
    member_time(writer, "latestDeliveryTime", nulls ? 0 : facts->created_utc_us + DELIVER_US);
    member_empty(writer, "fulfillmentWarning");
    wb_json_member_text(writer, "orderPaymentType", WB_VIEW_LIT("PPD"));
    member_null(writer, "batchOrderNumberList");
    wb_json_member_int(writer, "regionId", WB_SIM_TEMU_REGION);
    wb_json_member_int(writer, "siteId", 100);
    wb_json_member_bool(writer, "hasShippingFee", true);
    if (detail) {
        wb_json_member_text(writer, "regionName1", WB_VIEW_LIT("United States"));
        wb_json_member_text(writer, "regionName2", WB_VIEW_LIT("California"));
        wb_json_member_text(writer, "regionName3", WB_VIEW_LIT("Los Angeles"));
        wb_json_member_bool(writer, "isShipmentConsolidatedByMainMall", false);
    }
    wb_json_close(writer, '}');
}

static void
put_product(const wb_sim_visit *visit, const wb_sim_line *line, wb_json_writer *writer)
{
    char room[WB_SIM_SKU_ROOM];
    const char *code = wb_sim_goods_sku(visit->sim->market, line->goods, room);

    wb_json_put_key(writer, "productList");
    wb_json_open(writer, '[');
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "productId", INT64_C(10574011393) + line->goods);
    wb_json_member_int(writer, "productSkuId", INT64_C(139696845689) + line->goods);
    wb_json_member_int(writer, "soldFactor", wb_sim_temu_pack(visit, line->goods));
    wb_json_member_text(writer, "extCode", wb_view_of(code));
    wb_json_close(writer, '}');
    wb_json_close(writer, ']');
}

/* The name of the goods carries the version marker: this vendor has no place for the seller's own
 * number. Of an order in whose texts something is broken it ends in half a character; where nulls
 * are told the buyer's language has none. */
static void
put_title(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, wb_json_writer *writer)
{
    char title[96];

    (void)snprintf(title, sizeof title,
                   "Packaging tape \xe8\x83\xb6\xe5\xb8\xa6 " WB_SIM_MARKER_FORM, facts->order,
                   facts->version);
    wb_json_member_text(writer, "originalGoodsName", wb_view_of(title));
    wb_json_put_key(writer, "goodsName");
    if (is_flawed(visit, facts, WB_SIM_FAULT_BROKEN_TEXT)) {
        (void)snprintf(title, sizeof title, "\"Packaging tape " WB_SIM_MARKER_FORM " \\ud83d\"",
                       facts->order, facts->version);
        wb_json_put_raw(writer, wb_view_of(title));
    } else if (is_flawed(visit, facts, WB_SIM_FAULT_NULLS)) {
        wb_json_put_null(writer);
    } else {
        wb_json_put_text(writer, wb_view_of(title));
    }
}

static void
put_package(const char *sn, int type, wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "packageSn", wb_view_of(sn));
    wb_json_member_int(writer, "packageDeliveryType", type);
    wb_json_member_bool(writer, "callSuccess", true);
    wb_json_close(writer, '}');
}

static void
put_packages(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, int line,
             wb_json_writer *writer)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    char label[WB_SIM_TEMU_LABEL_MAX];

    wb_json_put_key(writer, "packageSnInfo");
    wb_json_open(writer, '[');
    for (const wb_sim_temu_parcel *at = self->sent[facts->order].parcels; at; at = at->next)
        if (at->quantity[line])
            put_package(at->sn, 1, writer);
    if (wb_sim_temu_label(self, facts, label))
        put_package(label, 2, writer);
    wb_json_close(writer, ']');
    member_null(writer, "hasUploadedEvidence");
}

static void
put_quantities(const wb_sim_temu_facts *facts, int line, wb_json_writer *writer)
{
    int64_t ordered = facts->lines[line].quantity;
    int64_t cancelled = facts->line_status[line] == WB_SIM_TEMU_CANCELED ? ordered : 0;

    wb_json_member_int(writer, "originalOrderQuantity", ordered);
    wb_json_member_int(writer, "canceledQuantityBeforeShipment", cancelled);
    wb_json_member_int(writer, "quantity", ordered - cancelled);
    wb_json_member_bool(writer, "isCancelledDuringPending", false);
}

static void
put_line(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, int line,
         wb_json_writer *writer)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    bool shipped = facts->line_status[line] == WB_SIM_TEMU_SHIPPED;
    char sn[WB_SIM_TEMU_SN_MAX];

    wb_sim_temu_sn(self, sn, facts->order, line);
    wb_json_member_text(writer, "orderSn", wb_view_of(sn));
    wb_json_member_int(writer, "orderStatus", facts->line_status[line]);
    put_quantities(facts, line, writer);
    wb_json_member_int(writer, "goodsId", wb_sim_temu_goods_id(facts->lines[line].goods));
    wb_json_member_int(writer, "skuId", wb_sim_temu_sku_id(facts->lines[line].goods));
    put_product(visit, &facts->lines[line], writer);
    wb_json_member_text(writer, "spec", WB_VIEW_LIT("\xe7\xba\xa2\xe8\x89\xb2 / XL"));
    put_title(visit, facts, writer);
    wb_json_member_text(writer, "thumbUrl", WB_VIEW_LIT("https://img.example.invalid/1.jpeg"));
    wb_json_put_key(writer, "orderLabel");
    wb_json_open(writer, '[');
    put_label(writer, "customized_products", false);
    wb_json_close(writer, ']');
    member_empty(writer, "fulfillmentWarning");
    wb_json_member_text(writer, "fulfillmentType", WB_VIEW_LIT("fulfillBySeller"));
    member_null(writer, "inventoryDeductionWarehouseId");
    member_null(writer, "inventoryDeductionWarehouseName");
    wb_json_member_text(writer, "orderPaymentType", WB_VIEW_LIT("PPD"));
    member_time(writer, "orderShippingTime", shipped ? facts->updated_utc_us : 0);
    member_time(writer, "orderCreateTime", facts->created_utc_us);
}

void
wb_sim_temu_put_order(const wb_sim_visit *visit, const wb_sim_temu_facts *facts, bool detail,
                      wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    put_parent(visit, facts, detail, writer);
    wb_json_put_key(writer, "orderList");
    wb_json_open(writer, '[');
    for (int i = 0; i < facts->count; i++) {
        wb_json_open(writer, '{');
        put_line(visit, facts, i, writer);
        if (detail)
            put_packages(visit, facts, i, writer);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

void
wb_sim_temu_open_orders(const wb_sim_visit *visit, wb_json_writer *writer)
{
    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_DOUBLE_WRAPPED))
        wb_sim_temu_open_twice(visit, writer);
    else
        wb_sim_temu_open(visit, writer);
}

/* --- one of them --- */

bool
wb_sim_temu_find_order(wb_sim_visit *visit, const wb_sim_temu_seller *seller,
                       wb_sim_temu_facts *out)
{
    wb_view sn = {NULL, 0};
    wb_sim_found at;

    if (!wb_sim_temu_text(visit, wb_sim_temu_param(visit, "parentOrderSn"), &sn))
        return false;
    if (!sn.len) {
        wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
        return false;
    }
    wb_sim_sight sight = wb_sim_order_enter(visit, seller->account, sn, &at);
    if (sight == WB_SIM_ABSENT)
        wb_sim_temu_fail(visit, "140020002", "The order does not exist");
    if (sight != WB_SIM_SEEN)
        return false;
    wb_sim_temu_facts_of(wb_sim_temu_of(visit), &at, out);
    return true;
}

void
wb_sim_temu_on_detail(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_writer writer;
    wb_sim_temu_facts facts;

    if (!wb_sim_temu_find_order(visit, seller, &facts))
        return;
    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_COMPUTING)) {
        wb_sim_temu_fail(visit, "140020009", "The order is still being computed");
        return;
    }
    wb_sim_temu_open_orders(visit, &writer);
    wb_sim_temu_put_order(visit, &facts, true, &writer);
    wb_sim_temu_close(visit, &writer);
}

/* --- those that may go together --- */

static bool
is_open(const wb_sim_temu *self, const wb_sim_temu_seller *seller, uint32_t order,
        wb_sim_temu_facts *out)
{
    wb_sim_found at = {order, wb_sim_visible(seller->account, order)};

    if (!at.version)
        return false;
    wb_sim_temu_facts_of(self, &at, out);
    return out->status == WB_SIM_TEMU_UN_SHIPPING;
}

static void
put_group(const wb_sim_visit *visit, const wb_sim_temu_facts pair[2], wb_json_writer *writer)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_json_open(writer, '{');
    wb_json_put_key(writer, "combinedShippingGroup");
    wb_json_open(writer, '[');
    for (int i = 0; i < 2; i++) {
        wb_sim_market_id(visit->sim->market, id, pair[i].order);
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "parentOrderSn", wb_view_of(id));
        wb_json_member_int(writer, "parentOrderStatus", pair[i].status);
        member_time(writer, "parentOrderTime", pair[i].created_utc_us);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

void
wb_sim_temu_on_combined(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    wb_sim_temu_facts pair[2];
    wb_json_writer writer;
    int count = 0;

    wb_sim_temu_open(visit, &writer);
    for (uint32_t order = wb_sim_market_given(visit->sim->market);
         order-- > 0 && count < COMBINED_MAX;) {
        uint32_t buyer = wb_sim_temu_buyer(self, order);
        if (buyer == order || !is_open(self, seller, order, &pair[1]) ||
            !is_open(self, seller, buyer, &pair[0]))
            continue;
        if (!count++) {
            wb_json_open(&writer, '{');
            wb_json_put_key(&writer, "combinedShippingGroups");
            wb_json_open(&writer, '[');
        }
        put_group(visit, pair, &writer);
    }
    if (count)
        wb_json_close(&writer, ']');
    else
        wb_json_put_null(&writer);
    wb_sim_temu_close(visit, &writer);
}
