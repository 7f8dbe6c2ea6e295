/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waybill-bench-micro - what one order costs in the mapper: its JSON to canonical bytes
 *
 * The order is made up, of the shape of Amazon's 2026-01-01 API, 3.4 KB, two lines. Beside it, in
 * the same run, cJSON parsing the same bytes and doing nothing else. Prints microseconds an order,
 * the median of the rounds. For people who change the parser; no test hangs on it.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define ROUNDS 15
#define TURNS 5000

static const char head[] =
    "{\"order\":{\"orderId\":\"902-1845936-5435065\",\"orderAliases\":[{\"aliasId\":\"WEB-2026-"
    "000481\",\"aliasType\":\"SELLER_ORDER_ID\"}],\"createdTime\":\"2026-01-02T03:04:05Z\","
    "\"lastUpdatedTime\":\"2026-01-02T03:14:15Z\",\"programs\":[\"PRIME\",\"AMAZON_BUSINESS\"],"
    "\"associatedOrders\":[],\"salesChannel\":{\"channelName\":\"AMAZON\",\"marketplaceId\":"
    "\"ATVPDKIKX0DER\",\"marketplaceName\":\"Amazon.com\"},\"buyer\":{\"buyerName\":\"Mar\xc3\xad"
    "a Q. "
    "Example\",\"buyerEmail\":\"q8v1x2z3@marketplace.amazon.com\",\"buyerCompanyName\":\"Example "
    "Holdings\",\"buyerPurchaseOrderNumber\":\"PO-2026-17\"},\"recipient\":{\"deliveryAddress\":{"
    "\"name\":\"Mar\xc3\xad"
    "a Q. Example\",\"companyName\":\"Example "
    "Holdings\",\"addressLine1\":\"1600 Somewhere Avenue North "
    "West\",\"addressLine2\":\"Suite 1200\",\"city\":\"Seattle\",\"stateOrRegion\":\"WA\","
    "\"postalCode\":\"98109-5210\",\"countryCode\":\"US\",\"phone\":\"+1 206 555 0100\","
    "\"addressType\":\"COMMERCIAL\"}},\"proceeds\":{\"grandTotal\":{\"amount\":\"131.54\","
    "\"currencyCode\":\"USD\"}},\"fulfillment\":{\"fulfillmentStatus\":\"UNSHIPPED\","
    "\"fulfilledBy\":\"MERCHANT\",\"fulfillmentServiceLevel\":\"EXPEDITED\",\"shipByWindow\":{"
    "\"earliestDateTime\":\"2026-01-02T08:00:00Z\",\"latestDateTime\":\"2026-01-05T07:59:59Z\"},"
    "\"deliverByWindow\":{\"earliestDateTime\":\"2026-01-06T08:00:00Z\",\"latestDateTime\":"
    "\"2026-01-09T07:59:59Z\"}},\"orderItems\":[";

static const char line_format[] =
    "{\"orderItemId\":\"6820144902134%d\",\"quantityOrdered\":2,\"measurement\":{\"unit\":"
    "\"COUNT\",\"value\":2},\"programs\":[\"TRANSPARENCY\"],\"product\":{\"asin\":\"B0EXAMPLE%d\","
    "\"title\":\"Stainless Steel Water Bottle 750 ml, Double Walled, Leak Proof, with Carrying "
    "Loop, "
    "Colour %d\",\"sellerSku\":\"BTL-750-STEEL-%04d\",\"condition\":{\"conditionType\":\"NEW\","
    "\"conditionSubtype\":\"NEW\",\"conditionNote\":\"\"},\"price\":{\"unitPrice\":{\"amount\":"
    "\"27.99\",\"currencyCode\":\"USD\"}},\"serialNumbers\":[]},\"proceeds\":{\"proceedsTotal\":{"
    "\"amount\":\"65.77\",\"currencyCode\":\"USD\"},\"breakdowns\":[{\"type\":\"ITEM\","
    "\"subtotal\":{\"amount\":\"55.98\",\"currencyCode\":\"USD\"}},{\"type\":\"SHIPPING\","
    "\"subtotal\":{\"amount\":\"6.99\",\"currencyCode\":\"USD\"}},{\"type\":\"DISCOUNT\","
    "\"subtotal\":{\"amount\":\"-2.80\",\"currencyCode\":\"USD\"}},{\"type\":\"TAX\",\"subtotal\":{"
    "\"amount\":\"5.60\",\"currencyCode\":\"USD\"},\"detailedBreakdowns\":[{\"subtype\":\"ITEM\","
    "\"value\":{\"amount\":\"5.04\",\"currencyCode\":\"USD\"}},{\"subtype\":\"SHIPPING\",\"value\":"
    "{\"amount\":\"0.56\",\"currencyCode\":\"USD\"}}]}]},\"promotion\":{\"breakdowns\":[{"
    "\"promotionId\":\"WINTER-2026-%d\"}]},\"fulfillment\":{\"quantityFulfilled\":0,"
    "\"quantityUnfulfilled\":2,\"packing\":{\"giftOption\":{\"giftMessage\":\"Enjoy it!\"}}}}";

static void
make_order(wb_buf *out)
{
    wb_buf_add_text(out, head);
    for (int i = 0; i < 2; i++) {
        if (i)
            wb_buf_add_char(out, ',');
        wb_buf_addf(out, line_format, i, i, i, i, i);
    }
    wb_buf_add_text(out, "],\"packages\":[]}}");
}

/* One way to spend time on the order; true = done as it should be. */
typedef bool work_fn(wb_view order);

static wb_json *json;
static wb_buf packed;

static bool
parse_only(wb_view order)
{
    return wb_json_parse(json, order, NULL) == WB_OK;
}

static bool
to_canonical(wb_view order)
{
    static wb_mapped mapped;
    wb_envelope raw = {.kind = WB_KIND_RAW, .record_kind = WB_RECORD_ORDER, .body = order};
    wb_err err = {0};
    wb_rc rc = wb_connector_map(&wb_connector_amazon, &raw, json, &mapped, &err);

    wb_buf_clear(&packed);
    if (!rc)
        rc = wb_canonical_encode(wb_order_fields, &mapped.order, &packed, &err);
    wb_canonical_fini(wb_order_fields, &mapped.order);
    if (rc)
        fprintf(stderr, "%s\n", err.text);
    return rc == WB_OK;
}

static bool
from_canonical(wb_view order)
{
    wb_order back;
    wb_rc rc = wb_canonical_decode(wb_order_fields, wb_buf_view(&packed), &back, sizeof back, NULL);

    (void)order;
    wb_canonical_fini(wb_order_fields, &back);
    return rc == WB_OK;
}

static bool
canonical_to_json(wb_view order)
{
    static wb_buf text;
    wb_rc rc;

    (void)order;
    if (!text.max)
        wb_buf_init(&text, WB_ORDER_MAX);
    wb_buf_clear(&text);
    rc = wb_canonical_json(wb_order_fields, wb_buf_view(&packed), 0, &text, NULL);
    return rc == WB_OK;
}

static wb_envelope
sample_envelope(wb_view body)
{
    wb_envelope env = {
        .kind = WB_KIND_RAW,
        .id = {{1, 2, 3}},
        .tenant = WB_VIEW_LIT("acme"),
        .connector = WB_VIEW_LIT("amazon"),
        .account = WB_VIEW_LIT("shop-1"),
        .record_kind = WB_RECORD_ORDER,
        .record = WB_VIEW_LIT("acme/shop-1/order/902-1845936-5435065"),
        .source_utc_us = INT64_C(1767323655000000),
        .observed_utc_us = INT64_C(1767323656000000),
        .stage = WB_STAGE_MAP,
        .shard = 17,
        .deployment = WB_VIEW_LIT("default"),
        .instance = WB_VIEW_LIT("enricher-1"),
        .incarnation = UINT64_C(0xfedcba9876543210),
        .sequence = 123456,
        .generation = 1,
        .stream = WB_VIEW_LIT("orders.queue"),
        .trace = {  9,        9, 9},
        .span = { 8,         8},
        .body = body,
    };

    wb_envelope_hop(&env, WB_HOP_SOURCE, INT64_C(1767323655000000));
    wb_envelope_hop(&env, WB_HOP_RECEIVED, INT64_C(1767323655100000));
    wb_envelope_hop(&env, WB_HOP_FETCH, INT64_C(1767323655200000));
    return env;
}

static wb_buf header;

static bool
encode_envelope(wb_view order)
{
    wb_envelope env = sample_envelope(order);

    if (!header.max)
        wb_buf_init(&header, WB_HEADER_MAX);
    wb_buf_clear(&header);
    return wb_envelope_encode(&env, &header, NULL) == WB_OK;
}

static bool
decode_envelope(wb_view order)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    return wb_envelope_decode(&env, wb_buf_view(&header), order, NULL) == WB_OK;
}

static bool
parse_cjson(wb_view order)
{
    cJSON *tree = cJSON_ParseWithLength(order.data, order.len);

    cJSON_Delete(tree);
    return tree != NULL;
}

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Microseconds a turn, the median of the rounds; -1 = it failed. */
static double
measure(work_fn *work, wb_view order)
{
    int64_t us[ROUNDS];

    for (int round = 0; round < ROUNDS; round++) {
        int64_t begin = wb_now_us();

        for (int turn = 0; turn < TURNS; turn++)
            if (!work(order))
                return -1;
        us[round] = wb_now_us() - begin;
    }
    qsort(us, ROUNDS, sizeof *us, by_value);
    return (double)us[(size_t)(ROUNDS / 2)] / TURNS;
}

int
main(void)
{
    static const struct {
        const char *name;
        work_fn *work;
    } rows[] = {
        {"order bytes to canonical bytes", to_canonical     },
        {"  of that, parsing alone",       parse_only       },
        {"cJSON, parsing alone",           parse_cjson      },
        {"canonical bytes to struct",      from_canonical   },
        {"canonical bytes to JSON",        canonical_to_json},
        {"envelope encode",                encode_envelope  },
        {"envelope decode, body copied",   decode_envelope  },
    };
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    int failed = 0;

    json = wb_json_new();
    wb_buf_init(&order, WB_ORDER_MAX);
    wb_buf_init(&packed, WB_ORDER_MAX);
    make_order(&order);
    printf("order of %zu bytes\n", order.len);
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        double us = measure(rows[i].work, wb_buf_view(&order));

        printf("%-32s %8.2f us\n", rows[i].name, us);
        failed += us < 0;
    }
    printf("canonical %zu bytes, header %zu bytes\n", packed.len, header.len);
    wb_buf_fini(&header);
    wb_buf_fini(&packed);
    wb_json_destroy(&json);
    return failed ? 1 : 0;
}
