/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map2026 - one order of the Orders API 2026-01-01
 *
 * What the application has no role for, or did not ask for, is not there, and no error. Prices are
 * of one unit in `product.price`, of the line in `proceeds.breakdowns`.
 */
#include <string.h>

#include "actors/connectors/amazon/map.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

/* What the tables fill, and what is walked after them. */
typedef struct {
    wb_order order;
    wb_view status, by;
    wb_json_ref aliases, programs, breakdowns, registrations, items, packages;
} order_parts;

static const wb_json_member associated_rows[] = {
    WB_MEMBER(wb_order_relation, external_id, "orderId", CODE),
    WB_MEMBER(wb_order_relation, relation, "associationType", TEXT),
};

static const wb_json_member channel_rows[] = {
    WB_MEMBER(wb_order, sales_channel, "channelName", TEXT),
    WB_MEMBER(wb_order, marketplace, "marketplaceId", CODE),
    WB_MEMBER(wb_order, marketplace_name, "marketplaceName", TEXT),
};

static const wb_json_member proceeds_rows[] = {
    /* what the buyer pays is not told */
    WB_MEMBER(order_parts, order.proceeds_total, "grandTotal", MONEY),
    WB_MEMBER(order_parts, breakdowns, "breakdowns", REF),
};

static const wb_json_member execution_rows[] = {
    WB_MEMBER(wb_order_payment, method, "paymentMethod", TEXT),
    WB_MEMBER(wb_order_payment, amount, "paymentAmount", MONEY),
    WB_MEMBER(wb_order_payment, acquirer_id, "acquirerId", TEXT),
    WB_MEMBER(wb_order_payment, card_brand, "cardBrand", TEXT),
    WB_MEMBER(wb_order_payment, authorization, "authorizationCode", TEXT),
};

static const wb_json_member payment_rows[] = {
    WB_MEMBERS_LIST(wb_order, payments, "paymentExecutions", execution_rows, wb_order_payment),
};

static const wb_json_member invoicing_rows[] = {
    WB_MEMBER(order_parts, order.buyer.invoice_preference, "buyerInvoicePreference", TEXT),
    WB_MEMBER(order_parts, order.invoice_status, "invoiceStatus", TEXT),
};

static const wb_json_member tax_rows[] = {
    WB_MEMBER(order_parts, registrations, "taxRegistrations", REF),
    WB_MEMBERS_INSIDE("taxInvoicing", invoicing_rows),
};

static const wb_json_member ship_rows[] = {
    WB_MEMBER(order_parts, order.ship_after_utc_us, "earliestDateTime", TIME),
    WB_MEMBER(order_parts, order.ship_by_utc_us, "latestDateTime", TIME),
};

static const wb_json_member deliver_rows[] = {
    WB_MEMBER(order_parts, order.deliver_after_utc_us, "earliestDateTime", TIME),
    WB_MEMBER(order_parts, order.deliver_by_utc_us, "latestDateTime", TIME),
};

static const wb_json_member fulfillment_rows[] = {
    WB_MEMBER(order_parts, status, "fulfillmentStatus", ID),
    WB_MEMBER(order_parts, by, "fulfilledBy", TEXT),
    WB_MEMBER(order_parts, order.service_level, "fulfillmentServiceLevel", TEXT),
    WB_MEMBERS_INSIDE("shipByWindow", ship_rows),
    WB_MEMBERS_INSIDE("deliverByWindow", deliver_rows),
};

static const wb_json_member order_rows[] = {
    WB_MEMBER(order_parts, order.external_id, "orderId", ID),
    WB_MEMBER(order_parts, aliases, "orderAliases", REF),
    WB_MEMBER(order_parts, order.purchased_utc_us, "createdTime", TIME),
    WB_MEMBER(order_parts, order.updated_utc_us, "lastUpdatedTime", TIME),
    WB_MEMBER(order_parts, programs, "programs", REF),
    WB_MEMBERS_LIST(order_parts, order.related, "associatedOrders", associated_rows,
                    wb_order_relation),
    WB_MEMBERS(order_parts, order, "salesChannel", channel_rows),
    WB_MEMBERS(order_parts, order, "buyer", amazon_buyer_2026_rows),
    WB_MEMBERS(order_parts, order, "recipient", amazon_recipient_2026_rows),
    WB_MEMBERS_INSIDE("proceeds", proceeds_rows),
    WB_MEMBERS(order_parts, order, "payment", payment_rows),
    WB_MEMBERS_INSIDE("tax", tax_rows),
    WB_MEMBERS_INSIDE("fulfillment", fulfillment_rows),
    WB_MEMBER(order_parts, items, "orderItems", REF),
    WB_MEMBER(order_parts, packages, "packages", REF),
};

typedef struct {
    wb_view id, type;
} alias;

static const wb_json_member alias_rows[] = {
    WB_MEMBER(alias, id, "aliasId", CODE),
    WB_MEMBER(alias, type, "aliasType", TEXT),
};

static wb_rc
map_aliases(wb_json *json, wb_json_ref array, wb_order *order, wb_err *err)
{
    for (AMAZON_EACH(json, child, array)) {
        alias one = {0};
        wb_rc rc = AMAZON_READ(json, child, alias_rows, &one, err);

        if (rc)
            return rc;
        if (!order->seller_order_id.len && wb_view_is(one.type, "SELLER_ORDER_ID"))
            order->seller_order_id = one.id;
    }
    return WB_OK;
}

/* The order that this one is sent instead of; the others stay in `related`. */
static void
find_replaced(wb_order *order)
{
    const wb_order_relation *related = order->related.items;

    for (size_t i = 0; !order->replaces.len && i < order->related.count; i++)
        if (wb_view_is(related[i].relation, "REPLACEMENT_ORIGINAL_ID") ||
            wb_view_is(related[i].relation, "EXCHANGE_ORIGINAL_ID"))
            order->replaces = related[i].external_id;
}

static wb_rc
map_proceeds(wb_json *json, wb_json_ref breakdowns, wb_order *order, wb_err *err)
{
    amazon_proceeds sums = {0};
    wb_rc rc = amazon_map_2026_proceeds(json, breakdowns, &sums, err);

    if (rc)
        return rc;
    order->item_total = amazon_sum_of(&sums.item);
    order->shipping_total = amazon_sum_of(&sums.shipping);
    order->gift_wrap_total = amazon_sum_of(&sums.gift_wrap);
    order->cod_fee_total = amazon_sum_of(&sums.cod_fee);
    order->other_total = amazon_sum_of(&sums.other);
    order->tip_total = amazon_sum_of(&sums.tip);
    order->tip_status = sums.tip_status;
    amazon_sum_add(&sums.tax, amazon_sum_of(&sums.shipping_tax));
    amazon_sum_add(&sums.tax, amazon_sum_of(&sums.gift_wrap_tax));
    amazon_sum_add(&sums.tax, amazon_sum_of(&sums.other_tax));
    order->tax_total = amazon_sum_of(&sums.tax);
    order->discount_total = amazon_positive(amazon_sum_of(&sums.discount));
    return WB_OK;
}

static const wb_json_member package_item_rows[] = {
    WB_MEMBER(wb_order_package_item, line_id, "orderItemId", CODE),
    WB_MEMBER(wb_order_package_item, quantity, "quantity", INT),
};

static const wb_json_member package_status_rows[] = {
    WB_MEMBER(wb_order_package, status, "status", TEXT),
    WB_MEMBER(wb_order_package, detail, "detailedStatus", TEXT),
};

static const wb_json_member package_rows[] = {
    WB_MEMBER(wb_order_package, package_id, "packageReferenceId", CODE),
    WB_MEMBER(wb_order_package, created_utc_us, "createdTime", TIME),
    WB_MEMBERS_INSIDE("packageStatus", package_status_rows),
    WB_MEMBER(wb_order_package, carrier, "carrier", TEXT),
    WB_MEMBER(wb_order_package, shipped_utc_us, "shipTime", TIME),
    WB_MEMBER(wb_order_package, service, "shippingService", TEXT),
    WB_MEMBER(wb_order_package, tracking, "trackingNumber", CODE),
    WB_MEMBERS_LIST(wb_order_package, items, "packageItems", package_item_rows,
                    wb_order_package_item),
};

static const wb_json_member packages_row =
    WB_MEMBERS_LIST(wb_order, packages, "packages", package_rows, wb_order_package);

/* A package is known by its id: one without cannot be told from the others. */
static void
drop_nameless(wb_json *json, wb_field_list *packages)
{
    wb_order_package *items = packages->items;
    size_t kept = 0;

    for (size_t i = 0; i < packages->count; i++) {
        if (items[i].package_id.len) {
            items[kept++] = items[i];
            continue;
        }
        wb_free(&items[i].items.items);
        wb_answer_leave_out(json, "packages");
    }
    packages->count = kept;
}

static wb_rc
map_parts(wb_json *json, const order_parts *parts, wb_order *order, wb_err *err)
{
    wb_rc rc = map_aliases(json, parts->aliases, order, err);

    if (!order->ship_to.district.len)
        order->ship_to.district = order->ship_to.municipality;
    find_replaced(order);
    if (order->payments.count) /* several executions: the first names the method */
        order->payment_method = ((const wb_order_payment *)order->payments.items)->method;
    if (!rc)
        rc = map_proceeds(json, parts->breakdowns, order, err);
    if (!rc)
        rc = amazon_map_2026_tax(json, parts->registrations, order, err);
    if (!rc)
        rc = amazon_map_2026_lines(json, parts->items, parts->programs, order, err);
    if (!rc)
        rc = wb_json_members_list(json, parts->packages, &packages_row, &order->packages, err);
    if (!rc)
        drop_nameless(json, &order->packages);
    return rc;
}

wb_rc
amazon_map_2026(wb_json *json, wb_json_ref ref, wb_mapped *out, wb_err *err)
{
    order_parts parts = {.order = {.channel = out->order.channel}};
    wb_order *order = &out->order;
    wb_rc rc = AMAZON_READ(json, ref, order_rows, &parts, err);

    *order = parts.order; /* with its lists, which are freed with it */
    if (rc)
        return rc;
    if (!parts.status.len)
        return wb_fail(err, WB_REJECT, "no fulfillmentStatus: included_data lacks FULFILLMENT");
    amazon_map_status(parts.status, out);
    order->fulfilled_by = amazon_fulfilled_by(parts.by);
    rc = map_parts(json, &parts, order, err);
    if (rc)
        return rc;
    amazon_sum_lines(order);
    out->owners = amazon_owners(order, wb_json_is_list(json, parts.items),
                                wb_json_is_list(json, parts.packages));
    return WB_OK;
}
