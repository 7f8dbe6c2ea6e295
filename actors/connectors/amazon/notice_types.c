/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice_types - the types of notification that are known, and where in them stands what is needed
 *
 * Of an order that changed its id is needed, and nothing else: it is fetched. The schemas mark
 * nearly everything required; live messages leave most of it out, or say null. Of a type that
 * nobody consumes nothing is needed.
 */
#include "actors/connectors/amazon/notices.h"

#include "protocol/base/own.h"

#define CHANGE "OrderChangeNotification"
#define STATUS "OrderStatusChangeNotification"

static const char *const change_order[] = {CHANGE, "AmazonOrderId", NULL};
static const char *const change_seller[] = {CHANGE, "SellerId", NULL};
static const char *const change_time[] = {CHANGE, "OrderChangeTrigger", "TimeOfOrderChange", NULL};
static const char *const status_order[] = {STATUS, "AmazonOrderId", NULL};
static const char *const status_seller[] = {STATUS, "SellerId", NULL};

/* Feeds and reports say "1.0" at times where their schemas say a date. */
static const amazon_notice_type types[] = {
    {"ORDER_CHANGE",                       {"1.0"},               change_order, change_seller, change_time},
 /* withdrawn at the end of 2023; its schema is no longer published */
    {"ORDER_STATUS_CHANGE",                {NULL},                status_order, status_seller, NULL       },
    {"ANY_OFFER_CHANGED",                  {"1.0"},               NULL,         NULL,          NULL       },
    {"FEED_PROCESSING_FINISHED",           {"2020-09-04", "1.0"}, NULL,         NULL,          NULL       },
    {"REPORT_PROCESSING_FINISHED",         {"2020-09-04", "1.0"}, NULL,         NULL,          NULL       },
    {"FBA_INVENTORY_AVAILABILITY_CHANGES", {"1.0"},               NULL,         NULL,          NULL       },
    {"LISTINGS_ITEM_STATUS_CHANGE",        {"1.0"},               NULL,         NULL,          NULL       },
 /* as its schema says */
    {"LISTINGS_ITEM_STATUS_CHANGED",       {"1.0"},               NULL,         NULL,          NULL       },
    {AMAZON_TEST_NOTICE,                   {NULL},                NULL,         NULL,          NULL       },
};

const amazon_notice_type *
amazon_notice_type_find(wb_view name)
{
    for (size_t i = 0; i < WB_COUNT(types); i++)
        if (wb_view_is(name, types[i].name))
            return &types[i];
    return NULL;
}
