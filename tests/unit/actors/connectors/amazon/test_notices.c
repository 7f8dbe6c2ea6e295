/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define META "\"NotificationMetadata\":{\"NotificationId\":\"n-1\"}"
#define CHANGE(payload)                                                                            \
    "{\"NotificationType\":\"ORDER_CHANGE\",\"EventTime\":\"2026-01-02T00:00:00Z\",\"Payload\":"   \
    "{\"OrderChangeNotification\":{" payload "}}," META "}"
#define GOOD                                                                                       \
    CHANGE("\"AmazonOrderId\":\"123-1\",\"OrderChangeTrigger\":{\"TimeOfOrderChange\":"            \
           "\"2026-01-01T00:00:00.25Z\"}")
#define TYPE(type, payload) "{\"NotificationType\":\"" type "\",\"Payload\":" payload "," META "}"
#define VERSION(type, version, payload)                                                            \
    "{\"NotificationType\":\"" type "\",\"PayloadVersion\":" version ",\"Payload\":" payload       \
    "," META "}"
#define ORDER_9 "{\"OrderChangeNotification\":{\"AmazonOrderId\":\"9\"}}"
#define FEED_1                                                                                     \
    "{\"feedProcessingFinishedNotification\":{\"accountId\":\"a\",\"feedId\":\"f\",\"feedType\":"  \
    "\"t\",\"processingStatus\":\"DONE\"}}"
#define DEEP20 "[[[[[[[[[[[[[[[[[[[["
#define DEEP100 DEEP20 DEEP20 DEEP20 DEEP20 DEEP20

static const struct {
    const char *label, *body;
    wb_outcome outcome;
    const char *external, *reason, *seen;
} cases[] = {
    {"a change",                                                 GOOD,                                               WB_OUTCOME_NONE,                                                                               "123-1","", "n-1"},
    {"in an event of EventBridge",
     "{\"version\":\"0\",\"detail-type\":\"ORDER_CHANGE\",\"detail\":" GOOD "}",                                     WB_OUTCOME_NONE,
     "123-1","", "n-1"},
    {"in camel case",
     "{\"notificationType\":\"ORDER_CHANGE\",\"payload\":{\"orderChangeNotification\":"
     "{\"amazonOrderId\":\"9\"}},\"notificationMetadata\":{\"notificationId\":\"n-2\"}}",                            WB_OUTCOME_NONE,                                                                               "9","", "n-2"},
    {"a null time is none",
     CHANGE("\"AmazonOrderId\":\"9\",\"OrderChangeTrigger\":{\"TimeOfOrderChange\":null}"),
     WB_OUTCOME_NONE,                                                                                                                                                                                               "9","", "n-1"},
    {"the time is a number",
     CHANGE("\"AmazonOrderId\":\"9\",\"OrderChangeTrigger\":{\"TimeOfOrderChange\":5}"),
     WB_OUTCOME_NONE,                                                                                                                                                                                               "9","", "n-1"},
    {"no order id",                                              CHANGE("\"SellerId\":\"S\""),                       WB_OUTCOME_PARKED,                                                                             "","AmazonOrderId is missing",
     "n-1"},
    {"an empty order id",                                        CHANGE("\"AmazonOrderId\":\"\""),                   WB_OUTCOME_PARKED,                                                                             "",
     "AmazonOrderId is missing","n-1"},
    {"an order id as a number",                                  CHANGE("\"AmazonOrderId\":9"),                      WB_OUTCOME_PARKED,                                                                             "",
     "AmazonOrderId is not a text","n-1"},
    {"an order id that would change the path",                   CHANGE("\"AmazonOrderId\":\"../x\""),
     WB_OUTCOME_PARKED,                                                                                                                                                                                             "","not an order id","n-1"},
    {"an order id that would be two",                            CHANGE("\"AmazonOrderId\":\"1,2\""),                WB_OUTCOME_PARKED,                                                                             "",
     "not an order id","n-1"},
    {"no notification id",
     "{\"NotificationType\":\"ORDER_CHANGE\",\"Payload\":{\"OrderChangeNotification\":{"
     "\"AmazonOrderId\":\"9\"}}}",                                                                                   WB_OUTCOME_PARKED,                                                                             "","NotificationId is missing",""},
    {"no payload",                                               "{\"NotificationType\":\"ORDER_CHANGE\"," META "}", WB_OUTCOME_PARKED,                                                                             "",
     "AmazonOrderId is missing","n-1"},
    {"the withdrawn type with an order id",
     TYPE("ORDER_STATUS_CHANGE",                                                                                     "{\"OrderStatusChangeNotification\":{\"AmazonOrderId\":\"7\"}}"),
     WB_OUTCOME_NONE,"7","","n-1"},
    {"the withdrawn type without",
     TYPE("ORDER_STATUS_CHANGE",                                                                                 "{\"OrderStatusChangeNotification\":{}}"),                                                                                                                                                                                    WB_OUTCOME_PARKED,"",
     "AmazonOrderId is missing","n-1"},
    {"a known version of the payload",                                                     VERSION("ORDER_CHANGE",                                                                                                       "\"1.0\"",                                                                                                                                                                     ORDER_9),WB_OUTCOME_NONE,
     "9","", "n-1"},
    {"no version at all",                                                        VERSION("ORDER_CHANGE",                                                                                                        "null",                                                                                                                                                                                                ORDER_9),WB_OUTCOME_NONE,"9",                                    "",
     "n-1"},
    {"a version of another form",                                                  VERSION("ORDER_CHANGE",                                                                                     "\"2.0\"",ORDER_9),WB_OUTCOME_PARKED,
     "","unknown payload version: 2.0", "n-1"},
    {"a version that is no text",VERSION("ORDER_CHANGE","1.0",                                              ORDER_9),                     WB_OUTCOME_NONE,"9","",
     "n-1"},
    {"a feed by its schema's version",
     VERSION("FEED_PROCESSING_FINISHED",                                                                                  "\"2020-09-04\"",                                                                                                                                                                       FEED_1), WB_OUTCOME_FILTERED,"","",
     "n-1"},
    {"a feed by the version that live ones say",
     VERSION("FEED_PROCESSING_FINISHED",                                                                                                          "\"1.0\"",                                                                                                                                                                                                       FEED_1),WB_OUTCOME_FILTERED,"","", "n-1"},
    {"a feed of a later version",                                       VERSION("FEED_PROCESSING_FINISHED",                                                                                       "\"2031-01-01\"",                                                                                                                                                                                  FEED_1),
     WB_OUTCOME_PARKED,"","unknown payload version", "n-1"},
    {"a test without an id",
     "{\"notificationType\":\"TEST_NOTIFICATION\",\"payloadVersion\":\"1.0\",\"payload\":{"
     "\"testMessage\":\"hello\"}}",WB_OUTCOME_FILTERED,"","",""},
    {"an unknown type without an id",                                "{\"NotificationType\":\"PRICING_HEALTH\",\"Payload\":{}}",
     WB_OUTCOME_PARKED, "","unknown notification type",""},
    {"an unknown type",                                                     TYPE("PRICING_HEALTH",                                                                                                       "{}"),                                                                                                                                                                               WB_OUTCOME_PARKED,"",
     "unknown notification type: PRICING_HEALTH",                                    "n-1"},
    {"an unknown type that is not printable",                                                        TYPE("A\\u0001\\n\xc3\xa9",                                                                                                          "{}"),                                                                                                                                                                         WB_OUTCOME_PARKED,
     "","unknown notification type: A????","n-1"},
    {"a test",                                                        TYPE("TEST_NOTIFICATION",                                                                                                          "{\"testMessage\":\"x\"}"),                                                                                                                                                                                       WB_OUTCOME_FILTERED,"","",
     "n-1"},
    {"a feed",
     TYPE("FEED_PROCESSING_FINISHED",
     "{\"feedProcessingFinishedNotification\":{\"accountId\":\"a\",\"feedId\":\"f\","
          "\"feedType\":\"t\",\"processingStatus\":\"DONE\"}}"),
     WB_OUTCOME_FILTERED,"","","n-1"},
    {"a feed one level too high",
     TYPE("FEED_PROCESSING_FINISHED",                                                                         "{\"accountId\":\"a\",\"feedId\":\"f\"}"),
     WB_OUTCOME_FILTERED,"","","n-1"},
    {"a report without its id",
     TYPE("REPORT_PROCESSING_FINISHED",
     "{\"reportProcessingFinishedNotification\":{\"accountId\":\"a\",\"reportType\":\"t\","
          "\"processingStatus\":\"DONE\"}}"),
     WB_OUTCOME_FILTERED,"","","n-1"},
    {"stock without a list",
     TYPE("FBA_INVENTORY_AVAILABILITY_CHANGES",
     "{\"SellerId\":\"s\",\"FNSKU\":\"f\",\"ASIN\":\"a\",\"SKU\":\"k\","
          "\"FulfillmentInventoryByMarketplace\":{}}"),
     WB_OUTCOME_FILTERED,                                                                  "",                                                                                                                                                                                                                                                     "",                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "n-1"},
    {"a listing by its schema's spelling",
     TYPE("LISTINGS_ITEM_STATUS_CHANGED","{\"SellerId\":\"s\",\"Sku\":\"k\",\"Status\":[]}"),
     WB_OUTCOME_FILTERED,                         "",                                                                "",                                                                                             "n-1"},
    {"null for all but the order's id",
     "{\"NotificationType\":\"ORDER_CHANGE\",\"PayloadVersion\":null,\"EventTime\":null,"
     "\"Payload\":{\"OrderChangeNotification\":{\"AmazonOrderId\":\"9\",\"SellerId\":null,"
     "\"OrderChangeTrigger\":null,\"Summary\":null,\"NotificationLevel\":null}}," META "}",
     WB_OUTCOME_NONE,                                                                                                                                                                       "9","","n-1"},
    {"null for the items",                                                          CHANGE("\"AmazonOrderId\":\"9\",\"Summary\":{\"OrderItems\":null}"),
     WB_OUTCOME_NONE,                                                                                                                                                                     "9","","n-1"},
    {"wrong types of all but the order's id",
     CHANGE("\"AmazonOrderId\":\"9\",\"SellerId\":7,\"Summary\":\"x\",\"OrderChangeTrigger\":[]"),
     WB_OUTCOME_NONE,                                                                                                                                                                 "9","","n-1"},
    {"its time twice",
     CHANGE("\"AmazonOrderId\":\"9\",\"OrderChangeTrigger\":{\"TimeOfOrderChange\":1,"
            "\"TimeOfOrderChange\":2}"),
     WB_OUTCOME_NONE,                                                                                                                                                                                                  "9","","n-1"},
    {"half an emoji in what nobody reads",                                                        CHANGE("\"AmazonOrderId\":\"9\",\"x\":\"\\ud83d\""),
     WB_OUTCOME_NONE,                                                                                                                                                                                                  "9","","n-1"},
    {"Latin-1 in what nobody reads",                                                        CHANGE("\"AmazonOrderId\":\"9\",\"x\":\"\xe7\""),
     WB_OUTCOME_NONE,                                                                                                                                                                                                  "9","","n-1"},
    {"an order id that is broken",                                                        CHANGE("\"AmazonOrderId\":\"9\xe7\""),                                                                                                     WB_OUTCOME_PARKED,                                                                                                                                                                                                  "",
     "not a text","n-1"},
    {"of this seller",                                                        CHANGE("\"AmazonOrderId\":\"9\",\"SellerId\":\"OURS\""),                                                                                                     WB_OUTCOME_NONE,
     "9","","n-1"},
    {"of another seller",                                                        CHANGE("\"AmazonOrderId\":\"9\",\"SellerId\":\"THEIRS\""),
     WB_OUTCOME_PARKED,                                                                                                                                                                                                  "9","of another seller: THEIRS","n-1"},
    {"a type that is there twice",
     "{\"NotificationType\":\"TEST_NOTIFICATION\",\"NotificationType\":\"ORDER_CHANGE\"," META "}",
     WB_OUTCOME_PARKED,                                                                                                                                                                                                  "","twice","n-1"},
    {"a member twice",                                               CHANGE("\"AmazonOrderId\":\"1\",\"AmazonOrderId\":\"2\""),                                                                                            WB_OUTCOME_PARKED,
     "","twice","n-1"},
    {"no JSON",                                                        "hello",                                                                                                     WB_OUTCOME_PARKED,                                                                                                                                                                                                  "","not JSON",""},
    {"half of it",                               "{\"NotificationType\":\"ORDER_CHANGE\",\"Pay",                                                                            WB_OUTCOME_PARKED,                                                                                                                                                                         "",
     "not JSON",""},
    {"nothing",                                                   "",                                                                                                WB_OUTCOME_PARKED,                                                                                                                                                                                             "",     "empty",""},
    {"an array",                                                   "[]",                                                                                                WB_OUTCOME_PARKED,                                                                                                                                                                                             "",            "no NotificationType",                                                                    ""                                                                                                       },
    {"another object",                                                "{\"a\":1}",                                                                                                WB_OUTCOME_PARKED,                                                                                                                                                                                             "","no NotificationType",                                                             ""},
    {"too deep",                                                 DEEP100,                                                                                                 WB_OUTCOME_PARKED,                                                                                                                                                                                              "","not JSON",              ""},
    {"SNS around no JSON",                                                   "{\"Type\":\"Notification\",\"Message\":\"hi\"}",                                                                                                   WB_OUTCOME_PARKED,                                                                                                                                                                                                "",
     "wrapped notification is not JSON",""},
    {"a type that is no text",                                     "{\"NotificationType\":5," META "}",                                                                                     WB_OUTCOME_PARKED,                                                                                                                                                                                  "",
     "NotificationType is not a text","n-1"},
};

/* Everything that is kept lives in the arena, so the body may be on the heap: the sanitizer sees a
 * view that reaches out of it. */
static wb_item *
read_one(wb_json *json, wb_outcomes *out, wb_view body)
{
    wb_item *item;

    wb_outcomes_clear(out, 0);
    wb_outcomes_reserve(out, 5 * body.len + 64);
    item = wb_outcomes_item(out);
    item->body = body;
    item->record_kind = WB_RECORD_ORDER;
    amazon_notice_read(json, WB_VIEW_LIT("OURS"), out, item);
    return item;
}

/* What it says that it is, and whether it announces a record: then a route may want it as it is. */
static const struct {
    const char *body, *type;
    bool announces;
} types[] = {
    {CHANGE("\"AmazonOrderId\":\"9\""),                                                             "ORDER_CHANGE", true               },
    {CHANGE("\"AmazonOrderId\":7"),                                                                 "ORDER_CHANGE", true               }, /* parked, all the same */
    {"{\"NotificationType\":\"ORDER_CHANGE\",\"Payload\":{}}",                                      "ORDER_CHANGE", true               },
    {TYPE("ANY_OFFER_CHANGED",                                                                      "{}"),          "ANY_OFFER_CHANGED", false},
    {TYPE("TEST_NOTIFICATION",                                                                                             "{}"),                                                                                    "TEST_NOTIFICATION",      false},
    {TYPE("SOMETHING_NEW",                                                                                        "{}"),                                                                                                      "SOMETHING_NEW",                                                                                                 false},
    {"{\"detail\":" TYPE("SOMETHING_NEW",                                                                              "{}") "}","SOMETHING_NEW",false},
    {"{\"NotificationType\":5," META "}",       "",                     false                                                                                                                              },
    {"{\"NotificationType\":\"TEST_NOTIFICATION\",\"NotificationType\":\"ORDER_CHANGE\"," META "}",
     "",                                                                 true                                                          },
    {"half of it {", "",                                                                                                            true                                                          },
};

START_TEST(test_what_it_is)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_outcomes out;
    wb_item *item;

    wb_outcomes_init(&out);
    item = read_one(json, &out, wb_view_of(types[_i].body));
    ck_assert_msg(wb_view_is(item->type, types[_i].type), "%s", types[_i].body);
    ck_assert_msg((item->record_kind == WB_RECORD_ORDER) == types[_i].announces, "%s",
                  types[_i].body);
    wb_outcomes_fini(&out);
}
END_TEST

START_TEST(test_each_body)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    size_t len = strlen(cases[_i].body);
    char *body = wb_alloc(len);
    wb_outcomes out;
    wb_item *item;

    memcpy(body, cases[_i].body, len);
    wb_outcomes_init(&out);
    item = read_one(json, &out, (wb_view){body, len});
    ck_assert_msg(item->outcome == cases[_i].outcome, "%s: %d '%s'", cases[_i].label,
                  (int)item->outcome, item->reason);
    ck_assert_msg(wb_view_is(item->external, cases[_i].external), "%s", cases[_i].label);
    ck_assert_msg(wb_view_is(item->seen, cases[_i].seen), "%s", cases[_i].label);
    ck_assert_msg(strstr(item->reason, cases[_i].reason) != NULL, "%s: '%s'", cases[_i].label,
                  item->reason);
    if (cases[_i].outcome != WB_OUTCOME_PARKED)
        ck_assert_str_eq(item->reason, "");
    wb_outcomes_fini(&out);
    wb_free(&body);
}
END_TEST

/* Put the text into SNS's wrapper, as a JSON text. */
static void
wrap(wb_buf *out, wb_view text)
{
    wb_json_writer writer;

    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "Type", WB_VIEW_LIT("Notification"));
    wb_json_member_text(&writer, "Message", text);
    wb_json_close(&writer, '}');
}

START_TEST(test_wrapped_by_sns)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf one = {0};
    WB_AUTO(wb_buf_fini) wb_buf two = {0};
    wb_outcomes out;
    wb_item *item;

    wb_buf_init(&one, WB_NOTICE_MAX);
    wb_buf_init(&two, WB_NOTICE_MAX);
    wb_outcomes_init(&out);
    wrap(&one, WB_VIEW_LIT("{\"detail\":" GOOD "}"));
    item = read_one(json, &out, wb_buf_view(&one));
    ck_assert_msg(item->outcome == WB_OUTCOME_NONE, "%s", item->reason);
    ck_assert(wb_view_is(item->external, "123-1"));
    ck_assert(item->body.data == one.data &&
              item->body.len == one.len); /* the bytes as they came */
    wrap(&two, wb_buf_view(&one));        /* in SNS of SNS */
    item = read_one(json, &out, wb_buf_view(&two));
    ck_assert_msg(item->outcome == WB_OUTCOME_NONE, "%s", item->reason);
    wb_outcomes_fini(&out);
}
END_TEST

START_TEST(test_times)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_outcomes out;
    wb_item *item;

    wb_outcomes_init(&out);
    item = read_one(json, &out, WB_VIEW_LIT(GOOD));
    ck_assert_int_eq(item->event_utc_us, INT64_C(1767312000000000));
    ck_assert_int_eq(item->source_utc_us, INT64_C(1767225600250000));
    /* a time that is there twice is none */
    item = read_one(json, &out,
                    WB_VIEW_LIT(CHANGE("\"AmazonOrderId\":\"9\",\"OrderChangeTrigger\":{"
                                       "\"TimeOfOrderChange\":\"2026-01-01T00:00:00Z\","
                                       "\"TimeOfOrderChange\":\"2026-02-01T00:00:00Z\"}")));
    ck_assert(item->outcome == WB_OUTCOME_NONE && item->source_utc_us == 0);
    /* the event's time announces nothing */
    item = read_one(json, &out, WB_VIEW_LIT(CHANGE("\"AmazonOrderId\":\"9\"")));
    ck_assert_int_eq(item->event_utc_us, INT64_C(1767312000000000));
    ck_assert_int_eq(item->source_utc_us, 0);
    wb_outcomes_fini(&out);
}
END_TEST

START_TEST(test_larger_than_a_queue_carries)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    size_t len = WB_NOTICE_MAX + 1;
    char *body = wb_alloc(len);
    wb_outcomes out;
    wb_item *item;

    memset(body, ' ', len);
    wb_outcomes_init(&out);
    item = read_one(json, &out, (wb_view){body, len});
    ck_assert(item->outcome == WB_OUTCOME_PARKED && item->body.len == len);
    wb_outcomes_fini(&out);
    wb_free(&body);
}
END_TEST

/* Every cut and every damaged byte of a good body: no crash, and no order that was not there. */
START_TEST(test_damaged)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    size_t len = strlen(GOOD);
    char *body = wb_alloc(len);
    wb_outcomes out;

    wb_outcomes_init(&out);
    for (size_t i = 0; i < len; i++) {
        memcpy(body, GOOD, len);
        ck_assert(read_one(json, &out, (wb_view){body, i})->outcome == WB_OUTCOME_PARKED);
        for (int k = 0; k < 8; k++) {
            memcpy(body, GOOD, len);
            body[i] = (char)(body[i] ^ (1 << k));
            read_one(json, &out, (wb_view){body, len});
        }
    }
    wb_outcomes_fini(&out);
    wb_free(&body);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_each_body,                   (int)WB_COUNT(cases)},
        {test_what_it_is,                  (int)WB_COUNT(types)},
        {test_wrapped_by_sns,              1                   },
        {test_times,                       1                   },
        {test_larger_than_a_queue_carries, 1                   },
        {test_damaged,                     1                   },
        {NULL,                             0                   }
    };

    return wb_suite_run("actors.connectors.amazon.notices", rows);
}
