/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice_types - what the schemas of the notifications say, as far as anything hangs on it
 *
 * Required here is what identifies the thing that changed. The schemas mark nearly everything
 * required; live messages leave most of it out, and an order whose id is told is fetched.
 */
#include "actors/connectors/amazon/notices.h"

#include "protocol/base/own.h"

#define CHANGE "OrderChangeNotification"
#define STATUS "OrderStatusChangeNotification"
#define OFFER "AnyOfferChangedNotification"
#define FEED "feedProcessingFinishedNotification"
#define REPORT "reportProcessingFinishedNotification"

static const amazon_member_rule order_change[] = {
    {{CHANGE},                                            AMAZON_IS_OBJECT,       true },
    {{CHANGE, "AmazonOrderId"},                           AMAZON_IS_TEXT,         true },
    {{CHANGE, "NotificationLevel"},                       AMAZON_IS_TEXT,         false},
    {{CHANGE, "SellerId"},                                AMAZON_IS_TEXT,         false},
    {{CHANGE, "OrderChangeType"},                         AMAZON_IS_TEXT,         false},
    {{CHANGE, "OrderChangeTrigger"},                      AMAZON_IS_OBJECT,       false},
    {{CHANGE, "OrderChangeTrigger", "TimeOfOrderChange"}, AMAZON_IS_TEXT_OR_NULL, false},
    {{CHANGE, "Summary"},                                 AMAZON_IS_OBJECT,       false},
    {{CHANGE, "Summary", "OrderStatus"},                  AMAZON_IS_TEXT,         false},
    {{CHANGE, "Summary", "OrderItems"},                   AMAZON_IS_ARRAY,        false},
    {{NULL},                                              AMAZON_IS_TEXT,         false},
};

/* Withdrawn at the end of 2023; its schema is no longer published. */
static const amazon_member_rule order_status_change[] = {
    {{STATUS},                  AMAZON_IS_OBJECT, true },
    {{STATUS, "AmazonOrderId"}, AMAZON_IS_TEXT,   true },
    {{NULL},                    AMAZON_IS_TEXT,   false},
};

static const amazon_member_rule any_offer_changed[] = {
    {{OFFER},                                            AMAZON_IS_OBJECT, true },
    {{OFFER, "SellerId"},                                AMAZON_IS_TEXT,   true },
    {{OFFER, "OfferChangeTrigger"},                      AMAZON_IS_OBJECT, true },
    {{OFFER, "OfferChangeTrigger", "MarketplaceId"},     AMAZON_IS_TEXT,   true },
    {{OFFER, "OfferChangeTrigger", "ASIN"},              AMAZON_IS_TEXT,   true },
    {{OFFER, "OfferChangeTrigger", "ItemCondition"},     AMAZON_IS_TEXT,   true },
    {{OFFER, "OfferChangeTrigger", "TimeOfOfferChange"}, AMAZON_IS_TEXT,   true },
    {{OFFER, "Summary"},                                 AMAZON_IS_OBJECT, true },
    {{OFFER, "Offers"},                                  AMAZON_IS_ARRAY,  true },
    {{NULL},                                             AMAZON_IS_TEXT,   false},
};

static const amazon_member_rule feed_finished[] = {
    {{FEED},                         AMAZON_IS_OBJECT,       true },
    {{FEED, "accountId"},            AMAZON_IS_TEXT,         true },
    {{FEED, "feedId"},               AMAZON_IS_TEXT,         true },
    {{FEED, "feedType"},             AMAZON_IS_TEXT,         true },
    {{FEED, "processingStatus"},     AMAZON_IS_TEXT,         true },
    {{FEED, "resultFeedDocumentId"}, AMAZON_IS_TEXT_OR_NULL, false},
    {{NULL},                         AMAZON_IS_TEXT,         false},
};

static const amazon_member_rule report_finished[] = {
    {{REPORT},                     AMAZON_IS_OBJECT,       true },
    {{REPORT, "accountId"},        AMAZON_IS_TEXT,         true },
    {{REPORT, "reportId"},         AMAZON_IS_TEXT,         true },
    {{REPORT, "reportType"},       AMAZON_IS_TEXT,         true },
    {{REPORT, "processingStatus"}, AMAZON_IS_TEXT,         true },
    {{REPORT, "reportDocumentId"}, AMAZON_IS_TEXT_OR_NULL, false},
    {{NULL},                       AMAZON_IS_TEXT,         false},
};

static const amazon_member_rule inventory_changes[] = {
    {{"SellerId"},                          AMAZON_IS_TEXT,  true },
    {{"FNSKU"},                             AMAZON_IS_TEXT,  true },
    {{"ASIN"},                              AMAZON_IS_TEXT,  true },
    {{"SKU"},                               AMAZON_IS_TEXT,  true },
    {{"FulfillmentInventoryByMarketplace"}, AMAZON_IS_ARRAY, true },
    {{NULL},                                AMAZON_IS_TEXT,  false},
};

static const amazon_member_rule listing_status[] = {
    {{"SellerId"},      AMAZON_IS_TEXT,         true },
    {{"MarketplaceId"}, AMAZON_IS_TEXT_OR_NULL, false},
    {{"Asin"},          AMAZON_IS_TEXT_OR_NULL, false},
    {{"Sku"},           AMAZON_IS_TEXT,         true },
    {{"Status"},        AMAZON_IS_ARRAY,        true },
    {{NULL},            AMAZON_IS_TEXT,         false},
};

static const amazon_member_rule nothing[] = {
    {{NULL}, AMAZON_IS_TEXT, false}
};

static const char *const change_order[] = {CHANGE, "AmazonOrderId", NULL};
static const char *const change_time[] = {CHANGE, "OrderChangeTrigger", "TimeOfOrderChange", NULL};
static const char *const status_order[] = {STATUS, "AmazonOrderId", NULL};

/* Feeds and reports say "1.0" at times where their schemas say a date. */
static const amazon_notice_type types[] = {
    {"ORDER_CHANGE",                       {"1.0"},               order_change,        change_order, change_time},
    {"ORDER_STATUS_CHANGE",                {NULL},                order_status_change, status_order, NULL       },
    {"ANY_OFFER_CHANGED",                  {"1.0"},               any_offer_changed,   NULL,         NULL       },
    {"FEED_PROCESSING_FINISHED",           {"2020-09-04", "1.0"}, feed_finished,       NULL,         NULL       },
    {"REPORT_PROCESSING_FINISHED",         {"2020-09-04", "1.0"}, report_finished,     NULL,         NULL       },
    {"FBA_INVENTORY_AVAILABILITY_CHANGES", {"1.0"},               inventory_changes,   NULL,         NULL       },
    {"LISTINGS_ITEM_STATUS_CHANGE",        {"1.0"},               listing_status,      NULL,         NULL       },
    {"LISTINGS_ITEM_STATUS_CHANGED",       {"1.0"},               listing_status,      NULL,         NULL       }, /* as its schema says */
    {AMAZON_TEST_NOTICE,                   {NULL},                nothing,             NULL,         NULL       },
};

const amazon_notice_type *
amazon_notice_type_find(wb_view name)
{
    for (size_t i = 0; i < WB_COUNT(types); i++)
        if (wb_view_is(name, types[i].name))
            return &types[i];
    return NULL;
}
