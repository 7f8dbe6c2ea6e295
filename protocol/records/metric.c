/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/metric.h"

#include "protocol/records/field_rows.h"

#define HEAD WB_METRIC_OWNS_HEAD

static const wb_field day_fields[] = {
    TEXT(1, wb_metric_day, day, REQUIRED | WB_FIELD_KEY, 0, "2026-11-30, by the store's clock"),
    INT(2, wb_metric_day, units, 0, 0, "pieces that were ordered"),
    INT(3, wb_metric_day, orders, 0, 0, "order lines"),
    INT(4, wb_metric_day, units_refunded, 0, 0, "pieces that were refunded"),
    MONEY(5, wb_metric_day, sales, 0, 0, "sold for"),
    MONEY(6, wb_metric_day, refunds, 0, 0, "refunded"),
    INT(7, wb_metric_day, page_views, 0, 0, "page views"),
    INT(8, wb_metric_day, sessions, 0, 0, "visits"),
    INT(9, wb_metric_day, buy_box_percent, 0, 0, "hundredths of a per cent of views with it"),
    INT(10, wb_metric_day, impressions, 0, 0, "advertisements shown"),
    INT(11, wb_metric_day, clicks, 0, 0, "clicks on them"),
    MONEY(12, wb_metric_day, spend, 0, 0, "paid for them"),
    MONEY(13, wb_metric_day, ad_sales, 0, 0, "sold by them"),
    INT(14, wb_metric_day, ad_orders, 0, 0, "orders by them"),
    INT(15, wb_metric_day, ad_units, 0, 0, "pieces by them"),
    FIELDS_END,
};

const wb_field wb_metric_fields[] = {
    TEXT(1, wb_metric, external_id, REQUIRED, HEAD, "report, thing and month"),
    TEXT(2, wb_metric, report, REQUIRED, HEAD, "the report, as the source names it"),
    TEXT(3, wb_metric, month, REQUIRED, HEAD, "2026-11"),
    TEXT(4, wb_metric, marketplace, 0, HEAD, "the channel's marketplace id"),
    TEXT(5, wb_metric, source, REQUIRED, HEAD, "the connector it came from"),
    TEXT(6, wb_metric, sku, 0, HEAD, "the seller's SKU"),
    TEXT(7, wb_metric, asin, 0, HEAD, "the channel's product id"),
    TEXT(8, wb_metric, campaign_id, 0, HEAD, "the campaign"),
    TEXT(9, wb_metric, campaign, 0, HEAD, "its name"),
    TEXT(10, wb_metric, ad_group_id, 0, HEAD, "the group of advertisements"),
    TEXT(11, wb_metric, ad_group, 0, HEAD, "its name"),
    TEXT(12, wb_metric, search_term, 0, HEAD, "what the buyer searched for"),
    TEXT(13, wb_metric, keyword, 0, HEAD, "the keyword that it matched"),
    TIME(14, wb_metric, updated_utc_us, "updated_at", 0, HEAD, "when the report was made"),
    LIST(15, wb_metric, days, day_fields, wb_metric_day, 0, WB_METRIC_OWNS_DAYS, "day by day"),
    READING(16, wb_metric, HEAD),
    FIELDS_END,
};
