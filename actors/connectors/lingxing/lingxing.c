/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lingxing - an ERP: it takes orders, tells what became of them, and gives shipments, stock and
 * products
 *
 * It pushes nothing, and knows no key for repeats but the number of an order in its shop. Limits
 * are calls at a time, of an appId and a path; operations of one path share what it allows.
 *
 * One file per entity, this one for the table. Start reading at the bottom.
 */
#include "actors/connectors/lingxing/lingxing.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)

static const wb_stream lingxing_streams[] = {
    {.name = "orders.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .pull = "orders.list",
     .fetch = "orders.state",
     .reads_back = true,
     .interval_ms = 5 * MINUTE_MS,
     .slice_ms = 7 * DAY_MS, /* the list gives 31 days at most */
     .overlap_ms = MINUTE_MS,
     .first_ms = 30 * DAY_MS,
     .margin_ms = 5000,
     .help = "what became of the orders that were created here: stopped, approved, split, shipped"},
    {.name = "shipments.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_SHIPMENT,
     .pull = "shipments.list",
     .fetch = "shipments.divide",
     .interval_ms = 5 * MINUTE_MS,
     .slice_ms = 7 * DAY_MS,
     .overlap_ms = DAY_MS, /* days are asked for: the one before, too */
     .first_ms = 30 * DAY_MS,
     .margin_ms = 5000,
     .help = "outbound orders by update time: what was shipped, with its tracking numbers"},
    {.name = "stock.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_INVENTORY,
     .pull = "stock.list",
     .whole = true,
     .interval_ms = 5 * MINUTE_MS,
     .slice_ms = 365 * DAY_MS, /* one sweep, however long ago the last one was */
     .first_ms = 365 * DAY_MS,
     .help = "what the warehouses hold; each run reads all of it"},
    {.name = "products.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_PRODUCT,
     .pull = "products.list",
     .interval_ms = 10 * MINUTE_MS,
     .slice_ms = 365 * DAY_MS,
     .overlap_ms = MINUTE_MS,
     .first_ms = INT64_C(10) * 365 * DAY_MS,
     .margin_ms = 5000,
     .help = "the ERP's products by update time"},
    {0  },
};

/* Calls at a time, of what the vendor allows of a path. That of the order list (10) is shared by
 * those that look for an order. */
#define AT_A_TIME(count) .limit = {.in_flight = count, .hold_ms = LINGXING_HOLD_MS}
#define CALL .urls = {"url"}, .timeout_ms = MINUTE_MS, .needs_token = true

/* What an order is created from and edited to. Its totals and times are sent with it, but no edit
 * can change them there. */
#define READS                                                                                      \
    (UINT32_C(1) << WB_ORDER_OWNS_LINES | UINT32_C(1) << WB_ORDER_OWNS_BUYER |                     \
     UINT32_C(1) << WB_ORDER_OWNS_ADDRESS | UINT32_C(1) << WB_OWNS_DECIDED)

/* And what its channel has shipped: its tracking number as well. */
#define READS_OUT (READS | UINT32_C(1) << WB_ORDER_OWNS_PACKAGES)

/* An operation whose first step is a look-up: it changes nothing, and may be asked again. */
static bool
only_reads(const wb_response *resp)
{
    (void)resp;
    return true;
}

static const wb_op lingxing_ops[] = {
    {.name = "token.get",
     .urls = {"url"},
     .verb = WB_VERB_TOKEN,
     .replaces = true,
     .batch_max = 1,
     .timeout_ms = 30000,
     .build = lingxing_token_build,
     .read = lingxing_token_read},
    {.name = "orders.put",
     .verb = WB_VERB_PUSH,
     .batch_max = LINGXING_ORDERS_MAX,
     .settle_ms = 15000,
     .probe = "orders.find",
     .look = "orders.look",
     .look_by_attempt = true,
     .reads = READS,
     .build = lingxing_create_build,
     .read = lingxing_create_read,
     .effect_free = lingxing_effect_free,
     AT_A_TIME(9),
     CALL},
    {.name = "orders.find",
     .verb = WB_VERB_PROBE,
     .batch_max = LINGXING_ORDERS_MAX,
     .build = lingxing_find_build,
     .read = lingxing_probe_read,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.look",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .more = "orders.review",
     .build = lingxing_find_build,
     .read = lingxing_look_read,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.review",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .build = lingxing_review_build,
     .read = lingxing_review_read,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.update",
     .verb = WB_VERB_PUSH,
     .batch_max = LINGXING_ORDERS_MAX,
     .repeatable = true,
     .more = "orders.mark",
     .look = "orders.edit",
     .reads = READS,
     .renews = "orders.put",
     .build = lingxing_find_build,
     .read = lingxing_update_read,
     .effect_free = only_reads,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.mark",
     .verb = WB_VERB_PUSH,
     .batch_max = LINGXING_ORDERS_MAX,
     .reads = READS,
     .renews = "orders.put",
     .build = lingxing_mark_build,
     .read = lingxing_mark_read,
     .effect_free = lingxing_effect_free,
     AT_A_TIME(10),
     CALL},
    {.name = "orders.edit",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .more = "orders.review",
     .build = lingxing_edit_build,
     .read = lingxing_edit_read,
     AT_A_TIME(10),
     CALL},
    {.name = "orders.tell",
     .verb = WB_VERB_PUSH,
     .batch_max = LINGXING_ORDERS_MAX,
     .settle_ms = 15000,
     .probe = "orders.find",
     .look = "orders.shipped",
     .look_by_attempt = true,
     .reads = READS_OUT,
     .build = lingxing_create_build,
     .read = lingxing_tell_read,
     .effect_free = lingxing_effect_free,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.told",
     .verb = WB_VERB_PUSH,
     .batch_max = LINGXING_ORDERS_MAX,
     .repeatable = true,
     .look = "orders.shipped",
     .reads = READS_OUT,
     .renews = "orders.tell",
     .build = lingxing_find_build,
     .read = lingxing_told_read,
     .effect_free = only_reads,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.shipped",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .more = "orders.outcome",
     .build = lingxing_find_build,
     .read = lingxing_shipped_read,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.outcome",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .more = "orders.outbound",
     .build = lingxing_outcome_build,
     .read = lingxing_outcome_read,
     AT_A_TIME(10),
     CALL},
    {.name = "orders.outbound",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .build = lingxing_outbound_build,
     .read = lingxing_outbound_read,
     AT_A_TIME(10),
     CALL},
    {.name = "orders.cancel",
     .verb = WB_VERB_PUSH,
     .batch_max = LINGXING_ORDERS_MAX,
     .repeatable = true,
     .look = "orders.stop",
     .build = lingxing_find_build,
     .read = lingxing_cancel_read,
     .effect_free = only_reads,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.stop",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .more = "orders.cancelled",
     .build = lingxing_stop_build,
     .read = lingxing_stop_read,
     AT_A_TIME(10),
     CALL},
    {.name = "orders.cancelled",
     .verb = WB_VERB_LOOK,
     .batch_max = LINGXING_ORDERS_MAX,
     .build = lingxing_find_build,
     .read = lingxing_cancelled_read,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.list",
     .verb = WB_VERB_PULL,
     .batch_max = 500,
     .build = lingxing_list_build,
     .read = lingxing_list_read,
     AT_A_TIME(1),
     CALL},
    {.name = "orders.state",
     .verb = WB_VERB_FETCH,
     .batch_max = LINGXING_ORDERS_MAX,
     .build = lingxing_find_build,
     .read = lingxing_state_read,
     AT_A_TIME(1),
     CALL},
    {.name = "shipments.list",
     .verb = WB_VERB_PULL,
     .batch_max = 200,
     .build = lingxing_list_build,
     .read = lingxing_list_read,
     AT_A_TIME(1),
     CALL},
    {.name = "shipments.divide",
     .verb = WB_VERB_FETCH,
     .batch_max = LINGXING_ORDERS_MAX,
     .build = lingxing_find_build,
     .read = lingxing_divide_read,
     AT_A_TIME(1),
     CALL},
    {.name = "stock.list",
     .verb = WB_VERB_PULL,
     .batch_max = 800,
     .build = lingxing_list_build,
     .read = lingxing_list_read,
     AT_A_TIME(1),
     CALL},
    {.name = "products.list",
     .verb = WB_VERB_PULL,
     .batch_max = LINGXING_PAGE_MAX,
     .build = lingxing_list_build,
     .read = lingxing_list_read,
     AT_A_TIME(1),
     CALL},
    {.name = "account.ask",
     .verb = WB_VERB_ASK,
     .batch_max = 1,
     .more = "account.more",
     .build = lingxing_ask_build,
     .read = lingxing_ask_read,
     AT_A_TIME(10),
     CALL},
    {.name = "account.more",
     .verb = WB_VERB_ASK,
     .batch_max = 1,
     .build = lingxing_more_build,
     .read = lingxing_more_read,
     AT_A_TIME(1),
     CALL},
    {0         },
};

static const wb_record_kind lingxing_takes[] = {WB_RECORD_ORDER, WB_RECORD_NONE};

/* A create is of one shop: where there are several, each order goes by itself. */
static int
lingxing_batch_max(const void *options, const wb_op *op)
{
    const lingxing_options *self = options;

    if (op->verb == WB_VERB_PULL)
        return (int)(self->page_size < op->batch_max ? self->page_size : op->batch_max);
    return self->stores.count > 1 &&
                   (strcmp(op->name, "orders.put") == 0 || strcmp(op->name, "orders.tell") == 0)
               ? 1
               : 0;
}

static const char *
lingxing_ask_op(const void *options, const wb_op *refused)
{
    (void)options;
    (void)refused;
    return "account.ask";
}

/* Tokens and limits belong to the appId, at one host. */
static void
lingxing_scope(const void *options, const wb_op *op, wb_buf *out)
{
    const lingxing_options *self = options;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char hex[33];

    (void)op;
    wb_buf_init(&text, WB_HTTP_HEADER_MAX);
    wb_buf_addf(&text, "%s\n%s", self->app_id ? self->app_id : "", self->url ? self->url : "");
    wb_sha256(digest, wb_buf_view(&text));
    wb_hex(hex, digest, 16);
    wb_buf_addf(out, "lingxing:%s", hex);
}

static wb_rc
lingxing_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    static const wb_map_row rows[] = {
        {WB_RECORD_ORDER,     lingxing_map_order   },
        {WB_RECORD_SHIPMENT,  lingxing_map_shipment},
        {WB_RECORD_INVENTORY, lingxing_map_stock   },
        {WB_RECORD_PRODUCT,   lingxing_map_product },
        {WB_RECORD_NONE,      NULL                 },
    };

    return wb_map_by_kind(rows, raw, json, out, err);
}

const wb_connector wb_connector_lingxing = {
    .name = "lingxing",
    .summary = "an ERP: orders to it, shipments, stock and products from it",
    .options = lingxing_rows,
    .options_size = sizeof(lingxing_options),
    .example = lingxing_example,
    .check = lingxing_check,
    .streams = lingxing_streams,
    .takes = lingxing_takes,
    .ops = lingxing_ops,
    .push_op = lingxing_push_op,
    .not_sent = lingxing_not_sent,
    .ask_op = lingxing_ask_op,
    .batch_max = lingxing_batch_max,
    .map = lingxing_map,
    .coverage = lingxing_coverage,
    .sign = lingxing_sign,
    .scope = lingxing_scope,
};
