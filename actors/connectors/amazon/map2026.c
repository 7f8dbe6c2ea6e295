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

static const amazon_member associated_rows[] = {
    AMAZON_MEMBER(wb_order_relation, external_id, "orderId", CODE),
    AMAZON_MEMBER(wb_order_relation, relation, "associationType", TEXT),
};

static const amazon_member channel_rows[] = {
    AMAZON_MEMBER(wb_order, sales_channel, "channelName", TEXT),
    AMAZON_MEMBER(wb_order, marketplace, "marketplaceId", CODE),
    AMAZON_MEMBER(wb_order, marketplace_name, "marketplaceName", TEXT),
};

static const amazon_member proceeds_rows[] = {
    /* what the buyer pays is not told */
    AMAZON_MEMBER(order_parts, order.proceeds_total, "grandTotal", MONEY),
    AMAZON_MEMBER(order_parts, breakdowns, "breakdowns", REF),
};

static const amazon_member execution_rows[] = {
    AMAZON_MEMBER(wb_order_payment, method, "paymentMethod", TEXT),
    AMAZON_MEMBER(wb_order_payment, amount, "paymentAmount", MONEY),
    AMAZON_MEMBER(wb_order_payment, acquirer_id, "acquirerId", TEXT),
    AMAZON_MEMBER(wb_order_payment, card_brand, "cardBrand", TEXT),
    AMAZON_MEMBER(wb_order_payment, authorization, "authorizationCode", TEXT),
};

static const amazon_member payment_rows[] = {
    AMAZON_ITEMS(wb_order, payments, "paymentExecutions", execution_rows, wb_order_payment),
};

static const amazon_member invoicing_rows[] = {
    AMAZON_MEMBER(order_parts, order.buyer.invoice_preference, "buyerInvoicePreference", TEXT),
    AMAZON_MEMBER(order_parts, order.invoice_status, "invoiceStatus", TEXT),
};

static const amazon_member tax_rows[] = {
    AMAZON_MEMBER(order_parts, registrations, "taxRegistrations", REF),
    AMAZON_INSIDE("taxInvoicing", invoicing_rows),
};

static const amazon_member ship_rows[] = {
    AMAZON_MEMBER(order_parts, order.ship_after_utc_us, "earliestDateTime", TIME),
    AMAZON_MEMBER(order_parts, order.ship_by_utc_us, "latestDateTime", TIME),
};

static const amazon_member deliver_rows[] = {
    AMAZON_MEMBER(order_parts, order.deliver_after_utc_us, "earliestDateTime", TIME),
    AMAZON_MEMBER(order_parts, order.deliver_by_utc_us, "latestDateTime", TIME),
};

static const amazon_member fulfillment_rows[] = {
    AMAZON_MEMBER(order_parts, status, "fulfillmentStatus", ID),
    AMAZON_MEMBER(order_parts, by, "fulfilledBy", TEXT),
    AMAZON_MEMBER(order_parts, order.service_level, "fulfillmentServiceLevel", TEXT),
    AMAZON_INSIDE("shipByWindow", ship_rows),
    AMAZON_INSIDE("deliverByWindow", deliver_rows),
};

static const amazon_member order_rows[] = {
    AMAZON_MEMBER(order_parts, order.external_id, "orderId", ID),
    AMAZON_MEMBER(order_parts, aliases, "orderAliases", REF),
    AMAZON_MEMBER(order_parts, order.purchased_utc_us, "createdTime", TIME),
    AMAZON_MEMBER(order_parts, order.updated_utc_us, "lastUpdatedTime", TIME),
    AMAZON_MEMBER(order_parts, programs, "programs", REF),
    AMAZON_ITEMS(order_parts, order.related, "associatedOrders", associated_rows,
                 wb_order_relation),
    AMAZON_MEMBERS(order_parts, order, "salesChannel", channel_rows),
    AMAZON_MEMBERS(order_parts, order, "buyer", amazon_buyer_2026_rows),
    AMAZON_MEMBERS(order_parts, order, "recipient", amazon_recipient_2026_rows),
    AMAZON_INSIDE("proceeds", proceeds_rows),
    AMAZON_MEMBERS(order_parts, order, "payment", payment_rows),
    AMAZON_INSIDE("tax", tax_rows),
    AMAZON_INSIDE("fulfillment", fulfillment_rows),
    AMAZON_MEMBER(order_parts, items, "orderItems", REF),
    AMAZON_MEMBER(order_parts, packages, "packages", REF),
};

typedef struct {
    wb_view id, type;
} alias;

static const amazon_member alias_rows[] = {
    AMAZON_MEMBER(alias, id, "aliasId", CODE),
    AMAZON_MEMBER(alias, type, "aliasType", TEXT),
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

static const amazon_member package_item_rows[] = {
    AMAZON_MEMBER(wb_order_package_item, line_id, "orderItemId", CODE),
    AMAZON_MEMBER(wb_order_package_item, quantity, "quantity", INT),
};

static const amazon_member package_status_rows[] = {
    AMAZON_MEMBER(wb_order_package, status, "status", TEXT),
    AMAZON_MEMBER(wb_order_package, detail, "detailedStatus", TEXT),
};

static const amazon_member package_rows[] = {
    AMAZON_MEMBER(wb_order_package, package_id, "packageReferenceId", CODE),
    AMAZON_MEMBER(wb_order_package, created_utc_us, "createdTime", TIME),
    AMAZON_INSIDE("packageStatus", package_status_rows),
    AMAZON_MEMBER(wb_order_package, carrier, "carrier", TEXT),
    AMAZON_MEMBER(wb_order_package, shipped_utc_us, "shipTime", TIME),
    AMAZON_MEMBER(wb_order_package, service, "shippingService", TEXT),
    AMAZON_MEMBER(wb_order_package, tracking, "trackingNumber", CODE),
    AMAZON_ITEMS(wb_order_package, items, "packageItems", package_item_rows, wb_order_package_item),
};

static const amazon_member packages_row =
    AMAZON_ITEMS(wb_order, packages, "packages", package_rows, wb_order_package);

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
        rc = amazon_list(json, parts->packages, &packages_row, &order->packages, err);
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
    out->owners = amazon_owners(order, amazon_is_list(json, parts.items),
                                amazon_is_list(json, parts.packages));
    return WB_OK;
}
