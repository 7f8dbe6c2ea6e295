/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage - what becomes of each member of an order, a listing, a shipment, of stock and of a
 * report
 */
#include "actors/connectors/sample/sample.h"

#define MAPPED(kind, member, field)                                                                \
    {                                                                                              \
        WB_RECORD_##kind, "sample", member, field, NULL                                            \
    }
#define MADE(kind, field, how)                                                                     \
    {                                                                                              \
        WB_RECORD_##kind, "sample", NULL, field, how                                               \
    }
#define LEFT(kind, member, why)                                                                    \
    {                                                                                              \
        WB_RECORD_##kind, "sample", member, NULL, why                                              \
    }

const wb_coverage sample_coverage[] = {
    MADE(ORDER, "channel", "always sample"),
    MAPPED(ORDER, "id", "external_id"),
    MAPPED(ORDER, "reference", "seller_order_id"),
    MAPPED(ORDER, "created", "purchased_at"),
    MAPPED(ORDER, "updated", "updated_at"),
    MAPPED(ORDER, "status", "status, channel_status"),
    LEFT(ORDER, "currency", "of the amounts in it"),
    MAPPED(ORDER, "total", "total"),
    MAPPED(ORDER, "lines.id", "lines[].line_id"),
    MAPPED(ORDER, "lines.sku", "lines[].sku"),
    MAPPED(ORDER, "lines.quantity", "lines[].quantity"),
    MAPPED(ORDER, "lines.price", "lines[].price"),

    MADE(LISTING, "channel", "always sample"),
    MADE(LISTING, "status", "always active"),
    MAPPED(LISTING, "id", "external_id"),
    MAPPED(LISTING, "sku", "sku"),
    MAPPED(LISTING, "quantity", "shown.quantity"),
    MAPPED(LISTING, "updated", "updated_at"),

    MADE(SHIPMENT, "source", "always sample"),
    MADE(SHIPMENT, "status", "always shipped"),
    MAPPED(SHIPMENT, "id", "external_id"),
    MAPPED(SHIPMENT, "reference", "reference"),
    LEFT(SHIPMENT, "account", "with the order, the root of it"),
    MAPPED(SHIPMENT, "order", "order_id"),
    MAPPED(SHIPMENT, "carrier", "carrier"),
    MAPPED(SHIPMENT, "tracking", "tracking"),
    MAPPED(SHIPMENT, "shipped", "shipped_at"),
    MAPPED(SHIPMENT, "updated", "updated_at"),
    MAPPED(SHIPMENT, "lines.sku", "lines[].sku"),
    MAPPED(SHIPMENT, "lines.quantity", "lines[].quantity"),

    MADE(INVENTORY, "source", "always sample"),
    MADE(INVENTORY, "external_id", "warehouse and SKU"),
    MAPPED(INVENTORY, "warehouse", "warehouse"),
    MAPPED(INVENTORY, "sku", "sku"),
    MAPPED(INVENTORY, "quantity", "available"),
    MAPPED(INVENTORY, "updated", "updated_at"),

    MADE(METRIC, "external_id", "report, month and SKU"),
    MADE(METRIC, "source", "always sample"),
    MAPPED(METRIC, "report", "report"),
    MAPPED(METRIC, "month", "month"),
    MAPPED(METRIC, "sku", "sku"),
    MAPPED(METRIC, "days.day", "days[].day"),
    MAPPED(METRIC, "days.units", "days[].units"),
    MAPPED(METRIC, "days.orders", "days[].orders"),
    MAPPED(METRIC, "days.refunded", "days[].units_refunded"),
    MAPPED(METRIC, "days.sales", "days[].sales"),
    MAPPED(METRIC, "days.refunds", "days[].refunds"),
    LEFT(METRIC, "days.currency", "of the amounts beside it"),
    {WB_RECORD_NONE, NULL, NULL, NULL, NULL},
};
