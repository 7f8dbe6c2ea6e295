/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sent - which orders their channel ships itself, and which of them the ERP is told
 */
#include "actors/connectors/lingxing/lingxing.h"

bool
lingxing_is_channels(const wb_order *order)
{
    return wb_view_is(order->fulfilled_by, "channel");
}

bool
lingxing_is_shipped(const wb_order *order)
{
    return order->status == WB_ORDER_SHIPPED || order->status == WB_ORDER_INVOICED;
}

wb_view
lingxing_tracking_of(const wb_order *order)
{
    const wb_order_package *packages = order->packages.items;

    for (size_t i = 0; i < order->packages.count; i++)
        if (packages[i].tracking.len)
            return packages[i].tracking;
    return (wb_view){NULL, 0};
}

bool
lingxing_is_told(const lingxing_options *options, const wb_order *order)
{
    return options->tell_shipped && lingxing_is_channels(order) && lingxing_is_shipped(order) &&
           lingxing_tracking_of(order).len > 0;
}
