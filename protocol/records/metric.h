/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metric - what a report says of a SKU, a campaign or a search term, day by day, a month in one
 * record
 */
#ifndef WB_PROTOCOL_RECORDS_METRIC_H
#define WB_PROTOCOL_RECORDS_METRIC_H

#include "protocol/canonical.h"

typedef struct {
    wb_view day; /* "2026-11-30", in the store's own time zone, as the report says it */
    wb_count units, orders, units_refunded, page_views, sessions, buy_box_percent;
    wb_count impressions, clicks;
    wb_money sales, refunds, spend, ad_sales;
    wb_count ad_orders, ad_units;
} wb_metric_day;

typedef struct {
    wb_view external_id; /* report, thing and month */
    wb_view report, month, marketplace, source;
    wb_view sku, asin, campaign_id, campaign, ad_group_id, ad_group, search_term, keyword;
    int64_t updated_utc_us;
    wb_field_list days; /* wb_metric_day */
    wb_view left_out, repaired;
} wb_metric;

/* Owner groups: as wb_order_owner. */
typedef enum { WB_METRIC_OWNS_HEAD = 1, WB_METRIC_OWNS_DAYS = 2 } wb_metric_owner;

extern const wb_field wb_metric_fields[];

#endif
